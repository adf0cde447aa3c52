"""The figures of a fact sheet in the order in which it shows them, each with where it is from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from corridors.atlas.fact_sheet import Line
from corridors.atlas.figures import Figure, How, Source, figure
from corridors.atlas.pages import count
from corridors.atlas.styles import HARM
from corridors.atlas.words.language import marked, said
from corridors.atlas.words.names import evidence_name
from corridors.atlas.words.numbers import LEAST, span
from corridors.atlas.words.paper import method_lines, place_line
from corridors.foundation.vocabulary import NO_SURFACE

_ENDS: Final[tuple[How, ...]] = ("min", "max")
_SPREAD: Final[tuple[How, ...]] = ("min", "mean", "max")
_KM2: Final = marked("{number} km²")
_MOVED: Final = {"class": ["migrant", "mixed_migrant", "disperser"]}


def glance(page: Mapping[str, Any]) -> list[Line]:
    """Return what is known at a glance; what is not known is not listed."""
    corridor, distance = page["corridor"], page["distance"]

    def of(item: str, one: Figure, form: str = "{number}") -> Line:
        return Line(said("At a glance"), item, said(form, number=one.text), (one,))

    def clean(name: str) -> Figure:
        return figure(page[name], Source("clean.facts", name), "count")

    found = [of(said("Animals tracked"), clean("n_animals"))]
    if page["n_animals"]:
        units = figure(page["n_units"], Source("rank.facts", "n_units"), "count")
        found += [of(said("Independent units"), units)]
        found += [of(said("Fixes, usable"), clean("n_usable"))]
    if page["interval_h"] is not None:
        interval = Source("describe.facts", "sample.fix_interval_h")
        hours = figure(page["interval_h"], interval)
        found.append(of(said("Median fix interval"), hours, marked("{number} h")))
    moves = Source("segment.migrations", "migration", {"part": "migration"}, "rows")
    found.append(of(said("Migrations"), figure(page["n_migrations"], moves, "count")))
    if corridor:
        table = "connect.modelled" if corridor["evidence"] == "modelled" else "delineate.corridors"
        for use, words in (
            ("low", said("Corridor ({evidence})", evidence=evidence_name(corridor["evidence"]))),
            ("high", said("Corridor, high use")),
        ):
            if corridor[use] == corridor[use]:
                rows = {
                    "season": corridor["season"], "evidence": corridor["evidence"],
                    "corridor_class": use,
                }  # fmt: skip
                area = figure(corridor[use], Source(table, "area_km2", rows))
                found.append(of(words, area, _KM2))
    if page["stopover_km2"] is not None:
        rows = {"season": page["stopover_season"]}
        source = Source("delineate.stopovers", "area_km2", rows, "sum")
        found.append(of(said("Stopovers"), figure(page["stopover_km2"], source), _KM2))
    if distance:
        low, mean, high = (
            figure(value, Source("segment.animal_years", "range_distance_km", _MOVED, how))
            for value, how in zip(distance, _SPREAD, strict=True)
        )
        value = said("{mean} km ({low}–{high})", mean=mean.text, low=low.text, high=high.text)
        item, figures = said("Migration distance"), (mean, low, high)
        found.append(Line(said("At a glance"), item, value, figures))
    return found


def sheet_lines(page: Mapping[str, Any], lines: Iterable[Line]) -> list[Line]:
    """Return everything on a fact sheet that holds a figure, in the order of the sheet."""
    return [
        *_tracked(page),
        *([Line("Verdict", "", page["verdict"], _verdict(page))] if page["verdict"] else []),
        *glance(page),
        *(one for row in page["decided"] for one in _place_lines(row)),
        *lines,
        *_method_lines(page),
    ]


def trace_json(lines: Iterable[Line]) -> bytes:
    """Return the figures of lines as JSON, numbered, each with table, rows and column."""
    told = [(line, one) for line in lines for one in line.figures]
    rows = [
        {
            "figure": number_of,
            "group": line.group,
            "item": line.item,
            "text": one.text,
            "form": one.form,
            "artefact": one.source.artefact,
            "column": one.source.column,
            "rows": dict(one.source.rows),
            "how": one.source.how,
            "each": one.source.each,
        }
        for number_of, (line, one) in enumerate(told, start=1)
    ]
    return json.dumps(rows, indent=1, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def _verdict(page: Mapping[str, Any]) -> tuple[Figure, ...]:
    """Return the figures that the verdict tells."""
    ranking = page["ranking"]
    if not ranking.n_ranked:
        return ()
    planned = {"grade": "act", "status": "planned"}
    found = []
    if n := ranking.grades.get("act", 0):
        found.append(figure(n, Source("rank.facts", "grades.act"), "whole"))
        source = Source("rank.threats", "threat", planned, "rows")
        found.append(figure(page["n_planned"], source, "whole"))
    forms = {"missing_together": "short"}
    if (high := ranking.missing_together_p95) is not None:
        forms |= _ends("missing_together_p05", "missing_together_p95", high)
    for name, form in forms.items():
        if (value := getattr(ranking, name)) is not None:
            found.append(figure(value, Source("rank.facts", name), form))
    harm = {"grade": list(HARM), "status": "existing"}
    summed = Source("rank.threats", "missing_per_year", harm, "sum")
    return (*found, figure(page["missing_of_harm"], summed, "short"))


def _place_lines(row: Mapping[str, Any]) -> Iterator[Line]:
    def of(column: str, form: str, how: How = "value") -> Figure:
        return figure(row[column], Source("rank.threats", column, place, how), form)

    place = {"threat": row["threat"]}
    group = f"Place {count(row['rank'])}"
    along = (of("from_km", "km"), of("to_km", "km"))
    yield Line(group, "No.", count(row["rank"]), (of("rank", "count"),))
    yield Line(group, "Place", place_line(row), along)
    at = (
        figure(row[name], Source("rank.threats", "geometry", place, name), name)
        for name in ("lat", "lon")
    )
    yield Line(group, "At", row["where"], tuple(at))
    missing = [of("missing_per_year", "short")]
    ends = _ends("missing_p05", "missing_p95", row["missing_p95"])
    missing += [of(column, form) for column, form in ends.items()]
    said = f"{missing[0].text} ({span(row['missing_p05'], row['missing_p95'])})"
    yield Line(group, "Missing a year", said, tuple(missing))


def _ends(low: str, high: str, highest: float) -> dict[str, str]:
    """Return which ends of an interval are written, and in which form; as ``numbers.span``."""
    return {low: "floor", high: "short"} if highest >= LEAST else {high: "ceiling"}


def _method_lines(page: Mapping[str, Any]) -> Iterator[Line]:
    told = method_lines(page)
    cell = figure(page["cell_m"], Source("clean.facts", "cell_m"), "cell")
    for words, (part, method, n) in zip(told, page["methods"], strict=False):
        own = {"part": part, "method": method, "error": ""}
        n_windows = figure(n, Source("surface.estimates", "migration", own, "rows"), "whole")
        yield Line("How it was computed", "", words, (n_windows, cell))
    if page["n_failures"]:
        none = {"error": list(NO_SURFACE)}
        source = Source("surface.estimates", "migration", none, "rows")
        words = told[len(page["methods"])]
        yield Line("How it was computed", "", words, (figure(page["n_failures"], source, "whole"),))


def _tracked(page: Mapping[str, Any]) -> Iterator[Line]:
    if page["tracked"]:
        times = [
            figure(time, Source("clean.fixes", "time_utc", {"burst": {"from": 0}}, how), "date")
            for time, how in zip(page["tracked"], _ENDS, strict=True)
        ]
        yield Line("Tracked", "", page["years"], tuple(times))
