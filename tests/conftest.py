"""Fixtures that every test may use."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from filelock import FileLock

PROJECT = Path(__file__).resolve().parent.parent


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


def corridors(arguments: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the real command line in ``folder``."""
    return subprocess.run(
        [sys.executable, "-m", "corridors", *arguments],
        cwd=folder,
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


@pytest.fixture(scope="session")
def demo_run(tmp_path_factory: pytest.TempPathFactory, project: Path) -> DemoRun:
    """The demo study, made and run once; shared by all workers of a parallel test run."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    folder, done = base / "demo-run", base / "demo-run-seconds"
    with FileLock(base / "demo-run.lock"):
        if not done.is_file():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            shutil.copy(project / "config.yaml", folder / "config.yaml")
            made = corridors(["demo"], folder)
            assert made.returncode == 0, made.stdout + made.stderr
            start = time.perf_counter()
            run = corridors(["run"], folder)
            seconds = time.perf_counter() - start
            assert run.returncode == 0, run.stdout + run.stderr
            assert "Traceback" not in run.stderr
            done.write_text(f"{seconds:.3f}", encoding="utf-8")
    return DemoRun(folder, float(done.read_text(encoding="utf-8")))
