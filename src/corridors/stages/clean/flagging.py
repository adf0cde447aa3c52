"""Flags of a herd's fixes, one animal at a time, and what they make look wrong."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from corridors.foundation.arrays import Bits, Flags, Floats
from corridors.foundation.artefacts import FixTable, Progress
from corridors.foundation.crs import project, working_crs
from corridors.foundation.facts.clean import Suspicion
from corridors.foundation.vocabulary import FLAG_BIT
from corridors.movement.fixes import count_flags, flag_fixes, seconds
from corridors.movement.flag_suspicions import far_animals, of_flags, of_parts
from corridors.movement.parts import Reach, far_parts, impossible_steps
from corridors.stages.clean.stage import Settings


@dataclass
class Animal:
    """What is held of each animal while the stage runs: 18 bytes per fix."""

    name: str
    lon: Floats
    lat: Floats
    flags: Bits

    @property
    def usable(self) -> Flags:
        """Return which fixes nothing flags."""
        return np.asarray(self.flags == 0)

    @property
    def placed(self) -> Flags:
        """Return which fixes nothing flags and have a position."""
        return self.usable & np.isfinite(self.lon)


@dataclass
class Flagged:
    """What flagging told, beside the flags.

    Parameters
    ----------
    counts
        Animal -> flag -> fixes that have it.
    parted
        Animal -> which of its fixes are the first of later parts of its track, shape (n,).
    parted_utc
        Animal -> their times, ISO 8601.
    suspicions
        What looks wrong.
    """

    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    parted: dict[str, Flags] = field(default_factory=dict)
    parted_utc: dict[str, list[str]] = field(default_factory=dict)
    suspicions: list[Suspicion] = field(default_factory=list)


def together(herd: list[Animal]) -> tuple[Floats, Floats]:
    """Return the longitudes and latitudes of all usable fixes."""
    return (
        np.concatenate([np.empty(0), *(one.lon[one.placed] for one in herd)]),
        np.concatenate([np.empty(0), *(one.lat[one.placed] for one in herd)]),
    )


def flag_herd(
    herd: list[Animal], fixes: FixTable, settings: Settings, progress: Progress
) -> Flagged:
    """Set all flags of the animals and return what they tell.

    Distances are measured around the herd, whatever CRS the user works in.
    """
    clean, told = settings.clean, Flagged()
    is_placed = any(one.placed.any() for one in herd)
    around = working_crs(*together(herd)) if is_placed else ""
    animals = fixes.animals(["animal", "time_utc", "dop", "fix_type", "flags"])
    middles = np.full((len(herd), 2), np.nan)
    for done, (one, (_, rows)) in enumerate(zip(herd, animals, strict=True)):
        progress("flagging fixes", 0.1 + 0.5 * done / len(herd))
        own = rows.to_pandas()
        x, y = _around(one, around)
        one.flags = flag_fixes(
            own,
            x,
            y,
            max_speed_m_s=clean.max_speed_m_s,
            sprint_m=clean.sprint_m,
            spike_speed_m_s=clean.spike_speed_m_s,
            spike_turn_cos=clean.spike_turn_cos,
            spike_median_m=clean.spike_median_m,
            dop_max=clean.dop_max,
            allow_2d=clean.allow_2d,
            repeat_s=clean.repeat_s,
            error_m=settings.error_m,
            error_per_dop_m=settings.error_per_dop_m,
            mortality_h=clean.mortality_h,
            burst_gap_h=clean.burst_gap_h,
            settling_days=clean.settling_days,
        )
        middles[done] = _middle(x[one.placed], y[one.placed])
    for one, (_, rows) in zip(herd, fixes.animals(["time_utc"]), strict=True):
        _tell(one, rows["time_utc"].to_pandas(), around, middles, settings, told)
    told.suspicions += far_animals([one.name for one in herd], middles)
    return told


def _around(one: Animal, crs: str) -> tuple[Floats, Floats]:
    """Return the usable positions around the herd, m, NaN where not usable."""
    x, y = np.full((2, one.lon.size), np.nan)
    known = one.placed
    if known.any():
        x[known], y[known] = project(one.lon[known], one.lat[known], crs)
    return x, y


def _middle(x_m: Floats, y_m: Floats) -> tuple[float, float]:
    known = np.isfinite(x_m)
    if not known.any():
        return np.nan, np.nan
    return float(np.median(x_m[known])), float(np.median(y_m[known]))


def _tell(
    one: Animal,
    time_utc: pd.Series,
    crs: str,
    middles: Floats,
    settings: Settings,
    told: Flagged,
) -> None:
    """Flag parts of a track that are far from the herd; add what looks wrong in the animal."""
    clean = settings.clean
    time_s = seconds(time_utc)
    x, y = _around(one, crs)
    use = np.flatnonzero(one.usable)
    reach = Reach(clean.max_speed_m_s, clean.sprint_m)
    jump = impossible_steps(x[use], y[use], time_s[use], reach)
    if jump.any():
        home = np.nanmedian(middles, axis=0)
        far = far_parts(
            x[use], y[use], np.cumsum(jump, dtype=np.int64), home, far_m=clean.spike_median_m
        )
        one.flags[use[far]] |= FLAG_BIT["unreachable"]
        use = use[~far]
        jump = impossible_steps(x[use], y[use], time_s[use], reach)
    if jump.any():
        mark = np.zeros(one.flags.size, dtype=bool)
        mark[use[jump]] = True
        told.parted[one.name] = mark
        told.parted_utc[one.name] = [time.isoformat() for time in time_utc[mark]]
    told.suspicions += of_parts(one.name, x[use], y[use], time_s[use], jump, n_all=one.flags.size)
    told.suspicions += of_flags(one.name, one.flags, time_s, lost_frac=clean.lost_frac)
    rows = pd.DataFrame({"animal": one.name, "flags": one.flags})
    told.counts |= count_flags(rows)
