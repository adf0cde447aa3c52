"""Faults are collected, all of them, and raised once; and the word that somebody may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from typing import TypeVar

from corridors.foundation.errors import CorridorsError, Fault, InputError, MissingInputError

Result = TypeVar("Result")

# Shared letters over all letters. Words of ours are few, names in people's files are freer.
_LEAST_ALIKE_FRAC = 0.6
IN_FILES_FRAC = 0.5


class Faults:
    """Faults of several inputs, raised together as one error.

    Examples
    --------
    >>> faults = Faults()
    >>> faults.add(InputError, Fault("a row is wrong"), Fault("another one"))
    >>> faults.raise_any()
    Traceback (most recent call last):
    corridors.foundation.errors.InputError: a row is wrong
    another one
    """

    def __init__(self) -> None:
        # One file may serve several inputs, and its fault is one.
        self._found: dict[type[CorridorsError], dict[Fault, None]] = {}

    def add(self, kind: type[CorridorsError], *faults: Fault) -> None:
        """Keep faults of one kind of error; without any nothing happens."""
        if faults:
            self._found.setdefault(kind, {}).update(dict.fromkeys(faults))

    def __bool__(self) -> bool:
        return bool(self._found)

    def take(self, other: Faults, *, leave_out: type[CorridorsError] | None = None) -> None:
        """Keep what another collector found, but for one kind of error."""
        for kind, faults in other._found.items():
            if kind is not leave_out:
                self.add(kind, *faults)

    def has(self, kind: type[CorridorsError]) -> bool:
        """Return whether there is a fault of this kind of error."""
        return kind in self._found

    def collect(self, read: Callable[[], Result]) -> Result | None:
        """Return what ``read`` returns, or keep its faults and return None."""
        try:
            return read()
        except CorridorsError as error:
            self.add(type(error), *error.faults)
            return None

    def raise_any(self) -> None:
        """Raise what was found, kind by kind: what is not there, then as it was found.

        Raises
        ------
        CorridorsError
            Of the kind that all faults have. Of several kinds: MissingInputError if something is
            not there, for that is to be mended first, else InputError.
        """
        kinds = sorted(self._found, key=lambda kind: kind is not MissingInputError)
        if not kinds:
            return
        is_one = len(kinds) == 1 or kinds[0] is MissingInputError
        raised = kinds[0] if is_one else InputError
        raise raised(fault for kind in kinds for fault in self._found[kind])


def nearest(
    word: object, known: Iterable[str], *, least_alike_frac: float = _LEAST_ALIKE_FRAC
) -> str | None:
    """Return the known word most like ``word``, small and capital letters alike, or None.

    Parameters
    ----------
    word
        What somebody wrote.
    known
        What it may have been.
    least_alike_frac
        Twice the letters that both share over the letters of both, at least, 0...1.

    Examples
    --------
    >>> nearest("Timestmp", ["timestamp", "lon"]), nearest("dam", ["timestamp", "lon"])
    ('timestamp', None)
    """
    folded = {candidate.casefold(): candidate for candidate in known}
    found = difflib.get_close_matches(
        str(word).casefold(), list(folded), n=1, cutoff=least_alike_frac
    )
    return folded[found[0]] if found else None


def did_you_mean(word: object, known: Iterable[str]) -> str | None:
    """Return a question that names the known word most like ``word``, None without one.

    Examples
    --------
    >>> did_you_mean("dop_mx", ["dop_max", "allow_2d"])
    'did you mean dop_max?'
    """
    near = nearest(word, known)
    return f"did you mean {near}?" if near else None
