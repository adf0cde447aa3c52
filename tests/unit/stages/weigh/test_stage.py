"""The evidence at places, on worlds of eight animals and lines far apart."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString

from corridors.foundation import tables
from corridors.foundation.artefacts import Layer, Table, silent
from corridors.stages.scenario.weigh import stage as scenario
from corridors.stages.weigh import stage
from worlds import trials as world
from worlds.trials import everybody, segments, weighed

FENCE = ("fence", "fence_livestock", "existing")


def by_segment(found: stage.Results) -> pd.DataFrame:
    """Return PLACES by the segment that the place is made of."""
    held = found.segments.read().set_index("place")["segment"]
    places = found.places.read()
    return places.assign(segment=places["place"].map(held)).set_index("segment")


def three() -> tuple[gpd.GeoDataFrame, list[tuple[str, str, str, int, int]]]:
    layer = segments(closed=FENCE, free=FENCE, half=FENCE)
    met = [*everybody("closed", 2, 0), *everybody("free", 2, 2), *everybody("half", 2, 1)]
    return layer, met


def test_a_fence_that_stops_everybody_is_first_and_one_that_all_pass_is_harmless() -> None:
    found = by_segment(weighed(*three()))
    assert found.sort_values("rank").index.tolist() == ["closed", "half", "free"]
    assert found.loc["closed", "grade"] == "act"
    assert found.loc["free", "grade"] == "nothing_seen"
    # Two tries in two springs, and all would pass.
    assert found.loc["closed", "missing_per_year"] == pytest.approx(1.0, abs=0.15)
    assert found.loc["free", "missing_per_year"] < 0.02
    assert found.loc["closed", "trials_per_year"] == pytest.approx(1.0)
    assert found.loc["closed", "worst_season"] == "spring"


def test_estimate_and_interval_are_those_of_the_published_draws() -> None:
    found = weighed(*three())
    draws = found.draws.read().groupby("place")["missing_per_year"]
    places = found.places.read().set_index("place")
    low, high = draws.quantile(0.05), draws.quantile(0.95)
    for told, drawn in (("missing_per_year", draws.mean()), ("missing_p05", low),
                        ("missing_p95", high)):  # fmt: skip
        assert places[told].to_dict() == pytest.approx(drawn.to_dict(), rel=1e-5, abs=1e-6)


def test_a_known_herd_size_multiplies_passages_and_not_chances() -> None:
    one, herd = by_segment(weighed(*three())), by_segment(weighed(*three(), size=250.0))
    for name in ("missing_per_year", "missing_p95", "trials_per_year", "free_per_year"):
        assert herd[name].to_dict() == pytest.approx((250 * one[name]).to_dict())
    for name in ("p_harm", "kappa", "rank", "grade"):
        assert herd[name].to_dict() == one[name].to_dict()
    assert set(herd["unit"]) == {"whole_herd"}
    assert set(herd["population_size"]) == {250.0}
    assert set(herd["population_source"]) == {"count 2020"}


def test_animals_that_travel_together_are_one_unit_and_no_act_is_told_by_two() -> None:
    layer, met = three()
    found = by_segment(weighed(layer, met, together=4))
    assert found.loc["closed", ["n_animals", "n_units"]].tolist() == [8, 2]
    assert found.loc["closed", "grade"] == "look_on_site"
    assert "few_units" in found.loc["closed", "limits"]


def test_a_place_that_nobody_met_is_not_known_and_never_zero() -> None:
    layer = segments(met=FENCE, unmet=FENCE, beside=FENCE)
    found = by_segment(
        weighed(
            layer,
            [*everybody("met", 2, 2), *everybody("beside", 3, 0, season="winter")],
            rank={"priors": {"fence_livestock": 0.4}},
        )
    )
    unmet = found.loc["unmet"]
    assert unmet["grade"] == "not_known"
    assert unmet[["missing_per_year", "missing_all_per_year", "rank", "rank_all"]].isna().all()
    assert (unmet["kappa"], unmet["kappa_source"]) == (0.4, "prior")
    # Met in winter only: nothing is told of migrations, something of the whole year.
    beside = found.loc["beside"]
    assert (beside["grade"], np.isnan(beside["rank"])) == ("not_known", True)
    assert beside["missing_all_per_year"] > 0
    assert "lived_beside" in beside["limits"]
    assert found["rank"].dropna().tolist() == [1.0]


def test_a_planned_line_lacks_the_passages_that_now_happen_by_its_class() -> None:
    layer = segments(plan=("road", "trunk", "planned"), free=FENCE)
    met = [*everybody("plan", 2, 1), *everybody("free", 2, 2)]
    found = by_segment(weighed(layer, met, rank={"priors": {"trunk": 0.25}}))
    plan = found.loc["plan"]
    assert plan["kappa"] == pytest.approx(0.25, abs=0.03)
    assert plan["missing_per_year"] == pytest.approx(0.5 * 0.75, abs=0.08)
    assert plan["kappa_source"] == "prior"


def test_nothing_is_missing_at_a_removed_fence() -> None:
    layer = segments(gone=("fence", "fence_livestock", "removed"), free=FENCE)
    found = by_segment(weighed(layer, [*everybody("gone", 2, 2), *everybody("free", 2, 2)]))
    assert found.loc["gone", ["missing_per_year", "kappa"]].tolist() == [0.0, 1.0]
    assert found.loc["gone", "grade"] == "nothing_seen"


def test_a_stated_permeability_is_kept_and_named() -> None:
    layer = segments(wall=FENCE).assign(permeability=0.0, permeability_source="stated")
    found = by_segment(weighed(layer, everybody("wall", 1, 0)))
    assert found.loc["wall", "kappa_source"] == "stated"
    assert found.loc["wall", "kappa_p95"] < 0.2


def test_a_fence_that_stood_for_half_the_time_has_half_the_exposure() -> None:
    day = pd.Timestamp("2021-01-01", tz="UTC")
    layer = segments(new=FENCE, old=FENCE)
    layer.loc[layer["segment"] == "new", "valid_from"] = day
    tracked = pd.concat([world.seasons(), world.seasons(each=1.0, since=day)])
    met = [*everybody("new", 1, 0), *everybody("old", 1, 0)]
    found = by_segment(weighed(layer, met, tracked=tracked.reset_index(drop=True)))
    assert found["trials_per_year"].to_dict() == pytest.approx({"new": 1.0, "old": 0.5})
    assert found.loc["new", "missing_per_year"] > 1.5 * found.loc["old", "missing_per_year"]


def test_a_long_fence_is_cut_into_places_and_each_segment_has_its_share() -> None:
    layer = segments(**{f"s{k}": FENCE for k in range(4)})
    lines = [LineString([(73 + k * 0.05, 37), (73.05 + k * 0.05, 37)]) for k in range(4)]
    layer = layer.assign(geometry=lines, length_m=4000.0)
    met = [*everybody("s0", 3, 0), *everybody("s1", 1, 0)]
    found = weighed(layer, met, rank={"place_length_km": 8.0})
    held = found.segments.read().set_index("segment")
    assert held["place"].nunique() == 2
    assert held.loc[["s0", "s1"], "share"].tolist() == [0.75, 0.25]
    whole = found.places.read().set_index("place")["missing_per_year"][held.loc["s0", "place"]]
    assert held.loc["s0", "missing_per_year"] == pytest.approx(0.75 * whole)
    assert np.isnan(held.loc["s2", "share"])


def test_the_same_input_in_any_order_gives_the_same_bytes() -> None:
    layer, met = three()
    one, two = weighed(layer, met), weighed(layer.iloc[::-1], met[::-1])
    for name in ("places", "segments", "draws"):
        left, right = (getattr(found, name).read() for found in (one, two))
        pd.testing.assert_frame_equal(left, right, check_exact=True)
    other = weighed(layer, met, rank={"seed": 7})
    assert not other.draws.read().equals(one.draws.read())


def test_an_unfenced_state_boundary_is_no_place_but_its_fence_is() -> None:
    layer = segments(line=("border", "", "existing"), wall=("border", "border_fence", "existing"))
    found = weighed(layer, [*everybody("wall", 1, 0), *everybody("line", 1, 1)])
    assert found.segments.read()["segment"].tolist() == ["wall"]


def test_a_herd_without_tracks_has_no_places() -> None:
    layer = segments(f=FENCE).assign(has_data=False)
    found = weighed(layer, [])
    assert found.places.read().empty
    assert found.facts.n_units == 0
    assert found.facts.harmless_weight is None


def test_the_prior_of_the_species_is_taken_and_named() -> None:
    layer = segments(own=("road", "motorway", "existing"))
    met = everybody("own", 1, 1)
    assert list(weighed(layer, met, species="Cervus canadensis").facts.priors) == [
        "road/motorway/Cervus"
    ]
    assert list(weighed(layer, met, species="Ovis ammon polii").facts.priors) == ["road/motorway"]


def altered(changes: pd.DataFrame) -> tuple[stage.Results, stage.Results]:
    """Return the study of three fences and a scenario of it."""
    layer, met = three()
    planned = layer.assign(status=layer["status"].where(layer["segment"] != "closed", "removed"))
    inputs = scenario.Inputs(
        planned=world.inputs(planned, met), today=Layer.of(layer), alterations=Table.of(changes)
    )
    settings = stage.Settings(
        herd=world.HERD, rank=world.Rank(), trials=world.Trials(), species=None,
        population_size=None, population_source=None,
    )  # fmt: skip
    # Trials and copies are those of the study: the removed fence stood when animals met it.
    inputs = scenario.Inputs(
        planned=stage.Inputs(**{**vars(inputs.planned), "trials": world.inputs(layer, met).trials}),
        today=inputs.today,
        alterations=inputs.alterations,
    )
    return weighed(layer, met), scenario.run(inputs, settings, silent)


def test_a_scenario_changes_what_it_alters_and_nothing_else() -> None:
    changes = pd.DataFrame(
        {
            "segment": ["closed"], "change": ["removed"], "rule": ["remove 1"],
            "permeability": [np.nan], "open_share": [np.nan], "permeability_open": [np.nan],
        }
    )  # fmt: skip
    study, planned = altered(tables.check(changes, tables.ALTERATIONS))
    before, after = by_segment(study), by_segment(planned)
    assert after.loc["closed", "missing_per_year"] == 0.0
    assert after.loc["closed", "status"] == "removed"
    for name in ("missing_per_year", "missing_p95", "kappa", "grade", "place"):
        others = ["free", "half"]
        assert after.loc[others, name].tolist() == before.loc[others, name].tolist()
