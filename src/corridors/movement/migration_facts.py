"""Fixes of each migration and what follows from them: distances, speed, days in stopovers."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridors.foundation.arrays import Flags, Indices
from corridors.foundation.clock import microseconds
from corridors.foundation.crs import GEOGRAPHIC, transformer
from corridors.foundation.track import usable
from corridors.movement.journeys import fix_weights_days, lengths

_DAY_S = 86_400.0


def migration_fixes(
    fixes: pd.DataFrame, moves: pd.DataFrame, crs: str
) -> tuple[pd.DataFrame, float]:
    """Return the usable fixes within migrations, and the herd's median fix interval, h.

    Parameters
    ----------
    fixes
        ``animal time_utc burst x_m y_m`` of CLEAN_FIXES; those without a burst are not usable.
    moves
        MIGRATIONS of part ``migration``.
    crs
        Of ``x_m`` and ``y_m``.

    Returns
    -------
    DataFrame
        ``migration animal time_s x_m y_m lon_deg lat_deg``, sorted by (migration, time_s); a fix
        that two windows share is there twice.
    float
        Of all usable fixes, not only of these; NaN without two fixes of an animal.
    """
    fixes = usable(fixes).sort_values(["animal", "time_utc"], kind="stable")
    time_s = microseconds(fixes["time_utc"]) / 1e6
    code, names = pd.factorize(fixes["animal"], sort=True)
    first = np.searchsorted(code, np.arange(len(names) + 1))
    same = np.diff(code) == 0
    interval_h = float(np.median(np.diff(time_s)[same])) / 3600.0 if same.any() else np.nan

    number = {name: i for i, name in enumerate(names)}
    start_s, end_s = (microseconds(moves[name]) / 1e6 for name in ("start_utc", "end_utc"))
    rows: list[Indices] = []
    for i, name in enumerate(moves["animal"]):
        own = number.get(name)
        if own is None:
            rows.append(np.zeros(0, dtype=np.int64))
            continue
        times = time_s[first[own] : first[own + 1]]
        low = first[own] + np.searchsorted(times, start_s[i], side="left")
        high = first[own] + np.searchsorted(times, end_s[i], side="right")
        rows.append(np.arange(low, high))
    at = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64)
    here = fixes.iloc[at]
    lon, lat = transformer(crs, GEOGRAPHIC).transform(
        here["x_m"].to_numpy(), here["y_m"].to_numpy()
    )
    return pd.DataFrame(
        {
            "migration": np.repeat(
                moves["migration"].to_numpy(object), [part.size for part in rows]
            ),
            "animal": here["animal"].to_numpy(object),
            "time_s": time_s[at],
            "x_m": here["x_m"].to_numpy(),
            "y_m": here["y_m"].to_numpy(),
            "lon_deg": np.asarray(lon, dtype=np.float64),
            "lat_deg": np.asarray(lat, dtype=np.float64),
        }
    ), interval_h


def migration_facts(
    moves: pd.DataFrame, fixes: pd.DataFrame, stopovers: gpd.GeoDataFrame, *, max_lag_h: float
) -> list[dict[str, Any]]:
    """Return one row of MIGRATION_FACTS per migration.

    Parameters
    ----------
    moves
        MIGRATIONS of part ``migration``.
    fixes
        From :func:`migration_fixes`.
    stopovers
        STOPOVERS of the herd; those of the migration's own season count.
    max_lag_h
        Longer steps say nothing about days in stopovers, h.
    """
    seasons = set(stopovers["season"])
    inside = _inside(moves, fixes, stopovers)
    groups = fixes.groupby("migration", sort=False).indices
    time_s, lon, lat = (fixes[name].to_numpy() for name in ("time_s", "lon_deg", "lat_deg"))
    nothing = np.zeros(0, dtype=np.int64)
    rows = []
    move: Any
    for move in moves.itertuples():
        at = np.asarray(groups.get(move.migration, nothing))
        times = time_s[at]
        length = lengths(lon[at], lat[at])
        weight = fix_weights_days(times, max_lag_h=max_lag_h)
        tracked_days = float(weight.sum())
        elapsed = (times[-1] - times[0]) / _DAY_S if at.size > 1 else 0.0
        known = tracked_days > 0 and move.season in seasons
        rows.append(
            {
                "migration": move.migration,
                "herd": move.herd,
                "animal": move.animal,
                "bio_year": move.bio_year,
                "season": move.season,
                "start_utc": move.start_utc,
                "end_utc": move.end_utc,
                "is_open": move.is_open,
                "n_fixes": at.size,
                "fix_interval_h": float(np.median(np.diff(times))) / 3600.0
                if at.size > 1
                else np.nan,
                "days": (move.end_utc - move.start_utc).total_seconds() / _DAY_S,
                "tracked_days": tracked_days,
                "stopover_days": float(weight[inside[at]].sum()) if known else np.nan,
                "net_km": length.net_km,
                "path_km": length.path_km,
                "resampled_km": length.resampled_km,
                "farthest_km": length.farthest_km,
                "speed_km_d": length.path_km / elapsed if elapsed > 0 else np.nan,
            }
        )
    return rows


def _inside(moves: pd.DataFrame, fixes: pd.DataFrame, stopovers: gpd.GeoDataFrame) -> Flags:
    """Return which fixes lie in a stopover of their migration's season."""
    season = fixes["migration"].map(moves.set_index("migration")["season"]).to_numpy(object)
    points = np.asarray(
        shapely.points(fixes["lon_deg"].to_numpy(), fixes["lat_deg"].to_numpy()), dtype=object
    )
    inside = np.zeros(len(fixes), dtype=np.bool_)
    for name in sorted(set(stopovers["season"])):
        own = np.flatnonzero(season == name)
        polygons = stopovers.geometry.array[(stopovers["season"] == name).to_numpy()]
        hit, _ = shapely.STRtree(polygons).query(points[own], predicate="intersects")
        inside[own[hit]] = True
    return inside
