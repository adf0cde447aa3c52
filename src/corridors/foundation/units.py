"""Independent units of a sample: animals that travel together count once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from corridors.foundation.arrays import Indices


def unit_codes(animals: Sequence[str], units: pd.DataFrame) -> Indices:
    """Return the number of the unit of each animal, 0 ... by first occurrence, shape (n,).

    Parameters
    ----------
    animals
        Names, each once.
    units
        UNITS. An animal that it does not know is a unit by itself.

    Examples
    --------
    >>> units = pd.DataFrame({"animal": ["a", "b", "c"], "unit": [1, 2, 1]})
    >>> unit_codes(["b", "a", "d", "c"], units).tolist()
    [0, 1, 2, 1]
    """
    known = dict(zip(units["animal"], units["unit"], strict=True))
    # Units are numbered from 1.
    own = [int(known.get(name, -number)) for number, name in enumerate(animals)]
    return np.asarray(pd.factorize(np.array(own, dtype=np.int64))[0], dtype=np.int64)
