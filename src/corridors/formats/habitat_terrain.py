"""An elevation raster in strips as fine as it is, for slopes that the herd's grid would smooth."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from corridors.formats.habitat_raster import open_habitat_raster
from corridors.formats.raster_file import RasterFile
from corridors.foundation.arrays import Floats
from corridors.foundation.errors import InputError
from corridors.foundation.grid import Grid

_FINEST = 16  # cells along a grid cell's edge: below, slopes say more about noise than ground
_CELLS_AT_ONCE = 2_000_000


def read_elevation_strips(
    path: Path | RasterFile,
    grid: Grid,
    *,
    band: int | None,
    nodata: float | None,
    extremes_are_data: bool,
    max_source_cells: float,
    label: str,
    facts: dict[str, Any],
) -> Iterator[tuple[slice, int, float, Floats]]:
    """Yield rows of ``grid``, division n, cell edge in m and the elevations under these rows.

    The elevations, NaN: unknown, have n cells along a grid cell's edge, about as many as the
    raster has, and one cell more on every side. A strip has at most about two million of them.
    Parameters and errors are those of :func:`corridors.formats.habitat_raster.read_onto_grid`.
    """
    with open_habitat_raster(
        path,
        grid,
        band=band,
        kind="continuous",
        nodata=nodata,
        max_source_cells=max_source_cells,
        label=label,
    ) as raster:
        number = band or 1
        faults = raster.faults(number, extremes_are_data=extremes_are_data)
        if faults:
            raise InputError(faults)
        n = int(np.clip(math.ceil(raster.source_cells - 0.5), 1, _FINEST))
        fine_m = grid.cell_m / n
        facts |= raster.facts(number, grid) | {"slope_cell_m": fine_m}
        rows_at_once = max(1, _CELLS_AT_ONCE // (n * n * grid.n_cols))
        for top in range(0, grid.n_rows, rows_at_once):
            rows = min(rows_at_once, grid.n_rows - top)
            row_min = grid.row_min + grid.n_rows - top - rows
            strip = Grid(
                grid.crs, fine_m, row_min * n - 1, grid.col_min * n - 1,
                rows * n + 2, grid.n_cols * n + 2,
            )  # fmt: skip
            yield slice(top, top + rows), n, fine_m, raster.read(number, strip, cell_m=grid.cell_m)
