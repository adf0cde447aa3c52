"""The herd's layers, project, rasters, pictures and pages, from the results of all stages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice

import geopandas as gpd
import pandas as pd

from corridors import __version__
from corridors.atlas import fact_sheet
from corridors.atlas.charts import shows_harm, threat_chart
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
from corridors.atlas.tier import INTERNAL, refuse_what_would_show_one_animal, tables_to_show
from corridors.atlas.towns import nearest_in_words, towns_near
from corridors.atlas.transboundary import transboundary_values
from corridors.atlas.views import with_views
from corridors.atlas.words import stamps
from corridors.atlas.words.animal_years import YearLimits
from corridors.atlas.words.tables import tables_in_words
from corridors.formats.geopackage import Package
from corridors.formats.qgis import Project
from corridors.foundation.artefacts import Document, Pictures, Progress
from corridors.foundation.crs import named_crs
from corridors.foundation.track import usable
from corridors.movement.migrations import MIN_MODEL_DAYS, Origin
from corridors.stages.publish.displacement import DrawnYear, drawn_years, years_to_draw
from corridors.stages.publish.herd_maps import herd_map, insets, map_text
from corridors.stages.publish.herd_tables import map_layers, read_tables, recorded
from corridors.stages.publish.rasters import (
    CORRIDOR_SURFACE,
    CURRENT,
    RESISTANCE,
    PublishedRaster,
    published_raster,
    raster_layers,
)
from corridors.stages.publish.sheets import Untold, other_languages, sheets
from corridors.stages.publish.shown_settings import shown_settings
from corridors.stages.publish.stage import Inputs, Results, Settings

# The layers that show where the herd is; a town is as far as it is from these. A whole boundary is
# longer than any herd's reach.
WHEREABOUTS = (
    "corridors",
    "expert_corridor",
    "modelled_corridor",
    "ranges",
    "border_crossings",
    "crossings",
    "segments",
)


def published(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Return what stage `publish` leaves."""
    heading = _heading(settings)
    progress("read", 0.0)
    tables = read_tables(inputs)
    refuse_what_would_show_one_animal(
        heading.tier,
        n_animals=usable(tables["fixes"])["animal"].nunique(),
        corridors=tables["corridors"],
    )
    tables, withheld = tables_to_show(tables, heading.tier)
    languages = other_languages(inputs, settings)
    plain, tables = tables, tables_in_words(tables)
    about = pd.DataFrame(_labels(heading).items(), columns=["item", "value"])
    sheet = fact_sheet.table(inputs.describe)
    products, left_out = choose(
        {**map_layers(tables), "about": about, "fact_sheet": sheet}, tier=heading.tier
    )
    left_out += withheld

    progress("rasters", 0.1)
    surface = published_raster(CORRIDOR_SURFACE, inputs.population_raster)
    current = published_raster(CURRENT, inputs.current)
    resistance = published_raster(RESISTANCE, inputs.resistance)
    rasters = [surface, current, resistance]
    left_out += [
        LeftOut(f"{raster.plan.words.title} in the project", raster.plan.words.nothing)
        for raster in rasters
        if not raster.classes
    ]

    progress("pictures", 0.2)
    spatial = _spatial(products)
    whereabouts = [spatial[name] for name in WHEREABOUTS if name in spatial]
    towns = towns_near(whereabouts, inputs.clean.crs)
    charts = _charts(heading, tables, spatial, towns, inputs.clean.crs)
    years = years_to_draw(
        tables["animal_years"],
        tables["migrations"],
        settings.publish.pictures if heading.tier == INTERNAL else "none",
    )
    if heading.tier != INTERNAL:
        left_out.append(LeftOut("Displacement pictures", stamps.SINGLE_ANIMAL))
    limits = YearLimits(
        min_fixes=settings.segment.min_fixes,
        min_days=settings.segment.min_days,
        min_model_days=MIN_MODEL_DAYS,
        max_interval_days=settings.segment.max_interval_days,
    )
    drawn = drawn_years(
        years,
        inputs.fixes,
        tables["migrations"],
        inputs.displacement_fits.read(),
        origin=Origin(
            n_fixes=settings.segment.n_origin_fixes, max_days=settings.segment.max_origin_days
        ),
        limits=limits,
    )
    drawn = _told(drawn, len(years), progress)
    # The others are drawn while they are written.
    shown = list(islice(drawn, N_PICTURES))

    evidence = Evidence(
        tables=tables,
        recorded=recorded(inputs),
        settings=shown_settings(settings),
        left_out=left_out,
        limits=limits,
        min_bottleneck_units=settings.describe.bottleneck_min_units,
        map_png=charts.get("corridor_map.png"),
        threat_png=charts.get("threats.png"),
        place_maps=insets(heading, tables["threats"], spatial, inputs.clean.crs),
        sample_png=charts.get("sample.png"),
        has_surface=bool(surface.classes),
        displacement=[(year.caption, year.png) for year in shown],
        n_more_pictures=len(years) - len(shown),
        towns=nearest_in_words(towns),
        record=settings.labels.record,
        languages=[(one.code, one.own_name) for one in languages],
    )
    told = page(heading, evidence)
    across = {
        **masthead(heading),
        "map": evidence.map_png,
        "towns": evidence.towns,
        **transboundary_values(tables),
    }
    return Results(
        package=Package(package_layers(products, labels=_labels(heading))),
        project=_project(heading, tables, products, rasters, inputs.clean.crs),
        corridor_surface=inputs.population_raster,
        corridor_surface_style=surface.style,
        current=inputs.current,
        current_style=current.style,
        resistance=inputs.resistance,
        resistance_style=resistance.style,
        report=Document(render(__package__, "report.html.jinja", told)),
        transboundary=Document(render(__package__, "transboundary.html.jinja", across)),
        sheets=Pictures(
            sheets(inputs, told, Untold(heading, evidence, plain, spatial, towns), languages)
        ),
        pictures=Pictures(_files(charts, chain(shown, drawn))),
    )


