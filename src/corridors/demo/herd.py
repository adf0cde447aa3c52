"""The simulated herd: continuous paths that barriers act on, and what a collar reports of them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from corridors.demo.world import (
    ACTING,
    ROUTE,
    SIDE_ROUTE,
    SIDE_SUMMER_KM,
    SPREAD,
    SUMMER_KM,
    WINTER_KM,
    Barrier,
    Line,
    Stretch,
    along,
)
from corridors.foundation.arrays import Flags, Floats, Times

SEED: Final = 20220201
START_UTC: Final = np.datetime64("2022-02-01T00:00:00", "s")
N_DAYS: Final = 729
SEASON_DAY: Final = {"spring": 92, "autumn": 259}  # on which it begins
STEP_MIN: Final = 10
STEPS_PER_DAY: Final = 24 * 60 // STEP_MIN
STEPS_PER_FIX: Final = 4 * 60 // STEP_MIN
MOTION_VARIANCE_M2_MIN: Final = 300.0  # Brownian motion variance while migrating, per axis
LOCATION_ERROR_M: Final = 20.0  # standard deviation per axis at DOP 2
LATERAL_TAU_H: Final = 12.0  # pull back to the animal's own route
SPEED_KM_D: Final = 9.0
RANGE_SD_KM: Final = 1.8
RANGE_RADIUS_KM: Final = RANGE_SD_KM * math.sqrt(-2 * math.log(0.05))  # holds 95 %
RANGE_TAU_H: Final = 36.0
N_MIGRANTS: Final = 12
RESIDENT: Final = "SIM-13"
SIDE: Final = ("SIM-04", "SIM-09")  # summer in the side valley
DEAD: Final = "SIM-12"
DEATH_DAY: Final = 532  # July of the second year
DEAD_UNTIL_DAY: Final = 600  # the collar is fetched


@dataclass(frozen=True)
class Encounter:
    """An animal met a stretch and passed or was turned back."""

    animal: str
    step: int
    barrier: str
    stretch: str
    x_km: float
    y_km: float
    passed: bool


@dataclass(frozen=True)
class Journey:
    """One journey between ranges as it was: the continuous path at 10 minutes, shape (n, 2), km.

    The journey begins and ends inside the ranges; ``out_of_range`` are the steps of the path from
    the last one in the range it leaves to the first one in the range it reaches, where a range is
    the circle that holds 95 % of the animal's range positions.
    """

    animal: str
    season: str
    from_step: int
    path_km: Floats
    out_of_range: slice


@dataclass(frozen=True)
class Animal:
    """One simulated animal: its position at every fix hour, its journeys and encounters."""

    name: str
    role: str  # migrant, resident, mortality
    from_fix: int
    to_fix: int
    at_fix_km: Floats
    journeys: tuple[Journey, ...] = ()
    encounters: tuple[Encounter, ...] = ()


@dataclass
class _Walker:
    """An animal on its way: state of the 10-minute simulation."""

    name: str
    route: Line
    heading: float  # +1 north, -1 south
    offset: float  # own sideways shift, in units of SPREAD
    rng: np.random.Generator
    x: float
    y: float
    shift_km: float = 0.0  # added sideways after being turned back
    mode: str = "travel"
    until: int = 0
    anchor: tuple[float, float] = (0.0, 0.0)
    at: Barrier | None = None
    stand_off_km: float = 0.05
    retreat_km: float = 0.0
    failures: int = 0
    behind: set[str] = field(default_factory=set)
    encounters: list[Encounter] = field(default_factory=list)


_NOISE_KM = math.sqrt(MOTION_VARIANCE_M2_MIN * STEP_MIN) / 1000
_GAP_SD_KM = 0.2
_PULL = STEP_MIN / 60 / LATERAL_TAU_H
_SPEED = SPEED_KM_D / STEPS_PER_DAY


def _target_x(walker: _Walker, y: float) -> float:
    return along(walker.route, y) + walker.offset * along(SPREAD, y) + walker.shift_km


def _hours(walker: _Walker, span: tuple[float, float]) -> int:
    return round(walker.rng.uniform(*span) * 60 / STEP_MIN)


def _travel(walker: _Walker, noise: Floats) -> tuple[float, float]:
    y = walker.y + walker.heading * _SPEED + noise[1]
    drift = _target_x(walker, walker.y + walker.heading * _SPEED) - _target_x(walker, walker.y)
    x = walker.x + drift + _PULL * (_target_x(walker, walker.y) - walker.x) + noise[0]
    return x, y


def _stay(walker: _Walker, noise: Floats) -> tuple[float, float]:
    pull = STEP_MIN / 60 / 6.0
    x = walker.x + pull * (walker.anchor[0] - walker.x) + noise[0]
    y = walker.y + pull * (walker.anchor[1] - walker.y) + noise[1]
    if walker.at is not None:  # a retreating animal does not cross what turned it back
        gap = (y - walker.at.y_km(x)) * walker.heading
        if gap > -0.1:
            y -= walker.heading * (gap + 0.1)
    return x, y


def _dwell(walker: _Walker, noise: Floats) -> tuple[float, float]:
    """Walk up and down along the barrier, 15 to 90 m from it, near where it was met."""
    barrier = walker.at
    if barrier is None:
        return walker.x, walker.y
    x = walker.x + 0.15 * (walker.anchor[0] - walker.x) + 0.7 * noise[0]
    walker.stand_off_km = min(0.09, max(0.015, walker.stand_off_km + 0.3 * noise[1]))
    return x, barrier.y_km(x) - walker.heading * walker.stand_off_km


def _meet(walker: _Walker, step: int, x: float, y: float) -> tuple[float, float]:
    """Let barriers act on a travelling animal's step to (x, y)."""
    for barrier in ACTING:
        before = (walker.y - barrier.y_km(walker.x)) * walker.heading
        after = (y - barrier.y_km(x)) * walker.heading
        if barrier.name in walker.behind:
            if after < 0:  # noise must not carry it back
                y -= 2 * walker.heading * after
            continue
        if before < 0 <= after:
            share = before / (before - after)
            meet_x = walker.x + share * (x - walker.x)
            stretch = barrier.stretch_at(meet_x)
            if stretch is None or _passes(walker, step, barrier, stretch, meet_x):
                walker.behind.add(barrier.name)
                walker.failures, walker.shift_km = 0, 0.0
                continue
            walker.mode, walker.at = "dwell", barrier
            walker.until = step + _hours(walker, barrier.dwell_h)
            walker.anchor = (meet_x, barrier.y_km(meet_x))
            walker.retreat_km = walker.rng.uniform(*barrier.retreat_km)
            return meet_x, barrier.y_km(meet_x) - walker.heading * walker.stand_off_km
    return x, y


