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

from benchmarks.figure import PROJECT, Figure, MissingDataError, Report

PAGE = PROJECT / "docs" / "performance.md"
BEGIN, END = "<!-- benchmarks: begin -->", "<!-- benchmarks: end -->"
HEADER = (
    "| benchmark | measured | yardstick | ratio | at most | met | on |",
    "|---|---|---|---|---|---|---|",
)
NOT_A_BENCHMARK = {
    "barrier_landscape",
    "brownian_herds",
    "copied_herds",
    "fenced_walks",
    "fenced_worlds",
    "mixed_herds",
    "permeability_worlds",
    "release_attacks",
    "simulated_animals",
    "simulated_crossings",
    "simulated_lives",
    "thinned_tracks",
    "true_ranks",
    "__main__",
    "figure",
}


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


def write_report(report: Report) -> None:
    """Put the figures and tables of a report into its page."""
    page = PROJECT / "docs" / report.page
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    body = [BEGIN, "", *HEADER, *map(row, report.figures), "", report.tables, "", END]
    page.write_text(before + "\n".join(body) + after, encoding="utf-8")


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
    parser.add_argument("--write", action="store_true", help="update the pages in docs")
    asked = parser.parse_args()
    unknown = sorted(set(asked.name) - set(names()))
    if unknown:
        sys.stderr.write(
            f"no such benchmark: {', '.join(unknown)}; there is {', '.join(names())}\n"
        )
        return 2
    figures: list[Figure] = []
    reports: list[Report] = []
    for name in asked.name or names():
        try:
            result = importlib.import_module(f"benchmarks.{name}").run()
        except MissingDataError as reason:
            lines = [json.dumps({"name": name, "skipped": str(reason)})]
        else:
            if isinstance(result, Report):
                reports.append(result)
                lines = [figure.to_json() for figure in result.figures]
            else:
                new = [result] if isinstance(result, Figure) else result
                figures += new
                lines = [figure.to_json() for figure in new]
        sys.stdout.writelines(line + "\n" for line in lines)
        sys.stdout.flush()
    if asked.write:
        if figures:
            write(figures)
        for report in reports:
            write_report(report)
    figures += [figure for report in reports for figure in report.figures]
    return 0 if all(figure.ok for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
