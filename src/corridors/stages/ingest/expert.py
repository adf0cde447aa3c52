"""The part of `ingest` that reads corridors drawn by experts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from corridors.formats.repair import repair
from corridors.formats.vector import LINES, POLYGONS, read_layer
from corridors.foundation.arrays import Flags, Geometries
from corridors.foundation.artefacts import RawFiles
from corridors.foundation.crs import (
    GEOGRAPHIC,
    geodesic_area_km2,
    to_geographic,
    to_working,
    working_crs,
)
from corridors.foundation.errors import Fault, InputError
from corridors.foundation.vocabulary import CORRIDOR_CLASSES

if TYPE_CHECKING:
    from corridors.config.sources import CorridorSource

ALL = "all"  # every migration, whatever its season
# Long edges bend when they are projected: they are cut at this first.
_MAX_EDGE_DEG = 0.01


def read_expert_corridors(
    raw: RawFiles, source: CorridorSource, herd: str
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Return corridors drawn by an expert as CORRIDORS rows, one per season and class.

    Lines become corridors of ``buffer_m`` on both sides. A class holds the classes above it, and
    season ``all`` holds every season, as it does for tracked corridors.

    Raises
    ------
    CorridorsError
        All faults of this source.
    """
    seasons = (*source.seasons, ALL)
    columns = [name for name in (source.season_column, source.class_column) if name]
    kinds = (*LINES, *POLYGONS)
    layer = read_layer(
        raw.of(source.path),
        source.path,
        columns=columns,
        kinds=kinds,
        **source.reading,
    )
    features, repairs = repair(layer.frame, kinds)
    season = _words(features, source.season_column, ALL)
    level = _words(features, source.class_column, CORRIDOR_CLASSES[0])
    is_line = features.geom_type.isin(LINES).to_numpy()
    faults = [
        *_unknown(features, season, source.season_column, seasons, "season", source.path),
        *_unknown(features, level, source.class_column, CORRIDOR_CLASSES, "class", source.path),
    ]
    if features.empty:
        faults.append(
            Fault("no corridor has a length or an area", source.path, cure="correct the geometries")
        )
    if is_line.any() and source.buffer_m is None:
        faults.append(
            Fault(
                "a corridor drawn as a line has no width",
                source.path,
                int(features.loc[is_line, "source_row"].iloc[0]),
                expected="expert_corridors.buffer_m, the half width in metres",
                got=f"{int(is_line.sum())} lines",
                cure="set buffer_m, or draw polygons",
            )
        )
    if faults:
        raise InputError(faults)
    shapes = np.asarray(features.geometry.array, dtype=object).copy()
    if source.buffer_m is not None:
        shapes[is_line] = [_widened(line, source.buffer_m) for line in shapes[is_line]]
    cited = f"{source.author}, {source.date.isoformat()}, confidence {source.confidence}"
    rows = [
        {
            "herd": herd,
            "season": name,
            "corridor_class": corridor_class,
            "n_animals": 0,
            "n_tracked": 0,
            "share": np.nan,
            "area_km2": geodesic_area_km2(polygon),
            "evidence": "expert",
            "source": cited,
            "geometry": polygon,
        }
        for name in seasons
        for corridor_class, polygon in _classes(
            shapes, level, (season == name).to_numpy() | (name == ALL)
        )
    ]
    notes = {"corridors": len(features), "lines": int(is_line.sum()), **layer.notes, **repairs}
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=GEOGRAPHIC), notes


def _classes(shapes: Geometries, level: pd.Series, chosen: Flags) -> list[tuple[str, BaseGeometry]]:
    """Return each class that occurs, or holds one that does, with its polygon."""
    found = []
    for i, name in enumerate(CORRIDOR_CLASSES):
        here = chosen & level.isin(CORRIDOR_CLASSES[i:]).to_numpy()
        if here.any():
            found.append((name, shapely.union_all(shapes[here])))
    return found


def _widened(line: BaseGeometry, buffer_m: float) -> BaseGeometry:
    """Return the polygon within ``buffer_m`` of a line, both in EPSG:4326."""
    lon, lat = shapely.get_coordinates(line).T
    around = working_crs(lon, lat)
    band = to_working(line, around, max_edge_deg=_MAX_EDGE_DEG).buffer(buffer_m)
    return to_geographic(band, around)


def _words(features: gpd.GeoDataFrame, column: str | None, default: str) -> pd.Series:
    if column is None:
        return pd.Series(default, index=features.index, dtype="str")
    words: pd.Series = features[column].astype("str").str.strip().str.casefold()
    return words.mask(features[column].isna(), "")


def _unknown(
    features: gpd.GeoDataFrame,
    words: pd.Series,
    column: str | None,
    known: tuple[str, ...],
    what: str,
    file: str,
) -> list[Fault]:
    odd = ~words.isin(known)
    if not odd.any():
        return []
    return [
        Fault(
            f"{what} of an expert corridor is unknown",
            file,
            int(features.loc[odd, "source_row"].iloc[0]),
            column,
            expected=" or ".join(known),
            got=", ".join(sorted({repr(word) for word in words[odd]})[:12]),
            cure=f"write {', '.join(known[:-1])} or {known[-1]}, in English",
        )
    ]
