"""A run may be killed at any moment: the next one completes, to the last byte the same."""

from __future__ import annotations

import hashlib
import json
import random
import signal
import time
from pathlib import Path
from typing import Any

import pytest

ROUNDS = 4
# Both together at least 50; a process pool takes longer to start and is killed less often.
KILLS = {"serial": 40, "processes": 12}


def _assert_whole(world: Any) -> None:
    """Check that every committed result is complete and is what its manifest says."""
    for path in world.processed.glob("*/*/manifest.json"):
        content = json.loads(path.read_bytes())
        for name, (size, sha256, *_) in content["artefacts"].items():
            data = (path.parent / name).read_bytes()
            assert len(data) == size, path
            assert hashlib.sha256(data).hexdigest() == sha256, path
    for folder in world.processed.glob("[!.]*/*"):
        assert (folder / "manifest.json").is_file(), f"half done: {folder}"


@pytest.mark.slow
@pytest.mark.parametrize("scheduler", list(KILLS))
def test_killed_at_random_moments_the_next_run_completes_with_the_same_bytes(
    world: Any, scheduler: str
) -> None:
    moments = random.Random(20240101)
    kills_each = KILLS[scheduler]
    options = ("run", "--scheduler", scheduler, "--workers", "2")
    # A fork is at work at once; a pool of workers wants a process of its own.
    start = world.start if scheduler == "processes" else lambda *words: world.fork(words)
    # Two settings in turn, so that old results of another kind are always in the way.
    undisturbed = {}
    for draws in (100, 200):
        world.write_config(rank={"draws": draws}, clean={"dop_max": draws / 10})
        began = time.monotonic()
        whole = start(*options, "--force")
        whole.communicate()
        assert whole.returncode == 0
        lasts_s = time.monotonic() - began
        undisturbed[draws] = world.outputs()
    landed = 0
    for turn in range(ROUNDS):
        draws = (100, 200)[turn % 2]
        world.write_config(rank={"draws": draws}, clean={"dop_max": draws / 10})
        while landed < kills_each * (turn + 1) // ROUNDS:
            process = start(*options, "--force")
            time.sleep(moments.uniform(0.0, lasts_s))
            process.kill()
            process.communicate()
            landed += process.returncode == -signal.SIGKILL
            _assert_whole(world)
        assert world.call(*options, "--wait", "5").returncode == 0
        _assert_whole(world)
        assert world.outputs() == undisturbed[draws]
        assert not list((world.processed / ".staging").glob("*"))
    assert landed == kills_each


def _wait_for(path: Path) -> None:
    until = time.monotonic() + 15
    while not path.exists() and time.monotonic() < until:
        time.sleep(0.02)
    assert path.exists()


def test_sigterm_ends_in_order_with_143_and_leaves_no_staging(world: Any) -> None:
    process = world.start("run", "--scheduler", "processes", "--workers", "2", TOY_SLEEP="0.05")
    _wait_for(world.processed / "ingest" / "argali")
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 143
    assert "nothing is half done" in err
    assert "Traceback" not in err
    _assert_whole(world)
    assert not list((world.processed / ".staging").glob("*"))
    assert world.call("run", "--scheduler", "serial").returncode == 0


def test_ctrl_c_ends_in_order_with_130(world: Any) -> None:
    process = world.start("run", "--scheduler", "serial", TOY_SLEEP="0.05")
    _wait_for(world.processed / "ingest" / "argali")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in err
    _assert_whole(world)


def test_workers_of_a_killed_run_do_not_work_on(world: Any) -> None:
    import psutil

    process = world.start("run", "--scheduler", "processes", "--workers", "2", TOY_SLEEP="0.2")
    parent = psutil.Process(process.pid)
    until = time.monotonic() + 15
    while len(parent.children(recursive=True)) < 2 and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(0.5)
    children = parent.children(recursive=True)
    assert children
    process.kill()
    process.communicate()
    _, alive = psutil.wait_procs(children, timeout=5)
    assert not alive
