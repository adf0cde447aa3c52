"""Crossing structures: the best choice, against every choice there is."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.threats.sites import Choice, choose_sites

Floats = np.ndarray


def best_by_brute_force(
    sites: Floats,
    places: Floats,
    demand: Floats,
    *,
    reach_m: float,
    spacing_m: float,
    n_sites: int,
    cost: Floats,
    budget: float,
) -> float:
    """Return the most that any allowed choice serves."""
    near = np.linalg.norm(sites[:, None] - places[None], axis=2) <= reach_m
    apart = np.linalg.norm(sites[:, None] - sites[None], axis=2) >= spacing_m
    best = 0.0
    for k in range(1, n_sites + 1):
        for chosen in combinations(range(len(sites)), k):
            rows = list(chosen)
            if cost[rows].sum() > budget:
                continue
            if all(apart[a, b] for a, b in combinations(rows, 2)):
                best = max(best, float(demand[near[rows].any(axis=0)].sum()))
    return best


def check_limits(found: Choice, sites: Floats, *, spacing_m: float, n_sites: int) -> None:
    assert found.sites.size <= n_sites
    for a, b in combinations(found.sites.tolist(), 2):
        assert np.linalg.norm(sites[a] - sites[b]) >= spacing_m


@given(
    seed=st.integers(0, 2**32 - 1),
    n_sites=st.integers(1, 4),
    spacing_m=st.sampled_from([0.0, 800.0, 2000.0]),
    budget=st.sampled_from([3.0, 5.5, 1e9]),
)
@settings(derandomize=True, deadline=None, max_examples=80)
def test_no_other_choice_serves_more(
    seed: int, n_sites: int, spacing_m: float, budget: float
) -> None:
    rng = np.random.default_rng(seed)
    sites = rng.uniform(0, 5000, (11, 2))
    places = rng.uniform(0, 5000, (14, 2))
    demand = rng.gamma(0.5, 2.0, 14) * (rng.random(14) < 0.8)
    cost = rng.uniform(1, 3, 11)
    limits = {"reach_m": 1200.0, "spacing_m": spacing_m, "n_sites": n_sites}
    found = choose_sites(
        sites, places, demand, **limits, cost=cost, budget=budget, node_limit=10_000
    )
    best = best_by_brute_force(sites, places, demand, **limits, cost=cost, budget=budget)
    assert found.is_optimal
    assert found.gain.sum() == pytest.approx(best, rel=1e-6, abs=1e-9)
    assert found.bound >= found.gain.sum()
    assert cost[found.sites].sum() <= budget + 1e-9
    check_limits(found, sites, spacing_m=spacing_m, n_sites=n_sites)


def test_each_site_adds_most_to_those_before_it_and_serves_what_is_within_reach() -> None:
    rng = np.random.default_rng(5)
    sites, places = rng.uniform(0, 2e4, (60, 2)), rng.uniform(0, 2e4, (200, 2))
    demand = rng.gamma(0.5, 2.0, 200)
    found = choose_sites(
        sites, places, demand, reach_m=2500, spacing_m=3000, n_sites=6, node_limit=10_000
    )
    assert (np.diff(found.gain) <= 1e-9).all()
    near = np.linalg.norm(sites[found.sites][:, None] - places[None], axis=2) <= 2500
    assert ((found.served >= 0) == near.any(axis=0)).all()
    served = np.flatnonzero(found.served >= 0)
    assert near[found.served[served], served].all()
    for k, gain in enumerate(found.gain):
        assert demand[found.served == k].sum() == pytest.approx(gain)


def test_sites_exactly_at_the_spacing_may_both_be_chosen() -> None:
    sites = np.array([[0.0, 0.0], [2000.0, 0.0], [3999.0, 0.0]])
    found = choose_sites(
        sites, sites, np.array([1.0, 1.0, 1.0]), reach_m=10, spacing_m=2000, n_sites=3,
        node_limit=100,
    )  # fmt: skip
    assert sorted(found.sites.tolist()) in ([0, 1], [0, 2])
    wider = choose_sites(
        sites, sites, np.array([1.0, 1.5, 1.0]), reach_m=10, spacing_m=2000, n_sites=3,
        node_limit=100,
    )  # fmt: skip
    assert sorted(wider.sites.tolist()) == [0, 1]


def test_a_site_that_would_add_nothing_is_not_chosen() -> None:
    sites = np.array([[0.0, 0.0], [100.0, 0.0], [9000.0, 0.0]])
    found = choose_sites(
        sites, np.zeros((1, 2)), np.array([4.0]), reach_m=500, spacing_m=0, n_sites=3,
        node_limit=100,
    )  # fmt: skip
    assert found.sites.size == 1
    assert found.served.tolist() == [0]


@pytest.mark.parametrize(
    ("sites", "demand", "n_sites"),
    [
        (np.zeros((0, 2)), np.ones(1), 3),
        (np.zeros((1, 2)), np.zeros(1), 3),
        (np.zeros((1, 2)), np.ones(1), 0),
        (np.full((1, 2), 1e6), np.ones(1), 3),
    ],
)
def test_nothing_to_choose_is_an_empty_choice(sites: Floats, demand: Floats, n_sites: int) -> None:
    found = choose_sites(
        sites, np.zeros((1, 2)), demand, reach_m=100, spacing_m=100, n_sites=n_sites,
        node_limit=100,
    )  # fmt: skip
    assert found.sites.size == 0
    assert found.served.tolist() == [-1]
    assert found.is_optimal


def test_a_search_that_was_cut_short_says_so_and_keeps_its_bound() -> None:
    # Sites on a dense lattice with places between them: the relaxation is far from whole numbers.
    rng = np.random.default_rng(2)
    sites = rng.uniform(0, 3000, (60, 2))
    places = rng.uniform(0, 3000, (400, 2))
    limits = {"reach_m": 450.0, "spacing_m": 500.0, "n_sites": 9}
    short = choose_sites(sites, places, np.ones(400), **limits, node_limit=1)
    full = choose_sites(sites, places, np.ones(400), **limits, node_limit=100_000)
    assert full.is_optimal
    assert short.bound >= full.gain.sum() - 1e-6
    assert short.is_optimal == (short.gain.sum() >= short.bound * (1 - 1e-9))
    check_limits(short, sites, spacing_m=500.0, n_sites=9)
