"""The herd before and after the day of a barrier, bound to what other stages leave."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from corridors import __version__
from corridors.atlas.difference_page import BeforeAfterPage, before_after_page
from corridors.atlas.maps import MapText, corridor_map
from corridors.atlas.pages import render
from corridors.atlas.products import choose, first_view, package_layers, project_layers
from corridors.atlas.scenario_layers import BEFORE_AFTER_LAYERS, STYLES
from corridors.atlas.tier import INTERNAL, ranges_to_show, refuse_what_would_show_one_animal
from corridors.atlas.words import stamps
from corridors.atlas.words.before_after import before_after_in_words
from corridors.barriers.movements import Movements
from corridors.barriers.segments import is_near, projected
from corridors.barriers.selection import chosen, unknown_names
from corridors.barriers.validity import middle_us
from corridors.config.scenarios import BeforeAfter
from corridors.formats.geopackage import Package
from corridors.formats.qgis import Project
from corridors.foundation import tables
from corridors.foundation.artefacts import Document, Layer, Progress, Table
from corridors.foundation.crs import named_crs
from corridors.foundation.facts.alter import AddedFacts, RuleFacts
from corridors.foundation.facts.before_after import BeforeAfterFacts
from corridors.foundation.track import usable
from corridors.stages.ingest import layers
from corridors.stages.intersect import stage as intersect
from corridors.stages.intersect.crossing import crossed_by
from corridors.stages.intersect.tracked import corridor_of, movements_of
from corridors.stages.scenario.alter.altering import bounds_of, polygons_of
from corridors.stages.scenario.before_after.stage import Inputs, Results, Settings
from corridors.threats.before_after import AFTER, BEFORE, animal_sums, compare
from corridors.threats.periods import passages_of_segments, periods, whole_migrations, years_of


@dataclass(frozen=True)
class _Place:
    """Where the line stands or stood: barriers to cross, and which segments are its own."""

    barriers: gpd.GeoDataFrame
    own: frozenset[str]  # barriers of which all segments are meant
    segments: frozenset[str]  # others, one by one
    rules: list[RuleFacts]
    added: list[AddedFacts]


def compared(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Return what stage `before_after` leaves."""
    ((name, chosen_by),) = settings.before_after.items()
    tier = settings.publish.tier
    own = intersect.Settings(settings.herd, settings.intersect, settings.occurrence)
    moves, _ = movements_of(inputs.moved, own)
    refuse_what_would_show_one_animal(
        tier, n_animals=len(moves.years), corridors=inputs.moved.corridors.read()
    )
    progress("looking for the line", 0.2)
    place = _place(inputs, moves, settings, chosen_by)
    period = periods(middle_us(moves.steps), chosen_by.day)
    years = years_of(moves.steps.frame["animal"], period, moves.steps.duration_min)
    found = crossed_by(moves.labelled(period), place.barriers, settings.intersect)
    mine = found.segments["barrier"].isin(place.own) | found.segments["segment"].isin(
        place.segments
    )
    segments = found.segments[mine].reset_index(drop=True)
    encounters = found.encounters[found.encounters["segment"].isin(segments["segment"])]
    migrations = whole_migrations(inputs.migration_facts.read(), chosen_by.day)
    sums = animal_sums(
        encounters.rename(columns={"season": "period"}),
        years,
        migrations,
        min_days=chosen_by.min_days,
    )
    measures = compare(
        sums, min_animals=chosen_by.min_animals, draws=chosen_by.draws, seed=chosen_by.seed
    ).assign(herd=settings.herd)
    is_internal = tier == INTERNAL
    layer = passages_of_segments(
        settings.herd, segments, encounters, years, is_internal=is_internal
    )
    facts = BeforeAfterFacts(
        herd=settings.herd,
        before_after=name,
        title=chosen_by.title or name,
        day=chosen_by.day.isoformat(),
        is_affected=bool(place.own or place.segments),
        rules=place.rules,
        added=place.added,
        tracking_years={
            key: round(float(years.loc[years["period"] == key, "years"].sum()), 4)
            for key in (BEFORE, AFTER)
        },
        migrations={key: int((migrations["period"] == key).sum()) for key in (BEFORE, AFTER)},
        n_segments=len(layer),
    )
    progress("layers and page", 0.8)
    animals = sums.reset_index() if is_internal else None
    measures = measures.astype({"herd": str})
    return _results(inputs, settings, name, facts, measures, layer, animals)


