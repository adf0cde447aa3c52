"""Probability flux through straight pieces."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr

from corridors.barriers.flux import Bridges, pair_flux, reach_m

ONE = np.zeros(1, dtype=np.int64)


def bridge(
    x0: float = 0.0,
    y0: float = 0.0,
    x1: float = 1500.0,
    y1: float = 800.0,
    minutes: float = 480.0,
    s2: float = 1500.0,
    error0: float = 0.0,
    error1: float = 0.0,
) -> Bridges:
    return Bridges(*(np.array([v], float) for v in (x0, y0, x1, y1, minutes, s2, error0, error1)))


def flux(
    one: Bridges, ends: list[list[float]], tolerance: float = 0.0, accuracy: float = 1e-13
) -> np.ndarray:
    n = len(ends)
    return pair_flux(
        one,
        np.array(ends, float),
        np.full(n, tolerance),
        np.zeros(n, dtype=np.int64),
        np.arange(n),
        accuracy=accuracy,
    )


def test_the_check_value_of_the_methods_holds_to_1e_9() -> None:
    (found,) = flux(bridge(), [[700, -500, 900, 600]])
    assert found == pytest.approx(-0.59775817545, abs=1e-9)


def test_a_dividing_line_is_passed_once_and_its_direction_gives_the_sign() -> None:
    far = 1e6
    found = flux(bridge(), [[700, far, 700, -far], [700, -far, 700, far], [-far, 400, far, 400]])
    assert found == pytest.approx([1, -1, 1], abs=1e-12)


def test_a_line_beside_both_fixes_is_passed_by_nobody_on_balance() -> None:
    assert flux(bridge(), [[1600, -1e6, 1600, 1e6]]) == pytest.approx([0], abs=1e-12)


def test_the_pieces_of_a_line_add_up_to_the_line() -> None:
    y = np.linspace(-500, 600, 8)
    x = 700 + 200 * (y + 500) / 1100
    parts = np.column_stack([x[:-1], y[:-1], x[1:], y[1:]]).tolist()
    assert flux(bridge(), parts).sum() == pytest.approx(-0.59775817545, abs=1e-10)


def test_a_line_through_a_fix_without_location_error_gets_half_of_it() -> None:
    # Mass starts on the line, half on each side of it as soon as time passes.
    assert flux(bridge(y1=0.0), [[0, 1e6, 0, -1e6]]) == pytest.approx([0.5], abs=1e-9)


def test_a_very_fast_animal_with_little_diffusion_is_not_missed() -> None:
    quick = bridge(x1=50_000.0, y1=0.0, minutes=60, s2=1e-3)
    found = flux(quick, [[31_234.5, 1.0, 31_234.5, -1.0], [31_234.5, 50, 31_234.5, 20]])
    assert found == pytest.approx([1, 0], abs=1e-9)


def test_a_piece_of_no_length_has_no_flux() -> None:
    assert flux(bridge(), [[700, 300, 700, 300]]).tolist() == [0.0]


def test_tolerance_is_the_mean_over_shifts_of_the_barrier() -> None:
    nodes, weights = np.polynomial.hermite_e.hermegauss(48)
    weights = weights / weights.sum()
    one = bridge(x1=300.0, y1=100.0, minutes=120, s2=100, error0=20, error1=15)
    ends, tolerance = np.array([140.0, -50.0, 170.0, 90.0]), 30.0
    shifts = [[dx, dy, dx, dy] for dx in nodes for dy in nodes]
    shifted = ends + tolerance * np.array(shifts)
    mean = (np.outer(weights, weights).ravel() * flux(one, shifted.tolist())).sum()
    assert flux(one, [ends.tolist()], tolerance) == pytest.approx([mean], abs=1e-10)


def by_quadrature(one: Bridges, ends: list[float]) -> float:
    """Return the flux by scipy's quadrature of the formula."""
    x0, y0, x1, y1, minutes, s2, e0, e1 = (float(column[0]) for column in one.columns[:8])
    xa, ya, xb, yb = ends
    length = math.hypot(xb - xa, yb - ya)
    east, north = (xb - xa) / length, (yb - ya) / length

    def current(a: float) -> float:
        px, py = xa - x0 - a * (x1 - x0), ya - y0 - a * (y1 - y0)
        v = minutes * s2 * a * (1 - a) + ((1 - a) * e0) ** 2 + (a * e1) ** 2
        change = minutes * s2 * (1 - 2 * a) - 2 * (1 - a) * e0**2 + 2 * a * e1**2
        d, c, sd = py * east - px * north, px * east + py * north, math.sqrt(v)
        speed = (y1 - y0) * east - (x1 - x0) * north + d * change / (2 * v)
        density = math.exp(-d * d / (2 * v)) / (sd * math.sqrt(2 * math.pi))
        return float(speed * density * (ndtr((c + length) / sd) - ndtr(c / sd)))

    edges = (1 - np.cos(np.linspace(0, np.pi, 25))) / 2
    parts = pairwise(edges)
    return float(sum(quad(current, *part, epsabs=1e-13, epsrel=1e-12)[0] for part in parts))


