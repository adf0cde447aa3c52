"""Places: stretches of connected barrier that act as one, and the evidence of harm at each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from corridors.foundation.arrays import Flags, Floats, Indices
from corridors.threats.free_movement import Cells
from corridors.threats.grades import MISSED, NOTHING, false_alarms, grades
from corridors.threats.missing import (
    EXISTING,
    N_ENDS,
    N_KINDS,
    PLANNED,
    REMOVED,
    Counts,
    Draws,
    Herd,
    draw,
)
from corridors.threats.ranks import in_order, ranks

_REAL = -1
_STATED = 10.0  # times as strong as a prior is a stated permeability
_FIRST = 1e6  # puts migrations before other states


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
    """
    own, segment, animal, state, at_end = (
        attempts[name].to_numpy(np.int64)
        for name in ("rule", "segment", "animal", "state", "at_end")
    )
    values = [attempts[name].to_numpy() for name in ("trials", "passed", "sure", "away")]
    copy = attempts["copy"].to_numpy(np.int64)
    at, of = place[segment], unit[animal]
    kind = np.where(copy == _REAL, _REAL, N_ENDS * ~is_migration[state] + at_end)
    copy = np.where(copy == _REAL, N_ENDS * state + at_end, copy)

    def cells(rows: Indices) -> Cells:
        return Cells.of(at[rows], copy[rows], of[rows], [value[rows] for value in values])

    out = []
    for rule in np.unique(own):
        rows = np.flatnonzero(own == rule)
        met, *free = (cells(rows[kind[rows] == k]) for k in range(_REAL, N_KINDS))
        out.append(Counts(met, free))
    return out


@dataclass(frozen=True)
class Tracked:
    """Who was tracked for how long.

    Parameters
    ----------
    exposure
        Seasons of each state, of each animal, in each time span in which places count, shape
        (n_spans, n_animals, n_states).
    unit
        Independent unit of each animal, from
        :func:`corridors.barriers.companions.independent_units`, shape (n_animals,).
    is_migration
        Whether each state is a migration, shape (n_states,).
    """

    exposure: Floats
    unit: Indices
    is_migration: Flags

    @property
    def of_units(self) -> Floats:
        """Exposure of each unit, its animals added up, shape (n_spans, n_units, n_states)."""
        units = np.arange(int(self.unit.max()) + 1)
        return np.asarray((units[:, None] == self.unit).astype(float) @ self.exposure)

    @property
    def years(self) -> Floats:
        """Seasons of a migration in each span, all animals together, mean over these seasons."""
        moving = self.exposure[:, :, self.is_migration]
        return np.asarray(moving.sum(axis=(1, 2)) / max(1, int(self.is_migration.sum())))


def drawn(
    attempts: pd.DataFrame,
    tracked: Tracked,
    place: Indices,
    known: pd.DataFrame,
    *,
    prior_strength: float,
    draws: int,
    seed: int,
    name: str,
) -> Draws:
    """Return the draws of a herd's places.

    Parameters
    ----------
    attempts
        From :func:`corridors.barriers.attempts.attempts`.
    tracked
        Who was tracked for how long.
    place
        Place of each segment, from :func:`places_of`.
    known
        Of each place ``status`` (:data:`corridors.threats.missing.EXISTING` and so on), ``kappa``
        (permeability relative to free movement of what does something, 0...1), ``is_stated`` (then
        it is kept), ``span`` and ``number``, see :class:`corridors.threats.missing.Herd`.
    prior_strength
        Of the law round ``kappa``, trials.
    draws, seed, name
        Number of draws; the same seed and name of the herd give the same figures.
    """
    shared = tracked.of_units
    stated = known["is_stated"].to_numpy(bool)
    herd = Herd(
        shared,
        known["span"].to_numpy(np.int64),
        known["number"].to_numpy(np.int64),
        np.bincount(tracked.unit).astype(float),
        tracked.is_migration,
        known["status"].to_numpy(np.int64),
        known["kappa"].to_numpy(float),
        np.where(stated, _STATED * prior_strength, prior_strength),
        ~stated,
    )
    counts = counts_of(attempts, place, tracked.unit, tracked.is_migration)
    return draw(counts, herd, draws=draws, seed=seed, name=name)


