"""The network of `connect`: ranges, stopovers and the ways between them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from corridors.formats.parquet import read_table
from corridors.foundation import tables
from corridors.foundation.arrays import Flags, Floats, Indices
from corridors.foundation.crs import GEOGRAPHIC, geodesic_length_m, to_geographic, to_working
from corridors.foundation.grid import Grid
from corridors.habitat.layers import cell_numbers, cells_in
from corridors.habitat.network import Zones, graph_of, links, paint, zones
from corridors.habitat.network_flux import Edge, Use, link_use
from corridors.habitat.network_measures import Measures, measures
from corridors.habitat.used_fixes import fixes_in
from corridors.stages.connect_ranges import ALL, MAX_EDGE_DEG, Ranges
from corridors.stages.connect_selection import usable_fixes

if TYPE_CHECKING:
    from corridors.stages.context import StageContext


def network_of(
    context: StageContext,
    grid: Grid,
    resistance: Floats,
    ranges: Ranges,
    stopovers: gpd.GeoDataFrame,
    tracked: BaseGeometry | None,
    corridor: Flags,
    facts: dict[str, Any],
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return NETWORK and NETWORK_USE, and record how redundant the network is."""
    names, kinds, shapes = _nodes(context.herd, ranges, stopovers, grid.crs)
    owner = paint([cell_numbers(shape, grid) for shape in shapes], grid.shape)
    # Ways keep to what was tracked; only an untracked herd's keep to the modelled corridor.
    domain = corridor.copy() if tracked is None else cells_in(tracked, grid, all_touched=True)
    for shape in (*ranges.widest, *shapes):
        domain.flat[cell_numbers(shape, grid, all_touched=True)] = True
    shared = zones(np.where(domain, resistance, np.nan), owner, cell_m=grid.cell_m)
    found = links(shared)
    hidden = sorted(set(range(len(names))) - set(np.unique(owner).tolist()))

    points = [to_geographic(shape.representative_point(), grid.crs) for shape in shapes]
    nodes: dict[str, dict[str, str | float]] = {
        name: {"kind": kind, "lon": shapely.get_x(point), "lat": shapely.get_y(point)}
        for number, (name, kind, point) in enumerate(zip(names, kinds, points, strict=True))
        if number not in hidden
    }
    lines = {
        (names[link.first], names[link.second]): to_geographic(line_of(grid, link.path), grid.crs)
        for link in found
    }
    edges = {
        (names[link.first], names[link.second]): {
            "cost": link.cost,
            "length_km": geodesic_length_m(lines[names[link.first], names[link.second]]) / 1000.0,
        }
        for link in found
    }
    graph = graph_of(nodes, edges)
    worth = measures(graph)
    used: Mapping[Edge, Use] = {}
    if tracked is not None:
        used = _use(context, grid, shared, [(link.first, link.second, link.cost) for link in found])
    rows = [
        _row(context.herd, name, "node", str(about["kind"]), points[names.index(name)])
        | {"betweenness": worth.node_betweenness[name]}
        for name, about in nodes.items()
    ]
    rows += [
        _row(context.herd, f"{first}~{second}", "edge", "corridor", lines[first, second])
        | {"from_node": first, "to_node": second}
        | graph.edges[first, second]
        | _worth(worth, (first, second), used.get((link.first, link.second)))
        for link in found
        for first, second in [(names[link.first], names[link.second])]
    ]
    facts["network"] = {
        "n_nodes": graph.number_of_nodes(),
        "n_edges": graph.number_of_edges(),
        "n_parts": nx.number_connected_components(graph),
        "n_cut_edges": sum(bool(row["is_cut"]) for row in rows),
        "n_nodes_hidden_by_others": len(hidden),
        "n_pairs_of_ranges_joined": worth.n_pairs,
        "mean_cost_m": worth.mean_cost if worth.n_pairs else None,
        "ways_that_share_no_link": worth.edge_disjoint,
        "ways_that_share_no_link_and_no_stopover": worth.stopover_disjoint,
    }
    users = [
        {"element": f"{names[first]}~{names[second]}", "animal": animal, "n_migrations": n}
        for (first, second), use in sorted(used.items())
        for animal, n in use.by_animal.items()
    ]
    use_table = pd.DataFrame(users) if users else tables.empty(tables.NETWORK_USE)
    if not rows:
        return tables.empty(tables.NETWORK), use_table
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=GEOGRAPHIC), use_table


def _worth(worth: Measures, edge: tuple[str, str], use: Use | None) -> dict[str, Any]:
    own = (min(edge), max(edge))
    out = {
        "betweenness": worth.edge_betweenness[own],
        "detour_frac": worth.detour_frac[own],
    }
    if use is None:
        return out
    n_migrations = sum(use.by_animal.values())
    return out | {"flux": use.flux, "n_migrations": n_migrations, "n_animals": len(use.by_animal)}


def _use(
    context: StageContext, grid: Grid, shared: Zones, edges: list[tuple[int, int, float]]
) -> Mapping[Edge, Use]:
    """Return how the tracked migrations used the links."""
    windows = read_table(context.read("segment", "migrations.parquet"))
    windows = windows[windows["part"] == "migration"].reset_index(drop=True)
    fixes = usable_fixes(context)
    row, col = (
        np.floor(fixes[axis].to_numpy() / grid.cell_m).astype(np.int32) for axis in ("y_m", "x_m")
    )
    zone = shared.at(*grid.array_index(row, col))
    graph = nx.Graph()
    graph.add_weighted_edges_from(edges, weight="cost")
    inside = list(fixes_in(fixes, windows))
    animals = windows["animal"].astype(str).to_numpy()[[number for number, _ in inside]].tolist()
    return link_use(graph, [zone[rows] for _, rows in inside], animals)


def _nodes(
    herd: str, ranges: Ranges, stopovers: gpd.GeoDataFrame, crs: str
) -> tuple[list[str], list[str], list[BaseGeometry]]:
    names, kinds, shapes = [], [], []
    for season, geometry in sorted(ranges.shapes.items()):
        for part in shapely.get_parts([geometry]):
            digest = hashlib.sha256(shapely.to_wkb(shapely.normalize(part), byte_order=1))
            names.append(f"{herd}-{season}-{digest.hexdigest()[:10]}")
            kinds.append(season)
            shapes.append(part)
    own = stopovers[stopovers["season"] == ALL].sort_values("stopover", kind="stable")
    for name, geometry in zip(own["stopover"], own.geometry, strict=True):
        names.append(str(name))
        kinds.append("stopover")
        shapes.append(to_working(geometry, crs, max_edge_deg=MAX_EDGE_DEG))
    return names, kinds, shapes


def _row(herd: str, element: str, part: str, kind: str, geometry: BaseGeometry) -> dict[str, Any]:
    return {
        "element": element,
        "herd": herd,
        "part": part,
        "kind": kind,
        "from_node": "",
        "to_node": "",
        "cost": np.nan,
        "length_km": np.nan,
        "is_cut": False,
        "betweenness": np.nan,
        "detour_frac": np.nan,
        "flux": np.nan,
        "n_migrations": 0,
        "n_animals": 0,
        "geometry": geometry,
    }


def line_of(grid: Grid, path: Indices) -> LineString:
    """Return the line through the centres of cells (iy, ix)."""
    x, y = grid.centres()
    return LineString(np.stack([x[path[:, 1]], y[path[:, 0]]], axis=1))
