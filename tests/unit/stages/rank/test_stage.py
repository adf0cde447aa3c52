"""Ranking: what places gain, range edges, candidates and the network, in hand-solvable worlds."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
from shapely import LineString, Point, box

from corridors.config.model import Rank
from corridors.foundation import tables
from corridors.foundation.artefacts import Layer, Raster, Table, silent
from corridors.foundation.facts.clean import CleanFacts
from corridors.foundation.facts.rank import RankFacts
from corridors.foundation.grid import Grid
from corridors.foundation.vocabulary import BARRIER_KINDS
from corridors.stages.rank import stage
from corridors.threats.priors import packaged, prior_table
from worlds.trials import CRS, HERD, Met, everybody, inputs, segments, weighed


class World:
    """What stands, and the stage's answer."""

    results: stage.Results

    def __init__(self) -> None:
        self.use: pd.DataFrame | None = None
        self.resistance: np.ndarray | None = None
        self.completeness: dict[str, tuple[str, str]] = {}
        self.gains: gpd.GeoDataFrame | None = None
        self.network: gpd.GeoDataFrame | None = None
        self.link_use: pd.DataFrame | None = None

    def rank(
        self,
        layer: gpd.GeoDataFrame,
        met: Met,
        *,
        areas: gpd.GeoDataFrame | None = None,
        together: int = 1,
        **rank: Any,
    ) -> tuple[gpd.GeoDataFrame, RankFacts]:
        grid = Grid(CRS, 500.0, -40, -40, 80, 80)
        ground = np.ones(grid.shape, np.float32) if self.resistance is None else self.resistance
        own = inputs(layer, met)
        told = weighed(layer, met, rank=rank, together=together)
        read = stage.Inputs(
            clean=CleanFacts.model_construct(crs=CRS, cell_m=250.0),
            population=_table(self.use, tables.POPULATION),
            resistance=Raster.of(ground, grid),
            network=_layer(self.network, tables.NETWORK),
            network_use=_table(self.link_use, tables.NETWORK_USE),
            segments=own.segments,
            trials=own.trials,
            areas=_layer(areas, tables.AREAS),
            crossed=own.crossed,
            places=told.places,
            place_segments=told.segments,
            weighed=told.facts,
            gains=_layer(self.gains, tables.GAINS),
        )
        chosen = stage.Settings(
            herd=HERD, rank=Rank(**rank), barrier_completeness=self.completeness
        )
        self.results = stage.run(read, chosen, silent)
        threats = tables.check(self.results.threats.read(), tables.THREATS)
        tables.check(self.results.threat_segments.read(), tables.THREAT_SEGMENTS)
        tables.check(self.results.network.read(), tables.NETWORK_BARRIERS)
        return threats, self.results.facts

    def segments_of(self, threats: gpd.GeoDataFrame) -> list[str]:
        """Return the segment of each place, one each."""
        held = self.results.threat_segments.read().set_index("threat")["segment"]
        return threats["threat"].map(held).tolist()


def _table(frame: pd.DataFrame | None, schema: pa.DataFrameSchema) -> Table:
    return Table.of(tables.empty(schema) if frame is None else tables.check(frame, schema))


def _layer(frame: gpd.GeoDataFrame | None, schema: pa.DataFrameSchema) -> Layer:
    return Layer.of(tables.empty(schema) if frame is None else tables.check(frame, schema))


@pytest.fixture
def world() -> World:
    return World()


def test_places_come_by_rank_and_facts_count_grades_and_units(world: World) -> None:
    fence = ("fence", "fence_livestock", "existing")
    layer = segments(closed=fence, free=fence, unmet=fence)
    met = [*everybody("closed", 2, 0), *everybody("free", 2, 2)]
    threats, facts = world.rank(layer, met)
    assert world.segments_of(threats) == ["closed", "free", "unmet"]
    assert threats["rank"].tolist()[:2] == [1.0, 2.0]
    assert facts.grades == {"act": 1, "look_on_site": 0, "nothing_seen": 1, "not_known": 1}
    assert (facts.n_places, facts.n_ranked, facts.n_units) == (3, 2, 8)
    assert facts.missing_together == pytest.approx(threats["missing_per_year"].sum(), rel=1e-4)
    assert facts.seasons_tracked == {"autumn": 16.0, "spring": 16.0, "winter": 16.0}


