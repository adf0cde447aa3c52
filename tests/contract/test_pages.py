"""Pages that scripts write are as these would write them now."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    "script",
    [
        "api_reference.py",
        "catalogues.py",
        "data_dictionary.py",
        "stage_guide.py",
        "stage_table.py",
    ],
)
def test_the_page_is_current(project: Path, script: str) -> None:
    done = subprocess.run(
        [sys.executable, str(project / "scripts" / script), "--check"],
        env={**os.environ, "PYTHONPATH": str(project / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr or f"python scripts/{script}"
