"""The configuration, its commented default and its schema are one definition."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError

from contract.rows.configuration import DEFAULTS, IN_USE, REFUSED
from corridors.config import model
from corridors.config.load import PATH_KEYS, load
from corridors.config.model import Config
from corridors.config.sources import Herd
from corridors.config.write import config_text, schema_text, write_study
from corridors.foundation.errors import OutputError
from corridors.run.fingerprint import sections
from corridors.stages import registry


def _models(section: type[BaseModel] = Config) -> Iterator[type[BaseModel]]:
    """Yield the sections of the configuration, each as often as it is used."""
    yield section
    for field in section.model_fields.values():
        for below in _sections_in(field.annotation):
            yield from _models(below)


def _sections_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _sections_in(part)


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
    *registry.stages(),
    registry.comparison(),
    registry.release(),
    registry.download(),
    *registry.of_scenario(registry.SCENARIO),
    *registry.of_scenario(registry.BEFORE_AFTER),
)


def test_every_section_that_a_stage_may_see_exists() -> None:
    config = Config()
    for stage in ALL_STAGES:
        assert set(sections(stage.settings(config, "nobody")))


def test_every_section_is_seen_by_a_stage() -> None:
    seen: set[str] = set()
    for stage in ALL_STAGES:
        seen |= set(sections(stage.settings(Config(), "nobody")))
    assert set(Config.model_fields) <= seen


def test_what_people_are_given_names_no_animal_of_the_configuration() -> None:
    track = {"path": "ewe 3.csv", "format": "csv", "animal": "ewe 3", "animals": ["ewe 3"]}
    track["columns"] = {"time": "t", "lon": "x", "lat": "y"}
    herd = {"species": "Ovis ammon", "simulated": True, "tracks": [track], "picks": "ewe 3.csv"}
    config = Config.model_validate({"herds": {"argali": herd}})
    for stage in (
        registry.get("publish"),
        registry.get("atlas"),
        registry.comparison(),
        registry.release(),
        registry.download(),
        *registry.of_scenario(("difference", "before_after")),
    ):
        given = sections(stage.settings(config, "argali"))
        assert "ewe 3" not in str(given), stage.name
        values = [*given.values(), *given.get("herds", {}).values()]
        (shown,) = (one for one in values if isinstance(one, Herd))
        assert (shown.species, shown.simulated) == ("Ovis ammon", True)


def test_every_artefact_that_is_read_is_written_by_an_earlier_stage() -> None:
    written: dict[str, tuple[str, ...]] = {}
    for stage in registry.stages():
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


def _keys(path: str) -> list[str | int]:
    return [int(part) if part.isdigit() else part for part in path.split(".")]


def _with(path: str, value: Any) -> dict[str, Any]:
    """Return the study with everything in use and one key changed."""
    study = copy.deepcopy(IN_USE)
    *above, last = _keys(path)
    place: Any = study
    for key in above:
        place = place[key] if isinstance(key, int) else place.setdefault(key, {})
    place[last] = value
    return study


def test_the_defaults_are_those_written_down() -> None:
    assert Config().model_dump(mode="json", by_alias=True) == DEFAULTS


def test_a_study_with_every_section_in_use_is_taken() -> None:
    Config.model_validate(IN_USE)


@pytest.mark.parametrize(
    ("path", "value"), [(path, value) for value, paths in REFUSED for path in paths.split()]
)
def test_a_key_refuses_what_lies_beyond_its_bounds_and_words(path: str, value: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        Config.model_validate(_with(path, value))
    keys = _keys(path)
    assert all(list(error["loc"][: len(keys)]) == keys for error in caught.value.errors())


def test_no_bound_and_no_vocabulary_of_a_key_is_without_a_value_that_breaks_it() -> None:
    root = json.loads(schema_text())
    rules = {
        (section, name): set(_rules(key, None))
        for section, own in {**root["$defs"], "": root}.items()
        for name, key in own["properties"].items()
    }
    for value, paths in REFUSED:
        for path in paths.split():
            section, name, key = _key_of(root, _keys(path))
            rules[section, name] -= set(_rules(key, value))
    assert {place: left for place, left in rules.items() if left} == {}


def _key_of(root: dict[str, Any], path: list[str | int]) -> tuple[str, str, dict[str, Any]]:
    """Return the section, the name and the schema of the key at ``path``."""
    section, name, key = "", "", root
    for left, part in zip(range(len(path) - 1, -1, -1), path, strict=True):
        if "properties" in key:
            name = str(part)
            key = key["properties"][name]
        elif isinstance(part, int):
            key = key["items"]
        else:
            (key,) = key["patternProperties"].values()
        for option in (key, *key.get("anyOf", ())):
            if "$ref" in option and left:
                section = option["$ref"].rsplit("/", 1)[1]
                key = root["$defs"][section]
    return section, name, key


_BROKEN: dict[str, Callable[[Any, Any], bool]] = {
    "enum": lambda value, words: value not in words,
    "pattern": lambda value, pattern: not re.match(pattern, value),
    "minimum": lambda value, least: value < least,
    "maximum": lambda value, most: value > most,
    "exclusiveMinimum": lambda value, least: value == least,
    "exclusiveMaximum": lambda value, most: value == most,
    "minItems": lambda value, least: len(value) < least,
}


def _rules(key: dict[str, Any], value: Any, at: str = "") -> Iterator[str]:
    """Yield the rules of a key, of its items and names; with a value, those that it breaks."""
    if "prefixItems" not in key:  # else the number of items is a matter of type
        for rule, broken in _BROKEN.items():
            if rule in key and (value is None or broken(value, key[rule])):
                yield f"{at}{rule}"
    for option in key.get("anyOf", ()):
        yield from _rules(option, value, at)
    for number, item in enumerate(key.get("prefixItems", ())):
        yield from _rules(item, value and value[number], f"{at}{number}.")
    for names, values in _of_mapping(key):
        for own in value or (None,):
            yield from _rules(names, own, f"{at}name.")
            if not names or own is None or not list(_rules(names, own)):
                yield from _rules(values, value and value[own], f"{at}value.")
    if "items" in key:
        for item in (None,) if value is None else value:
            yield from _rules(key["items"], item, f"{at}item.")


def _of_mapping(key: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield what a mapping says of its names and of its values."""
    for pattern, values in key.get("patternProperties", {}).items():
        yield {"pattern": pattern}, values
    if isinstance(key.get("additionalProperties"), dict):
        yield key.get("propertyNames", {}), key["additionalProperties"]
