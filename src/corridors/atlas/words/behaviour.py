"""What animals did at barriers, and how permeable these are, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from corridors.atlas.words.numbers import animals
from corridors.foundation.arrays import Frame
from corridors.foundation.vocabulary import UnknownBehaviour

# Why a behaviour is unknown.
UNKNOWN_WORDS: Final[Mapping[UnknownBehaviour, str]] = {
    "end": "no fix just before or just after it",
    "sparse": "fixes are farther apart than a bounce may last",
    "still": "it did not move",
    "alone": "too few stretches of track around it to compare with",
    "crossed": "neither as usual nor with few enough crossings",
}
# How an interval of kappa was found.
_INTERVALS: Final[Mapping[str, str]] = {
    "profile": "; profile likelihood",
    "units": "; interval from the differences between independent units",
    "upper_limit": ": an upper limit, no estimate",
    "lower_limit": ": every one crossed; a lower limit, no estimate",
    "none": ": too few to estimate",
}


def behaviour_in_words(events: Frame) -> Frame:
    """Return BEHAVIOUR with the reason of an unknown behaviour in words; "" of a known one."""
    return events.assign(reason=events["reason"].replace(UNKNOWN_WORDS))


def permeability_in_words(table: pd.DataFrame) -> pd.DataFrame:
    """Return PERMEABILITY with a sentence ``reason``.

    What only the sentence needs is no column any more.
    """
    rows: Any = table.to_dict("records")
    told = table.assign(reason=pd.Series([permeability_words(row) for row in rows], dtype=str))
    return told.drop(columns=["n_doubtful", "n_across", "n_left_out", "prior"])


def permeability_words(row: Mapping[str, Any]) -> str:
    """Return what a permeability rests on; ``row`` is one of PERMEABILITY.

    Examples
    --------
    >>> permeability_words({"covariate": "class", "n_crossings": 0, "n_steps": 7,
    ...                     "n_animals": 1, "n_units": 1, "expected": 0.42, "interval": "none",
    ...                     "n_doubtful": 0, "n_across": 0, "n_left_out": 2,
    ...                     "prior": "fence/woven"})
    '0 crossings in 7 steps of 1 animal, 0.4 to be expected without the barrier: too few to \
estimate; 2 steps left out, too few to tell the pace then; permeability is the prior of fence/woven'
    """
    one_only = row["interval"] == "profile" and row["n_units"] == 1
    words = (
        f"{row['n_crossings']} crossings in {row['n_steps']} steps of"
        f" {animals(row['n_animals'], row['n_units'])},"
        f" {row['expected']:.1f} to be expected without the barrier"
    )
    if row["n_doubtful"]:
        words += f", {row['n_doubtful']} of them perhaps by location error"
    words += "; one unit only" if one_only else _INTERVALS[row["interval"]]
    if row["covariate"] == "kind" and row["n_across"]:
        words += f"; {row['n_crossings']} of {row['n_across']} steps across were used"
    if row["n_left_out"]:
        words += f"; {row['n_left_out']} steps left out, too few to tell the pace then"
    if row["prior"]:
        words += f"; permeability is the prior of {row['prior']}"
    return words
