"""What each known defect of the peers does on a small world: profile usgs beside corrected."""

from __future__ import annotations

import numpy as np
import pytest

from corridors.foundation.grid import Surface
from corridors.movement.migration_mapper import TimeRule, centre_surface
from corridors.movement.migration_mapper_herd import PeerHerd, PeerPopulation
from corridors.movement.occurrence import bridge_surface
from corridors.movement.population import Herd, animal, window
from corridors.movement.variance import Form, motion_variance
from worlds.surfaces import strip

CRS = "EPSG:32612"


def peer(
    x: np.ndarray,
    y: np.ndarray,
    time_min: np.ndarray,
    *,
    s2: float = 100.0,
    error_m: float = 20.0,
    cell_m: float = 100.0,
    time_rule: TimeRule = "both_ends",
    margin_frac: float = 0.3,
    time_step_min: float = 5.0,
) -> Surface:
    return centre_surface(
        x,
        y,
        time_min,
        np.full(x.size, error_m),
        s2,
        crs=CRS,
        cell_m=cell_m,
        max_lag_min=480.0,
        time_step_min=time_step_min,
        time_rule=time_rule,
        margin_frac=margin_frac,
        memory_mb=200.0,
    )


def exact(
    x: np.ndarray,
    y: np.ndarray,
    time_min: np.ndarray,
    *,
    s2: float = 100.0,
    error_m: float = 20.0,
    cell_m: float = 100.0,
) -> Surface:
    return bridge_surface(
        x,
        y,
        time_min,
        np.full(x.size, error_m),
        s2,
        crs=CRS,
        cell_m=cell_m,
        max_lag_min=480.0,
        time_tolerance=1e-6,
        memory_mb=200.0,
    )


