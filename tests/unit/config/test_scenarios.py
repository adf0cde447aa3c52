"""Scenarios in the configuration: closed, typed, every fault with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridors.config.load import Study, load
from corridors.foundation.errors import ConfigError

HERD = """\
herds:
  a:
    species: Ovis ammon
    tracks: [{path: t.csv, format: movebank}]
barriers:
  - {name: fences, path: f.gpkg, kind: fence}
"""


def loaded(folder: Path, text: str) -> Study:
    path = folder / "config.yaml"
    path.write_text(HERD + text, encoding="utf-8")
    return load(path)


def faults(folder: Path, text: str) -> list[tuple[int | None, str | None, str]]:
    with pytest.raises(ConfigError) as caught:
        loaded(folder, text)
    return [(fault.row, fault.column, fault.what) for fault in caught.value.faults]


def test_a_whole_scenario_loads_and_names_its_files(tmp_path: Path) -> None:
    study = loaded(
        tmp_path,
        """\
scenarios:
  new-road:
    title: A road
    add: [{name: road, path: road.gpkg, kind: road, class: motorway}]
    remove: [{barriers: ["fences:1"]}]
    open: [{kinds: [fence], permeability: 1.0, months: [4, 5]}]
    change: [{classes: [fence_livestock], path: area.gpkg, permeability: 0.8}]
before_after:
  fence-down:
    barriers: ["fences:2"]
    lines: [{name: old, path: old.gpkg, kind: fence}]
    day: 2009-08-01
""",
    )
    scenario = study.config.scenarios["new-road"]
    assert scenario.add[0].status == "planned"
    assert scenario.paths == ["road.gpkg", "area.gpkg"]
    assert study.config.before_after["fence-down"].paths == ["old.gpkg"]


@pytest.mark.parametrize(
    ("text", "row", "column", "what"),
    [
        ("scenarios: {x: {title: empty}}", 7, "scenarios.x", "one of add, remove, open and change"),
        ("scenarios: {x: {remove: [{}]}}", 7, "scenarios.x.remove[0]", "say which barriers"),
        (
            "scenarios:\n  x:\n    change:\n      - {kinds: [fence], permeability: 1.2}",
            10,
            "scenarios.x.change[0].permeability",
            "the value cannot be used",
        ),
        (
            "scenarios:\n  x:\n    add: [{name: r, path: r.gpkg, kind: road, permeability: -1}]",
            9,
            "scenarios.x.add[0].permeability",
            "the value cannot be used",
        ),
        (
            "scenarios:\n  x:\n    open:\n      - {kinds: [fence], permeability: 1.0}",
            10,
            "scenarios.x.open[0]",
            "one of seasons, months and days",
        ),
        (
            "scenarios: {x: {open: [{kinds: [fence], permeability: 1.0, months: [13]}]}}",
            7,
            "scenarios.x.open[0].months[0]",
            "the value cannot be used",
        ),
        (
            "scenarios: {x: {open: [{kinds: [road], permeability: 1.0, days: [02-30, 04-01]}]}}",
            7,
            "scenarios.x.open[0].days[0]",
            "the value cannot be used",
        ),
        (
            "scenarios:\n  x:\n    remove: [{kind: fence}]",
            9,
            "scenarios.x.remove[0].kind",
            "unknown key",
        ),
        (
            "before_after: {x: {day: 2009-08-01}}",
            7,
            "before_after.x",
            "say which barriers",
        ),
        ("before_after: {x: {kinds: [fence]}}", 7, "before_after.x.day", "a key is missing"),
    ],
)
def test_every_fault_has_its_line_and_key(
    tmp_path: Path, text: str, row: int, column: str, what: str
) -> None:
    found = faults(tmp_path, text)
    assert any(r == row and c == column and what in w for r, c, w in found), found


def test_names_must_differ_where_they_would_be_mixed_up(tmp_path: Path) -> None:
    both = (
        "scenarios: {x: {remove: [{kinds: [fence]}]}}\n"
        "before_after: {x: {kinds: [fence], day: 2009-08-01}}"
    )
    assert "the name of a scenario, too" in faults(tmp_path, both)[0][2]
    same = "scenarios: {x: {add: [{name: fences, path: r.gpkg, kind: road}]}}"
    assert "the name of one of the study's barriers" in faults(tmp_path, same)[0][2]
    twice = (
        "scenarios: {x: {add: [{name: r, path: r.gpkg, kind: road},"
        " {name: r, path: s.gpkg, kind: road}]}}"
    )
    assert "names must be different" in faults(tmp_path, twice)[0][2]


def test_all_faults_of_a_scenario_show_at_once(tmp_path: Path) -> None:
    text = """\
scenarios:
  x:
    closed_below: 0
    remove: [{kinds: [hedge]}]
    change: [{kinds: [fence], permeability: "0.8"}]
"""
    assert [row for row, *_ in faults(tmp_path, text)] == [9, 10, 11]
