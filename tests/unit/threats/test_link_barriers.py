"""Which link the encounters at a barrier belong to."""

from __future__ import annotations

import numpy as np

from corridors.threats.link_barriers import barriers_of_links, weights_of_links

NONE = np.array([], dtype=np.int64)
# Three segments, three links side by side; the first is a dead end right beside the barriers.
DISTANCE = np.array([[1.0, 5.0, 9.0], [1.0, 6.0, 8.0], [1.0, 9.0, 2.0]])


def test_encounters_belong_to_the_nearest_link_that_the_animal_used():
    use = np.array([[False, True, False], [False, False, True]])
    weight = weights_of_links(
        DISTANCE, use, np.array([0, 0, 1]), np.array([0, 1, 1]), np.array([3.0, 1.0, 2.0])
    )
    assert weight.tolist()[:2] == [[0.0, 0.75, 0.25], [0.0, 0.0, 1.0]]
    # Nobody met the third: the nearest link that any animal used.
    assert weight.tolist()[2] == [0.0, 0.0, 1.0]


def test_an_animal_that_used_no_link_counts_at_the_nearest_one_in_use():
    use = np.array([[False, True, False], [False, False, False]])
    weight = weights_of_links(DISTANCE, use, np.array([2]), np.array([1]), np.array([1.0]))
    assert weight[2].tolist() == [0.0, 1.0, 0.0]


def test_where_nobody_was_tracked_the_nearest_link_of_all_counts():
    weight = weights_of_links(DISTANCE, np.zeros((0, 3), bool), NONE, NONE, np.array([]))
    assert weight.tolist() == [[1.0, 0.0, 0.0]] * 3
    unknown = np.full(3, np.nan)
    found = barriers_of_links(weight, unknown, unknown, np.array([True, True, False]))
    assert found["n_segments"].tolist() == [3, 0, 0]
    assert found["n_candidates"].tolist() == [2, 0, 0]
    # Unknown where barriers stand, none where there is no barrier.
    assert np.isnan(found["free_per_year"].iloc[0])
    assert found["free_per_year"].tolist()[1:] == [0.0, 0.0]
    assert found["missing_share"].isna().all()


def test_no_encounter_is_lost_between_the_links():
    rng = np.random.default_rng(2)
    n, n_links, animals = 30, 7, 5
    weight = weights_of_links(
        rng.random((n, n_links)), rng.random((animals, n_links)) < 0.4,
        rng.integers(0, n, 80), rng.integers(0, animals, 80), rng.random(80),
    )  # fmt: skip
    assert np.allclose(weight.sum(axis=1), 1.0)
    met = rng.random(n)
    found = barriers_of_links(weight, met, met * 0.5, np.zeros(n, bool))
    assert np.isclose(found["free_per_year"].sum(), met.sum())
    assert np.allclose(found["missing_share"].dropna(), 0.5)


def test_a_link_without_barriers_and_a_herd_without_barriers():
    weight = weights_of_links(np.zeros((0, 2)), np.ones((1, 2), bool), NONE, NONE, np.array([]))
    found = barriers_of_links(weight, np.array([]), np.array([]), np.array([], bool))
    assert found["n_segments"].tolist() == [0, 0]
    assert found["free_per_year"].tolist() == [0.0, 0.0]
