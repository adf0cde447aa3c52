"""Stage `circuit` of a scenario: the lines that it plans stand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from corridors.formats.parquet import read_layer, write_table
from corridors.foundation import tables
from corridors.stages import circuit
from corridors.stages.context import StageContext
from corridors.stages.scenario_stages import BASE


def run(context: StageContext) -> None:
    """Write what stage `circuit` writes for the barriers of the scenario.

    Today's current flows over what is only planned; that of a scenario meets what it adds.
    """
    before = set(read_layer(context.read(BASE + "ingest", "barriers.parquet"))["barrier"])
    with TemporaryDirectory(dir=context.out) as name:
        upstream = dict(context.upstream)
        for stage, artefact, schema in (
            ("ingest", "barriers.parquet", tables.BARRIERS),
            ("intersect", "segments.parquet", tables.SEGMENTS),
        ):
            folder = Path(name) / stage
            folder.mkdir()
            _write_standing(context, stage, artefact, schema, before, folder)
            upstream[stage] = {context.herd: folder}
        circuit.run(replace(context, upstream=upstream))


def _write_standing(
    context: StageContext, stage: str, artefact: str, schema: Any, before: set[str], folder: Path
) -> None:
    rows = read_layer(context.read(stage, artefact))
    is_new = ~rows["barrier"].isin(before) & (rows["status"] == "planned")
    status = rows["status"].mask(is_new, "existing").astype(str)
    write_table(rows.assign(status=status), folder / artefact, schema)