def test_an_open_rank_says_how_many_more_units_would_settle_it(world: World) -> None:
    fence = ("fence", "fence_livestock", "existing")
    layer = segments(**{f"s{k}": fence for k in range(5)})
    met = [row for k in range(5) for row in everybody(f"s{k}", 2, 0)]
    threats, facts = world.rank(layer, met, together=2)
    assert set(threats["stability"]) == {"open"}
    first = facts.settling[0]
    assert first.threat == threats["threat"].iloc[0]
    assert (first.n_units, first.units_to_halve, first.season) == (4, 15, "spring")
    assert 0 < first.fall_of_five_frac < first.fall_of_ten_frac < 0.5


def test_no_data_is_left_out_and_counted_never_ranked_as_zero(world: World) -> None:
    layer = segments(f=("fence", "", "existing"), far=("fence", "", "existing"))
    layer.loc[layer["segment"] == "far", "has_data"] = False
    threats, facts = world.rank(layer, everybody("f", 1, 1))
    assert world.segments_of(threats) == ["f"]
    assert facts.n_no_data == 1
    assert facts.no_data == ["far"]


def test_an_unfenced_state_boundary_is_counted(world: World) -> None:
    layer = segments(line=("border", "", "existing"), wall=("border", "border_fence", "existing"))
    _, facts = world.rank(layer, everybody("wall", 1, 0))
    assert facts.n_jurisdiction == 1


def test_a_herd_without_tracks_gets_an_empty_table(world: World) -> None:
    layer = segments(f=("fence", "", "existing")).assign(has_data=False)
    threats, facts = world.rank(layer, [])
    assert len(threats) == 0
    assert facts.n_no_data == 1
    assert facts.n_ranked == 0


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


def test_a_prior_that_only_an_area_uses_is_not_called_unused(world: World) -> None:
    layer = segments(f=("fence", "fence_livestock", "existing"))
    field = {"polygon": "p", "herd": "test-herd", "name": "", "kind": "cropland", "class": "wheat"}
    shares = {"mass_share": 0.5, "winter_share": np.nan, "summer_share": np.nan, "n_animals": 1}
    areas = gpd.GeoDataFrame(
        [field | shares | {"status": "existing", "source": "test", "permeability": np.nan}],
        geometry=[box(73.0, 37.0, 73.1, 37.1)],
        crs="EPSG:4326",
    )
    met = everybody("f", 1, 1)
    _, facts = world.rank(layer, met, areas=areas, priors={"wheat": 0.4, "barley": 0.4})
    assert facts.priors_unused == ["barley"]


def test_completeness_of_the_source_goes_along(world: World) -> None:
    layer = segments(f=("fence", "", "existing"), g=("fence", "", "existing"))
    layer["source"] = ["survey", "osm"]
    world.completeness = {"osm": ("partial", "mapped from pictures"), "other": ("complete", "")}
    threats, facts = world.rank(layer, [*everybody("f", 1, 1), *everybody("g", 1, 0)])
    assert threats.set_index("source")["source_completeness"].to_dict() == {
        "survey": "unknown", "osm": "partial",
    }  # fmt: skip
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
    threats, facts = world.rank(layer, [])
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
    met = everybody("fence", 1, 0)
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
    return frame.assign(
        gain_share=frame["gain"] / 10.0, gain_linear=frame["gain"], is_solved_anew=False
    )


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
    threats, facts = world.rank(layer, everybody("met", 3, 1))
    found = world.results.candidates.read()
    assert found["segment"].tolist() == ["wall", "far", "off"]
    assert found["rank"].tolist() == [1, 2, 3]
    assert found["gain"].tolist()[:2] == [0.9, 0.2]
    assert np.isnan(found["gain"].iloc[2])  # it cuts no way of the habitat grid: unknown, not 0
    assert set(found["why"]) == {"nobody_tracked_here"}
    assert set(found["source_completeness"]) == {"partial"}
    assert facts.n_candidates == {"nobody_tracked_here": 3}
    # The gain stands beside what trials say of the others.
    assert world.segments_of(threats) == ["met"]
    assert threats["gain_share"].iloc[0] == pytest.approx(0.04)


