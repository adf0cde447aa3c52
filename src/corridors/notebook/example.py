"""Three animals that migrate 30 km over a fence and back: a year that one can work out by hand.

Everything lies along 110° W. The animals stay around 42.00° N in winter and around 42.27° N, 30 km
farther north, in summer. From 1 to 11 May they walk north, from 10 to 20 October south, half a
kilometre every 4 h, 100 m beside each other. A fence runs along 42.135° N across all of their ways,
so that each animal passes it twice. Nothing is random.
"""

from __future__ import annotations

from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import LineString

from corridors.foundation.artefacts import FixTable, Layer
from corridors.foundation.crs import GEOGRAPHIC
from corridors.notebook import sources, verbs
from corridors.stages.clean import stage as clean
from corridors.stages.delineate import stage as delineate
from corridors.stages.intersect import stage as intersect
from corridors.stages.segment import stage as segment
from corridors.stages.surface import stage as surface

ANIMALS = ("ada", "ben", "cleo")
_WINTER_N_DEG, _SUMMER_N_DEG, _FENCE_N_DEG = 42.0, 42.27, 42.135
_MERIDIAN_DEG = -110.0
_BESIDE_DEG = 0.0012  # 100 m
_AROUND_DEG = 0.001  # 80 m to the east, in a range 110 m to the north, at most
_SPRING_D, _AUTUMN_D, _WALK_D = 89.0, 251.0, 10.0  # since 1 February


def frame() -> pd.DataFrame:
    """Return the fixes as a collar's maker might deliver them: every 4 h of a year, UTC.

    Examples
    --------
    >>> frame().groupby("animal").size().to_dict()
    {'ada': 2190, 'ben': 2190, 'cleo': 2190}
    >>> frame()["lat"].agg(["min", "max"]).round(2).tolist()
    [42.0, 42.27]
    """
    step = np.arange(365 * 6)
    day = step / 6
    out = np.clip((day - _SPRING_D) / _WALK_D, 0, 1) - np.clip((day - _AUTUMN_D) / _WALK_D, 0, 1)
    is_still = (out == 0) | (out == 1)
    parts = []
    for number, animal in enumerate(ANIMALS):
        # Sines of squares look like chance and are the same everywhere.
        east = np.sin(step**2 + number) * _AROUND_DEG
        north = np.sin(2.0 * step**2 + number) * is_still * _AROUND_DEG
        parts.append(
            pd.DataFrame(
                {
                    "animal": animal,
                    "time": pd.Timestamp("2023-02-01", tz="UTC") + pd.to_timedelta(day, unit="D"),
                    "lon": _MERIDIAN_DEG + (number - 1) * _BESIDE_DEG + east,
                    "lat": _WINTER_N_DEG + out * (_SUMMER_N_DEG - _WINTER_N_DEG) + north,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def fence() -> gpd.GeoDataFrame:
    """Return the fence, one line of 8 km across the ways of all animals.

    Examples
    --------
    >>> fence().to_crs("EPSG:32612").length.round(-3).tolist()
    [8000.0]
    """
    ends = [(_MERIDIAN_DEG - 0.05, _FENCE_N_DEG), (_MERIDIAN_DEG + 0.05, _FENCE_N_DEG)]
    return gpd.GeoDataFrame({"name": ["pasture"]}, geometry=[LineString(ends)], crs=GEOGRAPHIC)


@cache
def fixes() -> FixTable:
    """Return the fixes as the pipeline takes them."""
    return sources.fixes(frame(), herd="example", species="Odocoileus hemionus")


@cache
def barriers() -> Layer:
    """Return the fence as the pipeline takes it."""
    return sources.barrier_layer(fence(), name="pasture", kind="fence", class_="fence_livestock")


@cache
def cleaned() -> clean.Results:
    """Return what :func:`corridors.clean` makes of the fixes."""
    return verbs.clean(fixes())


@cache
def segmented() -> segment.Results:
    """Return what :func:`corridors.segment` makes of them."""
    return verbs.segment(cleaned())


@cache
def surfaces() -> surface.Results:
    """Return what :func:`corridors.occurrence` makes of them."""
    return verbs.occurrence(cleaned(), segmented())


@cache
def drawn() -> delineate.Results:
    """Return what :func:`corridors.corridor` makes of them."""
    return verbs.corridor(segmented(), surfaces())


@cache
def crossed() -> intersect.Results:
    """Return what :func:`corridors.crossings` makes of them and the fence."""
    return verbs.crossings(barriers(), cleaned(), segmented(), surfaces(), drawn())
