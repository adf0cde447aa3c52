"""Which ground a herd uses, compared with what it could use: the selection model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from corridors.foundation.arrays import Flags, Floats, Indices
from corridors.foundation.facts import Remark
from corridors.habitat.boyce import boyce_index
from corridors.habitat.no_selection import NoSelectionError
from corridors.habitat.selection_terms import (
    Covariate,
    Term,
    columns,
    outside_model,
    terms_of,
)

LEVEL = 0.95
BOYCE_WINDOW_FRAC = 0.1
BOYCE_WINDOWS = 101
# Numbers of columns above this are equal to so many digits that no coefficient means anything.
_MAX_CONDITION = 1e6


@dataclass(frozen=True)
class Selection:
    """A fitted selection model.

    Parameters
    ----------
    terms
        All terms, references and classes that are not estimated included.
    coefficient
        Of the estimated terms, in their order, (p,).
    left_out
        The same with each group of animals left out, (n_folds, p).
    groups
        Number of the fold of each animal, (n_animals,).
    boyce
        Continuous Boyce index of the left-out animals of each fold, (n_folds,).
    boyce_fitted
        Index of all animals with the model that was fitted to them.
    n_used
        Thinned fixes of each animal that entered, (n_animals,).
    available
        Available cells that all layers know, also those of classes that are not estimated, (m,).
    """

    terms: Sequence[Term]
    coefficient: Floats
    left_out: Floats
    groups: Indices
    boyce: Floats
    boyce_fitted: float
    n_used: Indices
    available: Indices

    def log_use(self, covariates: Sequence[Covariate], cells: Indices) -> Floats:
        """Return the log of the relative use of cells; NaN where unknown or not estimated."""
        found: Floats = columns(self.terms, covariates, cells) @ self.coefficient
        known = _known(covariates, cells)
        found[~known | outside_model(self.terms, covariates, cells)] = np.nan
        return found

    def interval(self, weights: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Return value, standard error, low and high end of combinations of coefficients.

        ``weights`` is (k, p); the others are (k,), the interval is the 95 % one of
        :func:`fit_selection`.
        """
        value = weights @ self.coefficient
        spread = self.left_out @ weights.T - value
        n = len(self.left_out)
        error = np.sqrt((n - 1) / n * np.square(spread).sum(axis=0))
        reach = float(student.ppf((1 + LEVEL) / 2, n - 1)) * error
        return value, error, value - reach, value + reach


def fit_selection(
    covariates: Sequence[Covariate],
    used: Indices,
    animal: Indices,
    available: Indices,
    *,
    available_weight: float,
    min_animals: int,
    min_fixes: int,
    min_class_animals: int,
    max_folds: int,
) -> Selection:
    """Return the selection model of a herd.

    Parameters
    ----------
    covariates
        Layers on one grid, raveled.
    used, animal
        Cells of the thinned fixes and number of the animal, 0...k-1, (n,). Fixes on ground that
        a layer does not know are left out.
    available
        Cells that the herd could use, (m,).
    available_weight
        Weight of all available cells relative to all used ones.
    min_animals, min_fixes
        An animal needs so many fixes, the herd so many animals.
    min_class_animals
        A class that fewer animals used is not estimated, and its cells do not enter.
    max_folds
        Of more animals, this many groups are left out in turn instead of single animals.

    Raises
    ------
    NoSelectionError
        Too few animals or fixes, a layer that is the same everywhere, layers that say the same,
        or no class that enough animals used.

    Notes
    -----
    Use is u(x) proportional to exp(b . x) over the available ground (exponential resource selection
    function), fitted by logistic regression of used against available cells, these with a weight so
    large that the odds are those of the density (infinitely weighted logistic regression, Fithian
    and Hastie 2013, doi:10.1214/13-AOAS667). Every animal's fixes weigh 1 together, so the
    coefficients are those of an animal, not of a fix, and an animal with many fixes does not speak
    for the herd.

    Fixes of an animal are not independent, animals are: standard errors are those of the
    jackknife that leaves out one animal (or group) at a time, sqrt((k-1)/k sum (b_(i) - b)^2), and
    intervals take Student's t with k - 1 degrees of freedom (the cluster jackknife, CV3, of
    MacKinnon, Nielsen and Webb 2023, doi:10.1002/jae.2937). The same fits, each without the animal
    in question, are the cross-validation.
    """
    covariates = list(covariates)
    n_animals = int(animal.max(initial=-1)) + 1
    used, animal = _of_known(covariates, used, animal)
    available = available[_known(covariates, available)]
    names = np.flatnonzero(np.bincount(animal, minlength=1) >= min_fixes)
    _enough(names.size, animal, min_animals, min_fixes)
    if available.size == 0:
        raise NoSelectionError(
            "no available ground is known in all layers", Remark.of("no_ground_known")
        )
    kept = np.isin(animal, names)
    used, animal = used[kept], animal[kept]
    terms = terms_of(covariates, available, used, animal, min_class_animals=min_class_animals)
    inside = ~outside_model(terms, covariates, used)
    used, animal = used[inside], animal[inside]
    entering = available[~outside_model(terms, covariates, available)]
    # Animals that only used classes that are not estimated are gone.
    names, number = np.unique(animal, return_inverse=True)
    _enough(names.size, animal, min_animals, 1)
    x_used, x_available = columns(terms, covariates, used), columns(terms, covariates, entering)
    if x_used.shape[1] == 0:
        raise NoSelectionError(
            "no layer has two classes that enough animals used", Remark.of("no_two_classes")
        )
    _check_columns(x_available, [term.name for term in terms if term.is_estimated])

    n_used = np.bincount(number)
    groups = np.arange(names.size) % min(max_folds, names.size)
    share = 1.0 / n_used[number]
    coefficient = _fit(x_used, share, x_available, available_weight)
    score = x_available @ coefficient
    left_out, boyce = [], []
    for fold in range(int(groups.max()) + 1):
        out = groups[number] == fold
        own = _fit(x_used[~out], share[~out], x_available, available_weight)
        left_out.append(own)
        boyce.append(_boyce(x_available @ own, x_used[out] @ own))
    return Selection(
        terms=terms,
        coefficient=coefficient,
        left_out=np.array(left_out),
        groups=_all_animals(groups, names, n_animals),
        boyce=np.array(boyce),
        boyce_fitted=_boyce(score, x_used @ coefficient),
        n_used=_all_animals(n_used, names, n_animals, 0),
        available=available,
    )


