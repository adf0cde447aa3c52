"""What the report says of bottlenecks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from corridors.atlas import facts
from corridors.atlas.map_layers import middles
from corridors.atlas.report_places import degrees
from corridors.atlas.words.bottlenecks import (
    narrowest_words,
    no_bottleneck,
    passing_words,
    width_words,
)

N_BOTTLENECKS = 10


def bottleneck_values(
    tables: Mapping[str, pd.DataFrame], *, n_units: int, min_units: int
) -> dict[str, Any]:
    """Return the narrowest bottlenecks, or why there is none.

    Parameters
    ----------
    tables
        Artefact name -> rows: ``bottlenecks``.
    n_units
        Independent units of the herd.
    min_units
        That a bottleneck needs.
    """
    found = gpd.GeoDataFrame(tables["bottlenecks"])
    rows = facts.records(pd.DataFrame(found.drop(columns="geometry")))
    shown = [
        {
            **row,
            "width": width_words(row),
            "passing": passing_words(row),
            "where": degrees(lon, lat),
            "geo": f"{lat:.4f},{lon:.4f}",
        }
        for (lon, lat), row in list(zip(middles(found), rows, strict=True))[:N_BOTTLENECKS]
    ]
    return {
        "bottlenecks": shown,
        "narrowest": narrowest_words(shown[0], shown[0]["where"]) if shown else "",
        "n_bottlenecks": len(found),
        "no_bottleneck": no_bottleneck(n_units=n_units, min_units=min_units),
    }
