"""What a scenario changes for a herd of one animal that crosses one fence once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import LineString

from corridors.config.model import Config
from corridors.foundation import tables
from corridors.foundation.artefacts import Layer, RawFiles, silent
from corridors.foundation.crs import to_geographic
from corridors.foundation.errors import MissingInputError
from corridors.stages import registry
from corridors.stages.intersect import stage as intersect
from corridors.stages.scenario.alter import stage
from worlds.crossing import CRS, HERD, world
from worlds.stages import settings

(ALTER, *_) = registry.of_scenario(registry.SCENARIO)


def altered(scenario: dict[str, Any], raw: dict[str, Path] | None = None) -> stage.Results:
    """Run the stage with one scenario over what stage `intersect` makes of the herd."""
    moved = world(tracked=True)
    today: intersect.Results = intersect.run(moved, settings("intersect", HERD), silent)
    inputs = stage.Inputs(
        moved=moved,
        barriers=moved.barriers,
        segments=today.segments,
        areas=today.areas,
        places=Layer.of(tables.empty(tables.THREAT_SEGMENTS)),
        raw=RawFiles(raw or {}),
    )
    config = Config.model_validate({"scenarios": {"plan": scenario}})
    results: stage.Results = stage.run(inputs, ALTER.settings(config, HERD), silent)
    tables.check(results.barriers.read(), tables.BARRIERS)
    tables.check(results.alterations.read(), tables.ALTERATIONS)
    return results


def test_what_is_removed_goes_with_all_its_segments_and_beyond_their_reach() -> None:
    found = altered({"remove": [{"kinds": ["fence"]}]})
    rows = found.alterations.read()
    assert set(rows["change"]) == {"removed"}
    assert rows["segment"].str.startswith("fence:=1+1").all()
    # The far fence has no segments here and is gone too.
    assert found.barriers.read()["status"].tolist() == ["removed", "removed"]
    assert found.facts.is_affected
    (rule,) = found.facts.rules
    assert (rule.n_barriers, rule.n_segments) == (2, len(rows))


def test_what_is_changed_has_the_permeability_of_the_scenario() -> None:
    found = altered({"change": [{"barriers": ["fence:=1+1"], "permeability": 0.7}]})
    assert set(found.alterations.read()["permeability"]) == {0.7}
    barriers = found.barriers.read().set_index("barrier")
    assert barriers.loc["fence:=1+1", "permeability"] == 0.7
    assert np.isnan(barriers.loc["far:2", "permeability"])


@pytest.mark.parametrize(("months", "share"), [([4], 1.0), ([10], 0.0)])
def test_an_opening_counts_by_the_encounters_that_fall_into_it(
    months: list[int], share: float
) -> None:
    # The animal crosses on 2 April.
    found = altered({"open": [{"kinds": ["fence"], "permeability": 1.0, "months": months}]})
    rows = found.alterations.read().set_index("segment")
    assert rows["open_share"].to_numpy() == pytest.approx(share, abs=0.01)
    assert set(rows["permeability_open"]) == {1.0}


def test_a_season_that_the_herd_does_not_have_is_told() -> None:
    opening = {"kinds": ["fence"], "permeability": 1.0, "seasons": ["wet", "other"]}
    (rule,) = altered({"open": [opening]}).facts.rules
    assert rule.unknown_seasons == ["wet"]


def test_a_rule_that_fits_nothing_leaves_the_herd_as_it_was_and_names_the_nearest() -> None:
    found = altered({"remove": [{"barriers": ["far:3"]}]})
    assert not found.facts.is_affected
    assert found.alterations.read().empty
    assert found.facts.rules[0].unknown_names == {"far:3": "far:2"}


def test_added_lines_within_reach_join_the_barriers(tmp_path: Path) -> None:
    lines = [LineString([(-900, 2000), (900, 2000)]), LineString([(9e5, 0), (9e5, 900)])]
    shapes = [to_geographic(line, CRS) for line in lines]
    path = tmp_path / "plan.gpkg"
    gpd.GeoDataFrame({"id": ["a", "b"]}, geometry=shapes, crs=4326).to_file(path)
    source = {"name": "rail", "path": "plan.gpkg", "kind": "rail", "id_column": "id"}
    found = altered({"add": [source]}, {"plan.gpkg": path})
    assert found.barriers.read()["barrier"].tolist() == ["far:2", "fence:=1+1", "rail:a"]
    (added,) = found.facts.added
    assert (added.name, added.n_near) == ("rail", 1)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    source = {"name": "rail", "path": "plan.gpkg", "kind": "rail"}
    with pytest.raises(MissingInputError, match=r"plan\.gpkg"):
        altered({"add": [source]}, {"plan.gpkg": tmp_path / "plan.gpkg"})
