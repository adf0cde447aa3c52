"""How long a boundary is in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def boundary_words(row: Mapping[str, Any]) -> str:
    """Return length, source and difference from the published length of a boundary in words.

    Examples
    --------
    >>> boundary_words({"length_km": 1171.9, "source": "Natural Earth", "label": "generalised",
    ...                 "published_km": 1357.0, "published_source": "CIA World Factbook"})
    '1,172 km (Natural Earth, generalised): 14 % short of the published 1,357 km (CIA World \
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
