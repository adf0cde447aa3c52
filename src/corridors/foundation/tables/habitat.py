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
