"""Sample sufficiency of the 15 pronghorn that Migration Mapper mapped.

Source: goldens/wyoming_pronghorn_population of the reference folder: how many animals use each
500 m cell.
"""

from __future__ import annotations

import numpy as np
import pytest
import rasterio

from corridors.movement.rarefaction import mean_cells, slopes, sufficient_from

pytestmark = pytest.mark.reference
CELL_KM2, N_ANIMALS = 0.25, 15


@pytest.fixture(scope="module")
def cells_by_use(reference):
    path = reference / "goldens" / "wyoming_pronghorn_population" / "Pop_Footprint_NumbIds.tif"
    with rasterio.open(path) as raster:
        counts = np.nan_to_num(raster.read(1)).astype(np.int64)
    return np.bincount(counts[counts > 0], minlength=N_ANIMALS + 1)


def test_the_curve_ends_at_the_published_area(cells_by_use):
    mean = mean_cells(cells_by_use, [1] * N_ANIMALS) * CELL_KM2
    assert mean[-1] == pytest.approx(1957.75, rel=1e-9)
    # One animal: the mean of the footprints of the animals.
    one = (np.arange(N_ANIMALS + 1) * cells_by_use).sum() / N_ANIMALS * CELL_KM2
    assert mean[0] == pytest.approx(one, rel=1e-9)


def test_fifteen_pronghorn_are_not_sufficient(cells_by_use):
    slope = slopes(mean_cells(cells_by_use, [1] * N_ANIMALS))
    alone = cells_by_use[1] / N_ANIMALS / cells_by_use[1:].sum()
    assert slope[-1] == pytest.approx(alone, rel=1e-9)
    # 1957.75 - 296.25 km2 are used by one animal only.
    assert alone == pytest.approx((1957.75 - 296.25) / 15 / 1957.75)
    assert sufficient_from(slope, max_slope_frac=0.01) is None
