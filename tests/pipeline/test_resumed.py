"""The real demo: a stage run on its own leaves the bytes that the whole run left."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below ``folder`` by its relative path."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_publish_alone_leaves_the_bytes_of_the_whole_run(demo_run, tmp_path: Path) -> None:
    study = tmp_path / "study"
    shutil.copytree(demo_run.folder, study)
    result = study / "data" / "processed" / "atlas" / "shughnan-expert"
    before = contents(result)
    shutil.rmtree(result)
    command = [sys.executable, "-m", "corridors", "publish", "--herd", "shughnan-expert"]
    done = subprocess.run(command, cwd=study, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert contents(result) == before
