"""How often attackers find single animals of the demo herd in each tier of a release.

The herd is released whole, once without each animal, and without groups of them as a release that
follows another. What is true is known from its fixes: the resting sites that one animal alone has,
where each of its migrations begins, and where it alone crosses a barrier.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from benchmarks import release_attacks as attacks
from benchmarks.figure import PROJECT, Figure, Report
from benchmarks.release_attacks import Floats, Shown
from corridors.config.load import load
from corridors.foundation.artefacts import Table, silent
from corridors.run.binding import inputs_from
from corridors.run.layout import StudyLayout
from corridors.run.release_inputs import from_results
from corridors.stages import registry
from corridors.stages.delineate.drawing import drawn
from corridors.stages.download.herd_products import HerdProducts
from corridors.stages.download.stage import Asked, Settings, TierName
from corridors.stages.download.tiers import n_changed

HERD = "wakhan-argali"
# What is released: its tier, and the species, on which the grid of the tier public depends.
TIERS: Mapping[str, tuple[TierName, str]] = {
    "internal": ("internal", "Ovis ammon"),
    "partner": ("partner", "Ovis ammon"),
    "public, 5 km": ("public", "Odocoileus hemionus"),
    "public, 20 km": ("public", "Ovis ammon"),
}
DAY = date(2026, 6, 10)
WITHIN_M = 500.0
N_GUESSES = 40
REST_FIXES, REST_CELL_M, ALONE_M = 6, 500.0, 1000.0
N_CHANCE = 200
N_WITHDRAWN = 5  # as release.min_changed_animals: fewer show nothing
KNOWN_SHARE = 0.2


@dataclass(frozen=True)
class Truth:
    """Where single animals were, planar, m.

    Parameters
    ----------
    rests
        Animal -> resting sites of it alone.
    starts
        Animal -> first fix of each of its migrations.
    known
        Animal -> fixes of its migrations that an attacker watched.
    crossings
        Where one animal alone crossed a barrier.
    """

    rests: Mapping[str, Floats]
    starts: Mapping[str, Floats]
    known: Mapping[str, Floats]
    crossings: Floats


@dataclass(frozen=True)
class Releases:
    """A tier's release of the whole herd, and those without some animals.

    Parameters
    ----------
    whole
        Of all animals.
    without
        Animal -> the release as if it had never been in the data.
    after
        Animals that were withdrawn -> the release that follows the whole one with `--after`.
    """

    whole: Shown
    without: Mapping[str, Shown]
    after: Mapping[tuple[str, ...], Shown]


def run() -> Report:
    """Return how often each attack succeeds, beside chance, in each tier."""
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        shutil.copy(PROJECT / "config.yaml", folder)
        for word in ("demo", "run"):
            command = [sys.executable, "-m", "corridors", word]
            subprocess.run(command, cwd=folder, check=True, capture_output=True)
        return report(folder / "config.yaml")


def report(config: Path) -> Report:
    """Return the same of a study that was run."""
    truth, tiers = studied(config)
    rows = {tier: attacked(releases, truth) for tier, releases in tiers.items()}
    found = {tier: [row.excess for row in own] for tier, own in rows.items()}
    can = max(found["internal"])
    alone = max(found["partner"][:-2])
    after = found["partner"][-1]
    fine, coarse = max(found["public, 5 km"]), max(found["public, 20 km"])
    unit = "times what chance finds at most (95 %)"
    note = f"{len(truth.rests)} animals of the demo"
    figures = [
        Figure(
            "reidentify_internal", can, unit, "1, which attackers must pass to be any", 1.0 / can,
            1.0, note,
        ),
        Figure("reidentify_partner", alone, unit, "1, with one release", alone, 1.0, note),
        Figure(
            "reidentify_partner_after", after, unit, "1, with two releases, the second --after",
            after, 1.0, f"{note}, {N_WITHDRAWN} of them withdrawn, 12 times",
        ),
        Figure("reidentify_public_5km", fine, unit, "1, with two releases, too", fine, 1.0, note),
        Figure(
            "reidentify_public_20km", coarse, unit, "1, with two releases, too", coarse, 1.0, note
        ),
    ]  # fmt: skip
    lines = [
        "| attack | tier | found | by chance | at most by chance (95 %) |",
        "|---|---|---|---|---|",
    ]
    lines += [row.line(tier) for tier in TIERS for row in rows[tier]]
    lines += [
        "",
        "| telling who is in the data | told right (50 % is chance) | at most by chance (95 %) |",
        "|---|---|---|",
    ]
    for tier in TIERS:
        told, at_most = membership(tiers[tier], truth)
        lines.append(f"| {tier} | {100 * told:.0f} % | {100 * at_most:.0f} % |")
    return Report(figures, "\n".join(lines), "release.md")


@dataclass(frozen=True)
class Row:
    """How many of so many sites an attack found, and random places found (mean, 95 %)."""

    attack: str
    n_found: int
    n_sites: int
    chance: float
    chance_p95: float

    @property
    def excess(self) -> float:
        """What it found over what chance finds at most; 0 where it found nothing."""
        return self.n_found / max(self.chance_p95, 1.0)

    def line(self, tier: str) -> str:
        """Return it as a row of a table."""
        return (
            f"| {self.attack} | {tier} | {self.n_found} of {self.n_sites} | {self.chance:.1f} | "
            f"{self.chance_p95:.0f} |"
        )


def attacked(releases: Releases, truth: Truth) -> list[Row]:
    """Return what each attack on places finds."""
    whole = releases.whole
    sites = np.vstack([*truth.rests.values(), *truth.starts.values()])
    rows = []
    single: Mapping[str, Callable[[Shown, int], Floats]] = {
        "smallest features": attacks.small_features,
        "ground of the lowest class": attacks.inverted_surface,
        "thin places": attacks.thin_places,
    }
    rng = np.random.default_rng(20240101)
    for name, attack in single.items():
        places = attack(whole, N_GUESSES)
        chance = [
            attacks.n_hit(sites, one, WITHIN_M) for one in _random(whole.ground, len(places), rng)
        ]
        rows.append(_row(name, attacks.n_hit(sites, places, WITHIN_M), len(sites), chance))
    places = attacks.barrier_pieces(whole, N_GUESSES)
    n_found = attacks.n_hit(truth.crossings, places, WITHIN_M)
    chance = [0.0] * N_CHANCE
    if len(places):
        drawn_places = attacks.random_on_barriers(whole, len(places) * N_CHANCE, rng)
        chance = [
            attacks.n_hit(truth.crossings, one, WITHIN_M)
            for one in np.array_split(drawn_places, N_CHANCE)
        ]
    rows.append(_row("pieces of barriers", n_found, len(truth.crossings), chance))
    single_animals = {(animal,): other for animal, other in releases.without.items()}
    rows.append(_differences("differences of two releases", whole, single_animals, truth, rng))
    name = f"the same with --after, {N_WITHDRAWN} animals withdrawn"
    rows.append(_differences(name, whole, releases.after, truth, rng))
    return rows


def _differences(
    name: str,
    whole: Shown,
    others: Mapping[tuple[str, ...], Shown],
    truth: Truth,
    rng: np.random.Generator,
) -> Row:
    """Return what the difference of two releases finds of the animals between them."""
    found, n_sites, chance_of = 0, 0, np.zeros(N_CHANCE)
    for animals, other in others.items():
        own = np.vstack([of[animal] for animal in animals for of in (truth.rests, truth.starts)])
        places = attacks.differences(whole, other, N_GUESSES)
        found += attacks.n_hit(own, places, WITHIN_M)
        n_sites += len(own)
        chance_of += [
            attacks.n_hit(own, one, WITHIN_M) for one in _random(whole.ground, len(places), rng)
        ]
    return _row(name, found, n_sites, chance_of.tolist())


def membership(releases: Releases, truth: Truth) -> tuple[float, float]:
    """Return how often an animal in the data is told from one that is not, and by chance at most.

    By chance: for each animal it is drawn which of the two releases has it.
    """
    scores = np.array(
        [
            [attacks.likeness(one, truth.known[animal]) for one in (releases.whole, other)]
            for animal, other in releases.without.items()
        ]
    )
    rng = np.random.default_rng(20240101)
    swapped = [
        np.where(rng.random(len(scores))[:, None] < 0.5, scores, scores[:, ::-1])
        for _ in range(N_CHANCE)
    ]
    chance = [attacks.told_apart(one[:, 0], one[:, 1]) for one in swapped]
    return attacks.told_apart(scores[:, 0], scores[:, 1]), float(np.quantile(chance, 0.95))


def _row(name: str, n_found: int, n_sites: int, chance: list[float]) -> Row:
    return Row(name, n_found, n_sites, float(np.mean(chance)), float(np.quantile(chance, 0.95)))


def _random(ground: Any, n: int, rng: np.random.Generator) -> list[Floats]:
    if n == 0:
        return [attacks.NOTHING] * N_CHANCE
    places = attacks.random_places(ground, n * N_CHANCE, rng)
    return np.array_split(places, N_CHANCE)


def studied(config: Path) -> tuple[Truth, dict[str, Releases]]:
    """Return what is true of a herd, and its releases, whole and without each animal."""
    study = load(config)
    layout, stage = StudyLayout(study), registry.get("delineate")
    places = {
        one.text: {HERD: layout.place(supply, HERD) / supply.file}
        for one in stage.references
        for supply in [layout.supply(one, stage)]
    }
    given = inputs_from(stage.code.Inputs, places, {}, HERD)
    estimates = given.estimates.read()
    settings = stage.settings(study.config, HERD)
    animals = sorted(estimates.loc[estimates["error"] == "", "animal"].unique())
    rings = range(len(animals))
    groups = [tuple(np.roll(animals, -turn)[:N_WITHDRAWN].tolist()) for turn in rings]
    redrawn = {}
    for gone in [*((animal,) for animal in animals), *groups]:
        rest = estimates[~estimates["animal"].isin(gone)].reset_index(drop=True)
        redrawn[gone] = drawn(replace(given, estimates=Table.of(rest)), settings, silent)

    def release(inputs: Any, settings: Any) -> dict[str, Releases]:
        one = inputs.herds[HERD]
        found = {}
        for label, (tier, species) in TIERS.items():
            herd = settings.herds[HERD].model_copy(update={"species": species})
            own_settings = replace(settings, herds={HERD: herd})

            def made(own: Any, tier: TierName = tier, own_settings: Any = own_settings) -> Any:
                code = registry.download().code
                inputs = code.Inputs({HERD: own})
                return code.run(inputs, own_settings, Asked(tier, DAY), silent).herds[0]

            whole = made(one)
            others = {
                gone: made(
                    replace(
                        one,
                        population=new.population,
                        corridors=new.corridors,
                        stopovers=new.stopovers,
                        ranges=new.ranges,
                    )
                )
                for gone, new in redrawn.items()
            }
            crs = one.delineate.crs
            found[label] = Releases(
                _shown(whole.layers, crs),
                {animal: _shown(others[animal,].layers, crs) for animal in animals},
                {
                    gone: _shown(_follows(whole, others[gone], own_settings).layers, crs)
                    for gone in groups
                },
            )
        return found

    tiers = from_results(study, [HERD], registry.download(), release)
    return truth_of(study.processed, animals), tiers


def _follows(earlier: HerdProducts, now: HerdProducts, settings: Settings) -> HerdProducts:
    """Return what `--after` shows: the earlier release, unless surely enough animals changed."""
    told = [str(one) for name in ("corridors", "ranges") for one in earlier.layers[name]["sample"]]
    is_kept = n_changed(told, now.n_animals) < settings.release.min_changed_animals
    return earlier if is_kept and earlier.tier.min_animals > 1 else now


def _shown(layers: Mapping[str, gpd.GeoDataFrame], crs: str) -> Shown:
    planar = {name: frame.to_crs(crs) for name, frame in layers.items() if name != "barriers"}
    corridors = planar["corridors"]
    barriers = layers["barriers"].to_crs(crs).geometry.tolist() if "barriers" in layers else []
    return Shown(
        {name: frame.geometry.tolist() for name, frame in planar.items()},
        {
            str(name): own.geometry.tolist()
            for name, own in corridors.groupby("corridor_class", sort=True)
        },
        barriers,
    )


def truth_of(processed: Path, animals: list[str]) -> Truth:
    """Return where single animals rested and set out, from usable fixes."""
    fixes = pd.read_parquet(
        processed / "clean" / HERD / "fixes.parquet",
        columns=["animal", "time_utc", "x_m", "y_m", "burst"],
    )
    fixes = fixes[(fixes["burst"] >= 0) & fixes["animal"].isin(animals)]
    windows = pd.read_parquet(processed / "segment" / HERD / "migrations.parquet")
    windows = windows[windows["part"] == "migration"]
    moving = []
    for _, window in windows.iterrows():
        own = fixes[fixes["animal"] == window["animal"]]
        moving.append(own[own["time_utc"].between(window["start_utc"], window["end_utc"])])
    starts = {
        animal: np.array(
            [
                one[["x_m", "y_m"]].iloc[0]
                for one in moving
                if len(one) and one["animal"].iloc[0] == animal
            ]
        ).reshape(-1, 2)
        for animal in animals
    }
    migrating = pd.concat(moving, ignore_index=True)
    every = fixes[["x_m", "y_m"]].to_numpy()
    owner = fixes["animal"].to_numpy()
    rests, known = {}, {}
    for animal in animals:
        own = migrating.loc[migrating["animal"] == animal, ["x_m", "y_m"]].to_numpy()
        _, number, counts = np.unique(
            np.floor(own / REST_CELL_M), axis=0, return_inverse=True, return_counts=True
        )
        middles = [
            own[number.ravel() == cell].mean(axis=0)
            for cell in np.flatnonzero(counts >= REST_FIXES)
        ]
        others = every[owner != animal]
        rests[animal] = np.array(
            [one for one in middles if np.linalg.norm(others - one, axis=1).min() > ALONE_M]
        ).reshape(-1, 2)
        known[animal] = own[:: round(1 / KNOWN_SHARE)]
    return Truth(rests, starts, known, _alone_at_barriers(processed, animals))


def _alone_at_barriers(processed: Path, animals: list[str]) -> Floats:
    """Return where one animal crossed a barrier and no other one did within reach, (n, 2)."""
    crs = json.loads((processed / "clean" / HERD / "clean.json").read_bytes())["crs"]
    crossings = gpd.read_parquet(processed / "intersect" / HERD / "observed.parquet")
    crossings = crossings[crossings["animal"].isin(animals)].to_crs(crs)
    at = shapely.get_coordinates(shapely.centroid(crossings.geometry.to_numpy()))
    owner = crossings["animal"].to_numpy()
    apart = np.linalg.norm(at[:, None, :] - at[None, :, :], axis=2)
    is_other = owner[:, None] != owner[None, :]
    alone = np.where(is_other, apart, np.inf).min(axis=1) > ALONE_M
    return at[alone]
