"""Crossings of many steps with many barrier segments, against shapely's tree on the same data.

``python -m benchmarks.crossing_scale 10000000`` runs ten million steps and a million segments.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from itertools import pairwise
from typing import TypeVar

import numpy as np
import shapely
from scipy.integrate import quad
from scipy.special import ndtr
from shapely import STRtree

from benchmarks.figure import PROJECT, Figure
from corridors.barriers.crossings import meetings
from corridors.barriers.flux import Bridges, pair_flux
from corridors.barriers.passages import Landscape, passages_in_parts
from corridors.barriers.piece_tree import PieceTree
from corridors.barriers.segments import Pieces
from corridors.foundation.arrays import Floats

T = TypeVar("T")

SEED = 20261123
STEPS = 1_000_000
STEPS_PER_SEGMENT = 10
KM_PER_KM2 = 1.0  # of roads and fences
LINE = 20  # segments that follow one another
SHORTEST_M, LONGEST_M = 100.0, 1000.0
FIXES = 10_000  # of one animal
LAGS_H, LAG_SHARES = (1.0, 2.0, 4.0, 13.0), (0.3, 0.4, 0.2, 0.1)
# Motion variance changes from rest to travel; median and spread of its logarithm.
MEDIAN_S2, SPREAD_S2 = 300.0, 1.2
ERROR_M, TOLERANCE_M = 15.0, 5.0
FLOOR, ENCOUNTER_M = 1e-6, 110.0
BATCH = 10  # animals at a time


@dataclass
class Cost:
    """CPU time and time of the clock, s."""

    cpu_s: float = 0.0
    wall_s: float = 0.0

    def of(self, work: Callable[[], T]) -> T:
        """Do the work and add what it took."""
        cpu, wall = time.process_time(), time.perf_counter()
        result = work()
        self.cpu_s += time.process_time() - cpu
        self.wall_s += time.perf_counter() - wall
        return result


@dataclass
class Result:
    """What one size took: CPU and wall of each way, and what came out."""

    n_steps: int
    n_segments: int
    costs: dict[str, Cost]
    n_hits: int = 0
    n_different: int = 0
    n_pairs: int = 0
    passages: float = 0.0
    peak_mb: float = 0.0

    def ratio(self, name: str, clock: str = "cpu_s") -> float:
        """Return the time of ``name`` over that of the bare tree."""
        return float(getattr(self.costs[name], clock) / getattr(self.costs["bare"], clock))


def landscape(n: int) -> tuple[Floats, float]:
    """Return ``n`` segments, and the side of the land, as large as the density asks for, m.

    They follow one another in lines that keep to a survey grid or bend.
    """
    rng = np.random.default_rng([SEED, n])
    lines = math.ceil(n / LINE)
    length = rng.uniform(SHORTEST_M, LONGEST_M, (lines, LINE))
    side = 1000 * math.sqrt(length.sum() / 1000 / KM_PER_KM2)
    heading = rng.uniform(0, 2 * np.pi, (lines, 1)) + rng.normal(0, 0.2, (lines, LINE)).cumsum(1)
    surveyed = rng.random(lines) < 0.5
    heading[surveyed] = (rng.integers(0, 4, (int(surveyed.sum()), 1)) * np.pi / 2).repeat(LINE, 1)
    start = rng.uniform(0, side, (lines, 1, 2))
    move = length[..., None] * np.stack([np.cos(heading), np.sin(heading)], axis=-1)
    points = folded(np.concatenate([start, start + move.cumsum(axis=1)], axis=1), side)
    return np.concatenate([points[:, :-1], points[:, 1:]], axis=-1).reshape(-1, 4)[:n], side


def folded(points: Floats, side: float) -> Floats:
    """Return points with those beyond an edge of the land turned back."""
    return np.asarray(side - np.abs(points % (2 * side) - side))


def herd(n_steps: int, side: float) -> Iterator[Bridges]:
    """Yield the bridges of some animals after the other: a Brownian walk, seen with an error."""
    n_animals = math.ceil(n_steps / FIXES)
    for first in range(0, n_animals, BATCH):
        parts = []
        for animal in range(first, min(first + BATCH, n_animals)):
            rng = np.random.default_rng([SEED, n_steps, animal])
            n = min(FIXES, n_steps - animal * FIXES)
            minutes = np.full(n, 60 * rng.choice(LAGS_H, p=LAG_SHARES))
            s2 = MEDIAN_S2 * np.exp(SPREAD_S2 * rng.standard_normal(n))
            walk = (rng.standard_normal((2, n)) * np.sqrt(s2 * minutes)).cumsum(axis=1)
            place = rng.uniform(0, 1, (2, 1)) * side
            fixes = folded(place + np.hstack([np.zeros((2, 1)), walk]), side)
            fixes = fixes + ERROR_M * rng.standard_normal(fixes.shape)
            error = np.full(n, ERROR_M)
            parts.append(np.vstack([fixes[:, :-1], fixes[:, 1:], [minutes, s2, error, error]]))
        yield Bridges(*np.hstack(parts))


def measure(n_steps: int, *, with_shapely: bool) -> Result:
    """Run one size; the three ways take turns on the same animals."""
    n = n_steps // STEPS_PER_SEGMENT
    ends, side = landscape(n)
    costs = {name: Cost() for name in ("bare", "geometries", "observed", "flux")}
    result = Result(n_steps, n, costs)
    number = np.arange(n)
    bare = None
    if with_shapely:
        lines = costs["geometries"].of(lambda: shapely.linestrings(ends.reshape(-1, 2, 2)))
        bare = costs["bare"].of(lambda: STRtree(lines))
    tree = costs["observed"].of(lambda: PieceTree.of(Pieces(ends, number)))
    # The same tree serves both, yet its time counts for both.
    costs["flux"] = Cost(**asdict(costs["observed"]))
    tolerance, one = np.full(n, TOLERANCE_M), np.ones(n, dtype=np.int64)
    land = Landscape(tree, np.arange(n + 1), tolerance, number // LINE, one)
    for bridges in herd(n_steps, side):
        steps = np.column_stack(bridges.columns[:4])
        if bare is not None:
            against_shapely(steps, bare, tree, result)
        found = costs["observed"].of(partial(meetings, steps, tree))
        result.n_hits += found.step.size
        n_pairs, net = costs["flux"].of(partial(all_passages, bridges, land))
        result.n_pairs += n_pairs
        result.passages += net
    unit = 1e6 / 1024 if sys.platform != "darwin" else 1e6
    result.peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    return result


def against_shapely(steps: Floats, bare: STRtree, tree: PieceTree, result: Result) -> None:
    """Find the crossings with shapely, note its time and how many of ours differ."""
    costs = result.costs
    made = costs["geometries"].of(lambda: shapely.linestrings(steps.reshape(-1, 2, 2)))
    i, j = costs["bare"].of(lambda: bare.query(made, predicate="intersects"))
    costs["bare"].of(lambda: shapely.intersection(made[i], bare.geometries[j]))
    order = np.lexsort((j, i))
    own = np.column_stack(tree.meet(steps))
    theirs = np.column_stack([i[order], j[order]])
    if own.shape != theirs.shape or (own != theirs).any():
        result.n_different += len(set(map(tuple, own)) ^ set(map(tuple, theirs)))


def all_passages(bridges: Bridges, land: Landscape) -> tuple[int, float]:
    """Return the number of pairs within reach and the sum of the net passages."""
    n_pairs, net = 0, 0.0
    for part in passages_in_parts(
        bridges, land, flux_floor=FLOOR, encounter_distance_m=ENCOUNTER_M
    ):
        n_pairs += part.net.size
        net += float(part.net.sum())
    return n_pairs, net


def worst_errors(n_steps: int) -> tuple[float, float]:
    """Return the worst error of the flux through a dividing line, and of single pairs.

    The first against the change of mass beyond a line of short pieces, the second against
    scipy's quadrature at 1e-10; both as the pipeline asks for it.
    """
    bridges = next(herd(n_steps, landscape(n_steps // STEPS_PER_SEGMENT)[1]))
    bridges = Bridges(*(column[:FIXES] for column in bridges.columns))
    x = float(np.median(bridges.x0_m))
    edge = np.arange(bridges.y0_m.min() - 2e4, bridges.y0_m.max() + 2e4, 500.0)
    ends = np.column_stack([np.full(edge.size, x), edge, np.full(edge.size, x), edge + 500.0])
    n = len(ends)
    land = Landscape(
        PieceTree.of(Pieces(ends, np.arange(n))),
        np.arange(n + 1), np.zeros(n), np.zeros(n, np.int64), np.ones(n, np.int64),
    )  # fmt: skip
    part = passages_in_parts(bridges, land, flux_floor=FLOOR, encounter_distance_m=ENCOUNTER_M)
    net = np.zeros(len(bridges))
    for found in part:
        np.add.at(net, found.bridge, found.signed)
    # Northward pieces have the west on their left.
    beyond = [ndtr((x - at) / ERROR_M) for at in (bridges.x0_m, bridges.x1_m)]
    divided = float(np.abs(net - (beyond[1] - beyond[0])).max())
    rng = np.random.default_rng(SEED)
    b = rng.integers(0, len(bridges), 300)
    middle = np.column_stack(bridges.columns[:2])[b] + rng.normal(0, 200, (b.size, 2))
    half = rng.uniform(SHORTEST_M, LONGEST_M, (b.size, 1)) * rng.normal(0, 0.4, (b.size, 2))
    sample = np.hstack([middle - half, middle + half])
    pair = np.arange(b.size)
    flux = pair_flux(bridges, sample, np.zeros(b.size), b, pair, accuracy=FLOOR / 100)
    exact = [by_quadrature([float(c[i]) for c in bridges.columns[:8]], sample[k])
             for k, i in enumerate(b)]  # fmt: skip
    return divided, float(np.abs(flux - exact).max())


def by_quadrature(bridge: list[float], ends: Floats) -> float:
    """Return the flux by scipy's quadrature of METHODS' formula."""
    x0, y0, x1, y1, minutes, s2, e0, e1 = bridge
    east, north = ends[2] - ends[0], ends[3] - ends[1]
    length = math.hypot(east, north)
    east, north = east / length, north / length

    def current(a: float) -> float:
        px, py = ends[0] - x0 - a * (x1 - x0), ends[1] - y0 - a * (y1 - y0)
        v = minutes * s2 * a * (1 - a) + ((1 - a) * e0) ** 2 + (a * e1) ** 2
        change = minutes * s2 * (1 - 2 * a) - 2 * (1 - a) * e0**2 + 2 * a * e1**2
        d, c, sd = py * east - px * north, px * east + py * north, math.sqrt(v)
        speed = (y1 - y0) * east - (x1 - x0) * north + d * change / (2 * v)
        density = math.exp(-d * d / (2 * v)) / (sd * math.sqrt(2 * math.pi))
        return float(speed * density * (ndtr((c + length) / sd) - ndtr(c / sd)))

    edges = (1 - np.cos(np.linspace(0, np.pi, 17))) / 2
    return float(
        sum(quad(current, *pair, epsabs=1e-12, epsrel=1e-12, limit=200)[0]
            for pair in pairwise(edges))
    )  # fmt: skip


def alone(n_steps: int, *, with_shapely: bool) -> Result:
    """Measure one size in a process of its own, whose memory is nobody else's."""
    command = [sys.executable, "-m", "benchmarks.crossing_scale", str(n_steps), "--one"]
    command += [] if with_shapely else ["--without-shapely"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    costs = {name: Cost(**cost) for name, cost in told.pop("costs").items()}
    return Result(costs=costs, **told)


def figures(n_steps: int) -> list[Figure]:
    """Measure a hundredth, a tenth and all of ``n_steps``."""
    results = [alone(n_steps // part, with_shapely=True) for part in (100, 10, 1)]
    engine = [alone(n_steps // part, with_shapely=False) for part in (10, 1)]
    last = results[-1]
    cost, bare = last.costs, last.costs["bare"]
    log_n = np.log([result.n_steps for result in results])
    slopes = {
        name: float(np.polyfit(log_n, np.log([r.costs[name].cpu_s for r in results]), 1)[0])
        for name in ("observed", "flux", "bare")
    }
    divided, single = worst_errors(n_steps)
    world = f"{last.n_steps:,} steps x {last.n_segments:,} segments, {KM_PER_KM2:g} km per km2"
    yardstick = f"STRtree, query and intersection in chunks: {bare.cpu_s:.1f} s of CPU"
    geometries = cost["geometries"].cpu_s
    # What lies beyond the reach and nets below the floor may be missing.
    exact = last.n_different == 0 and divided < 2 * FLOOR and single < FLOOR / 100
    growth = max(slopes["observed"], slopes["flux"])
    return [
        Figure(
            name="crossing_scale_observed",
            value=cost["observed"].cpu_s,
            unit="s of CPU",
            yardstick=yardstick,
            ratio=last.ratio("observed"),
            target=1.5 if last.n_different == 0 else 0.0,
            note=f"{world}; {last.n_hits:,} crossings, {last.n_different} pairs differ from"
            f" shapely's; wall {last.ratio('observed', 'wall_s'):.2f} times; not counted:"
            f" {geometries:.1f} s in which shapely makes geometries",
        ),
        Figure(
            name="crossing_scale_flux",
            value=cost["flux"].cpu_s,
            unit="s of CPU",
            yardstick=yardstick,
            ratio=last.ratio("flux"),
            target=10.0 if exact else 0.0,
            note=f"{last.n_pairs:,} pairs within reach of {FLOOR:g} found, flux to {FLOOR / 100:g},"
            f" netted, touches: {1e6 * cost['flux'].cpu_s / last.n_pairs:.2f} us per pair; wall"
            f" {last.ratio('flux', 'wall_s'):.2f} times; {last.passages:,.0f} net passages;"
            f" through a dividing line {divided:.0e} from the change of mass, single pairs"
            f" {single:.0e} from scipy's quad",
        ),
        Figure(
            name="crossing_scale_growth",
            value=growth,
            unit="slope of log CPU time in log steps",
            yardstick="1: cost in proportion, steps and segments growing alike",
            ratio=growth,
            target=1.1,
            note=", ".join(
                f"{r.n_steps:,} x {r.n_segments:,} observed {r.costs['observed'].cpu_s:.2f} s, flux"
                f" {r.costs['flux'].cpu_s:.2f} s, shapely {r.costs['bare'].cpu_s:.2f} s"
                for r in results
            )
            + "; slopes "
            + ", ".join(f"{name} {slope:.2f}" for name, slope in slopes.items()),
        ),
        Figure(
            name="crossing_scale_memory",
            value=engine[-1].peak_mb,
            unit="MB at most",
            yardstick=f"the same with shapely's tree: {last.peak_mb:.0f} MB",
            ratio=engine[-1].peak_mb / last.peak_mb,
            target=1.0,
            note=f"whole process, both crossings and passages, {BATCH * FIXES:,} steps at a time;"
            f" {engine[0].peak_mb:.0f} MB for a tenth: "
            f"{1e6 * (engine[1].peak_mb - engine[0].peak_mb) / (0.9 * last.n_segments):.0f} bytes"
            " for each further segment, none for further steps",
        ),
    ]


def run() -> list[Figure]:
    return figures(STEPS)


def main() -> None:
    """Measure any number of steps."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crossing_scale")
    parser.add_argument("steps", type=int, help="number of steps; a tenth as many segments")
    parser.add_argument("--one", action="store_true", help="only this size, costs as JSON")
    parser.add_argument("--without-shapely", action="store_true", help="with --one: no yardstick")
    asked = parser.parse_args()
    if asked.one:
        warm_up()
        result = measure(asked.steps, with_shapely=not asked.without_shapely)
        sys.stdout.write(json.dumps(asdict(result)))
        return
    for figure in figures(asked.steps):
        sys.stdout.write(figure.to_json() + "\n")


def warm_up() -> None:
    """Compile the kernels."""
    measure(1000, with_shapely=False)


if __name__ == "__main__":
    main()
