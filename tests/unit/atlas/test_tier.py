"""What must not be passed on because it shows a single animal."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, box

from corridors.atlas.tier import refuse_what_would_show_one_animal, tables_to_show
from corridors.atlas.words.actions import actions_in_words, border_words
from corridors.foundation.errors import MethodError
from corridors.foundation.facts import Unit


def corridors(**n_tracked: int) -> pd.DataFrame:
    """Return tracked corridors of seasons by the number of animals that gave them."""
    return pd.DataFrame(
        {"evidence": "tracked", "season": list(n_tracked), "n_tracked": list(n_tracked.values())}
    )


@pytest.mark.parametrize(("tier", "n_animals"), [("internal", 1), ("partner", 0), ("partner", 2)])
def test_what_shows_no_single_animal_may_be_passed_on(tier: str, n_animals: int) -> None:
    whole = corridors(all=1) if tier == "internal" else corridors(all=2)
    refuse_what_would_show_one_animal(tier, n_animals=n_animals, corridors=whole)


@pytest.mark.parametrize(("n_animals", "n_tracked"), [(1, 2), (5, 1)])
def test_one_animal_alone_is_refused_outside(n_animals: int, n_tracked: int) -> None:
    with pytest.raises(MethodError, match="would show a single animal"):
        refuse_what_would_show_one_animal(
            "partner", n_animals=n_animals, corridors=corridors(all=n_tracked)
        )


def tables() -> dict[str, pd.DataFrame]:
    """Return what publish reads, as far as it may show one animal."""
    line = LineString([(0, 0), (1, 0)])
    crossed = pd.DataFrame({"n_animals": [1, 2], "months": ["10", "4;10"]})
    agreement = {
        "left_state": "A", "right_state": "B", "type": "river", "from_km": 0.0, "to_km": 1.0,
        "passages_per_year": 1.0, "n_threats_nearby": 0, **Unit.of(None, None).columns(),
    }  # fmt: skip
    return {
        "corridors": corridors(all=2, spring=1, autumn=2),
        "stopovers": pd.DataFrame({"season": ["all", "spring", "autumn"]}),
        "ranges": gpd.GeoDataFrame(
            {"season": ["winter", "summer", "summer"], "n_animals": [1, 2, 0]},
            geometry=[box(0, 0, 1, 1)] * 3,
        ),
        "behaviour_index": pd.DataFrame({"segment": ["", "a", "b"], "n_animals": [2, 1, 0]}),
        "crossings": crossed,
        "border_report": crossed,
        "border_stretches": crossed,
        "border_agreements": gpd.GeoDataFrame(crossed.assign(**agreement), geometry=[line, line]),
        "threats": pd.DataFrame({"rank": [1]}),
        "zone_shares": pd.DataFrame(
            {
                "product": ["corridor", "corridor", "stopovers", "range", "range", "places"],
                "season": ["all", "spring", "spring", "winter", "winter", ""],
                "evidence": ["tracked", "tracked", "tracked", "tracked", "expert", ""],
            }
        ),
    }


def test_areas_that_one_animal_gave_in_a_season_stay_inside() -> None:
    given = tables()
    shown, left_out = tables_to_show(given, "partner")
    assert shown["corridors"]["season"].tolist() == ["all", "autumn"]
    assert shown["stopovers"]["season"].tolist() == ["all", "autumn"]
    assert shown["ranges"]["n_animals"].tolist() == [2, 0]  # 0: an expert drew it
    assert shown["threats"] is given["threats"]
    zoned = shown["zone_shares"][["product", "season", "evidence"]].agg(" ".join, axis=1)
    assert zoned.tolist() == ["corridor all tracked", "range winter expert", "places  "]
    titles = [each.title for each in left_out]
    assert titles[:2] == ["Corridor and stopovers in spring", "Winter range"]


def test_when_one_animal_crossed_and_what_it_did_stay_inside() -> None:
    shown, left_out = tables_to_show(tables(), "partner")
    assert shown["behaviour_index"]["segment"].tolist() == ["", "b"]
    for name in ("crossings", "border_report", "border_stretches", "border_agreements"):
        assert shown[name]["months"].tolist() == ["", "4;10"], name
    agreed = gpd.GeoDataFrame(shown["border_agreements"])
    first, second = actions_in_words(agreed, border_words)["what"]
    assert "1 tracked animal." in first
    assert "in months 4, 10" in second
    assert len(left_out) == 4


def test_nothing_is_held_back_from_those_who_may_see_all() -> None:
    given = tables()
    shown, left_out = tables_to_show(given, "internal")
    assert all(shown[name] is given[name] for name in given)
    assert left_out == []
