"""The layers part of `ingest`: barriers, boundaries, states and expert ranges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridors.barriers.sources import BarrierMapping, barriers_of, digests
from corridors.formats import natural_earth
from corridors.formats.openstreetmap import read_ways
from corridors.formats.repair import repair
from corridors.formats.vector import LINES, POLYGONS, Bounds, read_layer
from corridors.foundation import tables
from corridors.foundation.crs import GEOGRAPHIC, geodesic_area_km2
from corridors.foundation.errors import Fault, InputError

if TYPE_CHECKING:
    from corridors.config.sources import BarrierSource, BoundarySource, RangeSource, StateSource
    from corridors.stages.context import StageContext

NATURAL_EARTH = "natural-earth"
_BOUNDARY_TYPES = ("river", "land", "lake", "fenced", "disputed", "unknown")
_RANGE_SEASONS = ("winter", "summer")


def read_barriers(
    context: StageContext, source: BarrierSource, bounds: Bounds | None
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Return the BARRIERS rows of one source and what to tell about them.

    Raises
    ------
    CorridorsError
        All faults of this source.
    """
    path = context.raw_path(source.path)
    mapping = BarrierMapping(
        name=source.name,
        file=source.path,
        kind=source.kind,
        kind_column=source.kind_column,
        kind_map=source.kind_map,
        class_=source.class_,
        class_column=source.class_column,
        class_map=source.class_map,
        name_column=source.name_column,
        id_column=source.id_column,
        status=source.status,
        status_column=source.status_column,
        permeability=source.permeability,
        permeability_column=source.permeability_column,
        tolerance_m=source.tolerance_m,
        valid_from=source.valid_from,
        valid_to=source.valid_to,
    )
    kinds = (*LINES, *POLYGONS)
    if source.format == "osm":
        rules = [
            (dict(rule.tags), {"kind": rule.kind, "class": rule.class_, "status": rule.status})
            for rule in source.rules
        ]
        layer = read_ways(path, source.path, rules, bounds)
        mapping = BarrierMapping(
            name=source.name,
            file=source.path,
            kind_column="kind",
            class_column="class",
            name_column="name",
            id_column="id",
            status_column="status",
            permeability=source.permeability,
            tolerance_m=source.tolerance_m,
            valid_from=source.valid_from,
            valid_to=source.valid_to,
        )
    else:
        layer = read_layer(
            path,
            source.path,
            layer=source.layer,
            columns=mapping.columns(),
            crs=source.crs,
            kinds=kinds,
            bounds=bounds,
        )
    features, repairs = repair(layer.frame, kinds)
    barriers, notes = barriers_of(features, mapping)
    return barriers, {"barriers": len(barriers), **layer.notes, **repairs, **notes}


