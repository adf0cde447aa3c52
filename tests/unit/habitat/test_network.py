"""Networks of a few cells."""

from __future__ import annotations

import numpy as np
import pytest

from corridors.habitat.connectivity import cost_distance
from corridors.habitat.network import graph_of, links, paint, zones
from worlds.drawings import numbers

NAN = np.nan


def test_nodes_in_a_row_are_linked_with_their_neighbours_only():
    owner = numbers("0..1.2")
    found = links(zones(np.array([[1.0, 1.0, 3.0, 1.0, 1.0, 1.0]]), owner, cell_m=10.0))
    assert [(link.first, link.second) for link in found] == [(0, 1), (1, 2)]
    assert [link.cost for link in found] == pytest.approx([10 + 20 + 20, 20])
    assert found[0].path.tolist() == [[0, 0], [0, 1], [0, 2], [0, 3]]
    assert found[1].path.tolist() == [[0, 3], [0, 4], [0, 5]]


def test_a_way_keeps_to_the_corridor():
    resistance = np.ones((3, 3))
    resistance[0, 1] = resistance[1, 1] = NAN
    (link,) = links(zones(resistance, numbers("1.0 ... ..."), cell_m=1.0))
    assert (link.first, link.second) == (0, 1)
    assert link.path.tolist() == [[0, 2], [1, 2], [2, 1], [1, 0], [0, 0]]
    assert link.cost == pytest.approx(2 + 2 * 2**0.5)


def test_nodes_that_no_corridor_joins_have_no_link():
    assert links(zones(np.array([[1.0, NAN, 1.0]]), numbers("0.1"), cell_m=1.0)) == []


def test_nodes_that_touch_are_one_step_apart():
    (link,) = links(zones(np.array([[1.0, 3.0]]), numbers("01"), cell_m=10.0))
    assert link.cost == 20.0
    assert link.path.tolist() == [[0, 0], [0, 1]]


def test_link_costs_are_cost_distances(rng):
    resistance = rng.uniform(1.0, 9.0, (8, 11))
    owner = np.full((8, 11), -1)
    owner[1, 2], owner[6, 9] = 0, 1
    (link,) = links(zones(resistance, owner, cell_m=25.0))
    assert link.cost == pytest.approx(cost_distance(resistance, owner == 0, cell_m=25.0)[6, 9])


def test_the_smaller_node_has_the_shared_cells():
    wide, narrow, same = np.array([0, 1, 2]), np.array([1]), np.array([1])
    assert paint([wide, narrow], (1, 4)).tolist() == [[0, 1, 0, -1]]
    assert paint([narrow, wide], (1, 4)).tolist() == [[1, 0, 1, -1]]
    assert paint([narrow, same], (1, 4)).tolist() == [[-1, 0, -1, -1]]


def network(*edges: str):
    kinds = {"w": "winter", "u": "summer", "s": "stopover"}
    names = sorted({name for edge in edges for name in edge.split("-")})
    graph = graph_of(
        {name: {"kind": kinds[name[0]]} for name in names},
        {tuple(edge.split("-")): {"cost": 1.0} for edge in edges},
    )
    return {edge for edge in edges if graph.edges[edge.split("-")]["is_cut"]}


def test_every_edge_of_a_chain_between_the_ranges_is_cut():
    assert network("w1-s1", "s1-s2", "s2-u1") == {"w1-s1", "s1-s2", "s2-u1"}


def test_a_way_round_leaves_only_the_rest_cut():
    assert network("w1-s1", "s1-s2", "s1-s3", "s2-u1", "s3-u1") == {"w1-s1"}


def test_a_dead_end_is_no_cut():
    assert network("w1-u1", "u1-s1", "w2-w1") == {"w1-u1", "w2-w1"}


def test_an_edge_between_two_winter_ranges_without_a_summer_range_is_no_cut():
    assert network("w1-w2", "w2-s1") == set()
