"""The table of gains: the first ones are those of the network solved again."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from benchmarks.barrier_landscape import landscape

from corridors.foundation import tables
from corridors.foundation.crs import GEOGRAPHIC
from corridors.habitat.circuit_grid import burn, conductances, crossed_edges
from corridors.habitat.circuits import solve
from corridors.habitat.gain_table import gain_table
from corridors.habitat.linked_circuit import solve_links
from corridors.habitat.terminals import terminals

LINK = (0, (1,))
CLOSED = 999.0  # lets through 0.001


@pytest.fixture(scope="module")
def world():
    """Long lines that hardly let anything through: a window around a segment says too much."""
    own = landscape(40, barriers=3, seed=4)
    own.added[:] = CLOSED
    ground, cuts = conductances(own.resistance), crossed_edges(own.lines, own.grid)
    ends = terminals(own.node == 0, own.node == 1, np.isfinite(own.resistance), max_parts=3)
    solved = solve_links(burn(ground, cuts, own.added), ends, tolerance=1e-10)
    return own, ground, cuts, solved


def table_of(world, n_solved_anew):
    own, ground, cuts, solved = world
    n = len(own.lines)
    names = [f"line:{k:03d}" for k in range(n)]
    segments = gpd.GeoDataFrame(
        {
            "segment": names, "barrier": "line", "name": "", "kind": "fence", "class": "",
            "used": 0.001, "used_source": "stated",
        },
        geometry=list(own.lines),
        crs=GEOGRAPHIC,
    )  # fmt: skip
    found = gain_table(
        "h", segments, cuts, own.added, solved, solved.potentials(), ground,
        margin_cells=4, n_solved_anew=n_solved_anew,
    )  # fmt: skip
    tables.check(found, tables.GAINS)
    return found.set_index("segment")


def anew(world, name):
    """Return the fall of the resistance without a line, by a network made without it."""
    own, ground, _, _ = world
    number = int(name.split(":")[1])
    kept = np.arange(len(own.lines)) != number
    without = crossed_edges(own.lines[kept], own.grid)
    whole = crossed_edges(own.lines, own.grid)
    r = [
        solve(burn(ground, cuts, added), own.node, tolerance=1e-10).resistance(*LINK)
        for cuts, added in ((whole, own.added), (without, own.added[kept]))
    ]
    return r[0] - r[1]


def test_the_first_gains_are_those_of_the_network_without_the_segment(world):
    found, rough = table_of(world, 8), table_of(world, 0)
    first = found[found["is_solved_anew"]]
    assert set(first.index) == set(rough.index[:8])
    exact = np.array([anew(world, name) for name in first.index])
    np.testing.assert_allclose(first["gain"], exact, rtol=1e-5)
    # The window alone is far off here.
    assert (rough.loc[first.index, "gain"] / exact > 1.05).any()
    # Of the others nothing changes.
    others = found.index[~found["is_solved_anew"]]
    np.testing.assert_array_equal(found.loc[others, "gain"], rough.loc[others, "gain"])


def test_ranks_are_those_of_the_gains_after_that(world):
    found = table_of(world, 8)
    assert (np.diff(found["gain"]) <= 0).all()
    assert found["rank"].tolist() == list(range(1, len(found) + 1))
    assert (found["gain"] <= found["gain_linear"]).all()
    np.testing.assert_allclose(found["gain_share"] * world[3].resistance(), found["gain"])


def test_none_is_solved_anew_where_none_is_asked_for(world):
    assert not table_of(world, 0)["is_solved_anew"].any()
