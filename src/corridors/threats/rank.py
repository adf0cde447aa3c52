"""The order of the threats and how sure it is: animals, permeability and weights drawn anew."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy import sparse, special

from corridors.foundation.arrays import Flags, Floats, Indices, Labels, Words
from corridors.threats.herd_model import (
    Meetings,
    Passing,
    meetings,
    passing,
    prior_law,
    rate_pool,
    share_law,
)
from corridors.threats.score import Evidence

N_TOP: Final = 10
_SHAPE: Final = 0.8
_CHUNK_VALUES: Final = 500_000  # values of one array in a chunk of draws


@dataclass(frozen=True)
class Spread:
    """What the draws say of each segment, arrays of shape (n_segments,).

    Parameters
    ----------
    blocked_p05, blocked_p95
        Interval of blocked passages per animal and year.
    rank_p05, rank_p95
        Interval of the rank; whole numbers.
    p_top10
        Share of the draws in which the segment is among the first ten and blocks something.
    """

    blocked_p05: Floats
    blocked_p95: Floats
    rank_p05: Floats
    rank_p95: Floats
    p_top10: Floats

    def holding(self, *, blocked_per_year: Floats, rank: Indices) -> Spread:
        """Return intervals widened so that they hold the best-known numbers themselves.

        The score keeps the configured prior, the draws learn from the whole herd; where they
        differ, an interval beside its own number would puzzle the reader.
        """
        return replace(
            self,
            blocked_p05=np.minimum(self.blocked_p05, blocked_per_year),
            blocked_p95=np.maximum(self.blocked_p95, blocked_per_year),
            rank_p05=np.minimum(self.rank_p05, rank),
            rank_p95=np.maximum(self.rank_p95, rank),
        )


def stability(rank_p05: Floats, rank_p95: Floats) -> Labels:
    """Return how far the rank is settled: firm, likely or open.

    ``firm``: the last place of the interval is at most twice the first; ``likely``: at most five
    times; and neither spans more than half of all places. ``open``: all others. Places are compared
    by their ratio because 1 or 3 is a difference, and 101 or 103 is none.

    Examples
    --------
    >>> low, high = np.array([1.0, 2.0, 3.0, 1.0] + [20.0] * 26), np.array([2.0, 9.0] + [30.0] * 28)
    >>> stability(low, high)[:5].tolist()
    ['firm', 'likely', 'open', 'open', 'firm']
    """
    is_narrow = rank_p95 - rank_p05 + 1.0 <= np.ceil(len(rank_p05) / 2)
    factor = np.where(is_narrow, rank_p95 / rank_p05, np.inf)
    found = np.where(factor <= 2.0, "firm", np.where(factor <= 5.0, "likely", "open"))
    return found.astype(object)


def ranks(score: Floats) -> Indices:
    """Return ranks 1...n along the last axis, highest score first, ties in the order given.

    Segments are sorted by identifier, so ties are broken by it and every run agrees.

    Examples
    --------
    >>> ranks(np.array([0.0, 3.5, 3.5, 9.0]))
    array([4, 2, 3, 1])
    """
    order = np.argsort(-score, axis=-1, kind="stable")
    place = np.empty_like(order)
    np.put_along_axis(
        place, order, np.broadcast_to(np.arange(1, score.shape[-1] + 1), score.shape), axis=-1
    )
    return place.astype(np.int64)


def seeds_of(seed: int, herd: str) -> list[np.random.SeedSequence]:
    """Return three independent seeds (animals, permeability, weights) of a herd's ranking."""
    digest = hashlib.sha256(herd.encode()).digest()
    return np.random.SeedSequence([seed, int.from_bytes(digest[:8], "big")]).spawn(3)


