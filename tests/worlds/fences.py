"""Lines in the way of Brownian bridges, on planar ground."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from shapely import LineString

from corridors.barriers.flux import Bridges
from corridors.barriers.passages import Landscape
from corridors.barriers.segments import joined_lines, segment_ends


def landscape(parts: Sequence[LineString] | np.ndarray) -> Landscape:
    """Return the parts of one barrier, each known to 10 m, joined where they go on."""
    segments = np.array(parts, dtype=object)
    line, sign = joined_lines(
        segment_ends(segments),
        np.zeros(len(segments), np.int64),
        tolerance_m=1.0,
        max_turn_deg=60.0,
    )
    return Landscape.of(segments, np.full(len(segments), 10.0), line, sign)


def bridges(
    ends: np.ndarray, minutes: np.ndarray | float, *, s2: float, error_m: float = 20.0
) -> Bridges:
    """Return a bridge per row of ``ends`` (x0, y0, x1, y1 in m), all of one motion variance."""
    columns = (minutes, s2, error_m, error_m)
    return Bridges(*ends.T.copy(), *(np.broadcast_to(v, len(ends)).astype(float) for v in columns))
