"""Tables of fixes read and written one animal at a time."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from corridors.formats import fixes
from corridors.formats import fixes as formats_fixes
from corridors.formats.fixes import FixWriter, read_animals
from corridors.formats.parquet import StoredTable, read_layer, read_table, write_table
from corridors.foundation import tables
from corridors.foundation.arrow import positions, times_us
from corridors.foundation.errors import InternalError

COUNTS = {"a": 5, "b/<x>": 1, "c": 12}


def herd(rng: np.random.Generator) -> gpd.GeoDataFrame:
    n = sum(COUNTS.values())
    points = shapely.points(rng.uniform(-180, 180, n), rng.uniform(-80, 80, n))
    points[3] = None
    return gpd.GeoDataFrame(
        {
            "herd": "h",
            "animal": np.repeat(list(COUNTS), list(COUNTS.values())),
            "time_utc": pd.date_range(
                "1969-12-31T23:00:00.000001Z", periods=n, freq="h", unit="us"
            ),
            "dop": np.where(np.arange(n) % 2, np.nan, 2.5),
            "fix_type": "",
            "species": "s",
            "source": "t.csv",
            "source_row": np.arange(2, n + 2),
            "flags": np.zeros(n, dtype="uint16"),
            "x_m": np.where(np.arange(n) == 3, np.nan, 1.0),
            "y_m": np.where(np.arange(n) == 3, np.nan, 2.0),
            "burst": np.zeros(n, dtype="int32"),
        },
        geometry=points,
        crs=4326,
    )


def bounds(frame: gpd.GeoDataFrame) -> tuple[float, float, float, float]:
    west, south, east, north = frame.total_bounds
    return float(west), float(south), float(east), float(north)


@pytest.mark.parametrize("rows_in_group", [1, 4, 100])
def test_animals_are_whole_wherever_row_groups_end(
    tmp_path: Path, rng: np.random.Generator, rows_in_group: int
) -> None:
    frame, path = herd(rng), tmp_path / "fixes.parquet"
    frame.to_parquet(path, row_group_size=rows_in_group)
    found = dict(read_animals(path, ["source_row", "geometry"]))
    assert {name: rows.num_rows for name, rows in found.items()} == COUNTS
    assert list(found) == list(COUNTS)
    rows = pa.concat_tables(found.values())
    assert rows.column_names == ["source_row", "geometry"]
    assert rows["source_row"].to_pylist() == frame["source_row"].tolist()
    lon, lat = positions(rows["geometry"])
    np.testing.assert_array_equal(lon, frame.geometry.x)
    np.testing.assert_array_equal(lat, frame.geometry.y)


def test_an_animal_whose_rows_are_apart_is_a_defect_that_is_told(
    tmp_path: Path, rng: np.random.Generator
) -> None:
    frame = herd(rng)
    pd.concat([frame, frame.head(1)]).to_parquet(tmp_path / "fixes.parquet")
    with pytest.raises(InternalError, match="rows of an animal are apart"):
        list(read_animals(tmp_path / "fixes.parquet", ["flags"]))


def test_points_of_the_other_byte_order_are_read_too() -> None:
    one, other = shapely.Point(73.5, -37.25), shapely.Point(-0.0, 1e-300)
    stored = [shapely.to_wkb(one, byte_order=0), None, shapely.to_wkb(other, byte_order=1)]
    column = pa.chunked_array([pa.array(stored, pa.binary())])
    assert [part.tolist()[::2] for part in positions(column)] == [[73.5, -0.0], [-37.25, 1e-300]]
    assert [np.isnan(part[1]) for part in positions(column)] == [True, True]
    sliced = positions(column.slice(1))
    assert np.isnan(sliced[0][0])
    assert sliced[1][1] == 1e-300


def test_without_any_position_all_are_unknown() -> None:
    lon, lat = positions(pa.chunked_array([pa.array([None, None], pa.binary())]))
    assert np.isnan(lon).all()
    assert np.isnan(lat).all()
    assert len(positions(pa.chunked_array([], pa.binary()))[0]) == 0


def test_times_are_exact_also_before_1970() -> None:
    times = pa.chunked_array([pa.array([-1, 1], pa.timestamp("us", "UTC"))])
    assert times_us(times).tolist() == [-1, 1]


def test_animal_by_animal_gives_the_bytes_of_the_whole_table(
    tmp_path: Path, rng: np.random.Generator
) -> None:
    frame = herd(rng)
    write_table(frame, tmp_path / "frame.parquet", tables.CLEAN_FIXES)
    columns = list(tables.CLEAN_FIXES.columns)
    pieces = [rows for _, rows in read_animals(tmp_path / "frame.parquet", columns)]
    whole, parts = (tmp_path / f"{name}.parquet" for name in ("whole", "parts"))
    for path, given in ((whole, [pa.concat_tables(pieces)]), (parts, pieces)):
        with FixWriter(path, tables.CLEAN_FIXES, bounds(frame)) as writer:
            for rows in given:
                writer.write(rows)
    assert parts.read_bytes() == whole.read_bytes()
    assert read_layer(parts).crs == frame.crs


def test_fixes_read_as_what_geopandas_writes_of_the_same_rows(
    tmp_path: Path, rng: np.random.Generator
) -> None:
    frame = herd(rng)
    write_table(frame, tmp_path / "frame.parquet", tables.CLEAN_FIXES)
    columns = list(tables.CLEAN_FIXES.columns)
    with FixWriter(tmp_path / "fixes.parquet", tables.CLEAN_FIXES, bounds(frame)) as writer:
        for _, rows in read_animals(tmp_path / "frame.parquet", columns):
            writer.write(rows)
    was, now = (pq.read_table(tmp_path / f"{name}.parquet") for name in ("frame", "fixes"))
    assert now.schema.types == was.schema.types
    assert now.equals(was)
    about = {name: json.loads(table.schema.metadata[b"geo"]) for name, table in
             (("was", was), ("now", now))}  # fmt: skip
    assert about["now"] == about["was"]
    assert now.schema.metadata[b"pandas"] == was.schema.metadata[b"pandas"]
    read = [gpd.read_parquet(tmp_path / f"{name}.parquet") for name in ("frame", "fixes")]
    assert_geodataframe_equal(*read)


def test_texts_may_be_coded_and_give_the_same_bytes(
    tmp_path: Path, rng: np.random.Generator
) -> None:
    frame = herd(rng)
    write_table(frame, tmp_path / "frame.parquet", tables.CLEAN_FIXES)
    columns = list(tables.CLEAN_FIXES.columns)
    pieces = [rows for _, rows in read_animals(tmp_path / "frame.parquet", columns)]
    for name, is_coded in (("plain", False), ("coded", True)):
        with FixWriter(tmp_path / f"{name}.parquet", tables.CLEAN_FIXES, bounds(frame)) as writer:
            for rows in pieces:
                writer.write(_coded(rows) if is_coded else rows)
    plain, coded = (tmp_path / f"{name}.parquet" for name in ("plain", "coded"))
    assert coded.read_bytes() == plain.read_bytes()


def _coded(rows: pa.Table) -> pa.Table:
    for place, field in enumerate(rows.schema):
        if field.type == pa.large_string():
            rows = rows.set_column(place, field.name, rows[field.name].dictionary_encode())
    return rows


def test_texts_that_break_the_contract_are_found_in_any_piece(
    tmp_path: Path, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fixes, "_ROWS_WRITTEN", 1)
    frame = herd(rng)
    write_table(frame, tmp_path / "frame.parquet", tables.CLEAN_FIXES)
    columns = list(tables.CLEAN_FIXES.columns)
    pieces = [rows for _, rows in read_animals(tmp_path / "frame.parquet", columns)]
    for wrong, column in (("4d", "fix_type"), (None, "species")):
        last = pieces[-1]
        texts = [*last[column].to_pylist()[:-1], wrong]
        bad = last.set_column(columns.index(column), column, pa.array(texts, pa.large_string()))
        with pytest.raises(InternalError, match="CLEAN_FIXES breaks its contract"):
            _write(tmp_path / "bad.parquet", [*pieces[:-1], bad], frame)


def _write(path: Path, pieces: list[pa.Table], frame: gpd.GeoDataFrame) -> None:
    with FixWriter(path, tables.CLEAN_FIXES, bounds(frame)) as writer:
        for rows in pieces:
            writer.write(rows)


def test_a_herd_without_animals_is_an_empty_table(tmp_path: Path) -> None:
    with FixWriter(tmp_path / "fixes.parquet", tables.CLEAN_FIXES, None):
        pass
    assert list(read_animals(tmp_path / "fixes.parquet", ["x_m"])) == []
    assert list(read_layer(tmp_path / "fixes.parquet")) == list(tables.CLEAN_FIXES.columns)


def test_rows_that_break_the_contract_are_not_written(
    tmp_path: Path, rng: np.random.Generator
) -> None:
    frame = herd(rng)
    write_table(frame, tmp_path / "whole.parquet", tables.CLEAN_FIXES)
    ((_, rows), *_) = read_animals(tmp_path / "whole.parquet", list(tables.CLEAN_FIXES.columns))
    wrong = rows.set_column(4, "fix_type", pa.array(["4d"] * rows.num_rows, pa.large_string()))
    with (
        pytest.raises(InternalError, match="CLEAN_FIXES breaks its contract"),
        FixWriter(tmp_path / "fixes.parquet", tables.CLEAN_FIXES, bounds(frame)) as writer,
    ):
        writer.write(wrong)
    assert not (tmp_path / "fixes.parquet").exists()


def _write_all(writer: FixWriter, pieces: list[pa.Table]) -> None:
    for piece in pieces:
        writer.write(piece)


@pytest.mark.parametrize("n_before", [0, 1, 3])
def test_a_wrong_number_is_refused_wherever_it_stands(
    tmp_path: Path, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch, n_before: int
) -> None:
    monkeypatch.setattr(formats_fixes, "_ROWS_WRITTEN", 1)
    frame = herd(rng)
    write_table(frame, tmp_path / "whole.parquet", tables.CLEAN_FIXES)
    ((_, rows), *_) = read_animals(tmp_path / "whole.parquet", list(tables.CLEAN_FIXES.columns))
    place = rows.schema.get_field_index("dop")
    wrong = rows.set_column(place, "dop", pa.array([-1.0] * rows.num_rows))
    monkeypatch.setattr(formats_fixes, "_ROWS_CHECKED", 2 * rows.num_rows)
    with (
        pytest.raises(InternalError, match="CLEAN_FIXES breaks its contract"),
        FixWriter(tmp_path / "fixes.parquet", tables.CLEAN_FIXES, bounds(frame)) as writer,
    ):
        _write_all(writer, [*[rows] * n_before, wrong])
    assert (tmp_path / "fixes.parquet").exists() == (n_before > 0)


def test_rows_of_a_stored_table_are_those_of_a_single_read(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "migration": np.repeat(["h-a-1", "h-a-2", "h-b-1"], [3, 1, 2]),
            "row": np.arange(6, dtype="int32"),
            "col": np.arange(6, dtype="int32"),
            "mass": np.linspace(0, 1, 6),
        }
    )
    path = tmp_path / "surfaces.parquet"
    pq.write_table(pa.Table.from_pandas(frame), path, row_group_size=2)
    stored = StoredTable(path)
    for wanted in (["h-a-2", "h-b-1"], ["h-a-1"], ["nobody"]):
        pd.testing.assert_frame_equal(
            stored.rows("migration", wanted), read_table(path, where={"migration": wanted})
        )
