"""Places: stretches of connected barrier that act as one, and the evidence of harm at each."""

from __future__ import annotations

import numpy as np
import pandas as pd

from corridors.foundation.arrays import Flags, Floats, Floats32, Indices
from corridors.threats.free_movement import Cells
from corridors.threats.grades import MISSED, false_alarms, grades
from corridors.threats.missing import N_ENDS, N_KINDS, REMOVED, Counts, Draws, Herd, draw

_REAL = -1
N_TOP = 10


def places_of(
    line: Indices, position: Indices, length_m: Floats, *, place_length_m: float
) -> Indices:
    """Return the place of each segment: stretches of a joined line of like length.

    Parameters
    ----------
    line
        Joined line of each segment, shape (n,).
    position
        Place of the segment in the order along its line, shape (n,).
    length_m
        Its length, m.
    place_length_m
        A line longer than this is cut, at ends of segments, into stretches of about equal length
        that are at most so long, unless a segment is, m.

    Examples
    --------
    >>> places_of(np.array([0, 0, 0, 1]), np.array([2, 0, 1, 0]), np.full(4, 900.0),
    ...           place_length_m=2000.0).tolist()
    [1, 0, 1, 2]
    """
    order = np.lexsort((position, line))
    own, length = line[order], length_m[order]
    first = np.r_[True, own[1:] != own[:-1]] if len(own) else np.zeros(0, bool)
    number = np.cumsum(first) - 1
    total = np.bincount(number, weights=length)
    before = np.cumsum(length) - length
    before -= before[first][number]
    n_parts = np.maximum(1, np.ceil(total / place_length_m - 1e-9)).astype(np.int64)
    part = np.floor((before + length / 2) / total[number] * n_parts[number]).astype(np.int64)
    part = np.minimum(part, n_parts[number] - 1)
    key = (np.cumsum(n_parts) - n_parts)[number] + part
    _, place = np.unique(key, return_inverse=True)
    out = np.empty(len(line), dtype=np.int64)
    out[order] = place
    return out


def counts_of(
    attempts: pd.DataFrame,
    place: Indices,
    unit: Indices,
    is_migration: Flags,
    *,
    n_units: int,
) -> list[Counts]:
    """Return the trials of units at places under each rule.

    Parameters
    ----------
    attempts
        ``rule copy segment animal state at_end trials passed sure away``, codes; copy -1: the
        real barrier.
    place
        Place of each segment.
    unit
        Unit of each animal.
    is_migration
        Whether each state is a migration.
    n_units
        Number of units.
    """
    out = []
    for rule in np.unique(attempts["rule"].to_numpy()):
        rows = attempts[attempts["rule"] == rule]
        real = (rows["copy"] == _REAL).to_numpy(bool)
        moving = is_migration[rows["state"].to_numpy()]
        kind = N_ENDS * ~moving + rows["at_end"].to_numpy()
        free = [
            _cells(rows[~real & (kind == k)], place, unit, rows["copy"], n_units)
            for k in range(N_KINDS)
        ]
        own = rows[real]
        met = _cells(own, place, unit, N_ENDS * own["state"] + own["at_end"], n_units)
        out.append(Counts(met, free))
    return out


