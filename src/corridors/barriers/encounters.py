"""Encounters with barriers: each visit passed, or stayed on the side where it began."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numba import njit

from corridors.barriers.crossings import Steps
from corridors.barriers.passages import Passages
from corridors.foundation.arrays import Floats, Indices

# Smaller shares of a visit are rounding errors.
_SMALLEST = 1e-9


@dataclass(frozen=True)
class Encounters:
    """Visits to joined lines, shared out to segments; one row per visit and segment.

    Parameters
    ----------
    step
        First step of the visit, shape (k,).
    segment
        Segment that was met, shape (k,).
    passages
        Share of the visit's passages that went through the segment, >= 0, shape (k,).
    approaches
        Share of the visit's chance of not having passed, >= 0, shape (k,).
    n_visits
        Number of visits that stayed near a line for a while.
    """

    step: Indices
    segment: Indices
    passages: Floats
    approaches: Floats
    n_visits: int


def encounters(
    steps: Steps, passages: Passages, line: Indices, *, return_frac: float
) -> Encounters:
    """Return what came of each visit of an animal to a joined line.

    Parameters
    ----------
    steps
        The steps, row by row the bridges of ``passages``.
    passages
        From :func:`corridors.barriers.passages.expected_passages`.
    line
        Number of the joined line of each segment.
    return_frac
        A visit is cut where the animal came back by at least this net passage, above 0 up to 1.

    Notes
    -----
    A visit is a run of consecutive steps of one animal that touch one joined line. It is cut into
    legs where the animal came back: at the extremes of its cumulated signed net passage from which
    it then returned by at least ``return_frac``. With 20 m of location error, one of the hundreds
    of fixes near a fence does seem to lie just beyond it, by 1.3 standard deviations at 0.9, by 2.3
    at 0.99; counting those would add a fifth to the passages of the demo herd. The net of a leg
    telescopes from the side of its first fix to that of its last; the visit's passages are the sum
    of their absolute values, and what they lack of 1 is its approach without passing: a visit that
    does not pass more than once is exactly one encounter. Netting over a leg matters: an animal
    that stands for a night 50 m from a fence it cannot pass has, with 20 m of location error, a
    small flux under every bridge; their absolute values add up to passages that never happened,
    their signed sum to none. One that lives on both sides of an open fence keeps its passages.
    Steps that do not touch the line keep their own net.

    The passage goes to segments in proportion to their part of the leg's net in its direction, the
    approach in proportion to the time for which each was the nearest.

    This says what the animal did, not why: one that walks beside an open road for a while also
    counts as having approached without passing, so the number is an upper bound for attempts that
    were turned back. A visit has no longest length. With fix
    intervals of many hours short visits between fixes count only where the bridge makes them more
    likely than not, so the number is too low where fixes are sparse.
    """
    rows = pd.DataFrame(
        {
            "line": line[passages.segment],
            "step": passages.bridge,
            "segment": passages.segment,
            "signed": passages.signed,
            "touches": passages.touches,
            "distance_m": passages.distance_m,
        }
    )
    visits = _visits(steps, rows)
    rows = rows.merge(visits, on=["line", "step"], how="left", sort=False)
    alone = rows["visit"].isna().to_numpy(bool)
    through = np.abs(rows["signed"].to_numpy(float))
    passing = alone & (through > 0)
    single = _rows(rows["step"][passing], rows["segment"][passing], through[passing], 0.0)
    if not len(visits):
        return _sorted(single, 0)
    rows = rows[~alone].astype({"visit": "int64"})
    rows = _legs(rows, return_frac)
    first = visits.groupby("visit", sort=True)["step"].min().to_numpy(np.int64)
    leg = rows.groupby("leg", sort=True).agg(visit=("visit", "first"), signed=("signed", "sum"))
    net, visit_of_leg = leg["signed"].to_numpy(float), leg["visit"].to_numpy(np.int64)
    total = np.asarray(np.bincount(visit_of_leg, np.abs(net), len(first)), np.float64)
    passed = _passed(rows, net)
    start = first[visit_of_leg[passed["leg"]]]
    passed = _rows(pd.Series(start), passed["segment"], passed["value"].to_numpy(float), 0.0)
    failed = _failed(steps, rows, total)
    failed = _rows(
        pd.Series(first[failed["visit"]]), failed["segment"], 0.0, failed["value"].to_numpy(float)
    )
    return _sorted(pd.concat([single, passed, failed]), len(first))


def _visits(steps: Steps, rows: pd.DataFrame) -> pd.DataFrame:
    """Return a number for each run of consecutive steps at one line: ``line step visit``."""
    touched = rows.loc[rows["touches"], ["line", "step"]].drop_duplicates()
    touched = touched.sort_values(["line", "step"], ignore_index=True)
    at, step = touched["line"].to_numpy(), touched["step"].to_numpy()
    follows = steps.frame["next"].to_numpy(bool)
    new = np.ones(len(touched), dtype=bool)
    new[1:] = (at[1:] != at[:-1]) | (step[1:] != step[:-1] + 1) | ~follows[step[:-1]]
    touched["visit"] = np.cumsum(new) - 1
    return touched


def _legs(rows: pd.DataFrame, return_frac: float) -> pd.DataFrame:
    """Add the number of the leg of its visit to each row, sorted by visit, step and segment."""
    rows = rows.sort_values(["visit", "step", "segment"], kind="stable", ignore_index=True)
    by_step = rows.groupby(["visit", "step"], sort=False)
    series = by_step["signed"].sum().reset_index()
    ends = _turns(series["visit"].to_numpy(np.int64), series["signed"].to_numpy(float), return_frac)
    leg = np.cumsum(np.append(0, ends[:-1]))
    return rows.assign(leg=leg[by_step.ngroup().to_numpy(np.int64)])


@njit(cache=True, nogil=True)
def _turns(visit: Indices, signed: Floats, sure: float) -> Indices:
    """Return 1 where a leg ends: at the last step of a visit and where the animal turned back."""
    n = visit.size
    ends = np.zeros(n, np.int64)
    place = low = high = extreme = 0.0
    direction = 0
    at = 0
    for k in range(n):
        if k == 0 or visit[k] != visit[k - 1]:
            place = low = high = extreme = 0.0
            direction, at = 0, k
            if k > 0:
                ends[k - 1] = 1
        place += signed[k]
        if direction == 0:
            low, high = min(low, place), max(high, place)
            if place - low >= sure:
                direction, extreme, at = 1, place, k
            elif high - place >= sure:
                direction, extreme, at = -1, place, k
        elif (place - extreme) * direction >= 0:
            extreme, at = place, k
        elif (extreme - place) * direction >= sure:
            ends[at] = 1
            direction, extreme, at = -direction, place, k
    ends[n - 1] = 1
    return ends


def _passed(rows: pd.DataFrame, net: Floats) -> pd.DataFrame:
    """Share |net| of each leg over its segments: ``leg segment value``."""
    part = rows.groupby(["leg", "segment"], sort=True)["signed"].sum().reset_index()
    leg = part["leg"].to_numpy(np.int64)
    weight = np.maximum(0.0, part["signed"].to_numpy(float) * np.sign(net)[leg])
    whole = np.bincount(leg, weights=weight, minlength=len(net))
    part["value"] = np.abs(net)[leg] * weight / np.where(whole > 0, whole, 1.0)[leg]
    return part[part["value"] > _SMALLEST]


def _failed(steps: Steps, rows: pd.DataFrame, total: Floats) -> pd.DataFrame:
    """Share 1 - passages of each visit over the segments nearest to it: ``visit segment value``."""
    hours = steps.duration_min / 60
    chance = np.maximum(0.0, 1.0 - total)
    touched = rows[rows["touches"]]
    by_step = touched.groupby(["line", "step"], sort=False)["distance_m"]
    nearest = touched[touched["distance_m"] <= by_step.transform("min") + 1e-6]
    ties = nearest.groupby(["line", "step"], sort=False)["segment"].transform("size")
    time = hours[nearest["step"]] / ties.to_numpy(float)
    part = nearest.assign(time=time).groupby(["visit", "segment"], sort=True)["time"].sum()
    out = part.reset_index()
    visit = out["visit"].to_numpy(np.int64)
    whole = np.bincount(visit, weights=out["time"], minlength=len(total))
    out["value"] = chance[visit] * out["time"].to_numpy(float) / whole[visit]
    return out[out["value"] > _SMALLEST]


def _rows(
    step: pd.Series[int], segment: pd.Series[int], passed: Floats | float, failed: Floats | float
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "step": step.to_numpy(np.int64),
            "segment": segment.to_numpy(np.int64),
            "passages": passed,
            "approaches": failed,
        }
    )


def _sorted(rows: pd.DataFrame, n_visits: int) -> Encounters:
    rows = rows.sort_values(["step", "segment"], kind="stable")
    return Encounters(
        rows["step"].to_numpy(np.int64),
        rows["segment"].to_numpy(np.int64),
        rows["passages"].to_numpy(float),
        rows["approaches"].to_numpy(float),
        n_visits,
    )
