"""Ranking: hand-solvable worlds."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
from shapely import LineString, Point, box

from corridors.atlas.words.threats import candidates_in_words, threats_in_words
from corridors.config.model import Rank
from corridors.foundation import tables
from corridors.foundation.artefacts import Layer, Raster, Table, silent
from corridors.foundation.facts.clean import CleanFacts
from corridors.foundation.facts.intersect import IntersectFacts
from corridors.foundation.facts.rank import RankFacts
from corridors.foundation.grid import Grid
from corridors.foundation.vocabulary import BARRIER_KINDS
from corridors.stages.rank import stage
from corridors.threats.priors import packaged, prior_table
from corridors.threats.score import evidence, posterior, summary

UNDATED = pd.Series(pd.NaT, range(9), dtype="datetime64[us, UTC]")
# Centred where the first of `segments` begins.
CRS = "+proj=laea +lat_0=37 +lon_0=73 +units=m"
COLUMNS = ["segment", "animal", "season", "passages", "approaches", "tracking_years"]


def encounters(rows: list[tuple[str, str, str, float, float]], years: float = 2.0) -> pd.DataFrame:
    return pd.DataFrame([(*row, years) for row in rows], columns=COLUMNS).astype(
        {"passages": float, "approaches": float, "tracking_years": float}
    )


def segments(**kinds: tuple[str, str, str]) -> gpd.GeoDataFrame:
    """Segments by id: (kind, class, status)."""
    return gpd.GeoDataFrame(
        [
            {
                "segment": name,
                "barrier": name,
                "name": name,
                "kind": kind,
                "class": own,
                "status": status,
                "permeability": np.nan,
                "permeability_source": "unknown",
                "tolerance_m": 10.0,
                "source": "test",
                "from_km": 0.0,
                "to_km": 1.0,
                "length_m": 1000.0,
                "corridor_class": "high",
                "has_data": True,
                "geometry": LineString([(73.0 + i / 10, 37.0), (73.05 + i / 10, 37.0)]),
            }
            for i, (name, (kind, own, status)) in enumerate(kinds.items())
        ],
        crs="EPSG:4326",
    ).assign(valid_from=UNDATED, valid_to=UNDATED)


class World:
    """What stands, and the stage's answer."""

    results: stage.Results

    def __init__(self) -> None:
        self.use: pd.DataFrame | None = None
        self.resistance: np.ndarray | None = None
        self.completeness: dict[str, tuple[str, str]] = {}
        self.permeability: pd.DataFrame | None = None
        self.species: str | None = None
        self.gains: gpd.GeoDataFrame | None = None
        self.network: gpd.GeoDataFrame | None = None
        self.link_use: pd.DataFrame | None = None

    def rank(
        self,
        layer: gpd.GeoDataFrame,
        met: pd.DataFrame,
        *,
        years: dict[str, float] | None = None,
        size: float | None = None,
        areas: gpd.GeoDataFrame | None = None,
        **settings: object,
    ) -> tuple[gpd.GeoDataFrame, RankFacts]:
        if years is None:
            years = met.groupby("animal")["tracking_years"].max().to_dict()
        grid = Grid(CRS, 500.0, -40, -40, 80, 80)
        ground = np.ones(grid.shape, np.float32) if self.resistance is None else self.resistance
        inputs = stage.Inputs(
            clean=CleanFacts.model_construct(crs=CRS, cell_m=250.0),
            population=_table(self.use, tables.POPULATION),
            resistance=Raster.of(ground, grid),
            network=_layer(self.network, tables.NETWORK),
            network_use=_table(self.link_use, tables.NETWORK_USE),
            segments=_layer(layer, tables.SEGMENTS),
            encounters=_table(met, tables.ENCOUNTERS),
            areas=_layer(areas, tables.AREAS),
            crossed=IntersectFacts.model_construct(tracking_years=years),
            permeability=_table(self.permeability, tables.PERMEABILITY),
            gains=_layer(self.gains, tables.GAINS),
        )
        chosen = stage.Settings(
            herd="test-herd",
            rank=Rank(**settings),
            species=self.species,
            population_size=size,
            population_source="count 2020" if size else None,
            barrier_completeness=self.completeness,
        )
        self.results = stage.run(inputs, chosen, silent)
        return self.results.threats.read(), self.results.facts


