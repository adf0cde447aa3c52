"""Deployments of collars."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from corridors.formats.deployments import read_deployments
from corridors.movement.deployments import outside_deployment


def test_movebank_reference_data_are_deployments_and_an_empty_end_is_open(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text(
        "tag-id,animal-id,deploy-on-date,deploy-off-date\n"
        "T1,Bek,2020-01-02 00:00:00,2020-01-03 00:00:00\n"
        "T1,Bek,2020-01-05 00:00:00,\n",
        encoding="utf-8",
    )
    windows = read_deployments(path, "d.csv", time_zone="UTC")
    time = pd.Series(pd.date_range("2020-01-01", periods=6, tz="UTC"))
    out = outside_deployment(
        pd.Series(["Bek"] * 6), time, windows["animal"], windows["start"], windows["end"]
    )
    assert out.tolist() == [True, False, False, True, False, False]
