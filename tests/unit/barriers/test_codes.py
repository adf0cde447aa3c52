"""Codes and days of a layer as people write them, through the mapping of a source."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pytest
from shapely import LineString

from corridors.atlas.words.remarks import remark_words
from corridors.barriers.remarks import remarks
from corridors.barriers.sources import BarrierMapping, barriers_of
from corridors.foundation.errors import InputError


def features(**columns: Any) -> gpd.GeoDataFrame:
    """Return one line for each value."""
    n = len(next(iter(columns.values())))
    shapes = [LineString([(7, 60 + i), (8, 60 + i)]) for i in range(n)]
    return gpd.GeoDataFrame(
        {**columns, "source_row": range(1, n + 1)}, geometry=shapes, crs="EPSG:4326"
    )


def mapping(**how: Any) -> BarrierMapping:
    """Return a source of roads."""
    return BarrierMapping(name="r", file="r.gpkg", **({"kind": "road"} | how))


@pytest.mark.parametrize(
    "written", [["1", "2"], ["01", "02"], ["1.0", "2.0"], [1, 2], [1.0, 2.0], [" 1", "2 "]]
)
def test_a_class_code_is_the_same_however_it_is_written(written: list[Any]) -> None:
    own = mapping(class_column="t", class_map={"1": "motorway", "2": "primary"})
    barriers, notes = barriers_of(features(t=written), own)
    assert sorted(barriers["class"]) == ["motorway", "primary"]
    assert "classes_not_in_map" not in notes


def test_values_that_the_map_lacks_are_listed_with_their_numbers() -> None:
    own = mapping(class_column="t", class_map={"1": "motorway"}, class_="other")
    barriers, notes = barriers_of(features(t=["1", "9", "9", ""]), own)
    assert sorted(barriers["class"]) == ["motorway", "other", "other", "other"]
    assert notes["classes_not_in_map"] == {"9": 2}
    (said,) = remarks(notes, completeness="unknown", margin_km=50.0)
    assert "lacks: '9' (2);" in remark_words(said)


def test_two_spellings_with_two_meanings_stand_for_no_third() -> None:
    own = mapping(class_column="t", class_map={"01": "motorway", "1": "primary"})
    barriers, notes = barriers_of(features(t=["01", "1", "1.0"]), own)
    assert sorted(barriers["class"]) == ["", "motorway", "primary"]
    assert notes["classes_not_in_map"] == {"1.0": 1}


def test_kinds_and_states_do_not_mind_capitals_either() -> None:
    own = mapping(
        kind=None, kind_column="k", kind_map={"road": "road", "gate": None},
        status_column="s", status_map={"in use": "existing", "demolished": "removed"},
    )  # fmt: skip
    frame = features(k=["Road", "ROAD ", "Gate"], s=["In use", "DEMOLISHED", ""])
    barriers, notes = barriers_of(frame, own)
    assert sorted(barriers["status"]) == ["existing", "removed"]
    assert notes["left_out_by_kind"] == 1


def first_and_last(value: str, *forms: str) -> tuple[str, str]:
    """Return both days of a feature that stood at the time of its column."""
    own = mapping(valid_from_column="d", valid_to_column="d", date_formats=forms)
    barriers, _ = barriers_of(features(d=[value]), own)
    return str(barriers["valid_from"][0])[:10], str(barriers["valid_to"][0])[:10]


@pytest.mark.parametrize(
    ("value", "form", "days"),
    [
        ("2019-05-12", "%Y-%m-%d", ("2019-05-12", "2019-05-12")),
        ("2019-05-12T23:30:00-07:00", "%Y-%m-%d", ("2019-05-12", "2019-05-12")),
        ("12.05.2019", "%d.%m.%Y", ("2019-05-12", "2019-05-12")),
        ("2019", "%Y", ("2019-01-01", "2019-12-31")),
        ("2020-02", "%Y-%m", ("2020-02-01", "2020-02-29")),
        ("1557619200", "epoch_s", ("2019-05-12", "2019-05-12")),
        ("1557619200000", "epoch_ms", ("2019-05-12", "2019-05-12")),
        ("43597", "excel", ("2019-05-12", "2019-05-12")),
    ],
)
def test_a_day_is_read_in_its_stated_form(value: str, form: str, days: tuple[str, str]) -> None:
    assert first_and_last(value, form) == days


@pytest.mark.parametrize(
    ("values", "advised"),
    [
        (["2019", "2020"], "set date_formats: ['%Y']"),
        (["31.08.2020"], "set date_formats: ['%d.%m.%Y']"),
        (["03/04/2019"], "['%d/%m/%Y'] or ['%m/%d/%Y'] of this source, whichever is meant"),
        (["1557619200000"], "set date_formats: ['epoch_ms']"),
        (["43597", "43598.0"], "set date_formats: ['excel']"),
        (["spring"], "state its form in date_formats"),
    ],
)
def test_the_cure_for_an_unreadable_day_works(values: list[str], advised: str) -> None:
    with pytest.raises(InputError, match="unreadable day") as refused:
        barriers_of(features(d=values), mapping(valid_from_column="d"))
    assert advised in str(refused.value)


def test_a_complete_source_with_nothing_near_is_contradicted() -> None:
    (said,) = remarks({"nothing_near_the_herd": True}, completeness="complete", margin_km=50.0)
    assert "nothing within 50 km of the herd" in remark_words(said)
    assert "no barrier at all" in remark_words(said)
