"""Rows of what the animals did."""

from __future__ import annotations

from numpy import int32, uint16

from contract.rows.example import (
    MOVEMENTS,
    NO_POINT,
    POINT,
    Example,
    utc,
)

FIXES = Example(
    row={
        "herd": "wakhan-argali", "animal": "ewe 3", "time_utc": utc("2020-05-02 04:00:30"),
        "dop": 2.4, "fix_type": "3d", "species": "Ovis ammon polii", "source": "tracks.csv",
        "source_row": 2, "flags": uint16(0), "geometry": POINT,
    },
    other={"dop": None, "source_row": 1, "flags": uint16(513), "geometry": None},
    takes={"fix_type": ("3d", "2d", "none", "")},
    refuses=[
        (-0.1, "dop"), ("4d", "fix_type"), (0, "source_row"),
        *NO_POINT,
    ],
)  # fmt: skip

CLEAN_FIXES = Example(
    row={
        "herd": "wakhan-argali", "animal": "ewe 3", "time_utc": utc("2020-05-02 04:00:30"),
        "dop": 2.4, "fix_type": "2d", "species": "Ovis ammon polii", "source": "tracks.csv",
        "source_row": 2, "flags": uint16(16), "geometry": POINT,
        "x_m": -1520.5, "y_m": 880.25, "burst": int32(3),
    },
    other={
        "dop": None, "source_row": 1, "geometry": None, "x_m": None, "y_m": None,
        "burst": int32(-1),
    },
    takes={"fix_type": ("3d", "2d", "none", "")},
    refuses=[
        (-0.1, "dop"), ("4d", "fix_type"), (0, "source_row"),
        *NO_POINT,
    ],
)  # fmt: skip

MIGRATIONS = Example(
    row={
        "migration": "9f2c01ab", "herd": "wakhan-argali", "animal": "ewe 3", "bio_year": 2020,
        "season": "spring", "part": "migration", "start_utc": utc("2020-05-02"),
        "end_utc": utc("2020-05-21 18:00"), "class": "migrant", "method": "auto", "is_open": False,
    },
    other={"migration": "77d1c0fe"},
    takes={"part": ("migration", "range"), "class": MOVEMENTS, "method": ("auto", "pick")},
    refuses=[("stay", "part"), ("wanderer", "class"), ("guess", "method")],
    key=("migration",),
)  # fmt: skip

ANIMAL_YEARS = Example(
    row={
        "herd": "wakhan-argali", "animal": "ewe 3", "bio_year": 2020, "class": "migrant",
        "reason": "short_stay", "best_model": "mixed_migrant", "objection_km": 4.2,
        "objection_limit_km": 10.0, "objection_d": 12.5, "objection_limit_d": 30.0,
        "windows": "unseen_return", "lost_seasons": "spring;autumn", "n_fixes": 1460,
        "n_days": 362, "fix_interval_d": 0.25, "anchor": "first", "first_d": 12.5,
        "first_utc": utc("2020-03-01"),
        "last_utc": utc("2021-02-27 20:00"), "displacement_km": 71.4, "range_distance_km": 64.0,
        "theta_d": 70.5, "phi_d": 6.2, "theta_back_d": 245.0, "phi_back_d": 8.8,
        "weight_migrant": 0.96, "weight_mixed_migrant": 0.03, "weight_disperser": 0.01,
        "weight_resident": 0.0, "weight_nomad": 0.0, "n_effective": 41.5, "convergence": 0.9,
        "on_bound": "phi2_d;rho_d",
    },
    other={
        "animal": "ram 1", "bio_year": 2021, "class": "unclassified", "n_fixes": 0,
        "reason": "few_fixes;few_days", "best_model": "", "objection_km": None,
        "objection_limit_km": None, "objection_d": None, "objection_limit_d": None,
        "n_days": 0, "fix_interval_d": None, "first_d": None,
        "displacement_km": None, "range_distance_km": None, "theta_d": None, "phi_d": None,
        "theta_back_d": None, "phi_back_d": None, "weight_migrant": None,
        "weight_mixed_migrant": None, "weight_disperser": None, "weight_resident": None,
        "weight_nomad": None, "n_effective": None, "convergence": None,
    },
    takes={
        "class": MOVEMENTS,
        "reason": ("", "fits_best", "wandering"),
        "best_model": ("migrant", "disperser", "resident", "nomad"),
        "windows": ("", "picked", "no_return"),
        "anchor": ("last",),
    },
    refuses=[
        ("wanderer", "class best_model"), (-1, "n_fixes n_days"), ("middle", "anchor"),
        ("too few", "reason"), ("few_fixes;", "reason"), ("guessed", "windows"),
        (-0.1, "displacement_km range_distance_km n_effective fix_interval_d"),
        (-0.1, "objection_km objection_limit_km objection_limit_d"),
        (-0.01, "weight_migrant weight_mixed_migrant weight_disperser weight_resident"),
        (1.01, "weight_migrant weight_mixed_migrant weight_disperser weight_resident"),
        (-0.01, "weight_nomad convergence"), (1.01, "weight_nomad convergence"),
    ],
    key=("animal", "bio_year"),
)  # fmt: skip

