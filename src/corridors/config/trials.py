"""Configuration of trials at barriers: visits, copies where nothing stands, independent units."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from corridors.config.section import Fraction, NotNegative, Positive, Section

Days = Annotated[float, Field(ge=0)]


class Copies(Section):
    """Copies of barriers where nothing stands: what free animals do there."""

    least_m: Positive = Field(1500.0, description="a copy lies at least this far off, m ...")
    most_m: Positive = Field(4000.0, description="... and at most this far, m")
    turn_deg: float = Field(
        20.0, ge=0, lt=90, description="it is turned by at most this much, degrees"
    )
    n_copies: int = Field(8, ge=1, le=100, description="copies of each line, at most")
    n_candidates: int = Field(40, ge=1, le=1000, description="spots that are tried for them")
    keep_off_m: Positive = Field(
        300.0, description="a point of a copy this near to a barrier lies on it, m"
    )
    max_on_frac: Fraction = Field(0.2, description="largest share of a copy that does")


class Units(Section):
    """Animals that travel together: one independent unit."""

    distance_m: Positive = Field(500.0, description="animals this near are together then, m")
    time_h: Positive = Field(6.0, description="positions of so many hours are simultaneous, h")
    min_common: int = Field(
        20, ge=1, description="with fewer spans in which both were tracked nothing is said of two"
    )
    min_together_frac: Fraction = Field(
        0.5, gt=0, description="one unit: together for this share of the time they were tracked"
    )


class Trials(Section):
    """Trials: how often animals try to pass a barrier, and what comes of it."""

    distance_m: Positive = Field(300.0, description="a visit to a barrier comes this near, m")
    end_m: NotNegative = Field(
        1000.0,
        description="a trial that begins this near to a free end, where animals walk past, counts"
        " apart, m",
    )
    reach_quantile: Fraction = Field(
        0.997,
        gt=0,
        description="a passage is sure where the way round a free end is longer than this quantile"
        " of the herd's steps of like duration",
    )
    joint_m: Positive = Field(
        25.0, description="barriers of one source are one line where ends are this near, m ..."
    )
    joint_turn_deg: float = Field(
        45.0, gt=0, lt=180, description="... unless they turn more sharply, degrees"
    )
    migration_days: tuple[Days | None, ...] = Field(
        (None, None, 10.0, 5.0),
        min_length=1,
        description="rules, one value each, since none fits all: in a migration a visit is a new"
        " trial after a passage, or so many days away; null: all visits of a migration are one, d",
    )
    range_days: tuple[Days, ...] = Field(
        (1.0, 0.0, 1.0, 0.0),
        min_length=1,
        description="the same rules in a seasonal range; 0: each visit is a trial, d",
    )
    copies: Copies = Copies()
    units: Units = Units()

    @model_validator(mode="after")
    def _rules_are_pairs(self) -> Trials:
        if len(self.migration_days) != len(self.range_days):
            raise ValueError("trials: migration_days and range_days need as many values")
        return self
