"""What is true of the simulated herd: its corridor's core and its crossings, in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from corridors.demo.herd import (
    DEAD,
    DEAD_UNTIL_DAY,
    DEATH_DAY,
    LOCATION_ERROR_M,
    MOTION_VARIANCE_M2_MIN,
    N_DAYS,
    RESIDENT,
    SEASON_DAY,
    START_UTC,
    STEP_MIN,
    Animal,
    Journey,
)
from corridors.demo.world import BARRIERS, LABEL, SPECIES
from corridors.foundation.arrays import Flags, Floats, Indices

CELL_KM: Final = 0.1
CORE_RADIUS_KM: Final = 0.2
CORE_SHARE: Final = 0.2
CORE_DEFINITION: Final = (
    f"cells of {CELL_KM * 1000:.0f} m whose centre at least {CORE_SHARE:.0%} of the animals that "
    f"migrate came within {CORE_RADIUS_KM * 1000:.0f} m of on the way between their ranges, by "
    "their continuous simulated paths (10-minute steps, no location error); an animal's range is "
    "the circle that holds 95 % of its range positions"
)


@dataclass(frozen=True)
class Core:
    """The true corridor's core as a raster, row 0 in the south, plane kilometres."""

    is_core: Flags
    from_x_km: float
    from_y_km: float


def corridor_core(herd: Sequence[Animal]) -> Core:
    """Return the cells that make the true corridor's core (see ``CORE_DEFINITION``)."""
    everything = np.concatenate([j.path_km for animal in herd for j in animal.journeys])
    low = np.floor((everything.min(0) - 1.0) / CELL_KM).astype(int)
    high = np.ceil((everything.max(0) + 1.0) / CELL_KM).astype(int)
    n_cols, n_rows = high - low
    count = np.zeros((n_rows, n_cols), dtype=np.int32)
    migrants = [animal for animal in herd if animal.journeys]
    for animal in migrants:
        near = np.zeros_like(count, dtype=bool)
        for journey in animal.journeys:
            _mark_near(near, journey.path_km[journey.out_of_range], low)
        count += near
    return Core(
        count >= CORE_SHARE * len(migrants) - 1e-9, float(low[0] * CELL_KM), float(low[1] * CELL_KM)
    )


def _mark_near(near: Flags, path_km: Floats, low: Indices) -> None:
    """Mark cells whose centre is within CORE_RADIUS_KM of the path (thickened to 20 m)."""
    parts = 12
    share = np.linspace(0, 1, parts, endpoint=False)[:, None, None]
    dense = (path_km[:-1] + share * np.diff(path_km, axis=0)).reshape(-1, 2)
    reach = int(np.ceil(CORE_RADIUS_KM / CELL_KM)) + 1
    offsets = np.stack(
        np.meshgrid(np.arange(-reach, reach + 1), np.arange(-reach, reach + 1)), axis=-1
    ).reshape(-1, 2)
    home = np.floor(dense / CELL_KM).astype(int)
    for offset in offsets:
        cell = home + offset
        distance = np.hypot(*((cell + 0.5) * CELL_KM - dense).T)
        hit = cell[distance <= CORE_RADIUS_KM] - low
        near[hit[:, 1], hit[:, 0]] = True


def encounters(herd: Sequence[Animal]) -> pd.DataFrame:
    """Return one row per true encounter, ordered by animal and time.

    Columns ``animal time_utc barrier stretch x_km y_km passed``.
    """
    rows = [asdict(encounter) for animal in herd for encounter in animal.encounters]
    frame = pd.DataFrame(rows)
    frame["time_utc"] = times_utc(frame.pop("step").to_numpy())
    order = ["animal", "time_utc", "barrier", "stretch", "x_km", "y_km", "passed"]
    return frame[order].sort_values(["animal", "time_utc"], kind="stable", ignore_index=True)


def times_utc(steps: Indices) -> pd.DatetimeIndex:
    """Return the UTC times of simulation steps."""
    stamps = START_UTC + (steps * STEP_MIN * 60).astype("timedelta64[s]")
    return pd.DatetimeIndex(stamps).tz_localize("UTC")


def tracking_years(herd: Sequence[Animal]) -> float:
    """Return animal-years under observation, alive, summed over the herd."""
    fixes = sum(
        min(a.to_fix, DEATH_DAY * 6 if a.name == DEAD else a.to_fix) - a.from_fix for a in herd
    )
    return fixes / 6 / 365.25


