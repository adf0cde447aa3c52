"""What was up to date is not read again until it is touched, and whatever is touched is read."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

LONG_AGO_S = 60


def age(world: Any) -> None:
    """Set all times of results back: what was written just now is not remembered."""
    then = time.time() - LONG_AGO_S
    for path in world.processed.rglob("*"):
        if path.is_file() and ".cache" not in path.parts:
            os.utime(path, (then, then))


def known(world: Any) -> set[str]:
    cache = json.loads((world.processed / ".cache" / "digests.json").read_bytes())
    begin = "up to date: "
    return {name.removeprefix(begin) for name in cache["made"] if name.startswith(begin)}


def stale(world: Any) -> list[tuple[str, str]]:
    return sorted(node for node, (state, _) in world.plan().items() if state == "stale")


@pytest.fixture
def settled(world: Any) -> Any:
    world.run()
    age(world)
    assert stale(world) == []
    assert known(world) == {"argali", "bison", "all-herds"}
    return world


def test_results_that_were_just_written_are_not_taken_on_trust(world: Any) -> None:
    world.run()
    assert stale(world) == []
    assert known(world) == set()


def test_manifests_of_what_nobody_touched_are_not_read(settled: Any) -> None:
    # Only a trick can show that a file was not read: nothing has stamps that lie.
    cache = settled.processed / ".cache" / "digests.json"
    before = cache.read_bytes()
    assert stale(settled) == []
    assert cache.read_bytes() == before


@pytest.mark.parametrize("stage", ["ingest", "rank"])
def test_an_output_changed_under_its_old_date_is_seen(settled: Any, stage: str) -> None:
    path = next(
        path
        for path in sorted((settled.processed / stage / "bison").rglob("*"))
        if path.is_file() and path.name != "manifest.json"
    )
    was, data = path.stat(), bytearray(path.read_bytes())
    data[-2] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))
    assert stale(settled) == [(stage, "bison")]


def test_a_lost_output_a_lost_manifest_and_a_lost_input_are_seen(settled: Any) -> None:
    (settled.processed / "clean" / "argali" / "clean.json").unlink()
    (settled.processed / "surface" / "bison" / "manifest.json").unlink()
    assert stale(settled) == [("clean", "argali"), ("surface", "bison")]
    settled.track("bison").unlink()
    assert settled.plan()["ingest", "bison"][0] == "blocked"


def test_a_changed_input_makes_only_its_herd_and_the_atlas_run(settled: Any) -> None:
    settled.track("bison").write_text("other tracks\n")
    done = settled.run()
    assert {herd for _, herd in done} == {"bison", "all-herds"}
    assert ("ingest", "bison") in done
    assert ("atlas", "all-herds") in done


def test_a_changed_setting_and_changed_code_are_seen(settled: Any) -> None:
    settled.write_config(rank={"draws": 600})
    assert {("weigh", "argali"), ("weigh", "bison")} <= set(stale(settled))
    settled.write_config()
    assert stale(settled) == []
    science: Path = settled.site / "corridors" / "movement" / "speed.py"
    science.write_text("LIMIT = '4'\n")
    assert {("surface", "argali"), ("surface", "bison")} <= set(stale(settled))
