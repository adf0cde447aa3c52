"""Cross the herd's movements with barriers and borders."""

from __future__ import annotations

from typing import Any

from corridors.formats.parquet import write_json
from corridors.stages.context import StageContext
from corridors.stages.intersect_areas import cross_areas
from corridors.stages.intersect_barriers import cross_barriers
from corridors.stages.intersect_borders import cross_borders
from corridors.stages.intersect_herd import read_herd


def run(context: StageContext) -> None:
    """Read movements, corridors, barriers and boundaries; write segments, crossings, shares."""
    notes: dict[str, Any] = {}
    herd = read_herd(context, notes)
    cross_barriers(context, herd, notes)
    cross_areas(context, herd, notes)
    cross_borders(context, herd, notes)
    notes["tracking_years"] = {str(name): float(years) for name, years in herd.years.items()}
    notes["n_steps"] = len(herd.steps)
    notes["max_lag_h"] = context.settings.intersect.max_lag_h
    write_json(notes, context.out / "intersect.json")
