"""How likely tries at a barrier are, given its permeability kappa.

A try crosses with probability 1 - s^kappa, where s is the chance that a null step stays
(:mod:`corridors.barriers.null_steps`); what is seen of it may be less or wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corridors.foundation.arrays import Flags, Floats

LOWEST, HIGHEST = -30.0, 30.0  # of ln kappa


@dataclass(frozen=True)
class Seen:
    """What is seen of tries, beside what animals do, each of shape (n,).

    Parameters
    ----------
    odds
        How much rather a crossing is seen than a stay, > 0.
    mistaken
        How likely what looks like a crossing is a stay, as a share of the crossings without the
        barrier; 0 where the try stays.
    """

    odds: Floats
    mistaken: Floats

    @classmethod
    def all_of(cls, n: int) -> Seen:
        """Return that all is seen as it is."""
        return cls(np.ones(n), np.zeros(n))

    def __getitem__(self, rows: Flags) -> Seen:
        """Return what is seen of some tries."""
        return Seen(self.odds[rows], self.mistaken[rows])


def log_likelihood(
    ln_kappa: Floats | float, hazard: Floats, crossed: Flags, seen: Seen | None = None
) -> float:
    """Return the log-likelihood of ln kappa, one for all tries or one per try.

    Notes
    -----
    A try crosses with probability c = 1 - s^kappa = 1 - exp(-kappa h), h = -ln s: a binomial model
    with complementary log-log link and offset ln h. Where both ends must lie outside of the dead
    zone, it is seen to cross with p = q c / (q c + 1 - c), q the ``odds``. A crossing may be a stay
    whose end location error has put on the other side: it has the likelihood p + e (1 - p), e the
    share ``mistaken`` of p at kappa = 1.
    """
    return float(_terms(np.exp(ln_kappa) * hazard, hazard, crossed, seen).sum())


def _terms(total: Floats, hazard: Floats, crossed: Flags, seen: Seen | None) -> Floats:
    """Return the log-likelihood of each try."""
    if seen is None:
        chance = -np.expm1(-total)
        return np.where(crossed, np.log(np.maximum(chance, 1e-300)), -total)
    chance, wrong = seen_chance(total, seen.odds), _mistaken(hazard, seen)
    through = chance + wrong * (1.0 - chance)
    odds = -seen.odds * np.expm1(-total)
    return np.where(
        crossed, np.log(np.maximum(through, 1e-300)), -total - np.log(odds + np.exp(-total))
    )


def seen_chance(total: Floats, odds: Floats) -> Floats:
    """Return how likely tries of hazards ``total`` are seen to cross; odds as in :class:`Seen`."""
    through = -odds * np.expm1(-total)
    return np.asarray(through / (through + np.exp(-total)))


def _mistaken(hazard: Floats, seen: Seen) -> Floats:
    if not seen.mistaken.any():
        return np.zeros(hazard.size)
    return np.asarray(np.minimum(0.5, seen.mistaken * seen_chance(hazard, seen.odds)))


def maximum(
    hazard: Floats, crossed: Flags, design: Floats, seen: Seen | None = None
) -> tuple[Floats, float]:
    """Return the coefficients of ln kappa that maximise the likelihood, and its logarithm.

    Parameters
    ----------
    hazard, crossed
        Tries, shape (n,).
    design
        Covariates, shape (n, k).
    seen
        What is seen of the tries; None: all.

    Notes
    -----
    Newton steps with the expected information, halved where they do not climb. A level without
    any crossing has no maximum: its coefficient is cut off far out, where the likelihood has
    reached its limit.
    """
    b = np.zeros(design.shape[1])
    told = seen if seen is not None else Seen.all_of(hazard.size)
    value = log_likelihood(design @ b, hazard, crossed, told)
    for _ in range(200):
        slope, bend = slopes(np.exp(design @ b) * hazard, hazard, crossed, told)
        score = design.T @ slope
        information = (design * bend[:, None]).T @ design
        information[np.diag_indices_from(information)] += 1e-12 * (1 + np.trace(information))
        step = np.linalg.solve(information, score)
        step *= min(1.0, 5.0 / max(1e-300, float(np.abs(step).max())))
        for _ in range(40):
            new = np.clip(b + step, LOWEST, HIGHEST)
            at = log_likelihood(design @ new, hazard, crossed, told)
            if at >= value:
                break
            step /= 2
        else:
            break
        gain, b, value = at - value, new, at
        if gain < 1e-10 and float(np.abs(step).max()) < 1e-8:
            break
    return b, value


def slopes(total: Floats, hazard: Floats, crossed: Flags, seen: Seen) -> tuple[Floats, Floats]:
    """Return the score of each try in ln kappa, and its expected information."""
    stays = np.exp(-total)
    through = -seen.odds * np.expm1(-total)
    sum_ = np.maximum(through + stays, 1e-300)
    # p = through / sum_, and dp / d ln kappa:
    change = total * seen.odds * stays / sum_**2
    wrong = _mistaken(hazard, seen)
    hit = np.maximum(through / sum_ + wrong * stays / sum_, 1e-300)
    still = total * seen.odds / sum_  # change / (1 - p) without a ratio of small numbers
    score = np.where(crossed, (1.0 - wrong) * change / hit, -still)
    return score, still * change * sum_ / np.maximum(through, 1e-300)
