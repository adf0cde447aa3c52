"""Habitat, its selection and the connection of the ranges in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from corridors.atlas.words.remarks import remark_words
from corridors.foundation.facts import Remark
from corridors.foundation.facts.connect import SelectionFacts

NO_WAY_WORDS: Final[Mapping[str, str]] = {
    "no_winter_range": "there is no winter range",
    "no_summer_range": "there is no summer range",
    "no_ranges": "there is no winter and no summer range",
    "winter_unknown": "the winter range has no cell with known resistance",
    "summer_unknown": "the summer range has no cell with known resistance",
    "range_unknown": "a range has no cell with known resistance",
    "shared_cells": "the ranges share cells of the habitat grid: nothing lies between them",
    "no_path": "no path of cells with known resistance joins the ranges",
}
# How a layer was brought to the grid, in words instead of GDAL's.
READ_AS: Final[Mapping[str, str]] = {
    "mode": "commonest class in each cell",
    "nearest": "class at each cell's centre",
    "average": "mean in each cell",
    "bilinear": "interpolated",
    "distance": "distance to the nearest feature",
}


def transform_words(model: SelectionFacts) -> str:
    """Return how relative use becomes resistance, of a fitted model.

    Examples
    --------
    >>> transform_words(SelectionFacts(is_fitted=True, power=2.0, max_resistance=100.0,
    ...                                best_quantile=0.95))
    'Resistance = (use of the best ground / use)^2, from 1 to 100; best: quantile 0.95 of the use \
of available ground'
    """
    ratio = "use of the best ground / use"
    power = ratio if model.power == 1 else f"({ratio})^{model.power:g}"
    return (
        f"Resistance = {power}, from 1 to {model.max_resistance:g}; best: quantile "
        f"{model.best_quantile:g} of the use of available ground"
    )


def tables_instead(refused: Remark | None) -> list[str]:
    """Return that resistance is that of the tables, where the tracks could not tell it.

    Examples
    --------
    >>> tables_instead(Remark.of("no_usable_fixes")), tables_instead(None)
    (['resistance is that of the tables: the herd has no fixes that are usable'], [])
    """
    if refused is None:
        return []
    return [f"resistance is that of the tables: {remark_words(refused)}"]


def interval_words(n_groups: int) -> str:
    """Return what the intervals of a selection model are, with so many groups left out in turn.

    Examples
    --------
    >>> interval_words(5)
    "jackknife over 5 animals or groups, Student's t with 4 degrees of freedom, 95 %"
    """
    return (
        f"jackknife over {n_groups} animals or groups, Student's t with {n_groups - 1} degrees of "
        "freedom, 95 %"
    )
