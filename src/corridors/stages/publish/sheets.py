"""The fact sheet and the cards of places, in each language that the study publishes in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import pandas as pd

from corridors.atlas import fact_sheet
from corridors.atlas.pages import render
from corridors.atlas.paper import card_pdf, decision_page, factsheet_pdf
from corridors.atlas.report import Evidence, Heading, page
from corridors.atlas.sheet_figures import sheet_lines, trace_json
from corridors.atlas.words.catalogues import language
from corridors.atlas.words.language import ENGLISH, Language, speaking
from corridors.atlas.words.tables import tables_in_words
from corridors.stages.publish.herd_maps import Layers, herd_map, insets
from corridors.stages.publish.stage import Inputs, Settings

File = tuple[str, bytes]


@dataclass(frozen=True)
class Untold:
    """What a herd's sheets are made from in any language.

    Parameters
    ----------
    heading, evidence
        Of its report, which is in English.
    tables
        Artefact name -> rows, before they are told in words.
    layers, towns
        Of its maps.
    """

    heading: Heading
    evidence: Evidence
    tables: Mapping[str, pd.DataFrame]
    layers: Layers
    towns: gpd.GeoDataFrame


def other_languages(inputs: Inputs, settings: Settings) -> list[Language]:
    """Return the languages of sheets beside English, with their messages.

    Raises
    ------
    InputError
        A catalogue of the study cannot be read or is not complete.
    """
    own = settings.publish.catalogues
    files = {code: (own[code], inputs.raw.of(own[code]).read_bytes()) for code in own}
    wanted = dict.fromkeys(settings.publish.languages)
    return [language(code, files) for code in wanted if code != ENGLISH]


def sheets(
    inputs: Inputs, told: Mapping[str, Any], untold: Untold, languages: list[Language]
) -> Iterator[File]:
    """Yield the sheets in English and in each other language, and where figures are from."""
    lines = _lines(inputs, untold.evidence.tables)
    yield from _sheets(told, lines)
    yield "factsheet.json", trace_json(sheet_lines(told, lines))
    for one in languages:
        yield from _sheets_in(one, inputs, untold)


def _sheets_in(spoken: Language, inputs: Inputs, untold: Untold) -> list[File]:
    heading, crs = untold.heading, inputs.clean.crs
    with speaking(spoken):
        tables = tables_in_words(untold.tables)
        evidence = replace(
            untold.evidence,
            tables=tables,
            map_png=herd_map(heading, tables, untold.layers, untold.towns, crs),
            place_maps=insets(heading, tables["threats"], untold.layers, crs),
        )
        told = page(heading, evidence)
        made = list(_sheets(told, _lines(inputs, tables), f".{spoken.code}"))
        html = render(__package__, "decision.html.jinja", decision_page(told))
    return [*made, (f"decision.{spoken.code}.html", html.encode())]


def _sheets(
    told: Mapping[str, Any], lines: list[fact_sheet.Line], ending: str = ""
) -> Iterator[File]:
    """Yield the fact sheet, and a card of each place on the first page."""
    yield f"factsheet{ending}.pdf", factsheet_pdf(told, lines)
    for place in told["decided"]:
        yield f"place-{place['rank']:.0f}{ending}.pdf", card_pdf(told, place)


def _lines(inputs: Inputs, tables: Mapping[str, pd.DataFrame]) -> list[fact_sheet.Line]:
    return [
        *fact_sheet.lines(inputs.describe),
        *fact_sheet.bottleneck_lines(tables["bottlenecks"]),
    ]
