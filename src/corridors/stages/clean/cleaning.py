"""Flags, working CRS, cell and projection of a herd's fixes."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pyarrow as pa
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from corridors.config.model import Clean, Working
from corridors.foundation import tables
from corridors.foundation.arrays import Bits, Flags, Floats
from corridors.foundation.arrow import positions, values
from corridors.foundation.artefacts import FixTable, Progress
from corridors.foundation.crs import GEOGRAPHIC, project, transformer, working_crs
from corridors.foundation.errors import ConfigError, Fault, MethodError
from corridors.foundation.facts.clean import CleanFacts
from corridors.foundation.grid import Grid
from corridors.foundation.spool import spool_fixes
from corridors.movement.fixes import bursts, count_flags, flag_fixes, seconds
from corridors.stages.clean.stage import Inputs, Results, Settings

CELLS_M = (50.0, 100.0, 250.0, 500.0)
# Mean surface, one animal's surface and a scratch array, float64 each.
_BYTES_PER_CELL = 24


@dataclass
class _Animal:
    """What is held of each animal while the stage runs: 18 bytes per fix."""

    lon: Floats
    lat: Floats
    flags: Bits

    @property
    def usable(self) -> Flags:
        return np.asarray(self.flags == 0)


def cleaned(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Flag, project and number the fixes of one herd, one animal at a time; see stage `clean`."""
    ranges = inputs.ranges_expert.read()
    herd = [
        _Animal(*positions(rows["geometry"]), values(rows, "flags"))
        for _, rows in inputs.fixes.animals(["flags", "geometry"])
    ]
    flags = _flag(herd, inputs.fixes, settings.clean, progress)
    crs = herd_crs(settings.working.crs, *_together(herd), ranges)
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
        )
        for name, column in (("flags", one.flags), ("x_m", x), ("y_m", y), ("burst", burst)):
            rows = rows.append_column(name, pa.array(column, from_pandas=True))
        spool.add(rows)
    cell_m, reason = choose_cell(settings.working, _extent(extent, ranges, crs), crs)
    facts = CleanFacts(
        crs=crs,
        cell_m=cell_m,
        cell_reason=reason,
        n_fixes=sum(one.flags.size for one in herd),
        n_usable=sum(int(np.count_nonzero(one.usable)) for one in herd),
        n_animals=sum(bool(one.usable.any()) for one in herd),
        flags=flags,
    )
    return Results(fixes=spool.close(), facts=facts)


def choose_cell(
    working: Working, bounds: tuple[float, float, float, float] | None, crs: str
) -> tuple[float, str]:
    """Return the edge of a cell (m) and why.

    ``auto`` takes the smallest of 50, 100, 250 and 500 m with which the grid over the herd's
    bounding box, grown by ``reach_m``, fits the memory budget.
    """
    if working.cell_m != "auto":
        return float(working.cell_m), "working.cell_m of the configuration"
    if bounds is None:
        return CELLS_M[0], "auto: no positions, the smallest cell"
    west, south, east, north = bounds
    reach_m = working.reach_m
    grown = (west - reach_m, south - reach_m, east + reach_m, north + reach_m)
    for cell_m in CELLS_M:
        grid = Grid.covering(crs, cell_m, grown)
        need_mb = grid.n_rows * grid.n_cols * _BYTES_PER_CELL / 1e6
        if need_mb <= working.memory_mb:
            return cell_m, (
                f"auto: {grid.n_cols} x {grid.n_rows} cells of {cell_m:g} m need {need_mb:.0f} MB "
                f"of {working.memory_mb:g} MB"
            )
    return CELLS_M[-1], (
        f"auto: the largest cell, though it needs {need_mb:.0f} MB of {working.memory_mb:g} MB"
    )


def _bounds(herd: list[_Animal]) -> tuple[float, float, float, float] | None:
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


def _together(herd: list[_Animal]) -> tuple[Floats, Floats]:
    """Return the longitudes and latitudes of all usable fixes."""
    chosen = [(one, one.usable & np.isfinite(one.lon)) for one in herd]
    return (
        np.concatenate([np.empty(0), *(one.lon[usable] for one, usable in chosen)]),
        np.concatenate([np.empty(0), *(one.lat[usable] for one, usable in chosen)]),
    )


def _flag(
    herd: list[_Animal], fixes: FixTable, clean: Clean, progress: Progress
) -> dict[str, dict[str, int]]:
    """Set all flags and return their counts by animal.

    Distances are measured around the herd, whatever CRS the user works in.
    """
    is_placed = any((one.usable & np.isfinite(one.lon)).any() for one in herd)
    around = working_crs(*_together(herd)) if is_placed else ""
    counts: dict[str, dict[str, int]] = {}
    animals = fixes.animals(["animal", "time_utc", "dop", "fix_type", "flags"])
    for done, (one, (_, rows)) in enumerate(zip(herd, animals, strict=True)):
        progress("flagging fixes", 0.1 + 0.5 * done / len(herd))
        own = rows.to_pandas()
        x, y = np.full((2, len(own)), np.nan)
        known = one.usable & np.isfinite(one.lon)
        if known.any():
            x[known], y[known] = project(one.lon[known], one.lat[known], around)
        one.flags = flag_fixes(
            own,
            x,
            y,
            max_speed_m_s=clean.max_speed_m_s,
            spike_speed_m_s=clean.spike_speed_m_s,
            spike_turn_cos=clean.spike_turn_cos,
            spike_median_m=clean.spike_median_m,
            dop_max=clean.dop_max,
            allow_2d=clean.allow_2d,
            mortality_step_m=clean.mortality_step_m,
            mortality_h=clean.mortality_h,
            burst_gap_h=clean.burst_gap_h,
            settling_days=clean.settling_days,
        )
        counts |= count_flags(own.assign(flags=one.flags))
    return counts


def _projected(one: _Animal, crs: str, configured: str) -> tuple[Floats, Floats]:
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


def herd_crs(configured: str, lon: Floats, lat: Floats, ranges: gpd.GeoDataFrame) -> str:
    """Return the working CRS of a herd.

    Parameters
    ----------
    configured
        ``auto``, or a CRS.
    lon, lat
        Usable fixes, degrees, shape (n,).
    ranges
        Expert RANGES: they place a herd that nobody has tracked.

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
        lon, lat = _range_centres(ranges)
    if not len(lon):
        raise MethodError(
            Fault(
                "nothing to place the working CRS by: no usable fix and no expert range",
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


def _range_centres(ranges: gpd.GeoDataFrame) -> tuple[Floats, Floats]:
    """Return the centroids of expert ranges, found in a plane around them: any longitude works."""
    if ranges.empty:
        return np.empty(0), np.empty(0)
    lon, lat = shapely.get_coordinates(ranges.geometry.to_numpy()).T
    around = working_crs(lon, lat)
    centres = shapely.get_coordinates(ranges.to_crs(around).centroid.to_numpy())
    back = transformer(around, GEOGRAPHIC).transform(centres[:, 0], centres[:, 1])
    return np.asarray(back[0]), np.asarray(back[1])


def _extent(
    animals: list[tuple[float, float, float, float]], ranges: gpd.GeoDataFrame, crs: str
) -> tuple[float, float, float, float] | None:
    if animals:
        boxes = np.array(animals)
        west, south = map(float, boxes[:, :2].min(axis=0))
        east, north = map(float, boxes[:, 2:].max(axis=0))
        return west, south, east, north
    if ranges.empty:
        return None
    west, south, east, north = map(float, ranges.to_crs(crs).total_bounds)
    return west, south, east, north
