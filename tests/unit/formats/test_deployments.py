"""Deployments of collars."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from corridors.formats.deployments import read_deployments


def test_movebank_reference_data_are_deployments_and_an_empty_end_is_open(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text(
        "tag-id,animal-id,deploy-on-date,deploy-off-date\n"
        "T1,Bek,2020-01-02 00:00:00,2020-01-03 00:00:00\n"
        "T1,Bek,2020-01-05 00:00:00,\n",
        encoding="utf-8",
    )
    windows = read_deployments(path, "d.csv", time_zone="UTC")
    assert windows["animal"].tolist() == ["Bek", "Bek"]
    days = pd.to_datetime(pd.Series(["2020-01-02", "2020-01-05", "2020-01-03"]), utc=True)
    assert windows["start"].tolist() == days[:2].tolist()
    assert windows["end"].tolist() == [days[2], pd.NaT]
