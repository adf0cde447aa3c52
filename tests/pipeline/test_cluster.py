"""A Dask cluster over TCP whose workers and scheduler are killed while a run goes on."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow
SLEEP_S = "0.1"


@dataclass
class Cluster:
    """Processes of a scheduler and two workers."""

    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]]


@pytest.fixture
def cluster(world: Any) -> Iterator[Cluster]:
    started: list[subprocess.Popen[bytes]] = []

    def start(command: str, *arguments: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{command}", *arguments, "--no-dashboard"],
            env={**world.environment, "TOY_SLEEP": SLEEP_S, "TOY_HURRY": str(_hurry(world))},
            cwd=world.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        started.append(process)
        return process

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    scheduler = start("scheduler", "--host", "127.0.0.1", "--port", str(port))
    workers = [start("worker", address, "--nthreads", "1", "--no-nanny") for _ in range(2)]
    _until(lambda: _n_workers(address) == 2)
    yield Cluster(address, scheduler, workers)
    for process in started:
        process.kill()
        process.wait()


def _hurry(world: Any) -> Path:
    """Return the file that ends the sleep of toys: what a run does after the kill need not last."""
    return Path(world.folder) / "hurry"


def _n_workers(address: str) -> int:
    from distributed import Client

    try:
        with Client(address, timeout="5s", set_as_default=False) as client:
            return len(client.nthreads())
    except OSError:
        return 0


def _until(is_so: Callable[[], bool], wait_s: float = 60.0) -> None:
    end = time.monotonic() + wait_s
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.1)


def _run_until_clean(world: Any, cluster: Cluster) -> subprocess.Popen[str]:
    run = world.start("run", "--scheduler", cluster.address, CORRIDORS_CLUSTER_PATIENCE_S="2")
    _until((world.processed / "clean").is_dir)
    return run


@pytest.mark.filterwarnings("ignore")  # of the client that counts workers
def test_a_worker_that_is_killed_costs_no_herd(world: Any, cluster: Cluster) -> None:
    run = _run_until_clean(world, cluster)
    cluster.workers[0].kill()
    _hurry(world).touch()
    out, err = run.communicate(timeout=120)
    assert run.returncode == 0, err
    assert "Traceback" not in out + err
    assert not list((world.processed / ".staging").rglob("*.json"))
    made = world.outputs()
    assert world.call("run", "--force", "--scheduler", "serial").returncode == 0
    assert world.outputs() == made


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("killed", ["scheduler", "workers"])
def test_a_cluster_that_is_gone_ends_the_run_and_names_the_cause(
    world: Any, cluster: Cluster, killed: str
) -> None:
    run = _run_until_clean(world, cluster)
    for process in [cluster.scheduler] if killed == "scheduler" else cluster.workers:
        process.kill()
    _hurry(world).touch()
    out, err = run.communicate(timeout=120)
    assert run.returncode == 71, err
    assert "Traceback" not in out + err
    words = "does not answer" if killed == "scheduler" else "no worker at tcp://"
    assert words in err
    assert world.call("run", "--scheduler", "serial").returncode == 0
