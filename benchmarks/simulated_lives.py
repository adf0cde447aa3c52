"""Simulated lives that are no textbook migration, whose moves are known.

Places between which an animal walks, plus an Ornstein-Uhlenbeck process (the home range), as in
:mod:`benchmarks.simulated_animals`; days count from the start of a biological year.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter

from benchmarks.simulated_animals import simulate
from corridors.foundation.arrays import Floats

YEAR_D = 365.0
# Least distance, km, that counts as a migration of lives in the mountains: a species' own.
HIGH_MIN_KM = 2.0


@dataclass(frozen=True)
class Life:
    """One animal: days since the start of its first biological year, metres, and its true moves.

    Parameters
    ----------
    kind
        One of :data:`KINDS`.
    time_d, x_m, y_m
        Fixes, days and metres, shape (n,).
    moves
        First and last day of each migration; of a life that does not migrate, none.
    min_distance_km
        That the configuration states for the species.
    """

    kind: str
    time_d: Floats
    x_m: Floats
    y_m: Floats
    moves: tuple[tuple[float, float], ...]
    min_distance_km: float = 10.0


def life(kind: str, seed: int) -> Life:
    """Return the life of ``kind`` that belongs to a seed."""
    return KINDS[kind](kind, np.random.default_rng([*kind.encode(), seed]))


def _known(kind: str, rng: np.random.Generator) -> Life:
    """Return one of the five classes of :mod:`benchmarks.simulated_animals`."""
    animal = simulate(kind, rng)
    # A disperser's move in a complete year is no migration: it has no return.
    moves = () if kind == "disperser" else animal.moves
    return Life(kind, animal.time_d, animal.x_m, animal.y_m, moves)


def _far(rng: np.random.Generator, low: float = 25.0, high: float = 120.0) -> Floats:
    """Return a place so many km from home, in any direction."""
    bearing, km = rng.uniform(0, 2 * np.pi), rng.uniform(low, high)
    return np.array([np.cos(bearing), np.sin(bearing)]) * km


def _walked(
    kind: str,
    rng: np.random.Generator,
    ways: list[tuple[float, float, Floats]],
    *,
    days: float = YEAR_D,
    first_d: float = 0.0,
    sd_km: tuple[float, float] = (1.0, 3.0),
    are_migrations: bool = True,
    min_distance_km: float = 10.0,
) -> Life:
    """Return an animal that begins at home and walks the ways: first day, last day, place (km)."""
    step_d = rng.choice([2, 4, 6, 12, 24]) / 24
    time = np.arange(0.0, days, step_d)
    edges, places = [0.0], [np.zeros(2)]
    for begin, end, goal in ways:
        edges += [begin, end]
        places += [places[-1], goal]
    way = np.array(places).T
    sd = rng.uniform(*sd_km)
    keep = np.exp(-step_d / np.exp(rng.uniform(np.log(2.0), np.log(20.0))))
    shock = rng.normal(0, sd * np.sqrt(1 - keep**2), (2, time.size))
    shock[:, 0] = rng.normal(0, sd, 2)
    xy = np.vstack([np.interp(time, edges, axis) for axis in way])
    xy = (xy + lfilter([1.0], [1.0, -keep], shock)) * 1000.0
    kept = (time >= first_d) & (rng.random(time.size) > rng.choice([0.0, 0.05, 0.3]))
    moves = tuple((a, b) for a, b, _ in ways if b > first_d and a < days) if are_migrations else ()
    return Life(kind, time[kept], xy[0, kept], xy[1, kept], moves, min_distance_km)


def _leg(rng: np.random.Generator) -> float:
    return float(rng.uniform(3.0, 12.0))


def _two_cycles(kind: str, rng: np.random.Generator) -> Life:
    """Bimodal rains: out and back twice, to the same place or to two."""
    one = _far(rng)
    two = one if rng.random() < 0.5 else _far(rng)
    ways = []
    for centre, goal in ((45, one), (125, 0 * one), (215, two), (300, 0 * one)):
        begin = centre + rng.uniform(-10, 10)
        ways.append((begin, begin + _leg(rng), goal))
    return _walked(kind, rng, ways)


def _short_stay(kind: str, rng: np.random.Generator) -> Life:
    begin, goal = rng.uniform(60, 250), _far(rng)
    came = begin + _leg(rng)
    left = came + 20.0
    return _walked(kind, rng, [(begin, came, goal), (left, left + _leg(rng), 0 * goal)])


def _gradual(kind: str, rng: np.random.Generator) -> Life:
    goal, out, back = _far(rng), rng.normal(75.0, 10.0), rng.normal(230.0, 10.0)
    return _walked(kind, rng, [(out, out + 60.0, goal), (back, back + 60.0, 0 * goal)])


def _altitudinal(kind: str, rng: np.random.Generator) -> Life:
    goal, out, back = _far(rng, 3.0, 8.0), rng.normal(95.0, 15.0), rng.normal(255.0, 15.0)
    ways = [(out, out + rng.uniform(1, 5), goal), (back, back + rng.uniform(1, 5), 0 * goal)]
    return _walked(kind, rng, ways, sd_km=(0.2, 0.6), min_distance_km=HIGH_MIN_KM)


def _high_resident(kind: str, rng: np.random.Generator) -> Life:
    return _walked(kind, rng, [], sd_km=(0.2, 0.6), min_distance_km=HIGH_MIN_KM)


def _excursion(kind: str, rng: np.random.Generator) -> Life:
    """Return a resident that was away once, for 2 to 10 days at a place 15 to 80 km from home."""
    begin, goal = rng.uniform(30, 320), _far(rng, 15.0, 80.0)
    came = begin + rng.uniform(1, 4)
    left = came + rng.uniform(2, 10)
    ways = [(begin, came, goal), (left, left + rng.uniform(1, 4), 0 * goal)]
    return _walked(kind, rng, ways, are_migrations=False)


def _partial(kind: str, rng: np.random.Generator) -> Life:
    """Return a migrant tracked from its far range on, or until its far range."""
    goal, out, back = _far(rng), rng.normal(95.0, 10.0), rng.normal(255.0, 10.0)
    ways = [(out, out + _leg(rng), goal), (back, back + _leg(rng), 0 * goal)]
    first, days = (rng.uniform(130, 190), YEAR_D) if rng.random() < 0.5 else (0.0, 210.0)
    return _walked(kind, rng, ways, days=days, first_d=first)


def _over_the_border(kind: str, rng: np.random.Generator) -> Life:
    """Two years whose border lies in the middle of the stay in the far range."""
    goal, ways = _far(rng), []
    for year in (0, 1):
        out, back = (YEAR_D * year + rng.normal(at, 8.0) for at in (300.0, 430.0))
        ways += [(out, out + _leg(rng), goal), (back, back + _leg(rng), 0 * goal)]
    return _walked(kind, rng, ways[:3], days=2 * YEAR_D)


def _thin_edge(kind: str, rng: np.random.Generator) -> Life:
    """Return a migrant with a fix in four days until day 90; it leaves in these days."""
    goal, out, back = _far(rng), rng.uniform(40.0, 60.0), rng.normal(255.0, 10.0)
    whole = _walked(kind, rng, [(out, out + _leg(rng), goal), (back, back + _leg(rng), 0 * goal)])
    day = np.floor(whole.time_d)
    first_of_day = np.append(True, np.diff(day) > 0)
    kept = (day >= 90) | ((day % 4 == 0) & first_of_day)
    return Life(kind, whole.time_d[kept], whole.x_m[kept], whole.y_m[kept], whole.moves)


def _slow_nomad(kind: str, rng: np.random.Generator) -> Life:
    """Stays of 20 to 60 days, each 30 to 90 km from the one before, in any direction."""
    ways, day, place = [], 0.0, np.zeros(2)
    while (day := day + rng.uniform(20.0, 60.0)) < YEAR_D:
        place = place + _far(rng, 30.0, 90.0)
        ways.append((day, day + _leg(rng), place))
        day = ways[-1][1]
    return _walked(kind, rng, ways, are_migrations=False)


def _rover(kind: str, rng: np.random.Generator) -> Life:
    """No stays at all: a random walk of 2 to 5 km a day per axis."""
    time = np.arange(0.0, YEAR_D, 0.25)
    steps = rng.normal(0, rng.uniform(2.0, 5.0) * 0.5, (2, time.size))
    return Life(kind, time, *np.cumsum(steps, axis=1) * 1000.0, ())


def _wide_resident(kind: str, rng: np.random.Generator) -> Life:
    """Return an animal with a range so wide that weeks are spent in parts of it."""
    return _walked(kind, rng, [], sd_km=(3.0, 6.0))


KINDS: dict[str, Callable[[str, np.random.Generator], Life]] = {
    "migrant": _known,
    "mixed_migrant": _known,
    "two_cycles": _two_cycles,
    "short_stay": _short_stay,
    "gradual": _gradual,
    "altitudinal": _altitudinal,
    "partial": _partial,
    "over_the_border": _over_the_border,
    "thin_edge": _thin_edge,
    "disperser": _known,
    "excursion": _excursion,
    "resident": _known,
    "high_resident": _high_resident,
    "wide_resident": _wide_resident,
    "nomad": _known,
    "slow_nomad": _slow_nomad,
    "rover": _rover,
}
