"""A herd of hourly collars through the stages clean, segment, surface and delineate.

``python -m benchmarks.large_herd 2 23 200 --write`` runs herds of so many animals, five years
each, and puts the table into ``docs/performance.md``.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from scipy.signal import lfilter

from benchmarks.figure import PROJECT, Figure
from corridors.foundation.arrays import Floats
from corridors.run import manifest

STAGES = ("clean", "segment", "surface", "delineate")
ALLOWED_MB = 4096.0
SEED = 20260301
YEARS = 5
HOURS = YEARS * 8766
START = np.datetime64("2018-02-01T00:00:00", "us")
WINTER_TO_SUMMER_KM = 60.0
WINTER_LON, WINTER_LAT = 73.0, 37.5
KM_PER_DEG = 111.2
EVERY_S = 0.05
CONFIG = """\
study:
  name: large-herd
herds:
  large:
    species: Odocoileus hemionus
    tracks:
      - path: first.csv
        format: movebank
        time_zone: UTC
"""
BEGIN, END = "<!-- large herds: begin -->", "<!-- large herds: end -->"
PAGE = PROJECT / "docs" / "performance.md"


@dataclass(frozen=True)
class Cost:
    """What one stage took: time of the clock and of the CPUs, largest process, all processes."""

    seconds: float
    cpu_s: float
    process_mb: float
    tree_mb: float


@dataclass(frozen=True)
class Result:
    """What one herd took."""

    n_animals: int
    n_fixes: int
    costs: dict[str, Cost]
    yardstick_s: float

    @property
    def cpu_s(self) -> float:
        """CPU time of all stages, s; unlike the clock's it does not depend on the neighbours."""
        return sum(cost.cpu_s for cost in self.costs.values())

    @property
    def peak_mb(self) -> float:
        """Most memory that the processes of any stage held at once, MB."""
        return max(cost.tree_mb for cost in self.costs.values())


def walk(rng: np.random.Generator, *, resident: bool) -> tuple[Floats, Floats]:
    """Return one animal's hourly positions east and north of the winter range, km.

    An Ornstein-Uhlenbeck process of 0.8 km and 24 h around a centre that moves along one route in
    spring and back in autumn, some days earlier or later each year.
    """
    day = np.arange(HOURS) / 24.0
    share = np.zeros(HOURS)
    for year in range(YEARS):
        out, back = 365.25 * year + rng.normal(80.0, 5.0), 365.25 * year + rng.normal(260.0, 6.0)
        share += np.clip((day - out) / rng.uniform(12.0, 20.0), 0, 1)
        share -= np.clip((day - back) / rng.uniform(12.0, 20.0), 0, 1)
    keep = np.exp(-1 / 24)
    noise = rng.standard_normal((2, HOURS)) * 0.8 * np.sqrt(1 - keep**2)
    x, y = lfilter([1.0], [1.0, -keep], noise, axis=1)
    offset, winter, summer = rng.normal(0, 1.0), rng.normal(0, 2.0, 2), rng.normal(0, 2.0, 2)
    if resident:
        share[:] = 0.0
    x += winter[0] + share * (summer[0] - winter[0]) + (4.0 + offset) * np.sin(np.pi * share)
    y += winter[1] + share * (WINTER_TO_SUMMER_KM + summer[1] - winter[1])
    return x, y


def collar(number: int) -> pd.DataFrame:
    """Return what one collar sent: location errors, spikes, fixes missing or without position."""
    rng = np.random.default_rng([SEED, number])
    x, y = walk(rng, resident=number % 10 == 9)
    dop = np.round(1.0 + rng.gamma(2.0, 0.7, HOURS), 1)
    x, y = np.stack([x, y]) + rng.standard_normal((2, HOURS)) * 0.01 * dop
    spike = rng.random(HOURS) < 0.0005
    x[spike] += rng.uniform(20.0, 60.0, int(spike.sum()))
    lat = WINTER_LAT + y / KM_PER_DEG
    lon = WINTER_LON + x / (KM_PER_DEG * np.cos(np.radians(lat)))
    lost = rng.random(HOURS) < 0.01
    lon[lost] = lat[lost] = dop[lost] = np.nan
    sent = np.flatnonzero(rng.random(HOURS) > 0.01)
    seconds = sent * 3600 + rng.integers(0, 90, sent.size)
    return pd.DataFrame(
        {
            "animal": f"deer {number + 1:03d}",
            "time_utc": START + seconds.astype("timedelta64[s]"),
            "lon": lon[sent],
            "lat": lat[sent],
            "dop": dop[sent],
        }
    )


