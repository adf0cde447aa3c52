"""Crossing structures: candidates along roads and railways, and the best of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridors.foundation import tables
from corridors.foundation.arrays import Floats, Geometries, Indices
from corridors.foundation.crs import GEOGRAPHIC, transformer
from corridors.foundation.facts import Unit
from corridors.foundation.facts.act import SitesFacts
from corridors.threats.gain_draws import GainDraws, summed
from corridors.threats.sites import choose_sites

_KINDS = ("road", "rail")


@dataclass(frozen=True)
class Rules:
    """Where structures may stand and how many are chosen.

    Parameters
    ----------
    permeability_after
        Permeability of a segment with a structure, 0...1.
    step_m
        About this far apart along a segment are candidates.
    reach_m, spacing_m, n_sites, budget, node_limit
        See :func:`~corridors.threats.sites.choose_sites`.
    least_frac
        A site that gains a smaller share of all that could be gained is left out.
    costs, currency
        Kind of barrier -> cost of a structure, None: unknown.
    """

    permeability_after: float
    step_m: float
    reach_m: float
    spacing_m: float
    n_sites: int
    budget: float | None
    node_limit: int
    least_frac: float
    costs: Mapping[str, float | None]
    currency: str


def roads_and_railways(parts: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return those of THREAT_SEGMENTS that a structure may cross, by segment."""
    lines = parts[parts["kind"].isin(_KINDS) & (parts["status"] != "removed")]
    return lines.sort_values("segment", kind="stable", ignore_index=True)


def crossing_sites(
    herd: str,
    lines: gpd.GeoDataFrame,
    shapes: Geometries,
    gains: GainDraws,
    rules: Rules,
    *,
    crs: str,
    unit: Unit,
) -> tuple[gpd.GeoDataFrame, SitesFacts]:
    """Return CROSSING_SITES, and how the choice was made.

    Parameters
    ----------
    herd
        Its name.
    lines, shapes, gains
        From :func:`roads_and_railways`, with ``n_units`` of the place; their lines in ``crs``, and
        their draws.
    rules
        What was chosen.
    crs
        The working CRS.
    unit
        Of whom passages a year are told.
    """
    raised = gains.raised(rules.permeability_after)
    demand = raised.mean(axis=0) if len(raised) else np.zeros(len(lines))
    segment, share, points = _candidates(shapes, rules.step_m)
    middle = shapely.get_coordinates(shapely.line_interpolate_point(shapes, 0.5, normalized=True))
    cost = lines["kind"].map(dict(rules.costs)).to_numpy(float)[segment]
    chosen = choose_sites(
        points,
        middle.reshape(-1, 2),
        demand,
        reach_m=rules.reach_m,
        spacing_m=rules.spacing_m,
        n_sites=rules.n_sites,
        cost=None if rules.budget is None else cost,
        budget=rules.budget,
        node_limit=rules.node_limit,
    )
    total = float(demand.sum())
    # The one that gains most comes first, so what is left out is the tail.
    n_kept = int((chosen.gain >= rules.least_frac * total).sum())
    gain, sites = chosen.gain[:n_kept], chosen.sites[:n_kept]
    facts = SitesFacts(
        n_candidates=len(points),
        n_chosen=n_kept,
        n_that_add_little=len(chosen.sites) - n_kept,
        gain=float(chosen.gain.sum()),
        gain_at_most=chosen.bound,
        gain_everywhere=total,
        is_optimal=chosen.is_optimal,
    )
    if not n_kept:
        return tables.empty(tables.CROSSING_SITES), facts
    own = lines.take(segment[sites]).reset_index(drop=True)
    position = np.arange(n_kept)
    served = chosen.served[None, :] == position[:, None]
    so_far = np.cumsum(gain)
    _, low, high = summed(raised, np.where(chosen.served < n_kept, chosen.served, -1), n_kept)
    at_km = own["from_km"] + share[sites] * (own["to_km"] - own["from_km"])
    lon, lat = transformer(crs, GEOGRAPHIC).transform(*points[sites].T)
    columns = ["segment", "threat", "barrier", "name", "kind", "class", "status",
               "corridor_class", "n_animals", "n_units"]  # fmt: skip
    frame: pd.DataFrame = own[columns].assign(
        action=[f"{herd}:structure:{n + 1}" for n in position],
        herd=herd,
        rank=position + 1,
        at_km=at_km,
        n_segments=(served & (demand > 0)[None, :]).sum(axis=1).astype(np.int64),
        gain_per_year=gain,
        gain_p05=low,
        gain_p95=high,
        gain_so_far=so_far,
        share_so_far=np.clip(so_far / total, 0.0, 1.0),
        is_optimal=chosen.is_optimal,
        cost=cost[sites],
        currency=rules.currency,
        **unit.columns(),
    )
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
