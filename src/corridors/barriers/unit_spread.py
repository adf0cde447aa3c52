"""How much more independent units differ than their tries do by chance."""

from __future__ import annotations

from dataclasses import dataclass

from corridors.foundation.arrays import Floats

_ALL = 1.0 - 1e-9  # a unit with this share of what is known leaves nothing to compare it with


@dataclass(frozen=True)
class Spread:
    """Variance of an estimate between units.

    Parameters
    ----------
    ratio
        Over what it is if all tries are independent; NaN where it cannot be told.
    freedom
        Degrees of freedom with which it is known, >= 1; NaN likewise.
    """

    ratio: float
    freedom: float


def unit_spread(score: Floats, information: Floats, *, alike: float = 1.0) -> Spread:
    """Return the variance of an estimate between units, from what each adds to its score.

    Parameters
    ----------
    score, information
        Of each unit at the estimate, shape (n_units,); the scores add up to 0.
    alike
        What units' variance is over that of their tries if units do not differ, >= 1.

    Notes
    -----
    With i the information, I the sum and h = i/I the scores left at the estimate are s - h sum(s).
    Units of which some tell much more than others take part of their own difference with them;
    sum(s^2 / (1 - h)) makes up for it (CR2 of Bell & McCaffrey 2002). How well it is known:
    Satterthwaite's degrees of freedom for scores of variance alike i + tau^2 i^2, of units whose
    ln kappa differ by tau, the tau that gives this sum, at least 0. What the sum's mean for these
    variances is off the true variance is divided out.

    Examples
    --------
    Four equal units have three degrees of freedom:

    >>> import numpy as np
    >>> unit_spread(np.array([1.0, -1.0, 1.0, -1.0]), np.ones(4))
    Spread(ratio=1.3333333333333333, freedom=3.0)
    """
    whole = float(information.sum())
    if score.size < 2 or whole <= 0.0 or float(information.max()) > _ALL * whole:
        return Spread(float("nan"), float("nan"))
    share = information / whole
    weight = 1.0 / (1.0 - share)
    seen = float((weight * score**2).sum())
    square = information**2
    differing = float((weight * (square * (1 - 2 * share) + share**2 * square.sum())).sum())
    tau2 = max(0.0, (seen - alike * whole) / differing)
    own = alike * information + tau2 * square
    total = float(own.sum())
    # What is left of two units varies together by apart, of one by itself also by its own.
    apart = share * (total * share - 2 * own)
    left = own + apart
    mean = float((weight * left).sum())
    a, b, c = (float((weight * x).sum()) for x in (share**2, own**2, share * own))
    together = 2 * a * b + 2 * c**2 + (total * a) ** 2 - 4 * total * a * c
    together += float((weight**2 * (left**2 - apart**2)).sum())
    freedom = mean**2 / together
    return Spread(seen * total / mean / whole, freedom)
