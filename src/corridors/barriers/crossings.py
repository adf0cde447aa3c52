"""Crossings: where steps meet barriers, and the expected net passages under the bridges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely import STRtree

from corridors.barriers.flux import Bridges, pair_flux, reach_m
from corridors.barriers.segments import Pieces, meeting_share, straight_pieces

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
Geometries = npt.NDArray[np.object_]

OTHER = "other"
# A bridge is more likely than not to touch a line when d0 d1 <= ln(2)/2 s2 L.
_TOUCH = np.log(2) / 2


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
    def lines(self) -> Geometries:
        """The straight steps."""
        return Pieces(self.ends, np.arange(len(self))).lines

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
    usable = fixes.loc[fixes["burst"] >= 0, ["animal", "time_utc", "x_m", "y_m", "burst"]]
    usable = pd.DataFrame(usable).assign(fix=usable.index)
    usable = usable.sort_values(["animal", "time_utc"], kind="stable").reset_index(drop=True)
    a, b = usable.iloc[:-1].reset_index(drop=True), usable.iloc[1:].reset_index(drop=True)
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
    from_left: npt.NDArray[np.bool_]


def meetings(steps: Floats, lines: Geometries) -> Meetings:
    """Return the points at which straight steps meet lines.

    Parameters
    ----------
    steps
        ``x0, y0, x1, y1`` in the working CRS, m, shape (n, 4).
    lines
        Lines in the working CRS.

    Notes
    -----
    A step through a vertex, where two straight pieces of a line join, meets it once. A step that
    runs along a piece meets it at the middle of the shared part.

    Examples
    --------
    >>> found = meetings(np.array([[0.0, 0.0, 4.0, 0.0]]), np.array([shapely.LineString([(1, -1),
    ...     (1, 1)]), shapely.LineString([(3, 1), (3, -1)])]))
    >>> found.line.tolist(), found.share.tolist(), found.from_left.tolist()
    ([0, 1], [0.25, 0.75], [True, False])
    """
    pieces = straight_pieces(lines)
    moving = np.flatnonzero((steps[:, :2] != steps[:, 2:]).any(axis=1))
    if not moving.size or not pieces.owner.size:
        none = np.zeros(0, dtype=np.int64)
        nothing = np.zeros(0)
        return Meetings(none, none, nothing, nothing, nothing, nothing.astype(bool))
    lines_of_steps = Pieces(steps[moving], moving).lines
    i, j = STRtree(pieces.lines).query(lines_of_steps, predicate="intersects")
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
    steps: Geometries,
    lines: Geometries,
    counts: Callable[[Indices, Indices], npt.NDArray[np.bool_]] | None = None,
) -> tuple[int, int]:
    """Return how many pairs of a step and a line meet, and how many steps meet any line.

    ``counts`` says of steps and lines, of equal shape, which pairs count; None: all.
    """
    step, line = STRtree(lines).query(steps, predicate="intersects")
    if counts is not None:
        step = step[counts(step, line)]
    return int(step.size), int(np.unique(step).size)


@dataclass(frozen=True)
class Passages:
    """Expected net passages of bridges through segments.

    Parameters
    ----------
    bridge, segment
        Pairs within reach, sorted by bridge, then segment, shape (k,).
    net
        Net passages of the bridge shared out to the segment, >= 0, shape (k,).
    signed
        The same with the sign of the net along the line: + to its left.
    touches
        True where the bridge, more likely than not, came within the encounter distance.
    distance_m
        Distance of the straight step from the segment, m.
    truncated
        Sum of the net passages that were below the floor and left out.
    """

    bridge: Indices
    segment: Indices
    net: Floats
    signed: Floats
    touches: npt.NDArray[np.bool_]
    distance_m: Floats
    truncated: float


def expected_passages(
    bridges: Bridges,
    segments: Geometries,
    tolerance_m: Floats,
    line: Indices,
    sign: Indices,
    *,
    flux_floor: float,
    encounter_distance_m: float,
    counts: Callable[[Indices, Indices], npt.NDArray[np.bool_]] | None = None,
    chunk: int = 4_000,
    progress: Callable[[float], None] | None = None,
) -> Passages:
    """Return the expected net passages of each bridge through each segment.

    Parameters
    ----------
    bridges
        The herd's bridges.
    segments
        Segments in the working CRS.
    tolerance_m
        Positional tolerance of each segment: SD per axis of a shift of its barrier, m.
    line, sign
        From :func:`corridors.barriers.segments.joined_lines`.
    flux_floor
        Smaller net passages of a bridge through a line are left out.
    encounter_distance_m
        A touch is this near to the segment, m.
    counts
        Given bridges and segments of equal shape, which pairs count; None: all. A segment that
        did not stand during a bridge is not there for it, nor for the netting over its line.
    chunk
        Bridges at a time; bounds the memory, changes no result.
    progress
        Called with the share done.

    Notes
    -----
    Per bridge and joined line the signed fluxes F (in the line's direction) are summed to the net
    N; an animal that walks along a fence has fluxes in and out that cancel. |N| is shared out over
    the segments in proportion to their fluxes in the direction of N, so the shares of a bridge add
    up to |N|. A line ends at sharp corners, so the two sides of a pasture that an animal walks
    straight through are not netted against each other.

    Segments are thinned to a tenth of their positional tolerance before the flux is taken: that
    moves the line by less than it is known and keeps its ends, hence the sum over a line.

    A bridge between fixes at distances d0 and d1 on one side of a line touches it with probability
    exp(-2 d0 d1 / (s2 L)) (reflection principle); with the encounter distance taken off both, the
    bridge ``touches`` where that is at least one half. With short lags this is the distance of the
    straight step; with long ones it also finds visits between two fixes.
    """
    n = len(bridges)
    thin = np.asarray(shapely.simplify(segments, tolerance_m / 10), dtype=object)
    pieces = straight_pieces(thin)
    tolerance = float(tolerance_m.max(initial=0.0))
    flux_reach = reach_m(bridges, tolerance, flux_floor=flux_floor)
    spread = bridges.s2_m2_min * bridges.duration_min
    touch_reach = encounter_distance_m + np.sqrt(_TOUCH * spread)
    reach = np.maximum(flux_reach, touch_reach)
    ends = np.column_stack([bridges.x0_m, bridges.y0_m, bridges.x1_m, bridges.y1_m])
    tree = STRtree(pieces.lines)
    found: list[tuple[npt.NDArray[Any], ...]] = []
    truncated = 0.0
    for low in range(0, n if pieces.owner.size else 0, chunk):
        rows = np.arange(low, min(n, low + chunk))
        steps = Pieces(ends[rows], rows).lines
        one, two = tree.query(steps, predicate="dwithin", distance=reach[rows])
        order = np.lexsort((two, one))
        b, p = rows[one[order]], two[order]
        if counts is not None:
            held = counts(b, pieces.owner[p])
            b, p = b[held], p[held]
        flux = pair_flux(
            bridges, pieces.ends, tolerance_m[pieces.owner], b, p, accuracy=flux_floor / 100
        )
        bridge, segment, net, signed, lost = _shared(
            b, pieces.owner[p], flux, line, sign, flux_floor
        )
        truncated += lost
        touches, distance = _touches(
            bridge, segment, ends, thin, touch_reach, spread, encounter_distance_m
        )
        keep = (net > 0) | touches | (distance <= flux_reach[bridge])
        found.append(tuple(c[keep] for c in (bridge, segment, net, signed, touches, distance)))
        if progress is not None:
            progress((low + rows.size) / n)
    if not found:
        none, nothing = np.zeros(0, np.int64), np.zeros(0)
        return Passages(none, none, nothing, nothing, nothing.astype(bool), nothing, 0.0)
    b, s, net, signed, touches, distance = (
        np.concatenate(column) for column in zip(*found, strict=True)
    )
    return Passages(b, s, net, signed, touches, distance, truncated)


def _shared(
    bridge: Indices,
    segment: Indices,
    flux: Floats,
    line: Indices,
    sign: Indices,
    floor: float,
) -> tuple[Indices, Indices, Floats, Floats, float]:
    """Sum fluxes of pieces to segments, net them per bridge and line, share the net out."""
    n_segments = max(1, sign.size)
    pair, inverse = np.unique(bridge * n_segments + segment, return_inverse=True)
    b, s = pair // n_segments, pair % n_segments
    along = np.bincount(inverse, weights=flux, minlength=pair.size) * sign[s]
    n_lines = int(line.max(initial=0)) + 1
    group, member = np.unique(b * n_lines + line[s], return_inverse=True)
    net = np.bincount(member, weights=along, minlength=group.size)
    small = np.abs(net) < floor
    truncated = float(np.abs(net[small]).sum())
    net[small] = 0.0
    direction = np.sign(net)[member]
    weight = np.maximum(0.0, along * direction)
    total = np.bincount(member, weights=weight, minlength=group.size)
    share = np.abs(net)[member] * weight / np.where(total > 0, total, 1.0)[member]
    return b, s, share, share * direction, truncated


def _touches(
    bridge: Indices,
    segment: Indices,
    ends: Floats,
    lines: Geometries,
    touch_reach: Floats,
    spread: Floats,
    encounter_distance_m: float,
) -> tuple[npt.NDArray[np.bool_], Floats]:
    steps = Pieces(ends[bridge], bridge).lines
    distance = np.asarray(shapely.distance(steps, lines[segment]))
    near = np.flatnonzero(distance <= touch_reach[bridge])
    b, target = bridge[near], lines[segment[near]]
    start = np.asarray(shapely.points(ends[b, :2]), dtype=object)
    end = np.asarray(shapely.points(ends[b, 2:]), dtype=object)
    gap0 = np.maximum(0.0, shapely.distance(start, target) - encounter_distance_m)
    gap1 = np.maximum(0.0, shapely.distance(end, target) - encounter_distance_m)
    touches = distance <= encounter_distance_m
    touches[near] |= gap0 * gap1 <= _TOUCH * spread[b]
    return touches, distance
