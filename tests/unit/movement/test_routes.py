"""Lines that many paths follow."""

from __future__ import annotations

import numpy as np

from corridors.movement.routes import routes


def test_paths_no_longer_than_their_reach_have_lines_that_can_be_walked() -> None:
    # The middle of such paths draws together to a point.
    rng = np.random.default_rng(0)
    n_routes = 0
    for _ in range(60):
        size_m = rng.uniform(200.0, 500.0) / 3
        paths = [
            np.cumsum(rng.normal(0.0, size_m, (rng.integers(3, 9), 2)), axis=0) for _ in range(4)
        ]
        found = routes(paths, np.arange(4), step_m=100.0, reach_m=300.0, min_units=2)
        n_routes += len(found)
        assert all(len(one.points_m) >= 3 for one in found)
    assert n_routes > 20
