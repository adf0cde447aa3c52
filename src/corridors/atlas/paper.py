"""What goes on paper: a fact sheet of the herd, and a card for the visit to each place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from corridors.atlas.fact_sheet import Line
from corridors.atlas.pages import count
from corridors.atlas.sheet_figures import glance
from corridors.atlas.words.decision import page_labels
from corridors.atlas.words.language import said, spoken
from corridors.atlas.words.names import species_name
from corridors.atlas.words.numbers import number, span
from corridors.atlas.words.paper import (
    card_labels,
    card_parts,
    footer,
    method_lines,
    nothing_ranked,
    place_line,
    sheet_labels,
    simulated_stamp,
    tracked_words,
)
from corridors.atlas.words.stamps import peer_stamp
from corridors.atlas.words.threats import GRADE_WORDS
from corridors.formats.pdf import sheet_pdf


def factsheet_pdf(page: Mapping[str, Any], lines: Iterable[Line]) -> bytes:
    """Return the fact sheet of a herd as PDF; see :func:`factsheet_values`."""
    drawn = {"map.png": page["map"]} if page["map"] else {}
    return sheet_pdf(__package__, "factsheet.typ", factsheet_values(page, lines), drawn)


def card_pdf(page: Mapping[str, Any], place: Mapping[str, Any]) -> bytes:
    """Return the card of a place as PDF; see :func:`card_values`."""
    return sheet_pdf(
        __package__, "place.typ", card_values(page, place), {"place.png": place["png"]}
    )


def factsheet_values(page: Mapping[str, Any], lines: Iterable[Line]) -> dict[str, Any]:
    """Return the values of ``factsheet.typ``: the herd on two pages.

    Parameters
    ----------
    page
        Values of the herd's report.
    lines
        Its fact sheet.
    """
    groups = _groups(lines)
    return {
        **_masthead(page),
        "title": page["called"],
        "labels": sheet_labels(),
        "species": page["species"],
        "species_name": species_name(page["species"]),
        "study": page["study"],
        "tracked": tracked_words(page["years"]),
        "verdict": page["verdict"],
        "has_map": page["map"] is not None,
        "facts": [{"item": line.item, "value": line.value} for line in glance(page)],
        "no_places": nothing_ranked(is_tracked=page["is_tracked"], n_ranked=page["n_ranked"]),
        "places": [
            {
                "number": count(row["rank"]),
                "grade": said(GRADE_WORDS[row["grade"]]),
                "name": place_line(row),
                "at": row["where"],
                "action": row["action"],
                "missing": f"{number(row['missing_per_year'])} "
                f"({span(row['missing_p05'], row['missing_p95'])})",
            }
            for row in page["decided"]
        ],
        "groups": groups,
        "n_left": _half([len(group["lines"]) for group in groups]),
        "method": method_lines(page),
    }


def card_values(page: Mapping[str, Any], place: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of ``place.typ``: one place on one page, for the visit.

    Parameters
    ----------
    page
        Values of the herd's report.
    place
        One of its places on the first page.
    """
    return {
        **_masthead(page),
        "labels": card_labels(),
        "number": count(place["rank"]),
        "name": place_line(place),
        "herd": page["called"],
        "what": said(GRADE_WORDS[place["grade"]]).lower(),
        "at": place["where"],
        "parts": [
            {"title": title, "lines": [words for words in own if words]}
            for title, own in card_parts(place)
            if any(own)
        ],
    }


def decision_page(page: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of ``decision.html.jinja``: what to decide, in a language but English.

    Parameters
    ----------
    page
        Values of the herd's report, in the language that is spoken.
    """
    shown = ("herd", "species", "study", "author", "verdict", "is_tracked", "map")
    return {
        **{name: page[name] for name in shown},
        **_masthead(page),
        "code": spoken().code,
        "labels": page_labels(),
        "peer": peer_stamp(is_peer=page["is_peer"]),
        "species_name": species_name(page["species"]),
        "tracked": tracked_words(page["years"]),
        "settling": page["settling"][:3],
        "facts": [{"item": line.item, "value": line.value} for line in glance(page)],
        "no_places": nothing_ranked(is_tracked=page["is_tracked"], n_ranked=page["n_ranked"]),
        "decided": [
            {
                **row,
                "number": count(row["rank"]),
                "code": row["grade"],
                "grade": said(GRADE_WORDS[row["grade"]]),
                "name": place_line(row),
            }
            for row in page["decided"]
        ],
    }


def _masthead(page: Mapping[str, Any]) -> dict[str, str]:
    return {
        "lang": spoken().code[:2],
        "stamp": simulated_stamp(simulated=page["simulated"]),
        "footer": footer(page),
    }


def _groups(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """Return the groups in the order in which they come first, each with all of its lines."""
    found: dict[str, list[dict[str, str]]] = {}
    for line in lines:
        found.setdefault(line.group, []).append({"item": line.item, "value": line.value})
    return [{"name": name, "lines": own} for name, own in found.items()]


def _half(sizes: list[int]) -> int:
    """Return how many of the first make up half of all, at least; a heading counts three lines.

    Examples
    --------
    >>> _half([5, 5, 4]), _half([])
    (2, 0)
    """
    done, all_lines = 0, sum(sizes) + 3 * len(sizes)
    for n, size in enumerate(sizes, start=1):
        done += size + 3
        if 2 * done >= all_lines:
            return n
    return 0
