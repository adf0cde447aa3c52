"""The part of a herd's report that says what the inventory knows, and what the herd lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol

import pandas as pd

from corridors.atlas.words.record import (
    NOT_STATED,
    StatedEvidence,
    evidence_words,
    lacking_words,
    status_words,
)


class StatedRecord(Protocol):
    """What the configuration says of a population."""

    @property
    def title(self) -> str | None:
        """Name for people."""

    @property
    def local_names(self) -> Sequence[str]:
        """Names that people there use."""

    @property
    def status(self) -> str | None:
        """Whether it is still there."""

    @property
    def status_since(self) -> str | None:
        """Since when."""

    @property
    def status_source(self) -> str | None:
        """Who says so."""

    @property
    def countries(self) -> Sequence[str]:
        """Where it lives."""

    @property
    def evidence(self) -> Sequence[StatedEvidence]:
        """What each product rests on."""

    @property
    def holder(self) -> str | None:
        """Who holds the data."""

    @property
    def licence(self) -> str | None:
        """Of what is released."""

    @property
    def citation(self) -> str | None:
        """What to cite."""

    @property
    def contacts(self) -> Sequence[str]:
        """Whom to ask."""

    @property
    def embargo_until(self) -> date | None:
        """First day on which it may be released."""


def record_values(
    record: StatedRecord | None, tables: Mapping[str, pd.DataFrame]
) -> dict[str, Any]:
    """Return the title, the rows of the record, and in words what the herd lacks.

    Parameters
    ----------
    record
        None: the configuration says nothing, and there are no rows.
    tables
        ``fixes ranges corridors modelled segments``.
    """
    lacking = [
        word
        for word, names in (
            ("tracks", ("fixes",)),
            ("seasonal ranges", ("ranges",)),
            ("corridor", ("corridors", "modelled")),
            ("barrier within reach", ("segments",)),
        )
        if all(tables[name].empty for name in names)
    ]
    return {
        "title": "" if record is None or record.title is None else record.title,
        "record": [] if record is None else _rows(record),
        # With tracks the other parts of the report say it.
        "lacking": lacking_words(lacking) if "tracks" in lacking else "",
    }


def _rows(record: StatedRecord) -> list[tuple[str, str]]:
    """Return what is stated, a row each, and in one row what is not."""
    embargo = record.embargo_until
    rows = [
        ("Local names", ", ".join(record.local_names)),
        ("Status", status_words(record.status, record.status_since)),
        ("Says who", record.status_source or ""),
        ("Countries", ", ".join(record.countries)),
        ("Evidence", evidence_words(record.evidence)),
        ("Data holder", record.holder or ""),
        ("Licence", record.licence or ""),
        ("Citation", record.citation or ""),
        ("Contacts", ", ".join(record.contacts)),
        ("Embargo", "" if embargo is None else f"until {embargo.isoformat()}"),
    ]
    stated = [(name, words) for name, words in rows if words not in ("", NOT_STATED)]
    missing = ", ".join(name for name, _ in rows if name not in dict(stated))
    return [*stated, ("Not stated", missing.capitalize())] if missing else stated
