"""What on this machine, in its libraries or in a study may keep a run from going well."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from corridors.foundation import parallel
from corridors.run.lock import FOLDER as LOCKS

if TYPE_CHECKING:
    from pathlib import Path

    from corridors.config.load import Study

Verdict = Literal["ok", "look", "bad"]
_LEAST_FREE_GB = 2.0
_OLD_D = 400.0


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Parameters
    ----------
    subject
        What it is.
    verdict
        ``ok``; ``look``: a person may want to know; ``bad``: a run will fail.
    found
        What was found, in words.
    cure
        What helps, "" where nothing is wrong.
    """

    subject: str
    verdict: Verdict
    found: str
    cure: str = ""


def machine() -> Iterator[Finding]:
    """Yield what is found of Python, the libraries and the processors."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("Python", "ok", version)
    yield from libraries("corridors")
    yield Finding("processors", "ok", f"{parallel.cores()} may be used")


def libraries(name: str) -> Iterator[Finding]:
    """Yield, for a distribution, the libraries that are not as it wants them; one row if all are.

    Parameters
    ----------
    name
        Of the distribution; what its extras want is not looked at.
    """
    from packaging.requirements import Requirement

    wanted = [Requirement(text) for text in importlib.metadata.requires(name) or ()]
    own = [one for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""})]
    n_wrong = 0
    for one in own:
        try:
            installed = importlib.metadata.version(one.name)
        except importlib.metadata.PackageNotFoundError:
            installed = ""
        if installed and one.specifier.contains(installed, prereleases=True):
            continue
        n_wrong += 1
        yield Finding(
            f"library {one.name}",
            "bad",
            installed or "not installed",
            f'pip install "{one.name}{one.specifier}"',
        )
    if not n_wrong:
        yield Finding("libraries", "ok", f"all {len(own)} are as corridors wants them")


def of_study(study: Study) -> Iterator[Finding]:
    """Yield what is found of a study: its disk, its locks, its inputs and its results.

    Parameters
    ----------
    study
        The loaded configuration.
    """
    yield from _disk(study.processed)
    yield from _locks(study.processed / LOCKS)
    yield from _inputs(study)
    yield from _results(study)


def _disk(processed: Path) -> Iterator[Finding]:
    place = processed
    while not place.exists():
        place = place.parent
    if not os.access(place, os.W_OK):
        yield Finding(
            "results", "bad", f"{place} cannot be written to", "permissions, study.data_processed"
        )
    free_gb = shutil.disk_usage(place).free / 1e9
    is_low = free_gb < _LEAST_FREE_GB
    yield Finding(
        "disk of the results",
        "look" if is_low else "ok",
        f"{free_gb:.1f} GB free",
        "free space, or set study.data_processed to another disk" if is_low else "",
    )


def _locks(folder: Path) -> Iterator[Finding]:
    import filelock

    held = []
    for path in sorted(folder.glob("*.lock")):
        lock = filelock.FileLock(path)
        try:
            lock.acquire(timeout=0)
        except (filelock.Timeout, OSError):
            held.append(path.stem)
        else:
            lock.release()
    yield Finding(
        "locks",
        "look" if held else "ok",
        f"another run works on {', '.join(held)}" if held else "no other run is at work",
        "wait for it, or give --wait SECONDS" if held else "",
    )


def _inputs(study: Study) -> Iterator[Finding]:
    from corridors.stages import registry

    names = {
        configured
        for stage in registry.stages()
        if stage.partition == "herd"
        for herd in study.config.herds
        for configured in registry.inputs_of(stage, study.config, herd)
    }
    oldest: tuple[float, str] | None = None
    missing = []
    for configured in sorted(names):
        try:
            age_d = (time.time() - study.raw_path(configured).stat().st_mtime) / 86_400
        except OSError:
            missing.append(configured)
            continue
        oldest = max(oldest, (age_d, configured)) if oldest else (age_d, configured)
    for configured in missing:
        yield Finding("input", "bad", f"{configured} is not there", "put it there; corridors check")
    if oldest is not None:
        age_d, configured = oldest
        yield Finding(
            "oldest input",
            "look" if age_d > _OLD_D else "ok",
            f"{configured}, {age_d:.0f} days",
            "is there a newer one?" if age_d > _OLD_D else "",
        )


def _results(study: Study) -> Iterator[Finding]:
    from corridors.run.fingerprint import Fingerprints
    from corridors.run.plan import survey

    rows = list(survey(Fingerprints(study)).values())
    n_current = sum(row.state == "current" for row in rows)
    is_all = n_current == len(rows)
    yield Finding(
        "results",
        "ok" if is_all else "look",
        f"{n_current} of {len(rows)} are up to date",
        "" if is_all else "corridors plan says why; corridors run makes them",
    )
