"""What must not be passed on because it shows a single animal."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from corridors.foundation.errors import MethodError
from corridors.stages.tier import refuse_what_would_show_one_animal, tables_to_show


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


def test_areas_that_one_animal_gave_in_a_season_stay_inside() -> None:
    tables = {
        "corridors": corridors(all=2, spring=1, autumn=2),
        "stopovers": pd.DataFrame({"season": ["all", "spring", "autumn"]}),
        "ranges": gpd.GeoDataFrame(
            {"season": ["winter", "summer", "summer"], "n_animals": [1, 2, 0]},
            geometry=[box(0, 0, 1, 1)] * 3,
        ),
        "threats": pd.DataFrame({"rank": [1]}),
    }
    shown, left_out = tables_to_show(tables, "partner")
    assert shown["corridors"]["season"].tolist() == ["all", "autumn"]
    assert shown["stopovers"]["season"].tolist() == ["all", "autumn"]
    assert shown["ranges"]["n_animals"].tolist() == [2, 0]  # 0: an expert drew it
    assert shown["threats"] is tables["threats"]
    assert [each.title for each in left_out] == ["Corridor and stopovers in spring", "Winter range"]
    shown, left_out = tables_to_show(tables, "internal")
    assert all(shown[name] is tables[name] for name in tables)
    assert left_out == []
