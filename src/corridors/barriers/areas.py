"""Areal pressures: how much of the herd's use lies on cropland, settlements, energy sites."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from shapely import STRtree

from corridors.foundation.arrays import Floats, Geometries, Indices, Labels

_CHUNK = 200_000  # cells that are cut at a time; bounds the memory, changes no result


def exposed_share(polygons: Geometries, cells: Floats, mass: Floats, *, cell_m: float) -> Floats:
    """Return the share of a surface's mass that lies on each polygon, shape (n,).

    Parameters
    ----------
    polygons
        Valid polygons in the working CRS; they may overlap.
    cells, mass
        South-west corners of the cells (m), shape (k, 2), and their mass.
    cell_m
        Edge of a cell, m.

    Returns
    -------
    numpy.ndarray
        0...1; NaN where the surface holds no mass. A cell counts by the part of it that the
        polygon covers.

    Examples
    --------
    A polygon over one cell and a half of two, three quarters of the mass on the first:

    >>> exposed_share(np.array([shapely.box(0, 0, 150, 100)]), np.array([[0.0, 0.0], [100.0, 0.0]]),
    ...               np.array([0.75, 0.25]), cell_m=100.0).tolist()
    [0.875]
    """
    total = float(mass.sum())
    if total <= 0:
        return np.full(len(polygons), np.nan)
    order = np.argsort(cells[:, 1], kind="stable")
    cells, mass = cells[order], mass[order]
    out = np.zeros(len(polygons))
    shapely.prepare(polygons)
    for row, polygon in enumerate(polygons):
        west, south, east, north = shapely.bounds(polygon)
        first, last = np.searchsorted(cells[:, 1], [south - cell_m, north], side="left")
        x = cells[first:last, 0]
        near = first + np.flatnonzero((x > west - cell_m) & (x < east))
        for low in range(0, near.size, _CHUNK):
            at = near[low : low + _CHUNK]
            boxes = shapely.box(*cells[at].T, *(cells[at] + cell_m).T)
            covered = shapely.contains_properly(polygon, boxes).astype(float)
            cut = np.flatnonzero((covered == 0) & shapely.intersects(polygon, boxes))
            area = shapely.area(shapely.intersection(boxes[cut], polygon))
            covered[cut] = area / cell_m**2
            out[row] += float((covered * mass[at]).sum())
    return np.clip(out / total, 0.0, 1.0)


def animals_inside(polygons: Geometries, points: Floats, animals: Labels) -> Indices:
    """Return how many animals have a fix on each polygon, shape (n,).

    Parameters
    ----------
    polygons
        Polygons in the working CRS.
    points, animals
        Usable fixes (m), shape (k, 2), and whose they are.
    """
    if not len(points) or not len(polygons):
        return np.zeros(len(polygons), dtype=np.int64)
    tree = STRtree(np.asarray(shapely.points(points), dtype=object))
    polygon, point = tree.query(polygons, predicate="intersects")
    pairs = pd.DataFrame({"polygon": polygon, "animal": animals[point]}).drop_duplicates()
    counts = pairs["polygon"].value_counts().reindex(range(len(polygons)), fill_value=0)
    return counts.to_numpy().astype(np.int64)
