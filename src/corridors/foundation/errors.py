"""The errors a user can meet: one root, one exit code per leaf, and a message with a cure.

Exit codes are documented in ``docs/exit-codes.md`` and never reused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

OK = 0
PARTLY_DONE = 3

_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: what, where, what was expected, what was there, and what to do.

    Parameters
    ----------
    what
        The fault in one short sentence.
    file, row, column
        Where it is. ``row`` is 1-based and counts the header as row 1, as a spreadsheet does;
        in a configuration file it is the line.
    expected, got
        Both sides of the mismatch, in the user's own terms.
    cure
        What the user can do about it.
    """

    what: str
    file: str | None = None
    row: int | None = None
    column: str | None = None
    expected: str | None = None
    got: str | None = None
    cure: str | None = None

    def __str__(self) -> str:
        where = ", ".join(
            f"{name} {value}"
            for name, value in (("file", self.file), ("row", self.row), ("column", self.column))
            if value is not None
        )
        lines = [self.what]
        for name, value in (
            ("where", where or None),
            ("expected", self.expected),
            ("got", self.got),
            ("cure", self.cure),
        ):
            if value is not None:
                lines.append(f"  {name}: {value}")
        return visible("\n".join(lines))


def visible(text: str) -> str:
    r"""Return ``text`` with characters that steer a terminal or turn its direction spelled out.

    Names in data may hold anything; line breaks and tabs stay.

    Examples
    --------
    >>> visible("Bek\x1b[31m")
    'Bek\\x1b[31m'
    """
    spelled = _STEERING.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)
    # Bytes of a path that are no UTF-8 cannot be printed.
    return spelled.encode("utf-8", "backslashreplace").decode("utf-8")


class CorridorsError(Exception):
    """Root of every error that `corridors` raises on purpose.

    Parameters
    ----------
    faults
        One or more faults; a plain string stands for a fault with only ``what``.
        All faults found are reported at once.
    """

    exit_code = 1

    def __init__(self, faults: Fault | str | Iterable[Fault | str]) -> None:
        if isinstance(faults, Fault | str):
            faults = [faults]
        self.faults: Sequence[Fault] = tuple(
            Fault(fault) if isinstance(fault, str) else fault for fault in faults
        )
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type[CorridorsError], tuple[Sequence[Fault]]]:
        # Exceptions cross process borders; the default reduce would lose the faults.
        return type(self), (self.faults,)


class ConfigError(CorridorsError):
    """The configuration is wrong: unknown key, wrong type, impossible value."""

    exit_code = 78


class MissingInputError(CorridorsError):
    """A file, layer or upstream result that is needed is not there."""

    exit_code = 66


class InputError(CorridorsError):
    """An input file is there but its content cannot be used."""

    exit_code = 65


class MethodError(CorridorsError):
    """The data are readable but a method has no answer for them."""

    exit_code = 67


class ResourceError(CorridorsError):
    """The machine has not enough memory, or a worker process died."""

    exit_code = 71


class OutputError(CorridorsError):
    """A result cannot be written (no space, no permission, not a directory)."""

    exit_code = 73


class BusyError(CorridorsError):
    """Another run holds the lock on this partition."""

    exit_code = 75


class InternalError(CorridorsError):
    """A defect of `corridors` itself: a broken contract between stages."""

    exit_code = 70
