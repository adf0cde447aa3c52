"""The whole pipeline on the mule deer and fences of Wyoming, against the three minutes allowed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.figure import PROJECT, Figure, reference

ALLOWED_S = 180.0


def run() -> Figure:
    folder = reference()
    with tempfile.TemporaryDirectory() as work:
        shutil.copy(PROJECT / "tests" / "studies" / "wyoming.yaml", Path(work) / "config.yaml")
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "corridors", "run"],
            cwd=work,
            env={**os.environ, "CORRIDORS_REFERENCE": str(folder)},
            capture_output=True,
            text=True,
            check=False,
        )
        value = time.perf_counter() - start
    return Figure(
        name="end_to_end",
        value=value,
        unit="s",
        yardstick=f"{ALLOWED_S:.0f} s",
        ratio=value / ALLOWED_S,
        target=1.0 if done.returncode == 0 else 0.0,
        note="15 animals, 37,554 fixes, 1,673 fences; corridors run, all stages"
        if done.returncode == 0
        else f"failed with exit code {done.returncode}: {' '.join(done.stderr.split())[:300]}",
    )
