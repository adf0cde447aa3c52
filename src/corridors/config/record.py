"""What the inventory says of a population beside its data: what is not stated is not known."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from corridors.config.section import Section


def _as_text(value: object) -> object:
    """Return a year or a day that YAML reads as a number or a date as text."""
    return str(value) if type(value) in (int, date) else value


# A year, a month or a day: people know of a lost herd's last year, seldom of its day.
PartialDate = Annotated[
    str,
    BeforeValidator(_as_text),
    Field(pattern=r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$"),
]
Status = Literal["extant", "declining", "lost"]
Product = Literal["corridors", "ranges", "stopovers", "barriers", "record"]
EvidenceKind = Literal["tracked", "expert", "local", "historical", "modelled", "derived"]


class Evidence(Section):
    """What one product of a population rests on."""

    product: Product
    kind: EvidenceKind = Field(
        description="tracked, expert, local (people there know it), historical, modelled, derived "
        "(by another publisher)"
    )
    author: str | None = Field(None, description="whose it is")
    date: PartialDate | None = Field(None, description="YYYY, YYYY-MM or YYYY-MM-DD")


class Record(Section):
    """A population in the inventory; what is null here is told as not stated."""

    title: str | None = Field(None, description="name on pages and in releases; null: the key")
    local_names: tuple[str, ...] = Field((), description="names that people there use")
    status: Status | None = Field(None, description="extant, declining or lost")
    status_since: PartialDate | None = Field(None, description="YYYY, YYYY-MM or YYYY-MM-DD")
    status_source: str | None = Field(None, description="who says so, and where")
    countries: tuple[str, ...] = Field(
        (), description="where no polygon of `states` says it, as the release names countries"
    )
    evidence: tuple[Evidence, ...] = Field((), description="what each product rests on")
    holder: str | None = Field(None, description="who holds the data")
    licence: str | None = Field(None, description="of what is released, e.g. CC-BY-4.0")
    citation: str | None = Field(None, description="what to cite")
    contacts: tuple[str, ...] = Field((), description="whom to ask; shown on pages")
    embargo_until: date | None = Field(
        None, description="in no release before this day, YYYY-MM-DD"
    )
