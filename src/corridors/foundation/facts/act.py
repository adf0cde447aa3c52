"""Facts of stage `act`."""

from __future__ import annotations

from corridors.foundation.facts import Facts, Unit


class SitesFacts(Facts):
    """How sites of crossing structures were chosen.

    Parameters
    ----------
    n_candidates, n_chosen
        Places that were compared, and those chosen.
    n_that_add_little
        Places that were left out because they add less than was asked for.
    gain, gain_at_most, gain_everywhere
        Passages per year of the choice, the proved bound of any choice as large, and of a structure
        at every place, in the unit of the ranking.
    is_optimal
        Whether no other choice of as many gains more.
    """

    n_candidates: int
    n_chosen: int
    n_that_add_little: int
    gain: float
    gain_at_most: float
    gain_everywhere: float
    is_optimal: bool


class ActFacts(Facts):
    """What there is to do, and by which rules.

    Parameters
    ----------
    unit
        Of gains: that of the ranking.
    sites
        How crossing structures were placed.
    n_fence_sections, n_crossing_sites, n_footprints, n_border_agreements
        Rows of the tables.
    """

    unit: Unit
    sites: SitesFacts
    n_fence_sections: int
    n_crossing_sites: int
    n_footprints: int
    n_border_agreements: int
