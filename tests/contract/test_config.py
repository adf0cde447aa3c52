"""The configuration, its commented default and its schema are one definition."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from corridors.config import model, scenarios, sources
from corridors.config.load import PATH_KEYS, load
from corridors.config.model import Config
from corridors.config.write import config_text, schema_text, write_study
from corridors.foundation.errors import OutputError
from corridors.stages import scenario_stages, table


def _models() -> Iterator[type[BaseModel]]:
    for module in (model, sources, scenarios):
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, sources.Section):
                yield value


def test_a_new_study_loads_with_every_default(tmp_path: Path) -> None:
    config = load(write_study(tmp_path / "new")).config
    herd = config.herds["my-herd"]
    assert config.model_copy(update={"herds": {}}) == Config()
    assert herd.tracks[0].path == "data/raw/tracks.csv"
    assert (tmp_path / "new" / "data" / "raw").is_dir()


def test_a_new_study_with_every_commented_key_in_use_loads(tmp_path: Path) -> None:
    text = re.sub(r"^# (?!yaml-language)", "", config_text(), flags=re.MULTILINE)
    # population_size is null in the example, so nothing has to be said about its source.
    path = tmp_path / "config.yaml"
    path.write_text(text)
    config = load(path).config
    assert config.barriers[0].kind == "fence"
    assert config.barriers[0].rules[0].tags == {"highway": ("primary", "trunk")}
    assert config.habitat.layers[0].resistance == {10: 1.0, 40: 20.0}
    assert config.herds["my-herd"].expert_ranges is not None
    assert config.states is not None


def test_every_key_of_the_model_is_in_the_commented_configuration() -> None:
    text = config_text()
    for section in _models():
        for name, field in section.model_fields.items():
            assert re.search(rf"^#? *(- )?{field.alias or name}:", text, re.MULTILINE), name


def test_every_description_is_in_the_commented_configuration() -> None:
    text = config_text()
    for section in _models():
        for name, field in section.model_fields.items():
            assert not field.description or field.description in text, name


def test_no_line_of_the_commented_configuration_has_tabs_or_ends_in_spaces() -> None:
    assert not re.search(r"\t|[ ]+$", config_text(), re.MULTILINE)


def test_the_schema_knows_the_same_sections_and_defaults() -> None:
    schema = json.loads(schema_text())
    assert set(schema["properties"]) == set(Config.model_fields)
    assert schema["additionalProperties"] is False
    clean = schema["$defs"]["Clean"]["properties"]
    assert clean["dop_max"]["default"] == Config().clean.dop_max
    assert clean["dop_max"]["description"] == model.Clean.model_fields["dop_max"].description


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("mine: yes\n")
    with pytest.raises(OutputError) as caught:
        write_study(tmp_path)
    assert "there already is a file of this name" in str(caught.value)
    assert (tmp_path / "config.yaml").read_text() == "mine: yes\n"
    assert not (tmp_path / "config.schema.json").exists()


ALL_STAGES = (
    *table.STAGES,
    table.COMPARISON,
    scenario_stages.ALTER,
    *scenario_stages.of_scenario(),
    scenario_stages.BEFORE_AFTER,
)


def test_every_section_that_a_stage_may_see_exists() -> None:
    config = Config()
    for stage in ALL_STAGES:
        assert set(table.sections_of(stage, config, "nobody"))


def test_every_section_is_seen_by_a_stage() -> None:
    seen = {section for stage in ALL_STAGES for section in stage.sections}
    assert set(Config.model_fields) <= seen


def test_what_people_are_given_names_no_animal_of_the_configuration() -> None:
    track = {"path": "ewe 3.csv", "format": "csv", "animal": "ewe 3", "animals": ["ewe 3"]}
    track["columns"] = {"time": "t", "lon": "x", "lat": "y"}
    herd = {"species": "Ovis ammon", "simulated": True, "tracks": [track], "picks": "ewe 3.csv"}
    config = Config.model_validate({"herds": {"argali": herd}})
    for stage in (
        table.get("publish"),
        table.get("atlas"),
        table.COMPARISON,
        scenario_stages.DIFFERENCE,
        scenario_stages.BEFORE_AFTER,
    ):
        sections = table.sections_of(stage, config, "argali")
        assert "ewe 3" not in str(sections), stage.name
        (shown,) = sections["herds"].values() if "herds" in sections else [sections["herd"]]
        assert (shown.species, shown.simulated) == ("Ovis ammon", True)


def test_every_artefact_that_is_read_is_written_by_an_earlier_stage() -> None:
    written: dict[str, tuple[str, ...]] = {}
    for stage in table.STAGES:
        for name, artefacts in stage.reads.items():
            assert name in written, f"{stage.name} reads {name}, which comes later"
            assert set(artefacts) <= set(written[name]), stage.name
        written[stage.name] = stage.writes


def test_every_text_key_that_holds_a_path_expands_variables() -> None:
    for section in _models():
        for name, field in section.model_fields.items():
            says_file = re.match(r"(file|CSV)\b", field.description or "")
            if says_file and field.annotation in (str, str | None):
                assert name in PATH_KEYS, name
