"""Actions in one sentence each, for people who see nothing but the map."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from corridors.atlas.words.columns import with_sentences
from corridors.atlas.words.numbers import animals, counted, number, span
from corridors.atlas.words.units import units_in_words

_FEW: Final = 0.01  # passages a year
_LINES: Final = {"road": "the road", "rail": "the railway"}
_MOVED: Final = {"in_corridor": "in the corridor", "whole": "whole"}
_AREAS: Final = {"energy": "the energy site", "settlement": "the settlement"}


def actions_in_words(
    actions: gpd.GeoDataFrame, words: Callable[[Mapping[str, Any]], str]
) -> gpd.GeoDataFrame:
    """Return a table of actions with its codes in words and a sentence per row in ``what``."""
    if "unit" in actions:
        actions = units_in_words(actions)
    if "moved_part" in actions:
        actions = actions.assign(moved_part=actions["moved_part"].replace(dict(_MOVED)))
    rows: Any = pd.DataFrame(actions).to_dict("records")
    return with_sentences(actions, what=[words(row) for row in rows])


def fence_words(row: Mapping[str, Any]) -> str:
    """Return what opening a section of fence gains; ``row`` is one of FENCE_SECTIONS.

    Examples
    --------
    >>> fence_words({"name": "Valley fence", "from_km": 1.0, "to_km": 3.5, "length_m": 2500.0,
    ...              "removed_gain": 12.0, "removed_gain_p05": 7.0, "removed_gain_p95": 19.0,
    ...              "modified_gain": 8.2, "modified_gain_p05": 4.1, "modified_gain_p95": 13.0,
    ...              "n_animals": 5, "n_units": 4, "unit": "herd of 120 (count 2020)"})
    'Valley fence, km 1.0 to 3.5 (2.5 km): removed, about 12 passages a year are gained (7.0–19), \
modified 8.2 (4.1–13; herd of 120 (count 2020)); met by 5 animals (4 independent units).'
    """
    return (
        f"{row['name'] or 'Fence'}, km {row['from_km']:.1f} to {row['to_km']:.1f} "
        f"({row['length_m'] / 1000:.1f} km): removed, about {number(row['removed_gain'])} passages "
        f"a year are gained ({span(row['removed_gain_p05'], row['removed_gain_p95'])}), modified "
        f"{number(row['modified_gain'])} "
        f"({span(row['modified_gain_p05'], row['modified_gain_p95'])}; {row['unit']}); met by "
        f"{animals(row['n_animals'], row['n_units'])}."
    )


def site_words(row: Mapping[str, Any]) -> str:
    """Return what a crossing structure gains; ``row`` is one of CROSSING_SITES.

    Examples
    --------
    >>> site_words({"name": "A1", "kind": "road", "status": "existing", "at_km": 12.0,
    ...             "gain_per_year": 3.4, "gain_p05": 2.0, "gain_p95": 5.1, "n_animals": 5,
    ...             "n_units": 5, "n_segments": 2, "share_so_far": 0.55, "unit": "per animal"})
    'Crossing structure at km 12.0 of A1: about 3.4 passages a year gained (2.0–5.1; per animal) \
on 2 segments of a place that 5 animals (5 independent units) met; with those ranked before it \
55 % of what structures everywhere would gain.'
    """
    line = row["name"] or _LINES[row["kind"]]
    planned = "planned " if row["status"] == "planned" else ""
    return (
        f"Crossing structure at km {row['at_km']:.1f} of {planned}{line}: about "
        f"{number(row['gain_per_year'])} passages a year gained "
        f"({span(row['gain_p05'], row['gain_p95'])}; {row['unit']}) on "
        f"{counted(row['n_segments'], 'segment')} of a place that "
        f"{animals(row['n_animals'], row['n_units'])} met; with those ranked before it "
        f"{100 * row['share_so_far']:.0f} % of what structures everywhere would gain."
    )


def footprint_words(row: Mapping[str, Any]) -> str:
    """Return what shifting a footprint spares; ``row`` is one of FOOTPRINTS.

    Examples
    --------
    >>> footprint_words({"name": "", "kind": "energy", "season": "migration", "moved_km2": 1.234,
    ...                  "moved_part": "in the corridor", "use_avoided_frac": 0.0213})
    'Shifting 1.23 km2 (in the corridor) of the energy site spares 2.13 % of the use in migration.'
    """
    return (
        f"Shifting {row['moved_km2']:.2f} km2 ({row['moved_part']}) of "
        f"{row['name'] or _AREAS[row['kind']]} spares {100 * row['use_avoided_frac']:.2f} % of the "
        f"use in {row['season']}."
    )


def border_words(row: Mapping[str, Any]) -> str:
    """Return what two states would have to agree on; ``row`` is one of BORDER_AGREEMENTS.

    A disputed line is called so; which state is in the right is not said.

    Examples
    --------
    >>> border_words({"left_state": "A", "right_state": "B", "type": "disputed", "from_km": 12.0,
    ...               "to_km": 20.4,
    ...               "passages_per_year": 2.0, "months": "4;10", "n_animals": 3,
    ...               "n_threats_nearby": 1, "missing_nearby_per_year": 1.5,
    ...               "missing_nearby_p05": 0.6, "missing_nearby_p95": 2.4, "unit": "per animal"})
    'A and B, km 12.0 to 20.4 (disputed line, shown as its source draws it): about 2.0 passages a \
year across it (per animal), by 3 tracked animals, in months 4, 10; at 1 place nearby about 1.5 a \
year are missing (0.60–2.4).'
    """
    out = f"{row['left_state']} and {row['right_state']}, km {row['from_km']:.1f} to "
    out += f"{row['to_km']:.1f}"
    if row["type"] == "disputed":
        out += " (disputed line, shown as its source draws it)"
    if pd.isna(row["passages_per_year"]):
        out += ": nobody was tracked here"
    else:
        out += f": {_about(row['passages_per_year'])} passages a year across it ({row['unit']})"
        if row["n_animals"]:
            out += f", by {counted(row['n_animals'], 'tracked animal')}"
        if row["months"]:
            out += f", in months {row['months'].replace(';', ', ')}"
    if row["n_threats_nearby"]:
        near = counted(row["n_threats_nearby"], "place")
        out += (
            f"; at {near} nearby {_about(row['missing_nearby_per_year'])} a year are missing "
            f"({span(row['missing_nearby_p05'], row['missing_nearby_p95'])})"
        )
    return out + "."


def _about(passages: float) -> str:
    return f"fewer than {_FEW}" if passages < _FEW else f"about {number(passages)}"