LEGS = Example(
    row={
        "migration": "9f2c01ab", "leg": 1, "start_utc": utc("2020-05-02"),
        "end_utc": utc("2020-05-09"), "net_km": 31.5, "path_km": 40.25,
        "stop_days": 4.25,
    },
    other={"migration": "77d1c0fe", "leg": 2, "net_km": 0.0, "path_km": 0.0, "stop_days": 0.0},
    refuses=[(0, "leg"), (-0.1, "net_km path_km stop_days")],
    key=("migration", "leg"),
)  # fmt: skip

SURFACES = Example(
    row={"migration": "9f2c01ab", "row": int32(-14), "col": int32(230), "mass": 0.0021},
    other={"migration": "77d1c0fe", "row": int32(-13), "col": int32(231), "mass": 1.0},
    refuses=[(-0.001, "mass"), (1.001, "mass")],
    key=("migration", "row", "col"),
)

ESTIMATES = Example(
    row={
        "migration": "9f2c01ab", "animal": "ewe 3", "season": "spring", "part": "migration",
        "method": "dbbmm", "reason": "configured", "s2_m2_min": 812.5, "s2_low_m2_min": 650.0,
        "s2_high_m2_min": 990.0, "s2_p05_m2_min": 120.0, "s2_p95_m2_min": 2400.0, "n_fixes": 116,
        "n_bridges": 113, "max_lag_h": 8.0, "n_long_lags": 2, "n_over_max_lag": 2,
        "n_run_fixes": 61, "step_median_h": 4.0, "n_behind_s2": 85, "n_short": 6, "n_still": 1,
        "n_edge": 18, "n_breaks": 4, "mass": 1.0, "error": "no_movement",
        "error_got": 1.2, "error_limit": 20.0,
    },
    other={
        "migration": "77d1c0fe", "s2_m2_min": None, "s2_low_m2_min": None, "s2_high_m2_min": None,
        "s2_p05_m2_min": None, "s2_p95_m2_min": None, "n_fixes": 0, "n_bridges": 0,
        "n_long_lags": 0, "n_over_max_lag": 0, "n_run_fixes": 0, "step_median_h": None,
        "n_behind_s2": 0, "n_short": 0, "n_still": 0, "n_edge": 0, "n_breaks": 0, "mass": None,
        "error": "", "error_got": None, "error_limit": None,
    },
    # A sum of many cells may pass 1 by a rounding.
    takes={
        "part": ("migration", "range"), "mass": (0.0, 1.0 + 1e-10),
        "reason": (
            "run_holds_window", "run_too_short", "long_steps", "no_variance", "peer_profile"
        ),
        "error": (
            "few_fixes", "long_steps", "no_species_value", "few_in_a_row", "no_three_in_a_row",
            "no_short_step", "too_large", "coarse_cells",
        ),
        "error_got": (0.0,), "error_limit": (0.0,),
    },
    refuses=[
        ("stay", "part"), ("guessed", "reason"), (-0.1, "step_median_h"),
        (-1, "n_over_max_lag n_run_fixes n_behind_s2 n_short n_still"),
        (-0.1, "s2_m2_min s2_low_m2_min s2_high_m2_min s2_p05_m2_min s2_p95_m2_min"),
        (-1, "n_fixes n_bridges n_long_lags n_edge n_breaks"),
        (-0.001, "mass"), (1.00001, "mass"), (0.0, "max_lag_h"), ("1 fix", "error"),
        (-0.1, "error_got error_limit"),
    ],
    key=("migration",),
)  # fmt: skip

