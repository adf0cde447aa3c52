"""The program that measures, not the numbers: those depend on the moment."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest


def benchmarks(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``python -m benchmarks``."""
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_benchmark_prints_one_line_with_its_ratio_and_target(project: Path) -> None:
    done = benchmarks(project, "motion_variance")
    (line,) = done.stdout.splitlines()
    figure = json.loads(line)
    assert set(figure) == {
        "name", "value", "unit", "yardstick", "ratio", "target", "note", "ok",
    }  # fmt: skip
    assert figure["name"] == "motion_variance"
    assert figure["ok"] is (figure["ratio"] <= figure["target"])
    assert done.returncode == (0 if figure["ok"] else 1)


def test_an_unknown_benchmark_is_named_with_those_there_are(project: Path) -> None:
    done = benchmarks(project, "no_such")
    assert done.returncode == 2
    assert "no such benchmark: no_such; there is" in done.stderr
    assert "occurrence_kernel" in done.stderr


def test_missing_data_skip_a_benchmark(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORRIDORS_REFERENCE", str(tmp_path))
    done = benchmarks(project, "occurrence_kernel")
    assert done.returncode == 0
    assert json.loads(done.stdout)["skipped"].startswith("needs the reference folder")
