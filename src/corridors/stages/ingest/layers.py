"""The layers part of `ingest`: barriers, states, zones and expert ranges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridors.barriers import parallel
from corridors.barriers.presets import Rule, osm_rules, preset
from corridors.barriers.remarks import remarks
from corridors.barriers.segments import projected
from corridors.barriers.sources import BarrierMapping, barriers_of
from corridors.formats import natural_earth
from corridors.formats.geoparquet import Bounds
from corridors.formats.openstreetmap import read_ways
from corridors.formats.repair import repair
from corridors.formats.vector import LINES, POLYGONS, read_layer
from corridors.foundation import tables
from corridors.foundation.artefacts import RawFiles
from corridors.foundation.crs import GEOGRAPHIC, geodesic_area_km2, to_geographic, working_crs
from corridors.foundation.errors import Fault, InputError

if TYPE_CHECKING:
    from corridors.config.sources import BarrierSource, RangeSource, StateSource, ZoneSource

NATURAL_EARTH = "natural-earth"
_RANGE_SEASONS = ("winter", "summer")


def read_barriers(
    raw: RawFiles, source: BarrierSource, bounds: Bounds | None
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Return the BARRIERS rows of one source and what to tell about them.

    Raises
    ------
    CorridorsError
        All faults of this source.
    """
    path = raw.of(source.path)
    kinds = (*LINES, *POLYGONS)
    if source.format == "osm":
        rules: Sequence[Rule] = osm_rules()
        if source.rules:
            rules = [
                (rule.tags, {"kind": rule.kind or "", "class": rule.class_, "status": rule.status})
                for rule in source.rules
            ]
        layer = read_ways(path, source.path, rules, bounds)
        same = ["kind", "class", "name", "id"]
        if source.status == "existing":
            same.append("status")
        common = _of_all(source) | {f"{column}_column": column for column in same}
        mapping = BarrierMapping(**common, status=source.status)
    else:
        mapping = mapping_of(source)
        layer = read_layer(
            path,
            source.path,
            columns=mapping.columns(),
            kinds=kinds,
            bounds=bounds,
            **source.reading,
        )
    features, repairs = repair(layer.frame, kinds)
    barriers, notes = barriers_of(features, mapping)
    if bounds is not None and layer.frame.empty:
        notes["nothing_near_the_herd"] = True
    told = {"barriers": len(barriers), **layer.notes, **repairs, **notes}
    said = remarks(told, completeness=source.completeness, margin_km=source.margin_km)
    return barriers, told | ({"remarks": said} if said else {})


def mapping_of(source: BarrierSource) -> BarrierMapping:
    """Return which column of a vector layer says what, its preset's where the source is silent."""
    own: dict[str, Any] = {
        "kind": source.kind,
        "kind_column": source.kind_column,
        "kind_map": source.kind_map,
        "class_": source.class_ or None,
        "class_column": source.class_column,
        "class_map": source.class_map,
        "name_column": source.name_column,
        "id_column": source.id_column,
        "status": source.status,
        "status_column": source.status_column,
        "status_map": source.status_map,
        "permeability_column": source.permeability_column,
        "valid_from_column": source.valid_from_column,
        "valid_to_column": source.valid_to_column,
        "date_formats": source.date_formats,
    }
    stated = {name: value for name, value in own.items() if value is not None}
    packaged = preset(source.preset) if source.preset else {}
    return BarrierMapping(**_of_all(source), **(packaged | stated))


def _of_all(source: BarrierSource) -> dict[str, Any]:
    """Return what a source says of all of its features, by field of the mapping."""
    return {
        "name": source.name,
        "file": source.path,
        "permeability": source.permeability,
        "tolerance_m": source.tolerance_m,
        "valid_from": source.valid_from,
        "valid_to": source.valid_to,
    }


