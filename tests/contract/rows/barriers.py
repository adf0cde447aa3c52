"""Rows of what stands in the way, and of what came of it."""

from __future__ import annotations

from contract.rows.example import (
    AREA,
    BOUNDARY_TYPES,
    BOW_TIE,
    KINDS,
    LINE,
    LINE_OF_ONE_PLACE,
    LINES,
    NO_AREA,
    NO_LINE,
    NO_LINES,
    NO_POINT,
    PATCHES,
    PERMEABILITY_SOURCES,
    PLACES,
    POINT,
    STATUS,
    Example,
    utc,
)

BARRIERS = Example(
    row={
        "barrier": "fences:12", "name": "Border fence", "kind": "fence", "class": "fence_border",
        "status": "existing", "permeability": 0.1, "permeability_source": "stated",
        "source": "fences.geojson", "tolerance_m": 15.0, "valid_from": utc("1986-01-01"),
        "valid_to": utc("2030-12-31"), "geometry": LINE,
    },
    other={
        "barrier": "roads:way/4711", "class": "", "permeability": None, "valid_from": None,
        "valid_to": None, "tolerance_m": 0.0,
    },
    takes={
        "kind": KINDS, "status": STATUS, "permeability_source": PERMEABILITY_SOURCES,
        "geometry": (LINE, LINES, AREA, PATCHES),
    },
    refuses=[
        ("hedge", "kind"), ("rumoured", "status"), (-0.01, "permeability"), (1.01, "permeability"),
        ("guessed", "permeability_source"), (-0.1, "tolerance_m"),
        (POINT, "geometry"), (LINE_OF_ONE_PLACE, "geometry"), (BOW_TIE, "geometry"),
    ],
    key=("barrier",),
)  # fmt: skip

BOUNDARIES = Example(
    row={
        "boundary": "afg-tjk", "left_state": "Tajikistan", "right_state": "Afghanistan",
        "type": "river", "source": "Natural Earth 1:10m", "label": "generalised",
        "published_km": 1357.0, "published_source": "a yearbook", "role": "used", "geometry": LINE,
    },
    other={"published_km": None, "published_source": "", "role": "compared"},
    takes={"type": BOUNDARY_TYPES, "role": ("used", "compared"), "geometry": (LINE, LINES)},
    refuses=[
        ("wall", "type"), (-0.1, "published_km"), ("ignored", "role"),
        *NO_LINES,
    ],
)  # fmt: skip

STATES = Example(
    row={"state": "Tajikistan", "source": "states.gpkg", "label": "", "geometry": AREA},
    other={"state": "Afghanistan", "label": "generalised"},
    takes={"geometry": (AREA, PATCHES)},
    refuses=[
        *NO_AREA,
    ],
)

SEGMENTS = Example(
    row={
        "segment": "fences:12:3", "barrier": "fences:12", "name": "Border fence", "kind": "fence",
        "class": "fence_border", "status": "existing", "permeability": 0.1,
        "permeability_source": "stated", "tolerance_m": 15.0, "source": "fences.geojson",
        "valid_from": utc("1986-01-01"), "valid_to": utc("2030-12-31"), "from_km": 2.0,
        "to_km": 3.0, "length_m": 1000.5, "corridor_class": "high", "has_data": True,
        "geometry": LINE,
    },
    other={
        "segment": "fences:12:0", "permeability": None, "tolerance_m": 0.0, "valid_from": None,
        "valid_to": None, "from_km": 0.0, "corridor_class": "outside", "has_data": False,
    },
    takes={
        "kind": KINDS, "status": STATUS, "permeability_source": PERMEABILITY_SOURCES,
        "corridor_class": PLACES,
    },
    refuses=[
        ("hedge", "kind"), ("rumoured", "status"), (-0.01, "permeability"), (1.01, "permeability"),
        ("guessed", "permeability_source"), (-0.1, "tolerance_m from_km to_km length_m"),
        ("widest", "corridor_class"),
        *NO_LINE,
    ],
    key=("segment",),
)  # fmt: skip

CROSSINGS = Example(
    row={
        "segment": "fences:12:3", "herd": "wakhan-argali", "season": "spring",
        "expected_per_year": 0.35, "observed": 4, "n_animals": 2, "months": "4;5",
    },
    other={
        "segment": "fences:12:4", "season": "other", "expected_per_year": 0.0, "observed": 0,
        "n_animals": 0, "months": "",
    },
    refuses=[(-0.01, "expected_per_year"), (-1, "observed n_animals")],
    key=("segment", "season"),
)  # fmt: skip

OBSERVED = Example(
    row={
        "segment": "fences:12:3", "barrier": "fences:12", "kind": "fence", "animal": "ewe 3",
        "time_utc": utc("2020-05-09 13:27:04"), "month": 5, "season": "spring", "geometry": POINT,
    },
    other={"time_utc": utc("2020-11-02 01:00")},
    takes={"kind": KINDS, "month": (1, 12)},
    refuses=[
        ("hedge", "kind"), (0, "month"), (13, "month"),
        *NO_POINT,
    ],
)  # fmt: skip

