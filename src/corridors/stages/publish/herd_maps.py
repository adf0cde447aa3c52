"""The herd's map and those of its places, in the language that is spoken."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

from corridors.atlas.decision import decided
from corridors.atlas.maps import MapText, corridor_map
from corridors.atlas.place_map import place_maps
from corridors.atlas.report import Heading
from corridors.atlas.styles import HARM
from corridors.atlas.words import stamps

Layers = Mapping[str, gpd.GeoDataFrame]


def herd_map(
    heading: Heading, tables: Mapping[str, pd.DataFrame], layers: Layers, towns: gpd.GeoDataFrame,
    crs: str,
) -> bytes | None:  # fmt: skip
    """Return the map of the whole herd as PNG; None where there is nothing to draw."""
    if not layers:
        return None
    return corridor_map({**layers, "towns": towns}, crs=crs, text=map_text(heading, tables))


def insets(heading: Heading, threats: pd.DataFrame, layers: Layers, crs: str) -> dict[str, bytes]:
    """Return place -> PNG of the places on the first page."""
    places = decided(threats, HARM)
    stamp = stamps.map_stamp(simulated=heading.simulated)
    return place_maps(layers, places, crs=crs, stamp=stamp) if places else {}


def map_text(heading: Heading, tables: Mapping[str, pd.DataFrame]) -> MapText:
    """Return stamp and credits of the herd's map."""
    borders = tables["border_report"]
    sources = [
        f"{source} ({label})" if label else str(source)
        for source, label in dict.fromkeys(zip(borders["source"], borders["label"], strict=True))
        if source
    ]
    credit = stamps.credit(
        heading.study, heading.called, "; ".join(sources), profile=heading.profile
    )
    return MapText(stamps.map_stamp(simulated=heading.simulated), credit)
