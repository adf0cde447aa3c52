"""Classes and range distances of the reference herds (issue 2, must show 2)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from corridors.config.model import Segment
from corridors.foundation.crs import project, working_crs
from corridors.movement.biological_year import bio_years, days_since, year_start
from corridors.movement.migrations import ROUND_TRIPS, classify
from corridors.movement.seasonal_ranges import range_distance_km
from corridors.movement.windows import migration_windows
from corridors.stages.segment.tracked import rules_of

pytestmark = pytest.mark.reference
SETTINGS = Segment()
RULES = rules_of(SETTINGS, None)


def animal_years(path: Path, start: str) -> pd.DataFrame:
    """Return class, range distance and spring window of every animal-year of a Movebank CSV."""
    frame = pd.read_csv(path, dtype={"individual-local-identifier": str})
    frame["time"] = pd.to_datetime(frame["timestamp"])
    frame = frame.sort_values(["individual-local-identifier", "time"], kind="stable")
    lon, lat = frame["location-long"].to_numpy(), frame["location-lat"].to_numpy()
    crs = working_crs(lon, lat)
    frame["x"], frame["y"] = project(lon, lat, crs)
    frame["bio_year"] = bio_years(frame["time"].to_numpy("datetime64[us]"), start)
    records = []
    for (animal, bio_year), own in frame.groupby(["individual-local-identifier", "bio_year"]):
        time = own["time"].to_numpy("datetime64[us]")
        days = days_since(time, year_start(bio_year, start))
        x, y = own["x"].to_numpy(), own["y"].to_numpy()
        result = classify(days, x, y, rules=RULES)
        windows = migration_windows(
            days, x, y, result.moves, padding_phi=SETTINGS.migration_padding_phi
        )
        distance = range_distance_km(
            time,
            x,
            y,
            crs,
            winter_window=SETTINGS.winter_window,
            summer_window=SETTINGS.summer_window,
            min_days=SETTINGS.min_window_days,
        )
        spring = windows[0] if windows else None
        records.append(
            {
                "animal": animal,
                "class": result.label,
                "distance_km": distance,
                "spring_start_d": spring.start_d if spring else np.nan,
                "spring_end_d": spring.end_d if spring else np.nan,
                "n_windows": sum(window is not None for window in windows),
                "is_round_trip": result.label in ROUND_TRIPS,
            }
        )
    return pd.DataFrame(records)


def test_all_mule_deer_migrate_49_to_86_km(reference: Path) -> None:
    years = animal_years(reference / "wyoming_muledeer" / "tracks.csv", SETTINGS.bio_year_start)
    best = years.groupby("animal")["is_round_trip"].any()
    assert best.size == 15
    assert best.all(), best[~best]
    distance = years["distance_km"].dropna()
    assert distance.size == 15
    assert round(distance.min()) == 49
    assert round(distance.max()) == 86
    spring = years.dropna(subset="spring_start_d")
    # Every spring overlaps 15 April to 15 June, the dates that the peers' goldens use.
    assert (spring["spring_start_d"] < 135).all()
    assert (spring["spring_end_d"] > 73).all()
    assert (spring["spring_end_d"] - spring["spring_start_d"]).between(3, 90).all()


@pytest.mark.parametrize("start", ["01-01", "02-01", "12-15"])
def test_all_reindeer_migrate_whichever_winter_day_starts_the_year(
    reference: Path, start: str
) -> None:
    years = animal_years(reference / "norway_reindeer" / "tracks.csv", start)
    best = years.groupby("animal")["is_round_trip"].any()
    assert best.size == 9
    assert best.all(), best[~best]
    # One animal was collared in its summer range, so its first spring is not in the data.
    trips = years[years["is_round_trip"]]
    assert trips["n_windows"].sum() == 2 * len(trips) - 1
