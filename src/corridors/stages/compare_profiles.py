"""Compare the profiles: both corridors of a herd, and what each difference does to them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from corridors import __version__
from corridors.atlas.pages import render
from corridors.atlas.profile_maps import profile_map
from corridors.atlas.profile_page import Comparison, page
from corridors.formats.csv_table import write_csv
from corridors.formats.parquet import read_json, read_table, write_json, write_table
from corridors.foundation import tables
from corridors.foundation.clock import microseconds
from corridors.foundation.errors import Fault, MethodError
from corridors.foundation.grid import Surface
from corridors.movement.migration_mapper_herd import PeerPopulation
from corridors.movement.population import Population, class_rules
from corridors.movement.profile_steps import (
    CORRECTED,
    SAME,
    USGS,
    Drawing,
    Outcome,
    Window,
    class_areas_km2,
    everybodys_km2,
    isopleth_km2,
    jaccard,
    outcomes,
    stopover_km2,
    total_variation,
)
from corridors.stages import delineate, surface
from corridors.stages.context import StageContext
from corridors.stages.window_surfaces import by_animal

_ALL = "all"
_CHAINS = "chains"


@dataclass(frozen=True)
class _Chain:
    """One profile's surfaces and corridors, in folders of their own."""

    context: StageContext
    estimates: pd.DataFrame
    outcome: Outcome


def run(context: StageContext) -> None:
    """Write ``profiles.html``, ``profiles.json``, ``steps.csv`` and ``migrations.csv``.

    Both profiles go through the stages surface and delineate themselves, from the committed fixes
    and migrations; seasonal ranges are left out. The steps between them change one thing at a
    time.

    Raises
    ------
    MethodError
        The herd has no migration with a surface in both profiles.
    """
    segment = _migrations_only(context)
    chains = {}
    for name in ("usgs", "corrected"):
        context.progress(f"profile {name}", 0.1 if name == "usgs" else 0.3)
        chains[name] = _chain(context, name, segment)
    usgs, corrected = chains["usgs"].outcome, chains["corrected"].outcome
    if usgs.population is None or corrected.population is None:
        raise MethodError(
            Fault(
                f"the profiles of {context.herd} cannot be compared",
                expected="a migration with a surface in both profiles",
                got=f"{len(chains['usgs'].estimates)} migrations, none with a surface",
                cure="corridors why surface says what is missing",
            )
        )
    between = []
    for done, step in enumerate(_between(context, chains["usgs"])):
        context.progress(f"step {step.step.key}", 0.5 + done / 15)
        between.append(step)
    shown = [usgs, *between]
    if _is_last_step(context):
        corrected.step = SAME
        shown[-1] = corrected
    else:
        shown.append(corrected)
    steps = _steps(shown, _drawing(context))
    migrations = _migrations(chains, between)
    lattice = read_json(context.read("clean", "clean.json"))
    facts = _facts(context, chains, steps, migrations)
    shutil.rmtree(context.out / _CHAINS)

    write_csv(steps.drop(columns="title"), context.out / "steps.csv")
    write_csv(migrations, context.out / "migrations.csv")
    write_json(facts, context.out / "profiles.json")
    context.progress("map", 0.95)
    needed = _needed(corrected.population, context)
    png = profile_map(
        {
            name: {word: population.cells(n) for word, n in needed.items()}
            for name, population in (
                ("usgs", usgs.population),
                ("corrected", corrected.population),
            )
        },
        crs=str(lattice["crs"]),
        cell_m=float(lattice["cell_m"]),
    )
    comparison = Comparison(
        herd=context.herd,
        species=context.settings.herd.species,
        study=context.settings.study.title,
        simulated=context.settings.herd.simulated,
        version=__version__,
        facts=facts,
        steps=steps,
        migrations=migrations,
        map_png=png,
    )
    html = render("profiles.html.jinja", page(comparison))
    (context.out / "profiles.html").write_text(html, encoding="utf-8")


def _migrations_only(context: StageContext) -> Path:
    """Return a folder like that of stage segment, without seasonal ranges."""
    folder = context.out / _CHAINS / "segment"
    folder.mkdir(parents=True)
    windows = read_table(context.read("segment", "migrations.parquet"))
    windows = windows[windows["part"] == "migration"]
    write_table(windows, folder / "migrations.parquet", tables.MIGRATIONS)
    shutil.copy(context.read("segment", "animal_years.parquet"), folder)
    return folder


