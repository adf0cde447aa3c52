"""Rows of what a scenario changes, and of a barrier before and after its day."""

from __future__ import annotations

from contract.rows.example import (
    AREA,
    GRADES,
    KINDS,
    LINE,
    LINES,
    NO_AREA,
    NO_LINE,
    NO_LINES,
    PATCHES,
    STATUS,
    Example,
)

ALTERATIONS = Example(
    row={
        "segment": "fences:12:3", "change": "opened", "rule": "open 2", "permeability": 0.55,
        "open_share": 0.5, "permeability_open": 1.0,
    },
    other={
        "segment": "fences:12:4", "change": "removed", "rule": "remove 1", "permeability": None,
        "open_share": None, "permeability_open": None,
    },
    takes={"change": ("removed", "opened", "changed")},
    refuses=[
        ("added", "change"), (-0.01, "permeability open_share permeability_open"),
        (1.01, "permeability open_share permeability_open"),
    ],
    key=("segment",),
)  # fmt: skip

DIFFERENCE = Example(
    row={
        "threat": "wakhan-argali/fences:12:2-a3f1c9",
        "threat_before": "wakhan-argali/fences:12:1-55b0d2", "herd": "wakhan-argali",
        "name": "Border fence", "kind": "fence", "class": "fence_border", "change": "opened",
        "status": "existing", "corridor_class": "high", "from_km": 2.0, "to_km": 3.0,
        "length_m": 1000.5, "n_segments": 2, "segments": "fences:12:2;fences:12:3",
        "free_per_year": 1.6, "open_share": 0.5, "kappa_before": 0.3, "kappa_after": 0.65,
        "missing_before": 1.1, "missing_after": 0.55, "missing_change": -0.55,
        "change_p05": -0.9, "change_p95": -0.2, "grade_before": "act",
        "grade_after": "look_on_site", "rank_before": 1.0, "rank_after": 4.0,
        "unit": "whole_herd", "population_size": 800.0, "population_source": "census",
        "geometry": LINE,
    },
    other={
        "threat": "wakhan-argali/line:1:0-1c92aa", "threat_before": "", "change": "added",
        "from_km": 0.0, "n_segments": 1, "free_per_year": None, "open_share": None,
        "kappa_before": None, "kappa_after": None, "missing_before": None,
        "missing_after": None, "missing_change": None, "change_p05": None, "change_p95": None,
        "grade_before": "", "grade_after": "not_known", "rank_before": None, "rank_after": None,
        "unit": "per_animal", "population_size": None, "population_source": "",
    },
    takes={
        "kind": KINDS, "change": ("added", "removed", "opened", "changed", ""), "status": STATUS,
        "missing_before": (0.0,), "missing_after": (0.0,), "free_per_year": (0.0,),
        "grade_before": ("", *GRADES), "grade_after": GRADES, "rank_after": (1.0,),
        "geometry": (LINE, LINES),
    },
    refuses=[
        ("hedge", "kind"), ("moved", "change"), ("rumoured", "status"), (0, "n_segments"),
        (-0.1, "from_km to_km length_m free_per_year missing_before missing_after"),
        (-0.01, "open_share kappa_before kappa_after"),
        (1.01, "open_share kappa_before kappa_after"), ("harmful", "grade_before grade_after"),
        ("", "grade_after"), (0.9, "rank_before rank_after"), ("per animal", "unit"),
        (0.0, "population_size"),
        *NO_LINES,
    ],
    key=("threat", "threat_before", "change"),
)  # fmt: skip

FRAGMENTS = Example(
    row={
        "fragment": "before:1", "herd": "wakhan-argali", "state": "before", "area_km2": 310.0,
        "mass_share": 0.9, "is_joined": True, "geometry": AREA,
    },
    other={
        "fragment": "after:1", "state": "after", "area_km2": 0.0, "mass_share": None,
        "is_joined": False,
    },
    takes={"state": ("before", "after"), "geometry": (AREA, PATCHES)},
    refuses=[
        ("during", "state"), (-0.1, "area_km2"), (-0.01, "mass_share"), (1.01, "mass_share"),
        *NO_AREA,
    ],
    key=("fragment",),
)  # fmt: skip

BEFORE_AFTER = Example(
    row={
        "measure": "passages", "herd": "wakhan-argali",
        "before": 3.5, "before_p05": 2.1, "before_p95": 5.2, "n_before": 9, "after": 1.5,
        "after_p05": 0.4, "after_p95": 2.8, "n_after": 7, "difference": -2.0,
        "difference_p05": -3.9, "difference_p95": -0.3, "n_paired": 4, "paired_difference": -1.5,
        "paired_p05": -3.0, "paired_p95": 0.2, "reason": "",
    },
    other={
        "measure": "not_passed", "before": None, "before_p05": None, "before_p95": None,
        "n_before": 0, "after": None, "after_p05": None, "after_p95": None, "n_after": 0,
        "difference": None, "difference_p05": None, "difference_p95": None, "n_paired": 0,
        "paired_difference": None, "paired_p05": None, "paired_p95": None,
        "reason": "few_before;few_paired",
    },
    takes={"measure": ("pass_share", "cut_off", "migration_length", "migration_detour")},
    refuses=[
        (-1, "n_before n_after n_paired"), ("encounters", "measure"), ("too few", "reason"),
    ],
    key=("measure",),
)  # fmt: skip

BEFORE_AFTER_SEGMENTS = Example(
    row={
        "segment": "roads:1:4", "herd": "wakhan-argali", "barrier": "roads:1", "name": "M41",
        "kind": "road", "length_m": 1000.5, "passages_before": 0.8, "passages_after": 0.2,
        "passages_change": -0.6, "geometry": LINE,
    },
    other={
        "segment": "roads:1:5", "passages_before": None, "passages_after": None,
        "passages_change": None,
    },
    takes={"kind": KINDS},
    refuses=[
        ("hedge", "kind"), (-0.1, "length_m passages_before passages_after"),
        *NO_LINE,
    ],
    key=("segment",),
)  # fmt: skip
