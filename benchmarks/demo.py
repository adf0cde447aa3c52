"""The demo from nothing, and what looking at its results costs."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.figure import PROJECT, Figure, median_seconds

PIPELINE_ALLOWED_S = 60.0
LOOK_ALLOWED_S = {"--help": 0.3, "status": 0.3, "plan": 0.3, "run": 1.0}


def run() -> list[Figure]:
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        shutil.copy(PROJECT / "config.yaml", folder)
        _corridors(folder, "demo")
        began = time.perf_counter()
        _corridors(folder, "run")
        pipeline_s = time.perf_counter() - began
        bare, *looks = median_seconds(
            lambda: subprocess.run([sys.executable, "-c", "pass"], check=True),
            *(lambda word=word: _corridors(folder, word) for word in LOOK_ALLOWED_S),
            repeats=7,
        )
    figures = [
        Figure(
            name="demo_pipeline",
            value=pipeline_s,
            unit="s",
            yardstick=f"{PIPELINE_ALLOWED_S:.0f} s",
            ratio=pipeline_s / PIPELINE_ALLOWED_S,
            target=1.0,
            note="corridors run on both demo herds, all stages, kernels compiled before",
        )
    ]
    for (word, allowed), seconds in zip(LOOK_ALLOWED_S.items(), looks, strict=True):
        figures.append(
            Figure(
                name=f"look_{word.strip('-')}",
                value=seconds,
                unit="s",
                yardstick=f"{allowed} s",
                ratio=seconds / allowed,
                target=1.0,
                note=f"corridors {word}, nothing to do; a bare interpreter takes {bare:.3f} s",
            )
        )
    return figures


def _corridors(folder: Path, word: str) -> None:
    command = [sys.executable, "-m", "corridors", word]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