def _place(inputs: Inputs, moves: Movements, settings: Settings, chosen_by: BeforeAfter) -> _Place:
    barriers, segments = inputs.barriers.read(), inputs.segments.read()
    rules: list[RuleFacts] = []
    added: list[AddedFacts] = []
    own: set[str] = set()
    ids: set[str] = set()
    parts = []
    if chosen_by.has_choice:
        among = {
            "names": chosen_by.barriers,
            "kinds": chosen_by.kinds,
            "classes": chosen_by.classes,
        }
        polygons = polygons_of(inputs.raw, chosen_by)
        here = chosen(segments, **among, polygons=polygons)
        whole = chosen(barriers, **among, polygons=polygons)
        ids = set(segments.loc[here, "segment"])
        rules.append(
            RuleFacts(
                key="before_after",
                position=0,
                n_barriers=int(np.count_nonzero(whole)),
                n_segments=int(np.count_nonzero(here)),
                unknown_names=unknown_names([segments, barriers], chosen_by.barriers or ()),
            )
        )
        lines = barriers[barriers["barrier"].isin(segments.loc[here, "barrier"])]
        # Whole sources: visits are to lines that go on from feature to feature.
        pairs = set(zip(lines["kind"], lines["source"], strict=True))
        of = [pair in pairs for pair in zip(barriers["kind"], barriers["source"], strict=True)]
        parts.append(barriers[of])
    for source in chosen_by.lines:
        fixes = gpd.GeoDataFrame(usable(inputs.moved.fixes.read()))
        bounds = bounds_of(fixes, moves.corridor, source.margin_km)
        found, notes = layers.read_barriers(inputs.raw, source, bounds)
        planar = projected(np.asarray(found.geometry.to_numpy(), dtype=object), moves.crs)
        near = is_near(planar, moves.anchors, settings.intersect.reach_km * 1000)
        added.append(
            AddedFacts(
                name=source.name, source=source.path, n_near=int(np.count_nonzero(near)), **notes
            )
        )
        parts.append(found[near])
        own |= set(found.loc[near, "barrier"])
    joined = layers.join(parts, tables.BARRIERS, ["barrier"])
    # The place of the line counts at all times, whatever stood there when.
    ever = pd.Series(pd.NaT, index=joined.index, dtype=tables.UTC)
    joined = joined.assign(status="existing", valid_from=ever, valid_to=ever)
    joined = joined.astype({"status": str})
    return _Place(joined, frozenset(own), frozenset(ids), rules, added)


def _results(
    inputs: Inputs,
    settings: Settings,
    name: str,
    facts: BeforeAfterFacts,
    measures: pd.DataFrame,
    layer: gpd.GeoDataFrame,
    animals: pd.DataFrame | None,
) -> Results:
    """Return the results with layers, project, map and page."""
    own, study, publish = settings.labels, settings.study, settings.publish
    note, crs = settings.before_after[name].note, inputs.moved.clean.crs
    told = before_after_in_words(measures, min_animals=settings.before_after[name].min_animals)
    labels = {
        "before_after": name,
        "title": facts.title,
        "day": facts.day,
        "herd": settings.herd,
        "species": own.species,
        "study": study.title,
        "author": publish.author,
        "label": stamps.data_label(simulated=own.simulated),
        "note": note,
        "tier": publish.tier,
        "made with": f"corridors {__version__}",
    }
    layers = {
        "passages": layer,
        "corridors": corridor_of(inputs.moved.corridors, inputs.moved.modelled),
        "ranges": ranges_to_show(inputs.ranges.read(), publish.tier),
        "before_after": told,
        "about": pd.DataFrame(labels.items(), columns=["item", "value"]),
    }
    products, _ = choose(layers, tier=publish.tier, plans=BEFORE_AFTER_LAYERS, styles=STYLES)
    package = f"{name}.gpkg"
    rights = stamps.rights(publish.tier, simulated=own.simulated)
    spatial = {p.plan.name: p.frame for p in products if isinstance(p.frame, gpd.GeoDataFrame)}
    png = None
    if spatial:
        stamp = stamps.map_stamp(simulated=own.simulated)
        shown = {key: frame for key, frame in spatial.items() if key != "passages"}
        shown["segments"] = _as_segments(layer)
        png = corridor_map(
            shown, crs=crs, text=MapText(stamp, f"{study.title} · {settings.herd} · {name}")
        )
    content = BeforeAfterPage(
        herd=settings.herd,
        species=own.species,
        study=study.title,
        simulated=own.simulated,
        tier=publish.tier,
        version=__version__,
        name=name,
        title=facts.title,
        note=note,
        facts=facts.model_dump(),
        measures=told,
        animals=animals,
        files=[package, f"{name}.qgz"],
        map_png=png,
    )
    return Results(
        before_after=Table.of(measures),
        passages=Layer.of(layer),
        facts=facts,
        page=Document(render(__package__, "before_after.html.jinja", before_after_page(content))),
        package=Package(package_layers(products, labels=labels)),
        project=Project(
            title=f"{facts.title}: {settings.herd} before and after {facts.day}",
            author=publish.author,
            abstract=f"{own.species}. {study.title}. {rights} {note}".strip(),
            crs=named_crs(crs),
            bounds=first_view(products, crs),
            layers=project_layers(products, package=f"./{package}", rights=rights),
        ),
    )


def _as_segments(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the line's place as the map of the herd draws barriers."""
    return layer[["kind", "geometry"]].assign(status="existing", has_data=True)
