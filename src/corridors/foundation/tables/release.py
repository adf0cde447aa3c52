"""What is released for download: one row per part, so that every program takes it."""

from __future__ import annotations

import pandera.pandas as pa

from corridors.foundation.tables.columns import (
    AT_LEAST_0,
    FRACTION,
    geometry,
    layer_contract,
    number,
    text,
)
from corridors.foundation.vocabulary import (
    BARRIER_KINDS,
    CORRIDOR_CLASSES,
    EVIDENCE,
    GRADES,
)

_WHOSE = {
    "sample": text(),  # tracked animals behind it; "" without tracks, a span in the tier public
    "area_km2": number(AT_LEAST_0),  # geodesic, of this part
    "evidence": text(EVIDENCE),
    "source": text(),  # author, date and confidence of what an expert drew, or ""
    "geometry": geometry("Polygon"),
}

# Corridors as they are released.
RELEASED_CORRIDORS = layer_contract(
    "RELEASED_CORRIDORS",
    {
        "herd": text(),
        "season": text(),
        "corridor_class": text(CORRIDOR_CLASSES),
        **_WHOSE,
    },
)

# Stopovers as they are released.
RELEASED_STOPOVERS = layer_contract(
    "RELEASED_STOPOVERS",
    {
        "herd": text(),
        "season": text(),
        "area_km2": number(AT_LEAST_0),
        "geometry": geometry("Polygon"),
    },
)

# Ranges as they are released.
RELEASED_RANGES = layer_contract(
    "RELEASED_RANGES",
    {
        "herd": text(),
        "season": text(),
        "isopleth": number(FRACTION, nullable=True),  # NaN: an expert's range
        **_WHOSE,
    },
)

# Stretches of barrier that enough animals met; in the tier public the cells that these lie in.
RELEASED_BARRIERS = layer_contract(
    "RELEASED_BARRIERS",
    {
        "herd": text(),
        "kind": text(BARRIER_KINDS),
        "grade": text(GRADES),
        "name": text(),  # "": nameless, or the tier is public
        "rank": number(pa.Check.ge(1), nullable=True),  # NaN: nothing to rank, or the same tier
        "geometry": geometry("LineString", "Polygon"),
    },
)
