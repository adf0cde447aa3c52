"""Links between ranges on rows of cells that can be solved by hand."""

from __future__ import annotations

import numpy as np
import pytest
from shapely.geometry import box

from corridors.foundation.grid import Grid
from corridors.habitat.circuit_grid import Cuts, burn, conductances
from corridors.habitat.connectivity import NoWayError
from corridors.habitat.linked_circuit import (
    LinkedCircuit,
    link_facts,
    on_even_ground,
    range_terminals,
    solve_links,
)
from corridors.habitat.ranges import Ranges

CRS = "EPSG:32612"
GRID = Grid(CRS, 10.0, row_min=3, col_min=-2, n_rows=1, n_cols=5)
WEST, EAST = box(-19, 31, -11, 39), box(21, 31, 29, 39)
GROUND = np.array([[1.0, 3.0, 1.0, 1.0, 1.0]])


def solved(resistance: np.ndarray, *, added: float = 0.0) -> LinkedCircuit:
    """Return the network between the first and the last cell, with a line in its last step."""
    ends = range_terminals(
        Ranges({"winter": WEST, "summer": EAST}, {}, []), GRID, np.isfinite(resistance), max_parts=3
    )
    wall = Cuts(np.array([0]), np.array([3]))
    conductance = burn(conductances(resistance), wall, np.array([added]))
    return solve_links(conductance, ends, tolerance=1e-12)


def test_steps_in_a_row_add_up_and_a_line_multiplies_its_own() -> None:
    assert solved(GROUND).resistance() == pytest.approx(2.0 + 2.0 + 1.0 + 1.0)
    with_line = solved(GROUND, added=4.0)
    assert with_line.resistance() == pytest.approx(2.0 + 2.0 + 1.0 + 5.0)
    (link,) = link_facts(with_line, solved(GROUND))
    assert link.effective_resistance == pytest.approx(10.0)
    assert link.without_barriers == pytest.approx(6.0)
    assert (link.from_part, link.to_parts, link.weight) == (0, [1], 1.0)


def test_all_current_passes_every_cell_between_and_ranges_are_unknown() -> None:
    found = solved(GROUND)
    current = found.current(found.potentials())
    assert current[0, 1:4] == pytest.approx(np.ones(3))
    assert np.isnan(current[0, [0, 4]]).all()


def test_even_ground_has_the_same_cells_and_no_more() -> None:
    found = solved(GROUND)
    assert on_even_ground(found, GROUND, tolerance=1e-12).resistance() == pytest.approx(4.0)
    alike = solved(np.full((1, 5), 2.0))
    assert on_even_ground(alike, np.full((1, 5), 2.0), tolerance=1e-12) is alike


@pytest.mark.parametrize(
    ("shapes", "ground", "words"),
    [
        ({"winter": WEST}, GROUND, "no_summer_range"),
        ({"winter": WEST, "summer": WEST}, GROUND, "shared_cells"),
        ({"winter": WEST, "summer": box(500, 0, 600, 9)}, GROUND, "range_unknown"),
    ],
)
def test_ranges_that_nothing_lies_between_are_told(
    shapes: dict[str, object], ground: np.ndarray, words: str
) -> None:
    with pytest.raises(NoWayError, match=words):
        range_terminals(Ranges(shapes, {}, []), GRID, np.isfinite(ground), max_parts=3)


def test_a_gap_of_unknown_ground_leaves_no_way() -> None:
    with pytest.raises(NoWayError, match="no_path"):
        solved(np.array([[1.0, 1.0, np.nan, 1.0, 1.0]]))
