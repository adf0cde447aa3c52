"""Commands that look at a study, make one, or check it; pipeline files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from corridors.stages import registry


def test_help_names_every_stage_in_order(world: Any) -> None:
    text = world.call("--help").stdout
    places = [text.index(f"\n  {stage.name} ") for stage in registry.stages()]
    assert places == sorted(places)


def test_status_tells_each_herd_in_a_line(world: Any) -> None:
    world.run()
    world.track("bison").write_text("other\n")
    lines = world.call("status").stdout.splitlines()
    first, *later = [stage.name for stage in registry.stages() if stage.partition == "herd"]
    n = 1 + len(later)
    assert lines == [
        f"argali     {n} of {n} up to date",
        f"bison      0 of {n} up to date; stale: {first}; may rerun: {', '.join(later)}",
        "all-herds  0 of 1 up to date; may rerun: atlas",
    ]


def test_status_and_plan_leave_no_folder_behind(world: Any) -> None:
    for command in ("status", "plan"):
        assert world.call(command).returncode == 0
    assert not world.processed.exists()


def test_why_tells_what_a_result_was_made_from(world: Any) -> None:
    world.run()
    text = world.call("why", "ingest", "--herd", "bison").stdout
    assert text.startswith("ingest of bison: up to date\n  input data/raw/bison.csv\n")
    (row,) = json.loads(world.call("why", "ingest", "--herd", "bison", "--json").stdout)
    assert row["fingerprint"]["inputs"]["data/raw/bison.csv"].keys() == {"bison.csv"}


def test_plan_tells_a_blocked_herd_and_goes_on(world: Any) -> None:
    world.run()
    world.track("bison").unlink()
    plan = world.plan()
    assert plan["ingest", "bison"][0] == "blocked"
    assert plan["clean", "bison"] == ("blocked", ["ingest cannot run"])
    assert plan["rank", "argali"] == ("current", [])


def test_init_makes_a_study_that_check_can_talk_about(world: Any, tmp_path: Path) -> None:
    folder = tmp_path / "new study"
    made = world.call("init", str(folder))
    assert made.returncode == 0
    checked = world.call("check", "--config", str(folder / "config.yaml"))
    assert checked.returncode == 66
    assert f"where: file {folder / 'data/raw/tracks.csv'}" in checked.stderr
    again = world.call("init", str(folder))
    assert again.returncode == 73
    assert "nothing is overwritten" in again.stderr


def test_check_finds_a_web_page_saved_as_a_geopackage(world: Any) -> None:
    (world.folder / "data" / "raw" / "fences.gpkg").write_text("<!DOCTYPE html>")
    world.write_config(
        barriers=[{"name": "fences", "path": "data/raw/fences.gpkg", "kind": "fence"}]
    )
    done = world.call("check")
    assert done.returncode == 65
    assert "the file is not what its name says" in done.stderr


def test_check_passes_and_counts(world: Any) -> None:
    done = world.call("check")
    assert done.returncode == 0
    assert done.stdout == f"{world.config}: the configuration and 2 input files can be read\n"


def test_a_wrong_configuration_shows_every_fault_and_78(world: Any) -> None:
    world.write_config(clean={"dop": 1}, rank={"draws": "many"})
    for command in (["run"], ["status"], ["check"], ["surface"]):
        done = world.call(*command)
        assert done.returncode == 78
        assert "column clean.dop" in done.stderr
        assert "column rank.draws" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_study_without_herds_says_so(world: Any) -> None:
    world.write_config(herds={})
    done = world.call("run")
    assert done.returncode == 78
    assert "no herd is configured" in done.stderr


def test_a_pipeline_file_names_stages_herds_and_configuration(world: Any) -> None:
    (world.folder / "pipelines").mkdir()
    path = world.folder / "pipelines" / "night.yaml"
    path.write_text(
        "config: ../config.yaml\nstages: [ingest, clean]\nherds: [bison]\nscheduler: serial\n"
    )
    done = world.call("run", str(path), "--json")
    assert done.returncode == 0, done.stderr
    ran = [(one["stage"], one["herd"]) for one in json.loads(done.stdout)["stages"]]
    assert ran == [("ingest", "bison"), ("clean", "bison")]


def test_wait_on_the_command_line_goes_before_that_of_a_pipeline_file(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.testing import CliRunner

    from corridors.cli import commands
    from corridors.cli import options as of_commands

    path = world.folder / "night.yaml"
    path.write_text("wait_s: 3600\n")
    waits: list[float] = []

    def note(_study: object, _stages: object, _herds: object, choice: of_commands.Choice) -> int:
        waits.append(choice.options().wait_s)
        return 0

    monkeypatch.setattr(commands, "_go", note)
    for options in ([], ["--wait", "0"], ["--wait", "5"]):
        assert CliRunner().invoke(commands.group, ["run", str(path), *options]).exit_code == 0
    assert waits == [3600.0, 0.0, 5.0]


def test_what_an_environment_variable_holds_stays_out_of_results(world: Any) -> None:
    secret = world.folder / "data" / "raw" / "hidden-place.csv"
    secret.write_bytes(world.track("argali").read_bytes())
    herd = {"species": "Ovis ammon", "tracks": [{"path": "${TRACKS}", "format": "movebank"}]}
    world.write_config(herds={"argali": herd})
    done = world.call("ingest", "--scheduler", "serial", TRACKS=str(secret))
    assert done.returncode == 0, done.stderr
    manifest = (world.processed / "ingest" / "argali" / "manifest.json").read_text()
    assert "${TRACKS}" in manifest
    assert "hidden-place" not in manifest


@pytest.mark.parametrize("name", ["full.yaml", "nightly.yaml"])
def test_the_pipeline_files_of_the_project_are_valid(project: Path, name: str) -> None:
    from corridors.run.pipeline import load_pipeline

    path = project / "pipelines" / name
    assert load_pipeline(path).config_path(path) == project / "config.yaml"


def test_a_usage_error_is_2(world: Any) -> None:
    assert world.call("run", "--workers", "0").returncode == 2
    assert world.call("why", "nothing").returncode == 2


def test_every_exit_code_is_documented(project: Path) -> None:
    from corridors.foundation import errors

    text = (project / "docs" / "exit-codes.md").read_text()
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, errors.CorridorsError):
            name = (
                "" if kind is errors.CorridorsError else f"| {kind.exit_code} | `{kind.__name__}` |"
            )
            assert name in text