# Bridges that spread, that are mostly location error, and in between; equal and unequal errors.
SPREADS = [(900.0, 20.0, 20.0), (1.0, 20.0, 20.0), (7.0, 20.0, 20.0), (5.0, 5.0, 60.0)]


@pytest.mark.parametrize(("s2", "error0", "error1"), SPREADS)
def test_the_error_is_below_the_accuracy_asked_for(s2: float, error0: float, error1: float) -> None:
    rng = np.random.default_rng(17)
    one = bridge(x1=260.0, y1=90.0, minutes=120, s2=s2, error0=error0, error1=error1)
    sd = float(one.sd_max_m()[0])
    middle = np.outer(rng.uniform(0, 1, 40), [260.0, 90.0]) + rng.normal(0, sd, (40, 2))
    half = rng.choice([10.0, 300.0, 1e5], (40, 1)) * rng.normal(0, 0.5, (40, 2))
    ends = np.hstack([middle - half, middle + half]).tolist()
    exact = [by_quadrature(one, row) for row in ends]
    for accuracy in (1e-6, 1e-8, 1e-10):
        assert flux(one, ends, accuracy=accuracy) == pytest.approx(exact, abs=accuracy)


def test_nothing_beyond_reach_is_above_the_floor() -> None:
    one = bridge(x1=800.0, y1=0.0, minutes=240, s2=1200, error0=20, error1=20)
    floor = 1e-4
    reach = float(reach_m(one, 10.0, flux_floor=floor)[0])
    beyond = [[-5000, reach, 5000, reach], [800 + reach, -900, 800 + reach, 900]]
    beyond += [[x, reach, x + 100, reach + 20.0] for x in range(-400, 1300, 100)]
    assert np.abs(flux(one, beyond, 10.0)).max() < floor
    assert np.abs(flux(one, [[-50, 0.2 * reach, 900, 0.2 * reach - 30]], 10.0)).max() > floor


def test_the_largest_sd_is_that_of_a_dense_sample() -> None:
    rng = np.random.default_rng(5)
    n = 200
    many = Bridges(
        *rng.normal(0, 100, (4, n)),
        rng.uniform(1, 500, n),
        rng.choice([0.0, 1.0, 50.0], n),
        rng.uniform(0, 40, n),
        rng.uniform(0, 40, n),
    )
    a = np.linspace(0, 1, 20_001)[:, None]
    v = many.duration_min * a * (1 - a) * many.s2_m2_min
    v = v + (1 - a) ** 2 * many.error0_m**2 + a**2 * many.error1_m**2
    assert many.sd_max_m() == pytest.approx(np.sqrt(v.max(axis=0)), rel=1e-6)


def test_a_bridge_without_any_variance_is_refused() -> None:
    with pytest.raises(ValueError, match="neither variance, error nor tolerance"):
        flux(bridge(s2=0.0, error0=20.0), [[700, -1, 700, 1]])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"minutes": 0.0}, "duration_min must be > 0"),
        ({"x0": np.nan}, "must be finite"),
        ({"error1": -1.0}, "must be >= 0"),
    ],
)
def test_impossible_bridges_are_refused(change: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        bridge(**change)


def test_columns_of_different_length_are_refused() -> None:
    column = np.zeros(2)
    with pytest.raises(ValueError, match="equal length"):
        Bridges(column, column, column, column, np.ones(3), column, column, column)


def test_straying_keeps_fixes_and_their_errors_and_is_never_narrower_than_a_metre() -> None:
    made = bridge(x0=0.0, y0=0.0, x1=300.0, y1=400.0, minutes=120.0, error0=20.0, error1=8.0)
    assert made.way_m.tolist() == [500.0]
    wide, narrow = (made.straying(np.array([s2]), tails=4.0) for s2 in (700.0, 0.0))
    assert (wide.s2_m2_min.tolist(), wide.tail.tolist()) == ([700.0], [0.25])
    assert narrow.s2_m2_min == pytest.approx([1 / 120])
    assert [c.tolist() for c in wide.columns[:5]] == [c.tolist() for c in made.columns[:5]]
    assert (wide.error0_m.tolist(), wide.error1_m.tolist()) == ([20.0], [8.0])
