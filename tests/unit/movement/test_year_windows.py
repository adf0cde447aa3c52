"""Windows of a herd that neither overlap nor contradict what a person picked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from corridors.movement.animal_years import YearTrack
from corridors.movement.least_distances import least_distance
from corridors.movement.leg_table import leg_table
from corridors.movement.segment_facts import segment_facts
from corridors.movement.year_windows import Row, WindowRules, kept_apart, moves_of, range_windows

RULES = WindowRules(
    one_way="incomplete",
    complete_margin_days=30.0,
    migration_padding_phi=2.0,
    season_names=None,
    min_range_days=20.0,
)


def day(text: str) -> np.datetime64:
    return np.datetime64(text, "us")


def row(start: str, end: str, **changes: Any) -> Row:
    given = {
        "animal": "a",
        "bio_year": 2024,
        "season": "spring",
        "part": "migration",
        "start": day(start),
        "end": day(end),
        "method": "auto",
        "open_before": False,
        "open_after": False,
    }
    return Row(**(given | changes))


def spans(rows: list[Row]) -> list[tuple[str, str]]:
    return [(str(one.start)[:10], str(one.end)[:10]) for one in rows]


def test_of_two_windows_that_overlap_the_earlier_has_its_way() -> None:
    rows = [row("2024-05-10", "2024-06-01"), row("2024-04-01", "2024-05-20")]
    assert spans(kept_apart(rows, [])) == [
        ("2024-04-01", "2024-05-20"),
        ("2024-05-20", "2024-06-01"),
    ]


def test_a_pick_cuts_an_automatic_window_on_either_side_and_may_take_all_of_it() -> None:
    pick = [row("2024-05-01", "2024-05-10", method="pick")]
    assert spans(kept_apart([row("2024-04-20", "2024-05-05")], pick)) == [
        ("2024-04-20", "2024-05-01")
    ]
    assert spans(kept_apart([row("2024-05-05", "2024-05-20")], pick)) == [
        ("2024-05-10", "2024-05-20")
    ]
    assert kept_apart([row("2024-05-02", "2024-05-08")], pick) == []
    other = [row("2024-05-01", "2024-05-10", method="pick", animal="b")]
    assert len(kept_apart([row("2024-05-02", "2024-05-08")], other)) == 1


def test_an_open_side_has_no_date() -> None:
    (move,) = moves_of([row("2024-02-11", "2024-02-21", open_before=True)], "02-01")
    assert np.isnan(move.start_d)
    assert move.end_d == 20.0


def track() -> YearTrack:
    """Return 400 daily fixes on a straight way north."""
    time = day("2024-02-01") + np.arange(400) * np.timedelta64(1, "D")
    plain = YearTrack(
        np.zeros(400),
        4e6 + np.arange(400) * 100.0,
        time.astype("datetime64[us]").astype(np.int64),
        np.full(400, np.nan),
        "a",
        False,
        np.zeros(400, int),
    )
    return plain.with_years("02-01")


def test_only_animals_that_migrate_have_ranges_between_their_migrations() -> None:
    own = [row("2024-04-01", "2024-05-01"), row("2024-10-01", "2024-11-01", season="autumn")]
    summer = {"summer": (100.0, 230.0)}
    (found,) = range_windows(own, [track()], summer, "02-01", set(), RULES)
    assert (found.part, found.season, found.bio_year) == ("range", "summer", 2024)
    assert found.start >= own[0].end
    assert found.end <= own[1].start
    assert range_windows([], [track()], summer, "02-01", set(), RULES) == []
    assert range_windows(own, [track()], summer, "02-01", {("a", 2024)}, RULES) == []


def test_legs_are_of_migrations_only_and_their_length_is_true_on_the_ground() -> None:
    rows = [row("2024-04-01", "2024-05-01"), row("2024-06-01", "2024-07-01", part="range")]
    table = leg_table(
        rows, ["m", "r"], [track()], "EPSG:32612", min_stop_days=5.0, stop_radius_frac=0.1
    )
    assert set(table["migration"]) == {"m"}
    assert table["net_km"].sum() > 2.9
    assert table["path_km"].to_numpy() == pytest.approx(table["net_km"].to_numpy(), rel=1e-9)
    assert str(table["start_utc"].dtype) == "datetime64[us, UTC]"


def test_the_way_of_a_leg_is_as_long_as_its_steps() -> None:
    straight = track()
    # Every other fix lies 100 m to the east: steps are longer by the root of two.
    wandering = replace(straight, x_m=500_000.0 + 100.0 * (np.arange(400) % 2))
    table = leg_table(
        [row("2024-04-01", "2024-05-01")],
        ["m"],
        [wandering],
        "EPSG:32612",
        min_stop_days=5.0,
        stop_radius_frac=0.1,
    )
    # The scale of UTM on its central meridian is 0.9996.
    assert table["path_km"].sum() == pytest.approx(30 * 0.1 * np.sqrt(2) / 0.9996, rel=1e-3)
    assert table["net_km"].sum() == pytest.approx(30 * 0.1 / 0.9996, rel=1e-3)


def test_facts_count_animals_by_their_best_year_and_those_that_skip_one() -> None:
    years = pd.DataFrame(
        {"animal": ["a", "a", "b", "c"], "class": ["migrant", "resident", "resident", "migrant"]}
    )
    utc = "datetime64[us, UTC]"
    migrations = pd.DataFrame(
        {
            "migration": ["m"],
            "animal": ["a"],
            "bio_year": [2024],
            "season": ["spring"],
            "start_utc": pd.Series([day("2024-04-01")]).dt.tz_localize("UTC").astype(utc),
            "end_utc": pd.Series([day("2024-04-11")]).dt.tz_localize("UTC").astype(utc),
            "is_open": [False],
        }
    )
    legs = pd.DataFrame({"migration": ["m", "m"], "stop_days": [3.0, 0.0]})
    facts = segment_facts(
        years, migrations, legs, {}, "02-01", ("spring", "autumn"), least_distance("Ovis ammon"), []
    )
    assert facts.min_distance_km == 3.0
    assert facts.animals_by_best_year["migrant"] == 2
    assert facts.partial_migration.n_animals_skipping_years == 1
    assert facts.seasons["spring"].median_days == 10.0
    assert facts.seasons["spring"].median_start == "04-01"
    assert facts.seasons["spring"].longest_stop_days == 3.0
    assert facts.seasons["autumn"].n_windows == 0
