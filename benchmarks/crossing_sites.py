"""Choosing crossing structures among 10,000 candidate sites, and what greed would choose."""

from __future__ import annotations

import time

import numpy as np
from scipy.spatial import cKDTree

from benchmarks.figure import Figure
from corridors.foundation.arrays import Floats
from corridors.threats.sites import choose_sites

_N, _STEP_M, _REACH_M, _SPACING_M, _SITES = 10_000, 500.0, 1000.0, 2000.0, 50


def run() -> list[Figure]:
    """Return the time of the proved optimum, and its gain against choosing greedily."""
    sites, demand = _roads()
    begin = time.perf_counter()
    found = choose_sites(
        sites,
        sites,
        demand,
        reach_m=_REACH_M,
        spacing_m=_SPACING_M,
        n_sites=_SITES,
        node_limit=100_000,
    )
    seconds = time.perf_counter() - begin
    best = float(found.gain.sum())
    greed = _greedy(sites, demand)
    note = (
        f"{_N} candidates 500 m apart on random roads, {_SITES} sites at least 2 km apart, each "
        f"serving 1 km; {'proved best' if found.is_optimal else 'not proved best'}"
    )
    return [
        Figure(
            name="crossing_sites",
            value=seconds,
            unit="s",
            yardstick="the minute that is allowed",
            ratio=seconds / 60.0 if found.is_optimal else float("inf"),
            target=1.0,
            note=note,
        ),
        Figure(
            name="crossing_sites_greedy",
            value=greed,
            unit="passages gained a year by choosing the next best site each time",
            yardstick=f"the optimum: {best:.1f}",
            ratio=greed / best,
            target=1.0,
            note=note,
        ),
    ]


def _roads() -> tuple[Floats, Floats]:
    """Return places every 500 m along winding roads, and what is blocked there."""
    rng = np.random.default_rng(4)
    roads: list[Floats] = []
    while sum(map(len, roads)) < _N:
        n = int(rng.integers(40, 200))
        heading = np.cumsum(rng.normal(0, 0.15, n)) + rng.uniform(0, 2 * np.pi)
        steps = _STEP_M * np.column_stack([np.cos(heading), np.sin(heading)])
        roads.append(rng.uniform(0, 200_000, 2) + np.cumsum(steps, axis=0))
    return np.concatenate(roads)[:_N], rng.gamma(0.2, 1.0, _N)


def _greedy(sites: Floats, demand: Floats) -> float:
    tree = cKDTree(sites)
    serves = tree.query_ball_point(sites, _REACH_M)
    near = tree.query_ball_point(sites, _SPACING_M * (1 - 1e-12))
    left, free, total = demand.copy(), np.ones(len(sites), bool), 0.0
    for _ in range(_SITES):
        gain = np.array([left[own].sum() for own in serves]) * free
        best = int(gain.argmax())
        total += float(gain[best])
        left[serves[best]] = 0.0
        free[near[best]] = False
    return total
