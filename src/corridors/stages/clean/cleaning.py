"""Flags, working CRS, cell and projection of a herd's fixes."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import geopandas as gpd
import numpy as np
import pyarrow as pa
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from corridors.config.model import Working
from corridors.foundation import tables
from corridors.foundation.arrays import Floats
from corridors.foundation.arrow import positions, values
from corridors.foundation.artefacts import FixTable, Progress
from corridors.foundation.crs import GEOGRAPHIC, project, transformer, working_crs
from corridors.foundation.errors import ConfigError, Fault, InputError, MethodError
from corridors.foundation.facts import Remark
from corridors.foundation.facts.clean import CleanFacts, Suspicion
from corridors.foundation.grid import Grid
from corridors.foundation.spool import spool_fixes
from corridors.movement.fixes import bursts, seconds
from corridors.stages.clean.flagging import Animal, flag_herd, together
from corridors.stages.clean.stage import Inputs, Results, Settings

CELLS_M = (50.0, 100.0, 250.0, 500.0)
_SHOWN = 12
# Mean surface, one animal's surface and a scratch array, float64 each.
_BYTES_PER_CELL = 24


def cleaned(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Flag, project and number the fixes of one herd, one animal at a time; see stage `clean`."""
    herd = animals_of(inputs.fixes)
    drawn = drawn_of(inputs.ranges_expert.read(), inputs.corridors_expert.read())
    told = flag_herd(herd, inputs.fixes, settings, progress)
    stopped_by(told.suspicions, settings.clean.stop_on)
    crs = herd_crs(settings.working.crs, *together(herd), drawn, has_tracks=bool(herd))
    extent: list[tuple[float, float, float, float]] = []
    spool = spool_fixes("CLEAN_FIXES", _bounds(herd))
    columns = [name for name in tables.FIXES.columns if name != "flags"]
    for done, (one, (_, rows)) in enumerate(zip(herd, inputs.fixes.animals(columns), strict=True)):
        progress("writing fixes", 0.6 + 0.4 * done / len(herd))
        x, y = _projected(one, crs, settings.working.crs)
        if one.usable.any():
            extent.append((np.nanmin(x), np.nanmin(y), np.nanmax(x), np.nanmax(y)))
        burst = bursts(
            np.zeros(len(x), dtype=np.int64),
            seconds(rows["time_utc"].to_pandas()),
            one.flags,
            gap_h=settings.clean.burst_gap_h,
            parted=told.parted.get(one.name),
        )
        for name, column in (("flags", one.flags), ("x_m", x), ("y_m", y), ("burst", burst)):
            rows = rows.append_column(name, pa.array(column, from_pandas=True))
        spool.add(rows)
    cell_m, reason = choose_cell(settings.working, _extent(extent, drawn, crs), crs)
    facts = CleanFacts(
        crs=crs,
        cell_m=cell_m,
        cell_reason=reason,
        n_fixes=sum(one.flags.size for one in herd),
        n_usable=sum(int(np.count_nonzero(one.usable)) for one in herd),
        n_animals=sum(bool(one.usable.any()) for one in herd),
        flags=told.counts,
        # Unset, and so absent from the file, where nothing looks wrong.
        **({"parted": told.parted_utc} if told.parted_utc else {}),
        **({"suspicions": told.suspicions} if told.suspicions else {}),
    )
    return Results(fixes=spool.close(), facts=facts)


def animals_of(fixes: FixTable) -> list[Animal]:
    """Return the positions and flags of the animals of FIXES."""
    return [
        Animal(name, *positions(rows["geometry"]), values(rows, "flags"))
        for name, rows in fixes.animals(["flags", "geometry"])
    ]


def stopped_by(suspicions: Sequence[Suspicion], stop_on: Collection[str]) -> None:
    """Refuse a herd in which something looks wrong that a person wants to stop the run.

    Raises
    ------
    InputError
        What looks wrong and is in ``stop_on``.
    """
    faults = []
    for kind in stop_on:
        own = [one for one in suspicions if one.kind == kind]
        if own:
            faults.append(
                Fault(
                    "something looks wrong that stops the run",
                    column="clean.stop_on",
                    expected=f"nothing of kind {kind}",
                    got=", ".join(_told(one) for one in own[:_SHOWN])
                    + (f" and {len(own) - _SHOWN} more" if len(own) > _SHOWN else ""),
                    cure=f"correct the files, or take {kind} out of clean.stop_on",
                )
            )
    if faults:
        raise InputError(faults)


def _told(one: Suspicion) -> str:
    """Return one animal with the figures that tell where to look."""
    figures = [
        f"{one.n_fixes} of {one.n_all} fixes" if one.n_all else "",
        one.flag or "",
        f"from {one.start_utc}" if one.start_utc else "",
        f"{one.distance_km:.0f} km" if one.distance_km else "",
    ]
    return f"{one.animal} ({', '.join(filter(None, figures))})"


