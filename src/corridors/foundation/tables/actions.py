"""What to do where, one ranked table per kind of action."""

from __future__ import annotations

import pandera.pandas as pa

from corridors.foundation.tables.columns import (
    AT_LEAST_0,
    FRACTION,
    boolean,
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
    BOUNDARY_TYPES,
    CORRIDOR_CLASSES,
)

_RANK = {"action": text(), "herd": text(), "rank": integer(pa.Check.ge(1))}
_WHERE = text((*CORRIDOR_CLASSES, "outside"))

# Advice is given at places of grade ``act`` alone. Gains are missing passages per year that would
# happen again, per animal or of the herd as in THREATS; estimate and interval are the mean and the
# 5 and 95 % quantiles of the draws of the places, added up draw by draw. Costs in the study's
# currency; NaN: unknown.
FENCE_SECTIONS = layer_contract(
    "FENCE_SECTIONS",
    {
        **_RANK,
        "barrier": text(),
        "name": text(),
        "class": text(),
        "from_km": number(AT_LEAST_0),
        "to_km": number(AT_LEAST_0),
        "length_m": number(AT_LEAST_0),
        "n_segments": integer(pa.Check.ge(1)),
        "segments": text(),  # "a;b;c"
        "threats": text(),  # the places they belong to
        "n_animals": integer(AT_LEAST_0),
        "n_units": integer(AT_LEAST_0),  # independent ones, at most at one of the places
        "corridor_class": _WHERE,  # the highest
        "kappa": number(FRACTION),  # mean by missing passages
        "removed_gain": number(AT_LEAST_0),
        "removed_gain_p05": number(AT_LEAST_0),
        "removed_gain_p95": number(AT_LEAST_0),
        "modified_gain": number(AT_LEAST_0),
        "modified_gain_p05": number(AT_LEAST_0),
        "modified_gain_p95": number(AT_LEAST_0),
        "gain_per_km": number(AT_LEAST_0),  # of removal
        # Largest gain_share of GAINS among its segments. Opening more never connects less, so the
        # whole section gives at least that; single gains do not add up. NaN: none is known.
        "gain_share": number(FRACTION, nullable=True),
        "remove_cost": number(AT_LEAST_0, nullable=True),
        "modify_cost": number(AT_LEAST_0, nullable=True),
        "currency": text(),
        **passage_unit(),  # of the gains
        "geometry": geometry("LineString", "MultiLineString"),
    },
    unique=["action"],
)

# Where to build crossing structures on roads and railways, in the order in which to build them.
CROSSING_SITES = layer_contract(
    "CROSSING_SITES",
    {
        **_RANK,  # the order in which to build them
        "segment": text(),
        "threat": text(),  # the place it lies in
        "barrier": text(),
        "name": text(),
        "kind": text(BARRIER_KINDS),
        "class": text(),
        "status": text(BARRIER_STATUS),
        "at_km": number(AT_LEAST_0),
        "corridor_class": _WHERE,
        "n_segments": integer(pa.Check.ge(1)),  # served by this and no site before it
        "n_animals": integer(AT_LEAST_0),  # at the place it lies in
        "n_units": integer(AT_LEAST_0),
        "gain_per_year": number(AT_LEAST_0),  # added to the sites before it
        "gain_p05": number(AT_LEAST_0),
        "gain_p95": number(AT_LEAST_0),
        "gain_so_far": number(AT_LEAST_0),
        "share_so_far": number(FRACTION),  # of what structures everywhere would gain
        "is_optimal": boolean(),  # no other choice of as many sites gains more
        "cost": number(AT_LEAST_0, nullable=True),  # in the study's currency; NaN: unknown
        "currency": text(),
        **passage_unit(),  # of the gains
        "geometry": geometry("Point"),
    },
    unique=["action"],
)

# Areas to shift or to leave out, by how much use each km² of that spares.
FOOTPRINTS = layer_contract(
    "FOOTPRINTS",
    {
        **_RANK,
        "polygon": text(),
        "name": text(),
        "kind": text(BARRIER_KINDS),
        "class": text(),
        "status": text(BARRIER_STATUS),
        "season": text(),
        "severity": number(FRACTION),
        "use_avoided_frac": number(FRACTION),  # share of the herd's use in that season x severity
        "moved_km2": number(pa.Check.gt(0)),
        "moved_part": text(("in_corridor", "whole")),
        "avoided_per_km2": number(AT_LEAST_0),
        "cost": number(AT_LEAST_0, nullable=True),  # in the study's currency; NaN: unknown
        "currency": text(),
        "geometry": geometry("Polygon", "MultiPolygon"),
    },
    unique=["action"],
)

# Stretches of boundary that states would have to agree on.
BORDER_AGREEMENTS = layer_contract(
    "BORDER_AGREEMENTS",
    {
        **_RANK,
        "stretch": text(),
        "boundary": text(),
        "left_state": text(),
        "right_state": text(),
        "type": text(BOUNDARY_TYPES),
        "source": text(),
        "label": text(),
        "from_km": number(AT_LEAST_0),
        "to_km": number(AT_LEAST_0),
        "length_m": number(AT_LEAST_0),
        "corridor_class": _WHERE,
        # Across the boundary, in the unit of the gains; NaN: nobody was tracked.
        "passages_per_year": number(AT_LEAST_0, nullable=True),
        "n_animals": integer(AT_LEAST_0),
        "months": text(),
        "n_threats_nearby": integer(AT_LEAST_0),
        "n_units_nearby": integer(AT_LEAST_0),  # at most at one of them
        "missing_nearby_per_year": number(AT_LEAST_0),  # at places near the stretch: the gain
        "missing_nearby_p05": number(AT_LEAST_0),
        "missing_nearby_p95": number(AT_LEAST_0),
        "cost": number(AT_LEAST_0, nullable=True),  # never known: negotiations have no price
        "currency": text(),
        **passage_unit(),  # of the gains
        "geometry": geometry("LineString"),
    },
    unique=["action"],
)
