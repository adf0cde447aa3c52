"""A small calibration: known truth within sampling error, and what the method cannot do."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

# What the module makes is made once, by one worker.
pytestmark = pytest.mark.xdist_group("calibration")


@pytest.fixture(scope="module")
def calibration(project: Path) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(project))
        yield importlib.import_module("benchmarks.calibration")


@pytest.fixture(scope="module")
def variance(calibration: Any) -> pd.DataFrame:
    return calibration.variances(calibration.SCENARIOS, n_herds=20)


@pytest.fixture(scope="module")
def herds(calibration: Any) -> pd.DataFrame:
    return calibration.surfaces(n_good=3, n_other=3)


def within(mean: float, error: float) -> bool:
    """Return whether a mean is 0 within four standard errors."""
    return abs(mean) < 4 * error


def test_the_corrected_variance_is_unbiased_in_every_scenario(variance: pd.DataFrame) -> None:
    for name, rows in variance.groupby("scenario"):
        off = rows["corrected"] - 1
        assert within(off.mean(), off.std() / np.sqrt(len(rows))), name
        assert off.std() / np.sqrt(len(rows)) < 0.01
        assert rows["refused"].sum() == 0


def test_horne_s_form_takes_location_error_for_movement(variance: pd.DataFrame) -> None:
    rows = variance[variance["scenario"].str.startswith("DOP")]
    assert rows["horne"].mean() - 1 > 0.05


def test_95_in_100_intervals_hold_the_truth(variance: pd.DataFrame) -> None:
    n = len(variance) * 25
    covered = variance["covered"].mean()
    assert within(covered - 0.95, np.sqrt(0.95 * 0.05 / n))
    assert variance["below"].mean() > 0.01
    assert variance["above"].mean() > 0.01


def test_few_fixes_have_wide_intervals_that_still_hold_the_truth(calibration: Any) -> None:
    few = calibration.variances(calibration.FEW_FIXES, n_herds=8)
    n = 8 * 25
    covered = few.groupby("scenario", sort=False)["covered"].mean()
    assert (abs(covered - 0.95) < 4 * np.sqrt(0.95 * 0.05 / n)).all()
    assert len(calibration.variance_table(few).splitlines()) == 2 + len(calibration.FEW_FIXES)


def test_isopleths_hold_their_share_of_the_true_path(calibration: Any, herds: pd.DataFrame) -> None:
    good = herds[herds["scenario"] == calibration.SCENARIOS[0].name]
    for p in calibration.ISOPLETHS:
        assert abs((good[f"time_{p}"] - good[f"held_{p}"]).mean()) < 0.01
        assert (good[f"held_{p}"] >= p).all()
        # Location error makes tracks zigzag: isopleths hold a little more than they say.
        off = herds[f"time_{p}_estimated"] - herds[f"held_{p}_estimated"]
        assert -0.005 < off.mean() < 0.01


def test_class_areas_and_their_time_are_unbiased_but_the_truth_visits_fewer_cells(
    herds: pd.DataFrame,
) -> None:
    for name in ("low", "medium", "high"):
        area, estimated = herds[f"area_{name}"], herds[f"area_{name}_corrected"]
        off = (estimated - area) / area.groupby(herds["scenario"]).transform("mean")
        assert within(off.mean(), off.std() / np.sqrt(len(off)))
        assert abs((herds[f"class_time_{name}"] - herds[f"mass_{name}"]).mean()) < 0.005
        assert (herds[f"visited_{name}"] < area).all()
    assert (herds["area_low"] > herds["area_medium"]).all()
    assert (herds["area_medium"] > herds["area_high"]).all()


def test_the_report_has_a_row_for_every_scenario(
    calibration: Any, variance: pd.DataFrame, herds: pd.DataFrame
) -> None:
    tables = [
        (calibration.variance_table(variance), 1),
        (calibration.isopleth_table(herds), 2),
        (calibration.class_table(herds), 3),
    ]
    for table, n_rows in tables:
        lines = table.splitlines()
        assert len(lines) == 2 + n_rows * len(calibration.SCENARIOS)
        assert len({line.count("|") for line in lines}) == 1
        assert "nan" not in table
    figures = calibration.figures(variance, herds)
    assert [figure.name for figure in figures] == [
        "calibration_variance",
        "calibration_interval",
        "calibration_isopleths",
        "calibration_isopleths_estimated",
        "calibration_class_areas",
    ]


def test_a_report_replaces_what_stands_between_the_markers(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(project))
    program = importlib.import_module("benchmarks.__main__")
    parts = importlib.import_module("benchmarks.figure")
    monkeypatch.setattr(program, "PROJECT", tmp_path)
    page = tmp_path / "docs" / "page.md"
    page.parent.mkdir()
    page.write_text(f"before\n{program.BEGIN}\nold\n{program.END}\nafter\n", encoding="utf-8")
    figure = parts.Figure("name", 1.5, "%", "2 %", 0.75, 1.0, "a note")
    for _ in range(2):
        program.write_report(parts.Report([figure], "| a table |", "page.md"))
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"before\n{program.BEGIN}\n")
        assert text.endswith(f"{program.END}\nafter\n")
        assert "old" not in text
        assert text.count("| name | 1.5 % | 2 % | 0.75 | 1 | yes | a note |") == 1
        assert text.count("| a table |") == 1


def test_the_true_path_starts_and_ends_at_the_true_positions(calibration: Any) -> None:
    hourly = [one for one in calibration.SCENARIOS if one.lag_min == (60.0, 60.0)]
    rng, animals = calibration.herd(hourly[0], 0)
    one = animals[0]
    xy, weight = calibration.path(rng, one, max_lag_min=480.0, n_moments=2000)
    assert weight.sum() == pytest.approx(1)
    sd = np.sqrt(one.s2_m2_min * 60.0 / 1000)
    assert np.abs(xy[:, :, 0] - one.true_m[:, :-1]).max() < 6 * sd
    assert np.abs(xy[:, :, -1] - one.true_m[:, 1:]).max() < 6 * sd
    # Quadratic variation: s2 L per step.
    moved = np.diff(xy, axis=2)
    assert (moved**2).sum(axis=2).mean() == pytest.approx(one.s2_m2_min * 60.0, rel=0.01)
