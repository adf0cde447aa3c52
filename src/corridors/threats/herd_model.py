"""What the segments of a herd have in common: how many animals come by, how often, what passes.

A segment that two animals of twelve met says little by itself. How such numbers vary from segment
to segment in the same herd says what is plausible for it, and for one that nobody met.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import special

from corridors.foundation.arrays import Flags, Floats, Indices, Words
from corridors.threats.score import Evidence

# What is taken to be known before any herd: (value, weight in observations). They matter only in
# herds with a handful of segments; docs/methods.md lists them.
_CORRELATION_OF_PASSING: Final = (0.1, 20.0)  # between encounters of one animal with one segment
_LOG_SD_OF_STRENGTH: Final = 1.5  # of the strengths of both Beta laws
_LOGIT_SD_OF_PRIOR: Final = 1.0  # by how far the class priors may be wrong together

_MEAN_SHARE: Final = special.expit(np.linspace(special.logit(1e-4), special.logit(0.95), 28))
_SHARE_STRENGTH: Final = np.geomspace(0.2, 50.0, 14)
_CENTRAL_SHARE_STRENGTH: Final = 2.0
_SHIFT: Final = np.linspace(-2.0, 2.0, 9)
_STRENGTH_FACTOR: Final = 2.0 ** np.arange(-5, 3)
_POOL: Final = 1000


@dataclass(frozen=True)
class Meetings:
    """Who met which segment, and how often, over all seasons; one row per pair that met.

    Parameters
    ----------
    segment, animal
        Numbers of the segment and of the animal, sorted.
    encounters, passages
        Counts > 0 and >= 0; of a planned line both are its passages.
    years
        Years of tracking of the animal while the segment counted.
    n_tracked
        Animals tracked while the segment counted, shape (n_segments,).
    """

    segment: Indices
    animal: Indices
    encounters: Floats
    passages: Floats
    years: Floats
    n_tracked: Floats

    @property
    def came(self) -> Floats:
        """Chance that the animal met the segment at all: its encounters, at most 1."""
        return np.minimum(self.encounters, 1.0)

    def total(self, values: Floats) -> Floats:
        """Return the sum of ``values`` over the animals, shape (n_segments,)."""
        return np.bincount(self.segment, values, len(self.n_tracked)).astype(float)


def meetings(met: Evidence, *, status: Words) -> Meetings:
    """Return the encounters of each animal with each segment; none with a removed one."""
    n_segments, n_animals = len(met.segments), len(met.animals)
    passed, turned = met.passages.tocoo(), met.approaches.tocoo()
    of_season = np.concatenate([passed.coords[0], turned.coords[0]]).astype(np.int64)
    animal = np.concatenate([passed.coords[1], turned.coords[1]]).astype(np.int64)
    segment = of_season % max(1, n_segments)
    is_turned = np.arange(len(segment)) >= len(passed.data)
    count = np.concatenate([passed.data, turned.data])
    counts = (status[segment] != "removed") & ~(is_turned & (status[segment] == "planned"))
    count = np.where(counts, count, 0.0)
    pair, at = np.unique(segment * n_animals + animal, return_inverse=True)
    encounters = np.bincount(at, count, len(pair)).astype(float)
    passages = np.bincount(at, np.where(is_turned, 0.0, count), len(pair)).astype(float)
    kept = encounters > 0
    segment, animal = pair[kept] // n_animals, pair[kept] % n_animals
    return Meetings(
        segment=segment,
        animal=animal,
        encounters=encounters[kept],
        passages=passages[kept],
        years=met.tracking_years[met.span[segment], animal],
        n_tracked=met.n_tracked.astype(float),
    )


@dataclass(frozen=True)
class Grid:
    """Pairs of parameters and how plausible the herd makes each; the chances sum to 1."""

    first: Floats
    second: Floats
    chance: Floats

    def draw(self, rng: np.random.Generator, draws: int) -> tuple[Floats, Floats]:
        """Return ``draws`` pairs."""
        which = rng.choice(len(self.chance), draws, p=self.chance)
        return self.first[which], self.second[which]


def share_law(seen: Meetings, stands: Flags) -> Grid:
    """Return the Beta law of the share of the animals that come by a segment, as a grid of (a, b).

    Notes
    -----
    Beta-binomial likelihood of the numbers of animals that met each segment; expected numbers are
    used as they are. The strength a + b is log-normal around 2 before any segment.
    """
    mean, strength = (axis.ravel() for axis in np.meshgrid(_MEAN_SHARE, _SHARE_STRENGTH))
    a, b = mean * strength, (1.0 - mean) * strength
    pairs = np.column_stack([seen.total(seen.came).round(2), seen.n_tracked])[stands]
    distinct, times = np.unique(pairs, axis=0, return_counts=True)
    came, tracked = distinct[:, 0], distinct[:, 1]
    fit = special.betaln(a[:, None] + came, b[:, None] + np.maximum(tracked - came, 0.0))
    log = (fit - special.betaln(a, b)[:, None]) @ times
    log -= 0.5 * (np.log(strength / _CENTRAL_SHARE_STRENGTH) / _LOG_SD_OF_STRENGTH) ** 2
    return Grid(a, b, _chances(log))


def rate_pool(seen: Meetings) -> Floats:
    """Return what an animal that comes by a segment may meet there in a year, as likely values.

    Values of all pairs of an animal and a segment that met, each weighted by the chance that they
    did, sorted and averaged in 1,000 parts of the same weight: their mean is the pairs' mean. A
    herd that met nothing has the one value 0.

    Examples
    --------
    >>> seen = Meetings(segment=np.array([0, 0]), animal=np.array([0, 1]),
    ...     encounters=np.array([8.0, 0.5]), passages=np.zeros(2), years=np.array([2.0, 0.5]),
    ...     n_tracked=np.array([2.0]))
    >>> pool = rate_pool(seen)  # 4 a year with weight 1, 2 a year with weight 1/2
    >>> pool.min().round(6), pool.max().round(6), pool.mean().round(6)
    (np.float64(2.0), np.float64(4.0), np.float64(3.333333))
    """
    if not len(seen.encounters):
        return np.zeros(1)
    rate = seen.encounters / (seen.came * seen.years)
    order = np.argsort(rate, kind="stable")
    weight = np.concatenate([[0.0], np.cumsum(seen.came[order])])
    total = np.concatenate([[0.0], np.cumsum((rate * seen.came)[order])])
    cuts = np.linspace(0.0, weight[-1], _POOL + 1)
    pool: Floats = np.diff(np.interp(cuts, weight, total)) * _POOL / weight[-1]
    return pool


@dataclass(frozen=True)
class Passing:
    """Evidence on the permeability: independent encounters that passed and that did not."""

    passed: Floats
    turned: Floats


def passing(seen: Meetings, *, status: Words) -> Passing:
    """Return the numbers of encounters that passed and did not, as if they were independent.

    Notes
    -----
    What one animal did at a segment it does again: the counts are divided by the design effect
    1 + rho (m - 1), where m is the mean number of encounters of an encounter's animal there and
    rho, the correlation of passing within an animal, comes from all segments that two or more
    animals met.
    """
    total, passed = seen.total(seen.encounters), seen.total(seen.passages)
    mean = np.divide(passed, total, out=np.zeros_like(total), where=total > 0)
    several = (status == "existing") & (seen.total(seen.came) > 1.5) & (mean > 0) & (mean < 1)
    squares = seen.total(seen.encounters**2)
    own_size = np.divide(squares, total, out=np.zeros_like(total), where=total > 0)
    expected = mean[seen.segment] * seen.encounters
    found = seen.total((seen.passages - expected) ** 2)
    more = seen.total(np.maximum(seen.encounters * (seen.encounters - 1.0), 0.0))
    binary = mean * (1.0 - mean)
    excess = (found - binary * (total - own_size))[several].sum()
    possible = (binary * more)[several].sum()
    value, weight = _CORRELATION_OF_PASSING
    rho = min(0.9, max(0.0, (excess + weight * value) / (possible + weight)))
    effect = 1.0 + rho * np.maximum(own_size - 1.0, 0.0)
    # Nobody has met a planned line or meets a removed one: only the prior speaks.
    stands = status == "existing"
    return Passing(
        np.where(stands, passed, 0.0) / effect,
        np.where(stands, np.maximum(total - passed, 0.0), 0.0) / effect,
    )


def prior_law(
    found: Passing, *, prior_mean: Floats, prior_encounters: Floats, is_class_prior: Flags
) -> Grid:
    """Return how far the class priors are off, as a grid of (shift of the logit, strength factor).

    Only segments with a prior between 0 and 1 from their class say it; where they say nothing,
    the priors stand with the configured strength.
    """
    shift, factor = (axis.ravel() for axis in np.meshgrid(_SHIFT, _STRENGTH_FACTOR))
    log = -0.5 * (shift / _LOGIT_SD_OF_PRIOR) ** 2
    log -= 0.5 * (np.log(factor) / _LOG_SD_OF_STRENGTH) ** 2
    met = is_class_prior & (prior_mean > 0) & (prior_mean < 1) & (found.passed + found.turned > 0)
    if met.any():
        logit = special.logit(prior_mean[met])
        passed, turned, base = found.passed[met], found.turned[met], prior_encounters[met]
        for i in range(len(shift)):  # 72 pairs, each over all segments: bounded memory
            mean, strength = special.expit(logit + shift[i]), factor[i] * base
            a, b = mean * strength, (1.0 - mean) * strength
            log[i] += (special.betaln(a + passed, b + turned) - special.betaln(a, b)).sum()
    return Grid(shift, factor, _chances(log))


def _chances(log: Floats) -> Floats:
    chance = np.exp(log - log.max())
    out: Floats = chance / chance.sum()
    return out