def first_csv(path: Path) -> None:
    """Write the first fixes of one collar as Movebank does, for the stage `ingest`."""
    sent = collar(0).dropna().head(100)
    pd.DataFrame(
        {
            "event-id": np.arange(len(sent)),
            "visible": "true",
            "timestamp": sent["time_utc"].dt.strftime("%Y-%m-%d %H:%M:%S.000"),
            "location-long": sent["lon"],
            "location-lat": sent["lat"],
            "individual-taxon-canonical-name": "Odocoileus hemionus",
            "individual-local-identifier": sent["animal"],
        }
    ).to_csv(path, index=False)


def all_fixes(path: Path, n_animals: int) -> int:
    """Put the whole herd in place of the fixes in ``path``; return how many there are."""
    schema = pq.read_schema(path)
    n_fixes = 0
    new = path.with_suffix(".new")
    with pq.ParquetWriter(new, schema, compression="zstd") as writer:
        for number in range(n_animals):
            sent = collar(number)
            n = len(sent)
            placed = sent["lon"].notna().to_numpy()
            points = np.full(n, None, dtype=object)
            points[placed] = shapely.to_wkb(
                shapely.points(sent["lon"].to_numpy()[placed], sent["lat"].to_numpy()[placed])
            )
            columns = {
                "herd": np.full(n, "large"),
                "animal": sent["animal"],
                "time_utc": sent["time_utc"].dt.tz_localize("UTC"),
                "dop": sent["dop"],
                "fix_type": np.full(n, "3d"),
                "species": np.full(n, "Odocoileus hemionus"),
                "source": np.full(n, "first.csv"),
                "source_row": np.arange(n_fixes + 1, n_fixes + n + 1),
                "flags": np.where(placed, 0, 2).astype("uint16"),
                "geometry": points,
            }
            writer.write_table(
                pa.table(
                    [pa.array(columns[field.name], type=field.type) for field in schema],
                    schema=schema,
                )
            )
            n_fixes += n
    new.replace(path)
    return n_fixes


def prepare(work: Path, n_animals: int) -> int:
    """Make a study whose stage `ingest` is done for ``n_animals``; return the number of fixes."""
    (work / "config.yaml").write_text(CONFIG, encoding="utf-8")
    first_csv(work / "first.csv")
    staged = work / "staged"
    stage(work, "ingest")
    done = work / "data" / "processed" / "ingest" / "large"
    made = manifest.read(done)
    if made is None:
        raise RuntimeError("ingest left no manifest")
    shutil.copytree(done, staged)
    (staged / manifest.NAME).unlink()
    n_fixes = all_fixes(staged / "fixes.parquet", n_animals)
    artefacts = manifest.seal(staged, tuple(made.artefacts), "ingest")
    manifest.commit(staged, done, manifest.Manifest(made.fingerprint, artefacts))
    return n_fixes


def stage(work: Path, name: str) -> Cost:
    """Run one stage as a user does, watching its memory.

    Raises
    ------
    RuntimeError
        The stage fails.
    """
    started = time.perf_counter()
    with (work / f"{name}.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "corridors", name], cwd=work, stdout=log, stderr=log
        )
        trees: list[float] = [0.0]
        over = threading.Event()
        watcher = threading.Thread(target=watch, args=(process.pid, trees, over))
        watcher.start()
        # Also the largest of the processes that the stage itself started and waited for.
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        over.set()
        watcher.join()
    if process.returncode:
        raise RuntimeError((work / f"{name}.log").read_text()[-2000:])
    largest = used.ru_maxrss / (1e6 / 1024 if sys.platform != "darwin" else 1e6)
    seconds = time.perf_counter() - started
    return Cost(seconds, used.ru_utime + used.ru_stime, largest, max(largest, *trees))


