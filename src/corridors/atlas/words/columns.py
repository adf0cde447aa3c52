"""Sentences as columns of a table."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import pandas as pd


def with_sentences(rows: gpd.GeoDataFrame, **sentences: Sequence[str]) -> gpd.GeoDataFrame:
    """Return a layer with a column per kind of sentence, after all others but the geometry."""
    told = rows.assign(
        **{name: pd.Series(words, rows.index, dtype=str) for name, words in sentences.items()}
    )
    order = [name for name in told.columns if name != "geometry"]
    return gpd.GeoDataFrame(told[[*order, "geometry"]])
