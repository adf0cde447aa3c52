"""Redundancy, betweenness and detours of networks that can be solved by hand."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from corridors.habitat.network import graph_of
from corridors.habitat.network_measures import measures

KINDS = {"w": "winter", "u": "summer", "s": "stopover"}


def network(**costs: float) -> nx.Graph:
    """Edges as s1_w1=cost; the first letter of a node is its kind."""
    edges = {tuple(name.split("_")): {"cost": cost} for name, cost in costs.items()}
    names = sorted({name for edge in edges for name in edge})
    return graph_of({name: {"kind": KINDS[name[0]]} for name in names}, edges)


def test_a_chain_has_one_way_and_no_detour():
    found = measures(network(w1_s1=2.0, s1_u1=3.0))
    assert (found.n_pairs, found.mean_cost) == (1, 5.0)
    assert (found.edge_disjoint, found.stopover_disjoint) == (1, 1)
    assert set(found.edge_betweenness.values()) == {1.0}
    assert found.node_betweenness == {"w1": 0.0, "s1": 1.0, "u1": 0.0}
    assert np.isnan(list(found.detour_frac.values())).all()


def test_a_ring_has_two_ways_and_the_detour_of_the_longer_one():
    found = measures(network(w1_s1=1.0, s1_u1=1.0, w1_s2=2.0, s2_u1=1.0))
    assert (found.edge_disjoint, found.stopover_disjoint) == (2, 2)
    assert found.edge_betweenness["s1", "w1"] == 1.0
    assert found.edge_betweenness["s2", "w1"] == 0.0
    assert found.detour_frac["s1", "w1"] == found.detour_frac["s1", "u1"] == 0.5
    assert found.detour_frac["s2", "w1"] == 0.0


def test_equal_ways_share_the_betweenness_and_neither_is_missed():
    found = measures(network(w1_s1=1.0, s1_u1=1.0, w1_s2=1.0, s2_u1=1.0))
    assert set(found.edge_betweenness.values()) == {0.5}
    assert set(found.detour_frac.values()) == {0.0}


def test_ways_may_share_a_stopover_without_sharing_a_link():
    found = measures(
        network(w1_s1=1.0, w1_s2=1.0, s1_s3=1.0, s2_s3=1.0, s3_s4=1.0, s3_s5=1.0,
                s4_u1=1.0, s5_u1=1.0)
    )  # fmt: skip
    assert (found.edge_disjoint, found.stopover_disjoint) == (2, 1)


def test_every_pair_of_ranges_counts():
    # Two winter ranges on one road to the summer range: the last piece carries both.
    found = measures(network(w1_s1=1.0, w2_s1=3.0, s1_u1=2.0))
    assert (found.n_pairs, found.mean_cost) == (2, 4.0)
    assert found.edge_betweenness["s1", "u1"] == 1.0
    assert found.edge_betweenness["s1", "w1"] == 0.5
    assert found.node_betweenness["s1"] == 1.0
    assert found.edge_disjoint == 1
    # Each winter range with a way of its own.
    assert measures(network(w1_s1=1.0, s1_u1=1.0, w2_u1=1.0)).edge_disjoint == 2


def test_a_detour_is_a_mean_over_the_pairs():
    found = measures(network(w1_u1=1.0, w2_u1=3.0, w1_w2=4.0))
    # Without w1-u1: 7 and 3 instead of 1 and 3; without w2-u1: 1 and 5.
    assert found.detour_frac["u1", "w1"] == pytest.approx(10 / 4 - 1)
    assert found.detour_frac["u1", "w2"] == pytest.approx(6 / 4 - 1)
    assert found.detour_frac["w1", "w2"] == 0.0


def test_without_two_ranges_nothing_is_known_and_no_way_counted():
    for graph in (network(w1_s1=1.0), network(w1_s1=1.0, u1_s2=1.0), nx.Graph()):
        found = measures(graph)
        assert (found.n_pairs, found.edge_disjoint, found.stopover_disjoint) == (0, 0, 0)
        assert all(np.isnan(value) for value in found.edge_betweenness.values())
        assert all(np.isnan(value) for value in found.detour_frac.values())


def test_a_detour_is_unknown_exactly_at_the_cut_edges():
    rng = np.random.default_rng(5)
    for _ in range(40):
        names = ["w1", "w2", "u1", "s1", "s2", "s3"]
        pairs = [(a, b) for k, a in enumerate(names) for b in names[k + 1 :] if rng.random() < 0.4]
        graph = graph_of(
            {name: {"kind": KINDS[name[0]]} for name in names},
            {pair: {"cost": float(rng.uniform(1, 9))} for pair in pairs},
        )
        found = measures(graph)
        if not found.n_pairs:
            continue
        for edge, detour in found.detour_frac.items():
            assert np.isnan(detour) == graph.edges[edge]["is_cut"]
        assert found.stopover_disjoint <= found.edge_disjoint
        assert (found.edge_disjoint > 1) or any(nx.get_edge_attributes(graph, "is_cut").values())
