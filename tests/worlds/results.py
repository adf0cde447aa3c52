"""The folders that the stages before `publish` leave of a herd small enough to check by eye.

Every table obeys its contract; names are hostile on purpose.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from corridors.config.model import Config
from corridors.formats.parquet import write_json, write_table
from corridors.formats.raster import write_cog, write_surface
from corridors.foundation import tables
from corridors.foundation.grid import Grid
from corridors.movement.names import picture_name
from corridors.stages.context import StageContext, settings_of
from corridors.stages.table import get, sections_of
from worlds import barriers, borders, herds, tracks
from worlds.ground import CRS, HOSTILE, degrees, path
from worlds.rows import EXAMPLES, example_rows


def config(herd: str = "made-up", tier: str = "internal", *, simulated: bool = True) -> Config:
    """Return a study with one herd."""
    return Config.model_validate(
        {
            "study": {"name": "made-up", "title": "A study <i>made up</i>"},
            "herds": {
                herd: {
                    "species": "Ovis ammon polii",
                    "tracks": [{"path": "t.csv", "format": "movebank", "time_zone": "UTC"}],
                    "simulated": simulated,
                }
            },
            "publish": {"tier": tier, "author": "Nobody & Co"},
        }
    )


def context(folder: Path, out: Path, *, herd: str = "made-up", **options: Any) -> StageContext:
    """Return the context of `publish` for the results in ``folder``."""
    stage = get("publish")
    out.mkdir(parents=True)
    return StageContext(
        herd=herd,
        settings=settings_of(sections_of(stage, config(herd, **options), herd)),
        raw={},
        upstream={name: {herd: folder / name} for name in stage.reads},
        out=out,
    )


def write(folder: Path, herd: str = "made-up", *, tracked: bool = True) -> None:
    """Write the results of every stage before `publish`; without tracks, only expert ranges."""
    for stage in get("publish").reads:
        (folder / stage).mkdir(parents=True, exist_ok=True)
    results = frames(herd)
    keep = {"ranges", "modelled"} if not tracked else set(results)
    for name, (stage, schema, frame) in results.items():
        if name == "modelled" and tracked:
            frame = frame.iloc[:0]
        if name == "ranges":
            frame = frame[(frame["evidence"] == "expert") != tracked]
        rows = frame if name in keep and len(frame) else tables.empty(schema)
        write_table(rows, folder / stage / f"{name}.parquet", schema)
    clean = {
        "crs": CRS,
        "cell_m": 250.0,
        "cell_reason": "as configured",
        "n_fixes": 900 * tracked,
        "n_usable": 880 * tracked,
        "n_animals": 3 * tracked,
        "flags": {HOSTILE: {"spike": 12}, "ewe 3": {"mortality": 8}} if tracked else {},
    }
    facts: Mapping[str, dict[str, Any]] = {"clean": clean}
    for stage in (
        "ingest", "segment", "delineate", "connect", "intersect", "behave", "circuit", "rank",
        "act",
    ):  # fmt: skip
        notes = {"notes": [f"{HOSTILE} was seen", "the grid is coarse"]} if tracked else {}
        write_json(notes, folder / stage / f"{stage}.json")
    write_json(facts["clean"], folder / "clean" / "clean.json")
    write_json(herds.herd_facts(tracked=tracked), folder / "describe" / "facts.json")
    model = {"is_fitted": False, "reason": "as configured"}
    write_json(model, folder / "connect" / "selection.json")
    for stage, name in (("connect", "resistance"), ("circuit", "current")):
        ground = np.linspace(1.0, 9.0, 600).reshape(20, 30).astype(np.float32)
        write_cog(folder / stage / f"{name}.tif", ground, Grid(CRS, 2500.0, -10, -15, 20, 30))
    population = folder / "delineate" / "population.tif"
    if tracked:
        write_surface(population, herds.surface())
    else:
        write_cog(population, np.full((1, 1), np.nan, np.float32), Grid(CRS, 250.0, 0, 0, 1, 1))
    pictures = folder / "segment" / "pictures"
    pictures.mkdir(exist_ok=True)
    if tracked:
        tracks.picture(pictures / picture_name("ewe 3", 2020))


def frames(herd: str) -> dict[str, tuple[str, Any, pd.DataFrame]]:
    """Return name of a table -> stage that writes it, contract and rows, of a tracked herd."""
    way = path()
    segments = barriers.segments()
    return {
        "fixes": ("clean", tables.CLEAN_FIXES, tracks.fixes(herd)),
        "migrations": ("segment", tables.MIGRATIONS, tracks.migrations(herd)),
        "animal_years": ("segment", tables.ANIMAL_YEARS, tracks.animal_years(herd)),
        "estimates": ("surface", tables.ESTIMATES, tracks.estimates()),
        "corridors": ("delineate", tables.CORRIDORS, herds.corridors(herd, way, "tracked")),
        "stopovers": ("delineate", tables.STOPOVERS, herds.stopovers(herd, way)),
        "ranges": ("delineate", tables.RANGES, herds.ranges(herd)),
        "migration_facts": ("describe", tables.MIGRATION_FACTS, tracks.migration_facts(herd)),
        "sufficiency": ("describe", tables.SUFFICIENCY, herds.sufficiency(herd)),
        "skill": ("describe", tables.SKILL, herds.skill(herd)),
        "fidelity": ("describe", tables.FIDELITY, herds.fidelity(herd)),
        "modelled": ("connect", tables.CORRIDORS, herds.corridors(herd, way, "modelled")),
        "exposure": ("rank", tables.EXPOSURE, barriers.exposure(herd)),
        "network": ("rank", tables.NETWORK_BARRIERS, herds.network(herd)),
        "segments": ("intersect", tables.SEGMENTS, segments),
        "crossings": ("intersect", tables.CROSSINGS, barriers.crossings(herd, segments)),
        "observed": ("intersect", tables.OBSERVED, barriers.observed(segments)),
        "border_report": ("intersect", tables.BORDER_REPORT, borders.border_report(herd)),
        "border_crossings": ("intersect", tables.BORDER_CROSSINGS, borders.border_crossings()),
        "national_shares": ("intersect", tables.NATIONAL_SHARES, borders.national_shares(herd)),
        "threats": ("rank", tables.THREATS, barriers.threats(herd, segments)),
        **{
            name: (stage, schema, example_rows(schema, herd, degrees(way), HOSTILE))
            for name, (stage, schema) in EXAMPLES.items()
        },
    }
