"""Cures of what vector layers hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
from shapely import LineString, MultiPoint

from worlds.cures.studies import (
    CSV,
    GOOD,
    PAIRED,
    SQUARE,
    SQUARES,
    Case,
    Study,
    boundary,
    fenced,
    layer,
    lines,
    points,
    states,
    zones,
)

FIX = points(who=["Bek"], when=["2020-01-01 00:00"])
SEASONAL = gpd.GeoDataFrame({"season": ["winter"]}, geometry=[SQUARE], crs=4326)
DRAWN = {"path": "r.gpkg", "author": "A", "date": date(2020, 1, 1), "confidence": "low"}


def at(vertices: Sequence[tuple[float, float]], crs: str = "EPSG:4326") -> gpd.GeoDataFrame:
    """Return one line through these vertices."""
    return gpd.GeoDataFrame({"id": [1]}, geometry=[LineString(vertices)], crs=crs)


def built(day: str, **source: object) -> Study:
    """Return a study whose fence was built on a day."""
    return layer(lines(day=[day]), kind="fence", valid_from_column="day", **source)


def as_points(frame: gpd.GeoDataFrame, path: str = "p.gpkg") -> Study:
    """Return a study whose fixes are points of a layer."""
    columns = {"animal": "who", "time": "when"}
    source = {"path": path, "format": "vector", "time_zone": "UTC", "columns": columns}
    return Study({path: frame}, source)


def drawn_range(frame: gpd.GeoDataFrame, **source: object) -> Study:
    """Return a study of a range that an expert drew."""
    own = {"expert_ranges": DRAWN | {"season_column": "season"} | source}
    return Study({"r.gpkg": frame}, own=own)


def drawn_corridor(frame: gpd.GeoDataFrame, **source: object) -> Study:
    """Return a study of good tracks and a corridor that an expert drew."""
    own = {"expert_corridors": DRAWN | source}
    return Study({"t.csv": GOOD, "r.gpkg": frame}, CSV, own=own)


def several(**source: object) -> Study:
    """Return a study whose GeoPackage has two layers, and a table without geometry."""

    def made(path: Path) -> None:
        for name in ("one", "two"):
            lines().to_file(path, layer=name)
        pyogrio.write_dataframe(pd.DataFrame({"a": [1]}), path, layer="list")

    return fenced("b.gpkg", made, **source)


FAR = at([(687_000, 8_000_000), (690_000, 8_010_000)], crs="EPSG:6933")
CASES: tuple[Case, ...] = (
    Case(
        "formats/placement.py: set crs of this source, e.g. EPSG:4326",
        layer(lines(crs=None), kind="fence"),
        (layer(lines(crs=None), kind="fence", crs="EPSG:4326"),),
    ),
    Case(
        "formats/placement.py: remove crs of this source; or set crs_overrules: true if the "
        "file's own is wrong",
        layer(lines(), kind="fence", crs="EPSG:4258"),
        (
            layer(lines(), kind="fence"),
            layer(lines(), kind="fence", crs="EPSG:4258", crs_overrules=True),
        ),
    ),
    Case(
        "formats/placement.py: correct crs of this source",
        layer(lines(crs=None), kind="fence", crs="EPSG:999999"),
        (layer(lines(crs=None), kind="fence", crs="EPSG:4326"),),
    ),
    Case(
        "barriers/sources.py: add them to kind_map (null leaves them out), or set kind for the "
        "rest",
        layer(lines(what=["hedge"]), kind_column="what"),
        (
            layer(lines(what=["hedge"]), kind_column="what", kind_map={"hedge": "fence"}),
            layer(lines(what=["hedge"]), kind_column="what", kind_map={"hedge": None}),
            layer(lines(what=["hedge"]), kind_column="what", kind="fence"),
        ),
    ),
    Case(
        "barriers/sources.py: add the values to status_map, or leave status_column out and set "
        "status",
        layer(lines(now=["built"]), kind="fence", status_column="now"),
        (
            layer(
                lines(now=["built"]),
                kind="fence",
                status_column="now",
                status_map={"built": "existing"},
            ),
            layer(lines(now=["built"]), kind="fence", status="existing"),
        ),
    ),
    Case(
        "barriers/sources.py: correct the column; percentages must be divided by 100",
        layer(lines(pass_=[40.0]), kind="fence", permeability_column="pass_"),
        (layer(lines(pass_=[0.4]), kind="fence", permeability_column="pass_"),),
    ),
    Case(
        "barriers/sources.py: exchange them",
        layer(
            lines(a=["2021-01-01"], b=["2020-01-01"]),
            kind="fence",
            valid_from_column="a",
            valid_to_column="b",
        ),
        (
            layer(
                lines(a=["2020-01-01"], b=["2021-01-01"]),
                kind="fence",
                valid_from_column="a",
                valid_to_column="b",
            ),
        ),
    ),
    Case(
        "formats/vector.py: the nearest column is '…'",
        layer(lines(what=["fence"]), kind_column="whta"),
        (layer(lines(what=["fence"]), kind_column="what"),),
    ),
    Case(
        "formats/vector_file.py: the nearest layer is '…'",
        layer(lines(), kind="fence", layer="bb"),
        (layer(lines(), kind="fence", layer="b"), layer(lines(), kind="fence")),
    ),
    Case(
        "formats/vector_file.py: correct layer of this source",
        layer(lines(), kind="fence", layer="zzzzzz"),
        (layer(lines(), kind="fence", layer="b"),),
    ),
    Case(
        "formats/shapes.py: name a layer of lines or polygons: points have no extent",
        layer(points(), kind="fence"),
        (layer(lines(), kind="fence"),),
    ),
    Case(
        "formats/shapes.py: polygons are states: name this file below states, and the lines of "
        "the boundary here (QGIS: Polygons to lines), or use path: natural-earth",
        boundary(SQUARES, **PAIRED),
        (
            boundary(SQUARES.boundary.to_frame("geometry").assign(pair="A-B"), **PAIRED),
            boundary(None),
            states(SQUARES),
        ),
    ),
    Case(
        "formats/shapes.py: name the layer with the boundary lines",
        boundary(points(pair=["A-B"]), **PAIRED),
        (boundary(lines(pair=["A-B"]), **PAIRED),),
    ),
    Case(
        "stages/ingest/boundaries.py: spell the states as the file does",
        boundary(None, left_state="Tajikstan", right_state="Afganistan"),
        (boundary(None, left_state="Tajikistan", right_state="Afghanistan"),),
    ),
    Case(
        "stages/ingest/boundaries.py: name left_state and right_state, or leave published_km out",
        boundary(None, published_km=1357.0),
        (
            boundary(None, published_km=1357.0, left_state="Afghanistan", right_state="Tajikistan"),
            boundary(None),
        ),
    ),
    Case(
        "stages/ingest/boundaries.py: leave published_km out",
        boundary(None, published_km=3488.0, left_state="China", right_state="India"),
        (boundary(None, left_state="China", right_state="India"),),
    ),
    Case(
        "stages/ingest/boundaries.py: fill in the states",
        boundary(lines(pair=["AFG-"]), **PAIRED),
        (boundary(lines(pair=["AFG-TJK"]), **PAIRED),),
    ),
    Case(
        "stages/ingest/boundaries.py: add the values to type_map, correct the column, or leave "
        "type_column out",
        boundary(lines(pair=["A-B"], how=["wet"]), type_column="how", **PAIRED),
        (
            boundary(
                lines(pair=["A-B"], how=["wet"]),
                type_column="how",
                type_map={"wet": "river"},
                **PAIRED,
            ),
            boundary(lines(pair=["A-B"], how=["river"]), type_column="how", **PAIRED),
            boundary(lines(pair=["A-B"], how=["wet"]), **PAIRED),
        ),
    ),
    Case(
        "stages/ingest/layers.py: fill in the names",
        states(gpd.GeoDataFrame({"state": [""]}, geometry=[SQUARE], crs=4326)),
        (states(gpd.GeoDataFrame({"state": ["A"]}, geometry=[SQUARE], crs=4326)),),
    ),
    Case(
        "stages/ingest/layers.py: fill in the names",
        zones(gpd.GeoDataFrame({"zone": [" "]}, geometry=[SQUARE], crs=4326)),
        (zones(gpd.GeoDataFrame({"zone": ["A"]}, geometry=[SQUARE], crs=4326)),),
    ),
    Case(
        "formats/vector_file.py: export it again, or remove the source",
        layer(lines().iloc[:0], kind="fence"),
        (layer(lines(), kind="fence"), Study({"t.csv": GOOD}, CSV)),
    ),
    # days
    Case(
        "barriers/sources.py: <advice(text[wrong])>",
        built("12/05/2019"),
        (
            built("12/05/2019", date_formats=["%d/%m/%Y"]),
            built("12/05/2019", date_formats=["%m/%d/%Y"]),
        ),
        said="set date_formats: ['%d/%m/%Y'] or ['%m/%d/%Y'] of this source, whichever is meant",
    ),
    Case(
        "barriers/sources.py: <advice(text[wrong])>",
        built("2019"),
        (built("2019", date_formats=["%Y"]),),
        said="a year alone does not say the day: set date_formats: ['%Y'] of this source to take "
        "its first day, for valid_to its last",
    ),
    Case(
        "barriers/sources.py: <advice(text[wrong])>",
        built("43597"),
        (built("43597", date_formats=["excel"]),),
        said="set date_formats: ['excel'] of this source",
    ),
    Case(
        "barriers/sources.py: correct the column, or state its form in date_formats",
        built("May 12th, 2019"),
        (built("2019-05-12"), built("May 12th, 2019", date_formats=["%B %dth, %Y"])),
    ),
    # coordinates
    Case(
        "formats/placement.py: <cures[misfit]>",
        layer(at([(5.0, 71.0), (5.1, 171.0)]), kind="fence"),
        (layer(at([(71.0, 5.0), (171.0, 5.1)]), kind="fence"),),
        said="exchange the axes (QGIS: Swap X and Y coordinates)",
    ),
    Case(
        "formats/placement.py: <cures[misfit]>",
        layer(lines(crs="EPSG:32642"), kind="fence"),
        (layer(lines(crs="EPSG:32642"), kind="fence", crs="EPSG:4326"),),
        said="set crs of this source, e.g. EPSG:4326",
    ),
    Case(
        "formats/placement.py: <cures[misfit]>",
        layer(at([(687_000, 4_107_000), (690_000, 4_110_000)]), kind="fence"),
        (layer(at([(687_000, 4_107_000), (690_000, 4_110_000)]), kind="fence", crs="EPSG:32642"),),
        said="set crs of this source to the projected CRS that they are in, e.g. EPSG:32642, in "
        "which they lie at the herd",
    ),
    Case(
        "formats/placement.py: <cures[misfit]>",
        layer(at([(71.0, 37.0), (np.inf, 38.0)]), kind="fence"),
        (layer(lines(), kind="fence"),),
        said="export the layer again, or correct the feature",
    ),
    Case(
        "formats/vector.py: the file's CRS is probably wrong: set crs and crs_overrules: true",
        fenced("b.geojson", FAR.to_file),
        (fenced("b.geojson", FAR.to_file, crs="EPSG:32642", crs_overrules=True),),
    ),
    # what the layer holds
    Case(
        "formats/vector.py: correct the configuration",
        layer(lines(what=["fence"]), kind_column="zzzzzz"),
        (layer(lines(what=["fence"]), kind_column="what"),),
    ),
    Case(
        "formats/shapes.py: the layer must hold polygons (QGIS: Lines to polygons, if they are "
        "closed)",
        drawn_range(lines(season=["winter"])),
        (drawn_range(SEASONAL),),
    ),
    Case(
        "formats/shapes.py: tracks are points, one per fix",
        as_points(lines(who=["Bek"], when=["2020-01-01 00:00"])),
        (as_points(FIX),),
    ),
    Case(
        "formats/geopoints.py: take the multipoints apart",
        as_points(FIX.set_geometry([MultiPoint([(71, 37), (71.1, 37)])])),
        (as_points(FIX.loc[[0, 0]].reset_index(drop=True)),),
    ),
    Case(
        "formats/vector_file.py: set layer of this source",
        several(),
        (several(layer="one"), several(layer="two")),
    ),
    Case(
        "formats/vector_file.py: name another layer, or another file",
        several(layer="list"),
        (several(layer="one"), layer(lines(), kind="fence")),
    ),
    # what experts drew
    Case(
        "stages/ingest/layers.py: write winter or summer, in English, or say in season_map what "
        "they mean",
        drawn_range(SEASONAL.assign(season="Winter range")),
        (
            drawn_range(SEASONAL),
            drawn_range(SEASONAL.assign(season="Summer")),
            drawn_range(SEASONAL.assign(season="Dry"), season_map={"dry": "winter"}),
        ),
    ),
    Case(
        "stages/ingest/expert.py: write … or …, in English",
        drawn_corridor(SEASONAL.assign(season="Frühling"), season_column="season"),
        (
            drawn_corridor(SEASONAL.assign(season="spring"), season_column="season"),
            drawn_corridor(SEASONAL.assign(season="all"), season_column="season"),
        ),
    ),
    Case(
        "stages/ingest/expert.py: set buffer_m, or draw polygons",
        drawn_corridor(lines()),
        (drawn_corridor(lines(), buffer_m=500.0), drawn_corridor(SEASONAL)),
    ),
    Case(
        "stages/ingest/expert.py: correct the geometries",
        drawn_corridor(at([(71.0, 37.0), (71.0, 37.0)])),
        (drawn_corridor(SEASONAL),),
    ),
)
