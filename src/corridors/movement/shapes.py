"""Corridors, stopovers and seasonal ranges of a herd as polygons."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from shapely import Geometry

from corridors.foundation.arrays import Indices
from corridors.foundation.crs import geodesic_area_km2, to_geographic
from corridors.foundation.facts import Remark
from corridors.foundation.facts.delineate import ClassFacts, MigrationSeason, RangeSeason
from corridors.movement.herd_populations import ALL, Key
from corridors.movement.outlines import Patch, merge, outline
from corridors.movement.population import Population, class_rules, mass_in

Row: TypeAlias = dict[str, str | int | float | Geometry]


@dataclass(frozen=True)
class Drawing:
    """How corridors, stopovers and ranges are drawn from a herd.

    Parameters
    ----------
    footprint_isopleth
        Isopleth of an animal's footprint, 0...1.
    medium_share, high_share
        See :func:`~corridors.movement.population.class_rules`.
    stopover_area_frac
        Share of the used area that counts as stopover, 0...1.
    range_isopleths
        Isopleths of seasonal ranges, 0...1.
    min_area_m2, max_area_change_frac
        See :func:`~corridors.movement.outlines.outline`.
    """

    footprint_isopleth: float
    medium_share: float
    high_share: float
    stopover_area_frac: float
    range_isopleths: tuple[float, ...]
    min_area_m2: float
    max_area_change_frac: float

    def outline(self, levels: list[Indices], *, cell_m: float) -> list[list[Patch]]:
        """Return the polygons of nested sets of cells."""
        return outline(
            levels,
            cell_m=cell_m,
            min_area_m2=self.min_area_m2,
            max_area_change_frac=self.max_area_change_frac,
        )


@dataclass(frozen=True)
class MigrationShapes:
    """What is drawn from migrations: rows of CORRIDORS and STOPOVERS, and their facts."""

    corridors: list[Row]
    stopovers: list[Row]
    facts: MigrationSeason


@dataclass(frozen=True)
class RangeShapes:
    """What is drawn from the ranges of a season: rows of RANGES, and their facts."""

    ranges: list[Row]
    facts: RangeSeason


def migration_shapes(
    population: Population, drawing: Drawing, *, herd: str, season: str
) -> MigrationShapes:
    """Return the corridor classes and stopovers of the migrations of a season, or of all.

    Parameters
    ----------
    population
        The herd in this season.
    drawing
        How they are drawn.
    herd, season
        What they are called.
    """
    corridors, classes, missing = _corridors(population, drawing, herd, season)
    stopovers = _stopovers(population, drawing, herd, season)
    facts = MigrationSeason(
        part="migration",
        n_animals=population.n_tracked,
        mass=population.surface.total,
        classes=classes,
        missing_classes=missing,
        n_stopovers=len(stopovers),
        stopover_area_km2=sum(area for _, area in stopovers),
    )
    return MigrationShapes(corridors, [row for row, _ in stopovers], facts)


def range_shapes(
    population: Population, drawing: Drawing, *, herd: str, season: str
) -> RangeShapes:
    """Return the isopleths of the range of a season; see :func:`migration_shapes`."""
    surface = population.surface
    # The widest first: outlines are nested in that order.
    isopleths = sorted(set(drawing.range_isopleths), reverse=True)
    levels = drawing.outline(
        [population.isopleth_cells(isopleth) for isopleth in isopleths], cell_m=surface.cell_m
    )
    rows: list[Row] = []
    areas = {}
    for isopleth, patches in zip(isopleths, levels, strict=True):
        if not patches:
            continue
        geometry = to_geographic(merge(patches), surface.crs)
        area_km2 = geodesic_area_km2(geometry)
        areas[f"{isopleth:g}"] = area_km2
        rows.append(
            {
                "herd": herd,
                "season": season,
                "isopleth": isopleth,
                "n_animals": population.n_tracked,
                "area_km2": area_km2,
                "evidence": "tracked",
                "source": "",
                "geometry": geometry,
            }
        )
    facts = RangeSeason(
        part="range",
        n_animals=population.n_tracked,
        mass=surface.total,
        isopleth_area_km2=areas,
    )
    return RangeShapes(rows, facts)


def drawing_notes(
    keys: Iterable[Key], *, n_expert_ranges: int, n_expert_corridors: int, n_failed: int
) -> list[Remark]:
    """Return what a reader of a herd's shapes must know.

    Parameters
    ----------
    keys
        Parts and seasons of which the herd is known.
    n_expert_ranges, n_expert_corridors
        Polygons that experts drew.
    n_failed
        Windows without a surface.
    """
    keys = set(keys)
    notes = []
    if ("migration", ALL) not in keys:
        notes.append(Remark.of("no_tracked_corridor"))
    if not any(part == "range" for part, _ in keys):
        notes.append(Remark.of("no_tracked_range"))
    if n_failed:
        notes.append(Remark.of("windows_without_surface", n=n_failed))
    if n_expert_ranges:
        notes.append(Remark.of("expert_ranges", n=n_expert_ranges))
    if n_expert_corridors:
        notes.append(Remark.of("expert_corridors"))
    return notes


def _corridors(
    population: Population, drawing: Drawing, herd: str, season: str
) -> tuple[list[Row], dict[str, ClassFacts], dict[str, Remark]]:
    """Return rows of CORRIDORS, class -> what it is, and class -> why there is none."""
    rules = class_rules(
        population.n_tracked, medium_share=drawing.medium_share, high_share=drawing.high_share
    )
    present = [rule for rule in rules if rule.n_needed]
    levels = drawing.outline(
        [population.cells(rule.n_needed) for rule in present], cell_m=population.surface.cell_m
    )
    missing = {rule.corridor_class: rule.reason for rule in rules if rule.reason}
    rows: list[Row] = []
    classes = {}
    for rule, patches in zip(present, levels, strict=True):
        if not patches:
            missing[rule.corridor_class] = Remark.of(
                "class_without_patch", min_area_m2=drawing.min_area_m2, n_animals=rule.n_needed
            )
            continue
        geometry = to_geographic(merge(patches), population.surface.crs)
        area_km2 = geodesic_area_km2(geometry)
        rows.append(
            {
                "herd": herd,
                "season": season,
                "corridor_class": rule.corridor_class,
                "n_animals": rule.n_needed,
                "n_tracked": population.n_tracked,
                "share": rule.n_needed / population.n_tracked,
                "area_km2": area_km2,
                "evidence": "tracked",
                "source": "",
                "geometry": geometry,
            }
        )
        classes[rule.corridor_class] = ClassFacts(
            n_animals=rule.n_needed, area_km2=area_km2, area_change_frac=_area_change(patches)
        )
    return rows, classes, missing


def _stopovers(
    population: Population, drawing: Drawing, herd: str, season: str
) -> list[tuple[Row, float]]:
    """Return rows of STOPOVERS, each with its area, km2."""
    surface = population.surface
    cells = population.top_cells(
        drawing.stopover_area_frac, trim_isopleth=drawing.footprint_isopleth
    )
    (patches,) = drawing.outline([cells], cell_m=surface.cell_m)
    rows: list[tuple[Row, float]] = []
    masses = mass_in(surface, [patch.cells for patch in patches])
    for patch, mass in zip(patches, masses, strict=True):
        geometry = to_geographic(patch.polygon, surface.crs)
        area_km2 = geodesic_area_km2(geometry)
        row: Row = {
            "stopover": _stopover_id(herd, season, patch),
            "herd": herd,
            "season": season,
            "area_km2": area_km2,
            "mass": min(1.0, mass),
            "geometry": geometry,
        }
        rows.append((row, area_km2))
    return rows


def _stopover_id(herd: str, season: str, patch: Patch) -> str:
    digest = hashlib.sha256(patch.cells.astype("<i8").tobytes()).hexdigest()
    return f"{herd}-{season}-{digest[:10]}"


def _area_change(patches: list[Patch]) -> float:
    before = sum(patch.area_m2 for patch in patches)
    return float(sum(patch.polygon.area for patch in patches)) / before - 1.0
