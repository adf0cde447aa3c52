"""Artefacts on disk: what is saved is read back, by the kind that was declared."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from pyproj import CRS

from corridors.formats.stored import (
    StoredFixes,
    StoredLayer,
    StoredRaster,
    StoredTable,
    read_facts,
    save,
    spools_in,
)
from corridors.foundation import tables
from corridors.foundation.artefacts import Document, FixTable, Layer, Pictures, Raster, Table
from corridors.foundation.errors import InternalError
from corridors.foundation.facts import Facts
from corridors.foundation.grid import Grid, Surface
from corridors.foundation.spool import spool_fixes, spool_rows, waiting_in


class Counted(Facts):
    """Facts with something that may be left out."""

    n: int
    why: str | None = None


SKILL = pd.DataFrame(
    {
        "herd": ["h", "h"],
        "animal": ["a", "b"],
        "corridor_class": "low",
        "n_others": 1,
        "n_needed": 1,
        "area_km2": 1.0,
        "n_fixes": [2, 3],
        "fixes_inside": [0.5, 1.0],
        "mass_inside": [0.5, 1.0],
    }
)


def test_rows_are_checked_against_their_contract_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "skill.parquet"
    save(Table.of(SKILL), path, "SKILL")
    stored = StoredTable(path)
    assert stored.read(["animal"])["animal"].tolist() == ["a", "b"]
    assert stored.rows("animal", ["b"])["n_fixes"].tolist() == [3]
    with pytest.raises(InternalError, match="SKILL breaks its contract"):
        save(Table.of(SKILL.assign(fixes_inside=2.0)), path, "SKILL")


def test_what_is_in_a_file_already_is_copied_byte_for_byte(tmp_path: Path) -> None:
    path, copy = tmp_path / "skill.parquet", tmp_path / "copy.parquet"
    save(Table.of(SKILL), path, "SKILL")
    save(StoredTable(path), copy, "SKILL")
    assert copy.read_bytes() == path.read_bytes()


def test_a_raster_is_read_back_on_its_grid(tmp_path: Path) -> None:
    path = tmp_path / "cost.tif"
    grid = Grid("EPSG:32612", 50.0, 3, -2, 2, 3)
    values = np.array([[1, 2, np.nan], [4, 5, 6]], np.float32)
    save(Raster.of(values, grid, {"UNIT": "1"}), path, "")
    read, where = StoredRaster(path).read("EPSG:32612")
    np.testing.assert_array_equal(read, values)
    assert where == grid


@pytest.mark.parametrize("is_sparse", [False, True])
def test_a_stored_raster_tells_of_itself_what_it_told_in_memory(
    tmp_path: Path, is_sparse: bool
) -> None:
    path = tmp_path / "population.tif"
    crs = "+proj=laea +lat_0=37 +lon_0=74 +datum=WGS84 +units=m"
    values = np.array([[0.5, -1, np.nan], [0, 0.125, 0.25]], np.float32)
    row, col = np.array([-2, -1], np.int32), np.array([4, 5], np.int32)
    held = (
        Raster.of_surface(Surface(crs, 250.0, row, col, np.array([0.25, 0.75])))
        if is_sparse
        else Raster.of(values, Grid(crs, 250.0, -2, 4, 2, 3))
    )
    save(held, path, "")
    one, other = held.about(), StoredRaster(path).about()
    assert one.bounds == other.bounds == (1000.0, -500.0, 1500.0 if is_sparse else 1750.0, 0.0)
    assert CRS.from_wkt(one.crs).equals(CRS.from_wkt(other.crs), ignore_axis_order=True)
    assert CRS.from_wkt(one.crs).name == "Lambert azimuthal equal-area, centre 37 N 74 E"
    for known in (one, other):
        assert known.positive.dtype == np.float32
        assert sorted(known.positive) == ([0.25, 0.75] if is_sparse else [0.125, 0.25, 0.5])


def test_facts_keep_what_was_set_and_refuse_what_they_do_not_know(tmp_path: Path) -> None:
    path = tmp_path / "facts.json"
    save(Counted(n=3), path, "")
    assert path.read_text(encoding="utf-8") == '{\n "n": 3\n}\n'
    assert read_facts(path, Counted).why is None
    path.write_text('{"n": 3, "typo": 1}', encoding="utf-8")
    with pytest.raises(ValueError, match="typo"):
        read_facts(path, Counted)


def test_pictures_and_pages_are_written_as_they_are(tmp_path: Path) -> None:
    save(Document("a\nb\n"), tmp_path / "page.html", "")
    assert (tmp_path / "page.html").read_bytes() == b"a\nb\n"
    save(Pictures([("below/one.png", b"1"), ("two.png", b"2")]), tmp_path / "pictures", "")
    assert (tmp_path / "pictures" / "below" / "one.png").read_bytes() == b"1"
    with pytest.raises(InternalError, match="nothing writes a int to page"):
        save(3, tmp_path / "page", "")


def variances(name: str, n: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "migration": name,
            "animal": "a",
            "start_utc": pd.date_range("2020-01-01", periods=n, freq="h", tz="UTC", unit="us"),
            "s2_m2_min": 1.0,
            "source": "windows",
        }
    )


def test_spooled_rows_are_the_same_in_memory_and_in_a_file(tmp_path: Path) -> None:
    def filled() -> Table:
        spool = spool_rows("VARIANCES")
        for name in ("one", "two"):
            spool.add(variances(name, 3))
        return spool.close()

    held = filled().read()
    with waiting_in(spools_in(tmp_path / "spools")):
        spooled = filled()
    save(spooled, tmp_path / "variances.parquet", "VARIANCES")
    assert not any((tmp_path / "spools").iterdir())
    pd.testing.assert_frame_equal(StoredTable(tmp_path / "variances.parquet").read(), held)


def test_spools_of_one_contract_do_not_mix(tmp_path: Path) -> None:
    with waiting_in(spools_in(tmp_path)):
        one, other = spool_rows("VARIANCES"), spool_rows("VARIANCES")
        one.add(variances("one", 3))
        other.add(variances("other", 2))
        found = [spool.close().read()["migration"].tolist() for spool in (one, other)]
    assert found == [["one"] * 3, ["other"] * 2]


def test_a_spool_without_rows_leaves_a_table_without_rows(tmp_path: Path) -> None:
    assert spool_rows("VARIANCES").close().read().empty
    with waiting_in(spools_in(tmp_path)):
        empty = spool_rows("VARIANCES").close().read()
    assert empty.columns.tolist() == list(tables.VARIANCES.columns)


def fixes() -> gpd.GeoDataFrame:
    times = pd.date_range("2020-01-01", periods=3, freq="h", tz="UTC", unit="us")
    return gpd.GeoDataFrame(
        {
            "herd": "h",
            "animal": ["a", "a", "b"],
            "time_utc": times,
            "dop": [1.0, np.nan, 2.0],
            "fix_type": "",
            "species": "s",
            "source": "t.csv",
            "source_row": [2, 3, 4],
            "flags": np.array([0, 1, 0], np.uint16),
        },
        geometry=[shapely.Point(10, 50), None, shapely.Point(11, 51)],
        crs=4326,
    )


def test_spooled_fixes_are_the_same_in_memory_and_in_a_file(tmp_path: Path) -> None:
    columns = list(tables.FIXES.columns)
    pieces: list[pa.Table] = [rows for _, rows in FixTable.of(fixes()).animals(columns)]

    def filled() -> FixTable:
        spool = spool_fixes("FIXES", (10, 50, 11, 51))
        for piece in pieces:
            spool.add(piece)
        return spool.close()

    held = filled().read()
    with waiting_in(spools_in(tmp_path / "spools")):
        save(filled(), tmp_path / "fixes.parquet", "FIXES")
    stored = StoredFixes(tmp_path / "fixes.parquet")
    pd.testing.assert_frame_equal(stored.read(["source_row"]), pd.DataFrame(held[["source_row"]]))
    assert [name for name, _ in stored.animals(["flags"])] == ["a", "b"]
    assert stored.read().geometry.geom_equals(held.geometry).tolist() == [True, False, True]


def test_a_layer_in_memory_is_written_under_its_contract(tmp_path: Path) -> None:
    save(Layer.of(fixes()), tmp_path / "fixes.parquet", "FIXES")
    assert len(StoredLayer(tmp_path / "fixes.parquet").read()) == 3
