"""The tracks part of `ingest`: sources of a herd to one table of fixes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridors.formats.deployments import read_deployments
from corridors.formats.geopoints import read_points
from corridors.formats.gpx import read_gpx
from corridors.formats.movebank import read_movebank
from corridors.formats.positions import impossible
from corridors.formats.tracks import TrackMapping, Tracks, read_csv
from corridors.foundation import tables
from corridors.foundation.arrays import Flags
from corridors.foundation.artefacts import RawFiles
from corridors.foundation.crs import GEOGRAPHIC
from corridors.foundation.errors import Fault, InputError
from corridors.foundation.faults import IN_FILES_FRAC, nearest
from corridors.foundation.vocabulary import FLAG_BIT
from corridors.movement.deployments import outside_deployment

if TYPE_CHECKING:
    from corridors.config.sources import Herd, TrackSource


def read_source(
    raw: RawFiles, name: str, herd: Herd, source: TrackSource
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Return the FIXES rows of one source and what to tell about them.

    Raises
    ------
    CorridorsError
        All faults of this source.
    """
    tracks = _read(raw.of(source.path), source)
    notes: dict[str, Any] = {"rows": len(tracks.frame), **tracks.notes}
    frame = _select(tracks.frame, source, herd, notes)
    outside = frame["undeployed"].to_numpy(dtype=bool)
    if source.deployments:
        windows = read_deployments(
            raw.of(source.deployments), source.deployments, time_zone=source.time_zone
        )
        outside = outside | _outside(frame, windows, source)
    fixes = fix_rows(frame, outside, herd=name, species=herd.species, source=source.path)
    return fixes, notes


def summary(fixes: pd.DataFrame) -> dict[str, Any]:
    """Return counts of fixes, and per animal its taxon, number and first and last time."""
    no_position = (fixes["flags"].to_numpy() & FLAG_BIT["no_position"]) != 0
    animals: dict[str, Any] = {}
    for animal, rows in fixes.groupby("animal", sort=True):
        flagged = rows["flags"].to_numpy()
        animals[str(animal)] = {
            "fixes": len(rows),
            "no_position": int(((flagged & FLAG_BIT["no_position"]) != 0).sum()),
            "taxa": sorted(set(rows["species"])),
            "first_utc": rows["time_utc"].min().isoformat(),
            "last_utc": rows["time_utc"].max().isoformat(),
        }
    return {"fixes": len(fixes), "no_position": int(no_position.sum()), "animals": animals}


def join(parts: list[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Return all fixes of a herd sorted by (animal, time, source, row), or an empty table."""
    if not parts:
        return tables.empty(tables.FIXES)
    fixes = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=GEOGRAPHIC)
    order = ["animal", "time_utc", "source", "source_row"]
    return fixes.sort_values(order, kind="stable").reset_index(drop=True)


def _read(path: Path, source: TrackSource) -> Tracks:
    if source.format == "movebank":
        return read_movebank(path, source.path, time_zone=source.time_zone)
    if source.format == "gpx":
        return read_gpx(path, source.path, animal_name=source.animal)
    columns = source.columns
    if columns is None:
        raise InputError(Fault("columns are not configured", source.path, cure="set columns"))
    mapping = TrackMapping(
        animal=columns.animal,
        time=columns.time,
        lon=columns.lon,
        lat=columns.lat,
        dop=columns.dop,
        fix_type=columns.fix_type,
        species=columns.species,
        outlier=columns.outlier,
        animal_name=source.animal,
        time_format=columns.time_format,
        time_zone=source.time_zone,
        crs=source.crs or GEOGRAPHIC,
        decimal=source.decimal,
    )
    if source.format == "csv":
        return read_csv(path, source.path, mapping)
    return read_points(path, source.path, mapping, layer=source.layer, crs=source.crs)


def _select(
    frame: pd.DataFrame, source: TrackSource, herd: Herd, notes: dict[str, Any]
) -> pd.DataFrame:
    """Return the rows that the source asks for; refuse taxa that nobody asked for."""
    faults: list[Fault] = []
    chosen = np.ones(len(frame), dtype=bool)
    if source.animals is not None:
        known = sorted(set(frame["animal"]))
        for animal in source.animals:
            if animal not in known:
                near = nearest(animal, known, least_alike_frac=IN_FILES_FRAC)
                faults.append(
                    Fault(
                        "animal not in the file",
                        source.path,
                        expected=animal,
                        got=", ".join(known[:12]) + (" ..." if len(known) > 12 else ""),
                        cure=f"the nearest name is '{near}'" if near else "correct animals",
                    )
                )
        chosen &= frame["animal"].isin(source.animals).to_numpy()
    taxa = sorted(set(frame.loc[chosen, "species"]) - {""})
    if source.species is not None:
        if source.species not in taxa:
            faults.append(
                Fault(
                    "taxon not in the file",
                    source.path,
                    expected=source.species,
                    got=", ".join(taxa) or "no taxon column, or nothing in it",
                    cure="correct species of this source, or leave it out",
                )
            )
        chosen &= (frame["species"] == source.species).to_numpy()
    elif source.animals is None and set(taxa) - {herd.species}:
        faults.append(
            Fault(
                "rows of another taxon than the herd's",
                source.path,
                expected=herd.species,
                got=", ".join(f"{t} ({int((frame['species'] == t).sum())} rows)" for t in taxa),
                cure="set species or animals of this source to say what to read",
            )
        )
    if faults:
        raise InputError(faults)
    if not chosen.all():
        notes["rows_not_selected"] = int((~chosen).sum())
    return frame[chosen].reset_index(drop=True)


def _outside(frame: pd.DataFrame, windows: pd.DataFrame, source: TrackSource) -> Flags:
    deployed = frame.loc[~frame["undeployed"], "animal"]
    absent = sorted(set(deployed) - set(windows["animal"]))
    if absent:
        raise InputError(
            Fault(
                "animals without a deployment",
                source.deployments,
                expected="a row for each animal of " + source.path,
                got=", ".join(absent[:12]) + (f" ... ({len(absent)})" if len(absent) > 12 else ""),
                cure="add their rows, or read only the others with animals",
            )
        )
    return outside_deployment(
        frame["animal"], frame["time_utc"], windows["animal"], windows["start"], windows["end"]
    )


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
