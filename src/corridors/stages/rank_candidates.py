"""Candidates in stage `rank`: barriers that nobody could have met, by the gain of opening them."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from corridors.formats.parquet import read_layer, write_table
from corridors.foundation import tables
from corridors.foundation.arrays import Flags
from corridors.stages.context import StageContext
from corridors.threats.reasons import candidate_action, candidate_reason

NO_ANIMAL, NOBODY_HERE, EDGE = "no animal tracked", "nobody was tracked here", "range edge"


def gains_of(context: StageContext, segments: pd.Series) -> pd.DataFrame:
    """Return ``gain gain_share gain_rank`` of segments; NaN where none was computed."""
    gains = read_layer(context.read("circuit", "gains.parquet")).set_index("segment")
    # A segment that cuts no way between cells of the habitat grid was not tried.
    tried = gains.loc[gains["n_edges"] > 0, ["gain", "gain_share", "rank"]]
    tried = tried.rename(columns={"rank": "gain_rank"})
    found: pd.DataFrame = tried.reindex(segments).reset_index(drop=True).astype("float64")
    return found


def write_candidates(
    context: StageContext,
    segments: gpd.GeoDataFrame,
    edges: gpd.GeoDataFrame,
    *,
    is_physical: Flags,
    is_tracked: bool,
    completeness: Mapping[str, str],
) -> gpd.GeoDataFrame:
    """Write and return CANDIDATES: standing segments without any chance of an encounter.

    ``edges`` are RANGE_EDGES; ``is_physical`` says which segments may stop an animal, by the order
    of ``segments``; ``is_tracked`` whether any animal of the herd was tracked.
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
    frame["herd"] = context.herd
    frame["edge_seasons"] = frame["segment"].map(seasons).astype(object).fillna("")
    frame[["gain", "gain_share"]] = gains_of(context, frame["segment"])[["gain", "gain_share"]]
    frame = frame.sort_values("gain", ascending=False, na_position="last", kind="stable")
    frame["rank"] = np.arange(1, len(frame) + 1)
    frame["source_completeness"] = [completeness.get(name, "unknown") for name in frame["source"]]
    frame["reason"] = [
        candidate_reason(why=row.why, edge_seasons=row.edge_seasons, gain_share=row.gain_share)
        for row in frame.itertuples(index=False)
    ]
    frame["action"] = [
        candidate_action(kind=row.kind, gain_share=row.gain_share)
        for row in frame.itertuples(index=False)
    ]
    write_table(
        frame.reset_index(drop=True) if len(frame) else tables.empty(tables.CANDIDATES),
        context.out / "candidates.parquet",
        tables.CANDIDATES,
    )
    return frame
