"""The classes of a corridor as a raster: what the polygons show, and nothing else."""

from __future__ import annotations

import numpy as np
from shapely import union_all
from shapely.geometry.base import BaseGeometry

from corridors.foundation.artefacts import Raster
from corridors.foundation.grid import Grid
from corridors.foundation.vocabulary import CORRIDOR_CLASSES
from corridors.habitat.layers import cells_in

CLASS_VALUES = {name: float(value) for value, name in enumerate(CORRIDOR_CLASSES, start=1)}


def class_raster(shapes: list[tuple[str, BaseGeometry]], crs: str, cell_m: float) -> Raster:
    """Return the highest class of each cell: 1 low, 2 medium, 3 high, NaN outside.

    Parameters
    ----------
    shapes
        (class, planar polygon as it is released, m), at least one that is not empty.
    crs, cell_m
        Lattice: that of the herd, or that of the tier's cells.
    """
    grid = Grid.covering(crs, cell_m, union_all([shape for _, shape in shapes]).bounds)
    values = np.full(grid.shape, np.nan, dtype=np.float32)
    for name, shape in sorted(shapes, key=lambda one: CLASS_VALUES[one[0]]):
        values[cells_in(shape, grid)] = CLASS_VALUES[name]
    return Raster.of(values, grid, {"QUANTITY": "corridor_class", "CLASSES": _LEGEND})


_LEGEND = ", ".join(f"{value:g} {name}" for name, value in CLASS_VALUES.items())
