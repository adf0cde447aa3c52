"""A herd's tracks parted by a day: periods of steps, years, migrations and passages."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd

from corridors.foundation import tables
from corridors.foundation.arrays import Floats, Labels, Microseconds
from corridors.threats.before_after import AFTER, BEFORE

_YEAR_MIN = 365.25 * 24 * 60


def periods(middle_us: Microseconds, day: date) -> Labels:
    """Return the period of each step by the time of its middle, shape (n,)."""
    day_us = round(pd.Timestamp(day, tz="UTC").timestamp() * 1_000_000)
    return np.where(middle_us < day_us, BEFORE, AFTER).astype(object)


def years_of(animal: pd.Series, period: Labels, duration_min: Floats) -> pd.DataFrame:
    """Return ``animal period years`` tracked."""
    frame = pd.DataFrame(
        {"animal": animal.to_numpy(), "period": period, "years": duration_min / _YEAR_MIN}
    )
    return frame.groupby(["animal", "period"], sort=True)[["years"]].sum().reset_index()


def whole_migrations(found: pd.DataFrame, day: date) -> pd.DataFrame:
    """Return length and straight distance of each whole migration, and its period.

    ``found`` is MIGRATION_FACTS. One that is cut by the edge of the data says nothing of its
    length; one that goes on over the day belongs to neither period.
    """
    found = found[~found["is_open"]]
    start = pd.Timestamp(day, tz="UTC")
    period = np.where(
        found["end_utc"] < start, BEFORE, np.where(found["start_utc"] >= start, AFTER, "")
    )
    out = found[["animal"]].assign(
        period=period, length_km=found["resampled_km"], straight_km=found["net_km"]
    )
    return out[out["period"] != ""].reset_index(drop=True)


def passages_of_segments(
    herd: str,
    segments: gpd.GeoDataFrame,
    encounters: pd.DataFrame,
    years: pd.DataFrame,
    *,
    is_internal: bool,
) -> gpd.GeoDataFrame:
    """Return BEFORE_AFTER_SEGMENTS; what a single animal gave is shown only internally.

    Parameters
    ----------
    herd
        Its name.
    segments, encounters
        SEGMENTS of the line, ENCOUNTERS with the period in place of the season.
    years
        As :func:`years_of` returns them.
    is_internal
        Whether passages of one animal may be shown.
    """
    if segments.empty:
        return tables.empty(tables.BEFORE_AFTER_SEGMENTS)
    tracked = years.groupby("period")["years"].sum()
    n_animals = years.groupby("period")["animal"].nunique()
    count = encounters.pivot_table(
        index="segment", columns="season", values="passages", aggfunc="sum", fill_value=0.0
    )
    out = segments[["segment", "barrier", "name", "kind", "length_m", "geometry"]].assign(herd=herd)
    for period in (BEFORE, AFTER):
        n = count[period] if period in count else pd.Series(dtype=float)
        per = float(tracked.get(period, 0.0))
        passed = out["segment"].map(n).fillna(0.0).to_numpy(float)
        is_shown = per > 0 and (is_internal or n_animals[period] > 1)
        out[f"passages_{period}"] = passed / per if is_shown else np.nan
    out["passages_change"] = out["passages_after"] - out["passages_before"]
    return gpd.GeoDataFrame(out.astype({"herd": str}))
