"""Into how many pieces closed lines cut the corridor, and how much of its use they cut off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from corridors.foundation.arrays import Flags, Floats, Geometries, Indices

# Half width of a cut, m: no corridor is narrower, no fix more exact.
_CUT_M = 0.5


@dataclass(frozen=True)
class Fragments:
    """Pieces of a corridor, largest first; arrays of shape (n,).

    Parameters
    ----------
    polygons
        Planar.
    mass
        Share of the surface's mass in each, 0...1; NaN without a surface.
    is_joined
        Whether the piece holds ground of both ranges.
    owner
        Piece of each cell of the surface, -1: in none, shape (n_cells,).
    """

    polygons: Geometries
    mass: Floats
    is_joined: Flags
    owner: Indices

    def cut_off(self, mass: Floats) -> float:
        """Return the share of ``mass`` (n_cells,) inside pieces that do not join the ranges.

        NaN where none of it lies in a piece.
        """
        inside = self.owner >= 0
        whole = float(mass[inside].sum())
        if whole <= 0:
            return float("nan")
        joined = self.is_joined[self.owner[inside]]
        return float(mass[inside][~joined].sum() / whole)


def fragments(
    corridor: BaseGeometry,
    closed: Geometries,
    ranges: tuple[BaseGeometry, BaseGeometry],
    cells: Floats,
    mass: Floats,
    *,
    min_area_m2: float,
) -> Fragments:
    """Cut a corridor along closed lines.

    Parameters
    ----------
    corridor
        Planar polygon.
    closed
        Planar lines that count as closed.
    ranges
        Both seasonal ranges, planar.
    cells, mass
        Centres of the surface's cells, m, (n_cells, 2), and their mass; may be empty.
    min_area_m2
        Smaller crumbs of the corridor are no pieces, m2.

    Notes
    -----
    A line that ends inside the corridor cuts nothing off: animals go around its end. A piece that
    holds ground of both ranges still joins them; what lies in the others is cut off.

    Examples
    --------
    >>> from shapely import LineString, box
    >>> found = fragments(box(0, 0, 100, 10), np.array([LineString([(40, -5), (40, 15)])]),
    ...     (box(-5, 0, 5, 10), box(95, 0, 105, 10)), np.array([[20.0, 5.0], [70.0, 5.0]]),
    ...     np.array([0.25, 0.75]), min_area_m2=1.0)
    >>> [round(piece.area) for piece in found.polygons], found.mass.tolist()
    ([595, 395], [0.75, 0.25])
    >>> found.is_joined.tolist(), found.cut_off(np.array([0.25, 0.75]))
    ([False, False], 1.0)
    """
    whole = shapely.make_valid(corridor)
    near = closed[shapely.intersects(closed, whole)] if len(closed) else closed
    if len(near):
        cut = shapely.union_all(shapely.buffer(near, _CUT_M, cap_style="square"))
        whole = shapely.difference(whole, cut)
    parts = shapely.get_parts(shapely.get_parts([whole]))
    parts = parts[(shapely.get_dimensions(parts) == 2) & (shapely.area(parts) >= min_area_m2)]
    order = np.lexsort((shapely.to_wkb(shapely.normalize(parts), hex=True), -shapely.area(parts)))
    parts = parts[order]
    joined = np.ones(len(parts), dtype=bool)
    for shape in ranges:
        joined &= shapely.intersects(parts, shape)
    owner = np.full(len(cells), -1, dtype=np.int64)
    if len(cells) and len(parts):
        tree = shapely.STRtree(np.asarray(shapely.points(cells), dtype=object))
        piece, cell = tree.query(parts, predicate="intersects")
        owner[cell] = piece
    total = float(mass.sum()) if len(mass) else 0.0
    share = (
        np.bincount(owner[owner >= 0], mass[owner >= 0], minlength=len(parts)) / total
        if total > 0
        else np.full(len(parts), np.nan)
    )
    return Fragments(parts, np.minimum(share, 1.0), joined, owner)
