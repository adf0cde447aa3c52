"""Facts of stage `rank`."""

from __future__ import annotations

from pydantic import Field

from corridors.foundation.facts import Facts


class Completeness(Facts):
    """What is said of a source of barriers: how complete it is, and how that is known."""

    completeness: str
    note: str


class Prior(Facts):
    """Expected permeability of a class, what kind of number it is and where it is from."""

    permeability: float
    label: str
    basis: str


class RankFacts(Facts):
    """How many segments were ranked, which were not and why, and by which rules.

    Parameters
    ----------
    herd
        Its name.
    n_segments, n_ranked
        Segments of barriers, and those in THREATS.
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
    n_animals, tracking_years
        Tracked animals, and the sum of their years.
    unit
        Of passages: per animal, or of a herd of a stated size.
    draws, seed, prior_encounters, weight_jitter, least_blocked_frac, season_weights
        As configured; of the seasons only those that were met.
    priors
        Kind and class -> its prior, where one was used.
    stability
        How settled ranks are -> rows; unset where nothing was ranked, as the two below.
    n_stated_permeability
        Ranked segments whose permeability their source states.
    priors_unused
        Classes with a configured prior that no barrier has.
    """

    herd: str
    n_segments: int
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
    tracking_years: float
    unit: str
    draws: int
    seed: int
    prior_encounters: float
    weight_jitter: float
    least_blocked_frac: float
    season_weights: dict[str, float]
    priors: dict[str, Prior]
    stability: dict[str, int] = Field(default_factory=dict)
    n_stated_permeability: int = 0
    priors_unused: list[str] = Field(default_factory=list)