def _chain(context: StageContext, name: str, segment: Path) -> _Chain:
    """Run surface and delineate in one profile."""
    given = context.settings
    profile = given.profile.model_copy(update={"name": name})
    settings = SimpleNamespace(**{**vars(given), "profile": profile})
    upstream: dict[str, Mapping[str, Path]] = {
        **context.upstream,
        "segment": {context.herd: segment},
    }
    for stage in (surface, delineate):
        stage_name = stage.__name__.rpartition(".")[2]
        folder = context.out / _CHAINS / name / stage_name
        folder.mkdir(parents=True)
        own = StageContext(context.herd, settings, {}, upstream, folder)
        stage.run(own)
        upstream = {**upstream, stage_name: {context.herd: folder}}
    done = StageContext(context.herd, settings, {}, upstream, context.out)
    estimates = read_table(done.read("surface", "estimates.parquet"))
    outcome = Outcome(USGS if name == "usgs" else CORRECTED)
    for _, windows in by_animal(done, estimates):
        for about, found in windows:
            outcome.s2_m2_min[about["migration"]] = float(about["s2_m2_min"])
            outcome.area95_km2[about["migration"]] = isopleth_km2(found, 0.95)
    outcome.population = _population(done, is_peer=name == "usgs")
    return _Chain(done, estimates, outcome)


def _population(done: StageContext, *, is_peer: bool) -> Population | None:
    """Return the herd of all migrations that stage delineate left."""
    facts = read_json(done.read("delineate", "delineate.json"))
    cells = read_table(
        done.read("delineate", "population.parquet"), where={"season": [_ALL]}
    ).sort_values(["row", "col"], kind="stable")
    if not len(cells):
        return None
    held = Surface(
        str(facts["crs"]),
        float(facts["cell_m"]),
        cells["row"].to_numpy(np.int32),
        cells["col"].to_numpy(np.int32),
        cells["mass"].to_numpy(np.float64),
    )
    kind = PeerPopulation if is_peer else Population
    return kind(held, cells["n_animals"].to_numpy(np.int32), int(facts["n_animals"][_ALL]))


def _between(context: StageContext, usgs: _Chain) -> Any:
    """Return what the steps make of the migrations that have a surface in profile usgs."""
    settings = usgs.context.settings
    tracks = surface.usable_tracks(usgs.context, settings.occurrence)
    rows = read_table(usgs.context.read("segment", "migrations.parquet"))
    rows = rows[rows["migration"].isin(usgs.outcome.s2_m2_min)]
    starts = microseconds(rows["start_utc"])
    ends = microseconds(rows["end_utc"])
    windows = [
        Window(
            str(row.migration),
            str(row.animal),
            str(row.season),
            int(str(row.bio_year)),
            tracks[str(row.animal)].within(start, end),
        )
        for row, start, end in zip(rows.itertuples(), starts, ends, strict=True)
    ]
    method = surface.method_of(usgs.context, has_windows=True)
    return outcomes(
        windows,
        method,
        surface.peer_of(settings.profile),
        footprint_isopleth=context.settings.delineate.footprint_isopleth,
    )


def _drawing(context: StageContext) -> Drawing:
    settings = context.settings.delineate
    return Drawing(
        footprint_isopleth=settings.footprint_isopleth,
        medium_share=settings.medium_share,
        high_share=settings.high_share,
        stopover_area_frac=settings.stopover_area_frac,
    )


def _is_last_step(context: StageContext) -> bool:
    """Return whether the last step is already what the study is configured to do."""
    occurrence = context.settings.occurrence
    if occurrence.method == "bbmm":
        return bool(occurrence.variance_form == "corrected")
    return bool(occurrence.method == "fmv")


def _needed(population: Population, context: StageContext) -> dict[str, int]:
    """Return the number of animals that each corridor class of this herd needs."""
    settings = context.settings.delineate
    rules = class_rules(
        population.n_tracked,
        medium_share=settings.medium_share,
        high_share=settings.high_share,
    )
    return {rule.corridor_class: rule.n_needed for rule in rules if rule.n_needed}


