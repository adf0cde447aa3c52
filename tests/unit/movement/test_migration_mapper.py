"""The parity kernel, its trims and merges, on worlds small enough to compute in full."""

from __future__ import annotations

import numpy as np
import pytest

from corridors.foundation.errors import MethodError
from corridors.foundation.grid import Surface, pack
from corridors.movement.migration_mapper import TimeRule, centre_surface, footprint, trimmed
from corridors.movement.migration_mapper_herd import (
    PeerHerd,
    PeerPopulation,
    merged,
    merged_in_order,
    top_of_area,
)
from corridors.movement.population import class_rules
from worlds.surfaces import strip

CRS = "EPSG:32612"
X = np.array([1040.0, 2310.0, 2950.0, 5230.0, 5230.0])
Y = np.array([-730.0, 110.0, 120.0, 2990.0, 3770.0])
TIME = np.array([0.0, 60.0, 133.0, 700.0, 760.0])
ERROR = np.array([20.0, 30.0, 20.0, 25.0, 20.0])
S2 = 900.0


def make(
    rule: TimeRule = "both_ends",
    *,
    cell_m: float = 250.0,
    margin: float = 0.3,
    step_min: float = 5.0,
    max_lag_min: float = 480.0,
    memory_mb: float = 100.0,
) -> Surface:
    return centre_surface(
        X,
        Y,
        TIME,
        ERROR,
        S2,
        crs=CRS,
        cell_m=cell_m,
        max_lag_min=max_lag_min,
        time_step_min=step_min,
        time_rule=rule,
        margin_frac=margin,
        memory_mb=memory_mb,
    )


def in_full(cell_m: float, margin: float, step_min: float, max_lag_min: float) -> np.ndarray:
    """Return the peer's sum over every cell of its grid, nothing left out, rows northward."""
    edges = []
    for at in (X, Y):
        low = round((at.min() - margin * np.ptp(at)) / cell_m)
        high = round((at.max() + margin * np.ptp(at)) / cell_m)
        edges.append((np.arange(low, high) + 0.5) * cell_m)
    gx, gy = np.meshgrid(*edges)
    total = np.zeros(gx.shape)
    for i, lag in enumerate(np.diff(TIME)):
        if lag > max_lag_min:
            continue
        time = 0.0
        while time <= lag:
            a = time / lag
            mx, my = X[i] + a * (X[i + 1] - X[i]), Y[i] + a * (Y[i + 1] - Y[i])
            v = lag * a * (1 - a) * S2 + (1 - a) ** 2 * ERROR[i] ** 2 + a**2 * ERROR[i + 1] ** 2
            total += np.exp(-((gx - mx) ** 2 + (gy - my) ** 2) / (2 * v)) / (2 * np.pi * v)
            time += step_min
    return total / total.sum()


def as_array(surface: Surface, shape: tuple[int, int], cell_m: float, margin: float) -> np.ndarray:
    out = np.zeros(shape)
    row = round((Y.min() - margin * np.ptp(Y)) / cell_m)
    col = round((X.min() - margin * np.ptp(X)) / cell_m)
    out[surface.row - row, surface.col - col] = surface.mass
    return out


@pytest.mark.parametrize("cell_m", [100.0, 250.0])
def test_the_cut_kernel_is_the_sum_over_every_cell(cell_m: float) -> None:
    full = in_full(cell_m, 0.3, 5.0, 480.0)
    found = as_array(make(cell_m=cell_m), full.shape, cell_m, 0.3)
    assert np.abs(found - full).max() < 1e-15
    # After the peer's own trimming nothing is left of the difference but the last digit.
    kept = (
        full
        >= np.sort(full.ravel())[::-1][
            np.flatnonzero(np.cumsum(np.sort(full.ravel())[::-1]) > 0.9999)[0]
        ]
    )
    cut = trimmed(make(cell_m=cell_m), 0.9999, with_crossing=True)
    assert cut.row.size == kept.sum()
    expected = (full[kept] / full[kept].sum()).astype(np.float32)
    assert np.allclose(np.sort(cut.mass), np.sort(expected), rtol=1.2e-7, atol=0)


def test_a_long_step_is_left_out_and_a_track_of_long_steps_refused() -> None:
    full = in_full(250.0, 0.3, 5.0, 100.0)
    found = as_array(make(max_lag_min=100.0), full.shape, 250.0, 0.3)
    assert np.abs(found - full).max() < 1e-15
    with pytest.raises(MethodError, match="every step is longer"):
        make(max_lag_min=10.0)


def test_a_grid_beyond_memory_and_a_track_between_centres_are_refused() -> None:
    with pytest.raises(MethodError, match="does not fit into memory"):
        make(cell_m=1.0, memory_mb=10.0)
    with pytest.raises(MethodError, match="no cell centre is near"):
        make(cell_m=400_000.0, margin=0.0)


