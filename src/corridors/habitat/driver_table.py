"""How each migration follows the green-up of the cells that it leads through."""

from __future__ import annotations

import numpy as np
import pandas as pd

from corridors.foundation.arrays import Floats, Indices, Times
from corridors.foundation.crs import GEOD, GEOGRAPHIC, transformer
from corridors.foundation.facts.connect import GreenUpFacts
from corridors.foundation.grid import Grid
from corridors.habitat.green_up import green_up, surfing
from corridors.habitat.used_fixes import cells_of, fixes_in

_DAY = np.timedelta64(1, "D")
_EPOCH = np.datetime64("1970-01-01")


def fixes_on_migrations(fixes: pd.DataFrame, windows: pd.DataFrame, grid: Grid) -> pd.DataFrame:
    """Return the fixes in windows that lie on the grid, one migration after the other.

    Parameters
    ----------
    fixes
        ``animal time_utc x_m y_m`` of usable fixes, sorted by animal and time, with a plain index.
    windows
        MIGRATIONS that count.
    grid
        The habitat grid.

    Returns
    -------
    DataFrame
        The columns of ``fixes`` with ``migration``, ``cell`` (index into the raveled grid) and
        ``time`` (datetime64 UTC); without any only ``cell``.
    """
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


def peaks(
    fixes: pd.DataFrame,
    cells: Indices,
    days: Times,
    values: Floats,
    *,
    base_quantile: float,
    min_dates: int,
    min_r2: float,
) -> Floats:
    """Return the day of the fastest green-up of each fix's cell in the calendar year of the fix.

    Parameters
    ----------
    fixes
        From :func:`fixes_on_migrations`.
    cells
        Cells that any fix lies in, sorted, (n,).
    days, values
        Dates (t,) and the greenness of the cells, (t, n), NaN: unknown.
    base_quantile, min_dates, min_r2
        See :func:`~corridors.habitat.green_up.green_up`.

    Returns
    -------
    array (n_fixes,)
        Days since 1970; NaN: none.
    """
    day_year = days.astype("datetime64[Y]")
    fix_year = fixes["time"].to_numpy().astype("datetime64[Y]")
    at = np.searchsorted(cells, fixes["cell"].to_numpy())
    out = np.full(len(fixes), np.nan)
    for year in np.unique(fix_year):
        chosen = day_year == year
        if chosen.sum() < min_dates:
            continue
        found = green_up(
            (days[chosen] - _EPOCH) / _DAY,
            values[chosen],
            base_quantile=base_quantile,
            min_dates=min_dates,
            min_r2=min_r2,
        )
        own = fix_year == year
        out[own] = found.peak_d[at[own]]
    return out


def driver_table(
    herd: str,
    layer: str,
    fixes: pd.DataFrame,
    peak_d: Floats,
    windows: pd.DataFrame,
    *,
    crs: str,
) -> pd.DataFrame:
    """Return DRIVERS: each migration against the green-up of its cells.

    Parameters
    ----------
    herd, layer
        Name of the herd, and of the layer that says when the land turns green.
    fixes, peak_d
        From :func:`fixes_on_migrations`, at least one, and the green-up of each one's cell.
    windows
        MIGRATIONS that count.
    crs
        Working CRS.
    """
    fixes = fixes.assign(
        peak_d=peak_d,
        fix_d=(fixes["time"].to_numpy() - _EPOCH) / _DAY,
    )
    frame = pd.DataFrame(
        [
            _row(herd, layer, str(window), own.reset_index(drop=True), crs)
            for window, own in fixes.groupby("migration", sort=True)
        ]
    )
    known = windows[["migration", "animal", "bio_year", "season"]]
    return frame.merge(known, on="migration", how="left", validate="one_to_one")


def green_up_facts(layer: str, drivers: pd.DataFrame) -> GreenUpFacts:
    """Return what DRIVERS come to."""
    surfed = drivers["abs_days_from_peak"].dropna()
    stayed = drivers["abs_days_if_stayed"]
    return GreenUpFacts(
        layer=layer,
        n_migrations=len(drivers),
        n_with_green_up=len(surfed),
        median_abs_days_from_peak=float(surfed.median()) if len(surfed) else None,
        median_abs_days_if_stayed=float(stayed.median()) if len(surfed) else None,
    )


def _row(
    herd: str, layer: str, migration: str, own: pd.DataFrame, crs: str
) -> dict[str, str | int | float]:
    surf = surfing(own["fix_d"].to_numpy(), own["peak_d"].to_numpy())
    ends = own.iloc[[0, -1]]
    lon, lat = transformer(crs, GEOGRAPHIC).transform(
        ends["x_m"].to_numpy(), ends["y_m"].to_numpy()
    )
    net_km = float(GEOD.inv(lon[0], lat[0], lon[1], lat[1])[2]) / 1000.0
    days = float(own["fix_d"].iloc[-1] - own["fix_d"].iloc[0])
    return {
        "herd": herd,
        "migration": migration,
        "layer": layer,
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
