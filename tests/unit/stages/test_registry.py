"""What follows from the classes of the stages: order, artefacts, settings."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from typing import Any

import pytest

from corridors.config.model import Config
from corridors.foundation.artefacts import FixTable, Layer, Linked, RawFiles, Table
from corridors.foundation.tables import CONTRACTS
from corridors.stages import registry
from corridors.stages.registry import Reference, Stage, declared

SCENARIO = registry.of_scenario((*registry.SCENARIO, *registry.BEFORE_AFTER))
EVERY = list(dict.fromkeys((*registry.stages(), *SCENARIO, registry.comparison())))
ALL = pytest.mark.parametrize("stage", EVERY, ids=lambda stage: stage.module.split(".", 2)[2])
TRACKS = [{"path": "t.csv", "format": "movebank", "time_zone": "UTC"}]
HERDS = {"h": {"species": "Ovis ammon", "tracks": TRACKS}}


def _upstream(reference: Reference, stage: Stage) -> Stage:
    own = {one.name: one for one in SCENARIO}
    return (
        own[reference.stage]
        if reference.stage in own and stage in SCENARIO
        else registry.get(reference.stage)
    )


@ALL
def test_inputs_settings_and_results_are_frozen_dataclasses(stage: Stage) -> None:
    for name in ("Inputs", "Settings", "Results"):
        model = getattr(stage.code, name)
        assert dataclasses.is_dataclass(model)
        assert model.__dataclass_params__.frozen
    assert stage.help.endswith(".")


@ALL
def test_what_is_read_is_what_an_earlier_stage_leaves_and_of_its_kind(stage: Stage) -> None:
    order = [one.name for one in (*registry.stages(), *SCENARIO[-2:])]
    for one in registry.flat(stage.code.Inputs):
        if one.kind is RawFiles:
            continue
        reference = Reference.parse(one.notes[0])
        upstream = _upstream(reference, stage)
        written = upstream.results[reference.field]
        assert one.kind is Linked or str(written.kind) == str(one.kind), reference
        if upstream not in SCENARIO and stage.name in registry.ORDER:
            assert order.index(upstream.name) < order.index(stage.name), reference


@ALL
def test_every_table_has_a_contract_and_no_two_artefacts_a_file(stage: Stage) -> None:
    files = [one.file for one in stage.results.values()]
    assert len(set(files)) == len(files)
    for one in stage.results.values():
        is_table = one.kind in (Table, Layer, FixTable)
        assert (one.contract in CONTRACTS) == is_table, one


@ALL
def test_settings_are_what_the_configuration_has(stage: Stage) -> None:
    config = Config.model_validate({"herds": HERDS})
    found: Any = stage.settings(config, "h")
    for one in declared(stage.code.Settings):
        value = getattr(found, one.name)
        if not one.notes and isinstance(one.kind, type):
            assert isinstance(value, one.kind), one.name


@pytest.mark.parametrize("name", ["surface", "compare_profiles"])
def test_where_cells_are_chosen_is_seen_by_clean_alone(name: str) -> None:
    stages = {stage.name: stage for stage in (*registry.stages(), registry.comparison())}
    near, far = (
        Config.model_validate({"herds": HERDS, "working": {"reach_m": reach_m}})
        for reach_m in (0.0, 9000.0)
    )
    clean, other = stages["clean"], stages[name]
    assert clean.settings(near, "h") != clean.settings(far, "h")
    assert other.settings(near, "h") == other.settings(far, "h")


def test_a_scenario_has_every_stage_of_a_herd_that_depends_on_barriers() -> None:
    # What animals did at the barriers as they stood is theirs; what publishes is the difference.
    reached = {"alter"}
    for stage in registry.stages():
        texts = {one.text for one in stage.references}
        depends = "ingest.barriers" in texts or reached & {one.stage for one in stage.references}
        if depends and stage.partition == "herd" and stage.name not in ("behave", "publish"):
            reached.add(stage.name)
    assert reached | {"difference"} == set(registry.SCENARIO)


def test_no_stage_of_a_scenario_computes_movement_again() -> None:
    names = set(registry.SCENARIO)
    assert not names & {"clean", "segment", "surface", "delineate", "describe", "behave", "publish"}


def test_upstream_of_a_stage_comes_in_order() -> None:
    assert registry.with_upstream(["segment"]) == ["ingest", "clean", "segment"]


def test_declaring_all_stages_imports_nothing_heavy() -> None:
    script = (
        "import sys\nfrom corridors.stages import registry\n"
        "for stage in registry.stages():\n    stage.reads, stage.writes, stage.partition\n"
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert not loaded & {"numpy", "pandas", "geopandas", "pyarrow", "shapely", "rasterio"}
