"""Fence sections, footprints and border agreements as tables, each row with its cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridors.foundation import tables
from corridors.foundation.arrays import Flags, Floats, Geometries, Indices
from corridors.foundation.crs import GEOGRAPHIC, geodesic_area_km2
from corridors.foundation.facts import Unit
from corridors.threats.actions import fence_sections, footprints, stretches_to_agree
from corridors.threats.gain_draws import GainDraws, summed

_SHIFTED = ("energy", "settlement")


@dataclass(frozen=True)
class Fencing:
    """How fences are opened.

    Parameters
    ----------
    section_frac, min_section_m
        See :func:`~corridors.threats.actions.fence_sections`.
    modified_permeability
        Of a modified fence, 0...1.
    remove_per_km, modify_per_km
        Cost; None: unknown.
    currency
        Of the costs, or "".
    """

    section_frac: float
    min_section_m: float
    modified_permeability: float
    remove_per_km: float | None
    modify_per_km: float | None
    currency: str


def is_fence(rows: pd.DataFrame) -> Flags:
    """Return which rows with ``kind``, ``class`` and ``status`` are fences that stand."""
    fence = (rows["kind"] == "fence") | (rows["class"] == "border_fence")
    return np.asarray(fence & (rows["status"] == "existing"), dtype=bool)


def fence_table(
    herd: str, parts: gpd.GeoDataFrame, gains: GainDraws, fencing: Fencing, *, unit: Unit
) -> gpd.GeoDataFrame:
    """Return FENCE_SECTIONS of segments of fences, see :func:`fence_sections`."""
    found = fence_sections(
        parts,
        gains,
        section_frac=fencing.section_frac,
        min_section_m=fencing.min_section_m,
        modified=fencing.modified_permeability,
    )
    own = parts.set_index("segment")
    held = [own.loc[list(names)] for names in found["segments"]]
    lines = [shapely.line_merge(shapely.union_all(part.geometry.to_numpy())) for part in held]
    km = found["length_m"] / 1000
    frame = found.assign(
        action=[f"{herd}:fence:{n}" for n in range(1, len(found) + 1)],
        herd=herd,
        rank=np.arange(1, len(found) + 1),
        segments=[";".join(names) for names in found["segments"]],
        gain_share=np.array([part["gain_share"].max() for part in held], dtype=float),
        remove_cost=km * _known(fencing.remove_per_km),
        modify_cost=km * _known(fencing.modify_per_km),
        currency=fencing.currency,
        **unit.columns(),
    )
    return gpd.GeoDataFrame(frame, geometry=lines, crs=GEOGRAPHIC)


def footprint_table(
    herd: str,
    exposed: gpd.GeoDataFrame,
    corridors: gpd.GeoDataFrame,
    *,
    cost_per_km2: float | None,
    currency: str,
) -> gpd.GeoDataFrame:
    """Return FOOTPRINTS: settlements and energy plants that would have to move, or their parts.

    Parameters
    ----------
    herd
        Its name.
    exposed, corridors
        EXPOSURE and CORRIDORS.
    cost_per_km2, currency
        Cost of shifting; None: unknown.
    """
    is_shifted = exposed["kind"].isin(_SHIFTED) & (exposed["status"] != "removed")
    exposed = exposed[is_shifted & (exposed["score"] > 0)].reset_index(drop=True)
    low = corridors[(corridors["corridor_class"] == "low") & (corridors["season"] == "all")]
    whole = np.asarray(exposed.geometry.to_numpy(), dtype=object)
    inside = _polygons(shapely.intersection(whole, shapely.union_all(low.geometry.to_numpy())))
    # What is used outside the corridor, in a seasonal range, is shifted as a whole.
    in_corridor = ~shapely.is_empty(inside) & (exposed["season"] == "migration").to_numpy()
    shape = np.where(in_corridor, inside, whole)
    moved_km2 = np.array([geodesic_area_km2(polygon) for polygon in shape], dtype=float)
    exposed = exposed.set_geometry(gpd.GeoSeries(shape, crs=GEOGRAPHIC)).assign(
        moved_part=np.where(in_corridor, "in_corridor", "whole")
    )
    found = footprints(exposed, moved_km2)
    names = list(tables.FOOTPRINTS.columns)
    frame = found.assign(
        action=[f"{herd}:footprint:{n}" for n in range(1, len(found) + 1)],
        rank=np.arange(1, len(found) + 1),
        cost=found["moved_km2"] * _known(cost_per_km2),
        currency=currency,
    )
    return gpd.GeoDataFrame(frame[names], geometry="geometry", crs=GEOGRAPHIC)


def agreement_table(
    herd: str,
    stretches: gpd.GeoDataFrame,
    lines: Geometries,
    places: Geometries,
    n_units: Indices,
    missing: Floats,
    *,
    reach_m: float,
    n_herd: float,
    unit: Unit,
) -> gpd.GeoDataFrame:
    """Return BORDER_AGREEMENTS: each place counts at the stretch nearest to it.

    Parameters
    ----------
    herd
        Its name.
    stretches, lines
        BORDER_STRETCHES and their lines in the working CRS, (n,).
    places, n_units, missing
        Places with advice that stand, in the working CRS, the units that met each, (m,), and draws
        of what is missing there, in ``unit``, (n_draws, m).
    reach_m
        Places farther from every stretch count at none, m.
    n_herd, unit
        Animals that passages per animal stand for, and of whom passages are told.
    """
    place, stretch = shapely.STRtree(lines).query_nearest(
        places, max_distance=reach_m, all_matches=False
    )
    n = len(stretches)
    group = np.full(len(places), -1, dtype=np.int64)
    group[place] = stretch
    mean, low, high = summed(missing, group, n)
    units = np.zeros(n, dtype=np.int64)
    np.maximum.at(units, stretch, n_units[place])
    # Passages across come per animal; everything here is in the unit of the ranking.
    found = stretches_to_agree(
        stretches.assign(
            expected_per_year=stretches["expected_per_year"] * n_herd,
            n_threats_nearby=np.bincount(stretch, minlength=n).astype(np.int64),
            n_units_nearby=units,
            missing_nearby_per_year=mean,
            missing_nearby_p05=low,
            missing_nearby_p95=high,
        )
    )
    frame = found.rename(columns={"expected_per_year": "passages_per_year"}).assign(
        action=[f"{herd}:border:{k}" for k in range(1, len(found) + 1)],
        rank=np.arange(1, len(found) + 1),
        cost=np.nan,
        currency="",
        **unit.columns(),
    )
    columns = list(tables.BORDER_AGREEMENTS.columns)
    return gpd.GeoDataFrame(frame[columns], geometry="geometry", crs=GEOGRAPHIC)


def _polygons(shapes: Any) -> Any:
    """Return the polygons of each shape; an intersection may hold touching lines and points."""
    return np.array(
        [
            shapely.union_all([part for part in shapely.get_parts(shape) if part.area > 0])
            for shape in shapes
        ],
        dtype=object,
    )


def _known(cost: float | None) -> float:
    return np.nan if cost is None else cost
