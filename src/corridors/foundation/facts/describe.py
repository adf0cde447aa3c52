"""Facts of stage `describe`; null is "unknown"."""

from __future__ import annotations

from typing import Literal

from corridors.foundation.facts import Facts, Remark


class Spread(Facts):
    """Known values of a measure: how many, and the smallest, mean, median and largest."""

    n: int
    min: float
    mean: float
    median: float
    max: float


class SampleFacts(Facts):
    """Whom the facts speak of.

    Parameters
    ----------
    n_animals
        Animals with a usable fix.
    n_animals_used
        Animals with a migration or a winter range.
    fix_interval_h
        Median over all usable fixes, h.
    years
        First and last biological year of a window.
    n_migrations, n_migrants
        Migrations, and animals that have one.
    """

    n_animals: int
    n_animals_used: int
    fix_interval_h: float | None
    years: tuple[int, int] | None
    n_migrations: int
    n_migrants: int


class MigrationsFacts(Facts):
    """Migrations of one season, or of all.

    Parameters
    ----------
    n, n_animals
        Migrations and their animals.
    n_open
        Migrations of which the track shows only a part.
    median_start, median_end
        Median first and last day, ``MM-DD``; of one season only.
    days
        From start to end, days.
    net_km, path_km, resampled_km, farthest_km
        Distances, see MIGRATION_FACTS, km.
    speed_km_d
        Along the path, km per day.
    stopover_days
        Within stopovers, days.
    """

    n: int
    n_animals: int
    n_open: int
    median_start: str | None = None
    median_end: str | None = None
    days: Spread | None
    net_km: Spread | None
    path_km: Spread | None
    resampled_km: Spread | None
    farthest_km: Spread | None
    speed_km_d: Spread | None
    stopover_days: Spread | None


class StaysFacts(Facts):
    """Stays in the range of one season; as :class:`MigrationsFacts`.

    The median first day is of stays that do not begin with their track, the last of those that do
    not end with it.
    """

    n: int
    n_animals: int
    n_open: int
    median_start: str | None = None
    median_end: str | None = None
    days: Spread | None


class RangeFacts(Facts):
    """One polygon of RANGES: its isopleth, area in km2 and where it is from."""

    season: str
    isopleth: float | None
    area_km2: float
    n_animals: int
    evidence: str
    source: str


class SufficiencyFacts(Facts):
    """Whether the sample of a season is large enough.

    Parameters
    ----------
    flag
        ``sufficient`` or ``insufficient``.
    n_animals, n_units
        Animals in the sample, and independent units: those that travel together are one.
    n_sufficient
        With how many units the curve is flat.
    slope_frac
        Share of the area that the last unit added.
    max_slope_frac
        Flat: it added less than this share.
    area_km2
        Of class ``low``, km2.
    """

    flag: Literal["sufficient", "insufficient"]
    n_animals: int
    n_units: int
    n_sufficient: int | None
    slope_frac: float | None
    max_slope_frac: float
    area_km2: float


class SkillFacts(Facts):
    """How well the corridor of the others holds each animal, over animals.

    Parameters
    ----------
    n_animals
        Animals that were left out, one after the other.
    n_needed
        Animals that the class needs of the others.
    fixes_inside, mass_inside
        Shares of the animal's fixes and surface inside, 0...1.
    area_km2
        Of the others' corridor, km2.
    """

    n_animals: int
    n_needed: int
    fixes_inside: Spread | None
    mass_inside: Spread | None
    area_km2: Spread | None


class FidelityFacts(Facts):
    """How alike the years of an animal are; an animal counts once.

    Parameters
    ----------
    n_pairs, n_animals
        Pairs of years, and animals that have one.
    bhattacharyya, intersection
        Overlap of the surfaces, 0...1.
    """

    n_pairs: int
    n_animals: int
    bhattacharyya: Spread | None
    intersection: Spread | None


class DescribeFacts(Facts):
    """The fields of a herd's fact sheet.

    Parameters
    ----------
    sample
        Whom they speak of.
    migrations, stays
        Season -> facts; migrations of ``all``, too.
    corridor_km2
        Evidence -> season -> class -> km2.
    stopover_km2
        Season -> km2.
    ranges
        As drawn.
    sufficiency, fidelity
        Season -> facts.
    skill
        Class -> facts.
    notes
        What a reader must know.
    """

    sample: SampleFacts
    migrations: dict[str, MigrationsFacts]
    stays: dict[str, StaysFacts]
    corridor_km2: dict[str, dict[str, dict[str, float]]]
    stopover_km2: dict[str, float]
    ranges: tuple[RangeFacts, ...]
    sufficiency: dict[str, SufficiencyFacts]
    skill: dict[str, SkillFacts]
    fidelity: dict[str, FidelityFacts]
    notes: tuple[Remark, ...]
