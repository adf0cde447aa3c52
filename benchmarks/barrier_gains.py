"""What opening each barrier gives, all from one solution, against solving anew for each."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from scipy.stats import spearmanr

from benchmarks.barrier_landscape import Landscape, landscape
from benchmarks.figure import Figure
from corridors.foundation.arrays import Floats
from corridors.habitat.circuit_grid import Cuts, burn, conductances, crossed_edges
from corridors.habitat.circuits import solve
from corridors.habitat.gains import Gains, gains, opened

SIDE = 110
BARRIERS = 10
N_LINES = 200
MARGIN_CELLS = 12
TOLERANCE = 1e-10
SMALL = 1e-4
LINK = (0, (1,))
LEAST_RANK_CORRELATION = 0.95
MOST_OFF_PERCENT = 1.0
MOST_SOLUTIONS = 20.0


@dataclass(frozen=True)
class World:
    """A landscape and its solution."""

    own: Landscape
    ground: Floats
    cuts: Cuts
    network: Floats
    more: Floats
    resistance: float
    potential: Floats
    solution_s: float

    def gains(self) -> Gains:
        """Return the gain of all lines."""
        return gains(
            self.network,
            self.own.node >= 0,
            self.potential[None],
            np.array([self.resistance]),
            self.cuts,
            self.more,
            n_lines=len(self.own.lines),
            margin_cells=MARGIN_CELLS,
        )

    def fall(self, network: Floats, tolerance: float) -> float:
        """Return by how much the resistance of a changed network is lower."""
        return self.resistance - solve(network, self.own.node, tolerance=tolerance).resistance(
            *LINK
        )


def run() -> list[Figure]:
    """Compare the gains of 200 segments, of small openings and of whole ones."""
    one = world()
    found = one.gains()  # compiles
    start = time.process_time()
    found = one.gains()
    gains_s = time.process_time() - start
    lines = np.sort(np.random.default_rng(1).permutation(len(one.own.lines))[:N_LINES])
    started = time.process_time()
    anew = np.array([without(one, int(line)) for line in lines])
    anew_s = time.process_time() - started
    small = np.array([opened_a_little(one, int(line)) for line in lines])
    finite, linear = found.finite[0, lines], SMALL * found.linear[0, lines]
    matters = anew > 0.01 * anew.max()
    # Smaller changes drown in the rounding of the resistances, 1e-15 of them.
    told = linear > 1e-12 * one.resistance
    off = 100 * float(np.abs(linear / small - 1.0)[told].max())
    rank = float(spearmanr(finite, anew).statistic)
    ratio = finite[matters] / anew[matters] - 1.0
    n_cells = int(np.isfinite(one.own.resistance).sum())
    measured = (
        f"{lines.size} of {len(one.own.lines)} segments of permeability 0.02 to 0.9,"
        f" {n_cells:,} cells"
    )
    return [
        Figure(
            name="gains_small",
            value=off,
            unit="% off at most",
            yardstick=f"{MOST_OFF_PERCENT:g} %",
            ratio=off / MOST_OFF_PERCENT,
            target=1.0,
            note=f"adjoint against solving anew, openings of {SMALL:g} of the whole; {measured},"
            f" {int(told.sum())} with a change that can be told",
        ),
        Figure(
            name="gains_rank",
            value=1.0 - rank,
            unit="1 - Spearman's rank correlation",
            yardstick=f"{1.0 - LEAST_RANK_CORRELATION:.2f}",
            ratio=(1.0 - rank) / (1.0 - LEAST_RANK_CORRELATION),
            target=1.0,
            note=f"whole openings against solving anew; {measured}; gains above 1 % of the largest"
            f" are {100 * ratio.min():+.1f} to {100 * ratio.max():+.1f} % off, median"
            f" {100 * float(np.median(ratio)):+.2f} %",
        ),
        Figure(
            name="gains_time",
            value=gains_s,
            unit="s CPU for all segments",
            yardstick=f"one solution: {one.solution_s:.3g} s",
            ratio=gains_s / one.solution_s,
            target=MOST_SOLUTIONS,
            note=f"{len(one.own.lines)} segments, one thread; solving anew for {lines.size} took"
            f" {anew_s:.3g} s",
        ),
    ]


def world() -> World:
    """Return the landscape with its solution."""
    own = landscape(SIDE, barriers=BARRIERS, seed=1)
    ground = conductances(own.resistance)
    cuts = crossed_edges(own.lines, own.grid)
    network = burn(ground, cuts, own.added)
    solve(network, own.node, tolerance=TOLERANCE)  # compiles
    start = time.process_time()
    found = solve(network, own.node, tolerance=TOLERANCE)
    seconds = time.process_time() - start
    return World(
        own,
        ground,
        cuts,
        network,
        opened(network, cuts, own.added),
        found.resistance(*LINK),
        found.potential(*LINK),
        seconds,
    )


def without(one: World, line: int) -> float:
    """Return the fall of the resistance without a line."""
    added = one.own.added.copy()
    added[line] = 0.0
    return one.fall(burn(one.ground, one.cuts, added), 1e-8)


def opened_a_little(one: World, line: int) -> float:
    """Return the fall with a line opened by a small share."""
    own = one.cuts.line == line
    network = one.network.copy()
    network.ravel()[one.cuts.edge[own]] += SMALL * one.more[own]
    return one.fall(network, TOLERANCE)
