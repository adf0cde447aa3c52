"""Which tables leave the pipeline as map layers, for whom, and what was left out and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from corridors.atlas.styles import STYLES
from corridors.formats.geopackage import PackageLayer, wkb_type
from corridors.formats.qgis import Bounds, ProjectLayer
from corridors.formats.qml import LayerStyle, document
from corridors.foundation.crs import GEOGRAPHIC, transformer


@dataclass(frozen=True)
class LayerPlan:
    """A layer that can be published.

    Parameters
    ----------
    name, title, group, description
        Name of the table, and what people read.
    is_individual
        Shows single animals: only in the tier ``internal``.
    visible
        Switched on when the project opens.
    style
        Key in ``STYLES`` where it is not the name.
    """

    name: str
    title: str
    group: str
    description: str
    is_individual: bool = False
    visible: bool = True
    style: str = ""

    @property
    def style_name(self) -> str:
        """Key of its style; the layer's own name unless stated."""
        return self.style or self.name


# Top of the map first.
LAYERS: tuple[LayerPlan, ...] = (
    LayerPlan(
        "threats",
        "Ranked threats",
        "Threats",
        "Barrier segments ranked by the passages per year that they block; rank_p05 and rank_p95 "
        "bound the rank in 90 % of the bootstrap draws.",
    ),
    LayerPlan(
        "border_crossings",
        "Crossings of state boundaries",
        "Observed crossings",
        "Steps of tracked animals that cross a state boundary, time interpolated along the step.",
        is_individual=True,
    ),
    LayerPlan(
        "crossings",
        "Crossings of barriers",
        "Observed crossings",
        "Steps of tracked animals that meet a barrier, time interpolated along the step.",
        is_individual=True,
    ),
    LayerPlan(
        "boundary",
        "State boundaries",
        "Barriers and borders",
        "State boundaries within the herd's reach with source, geodesic and published length.",
    ),
    LayerPlan(
        "segments",
        "Barriers",
        "Barriers and borders",
        "Management segments of roads, fences and other barriers; has_data is false where nobody "
        "was tracked, which is not the same as no crossing.",
    ),
    LayerPlan(
        "exposure",
        "Areal pressures",
        "Barriers and borders",
        "Settlement, cropland and energy sites that hold some of the herd's use; the score is the "
        "share of the use times severity, a prior unless stated.",
    ),
    LayerPlan(
        "network_nodes",
        "Network nodes",
        "Network",
        "Seasonal ranges and stopovers as nodes of the herd's network.",
        visible=False,
    ),
    LayerPlan(
        "network_edges",
        "Network links",
        "Network",
        "Corridors as links of the herd's network; is_cut marks links without alternative.",
        visible=False,
    ),
    LayerPlan(
        "stopovers",
        "Stopovers",
        "Corridor",
        "The most used tenth of the used area during migration.",
    ),
    LayerPlan(
        "corridors",
        "Migration corridor",
        "Corridor",
        "Low, medium and high use by the share of the tracked animals; areas are geodesic.",
    ),
    LayerPlan(
        "expert_corridor",
        "Corridor drawn by an expert",
        "Corridor",
        "Drawn, not tracked; source says by whom, when and how sure.",
    ),
    LayerPlan(
        "modelled_corridor",
        "Modelled corridor",
        "Corridor",
        "Least-cost corridor between winter and summer range; a model, nobody was tracked here.",
    ),
    LayerPlan(
        "ranges",
        "Seasonal ranges",
        "Seasonal ranges",
        "Winter and summer ranges, tracked or drawn by an expert.",
    ),
    LayerPlan(
        "fact_sheet",
        "Fact sheet",
        "Tables",
        "Facts of the herd's migrations, ranges and corridor, and how far to trust them.",
    ),
    LayerPlan(
        "sufficiency",
        "Corridor area by number of animals",
        "Tables",
        "Mean area of the corridor of 1, 2 ... all animals with the interval that holds 90 % of "
        "their random orders.",
    ),
    LayerPlan(
        "migration_facts",
        "Migrations",
        "Tables",
        "Dates, distances and days in stopovers of each migration.",
        is_individual=True,
    ),
    LayerPlan(
        "skill",
        "Each animal against the others",
        "Tables",
        "Share of an animal's migration fixes and use inside the corridor of the other animals.",
        is_individual=True,
    ),
    LayerPlan(
        "fidelity",
        "Overlap between years",
        "Tables",
        "Overlap of an animal's migration surfaces of the same season in two years.",
        is_individual=True,
    ),
    LayerPlan(
        "crossings_by_season",
        "Crossings by segment and season",
        "Tables",
        "Expected and observed passages per barrier segment and season.",
    ),
    LayerPlan(
        "national_shares",
        "National shares",
        "Tables",
        "Share of each state in the corridor's area, the use and the animals.",
    ),
    LayerPlan(
        "about",
        "About these data",
        "Tables",
        "Whose data these are, for whom, and what they are labelled as.",
    ),
)


