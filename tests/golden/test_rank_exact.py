"""The bootstrap against answers that can be worked out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from corridors.threats.rank import Spread, bootstrap, seeds_of
from corridors.threats.score import Evidence, evidence, summary


def world(counts: dict[str, dict[str, tuple[float, float]]], years: dict[str, float]) -> Evidence:
    """Encounters by segment and animal: (passages, approaches), all in spring."""
    rows = [
        (segment, animal, "spring", *pair)
        for segment, by_animal in counts.items()
        for animal, pair in by_animal.items()
    ]
    columns = ["segment", "animal", "season", "passages", "approaches"]
    return evidence(pd.DataFrame(rows, columns=columns), list(counts), tracking_years=years)


def spread(met: Evidence, *, prior: float, draws: int = 4000, strength: float = 4.0) -> Spread:
    n = len(met.segments)
    return bootstrap(
        met,
        prior_mean=np.full(n, prior),
        prior_encounters=strength,
        status=np.array(["existing"] * n),
        season_weight=np.ones(1),
        score=np.arange(n, 0.0, -1.0),
        weight_jitter=50.0,
        draws=draws,
        seed=1,
        herd="exact",
    )


def test_two_animals_give_the_three_values_that_two_animals_can_give() -> None:
    # Nothing passes a barrier stated closed, so only the animals vary: with two of them the draws
    # are (a, a), (a, b), (b, b) with probabilities 1/4, 1/2, 1/4 and the lone segment scores
    # 4, 2, 0. Ten others always score 3.5: it is among the first ten in a quarter of the draws.
    counts = {f"other{i}": {"a": (0.0, 3.5), "b": (0.0, 3.5)} for i in range(10)}
    counts["zlone"] = {"a": (0.0, 4.0)}
    found = spread(world(counts, {"a": 1.0, "b": 1.0}), prior=0.0)
    assert (found.blocked_p05[-1], found.blocked_p95[-1]) == (0.0, 4.0)
    assert (found.rank_p05[-1], found.rank_p95[-1]) == (1.0, 11.0)
    assert found.p_top10[-1] == pytest.approx(0.25, abs=4 * np.sqrt(0.25 * 0.75 / 4000))
    assert found.blocked_p05[:10] == pytest.approx(3.5)
    assert found.blocked_p95[:10] == pytest.approx(3.5)


def test_an_animal_tracked_longer_weighs_by_its_years() -> None:
    # (a, a): 4/1, (a, b): 4/4, (b, b): 0/3.
    found = spread(world({"s": {"a": (0.0, 4.0)}}, {"a": 1.0, "b": 3.0}), prior=0.0)
    assert (found.blocked_p05[0], found.blocked_p95[0]) == (0.0, 4.0)


def test_one_animal_leaves_only_the_permeability_to_vary() -> None:
    # One animal: blocked = 8 (1 - pi) with pi ~ Beta(2 + 6, 2 + 2).
    found = spread(world({"s": {"a": (6.0, 2.0)}}, {"a": 1.0}), prior=0.5, draws=40_000)
    _, low, high = summary(np.array([8.0]), np.array([4.0]))
    assert found.blocked_p05[0] == pytest.approx(8 * (1 - high[0]), abs=0.05)
    assert found.blocked_p95[0] == pytest.approx(8 * (1 - low[0]), abs=0.05)


def test_the_interval_covers_the_truth_as_often_as_a_bootstrap_of_twelve_animals_can() -> None:
    # 400 segments, each its own world: 12 animals of 2 years, 3 encounters a year and animal,
    # true permeability 0.3. The nominal 90 % interval of so few animals covers a little less.
    rng = np.random.default_rng(5)
    animals = [f"a{i:02d}" for i in range(12)]
    counts = {
        f"s{s:03d}": {
            animal: _split(rng, int(n))
            for animal, n in zip(animals, rng.poisson(6, 12), strict=True)
        }
        for s in range(400)
    }
    found = spread(world(counts, dict.fromkeys(animals, 2.0)), prior=0.3, draws=400)
    truth = 3.0 * 0.7
    covered = ((found.blocked_p05 <= truth) & (truth <= found.blocked_p95)).mean()
    assert 0.84 <= covered <= 0.99


def _split(rng: np.random.Generator, n: int) -> tuple[float, float]:
    passed = float(rng.binomial(n, 0.3))
    return passed, n - passed


def test_beta_summary_is_that_of_tables() -> None:
    # Beta(1, 1) is uniform; Beta(2, 1) has distribution x**2.
    mean, low, high = summary(np.array([1.0, 2.0]), np.array([1.0, 1.0]))
    assert mean == pytest.approx([0.5, 2 / 3])
    assert low == pytest.approx([0.05, np.sqrt(0.05)])
    assert high == pytest.approx([0.95, np.sqrt(0.95)])


def test_herds_draw_differently_and_each_always_the_same() -> None:
    first = [seed.generate_state(2).tolist() for seed in seeds_of(1, "a")]
    assert first == [seed.generate_state(2).tolist() for seed in seeds_of(1, "a")]
    assert first != [seed.generate_state(2).tolist() for seed in seeds_of(1, "b")]
    assert first != [seed.generate_state(2).tolist() for seed in seeds_of(2, "a")]
