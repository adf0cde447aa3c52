"""What the inventory says of a population, in words; what nobody stated is called so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

NOT_STATED: Final = "not stated"


class StatedEvidence(Protocol):
    """What one product rests on."""

    @property
    def product(self) -> str:
        """Which product."""

    @property
    def kind(self) -> str:
        """Of the evidence."""

    @property
    def author(self) -> str | None:
        """Whose it is."""

    @property
    def date(self) -> str | None:
        """A year, month or day."""


def status_words(status: str | None, since: str | None) -> str:
    """Return whether a population is still there.

    Examples
    --------
    >>> status_words("lost", "1950"), status_words("extant", None), status_words(None, None)
    ('lost since 1950', 'extant', 'not stated')
    """
    if status is None:
        return NOT_STATED
    return f"{status} since {since}" if since else status


def evidence_words(evidence: Sequence[StatedEvidence]) -> str:
    """Return what the products rest on, as ``ranges: local, A. Author, 1990-05``."""
    told = [
        f"{one.product}: " + ", ".join(filter(None, (one.kind, one.author, one.date)))
        for one in evidence
    ]
    return "; ".join(told) or NOT_STATED


def lacking_words(lacking: Sequence[str]) -> str:
    """Return what a herd has none of.

    Examples
    --------
    >>> lacking_words(["tracks", "corridor"])
    'Not there: no tracks, no corridor.'
    """
    return "Not there: " + ", ".join(f"no {one}" for one in lacking) + "."
