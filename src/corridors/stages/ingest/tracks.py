"""The tracks part of `ingest`: sources of a herd to one table of fixes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from corridors.formats.positions import impossible
from corridors.formats.track_part import TrackPart
from corridors.formats.tracks import SCHEMA, as_frame
from corridors.foundation import tables
from corridors.foundation.arrays import Flags
from corridors.foundation.artefacts import RawFiles
from corridors.foundation.crs import GEOGRAPHIC
from corridors.foundation.errors import InputError
from corridors.foundation.vocabulary import FLAG_BIT
from corridors.stages.ingest.census import Census, compared, usable
from corridors.stages.ingest.track_files import SourceFixes

if TYPE_CHECKING:
    from corridors.config.sources import Herd, TrackSource


def read_source(
    raw: RawFiles, name: str, herd: Herd, source: TrackSource
) -> tuple[gpd.GeoDataFrame, list[TrackPart], dict[str, Any]]:
    """Return the FIXES rows of one source, the parts they come from, and what to tell about them.

    Raises
    ------
    CorridorsError
        All faults of this source.
    """
    deployments = raw.of(source.deployments) if source.deployments else None
    fixes = SourceFixes(source, raw.of(source.path), deployments, herd.species)
    parts = list(fixes)
    frame = as_frame(pa.Table.from_batches([part.rows for part in parts], SCHEMA))
    outside = frame["undeployed"].to_numpy(dtype=bool)
    read = fix_rows(frame, outside, herd=name, species=herd.species, source=source.path)
    return read, parts, fixes.notes


def refuse_suspicious(parts: list[tuple[str, list[TrackPart]]]) -> None:
    """Refuse a herd whose tracks contradict themselves or each other.

    Parameters
    ----------
    parts
        Path and fixes of each source.

    Raises
    ------
    InputError
        What :mod:`corridors.stages.ingest.census` finds.
    """
    census = Census()
    for source, some in parts:
        for part in some:
            census.see(usable(part), source)
    found = compared(
        census.doubtful(), lambda: ((source, part) for source, some in parts for part in some)
    )
    found += census.faults()
    if found:
        raise InputError(found)


def summary(fixes: pd.DataFrame) -> dict[str, Any]:
    """Return counts of fixes, and per animal its taxon, number and first and last time."""
    no_position = (fixes["flags"].to_numpy() & FLAG_BIT["no_position"]) != 0
    animals: dict[str, Any] = {}
    for animal, rows in fixes.groupby("animal", sort=True):
        flagged = rows["flags"].to_numpy()
        animals[str(animal)] = {
            "fixes": len(rows),
            "no_position": int(np.count_nonzero(flagged & FLAG_BIT["no_position"])),
            "taxa": sorted(rows["species"].unique()),
            "first_utc": rows["time_utc"].min().isoformat(),
            "last_utc": rows["time_utc"].max().isoformat(),
        }
    return {
        "fixes": len(fixes),
        "no_position": int(np.count_nonzero(no_position)),
        "animals": animals,
    }


def join(parts: list[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Return all fixes of a herd sorted by (animal, time, source, row), or an empty table."""
    fixes = tables.joined(parts, tables.FIXES)
    order = ["animal", "time_utc", "source", "source_row"]
    return fixes.sort_values(order, kind="stable").reset_index(drop=True)


def fix_rows(
    frame: pd.DataFrame, outside: Flags, *, herd: str, species: str, source: str
) -> gpd.GeoDataFrame:
    """Return FIXES of rows as `formats.tracks` reads them.

    Parameters
    ----------
    frame
        Columns of ``formats.tracks.COLUMNS``, shape (n,).
    outside
        Which rows are outside of their animal's deployment, shape (n,).
    herd, species
        Names; the species of rows that state none.
    source
        How messages call where the rows are from.
    """
    lon, lat = frame["lon"].to_numpy(float), frame["lat"].to_numpy(float)
    given = np.isfinite(lon) & np.isfinite(lat)
    flags = np.zeros(len(frame), dtype="uint16")
    for name, mask in (
        ("no_position", ~given),
        ("impossible_coordinate", impossible(lon, lat)),
        ("outside_deployment", outside),
        ("vendor_outlier", frame["vendor_outlier"].to_numpy(bool)),
    ):
        flags[mask] |= FLAG_BIT[name]
    points = np.full(len(frame), None, dtype=object)
    points[given] = shapely.points(lon[given], lat[given])
    return gpd.GeoDataFrame(
        {
            "herd": herd,
            "animal": frame["animal"],
            "time_utc": frame["time_utc"],
            "dop": frame["dop"].astype("float64"),
            "fix_type": frame["fix_type"].astype("str"),
            "species": frame["species"].mask(frame["species"] == "", species),
            "source": source,
            "source_row": frame["source_row"],
            "flags": flags,
        },
        geometry=points,
        crs=GEOGRAPHIC,
    )
