"""Where a town is, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corridors.atlas.words.numbers import number

_WINDS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")


def town_words(row: Mapping[str, Any]) -> str:
    """Return name, state, size, distance and direction of a town.

    Examples
    --------
    >>> town_words({"name": "Khorugh", "state": "Tajikistan", "people": 30000, "km": 12.3,
    ...             "azimuth_deg": 340.0})
    'Khorugh (Tajikistan; 30,000 people), 12 km to the N'
    >>> town_words({"name": "Camp", "state": "", "people": 0, "km": 0.0, "azimuth_deg": 0.0})
    'Camp, inside'
    """
    told = [str(row["state"])] if row["state"] else []
    if row["people"] > 0:
        told.append(f"{int(row['people']):,} people")
    name = f"{row['name']} ({'; '.join(told)})" if told else str(row["name"])
    if row["km"] <= 0:
        return f"{name}, inside"
    wind = _WINDS[int((row["azimuth_deg"] + 22.5) // 45) % 8]
    return f"{name}, {number(row['km'])} km to the {wind}"