def test_a_range_edge_is_a_candidate_also_where_it_has_a_rank(world: World) -> None:
    layer = segments(fence=("fence", "", "existing"))
    world.use = pd.concat([_use("winter", range(1, 16)), _use("all", range(1, 16))])
    world.resistance = np.full((80, 80), 3.0, np.float32)
    world.resistance[:, ::2] = 3.2
    threats, _ = world.rank(layer, everybody("fence", 1, 0))
    found = world.results.candidates.read()
    assert world.segments_of(threats) == found["segment"].tolist() == ["fence"]
    assert found[["why", "edge_seasons"]].values.tolist() == [["range_edge", "all;winter"]]


def test_a_herd_without_tracks_has_all_its_barriers_as_candidates(world: World) -> None:
    layer = segments(a=("fence", "", "existing"), b=("road", "", "existing"))
    layer["has_data"] = False
    world.gains = _gains(layer, b=(0.3, 2))
    _, facts = world.rank(layer, [])
    found = world.results.candidates.read()
    assert found["segment"].tolist() == ["b", "a"]
    assert set(found["why"]) == {"no_animal_tracked"}
    assert facts.n_candidates == {"no_animal_tracked": 2}


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


def test_a_link_lacks_what_is_missing_where_its_animals_came(
    world: World,
) -> None:
    layer = segments(shut=("fence", "", "existing"), plan=("fence", "", "planned"))
    world.network = _network(dead_end=37.01, used=37.05)
    world.link_use = pd.DataFrame({"element": ["used"], "animal": ["a0"], "n_migrations": [2]})
    threats, _ = world.rank(layer, [("shut", "a0", "spring", 4, 1)])
    found = world.results.network.read().set_index("element")
    shut = threats.iloc[0]
    assert shut["name"] == "shut"
    assert found.loc["used", "n_segments"] == 1  # not the planned one
    assert found.loc["used", "free_per_year"] == pytest.approx(shut["free_per_year"])
    assert found.loc["used", "missing_share"] == pytest.approx(
        shut["missing_per_year"] / shut["free_per_year"]
    )
    assert found.loc["dead_end", ["n_segments", "free_per_year"]].tolist() == [0, 0.0]
    assert np.isnan(found.loc["winter", "free_per_year"])
    graph = nx.parse_graphml(world.results.graph.text)
    assert graph.number_of_nodes() == 2
    assert {kind for _, kind in graph.nodes(data="kind")} == {"winter", "summer"}
    assert "flux" not in next(iter(graph.edges(data=True)))[2]  # unknown


def test_a_link_of_an_untracked_herd_has_candidates_and_unknown_passages(world: World) -> None:
    layer = segments(a=("fence", "", "existing"))
    layer["has_data"] = False
    world.network = _network(way=37.05)
    world.rank(layer, [])
    found = world.results.network.read().set_index("element")
    assert found.loc["way", ["n_segments", "n_candidates"]].tolist() == [1, 1]
    assert np.isnan(found.loc["way", ["free_per_year", "missing_share"]].astype(float)).all()


def test_a_place_has_the_gain_and_its_place_among_all(world: World) -> None:
    layer = segments(a=("fence", "", "existing"), b=("fence", "", "existing"))
    world.gains = _gains(layer, a=(0.5, 4))
    threats, _ = world.rank(layer, [*everybody("a", 1, 1), *everybody("b", 1, 1)])
    own = threats.set_index("name")
    assert own.loc["a", ["gain", "gain_share", "gain_rank"]].tolist() == [0.5, 0.05, 1.0]
    assert np.isnan(own.loc["b", "gain_rank"])
