"""Write the herd's GeoPackage, QGIS project, rasters and report."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from pydantic import BaseModel

from corridors import __version__
from corridors.atlas import fact_sheet
from corridors.atlas.charts import threat_chart
from corridors.atlas.maps import MapText, corridor_map
from corridors.atlas.pages import render
from corridors.atlas.products import (
    LeftOut,
    Product,
    choose,
    first_view,
    package_layers,
    project_layers,
)
from corridors.atlas.report import N_PICTURES, Evidence, Heading, masthead, page
from corridors.atlas.sample_chart import sample_chart
from corridors.atlas.tier import refuse_what_would_show_one_animal, tables_to_show
from corridors.atlas.transboundary import transboundary_values
from corridors.formats.geopackage import write_geopackage
from corridors.formats.qgis import Project, write_project
from corridors.foundation.crs import named_crs
from corridors.foundation.track import usable
from corridors.movement.names import picture_name
from corridors.stages.context import StageContext
from corridors.stages.publish_rasters import PublishedRaster, raster_layers, write_rasters
from corridors.stages.publish_tables import map_layers, read_recorded, read_tables

# Sections whose values the report lists.
_SHOWN = (
    "profile", "clean", "segment", "occurrence", "delineate", "describe", "habitat", "intersect",
    "behave", "circuit", "rank", "act",
)  # fmt: skip


def run(context: StageContext) -> None:
    """Read the results of every stage; write what people open."""
    publish, herd = context.settings.publish, context.settings.herd
    heading = Heading(
        context.herd,
        herd.species,
        context.settings.study.title,
        publish.author,
        herd.simulated,
        publish.tier,
        __version__,
        context.settings.profile.name,
    )
    context.progress("read", 0.0)
    tables = read_tables(context)
    recorded = read_recorded(context)
    fixes = tables["fixes"]
    refuse_what_would_show_one_animal(
        heading.tier,
        n_animals=usable(fixes)["animal"].nunique(),
        corridors=tables["corridors"],
    )
    tables, withheld = tables_to_show(tables, heading.tier)
    about = pd.DataFrame(_labels(heading).items(), columns=["item", "value"])
    sheet = fact_sheet.table(recorded["describe"])
    products, left_out = choose(
        {**map_layers(tables), "about": about, "fact_sheet": sheet}, tier=heading.tier
    )
    left_out += withheld
    crs = str(recorded["clean"]["crs"])

    context.progress("rasters", 0.1)
    rasters = write_rasters(context)
    left_out += [
        LeftOut(f"{raster.plan.title} in the project", raster.plan.nothing)
        for raster in rasters
        if not raster.classes
    ]
    context.progress("geopackage", 0.2)
    write_geopackage(
        context.out / f"{context.herd}.gpkg",
        package_layers(products, labels=_labels(heading)),
    )
    _write_project(context, heading, products, rasters, crs)

    context.progress("pictures", 0.4)
    pictures = context.out / "pictures"
    pictures.mkdir()
    spatial = {p.plan.name: p.frame for p in products if isinstance(p.frame, gpd.GeoDataFrame)}
    map_png = None
    if spatial:
        map_png = corridor_map(spatial, crs=crs, text=_map_text(heading, tables))
        (pictures / "corridor_map.png").write_bytes(map_png)
    threat_png = None
    if len(tables["threats"]):
        threat_png = threat_chart(tables["threats"])
        (pictures / "threats.png").write_bytes(threat_png)
    sample_png = None
    curves = tables["sufficiency"]
    if (curves["season"] == "all").any():
        sample_png = sample_chart(curves[curves["season"] == "all"])
        (pictures / "sample.png").write_bytes(sample_png)
    displacement: list[tuple[str, bytes]] = []
    if heading.tier == "internal":
        years = tables["animal_years"]
        displacement = _displacement(context.read("segment", "pictures"), pictures, years)
    else:
        left_out.append(LeftOut("Displacement pictures", "each shows a single animal"))

    context.progress("report", 0.9)
    evidence = Evidence(
        tables,
        recorded,
        _settings(context.settings),
        left_out,
        map_png,
        threat_png,
        any(raster.classes for raster in rasters if raster.plan.name == "corridor_surface"),
        displacement,
        sample_png,
    )
    html = render("report.html.jinja", page(heading, evidence))
    (context.out / "report.html").write_text(html, encoding="utf-8")
    values = {**masthead(heading), "map": map_png, **transboundary_values(tables)}
    html = render("transboundary.html.jinja", values)
    (context.out / "transboundary.html").write_text(html, encoding="utf-8")


def _labels(heading: Heading) -> dict[str, str]:
    return {
        "herd": heading.herd,
        "species": heading.species,
        "study": heading.study,
        "author": heading.author,
        "label": "SIMULATED DATA" if heading.simulated else "",
        "profile": heading.profile,
        "tier": heading.tier,
        "lengths and areas": "geodesic on WGS84",
        "made with": f"corridors {heading.version}",
    }


def _rights(heading: Heading) -> str:
    stamp = "Simulated data. " if heading.simulated else ""
    if heading.profile == "usgs":
        stamp += "Profile usgs, for comparison only. "
    return f"{stamp}Tier {heading.tier}."


def _map_text(heading: Heading, tables: Mapping[str, pd.DataFrame]) -> MapText:
    borders = tables["border_report"]
    sources = [
        f"{source} ({label})" if label else str(source)
        for source, label in dict.fromkeys(zip(borders["source"], borders["label"], strict=True))
        if source
    ]
    credit = f"{heading.study} · {heading.herd}"
    if sources:
        credit += " · Boundaries: " + "; ".join(sources)
    if heading.profile == "usgs":
        credit += " · Profile usgs, for comparison only"
    return MapText("SIMULATED" if heading.simulated else "", credit)


def _write_project(
    context: StageContext,
    heading: Heading,
    products: list[Product],
    rasters: list[PublishedRaster],
    crs: str,
) -> None:
    rights = _rights(heading)
    layers = project_layers(products, package=f"./{context.herd}.gpkg", rights=rights)
    layers += raster_layers(rasters, rights=rights)
    stamp = " (SIMULATED)" if heading.simulated else ""
    write_project(
        Project(
            title=f"{heading.herd}: migration corridor and threats{stamp}",
            author=heading.author,
            abstract=f"{heading.species}. {heading.study}. {rights}",
            crs=named_crs(crs),
            bounds=first_view(products, crs),
            layers=layers,
        ),
        context.out / f"{context.herd}.qgz",
    )


def _displacement(
    source: Path, pictures: Path, animal_years: pd.DataFrame
) -> list[tuple[str, bytes]]:
    """Copy the pictures of `segment`; return (caption, PNG), the first ones with their bytes."""
    target = pictures / "displacement"
    shown: list[tuple[str, bytes]] = []
    ordered = animal_years.sort_values(["animal", "bio_year"], kind="stable")
    for animal, year in zip(ordered["animal"], ordered["bio_year"], strict=True):
        path = source / picture_name(str(animal), int(year))
        if not path.is_file():
            continue
        target.mkdir(exist_ok=True)
        shutil.copyfile(path, target / path.name)
        png = path.read_bytes() if len(shown) < N_PICTURES else b""
        shown.append((f"{animal}, biological year {year}", png))
    return shown


def _settings(settings: Any) -> dict[str, list[tuple[str, str, str]]]:
    """Return section -> (key, value, meaning), as far as the stage may see them."""
    shown = {}
    for name in _SHOWN:
        section = getattr(settings, name, None)
        if isinstance(section, BaseModel):
            fields = type(section).model_fields
            shown[name] = [
                (key, _words(getattr(section, key)), field.description or "")
                for key, field in fields.items()
            ]
    return shown


def _words(value: object) -> str:
    if isinstance(value, BaseModel):
        return str(value.name) if hasattr(value, "name") else _words(dict(value))
    if isinstance(value, tuple | list):
        return ", ".join(_words(item) for item in value) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_words(item)}" for key, item in value.items()) or "none"
    if isinstance(value, float):
        return f"{value:.6g}"
    return "none" if value is None else str(value)
