"""Lines that run side by side and are one barrier: dual carriageways, the same road drawn twice."""

from __future__ import annotations

import numpy as np
import shapely
from shapely import STRtree

from corridors.foundation.arrays import Floats, Geometries, Indices

# Of two lines that cross, less lies side by side than this many distances unless they meet at less
# than about 19 degrees (2 / sin 19 = 6).
_SIDE_BY_SIDE = 6.0
_HAIR_M = 0.001
_PAIRS = 20_000  # that are held against each other at a time; bounds the memory


def without_doubles(
    lines: Geometries,
    groups: Indices,
    order: Floats,
    distance_m: Floats,
    *,
    apart: Indices | None = None,
    stated: Floats | None = None,
) -> tuple[Geometries, Floats]:
    """Return the lines without the stretches that run beside a better line of their group.

    Parameters
    ----------
    lines
        Lines in a planar CRS, m, shape (n,).
    groups
        Only lines of one group can be the same barrier, shape (n,); negative: never.
    order
        Of two lines side by side the one with the smaller value stays; equal values: the longer,
        then the first, shape (n,).
    distance_m
        A line is side by side with a better one up to this far away, m, shape (n,); 0: never.
    apart
        Lines of the same number are never the same barrier, shape (n,).
    stated
        Lines of different numbers are never the same barrier, NaN goes with any, shape (n,).

    Returns
    -------
    kept, removed_m
        What is left of each line (empty where nothing is), and the length that was taken, m.

    Notes
    -----
    A stretch goes where it lies within the distance of a better line for at least six times that
    distance: a crossing or a junction is not cut. What remains of a line and is no longer than the
    distance goes too. A line is held against the others as they were given, so of three side by
    side the middle one may take the third with it, which then lies up to two distances away.

    Examples
    --------
    Two carriageways 40 m apart, one of which ends earlier, and a road across:

    >>> lines = np.array([shapely.LineString([(0, 0), (5000, 0)]),
    ...                   shapely.LineString([(0, 40), (3000, 40)]),
    ...                   shapely.LineString([(1000, -900), (1000, 900)])])
    >>> kept, removed_m = without_doubles(lines, np.zeros(3, int), np.zeros(3), np.full(3, 60.0))
    >>> removed_m.round().tolist(), shapely.length(kept).round().tolist()
    ([0.0, 3000.0, 0.0], [5000.0, 0.0, 1800.0])
    """
    kept = np.asarray(lines, dtype=object).copy()
    removed = np.zeros(len(lines))
    able = np.flatnonzero((groups >= 0) & (distance_m > 0))
    if able.size < 2:
        return kept, removed
    place = np.empty(len(lines), dtype=np.int64)
    place[np.lexsort((np.arange(len(lines)), -shapely.length(lines), order))] = np.arange(
        len(lines)
    )
    worse, better = STRtree(lines[able]).query(
        lines[able], predicate="dwithin", distance=distance_m[able]
    )
    worse, better = able[worse], able[better]
    use = (groups[worse] == groups[better]) & (place[better] < place[worse])
    if apart is not None:
        use &= apart[worse] != apart[better]
    if stated is not None:
        use &= ~(np.abs(stated[worse] - stated[better]) > 0)
    # A shorter line cannot lie beside another for long enough.
    use &= shapely.length(lines[worse]) >= _SIDE_BY_SIDE * distance_m[worse]
    worse, better = worse[use], better[use]
    if not worse.size:
        return kept, removed
    found = [
        _beside(lines, worse[low : low + _PAIRS], better[low : low + _PAIRS], distance_m)
        for low in range(0, worse.size, _PAIRS)
    ]
    parts, owner = (np.concatenate(column) for column in zip(*found, strict=True))
    # A hair's breadth around each: an end in the middle of a straight piece is not exactly on it.
    sorted_ = np.argsort(owner, kind="stable")
    cut, first = np.unique(owner[sorted_], return_index=True)
    taken = np.split(shapely.buffer(parts[sorted_], _HAIR_M), first[1:])
    for line, areas in zip(cut.tolist(), taken, strict=False):
        rest = shapely.difference(lines[line], shapely.union_all(areas))
        pieces = shapely.get_parts(rest)
        pieces = pieces[shapely.length(pieces) > distance_m[line]]
        kept[line] = shapely.line_merge(shapely.MultiLineString(list(pieces)))
        removed[line] = shapely.length(lines[line]) - shapely.length(kept[line])
    return kept, removed


def _beside(
    lines: Geometries,
    worse: Indices,
    better: Indices,
    distance_m: Floats,
) -> tuple[Geometries, Indices]:
    """Return the stretches of ``worse`` that run beside ``better``, and the line of each."""
    reach = shapely.buffer(lines[better], distance_m[worse], quad_segs=4, cap_style="flat")
    parts, pair = shapely.get_parts(shapely.intersection(lines[worse], reach), return_index=True)
    long = shapely.length(parts) >= _SIDE_BY_SIDE * distance_m[worse[pair]]
    return parts[long], worse[pair[long]]
