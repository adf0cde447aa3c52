"""Placebo of the ranking: the fences and roads of real herds, and the same ones moved elsewhere."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from benchmarks.figure import Figure, MissingDataError
from benchmarks.missing_passages import TRIED, judged_places
from corridors.barriers.attempts import States, attempts, exposure
from corridors.barriers.companions import independent_units
from corridors.barriers.copies import copies
from corridors.barriers.crossings import Steps, steps_of, window_of
from corridors.barriers.line_order import positions_along
from corridors.barriers.segments import joined_lines, projected, segment_ends
from corridors.barriers.visits import Lines, Ways, free_ends
from corridors.threats.places import Tracked, places_of

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

NO_BARRIERS = ("border", "river")
PLACE_LENGTH_M = 10_000.0
MOVES_M = tuple(
    (far * np.cos(angle), far * np.sin(angle))
    for far, angle in zip(
        (1500.0, 2100.0, 2700.0, 3300.0, 4000.0), 0.3 + 2 * np.pi * np.arange(5) / 5, strict=True
    )
)


@dataclass(frozen=True)
class Study:
    """A herd as the pipeline left it."""

    name: str
    steps: Steps
    windows: pd.DataFrame
    fixes: pd.DataFrame
    segments: gpd.GeoDataFrame
    lines: npt.NDArray[np.object_]


def run() -> list[Figure]:
    """Return the blocked share and the places with advice, of moved barriers, for each herd."""
    out = []
    for study in studies():
        rows = [placed(study, move) for move in ((0.0, 0.0), *MOVES_M)]
        real, moved = summary(rows[0]), summary(pd.concat(rows[1:]))
        note = (
            f"{len(study.segments)} segments; the real ones: {100 * real['blocked']:.1f} % of"
            f" {real['trials']:.0f} trials a year blocked, {real['acts']:.0f} of"
            f" {real['places']:.0f} places with advice; moved 5 times"
        )
        out += [
            Figure(
                f"placebo_blocked_{study.name}", moved["blocked"], "of trials blocked",
                "0.02", moved["blocked"] / 0.02, 1.0, note,
            ),
            Figure(
                f"placebo_acts_{study.name}", moved["acts"], "places with advice", "none",
                moved["acts"], 0.0, f"of {moved['places']:.0f} places met; {note}",
            ),
        ]  # fmt: skip
    return out


def studies() -> list[Study]:
    """Return the herds below ``CORRIDORS_STUDIES``: results of :mod:`scripts.run_studies`."""
    root = os.environ.get("CORRIDORS_STUDIES")
    if not root or not Path(root).is_dir():
        raise MissingDataError("needs results of studies; set CORRIDORS_STUDIES")
    found = sorted(Path(root).glob("*/data/processed/intersect/*/segments.parquet"))
    herds = [_study(path) for path in found if "demo" not in path.parts]
    return [herd for herd in herds if len(herd.segments)]


def _study(path: Path) -> Study:
    herd, processed = path.parent.name, path.parents[2]
    crs = json.loads((processed / "clean" / herd / "clean.json").read_text())["crs"]
    fixes = pd.read_parquet(
        processed / "clean" / herd / "fixes.parquet",
        columns=["animal", "time_utc", "x_m", "y_m", "burst"],
    )
    windows = pd.read_parquet(processed / "segment" / herd / "migrations.parquet")
    windows = windows.reset_index(drop=True)
    segments = gpd.read_parquet(path)
    segments = segments[~segments["kind"].isin(NO_BARRIERS)].reset_index(drop=True)
    lines = projected(np.asarray(segments.geometry.to_numpy(), dtype=object), crs)
    steps = steps_of(fixes, windows, max_lag_h=12.0)
    return Study(herd, steps, windows, fixes[fixes["burst"] >= 0], segments, lines)


def placed(study: Study, move_m: tuple[float, float]) -> pd.DataFrame:
    """Return PLACES of a herd whose barriers are moved."""
    lines = np.asarray(shapely.transform(study.lines, lambda p: p + np.array(move_m)), dtype=object)
    groups = pd.factorize(study.segments["kind"] + study.segments["source"], sort=True)[0]
    line, sign = joined_lines(
        segment_ends(lines), groups.astype(np.int64), tolerance_m=25.0, max_turn_deg=45.0
    )
    tips = free_ends(lines, line, sign, tolerance_m=25.0)
    windows, steps = study.windows, study.steps
    window = window_of(steps.frame["animal"], steps.frame["start_utc"], windows)
    moves = (windows["part"] == "migration").to_numpy(bool)
    ways = Ways.of(steps, window, moves, reach_quantile=TRIED.reach_quantile)
    states = States.of(windows)
    tracked, stays = exposure(steps, windows, states)
    points = study.fixes[["x_m", "y_m"]].to_numpy(float)
    tried = attempts(
        ways,
        states,
        Lines.of(lines, line, sign, tips, None),
        copies(lines, line, sign, tips, None, points, TRIED.shift),
        stays,
        tolerance_m=np.zeros(len(tips)),
        distance_m=TRIED.distance_m,
        end_m=TRIED.end_m,
        rules=TRIED.rules,
    )
    place = places_of(
        line,
        positions_along(segment_ends(lines), line, sign, tolerance_m=25.0),
        study.segments["length_m"].to_numpy(float),
        place_length_m=PLACE_LENGTH_M,
    )
    tracks = Tracked(tracked.to_numpy(float)[None], units_of(study), states.is_migration)
    return judged_places(tried, tracks, place, int(place.max()) + 1, name=study.name)


def units_of(study: Study) -> Indices:
    """Return the independent unit of each animal."""
    names = np.array(sorted(study.steps.frame["animal"].astype(str).unique()))
    fixes = study.fixes[study.fixes["animal"].astype(str).isin(names)]
    return independent_units(
        np.searchsorted(names, fixes["animal"].to_numpy(str)).astype(np.int64),
        fixes["time_utc"].to_numpy("datetime64[us]").astype(np.int64),
        fixes[["x_m", "y_m"]].to_numpy(float),
        **asdict(TRIED.together),
    )


def summary(rows: pd.DataFrame) -> dict[str, float]:
    """Return the blocked share of all trials in migrations, and the places with advice."""
    met = rows[rows["trials_per_year"] > 0]
    total = float(met["trials_per_year"].sum())
    return {
        "trials": total,
        "blocked": float(met["missing_per_year"].sum()) / max(total, 1e-12),
        "acts": float((met["grade"] == "act").sum()),
        "places": float(len(met)),
        "looks": float((met["grade"] == "look_on_site").sum()),
    }
