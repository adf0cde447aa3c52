"""What is remembered of a file, and when it is looked at anew."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from corridors.run.digests import Digests

LONG_AGO = (1_600_000_000, 1_600_000_000)


def _store(folder: Path) -> Path:
    (folder / "processed").mkdir()
    return folder / "processed" / ".cache" / "digests.json"


def _file(path: Path, text: str) -> Path:
    path.write_text(text)
    os.utime(path, LONG_AGO)
    return path


def test_content_written_under_the_old_date_is_another_state(tmp_path: Path) -> None:
    path = _file(tmp_path / "a.csv", "one")
    memory = Digests()
    first = memory.of_file(path)
    with path.open("r+") as file:  # the same inode and size
        file.write("two")
    os.utime(path, LONG_AGO)
    assert memory.of_file(path) != first


def test_a_fresh_look_corrects_what_is_remembered(tmp_path: Path) -> None:
    store = _store(tmp_path)
    path = _file(tmp_path / "a.csv", "one")
    memory = Digests(store)
    right = memory.of_file(path)
    memory.known[str(path)]["sha256"] = "that of content since damaged"
    memory.save()
    assert Digests(store).of_file(path) != right
    fresh = Digests(store, is_fresh=True)
    assert fresh.of_file(path) == right
    fresh.save()
    assert Digests(store).of_file(path) == right


def test_a_fresh_look_reads_each_file_once(tmp_path: Path) -> None:
    path = _file(tmp_path / "a.csv", "one")
    memory = Digests(is_fresh=True)
    memory.of_file(path)
    memory.known[str(path)]["sha256"] = "remembered"
    assert memory.of_file(path) == "remembered"


def test_what_two_commands_found_out_at_once_is_kept_of_both(tmp_path: Path) -> None:
    store = _store(tmp_path)
    paths = [_file(tmp_path / name, name) for name in ("a.csv", "b.csv")]
    both = [Digests(store), Digests(store)]
    for memory, path in zip(both, paths, strict=True):
        memory.of_file(path)
    for memory in both:
        memory.save()
    assert set(json.loads(store.read_text())["files"]) == {str(path) for path in paths}


def test_an_answer_is_kept_as_long_as_what_it_depends_on(tmp_path: Path) -> None:
    path = _file(tmp_path / "a.tif", "one")
    memory = Digests()
    answers = iter((1, 2, 3))

    def ask(_: Path) -> int:
        return next(answers)

    assert [memory.recall(path, "what", ask, given=["x"]) for _ in range(2)] == [1, 1]
    assert memory.recall(path, "what", ask, given=["x", "y"]) == 2
    _file(path, "three")
    assert memory.recall(path, "what", ask, given=["x", "y"]) == 3


def test_within_one_look_an_input_is_looked_at_once(tmp_path: Path) -> None:
    path = _file(tmp_path / "a.csv", "one")
    memory = Digests()
    with memory.one_look():
        first = memory.of_input(path)
        _file(path, "another")
        assert memory.of_input(path) == first
    assert memory.of_input(path) != first


@pytest.mark.parametrize("content", ['{"format": 2}', '{"format": 2, "files": {}}'])
def test_a_cache_without_entries_is_only_slow(tmp_path: Path, content: str) -> None:
    (tmp_path / "digests.json").write_text(content)
    assert Digests(tmp_path / "digests.json").known == {}
