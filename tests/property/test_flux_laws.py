"""Laws that every flux obeys."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from corridors.barriers.flux import Bridges, pair_flux

COORDINATE = st.floats(-2000, 2000)
BRIDGE = st.tuples(
    COORDINATE,
    COORDINATE,
    COORDINATE,
    COORDINATE,
    st.floats(5, 1500),
    st.floats(0.5, 5000),
    st.floats(2, 60),
    st.floats(2, 60),
)
LIMITED = settings(derandomize=True, deadline=None, max_examples=150)


def bridges(*rows: tuple[float, ...]) -> Bridges:
    return Bridges(*np.array(rows, float).T.copy())


def flux(one: Bridges, points: np.ndarray, tolerance: float = 0.0) -> np.ndarray:
    """Flux through the pieces of a chain of points."""
    ends = np.hstack([points[:-1], points[1:]])
    n = len(ends)
    return pair_flux(
        one,
        ends,
        np.full(n, tolerance),
        np.zeros(n, dtype=np.int64),
        np.arange(n),
        accuracy=1e-15,
    )


def mass_in(box: tuple[float, float, float, float], x: float, y: float, sd: float) -> float:
    x0, y0, x1, y1 = box
    across = ndtr((x1 - x) / sd) - ndtr((x0 - x) / sd)
    return float(across * (ndtr((y1 - y) / sd) - ndtr((y0 - y) / sd)))


@LIMITED
@given(BRIDGE, COORDINATE, COORDINATE, st.floats(1, 4000), st.floats(1, 4000), st.floats(0, 50))
def test_the_flux_into_a_box_is_the_change_of_mass_inside(
    row: tuple[float, ...], x: float, y: float, width: float, height: float, tolerance: float
) -> None:
    box = (x, y, x + width, y + height)
    clockwise = np.array([[x, y], [x, box[3]], [box[2], box[3]], [box[2], y], [x, y]])
    # Clockwise, the left of every side is outside: the sum is what leaves.
    outward = flux(bridges(row), clockwise, tolerance).sum()
    sd0, sd1 = np.hypot(row[6], tolerance), np.hypot(row[7], tolerance)
    change = mass_in(box, row[2], row[3], sd1) - mass_in(box, row[0], row[1], sd0)
    assert abs(outward + change) < 1e-12


@LIMITED
@given(BRIDGE, st.lists(st.tuples(COORDINATE, COORDINATE), min_size=3, max_size=7))
def test_any_closed_chain_agrees_with_its_triangles(
    row: tuple[float, ...], corners: list[tuple[float, float]]
) -> None:
    points = np.array([*corners, corners[0]])
    fan = [flux(bridges(row), points[[0, i, i + 1, 0]]).sum() for i in range(1, len(corners) - 1)]
    assert abs(flux(bridges(row), points).sum() - sum(fan)) < 1e-12


@LIMITED
@given(BRIDGE, COORDINATE, COORDINATE, COORDINATE, COORDINATE)
def test_turning_the_piece_or_the_time_turns_the_sign(
    row: tuple[float, ...], xa: float, ya: float, xb: float, yb: float
) -> None:
    points = np.array([[xa, ya], [xb, yb]])
    forward = flux(bridges(row), points)
    x0, y0, x1, y1, minutes, s2, e0, e1 = row
    backward = flux(bridges((x1, y1, x0, y0, minutes, s2, e1, e0)), points)
    assert abs(forward + flux(bridges(row), points[::-1])).max() < 1e-12
    assert abs(forward + backward).max() < 1e-12


@LIMITED
@given(BRIDGE, COORDINATE, COORDINATE, COORDINATE, COORDINATE, st.floats(0, 6.28))
def test_the_flux_does_not_see_the_axes(
    row: tuple[float, ...], xa: float, ya: float, xb: float, yb: float, angle: float
) -> None:
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    move = np.array([321.0, -77.0])
    points = np.array([[xa, ya], [xb, yb]])
    start, end = turn @ np.array(row[:2]) + move, turn @ np.array(row[2:4]) + move
    turned = flux(bridges((*start, *end, *row[4:])), points @ turn.T + move)
    assert abs(turned - flux(bridges(row), points)).max() < 1e-10


@LIMITED
@given(BRIDGE, st.floats(-3000, 3000), st.floats(0, 6.28))
# A bridge that hardly moves, with a location error of 2 m: the nodes leave 1.3e-11.
@example((0.0, 3.0, 0.0, 0.0, 5.0, 1.0, 2.0, 2.0), 0.0, 1.0)
def test_an_endless_line_carries_the_change_of_mass_beyond_it(
    row: tuple[float, ...], offset: float, angle: float
) -> None:
    along = np.array([np.cos(angle), np.sin(angle)])
    left = np.array([-along[1], along[0]])
    points = np.array([offset * left - 1e7 * along, offset * left + 1e7 * along])
    beyond0 = ndtr((np.dot(left, row[:2]) - offset) / row[6])
    beyond1 = ndtr((np.dot(left, row[2:4]) - offset) / row[7])
    assert abs(flux(bridges(row), points)[0] - (beyond1 - beyond0)) < 1e-10
