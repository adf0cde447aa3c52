"""Herds that fail, runs that meet, disks that are full: exit codes and words."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from corridors.stages import registry

STAGES = [stage.name for stage in registry.stages() if stage.partition == "herd"]
BOTH = pytest.mark.parametrize("scheduler", ["serial", "processes"])


def _results(process: Any) -> dict[tuple[str, str], str]:
    return {(s["stage"], s["herd"]): s["result"] for s in json.loads(process.stdout)["stages"]}


@BOTH
def test_a_herd_that_fails_stops_only_what_depends_on_it(world: Any, scheduler: str) -> None:
    world.track("bison").write_text("BROKEN")
    done = world.call("run", "--scheduler", scheduler, "--workers", "2", "--json")
    assert done.returncode == 3
    results = _results(done)
    assert results["ingest", "bison"] == "failed"
    assert all(results[stage, "bison"] == "skipped" for stage in STAGES[1:])
    assert all(results[stage, "argali"] == "done" for stage in STAGES)
    assert results["atlas", "all-herds"] in {"done", "note"}
    assert (
        "ingest of bison failed:\n"
        "the row cannot be read\n"
        f"  where: file {world.track('bison')}, row 2\n"
    ) in done.stderr
    assert "atlas of all-herds: without bison: not done\n" in done.stderr
    assert not (world.processed / "ingest" / "bison").exists()


def test_when_every_herd_fails_the_code_is_that_of_the_error(world: Any) -> None:
    for herd in world.herds:
        world.track(herd).write_text("BROKEN")
    assert world.call("run", "--scheduler", "serial").returncode == 65


def test_a_failed_herd_is_tried_again_and_the_others_are_not(world: Any) -> None:
    world.track("bison").write_text("BROKEN")
    world.call("run", "--scheduler", "serial")
    world.track("bison").write_text("mended\n")
    assert sorted(world.run()) == sorted(
        [(stage, "bison") for stage in STAGES] + [("atlas", "all-herds")]
    )


@BOTH
def test_a_defect_shows_no_traceback_but_the_file_that_holds_it(world: Any, scheduler: str) -> None:
    for herd in world.herds:
        world.track(herd).write_text("DEFECT")
    done = world.call("run", "--scheduler", scheduler, "--workers", "2")
    assert done.returncode == 70
    assert "Traceback" not in done.stderr
    assert "got: ZeroDivisionError: nobody foresaw this" in done.stderr
    (log,) = (world.processed / ".log").iterdir()
    assert str(log) in done.stderr
    failed = [json.loads(line) for line in log.read_text().splitlines()]
    assert any("Traceback" in entry.get("traceback", "") for entry in failed)


def test_a_worker_that_dies_fails_its_herd_only(world: Any) -> None:
    world.track("bison").write_text("DEATH")
    done = world.call("run", "--scheduler", "processes", "--workers", "2", "--json")
    assert done.returncode == 3
    results = _results(done)
    assert results["ingest", "bison"] == "failed"
    assert results["publish", "argali"] == "done"
    assert "the process that ran ingest of bison died" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_worker_that_dies_in_a_scenario_is_tried_again_and_then_fails_its_herd_only(
    world_of: Any,
) -> None:
    world = world_of("argali", "bison", "chiru")
    world.write_config(scenarios={"opened": {"remove": [{"kinds": ["fence"]}]}})
    world.run()
    death = {"TOY_DEATH": "circuit bison"}
    done = world.call("scenario", "opened", "--workers", "2", "--json", **death)
    assert done.returncode == 3, done.stderr
    results = _results(done)
    assert results["circuit", "bison"] == "failed"
    assert results["difference", "argali"] == results["difference", "chiru"] == "done"
    assert "the process that ran circuit of bison died" in done.stderr
    log = max((world.processed / ".log").iterdir())
    events = [json.loads(line) for line in log.read_text().splitlines()]
    started = [
        event
        for event in events
        if event["event"] == "started"
        and (event["stage"], event["partition"]) == ("circuit", "bison")
    ]
    assert len(started) == 2


def test_a_missing_input_names_the_file_and_the_cure(world: Any) -> None:
    world.track("bison").unlink()
    done = world.call("run", "--scheduler", "serial", "--herd", "bison")
    assert done.returncode == 66
    assert (
        "an input file is missing\n"
        f"  where: file {world.track('bison')}\n"
        "  expected: the file configured as data/raw/bison.csv\n"
        "  cure: put it there, or correct the path in config.yaml\n"
    ) in done.stderr
    assert world.call("check").returncode == 66


def test_a_stage_alone_says_that_what_it_reads_is_not_there(world: Any) -> None:
    done = world.call("surface", "--herd", "argali")
    assert done.returncode == 66
    assert "surface of argali needs clean, which is not up to date" in done.stderr
    assert "cure: corridors surface --herd argali --with-upstream, or corridors run" in done.stderr
    assert world.call("surface", "--herd", "argali", "--with-upstream").returncode == 0
    assert world.call("surface", "--herd", "argali").stdout.startswith("nothing to do")


def test_a_full_disk_is_an_output_error(world: Any) -> None:
    # The toy raises what the system does when no space is left.
    clean = world.site / "corridors" / "stages" / "clean" / "stage.py"
    declared, _, _ = clean.read_text().partition("\ndef run(")
    clean.write_text(
        f"{declared}\ndef run(*_):\n    raise OSError(28, 'No space left on device')\n"
    )
    done = world.call("run", "--scheduler", "serial")
    assert done.returncode == 73
    assert "the result cannot be written" in done.stderr
    assert "got: the disk is full" in done.stderr


def test_results_where_a_file_is_in_the_way_are_an_output_error(world: Any) -> None:
    world.processed.parent.mkdir(parents=True, exist_ok=True)
    world.processed.write_text("a file")
    done = world.call("run", "--scheduler", "serial")
    assert done.returncode == 73
    assert "Traceback" not in done.stderr


def test_a_stage_that_forgets_an_artefact_is_our_defect(world: Any) -> None:
    stored = world.site / "corridors" / "formats" / "stored.py"
    text = stored.read_text()
    starts = "def save(value, path, contract):\n"
    forgets = starts + "    if path.name == 'threats.parquet':\n        return\n"
    stored.write_text(text.replace(starts, forgets))
    done = world.call("run", "--scheduler", "serial", "--herd", "argali")
    assert done.returncode == 70
    assert "stage rank did not write threats.parquet" in done.stderr
    assert not (world.processed / "rank").exists()


def test_an_unknown_herd_names_the_nearest(world: Any) -> None:
    done = world.call("run", "--herd", "argly")
    assert done.returncode == 78
    assert "cure: did you mean argali?" in done.stderr


def test_an_unknown_command_names_the_nearest(world: Any) -> None:
    done = world.call("statsu")
    assert done.returncode == 2
    assert "Did you mean status?" in done.stderr


def test_an_unknown_scheduler_is_refused(world: Any) -> None:
    done = world.call("run", "--scheduler", "dask")
    assert done.returncode == 78
    assert "got: dask" in done.stderr


def _wait_for(path: Path) -> None:
    until = time.monotonic() + 15
    while not path.exists() and time.monotonic() < until:
        time.sleep(0.02)
    assert path.exists()


def test_a_second_run_leaves_at_once_or_waits(world: Any) -> None:
    first = world.start("run", "--scheduler", "serial", TOY_SLEEP="0.03")
    _wait_for(world.processed / ".lock" / "argali.lock")
    time.sleep(0.3)
    busy = world.call("run", "--scheduler", "serial")
    assert busy.returncode == 75
    assert "another run is working on" in busy.stderr
    waited = world.call("run", "--scheduler", "serial", "--wait", "60")
    assert waited.returncode == 0
    first.communicate()
    assert first.returncode == 0
    assert waited.stdout.startswith(("nothing to do", "0 run")), waited.stdout


def test_two_herds_run_at_once_in_two_runs(world: Any) -> None:
    one = world.start("run", "--scheduler", "serial", "--herd", "argali", TOY_SLEEP="0.01")
    two = world.start("run", "--scheduler", "serial", "--herd", "bison", TOY_SLEEP="0.01")
    one.communicate()
    two.communicate()
    assert (one.returncode, two.returncode) == (0, 0)
    assert world.run() == [("atlas", "all-herds")]


def test_the_lock_of_a_killed_run_is_free(world: Any) -> None:
    first = world.start("run", "--scheduler", "serial", TOY_SLEEP="0.1")
    _wait_for(world.processed / ".lock" / "argali.lock")
    first.send_signal(signal.SIGKILL)
    first.communicate()
    assert world.call("run", "--scheduler", "serial").returncode == 0


def test_the_cluster_extra_is_asked_for_when_it_is_missing(world: Any) -> None:
    (world.site / "distributed.py").write_text("raise ImportError('not here')\n")
    done = world.call("run", "--scheduler", "tcp://127.0.0.1:1")
    assert done.returncode == 66
    assert 'cure: pip install "corridors[cluster]"' in done.stderr


def test_a_pipe_or_device_is_no_input_file(world: Any) -> None:
    world.track("bison").unlink()
    os.mkfifo(world.track("bison"))  # reading it would wait for ever
    for arguments in (["check"], ["run", "--herd", "bison", "--scheduler", "serial"]):
        done = world.call(*arguments)
        assert done.returncode == 66
        assert "got: neither a file nor a folder" in done.stderr


def test_a_folder_that_is_no_result_is_kept(world: Any) -> None:
    own = world.processed / "ingest" / "argali"
    own.mkdir(parents=True)
    (own / "notes.txt").write_text("mine")
    done = world.call("run", "--scheduler", "serial")
    kept = world.processed / "edited" / "ingest" / "argali"
    assert f"it is kept as {kept}" in done.stderr
    assert (kept / "notes.txt").read_text() == "mine"
    assert (own / "manifest.json").is_file()
