"""Contracts of the facts that cross a stage border as JSON: one module per stage that writes them.

Like a table's contract: closed, checked where they leave a stage and where they enter another one.
What a stage leaves unset is absent from the file; null is "unknown".
"""

from __future__ import annotations

import math
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from corridors.foundation.vocabulary import REMARKS, PassagesOf


class Facts(BaseModel):
    """Facts of one result."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Unit(Facts):
    """Of whom passages a year are told.

    Parameters
    ----------
    code
        ``per_animal``, or ``whole_herd`` where the configuration states how large it is.
    population_size, population_source
        Animals in the herd, and where that is from; null and "" of passages per animal.

    Examples
    --------
    >>> Unit.of(120.0, "count 2020").columns()
    {'unit': 'whole_herd', 'population_size': 120.0, 'population_source': 'count 2020'}
    >>> Unit.of(None, None).columns()
    {'unit': 'per_animal', 'population_size': nan, 'population_source': ''}
    """

    code: PassagesOf
    population_size: float | None
    population_source: str

    @classmethod
    def of(cls, population_size: float | None, population_source: str | None) -> Self:
        """Return the unit of a herd of this size; None: not known."""
        return cls(
            code="per_animal" if population_size is None else "whole_herd",
            population_size=population_size,
            population_source=population_source or "",
        )

    def columns(self) -> dict[str, float | str]:
        """Return the columns that tell it in a table."""
        size = math.nan if self.population_size is None else self.population_size
        return {
            "unit": self.code,
            "population_size": size,
            "population_source": self.population_source,
        }


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