def _steps(shown: list[Outcome], drawing: Drawing) -> pd.DataFrame:
    """Return one row per step; areas in cells, km2."""
    rows = []
    last = shown[-1].population
    for number, outcome in enumerate(shown):
        population = outcome.population
        row: dict[str, Any] = {
            "step": outcome.step.key,
            "title": outcome.step.title,
            "defect": outcome.step.defect,
            "n_migrations": len(outcome.area95_km2),
            "s2_median_m2_min": _median(outcome.s2_m2_min),
            "area95_median_km2": _median(outcome.area95_km2),
        }
        before = shown[number - 1].population if number else None
        if population is not None and last is not None:
            areas = class_areas_km2(population, drawing)
            row |= {f"{name}_km2": area for name, area in areas.items()}
            row |= {
                "in_no_class_km2": everybodys_km2(population),
                "stopover_km2": stopover_km2(population, drawing),
                "jaccard_with_corrected": jaccard(population, last),
                "moved_from_corrected_frac": total_variation(population.surface, last.surface),
                "moved_by_step_frac": (
                    np.nan
                    if before is None
                    else total_variation(population.surface, before.surface)
                ),
            }
        rows.append(row)
    return pd.DataFrame(rows)


def _median(values: Mapping[str, float]) -> float:
    return float(np.median(list(values.values()))) if values else np.nan


def _migrations(chains: Mapping[str, _Chain], between: list[Outcome]) -> pd.DataFrame:
    """Return one row per migration: variance, area and overlap of the two profiles."""
    usgs, corrected = chains["usgs"], chains["corrected"]
    by_key = {outcome.step.key: outcome for outcome in between}
    other = corrected.estimates.set_index("migration")
    years = read_table(usgs.context.read("segment", "migrations.parquet")).set_index("migration")[
        "bio_year"
    ]
    common = set(usgs.outcome.area95_km2) & set(corrected.outcome.area95_km2)
    rows = []
    for (_, ours), (_, theirs) in zip(
        *(
            by_animal(chain.context, chain.estimates[chain.estimates["migration"].isin(common)])
            for chain in (usgs, corrected)
        ),
        strict=True,
    ):
        for (row, one), (_, another) in zip(ours, theirs, strict=True):
            migration = row["migration"]
            rows.append(
                {
                    "migration": migration,
                    "animal": row["animal"],
                    "season": row["season"],
                    "year": int(years[migration]),
                    "n_fixes": int(row["n_fixes"]),
                    "s2_usgs_m2_min": usgs.outcome.s2_m2_min[migration],
                    "s2_share_m2_min": by_key["share"].s2_m2_min.get(migration, np.nan),
                    "s2_corrected_m2_min": by_key["error"].s2_m2_min.get(migration, np.nan),
                    "method": other.loc[migration, "method"],
                    "area95_usgs_km2": usgs.outcome.area95_km2[migration],
                    "area95_corrected_km2": corrected.outcome.area95_km2[migration],
                    "moved_frac": total_variation(one, another),
                }
            )
    return pd.DataFrame(rows)


def _facts(
    context: StageContext,
    chains: Mapping[str, _Chain],
    steps: pd.DataFrame,
    migrations: pd.DataFrame,
) -> dict[str, Any]:
    lattice = read_json(context.read("clean", "clean.json"))
    facts: dict[str, Any] = {
        "herd": context.herd,
        "crs": lattice["crs"],
        "cell_m": float(lattice["cell_m"]),
        "method": context.settings.occurrence.method,
        "n_animals": {
            name: chain.outcome.population.n_tracked
            for name, chain in chains.items()
            if chain.outcome.population is not None
        },
        "n_migrations": len(migrations),
        "steps": [_known(row) for row in steps.to_dict("records")],
        "published_km2": {
            name: read_json(chain.context.read("delineate", "delineate.json"))["seasons"]
            for name, chain in chains.items()
        },
    }
    usgs = chains["usgs"].outcome.population
    corrected = chains["corrected"].outcome.population
    if usgs is not None and corrected is not None:
        one, other = usgs.cells(1), corrected.cells(1)
        cell_km2 = usgs.surface.cell_m**2 / 1e6
        facts["low_km2"] = {
            "both": np.intersect1d(one, other).size * cell_km2,
            "only_usgs": np.setdiff1d(one, other).size * cell_km2,
            "only_corrected": np.setdiff1d(other, one).size * cell_km2,
        }
    return facts


def _known(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a row without the values that are unknown."""
    return {
        str(key): value
        for key, value in row.items()
        if not (isinstance(value, float) and np.isnan(value))
    }
