"""Simulated herds among fences whose harm is known: every fence has a free twin.

Animals live in a winter and a summer range and move between them past fences that stop everybody
(complete), some (half) or nobody (harmless). Each random number is a hash of seed, animal, time and
purpose, so opening one fence changes nothing but what this fence did: the passages through a fence
that is open, less those through it as it stands, are what it really costs, and a harmless line
costs exactly 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from numba import njit

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
Rules = tuple[Floats, Floats, npt.NDArray[np.bool_]]  # fences, chance to pass, asked anew each day

STEP_MIN = 15
DAY = 24 * 60 // STEP_MIN
YEAR = 365 * DAY
KINDS = ("complete", "half", "harmless")
STATES = ("winter", "spring", "summer", "autumn")
ROUTE_M = 100_000.0
ERROR_M = 15.0
_NEAR_TARGET_M = 1500.0
_NONE = -1


@dataclass(frozen=True)
class Setting:
    """What the herds of one kind of world have in common.

    Parameters
    ----------
    name
        Shown in tables.
    n_units
        Fewest and most independent animals or groups that are tracked.
    group_size
        Animals of a group carry a collar each and walk the same way.
    years
        Fewest and most whole years that each is tracked.
    is_dominated
        One animal comes from the middle of the corridor and is tracked for years, the others
        for one.
    is_cut
        Only migrations are tracked.
    fence_km
        Shortest and longest fence across the way, km.
    """

    name: str
    n_units: tuple[int, int] = (12, 20)
    group_size: int = 1
    years: tuple[int, int] = (1, 2)
    is_dominated: bool = False
    is_cut: bool = False
    fence_km: tuple[float, float] = (3.0, 9.0)


@dataclass(frozen=True)
class World:
    """One herd: its fences, its tracks, and what each fence really costs.

    Parameters
    ----------
    ends_m
        The fences, ``x0, y0, x1, y1``, shape (n, 4).
    kind
        One of :data:`KINDS` for each fence.
    missing
        Passages per animal and year that would happen in migrations if this fence alone were open,
        less those that do, shape (n,).
    missing_all
        The same in the whole year.
    free
        Passages per animal and year in migrations if the fence alone were open, shape (n,).
    fixes
        ``animal, time_utc, x_m, y_m, burst`` every :data:`STEP_MIN` minutes, without error.
    windows
        MIGRATIONS: ``migration, animal, season, part, start_utc, end_utc``.
    unit
        Animal -> name of the animal or group that it belongs to.
    """

    ends_m: Floats
    kind: npt.NDArray[np.object_]
    missing: Floats
    missing_all: Floats
    free: Floats
    fixes: pd.DataFrame
    windows: pd.DataFrame
    unit: dict[str, str]


def world(setting: Setting, seed: int, *, n_population: int) -> World:
    """Return the world of one seed; ``n_population`` animals tell the truth."""
    rng = np.random.default_rng([seed, 7])
    ends, kind = _fences(rng, setting)
    chance = np.array([{"complete": 0.0, "half": 0.5, "harmless": 1.0}[k] for k in kind])
    # A half fence asks anew each day, or once in a migration.
    is_daily = rng.random(len(kind)) < 0.5
    lives = _animals(rng, n_population)
    key, n = np.uint64(seed), len(kind)
    rules = (ends, chance, is_daily)
    everyone = np.arange(n_population)
    base = _herd(key, lives, everyone, 1, rules)
    missing, missing_all = np.zeros(n), np.zeros(n)
    free = _passages(base.crossings, n)[0]
    for fence in np.flatnonzero(chance < 1.0):
        # An animal that the fence never turned back lives the same life without it.
        turned = np.flatnonzero(base.is_turned[:, fence])
        if not turned.size:
            continue
        there = _passages(_herd(key, lives, turned, 1, rules, opened=fence).crossings, n)
        own = base.crossings[np.isin(base.crossings[:, 0], turned)]
        here = _passages(own, n)
        missing[fence] = there[0][fence] - here[0][fence]
        missing_all[fence] = there[1][fence] - here[1][fence]
    free += missing
    fixes, windows, unit = _tracked(rng, setting, key, lives, rules)
    return World(
        ends, kind, missing / n_population, missing_all / n_population, free / n_population,
        fixes, windows, unit,
    )  # fmt: skip


def thinned(fixes: pd.DataFrame, *, interval_h: float, error_m: float, seed: int) -> pd.DataFrame:
    """Return the fixes at ``interval_h`` with ``error_m`` per axis; one in twenty is lost."""
    rng = np.random.default_rng([seed, 11])
    every = round(interval_h * 60 / STEP_MIN)
    number = (fixes["time_utc"].astype("int64") // (STEP_MIN * 60_000_000)).to_numpy()
    kept = fixes[number % every == 0]
    kept = kept[rng.random(len(kept)) > 0.05].reset_index(drop=True)
    noise = rng.normal(0.0, error_m, (2, len(kept))) if error_m > 0 else np.zeros((2, len(kept)))
    return kept.assign(x_m=kept["x_m"] + noise[0], y_m=kept["y_m"] + noise[1])


def _fences(rng: np.random.Generator, setting: Setting) -> tuple[Floats, npt.NDArray[np.object_]]:
    """Return twelve fences across or along the way, and two in each range."""
    kind = np.array(list(KINDS) * 4 + ["complete", "harmless"] * 2, dtype=object)
    way = rng.permutation(12)
    y = np.empty(16)
    y[way] = 9000.0 + 7200.0 * np.arange(12) + rng.uniform(-1500, 1500, 12)
    y[12:] = [-1500.0, 1500.0, ROUTE_M - 1500.0, ROUTE_M + 1500.0]
    x = rng.normal(0.0, 1500.0, 16)
    length = 1000.0 * rng.uniform(*setting.fence_km, 16)
    length[12:] = rng.uniform(1500.0, 3000.0, 4)
    turn = rng.normal(0.0, np.radians(20.0), 16)
    turn[rng.integers(0, 12, 2)] += np.pi / 2  # two along the way
    turn[12:] = rng.uniform(0.0, np.pi, 4)
    half = 0.5 * length[:, None] * np.column_stack([np.cos(turn), np.sin(turn)])
    centre = np.column_stack([x, y])
    return np.hstack([centre - half, centre + half]), kind


def _animals(rng: np.random.Generator, n: int) -> Floats:
    """Return winter x, y, summer x, y, offset of the way, and two dates of each animal."""
    return np.column_stack(
        [
            rng.normal(0.0, 1800.0, n), rng.normal(0.0, 1200.0, n),
            rng.normal(0.0, 1800.0, n), ROUTE_M + rng.normal(0.0, 1200.0, n),
            rng.normal(0.0, 1500.0, n),
            rng.normal(100.0, 8.0, n), rng.normal(275.0, 8.0, n),
        ]
    )  # fmt: skip


def _tracked(
    rng: np.random.Generator,
    setting: Setting,
    key: np.uint64,
    lives: Floats,
    rules: Rules,
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, str]]:
    """Return the fixes and windows of some animals, and whose company each keeps."""
    n_units = int(rng.integers(setting.n_units[0], setting.n_units[1] + 1))
    years = rng.integers(setting.years[0], setting.years[1] + 1, n_units)
    if setting.is_dominated:
        years[:] = 1
        years[0] = 4
    fixes, windows, unit = [], [], {}
    first = pd.Timestamp("2018-02-01", tz="UTC")
    for number, n_years in enumerate(years):
        life = _herd(key, lives, np.array([number]), int(n_years), rules, keeps_way=True)
        xy, state = life.xy_m, life.state
        for member in range(setting.group_size):
            name = f"a{number:02d}" + ("" if setting.group_size == 1 else f"-{member}")
            unit[name] = f"u{number:02d}"
            late = int(rng.integers(0, 5)) if setting.group_size > 1 else 0
            x, y = (np.concatenate([np.full(late, v[0]), v[: len(v) - late]]) for v in xy[0])
            s = state[0]
            s = np.concatenate([np.full(late, s[0]), s[: len(s) - late]])
            time = first + pd.to_timedelta(np.arange(len(x)) * STEP_MIN, unit="min")
            own = pd.DataFrame({"animal": name, "time_utc": time, "x_m": x, "y_m": y, "burst": 0})
            edge = np.flatnonzero(np.diff(s, prepend=-1))
            last = np.append(edge[1:], len(s)) - 1
            parts = pd.DataFrame(
                {
                    "migration": [f"{name}-{k}" for k in range(len(edge))],
                    "animal": name,
                    "season": [STATES[k] for k in s[edge]],
                    "part": ["migration" if k % 2 else "range" for k in s[edge]],
                    "start_utc": time[edge],
                    "end_utc": time[last],
                }
            )
            # One that turned back did not set out again: that is no migration.
            long = parts["end_utc"] - parts["start_utc"] > pd.Timedelta(days=1)
            parts = parts[long | (parts["part"] == "range")]
            if setting.is_cut:
                parts = parts[parts["part"] == "migration"]
                burst = np.cumsum(np.diff(s, prepend=s[0]) != 0)
                own = own.assign(burst=burst)[s % 2 == 1]
            fixes.append(own)
            windows.append(parts)
    out = pd.concat(fixes, ignore_index=True)
    out["time_utc"] = out["time_utc"].dt.as_unit("us")
    table = pd.concat(windows, ignore_index=True)
    for name in ("start_utc", "end_utc"):
        table[name] = table[name].dt.as_unit("us")
    return out, table, unit


@dataclass(frozen=True)
class _Lives:
    """Positions and states (where they are kept), crossings, and who was turned back where."""

    xy_m: Floats
    state: npt.NDArray[np.int8]
    crossings: Indices  # animal, fence, time, direction, state
    is_turned: npt.NDArray[np.bool_]


def _herd(
    key: np.uint64,
    lives: Floats,
    animals: Indices,
    n_years: int,
    rules: Rules,
    *,
    opened: int = _NONE,
    keeps_way: bool = False,
) -> _Lives:
    n, n_steps = len(animals), n_years * YEAR
    xy = np.empty((n if keeps_way else 1, 2, n_steps))
    state = np.empty((n if keeps_way else 1, n_steps), np.int8)
    is_turned = np.zeros((n, len(rules[1])), bool)
    room = np.empty((200_000, 4), np.int64)
    parts = []
    for row, animal in enumerate(animals):
        kept = row if keeps_way else 0
        m = _live(
            key, animal, lives[animal], rules, opened, xy[kept], state[kept], room, is_turned[row]
        )
        parts.append(np.column_stack([np.full(m, animal), room[:m]]))
    return _Lives(xy, state, np.vstack(parts), is_turned)


def _passages(crossings: Indices, n: int) -> tuple[Floats, Floats]:
    """Return net passages of each fence, in migrations and in all.

    In a migration the crossings of one animal are netted; in a range those less than a day apart.
    """
    if not len(crossings):
        return np.zeros(n), np.zeros(n)
    animal, fence, time, sign, state = crossings[
        np.lexsort((crossings[:, 2], crossings[:, 1], crossings[:, 0]))
    ].T
    season = time // YEAR * 4 + state
    new = np.ones(len(animal), bool)
    same = (animal[1:] == animal[:-1]) & (fence[1:] == fence[:-1]) & (season[1:] == season[:-1])
    near = (time[1:] - time[:-1] <= DAY) | (state[1:] % 2 == 1)
    new[1:] = ~(same & near)
    net = np.abs(np.bincount(np.cumsum(new) - 1, weights=sign))
    of, moving = fence[new], state[new] % 2 == 1
    return (
        np.bincount(of[moving], weights=net[moving], minlength=n),
        np.bincount(of, weights=net, minlength=n),
    )


@njit(cache=True, nogil=True)
def _chance(key: np.uint64, animal: int, time: int, purpose: int) -> float:
    """Return a number 0...1 that depends on nothing but its arguments."""
    z = key * np.uint64(0x9E3779B97F4A7C15) + np.uint64(animal) * np.uint64(0xBF58476D1CE4E5B9)
    z += np.uint64(time) * np.uint64(0x94D049BB133111EB) + np.uint64(purpose) * np.uint64(
        0xD6E8FEB86659FD93
    )
    for _ in range(2):
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (float(z >> np.uint64(11)) + 0.5) / 9007199254740992.0


@njit(cache=True, nogil=True)
def _normal(key: np.uint64, animal: int, time: int, purpose: int) -> float:
    u, v = _chance(key, animal, time, purpose), _chance(key, animal, time, purpose + 1)
    return math.sqrt(-2.0 * math.log(u)) * math.cos(2.0 * math.pi * v)


@njit(cache=True, nogil=True)
def _side(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> float:
    return (bx - ax) * (py - ay) - (by - ay) * (px - ax)


@njit(cache=True, nogil=True)
def _beside(ends: Floats, f: int, x: float, y: float) -> float:
    return _side(ends[f, 0], ends[f, 1], ends[f, 2], ends[f, 3], x, y)


@njit(cache=True, nogil=True)
def _through(ends: Floats, f: int, x: float, y: float, qx: float, qy: float) -> int:
    """Return 1 or -1 where the step goes through fence f to its left or right, else 0."""
    one, two = _beside(ends, f, x, y), _beside(ends, f, qx, qy)
    if (one > 0) == (two > 0):
        return 0
    three = _side(x, y, qx, qy, ends[f, 0], ends[f, 1])
    four = _side(x, y, qx, qy, ends[f, 2], ends[f, 3])
    if (three > 0) == (four > 0):
        return 0
    return 1 if two > 0 else -1


@njit(cache=True, nogil=True)
def _blocking(who, time, step, rules, opened):  # type: ignore[no-untyped-def]
    """Return the last fence that turns the animal back on this step, or -1."""
    (key, animal), (t, season), (x, y, qx, qy) = who, time, step
    ends, chance, is_daily = rules
    blocked = -1
    for f in range(len(chance)):
        if f == opened or chance[f] >= 1.0 or _through(ends, f, x, y, qx, qy) == 0:
            continue
        asked = t // DAY if is_daily[f] else season
        if chance[f] <= 0.0 or _chance(key, animal, asked, 1000 + f) >= chance[f]:
            blocked = f
    return blocked


@njit(cache=True, nogil=True)
def _next_state(who, time, dates, life, place, now):  # type: ignore[no-untyped-def]
    """Return state, mode, when it was first turned back, and home: migrations begin and end."""
    (key, animal), (t, day, year), (leave, back) = who, time, dates
    state, _, held, home_x, home_y = now
    winter_x, winter_y, summer_x, summer_y = life[0], life[1], life[2], life[3]
    x, y = place
    if state == 0 and leave <= day < back - 60.0:
        return 1, 0, -1, home_x, home_y
    if state == 2 and day >= back:
        return 3, 0, -1, home_x, home_y
    if state in (0, 2):
        return now
    goal_x, goal_y = (summer_x, summer_y) if state == 1 else (winter_x, winter_y)
    late = day > leave + 70.0 if state == 1 else day > back + 70.0
    season = 4 * year + state
    patience = 15.0 + 35.0 * _chance(key, animal, season, 24)
    after = 2 if state == 1 else 0
    if math.hypot(goal_x - x, goal_y - y) < _NEAR_TARGET_M:
        return after, 0, held, goal_x, goal_y
    if late or (held >= 0 and t - held > patience * DAY):
        # Turns back to where it came from, or stays where it is.
        home_x, home_y = (winter_x, winter_y) if state == 1 else (x, y)
        if state == 3 and _chance(key, animal, season, 26) < 0.5:
            home_x, home_y = summer_x, summer_y
        return after, 0, held, home_x, home_y
    return now


@njit(cache=True, nogil=True)
def _beside_fence(ends, fence, along, x, y):  # type: ignore[no-untyped-def]
    """Return whether the animal still is beside the fence, and where it goes along it."""
    ex, ey = ends[fence, 2] - ends[fence, 0], ends[fence, 3] - ends[fence, 1]
    size = math.hypot(ex, ey)
    place = ((x - ends[fence, 0]) * ex + (y - ends[fence, 1]) * ey) / size
    if place < -100.0 or place > size + 100.0:
        return False, x, y
    away = _beside(ends, fence, x, y) / size
    push = 0.3 * (1.0 if away > 0 else -1.0) * (60.0 - abs(away)) / 60.0
    push = max(-0.5, min(0.5, push))
    return True, x + along * ex - push * ey, y + along * ey + push * ex


@njit(cache=True, nogil=True)
def _on_the_way(life, state, y):  # type: ignore[no-untyped-def]
    """Return the point ahead of a migrating animal."""
    winter_x, winter_y, summer_x, summer_y, offset = life[0], life[1], life[2], life[3], life[4]
    goal_x, goal_y = (summer_x, summer_y) if state == 1 else (winter_x, winter_y)
    if abs(goal_y - y) < 5000.0:
        return goal_x, goal_y
    ahead = y + (4000.0 if state == 1 else -4000.0)
    part = min(1.0, max(0.0, ahead / ROUTE_M))
    to_x = winter_x + part * (summer_x - winter_x)
    return to_x + offset * math.sin(math.pi * part), ahead


@njit(cache=True, nogil=True)
def _aim(life, state, mode, spots, x, y, stops):  # type: ignore[no-untyped-def]
    """Return where the animal is drawn, how strongly, and its pace; not along a fence."""
    home_x, home_y, rest_x, rest_y, day_x, day_y = spots
    if mode == 2:
        return rest_x, rest_y, min(1.5, math.hypot(rest_x - x, rest_y - y) / 1000.0), 110.0
    if stops:
        return day_x, day_y, min(1.0, math.hypot(day_x - x, day_y - y) / 1000.0), 110.0
    if state in (1, 3):
        to_x, to_y = _on_the_way(life, state, y)
        return to_x, to_y, 1.2, 260.0
    away = math.hypot(home_x - x, home_y - y)
    return home_x, home_y, min(1.5, away / 2500.0), 260.0 if away > 6000.0 else 110.0


@njit(cache=True, nogil=True)
def _turned_back(who, t, fence, moving, x, y, now):  # type: ignore[no-untyped-def]
    """Return mode, its end, its fence, the direction along it, and the place of retreat."""
    key, animal = who
    ends, f = fence
    mode, _, old, along, rest_x, rest_y = now
    ex, ey = ends[f, 2] - ends[f, 0], ends[f, 3] - ends[f, 1]
    size = math.hypot(ex, ey)
    hours = -math.log(_chance(key, animal, t, 36))
    if moving and mode != 1 and _chance(key, animal, t, 38) < 0.55:
        place = ((x - ends[f, 0]) * ex + (y - ends[f, 1]) * ey) / size**2
        nearest = 1.0 if place > 0.5 else -1.0
        along = nearest if _chance(key, animal, t, 40) < 0.7 else -nearest
        return 1, t + int(4 * (2.0 + 9.0 * hours)), f, along, rest_x, rest_y
    if mode != 1 or f != old:
        side = 1.0 if _beside(ends, f, x, y) > 0 else -1.0
        far = 300.0 + 2200.0 * _chance(key, animal, t, 42) * (1.0 if moving else 0.4)
        rest_x, rest_y = x - side * far * ey / size, y + side * far * ex / size
        return 2, t + int(4 * (2.0 + (16.0 if moving else 4.0) * hours)), old, along, rest_x, rest_y
    return now


@njit(cache=True, nogil=True)
def _live(key, animal, life, rules, opened, xy, states, out, turned):  # type: ignore[no-untyped-def]
    """Write the way of one animal and its crossings; return their number."""
    ends, who = rules[0], (key, animal)
    x, y = life[0], life[1]
    home_x, home_y = x, y
    heading = 2.0 * math.pi * _chance(key, animal, 0, 1)
    state, mode, until, along = 0, 0, 0, 1.0
    fence, held, rest_x, rest_y = -1, -1, x, y
    day_x, day_y = x, y
    leave, back, n = 0.0, 0.0, 0
    for t in range(states.size):
        year, day = t // YEAR, (t % YEAR) / DAY
        if t % YEAR == 0:
            leave = life[5] + 4.0 * _normal(key, animal, year, 20)
            back = life[6] + 4.0 * _normal(key, animal, year, 22)
        state, mode, held, home_x, home_y = _next_state(
            who, (t, day, year), (leave, back), life, (x, y), (state, mode, held, home_x, home_y)
        )
        season, moving = 4 * year + state, state in (1, 3)
        states[t] = state
        xy[0, t], xy[1, t] = x, y
        if t % DAY == 0:
            day_x, day_y = x, y
        if t >= until:
            mode = 0
        if _chance(key, animal, t // 4, 30) < 0.4:
            continue  # rests
        follows, to_x, to_y = False, x, y
        if mode == 1:
            follows, to_x, to_y = _beside_fence(ends, fence, along, x, y)
            mode = 1 if follows else 0
        pull, pace = 3.0, 180.0
        if not follows:
            stops = mode == 0 and moving and _chance(key, animal, t // DAY, 28) < 0.25
            spots = (home_x, home_y, rest_x, rest_y, day_x, day_y)
            to_x, to_y, pull, pace = _aim(life, state, mode, spots, x, y, stops)
        step = pace * (0.3 + 1.4 * _chance(key, animal, t, 32))
        toward = math.atan2(to_y - y, to_x - x)
        new = math.atan2(
            math.sin(heading) + pull * math.sin(toward), math.cos(heading) + pull * math.cos(toward)
        )
        new += 0.7 * _normal(key, animal, t, 34)
        qx, qy = x + step * math.cos(new), y + step * math.sin(new)
        f = _blocking(who, (t, season), (x, y, qx, qy), rules, opened)
        if f >= 0:
            turned[f] = True
            heading = new + math.pi
            if held < 0 and moving:
                held = t
            mode, until, fence, along, rest_x, rest_y = _turned_back(
                who, t, (ends, f), moving, x, y, (mode, until, fence, along, rest_x, rest_y)
            )
            continue
        for f in range(len(ends)):
            sign = _through(ends, f, x, y, qx, qy)
            if sign != 0 and n < len(out):
                out[n, 0], out[n, 1], out[n, 2], out[n, 3] = f, t, sign, state
                n += 1
        x, y, heading = qx, qy, new
    return n
