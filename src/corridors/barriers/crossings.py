"""Steps between fixes, and where they meet barriers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from corridors.barriers.piece_tree import PieceTree
from corridors.barriers.segments import meeting_share, straight_pieces
from corridors.foundation.arrays import Flags, Floats, Geometries, Indices
from corridors.foundation.track import usable

OTHER = "other"


@dataclass(frozen=True)
class Steps:
    """Steps between consecutive usable fixes of one burst, sorted by animal and time.

    Parameters
    ----------
    frame
        ``animal, start_utc, end_utc, x0_m, y0_m, x1_m, y1_m, fix0, fix1, season, next``: labels of
        the two fixes, and ``next`` true where the following row starts where this one ends.
    """

    frame: pd.DataFrame

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def ends(self) -> Floats:
        """x0, y0, x1, y1 in the working CRS, m, shape (n, 4)."""
        return self.frame[["x0_m", "y0_m", "x1_m", "y1_m"]].to_numpy(float)

    @property
    def duration_min(self) -> Floats:
        """Lag of each step, minutes."""
        lag = self.frame["end_utc"] - self.frame["start_utc"]
        return np.asarray(lag.dt.total_seconds().to_numpy(float) / 60)

    def tracking_years(self) -> pd.Series[float]:
        """Return years covered by the steps of each animal (365.25 d)."""
        years = pd.Series(self.duration_min / (365.25 * 24 * 60), index=self.frame["animal"])
        return years.groupby(level=0, sort=True).sum()


def steps_of(fixes: pd.DataFrame, windows: pd.DataFrame, *, max_lag_h: float) -> Steps:
    """Return the steps of at most ``max_lag_h`` between consecutive usable fixes.

    Parameters
    ----------
    fixes
        ``animal, time_utc, x_m, y_m, burst``; ``burst`` is -1 where a fix is not usable.
    windows
        MIGRATIONS: a step has the season of the window in which it starts, else ``other``;
        where windows overlap a migration goes before a stay, then the earlier start.
    max_lag_h
        A longer step says nothing about where it crossed, h.
    """
    rows = usable(fixes[["animal", "time_utc", "x_m", "y_m", "burst"]])
    rows = pd.DataFrame(rows).assign(fix=rows.index)
    rows = rows.sort_values(["animal", "time_utc"], kind="stable").reset_index(drop=True)
    a, b = rows.iloc[:-1].reset_index(drop=True), rows.iloc[1:].reset_index(drop=True)
    lag_h = (b["time_utc"] - a["time_utc"]).dt.total_seconds() / 3600
    joined = (a["animal"] == b["animal"]) & (a["burst"] == b["burst"])
    keep = (joined & (lag_h > 0) & (lag_h <= max_lag_h)).to_numpy(bool)
    frame = pd.DataFrame(
        {
            "animal": a["animal"],
            "start_utc": a["time_utc"],
            "end_utc": b["time_utc"],
            "x0_m": a["x_m"],
            "y0_m": a["y_m"],
            "x1_m": b["x_m"],
            "y1_m": b["y_m"],
            "fix0": a["fix"],
            "fix1": b["fix"],
        }
    )[keep]
    position = np.flatnonzero(keep)
    frame["next"] = np.append(np.diff(position) == 1, False)[: len(frame)]
    same_animal = frame["animal"].eq(frame["animal"].shift(-1)).to_numpy(bool)
    frame["next"] = frame["next"].to_numpy(bool) & same_animal
    frame = frame.reset_index(drop=True)
    window = window_of(frame["animal"], frame["start_utc"], windows)
    season = windows["season"].to_numpy(dtype=object)
    frame["season"] = OTHER if not len(windows) else np.where(window >= 0, season[window], OTHER)
    return Steps(frame)


def window_of(
    animal: pd.Series[str], time_utc: pd.Series[pd.Timestamp], windows: pd.DataFrame
) -> Indices:
    """Return the row of ``windows`` that holds each time of each animal, or -1, shape (n,).

    Where windows overlap a migration goes before a stay, then the earlier start.
    """
    out = np.full(len(animal), -1, dtype=np.int64)
    if not len(windows) or not len(animal):
        return out
    order = windows.assign(
        stay=(windows["part"] != "migration").astype(int), row=np.arange(len(windows))
    ).sort_values(["stay", "start_utc", "migration"], kind="stable")
    rows_of = {name: np.asarray(rows) for name, rows in animal.groupby(animal).indices.items()}
    times = time_utc.to_numpy("datetime64[us]")
    starts = order["start_utc"].to_numpy("datetime64[us]")
    ends = order["end_utc"].to_numpy("datetime64[us]")
    for name, start, end, row in zip(order["animal"], starts, ends, order["row"], strict=True):
        rows = rows_of.get(name)
        if rows is None:
            continue
        held = rows[(times[rows] >= start) & (times[rows] <= end) & (out[rows] < 0)]
        out[held] = row
    return out


@dataclass(frozen=True)
class Meetings:
    """Points at which steps meet lines, sorted by step, share of the step and line.

    Parameters
    ----------
    step, line
        Row of the step and of the line, shape (n,).
    share
        Share of the step's time at which it meets the line, 0...1.
    x_m, y_m
        The point, working CRS.
    from_left
        True where the step comes from the left of the line's direction.
    """

    step: Indices
    line: Indices
    share: Floats
    x_m: Floats
    y_m: Floats
    from_left: Flags


def meetings(steps: Floats, lines: Geometries | PieceTree) -> Meetings:
    """Return the points at which straight steps meet lines.

    Parameters
    ----------
    steps
        ``x0, y0, x1, y1`` in the working CRS, m, shape (n, 4).
    lines
        Lines in the working CRS, or the tree of their pieces where it is used more than once.

    Notes
    -----
    A step through a vertex, where two straight pieces of a line join, meets it once. A step that
    runs along a piece meets it at the middle of the shared part.

    Examples
    --------
    >>> import shapely
    >>> found = meetings(np.array([[0.0, 0.0, 4.0, 0.0]]), np.array([shapely.LineString([(1, -1),
    ...     (1, 1)]), shapely.LineString([(3, 1), (3, -1)])]))
    >>> found.line.tolist(), found.share.tolist(), found.from_left.tolist()
    ([0, 1], [0.25, 0.75], [True, False])
    """
    tree = lines if isinstance(lines, PieceTree) else PieceTree.of(straight_pieces(lines))
    pieces = tree.pieces
    moving = np.flatnonzero((steps[:, :2] != steps[:, 2:]).any(axis=1))
    i, j = tree.meet(steps[moving])
    if not i.size:
        none = np.zeros(0, dtype=np.int64)
        nothing = np.zeros(0)
        return Meetings(none, none, nothing, nothing, nothing, nothing.astype(bool))
    i = moving[i]
    a, b = steps[i, :2], steps[i, 2:]
    c, d = pieces.ends[j, :2], pieces.ends[j, 2:]
    share = meeting_share(a, b, c, d)
    line = pieces.owner[j]
    along, step = d - c, b - a
    from_left = along[:, 0] * step[:, 1] - along[:, 1] * step[:, 0] < 0
    order = np.lexsort((j, line, share, i))
    i, line, share, from_left = i[order], line[order], share[order], from_left[order]
    # Once per vertex: same step, same line, same place.
    first = np.ones(i.size, dtype=np.bool_)
    first[1:] = (np.diff(i) != 0) | (np.diff(line) != 0) | (np.abs(np.diff(share)) > 1e-9)
    i, line, share, from_left = i[first], line[first], share[first], from_left[first]
    point = steps[i, :2] + share[:, None] * (steps[i, 2:] - steps[i, :2])
    return Meetings(i, line, share, point[:, 0], point[:, 1], from_left)


def count_pairs(
    steps: Floats,
    lines: Geometries | PieceTree,
    counts: Callable[[Indices, Indices], Flags] | None = None,
) -> tuple[int, int]:
    """Return how many pairs of a step and a line meet, and how many steps meet any line.

    ``steps`` and ``lines`` are those of :func:`meetings`. ``counts`` says of steps and lines, of
    equal shape, which pairs count; None: all.
    """
    tree = lines if isinstance(lines, PieceTree) else PieceTree.of(straight_pieces(lines))
    step, piece = tree.meet(steps)
    # Pairs are sorted by step and piece, pieces by line.
    line = tree.pieces.owner[piece]
    new = np.ones(step.size, dtype=np.bool_)
    new[1:] = (np.diff(step) != 0) | (np.diff(line) != 0)
    step, line = step[new], line[new]
    if counts is not None:
        step = step[counts(step, line)]
    return int(step.size), int(np.unique(step).size)
