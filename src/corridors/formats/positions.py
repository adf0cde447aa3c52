"""Positions as they come: to longitude and latitude, and what cannot be on Earth."""

from __future__ import annotations

import numpy as np
from pyproj.exceptions import ProjError

from corridors.foundation.arrays import Flags, Floats
from corridors.foundation.crs import GEOGRAPHIC, transformer
from corridors.foundation.errors import Fault


def to_geographic(
    x: Floats, y: Floats, crs: str, name: str, faults: list[Fault]
) -> tuple[Floats, Floats]:
    """Return longitude and latitude (degrees WGS84) of positions in ``crs``; NaN stays NaN."""
    if crs == GEOGRAPHIC:
        return x, y
    try:
        lon, lat = transformer(crs, GEOGRAPHIC).transform(x, y)
    except ProjError:
        faults.append(
            Fault(
                "unknown CRS",
                name,
                expected="an authority code such as EPSG:32642",
                got=crs,
                cure="correct crs of this source",
            )
        )
        return x, y
    # PROJ answers inf for positions outside the projection; they stay visible as impossible.
    lost = np.isfinite(x) & ~(np.isfinite(lon) & np.isfinite(lat))
    return np.where(lost, 999.0, lon), np.where(lost, 99.0, lat)


def impossible(lon: Floats, lat: Floats) -> Flags:
    """Return where a position is given and cannot be on Earth, or is (0, 0).

    Examples
    --------
    >>> impossible(np.array([12.0, 0.0, 181.0]), np.array([46.0, 0.0, 3.0])).tolist()
    [False, True, True]
    """
    given = np.isfinite(lon) & np.isfinite(lat)
    outside = (np.abs(lon) > 180) | (np.abs(lat) > 90)
    return np.asarray(given & (outside | ((lon == 0) & (lat == 0))))


def implausible_positions(
    lon: Floats, lat: Floats, name: str, crs: str, x_column: str, y_column: str
) -> list[Fault]:
    """Return a fault if most positions are impossible: the columns hold something else."""
    given = np.isfinite(lon) & np.isfinite(lat)
    wrong = impossible(lon, lat)
    if not given.any() or 2 * wrong.sum() <= given.sum():
        return []
    first = int(np.flatnonzero(wrong)[0])
    swapped = not impossible(lat[wrong], lon[wrong]).any()
    turned = bool(((lon[wrong] > 180) & (lon[wrong] <= 360) & (np.abs(lat[wrong]) <= 90)).all())
    if bool(((lon[wrong] == 0) & (lat[wrong] == 0)).all()):
        cure = "the file holds no positions"
    elif swapped:
        cure = "longitude and latitude look swapped: exchange columns.lon and columns.lat"
    elif turned:
        cure = "longitudes run from 0 to 360: subtract 360 from those above 180"
    else:
        cure = (
            "the coordinates look projected: read it as format: csv with its crs, e.g. EPSG:32642"
        )
    return [
        Fault(
            "most positions are impossible",
            name,
            column=f"{x_column}, {y_column}",
            expected=f"longitude -180...180 and latitude -90...90 in {crs}",
            got=(
                f"{int(wrong.sum())} of {int(given.sum())} rows, "
                f"first {lon[first]:g}, {lat[first]:g}"
            ),
            cure=cure,
        )
    ]
