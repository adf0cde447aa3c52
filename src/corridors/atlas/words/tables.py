"""Which tables are told in sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import geopandas as gpd
import pandas as pd

from corridors.atlas.words.actions import (
    actions_in_words,
    border_words,
    fence_words,
    footprint_words,
    site_words,
)
from corridors.atlas.words.behaviour import behaviour_in_words, permeability_in_words
from corridors.atlas.words.candidates import candidates_in_words
from corridors.atlas.words.threats import threats_in_words
from corridors.atlas.words.units import units_in_words

_TOLD: Final[Mapping[str, Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]]] = {
    "behaviour": behaviour_in_words,
    "threats": threats_in_words,
    "candidates": candidates_in_words,
    "fence_sections": partial(actions_in_words, words=fence_words),
    "crossing_sites": partial(actions_in_words, words=site_words),
    "footprints": partial(actions_in_words, words=footprint_words),
    "border_agreements": partial(actions_in_words, words=border_words),
}

_TOLD_TABLES: Final[Mapping[str, Callable[[pd.DataFrame], pd.DataFrame]]] = {
    "permeability": permeability_in_words,
    "zone_shares": units_in_words,
}


def tables_in_words(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tables of one herd, with columns of sentences where there are such.

    Parameters
    ----------
    tables
        Artefact name -> rows, after what must not be shown was taken out.
    """
    found = dict(tables)
    found |= {
        name: tell(gpd.GeoDataFrame(tables[name])) for name, tell in _TOLD.items() if name in tables
    }
    found |= {name: tell(tables[name]) for name, tell in _TOLD_TABLES.items() if name in tables}
    return found