def read_boundaries(
    context: StageContext, source: BoundarySource
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Return the BOUNDARIES rows of one source, never clipped: their length is reported.

    Raises
    ------
    CorridorsError
        All faults of this source.
    """
    notes: dict[str, Any] = {}
    if source.path == NATURAL_EARTH:
        frame = natural_earth.boundaries()
    else:
        columns = [
            source.pair_column,
            source.left_column,
            source.right_column,
            source.type_column,
            source.source_column,
        ]
        layer = read_layer(
            context.raw_path(source.path),
            source.path,
            layer=source.layer,
            columns=[column for column in columns if column],
            crs=source.crs,
            kinds=LINES,
        )
        features, repairs = repair(layer.frame, LINES)
        notes = {**layer.notes, **repairs}
        frame = _named(features, source)
    if source.left_state and source.right_state:
        wanted = {source.left_state, source.right_state}
        pairs = [
            {left, right}
            for left, right in zip(frame["left_state"], frame["right_state"], strict=True)
        ]
        chosen = np.array([pair == wanted for pair in pairs], dtype=bool)
        frame = frame[chosen].reset_index(drop=True)
        if frame.empty:
            raise InputError(
                Fault(
                    "no boundary between these states",
                    source.path,
                    expected=f"{source.left_state} and {source.right_state}",
                    got=", ".join(sorted({"-".join(sorted(pair)) for pair in pairs})[:12]) or None,
                    cure="spell the states as the file does",
                )
            )
    published = source.published_km
    if published is not None and len(frame) != 1:
        raise InputError(
            Fault(
                "published_km is for one boundary",
                source.path,
                expected="one boundary",
                got=str(len(frame)),
                cure="name left_state and right_state, or leave published_km out",
            )
        )
    states = frame["left_state"] + "-" + frame["right_state"]
    return gpd.GeoDataFrame(
        {
            "boundary": states + ":" + pd.Series(digests(frame.geometry, states), frame.index),
            "left_state": frame["left_state"],
            "right_state": frame["right_state"],
            "type": frame["type"],
            "source": frame["source"].mask(frame["source"] == "", source.source),
            "label": source.label or frame["label"],
            "published_km": np.nan if published is None else float(published),
            "published_source": source.published_source,
        },
        geometry=frame.geometry.array,
        crs=GEOGRAPHIC,
    ), {"boundaries": len(frame), **notes}


def read_states(
    context: StageContext, source: StateSource
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Return the STATES table.

    Raises
    ------
    CorridorsError
        All faults of this source.
    """
    if source.path == NATURAL_EARTH:
        frame = natural_earth.states()
        return frame, {"states": len(frame)}
    layer = read_layer(
        context.raw_path(source.path),
        source.path,
        layer=source.layer,
        columns=[source.name_column],
        crs=source.crs,
        kinds=POLYGONS,
    )
    features, repairs = repair(layer.frame, POLYGONS)
    names = features[source.name_column]
    nameless = names.isna() | (names.astype("str").str.strip() == "")
    if nameless.any():
        raise InputError(
            Fault(
                "state without a name",
                source.path,
                int(features.loc[nameless, "source_row"].iloc[0]),
                source.name_column,
                got=f"{int(nameless.sum())} features",
                cure="fill in the names",
            )
        )
    frame = gpd.GeoDataFrame(
        {"state": names.astype("str"), "source": source.source, "label": source.label},
        geometry=features.geometry.array,
        crs=GEOGRAPHIC,
    )
    return frame, {"states": len(frame), **layer.notes, **repairs}


def read_expert_ranges(
    context: StageContext, source: RangeSource
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Return expert seasonal ranges as RANGES rows, one per season.

    Raises
    ------
    CorridorsError
        All faults of this source.
    """
    layer = read_layer(
        context.raw_path(source.path),
        source.path,
        layer=source.layer,
        columns=[source.season_column],
        crs=source.crs,
        kinds=POLYGONS,
    )
    features, repairs = repair(layer.frame, POLYGONS)
    season = features[source.season_column].astype("str").str.strip().str.casefold()
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
                cure="write winter or summer, in English",
            )
        )
    union = {
        name: shapely.union_all(features.geometry.array[(season == name).to_numpy()])
        for name in sorted(set(season))
    }
    cited = f"{source.author}, {source.date.isoformat()}, confidence {source.confidence}"
    frame = gpd.GeoDataFrame(
        {
            "herd": context.herd,
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


def join(parts: list[gpd.GeoDataFrame], schema: Any, order: list[str]) -> gpd.GeoDataFrame:
    """Return all parts as one table in a fixed order, or an empty one."""
    filled = [part for part in parts if len(part)]
    if not filled:
        return tables.empty(schema)
    joined = gpd.GeoDataFrame(pd.concat(filled, ignore_index=True), crs=GEOGRAPHIC)
    return joined.sort_values(order, kind="stable").reset_index(drop=True)


def _named(features: gpd.GeoDataFrame, source: BoundarySource) -> gpd.GeoDataFrame:
    """Return lines with left_state, right_state, type, source and label."""
    faults: list[Fault] = []
    n = len(features)
    blank = pd.Series("", index=features.index, dtype="str")

    def words(column: str | None, default: str) -> pd.Series:
        if column is None:
            return blank + default
        text: pd.Series = features[column].astype("str").str.strip()
        return text.mask(features[column].isna(), "")

    if source.pair_column:
        parts = words(source.pair_column, "").str.split("-", n=1, expand=True)
        parts = parts.reindex(columns=[0, 1]).fillna("")
        left, right = parts[0].str.strip(), parts[1].str.strip()
    else:
        left = words(source.left_column, source.left_state or "")
        right = words(source.right_column, source.right_state or "")
    stateless = (left == "") | (right == "")
    if stateless.any() or not n:
        faults.append(
            Fault(
                "boundary without two states" if n else "the layer has no features",
                source.path,
                int(features.loc[stateless, "source_row"].iloc[0]) if n else None,
                source.pair_column or source.left_column,
                expected="LEFT-RIGHT" if source.pair_column else "the names of both states",
                cure="fill in the states",
            )
        )
    kind = words(source.type_column, "unknown").str.casefold()
    kind = kind.mask(kind == "", "unknown")
    odd = ~kind.isin(_BOUNDARY_TYPES)
    if odd.any():
        faults.append(
            Fault(
                "unknown type of boundary",
                source.path,
                int(features.loc[odd, "source_row"].iloc[0]),
                source.type_column,
                expected=", ".join(_BOUNDARY_TYPES),
                got=", ".join(sorted(set(kind[odd]))[:12]),
                cure="correct the column, or leave type_column out",
            )
        )
    if faults:
        raise InputError(faults)
    return gpd.GeoDataFrame(
        {
            "left_state": left.astype("str"),
            "right_state": right.astype("str"),
            "type": kind.astype("str"),
            "source": words(source.source_column, source.source).astype("str"),
            "label": blank,
        },
        geometry=features.geometry.array,
        crs=GEOGRAPHIC,
    )
