"""Both profiles of a herd, the steps between them, and the page about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from corridors import __version__
from corridors.atlas.pages import render
from corridors.atlas.profile_maps import profile_map
from corridors.atlas.profile_page import Comparison, page
from corridors.atlas.sheets import csv_text
from corridors.config.model import Occurrence
from corridors.foundation import tables
from corridors.foundation.artefacts import Document, Layer, Progress, Table, silent
from corridors.foundation.clock import microseconds
from corridors.foundation.errors import Fault, MethodError
from corridors.foundation.facts.delineate import Season
from corridors.foundation.facts.profiles import LowClass, ProfilesFacts, StepFacts
from corridors.movement.herd_populations import ALL
from corridors.movement.herd_tracks import herd_tracks
from corridors.movement.migration_mapper_herd import PeerPopulation
from corridors.movement.population import Population, class_rules
from corridors.movement.profile_steps import (
    CORRECTED,
    STEPS,
    USGS,
    Outcome,
    Window,
    outcomes,
)
from corridors.movement.profile_tables import Chain, chain, migration_table, step_table
from corridors.movement.shapes import Drawing
from corridors.movement.surface_tables import population_of
from corridors.stages.delineate import stage as delineate
from corridors.stages.delineate.drawing import drawing_of
from corridors.stages.profiles.stage import Inputs, Results, Settings
from corridors.stages.surface import stage as surface
from corridors.stages.surface.methods import method_of, peer_of


@dataclass(frozen=True)
class _Profile:
    """What one profile leaves: its surfaces and herd, and what was drawn of it."""

    chain: Chain
    population: Population
    seasons: Mapping[str, Season]


def compared(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Compare the profiles of a herd; see the stage."""
    windows = inputs.surface.migrations.read()
    moves = windows[windows["part"] == "migration"]
    given = replace(inputs.surface, migrations=Table.of(moves))
    progress("profile usgs", 0.1)
    usgs = _profile(given, settings, "usgs")
    progress("profile corrected", 0.3)
    corrected = _profile(given, settings, "corrected")
    if usgs is None or corrected is None:
        raise MethodError(
            Fault(
                f"the profiles of {settings.herd} cannot be compared",
                expected="a migration with a surface in both profiles",
                got=f"{len(moves)} migrations, none with a surface",
                cure="corridors why surface says what is missing",
            )
        )
    between = _between(given, settings, usgs.chain.outcome, moves, progress)
    drawing = drawing_of(settings.delineate)
    steps = step_table(
        _shown(usgs.chain.outcome, between, corrected.chain.outcome, settings.occurrence), drawing
    )
    bio_year = dict(zip(moves["migration"], moves["bio_year"], strict=True))
    migrations = migration_table(usgs.chain, corrected.chain, between, bio_year)
    facts = _facts(inputs, settings, {"usgs": usgs, "corrected": corrected}, steps, migrations)
    progress("map", 0.95)
    needed = _needed(corrected.population, drawing)
    comparison = Comparison(
        herd=settings.herd,
        species=settings.labels.species,
        study=settings.study.title,
        simulated=settings.labels.simulated,
        version=__version__,
        facts=facts,
        steps=steps,
        migrations=migrations,
        map_png=profile_map(
            {
                name: {word: one.population.cells(n) for word, n in needed.items()}
                for name, one in (("usgs", usgs), ("corrected", corrected))
            },
            crs=facts.crs,
            cell_m=facts.cell_m,
        ),
    )
    return Results(
        page=Document(render(__package__, "profiles.html.jinja", page(comparison))),
        facts=facts,
        steps=Document(csv_text(steps)),
        migrations=Document(csv_text(migrations)),
    )


def _profile(given: surface.Inputs, settings: Settings, name: str) -> _Profile | None:
    """Return what the stages surface and delineate make of a herd; None: no migration."""
    own = _surface_settings(settings, name)
    made = surface.run(given, own, silent)
    drawn = delineate.run(
        delineate.Inputs(
            ranges_expert=Layer.of(tables.empty(tables.RANGES)),
            corridors_expert=Layer.of(tables.empty(tables.CORRIDORS)),
            migrations=given.migrations,
            surfaces=made.surfaces,
            estimates=made.estimates,
            surface=made.facts,
        ),
        delineate.Settings(delineate=settings.delineate, profile=own.profile, herd=settings.herd),
        silent,
    )
    cells = drawn.population.rows("season", [ALL])
    if cells.empty:
        return None
    crs, cell_m = drawn.facts.crs, drawn.facts.cell_m
    population = population_of(
        cells,
        crs=crs,
        cell_m=cell_m,
        n_tracked=drawn.facts.n_animals[ALL],
        kind=PeerPopulation if name == "usgs" else Population,
    )
    step = USGS if name == "usgs" else CORRECTED
    estimates = made.estimates.read()
    found = chain(step, made.surfaces, estimates, population, crs=crs, cell_m=cell_m)
    return _Profile(found, population, drawn.facts.seasons)


