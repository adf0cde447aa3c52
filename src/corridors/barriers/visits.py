"""Visits of animals to barriers, and how many times each went through."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from numba import njit

from corridors.barriers.crossings import Steps
from corridors.barriers.piece_tree import PieceTree, point_gap
from corridors.barriers.segments import Pieces, straight_pieces
from corridors.barriers.validity import Validity, middle_us
from corridors.foundation.arrays import Flags, Floats, Geometries, Indices
from corridors.foundation.compiled import to_read

_FEW_STEPS = 50  # give no quantile of their own


@dataclass(frozen=True)
class Lines:
    """Barriers made ready to be visited.

    Parameters
    ----------
    tree
        Straight pieces, each owned by a segment.
    line, sign
        Joined line of each segment, and +1 or -1 where it runs along or against that line, from
        :func:`corridors.barriers.segments.joined_lines`, shape (n_segments,).
    free_ends_m
        x and y of the ends of each line that an animal can walk round, NaN where there is none:
        the line is closed, or goes on as another one, shape (n_lines, 4).
    validity
        When each segment counts; None: always.
    """

    tree: PieceTree
    line: Indices
    sign: Indices
    free_ends_m: Floats
    validity: Validity | None

    @classmethod
    def of(
        cls,
        segments: Geometries,
        line: Indices,
        sign: Indices,
        free_ends_m: Floats,
        validity: Validity | None,
    ) -> Lines:
        """Return lines of segments in the working CRS."""
        tree = PieceTree.of(straight_pieces(segments))
        return cls(tree, line, sign, free_ends_m, validity)

    def moved(self, shift_m: Floats) -> Lines:
        """Return the lines, each moved as a whole by ``shift_m``, x and y, shape (n_lines, 2)."""
        pieces = self.tree.pieces
        ends = pieces.ends + np.tile(shift_m[self.line[pieces.owner]], 2)
        tree = PieceTree.of(Pieces(ends, pieces.owner))
        return replace(self, tree=tree, free_ends_m=self.free_ends_m + np.tile(shift_m, 2))


def free_ends(segments: Geometries, line: Indices, sign: Indices, *, tolerance_m: float) -> Floats:
    """Return the ends of joined lines that nothing is tied to, shape (n_lines, 4), m.

    Parameters
    ----------
    segments
        In the working CRS.
    line, sign
        From :func:`corridors.barriers.segments.joined_lines`.
    tolerance_m
        An end this near to any other segment, or to the other end of its line, is no free end, m.

    Examples
    --------
    A fence of two segments; a third one ends at its right end:

    >>> lines = shapely.linestrings([[(0, 0), (9, 0)], [(18, 0), (9, 0)], [(18, 0), (18, 9)]])
    >>> free_ends(lines, np.array([0, 0, 1]), np.array([1, -1, 1]), tolerance_m=1.0).tolist()
    [[0.0, 0.0, nan, nan], [nan, nan, 18.0, 9.0]]
    """
    n = int(line.max()) + 1 if len(line) else 0
    out = np.full((n, 2, 2), np.nan)
    if not n:
        return out.reshape(n, 4)
    tips = np.stack([shapely.get_coordinates(shapely.get_point(segments, k)) for k in (0, -1)], 1)
    points = np.asarray(shapely.points(tips.reshape(-1, 2)), dtype=object)
    near, segment = shapely.STRtree(segments).query(
        points, predicate="dwithin", distance=tolerance_m
    )
    tied = np.zeros(len(points), dtype=bool)
    tied[near[near // 2 != segment]] = True
    free = np.flatnonzero(~tied)
    # The first point of a segment that runs along its line is its tail, the last one its head.
    head = (free % 2 == 1) == (sign[free // 2] > 0)
    out[line[free // 2], head.astype(int)] = tips.reshape(-1, 2)[free]
    return out.reshape(n, 4)


@dataclass(frozen=True)
class Visits:
    """Runs of consecutive steps near one joined line, sorted by line, then time.

    Parameters
    ----------
    animal
        Code of the animal, shape (n,).
    line
        The joined line.
    window
        Code of the window (one migration, one stay in a range) in which it lies.
    start_us, end_us
        From the first fix to the last, microseconds since 1970 UTC.
    net
        Net passages, + to the left of the line.
    sure
        Those of them by steps too short to have gone round an end instead.
    segment
        Where it passed, or was near for most of the time.
    near_us
        Time near that segment.
    at_end
        Where it began: 0 not near a free end of the line, 1 near one, where free animals often walk
        past, 2 near one and beyond it.
    """

    animal: Indices
    line: Indices
    window: Indices
    start_us: Indices
    end_us: Indices
    net: Indices
    sure: Indices
    segment: Indices
    near_us: Indices
    at_end: Indices

    def __len__(self) -> int:
        return len(self.animal)


@dataclass(frozen=True)
class Ways:
    """Steps as arrays, once for a herd.

    Parameters
    ----------
    ends_m
        ``x0, y0, x1, y1`` in the working CRS, m, shape (n, 4).
    start_us, end_us, middle_us
        Times, microseconds since 1970 UTC.
    animal
        Code of the animal of each step: its place among the sorted names.
    window
        Row of the window of each step, or -1 less the animal's code outside of all windows.
    follows
        True where the next step starts where this one ends.
    reach_m
        How far an animal may go in the time of each step, m, from :func:`reach_m`.
    """

    ends_m: Floats
    start_us: Indices
    end_us: Indices
    middle_us: Indices
    animal: Indices
    window: Indices
    follows: Flags
    reach_m: Floats

    @classmethod
    def of(
        cls, steps: Steps, window: Indices, is_migration: Flags, *, reach_quantile: float
    ) -> Ways:
        """Return the ways of a herd's steps.

        Parameters
        ----------
        steps
            Of the herd, sorted by animal and time.
        window
            Row of MIGRATIONS that holds each step, -1: none, from
            :func:`corridors.barriers.crossings.window_of`.
        is_migration
            Whether each row of MIGRATIONS is a migration.
        reach_quantile
            Of the lengths of the herd's steps, see :func:`reach_m`.
        """
        frame = steps.frame
        _, animal = np.unique(frame["animal"].to_numpy(str), return_inverse=True)
        animal = animal.astype(np.int64)
        start, end = (
            frame[name].to_numpy("datetime64[us]").astype(np.int64)
            for name in ("start_utc", "end_utc")
        )
        moves = np.zeros(len(window), dtype=bool)
        moves[window >= 0] = is_migration[window[window >= 0]]
        return cls(
            np.ascontiguousarray(steps.ends),
            start,
            end,
            middle_us(steps),
            animal,
            np.where(window >= 0, window, -1 - animal),
            frame["next"].to_numpy(bool),
            reach_m(steps.ends, steps.duration_min, moves, quantile=reach_quantile),
        )


def reach_m(ends_m: Floats, duration_min: Floats, moves: Flags, *, quantile: float) -> Floats:
    """Return how far the herd's animals may go in the time of each step, m, shape (n,).

    Notes
    -----
    The quantile of the lengths of steps of like duration, in migrations (``moves``) and otherwise:
    durations are sorted into classes that grow by a quarter. A class of fewer than 50 steps takes
    the quantile of the speeds of all.
    """
    out = np.zeros(len(duration_min))
    if not len(out):
        return out
    length = np.hypot(*(ends_m[:, 2:] - ends_m[:, :2]).T)
    out[:] = np.quantile(length / duration_min, quantile) * duration_min
    kind = np.rint(np.log(duration_min) / np.log(1.25)).astype(np.int64)
    kind = 2 * kind + moves
    for one in np.unique(kind):
        own = kind == one
        if own.sum() >= _FEW_STEPS:
            out[own] = np.quantile(length[own], quantile)
    return out


def visits(ways: Ways, lines: Lines, *, distance_m: float, end_m: float) -> Visits:
    """Return the visits of a herd to joined lines.

    Parameters
    ----------
    ways
        The steps.
    lines
        The barriers.
    distance_m
        A straight step that comes this near belongs to a visit, m.
    end_m
        A visit whose first step comes this near to a free end, or so near that half of its reach
        leads round it, begins at the end, m.

    Notes
    -----
    There is no upper length: an animal that a fence holds for a week makes one visit. A visit ends
    where a step stays away, the track breaks, or a window ends. Its net passages are those of its
    straight steps; they telescope from the side of its first fix to that of its last, so location
    error beside the line makes none as long as both lie farther from it than the error.
    """
    step, piece = _near(ways, lines, distance_m)
    segment = lines.tree.pieces.owner[piece]
    if lines.validity is not None:
        counts = lines.validity.holds(ways.middle_us[step], segment)
        step, piece, segment = step[counts], piece[counts], segment[counts]
    order = np.argsort(lines.line[segment] * len(ways.start_us) + step, kind="stable")
    found = _runs(
        (step[order], piece[order], segment[order]),
        (lines.line, lines.sign, lines.tree.pieces.ends, lines.free_ends_m),
        (
            to_read(ways.ends_m),
            to_read(ways.start_us),
            to_read(ways.end_us),
            to_read(ways.animal),
            to_read(ways.window),
            to_read(ways.follows),
            to_read(ways.reach_m),
        ),
        end_m,
    )
    return Visits(*found)


def _near(ways: Ways, lines: Lines, distance_m: float) -> tuple[Indices, Indices]:
    """Return the pairs of a step and a piece that come near each other."""
    reach = np.full(len(ways.start_us), distance_m)
    parts: list[tuple[Any, Any]] = []
    for found in lines.tree.in_blocks(
        len(reach),
        lambda rows: [(s, p) for s, p, _ in lines.tree.near(ways.ends_m, reach, rows)],
    ):
        parts += found
    if not parts:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    step, piece = (np.concatenate(column) for column in zip(*parts, strict=True))
    return step, piece


@njit(cache=True, nogil=True)
def _crossing(ends: Any, i: int, pieces: Any, j: int) -> int:
    """Return 1 where step i goes to the left of piece j through it, -1 to its right, else 0."""
    ax, ay, bx, by = ends[i]
    cx, cy, dx, dy = pieces[j]
    ex, ey, fx, fy = dx - cx, dy - cy, bx - ax, by - ay
    from_left = ex * (ay - cy) - ey * (ax - cx) > 0.0
    to_left = ex * (by - cy) - ey * (bx - cx) > 0.0
    if from_left == to_left:
        return 0
    one = fx * (cy - ay) - fy * (cx - ax) > 0.0
    two = fx * (dy - ay) - fy * (dx - ax) > 0.0
    if one == two:
        return 0
    return 1 if to_left else -1


@njit(cache=True, nogil=True)
def _goes_round(ends: Any, i: int, tips: Any, line: int, reach_m: float) -> bool:
    """Return whether the way of step i round a free end of the line is within its reach."""
    ax, ay, bx, by = ends[i]
    for k in (0, 2):
        x, y = tips[line, k], tips[line, k + 1]
        if np.hypot(x - ax, y - ay) + np.hypot(bx - x, by - y) <= reach_m:
            return True
    return False


@njit(cache=True, nogil=True)
def _where(step: Any, piece: Any, tips: Any, end_m: float) -> int:
    """Return 0 not near a free end, 1 near one, 2 near one and beyond it as the line runs there."""
    ax, ay, bx, by = step
    cx, cy = 0.5 * (piece[0] + piece[2]), 0.5 * (piece[1] + piece[3])
    out = 0
    for k in (0, 2):
        x, y = tips[k], tips[k + 1]
        if point_gap(x, y, ax, ay, bx, by) <= end_m * end_m:
            beyond = (0.5 * (ax + bx) - x) * (x - cx) + (0.5 * (ay + by) - y) * (y - cy) > 0.0
            out = max(out, 2 if beyond else 1)
    return out


@njit(cache=True, nogil=True)
def _longest(
    step: Any, segment: Any, first: int, last: int, start_us: Any, end_us: Any, time_at: Any
) -> Any:
    """Return the segment that the run of pairs was near for longest, and for how long."""
    best = segment[first]
    for j in range(first, last):
        if j == first or segment[j] != segment[j - 1] or step[j] != step[j - 1]:
            time_at[segment[j]] += end_us[step[j]] - start_us[step[j]]
    for j in range(first, last):
        if time_at[segment[j]] > time_at[best]:
            best = segment[j]
    longest = time_at[best]
    for j in range(first, last):
        time_at[segment[j]] = 0
    return best, longest


@njit(cache=True, nogil=True)
def _runs(pairs: Any, lines: Any, ways: Any, end_m: float) -> Any:
    """Gather pairs, sorted by line and step, into visits."""
    step, piece, segment = pairs
    line, sign, pieces, tips = lines
    ends, start_us, end_us, animal, window, follows, reach = ways
    n = step.size
    who, of = np.empty(n, np.int64), np.empty(n, np.int64)
    when, begin, end = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    net, at, near = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    sure = np.empty(n, np.int64)
    at_end = np.empty(n, np.int64)
    time_at = np.zeros(line.size, np.int64)
    k, m = 0, 0
    while k < n:
        own = line[segment[k]]
        who[m], of[m], when[m] = animal[step[k]], own, window[step[k]]
        begin[m] = start_us[step[k]]
        near_m = max(end_m, 0.5 * reach[step[k]])
        at_end[m] = _where(ends[step[k]], pieces[piece[k]], tips[own], near_m)
        first, last, total, certain = k, step[k], 0, 0
        left, right = -1, -1
        while k < n and line[segment[k]] == own:
            i = step[k]
            if i != last and not (i == last + 1 and follows[last] and window[i] == window[last]):
                break
            last = i
            through = _crossing(ends, i, pieces, piece[k]) * sign[segment[k]]
            total += through
            if through != 0 and not _goes_round(ends, i, tips, own, reach[i]):
                certain += through
            if through > 0:
                left = segment[k]
            elif through < 0:
                right = segment[k]
            k += 1
        end[m], net[m], sure[m] = end_us[last], total, certain
        at[m], near[m] = _longest(step, segment, first, k, start_us, end_us, time_at)
        if total > 0:
            at[m] = left
        elif total < 0:
            at[m] = right
        m += 1
    return (
        who[:m],
        of[:m],
        when[:m],
        begin[:m],
        end[:m],
        net[:m],
        sure[:m],
        at[:m],
        near[:m],
        at_end[:m],
    )