def test_a_finer_even_sum_comes_nearer_to_the_integral_at_the_centres() -> None:
    coarse, fine, finest = (
        make("even", margin=np.inf, step_min=step).mass for step in (1.0, 0.25, 1 / 16)
    )
    assert np.abs(fine - finest).sum() < np.abs(coarse - fine).sum() / 3 < 5e-4


def test_trimming_keeps_the_crossing_cell_of_one_surface_and_not_of_a_merged_one() -> None:
    surface = strip([0.5, 0.25, 0.125, 0.125])
    assert trimmed(surface, 0.7, with_crossing=True).col.tolist() == [0, 1]
    assert trimmed(surface, 0.7, with_crossing=False).col.tolist() == [0]
    # Equal cells share the crossing cell's fate.
    assert trimmed(surface, 0.8, with_crossing=True).col.tolist() == [0, 1, 2, 3]
    assert trimmed(surface, 0.8, with_crossing=False).col.tolist() == [0, 1]
    assert trimmed(surface, 1.0, with_crossing=False).col.size == 4


def test_a_trimmed_surface_is_of_single_precision_and_sums_to_one() -> None:
    cut = trimmed(strip([0.6, 0.3, 0.1]), 0.85, with_crossing=True)
    assert np.array_equal(cut.mass, cut.mass.astype(np.float32).astype(np.float64))
    assert cut.mass.sum() == pytest.approx(1.0, abs=1e-7)


def test_a_footprint_holds_less_than_its_isopleth() -> None:
    surface = strip([0.5, 0.3, 0.2])
    inside = footprint(surface, 0.6)
    assert inside.tolist() == pack(surface.row[:1], surface.col[:1]).tolist()


def test_merging_one_surface_changes_nothing_and_several_are_trimmed() -> None:
    one = strip([0.5, 0.25, 0.25])
    assert merged([one], kept_frac=0.5) is one
    assert merged([one, strip([0.5, 0.5])], kept_frac=0.9).col.tolist() == [0, 1]


def test_the_order_of_merging_decides_who_weighs_the_same() -> None:
    # b was tracked in two years, in cells 1 and 2; a in one, in cell 0.
    cells = {("a", 1): strip([1.0, 0.0, 0.0]), ("b", 1): strip([0.0, 1.0, 0.0]),
             ("b", 2): strip([0.0, 0.0, 1.0])}  # fmt: skip
    by_animal = merged_in_order(cells, ("animal", "year"), kept_frac=1.0)
    by_year = merged_in_order(cells, ("year", "animal"), kept_frac=1.0)
    assert by_animal.mass.tolist() == [0.5, 0.25, 0.25]
    assert by_year.mass.tolist() == [0.25, 0.25, 0.5]


def test_footprints_unite_within_an_animal_and_count_between_animals() -> None:
    herd = PeerHerd(("animal", "year"), kept_frac=0.99, footprint_isopleth=0.99)
    assert herd.population() is None
    west, east = strip([0.6, 0.3, 0.1]), strip([0.1, 0.3, 0.6])
    herd.add("a", {1: [west], 2: [east]})
    herd.add("b", {1: [west, west]})
    herd.add("c", {1: [east]})
    population = herd.population()
    assert population is not None
    assert population.n_animals.tolist() == [2, 3, 2]
    assert population.n_tracked == 3
    # All three use the middle: it is above the last break of shares, in no class.
    assert population.cells(1).size == 2


def test_animals_that_rest_in_one_cell_leave_nothing() -> None:
    herd = PeerHerd(("animal", "year"), kept_frac=0.99, footprint_isopleth=0.99)
    for name in ("a", "b"):
        herd.add(name, {1: [strip([1.0]), strip([1.0])], 2: [strip([1.0]), strip([1.0])]})
    population = herd.population()
    assert population is not None
    # The only cell is the crossing cell of every isopleth and of every merge.
    assert population.surface.mass.size == population.cells(1).size == 0
    assert population.isopleth_cells(0.5).size == 0


def test_the_top_of_the_area_leaves_out_the_most_used_cell() -> None:
    surface = strip(np.arange(100, 0, -1) / 5050)
    # Quantile 0.1 of 100 volumes lies between the 10th and the 11th.
    assert (
        top_of_area(surface, 0.10).tolist()
        == pack(np.zeros(9, np.int32), np.arange(1, 10)).tolist()
    )
    nothing = Surface(CRS, 50.0, np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0))
    assert top_of_area(nothing, 0.1).size == 0


@pytest.mark.parametrize("share", [0.05, 0.10, 0.15, 0.20, 0.30])
def test_animals_needed_agree_with_the_peers_lowered_breaks(share: float) -> None:
    for n in range(3, 500):
        medium = class_rules(n, medium_share=share, high_share=0.9)[1]
        assert (medium.n_needed > 0) == (share > 2 / n)
        if medium.n_needed:
            above = np.flatnonzero(np.arange(n + 1) / n > share - 1e-4)[0]
            assert medium.n_needed == above, n


def test_with_one_animal_its_footprint_stays() -> None:
    one = PeerPopulation(strip([1.0]), np.array([1], np.int32), 1)
    assert one.cells(1).size == 1
