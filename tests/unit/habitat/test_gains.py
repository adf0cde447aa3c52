"""What opening a barrier gives: against paper and pencil, and against computing anew."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from benchmarks.barrier_landscape import Landscape, landscape
from scipy.stats import spearmanr

from corridors.habitat.circuit_grid import Cuts, burn, conductances, crossed_edges
from corridors.habitat.circuits import solve
from corridors.habitat.gains import Gains, gains, opened

# What the module makes is made once, by one worker.
pytestmark = pytest.mark.xdist_group("gains")

LINK = (0, (1,))


@dataclass(frozen=True)
class World:
    """A solved landscape."""

    own: Landscape
    ground: np.ndarray
    cuts: Cuts
    network: np.ndarray
    resistance: float
    potential: np.ndarray

    def gains(self, margin_cells: int) -> Gains:
        return gains(
            self.network,
            self.own.node >= 0,
            self.potential[None],
            np.array([self.resistance]),
            self.cuts,
            opened(self.network, self.cuts, self.own.added),
            n_lines=len(self.own.lines),
            margin_cells=margin_cells,
        )

    def without(self, line: int) -> float:
        """Return the fall of the resistance without a line, computed anew."""
        added = self.own.added.copy()
        added[line] = 0.0
        network = burn(self.ground, self.cuts, added)
        found = solve(network, self.own.node, tolerance=1e-9)
        return self.resistance - found.resistance(*LINK)


def world(side: int, *, barriers: int, seed: int, added: float | None = None) -> World:
    own = landscape(side, barriers=barriers, seed=seed)
    if added is not None:
        own.added[:] = added
    ground = conductances(own.resistance)
    cuts = crossed_edges(own.lines, own.grid)
    network = burn(ground, cuts, own.added)
    found = solve(network, own.node, tolerance=1e-11)
    return World(own, ground, cuts, network, found.resistance(*LINK), found.potential(*LINK))


@pytest.fixture(scope="module")
def small() -> World:
    return world(36, barriers=4, seed=2)


@pytest.fixture(scope="module")
def large() -> World:
    found = world(80, barriers=16, seed=1)
    assert len(found.own.lines) >= 200
    return found


def test_opening_the_only_door_of_a_row_takes_what_it_added():
    network = conductances(np.ones((1, 5)))
    cuts = Cuts(np.array([0, 1]), np.array([1, 2]))
    added = np.array([4.0, 9.0])
    burnt = burn(network, cuts, added)
    node = np.array([[0, -1, -1, -1, 1]], dtype=np.int32)
    found = solve(burnt, node, tolerance=1e-12)
    assert found.resistance(*LINK) == pytest.approx(4.0 + 13.0)
    each = gains(
        burnt, node >= 0, found.potential(*LINK)[None], np.array([17.0]), cuts,
        opened(burnt, cuts, added), n_lines=3, margin_cells=5,
    )  # fmt: skip
    assert each.finite[0] == pytest.approx([4.0, 9.0, 0.0])
    # Unit current drops by 5 at the first door, whose conductance rises from 1/5 to 1.
    assert each.linear[0] == pytest.approx([5.0**2 * 0.8, 10.0**2 * 0.9, 0.0])


def test_two_doors_in_a_wall_gain_what_paper_says():
    # West and east are terminals; two rows that meet nowhere, each with a door in the middle.
    network = np.zeros((4, 2, 3))
    network[0, :, :2] = 1.0
    node = np.array([[0, -1, 1], [0, -1, 1]], dtype=np.int32)
    cuts, added = Cuts(np.array([0, 1]), np.array([1, 4])), np.array([2.0, 4.0])
    burnt = burn(network, cuts, added)
    found = solve(burnt, node, tolerance=1e-12)
    # 4 and 6 in parallel; opened, 2 and 6 or 4 and 2.
    assert found.resistance(*LINK) == pytest.approx(2.4)
    each = gains(
        burnt, node >= 0, found.potential(*LINK)[None], np.array([2.4]), cuts,
        opened(burnt, cuts, added), n_lines=2, margin_cells=5,
    )  # fmt: skip
    assert each.finite[0] == pytest.approx([2.4 - 1.5, 2.4 - 4 / 3])


def test_with_the_whole_grid_as_window_gains_are_exact(small: World):
    each = small.gains(margin_cells=50)
    for line in range(0, len(small.own.lines), 3):
        assert each.finite[0, line] == pytest.approx(small.without(line), rel=1e-6, abs=1e-10)


def test_of_a_small_opening_the_derivative_is_right_to_one_percent(large: World):
    each = large.gains(margin_cells=2)
    more = opened(large.network, large.cuts, large.own.added)
    share = 1e-4
    for line in range(0, len(large.own.lines), 9):
        own = large.cuts.line == line
        network = large.network.copy()
        network.ravel()[large.cuts.edge[own]] += share * more[own]
        found = solve(network, large.own.node, tolerance=1e-12)
        fall = large.resistance - found.resistance(*LINK)
        assert fall == pytest.approx(share * each.linear[0, line], rel=0.01, abs=1e-11)


def test_two_hundred_openings_rank_as_when_computed_anew(large: World):
    each = large.gains(margin_cells=12)
    lines = np.arange(200)
    anew = np.array([large.without(int(line)) for line in lines])
    assert spearmanr(each.finite[0, lines], anew).statistic > 0.99
    matters = anew > 0.05 * anew.max()
    assert each.finite[0, lines][matters] == pytest.approx(anew[matters], rel=0.1)


def test_gains_of_lines_that_hardly_pass_rank_as_when_computed_anew():
    closed = world(60, barriers=3, seed=4, added=999.0)
    each = closed.gains(margin_cells=12)
    anew = np.array([closed.without(line) for line in range(len(closed.own.lines))])
    assert spearmanr(each.finite[0], anew).statistic > 0.95


def test_no_gain_is_below_nothing_or_above_its_derivative_or_the_whole(large: World):
    each = large.gains(margin_cells=8)
    assert (each.finite >= 0).all()
    assert (each.finite <= each.linear * (1 + 1e-12)).all()
    assert (each.finite < large.resistance).all()


def test_a_wider_window_comes_nearer_to_the_truth(small: World):
    lines = np.argsort(-small.gains(margin_cells=2).linear[0])[:8]
    anew = np.array([small.without(int(line)) for line in lines])
    off = [
        np.abs(small.gains(margin_cells=margin).finite[0, lines] / anew - 1.0).max()
        for margin in (2, 8, 40)
    ]
    assert off[0] > off[1] > off[2]


def test_a_line_that_shares_its_edges_gains_only_its_own_part():
    network = conductances(np.ones((1, 3)))
    cuts, added = Cuts(np.array([0, 1]), np.array([0, 0])), np.array([3.0, 1.0])
    more = opened(burn(network, cuts, added), cuts, added)
    # 1/5 now; without the first 1/2, without the second 1/4.
    assert more == pytest.approx([0.5 - 0.2, 0.25 - 0.2])
