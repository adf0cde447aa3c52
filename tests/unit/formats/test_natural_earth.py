"""The bundled Natural Earth extract."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import shapely

from corridors.formats import natural_earth
from corridors.foundation.crs import geodesic_length_m


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


def test_afghanistan_tajikistan_is_1170_km_and_14_percent_short_of_the_1357_published() -> None:
    lines = natural_earth.boundaries().set_index(["left_state", "right_state"])
    row = lines.loc[("Afghanistan", "Tajikistan")]
    km = geodesic_length_m(row["geometry"]) / 1000
    assert km == pytest.approx(1170, abs=3)
    assert row["label"] == "generalised"
    assert round(100 * (1 - km / 1357)) == 14


def test_the_left_state_is_left_of_every_line() -> None:
    states = natural_earth.states().set_index("state")["geometry"]
    for row in natural_earth.boundaries().itertuples():
        for part in row.geometry.geoms:
            points = shapely.get_coordinates(part)
            middle = (points[:-1] + points[1:]) / 2
            step = np.diff(points, axis=0)
            normal = np.column_stack([-step[:, 1], step[:, 0]])
            normal /= np.linalg.norm(normal, axis=1, keepdims=True)
            left = shapely.points(middle + 1e-5 * normal)
            right = shapely.points(middle - 1e-5 * normal)
            # Where quantisation folds a line onto itself a few pieces have no side.
            assert shapely.intersects(states[row.left_state], left).mean() > 0.97
            assert shapely.intersects(states[row.right_state], right).mean() > 0.97


def test_boundaries_lie_on_the_edge_of_both_states() -> None:
    states = natural_earth.states().set_index("state")["geometry"]
    for row in natural_earth.boundaries().itertuples():
        for state in (row.left_state, row.right_state):
            assert row.geometry.hausdorff_distance(
                shapely.intersection(row.geometry, states[state].boundary)
            ) == pytest.approx(0, abs=0.01)


def test_states_are_valid_and_seven() -> None:
    states = natural_earth.states()
    assert len(states) == 7
    assert states.is_valid.all()
    assert states.crs == "EPSG:4326"


def test_provenance_names_package_version_checksum_and_licence() -> None:
    stated = natural_earth.provenance()
    assert stated["package"] == "world-atlas"
    assert stated["package_version"] == "2.0.2"
    assert len(stated["tarball_sha256"]) == 64
    assert stated["data_licence"] == "public domain"


def test_the_decoder_undoes_delta_and_quantisation_and_reverses(script: ModuleType) -> None:
    topology = script.Topology(
        {
            "arcs": [[[1, 2], [3, -1], [0, 4]]],
            "transform": {"scale": [0.5, 0.25], "translate": [10, 20]},
        }
    )
    forward = topology.arc(0)
    assert forward.tolist() == [[10.5, 20.5], [12.0, 20.25], [12.0, 21.25]]
    assert (topology.arc(~0) == forward[::-1]).all()


def test_two_squares_share_one_arc_with_the_first_on_its_left(script: ModuleType) -> None:
    # West square x 0..1, east square x 1..2; arc 0 is the common side, going north.
    topology = script.Topology(
        {
            "arcs": [
                [[1, 0], [0, 1]],
                [[1, 1], [-1, 0], [0, -1], [1, 0]],
                [[1, 1], [1, 0], [0, -1], [-1, 0]],
            ],
            "transform": {"scale": [1, 1], "translate": [0, 0]},
        }
    )
    states = {
        "west": {"type": "Polygon", "arcs": [[0, 1]]},
        "east": {"type": "Polygon", "arcs": [[0, 2]]},
    }
    (found,) = script.boundary_features(topology, states)
    assert found["properties"]["left_state"] == "east"
    assert found["geometry"]["coordinates"] == [[[1.0, 1.0], [1.0, 0.0]]]


def test_the_script_refuses_another_tarball(project: Path, tmp_path: Path) -> None:
    fake = tmp_path / "world-atlas-2.0.2.tgz"
    fake.write_bytes(b"not the package")
    done = subprocess.run(
        [sys.executable, str(project / "scripts" / "natural_earth.py"), str(fake)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "expected sha256" in done.stderr
    assert "Traceback" not in done.stderr
