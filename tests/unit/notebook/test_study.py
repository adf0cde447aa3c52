"""A loaded study: its results by name, its runs, and the words of what is not there."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import corridors
from corridors.foundation.errors import ConfigError, InputError, MissingInputError
from corridors.foundation.facts.clean import CleanFacts
from corridors.notebook import example

COLUMNS = "{animal: animal, time: time, lon: lon, lat: lat}"
CONFIG = f"""
herds:
  elk:
    species: Cervus canadensis
    tracks: [{{path: elk.csv, format: csv, columns: {COLUMNS}}}]
  deer:
    species: Odocoileus hemionus
    tracks: [{{path: deer.csv, format: csv, columns: {COLUMNS}}}]
scenarios:
  open: {{remove: [{{kinds: [fence]}}]}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    example.frame().to_csv(tmp_path / "elk.csv", index=False)
    (tmp_path / "deer.csv").write_text("animal,time,lon,lat\n,yesterday,1,2\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def study(folder: Path) -> corridors.LoadedStudy:
    return corridors.load(folder / "config.yaml")


def test_a_run_tells_what_was_done_and_what_failed(study: corridors.LoadedStudy) -> None:
    ran = study.run(["clean", "ingest"])
    assert ran.done == [("ingest", "elk"), ("clean", "elk")]
    assert ran.failed == [("ingest", "deer")]
    assert set(ran.steps["result"]) == {"done", "failed", "skipped"}
    with pytest.raises(InputError, match="row without an animal"):
        ran.raise_any()
    again = study.run(["ingest", "clean"], "elk")
    assert (again.done, again.failed) == ([], [])
    again.raise_any()
    state = study.status().set_index(["stage", "herd"])["state"]
    assert state["clean", "elk"] == "current"
    assert state["ingest", "deer"] == "stale"


def test_verbs_make_of_a_table_what_a_run_makes_of_a_file(study: corridors.LoadedStudy) -> None:
    study.run(["ingest", "clean"], ["elk"]).raise_any()
    of_run = study.table("clean.fixes", "elk")
    of_verb = corridors.clean(corridors.fixes(example.frame())).fixes.read()
    told = ["herd", "species", "source", "source_row"]
    assert_frame_equal(
        pd.DataFrame(of_run.drop(columns=told)), pd.DataFrame(of_verb.drop(columns=told))
    )
    facts = study.facts("clean", "elk")
    assert isinstance(facts, CleanFacts)
    assert facts.n_usable == 6570
    assert study.path("clean.facts", "elk").name == "clean.json"


@pytest.mark.parametrize(
    ("name", "herd", "words"),
    [
        ("clen.fixes", "elk", "did you mean clean?"),
        ("rank.threat", "elk", r"did you mean rank\.threats\?"),
        ("clean.fixes", "elks", "did you mean elk?"),
        ("clean.fixes", None, "one of: elk, deer"),
        ("clean.facts", "elk", r'use facts\("clean.facts"\)'),
        ("delineate.population_raster", "elk", r'use path\("delineate.population_raster"\)'),
    ],
)
def test_a_name_that_does_not_exist_gets_the_nearest(
    study: corridors.LoadedStudy, name: str, herd: str | None, words: str
) -> None:
    study.run(["ingest", "clean"], ["elk"])
    with pytest.raises((ConfigError, MissingInputError), match=words):
        study.table(name, herd)


def test_what_was_not_made_names_the_command_that_makes_it(
    study: corridors.LoadedStudy, folder: Path
) -> None:
    with pytest.raises(MissingInputError) as caught:
        study.table("rank.threats", "elk")
    config = folder / "config.yaml"
    assert caught.value.faults[0].cure == (
        f"corridors rank --with-upstream --config {config} --herd elk"
    )
    with pytest.raises(MissingInputError) as caught:
        study.scenario("open").table("difference.difference", "elk")
    assert caught.value.faults[0].cure == f"corridors scenario open --config {config} --herd elk"
    with pytest.raises(MissingInputError, match="corridors clean --with-upstream"):
        study.scenario("open").facts("clean", "elk")


def test_stages_herds_and_scenarios_that_do_not_exist_are_refused(
    study: corridors.LoadedStudy,
) -> None:
    with pytest.raises(ConfigError, match="did you mean surface"):
        study.run(["surfaces"])
    with pytest.raises(ConfigError, match="did you mean deer"):
        study.run(herds=["der"])
    with pytest.raises(ConfigError, match="did you mean open"):
        study.scenario("opn")
