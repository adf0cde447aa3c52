"""Sample sufficiency of 200 animals: 500 random orders, against sorting the cells they use."""

from __future__ import annotations

import numpy as np

from benchmarks.figure import Figure, median_seconds
from corridors.foundation.grid import pack
from corridors.movement.rarefaction import (
    SharedCells,
    cells_in_order,
    mean_cells,
    orders,
)

N_ANIMALS, N_ORDERS, LENGTH = 200, 500, 300


def _footprint(rng: np.random.Generator) -> np.ndarray:
    """Return a band of cells around a winding way, as an animal's migrations would leave."""
    at = np.arange(LENGTH)
    middle = 200 * np.sin(at / 150) + rng.normal(0, 60) + np.cumsum(rng.normal(0, 1.5, LENGTH))
    half = int(rng.integers(8, 30))
    row = np.repeat(at, 2 * half)
    col = np.repeat(middle.astype(int), 2 * half) + np.tile(np.arange(-half, half), LENGTH)
    return np.unique(pack(row, col))


def run() -> Figure:
    rng = np.random.default_rng(20240101)
    footprints = [_footprint(rng) for _ in range(N_ANIMALS)]
    cells = np.unique(np.concatenate(footprints))
    n_needed = np.array(
        [[max(1, int(np.ceil(share * k))) for k in range(1, N_ANIMALS + 1)] for share in (0, 0.2)]
    )

    def sufficiency() -> None:
        shared = SharedCells(cells)
        for footprint in footprints:
            shared.add(footprint)
        patterns = shared.patterns()
        for needed in n_needed:
            mean_cells(patterns.cells_by_use(), needed.tolist())
        cells_in_order(patterns, orders(N_ANIMALS, N_ORDERS, seed=1), n_needed)

    sufficiency()  # compiles
    seconds, yardstick = median_seconds(
        sufficiency,
        lambda: np.unique(np.concatenate(footprints)),
        repeats=3,
    )
    n = sum(footprint.size for footprint in footprints)
    return Figure(
        name="rarefaction",
        value=seconds,
        unit="s",
        yardstick=f"sorting all footprints once: {yardstick:.2f} s",
        ratio=seconds / yardstick,
        target=15.0,
        note=f"{N_ANIMALS} animals, {N_ORDERS} orders, {cells.size} cells, {n} of footprints, two"
        " classes, one thread; the mean is exact",
    )
