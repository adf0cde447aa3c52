"""The order of the threats and how sure it is: bootstrap over animals and permeability."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corridors.threats.score import Evidence, Floats, blocked, posterior

Integers = npt.NDArray[np.int64]

_CHUNK_VALUES = 2_000_000  # values of one array in a chunk of draws


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
        Share of the draws in which the segment is among the first ten.
    """

    blocked_p05: Floats
    blocked_p95: Floats
    rank_p05: Floats
    rank_p95: Floats
    p_top10: Floats


def ranks(score: Floats) -> Integers:
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
    prior_encounters: float,
    status: npt.NDArray[np.str_],
    season_weight: Floats,
    score: Floats,
    weight_jitter: float,
    draws: int,
    seed: int,
    herd: str,
) -> Spread:
    """Rank the segments again and again with resampled animals, permeability and season weights.

    Parameters
    ----------
    met
        Encounters; at least one animal.
    prior_mean
        Prior or stated permeability per segment, 0...1, in the order of ``met.segments``.
    prior_encounters
        Weight of the prior, encounters.
    status
        existing, planned or removed, per segment.
    season_weight
        Weight per season of ``met.seasons``, > 0.
    score
        Score of each segment with all animals: orders segments that a draw leaves equal.
    weight_jitter
        Concentration of the Dirichlet law of the season weights; 0: none.
    draws
        Number of draws.
    seed, herd
        The same seed and herd give the same numbers on every machine.

    Notes
    -----
    Whole animals are resampled, with all their seasons and years of tracking, because the fixes
    of one animal are not independent. In each draw passages, approaches and years are summed
    anew; permeability is drawn from the posterior of those sums; season weights come from a
    Dirichlet law around the configured ones.

    A segment that one animal of n met scores 0 in the (1 - 1/n)^n of the draws (a third of them)
    that do not hold this animal. So do many others then, and the draw says nothing of their order:
    all animals together do, through ``score``, so that a segment falls behind what the draw's
    animals met, not behind fences that nobody ever met. Segments with ``score`` 0 score 0 in every
    draw; nothing orders them, and their interval is all the places that they share.

    The position of a barrier within its tolerance is
    already averaged in the passages. Cost: draws x (encounter rows + segments log segments).
    """
    n_seasons, n_segments = met.shape
    animal_seed, permeability_seed, weight_seed = seeds_of(seed, herd)
    n_animals = len(met.animals)
    weights = (
        np.random.default_rng(animal_seed)
        .multinomial(n_animals, np.full(n_animals, 1.0 / n_animals), size=draws)
        .astype(float)
    )
    season = _season_draws(season_weight, weight_jitter, draws, weight_seed)
    rng = np.random.default_rng(permeability_seed)
    loss = np.zeros((draws, n_segments))
    place = np.zeros((draws, n_segments), dtype=np.int32)
    best_first = np.argsort(-score, kind="stable")
    chunk = max(1, _CHUNK_VALUES // max(1, n_seasons * n_segments))
    for first in range(0, draws, chunk):
        part = slice(first, first + chunk)
        passed, turned = met.counts(weights[part])
        a, b = posterior(
            _observed(passed.sum(axis=1), status),
            _observed(turned.sum(axis=1), status),
            prior_mean=prior_mean,
            prior_encounters=prior_encounters,
        )
        permeability = _beta(rng, a, b)
        # Nobody of the draw was tracked while the segment stood: nothing was lost there.
        years = met.years(weights[part])[:, None, :]
        lost = blocked(passed, turned, permeability[:, None, :], status=status)
        per_season = np.divide(lost, years, out=np.zeros_like(lost), where=years > 0)
        loss[part] = per_season.sum(axis=1)
        drawn = (per_season * season[part, :, None]).sum(axis=1)
        place[part.start : part.stop, best_first] = ranks(drawn[:, best_first])
    low, high = np.quantile(loss, [0.05, 0.95], axis=0)
    first_rank, last_rank = np.quantile(place, [0.05, 0.95], axis=0, method="inverted_cdf")
    blocks = score > 0
    return Spread(
        low,
        high,
        np.where(blocks, first_rank, blocks.sum() + 1.0),
        np.where(blocks, last_rank, float(n_segments)),
        (place <= 10).mean(axis=0),
    )


def _observed(counts: Floats, status: npt.NDArray[np.str_]) -> Floats:
    """Nobody has met a planned line or meets a removed one: only the prior speaks."""
    return np.where(status == "existing", counts, 0.0)


def _season_draws(
    season_weight: Floats, jitter: float, draws: int, seed: np.random.SeedSequence
) -> Floats:
    total = season_weight.sum()
    if jitter <= 0 or len(season_weight) < 2:
        return np.broadcast_to(season_weight, (draws, len(season_weight)))
    shares = np.random.default_rng(seed).dirichlet(jitter * season_weight / total, size=draws)
    return np.asarray(shares * total)


def _beta(rng: np.random.Generator, a: Floats, b: Floats) -> Floats:
    certain = (a <= 0) | (b <= 0)
    drawn = rng.beta(np.where(certain, 1.0, a), np.where(certain, 1.0, b))
    return np.where(certain, a / (a + b), drawn)
