"""Laws of the flux hold for bridges with tails."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.barriers.flux import Bridges, pair_flux, reach_m

TAILS = st.sampled_from([0.0, 0.05, 0.3, 1.0])
FAR = 1e7


def bridge(x1: float, y1: float, tail: float) -> Bridges:
    columns = (0.0, 0.0, x1, y1, 720.0, 300.0, 0.0, 0.0, tail)
    return Bridges(*(np.array([value]) for value in columns))


def fluxes(one: Bridges, ends: np.ndarray) -> np.ndarray:
    n = len(ends)
    return pair_flux(one, ends, np.zeros(n), np.zeros(n, np.int64), np.arange(n), accuracy=1e-11)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(
    x1=st.floats(200, 3000),
    y1=st.floats(-1500, 1500),
    at=st.floats(0.1, 0.9),
    tail=TAILS,
)
def test_a_line_between_the_fixes_is_passed_once(
    x1: float, y1: float, at: float, tail: float
) -> None:
    line = np.array([[at * x1, FAR, at * x1, -FAR]])
    assert fluxes(bridge(x1, y1, tail), line)[0] == pytest.approx(1.0, abs=1e-8)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(x=st.integers(-800, 1500), y=st.integers(-900, 900), tail=TAILS)
def test_what_enters_a_closed_line_leaves_it(x: int, y: int, tail: float) -> None:
    # No side of it runs through a fix.
    corners = np.array([[0, 0], [300, 0], [300, 200], [0, 200], [0, 0]])
    corners = np.add(corners, (x + 0.5, y + 0.5))
    sides = np.hstack([corners[:-1], corners[1:]])
    one = bridge(1000.0, 400.0, tail)
    inside = [np.all((p > corners[0]) & (p < corners[2])) for p in ((0.0, 0.0), (1000.0, 400.0))]
    # Sides run with the inside to their left, so what goes in is positive.
    assert fluxes(one, sides).sum() == pytest.approx(float(inside[1]) - float(inside[0]), abs=1e-7)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(cut=st.floats(0.05, 0.95), tail=TAILS)
def test_pieces_add_up(cut: float, tail: float) -> None:
    a, b = np.array([400.0, -600.0]), np.array([700.0, 500.0])
    m = a + cut * (b - a)
    whole, one, two = fluxes(bridge(1000.0, 100.0, tail), np.array([[*a, *b], [*a, *m], [*m, *b]]))
    assert one + two == pytest.approx(whole, abs=1e-9)


def test_the_flux_is_the_mean_over_the_variances_that_the_tails_stand_for() -> None:
    ends = np.array([[400.0, 60.0, 700.0, 900.0]])
    rng = np.random.default_rng(1)
    nu = 3.0
    s2 = 300.0 * nu / rng.chisquare(nu, 4000)
    n = s2.size
    many = Bridges(*(np.full(n, c[0]) for c in bridge(1000.0, 100.0, 0.0).columns))
    found = pair_flux(
        replace(many, s2_m2_min=s2), ends, np.zeros(1), np.arange(n), np.zeros(n, np.int64),
        accuracy=1e-9,
    )  # fmt: skip
    flux = fluxes(bridge(1000.0, 100.0, 1 / nu), ends)[0]
    assert flux == pytest.approx(found.mean(), abs=4 * found.std() / np.sqrt(n) + 0.002)


def test_tails_reach_farther() -> None:
    near, far = (reach_m(bridge(1000.0, 0.0, tail), 0.0, flux_floor=1e-6)[0] for tail in (0.0, 0.4))
    assert far > 2 * near


def test_a_tail_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="must be >= 0"):
        bridge(1.0, 0.0, -0.1)
