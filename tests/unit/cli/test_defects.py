"""What ends a command that nobody foresaw, and an answer that could not be written."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from corridors.cli import defects


def test_of_many_defects_only_the_latest_files_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "corridors-defect-of-mine.txt").write_text("no log of ours")
    for number in range(30):
        assert defects.report(ValueError(f"number {number}")) == 70
    logs = list(tmp_path.glob("*.log"))
    assert len(logs) == 20
    assert any("number 29" in path.read_text() for path in logs)
    assert not any("number 0\n" in path.read_text() for path in logs)
    assert (tmp_path / "corridors-defect-of-mine.txt").exists()
    assert capsys.readouterr().err.count("report it with that file") == 30


def test_a_defect_that_names_what_cannot_be_printed_is_told_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert defects.report(ValueError("st\udcffudy")) == 70
    assert "st\\udcffudy" in capsys.readouterr().err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("arguments", [["--help"], ["plan", "--help"]])
def test_an_answer_that_finds_no_room_ends_with_the_code_of_the_disk(
    arguments: list[str], tmp_path: Path
) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "corridors", *arguments],
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 73, done.stderr
    assert "cannot be written to standard output" in done.stderr
