"""One threat layer, one project and one index page of all herds that are done."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import pandas as pd

from corridors import __version__
from corridors.atlas.catalogue import herd_rows, joint_threats, threat_lists
from corridors.atlas.layers import ATLAS_LAYERS
from corridors.atlas.months import HerdMonths, herd_months
from corridors.atlas.pages import render
from corridors.atlas.products import (
    choose,
    first_view,
    package_layers,
    project_layers,
    rounded_stretches,
)
from corridors.atlas.tier import (
    agreements_to_show,
    corridors_to_show,
    least_units,
    ranges_to_show,
    stopovers_to_show,
)
from corridors.atlas.views import with_views
from corridors.atlas.web_map import web_map_values
from corridors.atlas.words.tables import tables_in_words
from corridors.atlas.words.threats import GRADE_WORDS
from corridors.formats.geopackage import Package
from corridors.formats.qgis import Project
from corridors.foundation.artefacts import Document, Progress
from corridors.foundation.crs import GEOGRAPHIC, named_crs, working_crs
from corridors.foundation.errors import MissingInputError
from corridors.stages.atlas.stage import Inputs, OneHerd, Results, Settings

_PACKAGE = "atlas.gpkg"
_CORRIDORS = ("corridors", "modelled_corridor", "expert_corridor")
_ACTIONS = ("crossing_sites", "fence_sections", "footprints", "border_agreements")


def joined(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Return what stage `atlas` leaves."""
    if not inputs.herds:
        raise MissingInputError("no herd is done, so there is nothing to join")
    progress("read", 0.0)
    herds, tier = inputs.herds.values(), settings.publish.tier
    ranked = {name: one.threats.read() for name, one in inputs.herds.items()}
    told = {name: _told(one, ranked[name], tier) for name, one in inputs.herds.items()}
    threats = joint_threats(
        {name: own["threats"] for name, own in told.items()},
        whole_herds={name for name, own in ranked.items() if (own["unit"] == "whole_herd").any()},
    )
    drawn = corridors_to_show(_together(one.corridors.read() for one in herds), tier)
    corridors = drawn[drawn["evidence"] == "tracked"]
    modelled = _together(one.modelled.read() for one in herds)
    # A modelled corridor counts where nobody was tracked.
    modelled = modelled[~modelled["herd"].isin(corridors["herd"])]
    rows = herd_rows(settings.herds, drawn, modelled, threats, set(inputs.herds))
    simulated = [row["herd"] for row in rows if row["is_done"] and row["simulated"]]
    tables = {
        "threats": rounded_stretches(threats),
        "corridors": corridors,
        "modelled_corridor": modelled,
        "expert_corridor": drawn[drawn["evidence"] == "expert"],
        "bottlenecks": _together(one.bottlenecks.read() for one in herds),
        "candidates": rounded_stretches(_together(own["candidates"] for own in told.values())),
        **{name: _together(own[name] for own in told.values()) for name in _ACTIONS},
        "herds": pd.DataFrame([row for row in rows if row["is_done"]]).drop(
            columns=["is_done", "title", "status"]
        ),
    }
    products, left_out = choose(tables, tier=tier, plans=ATLAS_LAYERS)
    stamp = f" (SIMULATED: {', '.join(simulated)})" if simulated else ""
    labels = {
        "study": settings.study.title,
        "author": settings.publish.author,
        "tier": tier,
        "label": f"SIMULATED DATA: {', '.join(simulated)}" if simulated else "",
        "made with": f"corridors {__version__}",
    }
    progress("index", 0.5)
    crs = _crs([product.frame for product in products if product.is_spatial])
    project = Project(
        title=f"{settings.study.title}: all herds{stamp}",
        author=settings.publish.author,
        abstract=f"{settings.study.title}. Tier {tier}.",
        crs=named_crs(crs),
        bounds=first_view(products, crs),
        layers=project_layers(
            products, package=f"./{_PACKAGE}", rights=labels["label"], hidden_when_tracked=()
        ),
    )
    values = {
        "study": settings.study.title,
        "author": settings.publish.author,
        "tier": tier,
        "simulated": simulated,
        "herds": rows,
        "titles": {row["herd"]: row["title"] or row["herd"] for row in rows},
        "reports": {name: f"../{name}/{one.report.file}" for name, one in inputs.herds.items()},
        "lists": threat_lists(threats),
        "grade_words": GRADE_WORDS,
        "left_out": left_out,
        "least": least_units(tier),
        "version": __version__,
    }
    drawn_map = web_map_values(
        {
            **{name: gpd.GeoDataFrame(tables[name]) for name in _CORRIDORS},
            "threats": threats,
            "bottlenecks": gpd.GeoDataFrame(tables["bottlenecks"]),
            "ranges": ranges_to_show(_together(one.ranges.read() for one in herds), tier),
            "stopovers": _together(
                stopovers_to_show(one.stopovers.read(), one.corridors.read(), tier) for one in herds
            ),
            "boundary": _together(one.border_report.read() for one in herds),
        },
        rows,
        {name: _months(one, least_units(tier)) for name, one in inputs.herds.items()},
    )
    return Results(
        package=Package(package_layers(products, labels=labels)),
        project=with_views(project, threats, sources=project.abstract),
        index=Document(render(__package__, "index.html.jinja", values)),
        map=Document(render(__package__, "map.html.jinja", {**values, **drawn_map})),
    )


def _told(herd: OneHerd, threats: gpd.GeoDataFrame, tier: str) -> dict[str, gpd.GeoDataFrame]:
    """Return the herd's threats, candidates and actions in words, as far as the tier shows them."""
    tables = {
        "threats": threats,
        "candidates": herd.candidates.read(),
        "crossing_sites": herd.crossing_sites.read(),
        "fence_sections": herd.fence_sections.read(),
        "footprints": herd.footprints.read(),
        "border_agreements": agreements_to_show(herd.border_agreements.read(), tier),
    }
    return {name: gpd.GeoDataFrame(rows) for name, rows in tables_in_words(tables).items()}


def _months(herd: OneHerd, least: int) -> HerdMonths:
    return herd_months(
        herd.animal_years.read(["animal", "first_utc", "last_utc"]),
        herd.migrations.read(["animal", "part", "season", "start_utc", "end_utc"]),
        herd.behaviour.read(["event", "animal", "start_utc", "end_utc", "geometry"]),
        herd.behaviour_segments.read(["event", "segment"]),
        herd.threat_segments.read(["segment", "threat", "geometry"]),
        herd.units.read(),
        least=least,
    )


def _together(layers: Iterable[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    every = list(layers)
    frames = [frame for frame in every if len(frame)]
    return gpd.GeoDataFrame(pd.concat(frames, ignore_index=True)) if frames else every[0]


def _crs(frames: list[pd.DataFrame]) -> str:
    """Return an equal-area CRS around everything that is shown."""
    centres = np.array([np.reshape(frame.total_bounds, (2, 2)).mean(axis=0) for frame in frames])
    return working_crs(centres[:, 0], centres[:, 1]) if len(centres) else GEOGRAPHIC
