"""Zones: what of a herd's areas and places lies in polygons of the user's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from corridors.barriers.states import polygon_km2
from corridors.foundation import tables
from corridors.foundation.arrays import Floats, Geometries
from corridors.foundation.crs import GEOGRAPHIC, geodesic_area_km2, geodesic_length_m
from corridors.foundation.facts import Unit
from corridors.foundation.vocabulary import CORRIDOR_CLASSES, GRADES

_AREA = ["product", "season", "corridor_class", "isopleth", "evidence"]
_NO_AREA: dict[str, str | float] = {
    "season": "", "corridor_class": "", "isopleth": np.nan, "evidence": "",
    "area_km2": np.nan, "area_share": np.nan,
}  # fmt: skip
_COUNTS = [f"n_{grade}" for grade in GRADES]
_PASSAGES = ["passages_per_year", "free_per_year"]
# A vertex on an edge moves its geodesic by so much of an area at most: no ground.
_NOTHING = 1e-6


@dataclass(frozen=True)
class ZoneLayer:
    """A layer of zones: its name, what people call it, and whether it is of protected areas."""

    name: str
    title: str
    is_protected: bool


def zoned_areas(
    corridors: Iterable[gpd.GeoDataFrame], stopovers: gpd.GeoDataFrame, ranges: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Return a herd's areas, one row each: ``product season corridor_class isopleth evidence``.

    Parameters
    ----------
    corridors
        CORRIDORS, tracked, drawn and modelled.
    stopovers, ranges
        STOPOVERS, RANGES; the stopovers of a season are one area.
    """
    parts = [each.assign(product="corridor", isopleth=np.nan) for each in corridors]
    parts.append(
        stopovers.assign(
            product="stopovers", corridor_class="", isopleth=np.nan, evidence="tracked"
        )
    )
    parts.append(ranges.assign(product="range", corridor_class=""))
    filled = [part[[*_AREA, "geometry"]] for part in parts if len(part)]
    if not filled:
        return gpd.GeoDataFrame({name: [] for name in _AREA}, geometry=[], crs=GEOGRAPHIC)
    joined = pd.concat(filled, ignore_index=True)
    joined["_class"] = joined["corridor_class"].map(("", *CORRIDOR_CLASSES).index)
    keys = ["product", "evidence", "season", "_class", "corridor_class", "isopleth"]
    grouped = joined.groupby(keys, dropna=False, sort=True)["geometry"]
    found = [(dict(zip(keys, key, strict=True)), shapes.to_numpy()) for key, shapes in grouped]
    return gpd.GeoDataFrame(
        pd.DataFrame([key for key, _ in found])[_AREA],
        geometry=[each[0] if len(each) == 1 else shapely.union_all(each) for _, each in found],
        crs=GEOGRAPHIC,
    )


def zone_shares(
    herd: str,
    layers: Sequence[ZoneLayer],
    zones: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    places: pd.DataFrame,
    segments: gpd.GeoDataFrame,
    unit: Unit,
) -> pd.DataFrame:
    """Return ZONE_SHARES.

    Parameters
    ----------
    herd
        Its name.
    layers
        All that were configured, also those with no zone near the herd.
    zones
        ZONES of these layers.
    areas
        Of :func:`zoned_areas`.
    places, segments
        THREATS and THREAT_SEGMENTS.
    unit
        Of their passages.
    """
    segments = _with_expected(segments.reset_index(drop=True), places)
    found = []
    for layer in layers:
        own = zones[zones["layer"] == layer.name].reset_index(drop=True)
        rows = _of_layer(own, areas, segments)
        rows = rows.assign(
            herd=herd, layer=layer.name, title=layer.title, is_protected=layer.is_protected
        )
        found.append(rows.assign(**unit.columns()))
    return tables.joined(found, tables.ZONE_SHARES)


