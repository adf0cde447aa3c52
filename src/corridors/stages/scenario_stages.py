"""The stages of a scenario: those of a run that depend on barriers, between two of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from corridors.stages import table
from corridors.stages.table import Stage

FOLDER = "scenarios"
# Before the name of a stage: its result in the study itself, beside that in the scenario.
BASE = "base/"
_BARRIERS = "barriers.parquet"
_CUT = "intersect"
_PUBLISHED = "atlas"
# What animals did at barriers as they stood: no scenario changes it.
_SEEN = frozenset({"behave"})

Reads = Mapping[str, tuple[str, ...]]


def depending_on_barriers() -> tuple[Stage, ...]:
    """Return the stages of a herd whose results change with a barrier, without what publishes.

    Movement, surfaces, corridors and what describes them do not know any barrier: they are not
    among them, and a scenario leaves them as they are. Nor is what animals did at the barriers.

    Examples
    --------
    >>> names = [stage.name for stage in depending_on_barriers()]
    >>> names[0], "rank" in names, "surface" in names, "publish" in names
    ('intersect', True, False, False)
    """
    reached: set[str] = set()
    found = []
    for stage in table.STAGES:
        if stage.name in _SEEN:
            continue
        if _BARRIERS in stage.reads.get("ingest", ()) or reached.intersection(stage.reads):
            reached.add(stage.name)
            if stage.partition == "herd" and stage.folder != _PUBLISHED:
                found.append(stage)
    return tuple(found)


def _joined(*some: Reads) -> dict[str, tuple[str, ...]]:
    """Return all that the parts read, each artefact once."""
    out: dict[str, tuple[str, ...]] = {}
    for reads in some:
        for name, artefacts in reads.items():
            out[name] = tuple(dict.fromkeys([*out.get(name, ()), *artefacts]))
    return out


def _of_ingest() -> tuple[str, ...]:
    """Return what the stages of a scenario read from `ingest`."""
    return _joined(*(stage.reads for stage in depending_on_barriers()))["ingest"]


# It stands in the place of `ingest`: the barriers of the scenario, the rest as it was.
ALTER = Stage(
    "alter",
    "Find what a scenario changes for the herd, and add what it plans.",
    reads=_joined(
        {"ingest": _of_ingest()},
        table.get(_CUT).reads,
        {_CUT: ("segments.parquet", "areas.parquet"), "rank": ("threats.parquet",)},
    ),
    writes=(*_of_ingest(), "alterations.parquet", "scenario.json"),
    sections=(*table.get(_CUT).sections, "rank", "herd_species", "scenarios"),
    inputs=("scenarios",),
)

# `intersect`, and after it the segments as the scenario has them.
CUT = replace(
    table.get(_CUT),
    reads=_joined(
        table.get(_CUT).reads,
        {"ingest": ("alterations.parquet", "scenario.json")},
        {BASE + _CUT: table.get(_CUT).writes},
    ),
    module="scenario_intersect",
)

_CURRENT = "circuit"
# `circuit`, with what the scenario plans as if it stood.
CURRENT = replace(
    table.get(_CURRENT),
    reads=_joined(table.get(_CURRENT).reads, {BASE + "ingest": (_BARRIERS,)}),
    module="scenario_circuit",
)

DIFFERENCE = Stage(
    "difference",
    "Compare a scenario with the study as it is.",
    reads={
        "ingest": (_BARRIERS, "alterations.parquet", "scenario.json"),
        BASE + "ingest": (_BARRIERS,),
        "clean": ("clean.json",),
        "delineate": ("corridors.parquet", "ranges.parquet", "population.parquet"),
        "connect": ("modelled.parquet", "resistance.tif"),
        BASE + _CUT: ("segments.parquet",),
        BASE + "rank": ("threats.parquet", "rank.json"),
        _CUT: ("segments.parquet", "encounters.parquet", "intersect.json"),
        "rank": ("threats.parquet", "rank.json"),
        BASE + _CURRENT: ("circuit.json",),
        _CURRENT: ("circuit.json",),
    },
    writes=(
        "difference.parquet",
        "fragments.parquet",
        "difference.json",
        "difference.html",
        "{scenario}.gpkg",
        "{scenario}.qgz",
        "pictures/",
    ),
    sections=(
        "scenarios",
        "study",
        "herd",
        "herd_population",
        "delineate",
        "rank",
        "publish",
    ),
)

BEFORE_AFTER = Stage(
    "before_after",
    "Compare the herd before and after the day of a barrier.",
    reads=_joined(
        table.get(_CUT).reads,
        {
            "delineate": ("ranges.parquet",),
            _CUT: ("segments.parquet",),
            "describe": ("migration_facts.parquet",),
        },
    ),
    writes=(
        "before_after.parquet",
        "passages.parquet",
        "before_after.json",
        "before_after.html",
        "{scenario}.gpkg",
        "{scenario}.qgz",
    ),
    sections=(*table.get(_CUT).sections, "before_after", "study", "herd", "publish"),
    inputs=("before_after",),
)


def of_scenario() -> tuple[Stage, ...]:
    """Return the stages of a scenario in order, without ``alter``."""
    own = {stage.name: stage for stage in (CUT, CURRENT)}
    return (*(own.get(stage.name, stage) for stage in depending_on_barriers()), DIFFERENCE)
