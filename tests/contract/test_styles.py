"""Styles, layers, contracts and colours belong together."""

from __future__ import annotations

import itertools
import re
from typing import Any
from xml.etree.ElementTree import fromstring

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from corridors.atlas import palette
from corridors.atlas.fields import ALIASES
from corridors.atlas.layers import ATLAS_LAYERS, LAYERS
from corridors.atlas.styles import STYLES
from corridors.atlas.words.tables import tables_in_words
from corridors.formats.qml import document
from corridors.foundation import tables
from corridors.foundation.vocabulary import BARRIER_KINDS, CORRIDOR_CLASSES, GRADES, SEASONS
from worlds import results
from worlds.rows import EXAMPLES

CONTRACT_OF = {
    "threats": tables.THREATS,
    "threat_segments": tables.THREAT_SEGMENTS,
    "exposure": tables.EXPOSURE,
    "border_crossings": tables.BORDER_CROSSINGS,
    "crossings": tables.OBSERVED,
    "boundary": tables.BORDER_REPORT,
    "segments": tables.SEGMENTS,
    "network_nodes": tables.NETWORK_BARRIERS,
    "network_edges": tables.NETWORK_BARRIERS,
    "stopovers": tables.STOPOVERS,
    "bottlenecks": tables.BOTTLENECKS,
    "corridors": tables.CORRIDORS,
    "modelled_corridor": tables.CORRIDORS,
    "expert_corridor": tables.CORRIDORS,
    "ranges": tables.RANGES,
    "crossings_by_season": tables.CROSSINGS,
    "national_shares": tables.NATIONAL_SHARES,
    "zone_shares": tables.ZONE_SHARES,
    "migration_facts": tables.MIGRATION_FACTS,
    "legs": tables.LEGS,
    "sufficiency": tables.SUFFICIENCY,
    "skill": tables.SKILL,
    "fidelity": tables.FIDELITY,
    "crossing_sites": tables.CROSSING_SITES,
    "fence_sections": tables.FENCE_SECTIONS,
    "footprints": tables.FOOTPRINTS,
    "border_agreements": tables.BORDER_AGREEMENTS,
    "border_stretches": tables.BORDER_STRETCHES,
    "range_edges": tables.RANGE_EDGES,
    "candidates": tables.CANDIDATES,
    "gains": tables.GAINS,
    "behaviour": tables.BEHAVIOUR,
    "behaviour_index": tables.BEHAVIOUR_INDEX,
    "permeability": tables.PERMEABILITY,
    "selection": tables.SELECTION,
    "drivers": tables.DRIVERS,
}
# Lists of (item, value), without a contract.
LISTS = {"about", "fact_sheet"}
WITHOUT_GEOMETRY = {
    name for name, schema in CONTRACT_OF.items() if "geometry" not in schema.columns
}


@pytest.fixture(scope="module")
def frames() -> dict[str, pd.DataFrame]:
    """Layer name -> rows of the made-up herd, as they are published."""
    made = tables_in_words(
        {name: frame for name, (_, _, frame) in results.frames("made-up").items()}
    )
    network = made["network"]
    return {
        **{
            name: made[name]
            for name in ("threats", "threat_segments", "exposure", "border_crossings")
        },
        **{
            name: made[name]
            for name in ("segments", "stopovers", "corridors", "ranges", "national_shares")
        },
        **{name: made[name] for name in ("migration_facts", "sufficiency", "skill", "fidelity")},
        "crossings": made["observed"],
        "boundary": made["border_report"],
        "network_nodes": network[network["part"] == "node"],
        "network_edges": network[network["part"] == "edge"],
        "modelled_corridor": made["modelled"],
        "expert_corridor": made["modelled"].assign(evidence="expert"),
        "crossings_by_season": made["crossings"],
        # Which segments an event touched is read, and no layer.
        **{name: made[name] for name in EXAMPLES if name != "behaviour_segments"},
    }


def test_every_layer_has_a_style_and_every_style_a_layer() -> None:
    used = {plan.style_name for plan in (*LAYERS, *ATLAS_LAYERS)}
    assert used == set(STYLES)


def test_every_published_column_has_a_readable_name(frames: dict[str, pd.DataFrame]) -> None:
    columns = {name for frame in frames.values() for name in frame.columns}
    assert columns - {"geometry"} - set(ALIASES) == set()


@pytest.mark.parametrize("name", ["corridors", "stopovers", "crossings", "border_crossings"])
def test_seasons_that_a_study_names_itself_are_drawn(
    frames: dict[str, pd.DataFrame], name: str
) -> None:
    rows = frames[name]
    named = pd.concat([rows.assign(season="wet"), rows.assign(season="dry")], ignore_index=True)
    root = fromstring(document(STYLES[name](named)).split("\n", 1)[1])
    filters = " ".join(rule.get("filter", "") for rule in root.iter("rule"))
    assert "'wet'" in filters
    assert "'dry'" in filters


def test_every_layer_is_known(frames: dict[str, pd.DataFrame]) -> None:
    assert set(frames) >= set(CONTRACT_OF)
    assert set(CONTRACT_OF) == {plan.name for plan in LAYERS} - LISTS


