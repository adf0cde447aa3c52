"""Configuration files that are wrong, and what is said about them."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridors.config.document import read
from corridors.config.load import load
from corridors.foundation.errors import ConfigError, Fault, MissingInputError
from corridors.run.pipeline import load_pipeline

HERD = "herds:\n  argali: {species: Ovis ammon, tracks: [{path: a.csv, format: movebank}]}\n"


def _faults(folder: Path, text: str | bytes) -> list[Fault]:
    path = folder / "config.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert caught.value.exit_code == 78
    assert all(fault.file == str(path) for fault in caught.value.faults)
    return list(caught.value.faults)


def _one(folder: Path, text: str | bytes) -> Fault:
    (fault,) = _faults(folder, text)
    return fault


def test_an_unknown_key_names_line_and_nearest_key(tmp_path: Path) -> None:
    fault = _one(tmp_path, "clean:\n  allow_2d: true\n  dopmax: 8\n")
    assert (fault.what, fault.row, fault.column) == ("unknown key", 3, "clean.dopmax")
    assert fault.cure == "did you mean dop_max?"


def test_an_unknown_key_like_nothing_lists_what_there_is(tmp_path: Path) -> None:
    fault = _one(tmp_path, "states: {path: x, zzz: 1}\n")
    assert fault.expected is not None
    assert fault.expected.startswith("one of: path, layer, format, crs")


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("herds.h.segment", "{herds: {h: {segment: {pictures: none}}}}\n"),
        ("segment", "{segment: {pictures: none}, publish: {pictures: all}}\n"),
    ],
)
def test_a_key_that_has_moved_names_its_new_place(tmp_path: Path, place: str, text: str) -> None:
    fault = next(fault for fault in _faults(tmp_path, text) if fault.what == "the key has moved")
    assert (fault.column, fault.got) == (f"{place}.pictures", f"{place}.pictures")
    assert fault.cure == "write publish.pictures, which is for all herds, and delete it here"
    (tmp_path / "config.yaml").write_text("publish: {pictures: none}\n")
    assert load(tmp_path / "config.yaml").config.publish.pictures == "none"


def test_a_key_that_has_moved_counts_where_nothing_stands_at_its_new_place(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("segment: {pictures: none}\n")
    assert load(tmp_path / "config.yaml").config.publish.pictures == "none"


def test_every_fault_is_reported_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    faults = _faults(
        tmp_path,
        "clean:\n  dop_max: -1\n  allow_2d: 1\nrank:\n  draws: 1.5\n  sed: 3\n"
        "working:\n  cell_m: no\nsurface: {}\n",
    )
    assert [(fault.row, fault.column, fault.expected) for fault in faults[:3]] == [
        (2, "clean.dop_max", "a number above 0"),
        (3, "clean.allow_2d", "true or false"),
        (5, "rank.draws", "a whole number"),
    ]
    assert [fault.row for fault in faults] == [2, 3, 5, 6, 8, 9]
    assert faults[4].expected == "'auto' or a number"


@pytest.mark.parametrize(
    ("value", "got"), [('"10"', "'10'"), ("true", "true"), (".inf", "inf"), (".nan", "nan")]
)
def test_nothing_is_taken_for_a_number_that_is_none(tmp_path: Path, value: str, got: str) -> None:
    fault = _one(tmp_path, f"clean:\n  dop_max: {value}\n")
    assert fault.got == got
    assert fault.row == 2


def test_a_number_where_text_belongs_is_put_in_quotes(tmp_path: Path) -> None:
    text = "herds:\n  a:\n    species: x\n    tracks:\n      - path: t\n        format: movebank\n"
    fault = _one(tmp_path, text + "        animals: [12]\n")
    assert (fault.row, fault.column) == (7, "herds.a.tracks[0].animals[0]")
    assert fault.cure == 'put it in quotes: "12"'


def test_a_word_outside_the_vocabulary_names_the_nearest(tmp_path: Path) -> None:
    fault = _one(tmp_path, "barriers:\n  - name: a\n    path: x\n    kind: fenc\n")
    assert fault.cure == "did you mean fence?"
    assert fault.row == 4


def test_a_missing_key_is_named_with_its_description(tmp_path: Path) -> None:
    fault = _one(tmp_path, "herds:\n  a:\n    tracks: [{path: x, format: gpx}]\n")
    assert (fault.what, fault.row, fault.column) == ("a key is missing", 2, "herds.a.species")
    assert fault.expected == "scientific name"


def test_a_key_that_is_there_twice_names_both_lines(tmp_path: Path) -> None:
    fault = _one(tmp_path, "clean:\n  dop_max: 8\n  dop_max: 9\n")
    assert (fault.what, fault.row, fault.got) == ("the key is there twice", 3, "first on line 2")


def test_a_rule_between_keys_is_reported_with_its_section(tmp_path: Path) -> None:
    fault = _one(tmp_path, "herds:\n  a:\n    species: x\n")
    assert fault.what == "a herd needs tracks, expert_ranges, expert_corridors or record"
    assert fault.row == 2


def test_the_name_of_the_whole_study_is_no_herd(tmp_path: Path) -> None:
    fault = _one(tmp_path, HERD.replace("argali", "all-herds"))
    assert fault.what == "a herd cannot have this name"


def test_tier_public_is_refused_before_anything_is_computed(tmp_path: Path) -> None:
    fault = _one(tmp_path, HERD + "publish:\n  tier: public\n")
    assert "generalised to a grid" in fault.what
    assert fault.column == "publish.tier"
    assert fault.row == HERD.count("\n") + 2
    assert "partner" in str(fault.cure)


def test_a_herd_name_that_is_no_folder_name_is_refused(tmp_path: Path) -> None:
    fault = _one(tmp_path, HERD.replace("argali", '"../argali"'))
    assert fault.what == "the name cannot be used"
    assert fault.got == "'../argali'"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (b"", "the file is empty"),
        (b"# only a comment\n", "the file is empty"),
        (b"- a\n- b\n", "the file does not hold keys"),
        (b"clean: [1, 2\n", "the file is not YAML"),
        (b"clean:\n\tdop_max: 8\n", "the file is not YAML"),
        (b"a: 1\n---\nb: 2\n", "the file is not YAML"),
        (b"clean:\n  # \xff\n", "the file is not UTF-8 text"),
        (b"\xff\xfec\x00l\x00", "the file is not UTF-8 text"),
        (b"a: \x00\n", "the file is not YAML"),
        (b"clean: &x\n  dop_max: *x\n",
         "an alias repeats its own anchor, or aliases expand without end"),
        (b"clean: *nobody\n", "the file is not YAML"),
        (b"clean: !!python/object:os.system {}\n", "tags are not understood"),
        (b"study: {name: 2024-13-45}\n", "the file is not YAML"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_configuration_says_why(tmp_path: Path, text: bytes, what: str) -> None:
    assert _faults(tmp_path, text)[0].what == what


def test_aliases_that_expand_without_end_are_refused(tmp_path: Path) -> None:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * 10) + "]" for n in range(1, 9)]
    fault = _one(tmp_path, "\n".join(lines))
    assert "without end" in fault.what


def test_a_file_that_is_not_there_says_how_to_begin(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError) as caught:
        load(tmp_path / "none.yaml")
    assert "corridors init" in str(caught.value)


def test_paths_start_at_the_folder_of_the_file_and_expand_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKS", "/archive")
    path = tmp_path / "config.yaml"
    path.write_text(HERD.replace("a.csv", '"${TRACKS}/a.csv"'))
    study = load(path)
    assert study.config.herds["argali"].tracks[0].path == "${TRACKS}/a.csv"
    assert study.raw_path("${TRACKS}/a.csv") == Path("/archive/a.csv")
    assert study.raw_path("data/../a.csv") == tmp_path / "a.csv"
    assert study.processed == tmp_path / "data" / "processed"


def test_a_variable_that_is_not_set_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NOWHERE", raising=False)
    fault = _one(tmp_path, HERD.replace("a.csv", '"${NOWHERE}/a.csv"'))
    assert (fault.what, fault.row) == ("the environment variable is not set", 2)
    assert fault.column == "herds.argali.tracks[0].path"


def test_a_variable_elsewhere_than_in_a_path_is_plain_text(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text('study: {title: "the ${HERD}"}\n')
    assert load(path).config.study.title == "the ${HERD}"


def test_lines_are_known_for_keys_inside_lists(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("a:\n  - b: 1\n  - b: 2\n")
    assert read(path).lines["a", 1, "b"] == 3


def test_a_pipeline_file_is_checked_like_a_configuration(tmp_path: Path) -> None:
    path = tmp_path / "nightly.yaml"
    path.write_text("stages: [ingest, claen]\nherd: [a]\n")
    with pytest.raises(ConfigError) as caught:
        load_pipeline(path)
    first, second = caught.value.faults
    assert first.what.startswith("no such stage: claen; known: ingest, clean")
    assert second.cure == "did you mean herds?"


def test_a_pipeline_finds_its_configuration_from_its_own_folder(tmp_path: Path) -> None:
    (tmp_path / "pipelines").mkdir()
    path = tmp_path / "pipelines" / "full.yaml"
    path.write_text("config: ../config.yaml\n")
    assert load_pipeline(path).config_path(path) == tmp_path / "config.yaml"


@pytest.mark.parametrize("day", ["02-30", "02-29", "04-31", "13-01", "1-1"])
def test_a_year_starts_on_a_day_that_every_year_has(tmp_path: Path, day: str) -> None:
    text = "herds:\n  a:\n    species: x\n    tracks:\n      - {path: t.csv, format: movebank}\n"
    (tmp_path / "config.yaml").write_text(f'{text}segment:\n  bio_year_start: "{day}"\n')
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "config.yaml")
    assert "a day that every year has" in str(caught.value)


def test_a_study_in_a_folder_that_is_no_text_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "st\udcffudy" / "config.yaml")
    assert caught.value.faults[0].cure == "rename the folder, or move the study"
    assert "st\\udcffudy" in str(caught.value)


def test_a_record_is_enough_for_a_herd_and_says_nothing_of_itself(tmp_path: Path) -> None:
    text = "herds:\n  a:\n    species: x\n    record: {status: lost, status_since: 1950}\n"
    (tmp_path / "config.yaml").write_text(text)
    record = load(tmp_path / "config.yaml").config.herds["a"].record
    assert record is not None
    assert (record.status, record.status_since) == ("lost", "1950")
    assert (record.title, record.holder, record.countries, record.embargo_until) == (
        None,
        None,
        (),
        None,
    )


def test_a_drawn_corridor_is_enough_for_a_herd(tmp_path: Path) -> None:
    drawn = "{path: c.gpkg, author: A, date: 2024-01-31, confidence: low}"
    text = f"herds:\n  a:\n    species: x\n    expert_corridors: {drawn}\n"
    (tmp_path / "config.yaml").write_text(text)
    assert load(tmp_path / "config.yaml").config.herds["a"].expert_corridors is not None
