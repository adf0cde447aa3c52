"""Stage `clean`: flag unusable fixes, choose working CRS and cell, project the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from corridors.formats.parquet import read_layer, write_json, write_table
from corridors.foundation import tables
from corridors.foundation.crs import GEOGRAPHIC, project, transformer, working_crs
from corridors.foundation.errors import ConfigError, Fault
from corridors.foundation.grid import Grid
from corridors.movement.fixes import bursts, count_flags, flag_fixes, seconds

if TYPE_CHECKING:
    from corridors.config.model import Working
    from corridors.stages.context import StageContext

Floats = npt.NDArray[np.float64]
CELLS_M = (50.0, 100.0, 250.0, 500.0)
# Mean surface, one animal's surface and a scratch array, float64 each.
_BYTES_PER_CELL = 24
# A bridge's mass reaches beyond the fixes: the box is grown by this before it is counted.
_REACH_M = 5000.0


def run(context: StageContext) -> None:
    """Flag, project and number the fixes of one herd.

    Raises
    ------
    ConfigError
        ``working.crs`` is not a projected CRS in metres, or has no image of the herd.
    """
    fixes = read_layer(context.read("ingest", "fixes.parquet"))
    ranges = read_layer(context.read("ingest", "ranges_expert.parquet"))
    settings = context.settings
    lon, lat = _positions(fixes)
    context.progress("flagging fixes", 0.2)
    if len(fixes):
        fixes = fixes.assign(flags=_flags(fixes, lon, lat, settings.clean))
    usable = fixes["flags"].to_numpy() == 0
    crs = _crs(settings.working.crs, lon[usable], lat[usable], ranges)
    x, y = np.full(len(fixes), np.nan), np.full(len(fixes), np.nan)
    x[usable], y[usable] = project(lon[usable], lat[usable], crs)
    if not (np.isfinite(x[usable]).all() and np.isfinite(y[usable]).all()):
        raise ConfigError(
            Fault(
                "the working CRS has no image of the herd",
                column="working.crs",
                got=settings.working.crs,
                cure="set working.crs to auto, or to a CRS of the herd's region",
            )
        )
    track = pd.factorize(fixes["animal"])[0].astype(np.int64)
    burst = bursts(
        track,
        seconds(fixes["time_utc"]),
        fixes["flags"].to_numpy(),
        gap_h=settings.clean.burst_gap_h,
    )
    context.progress("writing tables", 0.9)
    cell_m, reason = choose_cell(settings.working, _extent(x[usable], y[usable], ranges, crs), crs)
    cleaned = gpd.GeoDataFrame(fixes.assign(x_m=x, y_m=y, burst=burst), crs=GEOGRAPHIC)
    write_table(cleaned, context.out / "fixes.parquet", tables.CLEAN_FIXES)
    write_json(
        {
            "crs": crs,
            "cell_m": cell_m,
            "cell_reason": reason,
            "n_fixes": len(fixes),
            "n_usable": int(usable.sum()),
            "n_animals": int(fixes.loc[usable, "animal"].nunique()),
            "flags": count_flags(fixes),
        },
        context.out / "clean.json",
    )


def choose_cell(
    working: Working, bounds: tuple[float, float, float, float] | None, crs: str
) -> tuple[float, str]:
    """Return the edge of a cell (m) and why.

    ``auto`` takes the smallest of 50, 100, 250 and 500 m with which the grid over the herd's
    bounding box fits the memory budget.
    """
    if working.cell_m != "auto":
        return float(working.cell_m), "working.cell_m of the configuration"
    if bounds is None:
        return CELLS_M[0], "auto: no positions, the smallest cell"
    west, south, east, north = bounds
    grown = (west - _REACH_M, south - _REACH_M, east + _REACH_M, north + _REACH_M)
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


def _positions(fixes: gpd.GeoDataFrame) -> tuple[Floats, Floats]:
    points = np.asarray(fixes.geometry.array, dtype=object)
    return shapely.get_x(points), shapely.get_y(points)


def _flags(fixes: gpd.GeoDataFrame, lon: Floats, lat: Floats, clean: Any) -> npt.NDArray[np.uint16]:
    """Return all flags; distances are measured around the herd, whatever CRS the user works in."""
    believed = (fixes["flags"].to_numpy() == 0) & np.isfinite(lon)
    x, y = np.full(len(lon), np.nan), np.full(len(lon), np.nan)
    if believed.any():
        around = working_crs(lon[believed], lat[believed])
        x[believed], y[believed] = project(lon[believed], lat[believed], around)
    return flag_fixes(
        pd.DataFrame(fixes.drop(columns="geometry")),
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


def _crs(configured: str, lon: Floats, lat: Floats, ranges: gpd.GeoDataFrame) -> str:
    if configured != "auto":
        check_working_crs(configured)
        return configured
    if not len(lon):
        lon, lat = _range_centres(ranges)
    if not len(lon):
        raise ConfigError(
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
    lon, lat = shapely.get_coordinates(ranges.geometry.array).T
    around = working_crs(lon, lat)
    centres = shapely.get_coordinates(ranges.to_crs(around).centroid.array)
    back = transformer(around, GEOGRAPHIC).transform(centres[:, 0], centres[:, 1])
    return np.asarray(back[0]), np.asarray(back[1])


def _extent(
    x: Floats, y: Floats, ranges: gpd.GeoDataFrame, crs: str
) -> tuple[float, float, float, float] | None:
    if len(x):
        return float(x.min()), float(y.min()), float(x.max()), float(y.max())
    if ranges.empty:
        return None
    west, south, east, north = ranges.to_crs(crs).total_bounds
    return float(west), float(south), float(east), float(north)