ENCOUNTERS = Example(
    row={
        "segment": "fences:12:3", "animal": "ewe 3", "season": "spring", "passages": 1.75,
        "approaches": 2.0, "tracking_years": 1.8,
    },
    other={
        "segment": "fences:12:4", "animal": "ram 1", "season": "other", "passages": 0.0,
        "approaches": 0.0,
    },
    refuses=[(-0.01, "passages approaches"), (0.0, "tracking_years")],
    key=("segment", "animal", "season"),
)  # fmt: skip

TRIALS = Example(
    row={
        "rule": 2, "copy": 3, "segment": "fences:12:3", "animal": "a1", "season": "spring",
        "at_end": 2, "trials": 2, "passed": 2, "sure": 1, "away": 1,
    },
    other={
        "rule": 0, "copy": -1, "segment": "fences:12:4", "animal": "a2", "season": "other",
        "at_end": 0, "trials": 0, "passed": 0, "sure": 0, "away": 0,
    },
    refuses=[(-1, "rule at_end trials passed sure away"), (-2, "copy"), (3, "at_end")],
    key=("rule", "copy", "segment", "animal", "season", "at_end"),
)  # fmt: skip

SEASONS_TRACKED = Example(
    row={
        "animal": "a1", "season": "spring", "is_migration": True,
        "from_utc": utc("2020-03-01"), "to_utc": utc("2021-03-01"), "seasons": 2.0,
    },
    other={
        "animal": "a2", "season": "other", "is_migration": False, "from_utc": None,
        "to_utc": None, "seasons": 0.0,
    },
    refuses=[(-0.1, "seasons")],
    key=("animal", "season", "from_utc", "to_utc"),
)  # fmt: skip

UNITS = Example(
    row={"animal": "a1", "unit": 1},
    other={"animal": "a2"},
    refuses=[(0, "unit")],
    key=("animal",),
)

BORDER_REPORT = Example(
    row={
        "herd": "wakhan-argali", "boundary": "afg-tjk", "left_state": "Tajikistan",
        "right_state": "Afghanistan", "type": "river", "source": "Natural Earth 1:10m",
        "label": "generalised", "length_km": 1170.0, "vertex_spacing_km": 4.2,
        "published_km": 1357.0, "published_source": "a yearbook", "difference_km": -187.0,
        "difference_percent": -13.8, "compared_source": "a finer map", "compared_km": 1362.8,
        "compared_difference_percent": 16.5, "corridor_km": 9.0, "observed": 4,
        "expected_per_year": 0.8, "n_animals": 2, "months": "5;10", "geometry": LINE,
    },
    other={
        "boundary": "chn-tjk", "published_km": None, "published_source": "", "difference_km": None,
        "difference_percent": None, "compared_source": "", "compared_km": None,
        "compared_difference_percent": None, "corridor_km": 0.0, "observed": 0,
        "expected_per_year": None, "n_animals": 0, "months": "",
    },
    takes={"type": BOUNDARY_TYPES, "geometry": (LINE, LINES)},
    refuses=[
        ("wall", "type"), (-0.1, "length_km vertex_spacing_km published_km compared_km"),
        (-0.1, "corridor_km expected_per_year"), (-1, "observed n_animals"),
        *NO_LINES,
    ],
    key=("boundary",),
)  # fmt: skip

BORDER_STRETCHES = Example(
    row={
        "stretch": "afg-tjk:7", "herd": "wakhan-argali", "boundary": "afg-tjk",
        "left_state": "Tajikistan", "right_state": "Afghanistan", "type": "river",
        "source": "Natural Earth 1:10m", "label": "generalised", "from_km": 35.0, "to_km": 40.0,
        "length_m": 5000.0, "corridor_class": "medium", "expected_per_year": 0.8, "observed": 4,
        "n_animals": 2, "months": "5;10", "geometry": LINE,
    },
    other={
        "stretch": "afg-tjk:0", "from_km": 0.0, "expected_per_year": None, "observed": 0,
        "n_animals": 0, "months": "",
    },
    takes={"type": BOUNDARY_TYPES, "corridor_class": PLACES},
    refuses=[
        ("wall", "type"), (-0.1, "from_km to_km length_m expected_per_year"),
        ("widest", "corridor_class"), (-1, "observed n_animals"),
        *NO_LINE,
    ],
    key=("stretch",),
)  # fmt: skip

BORDER_CROSSINGS = Example(
    row={
        "boundary": "afg-tjk", "animal": "ewe 3", "time_utc": utc("2020-05-09 13:27:04"),
        "month": 5, "season": "spring", "from_state": "Afghanistan", "to_state": "Tajikistan",
        "geometry": POINT,
    },
    other={"time_utc": utc("2020-11-02 01:00")},
    takes={"month": (1, 12)},
    refuses=[
        (0, "month"), (13, "month"),
        *NO_POINT,
    ],
)  # fmt: skip

NATIONAL_SHARES = Example(
    row={
        "herd": "wakhan-argali", "state": "Tajikistan", "corridor_km2": 250.0,
        "corridor_share": 0.45, "mass_share": 0.4, "n_animals": 7,
    },
    other={
        "state": "Afghanistan", "corridor_km2": 0.0, "corridor_share": 0.0, "mass_share": None,
        "n_animals": 0,
    },
    refuses=[
        (-0.1, "corridor_km2"), (-0.01, "corridor_share mass_share"),
        (1.01, "corridor_share mass_share"), (-1, "n_animals"),
    ],
    key=("state",),
)  # fmt: skip
