"""Boundaries and national shares."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import LineString, MultiLineString, box

from corridors.barriers.borders import (
    border_stretches,
    boundary_lengths,
    compared_lengths,
    crossing_states,
)
from corridors.barriers.crossings import meetings
from corridors.barriers.states import disjoint_states, national_shares, state_of


def boundary(*lines: LineString | MultiLineString, published: float = np.nan) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "boundary": [f"b{i}" for i in range(len(lines))],
            "left_state": "West",
            "right_state": "East",
            "published_km": published,
        },
        geometry=list(lines),
        crs="EPSG:4326",
    )


def states() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"state": ["West", "East", "Far"]},
        geometry=[box(70, 37, 71, 39), box(71, 37, 72, 39), box(80, 37, 81, 39)],
        crs="EPSG:4326",
    )


def test_a_degree_of_meridian_is_its_geodesic_length() -> None:
    (row,) = boundary_lengths(boundary(LineString([(71, 0), (71, 1)])), None).to_dict("records")
    assert row["length_km"] == pytest.approx(110.574, abs=0.001)
    assert row["vertex_spacing_km"] == row["length_km"]
    assert np.isnan(row["difference_km"])
    assert np.isnan(row["difference_percent"])
    assert row["corridor_km"] == 0


def test_the_difference_is_length_minus_published_and_nothing_is_scaled() -> None:
    parts = MultiLineString([[(71, 0), (71, 0.5)], [(71, 0.5), (71, 0.75), (71, 1)]])
    (row,) = boundary_lengths(boundary(parts, published=200.0), None).to_dict("records")
    assert row["difference_km"] == pytest.approx(110.574 - 200, abs=0.001)
    assert row["difference_percent"] == pytest.approx(-44.713, abs=0.001)
    assert row["vertex_spacing_km"] == pytest.approx(110.574 / 3, abs=0.001)


def test_the_boundary_inside_the_corridor_is_measured_without_touching_points() -> None:
    line = LineString([(71, 37), (71, 38), (71.5, 38.5)])
    corridor = box(70.5, 37.25, 71.0, 37.75).union(box(71.5, 38.5, 72, 39))
    (row,) = boundary_lengths(boundary(line), corridor).to_dict("records")
    assert row["corridor_km"] == pytest.approx(55.5, abs=0.1)


def test_a_point_in_no_state_is_unknown_and_the_first_of_two_counts() -> None:
    points = np.array([[70.5, 38], [71, 38], [75, 38], [80.5, 38]])
    assert state_of(points, states().geometry.to_numpy()).tolist() == [0, 0, -1, 2]
    assert state_of(points[:0], states().geometry.to_numpy()).tolist() == []
    assert state_of(points[:1], np.array([], dtype=object)).tolist() == [-1]


def test_the_fixes_say_from_and_to_and_the_line_does_where_they_do_not() -> None:
    north = np.array([LineString([(0, -10), (0, 10)])], dtype=object)  # West on its left
    steps = np.array([[-5.0, 0, 5, 0], [5, 0, -5, 0], [5, 1, -5, 1]])
    found = meetings(steps, north)
    layer = boundary(LineString([(71, 37), (71, 39)]))
    start = np.array(["West", "", "West"], dtype=object)
    end = np.array(["East", "", "East"], dtype=object)
    origin, target = crossing_states(found, layer, start, end)
    # The third step's fixes contradict the line; they lie in both states and are believed.
    assert origin == ["West", "East", "West"]
    assert target == ["East", "West", "East"]


def test_a_step_there_and_back_over_a_bend_is_told_by_the_line() -> None:
    bend = np.array([LineString([(1, -5), (1, 1), (3, 1), (3, -5)])], dtype=object)
    found = meetings(np.array([[0.0, 0.0, 4.0, 0.0]]), bend)
    layer = boundary(LineString([(71, 37), (71, 39)]))
    west = np.array(["West"], dtype=object)
    origin, target = crossing_states(found, layer, west, west)
    assert origin == ["West", "East"]
    assert target == ["East", "West"]


def test_shares_of_area_mass_and_animals() -> None:
    corridor = box(70.5, 37.5, 71.5, 38.0)  # half in each of two states
    shares, elsewhere = national_shares(
        states(),
        corridor,
        np.array([[70.6, 37.6], [71.2, 37.6], [71.3, 37.6], [75.0, 37.6]]),
        np.array([0.4, 0.2, 0.1, 0.1]),
        np.array([[70.6, 37.6], [71.2, 37.6], [71.3, 37.6], [70.7, 37.6]]),
        np.array(["a", "a", "a", "b"], dtype=object),
    )
    assert shares["state"].tolist() == ["West", "East"]
    assert shares["corridor_share"].to_list() == pytest.approx([0.5, 0.5], abs=1e-5)
    assert shares["mass_share"].to_list() == pytest.approx([0.5, 0.375])
    assert shares["n_animals"].tolist() == [2, 1]
    assert elsewhere["mass_share_elsewhere"] == pytest.approx(0.125)
    assert elsewhere["corridor_share_elsewhere"] == pytest.approx(0, abs=1e-9)


def test_without_states_or_corridor_there_are_no_shares() -> None:
    none = np.zeros((0, 2))
    shares, elsewhere = national_shares(
        states().iloc[:0], None, none, np.zeros(0), none, np.array([], dtype=object)
    )
    assert len(shares) == 0
    assert elsewhere == {"corridor_share_elsewhere": None, "mass_share_elsewhere": None}


def pair(left: str, right: str, source: str, *lines: LineString) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "boundary": [f"{source}{i}" for i in range(len(lines))],
            "left_state": left,
            "right_state": right,
            "type": "river",
            "source": source,
            "label": "",
        },
        geometry=list(lines),
        crs="EPSG:4326",
    )


def test_the_same_pair_in_another_source_is_compared_in_either_order_of_the_states() -> None:
    fine = pair("A", "B", "fine", LineString([(0, 0), (0, 1)]), LineString([(0, 1), (0, 2)]))
    rough = pair("B", "A", "rough", LineString([(0, 1.5), (0, 0)]))
    table = compared_lengths(fine, rough, fine.iloc[[1]])
    (row,) = table.to_dict("records")
    assert row["compared_source"] == "rough"
    assert row["compared_km"] == pytest.approx(1.5 * 110.574, rel=1e-4)
    # Against both lines of the pair, not against the reported one alone.
    assert row["compared_difference_percent"] == pytest.approx(-25, abs=0.01)
    alone = compared_lengths(fine, rough.iloc[:0], fine)
    assert alone["compared_source"].tolist() == ["", ""]
    assert alone["compared_km"].isna().all()


def test_stretches_add_up_to_the_boundary_and_end_at_the_corridor_edge() -> None:
    line = pair("A", "B", "s", LineString([(71, 37), (71, 38)]))
    corridor = gpd.GeoDataFrame(
        {"corridor_class": ["low"]}, geometry=[box(70.9, 37.2, 71.1, 37.5)], crs="EPSG:4326"
    )
    cut = border_stretches(
        line, corridor, crs="+proj=laea +lat_0=37.5 +lon_0=71 +datum=WGS84", length_km=20.0
    )
    whole = boundary_lengths(line.assign(published_km=np.nan), None)["length_km"].iloc[0]
    assert cut["length_m"].sum() / 1000 == pytest.approx(whole, rel=1e-9)
    assert cut["length_m"].max() <= 20_000
    inside = cut[cut["corridor_class"] == "low"]
    assert inside["length_m"].sum() / 1000 == pytest.approx(0.3 * whole, rel=1e-3)
    assert set(cut["type"]) == {"river"}
    assert cut["stretch"].is_unique


def test_no_boundaries_have_no_stretches() -> None:
    none = pair("A", "B", "s")
    classes = gpd.GeoDataFrame({"corridor_class": []}, geometry=[], crs="EPSG:4326")
    cut = border_stretches(
        none, classes, crs="+proj=laea +lat_0=37.5 +lon_0=71 +datum=WGS84", length_km=20.0
    )
    assert len(cut) == 0
    assert "corridor_class" in cut


def test_land_that_two_states_claim_is_counted_once_and_for_neither() -> None:
    claimed = gpd.GeoDataFrame(
        {"state": ["West", "East"], "source": "s", "label": ""},
        geometry=[box(70, 37, 71.5, 38), box(71, 37, 72, 38)],
        crs="EPSG:4326",
    )
    states = disjoint_states(claimed, min_km2=1.0)
    assert states["state"].tolist() == ["West", "East", "East / West (contested)"]
    shares, elsewhere = national_shares(
        states,
        box(70.5, 37.2, 71.75, 37.8),
        np.array([[70.6, 37.5], [71.2, 37.5], [71.3, 37.5], [71.7, 37.5]]),
        np.full(4, 0.25),
        np.zeros((0, 2)),
        np.zeros(0, dtype=object),
    )
    mass = shares.set_index("state")["mass_share"]
    assert mass.to_dict() == {"West": 0.25, "East": 0.25, "East / West (contested)": 0.5}
    # A parallel cut in two is not the same geodesic as the whole of it.
    assert shares["corridor_share"].sum() == pytest.approx(1, abs=1e-5)
    assert elsewhere["corridor_share_elsewhere"] == 0


def test_states_that_overlap_by_a_sliver_contest_nothing() -> None:
    drawn = gpd.GeoDataFrame(
        {"state": ["West", "East"], "source": "s", "label": ""},
        geometry=[box(70, 37, 71.000001, 37.5), box(71, 37, 72, 37.5)],
        crs="EPSG:4326",
    )
    assert disjoint_states(drawn, min_km2=1.0) is drawn
