"""What it costs the herd: ranked places with their segments, and exposed areas."""

from __future__ import annotations

import pandera.pandas as pa

from corridors.foundation.tables.columns import (
    AT_LEAST_0,
    FRACTION,
    boolean,
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
    COMPLETENESS,
    GRADES,
    PERMEABILITY_SOURCES,
    STABILITY,
    UNMET,
)

# Evidence at a place.
_EVIDENCE = {
    # Passages that would happen if it alone were open, less those that do.
    "missing_per_year": number(AT_LEAST_0, nullable=True),
    "missing_p05": number(AT_LEAST_0, nullable=True),
    "missing_p95": number(AT_LEAST_0, nullable=True),
    "p_harm": number(FRACTION, nullable=True),  # chance of more than 0.05 per animal
    "grade": text(GRADES),
    "rank": number(pa.Check.ge(1), nullable=True),  # dense; NaN: grade not_known
    "rank_from": number(pa.Check.ge(1), nullable=True),
    "rank_to": number(pa.Check.ge(1), nullable=True),
    "rank_width": number(pa.Check.ge(1), nullable=True),  # places from rank_from to rank_to
    "stability": text(STABILITY),  # firm: rank_to at most twice rank_from; likely: five times
    "p_top10": number(FRACTION, nullable=True),  # and misses something
    "trials_per_year": number(AT_LEAST_0),
    "free_per_year": number(AT_LEAST_0, nullable=True),  # passages if it were open
    "free_frac": number(AT_LEAST_0, nullable=True),  # of the trials
    "kappa": number(FRACTION),  # permeability relative to free movement; unmet: the class's
    "kappa_p05": number(FRACTION, nullable=True),
    "kappa_p95": number(FRACTION, nullable=True),
    "kappa_source": text(PERMEABILITY_SOURCES),
    "n_animals": integer(AT_LEAST_0),  # that met it in a migration
    "n_units": integer(AT_LEAST_0),  # independent ones: animals that travel together are one
    "n_tracked": integer(AT_LEAST_0),  # animals, while it stood
    "worst_season": text(),  # with most missing passages; "": none has a name
    "limits": text(),  # "few_units;coarse_fixes", of the vocabulary LIMITS; "": none
    "missing_all_per_year": number(AT_LEAST_0, nullable=True),  # of the whole year
    "rank_all": number(pa.Check.ge(1), nullable=True),  # by these; NaN: nobody met it at all
    **passage_unit(),
}

# One row per place, a stretch of connected barrier that acts as one. Figures are per animal and
# year, or of the herd (``unit``); in migrations, but for those of the whole year (``_all``).
# Estimate and interval are the mean and the 5 and 95 % quantiles of the same draws. NaN: nobody met
# it.
THREATS = layer_contract(
    "THREATS",
    {
        "threat": text(),  # of the herd and the place's segments: the same in each run
        "herd": text(),
        "name": text(),
        "kind": text(BARRIER_KINDS),
        "class": text(),
        "status": text(BARRIER_STATUS),
        "corridor_class": text(),  # the highest of its segments
        "from_km": number(AT_LEAST_0),  # on the feature that most of it belongs to
        "to_km": number(AT_LEAST_0),
        "length_m": number(AT_LEAST_0),
        "n_segments": integer(pa.Check.ge(1)),
        **_EVIDENCE,
        # Fall of the herd's effective resistance if one of its segments alone were open: the
        # largest of them. Opening more never connects less. NaN: not computed.
        "gain": number(AT_LEAST_0, nullable=True),
        "gain_share": number(FRACTION, nullable=True),
        "gain_rank": number(pa.Check.ge(1), nullable=True),  # of that segment among all
        "source": text(),  # of the barrier
        "source_completeness": text(COMPLETENESS),
        "geometry": geometry("LineString", "MultiLineString"),
    },
    unique=["threat"],
)

# The segments of each place, and what of it each of them holds.
THREAT_SEGMENTS = layer_contract(
    "THREAT_SEGMENTS",
    {
        "segment": text(),
        "threat": text(),
        "herd": text(),
        "barrier": text(),
        "name": text(),
        "kind": text(BARRIER_KINDS),
        "class": text(),
        "status": text(BARRIER_STATUS),
        "corridor_class": text(),
        "from_km": number(AT_LEAST_0),
        "to_km": number(AT_LEAST_0),
        "length_m": number(AT_LEAST_0),
        "trials_per_year": number(AT_LEAST_0),
        "passages_per_year": number(AT_LEAST_0),  # trials that passed, in any way
        "share": number(FRACTION, nullable=True),  # of the place's trials; NaN: there are none
        "missing_per_year": number(AT_LEAST_0, nullable=True),  # that share of the place's
        "kappa": number(FRACTION),  # of the place
        "kappa_source": text(PERMEABILITY_SOURCES),
        "n_animals": integer(AT_LEAST_0),
        "grade": text(GRADES),  # of the place
        "gain": number(AT_LEAST_0, nullable=True),  # of opening this segment alone
        "gain_share": number(FRACTION, nullable=True),
        "source": text(),
        "geometry": geometry("LineString"),
    },
    unique=["segment"],
)

