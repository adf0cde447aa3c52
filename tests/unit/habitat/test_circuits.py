"""Currents on networks small enough to be solved by hand, and what must hold on any network."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from shapely.geometry import LineString, MultiLineString

from corridors.foundation.grid import Grid
from corridors.habitat.circuit_grid import (
    STEPS,
    Cuts,
    burn,
    coarsened,
    conductances,
    crossed_edges,
    currents,
    net_currents,
)
from corridors.habitat.circuits import NoConvergenceError, solve
from corridors.habitat.terminals import terminals
from worlds.drawings import mask, numbers

NAN = np.nan


def square_edges(shape: tuple[int, int]) -> np.ndarray:
    """Return a network of unit resistors between the four neighbours of each cell."""
    out = conductances(np.ones(shape))
    out[[1, 3]] = 0.0
    return out


def rational_resistance(conductance: np.ndarray, node: np.ndarray) -> Fraction:
    """Return the resistance between terminals 0 and 1 by elimination in whole fractions."""
    _, n_rows, n_cols = conductance.shape
    names = {
        (iy, ix): ("t", int(node[iy, ix])) if node[iy, ix] >= 0 else ("c", iy * n_cols + ix)
        for iy in range(n_rows)
        for ix in range(n_cols)
    }
    edges: dict[frozenset, Fraction] = {}
    for kind, (down, right) in enumerate(STEPS):
        for (iy, ix), name in names.items():
            g = conductance[kind, iy, ix]
            if g > 0 and names[iy + down, ix + right] != name:
                key = frozenset((name, names[iy + down, ix + right]))
                edges[key] = edges.get(key, Fraction(0)) + Fraction(g).limit_denominator(10**6)
    for name in sorted(set(names.values())):
        if name[0] == "t":
            continue
        # A node without current is replaced by resistors between all its neighbours (star-mesh).
        star = {next(iter(key - {name})): g for key, g in edges.items() if name in key}
        edges = {key: g for key, g in edges.items() if name not in key}
        whole = sum(star.values(), Fraction(0))
        ends = sorted(star)
        for k, a in enumerate(ends):
            for b in ends[k + 1 :]:
                key = frozenset((a, b))
                edges[key] = edges.get(key, Fraction(0)) + star[a] * star[b] / whole
    (conductance_between,) = edges.values()
    return 1 / conductance_between


def test_a_row_of_cells_is_a_row_of_resistors():
    # Mean resistances 1.5, 3 and 4: in series 8.5; half the current is half of everything.
    found = solve(conductances(np.array([[1.0, 2.0, 4.0, 4.0]])), numbers("0..1"), tolerance=1e-12)
    assert found.resistance(0, (1,)) == pytest.approx(8.5)
    assert found.potential(0, (1,)) == pytest.approx(np.array([[8.5, 7.0, 4.0, 0.0]]) / 8.5)
    flow = currents(found.conductance, found.potential(0, (1,))) * 8.5
    assert flow == pytest.approx(np.array([[0.5, 1.0, 1.0, 0.5]]))


def test_opposite_corners_of_three_by_three_squares_have_three_halves():
    # The textbook square: 3/2 ohm between the corners of a 3 x 3 grid of unit resistors.
    network, node = square_edges((3, 3)), numbers("0.. ... ..1")
    assert rational_resistance(network, node) == Fraction(3, 2)
    found = solve(network, node, tolerance=1e-12)
    assert found.resistance(0, (1,)) == pytest.approx(1.5, rel=1e-12)
    # By symmetry 1/2 flows into each neighbour of the corner, 1/4 on along the rim and 1/4 inward.
    flow = currents(network, found.potential(0, (1,))) * 1.5
    assert flow == pytest.approx(
        np.array([[0.5, 0.5, 0.25], [0.5, 0.5, 0.5], [0.25, 0.5, 0.5]]), rel=1e-10
    )


def test_corners_of_five_by_five_squares_have_forty_seven_twenty_seconds():
    network, node = square_edges((5, 5)), numbers("0.... ..... ..... ..... ....1")
    assert rational_resistance(network, node) == Fraction(47, 22)
    found = solve(network, node, tolerance=1e-12)
    assert found.resistance(0, (1,)) == pytest.approx(47 / 22, rel=1e-12)


def test_two_doors_in_a_wall_share_the_current_by_their_ways():
    # Range west, wall in the middle with doors in the first and last row, range of one cell east.
    resistance = np.array([[1.0, 1.0, 1.0], [1.0, NAN, 1.0], [1.0, 3.0, 1.0]])
    network = conductances(resistance)
    network[[1, 3]] = 0.0
    node = numbers("0.1 0.. 0..")
    # The northern way has 2; the southern one 4 through a door of resistance 3, and 2 more back
    # north. Side by side they have 3/2.
    found = solve(network, node, tolerance=1e-12)
    assert rational_resistance(network, node) == Fraction(3, 2)
    assert found.resistance(0, (1,)) == pytest.approx(1.5, rel=1e-12)
    flow = currents(network, found.potential(0, (1,))) * 1.5
    assert flow[0, 1] == pytest.approx(0.75)
    assert flow[2, 1] == pytest.approx(0.25)
    assert flow[1, 1] == 0.0


def test_diagonal_neighbours_are_the_square_root_of_two_apart():
    found = solve(
        conductances(np.array([[1.0, NAN], [NAN, 1.0]])), numbers("0. .1"), tolerance=1e-12
    )
    assert found.resistance(0, (1,)) == pytest.approx(2**0.5)


def dense_resistances(conductance: np.ndarray, node: np.ndarray) -> np.ndarray:
    """Return all resistances between terminals from the pseudoinverse of the whole Laplacian."""
    n_terminals = node.max() + 1
    name = np.where(node >= 0, node, n_terminals + np.arange(node.size).reshape(node.shape))
    laplacian = np.zeros((n_terminals + node.size,) * 2)
    for kind, (down, right) in enumerate(STEPS):
        for iy, ix in np.argwhere(conductance[kind] > 0):
            a, b, g = name[iy, ix], name[iy + down, ix + right], conductance[kind, iy, ix]
            laplacian[[a, b], [a, b]] += g * (a != b)
            laplacian[[a, b], [b, a]] -= g * (a != b)
    inverse = np.linalg.pinv(laplacian)
    across = np.diag(inverse)
    return (across[:, None] + across - 2 * inverse)[:n_terminals, :n_terminals]


def random_network(seed: int, shape: tuple[int, int] = (14, 11)) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    resistance = np.exp(rng.normal(0.0, 1.5, shape))
    resistance[rng.random(shape) < 0.1] = NAN
    resistance[4, 2:7] = NAN
    node = np.full(shape, -1, dtype=np.int32)
    for number, (iy, ix) in enumerate([(0, 0), (13, 9), (12, 1)]):
        node[iy : iy + 2, ix : ix + 2] = number
    resistance[node >= 0] = 1.0
    return conductances(resistance), node


@pytest.mark.parametrize("seed", range(4))
def test_several_terminals_agree_with_the_dense_inverse(seed: int):
    network, node = random_network(seed)
    found = solve(network, node, tolerance=1e-12)
    dense = dense_resistances(network, node)
    for a, b in ((0, 1), (0, 2), (1, 2)):
        assert found.resistance(a, (b,)) == pytest.approx(dense[a, b], rel=1e-10)
        # Reciprocity: it does not matter which end is held.
        assert found.resistance(a, (b,)) == pytest.approx(found.resistance(b, (a,)), rel=1e-12)
    assert found.resistance(0, (1, 2)) < min(dense[0, 1], dense[0, 2])


@pytest.mark.parametrize("seed", range(4))
def test_current_is_conserved_at_every_cell_and_on_the_whole(seed: int):
    network, node = random_network(seed, (14, 11))
    found = solve(network, node, tolerance=1e-9)
    at_cells, between = found.imbalance(node, 0, (1,))
    assert at_cells < 1e-8
    assert between < 1e-8
    # A terminal that floats lets as much in as out.
    net = net_currents(network, found.potential(0, (1,))) * found.resistance(0, (1,))
    assert abs(net[node == 2].sum()) < 1e-8
    assert net[node == 0].sum() == pytest.approx(1.0, abs=1e-8)


def test_turned_and_mirrored_landscapes_have_the_same_resistance_and_current():
    rng = np.random.default_rng(5)
    resistance = np.exp(rng.normal(size=(9, 13)))
    resistance[3, 4:9] = NAN
    node = np.full(resistance.shape, -1, dtype=np.int32)
    node[0, 1], node[8, 10] = 0, 1
    plain = solve(conductances(resistance), node, tolerance=1e-12)
    flow = currents(plain.conductance, plain.potential(0, (1,)))
    for change in (np.rot90, np.flipud, np.transpose):
        network = conductances(np.ascontiguousarray(change(resistance)))
        other = solve(network, np.ascontiguousarray(change(node)), tolerance=1e-12)
        assert other.resistance(0, (1,)) == pytest.approx(plain.resistance(0, (1,)), rel=1e-10)
        assert currents(network, other.potential(0, (1,))) == pytest.approx(change(flow), abs=1e-10)


def test_more_resistance_anywhere_never_helps():
    rng = np.random.default_rng(6)
    resistance = np.exp(rng.normal(size=(10, 10)))
    node = np.full(resistance.shape, -1, dtype=np.int32)
    node[0, 0], node[9, 7] = 0, 1
    before = solve(conductances(resistance), node, tolerance=1e-12).resistance(0, (1,))
    for _ in range(10):
        cell = tuple(rng.integers(10, size=2))
        worse = resistance.copy()
        worse[cell] *= 1.0 + rng.exponential()
        after = solve(conductances(worse), node, tolerance=1e-12).resistance(0, (1,))
        assert after > before


def test_ground_that_no_path_joins_has_no_current_and_ranges_apart_have_no_end():
    resistance = np.array([[1.0, 1.0, NAN, 1.0], [1.0, 1.0, NAN, 1.0]])
    apart = solve(conductances(resistance), numbers("0..1 ...."), tolerance=1e-12)
    assert apart.resistance(0, (1,)) == np.inf
    joined = solve(conductances(resistance), numbers("01.. ...."), tolerance=1e-12)
    assert joined.n_cut_off == 2
    assert np.isnan(joined.potential(0, (1,))[:, 3]).all()
    assert not currents(joined.conductance, joined.potential(0, (1,)))[:, 3].any()


def test_a_network_of_terminals_only_is_solved():
    found = solve(conductances(np.ones((1, 2))), numbers("01"), tolerance=1e-12)
    assert found.resistance(0, (1,)) == 1.0


def test_a_part_that_no_path_joins_has_no_end_beside_parts_that_others_join():
    resistance = np.random.default_rng(1).uniform(1.0, 50.0, (20, 21))
    resistance[:, 10] = NAN
    node = np.full(resistance.shape, -1, dtype=np.int32)
    node[5, 3], node[15, 7], node[9, 15], node[2, 18] = 0, 1, 2, 3
    found = solve(conductances(resistance), node, tolerance=1e-9)
    # 0 and 1 lie west, 2 and 3 east of the gap: rounding must not make a path of it.
    for own, others in ((0, (2,)), (1, (2, 3)), (2, (0, 1)), (3, (1,))):
        assert found.resistance(own, others) == np.inf
    west = solve(conductances(resistance[:, :10]), node[:, :10], tolerance=1e-9)
    assert found.resistance(0, (1, 2)) == pytest.approx(west.resistance(0, (1,)), rel=1e-8)


@pytest.mark.parametrize(
    "drawing", ["..... .111. .101. .111. .....", "..... .000. .010. .000. ....."]
)
def test_a_range_around_the_other_leaves_no_current_for_the_ground(drawing: str):
    found = solve(conductances(np.ones((5, 5))), numbers(drawing), tolerance=1e-9)
    # Four neighbours with conductance 1 and four with 1 / sqrt(2).
    assert found.resistance(0, (1,)) == pytest.approx(1.0 / (4.0 + 4.0 / np.sqrt(2.0)))
    flow = currents(found.conductance, found.potential(0, (1,)))
    assert flow[numbers(drawing) < 0] == pytest.approx(0.0, abs=1e-12)


def test_a_solution_that_is_right_already_is_taken_as_it_is():
    network, node = conductances(np.ones((1, 3))), numbers("0.1")
    found = solve(network, node, tolerance=1e-9)
    again = solve(network, node, tolerance=1e-5, near=found)
    assert again.iterations == (0,)
    assert again.potentials.tobytes() == found.potentials.tobytes()


def test_a_tolerance_out_of_reach_is_an_error():
    network, node = random_network(0)
    with pytest.raises(NoConvergenceError, match="2000 steps"):
        solve(network, node, tolerance=1e-30)


def test_the_same_input_gives_the_same_bytes():
    network, node = random_network(1)
    one, two = (solve(network, node, tolerance=1e-9).potentials for _ in range(2))
    assert one.tobytes() == two.tobytes()


@pytest.mark.parametrize("bad", [0.0, -1.0, np.inf])
def test_resistance_that_is_not_above_0_is_refused(bad: float):
    with pytest.raises(ValueError, match="must be > 0"):
        conductances(np.array([[1.0, bad]]))


# Terminals of two ranges.


def test_parts_of_ranges_become_terminals_weighted_by_their_cells():
    first, second = mask("##.. .... ..#. ...."), mask("...# ...# .... ....")
    found = terminals(first, second, np.ones((4, 4), dtype=bool), max_parts=5)
    assert found.n == 3
    # Winter has two cells and one; the summer range counts as much as both.
    assert found.links == ((0, (2,)), (1, (2,)), (2, (0, 1)))
    assert found.weights == pytest.approx([2 / 6, 1 / 6, 0.5])


def test_one_part_on_either_side_is_one_link():
    found = terminals(mask("#.."), mask("..#"), np.ones((1, 3), dtype=bool), max_parts=5)
    assert found.links == ((0, (1,)),)
    assert found.weights.tolist() == [1.0]


def test_only_the_largest_parts_are_terminals_and_unknown_cells_are_none():
    known = mask("######.")
    found = terminals(mask("#.##..#"), mask("....#.."), known, max_parts=1)
    assert found.node.tolist() == [[-1, -1, 0, 0, 1, -1, -1]]


def test_parts_that_share_cells_with_the_other_range_have_no_link():
    found = terminals(mask("##.."), mask(".##."), np.ones((1, 4), dtype=bool), max_parts=5)
    assert found.links == ()
    assert found.n_shared == 2


def test_a_range_without_cells_has_no_links():
    found = terminals(mask("#..."), mask("...."), np.ones((1, 4), dtype=bool), max_parts=5)
    assert found.links == ()
    assert found.n_shared == 0


# Lines that cut edges.

GRID = Grid("EPSG:32612", 10.0, row_min=7, col_min=-3, n_rows=6, n_cols=5)


def is_apart(cuts: Cuts, one: tuple[int, int], other: tuple[int, int], grid: Grid = GRID) -> bool:
    """Whether no path of uncut edges joins two cells."""
    network = burn(conductances(np.ones(grid.shape)), cuts, np.full(cuts.line.max() + 1, 1e30))
    reached, before = {one}, set()
    while reached != before:
        before = set(reached)
        for kind, (down, right) in enumerate(STEPS):
            for iy, ix in np.argwhere(network[kind] > 1e-20).tolist():
                pair = {(iy, ix), (iy + down, ix + right)}
                if pair & reached:
                    reached |= pair
    return other not in reached


def test_a_line_between_two_columns_cuts_their_edges_and_both_diagonals():
    x = (GRID.col_min + 2) * 10.0
    cuts = crossed_edges(np.array([LineString([(x, 0), (x, 1000)])], dtype=object), GRID)
    kind, cell = np.divmod(cuts.edge, 30)
    assert np.bincount(kind, minlength=4).tolist() == [6, 5, 0, 5]
    # East of column 1; the south-west edges begin in column 2.
    assert set((cell[kind == 0] % 5).tolist()) == {1}
    assert set((cell[kind == 1] % 5).tolist()) == {2}
    assert set((cell[kind == 3] % 5).tolist()) == {1}


@pytest.mark.parametrize("seed", range(8))
def test_no_way_leads_through_a_line_that_crosses_the_whole_grid(seed: int):
    rng = np.random.default_rng(seed)
    x_min, y_min, x_max, y_max = GRID.bounds
    y = rng.uniform(y_min + 11, y_max - 11, 8)
    line = LineString(np.stack([np.linspace(x_min - 5, x_max + 5, 8), y], axis=1))
    cuts = crossed_edges(np.array([line], dtype=object), GRID)
    assert is_apart(cuts, (0, 0), (5, 4))


@pytest.mark.parametrize(
    "points",
    [
        [(-25.0, 0.0), (-25.0, 500.0)],  # through the centres of a column
        [(-500.0, 95.0), (500.0, 95.0)],  # through the centres of a row
        [(-525.0, -405.0), (475.0, 595.0)],  # through centres along a diagonal
        [(475.0, -405.0), (-525.0, 595.0)],
    ],
)
def test_a_line_through_cell_centres_leaves_no_gap(points: list[tuple[float, float]]):
    cuts = crossed_edges(np.array([LineString(points)], dtype=object), GRID)
    n_sides = {is_apart(cuts, one, other) for one in ((0, 0), (5, 0)) for other in ((5, 4), (0, 4))}
    assert True in n_sides


def test_pieces_of_a_line_cut_together_what_the_line_cuts_and_each_pair_stands_once():
    rng = np.random.default_rng(9)
    points = np.stack([np.linspace(-40, 40, 9), rng.uniform(70, 130, 9)], axis=1)
    whole = crossed_edges(np.array([LineString(points)], dtype=object), GRID)
    pieces = np.array([LineString(points[k : k + 2]) for k in range(8)], dtype=object)
    parts = crossed_edges(pieces, GRID)
    assert set(parts.edge.tolist()) == set(whole.edge.tolist())
    assert len({*zip(parts.line.tolist(), parts.edge.tolist(), strict=True)}) == parts.line.size
    several = crossed_edges(np.array([MultiLineString(pieces.tolist())], dtype=object), GRID)
    assert several.edge.tolist() == whole.edge.tolist()


def test_lines_outside_the_grid_and_no_lines_cut_nothing():
    far = np.array([LineString([(900, 0), (950, 300)])], dtype=object)
    assert crossed_edges(far, GRID).edge.size == 0
    assert crossed_edges(np.zeros(0, dtype=object), GRID).edge.size == 0


def test_pieces_that_leave_the_working_crs_cut_nothing_and_do_not_hide_the_others():
    points = [(np.inf, 0.0), (-500.0, 93.0), (500.0, 93.0), (np.inf, np.inf)]
    found = crossed_edges(np.array([LineString(points)], dtype=object), GRID)
    finite = crossed_edges(np.array([LineString(points[1:3])], dtype=object), GRID)
    assert found.edge.tolist() == finite.edge.tolist()
    assert found.edge.size > 0


def test_lines_in_series_add_their_resistances():
    open_ground = conductances(np.ones((1, 2)))
    cuts = Cuts(np.array([0, 1]), np.array([0, 0]))
    # 1 for the ground, 3 and 1 for lines that let a quarter and a half through.
    assert burn(open_ground, cuts, np.array([3.0, 1.0]))[0, 0, 0] == pytest.approx(1 / 5)


def test_a_wall_that_lets_a_tenth_through_is_ten_times_the_ground_it_replaces():
    grid = Grid("EPSG:32612", 10.0, 0, 0, 1, 3)
    wall = np.array([LineString([(10, -5), (10, 15)])], dtype=object)
    network = burn(conductances(np.ones((1, 3))), crossed_edges(wall, grid), np.array([9.0]))
    found = solve(network, numbers("0.1"), tolerance=1e-12)
    assert found.resistance(0, (1,)) == pytest.approx(11.0)


# Coarser grids.


def test_a_coarser_grid_keeps_the_lattice_and_the_mean():
    rng = np.random.default_rng(3)
    fine = Grid("EPSG:32612", 50.0, row_min=-5, col_min=3, n_rows=31, n_cols=22)
    resistance = rng.uniform(1, 5, fine.shape)
    coarse, grid = coarsened(resistance, fine, max_cells=100)
    assert coarse.size <= 100
    assert grid.shape == coarse.shape
    assert grid.cell_m % 50.0 == 0
    assert np.nanmean(coarse) == pytest.approx(resistance.mean(), rel=0.05)


def test_a_small_grid_stays_as_it_is():
    resistance = np.ones((6, 5))
    same, grid = coarsened(resistance, GRID, max_cells=30)
    assert same is resistance
    assert grid is GRID
