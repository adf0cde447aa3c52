"""The herd's network: ranges and stopovers, and the ways between neighbours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from corridors.foundation.arrays import Floats, Indices, Indices32


@dataclass(frozen=True)
class Link:
    """The least-cost way between two neighbouring nodes.

    Parameters
    ----------
    first, second
        Numbers of the nodes, first < second.
    cost
        Cost of the way, m of ground with resistance 1.
    path
        Array indices (iy, ix) of its cells, from a cell of the first node to one of the second,
        int (n, 2), n >= 2.
    """

    first: int
    second: int
    cost: float
    path: Indices


def paint(nodes: Sequence[Indices], shape: tuple[int, int]) -> Indices:
    """Return the number of the node that each cell belongs to, -1 for none, (ny, nx).

    ``nodes`` are the cells of each node as indices into the raveled array.
    Where nodes overlap the smaller one has the cell (a stopover inside a winter range stays
    visible); of two equally large ones the first. A node may end up without a cell.

    Examples
    --------
    >>> paint([np.array([0, 1, 2]), np.array([1])], (1, 3))
    array([[0, 1, 0]])
    """
    owner = np.full(shape, -1, dtype=np.int64)
    for number in sorted(range(len(nodes)), key=lambda k: (-nodes[k].size, -k)):
        owner.flat[nodes[number]] = number
    return owner


@dataclass(frozen=True)
class Zones:
    """The corridor shared out among the nodes: each cell belongs to the nearest by cost.

    Parameters
    ----------
    cell
        Number of each cell with known resistance, -1 elsewhere, (ny, nx).
    zone
        Number of the node of each such cell, -1 where no way leads to one, (n,).
    cost
        Cost of the way to it, (n,).
    before
        The next cell of that way, negative at its end, (n,).
    steps
        Cells and cost of every step between neighbouring cells, (m,) each.
    """

    cell: Indices
    zone: Indices
    cost: Floats
    before: Indices32
    steps: tuple[Indices, Indices, Floats]

    def at(self, iy: Indices, ix: Indices) -> Indices:
        """Return the node whose zone holds each cell; -1 outside the corridor and the grid."""
        ny, nx_ = self.cell.shape
        inside = (iy >= 0) & (iy < ny) & (ix >= 0) & (ix < nx_)
        cell = np.where(inside, self.cell[iy * inside, ix * inside], -1)
        out: Indices = np.where(cell >= 0, self.zone[cell] if self.zone.size else -1, -1)
        return out


def zones(resistance: Floats, owner: Indices, *, cell_m: float) -> Zones:
    """Return which node is nearest to each cell, and the way there.

    Parameters
    ----------
    resistance
        Cost of one metre, (ny, nx), > 0; NaN outside the corridor that the ways must keep to.
    owner
        Number of the node of each cell, -1 for none (:func:`paint`).
    cell_m
        Edge of a cell, m.

    Notes
    -----
    One search from all nodes at once; a step costs its length times the mean resistance of its
    two cells, as in :func:`corridors.habitat.connectivity.cost_distance`. O(n log n) for n cells
    with known resistance; about 220 bytes per such cell.
    """
    known = np.isfinite(resistance)
    cell = np.full(known.shape, -1, dtype=np.int64)
    cell[known] = np.arange(int(known.sum()))
    flat = resistance[known]
    steps = _steps(cell, flat, cell_m)
    node = owner[known]
    starts = np.flatnonzero(node >= 0)
    if starts.size == 0 or steps[0].size == 0:
        nothing = np.full(flat.size, -1, dtype=np.int32)
        return Zones(cell, node, np.where(node >= 0, 0.0, np.inf), nothing, steps)
    graph = coo_array((steps[2], steps[:2]), shape=(flat.size, flat.size)).tocsr()
    cost, before, nearest = dijkstra(
        graph, directed=False, indices=starts, min_only=True, return_predecessors=True
    )
    reached = np.isfinite(cost)
    zone = np.where(reached, node[np.where(reached, nearest, 0)], -1)
    return Zones(cell, zone, cost, before, steps)


def links(found: Zones) -> list[Link]:
    """Return the least-cost ways between neighbouring nodes, sorted by (first, second).

    Nodes are neighbours where their zones touch; a way that leads through a third node is thus
    two links. The neighbours contain a minimum spanning tree of each connected part, and more ways
    only where the corridor offers them.
    """
    source, target, weight = found.steps
    cost = found.cost
    a, b = found.zone[source], found.zone[target]
    meets = (a >= 0) & (b >= 0) & (a != b)
    source, target, weight, a, b = (x[meets] for x in (source, target, weight, a, b))
    swap = a > b
    source, target = np.where(swap, target, source), np.where(swap, source, target)
    a, b = np.minimum(a, b), np.maximum(a, b)
    total = cost[source] + weight + cost[target]
    order = np.lexsort((target, source, total, b, a))
    first = np.ones(order.size, dtype=np.bool_)
    first[1:] = (np.diff(a[order]) != 0) | (np.diff(b[order]) != 0)
    where = np.argwhere(found.cell >= 0)
    out = []
    for k in order[first].tolist():
        way = [*_back(found.before, int(source[k]))[::-1], *_back(found.before, int(target[k]))]
        out.append(Link(int(a[k]), int(b[k]), float(total[k]), where[way].astype(np.int64)))
    return out


def graph_of(
    nodes: Mapping[str, Mapping[str, str | float]],
    edges: Mapping[tuple[str, str], Mapping[str, str | float]],
) -> nx.Graph:
    """Return the network with ``is_cut`` on its edges.

    Parameters
    ----------
    nodes
        Name -> attributes, with ``kind`` = winter, summer or stopover.
    edges
        (name, name) -> attributes.

    Returns
    -------
    networkx.Graph
        An edge is cut if its loss separates a winter range from a summer range that are connected
        now: a bridge with winter on one side and summer on the other. The way to a stopover at a
        dead end is a bridge and not a cut.
    """
    graph = nx.Graph()
    for name, attributes in nodes.items():
        graph.add_node(name, **attributes)
    for (first, second), attributes in edges.items():
        graph.add_edge(first, second, **attributes, is_cut=False)
    for first, second in sorted(nx.bridges(graph)):
        without = nx.restricted_view(graph, [], [(first, second)])
        sides = [
            {graph.nodes[name]["kind"] for name in nx.node_connected_component(without, end)}
            for end in (first, second)
        ]
        graph.edges[first, second]["is_cut"] = any(
            "winter" in side and "summer" in other for side, other in (sides, sides[::-1])
        )
    return graph


def _steps(cell: Indices, flat: Floats, cell_m: float) -> tuple[Indices, Indices, Floats]:
    sources, targets, weights = [], [], []
    ny, nx_ = cell.shape
    for d_iy, d_ix, length in ((0, 1, 1.0), (1, 0, 1.0), (1, 1, 2**0.5), (1, -1, 2**0.5)):
        here = cell[: ny - d_iy, max(0, -d_ix) : nx_ - max(0, d_ix)]
        there = cell[d_iy:, max(0, d_ix) : nx_ + min(0, d_ix)]
        both = (here >= 0) & (there >= 0)
        source, target = here[both], there[both]
        sources.append(source)
        targets.append(target)
        weights.append(length * cell_m * (flat[source] + flat[target]) / 2.0)
    return np.concatenate(sources), np.concatenate(targets), np.concatenate(weights)


def _back(before: Indices32, cell: int) -> list[int]:
    way = [cell]
    while before[way[-1]] >= 0:
        way.append(int(before[way[-1]]))
    return way
