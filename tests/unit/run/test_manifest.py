"""Digests, commits and what changed."""

from __future__ import annotations

import json
import os
import random
import time
from pathlib import Path

import pytest

from corridors.foundation.errors import Fault, InputError, InternalError, OutputError
from corridors.run import manifest
from corridors.run.digests import Digests
from corridors.run.fingerprint import changes
from corridors.run.manifest import Manifest
from corridors.run.report import Event, Report
from worlds.damage import mutated


def _old(path: Path) -> None:
    """Make a file look settled."""
    stamp = time.time_ns() - 10_000_000_000
    os.utime(path, ns=(stamp, stamp))


def _commit(folder: Path, content: str = "a") -> Path:
    staged = folder / "staged"
    staged.mkdir()
    (staged / "x.csv").write_text(content)
    artefacts = manifest.seal(staged, ("x.csv", "pictures/"), "stage")
    manifest.commit(staged, folder / "done" / "herd", Manifest({"version": 1}, artefacts))
    return folder / "done" / "herd"


def test_a_commit_leaves_result_and_manifest_and_nothing_else(tmp_path: Path) -> None:
    target = _commit(tmp_path)
    assert sorted(path.name for path in target.iterdir()) == ["manifest.json", "pictures", "x.csv"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["done"]
    read = manifest.read(target)
    assert read is not None
    assert read.fingerprint == {"version": 1}
    assert read.artefacts["x.csv"].size == 1
    assert manifest.damaged(target, read, Digests().of_file) == []


def test_a_commit_replaces_the_whole_old_result(tmp_path: Path) -> None:
    (_commit(tmp_path) / "stray.txt").write_text("old")
    target = _commit(tmp_path, "b")
    assert (target / "x.csv").read_text() == "b"
    assert not (target / "stray.txt").exists()


def test_a_result_that_lacks_an_artefact_is_not_sealed(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    with pytest.raises(InternalError) as caught:
        manifest.seal(tmp_path, ("a", "b", "c"), "rank")
    assert [fault.what for fault in caught.value.faults] == [
        "stage rank did not write b",
        "stage rank did not write c",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "null", "\0", "[" * 100_000, '{"format": 2}', '{"artefacts": {"a": [1]}}',
        '{"artefacts": {"a": 1}}', '{"artefacts": [["a", [1, "ff"]]]}', '{"artefacts": {"a": "b"}}',
    ],
)  # fmt: skip
def test_a_manifest_that_cannot_be_understood_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    assert manifest.read(tmp_path) is None


def test_a_manifest_in_the_form_of_a_folder_is_none(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").mkdir()
    assert manifest.read(tmp_path) is None


def test_a_changed_manifest_vouches_for_nothing_and_still_lists_its_files(tmp_path: Path) -> None:
    target = _commit(tmp_path)
    path = target / "manifest.json"
    path.write_text(path.read_text().replace('"version": 1', '"version": 2'))
    read = manifest.read(target)
    assert read is not None
    assert read.artefacts["x.csv"].size == 1
    assert changes(read.fingerprint, {"version": 2}) == [
        "its manifest is damaged, or of an earlier version"
    ]


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", "a\\u0000", "\\ud800"])
def test_a_changed_manifest_lists_no_file_elsewhere(tmp_path: Path, name: str) -> None:
    text = f'{{"artefacts": {{"{name}": [1, "ff"], "x.csv": [1, "ff"]}}}}'
    (tmp_path / "manifest.json").write_text(text)
    read = manifest.read(tmp_path)
    assert read is not None
    assert list(read.artefacts) == ["x.csv"]


@pytest.mark.parametrize("seed", range(4))
def test_no_damaged_manifest_brings_a_look_at_the_result_down(tmp_path: Path, seed: int) -> None:
    target = _commit(tmp_path)
    path, chance = target / "manifest.json", random.Random(seed)
    data = path.read_bytes()
    for _ in range(500):
        path.write_bytes(mutated(data, chance))
        read = manifest.read(target)
        if read is None:
            continue
        assert (read.fingerprint == {"version": 1}) == (path.read_bytes() == data)
        manifest.damaged(target, read, Digests().of_file)
        manifest.edited(target, read)


def test_damage_is_found_by_size_and_by_content(tmp_path: Path) -> None:
    target = _commit(tmp_path)
    made = manifest.read(target)
    assert made is not None
    (target / "x.csv").write_text("b")
    assert manifest.damaged(target, made) == []
    assert manifest.damaged(target, made, Digests().of_file) == ["output changed by hand: x.csv"]
    (target / "x.csv").write_text("bb")
    assert manifest.damaged(target, made) == ["output changed by hand: x.csv"]
    (target / "x.csv").unlink()
    assert manifest.damaged(target, made) == ["output missing: x.csv"]


def test_an_edited_artefact_is_one_with_other_content_not_another_date(tmp_path: Path) -> None:
    target = _commit(tmp_path)
    made = manifest.read(target)
    assert made is not None
    later = time.time_ns() + 5_000_000_000
    os.utime(target / "x.csv", ns=(later, later))
    assert manifest.edited(target, made) == []
    (target / "x.csv").write_text("z")
    os.utime(target / "x.csv", ns=(later, later))
    assert manifest.edited(target, made) == ["x.csv"]


def test_the_digest_of_a_folder_covers_names_and_contents() -> None:
    def digest(files: dict[str, str]) -> str:
        made = {name: manifest.Artefact(1, sha) for name, sha in files.items()}
        return Manifest({}, made).digests(("pictures/",))["pictures/"]

    first = digest({"pictures/a.png": "1", "x.csv": "9"})
    assert first == digest({"pictures/a.png": "1", "x.csv": "8"})
    assert first != digest({"pictures/b.png": "1"})
    assert first != digest({"pictures/a.png": "2"})


def test_a_place_that_cannot_be_written_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError) as caught, manifest.writing(tmp_path):
        (tmp_path / "file" / "below").mkdir()
    assert caught.value.faults[0].got == "a folder of the path is a file"


def test_digests_are_remembered_and_follow_a_change(tmp_path: Path) -> None:
    (tmp_path / "processed").mkdir()
    path = tmp_path / "a.csv"
    path.write_text("one")
    _old(path)
    store = tmp_path / "processed" / ".cache" / "digests.json"
    first = Digests(store)
    digest = first.of_file(path)
    first.save()
    assert str(path) in json.loads(store.read_text())["files"]
    assert Digests(store).of_file(path) == digest
    path.write_text("two")
    assert Digests(store).of_file(path) != digest


def test_a_digest_that_is_remembered_is_not_computed_again(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("one")
    _old(path)
    digests = Digests()
    digests.of_file(path)
    digests.known[str(path)]["sha256"] = "remembered"
    assert digests.of_file(path) == "remembered"


def test_a_file_changed_a_moment_ago_is_not_remembered(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("one")
    digests = Digests()
    digests.of_file(path)
    assert digests.known == {}


def test_what_was_made_is_kept_while_its_state_is_the_same(tmp_path: Path) -> None:
    (tmp_path / "processed").mkdir()
    store = tmp_path / "processed" / ".cache" / "digests.json"
    first = Digests(store)
    assert first.remember("sum", "a", lambda: [1]) == [1]
    first.save()
    assert Digests(store).remember("sum", "a", lambda: [2]) == [1]
    assert Digests(store).remember("sum", "b", lambda: [2]) == [2]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 99}'])
def test_a_broken_cache_is_only_slow(tmp_path: Path, text: str) -> None:
    (tmp_path / "digests.json").write_text(text)
    assert Digests(tmp_path / "digests.json").known == {}


def test_a_shapefile_brings_its_companions(tmp_path: Path) -> None:
    names = ["roads.dbf", "roads.prj", "roads.qix", "roads.shp", "roads.shx"]
    for name in (*names, "roads.txt", "rails.dbf"):
        (tmp_path / name).write_text(name)
    # The spatial index too: GDAL finds nothing in a box when it is that of older features.
    assert sorted(Digests().of_input(tmp_path / "roads.shp")) == names


def test_changes_are_told_in_words() -> None:
    old = {
        "version": 1,
        "settings": {"clean": {"dop_max": 10.0}, "herd": {"tracks": [{"path": "a"}]}},
        "inputs": {"a.csv": {"a.csv": "1"}, "r.shp": {"r.shp": "1", "r.dbf": "1"}},
        "upstream": {"clean": {"x": {"fixes.parquet": "1", "clean.json": "1"}}},
        "code": {"corridors/a.py": "1", "corridors/b.py": "1"},
        "libraries": {"numpy": "2.1"},
    }
    new = {
        "version": 2,
        "settings": {"clean": {"dop_max": 8.0}, "herd": {"tracks": [{"path": "b"}]}},
        "inputs": {"b.csv": {"b.csv": "1"}, "r.shp": {"r.shp": "1", "r.dbf": "2"}},
        "upstream": {"clean": {"x": {"fixes.parquet": "2", "clean.json": "1"}}},
        "code": {"corridors/a.py": "2", "corridors/c.py": "1"},
        "libraries": {"numpy": "2.2"},
    }
    assert changes(old, new) == [
        "stage version 1 -> 2",
        "clean.dop_max changed: 10.0 -> 8.0",
        "herd.tracks[0].path changed: a -> b",
        "input a.csv no longer used",
        "input b.csv added",
        "input r.shp changed (r.dbf)",
        "upstream clean/fixes.parquet changed",
        "code changed: corridors/a.py",
        "code removed: corridors/b.py",
        "code added: corridors/c.py",
        "library numpy 2.1 -> 2.2",
    ]
    assert changes(old, old) == []


def test_a_fingerprint_that_differs_elsewhere_is_still_a_change() -> None:
    assert changes({"old": 1}, {"new": 1}) == ["made by another version of the engine"]


def test_the_exit_code_is_that_of_the_error_or_partly_done() -> None:
    done = Event("done", "ingest", "a")
    failed = Event("failed", "ingest", "b", error=InputError(Fault("x")))
    skipped = Event("skipped", "atlas", "all-herds")
    assert Report([done]).exit_code == 0
    assert Report([done, failed]).exit_code == 3
    assert Report([failed, skipped]).exit_code == 65
    assert Report([Event("done", "ingest", "b"), failed]).exit_code == 65
