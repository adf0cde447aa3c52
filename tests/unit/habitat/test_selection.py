"""The selection model against exact likelihoods, simulated herds and bad data."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from corridors.demo.selection import (
    COVER,
    COVER_SELECTION,
    DEMO_SELECTION,
    ELEVATION,
    demo_world,
    walk,
    world,
)
from corridors.demo.world import LAND_COVER
from corridors.habitat.no_selection import NoSelectionError
from corridors.habitat.selection import fit_selection
from corridors.habitat.selection_terms import Covariate, columns

# What the module makes is made once, by one worker.
pytestmark = pytest.mark.xdist_group("selection")

OPTIONS = {
    "available_weight": 1000.0, "min_animals": 4, "min_fixes": 10, "min_class_animals": 3,
    "max_folds": 30,
}  # fmt: skip
CLASSES = {name: (code,) for code, name in COVER.items()}
N = 40


@pytest.fixture(scope="module")
def herd():
    rng = np.random.default_rng(7)
    ground = world(rng, n=N)
    cells = walk(
        rng, ground, n_animals=10, n_fixes=150, steps_per_fix=6, step_cells=2.0, spread=0.2
    )
    covariates = [
        Covariate("elevation", ground.elevation_m.ravel()),
        Covariate("cover", ground.cover.ravel().astype(float), CLASSES, "steppe"),
    ]
    return covariates, cells.ravel(), np.repeat(np.arange(10), 150)


def fit(herd, covariates=None, available=None, **options):
    own, cells, animal = herd
    return fit_selection(
        covariates or own, cells, animal,
        np.arange(N * N) if available is None else available, **(OPTIONS | options),
    )  # fmt: skip


def test_coefficients_are_those_of_the_density_of_use(herd):
    model = fit(herd)
    covariates, cells, _ = herd
    x = columns(model.terms, covariates, np.arange(N * N))

    def minus_log_likelihood(b):
        return np.log(np.exp(x @ b).sum()) - (x[cells] @ b).mean()

    exact = minimize(minus_log_likelihood, np.zeros(4), tol=1e-12).x
    assert model.coefficient == pytest.approx(exact, abs=2e-3)


def test_known_selection_is_inside_the_intervals(herd):
    model = fit(herd)
    _, error, low, high = model.interval(np.eye(4))
    true = np.array([ELEVATION, *(value for value in COVER_SELECTION.values() if value != 0)])
    assert (low <= true).all()
    assert (high >= true).all()
    assert (error > 0).all()
    assert model.boyce_fitted > 0.9
    assert np.mean(model.boyce) > 0.6


def test_known_selection_of_the_demos_land_cover_is_inside_the_intervals():
    ground = demo_world(n=180)
    assert set(np.unique(ground.cover)) == set(LAND_COVER)
    cells = walk(
        np.random.default_rng(5), ground,
        n_animals=12, n_fixes=200, steps_per_fix=6, step_cells=8.0, spread=0.0,
    )  # fmt: skip
    classes = {name: (code,) for code, name in LAND_COVER.items()}
    cover = Covariate("land-cover", ground.cover.ravel().astype(float), classes, "steppe")
    model = fit_selection(
        [cover], cells.ravel(), np.repeat(np.arange(12), 200), np.arange(180 * 180), **OPTIONS
    )
    _, _, low, high = model.interval(np.eye(4))
    true = np.array([value for value in DEMO_SELECTION.values() if value != 0])
    assert (low <= true).all()
    assert (high >= true).all()
    assert (high - low).max() < 2.0  # and not because they are so wide


def test_the_jackknife_by_hand(herd):
    model = fit(herd)
    covariates, cells, animal = herd
    left_out = []
    for one in range(10):
        kept = animal != one
        without = fit_selection(covariates, cells[kept], animal[kept], np.arange(N * N), **OPTIONS)
        left_out.append(without.coefficient)
    assert model.left_out == pytest.approx(np.array(left_out), abs=1e-6)
    spread = np.sum((np.array(left_out) - model.coefficient) ** 2, axis=0)
    value, error, low, high = model.interval(np.eye(4))
    assert error == pytest.approx(np.sqrt(0.9 * spread), rel=1e-4)
    # Student's t with nine degrees of freedom, 97.5 %.
    assert high - value == pytest.approx(2.262157 * error, rel=1e-5)
    assert value - low == pytest.approx(high - value)


def test_an_animal_with_ten_times_as_many_fixes_has_one_vote(herd):
    covariates, cells, animal = herd
    own = np.flatnonzero(animal == 3)
    again = np.concatenate([np.arange(cells.size), *([own] * 9)])
    more = fit_selection(covariates, cells[again], animal[again], np.arange(N * N), **OPTIONS)
    assert more.coefficient == pytest.approx(fit(herd).coefficient, abs=1e-6)
    assert more.n_used.tolist() == [150, 150, 150, 1500, *[150] * 6]


def test_more_animals_than_folds_are_left_out_in_groups(herd):
    model = fit(herd, max_folds=5)
    assert model.groups.tolist() == [0, 1, 2, 3, 4, 0, 1, 2, 3, 4]
    assert model.left_out.shape == (5, 4)


def test_a_class_of_two_animals_is_not_estimated_and_changes_nothing_else(herd):
    covariates, cells, animal = herd
    elevation, cover = covariates
    codes = cover.of_cell.copy()
    rare = np.unique(cells[animal < 2])[:6]
    rare = rare[~np.isin(rare, cells[animal >= 2])]
    codes[rare] = 9.0
    classes = CLASSES | {"rare": (9,)}
    model = fit(herd, [elevation, Covariate("cover", codes, classes, "steppe")])
    (term,) = [term for term in model.terms if term.value == "rare"]
    assert not term.is_estimated
    found = model.log_use([elevation, Covariate("cover", codes, classes, "steppe")],
                          np.arange(N * N))  # fmt: skip
    assert np.flatnonzero(np.isnan(found)).tolist() == rare.tolist()
    assert model.coefficient == pytest.approx(fit(herd).coefficient, abs=0.05)


def test_values_beyond_the_available_range_count_as_its_end(herd):
    covariates, _, _ = herd
    low = np.argsort(covariates[0].of_cell)[: N * N // 2]
    model = fit(herd, available=np.sort(low))
    use = model.log_use(covariates, np.arange(N * N))
    top = covariates[0].of_cell.max()
    edge = covariates[0].of_cell[low].max()
    same_cover = covariates[1].of_cell == 1.0
    of_top = use[same_cover & (covariates[0].of_cell >= edge)]
    assert top > edge
    assert np.ptp(of_top) == pytest.approx(0.0, abs=1e-12)


def test_a_square_finds_a_preferred_middle():
    rng = np.random.default_rng(3)
    x = rng.uniform(0, 100, N * N)
    use = np.exp(-0.5 * ((x - 60) / 12) ** 2)
    cells = rng.choice(N * N, 8 * 200, p=use / use.sum())
    model = fit_selection(
        [Covariate("height", x, quadratic=True)], cells, np.repeat(np.arange(8), 200),
        np.arange(N * N), **OPTIONS,
    )  # fmt: skip
    linear, square = model.coefficient
    term = model.terms[0]
    best = term.centre - term.scale * linear / (2 * square)
    assert square < 0
    assert best == pytest.approx(60, abs=1.5)


def test_the_same_data_give_the_same_numbers(herd):
    assert np.array_equal(fit(herd).left_out, fit(herd).left_out)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"min_animals": 11}, "10 animals with at least 10 thinned fixes on ground that all "),
        ({"min_animals": 11}, "layers know (of 10 with any), and 11 are needed"),
        ({"min_fixes": 151}, "0 animals with at least 151 thinned fixes"),
        ({"min_class_animals": 11}, "class steppe of layer cover cannot be the reference: 10"),
        ({"available": np.zeros(0, dtype=np.int64)}, "no available ground is known in all layers"),
    ],
)  # fmt: skip
def test_too_little_is_refused_with_the_reason(herd, change, reason):
    with pytest.raises(NoSelectionError) as caught:
        fit(herd, **change)
    assert reason in str(caught.value)


def test_layers_that_say_the_same_or_nothing_are_refused(herd):
    elevation = herd[0][0]
    twice = Covariate("metres", elevation.of_cell / 3.0 + 5.0)
    with pytest.raises(NoSelectionError, match="elevation and metres have a correlation of 1"):
        fit(herd, [elevation, twice])
    with pytest.raises(NoSelectionError, match="layer flat is the same on all available ground"):
        fit(herd, [elevation, Covariate("flat", np.full(N * N, 4.0))])


def test_fixes_on_unknown_ground_do_not_count(herd):
    covariates, cells, animal = herd
    elevation = covariates[0].of_cell.copy()
    elevation[np.unique(cells[animal == 2])] = np.nan
    model = fit(herd, [Covariate("elevation", elevation), covariates[1]], min_animals=3)
    assert model.n_used[2] == 0
    assert model.groups[2] == -1


def test_an_animal_with_too_few_fixes_is_left_out_also_if_it_is_the_last(herd):
    covariates, cells, animal = herd
    few = np.concatenate([np.flatnonzero(animal < 9), np.flatnonzero(animal == 9)[:4]])
    model = fit_selection(covariates, cells[few], animal[few], np.arange(N * N), **OPTIONS)
    assert model.n_used.tolist() == [150] * 9 + [0]
    assert model.groups.tolist() == [*range(9), -1]
