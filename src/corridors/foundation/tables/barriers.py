"""What stands in the way, and what came of it: segments, crossings, borders."""

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
    text,
    utc,
)
from corridors.foundation.vocabulary import (
    BARRIER_KINDS,
    BARRIER_STATUS,
    BOUNDARY_TYPES,
    CORRIDOR_CLASSES,
    PERMEABILITY_SOURCES,
)

# What may stand in the way, as its sources have it.
BARRIERS = layer_contract(
    "BARRIERS",
    {
        "barrier": text(),
        "name": text(),
        "kind": text(BARRIER_KINDS),
        "class": text(),  # key of the priors table, e.g. fence_livestock; "" unknown
        "status": text(BARRIER_STATUS),
        "permeability": number(FRACTION, nullable=True),  # NaN: unknown, never 0
        "permeability_source": text(PERMEABILITY_SOURCES),
        "source": text(),
        "tolerance_m": number(AT_LEAST_0),
        "valid_from": utc(nullable=True),
        "valid_to": utc(nullable=True),
        "geometry": geometry("LineString", "MultiLineString", "Polygon", "MultiPolygon"),
    },
    unique=["barrier"],
)

# Boundaries between states: jurisdictional, not a threat.
BOUNDARIES = layer_contract(
    "BOUNDARIES",
    {
        "boundary": text(),
        "left_state": text(),
        "right_state": text(),
        "type": text(BOUNDARY_TYPES),
        "source": text(),
        "label": text(),  # e.g. "generalised"
        "published_km": number(AT_LEAST_0, nullable=True),
        "published_source": text(),
        "role": text(("used", "compared")),  # compared: another source has this pair of states
        "geometry": geometry("LineString", "MultiLineString"),
    },
)

# Polygons of states.
STATES = layer_contract(
    "STATES",
    {
        "state": text(),
        "source": text(),
        "label": text(),
        "geometry": geometry("Polygon", "MultiPolygon"),
    },
)

# Management segments of barriers and boundaries, one row each.
SEGMENTS = layer_contract(
    "SEGMENTS",
    {
        "segment": text(),
        "barrier": text(),
        "name": text(),
        "kind": text(BARRIER_KINDS),
        "class": text(),
        "status": text(BARRIER_STATUS),
        "permeability": number(FRACTION, nullable=True),
        "permeability_source": text(PERMEABILITY_SOURCES),
        "tolerance_m": number(AT_LEAST_0),
        "source": text(),
        "valid_from": utc(nullable=True),  # first and last day on which it stands
        "valid_to": utc(nullable=True),
        "from_km": number(AT_LEAST_0),
        "to_km": number(AT_LEAST_0),
        "length_m": number(AT_LEAST_0),  # geodesic
        "corridor_class": text((*CORRIDOR_CLASSES, "outside")),
        "has_data": boolean(),  # False: nobody was tracked here, which is not "no crossing"
        "geometry": geometry("LineString"),
    },
    unique=["segment"],
)

# Passages of each segment by season.
CROSSINGS = contract(
    "CROSSINGS",
    {
        "segment": text(),
        "herd": text(),
        "season": text(),  # season of the window, or "other"
        "expected_per_year": number(AT_LEAST_0),  # net passages per animal and year of tracking
        "observed": integer(AT_LEAST_0),  # steps that meet the line
        "n_animals": integer(AT_LEAST_0),
        "months": text(),  # "4;5;10"
    },
    unique=["segment", "season"],
)

# One row per step that meets a barrier, time interpolated along the step.
OBSERVED = layer_contract(
    "OBSERVED",
    {
        "segment": text(),
        "barrier": text(),
        "kind": text(BARRIER_KINDS),
        "animal": text(),
        "time_utc": utc(),
        "month": integer(pa.Check.in_range(1, 12)),
        "season": text(),
        "geometry": geometry("Point"),
    },
)

# What openings and the time before and after a day are told by: per segment and animal, with the
# animal's years of tracking while the segment counted. Of a segment with dates every animal tracked
# then has a row, met or not.
ENCOUNTERS = contract(
    "ENCOUNTERS",
    {
        "segment": text(),
        "animal": text(),
        "season": text(),
        "passages": number(AT_LEAST_0),  # net passages, netted over each visit to the barrier
        "approaches": number(AT_LEAST_0),  # visits that did not pass
        "tracking_years": number(pa.Check.gt(0)),  # of the animal, while the segment counted
    },
    unique=["segment", "animal", "season"],
)

