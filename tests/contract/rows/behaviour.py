"""Rows of what animals did at barriers."""

from __future__ import annotations

from contract.rows.example import (
    KINDS,
    LINE,
    LINES,
    NO_LINES,
    NO_POINT,
    POINT,
    Example,
    utc,
)

BEHAVIOUR = Example(
    row={
        "event": "ewe 3/fence/17", "herd": "wakhan-argali", "animal": "ewe 3", "kind": "fence",
        "season": "spring", "start_utc": utc("2020-05-09 08:00"),
        "end_utc": utc("2020-05-10 04:00"), "duration_h": 20.0, "n_fixes": 6,
        "behaviour": "back_and_forth", "reason": "", "n_crossings": 1, "straightness": 0.12,
        "own_mean": 0.61, "own_sd": 0.2, "n_windows": 88, "geometry": POINT,
    },
    other={
        "event": "ram 1/road/2", "duration_h": 0.0, "n_fixes": 1, "behaviour": "unknown",
        "reason": "end", "n_crossings": 0, "straightness": None, "own_mean": None,
        "own_sd": None, "n_windows": 0,
    },
    takes={
        "kind": KINDS,
        "behaviour": (
            "quick_cross", "bounce", "average_movement", "back_and_forth", "trace", "trapped",
            "unknown",
        ),
        "reason": ("", "end", "sparse", "still", "alone", "crossed"),
    },
    refuses=[
        ("hedge", "kind"), (-0.1, "duration_h own_sd"), (0, "n_fixes"), ("grazed", "behaviour"),
        ("it did not move", "reason"),
        (-1, "n_crossings n_windows"), (-0.01, "straightness own_mean"),
        (1.01, "straightness own_mean"),
        *NO_POINT,
    ],
    key=("event",),
)  # fmt: skip

BEHAVIOUR_SEGMENTS = Example(
    row={
        "event": "ewe 3/fence/17", "segment": "fences:12:3", "barrier": "fences:12", "n_fixes": 4,
        "n_crossings": 1, "distance_m": 35.5,
    },
    other={
        "event": "ram 1/road/2", "segment": "roads:1:0", "n_fixes": 0, "n_crossings": 0,
        "distance_m": 0.0,
    },
    refuses=[(-1, "n_fixes n_crossings"), (-0.1, "distance_m")],
    key=("event", "segment"),
)  # fmt: skip

BEHAVIOUR_INDEX = Example(
    row={
        "herd": "wakhan-argali", "barrier": "fences:12", "segment": "fences:12:3",
        "name": "Border fence", "kind": "fence", "class": "fence_border", "quick_cross": 5,
        "bounce": 4, "average_movement": 3, "back_and_forth": 2, "trace": 1, "trapped": 1,
        "unknown": 6, "encounters": 16, "altered": 8, "n_animals": 5, "n_units": 4,
        "judgement": "known", "altered_share": 0.5, "index": 2.5, "index_p05": 1.2,
        "index_p95": 3.6, "geometry": LINE,
    },
    other={
        "barrier": "roads:1", "segment": "", "quick_cross": 0, "bounce": 0, "average_movement": 0,
        "back_and_forth": 0, "trace": 0, "trapped": 0, "unknown": 0, "encounters": 0, "altered": 0,
        "n_animals": 0, "n_units": 0, "judgement": "unknown", "altered_share": None, "index": None,
        "index_p05": None, "index_p95": None,
    },
    takes={"kind": KINDS, "judgement": ("known", "unknown"), "geometry": (LINE, LINES)},
    refuses=[
        ("hedge", "kind"), (-1, "quick_cross bounce average_movement back_and_forth trace"),
        (-1, "trapped unknown encounters altered n_animals n_units"), ("likely", "judgement"),
        (-0.01, "altered_share"), (1.01, "altered_share"), (-0.1, "index index_p05 index_p95"),
        *NO_LINES,
    ],
    key=("barrier", "segment"),
)  # fmt: skip

PERMEABILITY = Example(
    row={
        "herd": "wakhan-argali", "species": "Ovis ammon polii", "kind": "fence",
        "class": "fence_border", "covariate": "class", "level": "fence_border",
        "interval_h": 4.0, "n_steps": 410, "n_crossings": 19, "n_animals": 9, "n_units": 7,
        "expected": 88.5, "kappa": 0.21, "kappa_low": 0.12, "kappa_high": 0.34, "profile_low": 0.13,
        "profile_high": 0.33, "interval": "units", "spread": 1.4, "p_value": 0.03,
        "permeability": 0.21, "permeability_low": 0.12, "permeability_high": 0.34,
        "source": "estimated", "n_doubtful": 2, "n_across": 31, "n_left_out": 3, "prior": "",
    },
    other={
        "kind": "road", "class": "all", "covariate": "season", "level": "spring",
        "interval_h": None, "n_steps": 0, "n_crossings": 0, "n_animals": 0, "n_units": 0,
        "expected": 0.0, "kappa": None, "kappa_low": None, "kappa_high": None, "profile_low": None,
        "profile_high": None, "interval": "none", "spread": None, "p_value": None,
        "permeability": None, "permeability_low": None, "permeability_high": None,
        "source": "none", "n_doubtful": 0, "n_across": 0, "n_left_out": 0, "prior": "fence/woven",
    },
    takes={
        "kind": KINDS, "covariate": ("kind", "class", "season", "time_of_day"),
        "interval": ("profile", "units", "upper_limit", "lower_limit", "none"),
        "source": ("estimated", "upper_limit", "lower_limit", "prior", "none"),
    },
    refuses=[
        (-1, "n_doubtful n_across n_left_out"),
        ("hedge", "kind"), ("weather", "covariate"), (-1, "n_steps n_crossings n_animals n_units"),
        (-0.1, "interval_h expected kappa kappa_low kappa_high profile_low profile_high spread"),
        ("wide", "interval"),
        (-0.01, "p_value permeability permeability_low permeability_high"),
        (1.01, "p_value permeability permeability_low permeability_high"), ("guessed", "source"),
    ],
    key=("kind", "class", "covariate", "level"),
)  # fmt: skip
