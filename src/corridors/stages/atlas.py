"""Join all herds that are done into one threat layer, one project and an index page."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from corridors import __version__
from corridors.atlas.catalogue import herd_rows, joint_threats, threat_lists
from corridors.atlas.layers import ATLAS_LAYERS
from corridors.atlas.pages import render
from corridors.atlas.products import (
    choose,
    first_view,
    package_layers,
    project_layers,
    rounded_stretches,
)
from corridors.atlas.tier import agreements_to_show, corridors_to_show
from corridors.formats.geopackage import write_geopackage
from corridors.formats.parquet import read_layer
from corridors.formats.qgis import Project, write_project
from corridors.foundation.crs import GEOGRAPHIC, named_crs, working_crs
from corridors.foundation.errors import MissingInputError
from corridors.stages.context import StageContext

_PACKAGE = "atlas.gpkg"
_ACTIONS = ("crossing_sites", "fence_sections", "footprints", "border_agreements")


def run(context: StageContext) -> None:
    """Read corridors and threats of the herds that are done; write the study's atlas.

    Raises
    ------
    MissingInputError
        No herd is done.
    """
    settings = context.settings
    done = [
        herd for herd in settings.herds if all(herd in herds for herds in context.upstream.values())
    ]
    if not done:
        raise MissingInputError("no herd is done, so there is nothing to join")
    context.progress("read", 0.0)
    threats = joint_threats(_of_all(context, "rank", "threats", done))
    tier = settings.publish.tier
    drawn = corridors_to_show(_joined(_of_all(context, "delineate", "corridors", done)), tier)
    corridors = drawn[drawn["evidence"] == "tracked"]
    modelled = _joined(_of_all(context, "connect", "modelled", done))
    # A modelled corridor counts where nobody was tracked.
    modelled = modelled[~modelled["herd"].isin(corridors["herd"])]
    rows = herd_rows(settings.herds, drawn, modelled, threats, set(done))
    simulated = [row["herd"] for row in rows if row["is_done"] and row["simulated"]]
    tables = {
        "threats": rounded_stretches(threats),
        "corridors": corridors,
        "modelled_corridor": modelled,
        "expert_corridor": drawn[drawn["evidence"] == "expert"],
        "candidates": rounded_stretches(_joined(_of_all(context, "rank", "candidates", done))),
        **{name: _joined(_of_all(context, "act", name, done)) for name in _ACTIONS},
        "herds": pd.DataFrame([row for row in rows if row["is_done"]]).drop(columns="is_done"),
    }
    tables["border_agreements"] = agreements_to_show(tables["border_agreements"], tier)
    products, left_out = choose(tables, tier=tier, plans=ATLAS_LAYERS)
    stamp = f" (SIMULATED: {', '.join(simulated)})" if simulated else ""
    title = f"{settings.study.title}: all herds{stamp}"
    labels = {
        "study": settings.study.title,
        "author": settings.publish.author,
        "tier": settings.publish.tier,
        "label": f"SIMULATED DATA: {', '.join(simulated)}" if simulated else "",
        "made with": f"corridors {__version__}",
    }
    context.progress("geopackage", 0.4)
    write_geopackage(context.out / _PACKAGE, package_layers(products, labels=labels))
    crs = _crs([product.frame for product in products if product.is_spatial])
    write_project(
        Project(
            title=title,
            author=settings.publish.author,
            abstract=f"{settings.study.title}. Tier {settings.publish.tier}.",
            crs=named_crs(crs),
            bounds=first_view(products, crs),
            layers=project_layers(
                products,
                package=f"./{_PACKAGE}",
                rights=labels["label"],
                hidden_when_tracked=(),
            ),
        ),
        context.out / "atlas.qgz",
    )
    context.progress("index", 0.9)
    html = render(
        "index.html.jinja",
        {
            "study": settings.study.title,
            "author": settings.publish.author,
            "tier": settings.publish.tier,
            "simulated": simulated,
            "herds": rows,
            "lists": threat_lists(threats),
            "left_out": left_out,
            "version": __version__,
        },
    )
    (context.out / "index.html").write_text(html, encoding="utf-8")


def _of_all(
    context: StageContext, stage: str, name: str, herds: list[str]
) -> dict[str, gpd.GeoDataFrame]:
    return {herd: read_layer(context.upstream[stage][herd] / f"{name}.parquet") for herd in herds}


def _joined(by_herd: dict[str, gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    frames = [frame for frame in by_herd.values() if len(frame)]
    return pd.concat(frames, ignore_index=True) if frames else next(iter(by_herd.values()))


def _crs(frames: list[pd.DataFrame]) -> str:
    """Return an equal-area CRS around everything that is shown."""
    centres = np.array([np.reshape(frame.total_bounds, (2, 2)).mean(axis=0) for frame in frames])
    return working_crs(centres[:, 0], centres[:, 1]) if len(centres) else GEOGRAPHIC
