"""Stage `intersect` of a scenario: the study's result marked, or lines crossed that are added."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from corridors.foundation.artefacts import Layer, Table, silent
from corridors.foundation.errors import InternalError
from corridors.foundation.facts.alter import AlterFacts
from corridors.stages.intersect import stage as intersect
from corridors.stages.scenario.intersect import stage
from worlds.crossing import HERD, world
from worlds.stages import settings


@pytest.fixture(scope="module")
def today() -> intersect.Results:
    """Return what stage `intersect` has left of the study."""
    results: intersect.Results = intersect.run(
        world(tracked=True), settings("intersect", HERD), silent
    )
    return results


def alterations(*segments: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "segment": segments,
            "change": "changed",
            "rule": "change 1",
            "permeability": 0.25,
            "open_share": np.nan,
            "permeability_open": np.nan,
        }
    )


def run(today: intersect.Results, altered: pd.DataFrame, *, n_added: int = 0) -> stage.Results:
    inputs = stage.Inputs(
        moved=world(tracked=True),
        today=stage.Today(**vars(today)),
        alterations=Table.of(altered),
        scenario=AlterFacts.model_construct(n_added=n_added),
    )
    return stage.run(inputs, settings("intersect", HERD), silent)


def test_without_added_lines_the_studys_result_is_taken_as_it_is(today: intersect.Results) -> None:
    found = run(today, alterations().iloc[:0])
    assert vars(found) == vars(today)


def test_altered_segments_are_marked_and_the_others_are_as_they_were(
    today: intersect.Results,
) -> None:
    before = today.segments.read()
    first, *others = before["segment"]
    after = run(today, alterations(first)).segments.read().set_index("segment")
    assert after.loc[first, "permeability"] == 0.25
    assert after.loc[first, "permeability_source"] == "assumed"
    assert after.loc[others, "permeability"].isna().all()


def test_added_lines_are_crossed(today: intersect.Results) -> None:
    barriers = world(tracked=True).barriers.read()
    one = barriers.iloc[[0]].assign(barrier="rail:a", kind="rail", status="planned")
    more = gpd.GeoDataFrame(pd.concat([barriers, one], ignore_index=True), crs=barriers.crs)
    inputs = stage.Inputs(
        moved=replace(world(tracked=True), barriers=Layer.of(more)),
        today=stage.Today(**vars(today)),
        alterations=Table.of(alterations().iloc[:0]),
        scenario=AlterFacts.model_construct(n_added=1),
    )
    found = stage.run(inputs, settings("intersect", HERD), silent)
    assert set(found.observed.read()["barrier"]) == {"fence:=1+1", "rail:a"}
    assert set(today.observed.read()["barrier"]) == {"fence:=1+1"}


def test_a_segment_that_is_not_there_is_a_defect(today: intersect.Results) -> None:
    with pytest.raises(InternalError, match="segment nowhere is cut otherwise"):
        run(today, alterations("nowhere"))
