"""What looks wrong in a herd, for `check`: of all animals, or of some where they are many."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from corridors.config.load import Study
from corridors.config.model import Config
from corridors.run import herd_survey
from corridors.run.inputs import check_inputs

COLUMNS = {"animal": "animal", "time": "time", "lon": "lon", "lat": "lat"}
SOURCE = {"path": "t.csv", "format": "csv", "columns": COLUMNS, "time_zone": "UTC"}


def study(folder: Path, **clean: object) -> Study:
    """Return a study of two animals, the second of which has each fix twice within a second."""
    times = pd.date_range("2020-01-01", periods=60, freq="4h").strftime("%Y-%m-%d %H:%M:%S")
    rows = [f"Ada,{time},{71 + 0.001 * n:.3f},37\n" for n, time in enumerate(times)]
    rows += [row.replace("Ada", "Bek") for row in rows]
    rows += [row.replace(":00,", ":01,") for row in rows if "Bek" in row]
    (folder / "t.csv").write_text("animal,time,lon,lat\n" + "".join(rows), encoding="utf-8")
    herd = {"species": "Ovis ammon", "tracks": [SOURCE]}
    return Study(Config.model_validate({"herds": {"h": herd}, "clean": clean}), folder / "c.yaml")


def test_of_a_small_herd_all_is_told(tmp_path: Path) -> None:
    (found,) = check_inputs(study(tmp_path), ["h"]).surveys.herds
    assert [one["animal"] for one in found.suspicions] == ["Bek"]
    assert not any("fixes, of" in remark for remark in found.remarks)


def test_of_a_large_herd_some_animals_are_looked_at_and_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(herd_survey, "_MOST_FIXES", 100)
    monkeypatch.setattr(herd_survey, "_SAMPLED_FIXES", 70)
    (found,) = check_inputs(study(tmp_path), ["h"]).surveys.herds
    assert found.suspicions == []
    (remark,) = found.remarks
    assert remark.startswith("what looks wrong is told from 60 of 180 fixes, of 1 of 2 animals")


def test_what_may_stop_the_run_is_looked_for_in_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(herd_survey, "_MOST_FIXES", 100)
    (found,) = check_inputs(study(tmp_path, stop_on=["far"]), ["h"]).surveys.herds
    assert [one["animal"] for one in found.suspicions] == ["Bek"]
