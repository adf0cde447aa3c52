"""Places of our ranking that migrations meet: as lines, and as the point where most animals do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
from shapely import line_merge, union_all
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from corridors.atlas.words.release import CLASS_OF_GRADE
from corridors.stages.release.features import parts_of


@dataclass(frozen=True)
class MetPlace:
    """A place: its row of THREATS, its class, the lines and the point that are released."""

    row: pd.Series
    place_class: str
    lines: list[BaseGeometry]
    point: Point


def met_places(
    threats: gpd.GeoDataFrame, segments: gpd.GeoDataFrame, *, min_animals: int
) -> Iterator[MetPlace]:
    """Yield the places that enough independent units met on migrations, best rank first.

    Parameters
    ----------
    threats, segments
        THREATS and THREAT_SEGMENTS of the herd.
    min_animals
        Units that must have met a place, and animals that must have met a segment of it.
    """
    enough = segments[segments["n_animals"] >= min_animals]
    ordered = threats.sort_values(["rank", "threat"], kind="stable")
    for _, row in ordered[ordered["n_units"] >= min_animals].iterrows():
        own = enough[enough["threat"] == row["threat"]]
        place_class = CLASS_OF_GRADE.get(row["grade"])
        if own.empty or place_class is None:
            continue
        most = own.sort_values(
            ["n_animals", "trials_per_year", "segment"], ascending=[False, False, True]
        ).iloc[0]
        lines = parts_of(line_merge(union_all(own.geometry.to_numpy())), "line")
        middle = most["geometry"].interpolate(0.5, normalized=True)
        yield MetPlace(row, place_class, lines, middle)
