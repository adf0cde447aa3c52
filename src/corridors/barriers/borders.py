"""State boundaries: lengths, stretches and crossings. A border is no threat by itself."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from corridors.barriers.crossings import Meetings
from corridors.barriers.segments import INHERITED, management_segments
from corridors.foundation.arrays import Labels
from corridors.foundation.crs import GEOGRAPHIC, geodesic_length_m

_MIN_CUT_M = 100.0  # a stretch of kilometres needs no end at a corridor edge this near to another


def boundary_lengths(boundaries: gpd.GeoDataFrame, corridor: BaseGeometry | None) -> pd.DataFrame:
    """Return length, vertex spacing and difference from the published length of each boundary.

    Parameters
    ----------
    boundaries
        BOUNDARIES, EPSG:4326.
    corridor
        The herd's corridor (class low), EPSG:4326, or None.

    Returns
    -------
    DataFrame
        ``length_km, vertex_spacing_km, difference_km, difference_percent, corridor_km``, row by
        row. Lengths are geodesic on WGS84, of the line as it was given: a length is a property of
        a source and its resolution, so nothing is scaled. The difference is length minus published
        length, NaN where none is stated. ``corridor_km`` is the boundary inside the corridor.

    Examples
    --------
    >>> line = shapely.LineString([(70, 38), (71, 38), (72, 38)])
    >>> frame = gpd.GeoDataFrame({"published_km": [200.0]}, geometry=[line], crs="EPSG:4326")
    >>> boundary_lengths(frame, None).round(1).iloc[0].to_list()
    [175.7, 87.8, -24.3, -12.2, 0.0]
    """
    rows: list[dict[str, float]] = []
    for line, published in zip(boundaries.geometry, boundaries["published_km"], strict=True):
        km = geodesic_length_m(line) / 1000
        n_pieces = int(shapely.get_num_coordinates(line)) - len(shapely.get_parts([line]))
        inside = 0.0
        if corridor is not None:
            common = shapely.intersection(line, corridor)
            parts = shapely.get_parts([common])
            inside = sum(
                geodesic_length_m(part) / 1000
                for part in shapely.get_parts(parts)
                if shapely.get_dimensions(part) == 1
            )
        rows.append(
            {
                "length_km": km,
                "vertex_spacing_km": km / max(1, n_pieces),
                "difference_km": km - published,
                "difference_percent": 100 * (km - published) / published,
                "corridor_km": inside,
            }
        )
    columns = (
        "length_km",
        "vertex_spacing_km",
        "difference_km",
        "difference_percent",
        "corridor_km",
    )
    return pd.DataFrame(rows, columns=list(columns), dtype="float64")


def compared_lengths(
    used: gpd.GeoDataFrame, compared: gpd.GeoDataFrame, near: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Return what another source says of the length of each boundary.

    Parameters
    ----------
    used, compared
        BOUNDARIES of the sources that count and of the others.
    near
        The boundaries to report.

    Returns
    -------
    DataFrame
        ``compared_source, compared_km, compared_difference_percent``, aligned with ``near``: all
        lines of the pair of states in the other source (the first, by name, if there are several),
        and by how much that is longer than all its lines in the source that counts. "" and NaN
        where there is no other.

    Examples
    --------
    >>> states = {"left_state": ["A"], "right_state": ["B"], "source": ["fine"]}
    >>> fine = gpd.GeoDataFrame(states, geometry=[shapely.LineString([(0, 0), (2, 0)])])
    >>> rough = fine.assign(left_state="B", right_state="A", source="rough",
    ...                     geometry=[shapely.LineString([(0, 0), (1, 0)])])
    >>> compared_lengths(fine, rough, fine).round(1).to_numpy().tolist()
    [['rough', 111.3, -50.0]]
    """
    own = _pair_lengths_km(used).groupby("pair")["km"].sum()
    other = _pair_lengths_km(compared).groupby(["pair", "source"], sort=True)["km"].sum()
    first = other.reset_index().drop_duplicates("pair").set_index("pair")
    pairs = pd.Index(_pair_lengths_km(near)["pair"])
    km = first["km"].reindex(pairs).to_numpy(float)
    return pd.DataFrame(
        {
            "compared_source": first["source"].reindex(pairs).fillna("").astype(str).to_numpy(),
            "compared_km": km,
            "compared_difference_percent": 100 * (km / own.reindex(pairs).to_numpy(float) - 1),
        },
        index=near.index,
    )


