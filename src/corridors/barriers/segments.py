"""Management segments: barriers cut to a largest length and at the edges of corridor classes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from scipy.spatial import cKDTree
from shapely import STRtree

from corridors.foundation.arrays import Flags, Floats, Geometries, Indices
from corridors.foundation.crs import GEOD, GEOGRAPHIC, project
from corridors.foundation.vocabulary import CORRIDOR_CLASSES

_SPOTS = 200_000  # that are geometries at a time; bounds the memory, changes no result
# Columns of BARRIERS that a segment inherits.
INHERITED = (
    "barrier",
    "name",
    "kind",
    "class",
    "status",
    "permeability",
    "permeability_source",
    "tolerance_m",
    "source",
    "valid_from",
    "valid_to",
)


@dataclass(frozen=True)
class Pieces:
    """Straight pieces of lines, in order along each line.

    Parameters
    ----------
    ends
        ``x_a, y_a, x_b, y_b``, shape (p, 4).
    owner
        Index of the geometry each piece belongs to, shape (p,), ascending.
    """

    ends: Floats
    owner: Indices

    @property
    def lines(self) -> Geometries:
        """The pieces as geometries."""
        return np.asarray(shapely.linestrings(self.ends.reshape(-1, 2, 2)), dtype=object)


def straight_pieces(geometries: Geometries) -> Pieces:
    """Return the straight pieces of line geometries; pieces of no length are left out."""
    parts, owner = shapely.get_parts(geometries, return_index=True)
    points, line = shapely.get_coordinates(parts, return_index=True)
    ends = np.hstack([points[:-1], points[1:]])
    keep = (line[:-1] == line[1:]) & (points[:-1] != points[1:]).any(axis=1)
    return Pieces(ends[keep], owner[line[:-1][keep]].astype(np.int64))


def projected(geometries: Geometries, crs: str) -> Geometries:
    """Return geometries of EPSG:4326 in ``crs``, vertex by vertex."""

    def move(points: Floats) -> Floats:
        return np.column_stack(project(points[:, 0], points[:, 1], crs))

    out: Geometries = shapely.transform(geometries, move)
    return out


@dataclass(frozen=True)
class Anchors:
    """Where a herd may be.

    Parameters
    ----------
    shapes
        Planar geometries.
    spots
        Planar points as x, y, shape (n, 2).
    """

    shapes: Geometries
    spots: Floats

    def parts(self) -> Iterator[Geometries]:
        """Yield the shapes, then the spots as geometries, some at a time."""
        if len(self.shapes):
            yield self.shapes
        for low in range(0, len(self.spots), _SPOTS):
            spots = shapely.points(self.spots[low : low + _SPOTS])
            yield np.asarray(spots, dtype=object).ravel()


def is_near(geometries: Geometries, anchors: Anchors, distance_m: float) -> Flags:
    """Return which planar geometries lie within ``distance_m`` of any anchor, shape (n,)."""
    near = np.zeros(len(geometries), dtype=bool)
    usable = np.flatnonzero(np.isfinite(shapely.bounds(geometries)).all(axis=1))
    # Most of what is near has a vertex that is.
    places, owner = shapely.get_coordinates(geometries[usable], return_index=True)
    for low in range(0, len(anchors.spots), _SPOTS):
        left = ~near[usable[owner]]
        away, _ = cKDTree(anchors.spots[low : low + _SPOTS]).query(
            places[left], distance_upper_bound=distance_m * (1 - 1e-9)
        )
        near[usable[owner[left][np.isfinite(away)]]] = True
    for part in anchors.parts():
        left = usable[~near[usable]]
        if not left.size:
            break
        found, _ = STRtree(part).query_nearest(
            geometries[left], max_distance=distance_m, all_matches=False
        )
        near[left[found]] = True
    return near


def management_segments(
    barriers: gpd.GeoDataFrame,
    classes: gpd.GeoDataFrame,
    *,
    crs: str,
    segment_length_m: float,
    min_cut_m: float,
) -> gpd.GeoDataFrame:
    """Cut barriers into segments of at most ``segment_length_m`` within one corridor class.

    Parameters
    ----------
    barriers
        BARRIERS, EPSG:4326. Of an areal barrier the outline is cut.
    classes
        Polygons with ``corridor_class``, EPSG:4326; may be empty.
    crs
        Working CRS, in which barriers and class edges are intersected.
    segment_length_m
        Largest geodesic length of a segment, m.
    min_cut_m
        A class edge this near to another cut makes no cut of its own: useless crumbs, m.

    Returns
    -------
    GeoDataFrame
        The columns of SEGMENTS but ``has_data``, EPSG:4326, in order of barrier and position.
        ``from_km`` and ``to_km`` are geodesic along the feature, running on over its parts, so they
        and the name of a segment do not depend on the working CRS.

    Notes
    -----
    Each part of a feature is cut into equal pieces, then at every class edge. The cuts of equal
    length stay where they are when a corridor moves.
    """
    lines, feature = _lines(barriers)
    points, line_of = shapely.get_coordinates(lines, return_index=True)
    same = (line_of[:-1] == line_of[1:]) & (points[:-1] != points[1:]).any(axis=1)
    if not same.any():
        return _frame(barriers, np.array([], dtype=np.int64), [], np.zeros((2, 0)), [])
    start, end, line = points[:-1][same], points[1:][same], line_of[:-1][same]
    length = np.asarray(GEOD.inv(*start.T, *end.T)[2], float)
    # One measure over all pieces of all lines; a line covers the stretch edge[i]...edge[i + 1].
    measure = np.concatenate([[0.0], np.cumsum(length)])
    first = np.flatnonzero(np.r_[True, line[1:] != line[:-1]])
    edge = measure[np.r_[first, line.size]]
    feature = feature[line[first]]

    n_parts = np.maximum(1, np.ceil(np.diff(edge) / segment_length_m - 1e-9)).astype(np.int64)
    step = np.repeat(np.diff(edge) / n_parts, n_parts)
    k = np.arange(n_parts.sum()) - np.repeat(np.cumsum(n_parts) - n_parts, n_parts)
    equal = np.append(np.repeat(edge[:-1], n_parts) + k * step, edge[-1])
    cuts = _merge(equal, _class_cuts(start, end, length, measure, classes, crs), min_cut_m)
    low, high = cuts[:-1], cuts[1:]

    centre = (low + high) / 2
    holder = np.searchsorted(measure, centre, side="right") - 1
    middle = _points(centre, holder, start, end, length, measure)
    planar = np.column_stack(project(middle[:, 0], middle[:, 1], crs))
    inside = _class_of(planar, classes, crs)
    geometry = _substrings(low, high, start, end, length, measure)
    own = np.searchsorted(edge, centre, side="right") - 1
    owner = feature[own]
    # The feature's own zero: where the first of its lines starts.
    zero = np.full(len(barriers), np.inf)
    np.minimum.at(zero, feature, edge[:-1])
    span = np.vstack([low - zero[owner], high - zero[owner]])
    return _frame(barriers, owner, geometry, span, inside)


def joined_lines(
    ends_m: Floats, groups: Indices, *, tolerance_m: float, max_turn_deg: float
) -> tuple[Indices, Indices]:
    """Return which segments continue each other as one line, and how each runs along it.

    Parameters
    ----------
    ends_m
        For each segment its first two and last two points in the working CRS:
        ``x0, y0, x1, y1, xm, ym, xn, yn``, shape (n, 8).
    groups
        Only segments of the same group are joined (same kind and source), shape (n,).
    tolerance_m
        Ends this near to each other touch, m.
    max_turn_deg
        A line does not continue round a sharper corner, degrees.

    Returns
    -------
    line, sign
        Shape (n,): number of the line, and +1 or -1 where the segment runs along or against it.

    Notes
    -----
    Where more than two ends meet, the pair with the smallest turn continues (each the other's
    best); the others end. Features are digitised in either direction, so signed fluxes of
    neighbours can be added only with these signs.
    """
    n = len(ends_m)
    if n == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    tip = np.vstack([ends_m[:, 0:2], ends_m[:, 6:8]])
    inner = np.vstack([ends_m[:, 2:4], ends_m[:, 4:6]])
    outward = tip - inner
    outward /= np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-12)
    tips = np.asarray(shapely.points(tip), dtype=object)
    one, two = STRtree(tips).query(tips, predicate="dwithin", distance=tolerance_m)
    group = np.concatenate([groups, groups])
    cosine = -(outward[one] * outward[two]).sum(axis=1)
    keep = (one % n != two % n) & (group[one] == group[two])
    keep &= cosine >= np.cos(np.radians(max_turn_deg))
    one, two, cosine = one[keep], two[keep], cosine[keep]
    order = np.lexsort((two, -cosine.round(9), one))
    one, two = one[order], two[order]
    head = np.r_[True, one[1:] != one[:-1]] if one.size else np.zeros(0, bool)
    best = np.full(2 * n, -1)
    best[one[head]] = two[head]
    mutual = np.flatnonzero((best >= 0) & (best[best] == np.arange(2 * n)))
    mutual = mutual[mutual < best[mutual]]
    return _oriented(n, mutual, best[mutual])


def _oriented(n: int, one: Indices, two: Indices) -> tuple[Indices, Indices]:
    """Return line and sign of segments whose ends ``one`` and ``two`` are joined.

    Every segment appears twice, run forwards and backwards; a joint of a last point with a first
    one links like with like, any other joint links the two directions crosswise.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    a, b = one % n, two % n
    opposite = ((one >= n) == (two >= n)) * n
    rows = np.concatenate([a, a + n])
    columns = np.concatenate([b + opposite, b + n - opposite])
    graph = coo_array((np.ones(rows.size), (rows, columns)), shape=(2 * n, 2 * n))
    _, label = connected_components(graph, directed=False)
    forward, backward = label[:n], label[n:]
    line = np.unique(np.minimum(forward, backward), return_inverse=True)[1]
    return line.astype(np.int64), np.where(forward <= backward, 1, -1).astype(np.int64)


