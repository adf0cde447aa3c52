"""The bundled copy of Natural Earth."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod

from corridors.formats import natural_earth
from corridors.foundation.crs import geodesic_length_m

NAMES = ("boundaries", "states", "places")
WORLD = [(-180.0, -90.0, 180.0, 90.0)]
PAIRS = [
    ("Afghanistan", "Tajikistan"),
    ("Mongolia", "Russia"),
    ("Kenya", "Somalia"),
    ("Russia", "Ukraine"),
    ("Bolivia", "Chile"),
]


@pytest.fixture(scope="module")
def script(project: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "natural_earth_script", project / "scripts" / "natural_earth.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def world() -> gpd.GeoDataFrame:
    return natural_earth.states(WORLD)


@pytest.fixture(scope="module")
def lines() -> gpd.GeoDataFrame:
    return natural_earth.boundaries(WORLD)


def test_afghanistan_tajikistan_is_1170_km_and_14_percent_short_of_the_1357_published() -> None:
    (row,) = natural_earth.boundaries([], ("Tajikistan", "Afghanistan")).to_dict("records")
    km = geodesic_length_m(row["geometry"]) / 1000
    assert km == pytest.approx(1170.2, abs=0.1)
    assert row["label"] == "generalised"
    assert round(100 * (1 - km / 1357)) == 14


@pytest.mark.parametrize("pair", PAIRS)
def test_the_left_state_is_left_of_every_line(
    pair: tuple[str, str], world: gpd.GeoDataFrame
) -> None:
    states = world.set_index("state")["geometry"]
    for row in natural_earth.boundaries([], pair).itertuples():
        for part in shapely.get_parts([row.geometry]):
            points = shapely.get_coordinates(part)
            middle = (points[:-1] + points[1:]) / 2
            step = np.diff(points, axis=0)
            normal = np.column_stack([-step[:, 1], step[:, 0]])
            normal /= np.linalg.norm(normal, axis=1, keepdims=True)
            left = shapely.points(middle + 1e-5 * normal)
            right = shapely.points(middle - 1e-5 * normal)
            # Where rounding folds a line onto itself a few pieces have no side.
            assert shapely.intersects(states[row.left_state], left).mean() > 0.97
            assert shapely.intersects(states[row.right_state], right).mean() > 0.97


def test_almost_all_of_every_line_is_an_edge_of_a_polygon(
    world: gpd.GeoDataFrame, lines: gpd.GeoDataFrame
) -> None:
    def edges(geometry: object) -> set[tuple[float, ...]]:
        found: set[tuple[float, ...]] = set()
        for part in shapely.get_parts(geometry):
            points = shapely.get_coordinates(part)
            found.update(map(tuple, np.hstack([points[:-1], points[1:]]).tolist()))
        return found

    rings = shapely.get_rings(shapely.get_parts(world.geometry.to_numpy()))
    own, of_states = edges(lines.geometry.to_numpy()), edges(rings)
    both = [edge for edge in own if edge in of_states or (*edge[2:], *edge[:2]) in of_states]
    assert len(both) > 0.98 * len(own)


def test_the_world_is_258_valid_states_and_their_boundaries(
    world: gpd.GeoDataFrame, lines: gpd.GeoDataFrame
) -> None:
    assert len(world) == 258
    assert world.is_valid.all()
    assert lines.is_valid.all()
    assert (lines.left_state < lines.right_state).all()
    assert set(lines["left_state"]) | set(lines["right_state"]) <= {
        *world["state"],
        "Cyprus U.N. Buffer Zone",
    }
    assert world.crs == lines.crs == "EPSG:4326"


def test_disputed_lines_are_typed_as_natural_earth_types_them(lines: gpd.GeoDataFrame) -> None:
    disputed = lines[lines["type"] == "disputed"]
    assert set(disputed["label"]) == {
        f"generalised, {word}"
        for word in ("disputed", "indefinite", "line of control", "indeterminant frontier")
    }
    control = disputed[disputed["label"] == "generalised, line of control"]
    pairs = set(zip(control["left_state"], control["right_state"], strict=True))
    assert {("India", "Pakistan"), ("North Korea", "South Korea")} <= pairs
    assert set(lines["type"]) == {"disputed", "unknown"}


def test_nothing_is_read_without_a_place() -> None:
    assert natural_earth.boxes(np.zeros(0), np.zeros(0)) == []
    assert natural_earth.boundaries([]).empty
    assert natural_earth.states([]).empty
    assert natural_earth.places([]).empty


@pytest.mark.parametrize(
    ("lon", "lat"),
    [([0.0, 5.0], [10.0, 12.0]), ([178.0, -179.0], [65.0, 66.0]), ([-179.5], [0.0]),
     ([30.0, 40.0], [89.5, 89.9]), ([-170.0, 175.0], [-70.0, -60.0])],
)  # fmt: skip
def test_boxes_hold_the_places_and_what_is_within_the_margin(
    lon: list[float], lat: list[float]
) -> None:
    boxes = natural_earth.boxes(np.array(lon), np.array(lat), margin_km=100.0)
    shapes = shapely.union_all([shapely.box(*box) for box in boxes])
    assert shapely.bounds(shapes)[0] >= -180
    assert shapely.bounds(shapes)[2] <= 180
    for azimuth in range(0, 360, 15):
        x, y, _ = Geod(ellps="WGS84").fwd(lon, lat, [azimuth] * len(lon), [99_000.0] * len(lon))
        assert shapely.intersects_xy(shapes, x, y).all()


def test_names_of_places_hold_no_mark_that_turns_letters() -> None:
    names = natural_earth.places(WORLD)["name"]
    assert len(names) == 7343
    assert not names.str.contains("\u200e").any()
    assert (names.str.strip() == names).all()


@pytest.mark.parametrize("name", NAMES)
def test_provenance_names_source_checksum_and_licence(name: str) -> None:
    stated = natural_earth.provenance(name)
    assert stated["licence"] == "public domain"
    assert len(str(stated["source_sha256"])) == 64
    assert stated["made_by"] == "scripts/natural_earth.py"


def test_the_bundle_is_small(project: Path) -> None:
    folder = project / "src" / "corridors" / "formats" / "bundled"
    sizes = [(folder / f"natural_earth_{name}.parquet").stat().st_size for name in NAMES]
    assert sum(sizes) < 6_000_000


def test_a_line_is_turned_so_that_polygons_agree_on_its_sides(script: ModuleType) -> None:
    west, east = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)
    states = gpd.GeoDataFrame(
        {"ADM0_A3": ["WST", "EST"], "ADMIN": ["West", "East"]}, geometry=[west, east], crs=4326
    )
    north = shapely.LineString([(1, 0), (1, 1)])
    lines = gpd.GeoDataFrame(
        {
            "adm0_a3_l": ["EST", "WST", "WST"],
            "adm0_a3_r": ["WST", "WST", "WST"],
            "featurecla": [
                "International boundary (verify)",
                "Disputed (please verify)",
                "Overlay limit",
            ],
        },
        geometry=[north, north, north],
        crs=4326,
    )
    found = script.boundaries(lines, states)
    assert found[["left_state", "right_state", "type"]].to_numpy().tolist() == [
        ["East", "West", "disputed"],
        ["East", "West", "unknown"],
    ]
    # The east is on the right going north, so the line runs south.
    for line in found.geometry:
        assert list(line.coords) == [(1.0, 1.0), (1.0, 0.0)]


def test_the_script_refuses_another_file(project: Path, tmp_path: Path) -> None:
    (tmp_path / "ne10_boundary_lines_land.parquet").write_bytes(b"not the file")
    done = subprocess.run(
        [sys.executable, str(project / "scripts" / "natural_earth.py"), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "expected sha256" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.reference
@pytest.mark.slow
def test_the_script_makes_what_is_bundled(project: Path, reference: Path, tmp_path: Path) -> None:
    script = project / "scripts" / "natural_earth.py"
    arguments = [sys.executable, str(script), str(reference / "borders"), "--out", str(tmp_path)]
    subprocess.run(arguments, check=True)
    for name in NAMES:
        file = f"natural_earth_{name}.parquet"
        made, bundled = (
            gpd.read_parquet(folder / file)
            for folder in (tmp_path, project / "src" / "corridors" / "formats" / "bundled")
        )
        assert made.equals(bundled)
