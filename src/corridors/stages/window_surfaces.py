"""The surfaces of all windows, one animal at a time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from corridors.formats.parquet import StoredTable, read_json
from corridors.foundation.grid import Surface
from corridors.stages.context import StageContext

Windows = list[tuple[pd.Series, Surface]]


def by_animal(context: StageContext, estimates: pd.DataFrame) -> Iterator[tuple[str, Windows]]:
    """Yield each animal, sorted, with the ESTIMATES rows and surfaces of its windows.

    Windows without a surface are left out, animals without any too. Memory holds one animal.
    """
    crs = read_json(context.read("clean", "clean.json"))["crs"]
    cell_m = float(read_json(context.read("surface", "surface.json"))["cell_m"])
    good = estimates[estimates["error"] == ""].sort_values(["animal", "migration"], kind="stable")
    stored = StoredTable(context.read("surface", "surfaces.parquet"))
    for animal, rows in good.groupby("animal", sort=True):
        frame = stored.rows("migration", sorted(rows["migration"]))
        about = rows.set_index("migration", drop=False)
        windows: Windows = []
        for migration, cells in frame.groupby("migration", sort=True):
            cells = cells.sort_values(["row", "col"], kind="stable")
            surface = Surface(
                crs,
                cell_m,
                cells["row"].to_numpy(np.int32),
                cells["col"].to_numpy(np.int32),
                cells["mass"].to_numpy(np.float64),
            )
            windows.append((about.loc[[migration]].iloc[0], surface))
        yield str(animal), windows
