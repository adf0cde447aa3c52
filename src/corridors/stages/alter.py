"""What a scenario changes for one herd: lines that it adds, segments that it alters.

The first stage of a scenario. It stands in the place of `ingest`: the barriers with those that
are planned, everything else that later stages read as it was.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridors.barriers.crossings import OTHER
from corridors.barriers.open_time import CLOSED, OPEN, is_open, open_share
from corridors.barriers.segments import is_near, projected
from corridors.barriers.selection import chosen, unknown_names
from corridors.formats.geoparquet import Bounds
from corridors.formats.parquet import read_json, read_layer, read_table, write_json, write_table
from corridors.formats.repair import repair
from corridors.formats.vector import POLYGONS, degree_bounds
from corridors.formats.vector import read_layer as read_file
from corridors.foundation import tables
from corridors.foundation.arrays import Geometries
from corridors.foundation.errors import CorridorsError, Fault, InputError
from corridors.foundation.faults import Faults
from corridors.foundation.track import usable
from corridors.stages.context import StageContext
from corridors.stages.ingest import layers as ingest_layers
from corridors.stages.intersect_herd import Herd, anchors_of, corridor_of, read_herd
from corridors.stages.labelled_crossings import labelled_crossings
from corridors.stages.scenario_stages import ALTER
from corridors.threats.priors import prior_table
from corridors.threats.scenarios import altered, permeability_of, with_opening

if TYPE_CHECKING:
    from corridors.config.scenarios import Scenario, Selection

_OWN = ("barriers.parquet", "alterations.parquet", "scenario.json")


def run(context: StageContext) -> None:
    """Write the barriers, the alterations, and whether the herd is affected at all.

    Raises
    ------
    CorridorsError
        Every fault of the files that the scenario names.
    """
    ((name, scenario),) = context.settings.scenarios.items()
    barriers = read_layer(context.read("ingest", "barriers.parquet"))
    facts: dict[str, Any] = {"herd": context.herd, "scenario": name}
    context.progress("reading what is added", 0.1)
    added, facts["added"] = _added(context, scenario)
    context.progress("looking for what is altered", 0.4)
    alterations, barriers, facts["rules"] = _alterations(context, scenario, barriers)
    facts["is_affected"] = bool(len(added) or len(alterations))
    facts["n_added"], facts["n_altered"] = len(added), len(alterations)
    barriers = ingest_layers.join([barriers, added], tables.BARRIERS, ["barrier"])
    write_table(barriers, context.out / "barriers.parquet", tables.BARRIERS)
    write_table(alterations, context.out / "alterations.parquet", tables.ALTERATIONS)
    write_json(facts, context.out / "scenario.json")
    for artefact in ALTER.writes:
        if artefact not in _OWN:
            shutil.copyfile(context.read("ingest", artefact), context.out / artefact)


def _added(
    context: StageContext, scenario: Scenario
) -> tuple[gpd.GeoDataFrame, list[dict[str, Any]]]:
    """Return the added barriers within reach of the herd, and what to tell of each source."""
    facts: list[dict[str, Any]] = []
    if not scenario.add:
        return tables.empty(tables.BARRIERS), facts
    crs = str(read_json(context.read("clean", "clean.json"))["crs"])
    fixes = read_layer(context.read("clean", "fixes.parquet"))
    placed = usable(fixes)
    corridor = corridor_of(context)
    anchors = anchors_of(placed, corridor, crs)
    parts: list[gpd.GeoDataFrame] = []
    faults = Faults()
    for source in scenario.add:
        bounds = bounds_of(placed, corridor, source.margin_km)
        try:
            found, notes = ingest_layers.read_barriers(context, source, bounds)
        except CorridorsError as error:
            faults.add(type(error), *error.faults)
            continue
        planar = projected(np.asarray(found.geometry.to_numpy(), dtype=object), crs)
        near = is_near(planar, anchors, context.settings.intersect.reach_km * 1000)
        parts.append(found[near])
        facts.append(
            {"name": source.name, "source": source.path, **notes, "n_near": int(near.sum())}
        )
    faults.raise_any()
    return ingest_layers.join(parts, tables.BARRIERS, ["barrier"]), facts


def bounds_of(
    fixes: gpd.GeoDataFrame, corridor: gpd.GeoDataFrame, margin_km: float
) -> Bounds | None:
    """Return the box of a herd's usable fixes and corridor, grown; None without either."""
    lon, lat = np.concatenate(
        [shapely.get_coordinates(layer.geometry.to_numpy()) for layer in (fixes, corridor)]
    ).T
    return degree_bounds(lon, lat, margin_km=margin_km)


def _rules(scenario: Scenario) -> Iterator[tuple[str, int, str, Selection]]:
    """Yield key, position and what becomes of the barriers; the first that fits counts."""
    for key, change, rules in (
        ("remove", "removed", scenario.remove),
        ("open", "opened", scenario.open),
        ("change", "changed", scenario.change),
    ):
        for position, rule in enumerate(rules):
            yield key, position, change, rule


