"""Rows of what it costs the herd."""

from __future__ import annotations

from contract.rows.example import (
    AREA,
    COMPLETENESS,
    GRADES,
    KINDS,
    LINE,
    LINES,
    NO_AREA,
    NO_LINE,
    NO_LINES,
    PATCHES,
    PERMEABILITY_SOURCES,
    STATUS,
    Example,
)

_SEGMENT = {
    "herd": "wakhan-argali", "name": "Border fence", "kind": "fence", "class": "fence_border",
    "status": "existing", "corridor_class": "high", "from_km": 2.0, "to_km": 3.0,
    "length_m": 1000.5,
}  # fmt: skip

THREATS = Example(
    row={
        "threat": "wakhan-argali/fences:12:2-a3f1c9", **_SEGMENT, "n_segments": 4,
        "missing_per_year": 1.1, "missing_p05": 0.5, "missing_p95": 1.9, "p_harm": 0.97,
        "grade": "act", "rank": 1.0, "rank_from": 1.0, "rank_to": 3.0, "rank_width": 3.0,
        "stability": "likely", "p_top10": 0.98, "trials_per_year": 1.6, "free_per_year": 1.3,
        "free_frac": 0.8, "kappa": 0.3, "kappa_p05": 0.1, "kappa_p95": 0.6,
        "kappa_source": "both", "n_animals": 5, "n_units": 3, "n_tracked": 15,
        "worst_season": "spring", "limits": "few_units;coarse_fixes",
        "missing_all_per_year": 1.4, "rank_all": 2.0, "unit": "whole_herd",
        "population_size": 800.0, "population_source": "census", "gain": 0.034,
        "gain_share": 0.021, "gain_rank": 4.0, "source": "fences.geojson",
        "source_completeness": "partial", "geometry": LINE,
    },
    other={
        "threat": "wakhan-argali/roads:1:0-07bd41", "from_km": 0.0, "n_segments": 1,
        "missing_per_year": None, "missing_p05": None, "missing_p95": None, "p_harm": None,
        "grade": "not_known", "rank": None, "rank_from": None, "rank_to": None,
        "rank_width": None, "stability": "open", "p_top10": None, "trials_per_year": 0.0,
        "free_per_year": None, "free_frac": None, "kappa_p05": None, "kappa_p95": None,
        "n_animals": 0, "n_units": 0, "n_tracked": 0, "worst_season": "", "limits": "",
        "missing_all_per_year": None, "rank_all": None, "unit": "per_animal",
        "population_size": None, "population_source": "", "gain": None, "gain_share": None,
        "gain_rank": None,
    },
    takes={
        "kind": KINDS, "status": STATUS, "kappa_source": PERMEABILITY_SOURCES, "grade": GRADES,
        "missing_per_year": (0.0,), "missing_p05": (0.0,), "missing_p95": (0.0,),
        "free_per_year": (0.0,), "free_frac": (0.0, 1.2), "missing_all_per_year": (0.0,),
        "rank_width": (1.0,), "rank_all": (1.0,), "gain_rank": (1.0,),
        "stability": ("firm", "likely", "open"), "source_completeness": COMPLETENESS,
        "geometry": (LINE, LINES),
    },
    refuses=[
        ("hedge", "kind"), ("rumoured", "status"), (-0.1, "from_km to_km length_m"),
        (-0.1, "missing_per_year missing_p05 missing_p95 missing_all_per_year"),
        (-0.1, "trials_per_year free_per_year free_frac gain"),
        ("per animal", "unit"), (0.0, "population_size"),
        (0, "n_segments"), (-1, "n_animals n_units n_tracked"),
        (-0.01, "p_harm kappa kappa_p05 kappa_p95 gain_share p_top10"),
        (1.01, "p_harm kappa kappa_p05 kappa_p95 gain_share p_top10"),
        ("guessed", "kappa_source"), ("harmful", "grade"), ("solid", "stability"),
        (0.9, "gain_rank rank rank_all rank_width rank_from rank_to"),
        ("half", "source_completeness"),
        *NO_LINES,
    ],
    key=("threat",),
)  # fmt: skip

