"""Laws of the ranking."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from corridors.threats.rank import bootstrap, ranks
from corridors.threats.score import blocked, evidence, posterior

COUNTS = st.floats(0, 50, allow_nan=False).map(lambda x: round(x, 3))
PRIOR = st.floats(0, 1).map(lambda x: round(x, 3))


def score(passed, turned, prior, status):
    a, b = posterior(passed, turned, prior_mean=prior, prior_encounters=4.0)
    return blocked(passed, turned, a / (a + b), status=status)


@settings(derandomize=True, deadline=None)
@given(st.data())
def test_more_blocked_encounters_never_lower_the_place(data) -> None:
    n = data.draw(st.integers(2, 12))
    passed, turned = (data.draw(arrays(float, n, elements=COUNTS)) for _ in range(2))
    prior = data.draw(arrays(float, n, elements=PRIOR))
    status = np.array(["existing"] * n)
    which, more = data.draw(st.integers(0, n - 1)), data.draw(st.floats(0.001, 30))
    before = ranks(score(passed, turned, prior, status))[which]
    turned[which] += more
    assert ranks(score(passed, turned, prior, status))[which] <= before


@settings(derandomize=True, deadline=None)
@given(arrays(float, st.integers(1, 40), elements=COUNTS))
def test_ranks_are_one_to_n_and_follow_the_score(score_per_year) -> None:
    place = ranks(score_per_year)
    assert sorted(place) == list(range(1, len(place) + 1))
    assert (np.diff(score_per_year[np.argsort(place)]) <= 0).all()


def herd(rng, n_animals: int, n_segments: int, *, years: float = 1.0, copies: int = 1):
    """Encounters of a made-up herd; ``copies`` repeats each animal under another name."""
    rows, tracked = [], {}
    counts = rng.poisson(2, (n_segments, n_animals, 2, 2)).astype(float)
    counts *= rng.random((n_segments, n_animals, 1, 1)) < 0.6
    length = rng.uniform(0.3, 3, n_animals)
    for copy in range(copies):
        for animal in range(n_animals):
            name = f"a{animal}-{copy}"
            tracked[name] = float(length[animal]) * years
            rows += [
                (f"s{s:02d}", name, season, *counts[s, animal, k])
                for s in range(n_segments)
                for k, season in enumerate(("autumn", "spring"))
            ]
    columns = ["segment", "animal", "season", "passages", "approaches"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame, [f"s{s:02d}" for s in range(n_segments)], tracked


def spread_of(frame, ids, tracked, *, status=None, weight=(1.0, 1.0), draws=60, seed=1):
    n = len(ids)
    return bootstrap(
        evidence(frame, ids, tracking_years=tracked),
        prior_mean=np.linspace(0.2, 0.8, n),
        prior_encounters=4.0,
        is_class_prior=np.arange(n) % 3 > 0,
        status=np.full(n, "existing") if status is None else status,
        season_weight=np.array(weight),
        weight_jitter=50.0,
        least_blocked_frac=0.01,
        draws=draws,
        seed=seed,
        herd="x",
    )


@settings(derandomize=True, deadline=None, max_examples=25)
@given(st.integers(1, 6), st.integers(1, 14), st.integers(0, 10_000))
def test_intervals_are_ordered_and_inside_what_is_possible(n_animals, n_segments, seed) -> None:
    frame, ids, tracked = herd(np.random.default_rng(seed), n_animals, n_segments)
    status = np.array(["existing", "planned", "removed"] * n_segments)[:n_segments]
    spread = spread_of(frame, ids, tracked, status=status, weight=(1.0, 2.0))
    assert ((spread.blocked_p05 >= 0) & (spread.blocked_p05 <= spread.blocked_p95)).all()
    assert np.isfinite(spread.blocked_p95).all()
    assert ((spread.rank_p05 >= 1) & (spread.rank_p05 <= spread.rank_p95)).all()
    assert (spread.rank_p95 <= n_segments).all()
    assert ((spread.p_top10 >= 0) & (spread.p_top10 <= 1)).all()
    removed = status == "removed"
    assert (spread.p_top10[removed] == 0).all()
    assert (spread.blocked_p95[removed] == 0).all()
    assert (spread.rank_p05[removed] > (~removed).sum()).all()


@settings(derandomize=True, deadline=None, max_examples=15)
@given(st.integers(1, 8), st.integers(1, 12), st.integers(0, 10_000))
def test_the_order_of_the_rows_is_of_no_matter(n_animals, n_segments, seed) -> None:
    rng = np.random.default_rng(seed)
    frame, ids, tracked = herd(rng, n_animals, n_segments)
    one = spread_of(frame, ids, tracked)
    other = spread_of(
        frame.sample(frac=1.0, random_state=seed),
        list(rng.permutation(ids)),
        dict(sorted(tracked.items(), reverse=True)),
    )
    for name in ("blocked_p05", "blocked_p95", "rank_p05", "rank_p95", "p_top10"):
        assert getattr(one, name).tolist() == getattr(other, name).tolist()


@settings(derandomize=True, deadline=None, max_examples=15)
@given(st.integers(2, 8), st.integers(2, 12), st.integers(-6, 6), st.integers(0, 10_000))
def test_the_unit_of_time_changes_no_rank(n_animals, n_segments, power, seed) -> None:
    factor = 2.0**power
    one = spread_of(*herd(np.random.default_rng(seed), n_animals, n_segments))
    other = spread_of(*herd(np.random.default_rng(seed), n_animals, n_segments, years=factor))
    assert other.blocked_p95 * factor == pytest.approx(one.blocked_p95, rel=1e-5)
    assert other.rank_p05.tolist() == one.rank_p05.tolist()
    assert other.rank_p95.tolist() == one.rank_p95.tolist()


def test_more_animals_alike_narrow_the_intervals() -> None:
    widths = []
    for copies in (1, 2, 4):
        rng = np.random.default_rng(4)
        spread = spread_of(*herd(rng, 8, 25, copies=copies), draws=400)
        widths.append((spread.rank_p95 - spread.rank_p05).mean())
    assert widths[1] < 0.95 * widths[0]
    assert widths[2] < 0.95 * widths[1]


def test_more_approaches_of_the_same_animals_never_lower_the_interval() -> None:
    frame, ids, tracked = herd(np.random.default_rng(9), 12, 15)
    before = spread_of(frame, ids, tracked, draws=400)
    more = frame.copy()
    more.loc[more["segment"] == "s07", "approaches"] += 8.0
    after = spread_of(more, ids, tracked, draws=400)
    assert after.rank_p05[7] <= before.rank_p05[7]
    assert after.rank_p95[7] < before.rank_p95[7]