def tallied(
    attempts: pd.DataFrame, tracked: Tracked, place: Indices, span: Indices
) -> pd.DataFrame:
    """Return what was counted at each place, under the first rule.

    Parameters
    ----------
    attempts, tracked, place
        As in :func:`drawn`.
    span
        Time span of each place; where nobody was tracked in one, nothing counts.

    Returns
    -------
    DataFrame
        One row per place: ``n_trials n_passed n_unsure`` in migrations (unsure: began at a free
        end, or passed and may have gone round one), ``n_all`` in all states, ``trials_per_year``
        (of migrations, per animal), ``n_animals n_units`` that met it in migrations, and
        ``worst_state``, code of the state in which most come by per season tracked; -1: none.
    """
    n = len(span)
    real = attempts[(attempts["copy"] == _REAL) & (attempts["rule"] == attempts["rule"].min())]
    real = real[real["trials"] > 0]
    real = real.assign(
        place=place[real["segment"].to_numpy(np.int64)],
        unit=tracked.unit[real["animal"].to_numpy(np.int64)],
        unsure=np.where(real["at_end"] > 0, real["trials"], real["passed"] - real["sure"]),
    )
    years = tracked.years[span]
    moves = tracked.is_migration[real["state"].to_numpy(np.int64)]
    moving = real[moves & (years[real["place"].to_numpy(np.int64)] > 0)]
    by_place, every = moving.groupby("place"), range(n)
    sums = by_place[["trials", "passed", "unsure"]].sum().reindex(every, fill_value=0)
    seasons = tracked.exposure.sum(axis=1)[span]
    came = np.zeros_like(seasons)
    np.add.at(came, (real["place"].to_numpy(), real["state"].to_numpy()), real["trials"])
    rate = np.divide(came, seasons, out=np.zeros_like(came), where=seasons > 0)
    # The ranking is of migrations; a place that was met in none is told by what there is.
    first = np.where((rate[:, tracked.is_migration] > 0).any(axis=1)[:, None], _FIRST, 1.0)
    rate = np.where(tracked.is_migration, rate * first, rate)
    n_trials = sums["trials"].to_numpy(np.int64)
    return pd.DataFrame(
        {
            "n_trials": n_trials,
            "n_passed": sums["passed"].to_numpy(np.int64),
            "n_unsure": sums["unsure"].to_numpy(np.int64),
            "n_all": np.bincount(real["place"], weights=real["trials"], minlength=n),
            "trials_per_year": np.divide(n_trials, years, out=np.zeros(n), where=years > 0),
            "n_animals": by_place["animal"].nunique().reindex(every, fill_value=0).to_numpy(),
            "n_units": by_place["unit"].nunique().reindex(every, fill_value=0).to_numpy(),
            "worst_state": np.where(rate.max(axis=1, initial=0.0) > 0, rate.argmax(axis=1), -1),
        }
    )


