"""Occurrence surfaces on worlds small enough to reason about."""

from __future__ import annotations

import math
import threading
import tracemalloc

import numpy as np
import pytest
from scipy.special import ndtr

from corridors.foundation.errors import MethodError
from corridors.foundation.grid import Surface
from corridors.foundation.normal import normal_cdf
from corridors.movement.line_buffer import line_surface
from corridors.movement.occurrence import bridge_surface

ARGUMENTS = {
    "crs": "EPSG:32612",
    "cell_m": 100.0,
    "max_lag_min": 480.0,
    "time_tolerance": 1e-9,
    "memory_mb": 1500.0,
}


def line(surface: Surface) -> dict[tuple[int, int], float]:
    """Return {(row, col): mass}."""
    cells = zip(surface.row.tolist(), surface.col.tolist(), surface.mass.tolist(), strict=True)
    return {(row, col): mass for row, col, mass in cells}


def test_the_normal_distribution_function_is_exact_to_1e_14() -> None:
    z = np.linspace(-9, 9, 20_001)
    found = np.array([normal_cdf(float(value)) for value in z])
    assert np.abs(found - ndtr(z)).max() < 1e-14
    tail = z < -5
    assert np.abs(found[tail] / ndtr(z[tail]) - 1).max() < 1e-8


def test_an_animal_that_walks_evenly_leaves_equal_mass_in_the_cells_it_crosses() -> None:
    # From cell centre to cell centre over three edges, with next to no spread.
    surface = bridge_surface(
        np.array([50.0, 350.0]),
        np.array([50.0, 50.0]),
        np.array([0.0, 60.0]),
        np.full(2, 1e-3),
        1e-9,
        **ARGUMENTS,
    )
    expected = {(0, 0): 1 / 6, (0, 1): 1 / 3, (0, 2): 1 / 3, (0, 3): 1 / 6}
    assert line(surface) == pytest.approx(expected, abs=1e-6)


def test_a_fix_on_a_corner_is_shared_by_four_cells() -> None:
    surface = bridge_surface(
        np.zeros(2), np.zeros(2), np.array([0.0, 60.0]), np.zeros(2), 1e-3, **ARGUMENTS
    )
    quarter = {(row, col): 0.25 for row in (-1, 0) for col in (-1, 0)}
    assert line(surface) == pytest.approx(quarter, abs=1e-12)


def test_rows_count_northward_and_columns_eastward() -> None:
    surface = bridge_surface(
        np.array([250.0, 250.0]),
        np.array([-350.0, -350.0]),
        np.array([0.0, 60.0]),
        np.ones(2),
        1e-3,
        **ARGUMENTS,
    )
    assert line(surface) == {(-4, 2): 1.0}


def test_bridges_weigh_by_their_time_and_long_ones_are_left_out() -> None:
    # Rests in three far cells; the moves between them are too long to be bridged.
    x = np.array([50.0, 50.0, 50_050.0, 50_050.0, 90_050.0])
    t = np.array([0.0, 60.0, 1060.0, 1240.0, 9999.0])
    surface = bridge_surface(x, np.full(5, 50.0), t, np.ones(5), 1e-3, **ARGUMENTS)
    assert line(surface) == pytest.approx({(0, 0): 0.25, (0, 500): 0.75}, abs=1e-12)


def test_the_error_of_each_fix_widens_its_own_end() -> None:
    surface = bridge_surface(
        np.array([50.0, 3050.0]),
        np.array([50.0, 50.0]),
        np.array([0.0, 60.0]),
        np.array([1.0, 300.0]),
        1e-3,
        **ARGUMENTS,
    )
    width = [
        float(np.sqrt(np.average((surface.row[at] + 0.5) ** 2, weights=surface.mass[at])))
        for at in (surface.col == 1, surface.col == 29)
    ]
    assert width[0] < 1
    assert 2.5 < width[1] < 3.5


