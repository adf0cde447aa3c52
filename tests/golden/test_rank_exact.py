"""The draws of the ranking against answers that can be worked out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from corridors.threats.rank import Spread, bootstrap, seeds_of
from corridors.threats.score import Evidence, evidence, summary

COLUMNS = ["segment", "animal", "season", "passages", "approaches"]


def world(counts: dict[str, dict[str, tuple[float, float]]], years: dict[str, float]) -> Evidence:
    """Encounters by segment and animal: (passages, approaches), all in spring."""
    rows = [
        (segment, animal, "spring", *pair)
        for segment, by_animal in counts.items()
        for animal, pair in by_animal.items()
    ]
    return evidence(pd.DataFrame(rows, columns=COLUMNS), list(counts), tracking_years=years)


def spread(
    met: Evidence,
    *,
    prior: float = 0.5,
    status: str = "existing",
    is_class_prior: bool = True,
    draws: int = 4000,
) -> Spread:
    n = len(met.segments)
    return bootstrap(
        met,
        prior_mean=np.full(n, prior),
        prior_encounters=4.0,
        is_class_prior=np.full(n, is_class_prior),
        status=np.full(n, status),
        season_weight=np.ones(len(met.seasons)),
        weight_jitter=50.0,
        least_blocked_frac=0.01,
        draws=draws,
        seed=1,
        herd="exact",
    )


def animals(n: int) -> list[str]:
    return [f"a{i:03d}" for i in range(n)]


def test_many_animals_and_many_segments_leave_the_rate_of_blocked_passages_itself() -> None:
    # 300 animals of 2 years, each meets each segment 20 times, a quarter of them passing: blocked
    # 10 x 3/4 = 7.5 a year. What is left is the noise of 300 animals' own permeability.
    each = dict.fromkeys(animals(300), (5.0, 15.0))
    found = spread(world({f"s{i}": each for i in range(20)}, dict.fromkeys(each, 2.0)))
    assert (found.blocked_p05 + found.blocked_p95) / 2 == pytest.approx(7.5, rel=0.02)
    # No worse than a fully known permeability and 300 animals that differ by the weak prior alone.
    assert (found.blocked_p95 - found.blocked_p05 < 0.15 * 7.5).all()


def test_the_share_of_animals_is_the_bayesian_bootstrap_of_them() -> None:
    # Ten of 40 animals come by, 50 times a year each, and nothing passes (stated): the interval of
    # the blocked passages is that of the share, close to Beta(10, 30), times 50. By the other
    # segments of the herd any share is as likely.
    counts = {
        f"s{i:02d}": dict.fromkeys(np.roll(animals(40), i)[: i + 1].tolist(), (0.0, 100.0))
        for i in range(40)
    }
    met = world(counts, dict.fromkeys(animals(40), 2.0))
    found = spread(met, prior=0.0, is_class_prior=False)
    _, low, high = summary(np.array([10.0]), np.array([30.0]))
    assert found.blocked_p05[9] == pytest.approx(50 * low[0], rel=0.1)
    assert found.blocked_p95[9] == pytest.approx(50 * high[0], rel=0.1)


def test_a_planned_line_varies_as_its_prior_and_its_passages() -> None:
    # Stated permeability 0.25 of 4 encounters: Beta(1, 3); 400 animals pass 10 times a year.
    each = dict.fromkeys(animals(400), (20.0, 5.0))
    met = world({f"s{i}": each for i in range(30)}, dict.fromkeys(each, 2.0))
    found = spread(met, prior=0.25, status="planned", is_class_prior=False)
    _, low, high = summary(np.array([1.0]), np.array([3.0]))
    assert found.blocked_p05 == pytest.approx(10 * (1 - high[0]), rel=0.08)
    assert found.blocked_p95 == pytest.approx(10 * (1 - low[0]), rel=0.08)


def test_segments_that_nobody_can_tell_apart_may_have_any_place() -> None:
    each = dict.fromkeys(animals(6), (2.0, 2.0))
    found = spread(world({f"s{i:02d}": each for i in range(20)}, dict.fromkeys(each, 1.0)))
    assert found.rank_p05 == pytest.approx(np.full(20, 1.5), abs=0.5)
    assert found.rank_p95 == pytest.approx(np.full(20, 19.5), abs=0.5)
    assert found.p_top10 == pytest.approx(0.5, abs=0.05)


def test_class_priors_that_the_herd_refutes_lose_their_weight() -> None:
    # Thirty fences that the animals refute the prior of: told to pass nine of ten, they pass none.
    # A fence of the same class that one animal met once, without passing, is then likely closed.
    closed = {f"s{i:02d}": dict.fromkeys(animals(10), (0.0, 3.0)) for i in range(30)}
    closed["zlone"] = {"a000": (0.0, 1.0)}
    met = world(closed, dict.fromkeys(animals(10), 1.0))
    learned = spread(met, prior=0.9)
    stated = spread(met, prior=0.9, is_class_prior=False)
    assert learned.blocked_p95[-1] > 2 * stated.blocked_p95[-1]


def test_a_barrier_that_is_open_by_statement_blocks_nothing_and_tops_nothing() -> None:
    counts = {"a": {"x": (5.0, 0.0)}, "b": {"x": (1.0, 0.0)}, "c": {"x": (0.0, 5.0)}}
    met = world(counts, {"x": 1.0, "y": 1.0})
    found = spread(met, prior=1.0, is_class_prior=False)
    assert found.blocked_p95[:2].tolist() == [0.0, 0.0]
    assert found.p_top10.tolist() == [0.0, 0.0, 1.0]
    # They share the places behind the one that blocks, in an order of chance.
    assert list(zip(found.rank_p05, found.rank_p95, strict=True))[:2] == [(2.0, 3.0)] * 2


def test_herds_draw_differently_and_each_always_the_same() -> None:
    first = [seed.generate_state(2).tolist() for seed in seeds_of(1, "a")]
    assert first == [seed.generate_state(2).tolist() for seed in seeds_of(1, "a")]
    assert first != [seed.generate_state(2).tolist() for seed in seeds_of(1, "b")]
    assert first != [seed.generate_state(2).tolist() for seed in seeds_of(2, "a")]


def test_beta_summary_is_that_of_tables() -> None:
    # Beta(1, 1) is uniform; Beta(2, 1) has distribution x**2.
    mean, low, high = summary(np.array([1.0, 2.0]), np.array([1.0, 1.0]))
    assert mean == pytest.approx([0.5, 2 / 3])
    assert low == pytest.approx([0.05, np.sqrt(0.05)])
    assert high == pytest.approx([0.95, np.sqrt(0.95)])