def _alterations(
    context: StageContext, scenario: Scenario, barriers: gpd.GeoDataFrame
) -> tuple[pd.DataFrame, gpd.GeoDataFrame, list[dict[str, Any]]]:
    """Return ALTERATIONS of segments and areas, BARRIERS altered, and what each rule found."""
    segments = read_layer(context.read("intersect", "segments.parquet"))
    areas = read_layer(context.read("intersect", "areas.parquet"))
    parts: list[pd.DataFrame] = []
    wholes: list[pd.DataFrame] = []
    facts: list[dict[str, Any]] = []
    faults = Faults()
    herd: Herd | None = None
    for key, position, change, rule in _rules(scenario):
        try:
            polygons = polygons_of(context, rule)
        except CorridorsError as error:
            faults.add(type(error), *error.faults)
            continue
        among = {"names": rule.barriers, "kinds": rule.kinds, "classes": rule.classes}
        here, there, whole = (
            # What is gone already cannot be altered.
            chosen(rows, **among, polygons=polygons) & (rows["status"] != "removed").to_numpy()
            for rows in (segments, areas, barriers)
        )
        fact = {
            "key": key,
            "position": position,
            "n_barriers": int(whole.sum()),
            "n_segments": int(here.sum()),
            "n_areas": int(there.sum()),
            "unknown_names": unknown_names([segments, areas, barriers], rule.barriers or ()),
        }
        facts.append(fact)
        ids = [*segments.loc[here, "segment"], *areas.loc[there, "polygon"]]
        frame = pd.DataFrame({"segment": pd.Series(ids, dtype=str)}).assign(
            change=change,
            rule=f"{key} {position + 1}",
            permeability=np.nan,
            open_share=np.nan,
            permeability_open=np.nan,
        )
        if key == "change":
            frame["permeability"] = float(rule.permeability)  # type: ignore[attr-defined]
        if key == "open" and len(frame):
            herd = herd or read_herd(context, {})
            frame = _opened(context, herd, barriers, segments, areas, rule, frame, fact)
        parts.append(frame)
        if polygons is None and key != "open":
            # Beyond the reach of the segments, too; a polygon speaks of parts of barriers.
            ids = barriers.loc[whole, "barrier"].to_list()
            share = np.nan if key == "remove" else rule.permeability  # type: ignore[attr-defined]
            wholes.append(
                pd.DataFrame({"segment": ids, "change": change, "permeability": float(share)})
            )
    faults.raise_any()
    if len(wholes := [part for part in wholes if len(part)]):
        first = pd.concat(wholes, ignore_index=True).drop_duplicates("segment")
        barriers = altered(barriers, first, key="barrier")
    parts = [part for part in parts if len(part)]
    if not parts:
        return tables.empty(tables.ALTERATIONS), barriers, facts
    joined = pd.concat(parts, ignore_index=True).drop_duplicates("segment")
    joined = joined.sort_values("segment", kind="stable", ignore_index=True)
    return joined.astype({"segment": str, "change": str, "rule": str}), barriers, facts


def polygons_of(context: StageContext, rule: Selection) -> Geometries | None:
    """Return the polygons of a rule's file, EPSG:4326; None where it names none."""
    if rule.path is None:
        return None
    layer = read_file(
        context.raw_path(rule.path),
        rule.path,
        layer=rule.layer,
        columns=[],
        crs=rule.crs,
        kinds=POLYGONS,
    )
    features, _ = repair(layer.frame, POLYGONS)
    if features.empty:
        raise InputError(Fault("the file has no polygons", rule.path, cure="choose another"))
    return np.asarray(features.geometry.to_numpy(), dtype=object)


def _opened(
    context: StageContext,
    herd: Herd,
    barriers: gpd.GeoDataFrame,
    segments: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    rule: Any,
    frame: pd.DataFrame,
    fact: dict[str, Any],
) -> pd.DataFrame:
    """Return the alterations of an opening with permeability over the whole year.

    The share of the encounters that falls into the open time is found by crossing the barriers
    again with the time in place of the season. A segment that nobody met has the share of all.
    """
    steps = herd.steps
    if rule.seasons:
        known = set(steps.frame["season"]) | {OTHER}
        fact["unknown_seasons"] = [season for season in rule.seasons if season not in known]
    open_now = is_open(steps, seasons=rule.seasons, months=rule.months, days=rule.days)
    own = segments[segments["segment"].isin(frame["segment"])]
    # Whole sources: visits are to lines that go on from feature to feature.
    sources = set(zip(own["kind"], own["source"], strict=True))
    pairs = list(zip(barriers["kind"], barriers["source"], strict=True))
    joined = barriers[[pair in sources for pair in pairs]].reset_index(drop=True)
    label = np.where(open_now, OPEN, CLOSED).astype(object)
    _, encounters = labelled_crossings(context, herd, joined, label)
    encounters = encounters[encounters["segment"].isin(frame["segment"])]
    shares = open_share(encounters)
    all_of_them = open_share(encounters.assign(segment=""))
    fallback = float(all_of_them.get("", np.nan))
    share = frame["segment"].map(shares).fillna(fallback)
    before = permeability_of(
        own,
        read_table(context.read("rank", "threats.parquet"), ["segment", "permeability_mean"]),
        prior_table(
            own["kind"],
            own["class"],
            overrides=context.settings.rank.priors,
            species=context.settings.species or "",
        ),
    )
    opened = with_opening(
        np.asarray(frame["segment"].map(before), np.float64),
        np.asarray(share, np.float64),
        permeability_open=float(rule.permeability),
    )
    out = frame.assign(
        open_share=share, permeability=opened, permeability_open=float(rule.permeability)
    )
    # Nothing is known of the time at which an area is used.
    return out[~out["segment"].isin(areas["polygon"]) & out["permeability"].notna()]
