"""What is compared before and after a day, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from corridors.foundation.vocabulary import BeforeAfterMeasure

# Measure -> what it is, and its unit.
MEASURES: Final[Mapping[BeforeAfterMeasure, tuple[str, str]]] = {
    "passages": ("passages", "per animal and year"),
    "not_passed": ("approaches that did not pass", "per animal and year"),
    "pass_share": ("share of the encounters that pass", "share"),
    "cut_off": ("animals cut off", "share of those that came"),
    "migration_length": ("length of a migration", "km"),
    "migration_detour": ("detour of a migration", "length / straight distance"),
}
# Why something is unknown; the names in braces are columns of BEFORE_AFTER.
REASONS: Final[Mapping[str, str]] = {
    "few_before": "{n_before} animals before, {min_animals} needed",
    "few_after": "{n_after} animals after, {min_animals} needed",
    "few_paired": "{n_paired} animals in both periods, {min_animals} needed to pair",
}


def before_after_in_words(measures: pd.DataFrame, *, min_animals: int) -> pd.DataFrame:
    """Return BEFORE_AFTER with measures, units and reasons in words.

    Parameters
    ----------
    measures
        BEFORE_AFTER.
    min_animals
        Fewer animals say nothing.
    """
    names, units = zip(*(MEASURES[one] for one in measures["measure"]), strict=True)
    rows: Any = measures.to_dict("records")
    told = measures.assign(
        measure=names, reason=[reason_words(row, min_animals=min_animals) for row in rows]
    )
    told.insert(1, "unit", units)
    return told.astype({"measure": str, "unit": str, "reason": str})


def reason_words(row: Mapping[str, Any], *, min_animals: int) -> str:
    """Return why a measure is unknown, or ""; ``row`` is one of BEFORE_AFTER.

    Examples
    --------
    >>> reason_words({"reason": "few_before;few_paired", "n_before": 2, "n_paired": 1},
    ...              min_animals=3)
    '2 animals before, 3 needed; 1 animals in both periods, 3 needed to pair'
    """
    codes = filter(None, row["reason"].split(";"))
    return "; ".join(REASONS[code].format(**row, min_animals=min_animals) for code in codes)
