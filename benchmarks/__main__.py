"""Run benchmarks: ``python -m benchmarks [NAME ...] [--write]``.

Prints one line of JSON per figure. Exit code 1: a target was missed; 2: no such benchmark.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import pkgutil
import platform
import sys
from importlib.metadata import version
from pathlib import Path

from benchmarks.figure import PROJECT, Figure, MissingDataError

PAGE = PROJECT / "docs" / "performance.md"
BEGIN, END = "<!-- benchmarks: begin -->", "<!-- benchmarks: end -->"
HEADER = (
    "| benchmark | measured | yardstick | ratio | at most | met | on |",
    "|---|---|---|---|---|---|---|",
)
NOT_A_BENCHMARK = {"__main__", "figure"}


def names() -> list[str]:
    """Return the benchmarks there are."""
    found = pkgutil.iter_modules([str(Path(__file__).parent)])
    return sorted(module.name for module in found if module.name not in NOT_A_BENCHMARK)


def row(figure: Figure) -> str:
    """Return a figure as a row of the table."""
    cells = (
        figure.name,
        f"{figure.value:.3g} {figure.unit}",
        figure.yardstick,
        f"{figure.ratio:.2g}",
        f"{figure.target:g}",
        "yes" if figure.ok else "**no**",
        figure.note,
    )
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def write(figures: list[Figure]) -> None:
    """Put the figures into the page; rows of other benchmarks stay."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    table, _, after = rest.partition(END)
    rows = {
        line.split("|")[1].strip(): line
        for line in table.splitlines()
        if line.startswith("| ") and line != HEADER[0]
    }
    rows |= {figure.name: row(figure) for figure in figures}
    machine = (
        f"Measured on {os.cpu_count()} cores, {platform.machine()}, {platform.system()}, with"
        f" Python {platform.python_version()}, numpy {version('numpy')}, numba {version('numba')}."
    )
    body = [BEGIN, "", machine, "", *HEADER, *(rows[name] for name in sorted(rows)), "", END]
    PAGE.write_text(before + "\n".join(body) + after, encoding="utf-8")


def main() -> int:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", nargs="*", help="benchmarks to run; none: all")
    parser.add_argument("--write", action="store_true", help="update docs/performance.md")
    asked = parser.parse_args()
    unknown = sorted(set(asked.name) - set(names()))
    if unknown:
        sys.stderr.write(
            f"no such benchmark: {', '.join(unknown)}; there is {', '.join(names())}\n"
        )
        return 2
    figures: list[Figure] = []
    for name in asked.name or names():
        try:
            figure = importlib.import_module(f"benchmarks.{name}").run()
        except MissingDataError as reason:
            line = json.dumps({"name": name, "skipped": str(reason)})
        else:
            figures.append(figure)
            line = figure.to_json()
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    if asked.write:
        write(figures)
    return 0 if all(figure.ok for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
