"""Configuration of the stage `segment`, for the study and for a single herd."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from corridors.config.section import Fraction, MonthDay, NotNegative, Positive, Section

SeasonName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,30}$")]
SEASONS = ("spring", "autumn", "winter", "summer", "other")
_TAKEN = ("winter", "summer", "other", "all")


class SeasonNames(Section):
    """Names of the two migrations of a year, where spring and autumn say nothing."""

    out: Literal["auto"] | SeasonName = Field(
        "auto",
        description="move away from the range of home_day, e.g. wet; auto: spring or "
        "autumn, by date and hemisphere",
    )
    back: Literal["auto"] | SeasonName = Field("auto", description="move back, e.g. dry")
    home_day: Literal["auto"] | MonthDay = Field(
        "auto",
        description="MM-DD on which the animals are in the range that out leaves; auto: when the "
        "biological year starts, or midwinter (01-21, south of the equator 07-21) where that is "
        "auto, too",
    )

    @model_validator(mode="after")
    def _both_or_none(self) -> SeasonNames:
        if (self.out == "auto") != (self.back == "auto"):
            raise ValueError("season_names needs both out and back, or neither")
        if self.out == self.back != "auto":
            raise ValueError("season_names: out and back must be different")
        for name in (self.out, self.back):
            if name in _TAKEN:
                raise ValueError(f"season_names: {name} is taken, choose another name")
        return self

    @property
    def chosen(self) -> tuple[str, str] | None:
        """Names of the way out and the way back, if a person chose them."""
        return None if self.out == "auto" else (self.out, self.back)


class Segment(Section):
    """Migrations from displacement models."""

    bio_year_start: Literal["auto"] | MonthDay = Field(
        "02-01",
        description="MM-DD at which the biological year starts, not during a migration; "
        "auto: the quiet day that lets most migrations be seen whole",
    )
    quiet_days: Positive = Field(
        30.0, description="auto: days before and after a date that are compared, d"
    )
    season_names: SeasonNames = SeasonNames()
    n_origin_fixes: int = Field(
        20, ge=1, description="displacement counts from the mean of this many first fixes"
    )
    max_origin_days: Positive = Field(
        20.0, description="... of those within so many days of the first of them, d"
    )
    min_distance_km: Literal["auto"] | Positive = Field(
        "auto",
        description="shorter displacement is not called migration, km; auto: of the herd's species "
        "or genus in the program's table, 1.5 to 5 km in mountains, else 10 km",
    )
    min_range_multiple: Positive = Field(
        2.0, description="... nor below this multiple of the daily range"
    )
    min_stay_days: NotNegative = Field(
        30.0, description="a round trip with a shorter stay in the far range is no migration, d"
    )
    max_stay_spread_frac: Positive = Field(
        0.25,
        description="an animal whose typical distance from the middle of a stay is a larger share "
        "of the distance moved wanders; it does not migrate",
    )
    max_excursion_days: Positive = Field(
        15.0,
        description="whoever is away from a place for no longer is on an excursion; a longer stay "
        "may part two migrations of an animal that comes back to a place, d",
    )
    min_stop_days: Positive = Field(
        3.0, description="a shorter pause on the way does not part two legs, d"
    )
    stop_radius_frac: Fraction = Field(
        0.15, description="radius of a stop as a share of the length of the migration"
    )
    min_fixes: int = Field(60, ge=10, description="fewer fixes in a year: unclassified")
    min_days: Positive = Field(60.0, description="fixes on fewer days of a year: unclassified, d")
    max_interval_days: Positive = Field(
        5.0, description="longer median fix interval: unclassified, d"
    )
    date_bounds_d: tuple[Positive, Positive] = Field(
        (1.0, 364.0), description="bounds of theta and rho, d"
    )
    duration_bounds_d: tuple[Positive, Positive] = Field(
        (1.0, 21.0), description="bounds of phi, d"
    )
    mixed_bounds: tuple[Fraction, Fraction] = Field((0.05, 0.95), description="bounds of zeta")
    resident_bounds_per_d: tuple[Positive, Positive] = Field(
        (0.01, 1.0), description="bounds of the rate at which a resident fills its range, per d"
    )
    n_starts: int = Field(8, ge=1, le=200, description="starting points of each fit")
    migration_padding_phi: Positive = Field(2.0, description="window is theta -/+ this many phi")
    range_quantile: Fraction = Field(
        0.95, description="range from this quantile of migration ends ..."
    )
    one_way: Literal["incomplete", "always", "never"] = Field(
        "incomplete",
        description="windows of moves without return: only where the data miss a part of the "
        "year in which it may have happened, always, or never",
    )
    complete_margin_days: NotNegative = Field(
        30.0, description="... the data may miss this much at either end of a complete year, d"
    )
    min_range_days: Positive = Field(30.0, description="shorter stay is not a seasonal range, d")
    winter_window: tuple[MonthDay, MonthDay] = Field(
        ("01-15", "03-15"), description="first and last day whose median position is the winter's"
    )
    summer_window: tuple[MonthDay, MonthDay] = Field(
        ("07-01", "08-31"), description="first and last day whose median position is the summer's"
    )
    min_window_days: int = Field(
        5, ge=1, description="... fixes on fewer days of either: distance unknown, d"
    )

    @model_validator(mode="after")
    def _bounds_are_ordered(self) -> Segment:
        for name in ("date_bounds_d", "duration_bounds_d", "mixed_bounds", "resident_bounds_per_d"):
            low, high = getattr(self, name)
            if not low < high:
                raise ValueError(f"segment: {name} must be [lower, upper] with lower below upper")
        return self
