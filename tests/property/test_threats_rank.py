"""Laws of the ranking."""

from __future__ import annotations

import numpy as np
import pandas as pd
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


@settings(derandomize=True, deadline=None, max_examples=25)
@given(st.integers(1, 6), st.integers(2, 9), st.integers(0, 10_000))
def test_intervals_are_ordered_and_inside_what_is_possible(n_animals, n_segments, seed) -> None:
    rng = np.random.default_rng(seed)
    rows = [
        (f"s{s}", f"a{a}", season, float(rng.poisson(2)), float(rng.poisson(2)))
        for s in range(n_segments)
        for a in range(n_animals)
        for season in ("spring", "autumn")
    ]
    frame = pd.DataFrame(rows, columns=["segment", "animal", "season", "passages", "approaches"])
    met = evidence(
        frame,
        [f"s{s}" for s in range(n_segments)],
        tracking_years={f"a{a}": float(rng.uniform(0.3, 3)) for a in range(n_animals)},
    )
    spread = bootstrap(
        met,
        prior_mean=np.full(n_segments, 0.5),
        prior_encounters=4.0,
        status=np.array(["existing", "planned", "removed"] * n_segments)[:n_segments],
        season_weight=np.array([1.0, 2.0]),
        score=np.arange(n_segments, 0.0, -1.0),
        weight_jitter=50.0,
        draws=60,
        seed=seed,
        herd="x",
    )
    assert (spread.blocked_p05 <= spread.blocked_p95).all()
    assert ((spread.rank_p05 >= 1) & (spread.rank_p05 <= spread.rank_p95)).all()
    assert (spread.rank_p95 <= n_segments).all()
    assert (spread.p_top10 == 1).all()  # fewer than ten segments
