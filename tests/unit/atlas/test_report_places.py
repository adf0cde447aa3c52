"""What the report lists of places: migrations first, the whole year, then segments."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from corridors.atlas.report_places import N_WHOLE_YEAR, place_values
from corridors.foundation import tables
from worlds import barriers, recorded

HERD = "made-up"


def found(threats: gpd.GeoDataFrame | None = None) -> dict[str, Any]:
    segments = barriers.segments()
    given = barriers.threats(HERD, segments) if threats is None else threats
    return place_values(
        {
            "threats": given,
            "threat_segments": barriers.threat_segments(HERD, segments),
            "segments": segments,
            "exposure": barriers.exposure(HERD),
        },
        recorded.of_herd(tracked=True),
    )


def test_places_stand_by_rank_with_where_they_are_and_what_passes() -> None:
    values = found()
    ranks = [row["rank"] for row in values["places"]]
    assert ranks == sorted(ranks)
    assert (values["n_places"], values["n_ranked"], values["n_unmet"]) == (18, 17, 1)
    assert {row["grade"] for row in values["places"]} == {"act", "look_on_site"}
    assert {row["grade"] for row in values["harmless"]} == {"nothing_seen"}
    assert len(values["places"]) + len(values["harmless"]) == 17
    first = values["places"][0]
    assert first["where"].endswith("° E")
    assert first["class"] == "fence_border"
    assert first["passes_free"] == pytest.approx(67.0)
    assert first["passes_here"] == pytest.approx(67.0 * first["kappa"])


def test_the_whole_year_has_an_order_of_its_own_and_names_barriers_that_animals_live_beside() -> (
    None
):
    threats = barriers.threats(HERD, barriers.segments())
    turned = threats["rank_all"].max() + 1 - threats["rank_all"]
    limits = np.where(turned == 1, "few_trials;lived_beside", "few_trials")
    values = found(threats.assign(rank_all=turned, limits=limits))
    assert [row["rank_all"] for row in values["whole_year"]] == list(range(1, N_WHOLE_YEAR + 1))
    assert [row["is_lived_beside"] for row in values["whole_year"]] == [True] + [False] * 9


def test_segments_follow_their_places_and_have_their_kappa() -> None:
    values = found()
    order = [row["place_rank"] for row in values["place_segments"]]
    assert order == sorted(order)
    of_place = {row["threat"]: row["kappa"] for row in values["places"]}
    for row in values["place_segments"]:
        assert row["kappa"] == of_place[row["threat"]]


def test_a_herd_without_places_has_nothing_to_list() -> None:
    empty = tables.empty(tables.THREATS)
    assert isinstance(empty, pd.DataFrame)
    values = place_values(
        {
            "threats": empty,
            "threat_segments": tables.empty(tables.THREAT_SEGMENTS),
            "segments": tables.empty(tables.SEGMENTS),
            "exposure": tables.empty(tables.EXPOSURE),
        },
        recorded.of_herd(tracked=False),
    )
    assert values["places"] == values["whole_year"] == values["place_segments"] == []
    assert values["verdict"] == ""
