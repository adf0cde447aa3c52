"""What a scenario changes for one herd: lines that it adds, segments that it alters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridors.barriers.crossings import OTHER
from corridors.barriers.movements import Movements, anchors_of
from corridors.barriers.open_time import CLOSED, OPEN, is_open, open_share
from corridors.barriers.segments import is_near, projected
from corridors.barriers.selection import chosen, unknown_names
from corridors.config.scenarios import Change, Opening, Scenario, Selection
from corridors.formats.geoparquet import Bounds
from corridors.formats.repair import repair
from corridors.formats.vector import POLYGONS, degree_bounds, read_layer
from corridors.foundation import tables
from corridors.foundation.arrays import Floats, Geometries
from corridors.foundation.artefacts import Layer, Progress, RawFiles, Table
from corridors.foundation.errors import CorridorsError, Fault, InputError
from corridors.foundation.facts.alter import AddedFacts, AlterFacts, RuleFacts
from corridors.foundation.faults import Faults
from corridors.foundation.track import usable
from corridors.stages.ingest import layers
from corridors.stages.intersect import stage as intersect
from corridors.stages.intersect.crossing import crossed_by
from corridors.stages.intersect.tracked import corridor_of, movements_of
from corridors.stages.scenario.alter.stage import Inputs, Results, Settings
from corridors.threats.opening import with_opening
from corridors.threats.priors import prior_table
from corridors.threats.scenarios import altered, permeability_of


def altered_barriers(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Return what stage `alter` leaves."""
    ((name, scenario),) = settings.scenarios.items()
    progress("reading what is added", 0.1)
    added, sources = _added(inputs, settings, scenario)
    progress("looking for what is altered", 0.4)
    alterations, barriers, rules = _alterations(inputs, settings, scenario, inputs.barriers.read())
    return Results(
        barriers=Layer.of(layers.join([barriers, added], tables.BARRIERS, ["barrier"])),
        alterations=Table.of(alterations),
        facts=AlterFacts(
            herd=settings.herd,
            scenario=name,
            is_affected=bool(len(added) or len(alterations)),
            added=sources,
            rules=rules,
            n_added=len(added),
            n_altered=len(alterations),
        ),
    )


def _added(
    inputs: Inputs, settings: Settings, scenario: Scenario
) -> tuple[gpd.GeoDataFrame, list[AddedFacts]]:
    """Return the added barriers within reach of the herd, and what to tell of each source."""
    facts: list[AddedFacts] = []
    if not scenario.add:
        return tables.empty(tables.BARRIERS), facts
    crs = inputs.moved.clean.crs
    placed = gpd.GeoDataFrame(usable(inputs.moved.fixes.read()))
    corridor = corridor_of(inputs.moved.corridors, inputs.moved.modelled)
    anchors = anchors_of(placed, corridor, crs)
    parts: list[gpd.GeoDataFrame] = []
    faults = Faults()
    for source in scenario.add:
        bounds = bounds_of(placed, corridor, source.margin_km)
        try:
            found, notes = layers.read_barriers(inputs.raw, source, bounds)
        except CorridorsError as error:
            faults.add(type(error), *error.faults)
            continue
        planar = projected(np.asarray(found.geometry.to_numpy(), dtype=object), crs)
        near = is_near(planar, anchors, settings.intersect.reach_km * 1000)
        parts.append(found[near])
        facts.append(
            AddedFacts(
                name=source.name, source=source.path, n_near=int(np.count_nonzero(near)), **notes
            )
        )
    faults.raise_any()
    return layers.join(parts, tables.BARRIERS, ["barrier"]), facts


def _movements(inputs: Inputs, settings: Settings) -> Movements:
    own = intersect.Settings(settings.herd, settings.intersect, settings.occurrence)
    return movements_of(inputs.moved, own)[0]