def segment_ends(lines: Geometries) -> Floats:
    """Return the first two and last two points of each line, shape (n, 8)."""
    return np.hstack([shapely.get_coordinates(shapely.get_point(lines, k)) for k in (0, 1, -2, -1)])


def _lines(barriers: gpd.GeoDataFrame) -> tuple[Geometries, Indices]:
    geometry = np.asarray(barriers.geometry.to_numpy(), dtype=object)
    areal = shapely.get_dimensions(geometry) == 2
    geometry[areal] = shapely.boundary(geometry[areal])
    lines, feature = shapely.get_parts(geometry, return_index=True)
    return lines, feature.astype(np.int64)


def _class_cuts(
    start: Floats,
    end: Floats,
    length: Floats,
    measure: Floats,
    classes: gpd.GeoDataFrame,
    crs: str,
) -> Floats:
    """Return the measures at which the lines meet an edge of a corridor class."""
    if classes.empty:
        return np.zeros(0)
    a, b = (np.column_stack(project(part[:, 0], part[:, 1], crs)) for part in (start, end))
    outline = shapely.boundary(np.asarray(classes.geometry.to_numpy(), dtype=object))
    edges = straight_pieces(projected(outline, crs))
    finite = np.flatnonzero(np.isfinite(a).all(axis=1) & np.isfinite(b).all(axis=1))
    ours = Pieces(np.hstack([a, b])[finite], finite).lines
    i, j = STRtree(edges.lines).query(ours, predicate="intersects")
    i = finite[i]
    share = meeting_share(a[i], b[i], edges.ends[j, :2], edges.ends[j, 2:])
    return np.asarray(np.unique(measure[i] + share * length[i]))


