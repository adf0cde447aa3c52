"""Intervals of ranks hold the true rank: a small run of the benchmark."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="module")
def honesty(project: Path) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(project))
        yield importlib.import_module("benchmarks.rank_honesty")


@pytest.fixture(scope="module")
def cases(honesty: Any) -> pd.DataFrame:
    settings = [setting for setting in honesty.SETTINGS if not setting.spread]
    return pd.concat([honesty.cases_of(setting, n_herds=15) for setting in settings])


@pytest.mark.parametrize("group", ["all", "complete", "half", "harmless", "other", "rare"])
def test_ninety_percent_intervals_hold_the_true_rank_in_85_to_95_percent(
    honesty: Any, cases: pd.DataFrame, group: str
) -> None:
    assert 0.85 <= honesty.summary(cases).loc[group, "held"] <= 0.95


def test_segments_that_many_animals_met_have_narrow_intervals(
    honesty: Any, cases: pd.DataFrame
) -> None:
    rows = honesty.summary(cases)
    assert rows.loc["common", "width"] < 0.4
    assert rows.loc["common", "width"] < 0.6 * rows.loc["rare", "width"]


def test_the_plain_bootstrap_is_not_honest(honesty: Any, cases: pd.DataFrame) -> None:
    # Or the simulation would be too easy to tell the two apart.
    assert honesty.summary(cases).loc["all", "held_plain"] < 0.75


def test_spread_encounters_cost_honesty_as_documented(honesty: Any) -> None:
    (third,) = [setting for setting in honesty.SETTINGS if setting.spread > 0.3]
    rows = honesty.summary(honesty.cases_of(third, n_herds=15))
    assert rows.loc["harmless", "held"] < 0.85


def test_the_true_rates_of_a_simulated_herd_are_those_of_many_animals(honesty: Any) -> None:
    # Of one herd with very many animals tracked: encounters that did not pass, per animal and year.
    setting = honesty.Setting("many", n_animals=(6000, 6000), n_segments=(12, 12))
    truth = honesty.true_herd(np.random.default_rng(3), setting)
    _, turned, years = honesty.totals(truth.met, np.ones((1, 6000)))
    assert turned[0] / years[0] == pytest.approx(truth.blocked_per_year, rel=0.12, abs=0.01)
