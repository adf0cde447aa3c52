"""What stage `difference` leaves for people: layers, project, map and page."""

from __future__ import annotations

from collections.abc import Mapping
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
from corridors.atlas.words import stamps
from corridors.atlas.words.difference import assumptions_in_words, measures_in_words
from corridors.atlas.words.scenarios import difference_in_words
from corridors.config.scenarios import Scenario
from corridors.formats.geopackage import Package
from corridors.formats.qgis import Project
from corridors.foundation.artefacts import Document, Layer, Pictures
from corridors.foundation.crs import GEOGRAPHIC, geodesic_length_m, named_crs
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
    changed = difference_in_words(shown.changed)
    layers = _layers(inputs, shown, changed, tier)
    assumptions = list(assumptions_in_words(inputs.scenario, scenario))
    labels = {
        "scenario": name,
        "title": scenario.title or name,
        "herd": settings.herd,
        "species": labels_of.species,
        "study": settings.study.title,
        "author": scenario.author or settings.publish.author,
        "label": stamps.data_label(simulated=labels_of.simulated),
        "note": scenario.note,
        "tier": tier,
        "made with": f"corridors {__version__}",
    }
    about = [*labels.items(), *(("assumed", words) for words in assumptions)]
    tables: dict[str, pd.DataFrame] = {
        **layers,
        "measures": pd.DataFrame(measures_in_words(facts)).astype(
            dict.fromkeys(("before", "after", "change", "change_p05", "change_p95"), "float64")
        ),
        "about": pd.DataFrame(about, columns=["item", "value"]),
    }
    chosen, _ = choose(tables, tier=tier, plans=LAYERS, styles=STYLES)
    package, project = f"{name}.gpkg", f"{name}.qgz"
    rights = stamps.rights(tier, simulated=labels_of.simulated, is_scenario=True)
    study, crs = settings.study.title, inputs.clean.crs
    png = None
    if any(len(frame) for frame in layers.values()):
        credit = f"{study} · {settings.herd} · scenario {name}"
        text = MapText(stamps.map_stamp(simulated=labels_of.simulated), credit)
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
        facts=facts,
        changed=changed,
        assumptions=assumptions,
        files=[package, project],
        map_png=png,
    )
    return Results(
        difference=Layer.of(shown.changed),
        fragments=Layer.of(shown.fragments),
        facts=facts,
        page=Document(render(__package__, "difference.html.jinja", page(content))),
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


def _layers(
    inputs: Inputs, shown: Shown, changed: gpd.GeoDataFrame, tier: str
) -> dict[str, gpd.GeoDataFrame]:
    fragments = shown.fragments
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
