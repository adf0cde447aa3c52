"""The rule of the release, by cell and feature: nothing that fewer than so many animals gave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import union_all
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from corridors.config.model import Delineate
from corridors.foundation.crs import to_geographic, to_working
from corridors.foundation.grid import pack
from corridors.movement.outlines import merge, outline

MAX_EDGE_DEG = 0.02  # longer edges bend when they are projected
EXPERT, TRACKED = "expert", "tracked"
ALL = "all"


@dataclass(frozen=True)
class Ground:
    """A polygon that is released, in the working CRS, with the columns of its row."""

    row: pd.Series
    shape: BaseGeometry


class SharedGround:
    """What at least so many animals of a herd have used.

    Parameters
    ----------
    population
        POPULATION of the herd.
    crs, cell_m
        Its lattice.
    min_animals
        Fewer are not enough.
    delineate
        How cells become polygons.
    """

    def __init__(
        self,
        population: pd.DataFrame,
        crs: str,
        cell_m: float,
        *,
        min_animals: int,
        delineate: Delineate,
    ) -> None:
        self.crs, self.cell_m, self.min_animals = crs, cell_m, min_animals
        self._cells = population[population["n_animals"] >= min_animals]
        self._delineate = delineate

    def cells(self, season: str) -> pd.DataFrame:
        """Return the cells of a season that enough animals have used: ``row col mass``."""
        return self._cells.loc[self._cells["season"] == season, ["row", "col", "mass"]]

    def area(self, season: str) -> BaseGeometry:
        """Return the outline of these cells, m."""
        cells = self.cells(season)
        keys = np.sort(pack(cells["row"].to_numpy(), cells["col"].to_numpy()))
        (patches,) = outline(
            [keys],
            cell_m=self.cell_m,
            min_area_m2=self._delineate.min_area_m2,
            max_area_change_frac=self._delineate.max_area_change_frac,
        )
        return merge(patches)

    def corridors(self, layer: gpd.GeoDataFrame) -> list[Ground]:
        """Return the corridor of all migrations, tracked before drawn, low use first.

        A class that fewer animals are enough for is drawn anew from what enough of them have used.
        """
        found = []
        whole = layer[layer["season"] == ALL]
        tracked = whole[whole["evidence"] == TRACKED]
        for _, row in tracked.iterrows():
            shape = to_working(row["geometry"], self.crs, max_edge_deg=MAX_EDGE_DEG)
            if row["n_animals"] < self.min_animals:
                above = tracked[tracked["n_animals"] >= self.min_animals].geometry
                shape = union_all(
                    [
                        self.area(ALL),
                        *(to_working(one, self.crs, max_edge_deg=MAX_EDGE_DEG) for one in above),
                    ]
                )
            found.append(Ground(row, self.trimmed(shape)))
        drawn = whole[whole["evidence"] == EXPERT]
        found += [Ground(row, self.planar(row["geometry"])) for _, row in drawn.iterrows()]
        return [one for one in found if not one.shape.is_empty]

    def within(
        self, layer: gpd.GeoDataFrame, n_animals: Sequence[int] | None = None
    ) -> list[Ground]:
        """Return polygons cut to what enough animals have used in their season; drawn ones whole.

        Parameters
        ----------
        layer
            RANGES or STOPOVERS.
        n_animals
            Animals behind each row; None: the outline of the cells decides alone.
        """
        areas: dict[str, BaseGeometry] = {}
        found = []
        for number, (_, row) in enumerate(layer.iterrows()):
            shape = self.planar(row["geometry"])
            if row.get("evidence", TRACKED) == TRACKED:
                if n_animals is not None and n_animals[number] < self.min_animals:
                    continue
                season = str(row["season"])
                if season not in areas:
                    areas[season] = self.area(season)
                shape = self.trimmed(shape.intersection(areas[season]))
            if not shape.is_empty:
                found.append(Ground(row, shape))
        return found

    def planar(self, geometry: BaseGeometry) -> BaseGeometry:
        """Return a geometry in EPSG:4326 in the working CRS."""
        return to_working(geometry, self.crs, max_edge_deg=MAX_EDGE_DEG)

    def geographic(self, shape: BaseGeometry) -> BaseGeometry:
        """Return a planar geometry in EPSG:4326."""
        return to_geographic(shape, self.crs)

    def trimmed(self, shape: BaseGeometry) -> BaseGeometry:
        """Return the parts of a polygon that are no crumbs."""
        parts = [
            part
            for part in getattr(shape, "geoms", [shape])
            if isinstance(part, Polygon) and part.area >= self._delineate.min_area_m2
        ]
        return MultiPolygon(parts)