def _table(frame: pd.DataFrame | None, schema: pa.DataFrameSchema) -> Table:
    return Table.of(tables.empty(schema) if frame is None else tables.check(frame, schema))


def _layer(frame: gpd.GeoDataFrame | None, schema: pa.DataFrameSchema) -> Layer:
    return Layer.of(tables.empty(schema) if frame is None else tables.check(frame, schema))


@pytest.fixture
def world() -> World:
    return World()


def test_a_barrier_that_stops_everybody_ranks_first_and_not_last(world: World) -> None:
    layer = segments(
        closed=("fence", "fence_livestock", "existing"),
        open=("fence", "fence_livestock", "existing"),
        half=("fence", "fence_livestock", "existing"),
    )
    met = encounters(
        [(s, a, "spring", p, b) for a in ("a", "b", "c")
         for s, p, b in (("closed", 0.0, 6.0), ("open", 6.0, 0.0), ("half", 3.0, 3.0))]
    )  # fmt: skip
    threats, _ = world.rank(layer, met)
    assert threats["segment"].tolist() == ["closed", "half", "open"]
    assert threats["rank"].tolist() == [1, 2, 3]
    assert (threats["rank_p05"].iloc[0], threats["rank_p95"].iloc[0]) == (1, 1)
    assert (threats["rank_p05"].iloc[2], threats["rank_p95"].iloc[2]) == (3, 3)


def test_the_numbers_are_those_worked_out_by_hand(world: World) -> None:
    layer = segments(f=("fence", "fence_livestock", "existing"))
    # Two animals, 2 years each; 6 passages, 10 approaches; prior Beta(2, 2).
    met = encounters(
        [("f", "a", "spring", 4, 2), ("f", "a", "autumn", 2, 1), ("f", "b", "spring", 0, 7)]
    )
    threats, _ = world.rank(layer, met, season_weights={"autumn": 3.0})
    row = threats.iloc[0]
    permeability = (2 + 6) / (4 + 16)
    assert row["permeability_mean"] == pytest.approx(permeability)
    assert row["passages_per_year"] == pytest.approx(6 / 4)
    assert row["approaches_per_year"] == pytest.approx(10 / 4)
    assert row["blocked_per_year"] == pytest.approx(16 / 4 * (1 - permeability))
    assert row["score"] == pytest.approx((13 + 3 * 3) / 4 * (1 - permeability))
    assert row["blocked_p05"] < row["blocked_per_year"] < row["blocked_p95"]
    assert row["permeability_source"] == "both"
    assert row["unit"] == "per animal"


def test_an_animal_that_met_nothing_counts_in_the_years(world: World) -> None:
    layer = segments(f=("fence", "fence_livestock", "existing"))
    met = encounters([("f", "a", "spring", 4, 0)])
    alone, _ = world.rank(layer, met)
    among, facts = world.rank(layer, met, years={"a": 2.0, "resident": 2.0})
    assert among["passages_per_year"].iloc[0] == pytest.approx(
        alone["passages_per_year"].iloc[0] / 2
    )
    assert facts.tracking_years == 4.0


def test_a_known_herd_size_multiplies_every_number_and_is_named(world: World) -> None:
    layer = segments(f=("fence", "fence_livestock", "existing"))
    met = encounters([("f", "a", "spring", 1, 4), ("f", "b", "spring", 2, 3)])
    one, _ = world.rank(layer, met)
    herd, _ = world.rank(layer, met, size=250.0)
    for column in ("passages_per_year", "encounters_per_year", "blocked_per_year", "blocked_p95"):
        assert herd[column].iloc[0] == pytest.approx(250 * one[column].iloc[0])
    assert herd["unit"].iloc[0] == "herd of 250 (count 2020)"
    assert "herd of 250" in threats_in_words(herd)["reason"].iloc[0]


def test_a_planned_line_is_scored_by_passages_and_prior_only(world: World) -> None:
    layer = segments(p=("road", "trunk", "planned"))
    met = encounters([("p", "a", "spring", 8, 5), ("p", "b", "spring", 4, 0)])
    threats, _ = world.rank(layer, met)
    row = threats.iloc[0]
    assert row["permeability_mean"] == pytest.approx(0.25)
    assert row["permeability_source"] == "prior"
    assert row["blocked_per_year"] == pytest.approx(12 / 4 * 0.75)
    assert "If built" in threats_in_words(threats)["reason"].iloc[0]


