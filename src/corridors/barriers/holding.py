"""Odds of a passage between two fixes over those of free straying, told by the fixes alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import optimize

from corridors.barriers.crossings import meetings
from corridors.barriers.piece_tree import PieceTree
from corridors.barriers.segments import straight_pieces
from corridors.foundation.arrays import Flags, Floats, Geometries, Indices

_N_DRAWS = 24  # in each of two halves
_SEED = 20240101
_STEPS_AT_ONCE = 100_000  # of drawn ways; bounds the memory, changes no result
# Rarer passages than these are not told from the draws.
_RAREST, _SUREST = 0.02, 1.0 - 1e-9
_LIMIT = 9.0  # of ln odds


@dataclass(frozen=True)
class Odds:
    """Odds of a passage over those of free straying.

    Parameters
    ----------
    missed, hit
        Where the straight step misses the line, and where it hits it, > 0.
    """

    missed: float
    hit: float

    def of(self, share: Floats, is_hit: Flags) -> Floats:
        """Return the chances of a passage that is ``share`` if straying is free, shape (n,).

        Notes
        -----
        f' = theta f / (1 - f + theta f); 0 and 1 stay, and what is above 1 stays.

        Examples
        --------
        >>> Odds(0.5, 2.0).of(np.array([0.0, 0.5, 0.5, 1.0]), np.arange(4) > 1).round(3).tolist()
        [0.0, 0.333, 0.667, 1.0]
        """
        theta = np.where(is_hit, self.hit, self.missed)
        return np.where(share < 1.0, theta * share / (1.0 - share + theta * share), share)


FREE: Final = Odds(1.0, 1.0)


@dataclass(frozen=True)
class Beside:
    """Odds beside lines.

    Parameters
    ----------
    standing
        Beside lines that stand.
    elsewhere
        Beside all others: planned, removed, boundaries.
    """

    standing: Odds = FREE
    elsewhere: Odds = FREE


UNCHANGED: Final = Beside()


@dataclass(frozen=True)
class LeftOut:
    """Pairs of a left-out fix and a barrier.

    Parameters
    ----------
    expected
        Net passages of the two legs over a fix that strays freely, 0...1, shape (n,).
    found
        Net passages over the fix that was left out, in the same direction.
    is_hit
        Whether the straight way over both legs passes.
    """

    expected: Floats
    found: Floats
    is_hit: Flags

    @classmethod
    def none(cls) -> LeftOut:
        """Return no pairs."""
        return cls(np.zeros(0), np.zeros(0), np.zeros(0, dtype=np.bool_))

    def __add__(self, other: LeftOut) -> LeftOut:
        """Return the pairs of both."""
        return LeftOut(
            np.append(self.expected, other.expected),
            np.append(self.found, other.found),
            np.append(self.is_hit, other.is_hit),
        )

    def ln_odds(self, is_hit: bool) -> tuple[float, float]:
        """Return the logarithm of the odds of greatest likelihood and its variance.

        Of pairs whose straight way passes, or of the others; variance inf where they cannot tell.
        """
        rows = self.is_hit == is_hit
        share, found = self.expected[rows], self.found[rows]

        def chance(ln_odds: float) -> Floats:
            theta = float(np.exp(ln_odds))
            return np.asarray(theta * share / (1.0 - share + theta * share))

        def left(ln_odds: float) -> float:
            return float((found - chance(ln_odds)).sum())

        if left(-_LIMIT) <= 0 or left(_LIMIT) >= 0:
            return 0.0, float("inf")
        best = float(optimize.brentq(left, -_LIMIT, _LIMIT))
        told = chance(best)
        information = float((told * (1.0 - told)).sum())
        return best, float(((found - told) ** 2).sum()) / information**2


def odds_beside(real: LeftOut, moved: LeftOut, *, law_sd: float, held_sd: float) -> Beside:
    """Return the odds beside barriers, told there and where they are moved away.

    Notes
    -----
    Where barriers are moved away the odds say what the law of straying gets wrong, at any line: it
    takes ways between fixes for rougher than they are. At the barriers they say what these do
    besides. The logarithm of the first, and of their ratio, has an error, and before any fix is
    seen it is about 0 with a standard deviation of ``law_sd``, and ``held_sd``: the mean of the
    normal law that follows from both. So with few fixes nothing changes.
    """
    standing, elsewhere = [], []
    for is_hit in (False, True):
        (here, one), (there, two) = real.ln_odds(is_hit), moved.ln_odds(is_hit)
        law = there * law_sd**2 / (law_sd**2 + two)
        barriers = (here - there) * held_sd**2 / (held_sd**2 + one + two)
        elsewhere.append(float(np.exp(law)))
        standing.append(float(np.exp(law + barriers)))
    return Beside(Odds(*standing), Odds(*elsewhere))


def left_out(
    fixes_m: Floats,
    share: Floats,
    scale_m: Floats,
    tails: float,
    lines: Geometries,
    *,
    max_triplets: int,
) -> LeftOut:
    """Compare the passages over left-out fixes with those of free straying.

    Parameters
    ----------
    fixes_m
        Three fixes in a row, ``x0, y0, x1, y1, x2, y2`` in the working CRS, m, shape (n, 6).
    share
        Share of the time between the outer two at which the middle one lies, shape (n,).
    scale_m
        Scale per axis of free straying at that time, m, shape (n,).
    tails
        Degrees of freedom of free straying.
    lines
        Barriers in the working CRS.
    max_triplets
        Of more triplets as many are taken, evenly.

    Notes
    -----
    Net passages of the straight way x0 to x2 through a barrier are h, those of the two legs over x1
    are t. If x1 is left out, free straying puts it at random beside the way (Student's t, same
    degrees of freedom), and the two legs pass f times in the mean. Like is compared with like: both
    t and f are of two straight legs. Nobody need know what happened within the legs.

    The law of straying is not quite that of the animals, which shows where nothing stands as well:
    so the same is done with the barriers moved away (:func:`odds_beside`).
    """
    if len(fixes_m) > max_triplets:
        taken = np.linspace(0, len(fixes_m) - 1, max_triplets).round().astype(np.int64)
        fixes_m, share, scale_m = fixes_m[taken], share[taken], scale_m[taken]
    n = len(fixes_m)
    if not n or not len(lines):
        return LeftOut.none()
    tree = PieceTree.of(straight_pieces(lines))
    start, middle, end = fixes_m[:, :2], fixes_m[:, 2:4], fixes_m[:, 4:]
    own = np.arange(n)
    hit = _passages(np.hstack([start, end]), own, tree, len(lines))
    truth = _passages(_two_legs(start, middle, end), np.tile(own, 2), tree, len(lines))
    rng = np.random.default_rng(_SEED)
    on_way = start + share[:, None] * (end - start)
    key, value = [], []
    for n_draws in _batches(2 * _N_DRAWS, n):
        ways = [
            _two_legs(start, on_way + _strayed(rng, scale_m, tails), end) for _ in range(n_draws)
        ]
        owners = np.tile(own, 2 * n_draws)
        passed = _passages(np.concatenate(ways), owners, tree, len(lines))
        key.append(passed[0])
        value.append(passed[1])
    free = np.concatenate(key), np.concatenate(value) / (2 * _N_DRAWS)
    keys = np.unique(np.concatenate([hit[0], truth[0], free[0]]))
    straight, found, expected = (_at(keys, one) for one in (hit, truth, free))
    size = np.abs(expected)
    kept = (size > _RAREST) & (size < _SUREST)
    along = found * np.sign(expected)
    return LeftOut(size[kept], along[kept], straight[kept] != 0)


def _batches(n_draws: int, n: int) -> Iterator[int]:
    """Yield how many draws of ``n`` triplets are looked up at once, until all are."""
    at_once = max(1, _STEPS_AT_ONCE // (2 * n))
    for first in range(0, n_draws, at_once):
        yield min(at_once, n_draws - first)


def _strayed(rng: np.random.Generator, scale_m: Floats, tails: float) -> Floats:
    """Return how far one draw of free straying lies beside the way, m, shape (n, 2)."""
    wide = scale_m / np.sqrt(rng.chisquare(tails, len(scale_m)) / tails)
    return np.asarray(rng.normal(0.0, 1.0, (len(scale_m), 2)) * wide[:, None])


def _two_legs(start: Floats, middle: Floats, end: Floats) -> Floats:
    """Return the steps from start to middle, then those from middle to end, shape (2 n, 4)."""
    return np.vstack([np.hstack([start, middle]), np.hstack([middle, end])])


def _passages(steps: Floats, own: Indices, tree: PieceTree, n_lines: int) -> tuple[Indices, Floats]:
    """Return keys of triplet and line, and the net passages of each to its left."""
    found = meetings(steps, tree)
    return own[found.step] * n_lines + found.line, np.where(found.from_left, -1.0, 1.0)


def _at(keys: Indices, known: tuple[Indices, Floats]) -> Floats:
    key, value = known
    index = np.searchsorted(keys, key)
    return np.asarray(np.bincount(index, weights=value, minlength=keys.size), np.float64)