def _passes(walker: _Walker, step: int, barrier: Barrier, stretch: Stretch, meet_x: float) -> bool:
    passed = bool(walker.rng.random() < stretch.permeability)
    y = barrier.y_km(meet_x)
    walker.encounters.append(
        Encounter(walker.name, step, barrier.name, stretch.name, meet_x, y, passed)
    )
    walker.failures += not passed
    return passed


def _change_mode(walker: _Walker, step: int) -> None:
    """End a stay: from the barrier to a retreat, from a retreat back to the journey."""
    if walker.mode == "dwell" and walker.at is not None:
        spread = walker.at.shift_km * (1.0 if walker.failures < 4 else 2.0)
        aim = walker.anchor[0] + walker.rng.normal(0.0, spread)
        if walker.rng.random() < walker.at.leaves_frac:
            aim = walker.at.gap_x_km + walker.rng.normal(0.0, _GAP_SD_KM)
        y = walker.at.y_km(aim)
        walker.shift_km += aim - _target_x(walker, y)
        walker.anchor = (aim, y - walker.heading * walker.retreat_km)
        walker.mode, walker.until = "retreat", step + _hours(walker, walker.at.retreat_h)
    else:
        walker.mode, walker.at = "travel", None


def _migrate(walker: _Walker, from_step: int, to_y: float, rests: tuple[float, ...]) -> Floats:
    """Return the path (n, 2), km, every 10 minutes until ``to_y`` is reached, at a fix hour."""
    path = []
    step = from_step
    left = sorted(rests, key=lambda y: y * walker.heading)
    while True:
        noise = walker.rng.standard_normal(2) * _NOISE_KM
        if walker.mode != "travel" and step >= walker.until:
            _change_mode(walker, step)
        if walker.mode == "travel":
            walker.x, walker.y = _meet(walker, step, *_travel(walker, noise))
            if left and (walker.y - left[0]) * walker.heading > 0:
                left.pop(0)
                walker.mode, walker.until = "rest", step + _hours(walker, (24.0, 60.0))
                walker.anchor = (walker.x, walker.y)
        elif walker.mode == "dwell":
            walker.x, walker.y = _dwell(walker, noise)
        else:
            walker.x, walker.y = _stay(walker, noise)
        path.append((walker.x, walker.y))
        step += 1
        arrived = (walker.y - to_y) * walker.heading > 0
        if arrived and step % STEPS_PER_FIX == 0:
            return np.array(path)


