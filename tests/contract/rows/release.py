"""Rows of what is released for download."""

from __future__ import annotations

from contract.rows.example import (
    AREA,
    CLASSES,
    EVIDENCE,
    GRADES,
    KINDS,
    LINE,
    LINE_OF_ONE_PLACE,
    LINES,
    NO_AREA,
    PATCHES,
    POINT,
    Example,
)

RELEASED_CORRIDORS = Example(
    row={
        "herd": "wakhan-argali", "season": "all", "corridor_class": "high", "sample": "13",
        "area_km2": 180.5, "evidence": "tracked", "source": "", "geometry": AREA,
    },
    other={
        "corridor_class": "low", "sample": "", "evidence": "expert",
        "source": "A. Nyone, 2021, high",
    },
    takes={"corridor_class": CLASSES, "evidence": EVIDENCE},
    refuses=[
        ("widest", "corridor_class"), (-0.1, "area_km2"), ("hearsay", "evidence"),
        *NO_AREA, (PATCHES, "geometry"),
    ],
)  # fmt: skip

RELEASED_STOPOVERS = Example(
    row={"herd": "wakhan-argali", "season": "all", "area_km2": 4.5, "geometry": AREA},
    other={"area_km2": 0.0},
    refuses=[(-0.1, "area_km2"), *NO_AREA, (PATCHES, "geometry")],
)

RELEASED_RANGES = Example(
    row={
        "herd": "wakhan-argali", "season": "winter", "isopleth": 0.95, "sample": "10-19",
        "area_km2": 410.0, "evidence": "tracked", "source": "", "geometry": AREA,
    },
    other={"isopleth": None, "sample": "", "evidence": "expert", "source": "A. Nyone, 2021, high"},
    takes={"evidence": EVIDENCE},
    refuses=[
        (-0.01, "isopleth"), (1.01, "isopleth"), (-0.1, "area_km2"), ("hearsay", "evidence"),
        *NO_AREA, (PATCHES, "geometry"),
    ],
)  # fmt: skip

RELEASED_BARRIERS = Example(
    row={
        "herd": "wakhan-argali", "kind": "fence", "grade": "act", "name": "Valley fence, km 1–3",
        "rank": 1.0, "geometry": LINE,
    },
    other={"grade": "nothing_seen", "name": "", "rank": None, "geometry": AREA},
    takes={"kind": KINDS, "grade": GRADES, "geometry": (LINE, AREA)},
    refuses=[
        ("hedge", "kind"), ("perhaps", "grade"), (0.5, "rank"), (POINT, "geometry"),
        (LINES, "geometry"), (PATCHES, "geometry"), (LINE_OF_ONE_PLACE, "geometry"),
    ],
)  # fmt: skip
