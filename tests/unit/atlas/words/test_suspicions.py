"""What looks wrong, in words."""

from __future__ import annotations

from typing import get_args

import pandas as pd
import pytest

from corridors.atlas.words.animal_years import YearLimits
from corridors.atlas.words.suspicions import suspicion_lines, suspicion_rows, unclassified_row
from corridors.config.model import Suspicion as Stopping
from corridors.foundation.facts.clean import Suspicion
from corridors.foundation.vocabulary import FLAGS, SUSPICIONS

STILL = Suspicion(
    kind="still", animal="b", n_fixes=9, n_all=20, start_utc="2020-01-02T03:04:05+00:00"
)


def test_every_kind_can_stop_a_run_and_has_words() -> None:
    assert get_args(Stopping) == get_args(Suspicion.model_fields["kind"].annotation) == SUSPICIONS
    for kind in SUSPICIONS:
        [row] = suspicion_rows([Suspicion(kind=kind, animal="a", n_fixes=1, n_all=2, flag=None)])
        assert row.what.endswith(".")
        assert row.done.endswith(".")
        assert row.kind == kind


@pytest.mark.parametrize("flag", ["poor_fix", "spike", "too_fast", "unreachable"])
def test_a_flag_that_takes_many_fixes_names_its_keys(flag: str) -> None:
    assert flag in FLAGS
    lost = Suspicion(kind="lost_fixes", animal="a", n_fixes=5, n_all=9, flag=flag)
    [row] = suspicion_rows([lost])
    assert row.key.startswith("clean.")
    assert row.what == f"Many fixes are lost to the flag {flag}: 5 fixes of 1 animal."


def test_animals_of_one_kind_are_one_row_and_a_terminal_names_five() -> None:
    many = [STILL.model_copy(update={"animal": f"a{i}"}) for i in range(7)]
    [row] = suspicion_rows(many)
    assert row.what == "Collars that lie still until the end: 63 fixes of 7 animals."
    assert row.animals[0] == "a0: since 2020-01-02 03:04, 9 of 20 fixes"
    [line] = suspicion_lines(many)
    assert "a4: since" in line
    assert "a5" not in line
    assert "and 2 more; clean.mortality_h" in line


def test_one_fix_is_one_fix_and_a_drive_is_told_with_its_length_and_time() -> None:
    parted = Suspicion(
        kind="parted", animal="b", n_fixes=1, n_all=20, distance_km=62.4, hours=4.0,
        start_utc="2020-01-02T03:04:05+00:00",
    )  # fmt: skip
    single = Suspicion(kind="unreachable", animal="b", n_fixes=1, n_all=20)
    first, second = suspicion_rows([single, parted])
    assert first.animals == ("b: 62 km in 4.0 h after 2020-01-02 03:04",)
    assert second.what == "Fixes that no animal can have come to: 1 fix of 1 animal."


def test_animals_of_which_some_year_is_classified_are_no_row() -> None:
    years = pd.DataFrame(
        {
            "animal": ["a", "a", "b", "b"],
            "class": ["resident", "unclassified", "unclassified", "unclassified"],
            "n_fixes": [9, 2, 3, 8],
            "reason": ["fits_best", *["few_fixes"] * 3],
        }
    )
    limits = YearLimits(min_fixes=60, min_days=60.0, min_model_days=8, max_interval_days=5.0)
    row = unclassified_row(years, limits)
    assert row is not None
    assert row.what == "No year can be classified: 1 animal of 2."
    assert row.animals == ("b: 8 fixes, 60 needed",)
    assert unclassified_row(years[:2], limits) is None
    nothing = unclassified_row(years[2:], limits)
    assert nothing is not None
    assert nothing.what == "Nothing can be classified: 1 animal, 2 animal-years."
