"""Laws of the rarefaction curve that hold for every herd."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.movement.rarefaction import cells_in_order, mean_cells, orders
from worlds.footprints import patterns

HERDS = st.lists(
    st.sets(st.integers(-(2**40), 2**40).map(lambda key: key % 30), min_size=1),
    min_size=1,
    max_size=6,
)
law = settings(derandomize=True, deadline=None, max_examples=60)


@law
@given(HERDS, st.integers(1, 4))
def test_the_closed_form_is_the_mean_over_all_orders(herd, needed):
    n = len(herd)
    n_needed = [needed] * n
    found = patterns(herd)
    every = np.array(list(itertools.permutations(range(n))))
    drawn = cells_in_order(found, every, np.array([n_needed]))
    mean = mean_cells(found.cells_by_use(), n_needed)
    np.testing.assert_allclose(mean, drawn[:, 0].mean(axis=0), rtol=1e-9, atol=1e-9)


@law
@given(HERDS, st.randoms(use_true_random=False))
def test_the_order_in_which_animals_come_changes_nothing_about_the_mean(herd, random):
    mixed = random.sample(herd, len(herd))
    first, second = patterns(herd).cells_by_use(), patterns(mixed).cells_by_use()
    assert first.tolist() == second.tolist()


@law
@given(HERDS)
def test_the_low_curve_rises_and_never_steepens(herd):
    mean = mean_cells(patterns(herd).cells_by_use(), [1] * len(herd))
    step = np.diff(mean)
    assert (step >= -1e-9).all()
    assert (np.diff(step) <= 1e-9).all()
    assert abs(mean[-1] - len(set().union(*herd))) < 1e-9


@law
@given(HERDS)
def test_every_order_ends_at_the_whole_corridor(herd):
    n = len(herd)
    drawn = cells_in_order(patterns(herd), orders(n, 20, seed=3), np.ones((1, n), dtype=int))
    assert (drawn[:, 0, -1] == len(set().union(*herd))).all()
    assert (np.diff(drawn[:, 0], axis=1) >= 0).all()
