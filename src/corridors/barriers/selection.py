"""Which barriers, segments or areas a rule speaks of."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import geopandas as gpd
import numpy as np
import shapely

from corridors.foundation.arrays import Flags, Geometries
from corridors.foundation.faults import nearest

# Columns in which a name may stand.
_NAMED = ("segment", "polygon", "barrier", "name")


def chosen(
    rows: gpd.GeoDataFrame,
    *,
    names: Collection[str] | None = None,
    kinds: Collection[str] | None = None,
    classes: Collection[str] | None = None,
    polygons: Geometries | None = None,
) -> Flags:
    """Return which rows fit every criterion that is not None, shape (n,).

    Parameters
    ----------
    rows
        BARRIERS, SEGMENTS or AREAS, EPSG:4326.
    names
        Segment, area or barrier ids, or names of barriers; the whole word, as it is written.
    kinds, classes
        Values of these columns.
    polygons
        EPSG:4326: a line counts where its middle lies in one of them, an area where its
        representative point does.

    Examples
    --------
    >>> rows = gpd.GeoDataFrame(
    ...     {"segment": ["a:1@0.0-9.0", "a:2@0.0-9.0"], "barrier": ["a:1", "a:2"],
    ...      "name": ["", "Long fence"], "kind": "fence", "class": ""},
    ...     geometry=[shapely.LineString([(0, 0), (1, 0)]), shapely.LineString([(5, 0), (6, 0)])],
    ... )
    >>> chosen(rows, names=["a:1"]).tolist(), chosen(rows, names=["Long fence"]).tolist()
    ([True, False], [False, True])
    >>> chosen(rows, kinds=["fence"], polygons=np.array([shapely.box(5, -1, 9, 1)])).tolist()
    [False, True]
    """
    held = np.ones(len(rows), dtype=bool)
    if names is not None:
        wanted = {name for name in names if name}
        columns = [column for column in _NAMED if column in rows]
        held &= np.any([rows[column].isin(wanted).to_numpy() for column in columns], axis=0)
    for column, values in (("kind", kinds), ("class", classes)):
        if values is not None:
            held &= rows[column].isin(set(values)).to_numpy()
    if polygons is not None and len(rows):
        held &= _within(np.asarray(rows.geometry.to_numpy(), dtype=object), polygons)
    return held


def unknown_names(
    rows: Sequence[gpd.GeoDataFrame], names: Collection[str]
) -> dict[str, str | None]:
    """Return the names that no row of any of the tables bears, each with the one most like it.

    Examples
    --------
    >>> rows = gpd.GeoDataFrame({"barrier": ["fences:12"], "name": ["Long fence"]})
    >>> unknown_names([rows], ["fence:12", "Long fence", "dam"])
    {'fence:12': 'fences:12', 'dam': None}
    """
    known: set[str] = set()
    for table in rows:
        for column in _NAMED:
            if column in table:
                known.update(table[column].astype(str))
    lost = [name for name in names if not name or name not in known]
    ordered = sorted(known - {""})
    return {name: nearest(name, ordered) for name in lost}


def _within(geometry: Geometries, polygons: Geometries) -> Flags:
    parts, owner = shapely.get_parts(geometry, return_index=True)
    # Of a feature of several parts the longest speaks.
    order = np.lexsort((-shapely.length(parts), owner))
    first = order[np.r_[True, np.diff(owner[order]) > 0]]
    points = np.asarray(shapely.point_on_surface(geometry), dtype=object)
    is_line = shapely.get_dimensions(geometry) == 1
    points[is_line] = shapely.line_interpolate_point(parts[first][is_line], 0.5, normalized=True)
    tree = shapely.STRtree(points)
    inside = np.zeros(len(geometry), dtype=bool)
    inside[tree.query(polygons, predicate="intersects")[1]] = True
    return inside
