"""What a benchmark returns, and how it measures time."""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


class MissingDataError(Exception):
    """The data that a benchmark needs are not there."""


@dataclass(frozen=True)
class Figure:
    """One measured number.

    Parameters
    ----------
    name
        Name of the benchmark.
    value, unit
        What was measured.
    yardstick
        What it is compared with, in words and numbers.
    ratio
        ``value`` over the yardstick.
    target
        The ratio may be at most this.
    note
        What the number was measured on, and how exact the result was.
    """

    name: str
    value: float
    unit: str
    yardstick: str
    ratio: float
    target: float
    note: str = ""

    @property
    def ok(self) -> bool:
        """Whether the target is met."""
        return self.ratio <= self.target

    def to_json(self) -> str:
        """Return the figure as one line of JSON, numbers to four digits."""
        fields = {
            key: float(f"{value:.4g}") if isinstance(value, float) else value
            for key, value in asdict(self).items()
        }
        return json.dumps({**fields, "ok": self.ok}, ensure_ascii=False)


@dataclass(frozen=True)
class Report:
    """Figures with tables of their own, on a page of their own.

    Parameters
    ----------
    figures
        What is measured against a target.
    tables
        Markdown for the page.
    page
        Name of the page in ``docs``; what stands there between the markers is replaced.
    """

    figures: Sequence[Figure]
    tables: str
    page: str


def median_seconds(*functions: Callable[[], object], repeats: int) -> Sequence[float]:
    """Return the median time of each function, s.

    They are called in turn, so that a slow moment of the machine meets all of them; a first call
    of each, which may compile, is not counted.
    """
    for function in functions:
        function()
    seconds: list[list[float]] = [[] for _ in functions]
    for _ in range(repeats):
        for function, times in zip(functions, seconds, strict=True):
            start = time.perf_counter()
            function()
            times.append(time.perf_counter() - start)
    return [statistics.median(times) for times in seconds]


def reference() -> Path:
    """Return the folder of reference data.

    Raises
    ------
    MissingDataError
        It is not there.
    """
    default = PROJECT / ".." / "shared" / "reference"
    folder = Path(os.environ.get("CORRIDORS_REFERENCE", default))
    if not (folder / "README.md").is_file():
        raise MissingDataError("needs the reference folder; set CORRIDORS_REFERENCE")
    return folder.resolve()
