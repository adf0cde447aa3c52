"""Which tables leave the pipeline as map layers, for whom, and what was left out and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from corridors.atlas.layers import LAYERS, LayerPlan
from corridors.atlas.styles import STYLES
from corridors.formats.geopackage import PackageLayer, wkb_type
from corridors.formats.qgis import Bounds, ProjectLayer
from corridors.formats.qml import LayerStyle, document
from corridors.foundation.arrays import Frame
from corridors.foundation.crs import GEOGRAPHIC, transformer


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
            if plan.is_optional:
                continue
            left_out.append(LeftOut(plan.title, "no rows"))
        else:
            products.append(Product(plan, frame, styles[plan.style_name](frame)))
    return products, left_out


def rounded_stretches(frame: Frame) -> Frame:
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
    hidden_when_tracked: tuple[str, ...] = ("modelled_corridor", "candidates"),
) -> list[ProjectLayer]:
    """Return ``products`` as project layers that read ``package``, a path beside the project.

    What is only modelled is off where the herd was tracked: what was seen comes first.
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
            wkb_type=wkb_type(product.frame) if isinstance(product.frame, gpd.GeoDataFrame) else "",
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
