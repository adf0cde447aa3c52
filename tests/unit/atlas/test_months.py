"""In which months what was used: known, not known, and not told of one animal alone."""

from __future__ import annotations

from typing import Any

import pandas as pd

from corridors.atlas.months import WHOLE_YEAR, HerdMonths, herd_months
from worlds.ground import times

APRIL, MAY, NOVEMBER, DECEMBER, JANUARY = 1 << 3, 1 << 4, 1 << 10, 1 << 11, 1


def windows(*rows: tuple[str, str, str, str, str]) -> pd.DataFrame:
    """Return (animal, part, season, first day, last day) as MIGRATIONS has them."""
    frame = pd.DataFrame(rows, columns=["animal", "part", "season", "start_utc", "end_utc"])
    return frame.assign(start_utc=times(*frame["start_utc"]), end_utc=times(*frame["end_utc"]))


WINDOWS = windows(
    ("a", "migration", "spring", "2020-04-20", "2020-05-03"),
    ("b", "migration", "spring", "2021-05-01", "2021-05-20"),
    ("a", "range", "winter", "2020-11-30", "2021-01-01"),
)
YEARS = pd.DataFrame(
    {
        "animal": ["a", "b"],
        "first_utc": times("2020-04-02", "2021-03-01"),
        "last_utc": times("2021-01-31", "2021-06-30"),
    }
)
EVENTS = pd.DataFrame(
    {
        "event": ["one", "two", "three"],
        "animal": ["a", "a", "b"],
        "start_utc": times("2020-05-01", "2020-11-02", "2021-05-08"),
        "end_utc": times("2020-05-01", "2020-11-02", "2021-05-08"),
    }
)
TOUCHED = pd.DataFrame({"event": ["one", "two", "three", "one"], "segment": ["s", "s", "t", "t"]})
APART = pd.DataFrame({"animal": ["a", "b"], "unit": [1, 2]})
PLACES = pd.DataFrame({"segment": ["s", "t", "u"], "threat": ["fence", "fence", "road"]})


def found(least: int, **changed: Any) -> HerdMonths:
    given = {"years": YEARS, "windows": WINDOWS, "events": EVENTS, "touched": TOUCHED}
    given = given | {"units": APART} | changed
    return herd_months(**given, places=PLACES, least=least)


def test_months_are_those_of_migrations_stays_and_encounters_of_any_animal() -> None:
    months = found(1)
    assert months.migrations == {"spring": APRIL | MAY}
    assert months.ranges == {"winter": NOVEMBER | DECEMBER | JANUARY}
    assert months.places == {"fence": MAY | NOVEMBER}  # the road was not met: nothing is known
    assert months.untracked == 1 << 1  # February; March of another year counts


def test_months_of_one_animal_alone_are_not_told_outside_and_count_as_not_known() -> None:
    months = found(2)
    assert months.migrations == {"spring": MAY}
    assert months.ranges == {"winter": 0}
    assert months.places == {"fence": MAY}
    assert WHOLE_YEAR & ~months.untracked == APRIL | MAY | 1 << 5  # both were tracked


def test_animals_that_travel_together_count_once() -> None:
    assert found(2, units=APART.assign(unit=1)) == HerdMonths(
        {"spring": 0}, {"winter": 0}, {"fence": 0}, WHOLE_YEAR
    )
    assert found(1, units=APART.assign(unit=1)) == found(1)


def test_animals_of_which_no_unit_is_known_count_as_one() -> None:
    assert found(2, units=APART.iloc[:0]).migrations == {"spring": 0}
    assert found(2, units=APART.iloc[:1]) == found(2)


def test_several_segments_of_a_place_make_one_encounter_of_an_animal_no_two() -> None:
    alone = EVENTS[EVENTS["animal"] == "a"]
    assert found(2, events=alone).places == {"fence": 0}


def test_of_a_herd_that_nobody_tracked_nothing_is_known() -> None:
    given = {"years": YEARS, "windows": WINDOWS, "events": EVENTS, "touched": TOUCHED}
    months = found(1, **{name: frame.iloc[:0] for name, frame in given.items()})
    assert months == HerdMonths({}, {}, {}, WHOLE_YEAR)
