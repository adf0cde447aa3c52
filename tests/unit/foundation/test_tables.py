"""Tables put together keep the types of their contract, and layers stay layers."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
from shapely.geometry import Polygon

from corridors.foundation import tables

SQUARE = Polygon([(70, 38), (71, 38), (71, 39), (70, 39)])


def states(*names: str) -> gpd.GeoDataFrame:
    rows = {name: [name] * len(names) for name in tables.STATES.columns}
    return gpd.GeoDataFrame(
        {**rows, "state": list(names)},
        geometry=[SQUARE] * len(names),
        crs=tables.GEOGRAPHIC,
        index=range(7, 7 + len(names)),
    )


def test_parts_follow_each_other_with_new_labels_and_without_empty_ones() -> None:
    found = tables.joined([states("A"), states(), states("B", "C")], tables.STATES)
    assert isinstance(found, gpd.GeoDataFrame)
    assert found.crs == tables.GEOGRAPHIC
    assert found["state"].to_dict() == {0: "A", 1: "B", 2: "C"}


def test_no_parts_make_the_empty_table_of_the_contract() -> None:
    layer = tables.joined([states()], tables.STATES)
    assert isinstance(layer, gpd.GeoDataFrame)
    assert layer.dtypes.equals(tables.empty(tables.STATES).dtypes)
    table = tables.joined(iter(()), tables.LEGS)
    assert not isinstance(table, gpd.GeoDataFrame)
    assert table.dtypes.equals(tables.empty(tables.LEGS).dtypes)


def test_rows_have_their_types_already_and_no_rows_get_those_of_the_contract() -> None:
    rows = states("A")
    assert tables.typed(rows, tables.STATES) is rows
    none = tables.typed(pd.DataFrame(), tables.ENCOUNTERS)
    assert none.dtypes.equals(tables.empty(tables.ENCOUNTERS).dtypes)
