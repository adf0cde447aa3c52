"""A stage as a function of folders, on a stage made up for the purpose."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import pandas as pd
import pytest

from corridors.config.model import Clean
from corridors.formats.stored import save
from corridors.foundation.artefacts import Document, Linked, RawFiles, Table, silent
from corridors.foundation.errors import InternalError
from corridors.foundation.spool import spool_rows
from corridors.run import binding
from corridors.stages.registry import Stage, declared

FIDELITY = {
    "herd": "h",
    "animal": "a",
    "season": "spring",
    "bio_year": 2020,
    "other_year": 2021,
    "bhattacharyya": 0.5,
    "intersection": 0.25,
}


@dataclass(frozen=True)
class OneHerd:
    fidelity: Annotated[Table, "describe.fidelity"]


@dataclass(frozen=True)
class Inputs:
    herds: Mapping[str, OneHerd]
    own: OneHerd
    raw: Annotated[RawFiles, "picks"]


@dataclass(frozen=True)
class Pointing:
    report: Annotated[Linked, "publish.report"]


@dataclass(frozen=True)
class Settings:
    herd: Annotated[str, "herd"]
    clean: Clean


@dataclass(frozen=True)
class Results:
    fidelity: Annotated[Table, "FIDELITY"]
    page: Annotated[Document, "{herd}.html"]


def run(inputs: Inputs, settings: Settings, progress: Any) -> Results:
    progress("said", 0.5)
    years = inputs.own.fidelity.read()["bio_year"].tolist()
    herds = {name: one.fidelity.read()["herd"].tolist() for name, one in inputs.herds.items()}
    return Results(inputs.own.fidelity, Document(f"{years} {herds} {inputs.raw.of('p').name}"))


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    module = ModuleType("made_up_stage")
    for one in (Inputs, Settings, Results, run):
        setattr(module, one.__name__, one)
    monkeypatch.setitem(sys.modules, "made_up_stage", module)
    return Stage("made_up", "made_up_stage")


def places(folder: Path) -> dict[str, dict[str, Path]]:
    found = {}
    for herd in ("h", "k"):
        found[herd] = folder / f"{herd}.parquet"
        save(Table.of(pd.DataFrame([FIDELITY | {"herd": herd}])), found[herd], "FIDELITY")
    return {"describe.fidelity": found}


def test_what_a_stage_reads_writes_and_opens_follows_from_its_classes(stage: Stage) -> None:
    assert stage.reads == {"describe": ("fidelity.parquet",)}
    assert stage.writes == ("fidelity.parquet", "{herd}.html")
    assert stage.inputs == ("picks",)
    assert stage.partition == "study"
    assert [one.name for one in declared(stage.code.Settings)] == ["herd", "clean"]


def test_inputs_come_from_files_and_results_go_to_files(stage: Stage, tmp_path: Path) -> None:
    staged, said = tmp_path / "staged", []
    staged.mkdir()
    files = places(tmp_path)
    raw = {"p": tmp_path / "picks.csv"}
    binding.perform(
        stage, None, files, raw, "h", staged, {"herd": "h"}, lambda *words: said.append(words)
    )
    assert said == [("said", 0.5)]
    assert sorted(path.name for path in staged.iterdir()) == ["fidelity.parquet", "h.html"]
    text = (staged / "h.html").read_text(encoding="utf-8")
    assert text == "[2020] {'h': ['h'], 'k': ['k']} picks.csv"
    given = files["describe.fidelity"]["h"]
    assert (staged / "fidelity.parquet").read_bytes() == given.read_bytes()


def test_rows_that_are_no_result_leave_no_file(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spooling(inputs: Inputs, settings: Settings, progress: Any) -> Results:
        spool_rows("FIDELITY").close()
        return run(inputs, settings, progress)

    monkeypatch.setattr(stage.code, "run", spooling)
    staged = tmp_path / "staged"
    staged.mkdir()
    raw = {"p": tmp_path / "picks.csv"}
    binding.perform(stage, None, places(tmp_path), raw, "h", staged, {"herd": "h"}, silent)
    assert sorted(path.name for path in staged.iterdir()) == ["fidelity.parquet", "h.html"]


def test_what_is_only_pointed_to_has_its_name_and_is_not_opened(tmp_path: Path) -> None:
    found = binding.inputs_from(Pointing, {"publish.report": {"h": tmp_path / "h.html"}}, {}, "h")
    assert found.report.file == "h.html"


def test_a_herd_without_everything_is_left_out_of_a_studys_inputs(
    stage: Stage, tmp_path: Path
) -> None:
    files = places(tmp_path)
    del files["describe.fidelity"]["k"]
    found = binding.inputs_from(Inputs, files, {}, "h")
    assert list(found.herds) == ["h"]


def test_a_stage_that_returns_something_else_is_a_defect(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage.code, "run", lambda *_: None)
    with pytest.raises(InternalError, match="stage made_up returned no Results"):
        binding.perform(stage, None, places(tmp_path), {}, "h", tmp_path, {}, lambda *_: None)