def read_states(
    raw: RawFiles, source: StateSource, near: list[Bounds]
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Return the STATES table; of the bundled states of the world what reaches one of the boxes.

    Raises
    ------
    CorridorsError
        All faults of this source.
    """
    if source.path == NATURAL_EARTH:
        frame = natural_earth.states(near)
        return frame, {"states": len(frame)}
    layer = read_layer(
        raw.of(source.path),
        source.path,
        columns=[source.name_column],
        kinds=POLYGONS,
        **source.reading,
    )
    features, repairs = repair(layer.frame, POLYGONS)
    names = _names(features, source, "state without a name")
    frame = gpd.GeoDataFrame(
        {"state": names, "source": source.source, "label": source.label},
        geometry=features.geometry.array,
        crs=GEOGRAPHIC,
    )
    return frame, {"states": len(frame), **layer.notes, **repairs}


def _names(
    features: gpd.GeoDataFrame, source: StateSource | ZoneSource, missing: str
) -> pd.Series[str]:
    """Return the name of each feature; ``missing`` is what is wrong with one that has none."""
    names = features[source.name_column]
    nameless = names.isna() | (names.astype("str").str.strip() == "")
    if nameless.any():
        raise InputError(
            Fault(
                missing,
                source.path,
                int(features.loc[nameless, "source_row"].iloc[0]),
                source.name_column,
                got=f"{int(nameless.sum())} features",
                cure="fill in the names",
            )
        )
    return names.astype("str")


def read_zones(
    raw: RawFiles, source: ZoneSource, bounds: Bounds | None
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Return the ZONES rows of one layer: polygons of one name and class are one zone.

    Raises
    ------
    CorridorsError
        All faults of this layer.
    """
    columns = [name for name in (source.name_column, source.class_column) if name]
    layer = read_layer(
        raw.of(source.path),
        source.path,
        columns=columns,
        kinds=POLYGONS,
        bounds=bounds,
        **source.reading,
    )
    features, repairs = repair(layer.frame, POLYGONS)
    zone = _names(features, source, "zone without a name").str.strip()
    own = features[source.class_column] if source.class_column else zone.mask(zone != "")
    kind = own.astype("str").str.strip().mask(own.isna(), "")
    parts: dict[tuple[str, str], list[Any]] = {}
    for name, its_class, polygon in zip(zone, kind, features.geometry, strict=True):
        parts.setdefault((str(name), str(its_class)), []).append(polygon)
    keys = sorted(parts)
    frame = gpd.GeoDataFrame(
        {
            "layer": pd.Series(source.name, index=range(len(keys)), dtype="str"),
            "zone": pd.Series([name for name, _ in keys], dtype="str"),
            "class": pd.Series([its_class for _, its_class in keys], dtype="str"),
        },
        geometry=[
            parts[key][0] if len(parts[key]) == 1 else shapely.union_all(parts[key]) for key in keys
        ],
        crs=GEOGRAPHIC,
    )
    told = {"zones": len(frame), "polygons": len(features), **layer.notes, **repairs}
    if layer.frame.empty:
        told["nothing_near_the_herd"] = True
    return frame, told


def read_expert_ranges(
    raw: RawFiles, source: RangeSource, herd: str
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Return expert seasonal ranges as RANGES rows, one per season.

    Raises
    ------
    CorridorsError
        All faults of this source.
    """
    layer = read_layer(
        raw.of(source.path),
        source.path,
        columns=[source.season_column],
        kinds=POLYGONS,
        **source.reading,
    )
    features, repairs = repair(layer.frame, POLYGONS)
    season = features[source.season_column].astype("str").str.strip().str.casefold()
    own = {word.strip().casefold(): name for word, name in (source.season_map or {}).items()}
    season = season.map(lambda word: own.get(word, word)).astype("str")
    unknown = ~season.isin(_RANGE_SEASONS)
    if unknown.any() or features.empty:
        raise InputError(
            Fault(
                "season of an expert range is unknown",
                source.path,
                int(features.loc[unknown, "source_row"].iloc[0]) if unknown.any() else None,
                source.season_column,
                expected=" or ".join(_RANGE_SEASONS),
                got=", ".join(sorted({repr(s) for s in season[unknown]})[:12]) or "no polygons",
                cure="write winter or summer, in English, or say in season_map what they mean",
            )
        )
    union = {
        name: shapely.union_all(features.geometry.to_numpy()[(season == name).to_numpy()])
        for name in sorted(set(season))
    }
    cited = f"{source.author}, {source.date.isoformat()}, confidence {source.confidence}"
    frame = gpd.GeoDataFrame(
        {
            "herd": herd,
            "season": [*union],
            "isopleth": np.nan,
            "n_animals": np.zeros(len(union), dtype="int64"),
            "area_km2": [geodesic_area_km2(polygon) for polygon in union.values()],
            "evidence": "expert",
            "source": cited,
        },
        geometry=[*union.values()],
        crs=GEOGRAPHIC,
    )
    return frame, {"polygons": len(features), **layer.notes, **repairs}


def without_doubles(
    barriers: gpd.GeoDataFrame, *, side_by_side_m: Mapping[str, float]
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Return BARRIERS in which what was drawn twice is there once, and what was taken.

    Lines of one source, class and name are doubles up to ``side_by_side_m`` of their kind (dual
    carriageways); lines of different sources up to twice the tolerance of the rougher one, or that
    distance if it is larger. Status and dates must agree, and permeabilities where both are stated.
    A line with a stated permeability stays, else the one that is better known in place.
    """
    geometry = np.array(barriers.geometry.to_numpy(), dtype=object)
    xy = shapely.get_coordinates(geometry)
    if not len(xy):
        return barriers, {}
    crs = working_crs(xy[:, 0], xy[:, 1])
    planar = projected(geometry, crs)
    usable = (shapely.get_dimensions(geometry) == 1) & np.isfinite(shapely.bounds(planar)).all(1)
    near = np.asarray(barriers["kind"].map(dict(side_by_side_m)).fillna(0.0), np.float64)
    keys = ["kind", "status", "valid_from", "valid_to"]
    alike = barriers.groupby(keys, dropna=False, sort=True).ngroup().to_numpy(np.int64)
    own = barriers.groupby([*keys, "source", "class", "name"], dropna=False, sort=True).ngroup()
    stated = barriers["permeability"].to_numpy(float)
    tolerance = barriers["tolerance_m"].to_numpy(float)
    order = tolerance - 1e9 * np.isfinite(stated)
    source = pd.factorize(barriers["source"])[0].astype(np.int64)
    kept, within = parallel.without_doubles(
        planar, np.where(usable, own.to_numpy(np.int64), -1), order, near, stated=stated
    )
    kept, between = parallel.without_doubles(
        kept,
        np.where(usable & ~shapely.is_empty(kept), alike, -1),
        order,
        np.maximum(near, 2 * tolerance),
        apart=source,
        stated=stated,
    )
    changed = within + between > 0
    if not changed.any():
        return barriers, {}
    geometry[changed] = [to_geographic(line, crs) for line in kept[changed]]
    out = barriers.set_geometry(gpd.GeoSeries(geometry, index=barriers.index, crs=GEOGRAPHIC))
    gone = out.geometry.is_empty
    return out[~gone].reset_index(drop=True), {
        "side_by_side_km": round(float(within.sum()) / 1000, 3),
        "other_source_km": round(float(between.sum()) / 1000, 3),
        "features_gone": int(gone.sum()),
    }


def join(
    parts: list[gpd.GeoDataFrame], schema: tables.LayerSchema, order: list[str]
) -> gpd.GeoDataFrame:
    """Return all parts as one table in a fixed order, or an empty one."""
    joined = tables.joined(parts, schema)
    return joined.sort_values(order, kind="stable").reset_index(drop=True)
