"""How often the 90 % intervals of ranks hold the true rank, on herds whose truth is known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.figure import Figure, Report
from benchmarks.simulated_encounters import KINDS, SETTINGS, Setting, TrueHerd, true_herd
from corridors.foundation.arrays import Floats
from corridors.threats.rank import Spread, bootstrap, ranks
from corridors.threats.score import Evidence, blocked, posterior

SEED = 20240101
N_HERDS = 60  # of each setting
DRAWS = 500
PRIOR_ENCOUNTERS = 4.0
AIM, HALF_WIDTH = 0.90, 0.05  # 85 to 95 %
GROUPS = ("all", *KINDS, "rare", "common")


def run() -> Report:
    """Measure and return the figures with their tables."""
    cases = pd.concat([cases_of(setting, n_herds=N_HERDS) for setting in SETTINGS])
    usual = cases[~cases["is_spread"]]
    rows = summary(usual)
    return Report(
        page="rank-honesty.md",
        figures=[_figure(rows, group) for group in ("all", *KINDS, "rare")],
        tables="\n\n".join(
            [
                f"### By group: {_herds(usual)} herds, {len(usual)} segments\n\n" + _markdown(rows),
                "### By setting\n\n" + _markdown(by_setting(cases)),
            ]
        ),
    )


def cases_of(setting: Setting, *, n_herds: int) -> pd.DataFrame:
    """Return one row per segment of ``n_herds`` simulated herds: what its interval is worth."""
    number = SETTINGS.index(setting)
    found = []
    for herd in range(n_herds):
        truth = true_herd(np.random.default_rng([SEED, number, herd]), setting)
        found.append(judged(truth, seed=herd).assign(herd=f"{number}-{herd}"))
    return pd.concat(found).assign(setting=setting.name, is_spread=setting.spread > 0)


def judged(truth: TrueHerd, *, seed: int) -> pd.DataFrame:
    """Return one row per segment, by our intervals and by two plainer ones.

    ``held`` is the chance that the interval holds the true rank. Segments that truly block equally
    much (those that block nothing) share their places, and the true rank of each is any of them
    with the same chance. ``touched`` says whether the interval holds any of the shared places.
    ``width`` is the number of places in the interval over the number of segments. ``held_plain``
    and ``width_plain`` are those of :func:`plain_intervals`.
    """
    first, last = true_places(truth.blocked_per_year)
    n = len(first)
    passed, turned, years = totals(truth.met, np.ones((1, len(truth.met.animals))))
    status = np.full(n, "existing")
    a, b = posterior(
        passed[0], turned[0], prior_mean=truth.prior_mean, prior_encounters=PRIOR_ENCOUNTERS
    )
    loss = blocked(passed[0], turned[0], a / (a + b), status=status) / years[0]
    found: Spread = bootstrap(
        truth.met,
        prior_mean=truth.prior_mean,
        prior_encounters=PRIOR_ENCOUNTERS,
        is_class_prior=np.ones(n, dtype=bool),
        status=status,
        season_weight=np.ones(len(truth.met.seasons)),
        weight_jitter=50.0,
        least_blocked_frac=0.01,
        draws=DRAWS,
        seed=seed,
        herd="simulated",
    ).holding(blocked_per_year=loss, rank=ranks(loss))
    held, touched = held_by(found.rank_p05, found.rank_p95, first, last)
    low, high = plain_intervals(truth, loss, seed=seed)
    return pd.DataFrame(
        {
            "kind": truth.kind,
            "n_met": truth.n_met,
            "held": held,
            "touched": touched,
            "width": (found.rank_p95 - found.rank_p05 + 1) / n,
            "held_plain": held_by(low, high, first, last)[0],
            "width_plain": (high - low + 1) / n,
        }
    )


def true_places(loss: Floats) -> tuple[Floats, Floats]:
    """Return the first and the last place that each segment shares with those of the same loss.

    >>> [part.tolist() for part in true_places(np.array([0.0, 4.0, 0.0, 2.0]))]
    [[3.0, 1.0, 3.0, 2.0], [4.0, 1.0, 4.0, 2.0]]
    """
    ordered = np.sort(-loss)
    first: Floats = np.searchsorted(ordered, -loss, side="left").astype(float) + 1.0
    last: Floats = np.searchsorted(ordered, -loss, side="right").astype(float)
    return first, last


def held_by(low: Floats, high: Floats, first: Floats, last: Floats) -> tuple[Floats, Floats]:
    """Return the share of the places first...last inside low...high, and whether any is."""
    common = np.maximum(0.0, np.minimum(high, last) - np.maximum(low, first) + 1.0)
    return common / (last - first + 1.0), (common > 0).astype(float)


def totals(met: Evidence, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """Return passages, approaches and years of resampled animals, (n_draws, n_segments)."""
    passed, turned = met.counts(weights)
    return passed.sum(axis=1), turned.sum(axis=1), met.years(weights)


def plain_intervals(truth: TrueHerd, loss: Floats, *, seed: int) -> tuple[Floats, Floats]:
    """Return rank intervals of the textbook way: resample animals, draw Beta posteriors, rank.

    This is what the first version of the ranking did: segments that a draw leaves equal are ordered
    by the score of all animals, and those that nobody met share the last places.
    """
    rng = np.random.default_rng(seed)
    n = len(truth.met.animals)
    weights = rng.multinomial(n, np.full(n, 1.0 / n), size=DRAWS).astype(float)
    passed, turned, years = totals(truth.met, weights)
    a, b = posterior(passed, turned, prior_mean=truth.prior_mean, prior_encounters=PRIOR_ENCOUNTERS)
    drawn = (passed + turned) * (1.0 - rng.beta(a, b)) / years
    best_first = np.argsort(-loss, kind="stable")
    place = np.empty_like(drawn)
    place[:, best_first] = ranks(drawn[:, best_first])
    low, high = np.quantile(place, [0.05, 0.95], axis=0, method="inverted_cdf")
    blocks = loss > 0
    return np.where(blocks, low, blocks.sum() + 1.0), np.where(blocks, high, float(len(loss)))


def summary(cases: pd.DataFrame) -> pd.DataFrame:
    """Return the means over each group of segments; ``rare``: met by one tracked animal or none."""
    chosen = {
        "all": np.ones(len(cases), dtype=bool),
        **{kind: (cases["kind"] == kind).to_numpy() for kind in KINDS},
        "rare": (cases["n_met"] <= 1).to_numpy(),
        "common": (cases["n_met"] >= 5).to_numpy(),
    }
    return pd.DataFrame({group: _means(cases[chosen[group]]) for group in GROUPS}).T


def by_setting(cases: pd.DataFrame) -> pd.DataFrame:
    """Return the means over the segments of each setting."""
    groups = cases.groupby("setting", sort=False)
    return pd.DataFrame({name: _means(rows) for name, rows in groups}).T


def _means(cases: pd.DataFrame) -> pd.Series[float]:
    columns = ["held", "touched", "width", "held_plain", "width_plain"]
    harmless = cases.loc[cases["kind"] == "harmless", "held"].mean()
    return pd.Series({"n": float(len(cases)), **cases[columns].mean(), "harmless": harmless})


def _herds(cases: pd.DataFrame) -> int:
    return int(cases["herd"].nunique())


def _figure(rows: pd.DataFrame, group: str) -> Figure:
    row = rows.T[group]
    off = abs(float(row["held"]) - AIM)
    return Figure(
        name=f"rank_honesty_{group}",
        value=float(row["held"]),
        unit="of 90 % intervals hold the true rank",
        yardstick=f"plain bootstrap of animals: {row['held_plain']:.3f}",
        ratio=off / HALF_WIDTH,
        target=1.0,
        note=f"{row['n']:.0f} segments; mean width {row['width']:.2f} of the places, plain"
        f" {row['width_plain']:.2f}; ratio: distance from {AIM:.0%} over {HALF_WIDTH:.0%}",
    )


def _markdown(rows: pd.DataFrame) -> str:
    head = (
        "| | segments | holds the true rank | holds a shared place | width | plain: holds |"
        " plain: width | of harmless: holds |"
    )
    lines = [
        f"| {name} | {row['n']:.0f} | {row['held']:.3f} | {row['touched']:.3f} |"
        f" {row['width']:.2f} | {row['held_plain']:.3f} | {row['width_plain']:.2f} |"
        f" {row['harmless']:.3f} |"
        for name, row in rows.iterrows()
    ]
    return "\n".join([head, "|---" * 8 + "|", *lines])