@pytest.mark.parametrize("name", sorted(CONTRACT_OF))
def test_rules_speak_only_of_columns_that_are_published(
    frames: dict[str, pd.DataFrame], name: str
) -> None:
    text = document(STYLES[name](frames[name]))
    root = fromstring(text.split("\n", 1)[1])
    expressions = [rule.get("filter", "") for rule in root.iter("rule")]
    expressions += [style.get("fieldName", "") for style in root.iter("text-style")]
    expressions += [clause.text or "" for clause in root.iter("orderByClause")]
    mentioned = {column for text in expressions for column in re.findall(r'"(\w+)"', text)}
    assert mentioned <= set(frames[name].columns)


@pytest.mark.parametrize("name", sorted(set(CONTRACT_OF) - WITHOUT_GEOMETRY))
def test_every_row_falls_into_exactly_one_class(frames: dict[str, pd.DataFrame], name: str) -> None:
    frame = frames[name]
    assert isinstance(frame, gpd.GeoDataFrame)
    hits = np.zeros(len(frame), int)
    for where in _leaves(STYLES[name](frame).rules, ""):
        hits += _holds(frame, where)
    assert (hits == 1).all()


def _leaves(rules: Any, above: str) -> list[str]:
    found: list[str] = []
    for rule in rules:
        where = " AND ".join(part for part in (above, rule.filter) if part)
        if rule.symbol is not None:
            found.append(where)
        found += _leaves(rule.rules, where)
    return found


def _holds(frame: pd.DataFrame, where: str) -> np.ndarray[Any, Any]:
    if not where:
        return np.ones(len(frame), int)
    text = re.sub(r'"(\w+)" IS NULL', r"_row['\1'].isna()", where)
    text = re.sub(r'"(\w+)"', r"_row['\1']", text)
    text = re.sub(r"(?<![<>!=])=(?!=)", "==", text)
    parts = [f"({part})" for part in text.split(" AND ")]
    code = " & ".join(parts).replace("NOT ", "~").replace("abs(", "np.abs(")
    return np.asarray(eval(code, {"_row": frame, "np": np}), bool).astype(int)


def test_every_word_of_the_vocabularies_has_a_colour() -> None:
    assert set(palette.BARRIER) == set(BARRIER_KINDS)
    assert set(palette.CORRIDOR) == set(palette.MODELLED) == set(CORRIDOR_CLASSES)
    assert set(SEASONS) < set(palette.SEASON)
    assert tuple(palette.GRADE) == GRADES


def _lightness(colour: str) -> float:
    linear = [_linear(part / 255) for part in palette.rgb(colour)]
    y = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 116 * y ** (1 / 3) - 16


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def test_classes_get_darker_with_use_and_rank() -> None:
    for colours in (palette.CORRIDOR, palette.MODELLED, palette.EXPERT):
        light = [_lightness(colour) for colour in colours.values()]
        assert all(a - b > 12 for a, b in itertools.pairwise(light))
    act, look, nothing, _ = (_lightness(colour) for colour in palette.GRADE.values())
    assert nothing - look > 5
    assert look - act > 20
    for colours in (palette.THREAT, palette.SURFACE):
        light = [_lightness(colour) for colour in colours]
        assert all(b - a > 5 for a, b in itertools.pairwise(light))


# Linear RGB as people without red or green cones see it: projection onto two dimensions of LMS.
_TO_LMS = np.array(
    [[0.31399, 0.63951, 0.04650], [0.15537, 0.75789, 0.08670], [0.01775, 0.10944, 0.87257]]
)
_BLIND = {
    "red": np.array([[0, 1.05118, -0.05116], [0, 1, 0], [0, 0, 1]]),
    "green": np.array([[1, 0, 0], [0.95131, 0, 0.04867], [0, 0, 1]]),
}


@pytest.mark.parametrize("blind", sorted(_BLIND))
def test_seasons_and_threats_stay_apart_for_the_colour_blind(blind: str) -> None:
    see = np.linalg.inv(_TO_LMS) @ _BLIND[blind] @ _TO_LMS

    def seen(colour: str) -> Any:
        linear = np.array([_linear(part / 255) for part in palette.rgb(colour)])
        return np.clip(see @ linear, 0, 1) ** (1 / 2.2) * 255

    for first, second in itertools.combinations(palette.GRADE.values(), 2):
        assert np.linalg.norm(seen(first) - seen(second)) > 25
    for first, second in itertools.combinations(palette.SEASON.values(), 2):
        assert np.linalg.norm(seen(first) - seen(second)) > 25
    for ground in palette.CORRIDOR.values():
        assert np.linalg.norm(seen(palette.THREAT[0]) - seen(ground)) > 30
        assert np.linalg.norm(seen(palette.GRADE["act"]) - seen(ground)) > 30


def test_places_with_harm_are_as_wide_as_much_is_missing_and_others_are_thin(
    frames: dict[str, pd.DataFrame],
) -> None:
    rules = STYLES["threats"](frames["threats"]).rules
    width = {
        rule.label: float(
            rule.symbol.layers[-1 if len(rule.symbol.layers) == 1 else 1][1]["line_width"]
        )
        for rule in rules
        if rule.symbol is not None
    }
    for grade in ("Act", "Look on site"):
        sizes = [mm for label, mm in width.items() if label.startswith(f"{grade}:")]
        assert sizes == sorted(sizes, reverse=True)
        assert min(sizes) > max(
            mm for label, mm in width.items() if label.startswith(("Nothing seen", "Not known"))
        )
    labels = STYLES["threats"](frames["threats"]).labels
    assert "'nothing_seen'" not in labels[0].expression
