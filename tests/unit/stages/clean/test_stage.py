"""Stage `clean`: working CRS, cells, projected fixes."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from corridors.config.model import Working
from corridors.foundation import tables
from corridors.foundation.artefacts import FixTable, Layer, silent
from corridors.foundation.errors import ConfigError, MethodError
from corridors.foundation.vocabulary import FLAG_BIT
from corridors.stages.clean import stage
from corridors.stages.clean.cleaning import choose_cell
from worlds.stages import settings


def run(
    fixes: pd.DataFrame,
    ranges: gpd.GeoDataFrame | None = None,
    corridors: gpd.GeoDataFrame | None = None,
    **sections: Any,
) -> stage.Results:
    """Run the stage on made-up results of `ingest`."""
    ranges = tables.empty(tables.RANGES) if ranges is None else ranges
    corridors = tables.empty(tables.CORRIDORS) if corridors is None else corridors
    inputs = stage.Inputs(FixTable.of(fixes), Layer.of(ranges), Layer.of(corridors))
    return stage.run(inputs, settings("clean", **sections), silent)


def fixes_at(lon: np.ndarray, lat: np.ndarray, hours: float = 4.0) -> gpd.GeoDataFrame:
    n = len(lon)
    return gpd.GeoDataFrame(
        {
            "herd": "h",
            "animal": "a",
            "time_utc": (
                pd.Timestamp("2020-01-01", tz="UTC")
                + pd.to_timedelta(np.arange(n) * hours, unit="h")
            ).astype(tables.UTC),
            "dop": np.nan,
            "fix_type": "",
            "species": "s",
            "source": "t.csv",
            "source_row": np.arange(2, n + 2),
            "flags": np.zeros(n, dtype="uint16"),
        },
        geometry=shapely.points(lon, lat),
        crs=4326,
    )


def walk(rng: np.random.Generator, lon: float, lat: float, n: int = 200) -> gpd.GeoDataFrame:
    east, north = rng.normal(0, 0.003, (2, n)).cumsum(axis=1)
    x = (lon + east + 180) % 360 - 180
    return fixes_at(x, lat + north)


def test_usable_fixes_have_metres_and_bursts_and_the_others_none(rng: np.random.Generator) -> None:
    fixes = walk(rng, 71.0, 37.0)
    fixes.loc[50, "flags"] = FLAG_BIT["vendor_outlier"]
    fixes.loc[100, "geometry"] = shapely.Point(-100.0, 10.0)
    out = run(fixes)
    got = out.fixes.read()
    unusable = got["flags"] > 0
    assert np.flatnonzero(unusable).tolist() == [50, 100]
    assert got["x_m"].isna().equals(unusable)
    assert (got["burst"] == -1).equals(unusable)
    assert got.loc[~unusable, ["x_m", "y_m"]].abs().to_numpy().max() < 50_000
    facts = out.facts
    assert facts.n_fixes == 200
    assert facts.n_usable == 198
    assert facts.flags == {"a": {"vendor_outlier": 1, "spike": 1}}


def test_the_working_crs_is_centred_on_the_usable_fixes_only(rng: np.random.Generator) -> None:
    fixes = walk(rng, 71.0, 37.0)
    fixes.loc[:120, "flags"] = FLAG_BIT["outside_deployment"]
    fixes.loc[:120, "geometry"] = shapely.Point(13.5, 52.4)
    crs = run(fixes).facts.crs
    assert crs.startswith("+proj=laea +lat_0=37")
    assert "+lon_0=7" in crs


def test_a_herd_on_the_antimeridian_stays_in_one_piece(rng: np.random.Generator) -> None:
    out = run(walk(rng, 179.99, 66.0))
    got = out.fixes.read()
    assert not got["flags"].any()
    assert np.hypot(np.diff(got["x_m"]), np.diff(got["y_m"])).max() < 5_000


def test_a_herd_without_tracks_is_placed_by_its_expert_ranges() -> None:
    ranges = gpd.GeoDataFrame(
        {
            "herd": "h",
            "season": ["winter", "summer"],
            "isopleth": np.nan,
            "n_animals": 0,
            "area_km2": 1.0,
            "evidence": "expert",
            "source": "A",
        },
        geometry=[shapely.box(71, 37, 72, 38), shapely.box(72, 38, 73, 39)],
        crs=4326,
    )
    facts = run(tables.empty(tables.FIXES), ranges).facts
    assert facts.crs.startswith("+proj=laea +lat_0=38.0 +lon_0=72.0")
    assert facts.n_fixes == 0


def test_a_users_crs_is_kept_and_does_not_change_the_flags(rng: np.random.Generator) -> None:
    fixes = walk(rng, 71.0, 37.0)
    fixes.loc[100, "geometry"] = shapely.Point(-100.0, 10.0)
    out = run(fixes, working={"crs": "EPSG:32642"})
    got = out.fixes.read()
    assert np.flatnonzero(got["flags"]).tolist() == [100]
    assert got["x_m"].median() == pytest.approx(678_000, abs=20_000)


def test_a_crs_without_an_image_of_the_herd_is_refused(rng: np.random.Generator) -> None:
    with pytest.raises(ConfigError, match="no image of the herd"):
        run(walk(rng, 71.0, 37.0), working={"crs": "+proj=gnom +lat_0=-60 +lon_0=-70"})


def test_no_usable_fix_and_no_range_is_said_in_words(rng: np.random.Generator) -> None:
    fixes = walk(rng, 71.0, 37.0).assign(flags=np.uint16(FLAG_BIT["vendor_outlier"]))
    with pytest.raises(MethodError, match="no usable fix"):
        run(fixes)


def test_a_herd_without_tracks_and_ranges_is_placed_by_its_drawn_corridor() -> None:
    corridors = gpd.GeoDataFrame(
        {"season": ["all"]}, geometry=[shapely.box(70.9, 37.0, 71.1, 37.4)], crs="EPSG:4326"
    )
    facts = run(tables.empty(tables.FIXES), corridors=corridors).facts
    assert "+lat_0=37.2 +lon_0=71.0" in facts.crs


def test_a_herd_with_nothing_but_a_record_lies_nowhere() -> None:
    facts = run(tables.empty(tables.FIXES)).facts
    assert "+lat_0=0.0 +lon_0=0.0" in facts.crs
    assert (facts.n_fixes, facts.n_animals) == (0, 0)
    assert facts.cell_reason.code in ("cell_configured", "cell_without_positions")


@pytest.mark.parametrize(
    ("side_m", "cell_m"), [(50_000, 50.0), (500_000, 100.0), (1_900_000, 250.0), (9e6, 500.0)]
)
def test_auto_takes_the_smallest_cell_within_the_memory(side_m: float, cell_m: float) -> None:
    working = Working(cell_m="auto", memory_mb=1500.0)
    got, reason = choose_cell(working, (0.0, 0.0, side_m, side_m), "EPSG:32642")
    assert got == cell_m
    assert reason.code == ("cell_fits" if side_m < 9e6 else "cell_too_large")
    assert ("cell_m" in reason.values) == (side_m < 9e6)


def test_auto_counts_the_cells_that_surfaces_may_reach_beyond_the_fixes() -> None:
    # 24 bytes a cell: 10,000 cells of 50 m in a square of 5 km, 90,000 with 5 km all around it.
    point, budget = (0.0, 0.0, 5000.0, 5000.0), {"cell_m": "auto", "memory_mb": 1.0}
    near = choose_cell(Working(**budget, reach_m=0.0), point, "EPSG:32642")
    far = choose_cell(Working(**budget, reach_m=5000.0), point, "EPSG:32642")
    assert (near[0], far[0]) == (50.0, 100.0)


def test_a_configured_cell_is_taken(rng: np.random.Generator) -> None:
    assert choose_cell(Working(cell_m=120.0), None, "EPSG:32642")[0] == 120.0
