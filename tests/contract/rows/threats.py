"""Rows of what it costs the herd."""

from __future__ import annotations

from contract.rows.example import (
    AREA,
    COMPLETENESS,
    KINDS,
    LINE,
    NO_AREA,
    NO_LINE,
    PATCHES,
    PERMEABILITY_SOURCES,
    STATUS,
    Example,
)

THREATS = Example(
    row={
        "threat": "wakhan-argali/fences:12:3", "segment": "fences:12:3", "herd": "wakhan-argali",
        "name": "Border fence", "kind": "fence", "class": "fence_border", "status": "existing",
        "corridor_class": "high", "from_km": 2.0, "to_km": 3.0, "length_m": 1000.5,
        "passages_per_year": 0.4, "approaches_per_year": 1.2, "encounters_per_year": 1.6,
        "n_animals": 3, "n_tracked": 15, "permeability_mean": 0.3, "permeability_p05": 0.1,
        "permeability_p95": 0.6, "permeability_source": "both", "blocked_per_year": 1.1,
        "blocked_p05": 0.5, "blocked_p95": 1.9, "worst_season": "spring", "unit": "per animal",
        "gain": 0.034, "gain_share": 0.021, "gain_rank": 4.0, "score": 1.1, "rank": 1,
        "rank_p05": 1.0, "rank_p95": 3.0, "rank_width": 3, "stability": "likely", "p_top10": 0.98,
        "source": "fences.geojson", "source_completeness": "partial", "geometry": LINE,
    },
    other={
        "threat": "wakhan-argali/roads:1:0", "from_km": 0.0, "passages_per_year": 0.0,
        "approaches_per_year": 0.0, "encounters_per_year": 0.0, "n_animals": 0, "n_tracked": 0,
        "blocked_per_year": 0.0, "blocked_p05": 0.0, "blocked_p95": 0.0, "worst_season": "",
        "gain": None,
        "gain_share": None, "gain_rank": None, "score": 0.0, "p_top10": 0.0,
    },
    takes={
        "kind": KINDS, "status": STATUS, "permeability_source": PERMEABILITY_SOURCES,
        "gain_rank": (1.0,), "rank_width": (1,), "stability": ("firm", "likely", "open"),
        "source_completeness": COMPLETENESS,
    },
    refuses=[
        ("hedge", "kind"), ("rumoured", "status"), (-0.1, "from_km to_km length_m"),
        (-0.1, "passages_per_year approaches_per_year encounters_per_year"),
        (-1, "n_animals n_tracked"),
        (-0.01, "permeability_mean permeability_p05 permeability_p95"),
        (1.01, "permeability_mean permeability_p05 permeability_p95"),
        ("guessed", "permeability_source"), (-0.1, "blocked_per_year blocked_p05 blocked_p95"),
        (-0.1, "gain score"), (-0.01, "gain_share p_top10"), (1.01, "gain_share p_top10"),
        (0.9, "gain_rank rank_p05 rank_p95"), (0, "rank rank_width"), ("solid", "stability"),
        ("half", "source_completeness"),
        *NO_LINE,
    ],
    key=("threat",),
)  # fmt: skip

RANGE_EDGES = Example(
    row={
        "segment": "fences:12:3", "herd": "wakhan-argali", "name": "Border fence", "kind": "fence",
        "class": "fence_border", "from_km": 2.0, "to_km": 3.0, "length_m": 1000.5,
        "season": "winter", "has_data": False, "used_side": "left", "use_frac": 0.02,
        "uneven_frac": 0.99, "n_animals": 4, "nearest_use_m": 250.0, "habitat": "alike",
        "resistance_used": 1.2, "resistance_other": 1.3, "is_range_edge": True, "geometry": LINE,
    },
    other={
        "segment": "fences:12:0", "season": "summer", "from_km": 0.0, "n_animals": 0,
        "nearest_use_m": 0.0, "habitat": "unknown", "resistance_used": None,
        "resistance_other": None, "is_range_edge": False,
    },
    takes={
        "kind": KINDS, "season": ("all", "summer", "winter"), "used_side": ("left", "right"),
        "habitat": ("alike", "different", "unknown"),
    },
    refuses=[
        ("hedge", "kind"), (-0.1, "from_km to_km length_m nearest_use_m"), ("spring", "season"),
        ("upper", "used_side"), (-0.01, "use_frac uneven_frac"), (1.01, "use_frac uneven_frac"),
        (-1, "n_animals"), ("similar", "habitat"), (-0.1, "resistance_used resistance_other"),
        *NO_LINE,
    ],
    key=("segment", "season"),
)  # fmt: skip