def _cells(
    rows: pd.DataFrame, place: Indices, unit: Indices, copy: pd.Series[int], n_units: int
) -> Cells:
    """Add up trials of one unit at one place and copy (or in one state)."""
    at, of = place[rows["segment"].to_numpy()], unit[rows["animal"].to_numpy()]
    other = copy.loc[rows.index].to_numpy(np.int64)
    top = int(other.max()) + 1 if len(other) else 1
    key, cell = np.unique((at * top + other) * n_units + of, return_inverse=True)
    sums = [
        np.asarray(np.bincount(cell, weights=rows[name], minlength=len(key)), float)
        for name in ("trials", "passed", "sure", "away")
    ]
    return Cells(key // n_units // top, key // n_units % top, key % n_units, *sums)


def places(
    attempts: pd.DataFrame,
    exposure: Floats,
    unit: Indices,
    place: Indices,
    is_migration: Flags,
    status: Indices,
    prior: pd.DataFrame,
    *,
    prior_strength: float,
    draws: int,
    seed: int,
    name: str,
) -> tuple[pd.DataFrame, pd.DataFrame, Draws]:
    """Return the places of a herd, ranked by missing passages, and their segments.

    Parameters
    ----------
    attempts
        From :func:`corridors.barriers.attempts.attempts`.
    exposure
        Seasons tracked of each animal in each state, shape (n_animals, n_states).
    unit
        Independent unit of each animal, from
        :func:`corridors.barriers.companions.independent_units`.
    place
        Place of each segment, from :func:`places_of`.
    is_migration
        Whether each state is a migration.
    status
        Of each place: :data:`corridors.threats.missing.EXISTING`, and so on.
    prior
        ``kappa`` (permeability relative to free movement of what does something, 0...1) and
        ``is_stated`` (then it is kept) of each place.
    prior_strength
        Of the law round ``kappa``, trials.
    draws, seed, name
        Number of draws; the same seed and name of the herd give the same figures.

    Returns
    -------
    places
        One row per place that was met, by rank: ``place missing_per_year missing_p05 missing_p95
        p_harm grade rank rank_p05 rank_p95 p_top10 trials_per_year free_per_year free_frac kappa
        kappa_p05 kappa_p95 n_animals n_units placebo_p placebo_q missing_all_per_year
        rank_all``. Per animal
        and year; ``_all``: in the whole year, all else in migrations. ``not_known``: nobody met
        it, no figures, no rank.
    segments
        One row per segment that was met: ``segment place trials passed share
        missing_per_year``.
    draws
        What all of these come from.
    """
    n_places, n_units = len(status), int(unit.max()) + 1
    counts = counts_of(attempts, place, unit, is_migration, n_units=n_units)
    shared = np.zeros((n_units, exposure.shape[1]))
    np.add.at(shared, unit, exposure)
    stated = prior["is_stated"].to_numpy(bool)
    herd = Herd(
        shared,
        np.bincount(unit).astype(float),
        is_migration,
        status,
        prior["kappa"].to_numpy(float),
        np.where(stated, 10.0 * prior_strength, prior_strength),
        ~stated,
    )
    found = draw(counts, herd, draws=draws, seed=seed, name=name)
    real = attempts[(attempts["copy"] == _REAL) & (attempts["rule"] == attempts["rule"].min())]
    real = real.assign(place=place[real["segment"].to_numpy()])
    moving = real[is_migration[real["state"].to_numpy()] & (real["trials"] > 0)]
    animals = moving.groupby("place")["animal"].nunique().reindex(range(n_places), fill_value=0)
    own = moving.assign(unit=unit[moving["animal"].to_numpy()])
    units = own.groupby("place")["unit"].nunique().reindex(range(n_places), fill_value=0)
    n_trials = moving.groupby("place")["trials"].sum().reindex(range(n_places), fill_value=0)
    years = shared[:, is_migration].sum() / max(1, is_migration.sum())
    is_met = real.groupby("place")["trials"].sum().reindex(range(n_places), fill_value=0) > 0
    low, high = np.quantile(found.missing, [0.05, 0.95], axis=0)
    kappa_low, kappa_high = np.quantile(found.kappa, [0.05, 0.95], axis=0)
    mean = found.missing.mean(axis=0, dtype=float)
    whole = found.missing_all.mean(axis=0, dtype=float)
    free = found.free.mean(axis=0, dtype=float)
    per_year = n_trials.to_numpy(float) / max(years, 1e-12)
    free_frac = np.divide(free, per_year, out=np.full(n_places, np.nan), where=per_year > 0)
    frame = pd.DataFrame(
        {
            "place": np.arange(n_places),
            "missing_per_year": mean,
            "missing_p05": low,
            "missing_p95": high,
            "p_harm": (found.missing > MISSED).mean(axis=0),
            "trials_per_year": per_year,
            "free_per_year": free,
            "free_frac": free_frac,
            "kappa": found.kappa.mean(axis=0, dtype=float),
            "kappa_p05": kappa_low,
            "kappa_p95": kappa_high,
            "n_animals": animals.to_numpy(),
            "n_units": units.to_numpy(),
            "placebo_p": found.placebo_p,
            "missing_all_per_year": whole,
        }
    )
    # Only places that were met can be false alarms.
    frame["placebo_q"] = 1.0
    tested = n_trials.to_numpy() > 0
    frame.loc[tested, "placebo_q"] = false_alarms(found.placebo_p[tested])
    frame["grade"] = grades(
        p_harm=frame["p_harm"].to_numpy(),
        n_units=frame["n_units"].to_numpy(),
        n_trials=n_trials.to_numpy(float),
        placebo_q=frame["placebo_q"].to_numpy(),
        kappa=frame["kappa"].to_numpy(),
    )
    frame.loc[status == REMOVED, "grade"] = "nothing_seen"
    frame = _ranked(frame[is_met.to_numpy()], found.missing[:, is_met.to_numpy()], seed)
    segments = real.groupby("segment", as_index=False)[["trials", "passed"]].sum()
    segments["place"] = place[segments["segment"].to_numpy()]
    total = segments.groupby("place")["trials"].transform("sum")
    segments["share"] = segments["trials"] / total.where(total > 0)
    segments["missing_per_year"] = segments["share"] * mean[segments["place"].to_numpy()]
    return frame, segments, found


def _ranked(frame: pd.DataFrame, missing: Floats32, seed: int) -> pd.DataFrame:
    """Add ranks by the mean of the draws, with intervals from the same draws."""
    rng = np.random.default_rng(seed)
    chance, between = rng.random((2, *missing.shape), dtype=np.float32)
    between -= 0.5
    # Places that miss nothing in a draw share the places behind the others, in an order of chance.
    place = _places_in_order(np.where(missing > 0, missing, -chance))
    low, high = np.rint(np.quantile(place + between, [0.05, 0.95], axis=0))
    out = frame.assign(
        rank=_places_in_order(frame["missing_per_year"].to_numpy()),
        rank_p05=low.astype(np.int64),
        rank_p95=high.astype(np.int64),
        p_top10=((place <= N_TOP) & (missing > 0)).mean(axis=0),
        rank_all=_places_in_order(frame["missing_all_per_year"].to_numpy()),
    )
    return out.sort_values("rank", ignore_index=True)


def _places_in_order(value: Floats | Floats32) -> Indices:
    order = np.argsort(-value, axis=-1, kind="stable")
    out = np.empty_like(order)
    first = np.broadcast_to(np.arange(1, value.shape[-1] + 1), value.shape)
    np.put_along_axis(out, order, first, axis=-1)
    return np.asarray(out, dtype=np.int64)
