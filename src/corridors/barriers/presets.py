"""How known layers say what is a barrier: OpenStreetMap tags, GRIP4 codes, Natural Earth types.

The packaged tables are our own reading of each layer's documentation; what they leave out (empty
kind) is no barrier: tunnels, buried pipelines, ferries.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from io import StringIO
from typing import Any

import pandas as pd

Rule = tuple[Mapping[str, tuple[str, ...]], Mapping[str, str]]

PRESETS = ("grip4", "natural-earth-roads", "natural-earth-railroads")
_KIND = {"grip4": "road"}


@lru_cache(maxsize=1)
def osm_rules() -> tuple[Rule, ...]:
    """Return the packaged rules for OpenStreetMap, the first that fits counts.

    Returns
    -------
    tuple
        Pairs of tags (key: values, one of) and what they give: ``kind`` ("" leaves out), ``class``
        and ``status``.

    Examples
    --------
    >>> tags, given = osm_rules()[-1]
    >>> tags["landuse"], given["kind"]
    (('farmland', 'orchard', 'vineyard'), 'cropland')
    """
    table = _table("osm_rules.csv")
    rules: list[Rule] = []
    for row in table.to_dict("records"):
        pairs = [part.strip().split("=", 1) for part in str(row["tags"]).split(";")]
        tags = {key: tuple(values.split("|")) for key, values in pairs}
        rules.append((tags, {name: str(row[name]) for name in ("kind", "class", "status")}))
    return tuple(rules)


def preset(name: str) -> dict[str, Any]:
    """Return the columns and maps of a layer, as arguments of ``BarrierMapping``.

    Parameters
    ----------
    name
        One of :data:`PRESETS`.

    Examples
    --------
    >>> found = preset("grip4")
    >>> found["kind"], found["class_column"], found["class_map"]["1"], found["status_map"]["4"]
    ('road', 'GP_RTP', 'motorway', 'planned')
    """
    table = _table("presets.csv")
    out: dict[str, Any] = {"kind": _KIND.get(name)}
    for role, rows in table[table["preset"] == name].groupby("role", sort=True):
        out[f"{role}_column"] = str(rows["column"].iloc[0])
        values = dict(zip(rows["value"], rows["is"], strict=True))
        out[f"{role}_map"] = {
            value: (given or None) if role == "kind" else given for value, given in values.items()
        }
    return out


def _table(name: str) -> pd.DataFrame:
    text = files("corridors.barriers").joinpath(name).read_text(encoding="utf-8")
    return pd.read_csv(StringIO(text), keep_default_na=False, dtype=str)
