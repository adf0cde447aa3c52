"""What may keep a run from going well."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from corridors.cli import operations
from corridors.config.load import Study, load
from corridors.run import doctor

CONFIG = """
herds:
  argali:
    species: Ovis ammon
    tracks: [{path: data/raw/a.csv, format: movebank}]
"""


@pytest.fixture
def study(tmp_path: Path) -> Study:
    (tmp_path / "config.yaml").write_text(CONFIG)
    (tmp_path / "data" / "raw").mkdir(parents=True)
    (tmp_path / "data" / "raw" / "a.csv").write_text("x")
    return load(tmp_path / "config.yaml")


def verdicts(found: list[doctor.Finding]) -> dict[str, str]:
    return {one.subject: one.verdict for one in found}


def test_the_libraries_of_this_machine_are_those_that_are_wanted() -> None:
    (one,) = doctor.libraries("corridors")
    assert (one.subject, one.verdict) == ("libraries", "ok")


def test_a_library_of_another_version_or_none_is_bad_and_told_how_to_get(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wanted = ["numpy>=999", "no-such-thing>=1", "click>=8", 'only-extra; extra == "excel"']
    monkeypatch.setattr(importlib.metadata, "requires", lambda _: wanted)
    found = list(doctor.libraries("corridors"))
    assert verdicts(found) == {"library numpy": "bad", "library no-such-thing": "bad"}
    assert [one.cure for one in found] == [
        'pip install "numpy>=999"',
        'pip install "no-such-thing>=1"',
    ]


def test_a_new_study_is_well_but_for_what_was_not_run(study: Study) -> None:
    found = list(doctor.of_study(study))
    assert verdicts(found) == {
        "disk of the results": "ok",
        "locks": "ok",
        "oldest input": "ok",
        "results": "look",
    }
    text = operations.findings(found, as_json=False)
    assert "look  results              0 of " in text
    assert '"verdict": "ok"' in operations.findings(found, as_json=True)


def test_an_old_input_a_missing_one_and_a_full_disk_are_told(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = study.raw_path("data/raw/a.csv")
    long_ago = time.time() - 500 * 86_400
    os.utime(place, (long_ago, long_ago))
    usage = shutil._ntuple_diskusage(10**9, 10**9, 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    found = list(doctor.of_study(study))
    assert verdicts(found)["oldest input"] == "look"
    assert verdicts(found)["disk of the results"] == "look"
    place.unlink()
    assert verdicts(list(doctor.of_study(study)))["input"] == "bad"


def test_a_run_that_is_at_work_is_told_by_its_lock(study: Study) -> None:
    path = study.processed / ".lock" / "argali.lock"
    path.parent.mkdir(parents=True)
    script = (
        "import filelock, sys\n"
        f"with filelock.FileLock({str(path)!r}): print('held', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        found = {one.subject: one for one in doctor.of_study(study)}
        assert found["locks"].found == "another run works on argali"
        other.communicate("")
    assert verdicts(list(doctor.of_study(study)))["locks"] == "ok"
