"""The fixes of a herd come in the order and with the bytes that a table of points would have."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from corridors.formats.natural_earth import boxes
from corridors.formats.stored import save, spools_in
from corridors.formats.track_columns import SCHEMA
from corridors.formats.track_part import TrackPart
from corridors.formats.vector import degree_bounds
from corridors.foundation import tables
from corridors.foundation.spool import waiting_in
from corridors.foundation.vocabulary import FLAG_BIT
from corridors.stages.ingest import held_columns, herd_fixes
from corridors.stages.ingest.herd_fixes import HerdFixes

DAY_US = 86_400_000_000


def part(animals: list[str], days: list[float], first_row: int = 2, **more: list) -> TrackPart:  # type: ignore[type-arg]
    n = len(animals)
    rows = {
        "animal": animals,
        "time_utc": [int(day * DAY_US) + 1_600_000_000_000_000 for day in days],
        "lon": [70.0 + day / 64 for day in days],
        "lat": [38.0 - day / 64 for day in days],
        "dop": [np.nan] * n,
        "fix_type": [None] * n,
        "species": [None] * n,
        "tag": [None] * n,
        "vendor_outlier": [False] * n,
        "undeployed": [False] * n,
        "source_row": list(range(first_row, first_row + n)),
        **more,
    }
    arrays = [pa.array(rows[field.name]).cast(field.type) for field in SCHEMA]
    return TrackPart(pa.RecordBatch.from_arrays(arrays, schema=SCHEMA))


def herd(**sources: list[TrackPart]) -> HerdFixes:
    held = HerdFixes("h", "Ovis ammon")
    for source, parts in sources.items():
        held.take(source, parts)
    return held


ORDERS = {
    "in order": {"t": [part(["a", "a", "b"], [1, 2, 1]), part(["b", "c"], [2, 1], 5)]},
    "animals by their numbers": {"t": [part(["2"] * 300 + ["10"] * 300, [*range(300)] * 2)]},
    "all animals by time": {"t": [part(["b", "a"] * 40, [n // 2 for n in range(80)])]},
    "backwards": {"t": [part(["a"] * 5, [5, 4, 3, 2, 1])]},
    "two sources, the later one first": {
        "s": [part(["a", "b"], [7, 8])],
        "r": [part(["a", "b"], [1, 8])],
    },
    "many rows of one time": {"t": [part(["a"] * 9, [3, 1, 1, 1, 2, 2, 3, 1, 1])]},
}


@pytest.mark.parametrize("case", ORDERS)
@pytest.mark.parametrize("piece", [1, 7, 1 << 20])
def test_rows_are_sorted_by_animal_time_source_and_row(
    monkeypatch: pytest.MonkeyPatch, case: str, piece: int
) -> None:
    monkeypatch.setattr(held_columns, "PIECE", piece)
    found = herd(**ORDERS[case]).sorted().read()
    keys = ["animal", "time_utc", "source", "source_row"]
    expected = found.sort_values(keys, kind="stable").reset_index(drop=True)
    pd.testing.assert_frame_equal(pd.DataFrame(found[keys]), pd.DataFrame(expected[keys]))
    given = [row for parts in ORDERS[case].values() for one in parts for row in one.source_row]
    assert sorted(found["source_row"]) == sorted(given)
    # Each row keeps its own position.
    day = (found["time_utc"].astype("int64") - 1_600_000_000_000_000) / DAY_US
    np.testing.assert_array_equal(found.geometry.x, 70 + day / 64)


def test_the_file_reads_as_a_table_of_points_and_has_the_same_bytes_again(tmp_path: Path) -> None:
    nan = float("nan")
    given = part(
        ["a", "a", "b"],
        [1, 2, 3],
        lon=[70.5, nan, 0.0],
        lat=[38.5, nan, 0.0],
        dop=[1.5, nan, 2.0],
        fix_type=["val. GPS-3D", None, "No Fix"],
        species=["Ovis ammon polii", None, None],
    )
    fixes = herd(t=[given]).sorted()
    with waiting_in(spools_in(tmp_path / "spools")):
        save(fixes.spooled(), tmp_path / "fixes.parquet", "FIXES")
        save(fixes.spooled(), tmp_path / "again.parquet", "FIXES")
    frame = gpd.GeoDataFrame(
        {
            "herd": "h",
            "animal": ["a", "a", "b"],
            "time_utc": pd.to_datetime(given.time_us, unit="us", utc=True).as_unit("us"),
            "dop": [1.5, nan, 2.0],
            "fix_type": ["3d", "", "none"],
            "species": ["Ovis ammon polii", "Ovis ammon", "Ovis ammon"],
            "source": "t",
            "source_row": [2, 3, 4],
            "flags": np.array(
                [0, FLAG_BIT["no_position"], FLAG_BIT["impossible_coordinate"]], np.uint16
            ),
        },
        geometry=[shapely.Point(70.5, 38.5), None, shapely.Point(0, 0)],
        crs=4326,
    )
    tables.check(frame, tables.FIXES).to_parquet(
        tmp_path / "points.parquet", compression="zstd", index=False
    )
    assert pq.read_table(tmp_path / "fixes.parquet").equals(
        pq.read_table(tmp_path / "points.parquet"), check_metadata=True
    )
    assert_geodataframe_equal(
        *(gpd.read_parquet(tmp_path / f"{name}.parquet") for name in ("fixes", "points"))
    )
    assert (tmp_path / "fixes.parquet").read_bytes() == (tmp_path / "again.parquet").read_bytes()


def test_two_sources_with_the_same_words_give_each_word_once() -> None:
    given = {
        name: [part(["a", "a"], days, lon=[70.5, 70.6], lat=[38.5, 38.5], fix_type=["3D", None])]
        for name, days in (("t", [1, 2]), ("u", [3, 4]))
    }
    fixes = herd(**given).sorted()
    assert fixes.read()["fix_type"].tolist() == ["3d", "", "3d", ""]
    assert fixes.spooled().read()["fix_type"].tolist() == ["3d", "", "3d", ""]


def test_nothing_of_a_source_that_cannot_be_read_to_its_end_is_kept() -> None:
    held = herd(t=[part(["b"], [1])])

    def broken() -> object:
        yield part(["a"], [2])
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011 - ours
        held.take("u", broken())  # type: ignore[arg-type]
    found = held.sorted()
    assert [name for name, _ in found.animals(["animal"])] == ["b"]
    assert list(found.summary()["animals"]) == ["b"]


def test_a_herd_without_fixes_has_neither_places_nor_bounds() -> None:
    found = herd().sorted()
    assert (len(found), found.bounds_deg, found.places().shape) == (0, None, (0, 2))
    assert found.spooled().read().empty
    assert found.read().columns.tolist() == list(tables.FIXES.columns)


@pytest.mark.parametrize(("west", "width"), [(60.0, 8.0), (-4.0, 8.0), (172.0, 16.0)])
def test_some_places_of_a_large_herd_have_the_box_of_all(
    monkeypatch: pytest.MonkeyPatch, west: float, width: float
) -> None:
    monkeypatch.setattr(held_columns, "_LEAST", 100)
    rng = np.random.default_rng(1)
    lon, lat = west + width * rng.random((2, 400))
    lon = np.where(lon > 180, lon - 360, lon)
    parts = [
        part(["a"] * 100, list(range(start, start + 100)), lon=lon[rows], lat=lat[rows] % 60)
        for start in range(0, 400, 100)
        for rows in [slice(start, start + 100)]
    ]
    found = herd(t=parts).sorted()
    every = found.places()
    monkeypatch.setattr(herd_fixes, "_PLACES", 20)
    some = found.places()
    assert (len(every), len(some) <= 26) == (400, True)
    assert {tuple(place) for place in some.tolist()} <= {tuple(place) for place in every.tolist()}
    assert boxes(*some.T, margin_km=5) == boxes(*every.T, margin_km=5)
    assert degree_bounds(*some.T, margin_km=5) == degree_bounds(*every.T, margin_km=5)


def test_what_a_vendor_means_by_a_word_is_told_by_the_rows_that_are_read() -> None:
    classes = part(["a"] * 3, [1, 2, 3], fix_type=["3", "B", "G"])
    assert herd(t=[classes]).sorted().read()["fix_type"].tolist() == ["2d", "none", "3d"]
    # Of another animal's rows only the dictionary of words is left.
    own = part(["a", "b"], [1, 2], fix_type=["3", "B"]).of_animals(["a"])
    assert herd(t=[own]).sorted().read()["fix_type"].tolist() == ["3d"]