THREAT_SEGMENTS = Example(
    row={
        "segment": "fences:12:3", "threat": "wakhan-argali/fences:12:2-a3f1c9",
        "herd": "wakhan-argali", "barrier": "fences:12",
        **{name: _SEGMENT[name] for name in list(_SEGMENT)[1:]}, "trials_per_year": 0.6,
        "passages_per_year": 0.1, "share": 0.4, "missing_per_year": 0.44, "kappa": 0.3,
        "kappa_source": "both", "n_animals": 3, "grade": "act", "gain": 0.034,
        "gain_share": 0.021, "source": "fences.geojson", "geometry": LINE,
    },
    other={
        "segment": "fences:12:0", "from_km": 0.0, "trials_per_year": 0.0,
        "passages_per_year": 0.0, "share": None, "missing_per_year": None, "n_animals": 0,
        "grade": "not_known", "gain": None, "gain_share": None,
    },
    takes={
        "kind": KINDS, "status": STATUS, "kappa_source": PERMEABILITY_SOURCES, "grade": GRADES,
        "missing_per_year": (0.0,),
    },
    refuses=[
        ("hedge", "kind"), ("rumoured", "status"), (-0.1, "from_km to_km length_m"),
        (-0.1, "trials_per_year passages_per_year missing_per_year gain"),
        (-0.01, "share kappa gain_share"), (1.01, "share kappa gain_share"),
        ("guessed", "kappa_source"), (-1, "n_animals"), ("harmful", "grade"),
        *NO_LINE,
    ],
    key=("segment",),
)  # fmt: skip

_EVIDENCE = list(THREATS.row)[list(THREATS.row).index("missing_per_year") :]
_EVIDENCE = _EVIDENCE[: _EVIDENCE.index("gain")]
_OF_PLACE = {"place", "herd", "status", *_EVIDENCE}

PLACES = Example(
    row={
        "place": "wakhan-argali/fences:12:2-a3f1c9", "herd": "wakhan-argali",
        "status": "existing", **{name: THREATS.row[name] for name in _EVIDENCE},
    },
    other={
        "place": "wakhan-argali/roads:1:0-07bd41",
        **{name: value for name, value in THREATS.other.items() if name in _OF_PLACE},
    },
    takes={name: values for name, values in THREATS.takes.items() if name in _OF_PLACE},
    refuses=[
        (value, " ".join(kept))
        for value, names in THREATS.refuses
        if (kept := [name for name in names.split() if name in _OF_PLACE])
    ],
    key=("place",),
)  # fmt: skip

PLACE_SEGMENTS = Example(
    row={
        "segment": "fences:12:3", "place": "wakhan-argali/fences:12:2-a3f1c9",
        "trials_per_year": 0.6, "passages_per_year": 0.1, "share": 0.4,
        "missing_per_year": 0.44, "kappa": 0.3, "kappa_source": "both", "n_animals": 3,
    },
    other={
        "segment": "fences:12:0", "trials_per_year": 0.0, "passages_per_year": 0.0, "share": None,
        "missing_per_year": None, "n_animals": 0,
    },
    takes={"kappa_source": PERMEABILITY_SOURCES, "missing_per_year": (0.0,)},
    refuses=[
        (-0.1, "trials_per_year passages_per_year missing_per_year"), (-0.01, "share kappa"),
        (1.01, "share kappa"), ("guessed", "kappa_source"), (-1, "n_animals"),
    ],
    key=("segment",),
)  # fmt: skip

PLACE_DRAWS = Example(
    row={
        "place": "wakhan-argali/fences:12:2-a3f1c9", "draw": 3, "free_per_year": 1.3,
        "missing_per_year": 0.9,
    },
    other={
        "place": "wakhan-argali/roads:1:0-07bd41", "draw": 0, "free_per_year": 0.0,
        "missing_per_year": 0.0,
    },
    refuses=[(-1, "draw"), (-0.1, "free_per_year missing_per_year")],
    key=("place", "draw"),
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
        "length_m": 1000.5, "why": "range_edge", "edge_seasons": "summer;winter", "gain": 0.034,
        "gain_share": 0.021, "rank": 1, "source": "fences.geojson",
        "source_completeness": "partial", "geometry": LINE,
    },
    other={
        "segment": "fences:12:0", "from_km": 0.0, "why": "no_animal_tracked", "edge_seasons": "",
        "gain": None, "gain_share": None, "rank": 2,
    },
    takes={
        "kind": KINDS, "why": ("no_animal_tracked", "nobody_tracked_here", "range_edge"),
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
