"""Which lines of a scenario are closed, and which stages it has."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from shapely import LineString

from corridors.stages.scenario_stages import (
    ALTER,
    BEFORE_AFTER,
    DIFFERENCE,
    depending_on_barriers,
    of_scenario,
)
from corridors.stages.scenario_state import _beyond
from corridors.stages.table import BY_NAME

PLANE = "+proj=laea +lat_0=0 +lon_0=0 +datum=WGS84 +units=m +no_defs +type=crs"


def test_the_rest_of_a_barrier_goes_on_where_its_segments_end() -> None:
    barriers = gpd.GeoDataFrame(
        {"barrier": ["a", "b"]},
        geometry=[LineString([(0, 0), (0.3, 0)]), LineString([(0, 1), (0.1, 1)])],
        crs="EPSG:4326",
    )
    segments = gpd.GeoDataFrame(
        {"barrier": ["a"]}, geometry=[LineString([(0.1, 0), (0.2, 0)])], crs="EPSG:4326"
    )
    rest = _beyond(barriers, segments, PLANE)
    lengths = sorted(shapely.length(rest))
    assert lengths[0] == pytest.approx(11_132, rel=0.01)  # b has no segments: all of it
    assert lengths[1] == pytest.approx(2 * 11_132, rel=0.01)  # a without its middle
    assert len(_beyond(barriers.iloc[:0], segments, PLANE)) == 0


def test_movement_is_never_computed_again_and_everything_read_is_written() -> None:
    names = {stage.name for stage in depending_on_barriers()}
    assert names >= {"intersect", "circuit", "rank"}
    assert not names & {"clean", "segment", "surface", "delineate", "describe", "behave", "publish"}
    written = {"ingest": set(ALTER.writes)}
    for stage in (*of_scenario(), BEFORE_AFTER):
        for name, artefacts in stage.reads.items():
            base = name.removeprefix("base/")
            own = written.get(name, set(BY_NAME[base].writes))
            assert set(artefacts) <= own, (stage.name, name)
        if stage not in (DIFFERENCE, BEFORE_AFTER):
            written[stage.name] = set(stage.writes)
