"""The 24 pronghorn sequences from fixes to corridors, against Migration Mapper's process time."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.figure import PROJECT, Figure, reference

# User seconds of Migration Mapper v3 in R for the same sequences, cells and products.
PEER_S = 125.0
STAGES = ("ingest", "clean", "segment", "surface", "delineate")


def run() -> Figure:
    data = reference()
    studies = PROJECT / "tests" / "studies"
    environment = {**os.environ, "CORRIDORS_REFERENCE": str(data)}
    with tempfile.TemporaryDirectory() as work:
        shutil.copy(studies / "pronghorn.yaml", Path(work) / "config.yaml")
        subprocess.run(
            [
                sys.executable,
                studies / "pronghorn_picks.py",
                data / "wyoming_pronghorn" / "sequences.csv",
                Path(work) / "picks.csv",
            ],
            check=True,
        )
        # The first run fills numba's cache where it is empty; compilation is not counted.
        seconds, code = 0.0, 0
        for _ in range(2):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            done = subprocess.run(
                [sys.executable, "-m", "corridors", "delineate", "--with-upstream", "--force"],
                cwd=work,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            code = done.returncode
    return Figure(
        name="pronghorn_chain",
        value=seconds,
        unit="s",
        yardstick=f"Migration Mapper v3: {PEER_S:.0f} s of process time",
        ratio=seconds / PEER_S,
        target=0.2 if code == 0 else 0.0,
        note=f"24 sequences, 5,993 fixes, 500 m cells; process time of {', '.join(STAGES)}"
        if code == 0
        else f"failed with exit code {code}: {' '.join(done.stderr.split())[:300]}",
    )