def watch(pid: int, trees: list[float], over: threading.Event) -> None:
    """Append the resident memory of a process and all its descendants, MB, while it runs."""
    root = psutil.Process(pid)
    while not over.wait(EVERY_S):
        total = 0
        try:
            for process in (root, *root.children(recursive=True)):
                total += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
        trees.append(total / 1e6)


def read_and_sort(path: Path) -> float:
    """Return the CPU time that pandas needs to read and sort the same fixes, s."""
    started = time.process_time()
    fixes = pd.read_parquet(path)
    fixes.sort_values(["animal", "time_utc"], kind="stable")
    return time.process_time() - started


def measure(n_animals: int, folder: Path | None = None) -> Result:
    """Run the stages on a herd of ``n_animals``."""
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        work = Path(temporary)
        n_fixes = prepare(work, n_animals)
        costs = {}
        for name in STAGES:
            costs[name] = stage(work, name)
            sys.stderr.write(
                f"{n_fixes} fixes, {name}: {costs[name].seconds:.1f} s,"
                f" {costs[name].cpu_s:.1f} s of CPU, {costs[name].tree_mb:.0f} MB\n"
            )
        yardstick = read_and_sort(work / "data" / "processed" / "ingest" / "large/fixes.parquet")
        return Result(n_animals, n_fixes, costs, yardstick)


def run() -> Figure:
    result = measure(23)
    millions = result.n_fixes / 1e6
    by_stage = ", ".join(f"{name} {cost.cpu_s / millions:.0f}" for name, cost in
                         result.costs.items())  # fmt: skip
    return Figure(
        name="large_herd",
        value=result.cpu_s / millions,
        unit="s of CPU per million fixes",
        yardstick=f"pandas reads and sorts them: {result.yardstick_s / millions:.1f} s",
        ratio=result.cpu_s / result.yardstick_s,
        target=200.0,
        note=f"{result.n_animals} animals, {YEARS} years, {result.n_fixes:,} fixes; {by_stage};"
        f" at most {result.peak_mb:.0f} MB",
    )


def table(results: list[Result]) -> str:
    """Return the table of costs per million fixes, and the slope between neighbouring rows."""
    lines = [
        f"| animals | fixes | {' | '.join(STAGES)} | all | peak, MB | slope |",
        "|" + "---|" * (len(STAGES) + 5),
    ]
    before: Result | None = None
    for result in sorted(results, key=lambda one: one.n_fixes):
        millions = result.n_fixes / 1e6
        cells = [str(result.n_animals), f"{result.n_fixes:,}"]
        cells += [
            f"{cost.cpu_s / millions:.1f} s, {cost.tree_mb:.0f} MB"
            for cost in result.costs.values()
        ]
        cells += [f"{result.cpu_s / millions:.1f} s", f"{result.peak_mb:.0f}"]
        cells.append(f"{slope(before, result):.2f}" if before else "")
        lines.append(f"| {' | '.join(cells)} |")
        before = result
    return "\n".join(lines)


def slope(before: Result, after: Result) -> float:
    """Return by which power of the number of fixes the CPU time grew."""
    return float(np.log(after.cpu_s / before.cpu_s) / np.log(after.n_fixes / before.n_fixes))


def write(text: str) -> None:
    """Put the table into the page."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")


def main() -> int:
    """Run what is asked for; exit code 1: more memory than allowed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.large_herd", description=__doc__)
    parser.add_argument("animals", nargs="*", type=int, default=[2, 23], help="default: 2 23")
    parser.add_argument("--write", action="store_true", help="update docs/performance.md")
    parser.add_argument("--folder", type=Path, help="where to work; a temporary one otherwise")
    asked = parser.parse_args()
    results = [measure(n_animals, asked.folder) for n_animals in asked.animals]
    text = table(results)
    sys.stdout.write(text + "\n")
    if asked.write:
        write(text)
    return 0 if all(result.peak_mb <= ALLOWED_MB for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
