"""Positions as they come: to longitude and latitude, and what cannot be on Earth."""

from __future__ import annotations

import numpy as np
from pyproj import CRS
from pyproj.exceptions import ProjError

from corridors.foundation.arrays import Flags, Floats
from corridors.foundation.crs import GEOGRAPHIC, transformer
from corridors.foundation.errors import Fault

_AGAIN = 10  # rows with one impossible pair of numbers that are no positions but a word for none
_NORTHING_M = 2.1e7  # that of the web's Mercator ends below


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
    """Return where a position is given and is no animal's: not on Earth, a pole, 0, 0 or 1, 1.

    The last are what collars write where they found none.

    Examples
    --------
    >>> impossible(np.array([12.0, 0.0, 181.0]), np.array([46.0, 0.0, 3.0])).tolist()
    [False, True, True]
    """
    outside = (np.abs(lon) > 180) | (np.abs(lat) >= 90) | _written_for_none(lon, lat)
    # Mostly none is: of ten million fixes each pass that is spared counts.
    return outside & np.isfinite(lon) & np.isfinite(lat) if outside.any() else outside


def _written_for_none(lon: Floats, lat: Floats) -> Flags:
    same = np.asarray(lon == lat)
    return same & ((lon == 0) | (np.abs(lon) == 1)) if same.any() else same


def _of_minutes(x: Floats, y: Floats) -> Flags:
    """Return which numbers can be degrees and minutes, as 07106.123, 3706.123."""
    fits = (np.abs(x) < 18_060) & (np.abs(y) < 9_060)
    return np.asarray(fits & (np.abs(x) % 100 < 60) & (np.abs(y) % 100 < 60))


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
        self._n = dict.fromkeys(
            (
                "given", "wrong", "none", "swapped", "same", "minutes", "millionths",
                "ten-millionths",
            ),
            0,
        )  # fmt: skip
        self._first: tuple[float, float] | None = None
        self._written = np.nan, np.nan
        self._area = None if crs == GEOGRAPHIC else CRS.from_user_input(crs).area_of_use
        self._inside = {"as they are": 0, "as km": 0, "near": 0}

    def see(self, x: Floats, y: Floats, lon: Floats, lat: Floats, placed: Flags) -> None:
        """Take part of a file: as given, in degrees, and where the collar claims a fix."""
        given = np.isfinite(lon) & np.isfinite(lat) & placed
        self._n["given"] += int(np.count_nonzero(given))
        wrong = given & impossible(lon, lat)
        if wrong.any():
            none = wrong & _written_for_none(lon, lat)
            self._n["none"] += int(none.sum())
            wrong &= ~none
        if wrong.any():
            self._n["wrong"] += int(wrong.sum())
            self._n["swapped"] += int((wrong & ~impossible(lat, lon)).sum())
            self._see_forms(x[wrong], y[wrong])
            if self._first is None:
                first = int(np.flatnonzero(wrong)[0])
                self._first = float(lon[first]), float(lat[first])
                self._written = x[first], y[first]
            same = (x == self._written[0]) & (y == self._written[1])
            self._n["same"] += int((wrong & same).sum())
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
        # One pair of numbers again and again is what the collar writes where it found no position.
        if n["same"] == n["wrong"] >= _AGAIN:
            n = {**n, "none": n["none"] + n["wrong"], "wrong": 0}
        left = n["given"] - n["none"]
        if n["given"] and not left:
            lon, lat = self._written if n["same"] else (0.0, 0.0)
            got = f"{lon:g}, {lat:g} in every row with a fix"
            return [self._fault("the file holds no positions", got)]
        if 2 * n["wrong"] > left and self._first is not None:
            cure = self._cure_of_impossible()
            got = f"{n['wrong']} of {left} rows, first {self._first[0]:g}, {self._first[1]:g}"
            return [self._fault(cure, got)]
        return self._outside(left)

    def _cure_of_impossible(self) -> str:
        n = self._n
        if n["swapped"] == n["wrong"]:
            return "longitude and latitude look swapped: exchange columns.lon and columns.lat"
        for word, digits in (("millionths", 6), ("ten-millionths", 7)):
            if n[word] == n["wrong"]:
                return f"these look like {word} of a degree: divide both columns by {10**digits:,}"
        if n["minutes"] == n["wrong"]:
            return (
                "these look like degrees and minutes (DDMM.mmm): write DD + MM.mmm / 60, west and "
                "south with a minus"
            )
        return (
            "the coordinates look projected: read it as format: csv with its crs, e.g. EPSG:32642"
        )

    def _see_forms(self, x: Floats, y: Floats) -> None:
        """Count impossible positions that would be possible in another form of degrees."""
        self._n["minutes"] += int(_of_minutes(x, y).sum())
        for word, scale in (("millionths", 1e6), ("ten-millionths", 1e7)):
            # Nothing on Earth has so large a northing, in metres.
            fits = (np.abs(x) <= 180 * scale) & (np.abs(y) <= 90 * scale)
            self._n[word] += int((fits & (np.abs(y) > _NORTHING_M * scale / 1e6)).sum())

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
