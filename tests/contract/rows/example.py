"""What a contract takes and refuses, written down by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import LineString, MultiLineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

POINT = Point(74.2, 37.4)
LINE = LineString([(74.2, 37.4), (74.3, 37.5)])
LINES = MultiLineString([[(74.2, 37.4), (74.3, 37.5)], [(74.4, 37.4), (74.5, 37.4)]])
AREA = Polygon([(74.0, 37.0), (74.2, 37.0), (74.2, 37.3), (74.0, 37.3)])
PATCHES = MultiPolygon([AREA, Polygon([(75.0, 37.0), (75.1, 37.0), (75.1, 37.1)])])
NOWHERE = Point(float("inf"), 37.4)
LINE_OF_ONE_PLACE = LineString([(74.2, 37.4), (74.2, 37.4)])
BOW_TIE = Polygon([(74.0, 37.0), (74.2, 37.3), (74.2, 37.0), (74.0, 37.3)])

# Shapes that are refused where only points, single lines, lines or areas may stand.
NO_POINT = [(shape, "geometry") for shape in (LINE, LINES, AREA, PATCHES, NOWHERE)]
NO_LINE = [(shape, "geometry") for shape in (POINT, LINES, AREA, PATCHES, LINE_OF_ONE_PLACE)]
NO_LINES = [(shape, "geometry") for shape in (POINT, AREA, PATCHES, LINE_OF_ONE_PLACE)]
NO_AREA = [(shape, "geometry") for shape in (POINT, LINE, LINES, BOW_TIE)]

KINDS = (
    "road", "rail", "fence", "border", "canal", "river", "pipeline", "powerline", "settlement",
    "cropland", "energy", "other",
)  # fmt: skip
STATUS = ("existing", "planned", "removed")
BOUNDARY_TYPES = ("river", "land", "lake", "fenced", "disputed", "unknown")
CLASSES = ("low", "medium", "high")
PLACES = ("low", "medium", "high", "outside")
EVIDENCE = ("tracked", "modelled", "expert")
PERMEABILITY_SOURCES = ("observed", "prior", "estimated", "both", "stated", "unknown", "assumed")
MOVEMENTS = ("migrant", "mixed_migrant", "disperser", "resident", "nomad", "unclassified")
COMPLETENESS = ("complete", "partial", "unknown")
GRADES = ("act", "look_on_site", "nothing_seen", "not_known")

# The same values in a dtype that is not the contract's.
_NEAR_DTYPE = {
    float: ("float64", "float32"),
    int: ("int64", "int32"),
    np.int32: ("int32", "int64"),
    np.uint16: ("uint16", "int64"),
    bool: ("bool", "int8"),
    str: ("str", "category"),
    pd.Timestamp: ("datetime64[us, UTC]", "datetime64[ns, UTC]"),
}


@dataclass(frozen=True)
class Example:
    """A good row of a contract, a second one, and what single columns take and refuse.

    Attributes
    ----------
    row
        A good row with a value in every column.
    other
        What differs in a second good row: each column of the key, and None in each column that
        may be empty. The others refuse None.
    takes
        For a column, further values: each word of its vocabulary, each kind of geometry.
    refuses
        A value and the names of the columns that refuse it, with a blank between them.
    key
        Columns that together are there once; none: the same row may come again.
    """

    row: Mapping[str, Any]
    other: Mapping[str, Any]
    takes: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    refuses: Sequence[tuple[Any, str]] = ()
    key: tuple[str, ...] = ()

    @property
    def second(self) -> dict[str, Any]:
        """The second good row."""
        return {**self.row, **self.other}

    @property
    def filled(self) -> list[str]:
        """Columns that are never empty, of those whose dtype has an empty value."""
        second = self.second
        return [
            name
            for name, value in self.row.items()
            if isinstance(value, (float, str, pd.Timestamp, BaseGeometry))
            and second[name] is not None
        ]

    def frame(self, *rows: Mapping[str, Any], **dtypes: str) -> pd.DataFrame:
        """Return rows as a table; the dtype is that of the value in the good row."""
        columns = {}
        for name in rows[0]:
            values = [row[name] for row in rows]
            sample = self.row.get(name, rows[0][name])
            if isinstance(sample, BaseGeometry):
                columns[name] = gpd.GeoSeries(values, crs="EPSG:4326")
                continue
            columns[name] = pd.Series(values, dtype=_NEAR_DTYPE[type(sample)][0])
        frame = pd.DataFrame(columns).astype(dtypes)
        has_shapes = "geometry" in frame and frame["geometry"].dtype == "geometry"
        return gpd.GeoDataFrame(frame, geometry="geometry") if has_shapes else frame

    def near_dtype(self, name: str) -> str:
        """Return a dtype that holds the values of a column and is not its own."""
        value = self.row[name]
        return "object" if isinstance(value, BaseGeometry) else _NEAR_DTYPE[type(value)][1]

    def good_values(self, name: str) -> list[Any]:
        """Return all values that are written down for a column and are not empty."""
        values = [self.row[name], self.second[name], *self.takes.get(name, ())]
        return [value for value in values if value is not None]

    def refused(self) -> Iterator[tuple[str, Any]]:
        """Yield every column and value of ``refuses``."""
        for value, names in self.refuses:
            for name in names.split():
                yield name, value


def utc(text: str) -> pd.Timestamp:
    """Return a time in UTC."""
    return pd.Timestamp(text, tz="UTC")
