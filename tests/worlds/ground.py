"""Where the made-up herd lives: its working CRS, its migration path, rows of map layers."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer
from shapely.geometry import LineString

CRS = "+proj=laea +lat_0=37.4 +lon_0=74.2 +datum=WGS84 +units=m +no_defs +type=crs"
HOSTILE = "<b>Ram</b>'); DROP TABLE--=1+1"
ANIMALS = (HOSTILE, "ewe/../2", "ewe 3")
TO_DEGREES = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True).transform


def degrees(geometry: Any) -> Any:
    """Return a shape of the working CRS in longitude and latitude."""
    return shapely.transform(geometry, TO_DEGREES, interleaved=False)


def layer(rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    """Return rows with a ``geometry`` in degrees as a table."""
    return gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4326")


def times(*texts: str) -> pd.Series:
    """Return UTC times as tables hold them."""
    return pd.Series(pd.to_datetime(list(texts), utc=True)).astype("datetime64[us, UTC]")


def path() -> LineString:
    """Return the way of the migration from west to east, in the working CRS."""
    x = np.linspace(-38_000, 38_000, 60)
    return LineString(np.column_stack([x, 2500 * np.sin(x / 10_000)]))
