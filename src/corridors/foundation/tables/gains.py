"""What opening a barrier segment would give to the connection of the ranges."""

from __future__ import annotations

import pandera.pandas as pa

from corridors.foundation.tables.columns import (
    AT_LEAST_0,
    FRACTION,
    boolean,
    geometry,
    integer,
    layer_contract,
    number,
    text,
)
from corridors.foundation.vocabulary import BARRIER_KINDS, PERMEABILITY_SOURCES

# One row per existing segment that lies on the network of the habitat grid.
GAINS = layer_contract(
    "GAINS",
    {
        "segment": text(),
        "herd": text(),
        "barrier": text(),
        "name": text(),
        "kind": text(BARRIER_KINDS),
        "class": text(),
        "permeability": number(FRACTION),  # that the network was computed with
        "permeability_source": text(PERMEABILITY_SOURCES),
        "n_edges": integer(AT_LEAST_0),  # ways between neighbouring cells that it cuts
        # Fall of the herd's effective resistance if only this segment were open, and as a share.
        "gain": number(AT_LEAST_0),
        "gain_share": number(FRACTION),
        "gain_linear": number(AT_LEAST_0),  # of a small opening, extrapolated: an upper bound
        # The gain is that of the network solved without it; else of a window around it.
        "is_solved_anew": boolean(),
        "rank": integer(pa.Check.ge(1)),  # of the gain, 1 is the largest
        "geometry": geometry("LineString"),
    },
    unique=["segment"],
)
