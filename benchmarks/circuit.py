"""Current between two ranges on grids up to four million cells, against scipy's direct solver."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time

import numpy as np
from scipy.sparse.linalg import splu

from benchmarks.barrier_landscape import landscape
from benchmarks.figure import PROJECT, Figure
from corridors.config.circuit import Circuit
from corridors.habitat import circuits
from corridors.habitat.circuit_grid import burn, conductances, crossed_edges
from corridors.habitat.circuit_system import entering, system

SIDES = (100, 316, 1000, 2000)
DIRECT_SIDE = 1000
BARRIERS = 20
TOLERANCE = Circuit().tolerance
STEEPEST = 1.2
CONSERVED = 1e-8


def run() -> list[Figure]:
    """Measure each size in a process of its own, so that each has its own peak of memory."""
    found = [measured("iterative", side) for side in SIDES]
    direct = measured("direct", DIRECT_SIDE)
    cells = [one["cells"] for one in found]
    slope = float(np.polyfit(np.log(cells), np.log([one["seconds"] for one in found]), 1)[0])
    largest, same = found[-1], found[SIDES.index(DIRECT_SIDE)]
    table = "; ".join(
        f"{one['cells']:,.0f} cells {one['seconds']:.3g} s, {one['gb']:.2f} GB,"
        f" {one['iterations']:.0f} steps"
        for one in found
    )
    worst = max(one["imbalance"] for one in found)
    apart = abs(same["resistance"] / direct["resistance"] - 1.0)
    return [
        Figure(
            name="circuit_scaling",
            value=slope,
            unit="slope of log CPU time in log cells",
            yardstick="1: cost in proportion to the cells",
            ratio=slope,
            target=STEEPEST,
            note=f"rough ground with {BARRIERS} barriers, one thread; {table}",
        ),
        Figure(
            name="circuit_conservation",
            value=worst,
            unit="of the current is lost at the worst cell or on the whole",
            yardstick=f"{CONSERVED:g}",
            ratio=worst / CONSERVED,
            target=1.0,
            note=f"largest of the grids, up to {largest['cells']:,.0f} cells",
        ),
        Figure(
            name="circuit_time",
            value=same["seconds"],
            unit="s",
            yardstick=f"scipy's splu: {direct['seconds']:.3g} s",
            ratio=same["seconds"] / direct["seconds"],
            target=1.0,
            note=f"{same['cells']:,.0f} cells; the resistances differ by {apart:.1g};"
            f" {largest['cells']:,.0f} cells take {largest['seconds']:.3g} s",
        ),
        Figure(
            name="circuit_memory",
            value=same["gb"],
            unit="GB",
            yardstick=f"scipy's splu: {direct['gb']:.2f} GB",
            ratio=same["gb"] / direct["gb"],
            target=0.5,
            note=f"peak of the process beyond what the network itself takes,"
            f" {same['cells']:,.0f} cells; {largest['cells']:,.0f} cells take"
            f" {largest['gb']:.2f} GB, {largest['gb'] * 1e9 / largest['cells']:.0f} bytes per cell",
        ),
    ]


def measured(method: str, side: int) -> dict[str, float]:
    """Return what a process of its own measures."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.circuit", method, str(side)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    out: dict[str, float] = json.loads(done.stdout)
    return out


def measure(method: str, side: int) -> dict[str, float]:
    """Return CPU seconds, memory and the answer of one solution."""
    solution(method, 60)  # compiles
    own = landscape(side, barriers=BARRIERS, seed=1)
    cuts = crossed_edges(own.lines, own.grid)
    network = burn(conductances(own.resistance), cuts, own.added)
    before = peak_gb()
    times = []
    for _ in range(max(1, min(5, 10**6 // side**2))):
        start = time.process_time()
        answer = solved(method, network, own.node)
        times.append(time.process_time() - start)
    return {
        "cells": float(np.isfinite(own.resistance).sum()),
        "seconds": min(times),
        "gb": peak_gb() - before,
        **answer,
    }


def solution(method: str, side: int) -> dict[str, float]:
    """Return the answer for a landscape."""
    own = landscape(side, barriers=BARRIERS, seed=1)
    return solved(method, conductances(own.resistance), own.node)


def solved(method: str, network: np.ndarray, node: np.ndarray) -> dict[str, float]:
    """Return resistance, imbalance and steps of one solution."""
    if method == "iterative":
        found = circuits.solve(network, node, tolerance=TOLERANCE)
        return {
            "resistance": found.resistance(0, (1,)),
            "imbalance": max(found.imbalance(node, 0, (1,))),
            "iterations": float(found.iterations[0]),
        }
    equations = system(network, node)
    into, leaving = entering(network, node, equations.number, 0, equations.n)
    factors = splu(
        equations.matrix.tocsc(), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0,
        options={"SymmetricMode": True},
    )  # fmt: skip
    return {"resistance": 1.0 / (leaving - float(factors.solve(into) @ into))}


def peak_gb() -> float:
    """Return the largest memory of this process so far, GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))
