"""What the animals did: fixes, windows, surfaces of single migrations."""

from __future__ import annotations

import pandera.pandas as pa

from corridors.foundation.tables.columns import (
    AT_LEAST_0,
    FRACTION,
    boolean,
    codes,
    contract,
    geometry,
    integer,
    layer_contract,
    number,
    text,
    utc,
)
from corridors.foundation.vocabulary import (
    METHOD_CHOICES,
    MOVEMENT_CLASSES,
    NO_SURFACE,
    PARTS,
    WINDOW_REASONS,
    YEAR_REASONS,
)

_FIX = {
    "herd": text(),
    "animal": text(),
    "time_utc": utc(),
    "dop": number(AT_LEAST_0, nullable=True),  # NaN: not stated by the vendor
    "fix_type": text(("3d", "2d", "none", "")),  # "": not stated
    "species": text(),
    "source": text(),  # file name as configured
    "source_row": integer(pa.Check.ge(1)),  # 1-based, header is row 1
    "flags": integer(dtype="uint16"),  # bits of vocabulary.FLAGS
    "geometry": geometry("Point", nullable=True),  # None: the vendor gave no position
}

# As delivered: sorted by (animal, time_utc, source_row), one row per fix, nothing dropped.
FIXES = layer_contract("FIXES", dict(_FIX))

# Flagged, with planar position in the working CRS (NaN where unusable) and burst number.
CLEAN_FIXES = layer_contract(
    "CLEAN_FIXES",
    {
        **_FIX,
        "x_m": number(nullable=True),  # east, in the working CRS
        "y_m": number(nullable=True),  # north, in the working CRS
        "burst": integer(dtype="int32"),  # -1: not usable
    },
)

# One row per time window: a migration, or a stay in a seasonal range.
MIGRATIONS = contract(
    "MIGRATIONS",
    {
        "migration": text(),
        "herd": text(),
        "animal": text(),
        "bio_year": integer(),
        "season": text(),  # spring, autumn or the names of season_names | winter, summer
        "part": text(PARTS),
        "start_utc": utc(),
        "end_utc": utc(),
        "class": text(MOVEMENT_CLASSES),
        "method": text(("auto", "pick")),  # found, or picked by a person
        "is_open": boolean(),
    },
    unique=["migration"],
)

# Models of displacement, as `movement.displacement` has them.
MODELS = ("migrant", "mixed_migrant", "disperser", "resident", "nomad")

# One row per animal and biological year, whatever its class: why it migrates or not.
ANIMAL_YEARS = contract(
    "ANIMAL_YEARS",
    {
        "herd": text(),
        "animal": text(),
        "bio_year": integer(),
        "class": text(MOVEMENT_CLASSES),
        "reason": codes(YEAR_REASONS),  # several only where unclassified
        "best_model": text((*MODELS, "")),  # that fits best, whether it counts or not
        # Numbers of the reason why it does not count, and what they are held against.
        "objection_km": number(AT_LEAST_0, nullable=True),
        # what objection_km is held against
        "objection_limit_km": number(AT_LEAST_0, nullable=True),
        "objection_d": number(nullable=True),  # the same for a duration
        "objection_limit_d": number(AT_LEAST_0, nullable=True),  # what objection_d is held against
        "windows": text((*WINDOW_REASONS, "")),  # what the windows are besides found; "": found
        "lost_seasons": text(),  # "spring;autumn": migrations of the model without a fix
        "n_fixes": integer(AT_LEAST_0),
        "n_days": integer(AT_LEAST_0),  # with a fix
        "fix_interval_d": number(AT_LEAST_0, nullable=True),  # median
        "anchor": text(("first", "last")),  # fixes from which displacement counts
        "first_d": number(nullable=True),  # first fix, days since the bio-year's start
        "first_utc": utc(),  # first fix of the year
        "last_utc": utc(),  # last fix of the year
        "displacement_km": number(AT_LEAST_0, nullable=True),  # farthest of the chosen model
        "range_distance_km": number(AT_LEAST_0, nullable=True),  # median winter to median summer
        "theta_d": number(nullable=True),  # half-way out, days since the bio-year's start
        "phi_d": number(nullable=True),  # how long the way out takes: its scale
        "theta_back_d": number(nullable=True),  # half-way back, as theta_d
        "phi_back_d": number(nullable=True),  # as phi_d, of the way back
        "weight_migrant": number(FRACTION, nullable=True),  # AIC weights
        "weight_mixed_migrant": number(FRACTION, nullable=True),  # AIC weight
        "weight_disperser": number(FRACTION, nullable=True),  # AIC weight
        "weight_resident": number(FRACTION, nullable=True),  # AIC weight
        "weight_nomad": number(FRACTION, nullable=True),  # AIC weight
        "n_effective": number(AT_LEAST_0, nullable=True),  # independent points behind the weights
        "convergence": number(FRACTION, nullable=True),  # share of starts that reached the optimum
        "on_bound": text(),  # "phi2_d;rho_d": parameters of the chosen model on a bound
    },
    unique=["animal", "bio_year"],
)

