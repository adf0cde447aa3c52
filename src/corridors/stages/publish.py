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
from corridors.atlas import fact_sheet, facts, surface
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
    rounded_stretches,
)
from corridors.atlas.report import N_PICTURES, Evidence, Heading, page
from corridors.atlas.sample_chart import sample_chart
from corridors.formats.geopackage import write_geopackage
from corridors.formats.parquet import read_json, read_layer, read_table
from corridors.formats.qgis import Project, ProjectLayer, write_project
from corridors.formats.qml import raster_document, raster_pipe
from corridors.formats.raster import RasterFacts, read_facts
from corridors.foundation.crs import named_crs
from corridors.foundation.errors import Fault, MethodError
from corridors.movement.names import picture_name
from corridors.stages.context import StageContext

_SURFACE = "corridor_surface.tif"
# Sections whose values the report lists.
_SHOWN = (
    "profile", "clean", "segment", "occurrence", "delineate", "describe", "habitat", "intersect",
    "rank",
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
    tables = _tables(context)
    recorded = _recorded(context)
    _refuse_what_would_show_one_animal(heading, tables["fixes"], tables["corridors"])
    about = pd.DataFrame(_labels(heading).items(), columns=["item", "value"])
    sheet = fact_sheet.table(recorded["describe"])
    products, left_out = choose(
        {**_layers(tables), "about": about, "fact_sheet": sheet}, tier=heading.tier
    )
    crs = str(recorded["clean"]["crs"])

    context.progress("rasters", 0.1)
    raster = _write_surface(context)
    if raster is None:
        left_out.append(LeftOut("Corridor surface in the project", "no tracked migration"))
    context.progress("geopackage", 0.2)
    write_geopackage(
        context.out / f"{context.herd}.gpkg",
        package_layers(products, labels=_labels(heading)),
    )
    _write_project(context, heading, products, raster, crs)

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
        raster is not None,
        displacement,
        sample_png,
    )
    html = render("report.html.jinja", page(heading, evidence))
    (context.out / "report.html").write_text(html, encoding="utf-8")


def _tables(context: StageContext) -> dict[str, pd.DataFrame]:
    def table(stage: str, name: str, columns: list[str] | None = None) -> pd.DataFrame:
        return read_table(context.read(stage, f"{name}.parquet"), columns)

    def layer(stage: str, name: str) -> gpd.GeoDataFrame:
        return read_layer(context.read(stage, f"{name}.parquet"))

    return {
        "fixes": table("clean", "fixes", ["animal", "time_utc", "burst"]),
        "migrations": table("segment", "migrations"),
        "animal_years": table("segment", "animal_years"),
        "estimates": table("surface", "estimates"),
        "corridors": layer("delineate", "corridors"),
        "stopovers": layer("delineate", "stopovers"),
        "migration_facts": table("describe", "migration_facts"),
        "sufficiency": table("describe", "sufficiency"),
        "skill": table("describe", "skill"),
        "fidelity": table("describe", "fidelity"),
        "ranges": layer("delineate", "ranges"),
        "modelled": layer("connect", "modelled"),
        "network": layer("connect", "network"),
        "segments": layer("intersect", "segments"),
        "crossings": table("intersect", "crossings"),
        "observed": layer("intersect", "observed"),
        "border_report": layer("intersect", "border_report"),
        "border_crossings": layer("intersect", "border_crossings"),
        "national_shares": table("intersect", "national_shares"),
        "threats": layer("rank", "threats"),
        "exposure": layer("rank", "exposure"),
    }


def _recorded(context: StageContext) -> dict[str, dict[str, Any]]:
    stages = ("ingest", "clean", "segment", "delineate", "connect", "intersect", "rank")
    return {
        **{stage: read_json(context.read(stage, f"{stage}.json")) for stage in stages},
        "describe": read_json(context.read("describe", "facts.json")),
    }