ATLAS_LAYERS: tuple[LayerPlan, ...] = (
    LayerPlan(
        "threats",
        "Ranked threats of all herds",
        "Threats",
        "atlas_rank orders threats within one unit only: passages per animal and passages of a "
        "whole herd are not comparable, column comparable says which a row belongs to.",
        style="atlas_threats",
    ),
    LayerPlan(
        "corridors",
        "Migration corridors",
        "Corridors",
        "Corridors of the tracked herds; low, medium and high use by the share of the animals.",
    ),
    LayerPlan(
        "modelled_corridor",
        "Modelled corridors",
        "Corridors",
        "Least-cost corridors of herds that nobody tracked.",
    ),
    LayerPlan(
        "expert_corridor",
        "Corridors drawn by experts",
        "Corridors",
        "Drawn, not tracked; source says by whom, when and how sure.",
    ),
    LayerPlan("herds", "Herds", "Tables", "Herds in this atlas.", style="about"),
)


@dataclass(frozen=True)
class Product:
    """A layer with its rows and its style."""

    plan: LayerPlan
    frame: pd.DataFrame
    style: LayerStyle

    @property
    def is_spatial(self) -> bool:
        """Whether it has a geometry."""
        return isinstance(self.frame, gpd.GeoDataFrame)


@dataclass(frozen=True)
class LeftOut:
    """A layer that is not published, and why."""

    title: str
    reason: str


def choose(
    tables: Mapping[str, pd.DataFrame],
    *,
    tier: str,
    plans: tuple[LayerPlan, ...] = LAYERS,
    styles: Mapping[str, Callable[[pd.DataFrame], LayerStyle]] = STYLES,
) -> tuple[list[Product], list[LeftOut]]:
    """Return the layers to publish, top first, and those left out with the reason.

    Parameters
    ----------
    tables
        Layer name -> rows.
    tier
        ``internal``: everything. ``partner``: nothing that shows a single animal.
    plans
        Layers that can be published.
    styles
        Name of a style -> what makes it from the rows.
    """
    products, left_out = [], []
    for plan in plans:
        frame = tables[plan.name]
        if plan.is_individual and tier != "internal":
            left_out.append(LeftOut(plan.title, f"shows single animals; tier {tier}"))
        elif len(frame) == 0:
            left_out.append(LeftOut(plan.title, "no rows"))
        else:
            products.append(Product(plan, frame, styles[plan.style_name](frame)))
    return products, left_out


def rounded_stretches(frame: pd.DataFrame) -> pd.DataFrame:
    """Return segments with their place along the barrier to 10 m, as people write it."""
    return frame.assign(from_km=frame["from_km"].round(2), to_km=frame["to_km"].round(2))


def package_layers(products: list[Product], *, labels: Mapping[str, str]) -> list[PackageLayer]:
    """Return ``products`` as layers of a GeoPackage; ``labels`` become layer metadata."""
    return [
        PackageLayer(
            product.plan.name,
            product.plan.title,
            product.plan.description,
            product.frame,
            document(product.style) if product.is_spatial else "",
            {"TITLE": product.plan.title, **labels},
        )
        for product in products
    ]


def project_layers(
    products: list[Product],
    *,
    package: str,
    rights: str,
    hidden_when_tracked: tuple[str, ...] = ("modelled_corridor",),
) -> list[ProjectLayer]:
    """Return ``products`` as project layers that read ``package``, a path beside the project.

    A modelled corridor is off where the herd was tracked: what was seen comes first.
    """
    tracked = any(product.plan.name == "corridors" for product in products)
    return [
        ProjectLayer(
            key=product.plan.name,
            title=product.plan.title,
            abstract=product.plan.description,
            source=f"{package}|layername={product.plan.name}",
            crs=GEOGRAPHIC,
            bounds=_bounds(product),
            group=product.plan.group,
            rights=rights,
            style=product.style,
            wkb_type=wkb_type(product.frame) if product.is_spatial else "",
            visible=product.plan.visible
            and not (tracked and product.plan.name in hidden_when_tracked),
            expanded=product.plan.group != "Network",
        )
        for product in products
    ]


def first_view(products: list[Product], crs: str) -> Bounds:
    """Return the bounds of what matters, in ``crs``, with a margin."""
    spatial = {p.plan.name: p.frame for p in products if p.is_spatial}
    names = ("corridors", "expert_corridor", "modelled_corridor", "ranges", "threats")
    chosen = [spatial[name] for name in names if name in spatial] or list(spatial.values())
    if not chosen:
        return (-1000.0, -1000.0, 1000.0, 1000.0)
    to_plane = transformer(GEOGRAPHIC, crs)
    bounds = np.array(
        [
            to_plane.transform_bounds(float(west), float(south), float(east), float(north))
            for west, south, east, north in (frame.total_bounds for frame in chosen)
        ]
    )
    low, high = bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)
    margin = 0.06 * max(*(high - low), 1000.0)
    low, high = low - margin, high + margin
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _bounds(product: Product) -> Bounds:
    if not product.is_spatial:
        return (0.0, 0.0, 0.0, 0.0)
    xmin, ymin, xmax, ymax = product.frame.total_bounds
    return float(xmin), float(ymin), float(xmax), float(ymax)
