"""Stage `behave`: what the animals did at barriers, and how permeable these are."""

from __future__ import annotations

from typing import Any

from corridors.formats.parquet import write_json
from corridors.stages.behave_events import tell_events
from corridors.stages.behave_permeability import tell_permeability
from corridors.stages.context import StageContext


def run(context: StageContext) -> None:
    """Write events, segments they touch, an index per barrier, permeability, ``behave.json``."""
    notes: dict[str, Any] = {"herd": context.herd}
    tell_events(context, notes)
    tell_permeability(context, notes)
    write_json(notes, context.out / "behave.json")
