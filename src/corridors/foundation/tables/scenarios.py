"""What a scenario changes, and what came of it; a barrier before and after its day."""

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
    passage_unit,
    text,
)
from corridors.foundation.vocabulary import (
    BARRIER_KINDS,
    BARRIER_STATUS,
    BEFORE_AFTER_MEASURES,
    FEW_ANIMALS,
    GRADES,
)

ALTERED = ("removed", "opened", "changed")

# What a scenario does to segments and areas that are there.
ALTERATIONS = contract(
    "ALTERATIONS",
    {
        "segment": text(),  # or polygon of AREAS
        "change": text(ALTERED),
        "rule": text(),  # "remove 1", "open 2" ...
        "permeability": number(FRACTION, nullable=True),  # NaN: removed, or unknown as before
        # Of an opening: share of the encounters while open, and what passes then; else NaN.
        "open_share": number(FRACTION, nullable=True),
        "permeability_open": number(FRACTION, nullable=True),  # what passes while it is open
    },
    unique=["segment"],
)

# One row per place, or part of one, whose missing passages or whose rank differ. A place of which a
# scenario alters some segments only has a row for these and one for the others.
DIFFERENCE = layer_contract(
    "DIFFERENCE",
    {
        "threat": text(),  # in the scenario
        "threat_before": text(),  # in the study; "": there is none
        "herd": text(),
        "name": text(),
        "kind": text(BARRIER_KINDS),
        "class": text(),
        "change": text(("added", *ALTERED, "")),  # "": only what is missing, or its rank, differs
        "status": text(BARRIER_STATUS),  # in the scenario
        "corridor_class": text(),
        "from_km": number(AT_LEAST_0),
        "to_km": number(AT_LEAST_0),
        "length_m": number(AT_LEAST_0),
        "n_segments": integer(pa.Check.ge(1)),
        "segments": text(),  # "a;b;c"
        # Passages per year if it were open; NaN, as below: nobody met it.
        "free_per_year": number(AT_LEAST_0, nullable=True),
        "open_share": number(FRACTION, nullable=True),
        "kappa_before": number(FRACTION, nullable=True),
        "kappa_after": number(FRACTION, nullable=True),
        "missing_before": number(AT_LEAST_0, nullable=True),
        "missing_after": number(AT_LEAST_0, nullable=True),
        "missing_change": number(nullable=True),  # below 0: passages gained
        "change_p05": number(nullable=True),
        "change_p95": number(nullable=True),
        "grade_before": text(("", *GRADES)),  # "": there is no place
        "grade_after": text(GRADES),
        "rank_before": number(pa.Check.ge(1), nullable=True),  # NaN: not ranked
        "rank_after": number(pa.Check.ge(1), nullable=True),
        **passage_unit(),
        "geometry": geometry("LineString", "MultiLineString"),
    },
    unique=["threat", "threat_before", "change"],
)

# The low corridor, cut by lines that count as closed.
FRAGMENTS = layer_contract(
    "FRAGMENTS",
    {
        "fragment": text(),
        "herd": text(),
        "state": text(("before", "after")),
        "area_km2": number(AT_LEAST_0),
        "mass_share": number(FRACTION, nullable=True),  # of the use during migration
        "is_joined": boolean(),  # holds ground of both ranges
        "geometry": geometry("Polygon", "MultiPolygon"),
    },
    unique=["fragment"],
)

# One row per measure; NaN with a reason where too few animals say anything.
BEFORE_AFTER = contract(
    "BEFORE_AFTER",
    {
        "measure": text(BEFORE_AFTER_MEASURES),
        "herd": text(),
        "before": number(nullable=True),
        "before_p05": number(nullable=True),
        "before_p95": number(nullable=True),
        "n_before": integer(AT_LEAST_0),  # animals
        "after": number(nullable=True),
        "after_p05": number(nullable=True),
        "after_p95": number(nullable=True),
        "n_after": integer(AT_LEAST_0),
        "difference": number(nullable=True),
        "difference_p05": number(nullable=True),
        "difference_p95": number(nullable=True),
        "n_paired": integer(AT_LEAST_0),  # animals in both periods
        "paired_difference": number(nullable=True),
        "paired_p05": number(nullable=True),
        "paired_p95": number(nullable=True),
        "reason": codes(FEW_ANIMALS),  # why something is unknown
    },
    unique=["measure"],
)

# Passages over each segment of the line's place, before and after; per animal and year.
BEFORE_AFTER_SEGMENTS = layer_contract(
    "BEFORE_AFTER_SEGMENTS",
    {
        "segment": text(),
        "herd": text(),
        "barrier": text(),
        "name": text(),
        "kind": text(BARRIER_KINDS),
        "length_m": number(AT_LEAST_0),
        "passages_before": number(AT_LEAST_0, nullable=True),  # NaN: nobody was tracked
        "passages_after": number(AT_LEAST_0, nullable=True),
        "passages_change": number(nullable=True),
        "geometry": geometry("LineString"),
    },
    unique=["segment"],
)
