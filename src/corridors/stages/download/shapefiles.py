"""The layers of a herd as shapefiles in one zip archive."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import geopandas as gpd

from corridors.atlas.words.download import SHORT_NAMES
from corridors.formats.dbase import NUMBERS, TEXT, DbaseField
from corridors.formats.shapefile import new_shapefile, zipped
from corridors.foundation.crs import GEOGRAPHIC

_KINDS = {"Polygon": "polygon", "LineString": "line"}
_NUMBER_WIDTH, _DECIMALS = 18, 6
_MOST_BYTES = 254


def shapefile_set(
    herd: str, layers: Mapping[str, gpd.GeoDataFrame], beside: Mapping[str, str], day: date
) -> bytes:
    """Return a zip archive: a shapefile per layer, and texts beside them.

    Parameters
    ----------
    herd
        Key, with which names of files begin.
    layers
        Name -> rows of one kind of geometry, of one part each.
    beside
        Name -> text.
    day
        Date that the tables carry.

    Raises
    ------
    InputError
        A text is longer than a shapefile can hold; nothing is cut.
    """
    files: dict[str, bytes] = {}
    for name, frame in layers.items():
        stem = f"{herd}_{name}"
        table = frame.drop(columns="geometry").rename(columns=dict(SHORT_NAMES))
        columns = {str(column): table[column] for column in table}
        fields = [
            DbaseField(column, NUMBERS[0], _NUMBER_WIDTH, _DECIMALS)
            if values.dtype.kind == "f"
            else DbaseField(column, TEXT, _width(values.tolist()))
            for column, values in columns.items()
        ]
        kind = _KINDS[str(frame.geom_type.iloc[0])]
        empty = new_shapefile(kind, fields, GEOGRAPHIC)
        rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        whole = empty.with_features(frame.geometry.tolist(), rows, f"{stem}.dbf")
        files |= whole.parts(stem, day)
    return zipped(files | {name: text.encode("utf-8") for name, text in beside.items()})


def _width(texts: list[str]) -> int:
    """Return the bytes of the longest text, as far as a field can hold them."""
    return max(1, min(_MOST_BYTES, max(len(text.encode("utf-8")) for text in texts)))
