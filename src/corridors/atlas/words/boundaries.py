"""How long a boundary is, and that none is known, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def boundary_words(row: Mapping[str, Any]) -> str:
    """Return length, source and difference from the published length of a boundary in words.

    Examples
    --------
    >>> boundary_words({"length_km": 1170.2, "source": "Natural Earth", "label": "generalised",
    ...                 "published_km": 1357.0, "published_source": "CIA World Factbook"})
    '1,170 km (Natural Earth, generalised): 14 % short of the published 1,357 km (CIA World \
Factbook)'
    >>> boundary_words({"length_km": 1363.0, "source": "OpenStreetMap", "label": "",
    ...                 "published_km": float("nan"), "published_source": ""})
    '1,363 km (OpenStreetMap)'
    """
    told = ", ".join(str(row[key]) for key in ("source", "label") if row[key])
    words = f"{row['length_km']:,.0f} km" + (f" ({told})" if told else "")
    published = float(row["published_km"])
    if not published > 0:
        return words
    percent = 100.0 * (float(row["length_km"]) - published) / published
    source = f" ({row['published_source']})" if row["published_source"] else ""
    side = "short of" if percent < 0 else "longer than"
    return f"{words}: {abs(percent):.0f} % {side} the published {published:,.0f} km{source}"


def no_boundary_words(states: Sequence[str]) -> str:
    """Return what to say where no boundary is near; ``states`` are those that the herd is in.

    Examples
    --------
    >>> no_boundary_words(["Iceland"])
    "Of the state boundaries that were read none lies within the herd's reach. It is in Iceland."
    >>> no_boundary_words([])
    "Of the state boundaries that were read none lies within the herd's reach. In which state it \
is was not found either: that nothing is known of boundaries here is not that there are none."
    """
    none = "Of the state boundaries that were read none lies within the herd's reach."
    if states:
        return f"{none} It is in {' and '.join(states)}."
    return (
        f"{none} In which state it is was not found either: that nothing is known of boundaries "
        "here is not that there are none."
    )
