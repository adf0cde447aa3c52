"""The drivers of `connect`: how migrations follow the green-up, where a series says when it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from corridors.formats.parquet import read_table
from corridors.foundation import tables
from corridors.foundation.arrays import Floats, Indices, Times
from corridors.foundation.crs import GEOD, GEOGRAPHIC, transformer
from corridors.habitat.green_up import green_up, surfing
from corridors.habitat.used_fixes import cells_of, fixes_in
from corridors.stages.connect_layers import series_of
from corridors.stages.connect_selection import usable_fixes

if TYPE_CHECKING:
    from corridors.foundation.grid import Grid
    from corridors.stages.context import StageContext

_DAY = np.timedelta64(1, "D")
_EPOCH = np.datetime64("1970-01-01")


def drivers(context: StageContext, grid: Grid, facts: dict[str, Any]) -> pd.DataFrame:
    """Return the DRIVERS rows, none where no layer says when the land turns green."""
    settings = context.settings.habitat
    wanted = settings.green_up
    layers = [layer for layer in settings.layers if layer.name == wanted.layer]
    if not layers:
        return tables.empty(tables.DRIVERS)
    windows = read_table(context.read("segment", "migrations.parquet"))
    windows = windows[(windows["part"] == "migration") & (windows["season"] == wanted.season)]
    fixes = _fixes(context, windows, grid)
    if not len(fixes):
        facts["notes"].append(f"green-up: no fixes on migrations of season {wanted.season}")
        return tables.empty(tables.DRIVERS)
    context.progress("find the green-up", 0.39)
    cells = np.unique(fixes["cell"].to_numpy())
    days, values = [], []
    for day, one in series_of(context, layers[0], grid, range(1, 13), {}):
        days.append(np.datetime64(day))
        values.append(one.ravel()[cells])
    fixes = fixes.assign(
        peak_d=_peaks(context, fixes, cells, np.array(days), np.array(values)),
        fix_d=(fixes["time"].to_numpy() - _EPOCH) / _DAY,
    )
    rows = [
        _row(context, str(window), own.reset_index(drop=True), grid)
        for window, own in fixes.groupby("migration", sort=True)
    ]
    frame = pd.DataFrame(rows)
    known = windows[["migration", "animal", "bio_year", "season"]]
    frame = frame.merge(known, on="migration", how="left", validate="one_to_one")
    surfed = frame["abs_days_from_peak"].dropna()
    facts["green_up"] = {
        "layer": wanted.layer,
        "n_migrations": len(frame),
        "n_with_green_up": len(surfed),
        "median_abs_days_from_peak": float(surfed.median()) if len(surfed) else None,
        "median_abs_days_if_stayed": (
            float(frame["abs_days_if_stayed"].median()) if len(surfed) else None
        ),
    }
    return frame


def _fixes(context: StageContext, windows: pd.DataFrame, grid: Grid) -> pd.DataFrame:
    """Return usable fixes in windows: migration, time, position and cell."""
    fixes = usable_fixes(context)
    windows = windows.sort_values("migration", kind="stable", ignore_index=True)
    names = windows["migration"].to_numpy()
    parts = [fixes.iloc[rows].assign(migration=names[at]) for at, rows in fixes_in(fixes, windows)]
    if not parts:
        return pd.DataFrame({"cell": []})
    found = pd.concat(parts, ignore_index=True)
    cells, inside = cells_of(found["x_m"].to_numpy(), found["y_m"].to_numpy(), grid)
    found = found[inside].assign(cell=cells)
    found["time"] = found["time_utc"].dt.tz_localize(None).to_numpy().astype("datetime64[s]")
    return found


def _peaks(
    context: StageContext,
    fixes: pd.DataFrame,
    cells: Indices,
    days: Times,
    values: Floats,
) -> Floats:
    """Return the day of the fastest green-up of each fix's cell in the calendar year of the fix."""
    wanted = context.settings.habitat.green_up
    day_year = days.astype("datetime64[Y]")
    fix_year = fixes["time"].to_numpy().astype("datetime64[Y]")
    at = np.searchsorted(cells, fixes["cell"].to_numpy())
    peaks = np.full(len(fixes), np.nan)
    for year in np.unique(fix_year):
        chosen = day_year == year
        if chosen.sum() < wanted.min_dates:
            continue
        found = green_up(
            (days[chosen] - _EPOCH) / _DAY,
            values[chosen],
            base_quantile=wanted.base_quantile,
            min_dates=wanted.min_dates,
            min_r2=wanted.min_r2,
        )
        own = fix_year == year
        peaks[own] = found.peak_d[at[own]]
    return peaks


def _row(context: StageContext, migration: str, own: pd.DataFrame, grid: Grid) -> dict[str, Any]:
    surf = surfing(own["fix_d"].to_numpy(), own["peak_d"].to_numpy())
    ends = own.iloc[[0, -1]]
    lon, lat = transformer(grid.crs, GEOGRAPHIC).transform(
        ends["x_m"].to_numpy(), ends["y_m"].to_numpy()
    )
    net_km = float(GEOD.inv(lon[0], lat[0], lon[1], lat[1])[2]) / 1000.0
    days = float(own["fix_d"].iloc[-1] - own["fix_d"].iloc[0])
    return {
        "herd": context.herd,
        "migration": migration,
        "layer": context.settings.habitat.green_up.layer,
        "n_fixes": len(own),
        "n_known": surf.n,
        "days": days,
        "net_km": net_km,
        "speed_km_d": net_km / days if days > 0 else np.nan,
        "wave_days": surf.wave_d,
        "wave_km_d": net_km / surf.wave_d if surf.wave_d > 0 else np.nan,
        "days_from_peak": surf.days_from_peak,
        "abs_days_from_peak": surf.abs_days_from_peak,
        "abs_days_if_stayed": surf.abs_days_if_stayed,
        "correlation": surf.correlation,
    }
