"""Contracts of the facts that cross a stage border as JSON: one module per stage that writes them.

Like a table's contract: closed, checked where they leave a stage and where they enter another one.
What a stage leaves unset is absent from the file; null is "unknown".
"""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from corridors.foundation.vocabulary import REMARKS


class Facts(BaseModel):
    """Facts of one result."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Remark(Facts):
    """Something that a reader must know, told by a code; the sentence is made where it is shown.

    Parameters
    ----------
    code
        One of ``vocabulary.REMARKS``.
    values
        The numbers and names that belong to it, by their names there.

    Examples
    --------
    >>> Remark.of("windows_without_surface", n=3).values
    {'n': 3}
    """

    code: str
    values: dict[str, int | float | str | dict[str, int]] = {}

    @classmethod
    def of(cls, code: str, **values: float | str | dict[str, int]) -> Self:
        """Return the remark of this code and these values."""
        return cls(code=code, values=values)

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        if self.code not in REMARKS:
            raise ValueError(f"there is no remark {self.code}")
        if set(self.values) != set(REMARKS[self.code]):
            wanted = ", ".join(REMARKS[self.code])
            raise ValueError(f"remark {self.code} has {wanted or 'no values'}")
        return self
