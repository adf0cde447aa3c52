"""Animals that travel together: they are one independent unit, whatever the number of collars."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from corridors.foundation import tables
from corridors.foundation.arrays import Floats, Indices
from corridors.foundation.clock import microseconds


@dataclass(frozen=True)
class Together:
    """When animals are one unit, see :func:`independent_units`."""

    distance_m: float
    time_h: float
    min_common: int
    min_together_frac: float


def units_of(fixes: pd.DataFrame, together: Together) -> pd.DataFrame:
    """Return UNITS of the animals of usable fixes ``animal time_utc x_m y_m``, sorted by name."""
    code, names = pd.factorize(fixes["animal"], sort=True)
    unit = independent_units(
        code.astype(np.int64),
        microseconds(fixes["time_utc"]).astype(np.int64),
        fixes[["x_m", "y_m"]].to_numpy(np.float64),
        **asdict(together),
    )
    frame = pd.DataFrame({"animal": names, "unit": unit + 1})
    return tables.typed(frame.astype({"animal": str, "unit": "int64"}), tables.UNITS)


def independent_units(
    animal: Indices,
    time_us: Indices,
    points_m: Floats,
    *,
    distance_m: float,
    time_h: float,
    min_common: int,
    min_together_frac: float,
) -> Indices:
    """Return the unit of each animal, numbered by its first animal, shape (n_animals,).

    Parameters
    ----------
    animal
        Code of the animal of each fix, 0...n_animals - 1, shape (n,).
    time_us
        Times, microseconds since 1970 UTC.
    points_m
        x and y in the working CRS, m, shape (n, 2).
    distance_m
        Two animals this near to each other are together then, m.
    time_h
        Positions of one span of so many hours are simultaneous: each animal's first one counts.
    min_common
        With fewer spans in which both were tracked nothing is said of a pair.
    min_together_frac
        A pair that is together in at least this share of the common spans is one unit.

    Notes
    -----
    Units are the connected parts of the graph of such pairs. Only pairs that were together at least
    once are looked at, so the cost grows with the fixes, not with the square of the animals.

    Examples
    --------
    Two animals walk side by side, a third one 50 km away:

    >>> hour = np.arange(100, dtype=np.int64)
    >>> animal, time = np.repeat([0, 1, 2], 100), np.tile(hour, 3) * 3_600_000_000
    >>> x = np.concatenate([hour * 300.0, hour * 300.0 + 40.0, hour * 300.0 + 5e4])
    >>> independent_units(animal, time, np.column_stack([x, np.zeros(300)]), distance_m=300.0,
    ...                   time_h=6.0, min_common=10, min_together_frac=0.5).tolist()
    [0, 0, 1]
    """
    n = int(animal.max()) + 1 if len(animal) else 0
    if n < 2:
        return np.zeros(n, dtype=np.int64)
    span = time_us // int(time_h * 3_600_000_000)
    order = np.lexsort((time_us, span, animal))
    animal, span, points_m = animal[order], span[order], points_m[order]
    first = np.r_[True, (animal[1:] != animal[:-1]) | (span[1:] != span[:-1])]
    animal, span, points_m = animal[first], span[first], points_m[first]
    # Spans lie far apart on a third axis, so that only simultaneous positions are near.
    height = (span - span.min()).astype(float) * (4.0 * distance_m)
    tree = cKDTree(np.column_stack([points_m, height]))
    pairs = tree.query_pairs(distance_m, output_type="ndarray")
    one, two = np.sort(animal[pairs], axis=1).T.astype(np.int64)
    key, together = np.unique((one * n + two)[one != two], return_counts=True)
    one, two = key // n, key % n
    edge = np.searchsorted(animal, np.arange(n + 1))
    spans = [span[edge[k] : edge[k + 1]] for k in range(n)]
    common = np.array(
        [
            len(np.intersect1d(spans[a], spans[b], assume_unique=True))
            for a, b in zip(one, two, strict=True)
        ],
        dtype=np.int64,
    )
    same = (common >= min_common) & (together >= min_together_frac * common)
    graph = coo_array((np.ones(same.sum()), (one[same], two[same])), shape=(n, n))
    label = connected_components(graph, directed=False)[1]
    _, index, unit = np.unique(label, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(index))[unit], dtype=np.int64)
