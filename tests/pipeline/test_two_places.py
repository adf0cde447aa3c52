"""The same inputs give the same bytes from another copy of the program, elsewhere, as another user.

Two copies of the source run a small study (a tracked herd, a drawn one) from nothing at two paths,
with homes, user names and, where the tests may do so, user ids of their own. 25 s of CPU.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks import mixed_herds

import corridors as package

pytestmark = [pytest.mark.slow]

SOURCE = Path(package.__file__).parent
NOBODY = 65534
DAY = "2026-06-10"
COMMANDS = (
    ["run", "--scheduler", "serial"],
    ["release", "gium", "--out", "gium", "--date", DAY],
    *(
        ["release", "download", "--out", f"for-{tier}", "--tier", tier, "--date", DAY]
        for tier in ("internal", "public")
    ),
)
# In one process, which imports everything once.
ONE_AFTER_THE_OTHER = """
import json, sys
from corridors.cli import main
for words in json.loads(sys.argv[1]):
    if code := main(words):
        sys.exit(f"{words}: {code}")
"""
# What is known of the machine: stamps of files, what happened when, who holds what.
OF_THE_MACHINE = {".cache", ".log", ".lock", ".staging"}


@pytest.fixture
def places() -> Iterator[tuple[Path, Path]]:
    """Two folders that any user may enter, as unlike as paths are."""
    made = Path(tempfile.mkdtemp(prefix="corridors-two-places-"))
    made.chmod(0o755)
    try:
        first, second = made / "a", made / "other user's" / "copy of the släkt" / "b"
        for place in (first, second):
            place.mkdir(parents=True)
        yield first, second
    finally:
        shutil.rmtree(made)


def may_start(uid: int) -> bool:
    """Return whether another user may be had, and may start this interpreter."""
    try:
        done = subprocess.run([sys.executable, "-c", "pass"], user=uid, cwd="/", check=False)
    except PermissionError:
        return False
    return done.returncode == 0


def run_at(place: Path, inputs: Path, name: str, uid: int | None) -> dict[str, bytes]:
    """Copy the program to a place, run and release there; return all files by path."""
    shutil.copytree(SOURCE, place / "src" / "corridors")
    study, home = place / "study", place / "home" / name
    home.mkdir(parents=True)
    shutil.copytree(inputs, study)
    if uid is not None:
        for path in [place, *place.rglob("*")]:
            os.chown(path, uid, uid)
    kept = ("PATH", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "LANG")
    env = {key: os.environ[key] for key in kept if key in os.environ}
    env |= {"PYTHONPATH": str(place / "src"), "HOME": str(home), "USER": name, "LOGNAME": name}
    done = subprocess.run(
        [sys.executable, "-c", ONE_AFTER_THE_OTHER, json.dumps(COMMANDS)],
        cwd=study, env=env, user=uid, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, (done.stdout[-500:], done.stderr)
    return {
        path.relative_to(study).as_posix(): path.read_bytes()
        for path in sorted(study.rglob("*"))
        if path.is_file() and not OF_THE_MACHINE & set(path.relative_to(study).parts)
    }


def test_two_copies_at_two_places_leave_the_same_bytes(places: tuple[Path, Path]) -> None:
    first, second = places
    other = NOBODY if may_start(NOBODY) else None
    inputs = first.parent / "inputs"  # a GeoPackage tells when it was written
    mixed_herds.build(inputs, 2)
    here = run_at(first, inputs, "ada", None)
    there = run_at(second, inputs, "grace", other)
    assert sorted(here) == sorted(there)
    assert [name for name in here if here[name] != there[name]] == []
    # All that matters is among them, and no place or user is told.
    for name in ("rank/herd-000/threats.parquet", "atlas/all-herds/atlas.gpkg"):
        assert f"data/processed/{name}" in here
    for name in ("for-public/ro-crate-metadata.json", "for-internal/herd-000/herd-000.gpkg"):
        assert name in here
    assert any(name.startswith("gium/SeasonalArrowsMerged") for name in here)
    for told in (str(first).encode(), b"ada/", b"/study/"):
        assert [name for name, data in here.items() if told in data] == []
