"""How far barriers hold animals to their straight way, told by the fixes alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corridors.barriers.crossings import meetings
from corridors.barriers.piece_tree import PieceTree
from corridors.barriers.segments import straight_pieces
from corridors.foundation.arrays import Floats, Geometries, Indices

_N_DRAWS = 12
_SEED = 20240101


@dataclass(frozen=True)
class Holding:
    """Sums over pairs of a left-out fix and a barrier.

    Parameters
    ----------
    expected
        Squared net passages by which free straying departs from the straight step.
    found
        The same, times what the left-out fix shows of it.
    """

    expected: float
    found: float

    def __add__(self, other: Holding) -> Holding:
        """Return the sums of both."""
        return Holding(self.expected + other.expected, self.found + other.found)

    def share(self, *, prior_departures: float) -> float:
        """Return the share held to the straight step, 0...1.

        Free straying counts as ``prior_departures`` expected ones that were found.
        """
        free = (self.found + prior_departures) / (self.expected + prior_departures)
        return float(np.clip(1.0 - free, 0.0, 1.0))


def holding(
    fixes_m: Floats,
    share: Floats,
    scale_m: Floats,
    tails: float,
    lines: Geometries,
    *,
    max_triplets: int,
) -> Holding:
    """Compare how left-out fixes depart from the straight way with free straying.

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
    degrees of freedom), and the two legs pass f times in the mean. Where animals shun crossing, f
    departs from h more than t does; the slope of t - h on f - h through the origin is the share of
    free straying, and 1 less that the share held to the straight way. The same fences moved to
    where none stand give a slope of 1. f is a mean over draws, whose noise would lower the slope;
    it is taken from two independent halves, so that noise leaves the product's mean.
    """
    if len(fixes_m) > max_triplets:
        taken = np.linspace(0, len(fixes_m) - 1, max_triplets).round().astype(np.int64)
        fixes_m, share, scale_m = fixes_m[taken], share[taken], scale_m[taken]
    n = len(fixes_m)
    if not n or not len(lines):
        return Holding(0.0, 0.0)
    tree = PieceTree.of(straight_pieces(lines))
    start, middle, end = fixes_m[:, :2], fixes_m[:, 2:4], fixes_m[:, 4:]
    own = np.arange(n)
    hit = _passages(np.hstack([start, end]), own, tree, len(lines))
    truth = _legs(start, middle, end, own, tree, len(lines))
    rng = np.random.default_rng(_SEED)
    on_way = start + share[:, None] * (end - start)
    halves = []
    for _ in range(2):
        wide = scale_m / np.sqrt(rng.chisquare(tails, (_N_DRAWS, n)) / tails)
        drawn = on_way + rng.normal(0.0, 1.0, (2, _N_DRAWS, n)).transpose(1, 2, 0) * wide[..., None]
        halves.append(
            _legs(
                np.tile(start, (_N_DRAWS, 1)),
                drawn.reshape(-1, 2),
                np.tile(end, (_N_DRAWS, 1)),
                np.tile(own, _N_DRAWS),
                tree,
                len(lines),
            )
        )
    keys = np.unique(np.concatenate([hit[0], truth[0], halves[0][0], halves[1][0]]))
    straight, legs = _at(keys, hit), _at(keys, truth)
    one, two = (_at(keys, half) / _N_DRAWS - straight for half in halves)
    found = 0.5 * float(((one + two) * (legs - straight)).sum())
    return Holding(float((one * two).sum()), found)


def _legs(
    start: Floats, middle: Floats, end: Floats, own: Indices, tree: PieceTree, n_lines: int
) -> tuple[Indices, Floats]:
    """Return the net passages of two legs, as those of a step."""
    steps = np.vstack([np.hstack([start, middle]), np.hstack([middle, end])])
    return _passages(steps, np.concatenate([own, own]), tree, n_lines)


def _passages(steps: Floats, own: Indices, tree: PieceTree, n_lines: int) -> tuple[Indices, Floats]:
    """Return keys of triplet and line, and the net passages of each to its left."""
    found = meetings(steps, tree)
    return own[found.step] * n_lines + found.line, np.where(found.from_left, -1.0, 1.0)


def _at(keys: Indices, known: tuple[Indices, Floats]) -> Floats:
    key, value = known
    index = np.searchsorted(keys, key)
    return np.asarray(np.bincount(index, weights=value, minlength=keys.size), np.float64)
