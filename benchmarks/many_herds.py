"""300 herds of mixed evidence: the atlas of all, looking at them, one that changes.

``python -m benchmarks.many_herds FOLDER`` keeps the study there, and takes it up if it is there.
Ten herds are run, the others are copies of their results (`copied_herds`). CPU time is compared
with what is allowed by the clock: that of one process says what it needs on a machine of its own.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from benchmarks import copied_herds, mixed_herds
from benchmarks.figure import Figure

N_HERDS = 300
ATLAS_S, LOOK_S, QGIS_S = 600.0, 1.0, 10.0
CHANGED = "herd-010"
_SETTLED_S = 2.5  # what was written so shortly ago is looked at once more
_OPEN = """
import sys
from qgis.core import QgsApplication, QgsProject, QgsVectorLayer
QgsApplication.setPrefixPath("/usr", True)
app = QgsApplication([], False)
app.initQgis()
package = QgsVectorLayer(sys.argv[1])
names = [one.split("!!::!!")[1] for one in package.dataProvider().subLayers()]
layers = [QgsVectorLayer(f"{sys.argv[1]}|layername={name}", name, "ogr") for name in names]
assert all(layer.isValid() for layer in layers)
print(sum(sum(1 for _ in layer.getFeatures()) for layer in layers))
"""


@dataclass(frozen=True)
class Cost:
    """What a command took, and what it said."""

    cpu_s: float
    peak_mb: float
    out: str


def run(folder: Path | None = None) -> list[Figure]:
    """Return the cost of the atlas, of looking and of one change."""
    if folder is not None:
        return measured(folder)
    with tempfile.TemporaryDirectory() as work:
        return measured(Path(work) / "study")


def measured(folder: Path) -> list[Figure]:
    """Return the figures of a study, which is made if it is not there."""
    if not (folder / "config.yaml").exists():
        make(folder)
    n_files = sum(1 for path in (folder / "data" / "processed").rglob("*") if path.is_file())
    shutil.rmtree(folder / "data" / "processed" / "atlas" / "all-herds", ignore_errors=True)
    atlas = called(folder, "run", "--scheduler", "serial")
    package = folder / "data" / "processed" / "atlas" / "all-herds" / "atlas.gpkg"
    size_mb = package.stat().st_size / 1e6
    time.sleep(_SETTLED_S)
    called(folder, "status")
    looks = {word: looked(folder, word) for word in ("status", "run")}
    bare = called_python(folder, "-c", "pass")
    tracks = folder / "data" / "raw" / f"{CHANGED}.csv"
    rows = tracks.read_text().splitlines(keepends=True)
    tracks.write_text("".join(rows[:-1]))
    changed = called(folder, "run", "--scheduler", "serial", "--json")
    done = [one for one in json.loads(changed.out)["stages"] if one["result"] == "done"]
    others = {one["herd"] for one in done} - {CHANGED, "all-herds"}
    atlas_s = sum(one["seconds"] for one in done if one["stage"] == "atlas")
    kinds = Counter(mixed_herds.names(N_HERDS).values())
    told = ", ".join(f"{n} {kind}" for kind, n in kinds.items())
    study = f"{N_HERDS} herds ({told}), {n_files:,} files of results"
    figures = [
        _figure("many_herds_atlas", atlas, ATLAS_S, f"{study}; atlas.gpkg {size_mb:.1f} MB"),
        _figure("many_herds_status", looks["status"], LOOK_S, f"corridors status; {study}"),
        _figure(
            "many_herds_nothing_to_do", looks["run"], LOOK_S,
            f"corridors run; {study}; a bare interpreter takes {bare.cpu_s:.3f} s",
        ),
        Figure(
            "many_herds_one_changed", float(len(others)), "other herds are run again", "none",
            float(len(others)), 0.0,
            f"a fix less of {CHANGED}: {len(done)} results made, {changed.cpu_s:.1f} s CPU, the"
            f" atlas {atlas_s:.0f} s by the clock; {changed.peak_mb:.0f} MB at most",
        ),
    ]  # fmt: skip
    opened = _in_qgis(package)
    if opened is not None:
        note = f"all {int(opened.out):,} features of all layers of atlas.gpkg read by QGIS"
        figures.append(_figure("many_herds_qgis", opened, QGIS_S, note))
    return figures


def make(folder: Path) -> None:
    """Make the study: ten herds are run, the others copied."""
    herds = list(mixed_herds.build(folder, N_HERDS))
    first = herds[: mixed_herds.N_RUN]
    chosen = [word for herd in first for word in ("--herd", herd)]
    called(folder, "run", "--scheduler", "serial", *chosen)
    copied_herds.copy_herds(
        folder,
        {
            herd: (first[number % len(first)], mixed_herds.EAST_DEG * (number // len(first)))
            for number, herd in enumerate(herds)
            if number >= len(first)
        },
    )


def looked(folder: Path, word: str) -> Cost:
    """Return the median of three looks."""
    costs = [called(folder, word) for _ in range(3)]
    return sorted(costs, key=lambda cost: cost.cpu_s)[1]


def called(folder: Path, *words: str) -> Cost:
    """Return what a command of ours took.

    Raises
    ------
    RuntimeError
        It failed.
    """
    return called_python(folder, "-m", "corridors", *words)


def called_python(folder: Path, *words: str) -> Cost:
    """Return what an interpreter took."""
    return _called(folder, [sys.executable, *words])


def _called(folder: Path, command: list[str]) -> Cost:
    with tempfile.TemporaryFile("w+") as out:
        child = subprocess.Popen(command, cwd=folder, stdout=out, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read()
    if child.returncode:
        raise RuntimeError(f"{' '.join(command)}: exit code {child.returncode}\n{text[-2000:]}")
    return Cost(used.ru_utime + used.ru_stime, _mb(used), text)


def _mb(used: resource.struct_rusage) -> float:
    return used.ru_maxrss / 1024.0


def _in_qgis(package: Path) -> Cost | None:
    """Return what QGIS takes to open every layer and read every feature; None without QGIS."""
    python = os.environ.get("QGIS_PYTHON", "/usr/bin/python3")
    try:
        _called(package.parent, [python, "-c", "import qgis.core"])
    except (RuntimeError, OSError):
        return None
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    cost = _called(package.parent, [python, "-c", _OPEN, str(package)])
    return Cost(cost.cpu_s, cost.peak_mb, cost.out.split()[-1])


def _figure(name: str, cost: Cost, allowed_s: float, note: str) -> Figure:
    return Figure(
        name, cost.cpu_s, "s CPU", f"{allowed_s:g} s that are allowed", cost.cpu_s / allowed_s, 1.0,
        f"{note}; {cost.peak_mb:.0f} MB at most",
    )  # fmt: skip


if __name__ == "__main__":
    for figure in run(Path(sys.argv[1])):
        sys.stdout.write(figure.to_json() + "\n")
