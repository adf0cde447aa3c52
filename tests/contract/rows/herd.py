"""Rows of what the herd makes of it."""

from __future__ import annotations

from numpy import int32

from contract.rows.example import (
    AREA,
    CLASSES,
    EVIDENCE,
    LINE,
    LINE_OF_ONE_PLACE,
    LINES,
    NO_AREA,
    NOWHERE,
    PATCHES,
    POINT,
    Example,
)

POPULATION = Example(
    row={
        "season": "spring", "row": int32(-14), "col": int32(230), "mass": 0.0021,
        "n_animals": int32(3),
    },
    other={"season": "all", "row": int32(7), "col": int32(-1), "mass": 1.0, "n_animals": int32(0)},
    refuses=[(-0.001, "mass"), (1.001, "mass"), (-1, "n_animals")],
    key=("season", "row", "col"),
)  # fmt: skip

CORRIDORS = Example(
    row={
        "herd": "wakhan-argali", "season": "spring", "corridor_class": "high", "n_animals": 3,
        "n_tracked": 12, "share": 0.25, "area_km2": 180.5, "evidence": "tracked", "source": "",
        "geometry": AREA,
    },
    other={
        "season": "all", "corridor_class": "low", "n_animals": 0, "n_tracked": 0, "share": None,
        "evidence": "expert", "source": "A. Nyone, 2021, high",
    },
    takes={"corridor_class": CLASSES, "evidence": EVIDENCE, "geometry": (AREA, PATCHES)},
    refuses=[
        ("widest", "corridor_class"), (-1, "n_animals n_tracked"), (-0.01, "share"),
        (1.01, "share"), (-0.1, "area_km2"), ("hearsay", "evidence"),
        *NO_AREA,
    ],
    key=("season", "corridor_class", "evidence"),
)  # fmt: skip

STOPOVERS = Example(
    row={
        "stopover": "wakhan-argali/spring/1", "herd": "wakhan-argali", "season": "spring",
        "area_km2": 4.5, "mass": 0.08, "geometry": AREA,
    },
    other={"stopover": "wakhan-argali/spring/2", "area_km2": 0.0, "mass": 0.0},
    takes={"geometry": (AREA, PATCHES)},
    refuses=[
        (-0.1, "area_km2"), (-0.001, "mass"), (1.001, "mass"),
        *NO_AREA,
    ],
    key=("stopover",),
)  # fmt: skip

BOTTLENECKS = Example(
    row={
        "bottleneck": "wakhan-argali/bottleneck-1", "rank": 1, "herd": "wakhan-argali",
        "route": 1, "route_km": 17.25, "length_km": 2.5, "width_m": 640.0, "width_low_m": 480.0,
        "width_high_m": 850.0, "width_ratio": 0.31, "unit_share": 0.9, "n_units": 9,
        "n_animals": 11, "n_migrations": 31, "geometry": LINE,
    },
    other={
        "bottleneck": "wakhan-argali/bottleneck-2", "rank": 2, "route": 2, "route_km": 0.0,
        "length_km": 0.0, "width_ratio": 0.0, "unit_share": 1.0, "n_units": 1, "n_animals": 1,
        "n_migrations": 1,
    },
    refuses=[
        (0, "rank route n_units n_animals n_migrations"), (-0.1, "route_km length_km"),
        (0.0, "width_m width_low_m width_high_m"), (-0.01, "width_ratio unit_share"),
        (1.01, "width_ratio unit_share"), (LINES, "geometry"), (POINT, "geometry"),
        (AREA, "geometry"), (PATCHES, "geometry"), (LINE_OF_ONE_PLACE, "geometry"),
        (NOWHERE, "geometry"),
    ],
    key=("bottleneck",),
)  # fmt: skip

RANGES = Example(
    row={
        "herd": "wakhan-argali", "season": "winter", "isopleth": 0.95, "n_animals": 9,
        "area_km2": 410.0, "evidence": "tracked", "source": "", "geometry": AREA,
    },
    other={
        "isopleth": None, "n_animals": 0, "evidence": "expert", "source": "A. Nyone, 2021, high",
    },
    takes={"evidence": EVIDENCE, "geometry": (AREA, PATCHES)},
    refuses=[
        (-0.01, "isopleth"), (1.01, "isopleth"), (-1, "n_animals"), (-0.1, "area_km2"),
        ("hearsay", "evidence"),
        *NO_AREA,
    ],
)  # fmt: skip

