"""The error that says why tracks cannot tell what is selected."""

from __future__ import annotations

from corridors.foundation.facts import Remark


class NoSelectionError(ValueError):
    """The data cannot tell what is selected.

    Parameters
    ----------
    message
        Why, told like a fault.
    remark
        The same as a code with its numbers, for the facts.
    """

    def __init__(self, message: str, remark: Remark) -> None:
        super().__init__(message)
        self.remark = remark