def choose_cell(
    working: Working, bounds: tuple[float, float, float, float] | None, crs: str
) -> tuple[float, Remark]:
    """Return the edge of a cell (m) and why.

    ``auto`` takes the smallest of 50, 100, 250 and 500 m with which the grid over the herd's
    bounding box, grown by ``reach_m``, fits the memory budget.
    """
    if working.cell_m != "auto":
        return float(working.cell_m), Remark.of("cell_configured")
    if bounds is None:
        return CELLS_M[0], Remark.of("cell_without_positions")
    west, south, east, north = bounds
    reach_m = working.reach_m
    grown = (west - reach_m, south - reach_m, east + reach_m, north + reach_m)
    for cell_m in CELLS_M:
        grid = Grid.covering(crs, cell_m, grown)
        need_mb = grid.n_rows * grid.n_cols * _BYTES_PER_CELL / 1e6
        if need_mb <= working.memory_mb:
            return cell_m, Remark.of(
                "cell_fits",
                n_cols=grid.n_cols,
                n_rows=grid.n_rows,
                cell_m=cell_m,
                need_mb=need_mb,
                memory_mb=working.memory_mb,
            )
    return CELLS_M[-1], Remark.of("cell_too_large", need_mb=need_mb, memory_mb=working.memory_mb)


def _bounds(herd: list[Animal]) -> tuple[float, float, float, float] | None:
    """Return the box of all positions, also of unusable ones, degrees."""
    placed = [one for one in herd if np.isfinite(one.lon).any()]
    if not placed:
        return None
    return (
        min(float(np.nanmin(one.lon)) for one in placed),
        min(float(np.nanmin(one.lat)) for one in placed),
        max(float(np.nanmax(one.lon)) for one in placed),
        max(float(np.nanmax(one.lat)) for one in placed),
    )


def _projected(one: Animal, crs: str, configured: str) -> tuple[Floats, Floats]:
    """Return the positions in the working CRS, m, NaN where not usable."""
    usable = one.usable
    x, y = np.full((2, one.lon.size), np.nan)
    x[usable], y[usable] = project(one.lon[usable], one.lat[usable], crs)
    if not (np.isfinite(x[usable]).all() and np.isfinite(y[usable]).all()):
        raise ConfigError(
            Fault(
                "the working CRS has no image of the herd",
                column="working.crs",
                got=configured,
                cure="set working.crs to auto, or to a CRS of the herd's region",
            )
        )
    return x, y


def drawn_of(ranges: gpd.GeoDataFrame, corridors: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return what places a herd that nobody has tracked: experts' RANGES, else CORRIDORS."""
    return corridors if ranges.empty else ranges


def herd_crs(
    configured: str, lon: Floats, lat: Floats, drawn: gpd.GeoDataFrame, *, has_tracks: bool
) -> str:
    """Return the working CRS of a herd.

    Parameters
    ----------
    configured
        ``auto``, or a CRS.
    lon, lat
        Usable fixes, degrees, shape (n,).
    drawn
        Polygons of experts: they place a herd that nobody has tracked.
    has_tracks
        Whether there is any fix. A herd with nothing but a record has nothing to place: its working
        CRS is centred on 0, 0, and nothing lies in it.

    Raises
    ------
    ConfigError
        As :func:`check_working_crs`.
    MethodError
        Nothing to place it by.
    """
    if configured != "auto":
        check_working_crs(configured)
        return configured
    if not len(lon):
        lon, lat = _centres(drawn)
    if not len(lon) and not has_tracks:
        return working_crs(np.zeros(1), np.zeros(1))
    if not len(lon):
        raise MethodError(
            Fault(
                "nothing to place the working CRS by: no usable fix, and nothing drawn",
                column="working.crs",
                got="auto",
                cure="set working.crs, or look at the flags in the tracks",
            )
        )
    return working_crs(lon, lat)


def check_working_crs(configured: str) -> None:
    """Refuse a working CRS that is not projected in metres.

    Raises
    ------
    ConfigError
        Unknown, geographic, or in other units.
    """
    expected = "auto, or a projected CRS in metres such as EPSG:32642"
    try:
        crs = CRS.from_user_input(configured)
    except CRSError:
        raise ConfigError(
            Fault(
                "unknown CRS",
                column="working.crs",
                expected=expected,
                got=configured,
                cure="correct working.crs",
            )
        ) from None
    metres = all(axis.unit_name in ("metre", "meter") for axis in crs.axis_info[:2])
    if not crs.is_projected or not metres:
        kind = "projected" if crs.is_projected else "not projected"
        units = crs.axis_info[0].unit_name if crs.axis_info else "no axes"
        raise ConfigError(
            Fault(
                "the working CRS must be projected, in metres",
                column="working.crs",
                expected=expected,
                got=f"{configured} ({kind}, {units})",
                cure="correct working.crs",
            )
        )


def _centres(drawn: gpd.GeoDataFrame) -> tuple[Floats, Floats]:
    """Return the centroids of polygons, found in a plane around them: any longitude works."""
    if drawn.empty:
        return np.empty(0), np.empty(0)
    lon, lat = shapely.get_coordinates(drawn.geometry.to_numpy()).T
    around = working_crs(lon, lat)
    centres = shapely.get_coordinates(drawn.to_crs(around).centroid.to_numpy())
    back = transformer(around, GEOGRAPHIC).transform(centres[:, 0], centres[:, 1])
    return np.asarray(back[0]), np.asarray(back[1])


def _extent(
    animals: list[tuple[float, float, float, float]], drawn: gpd.GeoDataFrame, crs: str
) -> tuple[float, float, float, float] | None:
    if animals:
        boxes = np.array(animals)
        west, south = map(float, boxes[:, :2].min(axis=0))
        east, north = map(float, boxes[:, 2:].max(axis=0))
        return west, south, east, north
    if drawn.empty:
        return None
    west, south, east, north = map(float, drawn.to_crs(crs).total_bounds)
    return west, south, east, north