def missing_passages(herd: Sequence[Animal]) -> dict[tuple[str, str], float]:
    """Return (barrier, stretch) -> passages that are missing there, per animal and year.

    A journey meets every line once. If the line alone were open it would pass where it first met
    it, so one that was turned back there and passed nowhere on the line is one passage less: it
    went through a gap. Per season, over the animals under observation in it.
    """
    lost: dict[tuple[str, str], float] = {}
    for season, day in SEASON_DAY.items():
        tracked = sum(_is_observed(one, 365 * year + day) for one in herd for year in (0, 1))
        for animal in herd:
            for journey in (one for one in animal.journeys if one.season == season):
                for first in _never_passed(animal, journey):
                    lost[first] = lost.get(first, 0.0) + 1 / tracked
    return lost


def _is_observed(animal: Animal, day: int) -> bool:
    until = DEATH_DAY if animal.name == DEAD else animal.to_fix / 6
    return animal.from_fix / 6 <= day < until


def _never_passed(animal: Animal, journey: Journey) -> list[tuple[str, str]]:
    """Return barrier and first stretch of the lines that a journey met and passed nowhere."""
    until = journey.from_step + len(journey.path_km)
    met = [one for one in animal.encounters if journey.from_step <= one.step < until]
    passed = {one.barrier for one in met if one.passed}
    first = {one.barrier: one.stretch for one in reversed(met)}
    return [(barrier, stretch) for barrier, stretch in first.items() if barrier not in passed]


def facts(herd: Sequence[Animal], *, seed: int) -> dict[str, Any]:
    """Return everything a test needs to judge a pipeline on this herd, as plain JSON values."""
    met = encounters(herd)
    years = tracking_years(herd)
    missing = missing_passages(herd)
    stretches = [
        _stretch_facts(met, barrier.name, stretch.name, years)
        | {"missing_per_animal_year": round(missing.get((barrier.name, stretch.name), 0.0), 4)}
        | {
            "kind": barrier.kind,
            "class": stretch.class_name,
            "status": barrier.status,
            "permeability": stretch.permeability,
        }
        for barrier in BARRIERS
        for stretch in barrier.stretches
    ]
    acting = [s for s in stretches if s["status"] == "existing"]
    worst = max(acting, key=lambda s: s["missing_per_animal_year"])
    return {
        "label": LABEL,
        "species": SPECIES,
        "seed": seed,
        "n_animals": len(herd),
        "animals": {animal.name: animal.role for animal in herd},
        "resident": RESIDENT,
        "mortality": {
            "animal": DEAD,
            "died_utc": _iso(DEATH_DAY),
            "track_ends_utc": _iso(DEAD_UNTIL_DAY),
        },
        "track_days": N_DAYS,
        "tracking_years": round(years, 4),
        "motion_variance_m2_min": MOTION_VARIANCE_M2_MIN,
        "location_error_m": LOCATION_ERROR_M,
        "core_definition": CORE_DEFINITION,
        "stretches": stretches,
        "worst_stretch": worst["stretch"],
        "complete_stretch": next(s["stretch"] for s in acting if s["permeability"] == 0.0),
        "migrations": [
            {
                "animal": journey.animal,
                "season": journey.season,
                "start_utc": _step_iso(journey.from_step + journey.out_of_range.start),
                "end_utc": _step_iso(journey.from_step + journey.out_of_range.stop),
            }
            for animal in herd
            for journey in animal.journeys
        ],
    }


def _step_iso(step: int) -> str:
    return str(times_utc(np.array([step]))[0].isoformat())


def _iso(day: int) -> str:
    return str(START_UTC + np.timedelta64(day, "D")) + "+00:00"


def _stretch_facts(met: pd.DataFrame, barrier: str, stretch: str, years: float) -> dict[str, Any]:
    mine = met[(met["barrier"] == barrier) & (met["stretch"] == stretch)]
    blocked = int((~mine["passed"]).sum())
    return {
        "barrier": barrier,
        "stretch": stretch,
        "encounters": len(mine),
        "passages": int(mine["passed"].sum()),
        "blocked": blocked,
        "n_animals": int(mine["animal"].nunique()),
        "passages_per_animal_year": round(float(mine["passed"].sum()) / years, 4),
        "blocked_per_animal_year": round(blocked / years, 4),
    }
