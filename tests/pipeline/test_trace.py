"""Every number on a fact sheet is in the table, rows and column that it names.

The studies are the shared runs; reading the sheets' tables takes 2 s of CPU.
"""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path

import pytest

import corridors as package
from conftest import corridors
from corridors.config.load import load
from corridors.foundation.errors import InputError, MissingInputError
from corridors.run.trace import figures, trace, traced_row

PACKAGE = Path(package.__file__).parent


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


def test_fifty_numbers_of_the_sheets_lead_to_rows_inputs_and_code_in_one_step(demo_run) -> None:
    study = load(demo_run.folder / "config.yaml")
    every = [
        (herd, row)
        for herd in study.config.herds
        for row in figures(study, herd)
        if any(letter.isdigit() for letter in row["text"])
    ]
    for herd, row in random.Random(20261201).sample(every, 50):
        found = trace(study, herd, row["figure"])
        assert found.text == row["text"]
        assert found.evidence is None or len(found.evidence)
        origin = found.origin
        assert origin.stages[-1] == found.path.parent.parent.name
        # Own look at the files: inputs as they lie there, modules as they are in the package.
        own = study.config.herds[herd]
        raw = [*(one.path for one in own.tracks)]
        raw += [one.path for one in (own.expert_ranges, own.expert_corridors) if one is not None]
        assert set(raw) <= set(origin.inputs)
        for configured, files in origin.inputs.items():
            path = demo_run.folder / configured
            assert files[path.name] == hashlib.sha256(path.read_bytes()).hexdigest()
        for module, digest in origin.code.items():
            path = PACKAGE.parent / module
            assert digest == hashlib.sha256(path.read_bytes()).hexdigest()
        assert f"corridors/stages/{origin.stages[-1]}/stage.py" in origin.code


def test_the_command_tells_inputs_and_code_of_a_figure(demo_run) -> None:
    herd = "wakhan-argali"
    shown = corridors(["trace", herd, "1"], demo_run.folder).stdout
    told = json.loads(corridors(["trace", herd, "1", "--json"], demo_run.folder).stdout)
    for files in told["inputs"].values():
        for name, digest in files.items():
            assert f"input   {name}  sha256 {digest}" in shown
    assert f"code    {len(told['code'])} files  sha256 {told['code_sha256']}" in shown
    assert f"made by {', '.join(told['stages'])}" in shown


def test_a_figure_that_is_not_there_and_a_herd_without_a_sheet_are_told(demo_run, tmp_path) -> None:
    study = load(demo_run.folder / "config.yaml")
    with pytest.raises(InputError, match="no figure 9999"):
        trace(study, "wakhan-argali", 9999)
    text = (demo_run.folder / "config.yaml").read_text("utf-8")
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(MissingInputError, match="has no fact sheet"):
        figures(load(tmp_path / "config.yaml"), "wakhan-argali")
