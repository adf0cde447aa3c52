"""Fixtures that every test may use."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from filelock import FileLock

from corridors.cli import main

PROJECT = Path(__file__).resolve().parent.parent
# No test of a real study looks at these gains, and 50 networks are solved for them in each run.
FEW_GAINS = "circuit: {solved_anew: 1}\n"

# Groups of tests that a parallel run starts first. Others wait for the demo's run: while one worker
# makes it, the other has what needs no study.
FIRST = (
    "demo-run", "publish", "clients", "mypy", "tables", "wyoming", "demo-scenarios", "norway",
    "demo-declared", "demo-scenarios_wyoming-scenarios", "wrong_herds", "demo", "hostile",
    "odd-herds", "demo-files", "profiles", "trentino",
)  # fmt: skip

# Each of hundreds of child processes would compile the whole package anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_configure(config: pytest.Config) -> None:
    """Let groups of tests start in the order of :data:`FIRST`, not by their number of tests."""
    config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put long groups first, so that no worker is left with one when the other has finished."""
    ranks = {name: rank for rank, name in enumerate(FIRST)}
    items.sort(key=lambda item: ranks.get(group_of(item), len(FIRST)))


def group_of(item: pytest.Item) -> str:
    """Return the name under which pytest-xdist sends a test to a worker, "" for a test alone."""
    return "_".join(sorted({str(mark.args[0]) for mark in item.iter_markers("xdist_group")}))


@pytest.fixture(scope="session")
def project() -> Path:
    """Root of the checkout."""
    return PROJECT


@pytest.fixture(scope="session")
def reference() -> Path:
    """Folder of real data and other programs' numbers, or skip."""
    folder = Path(os.environ.get("CORRIDORS_REFERENCE", PROJECT / ".." / "shared" / "reference"))
    if not (folder / "README.md").is_file():
        pytest.skip(f"reference data not found at {folder}; set CORRIDORS_REFERENCE")
    return folder.resolve()


@pytest.fixture
def rng() -> np.random.Generator:
    """A seeded random generator."""
    return np.random.default_rng(20240101)


def corridors(
    arguments: Sequence[str], folder: Path, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run the real command line in ``folder`` and in this process, which has imported all it needs.

    A process of its own spends some seconds of CPU on imports.
    """
    out, err = io.StringIO(), io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        patch.chdir(folder)
        for name, value in variables.items():
            patch.setenv(name, value)
        code = main(list(arguments))
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


def corridors_apart(
    arguments: Sequence[str], folder: Path, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run the real command line in ``folder`` as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "corridors", *arguments],
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@dataclass(frozen=True)
class DemoRun:
    """A study folder after ``corridors demo`` and ``corridors run``. Look, do not change."""

    folder: Path
    seconds: float

    @property
    def processed(self) -> Path:
        """Folder of the results."""
        return self.folder / "data" / "processed"

    def path(self, stage: str, name: str, herd: str = "wakhan-argali") -> Path:
        """Return an artefact of a stage."""
        return self.processed / stage / herd / name

    @property
    def truth(self) -> dict[str, Any]:
        """What is true of the simulated herd."""
        text = (self.folder / "data" / "raw" / "demo" / "truth.json").read_text(encoding="utf-8")
        return json.loads(text)


def made_once(
    factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]
) -> tuple[Path, float]:
    """Return a folder that ``make`` filled, and how long that took, s.

    It is made once for all workers of a parallel test run. Look, do not change.
    """
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    folder, done = base / name, base / f"{name}-seconds"
    with FileLock(base / f"{name}.lock"):
        if not done.is_file():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            with kernels_are_compiled(base):
                start = time.perf_counter()
                make(folder)
                seconds = time.perf_counter() - start
            done.write_text(f"{seconds:.3f}", encoding="utf-8")
    return folder, float(done.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def made(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str, Callable[[Path], None]], tuple[Path, float]]:
    """Function that makes a folder once for all workers: see :func:`made_once`."""
    return functools.partial(made_once, tmp_path_factory)


@contextlib.contextmanager
def kernels_are_compiled(base: Path) -> Iterator[None]:
    """Let nobody else run a herd beside the first one that is run.

    In a fresh checkout the first run compiles all kernels, for a minute; another one that has begun
    meanwhile would compile the same.
    """
    lock, mark = FileLock(base / "kernels.lock"), base / "kernels-are-compiled"
    lock.acquire()
    try:
        if mark.is_file():
            lock.release()
        yield
        mark.touch()
    finally:
        lock.release()


@pytest.fixture(scope="session")
def demo_run(tmp_path_factory: pytest.TempPathFactory, project: Path) -> DemoRun:
    """The demo study, made and run once; shared by all workers of a parallel test run."""

    def make(folder: Path) -> None:
        shutil.copy(project / "config.yaml", folder / "config.yaml")
        for arguments in (["demo"], ["run"]):
            done = corridors_apart(arguments, folder)
            assert done.returncode == 0, done.stdout + done.stderr
            assert "Traceback" not in done.stderr

    return DemoRun(*made_once(tmp_path_factory, "demo-run", make))


TIERS = ("internal", "partner", "public")
RELEASE_DAY = "2026-06-10"


@pytest.fixture(scope="session")
def released(demo_run: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo released for download in three tiers, a folder each; 4 s of CPU for each."""

    def make(folder: Path) -> None:
        for tier in TIERS:
            arguments = ["--out", str(folder / tier), "--tier", tier, "--date", RELEASE_DAY]
            done = corridors(["release", "download", *arguments], demo_run.folder)
            assert done.returncode == 0, done.stdout + done.stderr

    return made_once(tmp_path_factory, "downloads", make)[0]


@pytest.fixture(scope="session")
def wyoming_run(tmp_path_factory: pytest.TempPathFactory, project: Path, reference: Path) -> Path:
    """The study of Wyoming with its scenarios, run and not yet played; shared by all workers."""
    studies = project / "tests" / "studies"

    def make(folder: Path) -> None:
        text = [
            (studies / f"{name}.yaml").read_text("utf-8")
            for name in ("wyoming", "wyoming_scenarios")
        ]
        (folder / "config.yaml").write_text("".join([*text, FEW_GAINS]), encoding="utf-8")
        road = [
            sys.executable,
            str(studies / "wyoming_road.py"),
            str(folder / "hypothetical_road.gpkg"),
        ]
        subprocess.run(road, check=True)
        done = corridors_apart(
            ["run", "--workers", "1"], folder, CORRIDORS_REFERENCE=str(reference)
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Traceback" not in done.stderr

    return made_once(tmp_path_factory, "wyoming-run", make)[0]
