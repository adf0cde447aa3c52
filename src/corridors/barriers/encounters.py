"""Encounters with barriers: each visit passed, or came back to the side where it began."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from corridors.barriers.crossings import Passages, Steps

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

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
        Share of the visit's net passage that went through the segment, >= 0, shape (k,).
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
    steps: Steps, passages: Passages, line: Indices, *, encounter_h: float
) -> Encounters:
    """Return what came of each visit of an animal to a joined line.

    Parameters
    ----------
    steps
        The steps, row by row the bridges of ``passages``.
    passages
        From :func:`corridors.barriers.crossings.expected_passages`.
    line
        Number of the joined line of each segment.
    encounter_h
        A longer visit is no approach: the animal lives there, h. Its passages count.

    Notes
    -----
    A visit is a run of consecutive steps of one animal that touch one joined line. Its signed net
    passages add up to S, which telescopes from the side of its first fix to that of its last:
    |S| is the visit's passage and 1 - |S| its approach without passing, so that a visit is one
    encounter. Netting over the whole visit matters: an animal that stands for a night 50 m from
    a fence it cannot pass has, with 20 m of location error, a small flux under every bridge;
    their absolute values add up to passages that never happened, their signed sum to none. Steps
    that do not touch the line keep their own net passage.

    The passage goes to segments in proportion to their part of S in its direction, the approach
    in proportion to the time for which each was the nearest. A crossing and a return within one
    visit is an approach (back-and-forth in the words of Xu et al. 2021).

    This says what the animal did, not why: one that walks beside an open road for a while also
    counts as having approached without passing, so the number is an upper bound for attempts that
    were turned back; visits longer than ``encounter_h`` are left out for that reason. With fix
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
    first = visits.groupby("visit", sort=True)["step"].min().to_numpy(np.int64)
    net = (
        rows.groupby("visit", sort=True)["signed"].sum().reindex(range(len(first)), fill_value=0.0)
    )
    total = net.to_numpy(float)
    passed = _passed(rows, total)
    passed = _rows(
        pd.Series(first[passed["visit"]]), passed["segment"], passed["value"].to_numpy(float), 0.0
    )
    failed = _failed(steps, rows, visits, total, encounter_h)
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


def _passed(rows: pd.DataFrame, total: Floats) -> pd.DataFrame:
    """Share |S| of each visit over its segments: ``visit segment value``."""
    part = rows.groupby(["visit", "segment"], sort=True)["signed"].sum().reset_index()
    visit = part["visit"].to_numpy(np.int64)
    weight = np.maximum(0.0, part["signed"].to_numpy(float) * np.sign(total)[visit])
    whole = np.bincount(visit, weights=weight, minlength=len(total))
    part["value"] = np.abs(total)[visit] * weight / np.where(whole > 0, whole, 1.0)[visit]
    return part[part["value"] > _SMALLEST]


def _failed(
    steps: Steps, rows: pd.DataFrame, visits: pd.DataFrame, total: Floats, encounter_h: float
) -> pd.DataFrame:
    """Share 1 - |S| of each visit over the segments it was nearest to: ``visit segment value``."""
    hours = steps.duration_min / 60
    start = steps.frame["start_utc"].to_numpy("datetime64[us]")
    end = steps.frame["end_utc"].to_numpy("datetime64[us]")
    run = visits.groupby("visit", sort=True)["step"].agg(["min", "max"])
    lasted = (end[run["max"]] - start[run["min"]]) / np.timedelta64(1, "h")
    chance = np.maximum(0.0, 1.0 - np.abs(total))
    chance[lasted > encounter_h] = 0.0
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