def bounds_of(
    fixes: gpd.GeoDataFrame, corridor: gpd.GeoDataFrame, margin_km: float
) -> Bounds | None:
    """Return the box of a herd's usable fixes and corridor, grown; None without either."""
    columns: Iterable[Floats] = np.concatenate(
        [shapely.get_coordinates(layer.geometry.to_numpy()) for layer in (fixes, corridor)]
    ).T
    lon, lat = columns
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
    inputs: Inputs, settings: Settings, scenario: Scenario, barriers: gpd.GeoDataFrame
) -> tuple[pd.DataFrame, gpd.GeoDataFrame, list[RuleFacts]]:
    """Return ALTERATIONS of segments and areas, BARRIERS altered, and what each rule found."""
    segments, areas = inputs.segments.read(), inputs.areas.read()
    parts: list[pd.DataFrame] = []
    wholes: list[pd.DataFrame] = []
    facts: list[RuleFacts] = []
    faults = Faults()
    moves: Movements | None = None
    for key, position, change, rule in _rules(scenario):
        try:
            polygons = polygons_of(inputs.raw, rule)
        except CorridorsError as error:
            faults.add(type(error), *error.faults)
            continue
        among = {"names": rule.barriers, "kinds": rule.kinds, "classes": rule.classes}
        here, there, whole = (
            # What is gone already cannot be altered.
            chosen(rows, **among, polygons=polygons) & (rows["status"] != "removed").to_numpy()
            for rows in (segments, areas, barriers)
        )
        fact = RuleFacts(
            key=key,
            position=position,
            n_barriers=int(np.count_nonzero(whole)),
            n_segments=int(np.count_nonzero(here)),
            n_areas=int(np.count_nonzero(there)),
            unknown_names=unknown_names([segments, areas, barriers], rule.barriers or ()),
        )
        ids = [*segments.loc[here, "segment"], *areas.loc[there, "polygon"]]
        frame = pd.DataFrame({"segment": pd.Series(ids, dtype=str)}).assign(
            change=change,
            rule=f"{key} {position + 1}",
            permeability=np.nan,
            open_share=np.nan,
            permeability_open=np.nan,
        )
        if isinstance(rule, Change):
            frame["permeability"] = float(rule.permeability)
        if isinstance(rule, Opening) and len(frame):
            if moves is None:
                moves = _movements(inputs, settings)
            if rule.seasons:
                known = set(moves.steps.frame["season"]) | {OTHER}
                lost = [season for season in rule.seasons if season not in known]
                fact = fact.model_copy(update={"unknown_seasons": lost})
            stand = _Standing(barriers, segments, areas, inputs.places)
            frame = _opened(settings, moves, stand, rule, frame)
        facts.append(fact)
        parts.append(frame)
        if polygons is None and key != "open":
            # Beyond the reach of the segments, too; a polygon speaks of parts of barriers.
            ids = barriers.loc[whole, "barrier"].to_list()
            share = rule.permeability if isinstance(rule, Change) else np.nan
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


def polygons_of(raw: RawFiles, rule: Selection) -> Geometries | None:
    """Return the polygons of a rule's file, EPSG:4326; None where it names none."""
    if rule.path is None:
        return None
    layer = read_layer(
        raw.of(rule.path),
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


@dataclass(frozen=True)
class _Standing:
    """What stands in the study: BARRIERS, SEGMENTS, AREAS, THREAT_SEGMENTS."""

    barriers: gpd.GeoDataFrame
    segments: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame
    places: Layer


def _opened(
    settings: Settings,
    moves: Movements,
    stand: _Standing,
    rule: Opening,
    frame: pd.DataFrame,
) -> pd.DataFrame:
    """Return the alterations of an opening with permeability over the whole year.

    The share of the encounters that falls into the open time is found by crossing the barriers
    again with the time in place of the season. A segment that nobody met has the share of all.
    """
    open_now = is_open(moves.steps, seasons=rule.seasons, months=rule.months, days=rule.days)
    own = stand.segments[stand.segments["segment"].isin(frame["segment"])]
    # Whole sources: visits are to lines that go on from feature to feature.
    sources = set(zip(own["kind"], own["source"], strict=True))
    pairs = list(zip(stand.barriers["kind"], stand.barriers["source"], strict=True))
    joined = stand.barriers[[pair in sources for pair in pairs]].reset_index(drop=True)
    label = np.where(open_now, OPEN, CLOSED).astype(object)
    encounters = crossed_by(moves.labelled(label), joined, settings.intersect).encounters
    encounters = encounters[encounters["segment"].isin(frame["segment"])]
    shares = open_share(encounters)
    all_of_them = open_share(encounters.assign(segment=""))
    fallback = float(all_of_them.get("", np.nan))
    share = frame["segment"].map(shares).fillna(fallback)
    before = permeability_of(
        own,
        stand.places.read(),
        prior_table(
            own["kind"],
            own["class"],
            overrides=settings.rank.priors,
            species=settings.species or "",
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
    return out[~out["segment"].isin(stand.areas["polygon"]) & out["permeability"].notna()]
