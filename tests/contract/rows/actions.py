"""Rows of what to do where."""

from __future__ import annotations

from contract.rows.example import (
    AREA,
    BOUNDARY_TYPES,
    KINDS,
    LINE,
    LINES,
    NO_AREA,
    NO_LINE,
    NO_LINES,
    NO_POINT,
    PATCHES,
    PLACES,
    POINT,
    STATUS,
    Example,
)

_PER_ANIMAL = {"unit": "per_animal", "population_size": None, "population_source": ""}

FENCE_SECTIONS = Example(
    row={
        "action": "wakhan-argali/fence/1", "herd": "wakhan-argali", "rank": 1,
        "barrier": "fences:12", "name": "Border fence", "class": "fence_border", "from_km": 2.0,
        "to_km": 4.0, "length_m": 2001.0, "n_segments": 2, "segments": "fences:12:2;fences:12:3",
        "threats": "wakhan-argali/fences:12:2-a3f1c9", "n_animals": 4, "n_units": 3,
        "corridor_class": "high", "kappa": 0.3, "removed_gain": 2.2, "removed_gain_p05": 1.1,
        "removed_gain_p95": 3.9, "modified_gain": 1.4, "modified_gain_p05": 0.7,
        "modified_gain_p95": 2.5, "gain_per_km": 1.1, "gain_share": 0.02,
        "remove_cost": 9000.0, "modify_cost": 4000.0, "currency": "USD", "unit": "whole_herd",
        "population_size": 800.0, "population_source": "census",
        "geometry": LINE,
    },
    other={
        "action": "wakhan-argali/fence/2", "rank": 2, "from_km": 0.0, "n_segments": 1,
        "n_animals": 0, "n_units": 0, "removed_gain_p05": 0.0, "gain_share": None,
        "remove_cost": None, "modify_cost": None, **_PER_ANIMAL,
    },
    takes={"corridor_class": PLACES, "geometry": (LINE, LINES)},
    refuses=[
        (0, "rank n_segments"), (-0.1, "from_km to_km length_m"),
        (-1, "n_animals n_units"), ("widest", "corridor_class"), (-0.01, "kappa gain_share"),
        (1.01, "kappa gain_share"),
        (-0.1, "removed_gain removed_gain_p05 removed_gain_p95 gain_per_km"),
        (-0.1, "modified_gain modified_gain_p05 modified_gain_p95"),
        (-0.1, "remove_cost modify_cost"),
        ("per animal", "unit"), (0.0, "population_size"),
        *NO_LINES,
    ],
    key=("action",),
)  # fmt: skip

CROSSING_SITES = Example(
    row={
        "action": "wakhan-argali/site/1", "herd": "wakhan-argali", "rank": 1,
        "segment": "roads:1:4", "threat": "wakhan-argali/roads:1:2-07bd41", "barrier": "roads:1",
        "name": "M41", "kind": "road", "class": "road_paved", "status": "existing", "at_km": 4.5,
        "corridor_class": "high", "n_segments": 3, "n_animals": 4, "n_units": 3,
        "gain_per_year": 0.9,
        "gain_p05": 0.3, "gain_p95": 1.6, "gain_so_far": 0.9, "share_so_far": 0.4,
        "is_optimal": True, "cost": 250000.0, "currency": "USD", "unit": "whole_herd",
        "population_size": 800.0, "population_source": "census",
        "geometry": POINT,
    },
    other={
        "action": "wakhan-argali/site/2", "rank": 2, "at_km": 0.0, "n_segments": 1,
        "n_animals": 0, "n_units": 0, "gain_per_year": 0.0, "gain_p05": 0.0, "gain_p95": 0.0,
        "is_optimal": False, "cost": None, **_PER_ANIMAL,
    },
    takes={"kind": KINDS, "status": STATUS, "corridor_class": PLACES},
    refuses=[
        (0, "rank n_segments"), ("hedge", "kind"), ("rumoured", "status"), (-0.1, "at_km"),
        ("widest", "corridor_class"), (-0.1, "gain_per_year gain_p05 gain_p95 gain_so_far cost"),
        (-0.01, "share_so_far"), (1.01, "share_so_far"), (-1, "n_animals n_units"),
        ("per animal", "unit"), (0.0, "population_size"),
        *NO_POINT,
    ],
    key=("action",),
)  # fmt: skip

FOOTPRINTS = Example(
    row={
        "action": "wakhan-argali/footprint/1", "herd": "wakhan-argali", "rank": 1,
        "polygon": "fields:1", "name": "Lower fields", "kind": "cropland", "class": "",
        "status": "existing", "season": "winter", "severity": 0.3, "use_avoided_frac": 0.09,
        "moved_km2": 1.8, "moved_part": "in_corridor", "avoided_per_km2": 0.05,
        "cost": 12000.0, "currency": "USD", "geometry": AREA,
    },
    other={
        "action": "wakhan-argali/footprint/2", "rank": 2, "severity": 0.0,
        "use_avoided_frac": 0.0, "moved_part": "whole", "avoided_per_km2": 0.0, "cost": None,
    },
    takes={
        "kind": KINDS, "status": STATUS, "moved_part": ("in_corridor", "whole"),
        "geometry": (AREA, PATCHES),
    },
    refuses=[
        (0, "rank"), ("hedge", "kind"), ("rumoured", "status"),
        (-0.01, "severity use_avoided_frac"), (1.01, "severity use_avoided_frac"),
        (0.0, "moved_km2"), ("half", "moved_part"), (-0.1, "avoided_per_km2 cost"),
        *NO_AREA,
    ],
    key=("action",),
)  # fmt: skip

BORDER_AGREEMENTS = Example(
    row={
        "action": "wakhan-argali/border/1", "herd": "wakhan-argali", "rank": 1,
        "stretch": "afg-tjk:7", "boundary": "afg-tjk", "left_state": "Tajikistan",
        "right_state": "Afghanistan", "type": "river", "source": "Natural Earth 1:10m",
        "label": "generalised", "from_km": 35.0, "to_km": 40.0, "length_m": 5000.0,
        "corridor_class": "medium", "passages_per_year": 0.8, "n_animals": 2, "months": "5;10",
        "n_threats_nearby": 3, "n_units_nearby": 4, "missing_nearby_per_year": 1.4,
        "missing_nearby_p05": 0.4, "missing_nearby_p95": 2.6, "cost": 100.0, "currency": "USD",
        "unit": "whole_herd", "population_size": 800.0, "population_source": "census",
        "geometry": LINE,
    },
    other={
        "action": "wakhan-argali/border/2", "rank": 2, "from_km": 0.0, "passages_per_year": None,
        "n_animals": 0, "months": "", "n_threats_nearby": 0, "n_units_nearby": 0,
        "missing_nearby_per_year": 0.0, "missing_nearby_p05": 0.0, "missing_nearby_p95": 0.0,
        "cost": None, **_PER_ANIMAL,
    },
    takes={"type": BOUNDARY_TYPES, "corridor_class": PLACES},
    refuses=[
        (0, "rank"), ("wall", "type"), (-0.1, "from_km to_km length_m passages_per_year"),
        ("widest", "corridor_class"), (-1, "n_animals n_threats_nearby n_units_nearby"),
        (-0.1, "missing_nearby_per_year missing_nearby_p05 missing_nearby_p95 cost"),
        ("per animal", "unit"), (0.0, "population_size"),
        *NO_LINE,
    ],
    key=("action",),
)  # fmt: skip
