"""Draw corridors, stopovers and seasonal ranges of the herd."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from corridors.formats.parquet import read_json, read_layer, read_table, write_json, write_table
from corridors.formats.raster import write_cog, write_surface
from corridors.foundation import tables
from corridors.foundation.arrays import Indices
from corridors.foundation.crs import GEOGRAPHIC, geodesic_area_km2, to_geographic
from corridors.foundation.grid import Grid
from corridors.movement.herd_populations import (
    ALL,
    Key,
    WindowSurface,
    peer_populations,
    populations,
)
from corridors.movement.outlines import Patch, merge, outline
from corridors.movement.population import ClassRule, Population, class_rules, mass_in
from corridors.stages.context import StageContext
from corridors.stages.surface.methods import peer_of
from corridors.stages.window_surfaces import by_animal

LABEL = (
    "profile usgs: computed as Migration Mapper v3 does, with its known defects; for comparison"
    " only, not for decisions"
)


@dataclass
class _Drawing:
    """What the drawing of one herd needs to know and what it leaves."""

    herd: str
    crs: str
    cell_m: float
    settings: Any
    corridors: list[dict[str, Any]] = field(default_factory=list)
    stopovers: list[dict[str, Any]] = field(default_factory=list)
    ranges: list[dict[str, Any]] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    def outline(self, levels: list[Indices]) -> list[list[Patch]]:
        return outline(
            levels,
            cell_m=self.cell_m,
            min_area_m2=self.settings.min_area_m2,
            max_area_change_frac=self.settings.max_area_change_frac,
        )


def run(context: StageContext) -> None:
    """Read surfaces and expert ranges; write corridors, stopovers, ranges and their facts."""
    settings = context.settings.delineate
    lattice = read_json(context.read("surface", "surface.json"))
    crs = read_json(context.read("clean", "clean.json"))["crs"]
    drawing = _Drawing(context.herd, crs, float(lattice["cell_m"]), settings)
    estimates = read_table(context.read("surface", "estimates.parquet"))
    is_peer = context.settings.profile.name == "usgs"
    herds = _populations(context, estimates, is_peer=is_peer)

    for done, ((part, season), population) in enumerate(herds.items()):
        context.progress(f"draw {season}", done / max(1, len(herds)))
        if part == "migration":
            _draw_corridors(drawing, season, population)
            _draw_stopovers(drawing, season, population)
        else:
            _draw_ranges(drawing, season, population)

    expert = read_layer(context.read("ingest", "ranges_expert.parquet"))
    ranges = _layer(drawing.ranges, tables.RANGES)
    if len(expert):
        ranges = pd.concat([ranges, expert], ignore_index=True) if len(ranges) else expert
    drawn = read_layer(context.read("ingest", "corridors_expert.parquet"))
    corridors = _layer(drawing.corridors, tables.CORRIDORS)
    if len(drawn):
        corridors = pd.concat([corridors, drawn], ignore_index=True) if len(corridors) else drawn
    write_table(corridors, context.out / "corridors.parquet", tables.CORRIDORS)
    write_table(_layer(drawing.stopovers, tables.STOPOVERS), context.out / "stopovers.parquet",
                tables.STOPOVERS)  # fmt: skip
    write_table(ranges, context.out / "ranges.parquet", tables.RANGES)
    write_table(_cells(herds), context.out / "population.parquet", tables.POPULATION)
    _write_raster(context, drawing, herds.get(("migration", ALL)))
    failed = estimates[estimates["error"] != ""]
    write_json(
        {
            "crs": crs,
            "cell_m": drawing.cell_m,
            "profile": context.settings.profile.name,
            "n_animals": {season: pop.n_tracked for (_, season), pop in herds.items()},
            "seasons": drawing.facts,
            "n_expert_ranges": len(expert),
            "n_expert_corridors": len(drawn),
            "n_windows_without_surface": len(failed),
            "notes": [LABEL] * is_peer + _notes(herds, len(expert), len(drawn), len(failed)),
        },
        context.out / "delineate.json",
    )


def _populations(
    context: StageContext, estimates: pd.DataFrame, *, is_peer: bool
) -> dict[Key, Population]:
    """Return the herd of each part and season, reading one animal's surfaces at a time."""
    settings, profile = context.settings.delineate, context.settings.profile
    animals = _animals(context, estimates)
    if not is_peer:
        return populations(
            (windows for _, windows in animals), footprint_isopleth=settings.footprint_isopleth
        )
    migrations = read_table(
        context.read("segment", "migrations.parquet"), columns=["migration", "bio_year"]
    )
    return peer_populations(
        animals,
        dict(zip(migrations["migration"], migrations["bio_year"], strict=True)),
        peer_of(profile),
        footprint_isopleth=settings.footprint_isopleth,
    )


def _animals(
    context: StageContext, estimates: pd.DataFrame
) -> Iterator[tuple[str, list[WindowSurface]]]:
    """Yield each animal with the surfaces of its windows, and say how far it is."""
    n_animals = estimates.loc[estimates["error"] == "", "animal"].nunique()
    for done, (name, windows) in enumerate(by_animal(context, estimates)):
        context.progress("add up animals", done / n_animals)
        yield (
            name,
            [
                WindowSurface(about["migration"], about["part"], about["season"], surface)
                for about, surface in windows
            ],
        )