def _layers(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return layer name -> rows, in the order in which they are drawn and read."""
    network, corridors = tables["network"], tables["corridors"]
    return {
        "threats": rounded_stretches(tables["threats"]).sort_values("rank", kind="stable"),
        "exposure": tables["exposure"],
        "segments": rounded_stretches(tables["segments"]),
        "boundary": _with_words(tables["border_report"]),
        "border_crossings": tables["border_crossings"],
        "crossings": tables["observed"],
        "network_nodes": network[network["part"] == "node"],
        "network_edges": network[network["part"] == "edge"],
        "stopovers": tables["stopovers"],
        "corridors": corridors[corridors["evidence"] == "tracked"],
        "expert_corridor": corridors[corridors["evidence"] == "expert"],
        "modelled_corridor": tables["modelled"],
        "ranges": tables["ranges"],
        "sufficiency": tables["sufficiency"],
        "migration_facts": tables["migration_facts"].sort_values(
            ["animal", "start_utc"], kind="stable"
        ),
        "skill": tables["skill"],
        "fidelity": tables["fidelity"],
        "crossings_by_season": tables["crossings"],
        "national_shares": tables["national_shares"],
    }


def _with_words(borders: pd.DataFrame) -> pd.DataFrame:
    """Add to each boundary what its length is worth."""
    return borders.assign(
        length_words=[facts.boundary_words(row) for row in facts.records(borders)]
    ).astype({"length_words": str})


def _refuse_what_would_show_one_animal(
    heading: Heading, fixes: pd.DataFrame, corridors: pd.DataFrame
) -> None:
    if heading.tier != "partner":
        return
    whole = corridors[(corridors["evidence"] == "tracked") & (corridors["season"] == "all")]
    n_animals = fixes.loc[fixes["burst"] >= 0, "animal"].nunique()
    if n_animals == 1:
        why = "the herd has only one with usable fixes"
    elif (whole["n_tracked"] == 1).any():
        why = "only one gave the herd's corridor and surface"
    else:
        return
    raise MethodError(
        Fault(
            f"tier partner would show a single animal: {why}",
            column="publish.tier",
            expected="at least two tracked animals, or none",
            got="1",
            cure="set publish.tier to internal and do not pass the result on",
        )
    )


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


def _write_surface(context: StageContext) -> RasterFacts | None:
    """Copy the herd's surface and write its style; None where it holds no data."""
    target = context.out / _SURFACE
    shutil.copyfile(context.read("delineate", "population.tif"), target)
    raster = read_facts(target)
    classes = surface.classes(raster.positive)
    low, high = (classes[0][0], float(raster.positive.max())) if classes else (0.0, 1.0)
    (context.out / Path(_SURFACE).with_suffix(".qml")).write_text(
        raster_document(classes, low, high, 0.85), encoding="utf-8"
    )
    return raster if classes else None


def _write_project(
    context: StageContext,
    heading: Heading,
    products: list[Product],
    raster: RasterFacts | None,
    crs: str,
) -> None:
    rights = _rights(heading)
    layers = project_layers(products, package=f"./{context.herd}.gpkg", rights=rights)
    if raster is not None:
        classes = surface.classes(raster.positive)
        high = float(raster.positive.max())
        layers.append(
            ProjectLayer(
                key="corridor_surface",
                title="Use during migration",
                abstract="Mean occurrence surface of the herd's migrations; mass per cell.",
                source=f"./{_SURFACE}",
                crs=raster.crs,
                bounds=raster.bounds,
                group="Surface",
                rights=rights,
                pipe=raster_pipe(classes, classes[0][0], high, 0.85),
                visible=False,
            )
        )
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
        return str(getattr(value, "name", type(value).__name__))
    if isinstance(value, tuple | list):
        return ", ".join(_words(item) for item in value) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_words(item)}" for key, item in value.items()) or "none"
    if isinstance(value, float):
        return f"{value:.6g}"
    return "none" if value is None else str(value)
