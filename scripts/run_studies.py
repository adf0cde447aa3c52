"""Run the demo and the studies of tests/studies with their scenarios, each in a folder of its own.

    python scripts/run_studies.py OUT [STUDY ...]

Before and after a change that must leave results as they are; then `same_bytes.py BEFORE AFTER`.
Reference data are looked for where CORRIDORS_REFERENCE points; without it only the demo runs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
STUDIES = PROJECT / "tests" / "studies"
# Study -> what to run after `corridors run`.
COMMANDS = {
    "demo": ("scenario --all", "compare-profiles"),
    "wyoming": ("scenario --all", "compare-profiles"),
    "norway": (),
    "trentino": (),
    "pronghorn": (),
    "fences": (),
    "roads": (),
}
# Herds of the placebo (benchmarks/missing_placebo.py): run where they are named.
ON_DEMAND = ("fences", "roads")


def prepare(study: str, folder: Path) -> None:
    """Write the configuration of ``study`` and what it needs beside it into ``folder``."""
    folder.mkdir(parents=True)
    if study == "demo":
        shutil.copy(PROJECT / "config.yaml", folder / "config.yaml")
        corridors("demo", folder)
        return
    text = (STUDIES / f"{study}.yaml").read_text(encoding="utf-8")
    if study == "wyoming":
        text += (STUDIES / "wyoming_scenarios.yaml").read_text(encoding="utf-8")
        script(STUDIES / "wyoming_road.py", folder / "hypothetical_road.gpkg")
    if study == "pronghorn":
        fixes = Path(os.environ["CORRIDORS_REFERENCE"]) / "wyoming_pronghorn" / "sequences.csv"
        script(STUDIES / "pronghorn_picks.py", fixes, folder / "picks.csv")
    (folder / "config.yaml").write_text(text, encoding="utf-8")


def script(*words: Path) -> None:
    """Run a script that writes an input of a study."""
    subprocess.run([sys.executable, *words], check=True)


def corridors(words: str, folder: Path) -> None:
    """Run one command of the program in ``folder``."""
    began = time.monotonic()
    command = [sys.executable, "-m", "corridors", *words.split()]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    print(f"{folder.name}: {words}: {time.monotonic() - began:.1f} s", flush=True)


def main() -> None:
    """Run what the command line names, or all but those on demand."""
    out, *names = sys.argv[1:]
    has_data = "CORRIDORS_REFERENCE" in os.environ
    known = [name for name in COMMANDS if name not in ON_DEMAND] if has_data else ["demo"]
    for study in names or known:
        folder = Path(out) / study
        prepare(study, folder)
        for words in ("run", *COMMANDS[study]):
            corridors(words, folder)


if __name__ == "__main__":
    main()