def _heading(settings: Settings) -> Heading:
    return Heading(
        settings.herd,
        settings.labels.species,
        settings.study.title,
        settings.publish.author,
        settings.labels.simulated,
        settings.publish.tier,
        __version__,
        settings.profile.name,
        (settings.labels.record.title or "") if settings.labels.record else "",
    )


def _spatial(products: list[Product]) -> dict[str, gpd.GeoDataFrame]:
    return {p.plan.name: p.frame for p in products if isinstance(p.frame, gpd.GeoDataFrame)}


def _charts(
    heading: Heading,
    tables: Mapping[str, pd.DataFrame],
    spatial: Mapping[str, gpd.GeoDataFrame],
    towns: gpd.GeoDataFrame,
    crs: str,
) -> dict[str, bytes]:
    """Return file name -> PNG of the pictures of the whole herd, where there is something."""
    charts = {}
    if drawn := herd_map(heading, tables, spatial, towns, crs):
        charts["corridor_map.png"] = drawn
    if shows_harm(tables["threats"]):
        charts["threats.png"] = threat_chart(tables["threats"])
    curves = tables["sufficiency"]
    if (curves["season"] == "all").any():
        charts["sample.png"] = sample_chart(curves[curves["season"] == "all"])
    return charts


def _told(years: Iterable[DrawnYear], n: int, progress: Progress) -> Iterator[DrawnYear]:
    """Yield pictures of animal-years as they are drawn, and say so."""
    for number, year in enumerate(years, start=1):
        progress(f"picture {number} of {n}", 0.3 + 0.7 * number / n)
        yield year


def _files(charts: Mapping[str, bytes], years: Iterable[DrawnYear]) -> Iterator[tuple[str, bytes]]:
    yield from charts.items()
    for year in years:
        yield f"displacement/{year.file}", year.png


def _labels(heading: Heading) -> dict[str, str]:
    return {
        "herd": heading.herd,
        "species": heading.species,
        "study": heading.study,
        "author": heading.author,
        "label": stamps.data_label(simulated=heading.simulated),
        "profile": heading.profile,
        "tier": heading.tier,
        "lengths and areas": "geodesic on WGS84",
        "made with": f"corridors {heading.version}",
    }


def _rights(heading: Heading) -> str:
    return stamps.rights(heading.tier, simulated=heading.simulated, profile=heading.profile)


def _project(
    heading: Heading,
    tables: Mapping[str, pd.DataFrame],
    products: list[Product],
    rasters: list[PublishedRaster],
    crs: str,
) -> Project:
    rights = _rights(heading)
    layers = project_layers(products, package=f"./{heading.herd}.gpkg", rights=rights)
    layers += raster_layers(rasters, rights=rights)
    project = Project(
        title=stamps.project_title(heading.called, simulated=heading.simulated),
        author=heading.author,
        abstract=f"{heading.species}. {heading.study}. {rights}",
        crs=named_crs(crs),
        bounds=first_view(products, crs),
        layers=layers,
    )
    return with_views(
        project,
        gpd.GeoDataFrame(tables["threats"]),
        sources=map_text(heading, tables).credit,
    )
