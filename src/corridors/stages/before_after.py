"""Compare the herd before and after the day of a barrier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from corridors import __version__
from corridors.atlas.difference_page import BeforeAfterPage, before_after_page
from corridors.atlas.maps import MapText, corridor_map
from corridors.atlas.pages import render
from corridors.atlas.products import choose, first_view, package_layers, project_layers
from corridors.atlas.scenario_layers import BEFORE_AFTER_LAYERS, STYLES
from corridors.barriers.crossings import Steps
from corridors.barriers.segments import is_near, projected
from corridors.barriers.selection import chosen, unknown_names
from corridors.barriers.validity import middle_us
from corridors.formats.geopackage import write_geopackage
from corridors.formats.parquet import read_layer, read_table, write_json, write_table
from corridors.formats.qgis import Project, write_project
from corridors.foundation import tables
from corridors.foundation.arrays import Labels
from corridors.foundation.crs import named_crs
from corridors.stages.alter import bounds_of, polygons_of
from corridors.stages.context import StageContext
from corridors.stages.ingest import layers as ingest_layers
from corridors.stages.intersect_herd import Herd, corridor_of, read_herd
from corridors.stages.labelled_crossings import labelled_crossings
from corridors.stages.tier import INTERNAL, ranges_to_show, refuse_what_would_show_one_animal
from corridors.threats.before_after import AFTER, BEFORE, animal_sums, compare

if TYPE_CHECKING:
    from corridors.config.scenarios import BeforeAfter

_YEAR_MIN = 365.25 * 24 * 60


@dataclass(frozen=True)
class _Place:
    """Where the line stands or stood: barriers to cross, and which segments are its own."""

    barriers: gpd.GeoDataFrame
    own: frozenset[str]  # barriers of which all segments are meant
    segments: frozenset[str]  # others, one by one
    facts: dict[str, Any]


def run(context: StageContext) -> None:
    """Write measures before and after, passages by segment, layers, project and page."""
    ((name, settings),) = context.settings.before_after.items()
    herd = read_herd(context, {})
    tier = context.settings.publish.tier
    refuse_what_would_show_one_animal(
        tier,
        n_animals=len(herd.years),
        corridors=read_layer(context.read("delineate", "corridors.parquet")),
    )
    context.progress("looking for the line", 0.2)
    place = _place(context, herd, settings)
    facts: dict[str, Any] = {
        "herd": context.herd,
        "before_after": name,
        "title": settings.title or name,
        "day": settings.day.isoformat(),
        **place.facts,
    }
    facts["is_affected"] = bool(place.own or place.segments)
    period = _period(herd.steps, settings)
    years = _years(herd.steps, period)
    segments, encounters = _crossings(context, herd, place, period)
    migrations = _migrations(context, settings)
    sums = animal_sums(
        encounters.rename(columns={"season": "period"}),
        years,
        migrations,
        min_days=settings.min_days,
    )
    measures = compare(
        sums, min_animals=settings.min_animals, draws=settings.draws, seed=settings.seed
    ).assign(herd=context.herd)
    layer = _by_segment(context, segments, encounters, years)
    facts["tracking_years"] = {
        key: round(float(years.loc[years["period"] == key, "years"].sum()), 4)
        for key in (BEFORE, AFTER)
    }
    facts["migrations"] = {key: int((migrations["period"] == key).sum()) for key in (BEFORE, AFTER)}
    facts["n_segments"] = len(layer)
    measures = measures.astype({"herd": str})
    write_table(measures, context.out / "before_after.parquet", tables.BEFORE_AFTER)
    write_table(layer, context.out / "passages.parquet", tables.BEFORE_AFTER_SEGMENTS)
    write_json(facts, context.out / "before_after.json")
    context.progress("layers and page", 0.8)
    animals = sums.reset_index() if tier == INTERNAL else None
    _publish(context, name, settings, facts, herd.crs, measures, layer, animals)


def _place(context: StageContext, herd: Herd, settings: BeforeAfter) -> _Place:
    barriers = read_layer(context.read("ingest", "barriers.parquet"))
    segments = read_layer(context.read("intersect", "segments.parquet"))
    facts: dict[str, Any] = {"rules": [], "added": []}
    own: set[str] = set()
    ids: set[str] = set()
    parts = []
    if settings.has_choice:
        among = {"names": settings.barriers, "kinds": settings.kinds, "classes": settings.classes}
        polygons = polygons_of(context, settings)
        here = chosen(segments, **among, polygons=polygons)
        whole = chosen(barriers, **among, polygons=polygons)
        ids = set(segments.loc[here, "segment"])
        facts["rules"].append(
            {
                "key": "before_after",
                "position": 0,
                "n_barriers": int(whole.sum()),
                "n_segments": int(here.sum()),
                "unknown_names": unknown_names([segments, barriers], settings.barriers or ()),
            }
        )
        lines = barriers[barriers["barrier"].isin(segments.loc[here, "barrier"])]
        # Whole sources: visits are to lines that go on from feature to feature.
        pairs = set(zip(lines["kind"], lines["source"], strict=True))
        of = [pair in pairs for pair in zip(barriers["kind"], barriers["source"], strict=True)]
        parts.append(barriers[of])
    for source in settings.lines:
        bounds = bounds_of(herd.fixes, corridor_of(context), source.margin_km)
        found, notes = ingest_layers.read_barriers(context, source, bounds)
        planar = projected(np.asarray(found.geometry.to_numpy(), dtype=object), herd.crs)
        near = is_near(planar, herd.anchors, context.settings.intersect.reach_km * 1000)
        facts["added"].append(
            {"name": source.name, "source": source.path, **notes, "n_near": int(near.sum())}
        )
        parts.append(found[near])
        own |= set(found.loc[near, "barrier"])
    joined = ingest_layers.join(parts, tables.BARRIERS, ["barrier"])
    # The place of the line counts at all times, whatever stood there when.
    ever = pd.Series(pd.NaT, index=joined.index, dtype=tables.UTC)
    joined = joined.assign(status="existing", valid_from=ever, valid_to=ever)
    joined = joined.astype({"status": str})
    return _Place(joined, frozenset(own), frozenset(ids), facts)


def _period(steps: Steps, settings: BeforeAfter) -> Labels:
    day_us = round(pd.Timestamp(settings.day, tz="UTC").timestamp() * 1_000_000)
    return np.where(middle_us(steps) < day_us, BEFORE, AFTER).astype(object)


def _years(steps: Steps, period: Labels) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "animal": steps.frame["animal"].to_numpy(),
            "period": period,
            "years": steps.duration_min / _YEAR_MIN,
        }
    )
    return frame.groupby(["animal", "period"], sort=True)[["years"]].sum().reset_index()


def _crossings(
    context: StageContext, herd: Herd, place: _Place, period: Labels
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    segments, encounters = labelled_crossings(context, herd, place.barriers, period)
    mine = segments["barrier"].isin(place.own) | segments["segment"].isin(place.segments)
    segments = segments[mine].reset_index(drop=True)
    return segments, encounters[encounters["segment"].isin(segments["segment"])]


def _migrations(context: StageContext, settings: BeforeAfter) -> pd.DataFrame:
    """Return length and straight distance of each whole migration, and its period.

    One that is cut by the edge of the data says nothing of its length; one that goes on over the
    day belongs to neither period.
    """
    found = read_table(context.read("describe", "migration_facts.parquet"))
    found = found[~found["is_open"]]
    day = pd.Timestamp(settings.day, tz="UTC")
    period = np.where(
        found["end_utc"] < day, BEFORE, np.where(found["start_utc"] >= day, AFTER, "")
    )
    out = found[["animal"]].assign(
        period=period, length_km=found["resampled_km"], straight_km=found["net_km"]
    )
    return out[out["period"] != ""].reset_index(drop=True)


def _by_segment(
    context: StageContext,
    segments: gpd.GeoDataFrame,
    encounters: pd.DataFrame,
    years: pd.DataFrame,
) -> gpd.GeoDataFrame:
    if segments.empty:
        return tables.empty(tables.BEFORE_AFTER_SEGMENTS)
    tracked = years.groupby("period")["years"].sum()
    n_animals = years.groupby("period")["animal"].nunique()
    is_internal = context.settings.publish.tier == INTERNAL
    count = encounters.pivot_table(
        index="segment", columns="season", values="passages", aggfunc="sum", fill_value=0.0
    )
    out = segments[["segment", "barrier", "name", "kind", "length_m", "geometry"]].assign(
        herd=context.herd
    )
    for period in (BEFORE, AFTER):
        n = count[period] if period in count else pd.Series(dtype=float)
        per = float(tracked.get(period, 0.0))
        passed = out["segment"].map(n).fillna(0.0).to_numpy(float)
        is_shown = per > 0 and (is_internal or n_animals[period] > 1)
        out[f"passages_{period}"] = passed / per if is_shown else np.nan
    out["passages_change"] = out["passages_after"] - out["passages_before"]
    return gpd.GeoDataFrame(out.astype({"herd": str}))


def _publish(
    context: StageContext,
    name: str,
    settings: BeforeAfter,
    facts: dict[str, Any],
    crs: str,
    measures: pd.DataFrame,
    layer: gpd.GeoDataFrame,
    animals: pd.DataFrame | None,
) -> None:
    herd, study, publish = (
        context.settings.herd,
        context.settings.study,
        context.settings.publish,
    )
    labels = {
        "before_after": name,
        "title": facts["title"],
        "day": facts["day"],
        "herd": context.herd,
        "species": herd.species,
        "study": study.title,
        "author": publish.author,
        "label": "SIMULATED DATA" if herd.simulated else "",
        "note": settings.note,
        "tier": publish.tier,
        "made with": f"corridors {__version__}",
    }
    layers = {
        "passages": layer,
        "corridors": corridor_of(context),
        "ranges": ranges_to_show(
            read_layer(context.read("delineate", "ranges.parquet")), publish.tier
        ),
        "before_after": measures,
        "about": pd.DataFrame(labels.items(), columns=["item", "value"]),
    }
    products, _ = choose(layers, tier=publish.tier, plans=BEFORE_AFTER_LAYERS, styles=STYLES)
    package = f"{name}.gpkg"
    write_geopackage(context.out / package, package_layers(products, labels=labels))
    rights = f"{'Simulated data. ' if herd.simulated else ''}Tier {publish.tier}."
    write_project(
        Project(
            title=f"{facts['title']}: {context.herd} before and after {facts['day']}",
            author=publish.author,
            abstract=f"{herd.species}. {study.title}. {rights} {settings.note}".strip(),
            crs=named_crs(crs),
            bounds=first_view(products, crs),
            layers=project_layers(products, package=f"./{package}", rights=rights),
        ),
        context.out / f"{name}.qgz",
    )
    spatial = {p.plan.name: p.frame for p in products if isinstance(p.frame, gpd.GeoDataFrame)}
    png = None
    if spatial:
        stamp = "SIMULATED" if herd.simulated else ""
        shown = {key: frame for key, frame in spatial.items() if key != "passages"}
        shown["segments"] = _as_segments(layer)
        png = corridor_map(
            shown, crs=crs, text=MapText(stamp, f"{study.title} · {context.herd} · {name}")
        )
    content = BeforeAfterPage(
        herd=context.herd,
        species=herd.species,
        study=study.title,
        simulated=herd.simulated,
        tier=publish.tier,
        version=__version__,
        name=name,
        title=facts["title"],
        note=settings.note,
        facts=facts,
        measures=measures,
        animals=animals,
        files=[package, f"{name}.qgz"],
        map_png=png,
    )
    html = render("before_after.html.jinja", before_after_page(content))
    (context.out / "before_after.html").write_text(html, encoding="utf-8")


def _as_segments(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the line's place as the map of the herd draws barriers."""
    return layer[["kind", "geometry"]].assign(status="existing", has_data=True)
