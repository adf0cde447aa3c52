"""Rows of what habitat explains."""

from __future__ import annotations

from contract.rows.example import (
    KINDS,
    LINE,
    NO_LINE,
    PERMEABILITY_SOURCES,
    Example,
)

SELECTION = Example(
    row={
        "herd": "wakhan-argali", "term": "elevation", "layer": "elevation", "kind": "linear",
        "class": "", "is_estimated": True, "coefficient": -0.42, "se": 0.11, "low": -0.64,
        "high": -0.2, "relative_use": 0.66, "relative_use_low": 0.53, "relative_use_high": 0.82,
        "mean": 4120.0, "sd": 310.0, "used_frac": 0.3, "available_frac": 0.45, "n_animals": 9,
        "n_fixes": 2100,
    },
    other={
        "term": "land-cover:forest", "is_estimated": False, "coefficient": None, "se": None,
        "low": None, "high": None, "relative_use": None, "relative_use_low": None,
        "relative_use_high": None, "mean": None, "sd": None, "used_frac": None,
        "available_frac": None, "n_animals": 0, "n_fixes": 0,
    },
    takes={"kind": ("linear", "quadratic", "class", "reference")},
    refuses=[
        ("cubic", "kind"), (-0.1, "se relative_use relative_use_low relative_use_high"),
        (0.0, "sd"), (-0.01, "used_frac available_frac"), (1.01, "used_frac available_frac"),
        (-1, "n_animals n_fixes"),
    ],
    key=("term",),
)  # fmt: skip

DRIVERS = Example(
    row={
        "herd": "wakhan-argali", "migration": "9f2c01ab", "animal": "ewe 3", "bio_year": 2020,
        "season": "spring", "layer": "ndvi", "n_fixes": 116, "n_known": 110, "days": 19.0,
        "net_km": 62.5, "speed_km_d": 3.3, "wave_days": 24.0, "wave_km_d": 2.6,
        "days_from_peak": -3.5, "abs_days_from_peak": 5.25, "abs_days_if_stayed": 11.0,
        "correlation": 0.83,
    },
    other={
        "migration": "77d1c0fe", "n_fixes": 0, "n_known": 0, "days": 0.0, "net_km": None,
        "speed_km_d": None, "wave_days": None, "wave_km_d": None, "days_from_peak": None,
        "abs_days_from_peak": None, "abs_days_if_stayed": None, "correlation": None,
    },
    takes={"wave_days": (-8.0,), "correlation": (-1.0, 1.0)},
    refuses=[
        (-1, "n_fixes n_known"),
        (-0.1, "days net_km speed_km_d wave_km_d abs_days_from_peak abs_days_if_stayed"),
        (-1.01, "correlation"), (1.01, "correlation"),
    ],
    key=("migration",),
)  # fmt: skip

GAINS = Example(
    row={
        "segment": "fences:12:3", "herd": "wakhan-argali", "barrier": "fences:12",
        "name": "Border fence", "kind": "fence", "class": "fence_border", "permeability": 0.1,
        "permeability_source": "stated", "n_edges": 12, "gain": 0.034, "gain_share": 0.021,
        "gain_linear": 0.05, "is_solved_anew": True, "rank": 1, "geometry": LINE,
    },
    other={
        "segment": "fences:12:4", "n_edges": 0, "gain": 0.0, "gain_share": 0.0,
        "gain_linear": 0.0, "is_solved_anew": False, "rank": 2,
    },
    takes={"kind": KINDS, "permeability_source": PERMEABILITY_SOURCES},
    refuses=[
        ("hedge", "kind"), (-0.01, "permeability gain_share"), (1.01, "permeability gain_share"),
        ("guessed", "permeability_source"), (-1, "n_edges"), (-0.1, "gain gain_linear"),
        (0, "rank"),
        *NO_LINE,
    ],
    key=("segment",),
)  # fmt: skip
