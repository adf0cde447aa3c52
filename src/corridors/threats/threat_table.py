"""The ranked threats of a herd: places, what they are, where, and what opening them connects."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd
import shapely

from corridors.foundation import tables
from corridors.foundation.crs import GEOGRAPHIC
from corridors.threats.candidates import gains_of

UNSAID = "unknown"  # completeness of a source that nothing is said of
_CLASSES = ("outside", "low", "medium", "high")
_SAID = ("name", "kind", "class", "status", "source")  # by most of the length


def threat_tables(
    herd: str,
    segments: gpd.GeoDataFrame,
    places: pd.DataFrame,
    held: pd.DataFrame,
    gains: pd.DataFrame,
    *,
    completeness: Mapping[str, str],
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return THREATS, in order of rank, and THREAT_SEGMENTS.

    Parameters
    ----------
    herd
        Its name.
    segments, places, held, gains
        SEGMENTS, PLACES, PLACE_SEGMENTS and GAINS.
    completeness
        Source of barriers -> how complete it is.

    Notes
    -----
    Kilometres are those of the feature that holds most of a place: a place may go on from one
    feature to the next, each with its own.
    """
    if places.empty:
        return tables.empty(tables.THREATS), tables.empty(tables.THREAT_SEGMENTS)
    rows = segments.merge(held, on="segment", how="inner").reset_index(drop=True)
    rows[["gain", "gain_share", "gain_rank"]] = gains_of(gains, rows["segment"])
    by_place = rows.groupby("place", sort=True)
    frame = by_place.agg(length_m=("length_m", "sum"), n_segments=("segment", "size"))
    for name in _SAID:
        frame[name] = _most(rows, name)
    order = rows["corridor_class"].map(_CLASSES.index)
    frame["corridor_class"] = [_CLASSES[k] for k in order.groupby(rows["place"]).max()]
    main = rows[rows["barrier"] == rows["place"].map(_most(rows, "barrier"))].groupby("place")
    frame["from_km"], frame["to_km"] = main["from_km"].min(), main["to_km"].max()
    # Without a gain a place has no best segment.
    best = rows.sort_values(["gain", "segment"], ascending=[False, True], na_position="last")
    gained = ["gain", "gain_share", "gain_rank"]
    frame[gained] = best.drop_duplicates("place").set_index("place")[gained].reindex(frame.index)
    shapes = {
        name: shapely.line_merge(shapely.union_all(own.geometry.to_numpy()))
        for name, own in by_place
    }
    own = places.drop(columns=["herd", "status"]).set_index("place")
    frame = frame.join(own).reindex(own.index)
    frame["source_completeness"] = [completeness.get(name, UNSAID) for name in frame["source"]]
    frame = frame.rename_axis("threat").reset_index().assign(herd=herd)
    threats = gpd.GeoDataFrame(
        frame, geometry=[shapes[name] for name in own.index], crs=GEOGRAPHIC
    )[list(tables.THREATS.columns)]
    rows["grade"] = rows["place"].map(own["grade"])
    rows = rows.rename(columns={"place": "threat"}).assign(herd=herd)
    parts = rows.sort_values("segment", kind="stable", ignore_index=True)
    texts = ("threat", "herd", *_SAID, "corridor_class", "source_completeness")
    return (
        threats.astype(dict.fromkeys(texts, str)),
        parts[list(tables.THREAT_SEGMENTS.columns)].astype({"herd": str, "grade": str}),
    )


def _most(rows: pd.DataFrame, name: str) -> pd.Series[str]:
    """Return the value of ``name`` that most of the length of each place has, by place."""
    length = rows.groupby(["place", name], sort=True)["length_m"].sum().reset_index()
    length = length.sort_values("length_m", kind="stable").drop_duplicates("place", keep="last")
    return length.set_index("place")[name].sort_index()
