"""Ranks of places, and how far the draws leave them open."""

from __future__ import annotations

from typing import Final

import numpy as np

from corridors.foundation.arrays import Floats, Floats32, Indices

N_TOP: Final = 10
_WITHIN: Final = 0.9  # of the draws, in an interval of ranks


def ranks(missing: Floats32, seed: int) -> Floats:
    """Return rank, its interval, and the chance to be among the first ten, shape (n_places, 4).

    By the mean of the draws ``missing``; intervals are from the same draws.
    """
    rng = np.random.default_rng(seed)
    chance = rng.random(missing.shape, dtype=np.float32)
    # Places that miss nothing in a draw share the places behind the others, in an order of chance.
    place = in_order(np.where(missing > 0, missing, -chance))
    first = in_order(missing.mean(axis=0, dtype=float))
    top = ((place <= N_TOP) & (missing > 0)).mean(axis=0)
    return np.column_stack([first, *shortest_runs(place), top]).astype(float)


def shortest_runs(place: Indices) -> tuple[Indices, Indices]:
    """Return the first and last place of the shortest run that holds 90 % of each column's draws.

    A place is one whole, and may be more than what is to be cut: the run is that whose share of the
    draws, among the fullest of each length, is nearest to 90 %.

    >>> rows = np.repeat([[1], [2], [3], [9]], [8, 80, 8, 4], axis=0)
    >>> [int(value[0]) for value in shortest_runs(rows)]
    [1, 2]
    """
    n_draws, n = place.shape
    ordered = np.sort(place, axis=0)
    enough = int(np.ceil(_WITHIN * n_draws - 1e-9))
    low, high = np.empty(n, np.int64), np.empty(n, np.int64)
    for k in range(n):
        own = ordered[:, k]
        before = np.searchsorted(own, np.arange(1, own[-1] + 2))  # draws before each place
        # The shortest run with enough draws, and the shortest with as many as any shorter one.
        whole = _shortest_with(own, enough)
        held = [(_fullest(before, whole), whole)]
        if whole > 1:
            count, _ = _fullest(before, whole - 1)
            length = _shortest_with(own, count)
            held.append((_fullest(before, length), length))
        (_, first), length = min(held, key=lambda run: (abs(run[0][0] - _WITHIN * n_draws), run[1]))
        low[k], high[k] = first, first + length - 1
    return low, high


def _shortest_with(ordered: Indices, count: int) -> int:
    """Return the length of the shortest run of places that holds so many draws."""
    return int((ordered[count - 1 :] - ordered[: len(ordered) - count + 1]).min()) + 1


def _fullest(before: Indices, length: int) -> tuple[int, int]:
    """Return the most draws that a run of so many places holds, and its first place."""
    held = before[length:] - before[:-length]
    first = int(held.argmax())
    return int(held[first]), first + 1


def in_order(value: Floats | Floats32) -> Indices:
    """Return the place of each value, the greatest first, 1...n, in each row."""
    order = np.argsort(-value, axis=-1, kind="stable")
    out = np.empty_like(order)
    first = np.broadcast_to(np.arange(1, value.shape[-1] + 1), value.shape)
    np.put_along_axis(out, order, first, axis=-1)
    return np.asarray(out, dtype=np.int64)
