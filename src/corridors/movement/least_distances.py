"""The least distance of a migration by species: the packaged table."""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple


class LeastDistance(NamedTuple):
    """What a shorter move is not called.

    Parameters
    ----------
    km
        A shorter displacement is no migration.
    name
        Species or genus whose value it is; "": that of any other species.
    basis
        Where the value is from.
    """

    km: float
    name: str
    basis: str


@lru_cache(maxsize=1)
def least_distances() -> dict[str, LeastDistance]:
    """Return the table by name; "" is any other species."""
    text = files("corridors.movement").joinpath("least_distances.csv").read_text(encoding="utf-8")
    return {
        row["name"]: LeastDistance(float(row["min_distance_km"]), row["name"], row["basis"])
        for row in csv.DictReader(text.splitlines())
    }


def least_distance(species: str | None) -> LeastDistance:
    """Return the value of a species, else of the species of a subspecies, else of its genus.

    Examples
    --------
    >>> least_distance("Ovis ammon polii").name, least_distance("Odocoileus hemionus").km
    ('Ovis', 10.0)
    """
    known, words = least_distances(), (species or "").split()
    for n in range(len(words), 0, -1):
        if found := known.get(" ".join(words[:n])):
            return found
    return known[""]
