"""Crossings by a time of one's own choosing, in place of the seasons."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import pandas as pd

from corridors.barriers.crossings import Steps
from corridors.formats.parquet import read_layer, read_table, write_table
from corridors.foundation import tables
from corridors.foundation.arrays import Labels
from corridors.stages.context import StageContext
from corridors.stages.intersect_barriers import cross_barriers
from corridors.stages.intersect_herd import Herd


def labelled_crossings(
    context: StageContext,
    herd: Herd,
    barriers: gpd.GeoDataFrame,
    label: Labels,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return SEGMENTS and ENCOUNTERS of ``barriers`` as stage `intersect` finds them.

    Parameters
    ----------
    context
        With the settings of `intersect`.
    herd
        As read by `intersect`.
    barriers
        BARRIERS, all that continue each other: visits are to joined lines.
    label
        Takes the place of the season of each step, shape (n_steps,). A visit has the label of its
        first step.
    """
    with TemporaryDirectory(dir=context.out) as name:
        folder = Path(name)
        (folder / "out").mkdir()
        write_table(barriers, folder / "barriers.parquet", tables.BARRIERS)
        own = replace(
            context,
            upstream={**context.upstream, "ingest": {context.herd: folder}},
            out=folder / "out",
        )
        steps = Steps(herd.steps.frame.assign(season=pd.Series(label, dtype=object).to_numpy()))
        cross_barriers(own, replace(herd, steps=steps), {})
        segments = read_layer(folder / "out" / "segments.parquet")
        encounters = read_table(folder / "out" / "encounters.parquet")
    return segments, encounters
