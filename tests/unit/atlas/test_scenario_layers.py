"""Layers of scenarios: every row in one class, every column with a name people can read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import fromstring

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, box

from corridors.atlas.difference_map import difference_map
from corridors.atlas.fields import ALIASES
from corridors.atlas.maps import MapText, corridor_map
from corridors.atlas.scenario_layers import BEFORE_AFTER_LAYERS, LAYERS, STYLES
from corridors.atlas.words.scenarios import difference_in_words
from corridors.formats.qml import Rule, document
from corridors.foundation import tables

CRS = "+proj=laea +lat_0=37.4 +lon_0=74.2 +datum=WGS84 +units=m +no_defs +type=crs"
LINE = LineString([(74.0, 37.4), (74.4, 37.4)])
CHANGES = [3.0, 1.5, 1.49, 0.3, 0.01, -3.0, -0.2, -0.001, 0.0, 0.0, np.nan]


def difference() -> gpd.GeoDataFrame:
    n = len(CHANGES)
    return gpd.GeoDataFrame(
        {
            "threat": [f"s{k}" for k in range(n)],
            "segments": [f"s{k};t{k}" for k in range(n)],
            "name": ["<b>'); DROP TABLE--"] * n,
            "kind": "fence",
            "change": ["changed"] * (n - 2) + ["", "removed"],
            "missing_change": CHANGES,
            "in_words": "words",
        },
        geometry=[LINE] * n,
        crs="EPSG:4326",
    )


def fragments(state: str) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"fragment": ["a", "b"], "state": state, "is_joined": [True, False]},
        geometry=[box(74.0, 37.2, 74.2, 37.6), box(74.2, 37.2, 74.4, 37.6)],
        crs="EPSG:4326",
    )


def passages() -> gpd.GeoDataFrame:
    change = [1.0, -1.0, 0.0, np.nan]
    return gpd.GeoDataFrame(
        {"segment": list("abcd"), "passages_before": 1.0, "passages_after": 1.0,
         "passages_change": change},
        geometry=[LINE] * 4,
        crs="EPSG:4326",
    )  # fmt: skip


def ways() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"state": ["before", "after"], "length_km": 1.0}, geometry=[LINE] * 2, crs="EPSG:4326"
    )


FRAMES = {
    "difference": difference(),
    "planned": difference()[["threat", "segments", "name", "kind", "geometry"]],
    "fragments": fragments("after"),
    "passages": passages(),
    "ways": ways(),
}


def leaves(rules: tuple[Rule, ...]) -> Iterator[str]:
    for rule in rules:
        assert not rule.rules
        yield rule.filter


def holds(frame: pd.DataFrame, where: str) -> np.ndarray:
    """Evaluate the little SQL of these filters."""
    out = np.ones(len(frame), dtype=bool)
    for part in where.split(" AND ") if where else []:
        found = re.fullmatch(r'(NOT )?(-)?"(\w+)"(?: (IS NULL|[<>=]+) ?(.*))?', part)
        assert found is not None, part
        negated, minus, column, sign, value = found.groups()
        own = frame[column]
        if sign is None:
            out &= ~own.to_numpy(bool) if negated else own.to_numpy(bool)
        elif sign == "IS NULL":
            out &= own.isna().to_numpy()
        elif value.startswith("'"):
            same = (own == value.strip("'")).to_numpy()
            out &= same if sign == "=" else ~same
        else:
            left = (-1 if minus else 1) * own.to_numpy(float)
            compare = {">": np.greater, ">=": np.greater_equal, "<": np.less, "=": np.equal}[sign]
            out &= compare(left, float(value))
    return out


@pytest.mark.parametrize("name", sorted(FRAMES))
def test_every_row_falls_into_exactly_one_class(name: str) -> None:
    frame = FRAMES[name]
    hits = np.zeros(len(frame), dtype=int)
    for where in leaves(STYLES[name](frame).rules):
        hits += holds(frame, where)
    assert hits.tolist() == [1] * len(frame)


@pytest.mark.parametrize("name", sorted(FRAMES))
def test_styles_are_documents_and_speak_of_columns_that_are_there(name: str) -> None:
    root = fromstring(document(STYLES[name](FRAMES[name])).split("\n", 1)[1])
    text = [rule.get("filter", "") for rule in root.iter("rule")]
    text += [style.get("fieldName", "") for style in root.iter("text-style")]
    mentioned = {column for each in text for column in re.findall(r'"(\w+)"', each)}
    assert mentioned <= set(FRAMES[name].columns)


def test_every_layer_has_a_style_and_every_style_a_layer() -> None:
    assert {plan.style_name for plan in (*LAYERS, *BEFORE_AFTER_LAYERS)} == set(STYLES)


@pytest.mark.parametrize(
    "rows",
    [
        difference_in_words(gpd.GeoDataFrame(tables.empty(tables.DIFFERENCE))),
        tables.empty(tables.FRAGMENTS),
        tables.empty(tables.BEFORE_AFTER),
        tables.empty(tables.BEFORE_AFTER_SEGMENTS),
    ],
    ids=["difference", "fragments", "before_after", "passages"],
)
def test_every_published_column_has_a_readable_name(rows: pd.DataFrame) -> None:
    columns = set(rows.columns)
    assert columns - {"geometry"} - set(ALIASES) == set()


def test_the_map_draws_both_states_also_of_nearly_nothing() -> None:
    layers = {
        "difference": difference(),
        "fragments_before": fragments("before").iloc[:1],
        "fragments_after": fragments("after"),
        "ways": ways(),
    }
    whole = difference_map(layers, crs=CRS, text=MapText("", "credit $x$"), dpi=40)
    little = difference_map({"ways": ways()}, crs=CRS, text=MapText("", ""), dpi=40)
    assert whole.startswith(b"\x89PNG")
    assert len(whole) > len(little)
    assert whole == difference_map(layers, crs=CRS, text=MapText("", "credit $x$"), dpi=40)


def test_a_title_with_dollars_is_no_formula_on_a_map() -> None:
    text = MapText("", r"US$ 5, $\frac{$ · herd")
    for draw, layers in (
        (difference_map, {"ways": ways()}),
        (corridor_map, {"segments": difference().assign(status="existing", has_data=True)}),
    ):
        assert draw(layers, crs=CRS, text=text, dpi=40).startswith(b"\x89PNG")
