"""Stage `behave`: what the animals did at barriers, and how permeable these are."""

from __future__ import annotations

from typing import Any

from corridors.formats.parquet import write_json, write_table
from corridors.foundation import tables
from corridors.stages.context import StageContext


def run(context: StageContext) -> None:
    """Write events, the segments they touch, an index per barrier, and ``behave.json``."""
    notes: dict[str, Any] = {"herd": context.herd}
    _events(context, notes)
    write_json(notes, context.out / "behave.json")


def _events(context: StageContext, notes: dict[str, Any]) -> None:
    notes["n_events"] = 0
    for name, schema in (
        ("behaviour.parquet", tables.BEHAVIOUR),
        ("behaviour_segments.parquet", tables.BEHAVIOUR_SEGMENTS),
        ("behaviour_index.parquet", tables.BEHAVIOUR_INDEX),
    ):
        write_table(tables.empty(schema), context.out / name, schema)
