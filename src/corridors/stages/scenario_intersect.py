"""Stage `intersect` of a scenario: added lines are crossed, altered segments are marked."""

from __future__ import annotations

import shutil

import geopandas as gpd
import pandas as pd

from corridors.formats.parquet import read_json, read_layer, read_table, write_table
from corridors.foundation import tables
from corridors.foundation.errors import InternalError
from corridors.stages import intersect
from corridors.stages.context import StageContext
from corridors.stages.scenario_stages import BASE, CUT
from corridors.threats.scenarios import altered


def run(context: StageContext) -> None:
    """Write what stage `intersect` writes, as it would be in the scenario.

    What animals did at a barrier does not depend on what a scenario makes of it, so without added
    lines the committed result is taken as it is.
    """
    if read_json(context.read("ingest", "scenario.json"))["n_added"]:
        intersect.run(context)
    else:
        for name in CUT.writes:
            shutil.copyfile(context.read(BASE + CUT.name, name), context.out / name)
    alterations = read_table(context.read("ingest", "alterations.parquet"))
    if not len(alterations):
        return
    for name, key, schema in (
        ("segments.parquet", "segment", tables.SEGMENTS),
        ("areas.parquet", "polygon", tables.AREAS),
    ):
        rows = read_layer(context.out / name)
        write_table(altered(rows, alterations, key=key), context.out / name, schema)
    _check_all_are_there(context, alterations)


def _check_all_are_there(context: StageContext, alterations: pd.DataFrame) -> None:
    def ids(name: str, key: str) -> gpd.GeoSeries:
        return read_layer(context.out / name)[key]

    here = {*ids("segments.parquet", "segment"), *ids("areas.parquet", "polygon")}
    lost = sorted(set(alterations["segment"]) - here)
    if lost:
        raise InternalError([f"segment {name} is cut otherwise in the scenario" for name in lost])
