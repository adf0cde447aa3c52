"""A study whose animals were tracked once a month: nothing can be classified, and that is said."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from conftest import corridors

pytestmark = [pytest.mark.slow]
N_ANIMALS = 30
CONFIG = """\
study: {name: monthly, title: Monthly}
herds:
  h:
    species: Rangifer tarandus
    simulated: true
    tracks:
      - {path: t.csv, format: csv, time_zone: UTC,
         columns: {animal: id, time: t, lon: lon, lat: lat}}
working: {cell_m: 500}
"""


def monthly(rng: np.random.Generator) -> pd.DataFrame:
    parts = []
    for i in range(N_ANIMALS):
        t = pd.date_range("2012-01-15", periods=int(rng.integers(20, 48)), freq="MS", tz="UTC")
        is_summer = (t.month >= 5) & (t.month <= 9)
        parts.append(
            pd.DataFrame(
                {
                    "id": f"M{i}",
                    "t": t.strftime("%Y-%m-%d %H:%M:%S"),
                    "lon": 15 + rng.normal(0, 0.1, len(t)),
                    "lat": 66 + 0.5 * is_summer + rng.normal(0, 0.05, len(t)),
                }
            )
        )
    return pd.concat(parts)


def test_one_page_says_that_nothing_can_be_classified(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    monthly(rng).to_csv(tmp_path / "t.csv", index=False)
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    done = corridors(["run"], tmp_path)
    assert done.returncode == 0, done.stderr
    [line] = [line for line in done.stderr.splitlines() if "classified" in line]
    assert f"no year can be classified of {N_ANIMALS} of {N_ANIMALS} animals" in line
    page = tmp_path / "data/processed/atlas/h"
    assert not list(page.rglob("displacement/*"))
    html = (page / "report.html").read_text(encoding="utf-8")
    assert html.index('id="decision"') < html.index('id="wrong"') < html.index("Animals tracked")
    text = re.sub(r"<[^>]+>|\s+", " ", html)
    text = re.sub(r" +", " ", text)
    top = text[text.index("What looks wrong") : text.index("Animals tracked")]
    assert f"Nothing can be classified: {N_ANIMALS} animals, " in top
    assert "no corridor and no threat can be made of these data" in top
    assert "at most 5 d can show when a migration began" in top
    assert "segment.max_interval_days" in top
