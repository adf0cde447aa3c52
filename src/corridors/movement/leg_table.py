"""Legs of all migrations of a herd as a table."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pyproj import Geod

from corridors.foundation import tables
from corridors.foundation.crs import GEOGRAPHIC, transformer
from corridors.movement.animal_years import YearTrack
from corridors.movement.biological_year import days_since
from corridors.movement.journeys import geodesic_m
from corridors.movement.legs import legs
from corridors.movement.year_windows import Row

_GEOD = Geod(ellps="WGS84")


def leg_table(
    rows: list[Row],
    ids: list[str],
    tracks: list[YearTrack],
    crs: str,
    *,
    min_stop_days: float,
    stop_radius_frac: float,
) -> pd.DataFrame:
    """Return LEGS rows of the migrations in ``rows``, whose ids are ``ids``.

    ``crs`` is that of the tracks; the others are those of :func:`~corridors.movement.legs.legs`.
    """
    of_animal = {track.animal: track for track in tracks}
    parts = []
    for row, name in zip(rows, ids, strict=True):
        if row.part == "migration":
            own = _legs_of(
                row,
                of_animal[row.animal],
                crs,
                min_stop_days=min_stop_days,
                stop_radius_frac=stop_radius_frac,
            )
            parts.append(own.assign(migration=name))
    parts = [part for part in parts if len(part)]
    if not parts:
        return tables.empty(tables.LEGS)
    frame = pd.concat(parts, ignore_index=True)
    back = transformer(crs, GEOGRAPHIC)
    lon_0, lat_0 = back.transform(frame["x0"].to_numpy(), frame["y0"].to_numpy())
    lon_1, lat_1 = back.transform(frame["x1"].to_numpy(), frame["y1"].to_numpy())
    frame["net_km"] = _GEOD.inv(lon_0, lat_0, lon_1, lat_1)[2] / 1000.0
    for side in ("start_utc", "end_utc"):
        frame[side] = frame[side].astype("datetime64[us]").dt.tz_localize("UTC")
    return frame[list(tables.LEGS.columns)]


def _legs_of(
    row: Row, track: YearTrack, crs: str, *, min_stop_days: float, stop_radius_frac: float
) -> pd.DataFrame:
    inside = (track.time_utc >= row.start) & (track.time_utc <= row.end)
    time, x, y = track.time_utc[inside], track.x_m[inside], track.y_m[inside]
    found = (
        legs(
            days_since(time, time[0]),
            x,
            y,
            min_stop_days=min_stop_days,
            stop_radius_frac=stop_radius_frac,
        )
        if time.size > 1
        else []
    )
    lon, lat = transformer(crs, GEOGRAPHIC).transform(x, y)
    along_m = np.append(0.0, geodesic_m(lon[:-1], lat[:-1], lon[1:], lat[1:]).cumsum())
    first = [leg.first for leg in found]
    last = [leg.last for leg in found]
    return pd.DataFrame(
        {
            "leg": range(1, len(found) + 1),
            "start_utc": time[first],
            "end_utc": time[last],
            "x0": x[first],
            "y0": y[first],
            "x1": x[last],
            "y1": y[last],
            "path_km": (along_m[last] - along_m[first]) / 1000.0,
            "stop_days": [leg.stop_days for leg in found],
        }
    )
