"""What stage `difference` leaves for people: layers, project, map and page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
from shapely.geometry.base import BaseGeometry

from corridors import __version__
from corridors.atlas.difference_map import difference_map
from corridors.atlas.difference_page import ScenarioPage, page
from corridors.atlas.maps import MapText
from corridors.atlas.pages import render
from corridors.atlas.products import (
    choose,
    first_view,
    package_layers,
    project_layers,
    rounded_stretches,
)
from corridors.atlas.scenario_layers import LAYERS, STYLES
from corridors.atlas.tier import ranges_to_show
from corridors.config.scenarios import Change, Opening, Scenario, Selection
from corridors.formats.geopackage import Package
from corridors.formats.qgis import Project
from corridors.foundation.artefacts import Document, Layer, Pictures
from corridors.foundation.crs import GEOGRAPHIC, geodesic_length_m, named_crs
from corridors.foundation.facts.alter import AlterFacts
from corridors.foundation.facts.difference import DifferenceFacts
from corridors.stages.scenario.difference.stage import Inputs, Results, Settings


@dataclass(frozen=True)
class Shown:
    """What is shown: DIFFERENCE, FRAGMENTS, the corridor, and state -> least-cost ways."""

    changed: gpd.GeoDataFrame
    fragments: gpd.GeoDataFrame
    corridor: gpd.GeoDataFrame
    ways: Mapping[str, BaseGeometry]


def products(
    inputs: Inputs,
    settings: Settings,
    name: str,
    scenario: Scenario,
    facts: DifferenceFacts,
    shown: Shown,
) -> Results:
    """Return the results with layers, project, map and page."""
    labels_of, tier = settings.labels, settings.publish.tier
    layers = _layers(inputs, shown, tier)
    assumptions = list(_assumptions(inputs.scenario, scenario))
    labels = {
        "scenario": name,
        "title": scenario.title or name,
        "herd": settings.herd,
        "species": labels_of.species,
        "study": settings.study.title,
        "author": scenario.author or settings.publish.author,
        "label": "SIMULATED DATA" if labels_of.simulated else "",
        "note": scenario.note,
        "tier": tier,
        "made with": f"corridors {__version__}",
    }
    about = [*labels.items(), *(("assumed", words) for words in assumptions)]
    tables: dict[str, pd.DataFrame] = {
        **layers,
        "measures": pd.DataFrame([each.model_dump() for each in facts.measures]).astype(
            dict.fromkeys(("before", "after", "change", "change_p05", "change_p95"), "float64")
        ),
        "about": pd.DataFrame(about, columns=["item", "value"]),
    }
    chosen, _ = choose(tables, tier=tier, plans=LAYERS, styles=STYLES)
    package, project = f"{name}.gpkg", f"{name}.qgz"
    stamp = "Simulated data. " if labels_of.simulated else ""
    rights = f"{stamp}A scenario, not the present state. Tier {tier}."
    study, crs = settings.study.title, inputs.clean.crs
    png = None
    if any(len(frame) for frame in layers.values()):
        credit = f"{study} · {settings.herd} · scenario {name}"
        text = MapText("SIMULATED" if labels_of.simulated else "", credit)
        png = difference_map(layers, crs=crs, text=text)
    content = ScenarioPage(
        herd=settings.herd,
        species=labels_of.species,
        study=study,
        simulated=labels_of.simulated,
        tier=tier,
        version=__version__,
        name=name,
        title=scenario.title or name,
        note=scenario.note,
        author=scenario.author,
        facts=facts.model_dump(),
        changed=shown.changed,
        assumptions=assumptions,
        files=[package, project],
        map_png=png,
    )
    return Results(
        difference=Layer.of(shown.changed),
        fragments=Layer.of(shown.fragments),
        facts=facts,
        page=Document(render("difference.html.jinja", page(content))),
        package=Package(package_layers(chosen, labels=labels)),
        project=Project(
            title=f"{scenario.title or name}: {settings.herd} (scenario)",
            author=labels["author"],
            abstract=f"{labels_of.species}. {study}. {rights} {scenario.note}".strip(),
            crs=named_crs(crs),
            bounds=first_view(chosen, crs),
            layers=project_layers(
                chosen,
                package=f"./{package}",
                rights=rights,
                hidden_when_tracked=(),
            ),
        ),
        pictures=Pictures([] if png is None else [("map.png", png)]),
    )


def _layers(inputs: Inputs, shown: Shown, tier: str) -> dict[str, gpd.GeoDataFrame]:
    changed, fragments = shown.changed, shown.fragments
    rows = [
        {"state": state, "length_km": geodesic_length_m(line) / 1000, "geometry": line}
        for state, line in shown.ways.items()
    ]
    columns = ["state", "length_km", "geometry"]
    planned = changed[changed["change"] == "added"]
    return {
        "difference": rounded_stretches(changed),
        "planned": planned[
            ["threat", "segments", "name", "kind", "class", "status", "kappa_after", "geometry"]
        ],
        "ways": gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs=GEOGRAPHIC),
        "fragments_after": fragments[fragments["state"] == "after"],
        "fragments_before": fragments[fragments["state"] == "before"],
        "segments": rounded_stretches(inputs.planned.segments.read()),
        "corridors": shown.corridor,
        "ranges": ranges_to_show(inputs.ranges.read(), tier),
    }


def _assumptions(found: AlterFacts, scenario: Scenario) -> Iterator[str]:
    """Yield in words what the scenario assumes."""
    for source, fact in zip(scenario.add, found.added, strict=True):
        passing = (
            f"{source.permeability:.0%} pass".replace("%", " %")
            if source.permeability is not None
            else "stated per feature, or the prior of its class"
            if source.permeability_column
            else "the prior of its class"
        )
        yield (
            f"Added: {source.name}, {fact.n_near} of {fact.barriers} features within reach;"
            f" permeability: {passing}."
        )
    rules = {(fact.key, fact.position): fact for fact in found.rules}
    for key, words, chosen in (
        ("remove", "Removed", scenario.remove),
        ("open", "Opened", scenario.open),
        ("change", "Modified", scenario.change),
    ):
        for position, rule in enumerate(chosen):
            n = rules[key, position].n_segments + rules[key, position].n_areas
            yield f"{words}: {_selection(rule)}; {n} segments within reach{_more(rule)}."
    yield f"Closed: lines that let less than {scenario.closed_below:.0%} pass.".replace("%", " %")


def _more(rule: Selection) -> str:
    if not isinstance(rule, Change | Opening):
        return ""
    passing = f"; {rule.permeability:.0%} pass".replace("%", " %")
    return passing + (f" {_time(rule)}" if isinstance(rule, Opening) else "")


def _time(rule: Opening) -> str:
    if rule.seasons:
        return "in " + ", ".join(rule.seasons)
    if rule.months:
        return "in the months " + ", ".join(map(str, rule.months))
    return "from {} to {}".format(*rule.days) if rule.days else ""


def _selection(rule: Selection) -> str:
    parts = [
        ", ".join(values)
        for values in (rule.barriers, rule.kinds, rule.classes)
        if values is not None
    ]
    if rule.path:
        parts.append(f"inside the polygons of {rule.path}")
    return "; ".join(parts)
