"""What stage `difference` leaves for people: layers, project, map and page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

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
from corridors.formats.geopackage import write_geopackage
from corridors.formats.parquet import read_json, read_layer
from corridors.formats.qgis import Project, write_project
from corridors.foundation.crs import GEOGRAPHIC, geodesic_length_m, named_crs
from corridors.stages.context import StageContext
from corridors.stages.tier import ranges_to_show

if TYPE_CHECKING:
    from corridors.config.scenarios import Opening, Scenario, Selection


def write(
    context: StageContext,
    name: str,
    scenario: Scenario,
    facts: Mapping[str, Any],
    *,
    changed: gpd.GeoDataFrame,
    fragments: gpd.GeoDataFrame,
    corridor: gpd.GeoDataFrame,
    crs: str,
    ways: Mapping[str, BaseGeometry],
) -> None:
    """Write ``<scenario>.gpkg``, ``<scenario>.qgz``, ``pictures/map.png`` and the page."""
    settings = context.settings
    herd, tier = settings.herd, settings.publish.tier
    segments = read_layer(context.read("intersect", "segments.parquet"))
    layers = _layers(context, changed, fragments, corridor, segments, ways)
    assumptions = list(_assumptions(context, scenario))
    labels = {
        "scenario": name,
        "title": scenario.title or name,
        "herd": context.herd,
        "species": herd.species,
        "study": settings.study.title,
        "author": scenario.author or settings.publish.author,
        "label": "SIMULATED DATA" if herd.simulated else "",
        "note": scenario.note,
        "tier": tier,
        "made with": f"corridors {__version__}",
    }
    about = [*labels.items(), *(("assumed", words) for words in assumptions)]
    tables: dict[str, pd.DataFrame] = {
        **layers,
        "measures": pd.DataFrame(facts["measures"]).astype(
            dict.fromkeys(("before", "after", "change", "change_p05", "change_p95"), "float64")
        ),
        "about": pd.DataFrame(about, columns=["item", "value"]),
    }
    products, _ = choose(tables, tier=tier, plans=LAYERS, styles=STYLES)
    package, project = f"{name}.gpkg", f"{name}.qgz"
    write_geopackage(context.out / package, package_layers(products, labels=labels))
    stamp = "Simulated data. " if herd.simulated else ""
    rights = f"{stamp}A scenario, not the present state. Tier {tier}."
    write_project(
        Project(
            title=f"{scenario.title or name}: {context.herd} (scenario)",
            author=labels["author"],
            abstract=f"{herd.species}. {settings.study.title}. {rights} {scenario.note}".strip(),
            crs=named_crs(crs),
            bounds=first_view(products, crs),
            layers=project_layers(
                products,
                package=f"./{package}",
                rights=rights,
                hidden_when_tracked=(),
            ),
        ),
        context.out / project,
    )
    pictures = context.out / "pictures"
    pictures.mkdir()
    png = None
    if any(len(frame) for frame in layers.values()):
        credit = f"{settings.study.title} · {context.herd} · scenario {name}"
        text = MapText("SIMULATED" if herd.simulated else "", credit)
        png = difference_map(layers, crs=crs, text=text)
        (pictures / "map.png").write_bytes(png)
    content = ScenarioPage(
        herd=context.herd,
        species=herd.species,
        study=settings.study.title,
        simulated=herd.simulated,
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
    html = render("difference.html.jinja", page(content))
    (context.out / "difference.html").write_text(html, encoding="utf-8")


def _layers(
    context: StageContext,
    changed: gpd.GeoDataFrame,
    fragments: gpd.GeoDataFrame,
    corridor: gpd.GeoDataFrame,
    segments: gpd.GeoDataFrame,
    ways: Mapping[str, BaseGeometry],
) -> dict[str, gpd.GeoDataFrame]:
    rows = [
        {"state": state, "length_km": geodesic_length_m(line) / 1000, "geometry": line}
        for state, line in ways.items()
    ]
    columns = ["state", "length_km", "geometry"]
    planned = changed[changed["change"] == "added"]
    return {
        "difference": rounded_stretches(changed),
        "planned": planned[
            ["segment", "name", "kind", "class", "status", "permeability_after", "geometry"]
        ],
        "ways": gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs=GEOGRAPHIC),
        "fragments_after": fragments[fragments["state"] == "after"],
        "fragments_before": fragments[fragments["state"] == "before"],
        "segments": rounded_stretches(segments),
        "corridors": corridor,
        "ranges": ranges_to_show(
            read_layer(context.read("delineate", "ranges.parquet")),
            context.settings.publish.tier,
        ),
    }


def _assumptions(context: StageContext, scenario: Scenario) -> Iterator[str]:
    """Yield in words what the scenario assumes."""
    found = read_json(context.read("ingest", "scenario.json"))
    for source, fact in zip(scenario.add, found["added"], strict=True):
        passing = (
            f"{source.permeability:.0%} pass".replace("%", " %")
            if source.permeability is not None
            else "stated per feature, or the prior of its class"
            if source.permeability_column
            else "the prior of its class"
        )
        yield (
            f"Added: {source.name}, {fact['n_near']} of {fact['barriers']} features within reach;"
            f" permeability: {passing}."
        )
    rules = {fact["key"] + str(fact["position"]): fact for fact in found["rules"]}
    for key, words, chosen in (
        ("remove", "Removed", scenario.remove),
        ("open", "Opened", scenario.open),
        ("change", "Modified", scenario.change),
    ):
        for position, rule in enumerate(chosen):
            n = rules[f"{key}{position}"]["n_segments"] + rules[f"{key}{position}"]["n_areas"]
            yield f"{words}: {_selection(rule)}; {n} segments within reach{_more(key, rule)}."
    yield f"Closed: lines that let less than {scenario.closed_below:.0%} pass.".replace("%", " %")


def _more(key: str, rule: Any) -> str:
    if key == "remove":
        return ""
    passing = f"; {rule.permeability:.0%} pass".replace("%", " %")
    return passing + (f" {_time(rule)}" if key == "open" else "")


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
