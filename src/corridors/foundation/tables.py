"""Contracts of every table that crosses a stage border, as pandera schemas.

A contract is checked once, where a table leaves a stage, and reports all faults at once. Columns
are closed: one that is not named here is a fault, so nothing travels unseen. Times are UTC with
microseconds; geometries are EPSG:4326; a missing number is NaN and never 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from corridors.foundation.errors import Fault, InternalError
from corridors.foundation.vocabulary import (
    BARRIER_KINDS,
    BARRIER_STATUS,
    CORRIDOR_CLASSES,
    EVIDENCE,
    MOVEMENT_CLASSES,
    PARTS,
    PERMEABILITY_SOURCES,
)

if TYPE_CHECKING:
    import geopandas as gpd

UTC = pd.DatetimeTZDtype("us", "UTC")
GEOGRAPHIC = "EPSG:4326"
Frame = TypeVar("Frame", bound=pd.DataFrame)

AT_LEAST_0 = pa.Check.ge(0)
FRACTION = pa.Check.in_range(0, 1)


def text(one_of: Sequence[str] | None = None, **options: Any) -> pa.Column:
    """Return a column of strings, optionally from a fixed vocabulary."""
    return pa.Column(str, pa.Check.isin(one_of) if one_of else None, **options)


def number(check: pa.Check | None = None, *, nullable: bool = False) -> pa.Column:
    """Return a float64 column."""
    return pa.Column("float64", check, nullable=nullable)


def integer(check: pa.Check | None = None, dtype: str = "int64") -> pa.Column:
    """Return an integer column without missing values."""
    return pa.Column(dtype, check)


def utc(*, nullable: bool = False) -> pa.Column:
    """Return a column of UTC times with microseconds."""
    return pa.Column(UTC, nullable=nullable)


def boolean() -> pa.Column:
    """Return a column of True/False."""
    return pa.Column(bool)


def geometry(*kinds: str, nullable: bool = False) -> pa.Column:
    """Return a geometry column of the named kinds (``Point``, ``LineString`` ...)."""
    check = pa.Check(
        lambda series: series.isna() | series.geom_type.isin(kinds),
        error=f"geometry must be {' or '.join(kinds)}",
    )
    valid = pa.Check(lambda series: series.isna() | series.is_valid, error="geometry must be valid")
    return pa.Column("geometry", [check, valid], nullable=nullable)


def contract(
    name: str, columns: dict[str, pa.Column], unique: Sequence[str] | None = None
) -> pa.DataFrameSchema:
    """Return a closed schema; ``unique`` names the key."""
    return pa.DataFrameSchema(
        columns, name=name, strict=True, unique=list(unique) if unique else None
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
    "flags": integer(AT_LEAST_0, "uint16"),  # bits of vocabulary.FLAGS
    "geometry": geometry("Point", nullable=True),  # None: the vendor gave no position
}
# As delivered: sorted by (animal, time_utc, source_row), one row per fix, nothing dropped.
FIXES = contract("FIXES", dict(_FIX))
# Flagged, with planar position in the working CRS (NaN where unusable) and burst number.
CLEAN_FIXES = contract(
    "CLEAN_FIXES",
    {
        **_FIX,
        "x_m": number(nullable=True),
        "y_m": number(nullable=True),
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
        "method": text(("auto", "pick")),
        "is_open": boolean(),
    },
    unique=["migration"],
)
# One row per animal and biological year, whatever its class: why it migrates or not.
ANIMAL_YEARS = contract(
    "ANIMAL_YEARS",
    {
        "herd": text(),
        "animal": text(),
        "bio_year": integer(),
        "class": text(MOVEMENT_CLASSES),
        "reason": text(),
        "n_fixes": integer(AT_LEAST_0),
        "first_utc": utc(),
        "last_utc": utc(),
        "displacement_km": number(AT_LEAST_0, nullable=True),  # farthest of the chosen model
        "range_distance_km": number(AT_LEAST_0, nullable=True),  # median winter to median summer
        "theta_d": number(nullable=True),  # half-way out, days since the bio-year's start
        "phi_d": number(nullable=True),
        "theta_back_d": number(nullable=True),
        "phi_back_d": number(nullable=True),
        "weight_migrant": number(FRACTION, nullable=True),  # AIC weights
        "weight_mixed_migrant": number(FRACTION, nullable=True),
        "weight_disperser": number(FRACTION, nullable=True),
        "weight_resident": number(FRACTION, nullable=True),
        "weight_nomad": number(FRACTION, nullable=True),
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
        "stop_days": number(AT_LEAST_0),  # length of the stop that follows; 0 after the last leg
    },
    unique=["migration", "leg"],
)

# Sparse occurrence: mass of each migration on lattice cells, sorted by (migration, row, col).
SURFACES = contract(
    "SURFACES",
    {
        "migration": text(),
        "row": integer(dtype="int32"),
        "col": integer(dtype="int32"),
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
        "method": text(),
        "reason": text(),
        "s2_m2_min": number(AT_LEAST_0, nullable=True),
        # 95 % interval; NaN where the variance was not estimated once for the whole window.
        "s2_low_m2_min": number(AT_LEAST_0, nullable=True),
        "s2_high_m2_min": number(AT_LEAST_0, nullable=True),
        # Of dbbmm: s2 is the mean over the time bridged, these are quantiles over the bridges.
        "s2_p05_m2_min": number(AT_LEAST_0, nullable=True),
        "s2_p95_m2_min": number(AT_LEAST_0, nullable=True),
        "n_fixes": integer(AT_LEAST_0),
        "n_bridges": integer(AT_LEAST_0),
        "n_long_lags": integer(AT_LEAST_0),
        "n_edge": integer(AT_LEAST_0),  # dbbmm: bridges near an end, from fewer windows
        "n_breaks": integer(AT_LEAST_0),  # dbbmm: fixes at which the movement changes
        "mass": number(pa.Check.in_range(0, 1 + 1e-9), nullable=True),
        "error": text(),
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
        "s2_m2_min": number(AT_LEAST_0),
        "source": text(("windows", "edge", "track")),
    },
    unique=["migration", "start_utc"],
)

CORRIDORS = contract(
    "CORRIDORS",
    {
        "herd": text(),
        "season": text(),  # spring, autumn or "all"
        "corridor_class": text(CORRIDOR_CLASSES),
        "n_animals": integer(AT_LEAST_0),  # animals needed for this class
        "n_tracked": integer(AT_LEAST_0),  # animals in the sample
        "share": number(FRACTION, nullable=True),  # n_animals / n_tracked; NaN: not tracked
        "area_km2": number(AT_LEAST_0),
        "evidence": text(EVIDENCE),
        "source": text(),  # author, date and confidence of an expert's corridor, or ""
        "geometry": geometry("Polygon", "MultiPolygon"),
    },
    unique=["season", "corridor_class", "evidence"],
)
STOPOVERS = contract(
    "STOPOVERS",
    {
        "stopover": text(),
        "herd": text(),
        "season": text(),
        "area_km2": number(AT_LEAST_0),
        "mass": number(FRACTION),
        "geometry": geometry("Polygon", "MultiPolygon"),
    },
    unique=["stopover"],
)
RANGES = contract(
    "RANGES",
    {
        "herd": text(),
        "season": text(),
        "isopleth": number(FRACTION, nullable=True),  # NaN for an expert's range
        "n_animals": integer(AT_LEAST_0),
        "area_km2": number(AT_LEAST_0),
        "evidence": text(EVIDENCE),
        "source": text(),  # author, date and confidence of an expert's range, or ""
        "geometry": geometry("Polygon", "MultiPolygon"),
    },
)

BARRIERS = contract(
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
BOUNDARIES = contract(
    "BOUNDARIES",
    {
        "boundary": text(),
        "left_state": text(),
        "right_state": text(),
        "type": text(("river", "land", "lake", "fenced", "disputed", "unknown")),
        "source": text(),
        "label": text(),  # e.g. "generalised"
        "published_km": number(AT_LEAST_0, nullable=True),
        "published_source": text(),
        "geometry": geometry("LineString", "MultiLineString"),
    },
)

# Management segments of barriers and boundaries, one row each.
SEGMENTS = contract(
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
OBSERVED = contract(
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
# What the ranking resamples: per segment and animal, with the animal's years of tracking while the
# segment counted. Of a segment with dates every animal tracked then has a row, met or not.
ENCOUNTERS = contract(
    "ENCOUNTERS",
    {
        "segment": text(),
        "animal": text(),
        "season": text(),
        "passages": number(AT_LEAST_0),  # net passages, netted over each visit to the barrier
        "approaches": number(AT_LEAST_0),  # visits that did not pass
        "tracking_years": number(pa.Check.gt(0)),
    },
    unique=["segment", "animal", "season"],
)
# One row per boundary and typed stretch within the herd's reach.
BORDER_REPORT = contract(
    "BORDER_REPORT",
    {
        "herd": text(),
        "boundary": text(),
        "left_state": text(),
        "right_state": text(),
        "source": text(),
        "label": text(),
        "length_km": number(AT_LEAST_0),  # geodesic, whole boundary as given
        "vertex_spacing_km": number(AT_LEAST_0),
        "published_km": number(AT_LEAST_0, nullable=True),
        "published_source": text(),
        "difference_km": number(nullable=True),
        "difference_percent": number(nullable=True),
        "corridor_km": number(AT_LEAST_0),  # boundary inside the low corridor
        "observed": integer(AT_LEAST_0),
        "expected_per_year": number(AT_LEAST_0),
        "n_animals": integer(AT_LEAST_0),
        "months": text(),
        "geometry": geometry("LineString", "MultiLineString"),
    },
    unique=["boundary"],
)
NATIONAL_SHARES = contract(
    "NATIONAL_SHARES",
    {
        "herd": text(),
        "state": text(),
        "corridor_km2": number(AT_LEAST_0),
        "corridor_share": number(FRACTION),
        "mass_share": number(FRACTION),
        "n_animals": integer(AT_LEAST_0),
    },
    unique=["state"],
)

THREATS = contract(
    "THREATS",
    {
        "threat": text(),
        "segment": text(),
        "herd": text(),
        "name": text(),
        "kind": text(BARRIER_KINDS),
        "class": text(),
        "status": text(BARRIER_STATUS),
        "corridor_class": text(),
        "from_km": number(AT_LEAST_0),
        "to_km": number(AT_LEAST_0),
        "length_m": number(AT_LEAST_0),
        "passages_per_year": number(AT_LEAST_0),
        "approaches_per_year": number(AT_LEAST_0),
        "encounters_per_year": number(AT_LEAST_0),
        "n_animals": integer(AT_LEAST_0),
        "permeability_mean": number(FRACTION),
        "permeability_p05": number(FRACTION),
        "permeability_p95": number(FRACTION),
        "permeability_source": text(PERMEABILITY_SOURCES),
        "blocked_per_year": number(AT_LEAST_0),
        "blocked_p05": number(AT_LEAST_0),
        "blocked_p95": number(AT_LEAST_0),
        "unit": text(),  # "per animal" or "herd of N (source)"
        "score": number(AT_LEAST_0),
        "rank": integer(pa.Check.ge(1)),
        "rank_p05": number(pa.Check.ge(1)),
        "rank_p95": number(pa.Check.ge(1)),
        "p_top10": number(FRACTION),
        "reason": text(),
        "action": text(),
        "geometry": geometry("LineString"),
    },
    unique=["threat"],
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
AREAS = contract(
    "AREAS",
    {**_AREA, "permeability": number(FRACTION, nullable=True), "geometry": _AREAL},
    unique=["polygon"],
)
EXPOSURE = contract(
    "EXPOSURE",
    {
        **_AREA,
        "severity": number(FRACTION),  # share of the exposed use that is lost
        "severity_source": text(("prior", "stated")),
        "season": text(),  # of the largest share: migration, winter or summer
        "score": number(FRACTION),  # largest share x severity
        "rank": integer(pa.Check.ge(1)),
        "geometry": _AREAL,
    },
    unique=["polygon"],
)

# Sparse herd surfaces: mean over animals and how many animals' footprints cover the cell.
POPULATION = contract(
    "POPULATION",
    {
        "season": text(),  # spring, autumn, "all" migrations; winter, summer ranges
        "row": integer(dtype="int32"),
        "col": integer(dtype="int32"),
        "mass": number(FRACTION),
        "n_animals": integer(AT_LEAST_0, "int32"),
    },
    unique=["season", "row", "col"],
)
STATES = contract(
    "STATES",
    {
        "state": text(),
        "source": text(),
        "label": text(),
        "geometry": geometry("Polygon", "MultiPolygon"),
    },
)
# One row per step that crosses a state boundary; jurisdictional, not a threat.
BORDER_CROSSINGS = contract(
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

# Nodes (ranges, stopovers) and edges (corridors) of the herd's network as one map layer.
NETWORK = contract(
    "NETWORK",
    {
        "element": text(),
        "herd": text(),
        "part": text(("node", "edge")),
        "kind": text(),  # winter, summer, stopover | corridor
        "from_node": text(),  # "" for a node
        "to_node": text(),
        "cost": number(AT_LEAST_0, nullable=True),
        "length_km": number(AT_LEAST_0, nullable=True),
        "is_cut": boolean(),  # an edge whose loss separates the ranges
        "geometry": geometry("Point", "LineString", "MultiLineString"),
    },
    unique=["element"],
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
# Corridor area of 1, 2 ... all animals of the sample, over their orders.
SUFFICIENCY = contract(
    "SUFFICIENCY",
    {
        "herd": text(),
        "season": text(),  # spring, autumn or "all"
        "corridor_class": text(CORRIDOR_CLASSES),
        "n_animals": integer(pa.Check.ge(1)),
        "n_needed": integer(pa.Check.ge(1)),  # animals that must use a cell
        "area_km2": number(AT_LEAST_0),  # mean over all orders, exact
        "area_p05_km2": number(AT_LEAST_0),
        "area_p95_km2": number(AT_LEAST_0),
        "slope_frac": number(nullable=True),  # share that the last animal adds; NaN: the first
    },
    unique=["season", "corridor_class", "n_animals"],
)
# Each animal against the corridor of the others.
SKILL = contract(
    "SKILL",
    {
        "herd": text(),
        "animal": text(),
        "corridor_class": text(CORRIDOR_CLASSES),
        "n_others": integer(pa.Check.ge(1)),
        "n_needed": integer(pa.Check.ge(1)),
        "area_km2": number(AT_LEAST_0),  # corridor of the others
        "n_fixes": integer(AT_LEAST_0),
        "fixes_inside": number(FRACTION, nullable=True),
        "mass_inside": number(FRACTION, nullable=True),
    },
    unique=["animal", "corridor_class"],
)
# The same animal and season in two years.
FIDELITY = contract(
    "FIDELITY",
    {
        "herd": text(),
        "animal": text(),
        "season": text(),
        "bio_year": integer(),
        "other_year": integer(),
        "bhattacharyya": number(FRACTION),
        "intersection": number(FRACTION),
    },
    unique=["animal", "season", "bio_year", "other_year"],
)

CONTRACTS = {
    schema.name: schema
    for schema in (
        FIXES,
        CLEAN_FIXES,
        MIGRATIONS,
        ANIMAL_YEARS,
        LEGS,
        SURFACES,
        ESTIMATES,
        VARIANCES,
        CORRIDORS,
        STOPOVERS,
        RANGES,
        BARRIERS,
        BOUNDARIES,
        SEGMENTS,
        CROSSINGS,
        OBSERVED,
        ENCOUNTERS,
        BORDER_REPORT,
        NATIONAL_SHARES,
        THREATS,
        AREAS,
        EXPOSURE,
        POPULATION,
        STATES,
        BORDER_CROSSINGS,
        NETWORK,
        MIGRATION_FACTS,
        SUFFICIENCY,
        SKILL,
        FIDELITY,
    )
}


def check(frame: Frame, schema: pa.DataFrameSchema) -> Frame:
    """Return ``frame`` with the contract's column order, or say everything that breaks it.

    Raises
    ------
    InternalError
        The frame breaks its contract: a defect of the stage that made it, since bad input is
        refused at the door of `ingest`.
    """
    missing = [name for name in schema.columns if name not in frame.columns]
    if not missing:
        frame = frame[list(schema.columns) + [c for c in frame if c not in schema.columns]]
    try:
        schema.validate(frame, lazy=True, inplace=True)
    except SchemaErrors as error:
        cases = error.failure_cases
        grouped = cases.groupby(["column", "check"], dropna=False, sort=False)["failure_case"]
        raise InternalError(
            [
                Fault(
                    f"table {schema.name} breaks its contract",
                    column=str(column),
                    expected=str(rule),
                    got=", ".join(map(str, values.head(3))) + f" ({len(values)} rows)",
                    cure="report this with the command that was run",
                )
                for (column, rule), values in grouped
            ]
        ) from None
    return frame


def empty(schema: pa.DataFrameSchema) -> pd.DataFrame | gpd.GeoDataFrame:
    """Return a table with no rows and the dtypes of its contract."""
    columns = {
        name: pd.Series(
            [], dtype="object" if str(column.dtype) == "geometry" else column.dtype.type
        )
        for name, column in schema.columns.items()
    }
    if "geometry" in columns:
        import geopandas as gpd

        return gpd.GeoDataFrame(columns, geometry="geometry", crs=GEOGRAPHIC)
    return pd.DataFrame(columns)
