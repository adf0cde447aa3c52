"""How migrations follow the green-up, where a series of the configuration says when it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from corridors.foundation import tables
from corridors.foundation.artefacts import Progress
from corridors.foundation.facts import Remark
from corridors.foundation.facts.connect import GreenUpFacts
from corridors.foundation.grid import Grid
from corridors.habitat.driver_table import driver_table, fixes_on_migrations, green_up_facts, peaks
from corridors.stages.connect.layers import series_of
from corridors.stages.connect.selection import migration_windows, usable_fixes
from corridors.stages.connect.stage import Inputs, Settings


@dataclass(frozen=True)
class Drivers:
    """What drives the migrations.

    Parameters
    ----------
    table
        DRIVERS; no rows where no layer says when the land turns green.
    facts
        What they come to.
    notes
        What a reader must know.
    """

    table: pd.DataFrame
    facts: GreenUpFacts | None = None
    notes: Sequence[Remark] = ()


def drivers(inputs: Inputs, settings: Settings, grid: Grid, progress: Progress) -> Drivers:
    """Return how the migrations of the configured season follow the green-up."""
    habitat = settings.habitat
    wanted = habitat.green_up
    layers = [layer for layer in habitat.layers if layer.name == wanted.layer]
    if not layers:
        return Drivers(tables.empty(tables.DRIVERS))
    windows = migration_windows(inputs)
    windows = windows[windows["season"] == wanted.season]
    fixes = fixes_on_migrations(usable_fixes(inputs), windows, grid)
    if not len(fixes):
        note = Remark.of("no_fixes_at_green_up", season=wanted.season)
        return Drivers(tables.empty(tables.DRIVERS), notes=[note])
    progress("find the green-up", 0.39)
    cells = np.unique(fixes["cell"].to_numpy())
    days, values = [], []
    for day, one in series_of(inputs.raw, habitat, layers[0], grid, range(1, 13), {}):
        days.append(np.datetime64(day))
        values.append(one.ravel()[cells])
    peak_d = peaks(
        fixes,
        cells,
        np.array(days),
        np.array(values),
        base_quantile=wanted.base_quantile,
        min_dates=wanted.min_dates,
        min_r2=wanted.min_r2,
    )
    name = layers[0].name
    table = driver_table(settings.herd, name, fixes, peak_d, windows, crs=grid.crs)
    return Drivers(table, green_up_facts(name, table))
