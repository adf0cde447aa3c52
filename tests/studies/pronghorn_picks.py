"""Write picks.csv for the study pronghorn: ``python pronghorn_picks.py SEQUENCES PICKS``.

A sequence of the reference data is called animal, underscore, ``sp`` or ``fa``, two digits of the
year; its window is from its first fix to its last.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from corridors.formats.picks import Pick, write_picks

SEASONS = {"sp": "spring", "fa": "autumn"}


def picks(fixes: pd.DataFrame) -> list[Pick]:
    """Return a window per sequence of a Movebank table with column ``migration-sequence``."""
    times = pd.to_datetime(fixes["timestamp"], utc=True)
    ends = times.groupby(fixes["migration-sequence"]).agg(["min", "max"])
    found = []
    for sequence, first, last in ends.itertuples():
        animal, season = str(sequence).rsplit("_", 1)
        year = 2000 + int(season[2:])
        found.append(
            Pick(
                animal,
                year,
                SEASONS[season[:2]],
                "migration",
                first.to_pydatetime(),
                last.to_pydatetime(),
            )
        )
    return found


if __name__ == "__main__":
    write_picks(picks(pd.read_csv(sys.argv[1])), Path(sys.argv[2]))
