"""The fact sheet in words."""

from __future__ import annotations

import pandas as pd
import pytest

from corridors.atlas.fact_sheet import (
    bottleneck_lines,
    lines,
    measure_rows,
    sufficiency_words,
    table,
)
from corridors.atlas.sample_chart import sample_chart
from corridors.foundation.facts.describe import (
    DescribeFacts,
    MigrationsFacts,
    RangeFacts,
    SampleFacts,
    Spread,
    SufficiencyFacts,
)

SOME = Spread(n=2, min=2.0, mean=3.25, median=3.25, max=4.5)
SEASON = MigrationsFacts(
    n=2, n_animals=2, n_open=0, median_start="05-03", median_end="12-24", days=SOME, net_km=SOME,
    path_km=SOME, resampled_km=SOME, farthest_km=SOME, speed_km_d=SOME, stopover_days=None,
)  # fmt: skip
NOBODY = DescribeFacts(
    sample=SampleFacts(
        n_animals=0, n_animals_used=0, fix_interval_h=None, years=None, n_migrations=0, n_migrants=0
    ),
    migrations={}, stays={}, corridor_km2={}, stopover_km2={}, ranges=(), sufficiency={}, skill={},
    fidelity={}, notes=(),
)  # fmt: skip


def test_a_herd_that_nobody_tracked_has_a_sheet_without_claims():
    found = table(NOBODY)
    assert found.columns.tolist() == ["group", "item", "value"]
    assert set(found["group"]) == {"Animals and data"}
    assert measure_rows(NOBODY)["seasons"] == []


def test_spring_comes_before_autumn_and_all_is_no_season_of_its_own():
    seasons = {"all": SEASON, "autumn": SEASON, "spring": SEASON}
    facts = NOBODY.model_copy(update={"migrations": seasons})
    assert measure_rows(facts)["seasons"] == ["spring", "autumn"]
    sheet = {(line.group, line.item): line.value for line in lines(facts)}
    assert sheet["Spring migration", "Median last day"] == "24 Dec"
    assert sheet["Autumn migration", "Days: mean (min–max)"] == "3.25 (2–4.5)"
    assert sheet["Autumn migration", "Days in stopovers: mean (min–max)"] == "–"


def test_expert_ranges_and_corridors_are_named_as_such():
    drawn = RangeFacts(
        season="winter", isopleth=None, area_km2=7.5, n_animals=0, evidence="expert",
        source="A. Nyone, 2021, high",
    )  # fmt: skip
    facts = NOBODY.model_copy(
        update={"corridor_km2": {"expert": {"all": {"low": 12.0}}}, "ranges": (drawn,)}
    )
    sheet = {(line.group, line.item): line.value for line in lines(facts)}
    assert sheet["Areas", "Corridor, low use, expert, km²"] == "12"
    assert sheet["Winter range", "Area drawn by an expert (A. Nyone, 2021, high), km²"] == "7.5"


@pytest.mark.parametrize(
    ("found", "begins", "holds"),
    [
        (None, "", ""),
        (
            {"flag": "insufficient", "slope_frac": None, "n_sufficient": None, "n_animals": 1}
            | {"n_units": 1},
            "Insufficient",
            "one",
        ),
        ({"flag": "insufficient", "slope_frac": 0.034, "n_sufficient": None}, "Insuff", "3.4 %"),
        ({"flag": "sufficient", "slope_frac": 0.004, "n_sufficient": 9}, "Sufficient", "from 9 of"),
        (
            {"flag": "insufficient", "slope_frac": 0.034, "n_sufficient": None, "n_units": 4},
            "Insufficient",
            "the last of 4 independent units (15 animals",
        ),
        (
            {"flag": "insufficient", "slope_frac": None, "n_sufficient": None, "n_units": 1},
            "Insufficient: all 15 animals travel together",
            "nothing about the others",
        ),
    ],
)
def test_sufficiency_is_a_sentence(found, begins, holds):
    about = (
        None
        if found is None
        else SufficiencyFacts(
            max_slope_frac=0.01, area_km2=380.0, **{"n_animals": 15, "n_units": 15, **found}
        )
    )
    words = sufficiency_words(about)
    assert words.startswith(begins)
    assert holds in words


def test_the_chart_is_the_same_picture_every_time():
    curve = pd.DataFrame(
        {
            "corridor_class": "low", "n_units": [1, 2, 3], "n_animals": [1.0, 2.0, 3.0],
            "area_km2": [5.0, 7.0, 8.0],
            "area_p05_km2": [4.0, 6.0, 8.0], "area_p95_km2": [6.0, 8.0, 8.0],
        }
    )  # fmt: skip
    first = sample_chart(curve)
    assert first.startswith(b"\x89PNG")
    assert first == sample_chart(curve.iloc[::-1])
    assert first != sample_chart(curve.assign(area_km2=[5.0, 6.5, 8.0]))
    assert sample_chart(curve.iloc[:1]).startswith(b"\x89PNG")
    assert first != sample_chart(curve.assign(n_animals=[2.0, 4.0, 6.0]))  # it says what counts


def test_the_narrowest_bottlenecks_stand_on_the_sheet_with_their_interval():
    rows = pd.DataFrame(
        {
            "bottleneck": ["h/bottleneck-1", "h/bottleneck-2"], "rank": [1, 2],
            "width_m": [643.0, 1204.0], "width_low_m": [487.0, 900.0],
            "width_high_m": [851.0, 1612.0], "n_units": [9, 7],
        }
    )  # fmt: skip
    first, second = bottleneck_lines(rows)
    assert first.value == "640 (490–850), 9"
    assert second.value == "1,200 (900–1,610), 7"
    assert [one.source.column for one in first.figures] == [
        "width_m", "width_low_m", "width_high_m", "n_units",
    ]  # fmt: skip
    assert bottleneck_lines(rows.iloc[:0]) == []
