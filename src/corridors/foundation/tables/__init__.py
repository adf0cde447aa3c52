"""Contracts of every table that crosses a stage border, as pandera schemas.

A contract is checked once, where a table leaves a stage, and reports all faults at once. Columns
are closed: one that is not named here is a fault, so nothing travels unseen. Times are UTC with
microseconds; geometries are EPSG:4326; a missing number is NaN and never 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

import pandas as pd
from pandera.errors import SchemaErrors

from corridors.foundation.arrays import Frame
from corridors.foundation.errors import Fault, InternalError
from corridors.foundation.tables.actions import (
    BORDER_AGREEMENTS,
    CROSSING_SITES,
    FENCE_SECTIONS,
    FOOTPRINTS,
)
from corridors.foundation.tables.adherence import keeps
from corridors.foundation.tables.barriers import (
    BARRIERS,
    BORDER_CROSSINGS,
    BORDER_REPORT,
    BORDER_STRETCHES,
    BOUNDARIES,
    CROSSINGS,
    ENCOUNTERS,
    NATIONAL_SHARES,
    OBSERVED,
    SEASONS_TRACKED,
    SEGMENTS,
    STATES,
    TRIALS,
    UNITS,
)
from corridors.foundation.tables.behaviour import (
    BEHAVIOUR,
    BEHAVIOUR_INDEX,
    BEHAVIOUR_SEGMENTS,
    PERMEABILITY,
)
from corridors.foundation.tables.columns import GEOGRAPHIC, UTC, LayerSchema
from corridors.foundation.tables.gains import GAINS
from corridors.foundation.tables.habitat import DRIVERS, SELECTION
from corridors.foundation.tables.herd import (
    BOTTLENECKS,
    CORRIDORS,
    FIDELITY,
    NETWORK,
    NETWORK_BARRIERS,
    NETWORK_USE,
    POPULATION,
    RANGES,
    SKILL,
    STOPOVERS,
    SUFFICIENCY,
)
from corridors.foundation.tables.movement import (
    ANIMAL_YEARS,
    CLEAN_FIXES,
    DISPLACEMENT_FITS,
    ESTIMATES,
    FIXES,
    LEGS,
    MIGRATION_FACTS,
    MIGRATIONS,
    SURFACES,
    VARIANCES,
)
from corridors.foundation.tables.release import (
    RELEASED_BARRIERS,
    RELEASED_CORRIDORS,
    RELEASED_RANGES,
    RELEASED_STOPOVERS,
)
from corridors.foundation.tables.scenarios import (
    ALTERATIONS,
    BEFORE_AFTER,
    BEFORE_AFTER_SEGMENTS,
    DIFFERENCE,
    FRAGMENTS,
)
from corridors.foundation.tables.threats import (
    AREAS,
    CANDIDATES,
    EXPOSURE,
    PLACE_DRAWS,
    PLACE_SEGMENTS,
    PLACES,
    RANGE_EDGES,
    THREAT_SEGMENTS,
    THREATS,
)
from corridors.foundation.tables.zones import ZONE_SHARES, ZONES

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    import pandera.pandas as pa

CONTRACTS = {
    schema.name: schema
    for schema in (
        FIXES,
        CLEAN_FIXES,
        MIGRATIONS,
        ANIMAL_YEARS,
        DISPLACEMENT_FITS,
        LEGS,
        SURFACES,
        ESTIMATES,
        VARIANCES,
        CORRIDORS,
        STOPOVERS,
        BOTTLENECKS,
        RANGES,
        BARRIERS,
        BOUNDARIES,
        SEGMENTS,
        CROSSINGS,
        OBSERVED,
        ENCOUNTERS,
        TRIALS,
        SEASONS_TRACKED,
        UNITS,
        PLACES,
        PLACE_SEGMENTS,
        PLACE_DRAWS,
        BEHAVIOUR,
        BEHAVIOUR_SEGMENTS,
        BEHAVIOUR_INDEX,
        PERMEABILITY,
        BORDER_REPORT,
        BORDER_STRETCHES,
        NATIONAL_SHARES,
        THREATS,
        THREAT_SEGMENTS,
        RANGE_EDGES,
        CANDIDATES,
        AREAS,
        EXPOSURE,
        POPULATION,
        STATES,
        BORDER_CROSSINGS,
        NETWORK,
        NETWORK_BARRIERS,
        NETWORK_USE,
        MIGRATION_FACTS,
        SUFFICIENCY,
        SKILL,
        FIDELITY,
        SELECTION,
        DRIVERS,
        GAINS,
        FENCE_SECTIONS,
        CROSSING_SITES,
        FOOTPRINTS,
        BORDER_AGREEMENTS,
        ALTERATIONS,
        DIFFERENCE,
        FRAGMENTS,
        BEFORE_AFTER,
        BEFORE_AFTER_SEGMENTS,
        RELEASED_CORRIDORS,
        RELEASED_STOPOVERS,
        RELEASED_RANGES,
        RELEASED_BARRIERS,
        ZONES,
        ZONE_SHARES,
    )
}

__all__ = [
    "ALTERATIONS",
    "ANIMAL_YEARS",
    "AREAS",
    "BARRIERS",
    "BEFORE_AFTER",
    "BEFORE_AFTER_SEGMENTS",
    "BEHAVIOUR",
    "BEHAVIOUR_INDEX",
    "BEHAVIOUR_SEGMENTS",
    "BORDER_AGREEMENTS",
    "BORDER_CROSSINGS",
    "BORDER_REPORT",
    "BORDER_STRETCHES",
    "BOTTLENECKS",
    "BOUNDARIES",
    "CANDIDATES",
    "CLEAN_FIXES",
    "CONTRACTS",
    "CORRIDORS",
    "CROSSINGS",
    "CROSSING_SITES",
    "DIFFERENCE",
    "DISPLACEMENT_FITS",
    "DRIVERS",
    "ENCOUNTERS",
    "ESTIMATES",
    "EXPOSURE",
    "FENCE_SECTIONS",
    "FIDELITY",
    "FIXES",
    "FOOTPRINTS",
    "FRAGMENTS",
    "GAINS",
    "GEOGRAPHIC",
    "LEGS",
    "MIGRATIONS",
    "MIGRATION_FACTS",
    "NATIONAL_SHARES",
    "NETWORK",
    "NETWORK_BARRIERS",
    "NETWORK_USE",
    "OBSERVED",
    "PERMEABILITY",
    "PLACES",
    "PLACE_DRAWS",
    "PLACE_SEGMENTS",
    "POPULATION",
    "RANGES",
    "RANGE_EDGES",
    "RELEASED_BARRIERS",
    "RELEASED_CORRIDORS",
    "RELEASED_RANGES",
    "RELEASED_STOPOVERS",
    "SEASONS_TRACKED",
    "SEGMENTS",
    "SELECTION",
    "SKILL",
    "STATES",
    "STOPOVERS",
    "SUFFICIENCY",
    "SURFACES",
    "THREATS",
    "THREAT_SEGMENTS",
    "TRIALS",
    "UNITS",
    "UTC",
    "VARIANCES",
    "ZONES",
    "ZONE_SHARES",
    "LayerSchema",
    "check",
    "empty",
    "joined",
    "typed",
]


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
    if keeps(frame, schema):
        return frame
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


@overload
def empty(schema: LayerSchema) -> gpd.GeoDataFrame: ...
@overload
def empty(schema: pa.DataFrameSchema) -> pd.DataFrame: ...
def empty(schema: pa.DataFrameSchema) -> pd.DataFrame:
    """Return a table with no rows and the dtypes of its contract."""
    # By identity: a schema has no hash. It is kept, so that no other gets its number.
    if id(schema) not in _EMPTY:
        _EMPTY[id(schema)] = schema, _without_rows(schema)
    return _EMPTY[id(schema)][1].copy()


_EMPTY: dict[int, tuple[pa.DataFrameSchema, pd.DataFrame]] = {}


def _without_rows(schema: pa.DataFrameSchema) -> pd.DataFrame:
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


@overload
def typed(frame: gpd.GeoDataFrame, schema: LayerSchema) -> gpd.GeoDataFrame: ...
@overload
def typed(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> pd.DataFrame: ...
def typed(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> pd.DataFrame:
    """Return the frame; without rows pandas has no types to offer, so the contract's are taken."""
    return frame if len(frame) else empty(schema)


@overload
def joined(parts: Iterable[gpd.GeoDataFrame], schema: LayerSchema) -> gpd.GeoDataFrame: ...
@overload
def joined(parts: Iterable[pd.DataFrame], schema: pa.DataFrameSchema) -> pd.DataFrame: ...
def joined(parts: Iterable[pd.DataFrame], schema: pa.DataFrameSchema) -> pd.DataFrame:
    """Return the rows of all parts, one after the other; without any, with the contract's types."""
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else empty(schema)
