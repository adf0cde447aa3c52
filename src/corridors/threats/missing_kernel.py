"""The draws of missing passages, place by place: compiled."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit

_MOST_IN_RANGE: Final = 0.25  # permeability above which a range says nothing
_MOST_TRIALS: Final = 60  # of a place in the placebo test: more say no more about the copies


@njit(cache=True, nogil=True)
def likelihoods(trials: Any, sure: Any, free: Any) -> Any:
    """Return the likelihood of each bin of kappa, and of 1, shape (n_places, bins + 1)."""
    n_places, n_bins = trials.shape[1], free.shape[2]
    out = np.ones((n_places, n_bins + 1))
    for i in range(n_places):
        for kind in range(free.shape[0]):
            e, s = trials[kind, i], sure[kind, i]
            if e <= 0.0:
                continue
            top = _log_chance(min(max(s / e, 1e-6), 1.0 - 1e-6), e, s)
            for k in range(n_bins + 1):
                kappa = (k + 0.5) / n_bins if k < n_bins else 1.0
                total = 0.0
                for j in range(n_bins):
                    if free[kind, i, j] > 0.0:
                        chance = kappa * (j + 0.5) / n_bins
                        total += free[kind, i, j] * np.exp(_log_chance(chance, e, s) - top)
                out[i, k] *= total
    return out


@njit(cache=True, nogil=True, inline="always")
def _log_chance(chance: float, e: float, s: float) -> float:
    return float(s * np.log(chance) + (e - s) * np.log1p(-chance))


@njit(cache=True, nogil=True)
def _random(key: Any, name: int, number: int, purpose: int) -> float:
    """Return a number 0...1 that depends on nothing but its arguments."""
    z = key + np.uint64(name) * np.uint64(0xBF58476D1CE4E5B9)
    z += np.uint64(number) * np.uint64(0x94D049BB133111EB)
    z += np.uint64(purpose) * np.uint64(0xD6E8FEB86659FD93)
    for _ in range(2):
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (float(z >> np.uint64(11)) + 0.5) / 9007199254740992.0


@njit(cache=True, nogil=True, inline="always")
def _bin(cumulated: Any, chance: float) -> int:
    return int(np.searchsorted(cumulated, chance))


@njit(cache=True, nogil=True)
def fill(own: Any, key: Any, belief: Any, fails: Any, rows: Any, units: Any, out: Any) -> None:
    """Write the draws ``own`` of each place that was met.

    A season that a unit kept away, since it had not passed before, misses a passage as far as that
    was the line's doing. In ranges free movement differs more from place to place than copies tell:
    there only a line that stops three of four passages counts, if its permeability was learned.
    """
    kappas, free, trials, sure = belief
    first, unit, state, n, passed, away, comes, pool, pool_first, size = rows
    weights, exposed, is_migration, status, learns, span, name = units
    missing, missing_all, free_out, free_all, kappa_out = out
    n_kinds, _, n_bins = free.shape
    n_states = size.shape[1]
    n_ends = n_kinds // 2  # kinds of trials in migrations, and as many in ranges
    table, shares = np.empty((n_kinds, n_bins + 1, n_bins)), np.ones(n_kinds)
    met, lacks = np.empty(n_ends * n_states), np.empty(n_ends * n_states)
    because = np.zeros(n_kinds)
    for i in range(kappas.shape[0]):
        if first[i] == first[i + 1]:
            continue
        _free_table(table, free[:, i], trials[:, i], sure[:, i], status[i])
        planned, removed = status[i] == 1, status[i] == 2
        for b in own:
            u = _random(key, name[i], b, 0)
            k = _bin(kappas[i], u)
            kappa = 1.0
            if k < n_bins:
                kappa = (k + _random(key, name[i], b, 1)) / n_bins
            k = min(k, n_bins)
            met[:] = 0.0
            lacks[:] = 0.0
            for j in range(first[i], first[i + 1]):
                met[state[j]] += weights[b, unit[j]] * (passed[j] if planned else n[j])
                lacks[state[j]] += weights[b, unit[j]] * away[j]
            more = -np.log(_random(key, name[i], b, 2))
            if planned:
                shares[:], because[:] = 1.0, 0.0
            else:
                _free_draw(table[:, k], fails[:, i], kappa, (key, name[i], b), shares, because)
            total = moving = would = every = 0.0
            for s in range(n_ends * n_states):
                moves = is_migration[s // n_ends]
                another = more * size[span[i], s // n_ends]
                seasons = exposed[span[i], b, s // n_ends] + another
                if seasons <= 0.0:
                    continue
                came = met[s]
                if not planned and _random(key, name[i], b, 1000 + s) < comes[i, s]:
                    m = pool_first[s + 1] - pool_first[s]
                    at = pool_first[s] + int(_random(key, name[i], b, 2000 + s) * m)
                    came += another * pool[at]
                kind = s % n_ends if moves else n_ends + s % n_ends
                kept = lacks[s] * because[kind] * shares[kind] / seasons
                per_season = came / seasons * shares[kind] + kept
                lost = 0.0
                if not removed and (moves or kappa < _MOST_IN_RANGE or not learns[i]):
                    lost = (per_season - kept) * (1.0 - kappa) + kept
                total += lost
                every += per_season
                if moves:
                    moving += lost
                    would += per_season
            missing[b, i], missing_all[b, i] = moving, total
            free_out[b, i], free_all[b, i] = would, every
            kappa_out[b, i] = 1.0 if removed else kappa


@njit(cache=True, nogil=True)
def _free_draw(
    cumulated: Any, fails: Any, kappa: float, which: Any, shares: Any, because: Any
) -> None:
    """Draw the share of free trials of each kind that pass, given kappa.

    And the chance that one that did not surely pass would have, was the line not there, over that
    share.
    """
    key, place, number = which
    n_kinds, n_bins = cumulated.shape
    for kind in range(n_kinds):
        j = min(_bin(cumulated[kind], _random(key, place, number, 10 + kind)), n_bins - 1)
        share = (j + _random(key, place, number, 20 + kind)) / n_bins
        shares[kind] = 1.0 - fails[kind] * (1.0 - share)
        because[kind] = (1.0 - kappa) / max(1.0 - kappa * share, 1e-9)


@njit(cache=True, nogil=True)
def placebo(trials: Any, sure: Any, free: Any) -> Any:
    """Return the chance of so few sure passages in migrations if nothing stood there."""
    n_places, n_bins, n_ends = trials.shape[1], free.shape[2], free.shape[0] // 2
    out = np.ones(n_places)
    for i in range(n_places):
        whole = trials[:n_ends, i].sum()
        if whole <= 0.0:
            continue
        scale = min(1.0, _MOST_TRIALS / whole)
        law = np.ones(1)
        for kind in range(n_ends):
            e = int(trials[kind, i] * scale + 0.5)
            own = np.zeros(e + 1)
            for j in range(n_bins):
                r = (j + 0.5) / n_bins
                chance = free[kind, i, j] * (1.0 - r) ** e
                for x in range(e + 1):
                    own[x] += chance
                    chance *= (e - x) / (x + 1.0) * r / (1.0 - r)
            law = np.convolve(law, own)
        seen = sure[:n_ends, i].sum() * scale
        total = 0.0
        for x in range(law.size):
            if x <= seen + 1e-9:
                total += law[x]
            elif x < seen + 1.0:
                total += law[x] * (seen + 1.0 - x)
        out[i] = min(1.0, total)
    return out


@njit(cache=True, nogil=True)
def _free_table(table: Any, free: Any, trials: Any, sure: Any, status: int) -> None:
    """Write the cumulated law of r given each bin of kappa, for both kinds of state."""
    n_bins = free.shape[1]
    for kind in range(free.shape[0]):
        e, s = trials[kind], sure[kind]
        top = _log_chance(min(max(s / e, 1e-6), 1.0 - 1e-6), e, s) if e > 0.0 else 0.0
        for k in range(n_bins + 1):
            kappa = (k + 0.5) / n_bins if k < n_bins else 1.0
            total = 0.0
            for j in range(n_bins):
                like = 1.0
                if e > 0.0 and status == 0:
                    like = np.exp(_log_chance(kappa * (j + 0.5) / n_bins, e, s) - top)
                total += free[kind, j] * like
                table[kind, k, j] = total
            for j in range(n_bins):
                table[kind, k, j] /= max(total, 1e-300)
