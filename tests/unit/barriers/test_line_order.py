"""The order of segments along a joined line."""

from __future__ import annotations

import numpy as np
import pytest

from corridors.barriers.line_order import positions_along


def _loops(n_turns: int) -> np.ndarray:
    """Return ends of a line that comes back to one point after each of its loops, three a loop."""
    middle = np.zeros(2)
    points = [middle]
    for turn in range(n_turns):
        angle = 0.7 * turn
        points += [
            100 * np.array([np.cos(angle), np.sin(angle)]),
            100 * np.array([np.cos(angle + 0.4), np.sin(angle + 0.4)]),
            middle,
        ]
    start, end = np.array(points[:-1]), np.array(points[1:])
    return np.hstack([start, 0.9 * start + 0.1 * end, 0.1 * start + 0.9 * end, end])


@pytest.mark.parametrize("seed", range(8))
def test_lines_elsewhere_change_nothing_of_the_order_along_one(seed: int) -> None:
    own = _loops(6)
    n = len(own)
    alone = positions_along(own, np.zeros(n, np.int64), np.ones(n, np.int64), tolerance_m=5.0)
    assert sorted(alone) == list(range(n))
    rng = np.random.default_rng(seed)
    start = rng.uniform(-200, 200, (30, 2))
    step = rng.uniform(-50, 50, (30, 2))
    others = np.hstack([start, start + step / 9, start + 8 * step / 9, start + step])
    lines = np.concatenate([np.zeros(n), 1 + np.arange(30) // 3]).astype(np.int64)
    both = positions_along(
        np.vstack([own, others]), lines, np.ones(n + 30, np.int64), tolerance_m=5.0
    )
    assert both[:n].tolist() == alone.tolist()
