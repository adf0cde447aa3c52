"""What the stages before `publish` leave of a herd small enough to check by eye, in memory.

Every table obeys its contract; names are hostile on purpose.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from corridors.config.model import Config
from corridors.foundation import tables
from corridors.foundation.artefacts import FixTable, Layer, Linked, Raster, RawFiles, Table, silent
from corridors.foundation.grid import Grid
from corridors.stages import registry
from corridors.stages.atlas import stage as atlas
from corridors.stages.publish import stage as publish
from worlds import barriers, borders, herds, recorded, tracks
from worlds.ground import CRS, HOSTILE, degrees, path
from worlds.rows import EXAMPLES, example_rows
from worlds.stages import leave


def config(
    herd: str = "made-up", tier: str = "internal", *, pictures: str = "all", **publish: Any
) -> Config:
    """Return a study with one simulated herd."""
    return Config.model_validate(
        {
            "study": {"name": "made-up", "title": "A study <i>made up</i>"},
            "herds": {
                herd: {
                    "species": "Ovis ammon polii",
                    "tracks": [{"path": "t.csv", "format": "movebank", "time_zone": "UTC"}],
                    "simulated": True,
                }
            },
            "publish": {"tier": tier, "author": "Nobody & Co", "pictures": pictures, **publish},
        }
    )


def inputs(
    herd: str = "made-up", *, tracked: bool = True, raw: RawFiles | None = None
) -> publish.Inputs:
    """Return what `publish` reads of a tracked herd, or of one with expert ranges alone."""
    herds_own = recorded.of_herd(tracked=tracked)
    facts = {one.name: getattr(herds_own, one.name) for one in fields(herds_own)}
    ground = np.linspace(1.0, 9.0, 600).reshape(20, 30).astype(np.float32)
    modelled = Raster.of(ground, Grid(CRS, 2500.0, -10, -15, 20, 30))
    nothing = Raster.of(np.full((1, 1), np.nan, np.float32), Grid(CRS, 250.0, 0, 0, 1, 1))
    return publish.Inputs(
        **{name: _artefact(name, frame) for name, frame in _rows(herd, tracked=tracked).items()},
        **facts | {"selection_facts": facts.pop("selection")},
        population_raster=Raster.of_surface(herds.surface()) if tracked else nothing,
        current=modelled,
        resistance=modelled,
        raw=raw or RawFiles(),
    )


def _rows(herd: str, *, tracked: bool) -> dict[str, pd.DataFrame]:
    """Return tables of the caller's own."""
    return {name: frame.copy() for name, frame in _known_rows(herd, tracked).items()}


@lru_cache
def _known_rows(herd: str, tracked: bool) -> dict[str, pd.DataFrame]:
    made, found = frames(herd), {}
    keep = {"ranges", "modelled"} if not tracked else set(made)
    for name, (_, schema, frame) in made.items():
        if name == "modelled" and tracked:
            frame = frame.iloc[:0]
        if name == "ranges":
            frame = frame[(frame["evidence"] == "expert") != tracked]
        known = frame if name in keep and len(frame) else tables.empty(schema)
        found[name] = tables.check(known, schema)
    return found


def _artefact(name: str, frame: pd.DataFrame) -> Any:
    if name == "fixes":
        return FixTable.of(frame)
    return Layer.of(frame) if isinstance(frame, gpd.GeoDataFrame) else Table.of(frame)


def one_herd(given: publish.Inputs) -> atlas.OneHerd:
    """Return what `atlas` reads of a herd whose report is published, with encounters if tracked."""
    met = barriers.encounters(barriers.segments())
    if given.segments.read().empty:
        met = {name: frame.iloc[:0] for name, frame in met.items()}
    return atlas.OneHerd(
        animal_years=given.animal_years,
        migrations=given.migrations,
        corridors=given.corridors,
        stopovers=given.stopovers,
        ranges=given.ranges,
        modelled=given.modelled,
        units=Table.of(units_of(given)),
        border_report=given.border_report,
        **{name: _artefact(name, frame) for name, frame in met.items()},
        threats=given.threats,
        threat_segments=given.threat_segments,
        candidates=given.candidates,
        crossing_sites=given.crossing_sites,
        fence_sections=given.fence_sections,
        footprints=given.footprints,
        border_agreements=given.border_agreements,
        bottlenecks=given.bottlenecks,
        report=Linked("report.html"),
    )


def units_of(given: publish.Inputs) -> pd.DataFrame:
    """Return UNITS of a herd's animals, each its own."""
    animals = sorted(given.animal_years.read(["animal"])["animal"].unique())
    rows = pd.DataFrame(
        {"animal": pd.Series(animals, dtype="str"), "unit": range(1, len(animals) + 1)}
    )
    return tables.typed(rows, tables.UNITS)


def publishing(herd: str = "made-up", **options: Any) -> publish.Settings:
    """Return the settings of `publish`; ``options`` are those of :func:`config`."""
    granted: publish.Settings = registry.get("publish").settings(config(herd, **options), herd)
    return granted


def published(
    folder: Path,
    given: publish.Inputs,
    settings: publish.Settings | None = None,
    herd: str = "made-up",
    *,
    only: Collection[str] = (),
) -> Path:
    """Publish, or ``only`` some results, into a new folder and return it."""
    made = publish.run(given, settings or publishing(herd), silent)
    return leave("publish", made, folder, herd, only=only)


def frames(herd: str) -> dict[str, tuple[str, Any, pd.DataFrame]]:
    """Return name of a table -> stage that writes it, contract and rows, of a tracked herd."""
    way = path()
    segments = barriers.segments()
    return {
        "fixes": ("clean", tables.CLEAN_FIXES, tracks.fixes(herd)),
        "migrations": ("segment", tables.MIGRATIONS, tracks.migrations(herd)),
        "animal_years": ("segment", tables.ANIMAL_YEARS, tracks.animal_years(herd)),
        "displacement_fits": ("segment", tables.DISPLACEMENT_FITS, tracks.displacement_fits(herd)),
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
        "threat_segments": (
            "rank",
            tables.THREAT_SEGMENTS,
            barriers.threat_segments(herd, segments),
        ),
        **{
            name: (stage, schema, example_rows(schema, herd, degrees(way), HOSTILE))
            for name, (stage, schema) in EXAMPLES.items()
        },
    }
