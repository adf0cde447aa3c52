"""Barrier behaviour against a plain query and intersection of the same steps, and its memory."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any, Self

import geopandas as gpd
import numpy as np
import pandas as pd
import psutil
import shapely
from scipy.signal import lfilter

from benchmarks.figure import Figure, median_seconds, reference
from corridors.barriers.behaviour import behaviours
from corridors.barriers.behaviour_peer import peer_behaviours
from corridors.barriers.proximity import lattice_of
from corridors.barriers.segments import straight_pieces
from corridors.barriers.straightness import Tracks
from corridors.foundation.arrays import Geometries
from corridors.foundation.crs import project

RULES: dict[str, Any] = {
    "buffer_m": 110.0,
    "bounce_h": 4.0,
    "trapped_h": 36.0,
    "window_h": 168.0,
    "own_sd": 1.0,
    "max_crossings": 4,
    "gap_h": 0.0,
}
KNOWN = {"quick_cross": 233, "bounce": 203, "average_movement": 37}
KNOWN |= {"back_and_forth": 15, "trace": 10}
N_YEARS, AT_ONCE = 1000, 100
FIXES = 4380  # a year at 2 h


def run() -> list[Figure]:
    folder = reference() / "wyoming_fences"
    layer = gpd.read_file(folder / "fences.gpkg")
    fences = layer.geometry.to_numpy()
    return [pronghorn(folder / "pronghorn.csv", str(layer.crs), fences), stream(fences)]


def pronghorn(path: Any, crs: str, fences: Geometries) -> Figure:
    """Time both modes on the two real animals."""
    raw = pd.read_csv(path)
    x, y = project(raw["location-long"].to_numpy(), raw["location-lat"].to_numpy(), crs)
    tracks = Tracks(
        pd.factorize(raw["individual-local-identifier"])[0].astype(np.int64),
        pd.to_datetime(raw["timestamp"], utc=True).to_numpy("datetime64[us]").astype(np.int64),
        np.round(x),
        np.round(y),
    )
    steps = lines_of(tracks)
    ours, plain, peer = median_seconds(
        lambda: behaviours(tracks, fences, **RULES),
        lambda: query(steps, fences),
        lambda: peer_behaviours(tracks, fences, interval_h=2.0, **RULES),
        repeats=5,
    )
    counts = Counter(peer_behaviours(tracks, fences, interval_h=2.0, **RULES)[0].behaviour.tolist())
    return Figure(
        name="behaviour_pronghorn",
        value=1000 * ours,
        unit="ms",
        yardstick=f"STRtree query and intersection of the same steps: {1000 * plain:.3g} ms",
        ratio=ours / plain,
        target=3.0 if counts == KNOWN else 0.0,
        note=f"{len(tracks)} fixes, {fences.size} fences; parity mode {1000 * peer:.3g} ms, its"
        f" {counts.total()} events as BaBA's: {counts == KNOWN}",
    )


def stream(fences: Geometries) -> Figure:
    """Time 1,000 animal-years, some animals at a time, and watch the memory."""
    for tracks in herds(fences, n=2):  # compiles
        behaviours(tracks, fences, **RULES)
    seconds, n_fixes, n_events = 0.0, 0, 0
    with Memory() as memory:
        lattice, begin = lattice_of(fences, distance_m=RULES["buffer_m"]), time.perf_counter()
        seconds += time.perf_counter() - begin
        for tracks in herds(fences, n=N_YEARS):
            begin = time.perf_counter()
            events, _ = behaviours(tracks, fences, lattice=lattice, **RULES)
            seconds += time.perf_counter() - begin
            n_fixes, n_events = n_fixes + len(tracks), n_events + len(events)
    plain, pairs = 0.0, 0
    tree = shapely.STRtree(fences)
    for tracks in herds(fences, n=N_YEARS):
        steps = lines_of(tracks)
        begin = time.perf_counter()
        pairs += query(steps, fences, tree)
        plain += time.perf_counter() - begin
    return Figure(
        name="behaviour_1000_years",
        value=seconds,
        unit="s",
        yardstick=f"STRtree query and intersection of the same steps: {plain:.3g} s",
        ratio=seconds / plain,
        target=1.5 if memory.grown_mb < 500 else 0.0,
        note=f"{N_YEARS} simulated animal-years, {AT_ONCE} at once, {n_fixes / 1e6:.3g} million"
        f" fixes, {fences.size} fences, {pairs / 1e3:.0f} thousand crossings,"
        f" {n_events / 1e3:.0f} thousand events; memory grew by {memory.grown_mb:.0f} MB at most,"
        " tracks included",
    )


def query(steps: Geometries, fences: Geometries, tree: shapely.STRtree | None = None) -> int:
    """Return the number of pairs of a step and a fence, intersected."""
    step, fence = (tree or shapely.STRtree(fences)).query(steps, predicate="intersects")
    return int(shapely.intersection(steps[step], fences[fence]).size)


def lines_of(tracks: Tracks) -> Geometries:
    """Return the steps of all animals as lines."""
    place = np.column_stack([tracks.x_m, tracks.y_m])
    same = tracks.animal[1:] == tracks.animal[:-1]
    return np.asarray(shapely.linestrings(np.stack([place[:-1], place[1:]], axis=1)[same]))


def herds(fences: Geometries, *, n: int) -> Iterator[Tracks]:
    """Yield a year of animals that live around points of the fences, some at a time."""
    rng = np.random.default_rng(20240101)
    corner = straight_pieces(fences).ends[:, :2]
    keep = 0.995  # of the way from home, per 2 h: weeks in one place
    for low in range(0, n, AT_ONCE):
        m = min(AT_ONCE, n - low)
        home = corner[rng.integers(0, len(corner), m)]
        shock = rng.normal(0, 350.0, (m, FIXES, 2))
        place = home[:, None] + lfilter([1.0], [1.0, -keep], shock, axis=1)
        yield Tracks(
            np.repeat(np.arange(m), FIXES),
            np.tile(np.arange(FIXES) * 7_200_000_000, m),
            place[..., 0].ravel(),
            place[..., 1].ravel(),
        )


class Memory:
    """How much the resident memory of this process grew at most while it was watched."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._done = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._most = self._first = 0

    @property
    def grown_mb(self) -> float:
        """Most that was added, MB."""
        return (self._most - self._first) / 1e6

    def __enter__(self) -> Self:
        self._most = self._first = self._process.memory_info().rss
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._watcher.join()

    def _watch(self) -> None:
        while not self._done.wait(0.005):
            self._most = max(self._most, self._process.memory_info().rss)
