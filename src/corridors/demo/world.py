"""The simulated world: ranges, route, river, barriers with known permeability.

Planar kilometres, x east and y north, around a point on the Panj. Nothing here is real: the
river is a hand-drawn sketch of where the Panj runs, every road, fence and range is invented.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

import numpy as np

from corridors.foundation.arrays import Bytes, Floats
from corridors.foundation.crs import GEOGRAPHIC, transformer

Line = tuple[tuple[float, float], ...]

ORIGIN_LON_DEG: Final = 73.05
ORIGIN_LAT_DEG: Final = 37.31
PLANE: Final = (
    f"+proj=laea +lat_0={ORIGIN_LAT_DEG} +lon_0={ORIGIN_LON_DEG} +datum=WGS84 +units=km +no_defs"
)
SPECIES: Final = "Ovis ammon"
LABEL: Final = "SIMULATED demo data, no real animal, road or fence"

WINTER_KM: Final = (-6.0, -35.0)
SUMMER_KM: Final = (9.0, 35.0)
SIDE_SUMMER_KM: Final = (-5.0, 36.0)
# Route as x(y): a migration follows it, shifted sideways by the animal's own offset.
ROUTE: Final[Line] = (
    (-6.0, -35.0),
    (-3.0, -23.0),
    (0.55, -12.0),
    (1.0, 0.0),
    (3.5, 10.0),
    (6.5, 22.0),
    (9.0, 35.0),
)
# The route of two animals that summer in a side valley.
SIDE_ROUTE: Final[Line] = (*ROUTE[:4], (2.5, 10.0), (-1.5, 20.0), (-5.0, 36.0))
# How far an animal's own offset spreads along the route: the fence stands in a narrow valley.
SPREAD: Final[Line] = (
    (1.6, -35.0),
    (1.0, -22.0),
    (0.5, -14.0),
    (0.5, -10.0),
    (1.3, 0.0),
    (1.5, 14.0),
    (1.6, 35.0),
)
RIVER: Final[Line] = (
    (-110.0, -48.0),
    (-60.0, -37.0),
    (-35.0, -23.0),
    (-20.0, -8.0),
    (-10.0, -3.5),
    (0.0, 0.3),
    (8.0, 5.0),
    (14.0, 10.5),
    (25.0, 12.5),
    (45.0, 19.0),
)


@dataclass(frozen=True)
class Stretch:
    """A piece of a barrier between two x, with the share of attempts that pass."""

    name: str
    class_name: str
    from_x_km: float
    to_x_km: float
    permeability: float


@dataclass(frozen=True)
class Barrier:
    """A line y(x) that meets the route once, made of stretches; between them it is open.

    ``dwell_h``, ``retreat_h`` and ``retreat_km`` say what an animal does that was turned back;
    ``shift_km`` is the spread of where it tries again. With the chance ``leaves_frac`` it does not,
    but walks to ``gap_x_km``, where the line is open. A planned or removed line acts on nobody.
    """

    name: str
    kind: str
    line: Line
    stretches: tuple[Stretch, ...]
    status: str = "existing"
    dwell_h: tuple[float, float] = (8.0, 20.0)
    retreat_h: tuple[float, float] = (12.0, 24.0)
    retreat_km: tuple[float, float] = (1.5, 3.0)
    shift_km: float = 0.7
    gap_x_km: float = 0.0
    leaves_frac: float = 0.0

    def y_km(self, x_km: float) -> float:
        """Return the height of the line at ``x_km``."""
        return height(self.line, x_km)

    def stretch_at(self, x_km: float) -> Stretch | None:
        """Return the stretch that stands at ``x_km``, or None where the line is open."""
        for stretch in self.stretches:
            if stretch.from_x_km <= x_km < stretch.to_x_km:
                return stretch
        return None

    def coordinates(self, stretch: Stretch) -> Floats:
        """Return the vertices of a stretch in plane kilometres, shape (n, 2)."""
        inner = [x for x, _ in self.line if stretch.from_x_km < x < stretch.to_x_km]
        xs = [stretch.from_x_km, *inner, stretch.to_x_km]
        return np.array([(x, self.y_km(x)) for x in xs])


FENCE: Final = Barrier(
    "Simulated valley fence",
    "fence",
    ((-12.0, -12.8), (0.75, -12.0), (16.0, -11.0)),
    (
        Stretch("west, leaky", "fence_livestock", -12.0, -4.0, 0.5),
        Stretch("centre, complete", "fence_wildlife_proof", -2.2, 3.6, 0.0),
        Stretch("east, leaky", "fence_livestock", 3.6, 9.5, 0.5),
        Stretch("far east, leaky", "fence_livestock", 10.5, 16.0, 0.5),
    ),
    gap_x_km=-3.1,
    leaves_frac=0.4,
)
ROAD: Final = Barrier(
    "Simulated main road",
    "road",
    ((-105.0, -6.0), (-30.0, -3.0), (-10.0, 4.0), (0.0, 8.0), (10.0, 13.5), (25.0, 20.0)),
    (Stretch("main road", "primary", -105.0, 25.0, 0.5),),
    dwell_h=(2.0, 6.0),
    retreat_h=(4.0, 10.0),
    retreat_km=(0.4, 1.0),
    shift_km=0.4,
)
TRACK: Final = Barrier(
    "Simulated track",
    "road",
    ((-20.0, 18.0), (30.0, 22.0)),
    (Stretch("track", "local_track", -20.0, 30.0, 0.95),),
    dwell_h=(0.5, 2.0),
    retreat_h=(2.0, 4.0),
    retreat_km=(0.2, 0.4),
    shift_km=0.2,
)
SIDE_ROAD: Final = Barrier(
    "Simulated side road",
    "road",
    ((-16.0, 25.0), (0.5, 27.0)),
    (Stretch("side road", "secondary", -16.0, 0.5, 0.35),),
    dwell_h=(4.0, 10.0),
    retreat_h=(16.0, 30.0),
    retreat_km=(0.6, 1.5),
    shift_km=0.4,
    gap_x_km=2.2,
    leaves_frac=0.5,
)
# In the winter range, where animals come and go over it.
PASTURE: Final = Barrier(
    "Simulated pasture fence",
    "fence",
    ((-13.0, -37.5), (0.0, -38.5)),
    (Stretch("pasture fence", "fence_livestock", -13.0, 0.0, 1.0),),
)
PLANNED: Final = Barrier(
    "Simulated planned highway",
    "road",
    ((-20.0, -4.5), (25.0, -6.0)),
    (Stretch("planned highway", "trunk", -20.0, 25.0, 0.25),),
    status="planned",
)
REMOVED: Final = Barrier(
    "Simulated removed fence",
    "fence",
    ((-14.0, -25.0), (8.0, -24.0)),
    (Stretch("removed fence", "fence_livestock", -14.0, 8.0, 0.5),),
    status="removed",
)
# In a file of its own, for a scenario: no barrier of the study.
RAILWAY: Final = Barrier(
    "Simulated planned railway",
    "rail",
    ((-18.0, 6.0), (20.0, 8.5)),
    (Stretch("planned railway", "railway_fenced", -18.0, 20.0, 0.02),),
    status="planned",
)
BARRIERS: Final = (FENCE, ROAD, TRACK, SIDE_ROAD, PASTURE, PLANNED, REMOVED)
ACTING: Final = tuple(barrier for barrier in BARRIERS if barrier.status == "existing")

# An untracked neighbouring herd: only what an "expert" drew, (x, y, radius) in kilometres.
EXPERT_RANGES: Final = {"winter": (-85.0, -14.0, 5.0), "summer": (-62.0, 12.0, 6.0)}

LAND_COVER: Final = {1: "steppe", 2: "desert shrub", 3: "rock and ice", 4: "water", 5: "cropland"}


def height(line: Line, x_km: float) -> float:
    """Return y at ``x_km`` on a line ordered by x, continued flat beyond its ends.

    Examples
    --------
    >>> height(((0.0, 0.0), (2.0, 4.0)), 1.5)
    3.0
    """
    place = bisect_right(line, (x_km, np.inf))
    if place == 0:
        return line[0][1]
    if place == len(line):
        return line[-1][1]
    (x0, y0), (x1, y1) = line[place - 1], line[place]
    return y0 + (y1 - y0) * (x_km - x0) / (x1 - x0)


def along(line: Line, y_km: float) -> float:
    """Return the first coordinate at ``y_km`` on a line ordered by its second one."""
    return height(tuple((y, x) for x, y in line), y_km)


def to_degrees(points_km: Floats) -> Floats:
    """Return longitude, latitude (degrees, 7 decimals) of plane points, shape (n, 2)."""
    lon, lat = transformer(PLANE, GEOGRAPHIC).transform(points_km[:, 0], points_km[:, 1])
    return np.round(np.column_stack([lon, lat]), 7)


def land_cover(x_km: Floats, y_km: Floats) -> Bytes:
    """Return the land-cover class at plane points (any shape), by rules of distance.

    Rock away from the route and the river valley, steppe along the route, shrub in the foothills,
    water 150 m on both sides of the river sketch, cropland in two patches beside it.
    """
    y_route = np.array([y for _, y in ROUTE])
    x_route = np.array([x for x, _ in ROUTE])
    off_route = np.abs(x_km - np.interp(y_km, y_route, x_route))
    river = np.interp(x_km, [x for x, _ in RIVER], [y for _, y in RIVER])
    off_river = np.abs(y_km - river)
    ridges = np.sin(x_km / 4.3 + np.sin(y_km / 9.0)) + np.sin(y_km / 5.1 + np.cos(x_km / 11.0))
    classes = np.where(ridges > 0.8, 3, np.where(ridges > -0.6, 2, 1))
    classes = np.where((off_route < 4.0 + 0.8 * ridges) & (np.abs(y_km) < 45.0), 1, classes)
    classes = np.where((off_river < 2.5) & (classes == 3), 2, classes)
    patches = (np.hypot(x_km + 14.0, y_km + 7.0) < 2.0) | (np.hypot(x_km - 20.0, y_km - 9.5) < 2.0)
    classes = np.where(patches, 5, classes)
    classes = np.where(off_river < 0.15, 4, classes)
    return classes.astype(np.uint8)
