"""Every number on a fact sheet is in the table, rows and column that it names.

The studies are the shared runs; reading the sheets' tables takes 2 s of CPU.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conftest import corridors
from corridors.config.load import load
from corridors.foundation.errors import InputError, MissingInputError
from corridors.run.trace import figures, trace, traced_row


def check(folder: Path) -> int:
    """Trace all figures of all herds of a study; return how many."""
    study = load(folder / "config.yaml")
    n = 0
    for herd in study.config.herds:
        for row in figures(study, herd):
            assert traced_row(study, herd, row).text == row["text"], (herd, row)
            n += 1
    return n


def test_every_number_on_the_sheets_of_the_demo_is_in_its_table(demo_run) -> None:
    assert check(demo_run.folder) > 80


def test_every_number_on_the_sheets_of_wyoming_is_in_its_table(
    wyoming_run: Path, monkeypatch: pytest.MonkeyPatch, reference: Path
) -> None:
    monkeypatch.setenv("CORRIDORS_REFERENCE", str(reference))
    assert check(wyoming_run) > 80


def test_the_command_shows_the_rows_of_a_figure(demo_run) -> None:
    herd = "wakhan-argali"
    rows = json.loads(corridors(["trace", herd, "--json"], demo_run.folder).stdout)
    days = next(
        row for row in rows if row["item"] == "Days: mean (min–max)" and row["how"] == "mean"
    )
    shown = corridors(["trace", herd, str(days["figure"])], demo_run.folder)
    assert shown.returncode == 0, shown.stderr
    assert "DIFFERS" not in shown.stdout
    assert f"{days['text']}  ({days['group']}, Days: mean (min–max))" in shown.stdout
    assert "migration_facts.parquet" in shown.stdout
    assert "rows    season = " in shown.stdout
    listed = corridors(["trace", herd], demo_run.folder).stdout
    assert "At a glance" in listed


def test_a_figure_that_is_not_there_and_a_herd_without_a_sheet_are_told(demo_run, tmp_path) -> None:
    study = load(demo_run.folder / "config.yaml")
    with pytest.raises(InputError, match="no figure 9999"):
        trace(study, "wakhan-argali", 9999)
    text = (demo_run.folder / "config.yaml").read_text("utf-8")
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(MissingInputError, match="has no fact sheet"):
        figures(load(tmp_path / "config.yaml"), "wakhan-argali")
