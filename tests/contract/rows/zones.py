"""Rows of the user's own zones."""

from __future__ import annotations

from contract.rows.example import AREA, EVIDENCE, NO_AREA, PATCHES, Example

ZONES = Example(
    row={"layer": "reserves", "zone": "Zorkul", "class": "Ia", "geometry": AREA},
    other={"layer": "districts", "zone": "Murghab", "class": ""},
    takes={"geometry": (AREA, PATCHES)},
    refuses=[*NO_AREA],
    key=("layer", "zone", "class"),
)

ZONE_SHARES = Example(
    row={
        "herd": "wakhan-argali", "layer": "reserves", "title": "Reserves", "is_protected": True,
        "zone_part": "zone", "zone": "Zorkul", "class": "Ia", "product": "range",
        "season": "winter", "corridor_class": "high", "isopleth": 0.95, "evidence": "tracked",
        "area_km2": 120.0, "area_share": 0.4, "n_act": 2.0, "n_look_on_site": 1.0,
        "n_nothing_seen": 4.0, "n_not_known": 3.0, "passages_per_year": 1.5, "free_per_year": 4.0,
        "unit": "whole_herd", "population_size": 800.0, "population_source": "census",
    },
    other={
        "layer": "districts", "zone_part": "outside", "zone": "", "class": "",
        "product": "places", "season": "", "corridor_class": "", "isopleth": None,
        "evidence": "", "area_km2": None, "area_share": None, "n_act": None,
        "n_look_on_site": None, "n_nothing_seen": None, "n_not_known": None,
        "passages_per_year": None, "free_per_year": None, "unit": "per_animal",
        "population_size": None, "population_source": "",
    },
    takes={
        "zone_part": ("zone", "all", "outside"),
        "product": ("corridor", "stopovers", "range", "places"),
        "corridor_class": ("", "low", "medium", "high"), "evidence": ("", *EVIDENCE),
        "area_share": (0.0, 1.0),
    },
    refuses=[
        ("some", "zone_part"), ("footprint", "product"), ("widest", "corridor_class"),
        ("guessed", "evidence"), (-0.01, "isopleth area_share"), (1.01, "isopleth area_share"),
        (-0.1, "area_km2 passages_per_year free_per_year"),
        (-1.0, "n_act n_look_on_site n_nothing_seen n_not_known"), ("per animal", "unit"),
        (0.0, "population_size"),
    ],
    key=(
        "layer", "zone_part", "zone", "class", "product", "season", "corridor_class",
        "isopleth", "evidence",
    ),
)  # fmt: skip