def bootstrap(
    met: Evidence,
    *,
    prior_mean: Floats,
    prior_encounters: float | Floats,
    is_class_prior: Flags,
    status: Words,
    season_weight: Floats,
    weight_jitter: float,
    least_blocked_frac: float,
    draws: int,
    seed: int,
    herd: str,
) -> Spread:
    """Rank the segments again and again with animals, permeability and season weights drawn anew.

    Parameters
    ----------
    met
        Encounters; at least one animal.
    prior_mean
        Prior or stated permeability per segment, 0...1, in the order of ``met.segments``.
    prior_encounters
        Weight of the prior, encounters; one number or one per segment.
    is_class_prior
        Where the prior is that of the class: how far such priors are off is learned from the herd.
    status
        existing, planned or removed, per segment.
    season_weight
        Weight per season of ``met.seasons``, > 0.
    weight_jitter
        Concentration of the Dirichlet law of the season weights; 0: none.
    least_blocked_frac
        In a draw a segment is among the first ten only if it blocks at least this share of what
        the worst segment blocks.
    draws
        Number of draws.
    seed, herd
        The same seed and herd give the same numbers on every machine.

    Notes
    -----
    A draw of the blocked passages per animal and year is E (1 - pi):

    - E, encounters per animal and year: a Bayesian bootstrap of whole animals (Rubin 1981) with a
      Dirichlet process prior (Ferguson 1973), (sum X e + G1 r t) / (sum X T + (G1 + G0) t). X are
      the weights of the animals, the same for all segments; e their encounters in their T years; t
      the mean of T. G1 ~ Gamma(a) and G0 ~ Gamma(b) stand for animals that were not tracked and
      do, or do not, come by: a and b are how many of the herd's animals come by its segments, and
      r is drawn from what animals of the herd meet in a year where they come by.
    - pi: Beta, from the segment's encounters and the prior, whose strength and error in common are
      learned from the herd.

    See :mod:`corridors.threats.herd_model` for the three laws. A segment that one animal met, or
    none, can so rank wherever the others make it plausible, instead of vanishing from the draws
    without this animal; and one that few animals met often does not keep all of its luck. All
    weights are Gamma of shape 0.8 per animal instead of 1: the variance is a quarter larger, since
    a sample of few animals shows less of their differences than there is.
    Of a removed line nothing is blocked. Segments that block nothing in a draw share the places
    behind the others, in an order of chance.

    Cost: draws x segments x (5 random numbers + log segments); memory: 8 bytes x draws x segments
    for the results, the rest in chunks.
    """
    n_segments = len(met.segments)
    animal_seed, permeability_seed, weight_seed = seeds_of(seed, herd)
    rng, chance = np.random.default_rng(animal_seed), np.random.default_rng(permeability_seed)
    stands = status != "removed"
    base = np.broadcast_to(np.asarray(prior_encounters, dtype=float), (n_segments,))
    seen = meetings(met, status=status)
    encounters = _Encounters.of(met, seen, stands, rng, draws)
    found = passing(seen, status=status)
    priors = prior_law(
        found, prior_mean=prior_mean, prior_encounters=base, is_class_prior=is_class_prior
    )
    permeability = _Permeability(
        found, prior_mean, base, is_class_prior, *priors.draw(chance, draws)
    )
    season = _season_draws(season_weight, weight_jitter, draws, weight_seed)
    shares = season_shares(met)
    loss = np.zeros((draws, n_segments), dtype=np.float32)
    place = np.zeros((draws, n_segments), dtype=np.int32)
    n_first = np.zeros(n_segments)
    chunk = max(1, _CHUNK_VALUES // max(1, n_segments))
    for first in range(0, draws, chunk):
        part = slice(first, min(draws, first + chunk))
        lost = encounters.draw(rng, part) * permeability.draw_closed(chance, part)
        lost[:, ~stands] = 0.0
        loss[part] = lost
        weighted = lost * (season[part] @ shares) if len(shares) else lost
        least = least_blocked_frac * weighted.max(axis=1, keepdims=True, initial=0.0)
        blocks = (weighted >= least) & (weighted > 0)
        nothing = weighted <= 0
        if nothing.any():
            weighted[nothing] = -chance.random(int(nothing.sum()))
        place[part] = ranks(weighted)
        n_first += ((place[part] <= N_TOP) & blocks).sum(axis=0)
    low, high = np.quantile(loss, [0.05, 0.95], axis=0)
    first_rank, last_rank = np.quantile(place, [0.05, 0.95], axis=0, method="inverted_cdf")
    return Spread(
        low.astype(float),
        high.astype(float),
        first_rank.astype(float),
        last_rank.astype(float),
        n_first / draws,
    )


def season_shares(met: Evidence) -> Floats:
    """Return the share of each season in the encounters of each segment, (n_seasons, n_segments).

    One encounter with the herd's shares is added to each segment.
    """
    counts = np.asarray((met.passages + met.approaches).sum(axis=1), dtype=float).reshape(met.shape)
    herd = counts.sum(axis=1, keepdims=True)
    total = herd.sum()
    if total <= 0:
        return np.full(met.shape, 1.0 / max(1, met.shape[0]))
    out: Floats = (counts + herd / total) / (counts.sum(axis=0) + 1.0)
    return out


@dataclass(frozen=True)
class _Encounters:
    """Draws of the encounters per animal and year."""

    weights: Floats  # (draws, n_animals)
    counts: sparse.csr_array  # (n_segments, n_animals)
    exposed: Floats  # weighted years while the segments of each span counted, (draws, n_spans)
    own_years: Floats  # mean years of an animal, (n_spans,)
    span: Indices
    come: Floats  # (draws,)
    pass_by: Floats
    pool: Floats

    @classmethod
    def of(
        cls, met: Evidence, seen: Meetings, stands: Flags, rng: np.random.Generator, draws: int
    ) -> _Encounters:
        come, pass_by = share_law(seen, stands).draw(rng, draws)
        weights = rng.standard_gamma(_SHAPE, (draws, len(met.animals)))
        years = met.tracking_years
        tracked = np.maximum(1, (years > 0).sum(axis=1))
        mean = years.sum(axis=1) / tracked
        return cls(
            weights=weights,
            counts=sparse.csr_array(
                (seen.encounters, (seen.segment, seen.animal)),
                shape=(len(stands), len(met.animals)),
            ),
            exposed=weights @ years.T,
            # Nobody was tracked while it counted: as long as the others.
            own_years=np.where(mean > 0, mean, mean[0]),
            span=met.span,
            come=_SHAPE * come,
            pass_by=_SHAPE * pass_by,
            pool=rate_pool(seen),
        )

    def draw(self, rng: np.random.Generator, part: slice) -> Floats:
        shape = (part.stop - part.start, len(self.span))
        met = np.asarray(self.counts @ self.weights[part].T).T
        years = self.own_years[self.span]
        more = years * rng.standard_gamma(np.broadcast_to(self.come[part, None], shape))
        less = years * rng.standard_gamma(np.broadcast_to(self.pass_by[part, None], shape))
        exposed = self.exposed[part][:, self.span] + more + less
        rate = self.pool[rng.integers(0, len(self.pool), shape)]
        per_year: Floats = (met + more * rate) / exposed
        return per_year


@dataclass(frozen=True)
class _Permeability:
    """Draws of 1 - permeability."""

    found: Passing
    prior_mean: Floats
    prior_encounters: Floats
    is_class_prior: Flags
    shift: Floats
    factor: Floats

    def draw_closed(self, rng: np.random.Generator, part: slice) -> Floats:
        shift = self.shift[part, None] * self.is_class_prior
        factor = np.where(self.is_class_prior, self.factor[part, None], 1.0)
        with np.errstate(divide="ignore"):
            mean = special.expit(special.logit(self.prior_mean) + shift)
        strength = self.prior_encounters * factor
        a = strength * mean + self.found.passed
        b = strength * (1.0 - mean) + self.found.turned
        passed, turned = rng.standard_gamma(a), rng.standard_gamma(b)
        both = passed + turned
        # Two shapes near 0 can both give 0: then the permeability is 0 or 1.
        is_zero = both <= 0
        if is_zero.any():
            turned[is_zero] = rng.random(int(is_zero.sum())) < (b / (a + b))[is_zero]
            both[is_zero] = 1.0
        closed: Floats = turned / both
        return closed


def _season_draws(
    season_weight: Floats, jitter: float, draws: int, seed: np.random.SeedSequence
) -> Floats:
    total = season_weight.sum()
    if jitter <= 0 or len(season_weight) < 2:
        return np.broadcast_to(season_weight, (draws, len(season_weight)))
    shares = np.random.default_rng(seed).dirichlet(jitter * season_weight / total, size=draws)
    return np.asarray(shares * total)