def meeting_share(a: Floats, b: Floats, c: Floats, d: Floats) -> Floats:
    """Return where a-b meets c-d, as a share 0...1 of a-b; parallel pieces: middle of overlap."""
    along, other, gap = b - a, d - c, c - a
    cross = along[:, 0] * other[:, 1] - along[:, 1] * other[:, 0]
    square = np.maximum((along**2).sum(axis=1), 1e-300)
    overlap = np.sort(
        np.clip(
            np.column_stack([(gap * along).sum(axis=1), ((d - a) * along).sum(axis=1)])
            / square[:, None],
            0,
            1,
        ),
        axis=1,
    ).mean(axis=1)
    scale = np.sqrt(square * np.maximum((other**2).sum(axis=1), 1e-300))
    parallel = np.abs(cross) <= 1e-12 * scale
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (gap[:, 0] * other[:, 1] - gap[:, 1] * other[:, 0]) / cross
    return np.asarray(np.clip(np.where(parallel, overlap, share), 0, 1))


def _merge(equal: Floats, classes: Floats, min_cut_m: float) -> Floats:
    """Return all cuts in order, without class cuts that would make a crumb."""
    if classes.size:
        after = np.clip(np.searchsorted(equal, classes), 1, equal.size - 1)
        nearest = np.minimum(np.abs(classes - equal[after - 1]), np.abs(equal[after] - classes))
        classes = classes[nearest >= min_cut_m]
        classes = classes[np.diff(classes, prepend=-np.inf) >= min_cut_m]
    return np.asarray(np.unique(np.concatenate([equal, classes])))


