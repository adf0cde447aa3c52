"""Configuration of scenarios: what would change, and barriers whose date divides the tracks."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, model_validator

from corridors.config.section import Fraction, MonthDay, Positive, Section
from corridors.config.sources import BarrierKind, BarrierSource, BarrierStatus

Month = Annotated[int, Field(ge=1, le=12)]


class Addition(BarrierSource):
    """Lines or polygons that a scenario adds: keys as for barriers, but planned."""

    status: BarrierStatus = Field("planned", description="planned unless stated")


class Selection(Section):
    """Which barriers a scenario speaks of; where several keys are given all must hold."""

    barriers: tuple[str, ...] | None = Field(
        None, description="ids of barriers or segments, or names"
    )
    kinds: tuple[BarrierKind, ...] | None = Field(None, description="kinds of barriers")
    classes: tuple[str, ...] | None = Field(None, description="classes of barriers")
    path: str | None = Field(
        None, description="file of polygons: segments with their middle in one of them"
    )
    layer: str | None = Field(None, description="layer of that file")
    crs: str | None = Field(None, description="only where the file states none")

    @property
    def paths(self) -> list[str]:
        """The files that it names, as configured."""
        return [self.path] if self.path else []

    @property
    def has_choice(self) -> bool:
        """Whether any key says which barriers."""
        return bool(self.barriers or self.kinds or self.classes or self.path)

    @model_validator(mode="after")
    def _something_is_selected(self) -> Selection:
        if not self.has_choice:
            raise ValueError("say which barriers: barriers, kinds, classes or path")
        return self


class Change(Selection):
    """Barriers that would let another share of the animals pass."""

    permeability: Fraction = Field(description="share that would pass, 0 to 1")


class Opening(Selection):
    """Barriers that would stand open for a part of the year."""

    permeability: Fraction = Field(description="share that would pass while open, 0 to 1")
    seasons: tuple[str, ...] | None = Field(
        None, description="open in these seasons of the herd's windows, e.g. spring"
    )
    months: tuple[Month, ...] | None = Field(None, description="or open in these months, 1 to 12")
    days: tuple[MonthDay, MonthDay] | None = Field(
        None, description="or open from one day to another, both included, MM-DD"
    )

    @model_validator(mode="after")
    def _open_at_one_time(self) -> Opening:
        if sum(bool(given) for given in (self.seasons, self.months, self.days)) != 1:
            raise ValueError("an opening needs one of seasons, months and days")
        return self


class Scenario(Section):
    """One scenario: what would be added, removed, opened or changed."""

    title: str = Field("", description="title of the report")
    note: str = Field("", description="where the plan comes from, what is assumed")
    author: str = Field("", description="who proposes it")
    add: tuple[Addition, ...] = Field((), description="planned lines or polygons")
    remove: tuple[Selection, ...] = Field((), description="barriers that would go")
    open: tuple[Opening, ...] = Field((), description="barriers that would open for a season")
    change: tuple[Change, ...] = Field((), description="barriers that would be modified")
    closed_below: Fraction = Field(
        0.2,
        gt=0,
        description="a line that lets a smaller share pass counts as closed: it cuts the corridor,"
        " and the least-cost way leads around it",
    )

    @property
    def paths(self) -> list[str]:
        """The files that it names, as configured."""
        chosen = [path for rule in (*self.remove, *self.open, *self.change) for path in rule.paths]
        return [*(source.path for source in self.add), *chosen]

    @model_validator(mode="after")
    def _something_changes(self) -> Scenario:
        if not (self.add or self.remove or self.open or self.change):
            raise ValueError("a scenario needs one of add, remove, open and change")
        names = [source.name for source in self.add]
        if len(set(names)) < len(names):
            raise ValueError("add: names must be different")
        return self


class BeforeAfter(Selection):
    """A barrier and the day that divides the tracks into before and after."""

    title: str = Field("", description="title of the report")
    note: str = Field("", description="what happened on that day, and where that is written")
    lines: tuple[BarrierSource, ...] = Field(
        (), description="files of lines that are no barriers of the study"
    )
    day: date = Field(description="first day of the time after")
    min_animals: int = Field(
        3, ge=2, description="fewer animals in a period: its numbers are unknown"
    )
    min_days: Positive = Field(
        30.0, description="an animal tracked for less in a period is left out of it, days"
    )
    draws: int = Field(1000, ge=50, le=100_000, description="bootstrap draws over animals")
    seed: int = Field(20240101, ge=0, description="seed of the bootstrap")

    @property
    def paths(self) -> list[str]:
        """The files that it names, as configured."""
        return [*super().paths, *(source.path for source in self.lines)]

    @model_validator(mode="after")
    def _something_is_selected(self) -> BeforeAfter:
        if not (self.has_choice or self.lines):
            raise ValueError("say which barriers (barriers, kinds, classes, path), or give lines")
        return self
