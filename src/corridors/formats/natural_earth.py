"""The bundled Natural Earth extract: generalised state boundaries and states of the demo region.

Made by ``scripts/natural_earth.py``; where it comes from is in ``docs/data-sources.md`` and in
the files themselves.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from corridors.foundation.arrays import Floats

GEOGRAPHIC = "EPSG:4326"
_PLACES = 1000  # at which it is looked up how much of a herd lies in the extract
BOUNDARY_COLUMNS = ("left_state", "right_state", "type", "source", "label")


def boundaries() -> gpd.GeoDataFrame:
    """Return the boundary lines by state pair, EPSG:4326.

    Returns
    -------
    GeoDataFrame
        ``left_state, right_state, type, source, label, geometry``, one row per pair in
        alphabetical order; ``left_state`` lies to the left of the line.

    Notes
    -----
    Natural Earth at 1:10 million is generalised: lengths are too short (Afghanistan-Tajikistan
    by 14 % against the published 1,357 km) and lines are up to 12 km out of place. Nothing here
    is scaled to match.

    Examples
    --------
    >>> lines = boundaries()
    >>> lines.loc[lines["left_state"] == "Afghanistan", "right_state"].tolist()
    ['China', 'Pakistan', 'Tajikistan', 'Turkmenistan', 'Uzbekistan']
    """
    return _layer("natural_earth_boundaries.geojson", BOUNDARY_COLUMNS)


def states() -> gpd.GeoDataFrame:
    """Return the polygons of the states, EPSG:4326: ``state, source, label, geometry``.

    The package's quantisation lets two rings touch themselves (China, Kyrgyzstan); these are
    made valid without moving a vertex.

    Examples
    --------
    >>> states()["state"].tolist()[:3]
    ['Afghanistan', 'China', 'Kyrgyzstan']
    """
    frame = _layer("natural_earth_states.geojson", ("state", "source", "label"))
    repaired = frame.geometry.make_valid(method="structure", keep_collapsed=False)
    return frame.set_geometry(repaired)


def unknown_frac(lon_deg: Floats, lat_deg: Floats) -> float:
    """Return the share of places outside of the states of the extract: there it knows nothing.

    Examples
    --------
    >>> unknown_frac(np.array([71.0, 10.0]), np.array([38.0, 60.0]))
    0.5
    """
    every = -(-len(lon_deg) // _PLACES) or 1
    lon, lat = lon_deg[::every], lat_deg[::every]
    inside = np.zeros(len(lon), dtype=bool)
    for state in states().geometry:
        shapely.prepare(state)
        inside |= shapely.contains_xy(state, lon, lat)
    return float(np.mean(~inside)) if len(lon) else 0.0


def provenance() -> dict[str, str]:
    """Return package, version, checksums and licence of the extract."""
    stated: dict[str, str] = _read("natural_earth_boundaries.geojson")["provenance"]
    return dict(stated)


def _layer(name: str, columns: tuple[str, ...]) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame.from_features(_read(name)["features"], crs=GEOGRAPHIC)
    return frame[[*columns, "geometry"]]


@lru_cache(maxsize=2)
def _read(name: str) -> dict[str, Any]:
    text = files("corridors.formats").joinpath("bundled", name).read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text)
    return content
