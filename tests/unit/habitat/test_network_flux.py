"""Tracked migrations on the links of a network."""

from __future__ import annotations

import networkx as nx
import numpy as np

from corridors.habitat.network import links, paint, zones
from corridors.habitat.network_flux import link_use


def graph(*edges: tuple[int, int, float]) -> nx.Graph:
    out = nx.Graph()
    out.add_weighted_edges_from(edges, weight="cost")
    return out


CHAIN = graph((0, 1, 1.0), (1, 2, 1.0))


def visits(*rows: str) -> list[np.ndarray]:
    return [np.array([-1 if mark == "." else int(mark) for mark in row]) for row in rows]


def test_every_animal_weighs_the_same_however_often_it_migrated():
    use = link_use(CHAIN, visits("0012", "2100", "0111"), ["a", "a", "b"])
    assert use[0, 1].flux == 1.0
    assert use[0, 1].by_animal == {"a": 2, "b": 1}
    # Both migrations of one animal, none of the other's one.
    assert use[1, 2].flux == 0.5
    assert use[1, 2].by_animal == {"a": 2}


def test_there_and_back_in_one_migration_cancels():
    assert link_use(CHAIN, visits("0101", "010"), ["a", "b"])[0, 1].by_animal == {"a": 1}


def test_a_gap_is_bridged_along_the_least_cost_way():
    ring = graph((0, 1, 1.0), (1, 2, 1.0), (0, 3, 5.0), (2, 3, 5.0))
    use = link_use(ring, visits("0..2"), ["a"])
    assert {edge for edge, own in use.items() if own.flux == 1.0} == {(0, 1), (1, 2)}


def test_fixes_outside_the_corridor_say_nothing():
    assert link_use(CHAIN, visits("....", "0..."), ["a", "b"]) == {}
    assert link_use(CHAIN, [], []) == {}


def test_nodes_that_no_way_joins_give_no_flux():
    parted = graph((0, 1, 1.0), (2, 3, 1.0))
    use = link_use(parted, visits("0133"), ["a"])
    assert (use[0, 1].flux, use[2, 3].flux) == (1.0, 0.0)


def test_zones_share_the_corridor_out_among_the_nearest_nodes():
    resistance = np.array([[1.0, 1.0, 1.0, 5.0, 1.0, np.nan]])
    owner = paint([np.array([0]), np.array([4])], resistance.shape)
    found = zones(resistance, owner, cell_m=1.0)
    row = np.zeros(8, dtype=np.int64)
    column = np.arange(-1, 7)
    # Outside the grid, four cells of the first node, one of the second, unknown, outside.
    assert found.at(row, column).tolist() == [-1, 0, 0, 0, 1, 1, -1, -1]
    assert [link.cost for link in links(found)] == [8.0]


def test_a_corridor_without_nodes_has_neither_zones_nor_links():
    found = zones(np.ones((2, 2)), np.full((2, 2), -1), cell_m=1.0)
    assert found.at(np.array([0, 5]), np.array([1, 5])).tolist() == [-1, -1]
    assert links(found) == []
