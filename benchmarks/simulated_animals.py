"""Simulated animals whose class and migration dates are known: the truth of two benchmarks.

Positions are a walk between ranges plus an Ornstein-Uhlenbeck process (the home range), so that
days are autocorrelated over days to weeks, as in real tracks. Fix intervals, lost fixes, gaps,
stopovers on the way and dates vary.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter

from corridors.foundation.arrays import Floats

KINDS = ("migrant", "mixed_migrant", "disperser", "resident", "nomad")


@dataclass(frozen=True)
class Animal:
    """One year of one animal: days, metres, and the first and last day of each true move."""

    kind: str
    time_d: Floats
    x_m: Floats
    y_m: Floats
    moves: tuple[tuple[float, float], ...]


def simulate(kind: str, rng: np.random.Generator) -> Animal:
    """Return an animal of ``kind``, one of :data:`KINDS`."""
    step_d = rng.choice([2, 4, 6, 12, 24]) / 24
    time = np.arange(0.0, 365.0, step_d)
    place, moves = _wander(time, rng) if kind == "nomad" else _walk(kind, time, rng)
    sd_km = rng.uniform(1.0, 3.0)
    keep = np.exp(-step_d / np.exp(rng.uniform(np.log(2.0), np.log(20.0))))
    shock = rng.normal(0, sd_km * np.sqrt(1 - keep**2), (2, time.size))
    shock[:, 0] = rng.normal(0, sd_km, 2)
    xy = (place + lfilter([1.0], [1.0, -keep], shock)) * 1000.0
    kept = rng.random(time.size) > rng.choice([0.0, 0.05, 0.3])
    if rng.random() < 0.3:
        begin = rng.uniform(20.0, 320.0)
        kept &= (time < begin) | (time > begin + rng.uniform(5.0, 20.0))
    return Animal(kind, time[kept], xy[0, kept], xy[1, kept], moves)


def _walk(
    kind: str, time: Floats, rng: np.random.Generator
) -> tuple[Floats, tuple[tuple[float, float], ...]]:
    """Return displacement along one bearing, km, and the true moves."""
    far = rng.uniform(25.0, 120.0)
    ways: list[tuple[float, float, float]] = []
    if kind != "resident":
        ways.append((rng.normal(95.0, 15.0), 0.0, far))
    if kind in ("migrant", "mixed_migrant"):
        left = 0.0 if kind == "migrant" else far * rng.uniform(0.25, 0.7)
        ways.append((rng.normal(255.0, 15.0), far, left))
    along = np.zeros(time.size)
    moves = []
    for begin, come_from, to in ways:
        # Two legs with a stopover between them, or one leg.
        leg = rng.uniform(2.0, 10.0, 2)
        stop = rng.uniform(5.0, 25.0) if rng.random() < 0.4 else 0.0
        middle = come_from + (to - come_from) * rng.uniform(0.3, 0.7)
        days = begin + np.cumsum([0.0, leg[0], stop, leg[1]])
        late = time >= begin
        along[late] = np.interp(time[late], days, [come_from, middle, middle, to])
        moves.append((float(days[0]), float(days[-1])))
    bearing = rng.uniform(0.0, 2 * np.pi)
    return np.vstack([along * np.cos(bearing), along * np.sin(bearing)]), tuple(moves)


def _wander(time: Floats, rng: np.random.Generator) -> tuple[Floats, tuple[()]]:
    """Return places of a nomad, km: stays of weeks, then 30-90 km in any direction."""
    days, places = [0.0], [np.zeros(2)]
    while days[-1] < time[-1]:
        bearing, far = rng.uniform(0.0, 2 * np.pi), rng.uniform(30.0, 90.0)
        goal = places[-1] + far * np.array([np.cos(bearing), np.sin(bearing)])
        stay = rng.uniform(5.0, 30.0)
        days += [days[-1] + stay, days[-1] + stay + rng.uniform(2.0, 8.0)]
        places += [places[-1], goal]
    way = np.array(places).T
    return np.vstack([np.interp(time, days, axis) for axis in way]), ()
