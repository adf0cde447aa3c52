"""Checksums of a folder: as other programs read them, and what `verified` says of any change."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from corridors.formats.checksums import NAME, verified, write_checksums
from corridors.foundation.errors import InputError, MissingInputError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "herd of ål").mkdir()
    (tmp_path / "herd of ål" / "a.txt").write_text("one")
    (tmp_path / "b.bin").write_bytes(b"\x00\xff")
    write_checksums(tmp_path)
    return tmp_path


def test_all_files_but_the_list_count(folder: Path) -> None:
    assert verified(folder) == 2


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs sha256sum")
def test_sha256sum_reads_the_list(folder: Path) -> None:
    command = ["sha256sum", "--check", "--strict", NAME]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_changed_a_missing_and_a_new_file_are_told_at_once(folder: Path) -> None:
    (folder / "herd of ål" / "a.txt").write_text("two")
    (folder / "b.bin").unlink()
    (folder / "c.txt").write_text("")
    with pytest.raises(InputError) as error:
        verified(folder)
    assert {(fault.what, fault.file) for fault in error.value.faults} == {
        ("a file of the release was changed", "herd of ål/a.txt"),
        ("a file of the release is missing", "b.bin"),
        ("a file is not part of the release", "c.txt"),
    }


def test_a_damaged_list_is_told_with_its_row(folder: Path) -> None:
    path = folder / NAME
    path.write_text(path.read_text("utf-8") + "no line of it\n", "utf-8")
    with pytest.raises(InputError) as error:
        verified(folder)
    assert error.value.faults[0].row == 3


def test_a_folder_without_a_list_was_not_released(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match="there are no checksums"):
        verified(tmp_path)
