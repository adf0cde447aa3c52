"""Facts of stage `weigh`."""

from __future__ import annotations

from pydantic import Field

from corridors.foundation.facts import Facts, Unit
from corridors.foundation.facts.rank import Prior


class WeighFacts(Facts):
    """What the evidence at places is made of.

    Parameters
    ----------
    herd
        Its name.
    n_animals, n_units
        Tracked animals; independent units that they are.
    seasons_tracked
        Season -> how often it was tracked, all animals added up.
    unit
        Of passages: per animal, or of a herd of a stated size.
    draws, seed
        As configured.
    priors
        Kind and class -> its prior, where one was used.
    n_stated_permeability
        Places whose permeability their source states.
    harmless_weight
        Share of the places that do nothing, learned from the herd; unset where nothing was met.
    missing_together, missing_together_p05, missing_together_p95
        Passages per year that are missing at all places that stand, together; unset likewise.
    """

    herd: str
    n_animals: int
    n_units: int
    seasons_tracked: dict[str, float]
    unit: Unit
    draws: int
    seed: int
    priors: dict[str, Prior] = Field(default_factory=dict)
    n_stated_permeability: int = 0
    harmless_weight: float | None = None
    missing_together: float | None = None
    missing_together_p05: float | None = None
    missing_together_p95: float | None = None
