"""Contracts of what habitat explains."""

from __future__ import annotations

import pandera.pandas as pa

from corridors.foundation.tables.columns import (
    AT_LEAST_0,
    FRACTION,
    boolean,
    contract,
    integer,
    number,
    text,
)

# One row per term of the selection model, references and classes without estimate included.
SELECTION = contract(
    "SELECTION",
    {
        "herd": text(),
        "term": text(),  # elevation, elevation^2, land-cover:forest
        "layer": text(),
        "kind": text(("linear", "quadratic", "class", "reference")),
        "class": text(),  # "" for numbers
        "is_estimated": boolean(),
        # Log of the relative use per standard deviation, or compared with the reference class;
        # NaN: reference, or not estimated.
        "coefficient": number(nullable=True),
        "se": number(AT_LEAST_0, nullable=True),
        "low": number(nullable=True),  # 95 % interval
        "high": number(nullable=True),
        "relative_use": number(AT_LEAST_0, nullable=True),  # exp(coefficient)
        "relative_use_low": number(AT_LEAST_0, nullable=True),
        "relative_use_high": number(AT_LEAST_0, nullable=True),
        "mean": number(nullable=True),  # of the layer on available ground; NaN for classes
        "sd": number(pa.Check.gt(0), nullable=True),
        "used_frac": number(FRACTION, nullable=True),  # of the animals' use; NaN for numbers
        "available_frac": number(FRACTION, nullable=True),
        "n_animals": integer(AT_LEAST_0),  # that used the class; for numbers, all that entered
        "n_fixes": integer(AT_LEAST_0),  # thinned fixes, likewise
    },
    unique=["term"],
)

# One row per migration of the season that follows the green-up.
DRIVERS = contract(
    "DRIVERS",
    {
        "herd": text(),
        "migration": text(),
        "animal": text(),
        "bio_year": integer(),
        "season": text(),
        "layer": text(),  # whose greenness
        "n_fixes": integer(AT_LEAST_0),  # in the window
        "n_known": integer(AT_LEAST_0),  # on a cell with a green-up in that year
        "days": number(AT_LEAST_0),  # length of the window
        "net_km": number(AT_LEAST_0, nullable=True),  # geodesic, first to last fix
        "speed_km_d": number(AT_LEAST_0, nullable=True),
        # Days between the fastest green-up of the first and of the last fix's cell; negative: the
        # goal is green first.
        "wave_days": number(nullable=True),
        "wave_km_d": number(AT_LEAST_0, nullable=True),  # NaN: the goal is not green later
        "days_from_peak": number(nullable=True),  # mean, positive: after the fastest green-up
        "abs_days_from_peak": number(AT_LEAST_0, nullable=True),
        "abs_days_if_stayed": number(AT_LEAST_0, nullable=True),  # had it not left its first cell
        "correlation": number(pa.Check.in_range(-1, 1), nullable=True),  # dates of fixes and peaks
    },
    unique=["migration"],
)
