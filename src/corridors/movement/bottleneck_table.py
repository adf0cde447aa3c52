"""Bottlenecks of a herd as rows, from the fixes of its migrations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely

from corridors.foundation.arrays import Floats, Indices
from corridors.foundation.crs import GEOGRAPHIC, transformer
from corridors.movement.bottlenecks import Neck, Rules, corrected_widths, necks
from corridors.movement.routes import Route, routes


@dataclass(frozen=True)
class RouteRules:
    """What a route is.

    Parameters
    ----------
    step_m
        Between the places where the width is told, m.
    reach_m
        Passages farther from its line are on another route, m.
    max_lag_h
        A longer step says nothing about the way between its ends, h.
    """

    step_m: float
    reach_m: float
    max_lag_h: float


def bottleneck_rows(
    herd: str,
    fixes: pd.DataFrame,
    units: pd.DataFrame,
    crs: str,
    along: RouteRules,
    rules: Rules,
) -> list[dict[str, Any]]:
    """Return rows of BOTTLENECKS, the narrowest first.

    Parameters
    ----------
    herd
        Name of the herd.
    fixes
        ``migration animal time_s x_m y_m`` of migrations, sorted by (migration, time_s).
    units
        UNITS: animals that travel together are one.
    crs
        Of ``x_m`` and ``y_m``.
    along, rules
        What a route is, and what a bottleneck of one.
    """
    if fixes.empty:
        return []
    paths, pieces = _paths(fixes, along.max_lag_h)
    code = units.set_index("animal")["unit"].astype("int64") - 1
    unit: Indices = np.asarray(pieces["animal"].map(code), dtype=np.int64)
    n_herd = np.unique(unit).size
    to_degrees = transformer(crs, GEOGRAPHIC)
    rows = []
    found = routes(
        paths, unit, step_m=along.step_m, reach_m=along.reach_m, min_units=rules.min_units
    )
    for number, route in enumerate(found, start=1):
        own = unit[route.members]
        wide = corrected_widths(route.sides_m, route.thinned_m, own)
        for neck in necks(wide, n_herd, rules):
            is_here = ~np.isnan(route.sides_m[:, neck.station])
            passing = pieces.iloc[route.members[is_here]]
            line = shapely.LineString(
                np.column_stack(to_degrees.transform(*_across(route, neck, own).T))
            )
            rows.append(
                {
                    "herd": herd,
                    "route": number,
                    "route_km": neck.station * along.step_m / 1000.0,
                    "length_km": (neck.last - neck.first + 1) * along.step_m / 1000.0,
                    "width_m": neck.width_m,
                    "width_low_m": neck.low_m,
                    "width_high_m": neck.high_m,
                    "width_ratio": neck.ratio,
                    "unit_share": neck.n_units / n_herd,
                    "n_units": neck.n_units,
                    "n_animals": passing["animal"].nunique(),
                    "n_migrations": passing["migration"].nunique(),
                    "geometry": line,
                }
            )
    rows.sort(key=lambda row: (row["width_m"], row["route"], row["route_km"]))
    return [
        {"bottleneck": f"{herd}/bottleneck-{rank}", "rank": rank, **row}
        for rank, row in enumerate(rows, start=1)
    ]


def _paths(fixes: pd.DataFrame, max_lag_h: float) -> tuple[list[Floats], pd.DataFrame]:
    """Return the pieces of migrations without a longer step, and whose each is."""
    migration, time_s = fixes["migration"].to_numpy(object), fixes["time_s"].to_numpy()
    parted = (migration[1:] != migration[:-1]) | (np.diff(time_s) > max_lag_h * 3600.0)
    first = np.r_[0, np.flatnonzero(parted) + 1]
    places = fixes[["x_m", "y_m"]].to_numpy(np.float64)
    animal = fixes["animal"].to_numpy(object)
    pieces = pd.DataFrame({"migration": migration[first], "animal": animal[first]})
    return np.split(places, first[1:]), pieces


def _across(route: Route, neck: Neck, unit: Indices) -> Floats:
    """Return both ends of a line as wide as the use, around the middle of the units, m."""
    side = route.sides_m[:, neck.station]
    middle = pd.Series(side).groupby(unit).mean().mean()
    ends = np.array([[middle - neck.width_m / 2], [middle + neck.width_m / 2]])
    return np.asarray(route.points_m[neck.station] + ends * route.normals[neck.station])
