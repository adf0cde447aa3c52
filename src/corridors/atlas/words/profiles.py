"""The steps between the profiles, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

# What is right from each step on.
TITLES: Final[Mapping[str, str]] = {
    "usgs": "Profile usgs: as Migration Mapper v3",
    "share": "Time before the left-out fix weighs it",
    "error": "The left-out fix has an error too",
    "time": "Bridge ends count once, no rest of a step is lost",
    "grid": "The grid holds the whole surface",
    "cells": "Density integrated over cells",
    "herd": "One animal one vote, nothing cut away",
    "corrected": "Profile corrected, as this study is configured",
}
# What each step of the comparison changes, for readers who have not read docs/profiles.md.
EXPLANATIONS: Final[Mapping[str, str]] = {
    "usgs": "Motion variance of BBMM 3.0, density at cell centres every few minutes, a grid of the"
    " track's own extent, the least cells cut at every stage, classes closed at 99 % of the"
    " animals.",
    "share": "A left-out fix is expected at the share of time before it; BBMM 3.0 takes the share"
    " after it. The two are the same where fixes are regular.",
    "error": "The left-out fix is itself imprecise; leaving that out makes short steps look like"
    " movement.",
    "time": "A sample at both ends of every bridge counts each fix twice, and a lag that is no"
    " multiple of the time step loses its rest.",
    "grid": "A grid that ends at a share of the track's own extent loses what lies outside, and the"
    " rest is scaled up.",
    "cells": "A fix near the centre of a large cell counts many times, one between centres hardly"
    " at all; integrated over the cell, every fix counts the same.",
    "herd": "Footprints hold their crossing cell, surfaces keep all of their mass, seasons and"
    " animals weigh the same, and a cell that every animal uses stays in the corridor.",
    "corrected": "The method that this study is configured to use, where it is not one motion"
    " variance per migration.",
}


def step_titles(steps: Sequence[str]) -> list[str]:
    """Return the title of each step; the last is profile corrected, also where it is another one.

    Examples
    --------
    >>> step_titles(["usgs", "herd"])[-1]
    'One animal one vote, nothing cut away: profile corrected'
    """
    *before, last = (TITLES[step] for step in steps)
    return [*before, last if steps[-1] == "corrected" else f"{last}: profile corrected"]
