"""Cost distance and least-cost corridors with answers from paper and pencil."""

from __future__ import annotations

import numpy as np
import pytest

from corridors.habitat.connectivity import NoWayError, cost_distance, link_ranges
from worlds.drawings import mask

ROOT2 = 2**0.5
NAN = np.nan


def test_cost_is_length_times_the_mean_resistance_of_two_cells():
    resistance = np.array([[1.0, 3.0, 5.0], [1.0, 1.0, 9.0]])
    cost = cost_distance(resistance, mask("#.. ..."), cell_m=100.0)
    # The north-east cell is cheapest straight through the middle cell of its row, or diagonally.
    assert cost == pytest.approx(
        np.array(
            [
                [0.0, 200.0, min(600.0, 100 * ROOT2 + 300 * ROOT2)],
                [100.0, 100 * ROOT2, 100 * ROOT2 + 500.0],
            ]
        )
    )


def test_unknown_ground_is_no_way():
    cost = cost_distance(np.array([[1.0, NAN, 1.0]]), mask("#.."), cell_m=1.0)
    assert cost[0, 0] == 0.0
    assert np.isnan(cost[0, 1:]).all()


def test_of_two_doors_in_a_wall_the_nearer_one_is_taken():
    # A wall with a door near the winter range's row and one two rows below.
    resistance = np.array(
        [
            [1.0, NAN, 1.0, 1.0],
            [1.0, 1.0, 1.0, 1.0],
            [1.0, NAN, 1.0, 1.0],
            [1.0, 1.0, 1.0, 1.0],
        ]
    )
    found = link_ranges(
        resistance, mask("#... .... .... ...."), mask(".... ...# .... ...."), cell_m=50.0
    )
    assert found.least[0] == pytest.approx(50 * (ROOT2 + 2.0))
    assert found.path.tolist() == [[0, 0], [1, 1], [1, 2], [1, 3]]
    # Through the far door: (0,0) (1,0) (2,0) (3,1) (2,2) (1,3).
    far = 50 * (2 + 3 * ROOT2)
    assert found.detour[3, 1] == pytest.approx(far / found.least[0] - 1.0)
    assert not found.corridor(0.05)[3].any()
    assert found.corridor(far / found.least[0] - 1.0)[3, 1]


def test_a_door_that_costs_more_than_the_way_round_is_left():
    resistance = np.ones((3, 3))
    resistance[:2, 1] = NAN
    resistance[0, 1] = 9.0
    found = link_ranges(resistance, mask("#.. ... ..."), mask("..# ... ..."), cell_m=1.0)
    # Through the door 5 + 5; round 1 + 2 diagonals + 1.
    assert found.least[0] == pytest.approx(2.0 + 2.0 * ROOT2)
    assert [2, 1] in found.path.tolist()


def test_a_corridor_of_width_zero_is_the_best_paths():
    found = link_ranges(
        np.ones((3, 5)), mask("..... #.... ....."), mask("..... ....# ....."), cell_m=7.0
    )
    assert found.corridor(0.0).tolist() == mask("..... ##### .....").tolist()
    assert found.least[0] == pytest.approx(28.0)
    assert found.detour[1] == pytest.approx(np.zeros(5))


def test_both_directions_cost_the_same(rng):
    resistance = rng.uniform(1.0, 9.0, (9, 7))
    a, b = np.zeros((9, 7), bool), np.zeros((9, 7), bool)
    a[1, 5], b[8, 0] = True, True
    there, back = (link_ranges(resistance, *ends, cell_m=30.0) for ends in ((a, b), (b, a)))
    assert there.least == pytest.approx(back.least)
    assert there.detour == pytest.approx(back.detour)
    assert there.path[[0, -1]].tolist() == [[1, 5], [8, 0]]
    assert back.path[[0, -1]].tolist() == [[8, 0], [1, 5]]


def test_turning_the_world_turns_the_cost(rng):
    resistance = rng.uniform(1.0, 9.0, (5, 8))
    source = np.zeros((5, 8), bool)
    source[4, 1] = True
    cost = cost_distance(resistance, source, cell_m=30.0)
    turned = cost_distance(np.rot90(resistance), np.rot90(source), cell_m=30.0)
    assert turned == pytest.approx(np.rot90(cost))


@pytest.mark.parametrize(
    ("resistance", "first", "second", "message"),
    [
        ([[1.0, NAN, 1.0]], "#..", "..#", "no_path"),
        ([[NAN, 1.0, 1.0]], "#..", "..#", "winter_unknown"),
        ([[1.0, 1.0, NAN]], "#..", "..#", "summer_unknown"),
        ([[1.0, 1.0, 1.0]], "##.", ".##", "shared_cells"),
    ],
)
def test_no_way_says_why(resistance, first, second, message):
    with pytest.raises(NoWayError, match=message):
        link_ranges(np.array(resistance), mask(first), mask(second), cell_m=1.0,
                   names=("winter", "summer"))  # fmt: skip


def test_every_part_of_a_range_gets_its_own_way():
    first = mask("#...... ....... .......")
    second = mask("...#... ....... ......#")
    found = link_ranges(np.ones((3, 7)), first, second, cell_m=10.0)
    # The winter range and the near summer part are 3 cells apart; the far part has 4 straight
    # and 2 diagonal steps.
    assert found.least == pytest.approx([30.0, 30.0, 40.0 + 20.0 * ROOT2])
    assert found.path.tolist() == [[0, 0], [0, 1], [0, 2], [0, 3]]
    corridor = found.corridor(0.0)
    assert corridor[0, :4].all()
    assert corridor[2, 6]
    assert not corridor[0, 6]


def test_a_part_that_lies_in_the_other_range_needs_no_way():
    found = link_ranges(np.ones((1, 6)), mask("##..#."), mask("#....#"), cell_m=1.0)
    assert found.n_shared == 2
    assert found.least.tolist() == [1.0, 1.0]


def test_a_part_behind_unknown_ground_is_counted():
    found = link_ranges(np.array([[1.0, 1.0, 1.0, NAN, 1.0]]), mask("#...."), mask("..#.#"),
                        cell_m=1.0)  # fmt: skip
    assert found.n_unreached == 1
    assert found.least.tolist() == [2.0, 2.0]
