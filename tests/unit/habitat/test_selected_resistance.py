"""Resistance from a selection model, where it is known which ground the animals prefer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from corridors.foundation.grid import Grid
from corridors.habitat.no_selection import NoSelectionError
from corridors.habitat.selected_resistance import Fitted, Rules, fit
from corridors.habitat.selection_table import correlated, responses, selection_table
from corridors.habitat.selection_terms import Covariate, class_covariate
from corridors.habitat.used_fixes import UsedFixes

GRID = Grid("EPSG:32612", 100.0, 0, 0, 30, 40)
RULES = Rules(
    available_km=20.0,
    max_available=5000,
    seed=1,
    available_weight=1000.0,
    min_animals=3,
    min_fixes=10,
    min_class_animals=2,
    max_folds=10,
    best_quantile=0.99,
    power=1.0,
    max_resistance=50.0,
)


def world() -> tuple[list[Covariate], UsedFixes]:
    """Return a slope from west to east, a meadow in the north, and animals that like the east."""
    rng = np.random.default_rng(7)
    x, y = GRID.centres()
    east = np.broadcast_to(x / 1000.0, GRID.shape).copy()
    east[0, :5] = np.nan
    meadow = np.where(np.broadcast_to(y[:, None], GRID.shape) > 1500, 2.0, 1.0)
    covariates = [
        Covariate("east", east.ravel()),
        class_covariate("cover", meadow.ravel(), {}, reference=None),
    ]
    n = 600
    return covariates, UsedFixes(
        4000 * np.sqrt(rng.random(n)),
        3000 * rng.random(n),
        np.arange(n, dtype=np.int64) % 6,
        [f"animal {k}" for k in range(6)],
    )


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    return fit(GRID, *world(), RULES)


def test_ground_that_is_used_more_costs_less(fitted: Fitted) -> None:
    known = fitted.resistance[5]
    assert (np.diff(known) <= 0).all()
    assert known[0] > 2 * known[-1]
    assert np.nanmin(fitted.resistance) == 1.0
    assert np.nanmax(fitted.resistance) <= 50.0


def test_ground_that_a_layer_does_not_know_has_no_cost(fitted: Fitted) -> None:
    assert np.flatnonzero(np.isnan(fitted.resistance.ravel())).tolist() == [0, 1, 2, 3, 4]


def test_a_layer_without_named_classes_has_one_per_code(fitted: Fitted) -> None:
    table = selection_table("h", fitted).set_index("term")
    cover = table[table["layer"] == "cover"]
    assert sorted(cover["class"]) == ["1", "2"]
    assert cover["used_frac"].sum() == pytest.approx(1.0)
    assert table.loc[table["layer"] == "east", "coefficient"].item() > 0


def test_the_response_rises_along_the_layer_that_is_preferred(fitted: Fitted) -> None:
    east = responses(fitted)["east"]
    assert (np.diff(east["log_use"]) > 0).all()
    assert all(low <= high for low, high in zip(east["low"], east["high"], strict=True))
    assert list(responses(fitted)) == ["east"]


def test_two_layers_that_say_the_same_are_told(fitted: Fitted) -> None:
    assert correlated(fitted) == []
    twice = replace(
        fitted,
        covariates=[*fitted.covariates, Covariate("west", -fitted.covariates[0].of_cell)],
    )
    assert correlated(twice) == [("east", "west", pytest.approx(-1.0))]


def test_too_few_animals_tell_nothing() -> None:
    with pytest.raises(NoSelectionError):
        fit(GRID, *world(), replace(RULES, min_animals=7))


def test_of_much_available_ground_a_sample_is_taken() -> None:
    covariates, used = world()
    some = fit(GRID, covariates, used, replace(RULES, max_available=500)).selection.available
    assert some.size == 500
    assert (np.diff(some) > 0).all()