def _surface_settings(settings: Settings, name: str) -> surface.Settings:
    return surface.Settings(
        occurrence=settings.occurrence,
        memory_mb=settings.memory_mb,
        profile=settings.profile.model_copy(update={"name": name}),
        species=settings.labels.species,
    )


def _between(
    given: surface.Inputs,
    settings: Settings,
    usgs: Outcome,
    moves: pd.DataFrame,
    progress: Progress,
) -> list[Outcome]:
    """Return what the steps make of the migrations that have a surface in profile usgs."""
    occurrence = settings.occurrence
    tracks = herd_tracks(
        given.fixes,
        error_m=occurrence.location_error_m,
        error_per_dop_m=occurrence.error_per_dop_m,
    )
    rows = moves[moves["migration"].isin(usgs.s2_m2_min)]
    name, animal, season = (
        rows[column].astype(str) for column in ("migration", "animal", "season")
    )
    start_us, end_us = (map(int, microseconds(rows[column])) for column in ("start_utc", "end_utc"))
    pieces = (
        tracks[one].within(start, end)
        for one, start, end in zip(animal, start_us, end_us, strict=True)
    )
    years = rows["bio_year"].astype(int)
    windows = [Window(*row) for row in zip(name, animal, season, years, pieces, strict=True)]
    own = _surface_settings(settings, "usgs")
    found = []
    for done, step in enumerate(
        outcomes(
            windows,
            method_of(own, given.clean, has_windows=True),
            peer_of(own.profile),
            footprint_isopleth=settings.delineate.footprint_isopleth,
        )
    ):
        progress(f"step {step.step.key}", 0.5 + done / 15)
        found.append(step)
    return found


def _shown(
    usgs: Outcome, between: list[Outcome], corrected: Outcome, occurrence: Occurrence
) -> list[Outcome]:
    """Return the steps of the table; the last one between may be what is configured."""
    is_last = (
        occurrence.variance_form == "corrected"
        if occurrence.method == "bbmm"
        else occurrence.method == "fmv"
    )
    if is_last:
        return [usgs, *between[:-1], replace(corrected, step=STEPS[-1])]
    return [usgs, *between, corrected]


def _needed(population: Population, drawing: Drawing) -> dict[str, int]:
    """Return the number of animals that each corridor class of this herd needs."""
    rules = class_rules(
        population.n_tracked, medium_share=drawing.medium_share, high_share=drawing.high_share
    )
    return {rule.corridor_class: rule.n_needed for rule in rules if rule.n_needed}


def _facts(
    inputs: Inputs,
    settings: Settings,
    profiles: Mapping[str, _Profile],
    steps: pd.DataFrame,
    migrations: pd.DataFrame,
) -> ProfilesFacts:
    lattice = inputs.surface.clean
    one, other = (profiles[name].population.cells(1) for name in ("usgs", "corrected"))
    cell_km2 = lattice.cell_m**2 / 1e6
    return ProfilesFacts(
        herd=settings.herd,
        crs=lattice.crs,
        cell_m=lattice.cell_m,
        method=settings.occurrence.method,
        n_animals={name: each.population.n_tracked for name, each in profiles.items()},
        n_migrations=len(migrations),
        steps=tuple(
            StepFacts.model_validate({name: one for name, one in row.items() if pd.notna(one)})
            for row in steps.to_dict("records")
        ),
        published_km2={name: dict(each.seasons) for name, each in profiles.items()},
        low_km2=LowClass(
            both=np.intersect1d(one, other).size * cell_km2,
            only_usgs=np.setdiff1d(one, other).size * cell_km2,
            only_corrected=np.setdiff1d(other, one).size * cell_km2,
        ),
    )
