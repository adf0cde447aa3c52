"""Memory of the stages that read fixes: what a further animal adds, not what a herd happens to."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely

from corridors.config.model import Config
from corridors.formats.parquet import read_json, write_table
from corridors.foundation import tables
from worlds.stages import perform

pytestmark = pytest.mark.slow

N_FIXES = 20_000  # of one animal, an hour apart
WINDOWS = 2
# What a stage may hold of each fix of the whole herd, and of each fix of the animal at work.
HERD_BYTES, ANIMAL_BYTES = 200, 1500


def animal(number: int) -> gpd.GeoDataFrame:
    rng = np.random.default_rng([7, number])
    lon, lat = np.array([[73.0], [37.5]]) + rng.normal(0, 0.001, (2, N_FIXES)).cumsum(axis=1)
    return gpd.GeoDataFrame(
        {
            "herd": "h",
            "animal": f"a{number:02d}",
            "time_utc": pd.date_range("2020-01-01", periods=N_FIXES, freq="h", tz="UTC", unit="us"),
            "dop": 2.0,
            "fix_type": "3d",
            "species": "s",
            "source": "t.csv",
            "source_row": np.arange(1, N_FIXES + 1) + number * N_FIXES,
            "flags": np.zeros(N_FIXES, dtype="uint16"),
        },
        geometry=shapely.points(lon, lat),
        crs=4326,
    )


def windows(names: list[str]) -> pd.DataFrame:
    start = pd.Timestamp("2020-01-01", tz="UTC") + pd.to_timedelta(
        np.tile(np.arange(WINDOWS), len(names)) * 80, unit="D"
    )
    frame = pd.DataFrame(
        {
            "migration": [f"h-{name}-{i}" for name in names for i in range(WINDOWS)],
            "herd": "h",
            "animal": np.repeat(names, WINDOWS),
            "bio_year": 2020,
            "season": "spring",
            "part": "migration",
            "start_utc": start.astype(tables.UTC),
            "end_utc": (start + pd.Timedelta(days=30)).astype(tables.UTC),
            "class": "migrant",
            "method": "auto",
            "is_open": False,
        }
    )
    return frame[[name for name in tables.MIGRATIONS.columns if name in frame]]


@pytest.fixture
def peaks(tmp_path: Path) -> Iterator[Callable[[int], dict[str, float]]]:
    """Function that runs the stages on a herd and returns their peaks of memory, bytes."""
    usual = pa.default_memory_pool()

    def measured(n_animals: int) -> dict[str, float]:
        folder = tmp_path / str(n_animals)
        for name in ("ingest", "segment"):
            (folder / name).mkdir(parents=True)
        herd = pd.concat([animal(number) for number in range(n_animals)], ignore_index=True)
        write_table(herd, folder / "ingest" / "fixes.parquet", tables.FIXES)
        names = herd["animal"].unique().tolist()
        del herd
        ranges = tables.empty(tables.RANGES)
        write_table(ranges, folder / "ingest" / "ranges_expert.parquet", tables.RANGES)
        drawn = tables.empty(tables.CORRIDORS)
        write_table(drawn, folder / "ingest" / "corridors_expert.parquet", tables.CORRIDORS)
        write_table(windows(names), folder / "segment" / "migrations.parquet", tables.MIGRATIONS)
        found = {}
        for name in ("clean", "surface"):
            pool = pa.proxy_memory_pool(usual)
            pa.set_memory_pool(pool)
            tracemalloc.start()
            perform(name, Config(), folder)
            found[name] = tracemalloc.get_traced_memory()[1] + pool.max_memory()
            tracemalloc.stop()
            pa.set_memory_pool(usual)
        assert read_json(folder / "clean" / "clean.json")["n_fixes"] == n_animals * N_FIXES
        assert read_json(folder / "surface" / "surface.json")["n_surfaces"] == n_animals * WINDOWS
        return found

    yield measured
    tracemalloc.stop()
    pa.set_memory_pool(usual)


def test_a_large_herd_needs_the_memory_of_an_animal_and_little_for_each_fix(
    peaks: Callable[[int], dict[str, float]],
) -> None:
    # Both fill what waits to be written, whose size does not depend on the herd.
    few, many = peaks(8), peaks(14)
    added = 6 * N_FIXES
    for name in few:
        assert (many[name] - few[name]) / added <= HERD_BYTES, name
    # The window at work and tables that are about to be written come on top.
    waiting = 60e6
    for name, peak in many.items():
        assert peak <= HERD_BYTES * 14 * N_FIXES + ANIMAL_BYTES * N_FIXES + waiting, name
