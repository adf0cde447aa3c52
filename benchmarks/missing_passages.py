"""Missing passages and ranks on simulated herds among fences whose harm is known."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from benchmarks.fenced_worlds import ERROR_M, Setting, World, thinned, world
from benchmarks.figure import Figure, Report
from benchmarks.true_ranks import held_by, true_places
from corridors.barriers.attempts import States, attempts, exposure
from corridors.barriers.companions import independent_units
from corridors.barriers.copies import copies
from corridors.barriers.crossings import steps_of, window_of
from corridors.barriers.visits import Lines, Ways, free_ends
from corridors.config.trials import Trials
from corridors.stages.intersect.trying import rules_of
from corridors.threats.missing import EXISTING
from corridors.threats.places import Tracked, drawn, judged, tallied

Floats = npt.NDArray[np.float64]

FIRST_SEED, N_SEEDS = 501, 30
N_POPULATION = 100
DRAWS = 500
TRUE_HARM = 0.05  # missing passages a year
INTERVALS_H = (1.0, 2.0, 4.0)
TRIED = rules_of(Trials())  # as a study has it that says nothing of them
PRIOR_KAPPA, PRIOR_STRENGTH = 0.5, 1.0
PLAIN = Setting("12 to 20 animals")
OTHERS = (
    Setting("groups of five", n_units=(8, 12), group_size=5),
    Setting("3 to 5 animals", n_units=(3, 5)),
    Setting("one dominates", n_units=(4, 8), is_dominated=True),
    Setting("one to four years", n_units=(8, 14), years=(1, 4)),
)


def run() -> Report:
    """Measure and return the figures with their tables."""
    parts = []
    for setting in (PLAIN, *OTHERS):
        for seed in range(FIRST_SEED, FIRST_SEED + N_SEEDS):
            truth = world(setting, seed, n_population=N_POPULATION)
            intervals_h = INTERVALS_H if setting is PLAIN else (1.0, 4.0)
            parts += [
                found_in(truth, interval_h, seed).assign(setting=setting.name)
                for interval_h in intervals_h
            ]
            if setting is PLAIN:
                cut = only_migrations(truth)
                parts.append(found_in(cut, 1.0, seed).assign(setting="cut to migrations"))
    rows = pd.concat(parts, ignore_index=True)
    return Report(figures(rows), markdown(rows), "missing-passages.md")


def only_migrations(truth: World) -> World:
    """Return a world of which only the migrations were tracked."""
    windows = truth.windows[truth.windows["part"] == "migration"].reset_index(drop=True)
    fixes = truth.fixes.drop(columns="burst")
    at = window_of(fixes["animal"], fixes["time_utc"], windows)
    return replace(truth, windows=windows, fixes=fixes.assign(burst=at)[at >= 0])


def found_in(truth: World, interval_h: float, seed: int) -> pd.DataFrame:
    """Return one row per fence that was met in a migration: truth and what was found.

    ``harmless_all`` is the same for all: what harmless lines are told to cost in the whole year.
    """
    fixes = thinned(truth.fixes, interval_h=interval_h, error_m=ERROR_M, seed=seed)
    found = places_of_world(fixes, truth.windows, truth.ends_m)
    rows = found.set_index("place").sort_index()
    harmless = rows[truth.kind[rows.index] == "harmless"]
    rows["harmless_all"] = harmless["missing_all_per_year"].sum()
    rows = rows[rows["trials_per_year"] > 0]
    rows["kind"] = truth.kind[rows.index]
    rows["truth"] = truth.missing[rows.index]
    first, last = true_places(np.maximum(0.0, rows["truth"].to_numpy()))
    n = len(rows)
    low, high = (rows[name].to_numpy(float) for name in ("rank_from", "rank_to"))
    rows["held_rank"] = held_by(low, high, first, last)
    rows["width"] = (high - low + 1) / n
    return rows.reset_index().assign(seed=seed, interval_h=interval_h)


def places_of_world(fixes: pd.DataFrame, windows: pd.DataFrame, ends_m: Floats) -> pd.DataFrame:
    """Return PLACES of a simulated herd; each fence is one place."""
    steps = steps_of(fixes, windows, max_lag_h=12.0)
    window = window_of(steps.frame["animal"], steps.frame["start_utc"], windows)
    moves = (windows["part"] == "migration").to_numpy(bool)
    ways = Ways.of(steps, window, moves, reach_quantile=TRIED.reach_quantile)
    segments = np.asarray(shapely.linestrings(ends_m.reshape(-1, 2, 2)), dtype=object)
    n = len(segments)
    line, sign = np.arange(n), np.ones(n, dtype=np.int64)
    tips = free_ends(segments, line, sign, tolerance_m=1.0)
    points = fixes[["x_m", "y_m"]].to_numpy(float)
    states = States.of(windows)
    tracked, stays = exposure(steps, windows, states)
    tried = attempts(
        ways,
        states,
        Lines.of(segments, line, sign, tips, None),
        copies(segments, line, sign, tips, None, points, TRIED.shift),
        stays,
        tolerance_m=np.zeros(n),
        distance_m=TRIED.distance_m,
        end_m=TRIED.end_m,
        rules=TRIED.rules,
    )
    names = np.array(sorted(fixes["animal"].unique()), dtype=str)
    unit = independent_units(
        np.searchsorted(names, fixes["animal"].to_numpy(str)).astype(np.int64),
        fixes["time_utc"].to_numpy("datetime64[us]").astype(np.int64),
        points,
        **asdict(TRIED.together),
    )
    tracks = Tracked(tracked.to_numpy(float)[None], unit, states.is_migration)
    return judged_places(tried, tracks, line, n, name="simulated")


def judged_places(
    tried: pd.DataFrame, tracks: Tracked, place: npt.NDArray[np.int64], n: int, *, name: str
) -> pd.DataFrame:
    """Return the ``n`` places of a herd, all standing, as the ranking judges them."""
    span, status = np.zeros(n, np.int64), np.full(n, EXISTING)
    known = pd.DataFrame(
        {
            "status": status,
            "kappa": PRIOR_KAPPA,
            "is_stated": False,
            "span": span,
            "number": np.arange(n),
        }
    )
    draws = drawn(
        tried,
        tracks,
        place,
        known,
        prior_strength=PRIOR_STRENGTH,
        draws=DRAWS,
        seed=1,
        name=name,
    )
    return judged(tallied(tried, tracks, place, span), draws, status, seed=1)


def measures(rows: pd.DataFrame) -> dict[str, float]:
    """Return what the rows of one setting and interval are worth."""
    harmful = rows[rows["truth"] > TRUE_HARM]
    complete = harmful[harmful["kind"] == "complete"]
    harmless = rows[rows["kind"] == "harmless"]
    right = n_pairs = 0
    for _, own in rows.groupby("seed"):
        one = own.loc[(own["kind"] == "complete") & (own["truth"] > TRUE_HARM), "missing_per_year"]
        two = own.loc[own["kind"] == "harmless", "missing_per_year"]
        right += int((one.to_numpy()[:, None] > two.to_numpy()).sum())
        n_pairs += len(one) * len(two)
    held = (harmful["missing_p05"] <= harmful["truth"]) & (
        harmful["truth"] <= harmful["missing_p95"]
    )
    n_worlds = rows["seed"].nunique()
    return {
        "herds": float(n_worlds),
        "pairs": float(n_pairs),
        "order": right / max(1, n_pairs),
        "ratio": float((complete["missing_per_year"] / complete["truth"]).median()),
        "held": float(held.mean()),
        "harmless": float(harmless["missing_per_year"].sum() / n_worlds),
        "harmless_all": float(rows.groupby("seed")["harmless_all"].first().mean()),
        "harmless_acts": float((harmless["grade"] == "act").mean()),
        "acts": float((complete["grade"] == "act").mean()),
        "acts_of_three": float((complete["grade"] == "act")[complete["n_units"] >= 3].mean()),
        "held_rank": float(rows["held_rank"].mean()),
        "held_rank_harmful": float(harmful["held_rank"].mean()),
        "width": float(rows["width"].mean()),
        "placebo": float((harmless["placebo_p"] <= 0.05).mean()),
    }


def _at_least(name: str, value: float, least: float, note: str) -> Figure:
    """Return a figure that shall not be below ``least``: its shortfall over the allowed one."""
    return Figure(
        name=name,
        value=value,
        unit="share",
        yardstick=f"at least {least:g}",
        ratio=(1.0 - value) / (1.0 - least),
        target=1.0,
        note=note,
    )


def _within(name: str, value: float, aim: float, half: float, note: str) -> Figure:
    return Figure(
        name=name,
        value=value,
        unit="share",
        yardstick=f"{aim - half:g} to {aim + half:g}",
        ratio=abs(value - aim) / half,
        target=1.0,
        note=note,
    )


def figures(rows: pd.DataFrame) -> list[Figure]:
    """Return the figures against their targets."""
    out = []
    for interval_h in INTERVALS_H:
        found = measures(rows[(rows["setting"] == PLAIN.name) & (rows["interval_h"] == interval_h)])
        at = f"{interval_h:g}h"
        note = f"{found['herds']:.0f} herds, fixes every {interval_h:g} h"
        out += [
            _at_least(
                f"missing_order_{at}", found["order"], 0.98 if interval_h < 4 else 0.95,
                f"{found['pairs']:.0f} pairs of a complete fence and a harmless line; {note}",
            ),
            _within(f"missing_interval_{at}", found["held"], 0.9, 0.05, f"harmful fences; {note}"),
            Figure(
                f"missing_harmless_{at}", found["harmless"], "passages a year",
                "0.5, harmless lines of a herd together", found["harmless"] / 0.5, 1.0, note,
            ),
            Figure(
                f"missing_harmless_all_{at}", found["harmless_all"], "passages a year",
                "0.5, the same in the whole year", found["harmless_all"] / 0.5, 1.0, note,
            ),
            Figure(
                f"missing_harmless_acts_{at}", found["harmless_acts"], "of harmless lines with"
                " advice", "0.05", found["harmless_acts"] / 0.05, 1.0, note,
            ),
        ]  # fmt: skip
        if interval_h < 4:
            off = abs(np.log(found["ratio"]))
            out += [
                Figure(
                    f"missing_ratio_{at}", found["ratio"], "of the truth, median",
                    "factor 1.5", float(np.exp(off) / 1.5), 1.0, f"complete fences; {note}",
                ),
                _at_least(
                    f"missing_acts_{at}", found["acts"], 0.9,
                    f"complete fences graded act; of those that three units met:"
                    f" {found['acts_of_three']:.3f}; {note}",
                ),
            ]  # fmt: skip
    for setting in OTHERS:
        for interval_h in (1.0, 4.0):
            own = rows[(rows["setting"] == setting.name) & (rows["interval_h"] == interval_h)]
            found = measures(own)
            name = f"{setting.name.replace(' ', '_')}_{interval_h:g}h"
            note = f"{found['herds']:.0f} herds; mean width {found['width']:.2f} of the places"
            out += [
                _within(f"missing_ranks_{name}", found["held_rank"], 0.9, 0.05, note),
                _within(
                    f"missing_ranks_harmful_{name}", found["held_rank_harmful"], 0.9, 0.05, note
                ),
            ]
    ratio = cut_ratio(rows)
    out.append(
        Figure(
            "missing_cut_tracks", ratio, "times the figure of whole tracks", "0.67 to 1.5",
            float(np.exp(abs(np.log(ratio))) / 1.5), 1.0, "sum over harmful fences, 1 h",
        )
    )  # fmt: skip
    return out


def cut_ratio(rows: pd.DataFrame) -> float:
    """Return the sum over harmful fences on tracks cut to migrations, over that on whole ones."""
    harmful = rows[(rows["truth"] > TRUE_HARM) & (rows["interval_h"] == 1.0)]
    sums = harmful.groupby("setting")["missing_per_year"].sum()
    return float(sums["cut to migrations"] / sums[PLAIN.name])


def markdown(rows: pd.DataFrame) -> str:
    """Return the table of settings."""
    head = (
        "| herds | fixes | order right | complete: found over true | 90 % interval holds (harmful)"
        " |"
        " harmless together, a year | in the whole year | harmless with advice | complete: act |"
        " of three units |"
        " rank held | of harmful | width |"
    )
    lines = []
    for (setting, interval_h), own in rows.groupby(["setting", "interval_h"], sort=False):
        m = measures(own)
        lines.append(
            f"| {setting} | {interval_h:g} h | {m['order']:.3f} | {m['ratio']:.2f} |"
            f" {m['held']:.2f} | {m['harmless']:.2f} | {m['harmless_all']:.2f} |"
            f" {m['harmless_acts']:.3f} | {m['acts']:.2f} |"
            f" {m['acts_of_three']:.2f} | {m['held_rank']:.2f} | {m['held_rank_harmful']:.2f} |"
            f" {m['width']:.2f} |"
        )
    return "\n".join([head, "|---" * 13 + "|", *lines])