def test_a_removed_fence_scores_nothing_and_says_why(world: World) -> None:
    layer = segments(r=("fence", "fence_livestock", "removed"))
    threats, _ = world.rank(layer, encounters([("r", "a", "spring", 8, 5)]))
    assert threats["score"].iloc[0] == 0
    assert "before and after" in threats_in_words(threats)["reason"].iloc[0]


def test_no_data_is_left_out_and_counted_never_ranked_as_zero(world: World) -> None:
    layer = segments(
        f=("fence", "", "existing"), far=("fence", "", "existing"), calm=("road", "", "existing")
    )
    layer.loc[layer["segment"] == "far", "has_data"] = False
    threats, facts = world.rank(layer, encounters([("f", "a", "spring", 1, 1)]))
    assert threats["segment"].tolist() == ["f", "calm"]
    assert facts.n_no_data == 1
    assert facts.no_data == ["far"]
    assert "none met it" in threats_in_words(threats)["reason"].iloc[1]


def test_an_unfenced_state_boundary_is_no_threat_but_its_fence_is(world: World) -> None:
    layer = segments(line=("border", "", "existing"), wall=("border", "border_fence", "existing"))
    met = encounters([("line", "a", "spring", 3, 2), ("wall", "a", "spring", 0, 2)])
    threats, facts = world.rank(layer, met)
    assert threats["segment"].tolist() == ["wall"]
    assert facts.n_jurisdiction == 1


def test_a_stated_permeability_takes_the_place_of_the_prior(world: World) -> None:
    layer = segments(f=("fence", "fence_livestock", "existing"), g=("fence", "", "existing"))
    layer["permeability"] = [0.9, 0.0]
    threats, facts = world.rank(layer, encounters([("f", "a", "spring", 3, 1)]))
    by = threats.set_index("segment")
    assert by.loc["f", "permeability_mean"] == pytest.approx((3.6 + 3) / 8)
    assert by.loc["f", "permeability_source"] == "both"
    assert by.loc["g", "permeability_mean"] == 0
    assert by.loc["g", "permeability_source"] == "stated"
    assert facts.priors == {}


def test_a_herd_without_tracks_gets_an_empty_table(world: World) -> None:
    layer = segments(f=("fence", "", "existing"))
    layer["has_data"] = False
    threats, facts = world.rank(layer, tables.empty(tables.ENCOUNTERS))
    assert len(threats) == 0
    assert facts.n_no_data == 1
    assert facts.n_ranked == 0