def test_moments_are_those_of_the_bridge() -> None:
    # E x = middle; Var x = step^2/12 + L s2/6 + 2 d^2/3 + cell^2/12 for small cells.
    lag, s2, d, cell_m = 240.0, 400.0, 30.0, 10.0
    surface = bridge_surface(
        np.array([0.0, 1200.0]),
        np.zeros(2),
        np.array([0.0, lag]),
        np.full(2, d),
        s2,
        **{**ARGUMENTS, "cell_m": cell_m},
    )
    x = (surface.col + 0.5) * cell_m
    mean = float(np.average(x, weights=surface.mass))
    variance = float(np.average((x - mean) ** 2, weights=surface.mass))
    assert mean == pytest.approx(600, abs=1e-3)
    expected = 1200**2 / 12 + lag * s2 / 6 + 2 * d**2 / 3 + cell_m**2 / 12
    assert variance == pytest.approx(expected, rel=1e-4)


def test_a_500_km_migration_on_50_m_cells_needs_memory_for_its_path_only() -> None:
    rng = np.random.default_rng(5)
    n = 361  # two months of 4 h fixes
    x = np.linspace(0, 353_553, n) + rng.normal(0, 300, n)
    y = np.linspace(0, 353_553, n) + rng.normal(0, 300, n)
    tracemalloc.start()
    surface = bridge_surface(
        x,
        y,
        np.arange(n) * 240.0,
        np.full(n, 20.0),
        2000.0,
        crs="EPSG:32612",
        cell_m=50.0,
        max_lag_min=480.0,
        time_tolerance=1e-5,
        memory_mb=1500.0,
    )
    peak_mb = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    box_mb = surface.grid.n_rows * surface.grid.n_cols * 8 / 1e6
    assert abs(surface.total - 1) < 1e-12
    assert box_mb > 400
    assert peak_mb < box_mb / 3


@pytest.mark.parametrize("cell_m", [0.01, 1.0])
def test_cells_too_small_for_the_memory_are_refused_before_it_is_taken(cell_m: float) -> None:
    with pytest.raises(MethodError, match=f"on cells of {cell_m:g} m") as caught:
        bridge_surface(
            np.array([0.0, 5e4]),
            np.array([0.0, 5e4]),
            np.array([0.0, 240.0]),
            np.full(2, 20.0),
            2000.0,
            **{**ARGUMENTS, "cell_m": cell_m, "memory_mb": 500.0},
        )
    assert "cure: set a larger working.cell_m" in str(caught.value)


def test_threads_do_not_change_a_bit() -> None:
    rng = np.random.default_rng(6)
    x, y = np.cumsum(rng.normal(0, 500, (2, 200)), axis=1)
    t, error = np.arange(200) * 120.0, np.full(200, 20.0)
    alone = bridge_surface(x, y, t, error, 700.0, **ARGUMENTS)
    found: list[Surface] = []
    threads = [
        threading.Thread(
            target=lambda: found.append(bridge_surface(x, y, t, error, 700.0, **ARGUMENTS))
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert all(other.mass.tobytes() == alone.mass.tobytes() for other in found)


def test_only_long_steps_leave_no_surface() -> None:
    with pytest.raises(MethodError, match="every step is longer"):
        bridge_surface(np.zeros(2), np.zeros(2), np.array([0.0, 1e4]), np.ones(2), 1.0, **ARGUMENTS)
    with pytest.raises(MethodError, match="every step is longer"):
        line_surface(
            np.zeros(2),
            np.zeros(2),
            np.array([0.0, 1e4]),
            crs="",
            cell_m=50.0,
            max_lag_min=480.0,
            buffer_m=200.0,
        )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x_m": np.array([0.0, math.inf])}, "finite"),
        ({"time_min": np.zeros(2)}, "increase strictly"),
        ({"error_m": np.array([1.0, -1.0])}, "not be negative"),
        ({"s2_m2_min": -1.0}, "s2_m2_min"),
        ({"s2_m2_min": np.nan}, "s2_m2_min"),
        ({"s2_m2_min": 0.0, "error_m": np.zeros(2)}, "s2_m2_min"),
        ({"s2_m2_min": np.array([1.0, 2.0])}, "broadcast"),
        ({"cell_m": 0.0}, "cell_m"),
        ({"time_tolerance": 0.5}, "time_tolerance"),
        ({"y_m": np.zeros(3)}, "one length"),
    ],
)
def test_impossible_arguments_are_refused(change: dict[str, object], message: str) -> None:
    arguments: dict[str, object] = {
        "x_m": np.zeros(2),
        "y_m": np.zeros(2),
        "time_min": np.array([0.0, 60.0]),
        "error_m": np.ones(2),
        "s2_m2_min": 1.0,
        **ARGUMENTS,
    }
    with pytest.raises(ValueError, match=message):
        bridge_surface(**{**arguments, **change})  # type: ignore[arg-type]