VARIANCES = Example(
    row={
        "migration": "9f2c01ab", "animal": "ewe 3", "start_utc": utc("2020-05-02 04:00"),
        "s2_m2_min": 812.5, "source": "windows",
    },
    other={"migration": "77d1c0fe", "start_utc": utc("2020-05-02 08:00"), "s2_m2_min": 0.0},
    takes={"source": ("windows", "edge", "track")},
    refuses=[(-0.1, "s2_m2_min"), ("guess", "source")],
    key=("migration", "start_utc"),
)  # fmt: skip

MIGRATION_FACTS = Example(
    row={
        "migration": "9f2c01ab", "herd": "wakhan-argali", "animal": "ewe 3", "bio_year": 2020,
        "season": "spring", "start_utc": utc("2020-05-02"), "end_utc": utc("2020-05-21"),
        "is_open": False, "n_fixes": 116, "fix_interval_h": 4.0, "days": 19.0,
        "tracked_days": 18.5, "stopover_days": 7.25, "net_km": 62.5, "path_km": 118.0,
        "resampled_km": 97.5, "farthest_km": 64.0, "speed_km_d": 6.2,
    },
    other={
        "migration": "77d1c0fe", "is_open": True, "n_fixes": 0, "fix_interval_h": None,
        "tracked_days": 0.0, "stopover_days": None, "net_km": None, "path_km": None,
        "resampled_km": None, "farthest_km": None, "speed_km_d": None,
    },
    refuses=[
        (-1, "n_fixes"), (-0.1, "fix_interval_h days tracked_days stopover_days"),
        (-0.1, "net_km path_km resampled_km farthest_km speed_km_d"),
    ],
    key=("migration",),
)  # fmt: skip

DISPLACEMENT_FITS = Example(
    row={
        "herd": "wakhan-argali", "animal": "ewe 3", "bio_year": 2020, "model": "mixed_migrant",
        "weight": 0.96, "anchor": "first", "first_d": 0.5, "delta_km": 71.5, "theta_d": 70.5,
        "phi_d": 6.25, "rho_d": 168.0, "phi2_d": 8.5, "zeta": 0.9, "gamma_km": 1.5,
        "kappa_per_d": 0.2, "beta_km_per_d": 0.1,
    },
    other={
        "animal": "ram 1", "bio_year": 2021, "model": "resident", "weight": 0.0, "anchor": "last",
        "delta_km": None, "theta_d": None, "phi_d": None, "rho_d": None, "phi2_d": None,
        "zeta": None, "gamma_km": None, "kappa_per_d": None, "beta_km_per_d": None,
    },
    takes={
        "model": ("migrant", "mixed_migrant", "disperser", "resident", "nomad"),
        "anchor": ("first", "last"),
    },
    refuses=[("wanderer", "model"), (-0.01, "weight"), (1.01, "weight"), ("middle", "anchor")],
    key=("animal", "bio_year", "model"),
)  # fmt: skip