def _substrings(
    low: Floats, high: Floats, start: Floats, end: Floats, length: Floats, measure: Floats
) -> Geometries:
    """Return the line between each pair of measures (both on one line), lon, lat."""
    tiny = 1e-6
    from_piece = np.searchsorted(measure, low + tiny, side="right") - 1
    to_piece = np.searchsorted(measure, high - tiny, side="right") - 1
    to_piece = np.maximum(from_piece, np.minimum(to_piece, length.size - 1))
    inner = to_piece - from_piece
    owner = np.repeat(np.arange(low.size), inner)
    k = np.arange(inner.sum()) - np.repeat(np.cumsum(inner) - inner, inner)
    points = np.vstack(
        [
            _points(low, from_piece, start, end, length, measure),
            end[from_piece[owner] + k],
            _points(high, to_piece, start, end, length, measure),
        ]
    )
    index = np.concatenate([np.arange(low.size), owner, np.arange(low.size)])
    order = np.argsort(index, kind="stable")
    return np.asarray(shapely.linestrings(points[order], indices=index[order]), dtype=object)


def _points(
    at: Floats, piece: Indices, start: Floats, end: Floats, length: Floats, measure: Floats
) -> Floats:
    """Return lon, lat at ``at`` on the named pieces: two lines may meet at one measure."""
    share = np.clip((at - measure[piece]) / length[piece], 0, 1)[:, None]
    share = np.where(share < 1e-12, 0.0, np.where(share > 1 - 1e-12, 1.0, share))
    step = end[piece] - start[piece]
    # A piece over the antimeridian takes the short way round.
    step[:, 0] = (step[:, 0] + 180) % 360 - 180
    out = start[piece] + share * step
    out[:, 0] = (out[:, 0] + 180) % 360 - 180
    return np.asarray(np.where(share == 0, start[piece], np.where(share == 1, end[piece], out)))


def _class_of(points: Floats, classes: gpd.GeoDataFrame, crs: str) -> list[str]:
    """Return the highest class that holds each planar point, or ``outside``."""
    out = np.full(len(points), "outside", dtype=object)
    if not classes.empty and len(points):
        polygons = projected(np.asarray(classes.geometry.to_numpy(), dtype=object), crs)
        names = classes["corridor_class"].to_numpy()
        tree = STRtree(np.asarray(shapely.points(points), dtype=object))
        for name in CORRIDOR_CLASSES:  # low to high: the last one counts
            held = polygons[names == name]
            if held.size:
                out[tree.query(held, predicate="intersects")[1]] = name
    return [str(name) for name in out]


def _frame(
    barriers: gpd.GeoDataFrame,
    owner: Indices,
    geometry: Geometries | list[object],
    span: Floats,
    inside: list[str],
) -> gpd.GeoDataFrame:
    frame = barriers[list(INHERITED)].take(owner).reset_index(drop=True)
    names = [
        f"{barrier}@{low:.1f}-{high:.1f}"
        for barrier, low, high in zip(frame["barrier"], *span.tolist(), strict=True)
    ]
    frame.insert(0, "segment", names)
    # Parts shorter than 0.1 m could share a name; count them.
    again = frame.groupby("segment").cumcount().to_numpy()
    frame["segment"] = [f"{n}~{k}" if k else n for n, k in zip(names, again, strict=True)]
    frame["from_km"], frame["to_km"] = span / 1000
    frame["length_m"] = span[1] - span[0]
    frame["corridor_class"] = inside
    return gpd.GeoDataFrame(frame, geometry=np.asarray(geometry, dtype=object), crs=GEOGRAPHIC)
