"""What a scenario does to segments, and the difference of the ranking, on worlds solved by hand."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString

from corridors.foundation.arrays import Floats32
from corridors.foundation.facts import Unit
from corridors.threats.missing import Draws
from corridors.threats.opening import with_opening
from corridors.threats.parts import Parts, place_name
from corridors.threats.scenarios import Side, altered, as_met, difference, permeability_of

LINE = LineString([(0, 0), (1, 0)])


def segments(**columns: Any) -> gpd.GeoDataFrame:
    base: dict[str, Any] = {
        "segment": ["a", "b", "c"],
        "barrier": ["A", "B", "C"],
        "name": "",
        "kind": "fence",
        "class": "",
        "status": "existing",
        "permeability": np.nan,
        "permeability_source": "unknown",
        "corridor_class": "low",
        "from_km": 0.0,
        "to_km": 1.0,
        "length_m": 1000.0,
    }
    return gpd.GeoDataFrame({**base, **columns}, geometry=[LINE] * 3, crs="EPSG:4326")


def side(missing: dict[str, float], kappa: float = 0.5, **how: Any) -> Side:
    """Return places of one segment each, with what is missing in two draws: half and more."""
    names = list(missing)
    lost = np.array([missing[name] for name in names])
    rank = np.argsort(np.argsort(-lost, kind="stable")) + 1.0
    places = [f"place {name}" for name in names]
    threats = pd.DataFrame(
        {"threat": places, "free_per_year": lost / (1.0 - kappa), "rank": rank} | how
    )
    parts = pd.DataFrame(
        {
            "segment": names,
            "threat": places,
            "share": 1.0,
            "missing_per_year": lost,
            "kappa": kappa,
            "grade": "act",
        }
    )
    draws = pd.DataFrame(
        {
            "place": np.repeat(places, 2),
            "draw": np.tile([0, 1], len(names)),
            "free_per_year": np.outer(lost, [0.5, 1.5]).ravel() / (1.0 - kappa),
            "missing_per_year": np.outer(lost, [0.5, 1.5]).ravel(),
        }
    )
    return Side(threats, parts, draws, pd.Series(kappa, index=["a", "b", "c"]))


def alterations(**rows: tuple[str, float]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "segment": list(rows),
            "change": [change for change, _ in rows.values()],
            "rule": "rule 1",
            "permeability": [share for _, share in rows.values()],
            "open_share": np.nan,
            "permeability_open": np.nan,
        }
    )


def test_a_removed_segment_stays_in_the_table_and_an_assumed_permeability_is_marked() -> None:
    out = altered(
        segments(permeability=[0.3, 0.3, 0.3], permeability_source="stated"),
        alterations(a=("removed", np.nan), b=("changed", 0.9)),
        key="segment",
    )
    assert out["status"].tolist() == ["removed", "existing", "existing"]
    assert out["permeability"].tolist() == [0.3, 0.9, 0.3]
    assert out["permeability_source"].tolist() == ["stated", "assumed", "stated"]


def test_areas_have_no_source_of_their_permeability_and_are_altered_too() -> None:
    areas = segments().rename(columns={"segment": "polygon"}).drop(columns="permeability_source")
    out = altered(areas, alterations(c=("removed", np.nan)), key="polygon")
    assert out["status"].tolist() == ["existing", "existing", "removed"]
    assert "permeability_source" not in out


def test_what_is_known_of_a_permeability_goes_from_its_place_to_stated_to_prior() -> None:
    rows = segments(permeability=[0.9, 0.7, np.nan])
    known = permeability_of(
        rows,
        pd.DataFrame({"segment": ["a"], "kappa": [0.2]}),
        pd.DataFrame({"permeability": [0.5, 0.5, 0.5]}),
    )
    assert known.tolist() == [0.2, 0.7, 0.5]
    gone = permeability_of(
        rows.assign(status="removed"),
        pd.DataFrame({"segment": ["a"], "kappa": [0.2]}),
        pd.DataFrame({"permeability": [0.5, 0.5, 0.5]}),
    )
    assert gone.tolist() == [1.0, 1.0, 1.0]


def test_an_opening_lacks_as_many_as_its_two_times_together() -> None:
    met_open, met_closed, closed, free = 3.0, 9.0, 0.2, 0.9
    share = with_opening(np.array([closed]), np.array([met_open / 12.0]), permeability_open=free)[0]
    assert 12.0 * (1 - share) == pytest.approx(met_open * (1 - free) + met_closed * (1 - closed))


def made_difference(**more: Any) -> pd.DataFrame:
    given: dict[str, Any] = {
        "before": side({"a": 3.0, "b": 2.0}),
        "after": side({"a": 0.0, "b": 2.0, "c": 0.75}),
        "watched_ranks": 10,
    }
    given |= more
    found, _ = difference(
        segments(status=["removed", "existing", "planned"]),
        given.pop("before"),
        given.pop("after"),
        alterations(a=("removed", np.nan)),
        added=np.array([False, False, True]),
        herd="h",
        unit=Unit.of(None, None),
        **given,
    )
    return found.set_index("segments")


def test_the_difference_of_a_removal_and_a_planned_line() -> None:
    found = made_difference()
    assert found.index.tolist() == ["a", "c", "b"]  # largest change first, then what only moved up
    assert found["missing_change"].tolist() == [-3.0, 0.75, 0.0]
    assert found["change"].tolist() == ["removed", "added", ""]
    assert found.loc["c", ["missing_before", "kappa_before"]].tolist() == [0.0, 1.0]
    assert found.loc["c", "threat_before"] == ""
    assert np.isnan(found.loc["c", "rank_before"])
    assert found.loc["b", ["rank_before", "rank_after"]].tolist() == [2.0, 1.0]
    # In the same draws on both sides: what does not change has no width.
    assert found.loc["b", ["change_p05", "change_p95"]].tolist() == [0.0, 0.0]
    assert found.loc["a", ["change_p05", "change_p95"]].tolist() == pytest.approx([-4.35, -1.65])


def test_the_interval_of_the_whole_change_is_that_of_its_sum() -> None:
    _, total = difference(
        segments(),
        side({"a": 3.0, "b": 1.0}),
        side({"a": 1.0, "b": 3.0}),
        alterations(),
        added=np.zeros(3, dtype=bool),
        herd="h",
        unit=Unit.of(None, None),
        watched_ranks=10,
    )
    assert total == pytest.approx((0.0, 0.0))  # what one gains the other loses, in every draw


def test_where_nobody_came_a_change_is_unknown_and_not_zero() -> None:
    found = made_difference(before=side({"b": 2.0}), after=side({"b": 2.0}))
    assert set(found.index) == {"a", "c"}
    assert found[["missing_before", "missing_after", "missing_change"]].isna().all().all()
    assert set(found["grade_after"]) == {"not_known"}
    assert found.loc["a", "threat"] == place_name("h", ["a"])


def test_a_rank_that_moves_far_from_the_top_is_no_difference() -> None:
    assert "b" not in set(made_difference(watched_ranks=0).index)


def test_animals_met_barriers_as_they_are_in_the_study() -> None:
    study = segments(permeability=[0.3, 0.3, 0.3], permeability_source="stated").iloc[:2]
    made = segments(
        status=["removed", "existing", "planned"], permeability=[np.nan, 0.9, 0.1],
        permeability_source=["unknown", "assumed", "stated"],
    )  # fmt: skip
    found = as_met(made, study)
    assert found["status"].tolist() == ["existing", "existing", "planned"]
    assert found["permeability"].tolist() == [0.3, 0.3, 0.1]
    assert found["permeability_source"].tolist() == ["stated", "stated", "stated"]


def draws_of(kappa: list[float], free: list[float]) -> Draws:
    def two(values: list[float]) -> Floats32:
        return np.array([values, values], dtype=np.float32)

    n = len(kappa)
    lost = two([(1.0 - k) * f for k, f in zip(kappa, free, strict=True)])
    return Draws(
        lost, lost, two(free), two(free), two(kappa), np.ones(1), np.full(n, 0.5), np.ones(n)
    )


def test_a_scenario_that_alters_a_part_of_a_place_leaves_the_rest_as_it_was() -> None:
    place, names = np.array([0, 0, 1]), pd.Series(["a", "b", "c"])
    parts = Parts.of(place, names, alterations(b=("removed", np.nan)))
    assert parts.place.tolist() == [0, 0, 1]
    share = parts.shares(pd.Series([0.25, 0.75, 1.0]))
    found = parts.draws(draws_of([0.5, 0.25], [8.0, 4.0]), share)
    by_segment = found.missing[0, parts.of_segment]
    assert by_segment.tolist() == pytest.approx([1.0, 0.0, 3.0])
    whole = Parts.of(place, names, alterations())
    assert whole.place.tolist() == [0, 1]
    assert whole.draws(draws_of([0.5, 0.25], [8.0, 4.0]), np.ones(2)).missing[0].tolist() == [4, 3]


def test_an_opening_is_one_part_of_a_place_however_its_visits_are_shared() -> None:
    own = pd.DataFrame(
        {
            "segment": ["a", "b"], "change": "opened", "rule": "rule 1", "permeability": [0.3, 0.5],
            "open_share": [0.25, 0.75], "permeability_open": 1.0,
        }
    )  # fmt: skip
    parts = Parts.of(np.array([0, 0, 0]), pd.Series(["a", "b", "c"]), own)
    assert parts.of_segment.tolist() == [1, 1, 0]
    assert parts.changes["open_share"].tolist()[1] == 0.5


def test_what_is_changed_or_opened_has_the_permeability_that_the_scenario_says() -> None:
    own = pd.DataFrame(
        {
            "segment": ["a", "b"], "change": ["changed", "opened"], "rule": "rule 1",
            "permeability": [0.9, np.nan], "open_share": [np.nan, 0.5],
            "permeability_open": [np.nan, 1.0],
        }
    )  # fmt: skip
    parts = Parts.of(np.array([0, 1]), pd.Series(["a", "b"]), own)
    found = parts.draws(draws_of([0.2, 0.2], [1.0, 1.0]), np.ones(2))
    assert found.kappa[0].tolist() == pytest.approx([0.9, 0.6])
    assert found.missing[0].tolist() == pytest.approx([0.1, 0.4])
