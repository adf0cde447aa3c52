"""The draws of missing passages, place by place: compiled."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit

_MOST_TRIALS: Final = 60  # of a place in the placebo test: more say no more about the copies
_FEWEST, _N_FEWER = 0.125, 5  # least share of passages at copies that is usual in a range, values
_MOST_IN_RANGE: Final = _FEWEST  # permeability above which a range says nothing
_N_ROUND: Final = 5  # values of the share of what is stopped and passes otherwise, 0...1
_LATE, _N_LATE = 0.5, 3  # largest share of other passages that are sure where held up, values


@njit(cache=True, nogil=True)
def likelihoods(seen: Any, free: Any, others: Any) -> Any:
    """Return the likelihood of each bin of kappa, and of 1, and what it says of ranges.

    In a range, where no goal lies beyond a line, free animals pass at the place up to eight
    times less than at its copies: such a place cannot be told from a line that stops as many.

    Parameters
    ----------
    seen
        Trials, those that surely passed, and those that passed otherwise, of each kind, shape
        (3, n_kinds, n_places).
    free
        Mass of each bin of r, shape (n_kinds, n_places, bins).
    others
        Mass of each bin of the share of other free trials that pass, shape (n_kinds, n_places, n).
    """
    n_kinds, n_places, n_bins = free.shape
    out, law = np.ones((n_places, n_bins + 1)), np.empty(n_bins)
    fewer = np.empty((n_places, n_bins + 1, _N_FEWER))
    logs = _logs(n_bins, others.shape[2])
    for i in range(n_places):
        in_range = np.ones(n_bins + 1)
        for kind in range(n_kinds):
            if seen[0, kind, i] > 0.0:
                moves = kind < n_kinds // 2
                found = _outcome(seen[:, kind, i], moves)
                for k in range(n_bins + 1):
                    _given_kappa(law, found, free[kind, i], others[kind, i], logs, k)
                    if moves:
                        out[i, k] *= law.sum()
                    else:
                        in_range[k] *= law.sum()
        for k in range(n_bins + 1):
            total = 0.0
            for m in range(_N_FEWER):
                kappa = (k + 0.5) / n_bins if k < n_bins else 1.0
                total += in_range[k if m == 0 else int(kappa * _fewer(m) * n_bins)]
                fewer[i, k, m] = total
            fewer[i, k] /= total
            out[i, k] *= total / _N_FEWER
    return out, fewer


@njit(cache=True, nogil=True, inline="always")
def _fewer(m: int) -> float:
    return float(_FEWEST ** (m / (_N_FEWER - 1.0)))


@njit(cache=True, nogil=True)
def _logs(n_bins: int, n: int) -> Any:
    """Return what no trial changes: logs of the chances to pass surely, otherwise, and not at all.

    Each first by bin of kappa, with 1, and of r; then by bin of the share of other free trials that
    pass; then by value of the share of what is stopped and passes otherwise, and by value of the
    share of other passages through that are sure since the line held the animal up.
    """
    surely = np.empty((n_bins + 1, n_bins, n, _N_LATE))
    otherwise = np.empty((n_bins + 1, n_bins, n, _N_ROUND, _N_LATE))
    not_at_all = np.empty((n_bins + 1, n_bins, n, _N_ROUND))
    for k in range(n_bins + 1):
        kappa = (k + 0.5) / n_bins if k < n_bins else 1.0
        for j in range(n_bins):
            r = (j + 0.5) / n_bins
            for m in range(n):
                rest = (1.0 - r) * (m + 0.5) / n
                for g in range(_N_ROUND):
                    around = (g + 0.5) / _N_ROUND * (1.0 - kappa) * (r + rest)
                    not_at_all[k, j, m, g] = np.log(1.0 - kappa * (r + rest) - around)
                    for d in range(_N_LATE):
                        late = kappa * rest * _LATE * d / (_N_LATE - 1)
                        surely[k, j, m, d] = np.log(kappa * r + late)
                        otherwise[k, j, m, g, d] = np.log(kappa * rest - late + around)
    return surely, otherwise, not_at_all


@njit(cache=True, nogil=True)
def _outcome(seen: Any, moves: bool) -> Any:
    """Return trials that surely passed, passed otherwise, and did not, and two numbers.

    The log of how likely they are at best, and in how many values the share counts that is sure
    where animals were held up.
    """
    e, s, v = seen
    v = min(v, max(e - s, 0.0))
    f = max(e - s - v, 0.0)
    return s, v, f, _share(s, e) + _share(v, e) + _share(f, e), _N_LATE if moves else 1


@njit(cache=True, nogil=True, inline="always")
def _chance(found: Any, logs: Any, k: int, j: int, m: int) -> float:
    """Return the likelihood of one bin of kappa, or of 1, of r and of the other share."""
    surely, otherwise, not_at_all = logs
    s, v, f, top, n_late = found
    if k == surely.shape[0] - 1:
        # Where nothing is stopped the values of the unknown shares are the same.
        one = s * surely[k, j, m, 0] + v * otherwise[k, j, m, 0, 0] + f * not_at_all[k, j, m, 0]
        return float(np.exp(one - top))
    total = 0.0
    for d in range(n_late):
        sure = s * surely[k, j, m, d] - top
        for g in range(_N_ROUND):
            total += np.exp(sure + v * otherwise[k, j, m, g, d] + f * not_at_all[k, j, m, g])
    return float(total / (n_late * _N_ROUND))


@njit(cache=True, nogil=True)
def _given_kappa(law: Any, found: Any, free: Any, others: Any, logs: Any, k: int) -> None:
    """Write the mass of each bin of r times the likelihood of one bin of kappa, or of 1.

    Of trials that the line stops some pass otherwise: an unknown share, of as many as pass where
    nothing stands. And of those that pass through, but would not surely, an unknown share does so
    surely after all in migrations: held up, they try elsewhere along the line.
    """
    for j in range(free.size):
        total = 0.0
        if free[j] > 1e-9:
            for m in range(others.size):
                if others[m] > 1e-6:
                    total += others[m] * _chance(found, logs, k, j, m)
        law[j] = free[j] * total


@njit(cache=True, nogil=True, inline="always")
def _share(n: float, whole: float) -> float:
    return n * np.log(n / whole) if n > 0.0 else 0.0


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
def fill(own: Any, key: Any, belief: Any, rows: Any, units: Any, out: Any) -> None:
    """Write the draws ``own`` of each place that was met.

    A season that a unit kept away, since it had not passed before, misses a passage as far as that
    was the line's doing. In a range fewer may pass freely than at copies, and there only a line
    that stops seven of eight passages counts, if its permeability was learned.
    """
    kappas, fewer, free, others, seen = belief
    first, unit, state, n, passed, away, comes, pool, pool_first, size = rows
    weights, exposed, is_migration, status, learns, span, name = units
    missing, missing_all, free_out, free_all, kappa_out = out
    n_kinds, _, n_bins = free.shape
    n_states = size.shape[1]
    n_ends = n_kinds // 2  # kinds of trials in migrations, and as many in ranges
    table, shares = np.empty((n_bins + 1, n_kinds, n_bins)), np.ones(n_kinds)
    met, lacks = np.empty(n_ends * n_states), np.empty(n_ends * n_states)
    because, is_known = np.zeros(n_kinds), np.empty(n_bins + 1, np.bool_)
    logs = _logs(n_bins, others.shape[2])
    for i in range(kappas.shape[0]):
        if first[i] == first[i + 1]:
            continue
        planned, removed = status[i] == 1, status[i] == 2
        known = seen[:, :, i], free[:, i], others[:, i]
        is_known[:] = False
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
                weight = weights[b, unit[j], state[j] // n_ends]
                met[state[j]] += weight * (passed[j] if planned else n[j])
                lacks[state[j]] += weight * away[j]
            more = -np.log(_random(key, name[i], b, 2))
            if planned:
                shares[:], because[:] = 1.0, 0.0
            else:
                _free_laws(table, is_known, known, logs, k)
                which = key, name[i], b
                _free_draw(table[k], known, logs, (k, kappa), which, (shares, because))
                m = min(_bin(fewer[i, k], _random(key, name[i], b, 3)), _N_FEWER - 1)
                shares[n_ends:] *= _fewer(m)
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
def _free_laws(table: Any, is_known: Any, known: Any, logs: Any, k: int) -> None:
    """Write the cumulated law of r, given one bin of kappa, for each kind, unless it is known."""
    if is_known[k]:
        return
    is_known[k] = True
    seen, free, others = known
    n_kinds = free.shape[0]
    for kind in range(n_kinds):
        table[k, kind] = free[kind]
        if seen[0, kind] > 0.0:
            found = _outcome(seen[:, kind], kind < n_kinds // 2)
            _given_kappa(table[k, kind], found, free[kind], others[kind], logs, k)
        law = np.cumsum(table[k, kind])
        table[k, kind] = law / max(law[-1], 1e-300)


@njit(cache=True, nogil=True)
def _free_draw(cumulated: Any, known: Any, logs: Any, line: Any, which: Any, out: Any) -> None:
    """Draw the share of free trials of each kind that pass, given kappa.

    And the chance that one that did not surely pass would have, was the line not there, over that
    share.
    """
    (k, kappa), (key, place, number), (shares, because) = line, which, out
    seen, _, others = known
    n_kinds, n_bins = cumulated.shape
    law = np.empty(others.shape[1])
    for kind in range(n_kinds):
        j = min(_bin(cumulated[kind], _random(key, place, number, 10 + kind)), n_bins - 1)
        share = (j + _random(key, place, number, 20 + kind)) / n_bins
        _given_share(law, seen[:, kind], others[kind], logs, (kind < n_kinds // 2, k, j))
        m = min(_bin(law, law[-1] * _random(key, place, number, 30 + kind)), law.size - 1)
        other = (m + _random(key, place, number, 40 + kind)) / law.size
        shares[kind] = share + (1.0 - share) * other
        because[kind] = (1.0 - kappa) / max(1.0 - kappa * share, 1e-9)


@njit(cache=True, nogil=True)
def _given_share(law: Any, seen: Any, others: Any, logs: Any, line: Any) -> None:
    """Write the cumulated law of the share of other free trials that pass, given kappa and r."""
    moves, k, j = line
    found, total = _outcome(seen, moves), 0.0
    for m in range(law.size):
        if others[m] > 1e-6:
            total += others[m] * (_chance(found, logs, k, j, m) if seen[0] > 0.0 else 1.0)
        law[m] = total


@njit(cache=True, nogil=True)
def placebo(seen: Any, free: Any, others: Any) -> Any:
    """Return the chance of so few passages in migrations if nothing stood there.

    A sure passage counts two, another one counts one.
    """
    n_kinds, n_places, _ = free.shape
    n_ends = n_kinds // 2
    out = np.ones(n_places)
    surely, otherwise = _binomials(free.shape[2]), _binomials(others.shape[2])
    for i in range(n_places):
        whole = seen[0, :n_ends, i].sum()
        if whole <= 0.0:
            continue
        scale = min(1.0, _MOST_TRIALS / whole)
        law = np.ones(1)
        for kind in range(n_ends):
            e = int(seen[0, kind, i] * scale + 0.5)
            if e > 0:
                own = _passages(e, free[kind, i], others[kind, i], surely[e], otherwise)
                law = np.convolve(law, own)
        found = (2.0 * seen[1, :n_ends, i] + seen[2, :n_ends, i]).sum() * scale
        total = 0.0
        for x in range(law.size):
            if x <= found + 1e-9:
                total += law[x]
            elif x < found + 1.0:
                total += law[x] * (found + 1.0 - x)
        out[i] = min(1.0, total)
    return out


@njit(cache=True, nogil=True)
def _binomials(n_bins: int) -> Any:
    """Return the chance of x of n trials in the middle of each bin, shape (n, x, bins)."""
    n_most = _MOST_TRIALS + 2
    out = np.zeros((n_most, n_most, n_bins))
    for j in range(n_bins):
        chance = (j + 0.5) / n_bins
        out[0, 0, j] = 1.0
        for n in range(1, n_most):
            for x in range(n + 1):
                out[n, x, j] = out[n - 1, x, j] * (1.0 - chance)
                if x > 0:
                    out[n, x, j] += out[n - 1, x - 1, j] * chance
    return out


@njit(cache=True, nogil=True)
def _passages(e: int, free: Any, others: Any, surely: Any, otherwise: Any) -> Any:
    """Return the law of what ``e`` free trials pass, a sure passage as two."""
    out = np.zeros(2 * e + 1)
    for s in range(e + 1):
        sure = _mean(surely[s], free)
        for v in range(e - s + 1):
            out[2 * s + v] += sure * _mean(otherwise[e - s, v], others)
    return out


@njit(cache=True, nogil=True)
def _mean(values: Any, masses: Any) -> float:
    total = 0.0
    for j in range(values.size):
        total += values[j] * masses[j]
    return total
