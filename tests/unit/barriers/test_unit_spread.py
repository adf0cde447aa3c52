"""The variance between units, and how well it is known."""

from __future__ import annotations

import numpy as np
import pytest

from corridors.barriers.unit_spread import unit_spread

SIZES = np.array([1.0, 2.0, 3.0, 5.0, 20.0, 9.0])


def left(rng: np.random.Generator, variance: np.ndarray, n: int) -> np.ndarray:
    """Return scores of units at the estimate, shape (n, n_units)."""
    score = rng.normal(0.0, np.sqrt(variance), (n, SIZES.size))
    return score - SIZES / SIZES.sum() * score.sum(axis=1, keepdims=True)


def test_units_of_unequal_size_that_do_not_differ_have_a_spread_of_one() -> None:
    # Those that differ less than by chance and those that differ more make up for each other.
    rng = np.random.default_rng(1)
    share = SIZES / SIZES.sum()
    raw = (left(rng, SIZES, 20_000) ** 2).sum(axis=1).mean() / SIZES.sum()
    assert raw == pytest.approx(1 - (share**2).sum(), rel=0.05)  # too small, without the weights
    weighted = (left(rng, SIZES, 20_000) ** 2 / (1 - share)).sum(axis=1).mean() / SIZES.sum()
    assert weighted == pytest.approx(1.0, rel=0.05)
    few = unit_spread(0.1 * SIZES - 0.1 * share * SIZES.sum(), SIZES)
    assert 1.0 < few.freedom < SIZES.size - 1


def test_units_that_differ_are_known_by_their_largest() -> None:
    rng = np.random.default_rng(2)
    tau2 = 0.5
    found = [unit_spread(one, SIZES) for one in left(rng, SIZES + tau2 * SIZES**2, 4000)]
    true = 1 + tau2 * (SIZES**2).sum() / SIZES.sum()
    assert np.mean([one.ratio for one in found]) == pytest.approx(true, rel=0.1)
    assert np.median([one.freedom for one in found]) < 2.5


def test_equal_units_have_the_usual_degrees_of_freedom() -> None:
    found = unit_spread(np.array([3.0, -1.0, -1.0, -1.0, 0.0]), np.full(5, 4.0))
    assert found.freedom == pytest.approx(4.0)
    assert found.ratio == pytest.approx(12.0 / (1 - 1 / 5) / 20.0)


@pytest.mark.parametrize("sizes", [[5.0], [5.0, 0.0], [0.0, 0.0]])
def test_what_one_unit_knows_alone_has_no_spread(sizes: list[float]) -> None:
    found = unit_spread(np.zeros(len(sizes)), np.array(sizes))
    assert np.isnan(found.ratio)
    assert np.isnan(found.freedom)


def test_units_of_animals_that_do_the_same_are_as_one_animal() -> None:
    score = np.array([1.0, -2.0, 0.5, 0.5, 1.0, -1.0])
    one, three = unit_spread(score, SIZES), unit_spread(3 * score, 3 * SIZES, alike=3.0)
    assert three.ratio == pytest.approx(3 * one.ratio)
    assert three.freedom == pytest.approx(one.freedom)


@pytest.mark.parametrize("tau2", [0.0, 0.3])
def test_degrees_of_freedom_are_those_of_the_matrix_of_what_is_left(tau2: float) -> None:
    # Satterthwaite: of a weighted sum of squares of scores with covariance V after the estimate.
    share = SIZES / SIZES.sum()
    score = np.sqrt(SIZES + tau2 * SIZES**2) * np.array([1.0, -1.0, 1.0, -1.0, 1.0, -1.0])
    score -= share * score.sum()
    found = unit_spread(score, SIZES)
    weight = 1 / (1 - share)
    keep = np.eye(SIZES.size) - np.outer(share, np.ones(SIZES.size))

    def matrix(between: float) -> np.ndarray:
        return np.asarray(keep @ np.diag(SIZES + between * SIZES**2) @ keep.T)

    seen = (weight * score**2).sum()
    base, more = ((weight * np.diag(matrix(t))).sum() for t in (0.0, 1.0))
    between = max(0.0, (seen - base) / (more - base))
    left = matrix(between)
    mean = (weight * np.diag(left)).sum()
    assert found.freedom == pytest.approx(mean**2 / (np.outer(weight, weight) * left**2).sum())
    own = (SIZES + between * SIZES**2).sum()
    assert found.ratio == pytest.approx(seen * own / mean / SIZES.sum())
