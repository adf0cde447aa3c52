"""Which animals use which cells."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import numpy as np

from corridors.movement.rarefaction import SharedCells


def patterns(footprints: Iterable[Collection[int]]) -> Any:
    """Return the cells of a herd, grouped by the animals that use them."""
    each = [np.array(sorted(own), dtype=np.int64) for own in footprints]
    shared = SharedCells(np.unique(np.concatenate(each)))
    for own in each:
        shared.add(own)
    return shared.patterns()
