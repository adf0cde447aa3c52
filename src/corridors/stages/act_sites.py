"""Crossing structures in stage `act`: candidates along roads and railways, and the best of them."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridors.barriers.segments import projected
from corridors.formats.parquet import read_json
from corridors.foundation import tables
from corridors.foundation.arrays import Floats, Geometries, Indices
from corridors.foundation.crs import GEOGRAPHIC, transformer
from corridors.stages.context import StageContext
from corridors.threats.action_words import site_words, with_words
from corridors.threats.actions import gain_frac
from corridors.threats.sites import choose_sites

_KINDS = ("road", "rail")


def place_structures(
    context: StageContext, threats: gpd.GeoDataFrame, unit: str
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Return CROSSING_SITES, and how the choice was made."""
    settings = context.settings.act
    lines = threats[threats["kind"].isin(_KINDS) & (threats["status"] != "removed")]
    lines = lines.sort_values("segment", kind="stable", ignore_index=True)
    part = gain_frac(
        lines["permeability_mean"].to_numpy(float),
        permeability_after=settings.structure_permeability,
    )
    demand = lines["blocked_per_year"].to_numpy(float) * part
    crs = str(read_json(context.read("clean", "clean.json"))["crs"])
    shapes = projected(np.asarray(lines.geometry.to_numpy(), dtype=object), crs)
    segment, share, points = _candidates(shapes, settings.site_step_m)
    middle = shapely.get_coordinates(shapely.line_interpolate_point(shapes, 0.5, normalized=True))
    cost = _costs(lines, settings)[segment]
    chosen = choose_sites(
        points,
        middle.reshape(-1, 2),
        demand,
        reach_m=settings.site_reach_m,
        spacing_m=settings.site_spacing_m,
        n_sites=settings.n_sites,
        cost=None if settings.budget is None else cost,
        budget=settings.budget,
        node_limit=settings.node_limit,
    )
    total = float(demand.sum())
    # The one that gains most comes first, so what is left out is the tail.
    n_kept = int((chosen.gain >= settings.least_site_frac * total).sum())
    gain, sites = chosen.gain[:n_kept], chosen.sites[:n_kept]
    facts = {
        "n_candidates": len(points),
        "n_chosen": n_kept,
        "n_that_add_little": len(chosen.sites) - n_kept,
        "gain": float(chosen.gain.sum()),
        "gain_at_most": chosen.bound,
        "gain_everywhere": total,
        "is_optimal": chosen.is_optimal,
    }
    if not n_kept:
        return tables.empty(tables.CROSSING_SITES), facts
    own = lines.take(segment[sites]).reset_index(drop=True)
    position = np.arange(n_kept)
    served = chosen.served[None, :] == position[:, None]
    so_far = np.cumsum(gain)
    at_km = own["from_km"] + share[sites] * (own["to_km"] - own["from_km"])
    lon, lat = transformer(crs, GEOGRAPHIC).transform(*points[sites].T)
    columns = ["segment", "barrier", "name", "kind", "class", "status", "corridor_class"]
    frame = own[columns].assign(
        action=[f"{context.herd}:structure:{n + 1}" for n in position],
        herd=context.herd,
        rank=position + 1,
        at_km=at_km,
        n_segments=(served & (demand > 0)[None, :]).sum(axis=1).astype(np.int64),
        gain_per_year=gain,
        gain_p05=served @ (lines["blocked_p05"].to_numpy(float) * part),
        gain_p95=served @ (lines["blocked_p95"].to_numpy(float) * part),
        gain_so_far=so_far,
        share_so_far=np.clip(so_far / total, 0.0, 1.0),
        is_optimal=chosen.is_optimal,
        cost=cost[sites],
        currency=settings.costs.currency,
        unit=unit,
    )
    frame = with_words(frame, site_words)
    places = gpd.points_from_xy(np.asarray(lon), np.asarray(lat))
    return gpd.GeoDataFrame(frame, geometry=places, crs=GEOGRAPHIC), facts


def _candidates(shapes: Geometries, step_m: float) -> tuple[Indices, Floats, Floats]:
    """Return the segment of each candidate, how far along it is (0...1), and where, m."""
    n = np.maximum(1, np.round(shapely.length(shapes) / step_m)).astype(np.int64)
    segment = np.repeat(np.arange(len(shapes)), n)
    k = np.arange(segment.size) - np.repeat(np.cumsum(n) - n, n)
    share = (k + 0.5) / n[segment]
    points = shapely.line_interpolate_point(shapes[segment], share, normalized=True)
    return segment, share, shapely.get_coordinates(points).reshape(-1, 2)


def _costs(lines: pd.DataFrame, settings: Any) -> Floats:
    cost = {"road": settings.costs.road_structure, "rail": settings.costs.rail_structure}
    return np.asarray(lines["kind"].map(cost).astype("float64"), np.float64)
