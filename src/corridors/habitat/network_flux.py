"""How tracked migrations use the links of the herd's network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import networkx as nx
import numpy as np

from corridors.foundation.arrays import Indices

Edge = tuple[int, int]


@dataclass(frozen=True)
class Use:
    """Who migrated along a link.

    Parameters
    ----------
    flux
        Share of the migrations, every animal the same weight, 0...1.
    by_animal
        Animal -> number of its migrations along the link, only those with any.
    """

    flux: float
    by_animal: Mapping[str, int]


def link_use(
    graph: nx.Graph, visits: Sequence[Indices], animals: Sequence[str]
) -> Mapping[Edge, Use]:
    """Return the use of every link by the migrations; empty where no migration is known.

    Parameters
    ----------
    graph
        Network with numbers as nodes and ``cost`` on its edges.
    visits
        For each migration the zone of its fixes in order of time, -1 outside the corridor
        (:meth:`corridors.habitat.network.Zones.at`).
    animals
        Animal of each migration.

    Returns
    -------
    mapping
        (first, second) with first < second -> use.

    Notes
    -----
    An animal goes along a link when it leaves the zone of one node for that of the other; zones
    that do not touch are joined by the least-cost way between them. There and back in the same
    migration cancel: what counts is the net way. Migrations with fewer than two fixes in the
    corridor say nothing.

    Examples
    --------
    >>> graph = nx.Graph()
    >>> graph.add_edge(0, 1, cost=1.0)
    >>> graph.add_edge(1, 2, cost=1.0)
    >>> use = link_use(graph, [np.array([0, 1, 0, 1, 2]), np.array([0, 1, 1, 0])], ["a", "b"])
    >>> use[0, 1], use[1, 2]
    (Use(flux=0.5, by_animal={'a': 1}), Use(flux=0.5, by_animal={'a': 1}))
    """
    told = Counter[str]()
    along: dict[Edge, Counter[str]] = {(min(edge), max(edge)): Counter() for edge in graph.edges}
    for zone, animal in zip(visits, animals, strict=True):
        inside = zone[zone >= 0]
        if inside.size >= 2:
            told[animal] += 1
            for edge in _net_way(graph, inside):
                along[edge][animal] += 1
    if not told:
        return {}
    return {
        edge: Use(
            min(1.0, sum(n / told[animal] for animal, n in users.items()) / len(told)),
            dict(sorted(users.items())),
        )
        for edge, users in along.items()
    }


def _net_way(graph: nx.Graph, zone: Indices) -> set[Edge]:
    """Return the links that a migration took more often one way than the other."""
    stays = zone[np.concatenate([[True], zone[1:] != zone[:-1]])].tolist()
    balance: dict[Edge, int] = {}
    for start, goal in pairwise(stays):
        if graph.has_edge(start, goal):
            way = [start, goal]
        elif nx.has_path(graph, start, goal):
            way = nx.shortest_path(graph, start, goal, weight="cost")
        else:
            continue
        for a, b in pairwise(way):
            edge, step = ((a, b), 1) if a < b else ((b, a), -1)
            balance[edge] = balance.get(edge, 0) + step
    return {edge for edge, net in balance.items() if net}
