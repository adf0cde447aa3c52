"""Looking at and reading ten million fixes, against pyarrow reading the same text.

CPU time is compared, of all threads and with the start of the command: pyarrow works on every core,
and on a machine that others use too the clock tells of them. The time on the clock stands beside.
Each is run twice, pyarrow between the commands too, and the smaller time counts. The commands keep
compiled sources, as an installed program has them; the yardstick is a call in a process that runs.

``python -m benchmarks.track_reading N`` does N rows.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from pyarrow import csv

from benchmarks.figure import Figure

_ROWS, _ANIMALS = 10_000_000, 50
_HEADER = (
    "event-id,timestamp,location-long,location-lat,sensor-type,individual-taxon-canonical-name,"
    "tag-local-identifier,individual-local-identifier\n"
)
_CONFIG = """study: {name: reading, title: reading}
herds:
  h:
    species: Odocoileus hemionus
    simulated: true
    tracks:
      - {path: data/raw/t.csv, format: movebank, time_zone: UTC}
"""
# ru_maxrss would count the process that started this one; VmHWM begins anew with a program.
# pandera takes in hypothesis where it is installed, which only tests need.
_PEAK = (
    "import re, sys; sys.modules['hypothesis'] = None; from pathlib import Path;"
    "from corridors.cli import main; code = main();"
    "own = re.search('VmHWM:\\\\s+(\\\\d+)', Path('/proc/self/status').read_text())[1];"
    "print(own, file=sys.stderr); sys.exit(code)"
)


def run(n_rows: int = _ROWS) -> list[Figure]:
    """Return times of `check` and `ingest` over that of ``pyarrow.csv.read_csv``."""
    with tempfile.TemporaryDirectory() as folder:
        study = Path(folder)
        path = study / "data/raw/t.csv"
        path.parent.mkdir(parents=True)
        (study / "config.yaml").write_text(_CONFIG, encoding="utf-8")
        _write(path, n_rows)
        targets = {"check": 2.0, "ingest": 3.0}
        took: dict[str, list[tuple[float, float, float]]] = {command: [] for command in targets}
        yards = [_yardstick(path)]
        for command in (*targets, *targets):
            shutil.rmtree(study / "data/processed", ignore_errors=True)
            took[command].append(_command(study, command))
            yards.append(_yardstick(path))
        yard_s, yard_clock_s = min(yards)
        figures = []
        for command, target in targets.items():
            seconds, clock_s, peak_mb = min(took[command])
            figures.append(
                Figure(
                    name=f"track_reading_{command}",
                    value=seconds,
                    unit="s of CPU",
                    yardstick=f"pyarrow.csv.read_csv of the same file: {yard_s:.3g} s of CPU",
                    ratio=seconds / yard_s,
                    target=target,
                    note=f"{n_rows / 1e6:g} million rows of Movebank's table, {_ANIMALS} animals, "
                    f"{path.stat().st_size / 1e6:.0f} MB; the whole command, sources compiled, "
                    f"{peak_mb:.0f} MB at most in one process; by the clock {clock_s:.3g} s, "
                    f"pyarrow {yard_clock_s:.3g} s",
                )
            )
    return figures


def _yardstick(path: Path) -> tuple[float, float]:
    """Return CPU time, s, and time on the clock, s."""
    begin, begin_cpu = time.perf_counter(), time.process_time()
    csv.read_csv(path)
    return time.process_time() - begin_cpu, time.perf_counter() - begin


def _command(study: Path, command: str) -> tuple[float, float, float]:
    """Return CPU time, s, time on the clock, s, and peak memory, MB, of a command."""
    extra = ["--scheduler", "serial"] if command == "ingest" else []
    begin, begin_cpu = time.perf_counter(), _children_s()
    done = subprocess.run(
        [sys.executable, "-c", _PEAK, command, *extra],
        cwd=study,
        capture_output=True,
        text=True,
        check=True,
        env={k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"},
    )
    clock_s, cpu_s = time.perf_counter() - begin, _children_s() - begin_cpu
    return cpu_s, clock_s, int(done.stderr.split()[-1]) / 1024


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _write(path: Path, n_rows: int) -> None:
    """Write tracks of 15 minutes of animals that wander."""
    rng = np.random.default_rng(1)
    own = n_rows // _ANIMALS
    with path.open("w", encoding="utf-8") as stream:
        stream.write(_HEADER)
        for animal in range(_ANIMALS):
            walk = np.cumsum(rng.normal(0, 1e-4, (own, 2)), axis=0)
            pd.DataFrame(
                {
                    "event": np.arange(animal * own, (animal + 1) * own),
                    "time": pd.date_range("2018-01-01", periods=own, freq="15min").strftime(
                        "%Y-%m-%d %H:%M:%S.000"
                    ),
                    "lon": (walk[:, 0] - 110).round(6),
                    "lat": (walk[:, 1] + 43).round(6),
                    "sensor": "gps",
                    "taxon": "Odocoileus hemionus",
                    "tag": f"T{animal}",
                    "animal": f"D{animal}",
                }
            ).to_csv(stream, header=False, index=False)


if __name__ == "__main__":
    for figure in run(int(sys.argv[1]) if len(sys.argv) > 1 else _ROWS):
        print(figure.to_json())
