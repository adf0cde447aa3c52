"""The network of resistors between the parts of a herd's two ranges, link by link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from corridors.foundation.arrays import Flags, Floats
from corridors.foundation.facts.circuit import LinkFacts
from corridors.foundation.grid import Grid
from corridors.habitat.circuit_grid import conductances, currents
from corridors.habitat.circuits import Circuit, solve
from corridors.habitat.connectivity import NoWayError
from corridors.habitat.layers import cells_in
from corridors.habitat.ranges import ENDS, Ranges
from corridors.habitat.terminals import Terminals, terminals


@dataclass(frozen=True)
class LinkedCircuit:
    """A network and its links that have a way.

    Parameters
    ----------
    circuit
        The network.
    ends
        The parts of the ranges.
    links
        Numbers of the links in ``ends`` that have a way.
    resistances
        Effective resistance of each, (n_links,).
    weights
        Weight of each, sum 1, (n_links,).
    """

    circuit: Circuit
    ends: Terminals
    links: Sequence[int]
    resistances: Floats
    weights: Floats

    def potentials(self) -> Floats:
        """Return the potentials of each link, 1 at one end and 0 at the other."""
        return np.stack([self.circuit.potential(*self.ends.links[k]) for k in self.links])

    def mean(self, values: Floats) -> Floats:
        """Return the weighted mean over links, the first axis."""
        return np.tensordot(self.weights, values, axes=1)

    def resistance(self) -> float:
        """Return the herd's effective resistance: the weighted mean of its links."""
        return float(self.mean(self.resistances))

    def current(self, potentials: Floats) -> Floats:
        """Return the current through each cell for 1 between the ends, NaN in ranges and voids."""
        each = [
            currents(self.circuit.conductance, field) * resistance
            for field, resistance in zip(potentials, self.resistances, strict=True)
        ]
        unknown = np.isnan(self.circuit.potentials[0]) | (self.ends.node >= 0)
        return np.where(unknown, np.nan, self.mean(np.stack(each)))


def range_terminals(ranges: Ranges, grid: Grid, known: Flags, *, max_parts: int) -> Terminals:
    """Return the parts of a herd's ranges as terminals.

    Parameters
    ----------
    ranges
        In the CRS of the grid.
    grid, known
        The cells of the network, and which have a known resistance, (ny, nx).
    max_parts
        See :func:`~corridors.habitat.terminals.terminals`.

    Raises
    ------
    NoWayError
        Nothing lies between the ranges, or one of them is not there.
    """
    if ranges.lacking:
        raise NoWayError(ranges.lacking)
    first, second = (cells_in(ranges.shapes[season], grid) for season in ENDS)
    ends = terminals(first, second, known, max_parts=max_parts)
    if not ends.links:
        raise NoWayError("shared_cells" if ends.n_shared else "range_unknown")
    return ends


def solve_links(
    conductance: Floats,
    ends: Terminals,
    *,
    tolerance: float,
    near: LinkedCircuit | None = None,
    cycle: Any = None,
) -> LinkedCircuit:
    """Return the network between the terminals.

    Parameters
    ----------
    conductance
        Conductances of the edges, (4, ny, nx), 0: no edge.
    ends
        The terminals.
    tolerance, near, cycle
        See :func:`~corridors.habitat.circuits.solve`.

    Raises
    ------
    NoWayError
        No link has a way.
    NoConvergenceError
        The tolerance was not reached.
    """
    circuit = solve(
        conductance,
        ends.node,
        tolerance=tolerance,
        near=None if near is None else near.circuit,
        cycle=cycle,
    )
    resistances = np.array([circuit.resistance(*link) for link in ends.links])
    links = np.flatnonzero(np.isfinite(resistances))
    if not links.size:
        raise NoWayError("no_path")
    weights = ends.weights[links]
    return LinkedCircuit(circuit, ends, links.tolist(), resistances[links], weights / weights.sum())


def on_even_ground(bare: LinkedCircuit, resistance: Floats, *, tolerance: float) -> LinkedCircuit:
    """Return the network between the same ranges on ground that is alike everywhere.

    Parameters
    ----------
    bare
        The network without barriers; it is returned where its ground is alike already.
    resistance
        Of each cell, (ny, nx); NaN: there is no cell.
    tolerance
        See :func:`~corridors.habitat.circuits.solve`.

    Raises
    ------
    NoConvergenceError
        The tolerance was not reached.
    """
    known = np.isfinite(resistance)
    if np.ptp(resistance[known]) == 0:
        return bare
    alike = conductances(np.where(known, 1.0, np.nan))
    return solve_links(alike, bare.ends, tolerance=tolerance, near=bare)


def link_facts(solved: LinkedCircuit, bare: LinkedCircuit) -> list[LinkFacts]:
    """Return what is known of each link, with barriers and on the same ground without them."""
    out = []
    for k, resistance, other, weight in zip(
        solved.links, solved.resistances, bare.resistances, solved.weights, strict=True
    ):
        own, others = solved.ends.links[k]
        at_cells, between = solved.circuit.imbalance(solved.ends.node, own, others)
        out.append(
            LinkFacts(
                from_part=own,
                to_parts=list(others),
                weight=float(weight),
                effective_resistance=float(resistance),
                without_barriers=float(other),
                imbalance=max(at_cells, between),
            )
        )
    return out
