"""Bottlenecks, on strips whose width is known; the simulated herds take 3 s of CPU.

How often intervals hold the truth over many herds is what `python -m benchmarks bottlenecks` tells.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from benchmarks.bottlenecks import AT_M, CELL_M, NARROW_M, RULES, even, found, funnel

from corridors.foundation.crs import transformer
from corridors.movement.bottleneck_table import RouteRules, bottleneck_rows
from corridors.movement.bottlenecks import Widths, corrected_widths, necks, widths
from corridors.movement.routes import routes

CRS = "+proj=laea +lat_0=42.1 +lon_0=-109.8 +datum=WGS84 +units=m +no_defs +type=crs"


def test_the_width_is_three_times_the_mean_distance_of_two_units() -> None:
    # Unit 0 passes twice: |0-30|, |10-30| = 25 on average; to 90: 85; 30 to 90: 60.
    sides = np.array([[0.0], [10.0], [30.0], [90.0]])
    made = widths(sides, np.array([0, 0, 1, 2]))
    assert np.exp(made.log_width) == pytest.approx([3 * (25 + 85 + 60) / 3])
    # Without unit 0, 1 or 2 two are left, and their distance.
    without = np.log(3 * np.array([60.0, 85.0, 25.0]))
    expected = 2 / 3 * ((without - without.mean()) ** 2).sum()
    assert (made.influence**2).sum(axis=0) == pytest.approx([expected])


def test_the_width_does_not_depend_on_the_order_of_migrations_or_on_where_the_route_lies() -> None:
    rng = np.random.default_rng(1)
    sides, unit = rng.normal(size=(30, 4)) * 500, rng.integers(0, 9, 30)
    sides[rng.random(sides.shape) < 0.2] = np.nan
    order = rng.permutation(30)
    one, two = widths(sides, unit), widths(1000.0 - sides[order], unit[order])
    assert two.log_width == pytest.approx(one.log_width)
    assert two.influence == pytest.approx(one.influence)
    assert two.n_units.tolist() == one.n_units.tolist()


def test_two_units_have_no_width() -> None:
    made = widths(np.array([[0.0], [10.0], [np.nan]]), np.array([0, 1, 2]))
    assert np.isnan(made.log_width).all()
    assert necks(made, 3, RULES) == []


def _seen_every(step_m: float, side_m: np.ndarray, across_m: np.ndarray, x: np.ndarray) -> tuple:
    """Return widths plain and corrected at x = 0 of paths seen with any phase at steps."""
    paths = []
    for row, phase in enumerate(np.tile((np.arange(16) + 0.5) / 16, len(side_m))):
        at = np.arange(-20_000.0 + phase * step_m, 20_000.0, step_m)
        paths.append(np.column_stack([at, side_m[row // 16] * np.interp(at, x, across_m)]))
    unit = np.repeat(np.arange(len(side_m)), 16)
    (route,) = routes(paths, unit, step_m=100.0, reach_m=5000.0, min_units=5)
    here = int(np.argmin(np.hypot(*route.points_m.T)))
    made = (
        widths(route.sides_m, unit[route.members]),
        corrected_widths(route.sides_m, route.thinned_m, unit[route.members]),
    )
    return *(float(np.exp(one.log_width[here])) for one in made), made[1], here


def test_lines_between_fixes_cut_a_neck_by_a_third_of_a_step_and_the_correction_gives_it_back():
    x = np.linspace(-25_000.0, 25_000.0, 5001)
    across = 600.0 + 0.4 * np.abs(x)
    sides = np.linspace(-0.5, 0.5, 9)
    # Nine paths that share the strip evenly: mean distance of two of them is 10 / 24 of it.
    true = 3 * 10 / 24 * 600.0
    plain, corrected, made, here = _seen_every(600.0, sides, across, x)
    assert plain == pytest.approx(true * (1 + 0.4 * 600.0 / 3 / 600.0), rel=0.03)
    assert corrected == pytest.approx(true, rel=0.03)
    assert made.n_units[here] == 9


def test_a_strip_of_even_width_is_not_corrected() -> None:
    x = np.linspace(-25_000.0, 25_000.0, 11)
    plain, corrected, _, _ = _seen_every(600.0, np.linspace(-0.5, 0.5, 9), np.full(11, 900.0), x)
    assert corrected == pytest.approx(plain, rel=1e-6)
    assert plain == pytest.approx(3 * 10 / 24 * 900.0, rel=1e-3)


def test_a_passage_that_half_of_the_fixes_do_not_tell_is_not_corrected() -> None:
    x = np.arange(0.0, 12_000.0, 100.0)
    paths = [np.column_stack([x, np.full(x.size, y)]) for y in (-300.0, -100.0, 0.0, 100.0, 300.0)]
    # Fixes 0 to 3 of the last: its odd half knows nothing between 0 and 1.
    paths[4] = paths[4][[0, 40, 80, 119]]
    (route,) = routes(paths, np.arange(5), step_m=100.0, reach_m=4000.0, min_units=5)
    assert route.thinned_m.shape == (2, *route.sides_m.shape)
    assert (np.isnan(route.thinned_m) == np.isnan(route.sides_m)).all()
    assert np.nanmax(np.abs(route.thinned_m - route.sides_m)) == pytest.approx(0.0, abs=1e-6)


def test_a_funnel_is_found_within_a_cell_and_a_strip_of_even_width_has_no_bottleneck() -> None:
    for seed in range(3):
        ((at_m, neck),) = found(seed, 20, funnel)
        assert abs(at_m - AT_M) <= CELL_M
        assert neck.low_m < NARROW_M < neck.high_m
        assert neck.width_m == pytest.approx(NARROW_M, rel=0.35)
        assert neck.n_units == 20
        assert neck.first < neck.station < neck.last
        assert found(seed, 20, even) == []


def test_a_route_that_only_tapers_has_no_bottleneck() -> None:
    widens = np.linspace(np.log(500.0), np.log(3000.0), 100)
    sure = np.full((8, 100), 1e-3) * np.arange(-4.0, 4.0)[:, None]
    assert necks(Widths(widens, sure, np.full(100, 8)), 8, RULES) == []


def test_a_place_that_few_of_the_herd_pass_is_none() -> None:
    logs = np.full(100, np.log(3000.0))
    logs[50] = np.log(600.0)
    sure = np.random.default_rng(3).normal(size=(8, 100)) * 1e-3
    made = Widths(logs, sure, np.full(100, 8))
    (neck,) = necks(made, 8, RULES)
    assert (neck.station, neck.first, neck.last) == (50, 50, 50)
    assert neck.ratio == pytest.approx(0.2)
    assert necks(made, 41, RULES) == []


def test_two_ways_are_two_routes_whichever_way_they_are_walked() -> None:
    x = np.arange(0.0, 30_000.0, 200.0)
    paths = [np.column_stack([x, np.full(x.size, y)]) for y in (0, 100, 200, 20_000, 20_300)]
    paths[1] = paths[1][::-1]
    first, second = routes(paths, np.arange(5), step_m=100.0, reach_m=4000.0, min_units=2)
    assert first.members.tolist() == [0, 1, 2]
    assert second.members.tolist() == [3, 4]
    middle = first.sides_m[:, 100]
    assert abs(np.diff(middle)) == pytest.approx([100.0, 100.0])
    assert middle.sum() == pytest.approx(0.0, abs=1.0)


def test_rows_say_where_the_bottleneck_is_and_a_gap_is_no_passage() -> None:
    # Twelve animals through a gap of 500 m at x = 10 km; the thirteenth is not seen for two days.
    rng = np.random.default_rng(5)
    x = np.arange(0.0, 20_000.0, 100.0)
    rows = []
    for k, share in enumerate(np.linspace(-0.5, 0.5, 13)):
        y = share * (500.0 + 0.6 * np.abs(x - 10_000.0)) + rng.normal(0, 5, x.size)
        time_s = np.arange(x.size) * 3600.0
        keep = np.ones(x.size, dtype=bool)
        if k == 12:
            keep[60:140] = False
        rows.append(
            pd.DataFrame(
                {
                    "migration": f"m{k:02d}",
                    "animal": f"a{k:02d}",
                    "time_s": time_s,
                    "x_m": x,
                    "y_m": y,
                }
            )[keep]
        )
    fixes = pd.concat(rows, ignore_index=True)
    units = pd.DataFrame({"animal": fixes["animal"].unique()}).assign(unit=np.arange(1, 14))
    (row,) = bottleneck_rows("h", fixes, units, CRS, RouteRules(100.0, 4000.0, 26.0), RULES)
    assert (row["n_units"], row["n_animals"], row["n_migrations"]) == (12, 12, 12)
    assert row["unit_share"] == pytest.approx(12 / 13)
    x_m, _ = transformer("EPSG:4326", CRS).transform(*row["geometry"].centroid.coords[0])
    assert x_m == pytest.approx(10_000.0, abs=100.0)
    assert row["geometry"].length == pytest.approx(row["width_m"] / 111_200.0, rel=0.05)