CANDIDATES = Example(
    row={
        "segment": "fences:12:3", "herd": "wakhan-argali", "name": "Border fence", "kind": "fence",
        "class": "fence_border", "corridor_class": "high", "from_km": 2.0, "to_km": 3.0,
        "length_m": 1000.5, "why": "range edge", "edge_seasons": "summer;winter", "gain": 0.034,
        "gain_share": 0.021, "rank": 1, "source": "fences.geojson",
        "source_completeness": "partial", "geometry": LINE,
    },
    other={
        "segment": "fences:12:0", "from_km": 0.0, "why": "no animal tracked", "edge_seasons": "",
        "gain": None, "gain_share": None, "rank": 2,
    },
    takes={
        "kind": KINDS, "why": ("no animal tracked", "nobody was tracked here", "range edge"),
        "source_completeness": COMPLETENESS,
    },
    refuses=[
        ("hedge", "kind"), (-0.1, "from_km to_km length_m gain"), ("unclear", "why"),
        (-0.01, "gain_share"), (1.01, "gain_share"), (0, "rank"), ("half", "source_completeness"),
        *NO_LINE,
    ],
    key=("segment",),
)  # fmt: skip

AREAS = Example(
    row={
        "polygon": "fields:1", "herd": "wakhan-argali", "name": "Lower fields", "kind": "cropland",
        "class": "", "status": "existing", "source": "fields.gpkg", "mass_share": 0.12,
        "winter_share": 0.3, "summer_share": 0.01, "n_animals": 2, "permeability": 0.7,
        "geometry": AREA,
    },
    other={
        "polygon": "fields:2", "mass_share": None, "winter_share": None, "summer_share": None,
        "n_animals": 0, "permeability": None,
    },
    takes={"kind": KINDS, "status": STATUS, "geometry": (AREA, PATCHES)},
    refuses=[
        ("hedge", "kind"), ("rumoured", "status"),
        (-0.01, "mass_share winter_share summer_share permeability"),
        (1.01, "mass_share winter_share summer_share permeability"), (-1, "n_animals"),
        *NO_AREA,
    ],
    key=("polygon",),
)  # fmt: skip

EXPOSURE = Example(
    row={
        "polygon": "fields:1", "herd": "wakhan-argali", "name": "Lower fields", "kind": "cropland",
        "class": "", "status": "existing", "source": "fields.gpkg", "mass_share": 0.12,
        "winter_share": 0.3, "summer_share": 0.01, "n_animals": 2, "severity": 0.3,
        "severity_source": "prior", "season": "winter", "score": 0.09, "rank": 1,
        "geometry": AREA,
    },
    other={
        "polygon": "fields:2", "mass_share": None, "winter_share": None, "summer_share": None,
        "n_animals": 0, "season": "", "score": None, "rank": 2,
    },
    takes={
        "kind": KINDS, "status": STATUS, "severity_source": ("prior", "stated"),
        "geometry": (AREA, PATCHES),
    },
    refuses=[
        ("hedge", "kind"), ("rumoured", "status"),
        (-0.01, "mass_share winter_share summer_share severity score"),
        (1.01, "mass_share winter_share summer_share severity score"), (-1, "n_animals"),
        ("guessed", "severity_source"), (0, "rank"),
        *NO_AREA,
    ],
    key=("polygon",),
)  # fmt: skip
