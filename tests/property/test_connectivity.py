"""Laws of cost distance and of the network, whatever the ground."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.habitat.connectivity import NoWayError, cost_distance, link_ranges
from corridors.habitat.network import links, zones

seeds = st.integers(0, 10_000)


def world(seed):
    """Random ground with holes, and two cells to join."""
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(3, 9, 2))
    resistance = rng.uniform(1.0, 9.0, shape)
    resistance[rng.random(shape) < 0.2] = np.nan
    ends = rng.choice(resistance.size, 2, replace=False)
    first, second = np.zeros(shape, bool), np.zeros(shape, bool)
    first.flat[ends[0]], second.flat[ends[1]] = True, True
    return resistance, first, second


@given(seeds)
@settings(derandomize=True, deadline=None, max_examples=100)
def test_the_cost_of_the_path_is_the_least_cost_and_the_path_is_in_the_corridor(seed):
    resistance, first, second = world(seed)
    try:
        found = link_ranges(resistance, first, second, cell_m=10.0)
    except NoWayError:
        return
    iy, ix = found.path.T
    step = 10.0 * np.hypot(np.diff(iy), np.diff(ix))
    assert (step <= 10.0 * 2**0.5 + 1e-9).all()
    mean = (resistance[iy, ix][1:] + resistance[iy, ix][:-1]) / 2.0
    assert np.isclose((step * mean).sum(), found.least[0])
    assert found.corridor(0.0)[iy, ix].all()
    assert first[iy[0], ix[0]]
    assert second[iy[-1], ix[-1]]


@given(seeds)
@settings(derandomize=True, deadline=None, max_examples=60)
def test_a_wider_corridor_holds_the_narrower(seed):
    resistance, first, second = world(seed)
    try:
        found = link_ranges(resistance, first, second, cell_m=10.0)
    except NoWayError:
        return
    narrow, wide = found.corridor(0.05), found.corridor(0.2)
    assert not (narrow & ~wide).any()


@given(seeds)
@settings(derandomize=True, deadline=None, max_examples=60)
def test_more_resistance_makes_nothing_cheaper_and_scales(seed):
    resistance, first, _ = world(seed)
    cost = cost_distance(resistance, first, cell_m=10.0)
    harder = cost_distance(resistance + 1.0, first, cell_m=10.0)
    assert np.array_equal(np.isnan(cost), np.isnan(harder))
    reached = np.isfinite(cost)
    assert (harder[reached] >= cost[reached]).all()
    assert np.allclose(
        cost_distance(2.0 * resistance, first, cell_m=10.0), 2 * cost, equal_nan=True
    )


@given(seeds)
@settings(derandomize=True, deadline=None, max_examples=60)
def test_the_network_and_the_cost_distance_agree(seed):
    resistance, first, second = world(seed)
    owner = np.where(first, 0, np.where(second, 1, -1))
    found = links(zones(resistance, owner, cell_m=10.0))
    cost = cost_distance(resistance, first, cell_m=10.0)[second]
    if np.isnan(cost).any() or np.isnan(resistance[first]).any():
        assert found == []
    else:
        assert np.isclose(found[0].cost, cost[0])
