"""Herds all over the world: three animals that walk once from one place to another."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pyproj import Geod

_GEOD = Geod(ellps="WGS84")
HERD = "h"


@dataclass(frozen=True)
class Walk:
    """Where a herd walks (lon, lat, degrees), and in which states it begins and ends."""

    start: tuple[float, float]
    end: tuple[float, float]
    states: tuple[str, str]


WALKS = {
    "mongolia-russia": Walk((104.0, 50.0), (104.0, 50.7), ("Mongolia", "Russia")),
    "kenya-tanzania": Walk((36.5, -1.9), (36.5, -2.6), ("Kenya", "United Republic of Tanzania")),
    "bolivia-chile": Walk((-68.1, -19.3), (-68.8, -19.3), ("Bolivia", "Chile")),
    "norway-sweden": Walk((11.6, 63.0), (12.6, 63.0), ("Norway", "Sweden")),
    "chukotka": Walk((179.5, 67.5), (-179.3, 67.5), ("Russia", "Russia")),
    "iceland": Walk((-18.5, 65.1), (-18.5, 64.6), ("Iceland", "Iceland")),
}


def study(walk: Walk, folder: Path, *, days: int = 30) -> dict[str, Any]:
    """Write the tracks of a herd into ``folder``; return sections of a configuration.

    A fix every 4 h; the way takes the middle third of the days, and every fix is some 300 m beside.
    """
    azimuth_deg, _, length_m = _GEOD.inv(*walk.start, *walk.end)
    parts = []
    for n in range(3):
        rng = np.random.default_rng(n)
        times = pd.date_range("2021-04-01", periods=6 * days, freq="4h")
        share = np.clip(3 * np.linspace(0, 1, len(times)) - 1, 0, 1)
        alike = np.ones(len(times))
        lon, lat, _ = _GEOD.fwd(
            walk.start[0] * alike, walk.start[1] * alike, azimuth_deg * alike, share * length_m
        )
        aside_m = np.abs(rng.normal(0, 300, len(times)))
        lon, lat, _ = _GEOD.fwd(lon, lat, rng.uniform(0, 360, len(times)), aside_m)
        parts.append(
            pd.DataFrame(
                {
                    "timestamp": times.strftime("%Y-%m-%d %H:%M:%S"),
                    "location-long": lon,
                    "location-lat": lat,
                    "sensor-type": "gps",
                    "individual-taxon-canonical-name": "Rangifer tarandus",
                    "tag-local-identifier": f"T{n}",
                    "individual-local-identifier": f"animal {n}",
                }
            )
        )
    pd.concat(parts).to_csv(folder / "t.csv", index=False)
    source = {"path": "t.csv", "format": "movebank", "time_zone": "UTC"}
    return {
        "herds": {HERD: {"species": "Rangifer tarandus", "tracks": [source]}},
        "boundaries": [{"path": "natural-earth"}],
        "states": {"path": "natural-earth"},
    }