def test_a_step_that_is_not_bridged_needs_no_variance() -> None:
    x, time = np.array([0.0, 100.0, 5000.0]), np.array([0.0, 60.0, 6000.0])
    arguments = {**ARGUMENTS, "max_lag_min": 480.0}
    whole = bridge_surface(x, x, time, np.ones(3), np.array([50.0, np.nan]), **arguments)
    first = bridge_surface(x[:2], x[:2], time[:2], np.ones(2), 50.0, **arguments)
    assert np.array_equal(whole.mass, first.mass)


def test_a_still_animal_is_where_its_fixes_are_within_their_error() -> None:
    still = bridge_surface(
        np.zeros(2), np.zeros(2), np.array([0.0, 60.0]), np.full(2, 20.0), 0.0, **ARGUMENTS
    )
    # Between two fixes the error is at most that of one: four standard deviations hold it.
    x_m, y_m = ((v + 0.5) * still.cell_m for v in (still.col, still.row))
    near = np.hypot(x_m, y_m) < 80 + still.cell_m
    assert still.mass[near].sum() > 0.9995


def test_a_band_covers_the_area_of_a_stadium_and_counts_overlaps_once() -> None:
    # There and back again: the same band twice. Tilted so that no edge lies on the lattice.
    x, y = np.array([13.0, 3013.0, 13.0]), np.array([7.0, 1607.0, 7.0])
    band = line_surface(
        x, y, np.array([0.0, 60.0, 120.0]), crs="", cell_m=50.0, max_lag_min=480.0, buffer_m=200.0
    )
    area = 400 * math.hypot(3000, 1600) + math.pi * 200**2
    # A cell well inside is covered entirely, so its mass tells the area.
    assert band.mass.max() == pytest.approx(2500 / area, rel=1e-4)
    assert band.total == pytest.approx(1, abs=1e-12)


def test_a_band_of_a_resting_animal_is_a_disc() -> None:
    band = line_surface(
        np.zeros(2),
        np.zeros(2),
        np.array([0.0, 60.0]),
        crs="",
        cell_m=50.0,
        max_lag_min=480.0,
        buffer_m=200.0,
    )
    assert band.mass.max() == pytest.approx(2500 / (math.pi * 200**2), rel=1e-3)
    assert band.grid.bounds == (-200.0, -200.0, 200.0, 200.0)


def test_a_band_leaves_out_long_steps() -> None:
    x = np.array([25.0, 1025.0, 90_025.0, 91_025.0])
    band = line_surface(
        x,
        np.full(4, 25.0),
        np.array([0.0, 60.0, 2000.0, 2060.0]),
        crs="",
        cell_m=50.0,
        max_lag_min=480.0,
        buffer_m=50.0,
    )
    assert not ((band.col > 30) & (band.col < 1790)).any()
    assert band.mass[band.col < 100].sum() == pytest.approx(0.5)
