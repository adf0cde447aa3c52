"""What would settle the open ranks among the first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from corridors.threats.grades import ACT, LOOK, expected_fall
from corridors.threats.ranks import N_TOP


@dataclass(frozen=True)
class Settled:
    """An open rank, and what would settle it; see :class:`RankFacts`' ``Settling``."""

    threat: str
    rank: int
    rank_from: int
    rank_to: int
    n_units: int
    season: str
    fall_of_five_frac: float
    fall_of_ten_frac: float
    units_to_halve: int


def settling(threats: pd.DataFrame) -> Iterator[Settled]:
    """Yield what would settle each open rank of harm among the first ten of THREATS, by rank."""
    own = threats[(threats["rank"] <= N_TOP) & (threats["stability"] == "open")]
    # Where nothing is seen no more animals are needed to say so.
    own = own[own["grade"].isin((ACT, LOOK))]
    for row in own.sort_values("rank").to_dict("records"):
        width = np.array([row["missing_p95"] - row["missing_p05"]])
        units = np.array([row["n_units"]])
        five, ten = (float(expected_fall(width, units, more)[0]) for more in (5, 10))
        yield Settled(
            threat=row["threat"],
            rank=int(row["rank"]),
            rank_from=int(row["rank_from"]),
            rank_to=int(row["rank_to"]),
            n_units=int(row["n_units"]),
            season=row["worst_season"],
            fall_of_five_frac=five,
            fall_of_ten_frac=ten,
            # The interval falls with the root of the units and one that nobody tracked.
            units_to_halve=3 * (int(row["n_units"]) + 1),
        )
