"""In which order the nodes of a graph may start."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corridors.run.plan import Node


class Order:
    """Nodes that wait, each until those before it are over, one way or another.

    Parameters
    ----------
    earlier
        Node -> nodes that it waits for. Of those that may start, the first named here goes first.

    Notes
    -----
    A step costs the edges of one node: 300 herds are no slower, each, than three.

    Examples
    --------
    >>> order = Order({("ingest", "a"): [], ("clean", "a"): [("ingest", "a")]})
    >>> order.next(), order.next()
    (('ingest', 'a'), None)
    >>> order.over(("ingest", "a"))
    >>> order.next()
    ('clean', 'a')
    """

    def __init__(self, earlier: Mapping[Node, Iterable[Node]]) -> None:
        from graphlib import TopologicalSorter

        self._nodes: Sequence[Node] = list(earlier)
        self._place = {node: place for place, node in enumerate(self._nodes)}
        self._sorter = TopologicalSorter(
            {node: [one for one in before if one in earlier] for node, before in earlier.items()}
        )
        self._sorter.prepare()
        self._ready: list[int] = []

    @property
    def is_waiting(self) -> bool:
        """Whether any node has not been given out, or not come back."""
        return bool(self._ready) or self._sorter.is_active()

    def next(self) -> Node | None:
        """Return the first node that may start, None where all that wait must wait on."""
        for node in self._sorter.get_ready():
            heapq.heappush(self._ready, self._place[node])
        return self._nodes[heapq.heappop(self._ready)] if self._ready else None

    def again(self, node: Node) -> None:
        """Let a node that was given out wait once more."""
        heapq.heappush(self._ready, self._place[node])

    def over(self, node: Node) -> None:
        """Say that a node is settled, failed or skipped: what waits for it may start."""
        self._sorter.done(node)
