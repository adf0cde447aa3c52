"""How much the ranges depend on each node and link of the herd's network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import networkx as nx
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from corridors.foundation.arrays import Floats, Indices

Edge = tuple[str, str]

_START, _GOAL = ("start", ""), ("goal", "")  # beside the names of nodes, which are strings


@dataclass(frozen=True)
class Measures:
    """What the network is worth to the connection of winter and summer ranges.

    Edges are pairs of names, the smaller one first.

    Parameters
    ----------
    n_pairs
        Pairs of a winter and a summer range that are connected.
    mean_cost
        Mean least cost over the pairs, m of ground with resistance 1; NaN without any.
    edge_disjoint, stopover_disjoint
        Ways from winter to summer ranges that share no link; that share neither link nor stopover.
    edge_betweenness, node_betweenness
        Share of the pairs whose least-cost way uses the edge, or passes through the node; equal
        ways count in parts. NaN without any pair.
    detour_frac
        Relative rise of ``mean_cost`` if the edge went; NaN where a pair would lose every way, and
        without any pair.
    """

    n_pairs: int
    mean_cost: float
    edge_disjoint: int
    stopover_disjoint: int
    edge_betweenness: Mapping[Edge, float]
    node_betweenness: Mapping[str, float]
    detour_frac: Mapping[Edge, float]


def measures(graph: nx.Graph) -> Measures:
    """Return redundancy of the network, and betweenness and detour of its parts.

    Parameters
    ----------
    graph
        From :func:`corridors.habitat.network.graph_of`: ``kind`` of nodes (winter, summer,
        stopover), ``cost`` (> 0) and ``is_cut`` of edges.

    Notes
    -----
    Betweenness is that of Brandes (2008, doi 10.1016/j.socnet.2007.11.001) for ways from winter to
    summer ranges only. Numbers of disjoint ways are maximum flows with capacity 1 in each link, and
    in each stopover (Menger's theorem). Detours are computed anew without each edge that lies on a
    least-cost way: O(e w n log n) for e such edges, w winter ranges and n nodes.

    Examples
    --------
    >>> graph = nx.Graph()
    >>> graph.add_nodes_from([("w", {"kind": "winter"}), ("s", {"kind": "summer"})])
    >>> graph.add_node("x", kind="stopover")
    >>> graph.add_edge("w", "s", cost=3.0, is_cut=False)
    >>> graph.add_edge("w", "x", cost=1.0, is_cut=False)
    >>> graph.add_edge("x", "s", cost=1.0, is_cut=False)
    >>> found = measures(graph)
    >>> found.edge_disjoint, found.detour_frac["w", "x"], found.edge_betweenness["s", "w"]
    (2, 0.5, 0.0)
    """
    winter, summer = (
        [name for name, kind in graph.nodes(data="kind") if kind == season]
        for season in ("winter", "summer")
    )
    ways = _ways(graph, winter, summer)
    total, n_pairs = ways.total() if winter and summer else (0.0, 0)
    if not n_pairs:
        edges = dict.fromkeys(map(_ordered, graph.edges), np.nan)
        nodes = dict.fromkeys(graph.nodes, np.nan)
        return Measures(0, np.nan, 0, 0, edges, nodes, edges)
    ends = {"sources": winter, "targets": summer, "weight": "cost"}
    # Of an undirected graph networkx counts every way half.
    of_edges = nx.edge_betweenness_centrality_subset(graph, **ends)
    of_nodes = nx.betweenness_centrality_subset(graph, **ends)
    between = {_ordered(edge): min(1.0, 2.0 * value / n_pairs) for edge, value in of_edges.items()}
    detour: dict[Edge, float] = {}
    for number, ends_of in enumerate(graph.edges):
        edge = _ordered(ends_of)
        if graph.edges[edge]["is_cut"]:
            detour[edge] = np.nan
        elif between[edge] > 0:
            detour[edge] = max(0.0, ways.total(without=number)[0] / total - 1.0)
        else:
            detour[edge] = 0.0
    return Measures(
        n_pairs,
        total / n_pairs,
        _disjoint(graph, winter, summer, through_stopovers=True),
        _disjoint(graph, winter, summer, through_stopovers=False),
        between,
        {name: min(1.0, 2.0 * value / n_pairs) for name, value in of_nodes.items()},
        detour,
    )


def _ordered(edge: Edge) -> Edge:
    first, second = sorted(edge)
    return first, second


@dataclass(frozen=True)
class _Ways:
    """Least costs between winter and summer ranges, also without one of the edges."""

    ends: Indices  # numbers of the two nodes of each edge, (n, 2)
    cost: Floats
    winter: list[int]
    summer: list[int]
    n_nodes: int

    def total(self, without: int = -1) -> tuple[float, int]:
        """Return the sum of the least costs over the pairs that a way joins, and their number."""
        kept = np.arange(len(self.cost)) != without
        shape = (self.n_nodes, self.n_nodes)
        matrix = coo_array((self.cost[kept], self.ends[kept].T), shape=shape).tocsr()
        reached = dijkstra(matrix, directed=False, indices=self.winter)[:, self.summer]
        joined = np.isfinite(reached)
        return float(reached[joined].sum()), int(joined.sum())


def _ways(graph: nx.Graph, winter: list[str], summer: list[str]) -> _Ways:
    number = {name: k for k, name in enumerate(graph.nodes)}
    ends = [(number[first], number[second]) for first, second in graph.edges]
    return _Ways(
        np.array(ends, dtype=np.int64).reshape(-1, 2),
        np.array([cost for _, _, cost in graph.edges(data="cost")], dtype=float),
        [number[name] for name in winter],
        [number[name] for name in summer],
        len(number),
    )


def _disjoint(
    graph: nx.Graph, winter: list[str], summer: list[str], *, through_stopovers: bool
) -> int:
    """Return the number of ways that share no link, and no stopover unless they may."""
    flow = nx.DiGraph()
    for name, kind in graph.nodes(data="kind"):
        narrow = {"capacity": 1} if kind == "stopover" and not through_stopovers else {}
        flow.add_edge((name, "in"), (name, "out"), **narrow)
    for first, second in graph.edges:
        for start, goal in ((first, second), (second, first)):
            flow.add_edge((start, "out"), (goal, "in"), capacity=1)
    for name in winter:
        flow.add_edge(_START, (name, "in"))
    for name in summer:
        flow.add_edge((name, "out"), _GOAL)
    return int(nx.maximum_flow_value(flow, _START, _GOAL))