def _with_expected(segments: gpd.GeoDataFrame, places: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return segments with their part of what is expected; NaN where nobody met the place."""
    free = places.set_index("threat")["free_per_year"]
    expected = segments["threat"].map(free).astype("float64") * segments["share"]
    return segments.assign(
        free_per_year=expected,
        passages_per_year=segments["passages_per_year"].where(expected.notna()),
    )


def _of_layer(
    zones: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, segments: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Return the rows of one layer, zone by zone, then all of them and the ground outside."""
    polygons = np.asarray(zones.geometry.to_numpy(), dtype=object)
    total = np.array([geodesic_area_km2(shape) for shape in areas.geometry], np.float64)
    inside = _areas_inside(polygons, areas.geometry.to_numpy())
    share = np.divide(inside, total, out=np.zeros_like(inside), where=total > 0)
    share = np.clip(share, 0.0, 1.0)
    outside = 1.0 - share[-1:]
    share = np.vstack([share, np.where(outside < _NOTHING, 0.0, outside)])
    met = _places_inside(polygons, segments)
    keys = pd.DataFrame(
        {
            "zone_part": ["zone"] * len(zones) + ["all", "outside"],
            "zone": [*zones["zone"], "", ""],
            "class": [*zones["class"], "", ""],
        }
    )
    is_told = (share > 0).any(axis=1) | (met[_COUNTS] > 0).any(axis=1).to_numpy()
    is_told[-2:] = True
    keys, share, met = keys[is_told], share[is_told], met[is_told]
    rows = keys.merge(areas[_AREA], how="cross").assign(
        area_km2=(total * share).ravel(), area_share=share.ravel()
    )
    rows.index = np.repeat(keys.index, len(areas))
    unknown = dict.fromkeys([*_COUNTS, *_PASSAGES], np.nan)
    parts = [rows.assign(**unknown)] if len(rows) else []
    if len(segments):
        parts.append(pd.concat([keys, met], axis=1).assign(product="places", **_NO_AREA))
    return pd.concat(parts).sort_index(kind="stable") if parts else keys.iloc[:0]


def _areas_inside(polygons: Geometries, shapes: Geometries) -> Floats:
    """Return what of each shape lies in each polygon and, last, in any, km2, (n + 1, shapes)."""
    found = np.zeros((len(polygons) + 1, len(shapes)))
    tree = STRtree(polygons)
    for column, shape in enumerate(shapes):
        near = np.sort(tree.query(shape, predicate="intersects"))
        cut = shapely.intersection(polygons[near], shape)
        found[near, column] = [polygon_km2(part) for part in cut]
        found[-1, column] = polygon_km2(shapely.union_all(_of_dimension(cut, 2)))
    return found


def _places_inside(polygons: Geometries, segments: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return places and passages in each polygon, in any of them and outside, (n + 2) rows."""
    n = len(polygons)
    lines = np.asarray(segments.geometry.to_numpy(), dtype=object)
    length = np.array([geodesic_length_m(line) for line in lines], np.float64)
    line, zone = STRtree(polygons).query(lines, predicate="intersects")
    cut = shapely.intersection(lines[line], polygons[zone])
    found = [pd.DataFrame({"row": zone, "line": line, "m": [_length_m(part) for part in cut]})]
    any_m = np.zeros(len(lines))
    for number, parts in pd.Series(cut, dtype=object).groupby(line):
        any_m[number] = _length_m(shapely.union_all(_of_dimension(parts.to_numpy(), 1)))
    for row, metres in ((n, any_m), (n + 1, length - any_m)):
        found.append(pd.DataFrame({"row": row, "line": np.arange(len(lines)), "m": metres}))
    pairs = pd.concat(found, ignore_index=True)
    pairs["frac"] = np.clip(pairs["m"] / length[pairs["line"]], 0.0, 1.0)
    pairs = pairs[pairs["frac"] >= _NOTHING]
    own = segments[["threat", "grade", *_PASSAGES]].iloc[pairs["line"]].reset_index(drop=True)
    own["row"] = pairs["row"].to_numpy()
    for name in _PASSAGES:
        own[name] *= pairs["frac"].to_numpy()
    every = range(n + 2)
    out = pd.DataFrame(index=pd.RangeIndex(n + 2))
    seen = own.drop_duplicates(["row", "threat"])
    for name, grade in zip(_COUNTS, GRADES, strict=True):
        counts = seen.loc[seen["grade"] == grade, "row"].value_counts()
        out[name] = counts.reindex(every, fill_value=0).to_numpy(np.float64)
    # Without a place there is no passage; of places that nobody met none is known.
    sums = own.groupby("row")[_PASSAGES].sum(min_count=1)
    is_without = ~np.isin(every, own["row"])
    for name in _PASSAGES:
        out[name] = np.where(is_without, 0.0, sums[name].reindex(every).to_numpy(np.float64))
    return out


def _of_dimension(geometries: Geometries, dimension: int) -> Geometries:
    """Return the single parts of geometries that have this dimension."""
    parts = shapely.get_parts(shapely.get_parts(geometries))
    return np.asarray(parts[shapely.get_dimensions(parts) == dimension], dtype=object)


def _length_m(geometry: BaseGeometry) -> float:
    lines = _of_dimension(np.array([geometry], dtype=object), 1)
    return float(sum(geodesic_length_m(line) for line in lines))
