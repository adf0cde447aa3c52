"""What the report says of zones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from corridors.atlas.report_zones import N_ZONES, zone_values
from corridors.foundation import tables

PLACES = {"product": "places", "n_act": 2.0, "n_look_on_site": 0.0, "free_per_year": np.nan}


def row(part: str, zone: str, km2: float, **more: Any) -> dict[str, Any]:
    return {
        "herd": "h", "layer": "reserves", "title": "Reserves", "is_protected": True,
        "zone_part": part, "zone": zone, "class": "", "product": "corridor", "season": "all",
        "corridor_class": "low", "evidence": "tracked", "area_km2": km2,
        "area_share": km2 / 100, "unit": "per animal", **more,
    }  # fmt: skip


def told(*rows: dict[str, Any]) -> dict[str, Any]:
    frame = pd.DataFrame(list(rows), columns=list(tables.ZONE_SHARES.columns))
    (layer,) = zone_values({"zone_shares": frame})["zone_layers"]
    found: dict[str, Any] = layer
    return found


def test_without_zones_there_is_no_layer() -> None:
    assert zone_values({"zone_shares": tables.empty(tables.ZONE_SHARES)}) == {"zone_layers": []}


def test_the_largest_zone_comes_first_and_all_and_outside_last() -> None:
    layer = told(
        row("zone", "B", 10.0),
        row("zone", "A", 30.0),
        row("all", "", 40.0),
        row("all", "", 0.0, corridor_class="high"),
        row("outside", "", 60.0),
    )
    names = ["A", "B", "All zones together", "Outside of all zones"]
    assert [each["zone"] for each in layer["rows"]] == names
    assert [each["low"] for each in layer["rows"]] == [0.3, 0.1, 0.4, 0.6]
    said = "Protected are 40 % of the corridor of low use and 0 % of high use."
    assert layer["protected"] == said
    assert (layer["overlap"], layer["none"], layer["n_more"]) == ("", "", 0)


def test_the_tracked_corridor_of_all_migrations_is_told() -> None:
    layer = told(
        row("all", "", 1.0, evidence="modelled"),
        row("all", "", 2.0, season="autumn"),
        row("all", "", 3.0),
    )
    assert (layer["season"], layer["evidence"]) == ("all", "tracked")
    assert layer["rows"][0]["km2"] == 3.0
    assert layer["none"] == "No zone of this layer holds anything of the herd."


def test_zones_that_overlap_are_said_to() -> None:
    layer = told(row("zone", "A", 30.0), row("zone", "B", 30.0), row("all", "", 40.0))
    assert "20 km²" in layer["overlap"]


def test_what_is_not_known_is_not_zero() -> None:
    layer = told(row("all", "", 1.0), row("all", "", np.nan, **PLACES, passages_per_year=0.0))
    (shown,) = layer["rows"]
    assert (shown["n_act"], shown["n_look_on_site"]) == (2.0, 0.0)
    assert (shown["passages_per_year"], shown["free_per_year"]) == (0.0, None)
    assert shown["high"] is None


def test_a_layer_that_is_not_of_protected_areas_says_nothing_of_protection() -> None:
    assert told(row("all", "", 1.0, is_protected=False))["protected"] == ""


def test_many_zones_are_counted_and_not_all_listed() -> None:
    layer = told(*[row("zone", f"Z{k}", 1.0 + k) for k in range(N_ZONES + 3)])
    assert (len(layer["rows"]), layer["n_more"]) == (N_ZONES, 3)
