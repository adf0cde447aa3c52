"""The herd's network as a table: ranges, stopovers, the ways between them and who uses these."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from corridors.foundation import tables
from corridors.foundation.arrays import Flags, Floats
from corridors.foundation.crs import GEOGRAPHIC, geodesic_length_m, to_geographic, to_working
from corridors.foundation.facts.connect import NetworkFacts
from corridors.foundation.grid import Grid
from corridors.habitat.layers import cell_numbers, cells_in, line_through
from corridors.habitat.network import Link, Zones, graph_of, links, paint, zones
from corridors.habitat.network_flux import Edge, Use, link_use
from corridors.habitat.network_measures import Measures, measures
from corridors.habitat.ranges import ALL, MAX_EDGE_DEG, Ranges
from corridors.habitat.used_fixes import fixes_in

Row: TypeAlias = dict[str, str | int | float | bool | BaseGeometry]


@dataclass(frozen=True)
class Ways:
    """Ranges and stopovers as nodes, and the least-cost ways between neighbours.

    Parameters
    ----------
    grid
        The habitat grid.
    names, kinds, shapes
        Of each node: its name, ``winter``, ``summer`` or ``stopover``, and its polygon in the CRS
        of the grid.
    is_hidden
        Whether all of its cells belong to smaller nodes, (n_nodes,).
    zones
        Which node is nearest to each cell.
    links
        The ways.
    """

    grid: Grid
    names: Sequence[str]
    kinds: Sequence[str]
    shapes: Sequence[BaseGeometry]
    is_hidden: Flags
    zones: Zones
    links: Sequence[Link]

    def ends(self, link: Link) -> tuple[str, str]:
        """Return the names of the nodes that a way joins."""
        return self.names[link.first], self.names[link.second]


@dataclass(frozen=True)
class HerdNetwork:
    """The network as it is told.

    Parameters
    ----------
    network, use
        NETWORK and NETWORK_USE.
    facts
        How redundant it is.
    """

    network: gpd.GeoDataFrame
    use: pd.DataFrame
    facts: NetworkFacts


def herd_ways(
    herd: str,
    grid: Grid,
    resistance: Floats,
    ranges: Ranges,
    stopovers: gpd.GeoDataFrame,
    *,
    tracked: BaseGeometry | None,
    modelled: Flags,
) -> Ways:
    """Return the ways between a herd's ranges and stopovers.

    Parameters
    ----------
    herd
        Its name.
    grid, resistance
        Cost of one metre on the habitat grid, (ny, nx), > 0; NaN: no way leads through.
    ranges
        Of the herd.
    stopovers
        STOPOVERS; those of all seasons are nodes.
    tracked
        The tracked corridor in the CRS of the grid: ways keep to it.
    modelled
        Cells of the modelled corridor, (ny, nx): ways keep to it where nothing was tracked.
    """
    names, kinds, shapes = _nodes(herd, ranges, stopovers, grid.crs)
    owner = paint([cell_numbers(shape, grid) for shape in shapes], grid.shape)
    domain = modelled.copy() if tracked is None else cells_in(tracked, grid, all_touched=True)
    for shape in (*ranges.widest, *shapes):
        domain.flat[cell_numbers(shape, grid, all_touched=True)] = True
    shared = zones(np.where(domain, resistance, np.nan), owner, cell_m=grid.cell_m)
    is_hidden = ~np.isin(np.arange(len(names)), owner)
    return Ways(grid, names, kinds, shapes, is_hidden, shared, links(shared))


def way_use(ways: Ways, fixes: pd.DataFrame, windows: pd.DataFrame) -> Mapping[Edge, Use]:
    """Return how tracked migrations used the ways.

    Parameters
    ----------
    ways
        Of the herd.
    fixes
        ``animal time_utc x_m y_m`` of usable fixes, sorted by animal and time, with a plain index.
    windows
        MIGRATIONS that count, with a plain index.
    """
    grid = ways.grid
    row, col = (
        np.floor(fixes[axis].to_numpy() / grid.cell_m).astype(np.int32) for axis in ("y_m", "x_m")
    )
    zone = ways.zones.at(*grid.array_index(row, col))
    graph = nx.Graph()
    graph.add_weighted_edges_from(
        [(link.first, link.second, link.cost) for link in ways.links], weight="cost"
    )
    inside = list(fixes_in(fixes, windows))
    animals = windows["animal"].astype(str).to_numpy()[[number for number, _ in inside]].tolist()
    return link_use(graph, [zone[rows] for _, rows in inside], animals)


def herd_network(herd: str, ways: Ways, use: Mapping[Edge, Use]) -> HerdNetwork:
    """Return the network as tables.

    Parameters
    ----------
    herd
        Its name.
    ways
        Of the herd.
    use
        From :func:`way_use`; empty where nothing was tracked.
    """
    crs = ways.grid.crs
    points = {
        name: to_geographic(shape.representative_point(), crs)
        for name, shape, is_hidden in zip(ways.names, ways.shapes, ways.is_hidden, strict=True)
        if not is_hidden
    }
    kinds = dict(zip(ways.names, ways.kinds, strict=True))
    lines = {
        ways.ends(link): to_geographic(line_through(ways.grid, link.path), crs)
        for link in ways.links
    }
    graph = graph_of(
        {
            name: {"kind": kinds[name], "lon": shapely.get_x(point), "lat": shapely.get_y(point)}
            for name, point in points.items()
        },
        {
            ways.ends(link): {
                "cost": link.cost,
                "length_km": geodesic_length_m(lines[ways.ends(link)]) / 1000.0,
            }
            for link in ways.links
        },
    )
    worth = measures(graph)
    rows = [
        _row(herd, name, "node", kinds[name], point) | {"betweenness": worth.node_betweenness[name]}
        for name, point in points.items()
    ]
    rows += [
        _row(herd, f"{first}~{second}", "edge", "corridor", lines[first, second])
        | {"from_node": first, "to_node": second}
        | graph.edges[first, second]
        | _worth(worth, (first, second), use.get((link.first, link.second)))
        for link in ways.links
        for first, second in [ways.ends(link)]
    ]
    facts = NetworkFacts(
        n_nodes=graph.number_of_nodes(),
        n_edges=graph.number_of_edges(),
        n_parts=nx.number_connected_components(graph),
        n_cut_edges=sum(bool(row["is_cut"]) for row in rows),
        n_nodes_hidden_by_others=int(ways.is_hidden.sum()),
        n_pairs_of_ranges_joined=worth.n_pairs,
        mean_cost_m=worth.mean_cost if worth.n_pairs else None,
        ways_that_share_no_link=worth.edge_disjoint,
        ways_that_share_no_link_and_no_stopover=worth.stopover_disjoint,
    )
    network = tables.empty(tables.NETWORK)
    if rows:
        network = gpd.GeoDataFrame(rows, geometry="geometry", crs=GEOGRAPHIC)
    return HerdNetwork(network, _users(ways, use), facts)


def _users(ways: Ways, use: Mapping[Edge, Use]) -> pd.DataFrame:
    """Return NETWORK_USE."""
    users = [
        {
            "element": f"{ways.names[first]}~{ways.names[second]}",
            "animal": animal,
            "n_migrations": n,
        }
        for (first, second), own in sorted(use.items())
        for animal, n in own.by_animal.items()
    ]
    return pd.DataFrame(users) if users else tables.empty(tables.NETWORK_USE)


def _worth(worth: Measures, edge: tuple[str, str], use: Use | None) -> Row:
    own = (min(edge), max(edge))
    out: Row = {
        "betweenness": worth.edge_betweenness[own],
        "detour_frac": worth.detour_frac[own],
    }
    if use is None:
        return out
    n_migrations = sum(use.by_animal.values())
    return out | {"flux": use.flux, "n_migrations": n_migrations, "n_animals": len(use.by_animal)}


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


def _row(herd: str, element: str, part: str, kind: str, geometry: BaseGeometry) -> Row:
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
