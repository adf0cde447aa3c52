"""What opening each barrier segment would connect, as a table."""

from __future__ import annotations

import geopandas as gpd
import numpy as np

from corridors.foundation import tables
from corridors.foundation.arrays import Floats
from corridors.habitat.circuit_grid import Cuts
from corridors.habitat.gains import gains, opened
from corridors.habitat.linked_circuit import LinkedCircuit


def gain_table(
    herd: str,
    segments: gpd.GeoDataFrame,
    cuts: Cuts,
    added: Floats,
    solved: LinkedCircuit,
    potentials: Floats,
    *,
    margin_cells: int,
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
    margin_cells
        See :func:`~corridors.habitat.gains.gains`.
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
    gain = solved.mean(each.finite)
    out = segments[["segment", "barrier", "name", "kind", "class", "geometry"]].copy()
    out["herd"] = herd
    out["permeability"] = segments["used"]
    out["permeability_source"] = segments["used_source"]
    out["n_edges"] = np.bincount(of_segments.line, minlength=n).astype(np.int64)
    out["gain"] = gain
    out["gain_share"] = gain / solved.resistance()
    out["gain_linear"] = solved.mean(each.linear)
    order = np.argsort(-gain, kind="stable")  # of equals the first by name
    out = out.iloc[order].reset_index(drop=True)
    out["rank"] = np.arange(1, n + 1, dtype=np.int64)
    return out
