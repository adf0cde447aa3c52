"""Stage `act`: tables of actions from ranked threats, exposure and boundaries."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
from pydantic import ValidationError
from shapely import LineString, box

from corridors.atlas.words.actions import actions_in_words, border_words
from corridors.config.action import Act
from corridors.foundation import tables
from corridors.foundation.artefacts import Layer, Table, silent
from corridors.foundation.crs import geodesic_area_km2
from corridors.foundation.facts import Unit
from corridors.foundation.facts.clean import CleanFacts
from corridors.foundation.facts.rank import RankFacts
from corridors.stages.act import stage
from worlds.rows import example_rows
from worlds.stages import settings

HERD = "made-up"
CRS = "+proj=laea +lat_0=37 +lon_0=71 +datum=WGS84 +units=m"
LINE = LineString([(71.0, 37.0), (71.0, 37.009)])


def ranked(*rows: dict[str, object]) -> gpd.GeoDataFrame:
    """Return THREAT_SEGMENTS with the given columns, a kilometre each, each a place of its own.

    ``missing`` is what is missing a year, half of the free passages.
    """
    one = example_rows(tables.THREAT_SEGMENTS, HERD, LINE, "ewe").iloc[[0]]
    out = []
    for number, row in enumerate(rows):
        line = LineString([(71 + 0.02 * number, 37.0), (71 + 0.02 * number, 37.009)])
        plain = {
            "segment": f"s{number}",
            "threat": f"{HERD}/s{number}",
            "barrier": f"b-{row['kind']}",
            "name": f"line {number}",
            "status": "existing",
            "class": "",
            "from_km": float(number),
            "to_km": number + 1.0,
            "length_m": 1000.0,
            "share": 1.0,
            "kappa": 0.5,
            "corridor_class": "high",
            "grade": "act",
            "geometry": line,
        }
        made = {**plain, **row}
        made["missing_per_year"] = made.pop("missing")
        shape = made.pop("geometry")
        out.append(one.assign(**made, geometry=[shape]))
    return gpd.GeoDataFrame(pd.concat(out, ignore_index=True), crs="EPSG:4326")


def row_of_fences(*missing: float, **more: object) -> gpd.GeoDataFrame:
    """Return fence segments, one behind the other."""
    lines = [LineString([(71 + 0.01 * k, 37.0), (71.01 + 0.01 * k, 37.0)]) for k in range(9)]
    return ranked(
        *[{"kind": "fence", "missing": value, "geometry": lines[k], **more}
          for k, value in enumerate(missing)]
    )  # fmt: skip


def made(
    *,
    parts: gpd.GeoDataFrame | None = None,
    exposed: gpd.GeoDataFrame | None = None,
    stretches: gpd.GeoDataFrame | None = None,
    size: float | None = None,
    act: dict[str, object] | None = None,
    ranking: dict[str, object] | None = None,
    zones: gpd.GeoDataFrame | None = None,
    named: tuple[dict[str, object], ...] = (),
) -> stage.Results:
    """Run the stage; of each place there are two draws, half and one and a half of the mean."""
    corridor = example_rows(tables.CORRIDORS, HERD, LINE, "ewe").iloc[[0]]
    corridor = corridor.assign(
        season="all", corridor_class="low", geometry=[box(70.99, 36.99, 71.06, 37.02)]
    )
    places, draws = None, tables.empty(tables.PLACE_DRAWS)
    if parts is not None:
        one = example_rows(tables.THREATS, HERD, LINE, "ewe").iloc[[0] * len(parts)]
        same = ["threat", "kind", "status", "grade"]
        places = gpd.GeoDataFrame(one.reset_index(drop=True)).assign(
            **{name: parts[name] for name in same}, n_units=4
        )
        places = places.set_geometry(parts.geometry)
        lost = np.outer(parts["missing_per_year"], [0.5, 1.5]).ravel()
        draws = pd.DataFrame(
            {
                "place": np.repeat(parts["threat"].to_numpy(str), 2),
                "draw": np.tile([0, 1], len(parts)),
                "free_per_year": 2.0 * lost,
                "missing_per_year": lost,
            }
        )

    def layer(frame: gpd.GeoDataFrame | None, schema: pa.DataFrameSchema) -> Layer:
        return Layer.of(tables.empty(schema) if frame is None else tables.check(frame, schema))

    inputs = stage.Inputs(
        clean=CleanFacts.model_construct(crs=CRS),
        corridors=layer(corridor, tables.CORRIDORS),
        zones=layer(zones, tables.ZONES),
        stopovers=layer(None, tables.STOPOVERS),
        ranges=layer(None, tables.RANGES),
        modelled=layer(None, tables.CORRIDORS),
        border_stretches=layer(stretches, tables.BORDER_STRETCHES),
        threats=layer(places, tables.THREATS),
        segments=layer(parts, tables.THREAT_SEGMENTS),
        draws=Table.of(tables.check(draws, tables.PLACE_DRAWS)),
        exposure=layer(exposed, tables.EXPOSURE),
        ranking=RankFacts.model_construct(
            **{"unit": Unit.of(None, None), "n_animals": 0, "n_candidates": {}, **(ranking or {})}
        ),
    )
    chosen = settings("act", HERD, act=act or {}, zones=named)
    results: stage.Results = stage.run(inputs, replace(chosen, population_size=size), silent)
    for name in ("fence_sections", "crossing_sites", "border_agreements", "zone_shares"):
        tables.check(getattr(results, name).read(), tables.CONTRACTS[name.upper()])
    return results


def test_nothing_ranked_leaves_empty_tables() -> None:
    out = made()
    facts = out.facts
    for table in (out.fence_sections, out.crossing_sites, out.footprints, out.border_agreements):
        assert table.read().empty
    assert facts.n_fence_sections == facts.n_crossing_sites == 0
    assert facts.sites.n_candidates == 0


@pytest.mark.parametrize("n_animals", [0, 3])
def test_barriers_that_nobody_could_have_met_get_no_action(n_animals: int) -> None:
    facts = made(ranking={"n_animals": n_animals, "n_candidates": {"range_edge": 2}}).facts
    assert facts.n_fence_sections == facts.n_crossing_sites == 0


def test_neighbouring_fence_segments_make_one_section_with_costs() -> None:
    parts = row_of_fences(2.0, 1.5).assign(gain_share=[np.nan, 0.02])
    costs = {"currency": "USD", "fence_remove_per_km": 100.0}
    (row,) = made(parts=parts, act={"costs": costs}).fence_sections.read().to_dict("records")
    assert row["n_segments"] == 2
    assert row["removed_gain"] == 3.5
    assert (row["removed_gain_p05"], row["removed_gain_p95"]) == pytest.approx((1.925, 5.075))
    assert row["modified_gain"] == pytest.approx(3.5 * (0.8 - 0.5) / 0.5)
    assert (row["n_units"], row["threats"]) == (4, f"{HERD}/s0;{HERD}/s1")
    assert row["remove_cost"] == pytest.approx(200.0)
    assert np.isnan(row["modify_cost"])  # not stated, so unknown and not nothing
    assert row["currency"] == "USD"
    assert row["gain_share"] == 0.02  # the section gives at least what its best segment gives


@pytest.mark.parametrize("grade", ["look_on_site", "nothing_seen", "not_known"])
def test_only_the_grade_act_carries_advice(grade: str) -> None:
    fences = row_of_fences(2.0, 1.5, grade=grade)
    road = ranked({"kind": "road", "missing": 2.0, "grade": grade})
    assert made(parts=fences).fence_sections.read().empty
    assert made(parts=road).crossing_sites.read().empty


def test_an_id_of_a_barrier_may_hold_any_sign() -> None:
    parts = row_of_fences(2.0, 1.5)
    parts["segment"] = ["fences:'; DROP--@0-1", "fences:a;b@1-2"]
    (row,) = made(parts=parts).fence_sections.read().to_dict("records")
    assert row["n_segments"] == 2
    assert row["segments"] == ";".join(parts["segment"])
    assert row["geometry"].length > 0


def test_removed_lines_need_no_structure_and_planned_ones_may() -> None:
    parts = ranked(
        {"kind": "road", "missing": 2.0, "status": "planned"},
        {"kind": "rail", "missing": 0.0, "status": "removed"},
    )
    sites = made(parts=parts).crossing_sites.read()
    assert sites["status"].tolist() == ["planned"]
    assert sites["gain_per_year"].tolist() == pytest.approx([2.0 * 0.3 / 0.5])
    assert sites["share_so_far"].tolist() == pytest.approx([1.0])
    assert sites["is_optimal"].all()


def test_sites_that_add_little_are_left_out_and_counted() -> None:
    parts = ranked({"kind": "road", "missing": 2.0}, {"kind": "road", "missing": 0.001})
    out = made(parts=parts, act={"site_spacing_m": 500.0})
    assert len(out.crossing_sites.read()) == 1
    assert out.facts.sites.n_that_add_little == 1


def test_a_budget_limits_the_number_of_structures() -> None:
    parts = ranked(*[{"kind": "road", "missing": 2.0 + k} for k in range(3)])
    costs = {"currency": "EUR", "road_structure": 5.0, "rail_structure": 9.0}
    out = made(parts=parts, act={"costs": costs, "budget": 11.0, "site_spacing_m": 0})
    sites = out.crossing_sites.read()
    assert sites["segment"].tolist() == ["s2", "s1"]
    assert sites["cost"].sum() <= 11.0


def test_a_footprint_is_shifted_out_of_the_corridor_only() -> None:
    exposed = example_rows(tables.EXPOSURE, HERD, LINE, "ewe").iloc[[0, 0]]
    exposed = exposed.assign(
        polygon=["wells", "town"],
        kind=["energy", "settlement"],
        status="existing",
        season=["migration", "winter"],
        score=[0.02, 0.01],
        geometry=[box(71.04, 37.0, 71.08, 37.01), box(71.04, 37.0, 71.08, 37.01)],
    )
    found = made(exposed=exposed).footprints.read()
    wells, town = found.set_index("polygon").loc[["wells", "town"]].itertuples()
    assert wells.moved_part == "in_corridor"
    assert wells.moved_km2 == pytest.approx(
        geodesic_area_km2(box(71.04, 37.0, 71.06, 37.01)), rel=1e-4
    )
    # What is used in winter lies in the range, not in the corridor: all of it.
    assert town.moved_part == "whole"
    assert town.moved_km2 == pytest.approx(2 * wells.moved_km2, rel=1e-3)


def test_places_count_at_the_nearest_stretch_and_in_the_unit_of_the_ranking() -> None:
    stretches = example_rows(tables.BORDER_STRETCHES, HERD, LINE, "ewe")
    stretches = stretches.assign(
        stretch=["near", "far", "unseen"],
        type=["river", "disputed", "land"],
        expected_per_year=[0.5, 0.25, np.nan],
        corridor_class=["high", "outside", "low"],
        geometry=[
            LineString([(70.9, 37.02), (71.1, 37.02)]),
            LineString([(70.9, 37.04), (71.1, 37.04)]),
            LineString([(70.9, 38.0), (71.1, 38.0)]),
        ],
    )
    parts = ranked(
        {"kind": "fence", "missing": 3.0},
        {"kind": "road", "missing": 9.0, "status": "planned"},  # blocks nobody yet
        {"kind": "fence", "missing": 5.0, "grade": "look_on_site"},  # no advice
    )
    found = made(parts=parts, stretches=stretches, size=10.0).border_agreements.read()
    assert found["stretch"].tolist() == ["near", "far", "unseen"]
    assert found["passages_per_year"].tolist()[:2] == [5.0, 2.5]
    assert found["missing_nearby_per_year"].tolist() == [3.0, 0.0, 0.0]
    assert found["n_threats_nearby"].tolist() == [1, 0, 0]
    said = actions_in_words(found, border_words)["what"]
    assert "disputed line" in said.iloc[1]
    assert "nobody was tracked here" in said.iloc[2]


def test_costs_need_a_currency_and_a_budget_needs_costs() -> None:
    with pytest.raises(ValidationError, match="costs need a currency"):
        Act.model_validate({"costs": {"road_structure": 5.0}})
    with pytest.raises(ValidationError, match=r"budget needs costs\.road_structure"):
        Act.model_validate({"budget": 5.0})


def test_a_study_without_zones_leaves_an_empty_table() -> None:
    assert made(parts=row_of_fences(2.0)).zone_shares.read().empty


def test_every_configured_layer_is_told_of_also_one_that_is_far_away() -> None:
    half = gpd.GeoDataFrame(
        {"layer": ["reserves"], "zone": ["West"], "class": [""]},
        geometry=[box(70.9, 36.9, 71.025, 37.1)],
        crs="EPSG:4326",
    )
    named: tuple[dict[str, object], ...] = (
        {"name": "far", "path": "f.gpkg", "name_column": "n"},
        {"name": "reserves", "path": "r.gpkg", "name_column": "n", "protected": True},
    )
    found = made(parts=row_of_fences(2.0, 1.0), zones=half, named=named).zone_shares.read()
    assert list(dict.fromkeys(found["layer"])) == ["far", "reserves"]
    corridor = found[found["product"] == "corridor"]
    share = corridor.set_index(["layer", "zone_part"])["area_share"]
    assert share.loc[[("far", "all"), ("far", "outside")]].tolist() == [0.0, 1.0]
    assert share[("reserves", "zone")] == pytest.approx(0.5, abs=1e-6)
    assert share[("reserves", "outside")] == pytest.approx(0.5, abs=1e-6)
    assert corridor["is_protected"].tolist() == [False, False, True, True, True]
    assert found["title"].unique().tolist() == ["far", "reserves"]
    places = found[found["product"] == "places"].set_index(["layer", "zone_part"])
    assert places["n_act"].tolist() == [0.0, 2.0, 2.0, 2.0, 0.0]
    assert places["area_km2"].isna().all()
