"""Facts of stage `rank`."""

from __future__ import annotations

from pydantic import Field

from corridors.foundation.facts import Facts, Unit


class Completeness(Facts):
    """What is said of a source of barriers: how complete it is, and how that is known."""

    completeness: str
    note: str


class Prior(Facts):
    """Expected permeability of a class, what kind of number it is and where it is from."""

    permeability: float
    label: str
    basis: str


class Settling(Facts):
    """What would settle an open rank among the first ten.

    Parameters
    ----------
    threat
        The place: that is where animals would have to come by.
    rank, rank_from, rank_to, n_units
        As in THREATS.
    season
        In which to look: that with most missing passages, or "".
    fall_of_five_frac, fall_of_ten_frac
        Share by which the interval of what is missing there is likely to narrow if five, or ten,
        more independent units met the place.
    units_to_halve
        More units with which it would be half as wide.
    """

    threat: str
    rank: int
    rank_from: int
    rank_to: int
    n_units: int
    season: str
    fall_of_five_frac: float
    fall_of_ten_frac: float
    units_to_halve: int


class RankFacts(Facts):
    """How many places were ranked, which were not and why, and by which rules.

    Parameters
    ----------
    herd
        Its name.
    n_segments, n_places, n_ranked
        Segments of barriers; places in THREATS; those of them with a rank.
    n_no_data, no_data
        Segments near which nobody was tracked, and their names.
    n_jurisdiction
        Segments of boundaries without a fence.
    barrier_completeness
        Source -> what is said of it.
    n_areas_exposed, n_range_edges
        Rows of EXPOSURE; segments at which the use ends.
    n_candidates
        Reason why nobody could have met a barrier -> segments.
    n_uneven
        Habitat on both sides of an edge (alike, different, unknown) -> segments.
    n_animals, n_units, tracking_years
        Tracked animals; independent units that they are, those that travel together being one; and
        the sum of the animals' years.
    seasons_tracked
        Season -> how often it was tracked, all animals added up.
    unit
        Of passages: per animal, or of a herd of a stated size.
    draws, seed
        As configured.
    priors
        Kind and class -> its prior, where one was used.
    harmless_weight
        Share of the places that do nothing, learned from the herd; unset where nothing was ranked.
    missing_together, missing_together_p05, missing_together_p95
        Passages per year that are missing at all places that stand, together: mean and interval of
        the draws, in the unit; unset likewise.
    grades
        Grade of evidence -> places.
    stability
        How settled ranks are -> ranked places.
    settling
        What would settle the open ranks among the first ten, by rank.
    n_stated_permeability
        Places whose permeability their source states.
    priors_unused
        Classes with a configured prior that no barrier has.
    """

    herd: str
    n_segments: int
    n_places: int
    n_ranked: int
    n_no_data: int
    no_data: list[str]
    n_jurisdiction: int
    barrier_completeness: dict[str, Completeness]
    n_areas_exposed: int
    n_range_edges: int
    n_candidates: dict[str, int]
    n_uneven: dict[str, int]
    n_animals: int
    n_units: int
    tracking_years: float
    seasons_tracked: dict[str, float]
    unit: Unit
    draws: int
    seed: int
    priors: dict[str, Prior]
    harmless_weight: float | None = None
    missing_together: float | None = None
    missing_together_p05: float | None = None
    missing_together_p95: float | None = None
    grades: dict[str, int] = Field(default_factory=dict)
    stability: dict[str, int] = Field(default_factory=dict)
    settling: list[Settling] = Field(default_factory=list)
    n_stated_permeability: int = 0
    priors_unused: list[str] = Field(default_factory=list)