def _pair_lengths_km(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return ``pair source km`` of each line; a pair of states has one name in either order."""
    both = zip(frame["left_state"], frame["right_state"], strict=True)
    return pd.DataFrame(
        {
            "pair": pd.Series(["|".join(sorted(pair)) for pair in both], dtype="str"),
            "source": frame["source"].astype("str").to_numpy(),
            "km": np.array([geodesic_length_m(line) / 1000 for line in frame.geometry], float),
        }
    )


def border_stretches(
    boundaries: gpd.GeoDataFrame, classes: gpd.GeoDataFrame, *, crs: str, length_km: float
) -> gpd.GeoDataFrame:
    """Cut boundaries to stretches of at most ``length_km`` within one corridor class.

    Parameters
    ----------
    boundaries
        BOUNDARIES, EPSG:4326.
    classes
        Polygons with ``corridor_class``, EPSG:4326; may be empty.
    crs
        Working CRS, in which boundaries and class edges are intersected.
    length_km
        Largest geodesic length of a stretch, km.

    Returns
    -------
    GeoDataFrame
        ``stretch boundary left_state right_state type source label from_km to_km length_m
        corridor_class geometry``; a stretch runs as its boundary does, left state on its left.
    """
    lines = boundaries.rename(columns={"boundary": "barrier"})
    blank = {name: "" for name in INHERITED if name not in lines.columns}
    cut = management_segments(
        lines.assign(**blank),
        classes,
        crs=crs,
        segment_length_m=length_km * 1000,
        min_cut_m=_MIN_CUT_M,
    )
    own = pd.Index(boundaries["boundary"]).get_indexer(pd.Index(cut["barrier"]))
    names = boundaries[["boundary", "left_state", "right_state", "type", "source", "label"]]
    out = names.take(own).reset_index(drop=True)
    out.insert(0, "stretch", cut["segment"].to_numpy())
    for column in ("from_km", "to_km", "length_m", "corridor_class"):
        out[column] = cut[column].to_numpy()
    return gpd.GeoDataFrame(out, geometry=cut.geometry.to_numpy(), crs=GEOGRAPHIC)


def crossing_states(
    found: Meetings,
    boundaries: gpd.GeoDataFrame,
    start_state: Labels,
    end_state: Labels,
) -> tuple[list[str], list[str]]:
    """Return the states from and to which each crossing leads.

    Parameters
    ----------
    found
        Meetings of steps with the boundaries, by row.
    boundaries
        BOUNDARIES.
    start_state, end_state
        State of the two fixes of each step, "" where unknown.

    Notes
    -----
    Where the fixes of the step lie in the two states of the boundary, they say it. Elsewhere (no
    state polygons, a step that crosses twice, a line that is not the edge of the polygons) the
    direction of the line does: ``left_state`` is taken to be on its left.
    """
    left = boundaries["left_state"].to_numpy(dtype=object)[found.line]
    right = boundaries["right_state"].to_numpy(dtype=object)[found.line]
    start, end = start_state[found.step], end_state[found.step]
    # A step that meets the line more than once goes there and back; its ends do not tell.
    key = found.step * (int(found.line.max(initial=0)) + 1) + found.line
    _, inverse, times = np.unique(key, return_inverse=True, return_counts=True)
    once = times[inverse] == 1
    told = once & (((start == left) & (end == right)) | ((start == right) & (end == left)))
    origin = np.where(told, start, np.where(found.from_left, left, right))
    target = np.where(told, end, np.where(found.from_left, right, left))
    return [str(name) for name in origin], [str(name) for name in target]
