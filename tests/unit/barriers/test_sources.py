"""From a layer's attributes to barriers."""

from __future__ import annotations

from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString

from corridors.barriers.sources import BarrierMapping, barriers_of
from corridors.foundation import tables
from corridors.foundation.errors import InputError


def lines(**columns: Any) -> gpd.GeoDataFrame:
    n = len(next(iter(columns.values())))
    frame = gpd.GeoDataFrame(
        columns, geometry=[LineString([(i, 0), (i, 1)]) for i in range(n)], crs=4326
    )
    return frame.assign(source_row=range(1, n + 1))


def test_the_result_keeps_the_contract_and_unknown_permeability_is_nan() -> None:
    mapping = BarrierMapping(
        "roads",
        "r.gpkg",
        kind="road",
        class_="secondary",
        name_column="n",
        permeability_column="p",
        tolerance_m=15.0,
        valid_from=date(2010, 5, 1),
    )
    barriers, _ = barriers_of(lines(n=["a", None], p=[0.0, None]), mapping)
    tables.check(barriers, tables.BARRIERS)
    by_name = barriers.set_index("name")
    assert by_name.loc["a", "permeability"] == 0.0
    assert by_name.loc["a", "permeability_source"] == "stated"
    assert np.isnan(by_name.loc["", "permeability"])
    assert by_name.loc["", "permeability_source"] == "unknown"
    assert (barriers["valid_from"] == pd.Timestamp("2010-05-01", tz="UTC")).all()
    assert barriers["valid_to"].isna().all()


def test_kinds_come_from_the_map_null_leaves_out_and_kind_serves_the_rest() -> None:
    mapping = BarrierMapping(
        "all", "f", kind="other", kind_column="k", kind_map={"Zaun": "fence", "Pfad": None},
        id_column="i",
    )  # fmt: skip
    barriers, notes = barriers_of(lines(k=["Zaun", "Pfad", "?"], i=["1", "2", "3"]), mapping)
    assert barriers.set_index("barrier")["kind"].to_dict() == {"all:1": "fence", "all:3": "other"}
    assert notes["left_out_by_kind"] == 1
    assert notes["by_kind"] == {"fence": 1, "other": 1}


def test_ids_are_whole_numbers_and_repeated_ids_are_told_apart_by_content() -> None:
    mapping = BarrierMapping("f", "f", kind="fence", id_column="i")
    barriers, _ = barriers_of(lines(i=[141.0, 142.0, 142.0]), mapping)
    ids = barriers["barrier"].tolist()
    assert ids[0] == "f:141"
    assert all(i.startswith("f:142:") for i in ids[1:])
    assert len(set(ids)) == 3


def test_ids_from_content_do_not_depend_on_the_order_of_the_file() -> None:
    mapping = BarrierMapping("f", "f", kind="fence")
    frame = lines(x=[1, 2, 3])
    there, _ = barriers_of(frame, mapping)
    back, _ = barriers_of(frame[::-1].reset_index(drop=True), mapping)
    pd.testing.assert_frame_equal(pd.DataFrame(there), pd.DataFrame(back))


def test_a_feature_given_twice_counts_once_but_road_and_rail_on_one_line_are_two() -> None:
    mapping = BarrierMapping("f", "f", kind_column="k")
    frame = lines(k=["road", "road", "rail"])
    frame = frame.set_geometry([frame.geometry[0]] * 3, crs=4326)
    barriers, notes = barriers_of(frame, mapping)
    assert sorted(barriers["kind"]) == ["rail", "road"]
    assert notes["duplicates"] == 1


def test_no_feature_at_all_still_keeps_the_contract() -> None:
    mapping = BarrierMapping("f", "f", kind_column="k", id_column="i", permeability_column="p")
    barriers, notes = barriers_of(lines(k=["road"], i=[1.0], p=[0.5])[:0], mapping)
    tables.check(barriers, tables.BARRIERS)
    assert notes["by_kind"] == {}


def test_every_wrong_value_is_told_at_once() -> None:
    mapping = BarrierMapping(
        "f", "f.gpkg", kind_column="k", status_column="s", permeability_column="p"
    )
    frame = lines(k=["fence", "Zaun", "fence"], s=["existing", "", "gone"], p=["0.5", "much", "50"])
    with pytest.raises(InputError) as caught:
        barriers_of(frame, mapping)
    assert [(fault.what, fault.row) for fault in caught.value.faults] == [
        ("values without a barrier kind", 2),
        ("unknown status", 3),
        ("permeability outside 0 to 1", 2),
        ("permeability outside 0 to 1", 3),
    ]


def test_each_feature_has_its_own_days_where_columns_say_them() -> None:
    mapping = BarrierMapping(
        "f",
        "f.gpkg",
        kind="fence",
        id_column="id",
        valid_from=date(2000, 1, 1),
        valid_from_column="built",
        valid_to_column="gone",
    )
    features = lines(
        id=["a", "b", "c"],
        built=["2009-08-01", None, "2011-03-05T00:00:00"],
        gone=pd.to_datetime([None, "2012-01-31", None]),
    )
    barriers, _ = barriers_of(features, mapping)
    tables.check(barriers, tables.BARRIERS)
    days = barriers.set_index("barrier")
    first = days["valid_from"].dt.strftime("%Y-%m-%d").tolist()
    assert first == ["2009-08-01", "2000-01-01", "2011-03-05"]
    assert days["valid_to"].isna().tolist() == [True, False, True]
    assert days.loc["f:b", "valid_to"] == pd.Timestamp("2012-01-31", tz="UTC")


def test_a_day_that_cannot_be_read_and_days_in_the_wrong_order_are_refused_with_their_rows() -> (
    None
):
    mapping = BarrierMapping(
        "f", "f.gpkg", kind="fence", valid_from_column="built", valid_to_column="gone"
    )
    features = lines(
        built=["2009", "31.12.2010", "2012-05-01", ""], gone=["", "", "2011-05-01", ""]
    )
    with pytest.raises(InputError) as found:
        barriers_of(features, mapping)
    said = [(fault.what, fault.row, fault.got) for fault in found.value.faults]
    assert said == [
        ("unreadable day", 1, "2009"),
        ("unreadable day", 2, "31.12.2010"),
        ("the first day is after the last", 3, "2012-05-01 to 2011-05-01"),
    ]
