"""What looks at a study is quick and imports nothing heavy; nothing else differs by scheduler."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from corridors.foundation.parallel import cores

HEAVY = ["geopandas", "grimp", "matplotlib", "networkx", "numba", "numpy", "pandas", "pandera",
         "pyarrow", "pyogrio", "pyproj", "rasterio", "scipy", "shapely"]  # fmt: skip

_SCRIPT = """
import json, sys
from corridors.cli import main
code = main(sys.argv[1:])
print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["surface", "--help"],
        ["status"],
        ["plan"],
        ["run"],
        ["why", "rank"],
    ],
    ids=" ".join,
)
def test_looking_imports_no_science(world: Any, arguments: list[str]) -> None:
    world.run()
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, *arguments],
        cwd=world.folder,
        env=world.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    # click leaves through SystemExit for --help and --version only in its standalone mode.
    code, modules = json.loads(done.stderr.splitlines()[-1])
    assert code == 0
    assert not {module.split(".")[0] for module in modules} & set(HEAVY)
    assert "rich" not in modules


def test_results_are_the_same_for_every_scheduler(world: Any) -> None:
    distributed = pytest.importorskip("distributed")
    n_results = len(world.run())
    serial = world.outputs()
    done = world.call("run", "--force", "--scheduler", "processes", "--workers", "2", "--json")
    assert done.returncode == 0, done.stderr
    assert sum(one["result"] == "done" for one in json.loads(done.stdout)["stages"]) == n_results
    assert world.outputs() == serial
    del distributed
    scheduler = subprocess.Popen(
        [sys.executable, "-c", _CLUSTER],
        env=world.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert scheduler.stdout is not None
        address = scheduler.stdout.readline().strip()
        done = world.call("run", "--force", "--scheduler", address, "--json")
    finally:
        scheduler.communicate("end\n", timeout=30)
    assert done.returncode == 0, done.stderr
    assert sum(one["result"] == "done" for one in json.loads(done.stdout)["stages"]) == n_results
    assert world.outputs() == serial


def test_the_log_says_once_how_the_cores_are_shared(world: Any) -> None:
    done = world.call("run", "--scheduler", "processes", "--workers", "2", "--json")
    assert done.returncode == 0, done.stderr
    (log,) = (world.processed / ".log").iterdir()
    entries = [json.loads(line) for line in log.read_text().splitlines()]
    (run,) = [entry for entry in entries if entry["event"] == "run"]
    assert run["workers"] == min(2, cores())
    assert run["threads"] == cores() // run["workers"]


_CLUSTER = """
import sys
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None,
                      host="127.0.0.1", protocol="tcp") as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.readline()
"""
