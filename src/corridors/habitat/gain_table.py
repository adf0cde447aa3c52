"""What opening each barrier segment would connect, as a table."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np

from corridors.foundation import tables
from corridors.foundation.arrays import Floats
from corridors.habitat.circuit_grid import Cuts, burn
from corridors.habitat.circuits import preconditioner
from corridors.habitat.gains import gains, opened
from corridors.habitat.linked_circuit import LinkedCircuit, solve_links

# Resistances are right to the square of this.
_TOLERANCE = 1e-6


def gain_table(
    herd: str,
    segments: gpd.GeoDataFrame,
    cuts: Cuts,
    added: Floats,
    solved: LinkedCircuit,
    potentials: Floats,
    ground: Floats,
    *,
    margin_cells: int,
    n_solved_anew: int,
) -> gpd.GeoDataFrame:
    """Return GAINS: the fall of the herd's effective resistance with each segment opened.

    Parameters
    ----------
    herd
        Its name.
    segments
        SEGMENTS that stand, sorted by name, with ``used`` and ``used_source``: the permeability
        that counts and where it is from.
    cuts, added
        Which edges each line crosses and what it adds to them; segments are the first lines.
    solved, potentials
        The network with all lines, and the potentials of its links.
    ground
        Conductances without any line, (4, ny, nx).
    margin_cells
        See :func:`~corridors.habitat.gains.gains`.
    n_solved_anew
        Of so many segments, those of greatest gain so far, the network is solved without them; then
        their gain is exact.

    Raises
    ------
    NoConvergenceError
        A network without a segment was not solved exactly enough.
    """
    if segments.empty:
        return tables.empty(tables.GAINS)
    n = len(segments)
    of_segments = cuts.of(np.arange(added.size) < n)
    more = opened(solved.circuit.conductance, cuts, added)[cuts.line < n]
    each = gains(
        solved.circuit.conductance,
        solved.ends.node >= 0,
        potentials,
        solved.resistances,
        of_segments,
        more,
        n_lines=n,
        margin_cells=margin_cells,
    )
    gain, most = solved.mean(each.finite), solved.mean(each.linear)
    first = np.argsort(-gain, kind="stable")[:n_solved_anew]
    first = first[gain[first] > 0]
    # A segment is a few edges of many: what speeds up the steps of one network does so without it.
    cycle = preconditioner(solved.circuit.conductance, solved.ends.node) if first.size else None
    for line in first:
        fall = _without(int(line), ground, cuts, added, solved, cycle)
        gain[line] = np.clip(fall, 0.0, most[line])
    out = segments[["segment", "barrier", "name", "kind", "class", "geometry"]].copy()
    out["herd"] = herd
    out["permeability"] = segments["used"]
    out["permeability_source"] = segments["used_source"]
    out["n_edges"] = np.bincount(of_segments.line, minlength=n).astype(np.int64)
    out["gain"] = gain
    out["gain_share"] = gain / solved.resistance()
    out["gain_linear"] = most
    out["is_solved_anew"] = np.isin(np.arange(n), first)
    order = np.argsort(-gain, kind="stable")  # of equals the first by name
    out = out.iloc[order].reset_index(drop=True)
    out["rank"] = np.arange(1, n + 1, dtype=np.int64)
    return out


def _without(
    line: int, ground: Floats, cuts: Cuts, added: Floats, solved: LinkedCircuit, cycle: Any
) -> float:
    """Return the fall of the herd's effective resistance without a line, the network solved."""
    others = added.copy()
    others[line] = 0.0
    network = burn(ground, cuts, others)
    without = solve_links(network, solved.ends, tolerance=_TOLERANCE, near=solved, cycle=cycle)
    return solved.resistance() - without.resistance()