def test_the_same_input_in_any_order_gives_the_same_bytes(world: World, rng) -> None:
    layer = segments(**{f"s{i}": ("fence", "", "existing") for i in range(12)})
    rows = [
        (f"s{i}", f"animal {a}", season, float(rng.integers(0, 5)), float(rng.integers(0, 5)))
        for i in range(12)
        for a in range(5)
        for season in ("spring", "autumn")
    ]
    met = encounters(rows)
    world.rank(layer, met)
    first = world.results.threats.read()
    world.rank(layer.iloc[::-1], met.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(world.results.threats.read(), first, check_exact=True)
    world.rank(layer, met, seed=7)
    assert not world.results.threats.read().equals(first)


def test_one_animal_that_makes_a_rank_makes_it_uncertain(world: World) -> None:
    layer = segments(lone=("fence", "", "existing"), common=("fence", "", "existing"))
    names = [f"a{i}" for i in range(8)]
    met = encounters(
        [("lone", "a0", "spring", 0, 9), *[("common", name, "spring", 0, 1) for name in names]]
    )
    threats, _ = world.rank(layer, met)
    lone = threats.set_index("segment").loc["lone"]
    assert lone["rank"] == 1
    assert (lone["rank_p05"], lone["rank_p95"]) == (1, 2)
    assert lone["blocked_p05"] < 0.2 * lone["blocked_per_year"]


def test_every_kind_has_a_prior_and_a_basis() -> None:
    table = packaged()
    assert set(table.loc[table["class"] == "", "kind"]) == set(BARRIER_KINDS)
    assert table["basis"].str.len().gt(10).all()
    assert table["permeability"].between(0, 1).all()


def test_an_override_beats_the_packaged_prior_and_is_named() -> None:
    found = prior_table(pd.Series(["fence"]), pd.Series(["woven"]), overrides={"woven": 0.15})
    assert found.iloc[0].tolist() == [
        0.15, "fence/woven", "stated in the configuration", "stated",
    ]  # fmt: skip


def test_summary_of_a_certain_prior_is_certain() -> None:
    a, b = posterior(
        np.zeros(2), np.zeros(2), prior_mean=np.array([0.0, 1.0]), prior_encounters=4.0
    )
    for part in summary(a, b):
        assert part.tolist() == [0.0, 1.0]


def test_an_animal_without_years_is_refused() -> None:
    with pytest.raises(ValueError, match="missing: \\['b'\\]"):
        evidence(encounters([("s", "b", "spring", 1, 0)]), ["s"], tracking_years={"a": 1.0})


def test_a_barrier_that_stood_half_the_time_has_half_the_exposure(world: World) -> None:
    layer = segments(
        new=("fence", "fence_livestock", "existing"), old=("fence", "fence_livestock", "existing")
    )
    layer.loc[layer["segment"] == "new", "valid_from"] = pd.Timestamp("2021-01-01", tz="UTC")
    met = pd.concat(
        [
            encounters([("old", "a", "spring", 0, 3)], years=2.0),
            encounters([("new", "a", "spring", 0, 3), ("new", "b", "other", 0, 0)], years=1.0),
        ]
    )
    threats, _ = world.rank(layer, met, years={"a": 2.0, "b": 2.0, "c": 2.0})
    rate = threats.set_index("segment")["encounters_per_year"]
    assert rate.to_dict() == pytest.approx({"old": 3 / 6, "new": 3 / 2})
    assert threats.set_index("segment")["n_tracked"].to_dict() == {"old": 3, "new": 2}
    reasons = threats_in_words(threats).set_index("segment")["reason"]
    assert "met by 1 of 3 animals" in reasons["old"]
    assert "met by 1 of 2 animals" in reasons["new"]


def test_a_day_that_says_nothing_for_the_status_takes_no_animal_out_of_the_rate(
    world: World,
) -> None:
    # Of a removed line only the last day counts, of a planned one only the first.
    layer = segments(
        gone=("fence", "fence_livestock", "removed"),
        unmet=("fence", "fence_livestock", "removed"),
        plan=("road", "trunk", "planned"),
    )
    day = pd.Timestamp("1990-01-01", tz="UTC")
    layer.loc[layer["status"] == "removed", "valid_from"] = day
    layer.loc[layer["status"] == "planned", "valid_to"] = day
    met = encounters([("gone", "a", "spring", 3, 0), ("plan", "a", "spring", 3, 0)])
    threats, _ = world.rank(layer, met, years={"a": 2.0, "b": 2.0, "c": 2.0})
    rate = threats.set_index("segment")["passages_per_year"]
    assert rate.to_dict() == pytest.approx({"gone": 3 / 6, "unmet": 0.0, "plan": 3 / 6})
    planned = threats_in_words(threats).set_index("segment")["reason"]["plan"]
    assert "met by 1 of 3 animals" in planned


def test_a_prior_that_only_an_area_uses_is_not_called_unused(world: World) -> None:
    layer = segments(f=("fence", "fence_livestock", "existing"))
    field = {"polygon": "p", "herd": "test-herd", "name": "", "kind": "cropland", "class": "wheat"}
    shares = {"mass_share": 0.5, "winter_share": np.nan, "summer_share": np.nan, "n_animals": 1}
    areas = gpd.GeoDataFrame(
        [field | shares | {"status": "existing", "source": "test", "permeability": np.nan}],
        geometry=[box(73.0, 37.0, 73.1, 37.1)],
        crs="EPSG:4326",
    )
    met = encounters([("f", "a", "spring", 3, 0)])
    _, facts = world.rank(layer, met, areas=areas, priors={"wheat": 0.4, "barley": 0.4})
    assert facts.priors_unused == ["barley"]


def test_a_fence_of_one_animal_falls_behind_met_fences_and_not_behind_empty_ones(
    world: World,
) -> None:
    # Fence z stops one of ten animals often; five others stop everybody; three block nothing.
    names = ["z", *(f"m{i}" for i in range(5)), *(f"a{i}" for i in range(3))]
    layer = segments(**dict.fromkeys(names, ("fence", "fence_livestock", "existing")))
    animals = [f"x{i}" for i in range(10)]
    rows = [(f"m{i}", animal, "spring", 0.0, 1.0) for i in range(5) for animal in animals]
    met = encounters([*rows, ("z", "x0", "spring", 0.0, 40.0)])
    threats, _ = world.rank(layer, met, years=dict.fromkeys(animals, 2.0))
    found = threats.set_index("segment")
    assert found.loc["z", "rank"] == 1
    assert (found.loc["z", "rank_p05"], found.loc["z", "rank_p95"]) == (1, 6)
    empty = found.loc[["a0", "a1", "a2"]]
    assert set(zip(empty["rank_p05"], empty["rank_p95"], strict=True)) == {(7, 9)}


def test_removed_and_harmless_segments_of_a_small_herd_are_no_top_ten(world: World) -> None:
    layer = segments(
        closed=("fence", "fence_livestock", "existing"),
        open=("fence", "fence_livestock", "existing"),
        gone=("fence", "fence_livestock", "removed"),
    )
    layer["permeability"] = [0.0, 1.0, np.nan]
    met = encounters(
        [(s, a, "spring", p, b) for a in ("a", "b", "c")
         for s, p, b in (("closed", 0.0, 6.0), ("open", 6.0, 0.0), ("gone", 3.0, 0.0))]
    )  # fmt: skip
    threats, _ = world.rank(layer, met)
    assert threats.set_index("segment")["p_top10"].to_dict() == {
        "closed": 1.0, "open": 0.0, "gone": 0.0,
    }  # fmt: skip


def test_stability_follows_the_interval_and_is_said_in_the_reason(world: World) -> None:
    names = [f"s{i:02d}" for i in range(40)]
    layer = segments(**dict.fromkeys(names, ("fence", "fence_livestock", "existing")))
    rows = [
        (name, f"a{a}", "spring", 0.0, float(2 ** (i % 10)))
        for i, name in enumerate(names[:20])
        for a in range(3)
    ]
    threats, facts = world.rank(layer, encounters([*rows, ("s30", "a1", "spring", 0.0, 1.0)]))
    width = threats["rank_p95"] - threats["rank_p05"] + 1
    assert (threats["rank_width"] == width).all()
    factor = np.where(width <= 20, threats["rank_p95"] / threats["rank_p05"], np.inf)
    expected = np.where(factor <= 2, "firm", np.where(factor <= 5, "likely", "open"))
    assert threats["stability"].tolist() == expected.tolist()
    assert facts.stability == {
        word: int((expected == word).sum()) for word in ("firm", "likely", "open")
    }
    assert min(facts.stability.values()) > 0
    first = threats.iloc[0]
    place = f"Place {first['rank_p05']:.0f} to {first['rank_p95']:.0f} of 40 ({first['stability']})"
    assert place in threats_in_words(threats)["reason"].iloc[0]


def test_the_interval_holds_its_own_rank_and_its_own_blocked_passages(world: World, rng) -> None:
    names = [f"s{i:02d}" for i in range(25)]
    layer = segments(**dict.fromkeys(names, ("fence", "", "existing")))
    rows = [
        (name, f"a{a}", "spring", float(rng.poisson(3)), float(rng.poisson(1)))
        for name in names
        for a in range(4)
        if rng.random() < 0.4
    ]
    threats, _ = world.rank(layer, encounters(rows), years=dict.fromkeys("abcd", 1.0) | {
        f"a{a}": 2.0 for a in range(4)
    })  # fmt: skip
    assert threats["rank"].between(threats["rank_p05"], threats["rank_p95"]).all()
    blocked = threats["blocked_per_year"]
    assert (blocked >= threats["blocked_p05"] - 1e-12).all()
    assert (blocked <= threats["blocked_p95"] + 1e-12).all()


def test_completeness_of_the_source_goes_along_and_partial_is_said(world: World) -> None:
    layer = segments(f=("fence", "", "existing"), g=("fence", "", "existing"))
    layer["source"] = ["survey", "osm"]
    world.completeness = {"osm": ("partial", "mapped from pictures"), "other": ("complete", "")}
    threats, facts = world.rank(
        layer, encounters([("f", "a", "spring", 1, 1), ("g", "a", "spring", 1, 1)])
    )
    by = threats.set_index("segment")
    assert by["source_completeness"].to_dict() == {"f": "unknown", "g": "partial"}
    reasons = threats_in_words(threats).set_index("segment")["reason"]
    assert "The barrier data are partial: lines may be missing." in reasons["g"]
    assert "partial" not in reasons["f"]
    said = {name: one.model_dump() for name, one in facts.barrier_completeness.items()}
    assert said == {
        "osm": {"completeness": "partial", "note": "mapped from pictures"},
        "survey": {"completeness": "unknown", "note": ""},
    }


def _use(season: str, rows: range) -> pd.DataFrame:
    """Even use of a band of cells along the first segment, 4.4 km long, at the rows given."""
    row, col = (axis.ravel() for axis in np.meshgrid(rows, range(-4, 24), indexing="ij"))
    return pd.DataFrame(
        {
            "season": season,
            "row": row.astype("int32"),
            "col": col.astype("int32"),
            "mass": 1.0 / len(row),
            "n_animals": np.full(len(row), 4, "int32"),
        }
    )


def test_use_that_ends_at_a_fence_is_a_range_edge_even_where_nobody_was_tracked(
    world: World,
) -> None:
    # The first segment runs east from the origin. Winter lies north of it, summer on both sides.
    layer = segments(fence=("fence", "", "existing"), plan=("road", "", "planned"))
    layer["has_data"] = False
    layer.loc[1, "geometry"] = layer.geometry[0]
    world.use = pd.concat([_use("winter", range(1, 16)), _use("summer", range(-16, 16))])
    world.resistance = np.full((80, 80), 3.0, np.float32)
    world.resistance[:, ::2] = 3.2
    threats, facts = world.rank(layer, tables.empty(tables.ENCOUNTERS))
    edges = world.results.range_edges.read()
    assert len(threats) == 0
    assert edges[["segment", "season", "used_side", "habitat"]].values.tolist() == [
        ["fence", "winter", "left", "alike"]
    ]
    row = edges.iloc[0]
    assert row["uneven_frac"] == 1.0
    assert 0.5 < row["use_frac"] <= 1.0
    assert row["nearest_use_m"] == pytest.approx(375.0, abs=10)
    assert row["is_range_edge"]
    assert facts.n_range_edges == 1


def test_unlike_habitat_explains_an_edge_and_no_habitat_layer_leaves_it_open(world: World) -> None:
    layer = segments(fence=("fence", "", "existing"))
    world.use = _use("winter", range(1, 16))
    met = encounters([("fence", "a", "spring", 0, 1)])
    world.rank(layer, met)
    unknown = world.results.range_edges.read()
    assert unknown["habitat"].tolist() == ["unknown"]
    assert np.isnan(unknown["resistance_other"].iloc[0])
    world.resistance = np.ones((80, 80), np.float32)
    world.resistance[40:] = 9.0  # south of the fence
    _, facts = world.rank(layer, met)
    differs = world.results.range_edges.read()
    assert differs["habitat"].tolist() == ["different"]
    assert differs["resistance_used"].iloc[0] == pytest.approx(1.0)
    assert differs["resistance_other"].iloc[0] == pytest.approx(9.0)
    assert not differs["is_range_edge"].any()
    assert facts.n_uneven == {"alike": 0, "different": 1, "unknown": 0}


def kappa_row(**changes: object) -> pd.DataFrame:
    """One row of PERMEABILITY: livestock fences, of which 9 of 36 free crossings happened."""
    row = {
        "herd": "test-herd",
        "species": "Antilocapra americana",
        "kind": "fence",
        "class": "fence_livestock",
        "covariate": "class",
        "level": "fence_livestock",
        "interval_h": 2.0,
        "n_steps": 200,
        "n_crossings": 9,
        "n_animals": 6,
        "expected": 36.0,
        "kappa": 0.2,
        "kappa_low": 0.1,
        "kappa_high": 0.4,
        "profile_low": 0.1,
        "profile_high": 0.4,
        "interval": "profile",
        "spread": 1.0,
        "p_value": np.nan,
        "permeability": 0.25,
        "permeability_low": 0.1,
        "permeability_high": 0.4,
        "source": "estimated",
        "n_doubtful": 0,
        "n_across": 9,
        "n_left_out": 0,
        "prior": "",
    }
    return pd.DataFrame([{**row, **changes}])


def test_the_herds_own_kappa_moves_the_prior_of_its_class_and_of_no_other(world: World) -> None:
    layer = segments(
        own=("fence", "fence_livestock", "existing"), other=("fence", "border_fence", "existing")
    )
    met = encounters([("other", "a", "spring", 1.0, 3.0)])
    world.permeability = kappa_row()
    threats, facts = world.rank(layer, met)
    by = threats.set_index("segment")
    assert by.loc["own", "permeability_source"] == "estimated"
    assert by.loc["other", "permeability_source"] == "both"
    # (4 x 0.5 + 36 x 0.25) / 40
    assert by.loc["own", "permeability_mean"] == pytest.approx(0.275)
    prior = facts.priors["fence/fence_livestock/estimated"]
    assert prior.label == "estimated"
    assert prior.permeability == pytest.approx(0.275)
    assert "weighing 36 encounters" in prior.basis
    assert facts.priors["fence/border_fence"].label == "prior"


def test_a_stated_permeability_goes_before_kappa(world: World) -> None:
    layer = segments(own=("fence", "fence_livestock", "existing")).assign(
        permeability=0.9, permeability_source="stated"
    )
    world.permeability = kappa_row()
    threats, facts = world.rank(layer, encounters([("own", "a", "spring", 0.0, 0.0)]))
    assert threats["permeability_source"].tolist() == ["stated"]
    assert threats["permeability_mean"].tolist() == [0.9]
    assert facts.priors == {}


def test_the_prior_of_the_herds_species_is_taken(world: World) -> None:
    layer = segments(own=("road", "motorway", "existing"))
    met = encounters([("own", "a", "spring", 0.0, 0.0)])
    world.species = "Cervus canadensis"
    assert list(world.rank(layer, met)[1].priors) == ["road/motorway/Cervus"]
    world.species = "Ovis ammon polii"
    assert list(world.rank(layer, met)[1].priors) == ["road/motorway"]


def _gains(layer: gpd.GeoDataFrame, **gain: tuple[float, int]) -> gpd.GeoDataFrame:
    """GAINS by segment: (gain, edges cut)."""
    own = layer[layer["segment"].isin(list(gain))].sort_values("segment")
    values = [gain[name] for name in own["segment"]]
    frame = own[["segment", "barrier", "name", "kind", "class", "geometry"]].assign(
        herd="test-herd",
        permeability=0.5,
        permeability_source="prior",
        gain=[float(value) for value, _ in values],
        n_edges=[int(n) for _, n in values],
        rank=np.arange(1, len(own) + 1),
    )
    return frame.assign(gain_share=frame["gain"] / 10.0, gain_linear=frame["gain"])


def test_barriers_that_nobody_could_have_met_are_ranked_by_their_gain_and_unknown_is_last(
    world: World,
) -> None:
    kinds = dict.fromkeys(["far", "off", "wall", "met"], ("fence", "", "existing"))
    layer = segments(
        **kinds, plan=("road", "", "planned"), line=("border", "", "existing"),
        old=("fence", "", "removed"),
    )  # fmt: skip
    layer["has_data"] = layer["segment"] == "met"
    world.gains = _gains(layer, far=(0.2, 4), off=(0.0, 0), wall=(0.9, 7), met=(0.4, 3))
    world.completeness = {"test": ("partial", "")}
    threats, facts = world.rank(layer, encounters([("met", "a", "spring", 1, 2)]))
    found = world.results.candidates.read()
    assert found["segment"].tolist() == ["wall", "far", "off"]
    assert found["rank"].tolist() == [1, 2, 3]
    assert found["gain"].tolist()[:2] == [0.9, 0.2]
    assert np.isnan(found["gain"].iloc[2])  # it cuts no way of the habitat grid: unknown, not 0
    assert set(found["why"]) == {"nobody was tracked here"}
    assert set(found["source_completeness"]) == {"partial"}
    reasons = candidates_in_words(found)["reason"]
    assert "by 9.0 %" in reasons.iloc[0]
    assert "unknown" in reasons.iloc[2]
    assert facts.n_candidates == {"nobody was tracked here": 3}
    # The gain stands beside what encounters say of the others.
    assert threats["segment"].tolist() == ["met"]
    assert threats["gain_share"].iloc[0] == pytest.approx(0.04)


def test_a_range_edge_is_a_candidate_also_where_it_has_a_rank(world: World) -> None:
    layer = segments(fence=("fence", "", "existing"))
    world.use = pd.concat([_use("winter", range(1, 16)), _use("all", range(1, 16))])
    world.resistance = np.full((80, 80), 3.0, np.float32)
    world.resistance[:, ::2] = 3.2
    threats, _ = world.rank(layer, encounters([("fence", "a", "spring", 0, 1)]))
    found = world.results.candidates.read()
    assert threats["segment"].tolist() == found["segment"].tolist() == ["fence"]
    assert found[["why", "edge_seasons"]].values.tolist() == [["range edge", "all;winter"]]


def test_a_herd_without_tracks_has_all_its_barriers_as_candidates(world: World) -> None:
    layer = segments(a=("fence", "", "existing"), b=("road", "", "existing"))
    layer["has_data"] = False
    world.gains = _gains(layer, b=(0.3, 2))
    _, facts = world.rank(layer, tables.empty(tables.ENCOUNTERS))
    found = world.results.candidates.read()
    assert found["segment"].tolist() == ["b", "a"]
    assert set(found["why"]) == {"no animal tracked"}
    assert facts.n_candidates == {"no animal tracked": 2}


def _network(**links: float) -> gpd.GeoDataFrame:
    """Links north of the segments by their latitude, between one winter and one summer range."""
    nodes = [
        {"element": name, "part": "node", "kind": name, "geometry": Point(lon, 37.0)}
        for name, lon in (("winter", 72.9), ("summer", 74.0))
    ]
    edges = [
        {"element": name, "part": "edge", "kind": "corridor", "from_node": "winter",
         "to_node": "summer", "cost": 9.0, "length_km": 90.0, "betweenness": 0.5,
         "geometry": LineString([(72.9, lat), (74.0, lat)])}
        for name, lat in links.items()
    ]  # fmt: skip
    frame = gpd.GeoDataFrame([*nodes, *edges], crs="EPSG:4326").assign(herd="test-herd")
    frame[["from_node", "to_node"]] = frame[["from_node", "to_node"]].astype(object).fillna("")
    return frame.assign(is_cut=False, detour_frac=np.nan, flux=np.nan, n_migrations=0, n_animals=0)


def test_a_link_is_blocked_by_what_stopped_the_animals_that_used_it(world: World) -> None:
    layer = segments(shut=("fence", "", "existing"), plan=("fence", "", "planned"))
    world.network = _network(dead_end=37.01, used=37.05)
    world.link_use = pd.DataFrame({"element": ["used"], "animal": ["a"], "n_migrations": [2]})
    threats, _ = world.rank(layer, encounters([("shut", "a", "spring", 1.0, 3.0)]))
    found = world.results.network.read().set_index("element")
    shut = threats.set_index("segment").loc["shut"]
    assert found.loc["used", "n_segments"] == 1  # not the planned one
    assert found.loc["used", "encounters_per_year"] == shut["encounters_per_year"]
    assert found.loc["used", "blocked_share"] == pytest.approx(
        shut["blocked_per_year"] / shut["encounters_per_year"]
    )
    assert found.loc["dead_end", ["n_segments", "encounters_per_year"]].tolist() == [0, 0.0]
    assert np.isnan(found.loc["winter", "encounters_per_year"])
    graph = nx.parse_graphml(world.results.graph.text)
    assert graph.number_of_nodes() == 2
    assert {kind for _, kind in graph.nodes(data="kind")} == {"winter", "summer"}
    assert "flux" not in next(iter(graph.edges(data=True)))[2]  # unknown


def test_a_link_of_an_untracked_herd_has_candidates_and_unknown_encounters(world: World) -> None:
    layer = segments(a=("fence", "", "existing"))
    layer["has_data"] = False
    world.network = _network(way=37.05)
    world.rank(layer, tables.empty(tables.ENCOUNTERS))
    found = world.results.network.read().set_index("element")
    assert found.loc["way", ["n_segments", "n_candidates"]].tolist() == [1, 1]
    assert np.isnan(found.loc["way", ["encounters_per_year", "blocked_share"]].astype(float)).all()


def test_a_gain_among_the_largest_is_said_in_the_reason(world: World) -> None:
    layer = segments(a=("fence", "", "existing"), b=("fence", "", "existing"))
    world.gains = _gains(layer, a=(0.5, 4))
    threats, _ = world.rank(
        layer, encounters([("a", "x", "spring", 1, 1), ("b", "x", "spring", 1, 1)])
    )
    own = threats_in_words(threats).set_index("segment")
    assert own.loc["a", "gain_rank"] == 1
    assert own.loc["a", "reason"].endswith("by 5.0 %, place 1 of all barrier segments.")
    assert np.isnan(own.loc["b", "gain_rank"])
    assert "resistance" not in own.loc["b", "reason"]