def brownian(
    rng: np.random.Generator, lag_min: np.ndarray, s2: float, error_m: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a Brownian track with located fixes: x, y, time."""
    steps = rng.normal(0, np.sqrt(s2 * lag_min), (2, lag_min.size))
    path = np.hstack([np.zeros((2, 1)), np.cumsum(steps, axis=1)])
    located = path + rng.normal(0, error_m, path.shape)
    return located[0], located[1], np.concatenate([[0.0], np.cumsum(lag_min)])


def estimates(
    rng: np.random.Generator,
    forms: tuple[Form, ...],
    lags_min: tuple[float, ...],
    *,
    s2: float,
    error_m: float,
) -> np.ndarray:
    """Return the mean estimate of each form over 200 simulated tracks of 201 fixes."""
    found = []
    for _ in range(200):
        x, y, time = brownian(rng, rng.choice(lags_min, 200), s2, error_m)
        error = np.full(x.size, error_m)
        found.append(
            [
                motion_variance(x, y, time, error, max_lag_min=480.0, form=form).s2_m2_min
                for form in forms
            ]
        )
    return np.mean(found, axis=0)


def test_1_the_lag_after_the_fix_inflates_the_variance_of_irregular_tracks(
    rng: np.random.Generator,
) -> None:
    # Fixes every 2 h of which some are missing, as where a collar sees no sky.
    usgs, corrected = estimates(
        rng, ("bbmm3", "corrected"), (120.0, 120.0, 240.0, 360.0), s2=100.0, error_m=1.0
    )
    assert corrected == pytest.approx(100.0, rel=0.02)
    assert usgs > 1.2 * corrected


def test_1_regular_tracks_show_no_difference(rng: np.random.Generator) -> None:
    x, y, time = brownian(rng, np.full(100, 120.0), 100.0, 1.0)
    both = [
        motion_variance(x, y, time, np.ones(x.size), max_lag_min=480.0, form=form).s2_m2_min
        for form in ("bbmm3", "horne")
    ]
    assert both[0] == pytest.approx(both[1], rel=1e-9)


def test_2_a_fix_counts_by_where_in_its_cell_it_lies() -> None:
    # Two rests of 2 h, alike but for their place: one in the middle of a 500 m cell, one on a
    # corner; between them a walk.
    x = np.array([250.0, 250.0, 4000.0, 4000.0])
    y = np.array([250.0, 250.0, 0.0, 0.0])
    time = np.array([0.0, 120.0, 240.0, 360.0])
    rests = {}
    for name, surface in (
        ("usgs", peer(x, y, time, s2=10.0, cell_m=500.0)),
        ("corrected", exact(x, y, time, s2=10.0, cell_m=500.0)),
    ):
        west, east = surface.col <= 1, surface.col >= 7
        rests[name] = (surface.mass[west].sum(), surface.mass[east].sum())
    assert rests["corrected"][0] == pytest.approx(rests["corrected"][1], abs=0.05)
    assert rests["usgs"][0] > 100 * rests["usgs"][1]


def test_3_the_ends_of_a_bridge_count_twice_and_the_rest_of_a_step_not_at_all() -> None:
    # One walk of 100 m every 10 min on cells of 20 m: three samples per bridge instead of two.
    x = np.arange(0.0, 1001.0, 100.0) + 10.0
    y = np.full(x.size, 10.0)
    time = np.arange(x.size) * 10.0
    settings = {"s2": 1.0, "cell_m": 20.0, "error_m": 10.0}
    twice, even = (
        peer(x, y, time, **settings),
        peer(x, y, time, **settings, time_rule="even", time_step_min=0.1),
    )

    def at(surface: Surface, x_m: float) -> float:
        return float(surface.mass[surface.col == int(x_m // 20)].sum())

    # At an inner fix against halfway between two fixes, where the animal is as often.
    assert at(twice, 510.0) / at(twice, 560.0) > 1.5 * at(even, 510.0) / at(even, 560.0)
    # A lag of 9 min keeps the samples at 0 and 5 min: the last 4 min are lost.
    x, y = np.array([10.0, 910.0]), np.array([10.0, 10.0])
    lost = peer(x, y, np.array([0.0, 9.0]), **settings)
    whole = exact(x, y, np.array([0.0, 9.0]), s2=1.0, cell_m=20.0, error_m=10.0)
    late = [float(s.mass[s.col * 20.0 > 700.0].sum()) for s in (lost, whole)]
    assert late[0] < 1e-6
    assert late[1] == pytest.approx(2 / 9, abs=0.02)


def test_4_a_long_thin_track_loses_what_is_beside_it_and_the_rest_is_scaled_up() -> None:
    # Due north, 20 km, within 200 m east-west: the grid ends one cell beside the track.
    y = np.linspace(0.0, 20_000.0, 21)
    x = np.where(np.arange(21) % 2, 0.0, 200.0)
    time = np.arange(21) * 120.0
    narrow, whole = peer(x, y, time, s2=1000.0), peer(x, y, time, s2=1000.0, margin_frac=np.inf)
    beside = (whole.col < narrow.col.min()) | (whole.col > narrow.col.max())
    assert whole.mass[beside].sum() > 0.15
    assert narrow.total == pytest.approx(1.0)
    assert exact(x, y, time, s2=1000.0).total == pytest.approx(1.0)


def test_5_a_cell_that_every_animal_uses_falls_out_of_the_corridor() -> None:
    # Five animals, each with a way of its own to one ford and away from it.
    peers = PeerHerd(("animal", "year"), kept_frac=1.0, footprint_isopleth=0.9996)
    herd = Herd()
    for k in range(5):
        ways = np.array([k, 5, 6 + k], np.int32)
        # A last cell of almost no mass, so that the crossing cell is not one of the three.
        surface = Surface(
            CRS, 100.0, np.zeros(4, np.int32), np.append(ways, 20).astype(np.int32),
            np.array([0.35, 0.3995, 0.25, 0.0005]),
        )  # fmt: skip
        peers.add(f"animal {k}", {2024: [surface]})
        herd.add(animal({"spring": [window(surface, footprint_isopleth=0.99)]}))
    usgs, corrected = peers.population(), herd.population()
    assert isinstance(usgs, PeerPopulation)
    assert corrected is not None
    ford = 5
    for n_needed in (1, 2, 5):
        assert ford not in usgs.cells(n_needed) & 0x7FFFFFFF
        assert ford in corrected.cells(n_needed) & 0x7FFFFFFF
    assert usgs.cells(1).size == corrected.cells(1).size - 1


def test_6_leaving_out_the_error_of_the_fix_makes_imprecision_look_like_movement(
    rng: np.random.Generator,
) -> None:
    usgs, corrected = estimates(
        rng, ("horne", "corrected"), (30.0, 60.0, 90.0, 120.0), s2=100.0, error_m=60.0
    )
    assert corrected == pytest.approx(100.0, rel=0.02)
    assert usgs > 2 * corrected


def test_the_most_used_cell_falls_out_of_the_stopovers() -> None:
    # Found while matching Migration Mapper's stopovers cell by cell.
    mass = np.arange(20, 0, -1) / 210
    surface = strip(mass, cell_m=100.0)
    peers = PeerPopulation(surface, np.ones(20, np.int32), 5)
    assert 0 not in peers.top_cells(0.2, trim_isopleth=0.99) & 0x7FFFFFFF
    herd = Herd()
    herd.add(animal({"spring": [window(surface, footprint_isopleth=0.99)]}))
    corrected = herd.population()
    assert corrected is not None
    assert 0 in corrected.top_cells(0.2, trim_isopleth=0.99) & 0x7FFFFFFF
