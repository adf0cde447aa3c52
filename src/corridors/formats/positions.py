"""Positions as they come: to longitude and latitude, and what cannot be on Earth."""

from __future__ import annotations

import numpy as np
from pyproj import CRS
from pyproj.exceptions import ProjError

from corridors.foundation.arrays import Flags, Floats
from corridors.foundation.crs import GEOGRAPHIC, transformer
from corridors.foundation.errors import Fault


def known_crs(crs: str, name: str) -> list[Fault]:
    """Return a fault if ``crs`` is none that PROJ knows."""
    try:
        transformer(crs, GEOGRAPHIC)
    except ProjError:
        return [
            Fault(
                "unknown CRS",
                name,
                expected="an authority code such as EPSG:32642",
                got=crs,
                cure="correct crs of this source",
            )
        ]
    return []


def to_geographic(x: Floats, y: Floats, crs: str) -> tuple[Floats, Floats]:
    """Return longitude and latitude (degrees WGS84) of positions in ``crs``; NaN stays NaN."""
    if crs == GEOGRAPHIC:
        return x, y
    lon, lat = transformer(crs, GEOGRAPHIC).transform(x, y)
    # PROJ answers inf for positions outside the projection; they stay visible as impossible.
    lost = np.isfinite(x) & ~(np.isfinite(lon) & np.isfinite(lat))
    return np.where(lost, 999.0, lon), np.where(lost, 99.0, lat)


def wrapped(lon: Floats, lat: Floats) -> Flags:
    """Return longitudes that run from 0 to 360 and lie beyond 180, beside a possible latitude."""
    with np.errstate(invalid="ignore"):
        return np.asarray((lon > 180) & (lon <= 360) & (np.abs(lat) <= 90))


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


class Plausibility:
    """Whether the positions of a file can be what their columns are said to be.

    Parameters
    ----------
    name
        How messages call the file.
    crs
        CRS of the coordinates.
    x_column, y_column
        Names of their columns.
    """

    def __init__(self, name: str, crs: str, x_column: str, y_column: str) -> None:
        self._name = name
        self._crs = crs
        self._columns = f"{x_column}, {y_column}"
        self._n = {"given": 0, "wrong": 0, "origin": 0, "swapped": 0}
        self._first: tuple[float, float] | None = None
        self._area = None if crs == GEOGRAPHIC else CRS.from_user_input(crs).area_of_use
        self._inside = {"as they are": 0, "as km": 0, "near": 0}

    def see(self, x: Floats, y: Floats, lon: Floats, lat: Floats, placed: Flags) -> None:
        """Take part of a file: as given, in degrees, and where the collar claims a fix."""
        given = np.isfinite(lon) & np.isfinite(lat) & placed
        origin = given & (lon == 0) & (lat == 0)
        wrong = given & impossible(lon, lat) & ~origin
        self._n["given"] += int(given.sum())
        self._n["origin"] += int(origin.sum())
        if wrong.any():
            self._n["wrong"] += int(wrong.sum())
            self._n["swapped"] += int((wrong & ~impossible(lat, lon)).sum())
            if self._first is None:
                first = int(np.flatnonzero(wrong)[0])
                self._first = float(lon[first]), float(lat[first])
        if self._area is not None:
            self._see_area(x[given], y[given], lon[given], lat[given])

    def _see_area(self, x: Floats, y: Floats, lon: Floats, lat: Floats) -> None:
        for word, margin in (("as they are", (0.0, 0.0)), ("near", (30.0, 12.0))):
            self._inside[word] += int(self._within(lon, lat, margin).sum())
        if self._inside["as they are"] == 0:
            larger = to_geographic(1000 * x, 1000 * y, self._crs)
            self._inside["as km"] += int(self._within(*larger, (0.0, 0.0)).sum())

    def _within(self, lon: Floats, lat: Floats, margin: tuple[float, float]) -> Flags:
        if self._area is None:
            return np.ones(len(lon), dtype=bool)
        west, south, east, north = self._area.bounds
        if west > east:  # across 180 degrees
            lon, east = np.where(lon < 0, lon + 360, lon), east + 360
        return np.asarray(
            (lon >= west - margin[0])
            & (lon <= east + margin[0])
            & (lat >= south - margin[1])
            & (lat <= north + margin[1])
        )

    def faults(self) -> list[Fault]:
        """Return a fault if most positions are impossible: the columns hold something else."""
        n = self._n
        left = n["given"] - n["origin"]
        if n["given"] and not left:
            return [self._fault("the file holds no positions", "0, 0 in every row with a fix")]
        if 2 * n["wrong"] > left and self._first is not None:
            cure = (
                "longitude and latitude look swapped: exchange columns.lon and columns.lat"
                if n["swapped"] == n["wrong"]
                else "the coordinates look projected: read it as format: csv with its crs, e.g. "
                "EPSG:32642"
            )
            got = f"{n['wrong']} of {left} rows, first {self._first[0]:g}, {self._first[1]:g}"
            return [self._fault(cure, got)]
        return self._outside(left)

    def _outside(self, left: int) -> list[Fault]:
        if self._area is None or not left or 2 * self._inside["as they are"] > left:
            return []
        if 2 * self._inside["as km"] > left:
            cure = "the coordinates look like kilometres: set unit: km of this source"
        elif not self._inside["near"]:
            cure = "correct crs of this source; x is columns.lon, y is columns.lat"
        else:
            return []
        what = f"{left - self._inside['as they are']} of {left} rows outside of it"
        return [
            Fault(
                "positions are far from where their CRS is used",
                self._name,
                column=self._columns,
                expected=f"{self._crs}: {self._area.name[:120]}",
                got=what,
                cure=cure,
            )
        ]

    def _fault(self, cure: str, got: str) -> Fault:
        return Fault(
            "most positions are impossible",
            self._name,
            column=self._columns,
            expected=f"longitude -180...180 and latitude -90...90 in {self._crs}",
            got=got,
            cure=cure,
        )
