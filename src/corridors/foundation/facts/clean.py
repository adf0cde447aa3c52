"""Facts of stage `clean`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from corridors.foundation.facts import Facts


class Suspicion(Facts):
    """What looks wrong in one animal's track; what was done about it is in ``atlas/words``.

    Parameters
    ----------
    kind
        ``parted``: a step that no animal can make, and no way back; ``unreachable``: fixes beside
        the track; ``still``: the collar lies still; ``far``: far from its herd; ``lost_fixes``: a
        flag takes many fixes; ``repeated``: several fixes within seconds.
    animal
        Its name.
    n_fixes
        Fixes that it is about; of ``parted`` steps.
    n_all
        Fixes of the animal.
    flag
        Of ``lost_fixes``.
    start_utc
        When it begins, ISO 8601.
    distance_km, hours
        Length and time of the longest step of ``parted``; distance of ``far``.
    """

    kind: Literal["parted", "unreachable", "still", "far", "lost_fixes", "repeated"]
    animal: str
    n_fixes: int
    n_all: int
    flag: str | None = None
    start_utc: str | None = None
    distance_km: float | None = None
    hours: float | None = None


class CleanFacts(Facts):
    """Where the herd is worked on, and what became of its fixes.

    Parameters
    ----------
    crs
        Working CRS, WKT.
    cell_m
        Edge of a cell of the herd's grid, m.
    cell_reason
        Why that edge.
    n_fixes, n_usable
        Fixes, and those without any flag.
    n_animals
        Animals with a usable fix.
    flags
        Animal -> flag -> fixes that have it.
    parted
        Animal -> first fixes, ISO 8601, of later parts of its track; unset without any.
    suspicions
        What looks wrong; unset without any.
    """

    crs: str
    cell_m: float
    cell_reason: str
    n_fixes: int
    n_usable: int
    n_animals: int
    flags: dict[str, dict[str, int]]
    parted: dict[str, list[str]] = Field(default_factory=dict)
    suspicions: list[Suspicion] = Field(default_factory=list)
