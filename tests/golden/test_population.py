"""Classes, isopleths and stopovers against Migration Mapper on 24 pronghorn sequences.

Source: goldens/wyoming_pronghorn_population of the reference folder, 15 animals, 500 m cells.
Migration Mapper leaves the crossing cell out of isopleths and takes stopovers from quantiles.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import rasterio

from corridors.foundation.grid import Surface, pack
from corridors.movement.outlines import outline
from corridors.movement.population import class_rules, isopleth_cells, top_area

pytestmark = pytest.mark.reference
CELL_M = 500.0


@pytest.fixture(scope="module")
def golden(reference):
    folder = reference / "goldens" / "wyoming_pronghorn_population"
    with rasterio.open(folder / "Pop_UD.tif") as raster:
        mass = np.nan_to_num(raster.read(1).astype(np.float64))
    with rasterio.open(folder / "Pop_Footprint_NumbIds.tif") as raster:
        counts = np.nan_to_num(raster.read(1))
    areas = pd.read_csv(folder / "areas.csv").set_index(["product", "level"])
    iy, ix = np.nonzero(mass > 0)
    row = (mass.shape[0] - 1 - iy).astype(np.int32)
    order = np.lexsort((ix, row))
    surface = Surface("EPSG:32612", CELL_M, row[order], ix[order].astype(np.int32),
                      mass[iy, ix][order])  # fmt: skip
    return surface, counts, areas


def test_low_and_high_have_migration_mappers_areas(golden):
    _, counts, areas = golden
    rules = {r.corridor_class: r for r in class_rules(15, medium_share=0.10, high_share=0.20)}
    # 10 % of 15 animals is 1.5: no class there, as 0.10 < 2/15 for the peer.
    assert rules["medium"].n_needed == 0
    levels = []
    for name in ("low", "high"):
        iy, ix = np.nonzero(counts >= rules[name].n_needed)
        levels.append(np.sort(pack(-iy, ix)))
    outlines = outline(levels, cell_m=CELL_M, min_area_m2=20_000.0, max_area_change_frac=0.01)
    # A 500 m cell is larger than any crumb or hole that goes, so every cell counts.
    for patches, level in zip(outlines, (1, 20), strict=True):
        golden_km2 = areas.loc[("corridor/footprint", level), "area_km2"]
        assert sum(patch.area_m2 for patch in patches) / 1e6 == golden_km2
        drawn = sum(patch.polygon.area for patch in patches) / 1e6
        assert drawn == pytest.approx(golden_km2, rel=0.01)


@pytest.mark.parametrize("isopleth", [0.5, 0.95, 0.99])
def test_isopleths_of_the_population_surface(golden, isopleth):
    surface, _, areas = golden
    assert (
        isopleth_cells(surface, isopleth).size == areas.loc[("popUD isopleth", isopleth), "cells"]
    )


@pytest.mark.parametrize("percent", [5, 10, 20, 50])
def test_the_top_of_the_area_has_migration_mappers_cells(golden, percent):
    surface, _, areas = golden
    # The peer's surface is trimmed already; it counts the cells whose volume is not 1.
    cells = top_area(surface, percent / 100, trim_isopleth=1.0).size
    expected = areas.loc[("popUse Area (10 = stopover)", percent), "cells"]
    assert cells == pytest.approx(expected, abs=2)
