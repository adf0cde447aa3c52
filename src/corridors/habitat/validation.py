"""Whether tracked use lies where the model says, compared with the same use put elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from corridors.foundation.arrays import Flags, Floats, Indices
from corridors.foundation.grid import Grid

# A place counts if the model knows this share of the use put there.
_LEAST_KNOWN = 0.5
_TRIES = 50


@dataclass(frozen=True)
class Comparison:
    """Share of the tracked use inside, and what random places of the same use would give.

    Parameters
    ----------
    share
        Of the use on known cells, the share inside, 0...1.
    random_mean, random_p95
        Mean and 95 % quantile over the random places; None without any.
    p
        Share of the places, the tracked one among them, with at least as much inside.
    n_shifts
        Random places that were found.
    """

    share: float
    random_mean: float | None
    random_p95: float | None
    p: float
    n_shifts: int


def use_of_cells(surface: pd.DataFrame, grid: Grid, *, cell_m: float) -> Floats:
    """Return the use of each cell of a grid, (ny, nx), from cells of another size.

    Parameters
    ----------
    surface
        ``row col mass``: where each of its cells is on its lattice, and the use there.
    grid
        The cells wanted.
    cell_m
        Cell edge of the surface, m; a cell counts where its centre lies.

    Examples
    --------
    >>> grid = Grid("EPSG:32612", 100.0, row_min=0, col_min=-1, n_rows=1, n_cols=2)
    >>> surface = pd.DataFrame({"row": [0, 1, 0, 7], "col": [-1, 0, 1, 0], "mass": 0.25})
    >>> use_of_cells(surface, grid, cell_m=50.0)
    array([[0.25, 0.5 ]])
    """
    row, col = (
        np.floor((surface[axis].to_numpy(float) + 0.5) * cell_m / grid.cell_m).astype(np.int32)
        for axis in ("row", "col")
    )
    iy, ix = grid.array_index(row, col)
    inside = (iy >= 0) & (iy < grid.n_rows) & (ix >= 0) & (ix < grid.n_cols)
    cell: Indices = (iy * grid.n_cols + ix)[inside]
    mass = surface["mass"].to_numpy(float)[inside]
    use = np.bincount(cell, weights=mass, minlength=grid.n_rows * grid.n_cols)
    return use.reshape(grid.shape).astype(np.float64, copy=False)


def high_cells(values: Floats, share: float) -> Flags:
    """Return the cells with the largest values, this share of the known ones (ny, nx).

    NaN is unknown; of equal values the cells that come first count.

    Examples
    --------
    >>> high_cells(np.array([[1.0, 4.0], [np.nan, 3.0]]), 0.5)
    array([[False,  True],
           [False,  True]])
    """
    known = np.flatnonzero(np.isfinite(values))
    n = round(share * known.size + 0.49) if known.size else 0
    order = np.argsort(-values.ravel()[known], kind="stable")
    out = np.zeros(values.shape, dtype=np.bool_)
    out.ravel()[known[order[:n]]] = True
    return out


def compare(
    use: Floats, inside: tuple[Flags, ...], known: Flags, *, n_shifts: int, seed: int
) -> tuple[Comparison, ...]:
    """Return for each area how much of the use it holds, beside random places of the use.

    Parameters
    ----------
    use
        Tracked use of each cell, (ny, nx) >= 0.
    inside
        Areas that the model names, each (ny, nx).
    known
        Cells of which the model says something; use elsewhere does not count.
    n_shifts, seed
        How often the use is turned by a random angle about its middle and moved to a random known
        cell; the places are the same for all areas. Places with less than half of the use on known
        cells are drawn again.

    Raises
    ------
    ValueError
        There is no use on known cells.
    """
    iy, ix = np.nonzero(use)
    weight = use[iy, ix]
    on_known = known[iy, ix]
    if not on_known.any():
        raise ValueError("there is no use on known cells")
    observed = [float(weight[area[iy, ix] & on_known].sum()) for area in inside]
    share = np.array(observed) / float(weight[on_known].sum())
    middle = np.array([np.average(iy, weights=weight), np.average(ix, weights=weight)])
    offset = np.stack([iy, ix], axis=1) - middle
    rng = np.random.default_rng(seed)
    places = np.argwhere(known)
    random = []
    for _ in range(n_shifts):
        for _ in range(_TRIES):
            angle = rng.uniform(0.0, 2.0 * np.pi)
            turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
            at = np.rint(offset @ turn + places[rng.integers(len(places))]).astype(np.int64)
            on_grid = ((at >= 0) & (at < use.shape)).all(axis=1)
            y, x = at[on_grid].T
            lands = known[y, x]
            total = float(weight[on_grid][lands].sum())
            if total >= _LEAST_KNOWN * float(weight.sum()):
                held = [float(weight[on_grid][lands & area[y, x]].sum()) for area in inside]
                random.append(np.array(held) / total)
                break
    drawn = np.array(random).reshape(-1, len(inside))
    return tuple(
        Comparison(
            share=float(own),
            random_mean=float(others.mean()) if others.size else None,
            random_p95=float(np.quantile(others, 0.95)) if others.size else None,
            p=float((1 + (others >= own).sum()) / (1 + others.size)),
            n_shifts=int(others.size),
        )
        for own, others in zip(share, drawn.T, strict=True)
    )
