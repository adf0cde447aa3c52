"""How much the ranges depend on each node and link of the herd's network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import networkx as nx
import numpy as np

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
    costs = _costs(graph, winter, summer)
    n_pairs = len(costs)
    if not n_pairs:
        edges = dict.fromkeys(map(_ordered, graph.edges), np.nan)
        nodes = dict.fromkeys(graph.nodes, np.nan)
        return Measures(0, np.nan, 0, 0, edges, nodes, edges)
    ends = {"sources": winter, "targets": summer, "weight": "cost"}
    # Of an undirected graph networkx counts every way half.
    of_edges = nx.edge_betweenness_centrality_subset(graph, **ends)
    of_nodes = nx.betweenness_centrality_subset(graph, **ends)
    between = {_ordered(edge): min(1.0, 2.0 * value / n_pairs) for edge, value in of_edges.items()}
    total = float(sum(costs.values()))
    detour: dict[Edge, float] = {}
    for edge in between:
        if graph.edges[edge]["is_cut"]:
            detour[edge] = np.nan
        elif between[edge] > 0:
            without = _costs(nx.restricted_view(graph, [], [edge]), winter, summer)
            detour[edge] = max(0.0, float(sum(without.values())) / total - 1.0)
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


def _costs(graph: nx.Graph, winter: list[str], summer: list[str]) -> dict[Edge, float]:
    """Return the least cost of each pair that a way joins."""
    out: dict[Edge, float] = {}
    for start in winter:
        reached = nx.single_source_dijkstra_path_length(graph, start, weight="cost")
        out |= {(start, goal): reached[goal] for goal in summer if goal in reached}
    return out


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
