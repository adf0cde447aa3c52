"""Actions in one sentence each, for people who see nothing but the map."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from corridors.atlas.words.columns import with_sentences
from corridors.atlas.words.language import digits, marked, said, several
from corridors.atlas.words.names import season_name
from corridors.atlas.words.numbers import animals, kilometres, number, percent, shared, span
from corridors.atlas.words.units import units_in_words

_FEW: Final = 0.01  # passages a year
_LINES: Final = {"road": marked("the road"), "rail": marked("the railway")}
_MOVED: Final = {"in_corridor": marked("in the corridor"), "whole": marked("whole")}
_AREAS: Final = {"energy": marked("the energy site"), "settlement": marked("the settlement")}
_SITE: Final = marked(
    "Crossing structure at km {km} of {line}: about {gain} passages a year gained ({span}; {unit}) "
    "on {segments} of a place that {animals} met; with those ranked before it {share} of what "
    "structures everywhere would gain."
)
_SITE_PLANNED: Final = marked(
    "Crossing structure at km {km} of planned {line}: about {gain} passages a year gained ({span}; "
    "{unit}) on {segments} of a place that {animals} met; with those ranked before it {share} of "
    "what structures everywhere would gain."
)


def actions_in_words(
    actions: gpd.GeoDataFrame, words: Callable[[Mapping[str, Any]], str]
) -> gpd.GeoDataFrame:
    """Return a table of actions with its codes in words and a sentence per row in ``what``."""
    if "unit" in actions:
        actions = units_in_words(actions)
    if "moved_part" in actions:
        actions = actions.assign(moved_part=actions["moved_part"].replace(_said_of(_MOVED)))
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
    return said(
        "{name}, km {low} to {high} ({length} km): removed, about {removed} passages a year are "
        "gained ({removed_span}), modified {modified} ({modified_span}; {unit}); met by {animals}.",
        name=row["name"] or said("Fence"),
        low=kilometres(row["from_km"]),
        high=kilometres(row["to_km"]),
        length=kilometres(row["length_m"] / 1000),
        removed=number(row["removed_gain"]),
        removed_span=span(row["removed_gain_p05"], row["removed_gain_p95"]),
        modified=number(row["modified_gain"]),
        modified_span=span(row["modified_gain_p05"], row["modified_gain_p95"]),
        unit=row["unit"],
        animals=animals(row["n_animals"], row["n_units"]),
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
    segments = several("{n} segment", "{n} segments", row["n_segments"])
    return said(
        _SITE_PLANNED if row["status"] == "planned" else _SITE,
        km=kilometres(row["at_km"]),
        line=row["name"] or said(_LINES[row["kind"]]),
        gain=number(row["gain_per_year"]),
        span=span(row["gain_p05"], row["gain_p95"]),
        unit=row["unit"],
        segments=segments,
        animals=animals(row["n_animals"], row["n_units"]),
        share=percent(row["share_so_far"]),
    )


def footprint_words(row: Mapping[str, Any]) -> str:
    """Return what shifting a footprint spares; ``row`` is one of FOOTPRINTS.

    Examples
    --------
    >>> footprint_words({"name": "", "kind": "energy", "season": "migration", "moved_km2": 1.234,
    ...                  "moved_part": "in the corridor", "use_avoided_frac": 0.0213})
    'Shifting 1.23 km2 (in the corridor) of the energy site spares 2.1 % of the use in migration.'
    """
    return said(
        "Shifting {area} km2 ({part}) of {name} spares {share} of the use in {season}.",
        area=digits(f"{row['moved_km2']:.2f}"),
        part=row["moved_part"],
        name=row["name"] or said(_AREAS[row["kind"]]),
        share=shared(row["use_avoided_frac"]),
        season=season_name(row["season"]),
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
    out = said(
        "{left} and {right}, km {low} to {high}",
        left=row["left_state"],
        right=row["right_state"],
        low=kilometres(row["from_km"]),
        high=kilometres(row["to_km"]),
    )
    if row["type"] == "disputed":
        out += said(" (disputed line, shown as its source draws it)")
    if pd.isna(row["passages_per_year"]):
        out += said(": nobody was tracked here")
    else:
        out += said(
            ": {about} passages a year across it ({unit})",
            about=_about(row["passages_per_year"]),
            unit=row["unit"],
        )
        if row["n_animals"]:
            out += several(", by {n} tracked animal", ", by {n} tracked animals", row["n_animals"])
        if row["months"]:
            out += said(", in months {months}", months=row["months"].replace(";", ", "))
    if row["n_threats_nearby"]:
        out += several(
            "; at {n} place nearby {about} a year are missing ({span})",
            "; at {n} places nearby {about} a year are missing ({span})",
            row["n_threats_nearby"],
            about=_about(row["missing_nearby_per_year"]),
            span=span(row["missing_nearby_p05"], row["missing_nearby_p95"]),
        )
    return out + "."


def _about(passages: float) -> str:
    if passages < _FEW:
        return said("fewer than {few}", few=digits(f"{_FEW}"))
    return said("about {number}", number=number(passages))


def _said_of(words: Mapping[str, str]) -> dict[str, str]:
    return {code: said(text) for code, text in words.items()}
