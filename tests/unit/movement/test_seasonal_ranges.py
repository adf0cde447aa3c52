"""Seasonal ranges between migrations, and the distance between winter and summer."""

from __future__ import annotations

import numpy as np
import pytest

from corridors.movement.seasonal_ranges import Move, range_distance_km, season_spans, stay

CRS = "+proj=laea +lat_0=42.0 +lon_0=-110.0 +datum=WGS84 +units=m +no_defs +type=crs"


def test_ranges_run_from_the_last_arrivals_to_the_first_departures() -> None:
    moves = [Move("spring", 60 + i, 80 + i) for i in range(21)]
    moves += [Move("autumn", 250 + i, 270 + i) for i in range(21)]
    spans = season_spans(moves, seasons=("spring", "autumn"), quantile=0.95, min_range_days=30)
    assert spans["summer"] == pytest.approx((99, 251))
    assert spans["winter"] == pytest.approx((289, 61 + 365.25))


def test_open_migrations_do_not_move_the_dates() -> None:
    moves = [Move("spring", 60.0, 80.0), Move("autumn", 250.0, 270.0)]
    opened = [*moves, Move("spring", 75.0, float("nan")), Move("autumn", float("nan"), 265.0)]
    assert season_spans(opened, seasons=("spring", "autumn"), quantile=1.0, min_range_days=30)[
        "summer"
    ] == (80.0, 250.0)


def test_a_year_that_starts_in_summer_has_its_summer_over_the_border() -> None:
    moves = [Move("autumn", 80.0, 100.0), Move("spring", 300.0, 320.0)]
    spans = season_spans(moves, seasons=("spring", "autumn"), quantile=0.95, min_range_days=30)
    assert spans == {"winter": (100.0, 300.0), "summer": (320.0, 445.25)}


def test_a_stay_that_is_too_short_or_has_no_bounds_is_none() -> None:
    moves = [Move("spring", 60.0, 80.0), Move("autumn", 105.0, 130.0)]
    assert set(
        season_spans(moves, seasons=("spring", "autumn"), quantile=0.95, min_range_days=30)
    ) == {"winter"}
    assert (
        season_spans(moves[:1], seasons=("spring", "autumn"), quantile=0.95, min_range_days=30)
        == {}
    )
    assert season_spans([], seasons=("spring", "autumn"), quantile=0.95, min_range_days=30) == {}


def test_a_stay_keeps_clear_of_the_animals_own_migrations() -> None:
    days = np.arange(0.0, 400.0)
    assert stay(days, (80.0, 270.0), [(85.0, 100.0), (260.0, 300.0)], min_range_days=30) == (
        101.0,
        259.0,
    )
    assert stay(days, (80.0, 270.0), [(0.0, 400.0)], min_range_days=30) is None
    assert stay(days[:100], (80.0, 270.0), [], min_range_days=30) is None
    assert stay(np.empty(0), (80.0, 270.0), [], min_range_days=30) is None


def test_the_distance_between_seasons_is_geodesic() -> None:
    time = np.arange("2007-02-01", "2008-01-31", dtype="datetime64[D]").astype("datetime64[us]")
    summer = (time >= np.datetime64("2007-06-01")) & (time < np.datetime64("2007-10-01"))
    x = np.where(summer, 60_000.0, 0.0)
    options = {"winter_window": ("01-15", "03-15"), "summer_window": ("07-01", "08-31")}
    got = range_distance_km(time, x, 0 * x, CRS, **options, min_days=5)  # type: ignore[arg-type]
    assert got == pytest.approx(60, abs=0.01)
    got = range_distance_km(time[:60], x[:60], x[:60], CRS, **options, min_days=5)  # type: ignore[arg-type]
    assert np.isnan(got)
