"""Copies of barriers where nothing stands: what free animals do beside such a line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from corridors.barriers.piece_tree import PieceTree
from corridors.barriers.segments import Pieces, straight_pieces
from corridors.barriers.validity import Validity
from corridors.barriers.visits import Lines
from corridors.foundation.arrays import Flags, Floats, Geometries, Indices

_SPACING_M = 150.0  # of the points by which a copy is looked at
_CELL_M = 500.0  # of the map of use


@dataclass(frozen=True)
class Copies:
    """Copied segments as lines of their own.

    Parameters
    ----------
    lines
        The copies, each line of each copy a line of its own.
    segment
        Segment that each copied segment is a copy of, shape (n,).
    copy
        Number of the copy, shape (n,).
    """

    lines: Lines
    segment: Indices
    copy: Indices


@dataclass(frozen=True)
class Shift:
    """Where copies are put.

    Parameters
    ----------
    distance_m
        Least and largest distance, m.
    turn_deg
        Largest turn to either side, degrees.
    n_copies
        Of each line, at most.
    n_candidates
        Places that are looked at for each line.
    keep_off_m
        A point of a copy this near to a barrier lies on it, m.
    max_on_frac
        Largest share of a copy that lies on barriers.
    """

    distance_m: tuple[float, float]
    turn_deg: float
    n_copies: int
    n_candidates: int
    keep_off_m: float
    max_on_frac: float


def copies(
    segments: Geometries,
    line: Indices,
    sign: Indices,
    free_ends_m: Floats,
    validity: Validity | None,
    use_m: Floats,
    shift: Shift,
) -> Copies:
    """Return copies of joined lines, moved and turned.

    Parameters
    ----------
    segments
        In the working CRS.
    line, sign
        From :func:`corridors.barriers.segments.joined_lines`.
    free_ends_m
        From :func:`corridors.barriers.visits.free_ends`; a copy has the same free ends.
    validity
        When each segment counts: its copies count at the same time.
    use_m
        Fixes, x and y in the working CRS, m, shape (n, 2).
    shift
        Where copies are put.

    Notes
    -----
    Candidates lie all round the line (golden angle, so that any few of them do) at distances from
    least to largest. A candidate counts if it does not lie on barriers and touches the cells, 500 m
    wide, where animals were tracked. Of more than ``n_copies`` the first are taken. A line is
    turned about its middle by so much that no end moves farther than the largest distance.
    No random number is drawn.
    """
    pieces = straight_pieces(segments)
    n_lines = int(line.max()) + 1 if len(line) else 0
    points, of_line = _points(pieces, line)
    order = np.argsort(of_line, kind="stable")
    points, of_line = points[order], of_line[order]
    edge = np.searchsorted(of_line, np.arange(n_lines + 1))
    barriers = cKDTree(points) if len(points) else None
    used = np.unique(_cells(use_m))
    middle = np.zeros((n_lines, 2))
    reach = np.zeros(n_lines)
    for k in range(n_lines):
        own = points[edge[k] : edge[k + 1]]
        if len(own):
            middle[k] = (own.min(axis=0) + own.max(axis=0)) / 2
            reach[k] = np.hypot(*(own - middle[k]).T).max()
    n_taken = np.zeros(n_lines, dtype=np.int64)
    found: list[tuple[Floats, Indices, Indices, Indices]] = []
    piece_line = line[pieces.owner]
    tips = np.full((shift.n_copies, n_lines, 4), np.nan)
    for number in range(shift.n_candidates):
        move, turn = _candidate(number, shift, reach)
        there = _turned(points, middle[of_line], turn[of_line], move)
        good = _is_free(there, of_line, n_lines, barriers, shift) & (n_taken < shift.n_copies)
        good &= np.bincount(of_line[np.isin(_cells(there), used)], minlength=n_lines) > 0
        if not good.any():
            continue
        kept = np.flatnonzero(good[piece_line])
        at = piece_line[kept]
        ends = np.hstack(
            [
                _turned(pieces.ends[kept, part : part + 2], middle[at], turn[at], move)
                for part in (0, 2)
            ]
        )
        here = np.flatnonzero(good)
        tips[n_taken[here], here] = np.hstack(
            [
                _turned(free_ends_m[here, part : part + 2], middle[here], turn[here], move)
                for part in (0, 2)
            ]
        )
        found.append((ends, pieces.owner[kept], at, n_taken[at].copy()))
        n_taken[good] += 1
    return _joined(found, sign, tips, validity)


def _joined(
    found: list[tuple[Floats, Indices, Indices, Indices]],
    sign: Indices,
    tips: Floats,
    validity: Validity | None,
) -> Copies:
    """Return copies as lines: copy k of line l is line k n_lines + l."""
    if not found:
        none = np.zeros(0, np.int64)
        tree = PieceTree.of(Pieces(np.zeros((0, 4)), none))
        return Copies(Lines(tree, none, none, np.zeros((0, 4)), None), none, none)
    ends, segment, line, copy = (np.concatenate(part) for part in zip(*found, strict=True))
    key, owner = np.unique(copy * len(sign) + segment, return_inverse=True)
    order = np.argsort(owner, kind="stable")
    of_segment, number = key % len(sign), key // len(sign)
    line_of = np.zeros(len(key), np.int64)
    line_of[owner] = copy * tips.shape[1] + line
    held = None
    if validity is not None:
        held = Validity(validity.from_us[of_segment], validity.to_us[of_segment])
    tree = PieceTree.of(Pieces(np.ascontiguousarray(ends[order]), owner[order].astype(np.int64)))
    return Copies(
        Lines(tree, line_of, sign[of_segment], tips.reshape(-1, 4), held), of_segment, number
    )


def _points(pieces: Pieces, line: Indices) -> tuple[Floats, Indices]:
    """Return points along the pieces, and the line of each."""
    ends = pieces.ends
    n = np.ceil(np.hypot(*(ends[:, 2:] - ends[:, :2]).T) / _SPACING_M).astype(np.int64) + 1
    owner = np.repeat(np.arange(len(n)), n)
    share = (np.arange(n.sum()) - np.repeat(np.cumsum(n) - n, n)) / np.repeat(n - 1, n)
    points = ends[owner, :2] + share[:, None] * (ends[owner, 2:] - ends[owner, :2])
    return points, line[pieces.owner[owner]]


def _candidate(number: int, shift: Shift, reach_m: Floats) -> tuple[Floats, Floats]:
    """Return the move of a candidate, m, and the turn of each line, radians."""
    golden = np.pi * (3.0 - np.sqrt(5.0))
    low, high = shift.distance_m
    far = low + (high - low) * ((number * 0.618034) % 1.0)
    move = far * np.array([np.cos(golden * number), np.sin(golden * number)])
    turn = np.radians(shift.turn_deg) * (2.0 * ((number * 0.7548777) % 1.0) - 1.0)
    largest = high / np.maximum(reach_m, 1.0)
    return move, np.clip(turn, -largest, largest)


def _turned(points: Floats, middle: Floats, turn: Floats, move: Floats) -> Floats:
    x, y = (points - middle).T
    cos, sin = np.cos(turn), np.sin(turn)
    return np.asarray(middle + move + np.column_stack([cos * x - sin * y, sin * x + cos * y]))


def _is_free(
    points: Floats, of_line: Indices, n_lines: int, barriers: cKDTree | None, shift: Shift
) -> Flags:
    if barriers is None:
        return np.zeros(n_lines, dtype=bool)
    away, _ = barriers.query(points, distance_upper_bound=shift.keep_off_m)
    on = np.bincount(of_line[np.isfinite(away)], minlength=n_lines)
    return np.asarray(on <= shift.max_on_frac * np.bincount(of_line, minlength=n_lines))


def _cells(points: Floats) -> Indices:
    x, y = np.floor(points / _CELL_M).astype(np.int64).T
    return np.asarray((x << 32) + y)