def _between(path: Floats, origin: Floats, target: Floats) -> slice:
    """Return the steps from the last one in the range of origin to the first one in target's."""
    left = np.flatnonzero(np.hypot(*(path - origin).T) <= RANGE_RADIUS_KM)
    arrived = np.flatnonzero(np.hypot(*(path - target).T) <= RANGE_RADIUS_KM)
    return slice(
        int(left[-1]) if left.size else 0, int(arrived[0]) + 1 if arrived.size else len(path)
    )


def _range_stay(
    rng: np.random.Generator, start: tuple[float, float], centre: Floats, n_fixes: int
) -> Floats:
    """Return an Ornstein-Uhlenbeck path (n_fixes, 2) at fix hours around ``centre``, km."""
    keep = math.exp(-4.0 / RANGE_TAU_H)
    noise = rng.standard_normal((n_fixes, 2)) * RANGE_SD_KM * math.sqrt(1 - keep**2)
    path = np.empty((n_fixes, 2))
    place = np.array(start) - centre
    for i in range(n_fixes):
        place = keep * place + noise[i]
        path[i] = place
    return path + centre


def _migrant(name: str, seed: np.random.SeedSequence) -> Animal:
    rng = np.random.default_rng(seed)
    fixes_a_day = STEPS_PER_DAY // STEPS_PER_FIX
    winter = np.array(WINTER_KM) + rng.normal(0, 1.5, 2)
    is_aside = name in SIDE
    summer = np.array(SIDE_SUMMER_KM if is_aside else SUMMER_KM) + rng.normal(0, 1.5, 2)
    offset = float(np.clip(rng.normal(), -2, 2)) * (0.3 if is_aside else 1.0)
    from_fix = int(rng.integers(0, 8 * fixes_a_day))
    n_total = N_DAYS * fixes_a_day
    at_fix = np.full((n_total, 2), np.nan)
    journeys: list[Journey] = []
    encounters: list[Encounter] = []
    place = (float(winter[0]), float(winter[1]))
    now = 0
    for year in (0, 1):
        for season, day, centre, other, heading in (
            ("spring", SEASON_DAY["spring"] + rng.normal(0, 4), winter, summer, 1.0),
            ("autumn", SEASON_DAY["autumn"] + rng.normal(0, 5), summer, winter, -1.0),
        ):
            leave = round((365 * year + day) * fixes_a_day)
            stay = _range_stay(rng, place, centre, leave - now)
            at_fix[now:leave] = stay
            walker = _Walker(
                name,
                SIDE_ROUTE if is_aside else ROUTE,
                heading,
                offset + rng.normal(0, 0.35),
                rng,
                float(stay[-1, 0]),
                float(stay[-1, 1]),
            )
            rests = (-17.0 + rng.normal(0, 0.7), 15.0 + rng.normal(0, 0.7))
            path = _migrate(walker, leave * STEPS_PER_FIX, float(other[1]) - heading, rests)
            between = _between(path, centre, other)
            journeys.append(Journey(name, season, leave * STEPS_PER_FIX, path, between))
            encounters += walker.encounters
            now = leave + len(path) // STEPS_PER_FIX
            # Position at a fix hour is the last 10-minute step before it.
            at_fix[leave:now] = path[STEPS_PER_FIX - 1 :: STEPS_PER_FIX]
            place = (walker.x, walker.y)
    at_fix[now:] = _range_stay(rng, place, winter, n_total - now)
    if name != DEAD:
        return Animal(
            name, "migrant", from_fix, n_total, at_fix, tuple(journeys), tuple(encounters)
        )
    death = DEATH_DAY * fixes_a_day
    at_fix[death:] = at_fix[death]
    alive = [j for j in journeys if j.from_step < death * STEPS_PER_FIX]
    met = [e for e in encounters if e.step < death * STEPS_PER_FIX]
    to_fix = DEAD_UNTIL_DAY * fixes_a_day
    return Animal(name, "mortality", from_fix, to_fix, at_fix, tuple(alive), tuple(met))


