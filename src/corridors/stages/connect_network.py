"""The network of `connect`: ranges, stopovers and the ways between them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import networkx as nx
import numpy as np
import numpy.typing as npt
import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from corridors.foundation import tables
from corridors.foundation.crs import GEOGRAPHIC, geodesic_length_m, to_geographic, to_working
from corridors.foundation.grid import Grid
from corridors.habitat.layers import cell_numbers, cells_in
from corridors.habitat.network import graph_of, links, paint
from corridors.stages.connect_ranges import ALL, MAX_EDGE_DEG, Ranges

if TYPE_CHECKING:
    from corridors.stages.context import StageContext

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def network_of(
    context: StageContext,
    grid: Grid,
    resistance: Array,
    ranges: Ranges,
    stopovers: gpd.GeoDataFrame,
    tracked: BaseGeometry | None,
    corridor: Mask,
    facts: dict[str, Any],
) -> tuple[nx.Graph, gpd.GeoDataFrame]:
    """Return the graph of ranges and stopovers and the same as a table."""
    names, kinds, shapes = _nodes(context.herd, ranges, stopovers, grid.crs)
    owner = paint([cell_numbers(shape, grid) for shape in shapes], grid.shape)
    # Ways keep to what was tracked; only an untracked herd's keep to the modelled corridor.
    domain = corridor.copy() if tracked is None else cells_in(tracked, grid, all_touched=True)
    for shape in (*ranges.widest, *shapes):
        domain.flat[cell_numbers(shape, grid, all_touched=True)] = True
    found = links(np.where(domain, resistance, np.nan), owner, cell_m=grid.cell_m)
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
    rows = [
        _row(context.herd, name, "node", kind, point)
        for number, (name, kind, point) in enumerate(zip(names, kinds, points, strict=True))
        if number not in hidden
    ]
    rows += [
        _row(context.herd, f"{first}~{second}", "edge", "corridor", line)
        | {"from_node": first, "to_node": second}
        | graph.edges[first, second]
        for (first, second), line in lines.items()
    ]
    facts["network"] = {
        "n_nodes": graph.number_of_nodes(),
        "n_edges": graph.number_of_edges(),
        "n_parts": nx.number_connected_components(graph),
        "n_cut_edges": sum(bool(row["is_cut"]) for row in rows),
        "n_nodes_hidden_by_others": len(hidden),
    }
    if not rows:
        return graph, tables.empty(tables.NETWORK)
    return graph, gpd.GeoDataFrame(rows, geometry="geometry", crs=GEOGRAPHIC)


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
        "geometry": geometry,
    }


def line_of(grid: Grid, path: npt.NDArray[np.int64]) -> LineString:
    """Return the line through the centres of cells (iy, ix)."""
    x, y = grid.centres()
    return LineString(np.stack([x[path[:, 1]], y[path[:, 0]]], axis=1))
