"""Surfaces as tables, and back: those of windows, and those of herds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from corridors.foundation import tables
from corridors.foundation.artefacts import Table
from corridors.foundation.grid import Surface
from corridors.movement.estimates import Estimate
from corridors.movement.herd_populations import Key, WindowSurface
from corridors.movement.population import Population


def surface_rows(migration: str, surface: Surface) -> pd.DataFrame:
    """Return a window's surface as rows of SURFACES."""
    return pd.DataFrame(
        {
            "migration": pd.Series([migration], dtype="str").repeat(surface.row.size),
            "row": surface.row,
            "col": surface.col,
            "mass": surface.mass,
        }
    )


def variance_rows(migration: str, animal: str, found: Estimate) -> pd.DataFrame:
    """Return the variances of a window's bridges as rows of VARIANCES."""
    return pd.DataFrame(
        {
            "migration": pd.Series([migration], dtype="str").repeat(found.bridge_us.size),
            "animal": animal,
            "start_utc": pd.to_datetime(found.bridge_us, unit="us", utc=True).astype(tables.UTC),
            "s2_m2_min": found.bridge_s2,
            "source": found.bridge_source,
        }
    )


def estimate_row(
    found: Estimate, *, migration: str, animal: str, season: str, part: str
) -> dict[str, str | int | float]:
    """Return one window's row of ESTIMATES."""
    why = found.error
    return {
        "migration": migration,
        "animal": animal,
        "season": season,
        "part": part,
        "method": found.method,
        "reason": found.reason,
        "s2_m2_min": found.s2_m2_min,
        "s2_low_m2_min": found.s2_low_m2_min,
        "s2_high_m2_min": found.s2_high_m2_min,
        "s2_p05_m2_min": found.s2_p05_m2_min,
        "s2_p95_m2_min": found.s2_p95_m2_min,
        "n_fixes": found.n_fixes,
        "n_bridges": found.n_bridges,
        "max_lag_h": found.max_lag_h,
        "n_long_lags": found.n_long_lags,
        "n_over_max_lag": found.n_over_max_lag,
        "n_run_fixes": found.n_run_fixes,
        "step_median_h": found.step_median_h,
        "n_behind_s2": found.n_behind_s2,
        "n_short": found.n_short,
        "n_still": found.n_still,
        "n_edge": found.n_edge,
        "n_breaks": found.n_breaks,
        "mass": found.mass,
        "error": "" if why is None else why.code,
        "error_got": np.nan if why is None else why.got,
        "error_limit": np.nan if why is None else why.limit,
    }


def population_table(herds: Mapping[Key, Population]) -> pd.DataFrame:
    """Return the herd of each part and season as rows of POPULATION."""
    frames = [
        pd.DataFrame(
            {
                "season": season,
                "row": population.surface.row,
                "col": population.surface.col,
                "mass": np.minimum(population.surface.mass, 1.0),
                "n_animals": population.n_animals,
            }
        )
        for (_, season), population in herds.items()
    ]
    return pd.concat(frames, ignore_index=True) if frames else tables.empty(tables.POPULATION)


def surface_of(cells: pd.DataFrame, *, crs: str, cell_m: float) -> Surface:
    """Return a surface from its cells.

    Parameters
    ----------
    cells
        ``row col mass``, in any order.
    crs, cell_m
        Of the lattice.
    """
    cells = cells.sort_values(["row", "col"], kind="stable")
    return Surface(
        crs,
        cell_m,
        cells["row"].to_numpy(np.int32),
        cells["col"].to_numpy(np.int32),
        cells["mass"].to_numpy(np.float64),
    )


def population_of(
    cells: pd.DataFrame, *, crs: str, cell_m: float, n_tracked: int, kind: type[Population]
) -> Population:
    """Return a herd from its rows of POPULATION, in any order.

    Parameters
    ----------
    cells
        ``row col mass n_animals`` of one season.
    crs, cell_m
        Of the lattice.
    n_tracked
        Animals in the mean.
    kind
        :class:`Population`, or what takes its place.
    """
    cells = cells.sort_values(["row", "col"], kind="stable")
    surface = surface_of(cells, crs=crs, cell_m=cell_m)
    return kind(surface, cells["n_animals"].to_numpy(np.int32), n_tracked)


def surfaces_by_animal(
    surfaces: Table, estimates: pd.DataFrame, *, crs: str, cell_m: float
) -> Iterator[tuple[str, list[WindowSurface]]]:
    """Yield each animal, sorted, with the surfaces of its windows, sorted by migration.

    Windows without a surface are left out, animals without any too. Memory holds one animal.

    Parameters
    ----------
    surfaces
        SURFACES.
    estimates
        ESTIMATES of the windows that are wanted.
    crs, cell_m
        Of the lattice.
    """
    good = estimates[estimates["error"] == ""].sort_values(["animal", "migration"], kind="stable")
    for animal, rows in good.groupby("animal", sort=True):
        part = dict(zip(rows["migration"], rows["part"], strict=True))
        season = dict(zip(rows["migration"], rows["season"], strict=True))
        cells = surfaces.rows("migration", sorted(part))
        windows = [
            WindowSurface(
                str(migration),
                part[migration],
                season[migration],
                surface_of(own, crs=crs, cell_m=cell_m),
            )
            for migration, own in cells.groupby("migration", sort=True)
        ]
        yield str(animal), windows
