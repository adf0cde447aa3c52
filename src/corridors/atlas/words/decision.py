"""What the first page says of a place: when it is met, how sure the harm is, what is not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from corridors.atlas.words.language import capital, marked, month_name, said, several, spoken
from corridors.atlas.words.numbers import animals, number, percent, span
from corridors.atlas.words.threats import limits, standing

MONTHS: Final = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_STANDING: Final = marked(
    "Chance of harm {chance}: about {missing} passages a year are missing ({unit}; {span})."
)
_IF_BUILT: Final = marked(
    "Chance of harm {chance}: about {missing} passages a year would be missing if it were built "
    "({unit}; {span})."
)


def met_words(months: Sequence[tuple[int, int]]) -> str:
    """Return when animals came by on migrations; (month, encounters) each.

    Examples
    --------
    >>> met_words([(4, 12), (5, 1)])
    'April: 12 encounters; May: 1 encounter.'
    >>> met_words([])
    ''
    """
    told = [
        several(
            "{month}: {n} encounter",
            "{month}: {n} encounters",
            n,
            month=month_name(month, MONTHS[month - 1]),
        )
        for month, n in months
    ]
    return capital(f"{'; '.join(told)}.") if told else ""


def sure_words(row: Mapping[str, Any], *, n_ranked: int) -> str:
    """Return how sure harm at a place is; ``row`` is one of THREATS.

    Examples
    --------
    >>> sure_words({"p_harm": 0.59, "missing_per_year": 0.12, "missing_p05": 0.0,
    ...             "missing_p95": 0.39, "unit": "per animal", "n_animals": 2, "n_units": 2,
    ...             "rank_from": 3.0, "rank_to": 6.0, "stability": "open", "status": "existing",
    ...             "source_completeness": "complete"}, n_ranked=8)
    'Chance of harm 59 %: about 0.12 passages a year are missing (per animal; 0–0.39). Met by 2 \
animals (2 independent units). Rank 3 to 6 of 8 (open).'
    """
    harm = said(
        _IF_BUILT if row["status"] == "planned" else _STANDING,
        chance=percent(row["p_harm"]) if row["p_harm"] < 0.995 else said("above 99 %"),
        missing=number(row["missing_per_year"]),
        unit=row["unit"],
        span=span(row["missing_p05"], row["missing_p95"]),
    )
    rank = standing(
        rank_from=row["rank_from"],
        rank_to=row["rank_to"],
        n_ranked=n_ranked,
        stability=row["stability"],
        source_completeness=row["source_completeness"],
    )
    met = said("Met by {animals}.", animals=animals(row["n_animals"], row["n_units"]))
    return f"{harm} {met} {rank}".rstrip()


def unknown_words(row: Mapping[str, Any]) -> str:
    """Return what is not known of a place; ``row`` is one of THREATS.

    Examples
    --------
    >>> unknown_words({"limits": "few_trials", "kappa_source": "observed"})
    'What limits this: it was tried fewer than five times.'
    >>> unknown_words({"limits": "", "kappa_source": "prior"})
    'What passes here is not measured: it is the prior of such barriers.'
    """
    prior = (
        said("What passes here is not measured: it is the prior of such barriers.")
        if row["kappa_source"] == "prior"
        else ""
    )
    return " ".join(part for part in (prior, limits(row["limits"])) if part)


def page_labels() -> dict[str, str]:
    """Return what ``decision.html.jinja`` says by itself."""
    return {
        "lang": spoken().code.replace("_", "-"),
        "title": said("Migration corridor and threats"),
        "sheet": said("Fact sheet (PDF)"),
        "decide": said("What to decide"),
        "no_meeting": said("These data support no action: no animal met a barrier on a migration."),
        "no_animal": said("These data support no action: no animal was tracked."),
        "do": said("What to do"),
        "sure": said("How sure"),
        "met": said("When animals come by on migrations"),
        "unknown": said("Not known"),
        "card": said("Card for the visit (PDF)"),
        "settle": said("What would settle it"),
        "map": said("Map of the herd's corridor, ranges, barriers and places"),
        "place_map": said("Map around the place, and where it lies in the corridor"),
    }
