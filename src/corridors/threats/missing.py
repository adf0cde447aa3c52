"""Missing passages: what would pass through a place if it were open, less what does.

One set of draws for everything that is published: the rule that says what a trial is, the weights
of independent units, what free animals do, and the permeability of each place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import special

from corridors.foundation.arrays import Flags, Floats, Floats32, Indices
from corridors.foundation.compiled import to_read
from corridors.threats.free_movement import Cells, FreeLaw, effective, free_law
from corridors.threats.missing_kernel import fill, likelihoods, placebo

N_BINS: Final = 24  # of permeability and of free shares, each 0...1
N_ENDS: Final = 3  # a trial begins away from a free end, near one, or near and beyond it
N_KINDS: Final = 2 * N_ENDS
EXISTING, PLANNED, REMOVED = 0, 1, 2
_N_WEIGHTS: Final = 200
_WEIGHT_LAW: Final = (1.0, 0.05)  # of the weight of "does nothing" before anything is seen
_N_OTHERS: Final = 12  # bins of the share of trials that pass otherwise, 0...1


@dataclass(frozen=True)
class Counts:
    """Trials under one rule at one position of the barriers.

    Parameters
    ----------
    met
        Trials at the real barriers. ``copy`` holds N_ENDS times the state, and 1 more for trials
        that began at a free end, 2 more for those beyond one.
    free
        Trials at copies of each kind: 0 migration, 1 at an end, 2 beyond one, 3 to 5 the same in
        ranges.
    """

    met: Cells
    free: Sequence[Cells]

    def kind(self, is_migration: Flags) -> Indices:
        """Return the kind of each row of ``met``."""
        at_end = self.met.copy % N_ENDS
        return np.asarray(N_ENDS * ~is_migration[self.met.copy // N_ENDS] + at_end)


@dataclass(frozen=True)
class Herd:
    """What is known of a herd's places before the draws.

    Parameters
    ----------
    exposure
        Seasons of each state for which each unit was tracked, its animals added up, in each of the
        time spans in which places count, shape (n_spans, n_units, n_states).
    span
        Time span of each place, shape (n_places,).
    name
        A number for each place that draws are made from, so that they depend on no other place,
        0...2^63 - 1, shape (n_places,).
    n_animals
        Animals of each unit, shape (n_units,).
    is_migration
        Whether each state is a migration, shape (n_states,).
    status
        :data:`EXISTING`, :data:`PLANNED` or :data:`REMOVED`, of each place, shape (n_places,).
    kappa_mean, kappa_strength
        Of the Beta law of the permeability of a place that does something: mean 0...1 and strength
        in trials, shape (n_places,).
    may_be_harmless
        False where the permeability is stated: no weight is given to 1, shape (n_places,).
    """

    exposure: Floats
    span: Indices
    name: Indices
    n_animals: Floats
    is_migration: Flags
    status: Indices
    kappa_mean: Floats
    kappa_strength: Floats
    may_be_harmless: Flags


@dataclass(frozen=True)
class Draws:
    """The draws, each of shape (n_draws, n_places).

    Parameters
    ----------
    missing
        Missing passages per animal and year in migrations.
    missing_all
        The same in all states.
    free
        Passages per animal and year in migrations if the place were open.
    free_all
        The same in all states.
    kappa
        Permeability relative to free movement, 0...1; 1 of what was removed.
    harmless_weight
        Weight w of "does nothing" under each rule, learned from the herd.
    placebo_p
        Chance that a copy, where nothing stands, lets so few of the place's trials surely pass, or
        fewer, in migrations; mean over the rules; 1 without trials, shape (n_places,).
    copied_trials
        Trials in migrations at the copies of each place under a rule, mean, shape (n_places,).
    """

    missing: Floats32
    missing_all: Floats32
    free: Floats32
    free_all: Floats32
    kappa: Floats32
    harmless_weight: Floats
    placebo_p: Floats
    copied_trials: Floats


def draw(counts: Sequence[Counts], herd: Herd, *, draws: int, seed: int, name: str) -> Draws:
    """Return the draws of a herd's places.

    Parameters
    ----------
    counts
        Trials under each rule (and at each position of the barriers): a draw takes one of them.
    herd
        Exposure, status and priors.
    draws
        Number of draws.
    seed, name
        The same seed and name of the herd give the same draws on every machine.

    Notes
    -----
    In a draw, for each place,

    - E, trials per animal and season: a Bayesian bootstrap of independent units and, within each,
      of its seasons, the same weights for all places; and one more unit that was not tracked: it
      comes by, or not, as often as the herd's units do at such places, with the rate of one of
      them.
    - r, share of free trials that surely pass, u, share of the others that pass otherwise, and
      kappa: from their joint posterior on a grid. With R = r + (1 - r) u, trials surely pass with
      chance kappa (r + h (R - r)), pass otherwise with kappa (1 - h) (R - r) + (1 - kappa) g R: of
      those that the line stops some pass otherwise, round an end say, an unknown share g of as
      many as would freely. And of those that it holds up before they pass, an unknown share h, at
      most half, pass surely where they freely would not: they try elsewhere along the line, away
      from its ends. In ranges h is 0. The trials of a unit count as independent by their
      correlation. kappa is 1 with weight w, else from the Beta law of the class; w is learned over
      the herd's places (posterior mean, Beta(1, 0.05) before).
    - missing = E R (1 - kappa), summed over the seasons of the year. And an animal that did not
      pass in spring does not come in autumn: such a season misses as many trials as units make
      where they passed in another one, times R (1 - kappa) / (1 - kappa r), the chance that it had
      passed in spring was the line open.
    - In ranges free animals pass at the place as often as at its copies, or up to eight times
      less (five values, equally likely before): R is so much less, and kappa is told as far as this
      does not explain it. A learned kappa of more than 1/8 counts as 1 there.

    A planned barrier blocks the passages that now happen, with the permeability of its class, and
    says nothing of others; of a removed one nothing is missing.

    Examples
    --------
    Eight units come by once in each spring; one place lets none pass, free animals always do:

    >>> eight, one = np.arange(8), np.ones(8)
    >>> met = Cells(0 * eight, 0 * eight, eight, one, *(0 * one,) * 3)
    >>> free = Cells(0 * eight, 0 * eight, eight, one, one, one, 0 * one)
    >>> none = Cells(*(np.zeros(0, np.int64),) * 3, *(np.zeros(0),) * 4)
    >>> zero = np.array([0])
    >>> herd = Herd(np.ones((1, 8, 1)), zero, zero, one, np.array([True]), np.array([EXISTING]),
    ...             np.array([0.5]), np.array([2.0]), np.array([True]))
    >>> found = draw([Counts(met, [free] + 5 * [none])], herd, draws=500, seed=1, name="a")
    >>> bool(0.6 < found.missing.mean() < 0.95), bool(np.quantile(found.kappa, 0.95) < 0.5)
    (True, True)
    """
    n_places = len(herd.status)
    rng, key = _seeds(seed, name)
    _, n_units, n_states = herd.exposure.shape
    weights = rng.standard_exponential((draws, n_units, 1))
    weights = weights * rng.standard_exponential((draws, n_units, n_states))
    exposed = np.einsum("bus,pus->pbs", weights, herd.exposure)
    out = [np.zeros((draws, n_places), dtype=np.float32) for _ in range(5)]
    share, placebo_p, copied = np.zeros(len(counts)), np.zeros(n_places), np.zeros(n_places)
    edges = np.linspace(0.0, 1.0, N_BINS + 1)
    rough = np.linspace(0.0, 1.0, _N_OTHERS + 1)
    slab = _masses(herd.kappa_mean, herd.kappa_strength, edges)
    learns = herd.may_be_harmless & (herd.status == EXISTING)
    for number, one in enumerate(counts):
        laws = [free_law(_as_one(cells, herd), n_places) for cells in one.free]
        free = np.stack([_masses(law.mean, law.strength, edges) for law in laws])
        others = np.stack([_masses(law.other_mean, law.other_strength, rough) for law in laws])
        seen = _seen(one, laws, herd, n_places)
        like, fewer = likelihoods(seen, free, others)
        placebo_p += placebo(seen, free, others) / len(counts)
        for cells in one.free[:N_ENDS]:
            copied += np.bincount(cells.place, cells.n, n_places) / len(counts)
        does = (slab * like[:, :N_BINS]).sum(axis=1)
        counted = learns & (seen[0] > 0).any(axis=0)
        share[number] = _weight(does[counted], like[counted, N_BINS], herd.exposure.shape[1])
        w = np.where(herd.may_be_harmless, share[number], 0.0)
        known = np.isin(herd.status, (EXISTING, REMOVED))[:, None]
        prior = np.column_stack([(1.0 - w)[:, None] * slab, w])
        belief = np.where(known, prior * like, np.column_stack([slab, 0.0 * w]))
        belief = np.cumsum(belief, axis=1)
        rows = _rows(one.met, herd, n_places)
        own = np.flatnonzero(np.arange(draws) % len(counts) == number)
        fill(
            own,
            key,
            (
                belief / np.maximum(belief[:, -1:], 1e-300),
                fewer,
                free,
                others,
                np.where(herd.status == EXISTING, seen, 0.0),
            ),
            (
                rows.first,
                rows.unit,
                rows.state,
                rows.n,
                rows.passed,
                rows.away,
                rows.comes,
                rows.pool,
                rows.pool_first,
                rows.size,
            ),
            (
                weights,
                exposed,
                to_read(herd.is_migration),
                to_read(herd.status),
                to_read(learns),
                to_read(herd.span),
                to_read(herd.name),
            ),
            tuple(out),
        )
    missing, missing_all, free_passages, free_all, kappa = out
    return Draws(missing, missing_all, free_passages, free_all, kappa, share, placebo_p, copied)


def _seeds(seed: int, name: str) -> tuple[np.random.Generator, np.uint64]:
    digest = hashlib.sha256(name.encode()).digest()
    source = np.random.SeedSequence([seed, int.from_bytes(digest[:8], "big")])
    return np.random.default_rng(source), np.uint64(source.generate_state(1, np.uint64)[0])


def _masses(mean: Floats, strength: Floats, edges: Floats) -> Floats:
    """Return the mass of Beta laws in each bin, shape (n, n_bins)."""
    alpha = np.maximum(mean * strength, 1e-3)[:, None]
    beta = np.maximum((1.0 - mean) * strength, 1e-3)[:, None]
    return np.asarray(np.diff(special.betainc(alpha, beta, edges), axis=1))


def _as_one(cells: Cells, herd: Herd) -> Cells:
    """Return cells where the trials of a unit, whose animals come together, are one."""
    size = herd.n_animals[cells.unit]
    values = (v / size for v in (cells.n, cells.passed, cells.sure, cells.away))
    return Cells(cells.place, cells.copy, cells.unit, *values)


def _seen(counts: Counts, laws: Sequence[FreeLaw], herd: Herd, n_places: int) -> Floats:
    """Return independent trials, sure and other passages, shape (3, N_KINDS, n_places)."""
    out = np.zeros((3, N_KINDS, n_places))
    met, kinds = counts.met, counts.kind(herd.is_migration)
    for kind in range(N_KINDS):
        own = kinds == kind
        values = [v[own] for v in (met.n, met.passed, met.sure, met.away)]
        summed = _as_one(Cells.of(met.place[own], 0 * met.unit[own], met.unit[own], values), herd)
        out[:, kind] = effective(summed, laws[kind].rho, n_places)
    return out


@dataclass(frozen=True)
class _Rows:
    """Trials of each place by unit and state, packed by place; and the unit nobody tracked."""

    first: Indices
    unit: Indices
    state: Indices  # N_ENDS times the state, and 1 more at a free end, 2 more beyond
    n: Floats
    passed: Floats
    away: Floats  # trials that were not made since the unit had not passed before
    comes: Floats  # chance that another unit comes by, (n_places, N_ENDS n_states)
    pool: Floats  # rates of units where they come by
    pool_first: Indices  # as ``state``
    size: Floats  # mean exposure of a unit in each span and state


def _rows(met: Cells, herd: Herd, n_places: int) -> _Rows:
    n_states = herd.exposure.shape[2]
    order = np.lexsort((met.unit, met.copy, met.place))
    place, state, unit = met.place[order], met.copy[order], met.unit[order]
    n, away, n_cells = met.n[order], _returns(met, herd) * met.away[order], N_ENDS * n_states
    cell = place * n_cells + state
    came = np.bincount(cell[n > 0], minlength=n_places * n_cells).reshape(n_places, n_cells)
    tracked = np.maximum(1, (herd.exposure > 0).sum(axis=1))
    size = herd.exposure.sum(axis=1) / tracked
    tracked = np.repeat(tracked, N_ENDS, axis=1)[herd.span]
    # What is only planned says nothing of others.
    is_met = (came > 0) & (herd.status != PLANNED)[:, None]
    usual = (came / tracked * is_met).sum(axis=0) / np.maximum(1, is_met.sum(axis=0))
    comes = (came + usual) / (tracked + 1.0)
    exposed = herd.exposure[herd.span[place], unit, state // N_ENDS]
    rate = np.divide(n + away, exposed, out=np.zeros_like(n), where=exposed > 0)
    rate[herd.status[place] == PLANNED] = 0.0
    pools = [np.sort(rate[(state == s) & (rate > 0)]) for s in range(n_cells)]
    pools = [pool if len(pool) else np.zeros(1) for pool in pools]
    return _Rows(
        np.searchsorted(place, np.arange(n_places + 1)),
        unit,
        state,
        n,
        met.passed[order],
        away,
        comes,
        np.concatenate(pools),
        np.cumsum([0, *map(len, pools)]),
        size,
    )


def _returns(met: Cells, herd: Herd) -> float:
    """Return the trials that a unit makes in a migration where it surely passed in another one.

    One where no unit was tracked in two.
    """
    n_units, n_states = herd.exposure.shape[1:]
    stands = herd.status[met.place] != PLANNED
    key, pair = np.unique(met.place * n_units + met.unit, return_inverse=True)
    n, sure = np.zeros((len(key), n_states)), np.zeros((len(key), n_states))
    np.add.at(n, (pair, met.copy // N_ENDS), met.n * stands)
    np.add.at(sure, (pair, met.copy // N_ENDS), met.sure * stands)
    exposed = herd.exposure[herd.span[key // n_units], key % n_units]
    exposed = np.where(herd.is_migration, exposed, 0.0)
    rate = np.divide(n, exposed, out=np.zeros_like(n), where=exposed > 0)
    through = (sure > 0) & (exposed > 0)
    # Of each state with a sure passage, the mean rate of the others.
    others = (exposed > 0).sum(axis=1, keepdims=True) - 1
    mean = (rate.sum(axis=1, keepdims=True) - rate) / np.maximum(1, others)
    counted = through & (others > 0)
    return float((mean[counted].sum() + 1.0) / (counted.sum() + 1.0))


def _weight(does: Floats, nothing: Floats, n_units: int) -> float:
    """Return the weight of "does nothing" that the places make most plausible: posterior mean.

    Before they are seen it follows Beta(1, 0.05), mean 0.95: that lines do harm is to be shown. One
    place that does much worse than its copies outweighs it. The same units tell of all places, and
    where one of them turns round beside several lines, these are not so many findings: more places
    than ``n_units`` count as the geometric mean of both.
    """
    w = special.betaincinv(*_WEIGHT_LAW, (np.arange(_N_WEIGHTS) + 0.5) / _N_WEIGHTS)
    most = np.maximum(np.maximum(does, nothing), 1e-300)
    told = np.log(np.outer(w, nothing / most) + np.outer(1.0 - w, does / most)).sum(axis=1)
    told *= np.sqrt(min(1.0, n_units / max(1, len(does))))
    belief = np.exp(told - told.max())
    return float((w * belief).sum() / belief.sum())
