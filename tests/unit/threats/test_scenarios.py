"""What a scenario does to segments, and the difference of the ranking, on worlds solved by hand."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString

from corridors.threats.scenarios import (
    Opened,
    Side,
    altered,
    change_draws,
    difference,
    permeability_of,
    with_opening,
)
from corridors.threats.score import Evidence, evidence

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


def threats(names: list[str], blocked: list[float], **columns: Any) -> pd.DataFrame:
    order = np.argsort(-np.array(blocked), kind="stable")
    rank = np.empty(len(names), dtype=int)
    rank[order] = np.arange(1, len(names) + 1)
    base: dict[str, Any] = {
        "segment": names,
        "status": "existing",
        "passages_per_year": 1.0,
        "encounters_per_year": 4.0,
        "blocked_per_year": blocked,
        "rank": rank,
        "permeability_mean": 0.5,
        "permeability_p05": 0.5,
        "permeability_p95": 0.5,
    }
    return pd.DataFrame({**base, **columns})


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


def test_what_is_known_of_a_permeability_goes_from_ranked_to_stated_to_prior() -> None:
    rows = segments(permeability=[0.9, 0.7, np.nan])
    known = permeability_of(
        rows,
        threats(["a"], [1.0], permeability_mean=0.2),
        pd.DataFrame({"permeability": [0.5, 0.5, 0.5]}),
    )
    assert known.tolist() == [0.2, 0.7, 0.5]
    gone = permeability_of(
        rows.assign(status="removed"),
        threats(["a"], [1.0]),
        pd.DataFrame({"permeability": [0.5, 0.5, 0.5]}),
    )
    assert gone.tolist() == [1.0, 1.0, 1.0]


def test_an_opening_blocks_as_many_as_its_two_times_together() -> None:
    met_open, met_closed, closed, free = 3.0, 9.0, 0.2, 0.9
    share = with_opening(np.array([closed]), np.array([met_open / 12.0]), permeability_open=free)[0]
    assert 12.0 * (1 - share) == pytest.approx(met_open * (1 - free) + met_closed * (1 - closed))


def made_difference(**more: Any) -> pd.DataFrame:
    given: dict[str, Any] = {
        "segments": segments(status=["removed", "existing", "planned"]),
        "threats_before": threats(["a", "b"], [3.0, 2.0]),
        "threats_after": threats(
            ["a", "b", "c"],
            [0.0, 2.0, 0.75],
            status=["removed", "existing", "planned"],
            passages_per_year=[1.0, 1.0, 1.5],
        ),
        "alterations": alterations(a=("removed", np.nan)),
        "added": np.array([False, False, True]),
        "permeability_before": pd.Series({"a": 0.25, "b": 0.5}),
        "permeability_after": pd.Series({"a": 1.0, "b": 0.5, "c": 0.5}),
        "unit": "per animal",
        "watched_ranks": 10,
    }
    given |= more
    return difference(
        given.pop("segments"),
        given.pop("threats_before"),
        given.pop("threats_after"),
        given.pop("alterations"),
        **given,
    )


def test_the_difference_of_a_removal_and_a_planned_line() -> None:
    found = made_difference().set_index("segment")
    assert found.index.tolist() == ["a", "c", "b"]  # largest change first, then what only moved up
    assert found["blocked_change"].tolist() == [-3.0, 0.75, 0.0]
    assert found["change"].tolist() == ["removed", "added", ""]
    assert found.loc["c", "encounters_per_year"] == 1.5  # of a planned line its passages
    assert found.loc["a", "encounters_per_year"] == 4.0
    assert found.loc["c", ["blocked_before", "permeability_before"]].tolist() == [0.0, 1.0]
    assert np.isnan(found.loc["c", "rank_before"])
    assert found.loc["b", ["rank_before", "rank_after"]].tolist() == [2.0, 1.0]


def test_where_nobody_was_tracked_a_change_is_unknown_and_not_zero() -> None:
    found = made_difference(
        threats_before=threats(["b"], [2.0]), threats_after=threats(["b"], [2.0])
    ).set_index("segment")
    assert set(found.index) == {"a", "c"}
    assert found[["blocked_before", "blocked_after", "blocked_change"]].isna().all().all()


def test_a_rank_that_moves_far_from_the_top_is_no_difference() -> None:
    assert "b" not in set(made_difference(watched_ranks=0)["segment"])


def met_by(passages: list[float], approaches: list[float]) -> Evidence:
    """One animal per number, each tracked for a year, at segment a."""
    animals = [f"animal {n}" for n in range(len(passages))]
    frame = pd.DataFrame(
        {
            "segment": "a",
            "animal": animals,
            "season": "spring",
            "passages": passages,
            "approaches": approaches,
            "tracking_years": 1.0,
        }
    )
    return evidence(frame, ["a"], tracking_years=dict.fromkeys(animals, 1.0))


def side(status: str, mean: float, p05: float | None = None, p95: float | None = None) -> Side:
    low, high = mean if p05 is None else p05, mean if p95 is None else p95
    return Side(np.array([status]), *(np.array([value]) for value in (mean, low, high)))


NOT_OPENED = Opened(np.array([np.nan]), np.array([np.nan]), 4.0)


def test_with_equal_animals_and_certain_permeabilities_the_change_is_exact() -> None:
    met = met_by([1.0] * 5, [3.0] * 5)
    options: dict[str, Any] = {"draws": 50, "seed": 1, "herd": "h"}
    drawn = change_draws(met, side("existing", 0.25), side("existing", 0.75), NOT_OPENED, **options)
    assert drawn.shape == (50, 1)
    assert np.allclose(drawn, 4.0 * (0.25 - 0.75))
    planned = change_draws(met, side("absent", 1.0), side("planned", 0.1), NOT_OPENED, **options)
    assert np.allclose(planned, 1.0 * 0.9)  # only passages meet a line that does not stand yet
    gone = change_draws(met, side("existing", 0.25), side("removed", 1.0), NOT_OPENED, **options)
    assert np.allclose(gone, -4.0 * 0.75)


def test_animals_are_resampled_whole_and_the_mean_of_the_draws_is_the_change() -> None:
    met = met_by([0.0, 0.0, 0.0, 8.0], [0.0] * 4)
    drawn = change_draws(
        met,
        side("absent", 1.0),
        side("planned", 0.5),
        NOT_OPENED,
        draws=4000,
        seed=1,
        herd="h",
    )[:, 0]
    # A draw holds the one animal 0, 1, 2 ... times: 8 passages in 4 years, half of them blocked.
    assert set(np.round(drawn, 9)) <= {float(n) for n in range(5)}
    assert drawn.mean() == pytest.approx(1.0, abs=0.06)


def test_a_barrier_that_is_opened_for_free_never_blocks_more() -> None:
    met = met_by([2.0, 1.0, 3.0], [4.0, 5.0, 1.0])
    wide = side("existing", 0.4, 0.1, 0.8)
    drawn = change_draws(
        met,
        wide,
        side("existing", 0.55, 0.2, 0.9),
        Opened(np.array([0.25]), np.array([1.0]), 4.0),
        draws=500,
        seed=1,
        herd="h",
    )
    assert (drawn <= 0).all()
    assert drawn.min() < 0


def test_the_same_seed_gives_the_same_draws() -> None:
    met = met_by([2.0, 1.0], [0.0, 5.0])
    one, two = (
        change_draws(
            met,
            side("existing", 0.4, 0.1, 0.8),
            side("existing", 0.9, 0.7, 1.0),
            NOT_OPENED,
            draws=20,
            seed=7,
            herd="h",
        )
        for _ in range(2)
    )
    assert np.array_equal(one, two)
