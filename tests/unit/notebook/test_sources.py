"""A researcher's own tables: what is taken, and everything that is wrong with them at once."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, Point

import corridors
from corridors.foundation.errors import ConfigError, Fault, InputError
from corridors.foundation.vocabulary import FLAG_BIT

DAY = pd.Timestamp("2023-05-01 06:00")


def frame(**columns: object) -> pd.DataFrame:
    rows = {"animal": ["b", "a"], "time": [DAY, DAY], "lon": [10.0, 10.1], "lat": [60.0, 60.1]}
    return pd.DataFrame({**rows, **columns})


def faults(given: pd.DataFrame, **options: str) -> list[Fault]:
    with pytest.raises(InputError) as caught:
        corridors.fixes(given, **options)
    return list(caught.value.faults)


def test_fixes_are_sorted_and_keep_the_row_they_came_from() -> None:
    found = corridors.fixes(frame(dop=[2.5, np.nan]), time_zone="UTC", herd="elk", species="Cervus")
    rows = found.read()
    assert rows["animal"].tolist() == ["a", "b"]
    assert rows["source_row"].tolist() == [2, 1]
    assert rows["dop"].tolist()[1] == 2.5
    assert set(rows["herd"]) == {"elk"}
    assert set(rows["species"]) == {"Cervus"}
    assert [(point.x, point.y) for point in rows.geometry] == [(10.1, 60.1), (10.0, 60.0)]


def test_a_position_that_is_missing_is_flagged_and_not_dropped() -> None:
    rows = corridors.fixes(frame(lon=[np.nan, 10.1]), time_zone="UTC").read()
    assert rows["flags"].tolist() == [0, FLAG_BIT["no_position"]]


@pytest.mark.parametrize(
    ("time", "time_zone", "hour"),
    [
        (DAY, "Asia/Dushanbe", 1),
        (DAY.tz_localize("Asia/Dushanbe"), None, 1),
        ("2023-05-01T06:00+05:00", "UTC", 1),
    ],
)
def test_times_are_those_of_the_clock_that_is_stated(
    time: object, time_zone: str | None, hour: int
) -> None:
    rows = corridors.fixes(frame(time=[time, time]), time_zone=time_zone).read()
    assert rows["time_utc"].dt.hour.tolist() == [hour, hour]


def test_a_time_zone_is_never_guessed() -> None:
    (fault,) = faults(frame())
    assert fault.what == "time stamps without a time zone"
    assert fault.cure == 'state the clock of the times: fixes(..., time_zone="UTC")'
    (fault,) = faults(frame(), time_zone="Asia/Dushambe")
    assert fault.cure == "did you mean Asia/Dushanbe?"


def test_all_faults_of_all_rows_are_told_at_once() -> None:
    wrong = frame(
        animal=["", "a"], time=[DAY.isoformat(), "yesterday"], lat=["x", "60"], dop=[-1, 1]
    )
    assert [(fault.row, fault.column) for fault in faults(wrong, time_zone="UTC")] == [
        (1, "animal"), (2, "time"), (1, "lat"), (1, "dop"),
    ]  # fmt: skip


def test_a_column_that_is_not_there_is_asked_for_by_its_name() -> None:
    (fault,) = faults(frame().rename(columns={"lat": "latt"}), time_zone="UTC")
    assert (fault.what, fault.cure) == ("column not found", "the nearest column is 'latt'")


def test_a_table_without_rows_is_refused() -> None:
    (fault,) = faults(frame().iloc[:0], time_zone="UTC")
    assert fault.what == "the table has no rows"


def lines(*shapes: object, crs: str | None = "EPSG:32632", **columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs)


ROAD = LineString([(500_000, 6_650_000), (501_000, 6_650_000)])


def test_barriers_are_in_degrees_whatever_the_crs_of_the_layer() -> None:
    found = corridors.barrier_layer(
        lines(ROAD, type=["E6"]), name="n50", kind="road", class_column="type", permeability=0.25
    ).read()
    assert found.crs == "EPSG:4326"
    assert found["barrier"].str.startswith("n50:").all()
    assert found[["kind", "class", "permeability"]].to_numpy().tolist() == [["road", "E6", 0.25]]
    assert found.geometry.iloc[0].coords[0][0] == pytest.approx(9.0)


def test_carriageways_drawn_side_by_side_are_one_road_unless_told_otherwise() -> None:
    beside = LineString([(500_000, 6_650_030), (501_000, 6_650_030)])
    both = lines(ROAD, beside)
    assert len(corridors.barrier_layer(both, kind="road").read()) == 1
    apart = corridors.barrier_layer(both, kind="road", doubles={"side_by_side_m": {"road": 10.0}})
    assert len(apart.read()) == 2


def test_keys_of_a_source_of_barriers_are_those_of_the_configuration() -> None:
    with pytest.raises(ConfigError, match="did you mean kind_column"):
        corridors.barrier_layer(lines(ROAD), kind_colum="type")
    with pytest.raises(ConfigError, match="needs kind, kind_column"):
        corridors.barrier_layer(lines(ROAD))


def test_a_layer_that_cannot_be_used_says_why() -> None:
    with pytest.raises(InputError, match="has no CRS"):
        corridors.barrier_layer(lines(ROAD, crs=None), kind="road")
    with pytest.raises(InputError) as caught:
        corridors.barrier_layer(lines(ROAD, Point(0, 0), None), kind="road", name_column="naam")
    assert [(fault.what, fault.row) for fault in caught.value.faults] == [
        ("column not found", None),
        ("not a line or a polygon", 2),
        ("not a line or a polygon", 3),
    ]
