"""What the report says of the user's own zones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from corridors.atlas.words.zones import PART_WORDS, none_words, overlap_words, protected_words
from corridors.foundation.vocabulary import CORRIDOR_CLASSES

N_ZONES = 20
_ZONE = ["zone_part", "zone", "class"]
_FIRST = ("tracked", "expert", "modelled")  # the corridor that the rest of the page tells of
_OF_PLACES = ("n_act", "n_look_on_site", "passages_per_year", "free_per_year")


def zone_values(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return each layer of zones with what its zones hold; nothing without zones.

    Parameters
    ----------
    tables
        Artefact name -> rows: ``zone_shares``.
    """
    shares = tables["zone_shares"]
    layers = [_layer(own) for _, own in shares.groupby("layer", sort=False)]
    return {"zone_layers": layers}


def _layer(rows: pd.DataFrame) -> dict[str, Any]:
    corridor = _shown(rows[rows["product"] == "corridor"])
    stopovers = _shown(rows[rows["product"] == "stopovers"])
    places = rows[rows["product"] == "places"].set_index(_ZONE)
    stops = stopovers.set_index(_ZONE)["area_share"]
    by_class = {
        name: corridor[corridor["corridor_class"] == name].set_index(_ZONE)
        for name in CORRIDOR_CLASSES
    }
    keys = list(dict.fromkeys(rows[_ZONE].itertuples(index=False, name=None)))
    found = []
    for key in keys:
        part, zone, its_class = key
        row: dict[str, Any] = {
            "part": part,
            "zone": PART_WORDS.get(part, zone),
            "class": its_class,
            "km2": _at(by_class["low"]["area_km2"], key),
            "stopovers": _at(stops, key),
            **{name: _at(own["area_share"], key) for name, own in by_class.items()},
            **{name: _at(places[name], key) for name in _OF_PLACES},
        }
        found.append(row)
    zones = [row for row in found if row["part"] == "zone"]
    zones.sort(key=lambda row: -(row["km2"] or 0.0))
    together = [row for row in found if row["part"] != "zone"]
    whole = next((row for row in together if row["part"] == "all"), {})
    protected = {name: whole[name] for name in CORRIDOR_CLASSES if whole.get(name) is not None}
    added = sum(row["km2"] or 0.0 for row in zones)
    first = corridor.iloc[0] if len(corridor) else None
    return {
        "title": str(rows["title"].iloc[0]),
        "rows": [*zones[:N_ZONES], *together],
        "n_more": max(0, len(zones) - N_ZONES),
        "season": "" if first is None else str(first["season"]),
        "evidence": "" if first is None else str(first["evidence"]),
        "has_class": any(row["class"] for row in zones),
        "unit": str(rows["unit"].iloc[0]),
        "protected": protected_words(protected) if rows["is_protected"].iloc[0] else "",
        "overlap": overlap_words(added, whole.get("km2") or 0.0),
        "none": "" if zones else none_words(),
    }


def _shown(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of one season and evidence: of all migrations, tracked if there are such."""
    for evidence in _FIRST:
        own = rows[rows["evidence"] == evidence]
        if len(own):
            season = min(own["season"].unique(), key=lambda name: (name != "all", name))
            found: pd.DataFrame = own[own["season"] == season]
            return found
    return rows.iloc[:0]


def _at(values: pd.Series[float], key: tuple[str, str, str]) -> float | None:
    """Return the value of a zone; None where there is none or it is not known."""
    if key not in values.index:
        return None
    value = float(values.loc[[key]].iloc[0])
    return None if value != value else value
