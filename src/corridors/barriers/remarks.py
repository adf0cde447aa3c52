"""What a person should read about a source of barriers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_SHOWN = 12


def of_all(facts: Mapping[str, Any]) -> list[str]:
    """Return the remarks on all sources in the facts of `ingest`, each with its source.

    Examples
    --------
    >>> of_all({"barriers": [{"source": "a.gpkg", "remarks": ["nothing near"]}], "herd": "h"})
    ['a.gpkg: nothing near']
    """
    parts = [part if isinstance(part, list) else [part] for part in facts.values()]
    return [
        f"{notes.get('source', '')}: {words}"
        for part in parts
        for notes in part
        if isinstance(notes, Mapping)
        for words in notes.get("remarks", ())
    ]


def remarks(notes: Mapping[str, Any], *, completeness: str, margin_km: float) -> list[str]:
    """Return sentences on what was read, those of the reader first.

    Parameters
    ----------
    notes
        What `ingest` knows of the source.
    completeness
        What the configuration says of it.
    margin_km
        How far from the herd features are read, km.

    Examples
    --------
    >>> remarks({"classes_not_in_map": {"9": 3}}, completeness="unknown", margin_km=50.0)
    ["values that class_map lacks: '9' (3); these features have no own class"]
    """
    said = list(notes.get("remarks", ()))
    lacking: Mapping[str, int] = notes.get("classes_not_in_map", {})
    if lacking:
        listed = ", ".join(f"'{word}' ({n})" for word, n in list(lacking.items())[:_SHOWN])
        more = " ..." if len(lacking) > _SHOWN else ""
        said.append(
            f"values that class_map lacks: {listed}{more}; these features have no own class"
        )
    if notes.get("nothing_near_the_herd"):
        text = f"nothing within {margin_km:g} km of the herd: is it the right file and CRS?"
        if completeness == "complete":
            text += " completeness: complete would mean that there is no barrier at all"
        said.append(text)
    return said


def of_bundled(unknown_frac: float, states: Sequence[str]) -> str:
    """Return what to say of bundled boundaries that do not reach the herd, "" if they do.

    Parameters
    ----------
    unknown_frac
        Share of the herd's places outside of the states that are bundled, 0...1.
    states
        Their names.

    Examples
    --------
    >>> of_bundled(0.0, ["China"]), of_bundled(1.0, ["China"])[:51]
    ('', 'nothing is known of state boundaries at 100% of the')
    """
    if not unknown_frac:
        return ""
    return (
        f"nothing is known of state boundaries at {unknown_frac:.0%} of the herd's places, which "
        f"is not that there are none: bundled are {', '.join(states)}; name a file of boundaries"
    )
