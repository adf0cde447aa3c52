"""Every table contract accepts its example and rejects each single fault."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
from shapely import LineString, MultiLineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from corridors.foundation import tables
from corridors.foundation.errors import InternalError

SQUARE = Polygon([(70, 37), (71, 37), (71, 38), (70, 38)])
SHAPES: dict[str, BaseGeometry] = {
    "Point": Point(70.5, 37.5),
    "LineString": LineString([(70, 37), (71, 38)]),
    "MultiLineString": MultiLineString([[(70, 37), (71, 38)]]),
    "Polygon": SQUARE,
    "MultiPolygon": MultiPolygon([SQUARE]),
}
WRONG_SHAPE = {"Point": SQUARE}


def kinds(column: pa.Column) -> list[str]:
    """Return the geometry types a column allows."""
    return column.checks[0].error.removeprefix("geometry must be ").split(" or ")


def value(column: pa.Column, number: int) -> object:
    """Return a value that the column allows; ``number`` makes rows different."""
    kind = str(column.dtype)
    if kind == "geometry":
        return SHAPES[kinds(column)[0]]
    if kind.startswith("datetime64"):
        return pd.Timestamp("2024-05-01", tz="UTC") + pd.Timedelta(days=number)
    if kind.startswith("bool"):
        return True
    if kind.startswith(("int", "uint")):
        return 1 + number
    if kind.startswith("float"):
        from_one = any(check.statistics.get("min_value") == 1 for check in column.checks)
        return 1.0 + number if from_one else 0.25 * (1 + number)
    one_of = [check.statistics["allowed_values"] for check in column.checks if "isin" in str(check)]
    return next(iter(one_of[0])) if one_of else f"name {number}"


def example(schema: pa.DataFrameSchema) -> pd.DataFrame:
    """Return two valid rows."""
    rows = [{name: value(c, n) for name, c in schema.columns.items()} for n in (0, 1)]
    frame = pd.DataFrame(rows)
    for name, column in schema.columns.items():
        kind = str(column.dtype)
        if kind.startswith("datetime64"):
            frame[name] = frame[name].astype(tables.UTC)
        elif kind.startswith(("int", "uint", "float")):
            frame[name] = frame[name].astype(kind)
    if "geometry" in schema.columns:
        return gpd.GeoDataFrame(frame, geometry="geometry", crs=tables.GEOGRAPHIC)
    return frame


def faults() -> Iterator[object]:
    """Yield every contract with every single way to break one of its columns."""
    for name, schema in tables.CONTRACTS.items():
        for column, rule in schema.columns.items():
            yield pytest.param(name, column, "missing", id=f"{name}-{column}-missing")
            kind = str(rule.dtype)
            if kind == "geometry":
                yield pytest.param(name, column, "wrong shape", id=f"{name}-{column}-shape")
                continue
            yield pytest.param(name, column, "wrong type", id=f"{name}-{column}-type")
            if not rule.nullable and kind.startswith(("str", "float64", "datetime")):
                yield pytest.param(name, column, "null", id=f"{name}-{column}-null")
            if rule.checks and kind.startswith(("float", "int")):
                yield pytest.param(name, column, "out of range", id=f"{name}-{column}-range")
            if rule.checks and kind == "str":
                yield pytest.param(name, column, "out of list", id=f"{name}-{column}-vocabulary")
        yield pytest.param(name, "surprise", "unknown column", id=f"{name}-surprise")
        if schema.unique:
            yield pytest.param(name, "", "twice", id=f"{name}-twice")


def broken(schema: pa.DataFrameSchema, column: str, how: str) -> pd.DataFrame:
    """Return the example with one fault."""
    frame = example(schema)
    match how:
        case "missing":
            return pd.DataFrame(frame).drop(columns=column)
        case "wrong shape":
            allowed = kinds(schema.columns[column])
            wrong = next(shape for kind, shape in SHAPES.items() if kind not in allowed)
            return frame.set_geometry([wrong, wrong])
        case "wrong type":
            wrong = [object(), object()]
            return frame.assign(**{column: pd.Series(wrong, dtype=object)})
        case "null":
            gap = pd.NaT if str(schema.columns[column].dtype).startswith("datetime") else np.nan
            return frame.assign(**{column: frame[column].where([True, False], gap)})
        case "out of range":
            return frame.assign(**{column: (frame[column] * 0 - 7).astype(frame[column].dtype)})
        case "out of list":
            return frame.assign(**{column: "no such word"})
        case "unknown column":
            return frame.assign(surprise=1)
        case _:
            return pd.concat([frame, frame.iloc[[0]]], ignore_index=True)


@pytest.mark.parametrize("name", tables.CONTRACTS)
def test_a_contract_accepts_its_example_and_an_empty_table(name: str) -> None:
    schema = tables.CONTRACTS[name]
    assert len(tables.check(example(schema), schema)) == 2
    assert len(tables.check(tables.empty(schema), schema)) == 0


@pytest.mark.parametrize(("name", "column", "how"), list(faults()))
def test_a_contract_rejects_a_single_fault(name: str, column: str, how: str) -> None:
    schema = tables.CONTRACTS[name]
    with pytest.raises(InternalError) as caught:
        tables.check(broken(schema, column, how), schema)
    assert name in str(caught.value)