def simulate(*, seed: int) -> tuple[Animal, ...]:
    """Simulate the herd: a dozen migrants, one of which dies, and a resident.

    Parameters
    ----------
    seed
        Every animal draws from its own child of this seed, so the herd is the same everywhere.

    Returns
    -------
    tuple of Animal
        Positions in plane kilometres of :mod:`corridors.demo.world`.

    Notes
    -----
    In a range: Ornstein-Uhlenbeck, SD 1.8 km, time constant 36 h. On the way, every 10 minutes:
    drift along the animal's own line, pull back to it (12 h) and Brownian motion of variance
    300 m2/min per axis. At a stretch with permeability pi an attempt passes with probability pi;
    otherwise the animal stays near it for hours, retreats, and tries again some way along it.
    """
    seeds = np.random.SeedSequence(seed).spawn(N_MIGRANTS + 1)
    herd = [_migrant(f"SIM-{i + 1:02d}", seeds[i]) for i in range(N_MIGRANTS)]
    rng = np.random.default_rng(seeds[-1])
    n_total = N_DAYS * STEPS_PER_DAY // STEPS_PER_FIX
    stay = _range_stay(rng, WINTER_KM, np.array(WINTER_KM), n_total)
    herd.append(Animal(RESIDENT, "resident", 6, n_total, stay))
    return tuple(herd)


@dataclass(frozen=True)
class Report:
    """What one collar sent, one row per attempted fix, in order of sending."""

    animal: str
    time_utc: Times
    xy_km: Floats  # NaN where there was no fix
    dop: Floats  # NaN where there was no fix
    is_marked: Flags  # the vendor's outlier mark


def observe(animal: Animal, *, seed: int) -> Report:
    """Return what the animal's collar reports: errors, gaps, spikes, duplicates, no-fix rows."""
    number = int(animal.name[-2:])
    rng = np.random.default_rng(np.random.SeedSequence([seed, number]))
    index = np.arange(animal.from_fix, animal.to_fix)
    n = len(index)
    # Position k of at_fix is where the animal is at the end of 4-hour step k.
    seconds = (index + 1) * STEPS_PER_FIX * STEP_MIN * 60 + rng.integers(5, 56, n)
    dop = np.round(1.0 + rng.gamma(2.0, 0.7, n), 1)
    poor = rng.random(n) < 0.004
    dop[poor] = np.round(rng.uniform(11.0, 25.0, poor.sum()), 1)
    error_km = LOCATION_ERROR_M * (0.75 + 0.125 * dop) / 1000
    if animal.role == "mortality":  # a collar lying still on open ground
        error_km = np.where(index > DEATH_DAY * 6, 0.3 * error_km, error_km)
    xy = animal.at_fix_km[index] + rng.standard_normal((n, 2)) * error_km[:, None]
    spike = rng.random(n) < 0.002
    angle = rng.uniform(0, 2 * np.pi, n)
    reach = rng.uniform(25.0, 60.0, n)
    jump = np.column_stack([np.cos(angle), np.sin(angle)]) * reach[:, None]
    xy[spike] += jump[spike]
    marked = spike & (rng.random(n) < 0.2)
    lost = rng.random(n) < 0.015
    xy[lost], dop[lost] = np.nan, np.nan
    keep = rng.random(n) > 0.02
    for _ in range(3):  # longer gaps, a half to two days
        first = int(rng.integers(0, n - 12))
        keep[first : first + int(rng.integers(3, 13))] = False
    order = np.flatnonzero(keep)
    again = order[rng.random(len(order)) < 0.002]
    order = np.sort(np.concatenate([order, again]))
    is_second = np.concatenate([[False], order[1:] == order[:-1]])
    shift = rng.standard_normal((len(order), 2)) * 0.03
    xy_sent = xy[order] + np.where(is_second[:, None], shift, 0.0)
    dop_sent = np.where(is_second, np.round(dop[order] + 1.5, 1), dop[order])
    times = START_UTC + seconds[order].astype("timedelta64[s]")
    return Report(animal.name, times, xy_sent, dop_sent, marked[order] & ~is_second)
