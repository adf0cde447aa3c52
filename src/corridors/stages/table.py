"""The one table of stages: name, what it reads and writes, keys it may see, where its code is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from corridors.config.model import Config
    from corridors.config.sources import Herd


@dataclass(frozen=True)
class Stage:
    """One row of the table.

    Parameters
    ----------
    name
        Command name.
    reads
        Upstream stage -> the artefacts of it that this stage opens.
    writes
        Artefacts it leaves, in :attr:`folder`; a trailing ``/`` marks a folder of files, and
        ``{herd}`` stands for the herd's name.
    sections
        Configuration sections the stage sees; a change in any of them makes it stale.
    inputs
        Which raw files it opens, by configuration section.
    partition
        ``herd``: once per herd; ``study``: once, from all herds that are done.
    version
        Raised by hand when results change although no code of the package did.
    folder
        Folder below ``data/processed``, then one folder per partition.
    help
        One line for the command.
    module
        Module below ``stages`` with the code, where it is not called like the stage.
    """

    name: str
    help: str
    reads: Mapping[str, tuple[str, ...]]
    writes: tuple[str, ...]
    sections: tuple[str, ...]
    inputs: tuple[str, ...] = ()
    partition: Literal["herd", "study"] = "herd"
    version: int = 1
    folder: str = ""
    module: str = ""

    @property
    def function(self) -> str:
        """Where the code is, as ``module:function`` taking a ``StageContext``."""
        return f"corridors.stages.{self.module or self.name}:run"


# Partition name of the stages that run once for the study; no herd may be called so.
WHOLE_STUDY = "all-herds"

STAGES: tuple[Stage, ...] = (
    Stage(
        "ingest",
        "Read tracks, expert ranges, barriers and boundaries into tables.",
        reads={},
        writes=(
            "fixes.parquet",
            "ranges_expert.parquet",
            "corridors_expert.parquet",
            "barriers.parquet",
            "boundaries.parquet",
            "states.parquet",
            "ingest.json",
        ),
        sections=("herd_sources", "barriers", "boundaries", "states", "doubles"),
        inputs=("tracks", "expert_ranges", "expert_corridors", "barriers", "boundaries", "states"),
    ),
    Stage(
        "clean",
        "Flag unusable fixes and project the rest.",
        reads={"ingest": ("fixes.parquet", "ranges_expert.parquet")},
        writes=("fixes.parquet", "clean.json"),
        sections=("clean", "working"),
    ),
    Stage(
        "segment",
        "Fit displacement models and cut tracks into migrations and seasonal ranges.",
        reads={"clean": ("fixes.parquet", "clean.json")},
        writes=(
            "migrations.parquet",
            "legs.parquet",
            "animal_years.parquet",
            "picks.csv",
            "pictures/",
            "segment.json",
        ),
        sections=("segment", "herd_picks"),
        inputs=("picks",),
    ),
    Stage(
        "intersect",
        "Cross the herd's movements with barriers and borders.",
        reads={
            "ingest": ("barriers.parquet", "boundaries.parquet", "states.parquet"),
            "clean": ("fixes.parquet", "clean.json"),
            "segment": ("migrations.parquet",),
            "surface": ("estimates.parquet", "variances.parquet"),
            "delineate": ("corridors.parquet", "population.parquet"),
            "connect": ("modelled.parquet",),
        },
        writes=(
            "segments.parquet",
            "crossings.parquet",
            "observed.parquet",
            "encounters.parquet",
            "areas.parquet",
            "border_report.parquet",
            "border_stretches.parquet",
            "border_crossings.parquet",
            "national_shares.parquet",
            "intersect.json",
        ),
        sections=("intersect", "occurrence"),
    ),
    Stage(
        "behave",
        "Tell what the animals did at barriers, and how permeable these are.",
        reads={
            "clean": ("fixes.parquet", "clean.json"),
            "segment": ("migrations.parquet",),
            "intersect": ("segments.parquet", "observed.parquet"),
        },
        writes=(
            "behaviour.parquet",
            "behaviour_segments.parquet",
            "behaviour_index.parquet",
            "permeability.parquet",
            "behave.json",
        ),
        sections=("behave", "herd_species", "rank_priors"),
    ),
    Stage(
        "rank",
        "Rank barrier segments by blocked passages per year, with uncertainty.",
        reads={
            "clean": ("clean.json",),
            "delineate": ("population.parquet",),
            "connect": ("resistance.tif", "network.parquet", "network_use.parquet"),
            "intersect": (
                "segments.parquet",
                "encounters.parquet",
                "areas.parquet",
                "intersect.json",
            ),
            "behave": ("permeability.parquet",),
            "circuit": ("gains.parquet",),
        },
        writes=(
            "threats.parquet",
            "exposure.parquet",
            "range_edges.parquet",
            "candidates.parquet",
            "network.parquet",
            "network.graphml",
            "rank.json",
        ),
        sections=("rank", "herd_species", "herd_population", "barrier_completeness"),
    ),
    Stage(
        "act",
        "Rank what to do: open fences, build crossings, shift footprints, agree on borders.",
        reads={
            "clean": ("clean.json",),
            "delineate": ("corridors.parquet",),
            "intersect": ("segments.parquet", "border_stretches.parquet"),
            "rank": ("threats.parquet", "exposure.parquet", "rank.json"),
        },
        writes=(
            "fence_sections.parquet",
            "crossing_sites.parquet",
            "footprints.parquet",
            "border_agreements.parquet",
            "act.json",
        ),
        sections=("act", "herd_population"),
    ),
    Stage(
        "publish",
        "Write the herd's GeoPackage, QGIS project, rasters and report.",
        reads={
            "ingest": ("ingest.json",),
            "clean": ("fixes.parquet", "clean.json"),
            "segment": (
                "migrations.parquet",
                "animal_years.parquet",
                "pictures/",
                "segment.json",
            ),
            "surface": ("estimates.parquet",),
            "delineate": (
                "corridors.parquet",
                "stopovers.parquet",
                "ranges.parquet",
                "population.tif",
                "delineate.json",
            ),
            "describe": (
                "migration_facts.parquet",
                "sufficiency.parquet",
                "skill.parquet",
                "fidelity.parquet",
                "facts.json",
            ),
            "connect": (
                "modelled.parquet",
                "resistance.tif",
                "selection.parquet",
                "selection.json",
                "drivers.parquet",
                "connect.json",
            ),
            "intersect": (
                "segments.parquet",
                "crossings.parquet",
                "observed.parquet",
                "border_report.parquet",
                "border_stretches.parquet",
                "border_crossings.parquet",
                "national_shares.parquet",
                "intersect.json",
            ),
            "behave": (
                "behaviour.parquet",
                "behaviour_index.parquet",
                "permeability.parquet",
                "behave.json",
            ),
            "circuit": ("current.tif", "gains.parquet", "circuit.json"),
            "rank": (
                "threats.parquet",
                "exposure.parquet",
                "candidates.parquet",
                "network.parquet",
                "range_edges.parquet",
                "rank.json",
            ),
            "act": (
                "fence_sections.parquet",
                "crossing_sites.parquet",
                "footprints.parquet",
                "border_agreements.parquet",
                "act.json",
            ),
        },
        writes=(
            "{herd}.gpkg",
            "{herd}.qgz",
            "corridor_surface.tif",
            "corridor_surface.qml",
            "current.tif",
            "current.qml",
            "resistance.tif",
            "resistance.qml",
            "report.html",
            "transboundary.html",
            "pictures/",
        ),
        # Beyond its own: the settings that the report lists.
        sections=(
            "publish",
            "study",
            "herd",
            "profile",
            "clean",
            "segment",
            "occurrence",
            "delineate",
            "describe",
            "habitat",
            "intersect",
            "behave",
            "circuit",
            "rank",
            "act",
        ),
        folder="atlas",
    ),
    Stage(
        "atlas",
        "Join all herds into one ranked threat layer and an index page.",
        reads={
            "delineate": ("corridors.parquet",),
            "connect": ("modelled.parquet",),
            "rank": ("threats.parquet", "candidates.parquet"),
            "act": (
                "crossing_sites.parquet",
                "fence_sections.parquet",
                "footprints.parquet",
                "border_agreements.parquet",
            ),
            "publish": ("report.html",),
        },
        writes=("atlas.gpkg", "atlas.qgz", "index.html"),
        sections=("publish", "study", "herds"),
        partition="study",
        folder="atlas",
    ),
)

# Keys of a herd that say nothing about its sources: they must not make `ingest` stale.
_NOT_A_SOURCE = {"picks": None, "segment": None, "population_size": None, "population_source": None}
# Sources may name animals, and what a stage sees stands in its manifest, beside what is passed on.
_NOT_A_LABEL = {**_NOT_A_SOURCE, "tracks": (), "expert_ranges": None, "expert_corridors": None}

BY_NAME = {stage.name: stage for stage in STAGES}


def get(name: str) -> Stage:
    """Return the stage called ``name``."""
    return BY_NAME[name]


def downstream(name: str) -> Iterator[Stage]:
    """Yield every stage that depends on ``name``, directly or not, in order."""
    reached = {name}
    for stage in STAGES:
        if reached.intersection(stage.reads):
            reached.add(stage.name)
            yield stage


def sections_of(stage: Stage, config: Config, herd: str) -> dict[str, object]:
    """Return the sections granted to ``stage``, by attribute name.

    ``herd`` (its labels alone) and ``herd_sources``, ``herd_picks``, ``herd_species``,
    ``herd_population`` come from the herd's own section, so that a new picks file does not make
    `ingest` stale; ``herds`` are the labels of all. ``segment`` is the study's with the herd's own
    keys in their place.
    ``barrier_priors`` are the priors of `rank` with their weight, without the rest of its keys.
    ``barrier_completeness`` is what the sources in ``barriers`` say of it.
    """
    own = config.herds.get(herd)
    out: dict[str, object] = {}
    for section in stage.sections:
        match section:
            case "herd":
                out["herd"] = own.model_copy(update=_NOT_A_LABEL) if own else None
            case "herds":
                out["herds"] = {
                    name: one.model_copy(update=_NOT_A_LABEL) for name, one in config.herds.items()
                }
            case "herd_sources":
                out["herd"] = own.model_copy(update=_NOT_A_SOURCE) if own else None
            case "herd_picks":
                out["picks"] = own.picks if own else None
            case "herd_species":
                out["species"] = own.species if own else None
            case "segment":
                out["segment"] = _segment_of(config, own)
            case "herd_population":
                out["population_size"] = own.population_size if own else None
                out["population_source"] = own.population_source if own else None
            case "rank_priors":
                out["priors"] = config.rank.priors
            case "barrier_priors":
                out["barrier_priors"] = config.rank.priors, config.rank.prior_encounters
            case "barrier_completeness":
                out["barrier_completeness"] = {
                    source.name: (source.completeness, source.completeness_note)
                    for source in config.barriers
                }
            case _:
                out[section] = getattr(config, section)
    return out


def _segment_of(config: Config, herd: Herd | None) -> object:
    """Return the study's keys of `segment` with the herd's own in their place."""
    own = herd.segment if herd else None
    if own is None:
        return config.segment
    return config.segment.model_copy(
        update={name: getattr(own, name) for name in own.model_fields_set}
    )


def inputs_of(stage: Stage, config: Config, herd: str) -> list[str]:
    """Return the raw files of ``stage`` as configured, in a fixed order, without bundled data."""
    own = config.herds.get(herd)
    found: list[str] = []
    for kind in stage.inputs:
        match kind:
            case "tracks" if own:
                for source in own.tracks:
                    found.append(source.path)
                    if source.deployments:
                        found.append(source.deployments)
            case "expert_ranges" if own and own.expert_ranges:
                found.append(own.expert_ranges.path)
            case "expert_corridors" if own and own.expert_corridors:
                found.append(own.expert_corridors.path)
            case "picks" if own and own.picks:
                found.append(own.picks)
            case "barriers" | "boundaries":
                found += [source.path for source in getattr(config, kind)]
            case "states" if config.states:
                found.append(config.states.path)
            case "habitat":
                found += [path for layer in config.habitat.layers for path in layer.paths]
            case "scenarios" | "before_after":
                found += [path for one in getattr(config, kind).values() for path in one.paths]
            case _:
                pass
    return [path for path in dict.fromkeys(found) if path != "natural-earth"]
