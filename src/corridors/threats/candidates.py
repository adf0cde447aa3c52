"""Candidates: barriers that nobody could have met, by the gain of opening them."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from corridors.foundation import tables
from corridors.foundation.arrays import Flags
from corridors.foundation.vocabulary import UNMET

NO_ANIMAL, NOBODY_HERE, EDGE = UNMET


def gains_of(gains: pd.DataFrame, segments: pd.Series) -> pd.DataFrame:
    """Return ``gain gain_share gain_rank`` of segments; NaN where GAINS has none."""
    gains = gains.set_index("segment")
    # A segment that cuts no way between cells of the habitat grid was not tried.
    tried = gains.loc[gains["n_edges"] > 0, ["gain", "gain_share", "rank"]]
    tried = tried.rename(columns={"rank": "gain_rank"})
    found: pd.DataFrame = tried.reindex(segments).reset_index(drop=True).astype("float64")
    return found


def candidates(
    herd: str,
    segments: gpd.GeoDataFrame,
    edges: gpd.GeoDataFrame,
    gains: pd.DataFrame,
    *,
    is_physical: Flags,
    is_tracked: bool,
    completeness: Mapping[str, str],
) -> gpd.GeoDataFrame:
    """Return CANDIDATES: standing segments without any chance of an encounter.

    Parameters
    ----------
    herd
        Its name.
    segments, edges, gains
        SEGMENTS, RANGE_EDGES and GAINS.
    is_physical
        Which segments may stop an animal, in their order.
    is_tracked
        Whether any animal of the herd was tracked.
    completeness
        Source of barriers -> how complete it is.
    """
    found = edges[edges["is_range_edge"]]
    seasons = found.groupby("segment", sort=True)["season"].agg(lambda s: ";".join(sorted(set(s))))
    is_edge = segments["segment"].isin(seasons.index).to_numpy()
    unmet = ~segments["has_data"].to_numpy(bool)
    chosen = is_physical & (segments["status"] == "existing").to_numpy() & (unmet | is_edge)
    why = np.where(unmet, NOBODY_HERE if is_tracked else NO_ANIMAL, EDGE)
    # An edge says more than that nobody came.
    why = np.where(is_edge, EDGE, why)
    frame = segments.assign(why=why)[chosen].sort_values("segment", kind="stable")
    frame = frame[
        ["segment", "name", "kind", "class", "corridor_class", "from_km", "to_km", "length_m",
         "why", "source", "geometry"]
    ].reset_index(drop=True)  # fmt: skip
    frame["herd"] = herd
    frame["edge_seasons"] = frame["segment"].map(seasons).astype(object).fillna("")
    frame[["gain", "gain_share"]] = gains_of(gains, frame["segment"])[["gain", "gain_share"]]
    frame = frame.sort_values("gain", ascending=False, na_position="last", kind="stable")
    frame["rank"] = np.arange(1, len(frame) + 1)
    frame["source_completeness"] = [completeness.get(name, "unknown") for name in frame["source"]]
    return tables.typed(frame.reset_index(drop=True), tables.CANDIDATES)
