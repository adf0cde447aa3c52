"""Whether the permeability of a barrier differs between seasons, classes or times of day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import stats

from corridors.barriers.kappa_likelihood import Seen, maximum
from corridors.foundation.arrays import Flags, Floats, Labels


@dataclass(frozen=True)
class Difference:
    """Whether permeability differs between the levels of a covariate.

    Parameters
    ----------
    covariate
        Its name.
    n_levels
        Levels with tries.
    p_value
        Of the likelihood ratio, all other covariates in the model; NaN with one level.
    """

    covariate: str
    n_levels: int
    p_value: float


def covariate_tests(
    hazard: Floats,
    crossed: Flags,
    covariates: Mapping[str, Labels],
    *,
    spread: float,
    seen: Seen | None = None,
) -> list[Difference]:
    """Test each covariate with the others in the model.

    Parameters
    ----------
    hazard, crossed
        Tries, shape (n,).
    covariates
        Name -> level of each try, shape (n,).
    spread
        ``Kappa.spread`` of all tries: above 1 the likelihood ratio is divided by it, since tries of
        one unit are not independent. NaN: not.
    seen
        What is seen of the tries; None: all.
    """
    columns = {name: _levels(levels) for name, levels in covariates.items()}
    one = np.ones((hazard.size, 1))
    full = np.hstack([one, *columns.values()])
    rank = _rank(full)
    decided = bool(crossed.any() and not crossed.all())
    top = maximum(hazard, crossed, full, seen)[1] if decided else 0.0
    found = []
    for name, own in columns.items():
        rest = np.hstack([one, *(c for other, c in columns.items() if other != name)])
        freedom = rank - _rank(rest)
        p_value = float("nan")
        if decided and freedom > 0:
            ratio = 2 * (top - maximum(hazard, crossed, rest, seen)[1])
            ratio /= max(1.0, spread) if np.isfinite(spread) else 1.0
            p_value = float(stats.chi2.sf(max(0.0, ratio), freedom))
        found.append(Difference(name, own.shape[1] + 1, p_value))
    return found


def _levels(levels: Labels) -> Floats:
    """Return one column of 0 and 1 for each level but the first."""
    names = sorted(set(levels))
    return np.column_stack(
        [np.zeros((len(levels), 0)), *(np.asarray(levels == name, float) for name in names[1:])]
    )


def _rank(design: Floats) -> int:
    return int(np.linalg.matrix_rank(design.T @ design)) if design.size else 0
