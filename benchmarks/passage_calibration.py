"""Expected passages of thinned tracks, against the crossings counted along the full ones.

Real tracks with fixes 2 h apart are thinned to 12 h; whatever a model needs is estimated from the
thinned fixes. Simulated ones are thinned too; their movement is known.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numba import njit

from benchmarks.figure import Figure, MissingDataError, Report, reference
from benchmarks.thinned_tracks import (
    Calibration,
    Expanded,
    Model,
    Thinned,
    calibration,
    pairs,
    read_lines,
    read_tracks,
)
from corridors.barriers.crossings import Steps, steps_of
from corridors.barriers.flux import Bridges
from corridors.barriers.holding import FREE, LeftOut, Odds, odds_beside
from corridors.config.model import Intersect
from corridors.foundation.arrays import Floats, Geometries, Indices
from corridors.movement.straying import Straying, straying
from corridors.movement.variance import motion_variance
from corridors.stages.intersect.holding import left_out_of

CRS = "EPSG:32612"
# Every sixth of fixes 2 h apart; bridges of 12 h, one hour more or less where the clock changed.
THIN = 6
LAG_H = (11.0, 13.0)
# Pairs within this distance of the straight step: that of the first measurement with one variance
# per animal, whose error was 0.00529 (straight-line hits: 0.00641).
DISTANCE_M = 2540.0
ERROR_M = 20.0
# What is asked for, over straight-line hits as measured first.
ERROR_RATIO = 0.0050 / 0.00641
SETTINGS = Intersect(max_lag_h=LAG_H[1])
N_SIMULATED = 12
SEED = 20240101

Track = tuple[Floats, Floats, Floats]


def run() -> Report:
    """Measure and return the figures with their tables."""
    found = simulated()
    figures = [_simulated_figure(name, one) for name, one in found.items() if "stopped" not in name]
    tables = ["### Simulated herds\n\n" + bins_table(found)]
    try:
        herds, fences = five_animals()
    except MissingDataError:
        tables.append("### Real herds\n\nNot measured: the reference folder is missing.")
    else:
        measured = real(herds, fences)
        figures += _real_figures(measured)
        tables.append("### Real herds\n\n" + bins_table(measured))
    return Report(figures=figures, tables="\n\n".join(tables), page="passages.md")


def real(herds: dict[str, dict[str, Track]], fences: Geometries) -> dict[str, Calibration]:
    """Return the calibration of each model, in order of what was added to it."""
    models: dict[str, tuple[Model, bool, Iterable[int]]] = {
        "one variance": (one_variance(ERROR_M), False, (0,)),
        "between fixes as measured": (one_variance(1e-3), False, (0,)),
        "sideways": (sideways, False, (0,)),
        "sideways, odds": (sideways, True, (0,)),
        "sideways; all six phases": (sideways, False, range(THIN)),
        "sideways, odds; all six phases": (sideways, True, range(THIN)),
    }
    out = {}
    for name, (model, has_odds, phases) in models.items():
        rows = []
        for phase in phases:
            for herd in herds.values():
                thinned = [
                    Thinned(x, y, t, np.arange(phase, x.size, THIN)) for x, y, t in herd.values()
                ]
                odds = odds_told(thinned, fences) if has_odds else FREE
                rows += [judged(one, fences, model, odds) for one in thinned]
        out[name] = calibration(pd.concat(rows, ignore_index=True))
    return out


def judged(track: Thinned, lines: Geometries, model: Model, odds: Odds) -> pd.DataFrame:
    """Return the pairs of a track, their flux changed by the odds."""
    found = pairs(track, lines, model, lag_h=LAG_H, distance_m=DISTANCE_M)
    flux = found["flux"].to_numpy(float)
    changed = odds.of(np.abs(flux), found["hit"].to_numpy(float) != 0)
    return found.assign(flux=np.sign(flux) * changed)


def five_animals() -> tuple[dict[str, dict[str, Track]], Geometries]:
    """Return the five animals with fixes 2 h apart, by species, and the fences."""
    folder = reference()
    herds = {
        name: read_tracks(folder / "wyoming_fences" / f"{name}.csv", CRS)
        for name in ("pronghorn", "mule_deer")
    }
    deer = read_tracks(folder / "wyoming_muledeer" / "tracks.csv", CRS)
    herds["mule_deer"]["mm_317"] = deer["mm_317"]
    return herds, read_lines(folder / "wyoming_fences" / "fences.gpkg", CRS)


def _kept(track: Thinned) -> Track:
    return track.x_m[track.kept], track.y_m[track.kept], track.time_min[track.kept]


def _bridges(track: Thinned, judged: Indices, s2_m2_min: float, error_m: float) -> Bridges:
    ends, n = track.bridges[judged].T.copy(), judged.size
    error = np.full(n, error_m)
    return Bridges(*ends, track.lag_h[judged] * 60, np.full(n, s2_m2_min), error, error)


def one_variance(error_m: float) -> Model:
    """Return the model of Brownian bridges with one variance for the whole track."""

    def model(track: Thinned, judged: Indices) -> Expanded:
        x, y, t = _kept(track)
        error = np.full(x.size, error_m)
        found = motion_variance(x, y, t, error, max_lag_min=LAG_H[1] * 60, form="corrected")
        bridges = _bridges(track, judged, found.s2_m2_min, error_m)
        return Expanded(bridges, judged, np.ones(judged.size))

    return model


def law_of(track: Thinned) -> Straying:
    """Return the law of straying of the thinned track."""
    x, y, t = _kept(track)
    return straying(
        x,
        y,
        t,
        np.full(x.size, ERROR_M),
        max_lag_min=SETTINGS.max_lag_h * 60,
        min_triplets=SETTINGS.min_triplets,
    )


def sideways(track: Thinned, judged: Indices) -> Expanded:
    """Return the bridges that stage `intersect` makes by default."""
    plain, law = _bridges(track, judged, 0.0, 0.0), law_of(track)
    s2_m2_min = law.variance(plain.way_m, plain.duration_min)
    bridges = plain.straying(s2_m2_min, tails=law.tails)
    return Expanded(bridges, judged, np.ones(judged.size))


def odds_told(tracks: list[Thinned], lines: Geometries) -> Odds:
    """Return how barriers change the passages of a herd, from the thinned tracks."""
    real, moved = LeftOut.none(), LeftOut.none()
    for track in tracks:
        one, other = left_out_of(_steps(track), lines, SETTINGS)
        real, moved = real + one, moved + other
    return odds_beside(real, moved, prior_sd=SETTINGS.held_sd)


def _steps(track: Thinned) -> Steps:
    x, y, t = _kept(track)
    time = pd.Timestamp("2000-01-01", tz="UTC") + pd.to_timedelta(t, unit="min")
    fixes = pd.DataFrame({"animal": "a", "time_utc": time, "x_m": x, "y_m": y, "burst": 0})
    columns = ["migration", "animal", "season", "part", "start_utc", "end_utc"]
    return steps_of(fixes, pd.DataFrame(columns=columns), max_lag_h=SETTINGS.max_lag_h)


def simulated() -> dict[str, Calibration]:
    """Return the calibration on simulated herds, by how they move."""
    out = {}
    for number, name in enumerate(("Brownian", "restless and quiet days", "directed, restless")):
        rng = np.random.default_rng([SEED, number])
        rows = []
        for _ in range(N_SIMULATED):
            track = _walk(rng, restless=number > 0, drift_m=600.0 if number == 2 else 0.0)
            lines = _fences(rng, track)
            rows.append(judged(track, lines, sideways, FREE))
        out[name] = calibration(pd.concat(rows, ignore_index=True))
    rng = np.random.default_rng([SEED, 3])
    herd = [_stopped(rng) for _ in range(N_SIMULATED)]
    seen = [left_out_of(_steps(track), lines, SETTINGS) for track, lines in herd]
    real = sum((one for one, _ in seen), LeftOut.none())
    moved = sum((one for _, one in seen), LeftOut.none())
    for name, odds in (
        ("free", FREE),
        ("odds", odds_beside(real, moved, prior_sd=SETTINGS.held_sd)),
    ):
        rows = [judged(track, lines, sideways, odds) for track, lines in herd]
        out[f"stopped by fences, {name}"] = calibration(pd.concat(rows, ignore_index=True))
    return out


def _stopped(rng: np.random.Generator) -> tuple[Thinned, Geometries]:
    """Return a restless animal that turns down two of three moves over a fence."""
    free = _walk(rng, restless=True, drift_m=0.0)
    lines = _fences(rng, free)
    ends = shapely.get_coordinates(lines).reshape(-1, 4)
    moves = np.diff(np.column_stack([free.x_m, free.y_m]), axis=0)
    x, y = _refused(moves, ends, rng.random(len(moves)) < 2 / 3, free.x_m[0], free.y_m[0])
    return Thinned(x, y, free.time_min, free.kept), lines


@njit(cache=True)
def _refused(moves: Any, ends: Any, shy: Any, x0: float, y0: float) -> tuple[Any, Any]:
    """Return the path without the moves over a fence that a shy animal turns down."""
    x, y = np.empty(len(moves) + 1), np.empty(len(moves) + 1)
    x[0], y[0] = x0, y0
    for i in range(len(moves)):
        dx, dy = moves[i]
        goes = True
        for k in range(len(ends) if shy[i] else 0):
            ax, ay, bx, by = ends[k]
            one = dx * (ay - y[i]) - dy * (ax - x[i])
            two = dx * (by - y[i]) - dy * (bx - x[i])
            before = (bx - ax) * (y[i] - ay) - (by - ay) * (x[i] - ax)
            after = before + (bx - ax) * dy - (by - ay) * dx
            if one * two < 0 and before * after < 0:
                goes = False
                break
        x[i + 1], y[i + 1] = x[i] + dx * goes, y[i] + dy * goes
    return x, y


def _walk(rng: np.random.Generator, *, restless: bool, drift_m: float) -> Thinned:
    """Return 300 steps of 12 h, of 36 parts each, Brownian with one variance within a step."""
    n, parts = 300, 36
    s2 = np.full(n, 300.0)
    if restless:
        # A day or two alike: triplets see the same law as bridges.
        s2 = 300.0 / np.repeat(rng.gamma(1.5, 1 / 1.5, n // 4 + 1), 4)[:n]
    minutes = 720.0 / parts
    moves = rng.normal(0.0, 1.0, (2, n, parts)) * np.sqrt(minutes * s2)[:, None]
    moves[0] += drift_m / parts
    x, y = np.cumsum(moves.reshape(2, -1), axis=1)
    return Thinned(x, y, np.arange(x.size) * minutes, np.arange(0, x.size, parts))


def _fences(rng: np.random.Generator, track: Thinned) -> Geometries:
    """Return straight fences 0.5-3 km long around the places where the animal was."""
    at = rng.integers(0, track.x_m.size, 150)
    middle = np.column_stack([track.x_m[at], track.y_m[at]]) + rng.normal(0, 800.0, (150, 2))
    turn, half = rng.uniform(0, np.pi, 150), rng.uniform(250.0, 1500.0, 150)
    along = np.column_stack([np.cos(turn), np.sin(turn)]) * half[:, None]
    return np.asarray(shapely.linestrings(np.stack([middle - along, middle + along], axis=1)))


def _real_figures(found: dict[str, Calibration]) -> list[Figure]:
    best, every = found["sideways, odds"], found["sideways, odds; all six phases"]
    first = found["one variance"]
    data = f"{best.n_pairs} pairs, 12-h bridges of five animals and {first.error_of_hits:.5f} hits"
    return [
        Figure(
            name="passage_error",
            value=best.error,
            unit="mean squared error",
            yardstick=f"straight-line hits: {best.error_of_hits:.5f};"
            f" one variance per animal: {first.error:.5f}",
            ratio=best.error / best.error_of_hits,
            target=round(ERROR_RATIO, 3),
            note=data,
        ),
        Figure(
            name="passage_slope",
            value=abs(best.slope - 1),
            unit="from 1",
            yardstick="0.05",
            ratio=abs(best.slope - 1) / 0.05,
            target=1.0,
            note=f"slope of truth on flux {best.slope:.3f}",
        ),
        Figure(
            name="passage_worst_bin_of_six_phases",
            value=every.worst_bin,
            unit="passages",
            yardstick="0.05",
            ratio=every.worst_bin / 0.05,
            target=1.0,
            note=f"{every.n_pairs} pairs; mean squared error {every.error:.5f};"
            f" bridges alone: {found['sideways; all six phases'].worst_bin:.3f}",
        ),
        Figure(
            name="passage_worst_bin",
            value=best.worst_bin,
            unit="passages",
            yardstick="0.05",
            ratio=best.worst_bin / 0.05,
            target=1.0,
            note=f"one variance per animal: {first.worst_bin:.3f}",
        ),
    ]


def _simulated_figure(name: str, found: Calibration) -> Figure:
    off = ((found.bins["truth"] - found.bins["flux"]).abs() / found.bins["se"]).max()
    return Figure(
        name=f"passage_simulated_{name.split(',')[0].split()[0].lower()}",
        value=float(off),
        unit="standard errors",
        yardstick="3",
        ratio=float(off) / 3,
        target=1.0,
        note=f"{name}; slope {found.slope:.3f}; {found.n_pairs} pairs",
    )


def bins_table(found: dict[str, Calibration]) -> str:
    """Return slope, errors and truth by bin of flux."""
    head = ["model", "slope", "error", "of hits", "0.05–0.1", "0.1–0.2", "0.2–0.4", "0.4–0.6",
            "0.6–0.8", "over 0.8"]  # fmt: skip
    rows = [head, ["---"] * len(head)]
    for name, one in found.items():
        cells = [f"{r.flux:.2f} → {r.truth:.2f} ± {r.se:.2f}" for r in one.bins.itertuples()]
        errors = [f"{one.slope:.3f}", f"{one.error:.5f}", f"{one.error_of_hits:.5f}"]
        rows.append([name, *errors, *cells])
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)