NETWORK = Example(
    row={
        "element": "winter 1 - summer 1", "herd": "wakhan-argali", "part": "edge",
        "kind": "corridor", "from_node": "winter 1", "to_node": "summer 1", "cost": 88.5,
        "length_km": 64.0, "is_cut": True, "betweenness": 0.5, "detour_frac": 0.3, "flux": 0.75,
        "n_migrations": 11, "n_animals": 6, "geometry": LINE,
    },
    other={
        "element": "winter 1", "part": "node", "kind": "winter", "from_node": "", "to_node": "",
        "cost": None, "length_km": None, "is_cut": False, "betweenness": None,
        "detour_frac": None, "flux": None, "n_migrations": 0, "n_animals": 0, "geometry": POINT,
    },
    takes={"part": ("node", "edge"), "geometry": (POINT, LINE, LINES)},
    refuses=[
        ("bridge", "part"), (-0.1, "cost length_km detour_frac"), (-0.01, "betweenness flux"),
        (1.01, "betweenness flux"), (-1, "n_migrations n_animals"),
        (AREA, "geometry"), (PATCHES, "geometry"), (LINE_OF_ONE_PLACE, "geometry"),
        (NOWHERE, "geometry"),
    ],
    key=("element",),
)  # fmt: skip

NETWORK_USE = Example(
    row={"element": "winter 1 - summer 1", "animal": "ewe 3", "n_migrations": 2},
    other={"element": "summer 1 - stopover 2", "animal": "ram 1", "n_migrations": 1},
    refuses=[(0, "n_migrations")],
    key=("element", "animal"),
)

NETWORK_BARRIERS = Example(
    row={
        "element": "winter 1 - summer 1", "herd": "wakhan-argali", "part": "edge",
        "kind": "corridor", "from_node": "winter 1", "to_node": "summer 1", "cost": 88.5,
        "length_km": 64.0, "is_cut": True, "betweenness": 0.5, "detour_frac": 0.3, "flux": 0.75,
        "n_migrations": 11, "n_animals": 6, "n_segments": 14, "free_per_year": 3.5,
        "missing_per_year": 1.25, "missing_share": 0.36, "n_candidates": 2, "geometry": LINE,
    },
    other={
        "element": "winter 1", "part": "node", "kind": "winter", "from_node": "", "to_node": "",
        "cost": None, "length_km": None, "is_cut": False, "betweenness": None,
        "detour_frac": None, "flux": None, "n_migrations": 0, "n_animals": 0, "n_segments": 0,
        "free_per_year": None, "missing_per_year": None, "missing_share": None,
        "n_candidates": 0, "geometry": POINT,
    },
    takes={"part": ("node", "edge"), "geometry": (POINT, LINE, LINES)},
    refuses=[
        ("bridge", "part"), (-0.1, "cost length_km detour_frac"),
        (-0.1, "free_per_year missing_per_year"),
        (-0.01, "betweenness flux missing_share"), (1.01, "betweenness flux missing_share"),
        (-1, "n_migrations n_animals n_segments n_candidates"),
        (AREA, "geometry"), (PATCHES, "geometry"), (LINE_OF_ONE_PLACE, "geometry"),
        (NOWHERE, "geometry"),
    ],
    key=("element",),
)  # fmt: skip

SUFFICIENCY = Example(
    row={
        "herd": "wakhan-argali", "season": "spring", "corridor_class": "low", "n_units": 2,
        "n_animals": 2.5, "n_needed": 1, "area_km2": 340.0, "area_p05_km2": 300.5,
        "area_p95_km2": 388.0, "slope_frac": 0.26,
    },
    other={
        "season": "all", "corridor_class": "high", "n_units": 1, "n_animals": 1.0, "area_km2": 0.0,
        "area_p05_km2": 0.0, "area_p95_km2": 0.0, "slope_frac": None,
    },
    takes={"corridor_class": CLASSES, "slope_frac": (-0.2,)},
    refuses=[
        ("widest", "corridor_class"), (0, "n_units n_needed"), (0.9, "n_animals"),
        (-0.1, "area_km2 area_p05_km2 area_p95_km2"),
    ],
    key=("season", "corridor_class", "n_units"),
)  # fmt: skip

SKILL = Example(
    row={
        "herd": "wakhan-argali", "animal": "ewe 3", "corridor_class": "low", "n_others": 11,
        "n_needed": 1, "area_km2": 340.0, "n_fixes": 230, "fixes_inside": 0.81,
        "mass_inside": 0.77,
    },
    other={
        "animal": "ram 1", "corridor_class": "high", "n_others": 1, "n_fixes": 0,
        "fixes_inside": None, "mass_inside": None,
    },
    takes={"corridor_class": CLASSES},
    refuses=[
        ("widest", "corridor_class"), (0, "n_others n_needed"), (-0.1, "area_km2"),
        (-1, "n_fixes"), (-0.01, "fixes_inside mass_inside"), (1.01, "fixes_inside mass_inside"),
    ],
    key=("animal", "corridor_class"),
)  # fmt: skip

FIDELITY = Example(
    row={
        "herd": "wakhan-argali", "animal": "ewe 3", "season": "spring", "bio_year": 2020,
        "other_year": 2021, "bhattacharyya": 0.6, "intersection": 0.4,
    },
    other={
        "animal": "ram 1", "season": "autumn", "bio_year": 2018, "other_year": 2022,
        "bhattacharyya": 1.0, "intersection": 0.0,
    },
    refuses=[(-0.01, "bhattacharyya intersection"), (1.01, "bhattacharyya intersection")],
    key=("animal", "season", "bio_year", "other_year"),
)  # fmt: skip
