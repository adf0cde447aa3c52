"""Rows that obey a contract, for tables whose numbers do not matter to a test."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.pandas as pa
from shapely.geometry.base import BaseGeometry

from corridors.foundation import tables

# Name of the table -> the stage that writes it and its contract.
EXAMPLES = {
    "legs": ("segment", tables.LEGS),
    "bottlenecks": ("describe", tables.BOTTLENECKS),
    "border_stretches": ("intersect", tables.BORDER_STRETCHES),
    "behaviour": ("behave", tables.BEHAVIOUR),
    "behaviour_segments": ("behave", tables.BEHAVIOUR_SEGMENTS),
    "behaviour_index": ("behave", tables.BEHAVIOUR_INDEX),
    "permeability": ("behave", tables.PERMEABILITY),
    "selection": ("connect", tables.SELECTION),
    "drivers": ("connect", tables.DRIVERS),
    "gains": ("circuit", tables.GAINS),
    "range_edges": ("rank", tables.RANGE_EDGES),
    "candidates": ("rank", tables.CANDIDATES),
    "fence_sections": ("act", tables.FENCE_SECTIONS),
    "crossing_sites": ("act", tables.CROSSING_SITES),
    "footprints": ("act", tables.FOOTPRINTS),
    "border_agreements": ("act", tables.BORDER_AGREEMENTS),
    "zone_shares": ("act", tables.ZONE_SHARES),
}
_ROWS = 3


def example_rows(
    schema: pa.DataFrameSchema, herd: str, line: BaseGeometry, hostile: str
) -> pd.DataFrame:
    """Return three rows; ``hostile`` is the animal, vocabularies are gone through in turn."""
    columns = {
        name: _values(name, column, herd, line, hostile) for name, column in schema.columns.items()
    }
    if "geometry" in columns:
        return gpd.GeoDataFrame(columns, geometry="geometry", crs="EPSG:4326")
    return pd.DataFrame(columns)


def _values(name: str, column: pa.Column, herd: str, line: BaseGeometry, hostile: str) -> Any:
    numbers = np.arange(1, _ROWS + 1)
    kind = str(column.dtype)
    if kind == "geometry":
        said = " ".join(str(check.error) for check in column.checks)
        shape = line.centroid if "Point" in said else line if "Line" in said else line.buffer(0.01)
        return [shape] * _ROWS
    if kind.startswith("datetime"):
        times = pd.date_range("2020-05-01", periods=_ROWS, freq="D", tz="UTC")
        return pd.Series(times).astype("datetime64[us, UTC]")
    if kind == "bool":
        return numbers % 2 == 1
    if kind.startswith("int"):
        return numbers.astype(kind)
    if kind.startswith("float"):
        from_one = any(check.statistics.get("min_value") == 1 for check in column.checks)
        values = numbers * 1.0 if from_one else numbers / (_ROWS + 1)
        return np.where(numbers == _ROWS, np.nan, values) if column.nullable else values
    if name == "herd":
        return [herd] * _ROWS
    if name == "animal":
        return [hostile] * _ROWS
    words = next(
        (check.statistics["allowed_values"] for check in column.checks if check.name == "isin"),
        None,
    )
    if name == "kind" and "road" in words:
        return ["road", "rail", "road"]
    if words:
        chosen = sorted(words)
        return [chosen[k % len(chosen)] for k in range(_ROWS)]
    return [f"<i>{name}</i> {k}" for k in numbers]
