"""Rows of a file of tracks are read by columns, and other rows are made of them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from corridors.formats.track_columns import SCHEMA
from corridors.formats.track_part import TrackPart


@pytest.fixture
def part() -> TrackPart:
    rows = {
        "animal": ["a", "b", "a"],
        "time_utc": [1_000_000, None, 3_000_000],
        "lon": [70.0, 71.0, float("nan")],
        "lat": [38.0, 39.0, float("nan")],
        "dop": [1.0, 2.0, 3.0],
        "fix_type": ["3d", None, "3d"],
        "species": ["Ovis ammon", None, "Capra sibirica"],
        "tag": ["7", None, "7"],
        "vendor_outlier": [False, True, False],
        "undeployed": [False, False, True],
        "source_row": [1, 2, 3],
    }
    arrays = [pa.array(rows[field.name]).cast(field.type) for field in SCHEMA]
    return TrackPart(pa.RecordBatch.from_arrays(arrays, schema=SCHEMA))


def test_columns_are_arrays(part: TrackPart) -> None:
    assert len(part) == 3
    assert [part.animals[place] for place in part.animal] == ["a", "b", "a"]
    assert part.has_time.tolist() == [True, False, True]
    assert part.where(part.has_time).time_us.tolist() == [1_000_000, 3_000_000]
    assert part.lon[:2].tolist() == [70.0, 71.0]
    assert part.lat[:2].tolist() == [38.0, 39.0]
    assert np.isnan(part.lon[2])
    assert np.isnan(part.lat[2])
    assert part.is_outlier.tolist() == [False, True, False]
    assert part.is_undeployed.tolist() == [False, False, True]
    assert part.tags == ["7", None, "7"]
    assert part.taxa() == {"Ovis ammon": 1, "Capra sibirica": 1, "": 1}


def test_a_missing_tag_is_coded_as_an_empty_one(part: TrackPart) -> None:
    codes, labels = part.coded_tags()
    assert [labels[code] for code in codes] == ["7", "", "7"]


def test_rows_are_chosen_by_animal_and_by_taxon(part: TrackPart) -> None:
    assert part.of_animals({"a", "c"}).rows["source_row"].to_pylist() == [1, 3]
    assert len(part.of_animals({"c"})) == 0
    assert part.of_taxon("Ovis ammon").rows["source_row"].to_pylist() == [1]


def test_other_columns_leave_the_schema_and_the_rest_as_they_are(part: TrackPart) -> None:
    moved = part.with_times(np.array([1, 2, 3])).with_undeployed(np.array([True, True, False]))
    moved = moved.with_animals(np.array([1, 1, 0], dtype=np.int32), ["x", "y"])
    assert moved.rows.schema == SCHEMA
    assert moved.time_us.tolist() == [1, 2, 3]
    assert moved.is_undeployed.tolist() == [True, True, False]
    assert [moved.animals[place] for place in moved.animal] == ["y", "y", "x"]
    assert moved.tags == part.tags
    assert part.is_undeployed.tolist() == [False, False, True]