# One row per leg of a migration, in order; a migration without a stop has one.
LEGS = contract(
    "LEGS",
    {
        "migration": text(),
        "leg": integer(pa.Check.ge(1)),
        "start_utc": utc(),
        "end_utc": utc(),
        "net_km": number(AT_LEAST_0),  # geodesic, from its first to its last fix
        "path_km": number(AT_LEAST_0),  # geodesic, from fix to fix
        "stop_days": number(AT_LEAST_0),  # length of the stop that follows; 0 after the last leg
    },
    unique=["migration", "leg"],
)

# Sparse occurrence: mass of each migration on lattice cells, sorted by (migration, row, col).
SURFACES = contract(
    "SURFACES",
    {
        "migration": text(),
        "row": integer(dtype="int32"),  # of the cell in the lattice of the herd
        "col": integer(dtype="int32"),  # of the cell
        "mass": number(FRACTION),
    },
    unique=["migration", "row", "col"],
)

# How each window's surface came about; ``error`` is non-empty where there is none.
ESTIMATES = contract(
    "ESTIMATES",
    {
        "migration": text(),
        "animal": text(),
        "season": text(),
        "part": text(PARTS),
        "method": text(),  # of the surface: dbbmm, bbmm, fmv, line
        "reason": text(METHOD_CHOICES),  # why that method
        "s2_m2_min": number(AT_LEAST_0, nullable=True),  # motion variance
        # 95 % interval; NaN where the variance was not estimated once for the whole window.
        "s2_low_m2_min": number(AT_LEAST_0, nullable=True),
        "s2_high_m2_min": number(AT_LEAST_0, nullable=True),  # the upper end
        # Of dbbmm: s2 is the mean over the time bridged, these are quantiles over the bridges.
        "s2_p05_m2_min": number(AT_LEAST_0, nullable=True),
        "s2_p95_m2_min": number(AT_LEAST_0, nullable=True),  # the upper quantile
        "n_fixes": integer(AT_LEAST_0),
        "n_bridges": integer(AT_LEAST_0),  # steps that are bridged
        "max_lag_h": number(pa.Check.gt(0)),  # longer steps are left out
        "n_long_lags": integer(AT_LEAST_0),  # steps over that
        "n_over_max_lag": integer(AT_LEAST_0),  # steps over max_lag_h, whatever the method bridges
        "n_run_fixes": integer(AT_LEAST_0),  # longest run of fixes without such a step
        "step_median_h": number(AT_LEAST_0, nullable=True),  # median length of the steps
        # Left-out fixes, or windows of the dynamic variance, behind s2; 0: it was not estimated.
        "n_behind_s2": integer(AT_LEAST_0),
        "n_short": integer(AT_LEAST_0),  # dbbmm: bridges in runs too short for a window
        "n_still": integer(AT_LEAST_0),  # dbbmm: without movement beyond the location error
        "n_edge": integer(AT_LEAST_0),  # dbbmm: bridges near an end, from fewer windows
        "n_breaks": integer(AT_LEAST_0),  # dbbmm: fixes at which the movement changes
        "mass": number(pa.Check.in_range(0, 1 + 1e-9), nullable=True),
        "error": text(("", *NO_SURFACE)),  # why there is no surface
        # What the window has and what it may have: fixes (few_fixes, few_in_a_row,
        # no_three_in_a_row), share of the steps that are long (long_steps, no_species_value), m of
        # scatter and of location error (no_movement), min (no_short_step), MB (too_large), m of the
        # cell and of the movement (coarse_cells).
        "error_got": number(AT_LEAST_0, nullable=True),
        "error_limit": number(AT_LEAST_0, nullable=True),  # what error_got is held against
    },
    unique=["migration"],
)