# Places before it is known what opening them would connect.
PLACES = contract(
    "PLACES",
    {
        "place": text(),  # the threat of THREATS
        "herd": text(),
        "status": text(BARRIER_STATUS),
        **_EVIDENCE,
    },
    unique=["place"],
)

# The segments of each place, before their gains are known.
PLACE_SEGMENTS = contract(
    "PLACE_SEGMENTS",
    {
        "segment": text(),
        "place": text(),  # that it belongs to
        "trials_per_year": number(AT_LEAST_0),
        "passages_per_year": number(AT_LEAST_0),
        "share": number(FRACTION, nullable=True),
        "missing_per_year": number(AT_LEAST_0, nullable=True),
        "kappa": number(FRACTION),
        "kappa_source": text(PERMEABILITY_SOURCES),
        "n_animals": integer(AT_LEAST_0),
    },
    unique=["segment"],
)

# What the figures of a place that was met come from, in migrations and in the unit of PLACES.
PLACE_DRAWS = contract(
    "PLACE_DRAWS",
    {
        "place": text(),  # of PLACES
        "draw": integer(AT_LEAST_0),  # number of the draw, from 0
        "free_per_year": number(AT_LEAST_0),
        "missing_per_year": number(AT_LEAST_0),
    },
    unique=["place", "draw"],
)

# Standing segments beside which nearly all of the herd's use lies on one side: where the habitat is
# alike on both, a possible complete barrier that nobody even approaches.
RANGE_EDGES = layer_contract(
    "RANGE_EDGES",
    {
        "segment": text(),
        "herd": text(),
        "name": text(),
        "kind": text(BARRIER_KINDS),
        "class": text(),
        "from_km": number(AT_LEAST_0),
        "to_km": number(AT_LEAST_0),
        "length_m": number(AT_LEAST_0),
        "season": text(("all", "summer", "winter")),  # of the use: migrations or a range
        "has_data": boolean(),
        "used_side": text(("left", "right")),  # looking from the segment's start to its end
        "use_frac": number(FRACTION),  # of the season's use, beside the segment
        "uneven_frac": number(FRACTION),  # share of that on the used side
        "n_animals": integer(AT_LEAST_0),  # at most in one cell of the used side
        "nearest_use_m": number(AT_LEAST_0),
        "habitat": text(("alike", "different", "unknown")),
        "resistance_used": number(AT_LEAST_0, nullable=True),  # mean; NaN: unknown
        "resistance_other": number(AT_LEAST_0, nullable=True),
        "is_range_edge": boolean(),  # uneven, and the habitat is alike
        "geometry": geometry("LineString"),
    },
    unique=["segment", "season"],
)

# Standing segments that nobody could have met, so that no encounter says what they block; ranked
# by what opening them would give, never as zero.
CANDIDATES = layer_contract(
    "CANDIDATES",
    {
        "segment": text(),
        "herd": text(),
        "name": text(),
        "kind": text(BARRIER_KINDS),
        "class": text(),
        "corridor_class": text(),
        "from_km": number(AT_LEAST_0),
        "to_km": number(AT_LEAST_0),
        "length_m": number(AT_LEAST_0),
        "why": text(UNMET),
        "edge_seasons": text(),  # "summer;winter": of the use that ends here
        "gain": number(AT_LEAST_0, nullable=True),  # as in THREATS; NaN: unknown
        "gain_share": number(FRACTION, nullable=True),
        "rank": integer(pa.Check.ge(1)),  # of the gain; those without one come last
        "source": text(),
        "source_completeness": text(COMPLETENESS),
        "geometry": geometry("LineString"),
    },
    unique=["segment"],
)

# Areal pressures: polygons of settlement, cropland and energy sites, and the use that lies on them.
_AREA = {
    "polygon": text(),
    "herd": text(),
    "name": text(),
    "kind": text(BARRIER_KINDS),
    "class": text(),
    "status": text(BARRIER_STATUS),
    "source": text(),
    "mass_share": number(FRACTION, nullable=True),  # of the use during migration; NaN: unknown
    "winter_share": number(FRACTION, nullable=True),
    "summer_share": number(FRACTION, nullable=True),
    "n_animals": integer(AT_LEAST_0),  # with a usable fix on it
}
_AREAL = geometry("Polygon", "MultiPolygon")

# Areas that are there, and the use that lies on them.
AREAS = layer_contract(
    "AREAS",
    {**_AREA, "permeability": number(FRACTION, nullable=True), "geometry": _AREAL},
    unique=["polygon"],
)

# The same areas ranked by the use that is lost on them.
EXPOSURE = layer_contract(
    "EXPOSURE",
    {
        **_AREA,
        "severity": number(FRACTION),  # share of the exposed use that is lost
        "severity_source": text(("prior", "stated")),
        "season": text(),  # of the largest share: migration, winter, summer; "": none above 0
        "score": number(FRACTION, nullable=True),  # largest share x severity; NaN: no share known
        "rank": integer(pa.Check.ge(1)),
        "geometry": _AREAL,
    },
    unique=["polygon"],
)