def _all_animals(values: Indices, names: Indices, n: int, missing: int = -1) -> Indices:
    """Return values by the caller's number of the animal, ``missing`` for those left out."""
    out = np.full(n, missing, dtype=np.int64)
    out[names] = values
    return out


def _known(covariates: Sequence[Covariate], cells: Indices) -> Flags:
    known = np.ones(cells.size, dtype=np.bool_)
    for covariate in covariates:
        known &= np.isfinite(covariate.of_cell[cells])
        if covariate.classes is not None:
            known &= covariate.class_of(cells) >= 0
    return known


def _of_known(
    covariates: Sequence[Covariate], used: Indices, animal: Indices
) -> tuple[Indices, Indices]:
    known = _known(covariates, used)
    return used[known], animal[known]


def _enough(n: int, animal: Indices, min_animals: int, min_fixes: int) -> None:
    if n < min_animals:
        counts = {
            "n_animals": n, "n_with_any": int(np.unique(animal).size), "min_animals": min_animals
        }  # fmt: skip
        remark = Remark.of("too_few_animals_left", **counts)
        fixes = ""
        if min_fixes > 1:
            remark = Remark.of("too_few_animals", min_fixes=min_fixes, **counts)
            fixes = f" with at least {min_fixes} thinned fixes"
        raise NoSelectionError(
            f"{n} animals{fixes} on ground that all layers know (of {counts['n_with_any']} with "
            f"any), and {min_animals} are needed",
            remark,
        )


def _check_columns(x: Floats, names: Sequence[str]) -> None:
    spread = x.std(axis=0)
    flat = [name for name, one in zip(names, spread, strict=True) if one == 0]
    if flat:
        terms = ", ".join(flat)
        raise NoSelectionError(
            f"{terms}: the same on all available ground that enters",
            Remark.of("terms_are_even", terms=terms),
        )
    correlation = np.atleast_2d(np.corrcoef(x, rowvar=False))
    if np.linalg.cond(correlation) > _MAX_CONDITION:
        apart = np.abs(correlation) - np.eye(len(names))
        first, second = np.unravel_index(int(np.argmax(apart)), apart.shape)
        raise NoSelectionError(
            f"layers say the same: {names[int(first)]} and {names[int(second)]} have a correlation "
            f"of {correlation[first, second]:.4f}",
            Remark.of(
                "terms_say_the_same",
                first=names[int(first)],
                second=names[int(second)],
                correlation=float(correlation[first, second]),
            ),
        )


def _fit(x_used: Floats, share: Floats, x_available: Floats, available_weight: float) -> Floats:
    """Return the coefficients; ``share`` is the weight of each used row."""
    # Here and not above: half a second that herds with a table of resistance need not wait.
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    x = np.concatenate([x_used, x_available])
    y = np.concatenate([np.ones(len(x_used)), np.zeros(len(x_available))])
    even = np.full(len(x_available), available_weight * share.sum() / len(x_available))
    model = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-10, max_iter=200)
    # Several threads add up in another order, and the last digits differ.
    with threadpool_limits(limits=1):
        model.fit(x, y, sample_weight=np.concatenate([share, even]))
    found: Floats = np.asarray(model.coef_[0], dtype=np.float64)
    return found


def _boyce(available: Floats, used: Floats) -> float:
    return boyce_index(available, used, window_frac=BOYCE_WINDOW_FRAC, n_windows=BOYCE_WINDOWS)
