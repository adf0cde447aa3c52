"""The user's own polygons, and what of a herd lies in them."""

from __future__ import annotations

from corridors.foundation.tables.columns import (
    AT_LEAST_0,
    FRACTION,
    boolean,
    contract,
    geometry,
    layer_contract,
    number,
    passage_unit,
    text,
)
from corridors.foundation.vocabulary import CORRIDOR_CLASSES, EVIDENCE, ZONE_PARTS, ZONED

# Polygons of one name and class are one zone; zones of a layer may overlap.
ZONES = layer_contract(
    "ZONES",
    {
        "layer": text(),
        "zone": text(),
        "class": text(),  # "": the layer has none, or the file says none
        "geometry": geometry("Polygon", "MultiPolygon"),
    },
    unique=["layer", "zone", "class"],
)

# What of the herd lies in each zone, in all zones of a layer together (ground of several counts
# once) and outside of all. A zone has a row for everything the herd has, or none where it holds
# nothing of it. Areas are empty of places, counts and passages of areas.
ZONE_SHARES = contract(
    "ZONE_SHARES",
    {
        "herd": text(),
        "layer": text(),
        "title": text(),  # of the layer
        "is_protected": boolean(),  # the layer is of protected areas
        "zone_part": text(ZONE_PARTS),
        "zone": text(),  # "": all, outside
        "class": text(),
        "product": text(ZONED),
        "season": text(),  # of a corridor, stopovers or a range; "": places
        "corridor_class": text(("", *CORRIDOR_CLASSES)),  # of a corridor
        "isopleth": number(FRACTION, nullable=True),  # of a tracked range
        "evidence": text(("", *EVIDENCE)),  # "": places
        "area_km2": number(AT_LEAST_0, nullable=True),  # geodesic
        "area_share": number(FRACTION, nullable=True),  # of the corridor's, stopovers', range's
        # Places with any length here; one that lies in several counts in each.
        "n_act": number(AT_LEAST_0, nullable=True),
        "n_look_on_site": number(AT_LEAST_0, nullable=True),
        "n_nothing_seen": number(AT_LEAST_0, nullable=True),
        "n_not_known": number(AT_LEAST_0, nullable=True),
        # On migrations, at these places by the length of their segments that lies here: those that
        # passed, and those expected if each place were open. NaN: nobody met any of them.
        "passages_per_year": number(AT_LEAST_0, nullable=True),
        "free_per_year": number(AT_LEAST_0, nullable=True),
        **passage_unit(),
    },
    unique=[
        "layer", "zone_part", "zone", "class", "product", "season", "corridor_class",
        "isopleth", "evidence",
    ],
)  # fmt: skip