# Trials of each animal at each segment, and at copies of it where nothing stands.
TRIALS = contract(
    "TRIALS",
    {
        "rule": integer(AT_LEAST_0),  # that says what a trial is, as configured, from 0
        "copy": integer(pa.Check.ge(-1)),  # -1: the real barrier; else the number of its copy
        "segment": text(),
        "animal": text(),
        "season": text(),  # of the window, or "other"
        # 0; or it began near a free end of the line, where animals walk past: 1, or 2 beyond it.
        "at_end": integer(pa.Check.in_range(0, 2)),
        "trials": integer(AT_LEAST_0),  # how often the animal tried
        "passed": integer(AT_LEAST_0),  # trials that passed, in any way
        "sure": integer(AT_LEAST_0),  # surely through, not round an end
        # Seasons in which the animal did not come since it had not passed here before: no exposure.
        "away": integer(AT_LEAST_0),
    },
    unique=["rule", "copy", "segment", "animal", "season", "at_end"],
)

# For how many seasons each animal was tracked, in all and while barriers with dates stood.
SEASONS_TRACKED = contract(
    "SEASONS_TRACKED",
    {
        "animal": text(),
        "season": text(),
        "is_migration": boolean(),  # the season is one of migrations
        "from_utc": utc(nullable=True),  # of the time a barrier counts; empty: always
        "to_utc": utc(nullable=True),  # its end; empty: always
        # Migrations; of a range or of other times the share of what the herd spends in it a year.
        "seasons": number(AT_LEAST_0),
    },
    unique=["animal", "season", "from_utc", "to_utc"],
)

# Animals that travel together are one independent unit.
UNITS = contract(
    "UNITS",
    {
        "animal": text(),
        "unit": integer(pa.Check.ge(1)),  # the number of its unit
    },
    unique=["animal"],
)

# One row per boundary line within the herd's reach, of the sources that are used.
BORDER_REPORT = layer_contract(
    "BORDER_REPORT",
    {
        "herd": text(),
        "boundary": text(),
        "left_state": text(),
        "right_state": text(),
        "type": text(BOUNDARY_TYPES),
        "source": text(),
        "label": text(),
        "length_km": number(AT_LEAST_0),  # geodesic, whole boundary as given
        "vertex_spacing_km": number(AT_LEAST_0),
        "published_km": number(AT_LEAST_0, nullable=True),
        "published_source": text(),
        "difference_km": number(nullable=True),
        "difference_percent": number(nullable=True),
        # The same pair of states in another source: all its lines against all of this source's.
        "compared_source": text(),
        "compared_km": number(AT_LEAST_0, nullable=True),
        "compared_difference_percent": number(nullable=True),
        "corridor_km": number(AT_LEAST_0),  # boundary inside the low corridor
        "observed": integer(AT_LEAST_0),
        "expected_per_year": number(AT_LEAST_0, nullable=True),  # NaN: nobody was tracked
        "n_animals": integer(AT_LEAST_0),
        "months": text(),
        "geometry": geometry("LineString", "MultiLineString"),
    },
    unique=["boundary"],
)

# The boundaries above cut to stretches, for states to agree on; jurisdictional, not a threat.
BORDER_STRETCHES = layer_contract(
    "BORDER_STRETCHES",
    {
        "stretch": text(),
        "herd": text(),
        "boundary": text(),
        "left_state": text(),
        "right_state": text(),
        "type": text(BOUNDARY_TYPES),
        "source": text(),
        "label": text(),
        "from_km": number(AT_LEAST_0),
        "to_km": number(AT_LEAST_0),
        "length_m": number(AT_LEAST_0),
        "corridor_class": text((*CORRIDOR_CLASSES, "outside")),
        "expected_per_year": number(AT_LEAST_0, nullable=True),  # NaN: nobody was tracked
        "observed": integer(AT_LEAST_0),
        "n_animals": integer(AT_LEAST_0),
        "months": text(),
        "geometry": geometry("LineString"),
    },
    unique=["stretch"],
)

# One row per step that crosses a state boundary; jurisdictional, not a threat.
BORDER_CROSSINGS = layer_contract(
    "BORDER_CROSSINGS",
    {
        "boundary": text(),
        "animal": text(),
        "time_utc": utc(),
        "month": integer(pa.Check.in_range(1, 12)),
        "season": text(),
        "from_state": text(),
        "to_state": text(),
        "geometry": geometry("Point"),
    },
)

# What each state has of the herd.
NATIONAL_SHARES = contract(
    "NATIONAL_SHARES",
    {
        "herd": text(),
        "state": text(),
        "corridor_km2": number(AT_LEAST_0),
        "corridor_share": number(FRACTION),
        "mass_share": number(FRACTION, nullable=True),  # NaN: no surface
        "n_animals": integer(AT_LEAST_0),
    },
    unique=["state"],
)
