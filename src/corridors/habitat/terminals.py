"""The parts of two ranges as terminals of a circuit, and the links between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import label
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from corridors.foundation.arrays import Flags, Floats, Indices, Indices32


@dataclass(frozen=True)
class Terminals:
    """The parts of two ranges as nodes of the network, each at one potential.

    Parameters
    ----------
    node
        Number of the terminal of each cell, -1 for none, int32 (ny, nx).
    links
        Pairs (own, others): a part of one range, and all parts of the other range together.
    weights
        Weight of each link, sum 1: a part counts by its cells, both ranges the same.
    n_shared
        Parts that share cells with the other range: nothing lies between, they have no link.
    """

    node: Indices32
    links: tuple[tuple[int, tuple[int, ...]], ...]
    weights: Floats
    n_shared: int

    @property
    def n(self) -> int:
        """Number of terminals."""
        return int(self.node.max()) + 1


def terminals(first: Flags, second: Flags, known: Flags, *, max_parts: int) -> Terminals:
    """Return the parts of two ranges as terminals.

    Parameters
    ----------
    first, second
        Cells of the ranges, (ny, nx). Cells that touch, also in a corner, are one part.
    known
        Cells with known resistance, (ny, nx).
    max_parts
        Of each range only the parts with most cells are terminals; the others are ground.

    Notes
    -----
    Two links, or one if both ranges are of one part, are the same pair of terminals the other way
    round and stand once.
    """
    node = np.full(known.shape, -1, dtype=np.int32)
    parts: list[tuple[int, Indices]] = []
    for side, inside in enumerate((first, second)):
        labels, n = label(inside & known, structure=np.ones((3, 3)))
        sizes = np.bincount(labels.ravel(), minlength=n + 1)[1:]
        largest = np.sort(np.argsort(-sizes, kind="stable")[:max_parts]) + 1
        parts += [(side, np.flatnonzero(labels == number)) for number in largest.tolist()]
    sides = np.array([side for side, _ in parts], dtype=np.int64)
    joined = _joined([cells for _, cells in parts])
    for number, (_, cells) in zip(joined.tolist(), parts, strict=True):
        node.ravel()[cells] = number
    links: dict[tuple[int, tuple[int, ...]], float] = {}
    n_shared = 0
    for side in (0, 1):
        others = tuple(sorted(set(joined[sides == 1 - side].tolist())))
        for number in sorted(set(joined[sides == side].tolist())):
            size = sum(
                cells.size
                for own, (of, cells) in zip(joined.tolist(), parts, strict=True)
                if of == side and own == number
            )
            if number in others:
                n_shared += 1
            elif others:
                same = (others[0], (number,)) if len(others) == 1 else None
                key = same if same in links else (number, others)
                total = sum(cells.size for of, cells in parts if of == side)
                links[key] = links.get(key, 0.0) + size / total
    weights = np.array(list(links.values()))
    return Terminals(node, tuple(links), weights / weights.sum() if links else weights, n_shared)


def _joined(parts: Sequence[Indices]) -> Indices:
    """Return a number for each part, the same for parts that share cells."""
    n = len(parts)
    if n == 0:
        return np.zeros(0, dtype=np.int64)
    cells = np.concatenate(list(parts))
    of = np.repeat(np.arange(n), [part.size for part in parts])
    order = np.lexsort((of, cells))
    same = np.flatnonzero(cells[order][1:] == cells[order][:-1])
    a, b = of[order][same], of[order][same + 1]
    graph = csr_matrix((np.ones(a.size), (a, b)), shape=(n, n))
    numbers: Indices = connected_components(graph, directed=False)[1].astype(np.int64)
    return numbers
