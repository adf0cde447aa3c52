"""Lost signs of coordinates, far from and near the equator and Greenwich."""

from __future__ import annotations

import numpy as np
import pytest

from corridors.movement.suspicions import lost_signs

LIMITS = {"far_km": 1500.0, "near_km": 200.0}


@pytest.mark.parametrize(
    ("lon", "lat", "sign"),
    [(37.0, 2.5, "lat"), (2.5, 48.0, "lon"), (3.0, 3.0, "lon and lat"), (6.0, 9.0, "exchanged")],
)
def test_a_sign_that_moves_an_animal_by_some_hundred_kilometres_is_missed(
    lon: float, lat: float, sign: str
) -> None:
    x, y = lon + np.array([0.0, 0.2, -0.1, 0.1]), lat + np.array([0.0, 0.1, 0.2, -0.1])
    changed = {
        "lat": (x[3], -y[3]),
        "lon": (-x[3], y[3]),
        "lon and lat": (-x[3], -y[3]),
        "exchanged": (y[3], x[3]),
    }
    assert lost_signs(x, y, **LIMITS)[1] == [None] * 4
    x[3], y[3] = changed[sign]
    apart, found = lost_signs(x, y, **LIMITS)
    assert found == [None, None, None, sign]
    assert 200 < apart[3] < 1500


def test_a_herd_on_both_sides_of_the_equator_has_lost_no_sign() -> None:
    lat = np.array([-3.0, -2.0, -1.0, 0.5, 1.5, 2.5, 3.0])
    assert lost_signs(np.full(7, 36.0), lat, **LIMITS)[1] == [None] * 7
    one_far = np.array([0.5, 0.6, 0.7, -3.0])
    assert lost_signs(np.full(4, 36.0), one_far, **LIMITS)[1] == [None] * 4
