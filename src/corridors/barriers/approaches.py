"""Approaches to a barrier that did not pass it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from corridors.barriers.crossings import Passages, Steps

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Approaches:
    """Encounter bursts that did not pass, shared out to segments.

    Parameters
    ----------
    event
        Number of the burst, shape (k,).
    step
        First step of the burst, shape (k,).
    segment
        A segment that was touched in it, shape (k,).
    approaches
        Probability that the burst did not pass, divided equally over the segments touched, so the
        rows of a burst add up to it; > 0.
    """

    event: Indices
    step: Indices
    segment: Indices
    approaches: Floats


def approaches(
    steps: Steps, passages: Passages, line: Indices, *, encounter_h: float
) -> Approaches:
    """Return the encounter bursts at each line that end on the side where they began.

    Parameters
    ----------
    steps
        The steps, row by row the bridges of ``passages``.
    passages
        From :func:`corridors.barriers.crossings.expected_passages`.
    line
        Number of the joined line of each segment.
    encounter_h
        A longer burst is no approach: the animal lives there, h.

    Notes
    -----
    A burst is a run of consecutive steps of one animal that touch one joined line. Its signed net
    passages add up to S, which telescopes from the side of its first fix to that of its last; it
    counts as 1 - |S| of an approach. A crossing and a return within one burst is an approach too
    (back-and-forth in the words of Xu et al. 2021).

    This says what the animal did, not why: one that walks beside an open road for a while also
    counts as having approached without passing, so the number is an upper bound for attempts that
    were turned back. Runs longer than ``encounter_h`` are left out for that reason; a
    permeability prior and the comparison between segments of one class carry the rest. With fix
    intervals of many hours short visits between fixes are counted only where the bridge makes
    them more likely than not, so the number is too low where fixes are sparse.
    """
    rows = np.flatnonzero(passages.touches)
    if not rows.size:
        none = np.zeros(0, np.int64)
        return Approaches(none, none, none, np.zeros(0))
    frame = pd.DataFrame(
        {
            "line": line[passages.segment[rows]],
            "step": passages.bridge[rows],
            "segment": passages.segment[rows],
        }
    )
    visit = frame[["line", "step"]].drop_duplicates().sort_values(["line", "step"])
    at, step = visit["line"].to_numpy(), visit["step"].to_numpy()
    follows = steps.frame["next"].to_numpy(bool)
    new = np.r_[True, (at[1:] != at[:-1]) | (step[1:] != step[:-1] + 1) | ~follows[step[:-1]]]
    visit["event"] = np.cumsum(new) - 1
    net = pd.DataFrame(
        {
            "line": line[passages.segment],
            "step": passages.bridge,
            "signed": passages.signed,
        }
    )
    totals = net.groupby(["line", "step"], sort=True)["signed"].sum().reset_index()
    visit = visit.merge(totals, on=["line", "step"], how="left")
    start = steps.frame["start_utc"].to_numpy("datetime64[us]")[visit["step"]]
    end = steps.frame["end_utc"].to_numpy("datetime64[us]")[visit["step"]]
    bursts = visit.assign(start=start, end=end).groupby("event", sort=True)
    events = bursts.agg(
        first=("step", "min"), signed=("signed", "sum"), start=("start", "min"), end=("end", "max")
    )
    hours = (events["end"] - events["start"]).dt.total_seconds() / 3600
    weight = np.maximum(0.0, 1.0 - events["signed"].abs().to_numpy(float))
    weight[(hours.to_numpy(float) > encounter_h) | (weight < 1e-9)] = 0.0
    touched = frame.merge(visit[["line", "step", "event"]], on=["line", "step"])
    touched = touched[["event", "segment"]].drop_duplicates().sort_values(["event", "segment"])
    n_touched = touched.groupby("event")["segment"].transform("size")
    event = touched["event"].to_numpy(np.int64)
    value = weight[event] / n_touched.to_numpy(float)
    keep = value > 0
    event = event[keep]
    return Approaches(
        event,
        events["first"].to_numpy(np.int64)[event],
        touched["segment"].to_numpy(np.int64)[keep],
        value[keep],
    )