# Motion variance of each bridge, where it is not one for the window (method dbbmm). ``source``:
# windows; edge: from fewer windows than inside, or carried; track: the whole window's, in a run of
# fixes too short for one.
VARIANCES = contract(
    "VARIANCES",
    {
        "migration": text(),
        "animal": text(),
        "start_utc": utc(),
        "s2_m2_min": number(AT_LEAST_0),  # motion variance of the bridge
        "source": text(("windows", "edge", "track")),
    },
    unique=["migration", "start_utc"],
)

# What each migration was; distances are geodesic.
MIGRATION_FACTS = contract(
    "MIGRATION_FACTS",
    {
        "migration": text(),
        "herd": text(),
        "animal": text(),
        "bio_year": integer(),
        "season": text(),
        "start_utc": utc(),
        "end_utc": utc(),
        "is_open": boolean(),
        "n_fixes": integer(AT_LEAST_0),  # usable fixes within the window
        "fix_interval_h": number(AT_LEAST_0, nullable=True),
        "days": number(AT_LEAST_0),  # of the window
        "tracked_days": number(AT_LEAST_0),  # without the gaps
        "stopover_days": number(AT_LEAST_0, nullable=True),  # NaN: no stopovers, or only gaps
        "net_km": number(AT_LEAST_0, nullable=True),
        "path_km": number(AT_LEAST_0, nullable=True),
        "resampled_km": number(AT_LEAST_0, nullable=True),
        "farthest_km": number(AT_LEAST_0, nullable=True),
        "speed_km_d": number(AT_LEAST_0, nullable=True),
    },
    unique=["migration"],
)

# The models fitted to an animal-year, parameters in the units of their names; a model without a
# parameter has no value of it. Days of a model count from ``first_d`` of the biological year.
DISPLACEMENT_FITS = contract(
    "DISPLACEMENT_FITS",
    {
        "herd": text(),
        "animal": text(),
        "bio_year": integer(),
        "model": text(MODELS),  # which one
        "weight": number(FRACTION),  # AIC weight among the models of the year
        "anchor": text(("first", "last")),  # fixes from which displacement counts
        "first_d": number(),  # first fix, days since the bio-year's start
        "delta_km": number(nullable=True),  # δ, length of the way out
        "theta_d": number(nullable=True),  # θ, half-way out
        "phi_d": number(nullable=True),  # φ, scale of the duration of the way out
        "rho_d": number(nullable=True),  # ρ, stay in the far range
        "phi2_d": number(nullable=True),  # φ₂, as phi_d, of the way back
        "zeta": number(nullable=True),  # ζ, share of the way that a mixed migrant comes back
        "gamma_km": number(nullable=True),  # γ, displacement that a resident keeps to
        "kappa_per_d": number(nullable=True),  # κ, rate at which a resident fills its range
        "beta_km_per_d": number(nullable=True),  # β, a nomad's displacement per day
    },
    unique=["animal", "bio_year", "model"],
)