def _draw_corridors(drawing: _Drawing, season: str, population: Population) -> None:
    rules = class_rules(
        population.n_tracked,
        medium_share=drawing.settings.medium_share,
        high_share=drawing.settings.high_share,
    )
    present = [rule for rule in rules if rule.n_needed]
    levels = drawing.outline([population.cells(rule.n_needed) for rule in present])
    missing = {rule.corridor_class: rule.reason for rule in rules if not rule.n_needed}
    classes = {}
    for rule, patches in zip(present, levels, strict=True):
        if not patches:
            missing[rule.corridor_class] = (
                f"no patch of at least {drawing.settings.min_area_m2:g} m2 "
                f"is used by {rule.n_needed} animals"
            )
            continue
        row = _corridor(drawing, season, rule, population.n_tracked, patches)
        drawing.corridors.append(row)
        classes[rule.corridor_class] = {
            "n_animals": rule.n_needed,
            "area_km2": row["area_km2"],
            "area_change_frac": _area_change(patches),
        }
    drawing.facts[season] = {
        "part": "migration",
        "n_animals": population.n_tracked,
        "mass": population.surface.total,
        "classes": classes,
        "missing_classes": missing,
    }


def _corridor(
    drawing: _Drawing, season: str, rule: ClassRule, n_tracked: int, patches: list[Patch]
) -> dict[str, Any]:
    geometry = to_geographic(merge(patches), drawing.crs)
    return {
        "herd": drawing.herd,
        "season": season,
        "corridor_class": rule.corridor_class,
        "n_animals": rule.n_needed,
        "n_tracked": n_tracked,
        "share": rule.n_needed / n_tracked,
        "area_km2": geodesic_area_km2(geometry),
        "evidence": "tracked",
        "source": "",
        "geometry": geometry,
    }


def _draw_stopovers(drawing: _Drawing, season: str, population: Population) -> None:
    settings = drawing.settings
    cells = population.top_cells(
        settings.stopover_area_frac, trim_isopleth=settings.footprint_isopleth
    )
    (patches,) = drawing.outline([cells])
    rows: list[dict[str, Any]] = []
    masses = mass_in(population.surface, [patch.cells for patch in patches])
    for patch, mass in zip(patches, masses, strict=True):
        geometry = to_geographic(patch.polygon, drawing.crs)
        rows.append(
            {
                "stopover": _stopover_id(drawing.herd, season, patch),
                "herd": drawing.herd,
                "season": season,
                "area_km2": geodesic_area_km2(geometry),
                "mass": min(1.0, mass),
                "geometry": geometry,
            }
        )
    drawing.stopovers += rows
    drawing.facts[season]["n_stopovers"] = len(rows)
    drawing.facts[season]["stopover_area_km2"] = sum(row["area_km2"] for row in rows)


def _stopover_id(herd: str, season: str, patch: Patch) -> str:
    digest = hashlib.sha256(patch.cells.astype("<i8").tobytes()).hexdigest()
    return f"{herd}-{season}-{digest[:10]}"


def _draw_ranges(drawing: _Drawing, season: str, population: Population) -> None:
    # The widest first: outlines are nested in that order.
    isopleths = sorted(set(drawing.settings.range_isopleths), reverse=True)
    levels = drawing.outline([population.isopleth_cells(p) for p in isopleths])
    areas = {}
    for isopleth, patches in zip(isopleths, levels, strict=True):
        if not patches:
            continue
        geometry = to_geographic(merge(patches), drawing.crs)
        area = geodesic_area_km2(geometry)
        areas[f"{isopleth:g}"] = area
        drawing.ranges.append(
            {
                "herd": drawing.herd,
                "season": season,
                "isopleth": isopleth,
                "n_animals": population.n_tracked,
                "area_km2": area,
                "evidence": "tracked",
                "source": "",
                "geometry": geometry,
            }
        )
    drawing.facts[season] = {
        "part": "range",
        "n_animals": population.n_tracked,
        "mass": population.surface.total,
        "isopleth_area_km2": areas,
    }


def _area_change(patches: list[Patch]) -> float:
    before = sum(patch.area_m2 for patch in patches)
    return sum(patch.polygon.area for patch in patches) / before - 1.0


def _layer(rows: list[dict[str, Any]], schema: Any) -> gpd.GeoDataFrame:
    if not rows:
        return tables.empty(schema)
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=GEOGRAPHIC)


def _cells(populations: dict[tuple[str, str], Population]) -> pd.DataFrame:
    frames = [
        pd.DataFrame(
            {
                "season": season,
                "row": population.surface.row,
                "col": population.surface.col,
                "mass": np.minimum(population.surface.mass, 1.0),
                "n_animals": population.n_animals,
            }
        )
        for (_, season), population in populations.items()
    ]
    return pd.concat(frames, ignore_index=True) if frames else tables.empty(tables.POPULATION)


def _write_raster(context: StageContext, drawing: _Drawing, everything: Population | None) -> None:
    path = context.out / "population.tif"
    tags = {"TITLE": "Mean occurrence of all migrations", "UNIT": "probability mass per cell"}
    if context.settings.profile.name == "usgs":
        tags["PROFILE"] = LABEL
    if everything is None:
        # One empty cell: the file is there, and says that nothing is known.
        nothing = np.full((1, 1), np.nan, dtype=np.float32)
        write_cog(path, nothing, Grid(drawing.crs, drawing.cell_m, 0, 0, 1, 1), tags)
    else:
        write_surface(path, everything.surface, tags)


def _notes(
    populations: dict[tuple[str, str], Population], n_expert: int, n_drawn: int, n_failed: int
) -> list[str]:
    notes = []
    if ("migration", ALL) not in populations:
        notes.append("no migration has a surface: no tracked corridor and no stopover")
    if not any(part == "range" for part, _ in populations):
        notes.append("no seasonal range has a surface: ranges are the experts' only")
    if n_failed:
        notes.append(f"{n_failed} windows have no surface; estimates.parquet says why")
    if n_expert:
        notes.append(f"{n_expert} expert ranges are passed on with evidence 'expert'")
    if n_drawn:
        notes.append(
            "corridors drawn by an expert stand beside the tracked ones: evidence 'expert'"
        )
    return notes
