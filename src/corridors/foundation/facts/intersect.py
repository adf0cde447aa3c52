"""Facts of stage `intersect`."""

from __future__ import annotations

from corridors.foundation.facts import Facts


class Held(Facts):
    """How the herd passes lines, over what its laws of straying say.

    Parameters
    ----------
    odds_missed, odds_hit
        Odds of a passage where the straight step misses a barrier, and where it hits one; 1: as
        by the law.
    odds_missed_elsewhere, odds_hit_elsewhere
        The same at lines that do not stand, told where barriers are moved away.
    n_missed, n_hit
        Left-out fixes and barriers that tell it.
    """

    odds_missed: float
    odds_hit: float
    odds_missed_elsewhere: float
    odds_hit_elsewhere: float
    n_missed: int
    n_hit: int


class StrayingLaw(Facts):
    """An animal's law of straying sideways, see `movement.straying`."""

    arm_min: float
    growth: float
    n_triplets: int
    s2_m2_min: float
    tails: float


class IntersectFacts(Facts):
    """What the herd's movements met.

    Parameters
    ----------
    tracking_years
        Animal -> years tracked, every tracked animal, also those that met nothing.
    n_units
        Independent units that these animals are: those that travel together are one.
    interval_h
        Usual time between fixes: median of the steps in migrations, else of all, h; 0 without any.
    n_steps, n_visits
        Steps between fixes; visits to joined lines.
    n_barriers, n_barriers_near, n_areal_barriers_as_outline, n_areas_near
        Features, those within reach, and those of them that are areas.
    n_segments, n_segments_without_data, n_segments_dated
        Segments; those near which nobody was tracked; those that count for a time only.
    raw_step_barrier_pairs, raw_steps_crossing
        Pairs of a step and a feature that meet, and steps that meet any.
    observed_crossings
        Rows of OBSERVED.
    expected_passages, passages_of_visits, approaches, passages_below_floor
        Net passages between the fixes, netted per joined line and per visit; visits that end on
        the side where they began; passages left out because each is below ``flux_floor``.
    flux_floor, max_lag_h
        As configured; longest step that is bridged, h.
    held, straying, variance_of_bridges
        How barriers change passages; animal -> law; where variances are from -> bridges.
    mass_share_elsewhere, corridor_share_elsewhere
        Share of the migrations' surface, and of the corridor's area, in no known state.
    n_boundaries_near, n_boundaries_compared, n_boundaries_disputed, border_crossings
        Boundaries within reach, those that are another source's line of the same, disputed ones;
        rows of BORDER_CROSSINGS.
    states_concerned, states_that_must_act_together
        Names; the second empty below two.
    """

    tracking_years: dict[str, float]
    n_units: int
    interval_h: float
    n_steps: int
    n_visits: int
    n_barriers: int
    n_barriers_near: int
    n_areal_barriers_as_outline: int
    n_areas_near: int
    n_segments: int
    n_segments_without_data: int
    n_segments_dated: int
    raw_step_barrier_pairs: int
    raw_steps_crossing: int
    observed_crossings: int
    expected_passages: float
    passages_of_visits: float
    approaches: float
    passages_below_floor: float
    flux_floor: float
    max_lag_h: float
    held: Held
    straying: dict[str, StrayingLaw]
    variance_of_bridges: dict[str, int]
    mass_share_elsewhere: float | None
    corridor_share_elsewhere: float | None
    n_boundaries_near: int
    n_boundaries_compared: int
    n_boundaries_disputed: int
    border_crossings: int
    states_concerned: list[str]
    states_that_must_act_together: list[str]