def judged(tally: pd.DataFrame, found: Draws, status: Indices, *, seed: int) -> pd.DataFrame:
    """Return the places of a herd, ranked by missing passages.

    Parameters
    ----------
    tally
        From :func:`tallied`.
    found
        From :func:`drawn`.
    status
        Of each place.
    seed
        Of the order of places that miss nothing in a draw.

    Returns
    -------
    DataFrame
        One row per place that was met, by rank: ``place missing_per_year missing_p05 missing_p95
        p_harm grade rank rank_from rank_to p_top10 trials_per_year free_per_year free_frac kappa
        kappa_p05 kappa_p95 n_animals n_units placebo_p placebo_q missing_all_per_year rank_all``.
        Per animal and year; ``_all``: in the whole year, all else in migrations. ``not_known``:
        nobody met it in a migration; its figures there, and its rank, are NaN, and it comes last.
    """
    missing = found.missing
    low, high = np.quantile(missing, [0.05, 0.95], axis=0)
    kappa_low, kappa_high = np.quantile(found.kappa, [0.05, 0.95], axis=0)
    free = found.free.mean(axis=0, dtype=float)
    n_trials = tally["n_trials"].to_numpy(float)
    per_year = tally["trials_per_year"].to_numpy(float)
    frame = pd.DataFrame(
        {
            "place": np.arange(len(status)),
            "missing_per_year": missing.mean(axis=0, dtype=float),
            "missing_p05": low.astype(float),
            "missing_p95": high.astype(float),
            "p_harm": (missing > MISSED).mean(axis=0),
            "trials_per_year": per_year,
            "free_per_year": free,
            "free_frac": np.divide(
                free, per_year, out=np.full(len(free), np.nan), where=per_year > 0
            ),
            "kappa": found.kappa.mean(axis=0, dtype=float),
            "kappa_p05": kappa_low.astype(float),
            "kappa_p95": kappa_high.astype(float),
            "n_animals": tally["n_animals"],
            "n_units": tally["n_units"],
            "placebo_p": found.placebo_p,
            "missing_all_per_year": found.missing_all.mean(axis=0, dtype=float),
        }
    )
    # Only places that stand and were met can be false alarms; what is planned has no trials.
    tested = (n_trials > 0) & (status == EXISTING)
    frame["placebo_q"] = np.where(status == PLANNED, 0.0, 1.0)
    frame.loc[tested, "placebo_q"] = false_alarms(found.placebo_p[tested])
    frame["grade"] = grades(
        p_harm=frame["p_harm"].to_numpy(),
        n_units=frame["n_units"].to_numpy(),
        n_trials=n_trials,
        placebo_q=frame["placebo_q"].to_numpy(),
        kappa=frame["kappa"].to_numpy(),
    )
    is_graded = n_trials > 0
    frame.loc[is_graded & (status == REMOVED), "grade"] = NOTHING
    frame.loc[~is_graded, list(_IN_MIGRATIONS)] = np.nan
    frame[list(_RANKS)] = np.nan
    frame.loc[is_graded, list(_RANKS)] = ranks(missing[:, is_graded], seed)
    frame = frame[tally["n_all"].to_numpy() > 0]
    frame["rank_all"] = in_order(frame["missing_all_per_year"].to_numpy()).astype(float)
    return frame.sort_values(["rank", "rank_all"], ignore_index=True)


def shares(attempts: pd.DataFrame, tracked: Tracked, place: Indices, span: Indices) -> pd.DataFrame:
    """Return what of its place each segment holds.

    Parameters
    ----------
    attempts, tracked, place, span
        As in :func:`tallied`.

    Returns
    -------
    DataFrame
        One row per segment: ``trials_per_year passages_per_year n_animals`` in migrations, per
        animal, and ``share`` of the place's trials there, or in all states where there are none;
        NaN: nobody met the place.
    """
    own = tallied(attempts, tracked, np.arange(len(place)), span[place])
    whole = own.groupby(place)[["n_trials", "n_all"]].transform("sum")
    share = (own["n_trials"] / whole["n_trials"].where(whole["n_trials"] > 0)).fillna(
        own["n_all"] / whole["n_all"].where(whole["n_all"] > 0)
    )
    years = tracked.years[span[place]]
    return pd.DataFrame(
        {
            "trials_per_year": own["trials_per_year"],
            "passages_per_year": np.divide(
                own["n_passed"], years, out=np.zeros(len(own)), where=years > 0
            ),
            "n_animals": own["n_animals"],
            "share": share,
        }
    )


_IN_MIGRATIONS = (
    "missing_per_year", "missing_p05", "missing_p95", "p_harm", "free_per_year", "free_frac",
)  # fmt: skip
_RANKS = ("rank", "rank_from", "rank_to", "p_top10")
