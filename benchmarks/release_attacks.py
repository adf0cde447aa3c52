"""Attackers of a release: each names places where it thinks that a single animal was.

They know what is released, and nothing of the herd but what their arguments say. Coordinates are
planar, m.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

Floats = npt.NDArray[np.float64]

NARROW_M = 300.0  # half the width of what is a thin place
NOTHING: Floats = np.empty((0, 2))


@dataclass(frozen=True)
class Shown:
    """What a release shows of a herd, planar.

    Parameters
    ----------
    layers
        Layer -> its parts; of corridors and ranges every class and season.
    classes
        Class of the corridor -> its parts.
    barriers
        Pieces of barriers, lines or cells.
    """

    layers: Mapping[str, Sequence[BaseGeometry]]
    classes: Mapping[str, Sequence[BaseGeometry]]
    barriers: Sequence[BaseGeometry] = ()

    @property
    def ground(self) -> BaseGeometry:
        """All that is shown."""
        return shapely.union_all([part for parts in self.layers.values() for part in parts])


def small_features(shown: Shown, n: int) -> Floats:
    """Return the middle of the smallest features: few animals make small ones."""
    parts = [part for own in shown.layers.values() for part in own]
    return _middles(sorted(parts, key=lambda part: (part.area, part.wkt))[:n])


def inverted_surface(shown: Shown, n: int) -> Floats:
    """Return places all over the ground of the lowest class alone: fewest animals gave it."""
    low = shapely.union_all(shown.classes.get("low", ()))
    above = [*shown.classes.get("medium", ()), *shown.classes.get("high", ())]
    return spread(low.difference(shapely.union_all(above)), n)


def thin_places(shown: Shown, n: int) -> Floats:
    """Return the middles of places where what is shown is narrow: a single way passes there."""
    ground = shown.ground
    wide = ground.buffer(-NARROW_M).buffer(1.05 * NARROW_M)
    parts = [part for part in _polygons(ground.difference(wide)) if part.area > NARROW_M**2]
    return _middles(sorted(parts, key=lambda part: (-part.area, part.wkt))[:n])


def barrier_pieces(shown: Shown, n: int) -> Floats:
    """Return the middles of the shortest pieces of barriers: few animals make short ones."""
    parts = sorted(shown.barriers, key=lambda part: (part.length, part.wkt))[:n]
    return np.array([_middle_of(part).coords[0] for part in parts]).reshape(-1, 2)


def _middle_of(part: BaseGeometry) -> BaseGeometry:
    if part.geom_type == "LineString":
        return part.interpolate(0.5, normalized=True)
    return part.representative_point()


def random_on_barriers(shown: Shown, n: int, rng: np.random.Generator) -> Floats:
    """Return places drawn evenly along the pieces of barriers, or over their cells, (n, 2)."""
    lines = [part for part in shown.barriers if part.geom_type == "LineString"]
    if not lines:
        return random_places(shapely.union_all(shown.barriers), n, rng)
    lengths = shapely.length(lines)
    chosen = rng.choice(len(lines), n, p=lengths / lengths.sum())
    points = shapely.line_interpolate_point(np.array(lines)[chosen], rng.random(n), normalized=True)
    return shapely.get_coordinates(points)


def differences(first: Shown, second: Shown, n: int) -> Floats:
    """Return the middles of what only one of two releases shows: the animal between them."""
    parts = []
    for name in first.layers:
        both = [shapely.union_all(one.layers.get(name, ())) for one in (first, second)]
        parts += _polygons(both[0].symmetric_difference(both[1]))
    real = [part for part in parts if part.area > 1.0]
    return _middles(sorted(real, key=lambda part: (-part.area, part.wkt))[:n])


def spread(shape: BaseGeometry, n: int) -> Floats:
    """Return at most so many places on an even lattice over a polygon, (n, 2).

    Examples
    --------
    >>> spread(shapely.box(0, 0, 30, 10), 3).tolist()
    [[5.0, 5.0], [15.0, 5.0], [25.0, 5.0]]
    """
    if shape.is_empty:
        return NOTHING
    step = np.sqrt(shape.area / n)
    west, south, east, north = shape.bounds
    x, y = np.meshgrid(
        np.arange(west + step / 2.0, east, step), np.arange(south + step / 2.0, north, step)
    )
    found = np.column_stack([x.ravel(), y.ravel()])
    shapely.prepare(shape)
    inside: Floats = found[shapely.contains_xy(shape, found[:, 0], found[:, 1])][:n]
    return inside


def likeness(shown: Shown, known: Floats) -> float:
    """Return how well a known piece of a track fits a release, 0 to 1.

    Parameters
    ----------
    shown
        The release.
    known
        Fixes (n, 2) of an animal that the attacker watched.
    """
    inside = [
        np.mean(shapely.contains_xy(shapely.union_all(parts), known[:, 0], known[:, 1]))
        for parts in (*shown.classes.values(), *shown.layers.values())
        if len(parts)
    ]
    return float(np.mean(inside)) if inside else 0.0


def told_apart(members: Sequence[float], others: Sequence[float]) -> float:
    """Return the chance that a member scores above another animal, ties counting half.

    Examples
    --------
    >>> told_apart([0.9, 0.8], [0.1, 0.8])
    0.875
    """
    pairs = np.subtract.outer(np.asarray(members), np.asarray(others))
    return float(np.mean((pairs > 0) + 0.5 * (pairs == 0)))


def random_places(ground: BaseGeometry, n: int, rng: np.random.Generator) -> Floats:
    """Return places drawn evenly within what is shown, (n, 2)."""
    west, south, east, north = ground.bounds
    shapely.prepare(ground)
    found = NOTHING
    while len(found) < n:
        tried = rng.uniform((west, south), (east, north), size=(4 * n + 100, 2))
        found = np.vstack([found, tried[shapely.contains_xy(ground, tried[:, 0], tried[:, 1])]])
    return found[:n]


def n_hit(sites: Floats, places: Floats, within_m: float) -> int:
    """Return how many sites have a named place within a distance, m."""
    if len(sites) == 0 or len(places) == 0:
        return 0
    apart = np.linalg.norm(sites[:, None, :] - places[None, :, :], axis=2)
    return int((apart.min(axis=1) <= within_m).sum())


def _polygons(shape: BaseGeometry) -> list[BaseGeometry]:
    parts = shapely.get_parts(shapely.get_parts([shape]))
    return [part for part in parts.tolist() if part.geom_type == "Polygon" and part.area > 0]


def _middles(parts: Sequence[BaseGeometry]) -> Floats:
    return np.array([part.representative_point().coords[0] for part in parts]).reshape(-1, 2)
