"""Cost distance, the least-cost path and the corridor around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.ndimage import label
from skimage.graph import MCP_Geometric

from corridors.foundation.arrays import Flags, Floats, Indices


@dataclass(frozen=True)
class RangeLinks:
    """The least-cost ways between the parts of two ranges.

    Parameters
    ----------
    detour
        Share by which the best way of a part through the cell costs more than that part's
        least-cost way, the minimum over parts, (ny, nx) >= 0; NaN where no way leads.
    least
        Least cost of each part that has a way, m of easiest ground, > 0, (n_links,), sorted.
    path
        Array indices (iy, ix) of the cells of the cheapest of these ways, from the first range
        to the second, int (n, 2).
    n_shared
        Parts that share cells with the other range: nothing lies between.
    n_unreached
        Parts that no path of known cells joins with the other range.
    """

    detour: Floats
    least: Floats
    path: Indices
    n_shared: int
    n_unreached: int

    def corridor(self, width_share: float) -> Flags:
        """Return the cells whose detour is at most ``width_share``."""
        # A few units of rounding: the cells of the paths themselves must not fall out at 0.
        inside: Flags = self.detour <= width_share + 1e-9
        return inside


class NoWayError(ValueError):
    """There is no least-cost way; the message is one of ``vocabulary.NO_WAY``."""


def cost_distance(resistance: Floats, sources: Flags, *, cell_m: float) -> Floats:
    """Return the least cost from the nearest source to each cell.

    Parameters
    ----------
    resistance
        Cost of one metre, (ny, nx), > 0; NaN: no path leads through.
    sources
        Cells with cost 0, (ny, nx).
    cell_m
        Edge of a cell, m.

    Returns
    -------
    array (ny, nx)
        Cost, m of ground with resistance 1; NaN where no path leads, everywhere without a source
        on known ground.

    Notes
    -----
    Eight neighbours; a step costs its length times the mean resistance of its two cells. Time
    O(n log n), memory about 50 bytes per cell. On open ground the eight directions overestimate
    the distance by at most 8 %.

    Examples
    --------
    >>> cost_distance(np.array([[1.0, 3.0, 1.0]]), np.array([[True, False, False]]), cell_m=10.0)
    array([[ 0., 20., 40.]])
    """
    return _distance(resistance, sources, cell_m)[0]


def link_ranges(
    resistance: Floats,
    first: Flags,
    second: Flags,
    *,
    cell_m: float,
    names: tuple[str, str] = ("first", "second"),
) -> RangeLinks:
    """Return the least-cost ways from every part of two ranges to the other range.

    Parameters
    ----------
    resistance
        Cost of one metre, (ny, nx), > 0; NaN: no path leads through.
    first, second
        Cells of the two ranges, (ny, nx). Cells that touch, also in a corner, are one part.
    cell_m
        Edge of a cell, m.
    names
        What messages call the two ranges.

    Raises
    ------
    NoWayError
        A range has no cell with known resistance, or none of its parts has a way to the other
        range because they share cells or no path joins them.

    Notes
    -----
    For each part p the cost of a way through a cell is the sum of the cost distances from p and
    from the whole other range; its minimum is the cost of the least-cost path, and the cells near
    the minimum are the corridor (Singleton et al. 2002, USDA PNW-RP-549; Beier et al. 2008,
    doi:10.1111/j.1523-1739.2008.00942.x). Taking every part in turn keeps a remote summer range
    from being left out because another one lies nearer. Two searches, and one more for each part
    of a range that has several; about 120 bytes per cell.
    """
    known = np.isfinite(resistance)
    ranges = (first & known, second & known)
    for name, cells in zip(names, ranges, strict=True):
        if not cells.any():
            raise NoWayError(f"{name}_unknown")
    whole = [_distance(resistance, cells, cell_m) for cells in ranges]
    detour = np.full(resistance.shape, np.nan)
    found: list[tuple[float, int, int]] = []
    n_shared = n_unreached = 0
    for own, other in ((0, 1), (1, 0)):
        labels, n_parts = label(ranges[own], structure=np.ones((3, 3)))
        from_other = whole[other][0]
        for part in range(1, n_parts + 1):
            costs = np.where(labels == part, from_other, np.nan)
            if not np.isfinite(costs).any():
                n_unreached += 1
                continue
            cell = int(np.nanargmin(costs))
            least = float(costs.flat[cell])
            if least == 0.0:
                n_shared += 1
                continue
            found.append((least, own, cell))
            if n_parts == 1:
                from_own = whole[own][0]
            else:
                from_own, _ = _distance(resistance, labels == part, cell_m)
            np.fmin(detour, (from_own + from_other) / least - 1.0, out=detour)
    if not found:
        raise NoWayError("shared_cells" if n_shared else "no_path")
    _, own, cell = min(found)
    # The search began in the other range: its way back from this part runs other -> own.
    iy, ix = np.unravel_index(cell, resistance.shape)
    path = np.array(whole[1 - own][1].traceback((int(iy), int(ix))), dtype=np.int64)
    return RangeLinks(
        detour=np.maximum(detour, 0.0),
        least=np.array(sorted(least for least, _, _ in found)),
        path=path[::-1] if own == 0 else path,
        n_shared=n_shared,
        n_unreached=n_unreached,
    )


def _distance(resistance: Floats, sources: Flags, cell_m: float) -> tuple[Floats, Any]:
    passable = np.isfinite(resistance)
    search = MCP_Geometric(np.where(passable, resistance * cell_m, -1.0))
    starts = np.argwhere(sources & passable)
    if not len(starts):
        return np.full(resistance.shape, np.nan), search
    cumulative, _ = search.find_costs(starts)
    return np.where(np.isfinite(cumulative), cumulative, np.nan), search
