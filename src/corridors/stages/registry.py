"""The order of the stages, and what follows from their classes: what each reads, writes and sees.

A stage is a package ``stages/<name>`` with a module ``stage`` that holds the frozen dataclasses
``Inputs``, ``Settings``, ``Results`` and ``run(inputs, settings, progress) -> Results``. The first
line of its text is the help of its command. Those modules import nothing heavy before ``run`` is
called, since `plan` and `status` look at all of them, and do not postpone annotations, which are
read here.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin

from corridors.config.grants import granted
from corridors.foundation.artefacts import RawFiles

if TYPE_CHECKING:
    from corridors.config.model import Config

# A stage before all whose results it reads.
ORDER = (
    "ingest",
    "clean",
    "segment",
    "surface",
    "delineate",
    "describe",
    "connect",
    "intersect",
    "behave",
    "weigh",
    "circuit",
    "rank",
    "act",
    "publish",
    "atlas",
)
# Of a scenario: what it changes, the stages of a run that depend on barriers, what it comes to.
# What animals did at barriers as they stood (`behave`) is not changed by any scenario.
SCENARIO = ("alter", "intersect", "weigh", "circuit", "rank", "act", "difference")
BEFORE_AFTER = ("before_after",)
# Partition name of the stages that run once for the study; no herd may be called so.
WHOLE_STUDY = "all-herds"
# Before a reference: the study's own result, where a scenario has one in its place.
STUDY = "study/"

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Reference:
    """An artefact that a stage reads: ``stage.field``, of the study itself if so said."""

    stage: str
    field: str
    of_study: bool

    @classmethod
    def parse(cls, text: str) -> Reference:
        """Return the reference written ``[study/]stage.field``."""
        stage, _, name = text.removeprefix(STUDY).partition(".")
        return cls(stage, name, text.startswith(STUDY))

    @property
    def key(self) -> str:
        """Stage as in fingerprints, with its prefix."""
        return (STUDY if self.of_study else "") + self.stage

    @property
    def text(self) -> str:
        """The reference as it is written."""
        return f"{self.key}.{self.field}"


@dataclass(frozen=True)
class Declared:
    """A field of ``Inputs`` or ``Results``: its name, kind and what its annotation says."""

    name: str
    kind: object
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Written:
    """An artefact that a stage leaves.

    Parameters
    ----------
    field
        Of ``Results``.
    kind
        Its class; the name of a class of facts is a forward reference.
    file
        Name in the stage's folder; a trailing ``/`` marks a folder of files, ``{herd}`` and
        ``{scenario}`` stand for names.
    contract
        Of its rows, "" where it has none.
    """

    field: str
    kind: object
    file: str
    contract: str


class Stage:
    """What the package of a stage declares.

    Parameters
    ----------
    name
        Of the stage; its package is ``stages/<name>``, or below ``stages/scenario``.
    module
        Dotted name of the module with its classes.
    """

    def __init__(self, name: str, module: str) -> None:
        self.name = name
        self.module = module

    def __repr__(self) -> str:
        return f"Stage({self.name!r})"

    @cached_property
    def code(self) -> ModuleType:
        """The module with the classes."""
        return importlib.import_module(self.module)

    @property
    def help(self) -> str:
        """One line for the command."""
        return first_line(self.module)

    @cached_property
    def writes(self) -> tuple[str, ...]:
        """Names of the artefacts that it leaves."""
        return tuple(each.file for each in self.results.values())

    @cached_property
    def results(self) -> Mapping[str, Written]:
        """Field of ``Results`` -> artefact."""
        return {one.name: _written(one) for one in declared(self.code.Results)}

    @cached_property
    def partition(self) -> Literal["herd", "study"]:
        """``herd``: once per herd; ``study``: once, from all herds that are done."""
        return "study" if any(one_herd(one.kind) for one in declared(self.code.Inputs)) else "herd"

    @property
    def instead_of(self) -> str:
        """The stage of the study some of whose artefacts it leaves anew, in a scenario; or ""."""
        return str(getattr(self.code, "INSTEAD_OF", ""))

    @property
    def version(self) -> int:
        """Raised by hand when results change although no code of the package did."""
        return int(getattr(self.code, "VERSION", 1))

    @property
    def folder(self) -> str:
        """Folder below ``data/processed``, then one folder per partition."""
        return str(getattr(self.code, "FOLDER", self.name))

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        """Artefacts that it reads, each once."""
        return tuple(dict.fromkeys(_references(self.code.Inputs)))

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """Kinds of raw files that it opens."""
        return tuple(
            note for one in flat(self.code.Inputs) if one.kind is RawFiles for note in one.notes
        )

    @cached_property
    def reads(self) -> Mapping[str, tuple[str, ...]]:
        """Upstream stage, with its prefix -> names of the artefacts of it that it opens."""
        found: dict[str, tuple[str, ...]] = {}
        for one in self.references:
            found[one.key] = (*found.get(one.key, ()), file_of(one))
        return {name: tuple(dict.fromkeys(files)) for name, files in found.items()}

    def settings(self, config: Config, herd: str) -> Any:
        """Return what the stage sees of the configuration, as its ``Settings``."""
        return self.code.Settings(
            **{
                one.name: granted(one.name, one.notes[0] if one.notes else None, config, herd)
                for one in declared(self.code.Settings)
            }
        )


def declared(model: type) -> Iterator[Declared]:
    """Yield the fields of a class of a stage, as annotated."""
    for one in fields(model):
        kind, notes = one.type, ()
        if get_origin(kind) is Annotated:
            kind, *rest = get_args(kind)
            notes = tuple(rest)
        yield Declared(one.name, kind, notes)


def one_herd(kind: object) -> type | None:
    """Return the class of one herd's inputs, where a field maps names of herds to them."""
    if get_origin(kind) is Mapping:
        below = get_args(kind)[1]
        return below if is_dataclass(below) else None  # type: ignore[return-value]
    return None


def flat(model: type) -> Iterator[Declared]:
    """Yield the fields of inputs and of inputs in them."""
    for one in declared(model):
        below = one_herd(one.kind)
        if below is None and isinstance(one.kind, type) and is_dataclass(one.kind):
            below = one.kind
        if below is not None and below is not RawFiles:
            yield from flat(below)
        else:
            yield one


def _references(model: type) -> Iterator[Reference]:
    for one in flat(model):
        if one.kind is not RawFiles:
            yield Reference.parse(one.notes[0])


def _written(one: Declared) -> Written:
    (note,) = one.notes
    is_file = "." in note or note.endswith("/")
    file = note if is_file else f"{one.name}.parquet"
    return Written(one.name, one.kind, file, "" if is_file else note)


def first_line(module: str) -> str:
    """Return the first line of a module's text without importing it."""
    path = _FOLDER.joinpath(*module.split(".")[2:]).with_suffix(".py")
    with path.open(encoding="utf-8") as file:
        return file.readline().strip().strip('"')


# --- the stages of a run --------------------------------------------------------------------------


@cache
def get(name: str) -> Stage:
    """Return the stage of a run called ``name``."""
    return Stage(name, f"corridors.stages.{name}.stage")


def stages() -> tuple[Stage, ...]:
    """Return the stages of a run in order."""
    return tuple(get(name) for name in ORDER)


def of_scenario(order: tuple[str, ...]) -> tuple[Stage, ...]:
    """Return the stages of a scenario: its own, else those of a run."""
    return tuple(_of_scenario(name) for name in order)


@cache
def comparison() -> Stage:
    """Return the stage of `corridors compare-profiles`, which is part of no run."""
    return Stage("compare_profiles", f"{__package__}.profiles.stage")


@cache
def release() -> Stage:
    """Return the stage of `corridors release gium`, which is part of no run, without results."""
    return Stage("release", f"{__package__}.release.stage")


@cache
def download() -> Stage:
    """Return the stage of `corridors release download`, which is part of no run, either."""
    return Stage("download", f"{__package__}.download.stage")


@cache
def _of_scenario(name: str) -> Stage:
    if (_FOLDER / "scenario" / name / "stage.py").is_file():
        return Stage(name, f"corridors.stages.scenario.{name}.stage")
    return get(name)


def file_of(reference: Reference) -> str:
    """Return the name of the file of an artefact of a run."""
    return get(reference.stage).results[reference.field].file


def with_upstream(names: Iterable[str]) -> list[str]:
    """Return the named stages and all that they depend on, in order."""
    wanted = set(names)
    for stage in reversed(stages()):
        if stage.name in wanted:
            wanted.update(one.stage for one in stage.references)
    return [name for name in ORDER if name in wanted]


def inputs_of(stage: Stage, config: Config, herd: str) -> list[str]:
    """Return the raw files of ``stage`` as configured, in a fixed order, without bundled data."""
    found = [path for kind in stage.inputs for path in _files(kind, config, herd)]
    return [path for path in dict.fromkeys(found) if path != "natural-earth"]


def _files(kind: str, config: Config, herd: str) -> Iterator[str]:
    own = config.herds.get(herd)
    match kind:
        case "tracks" if own:
            for source in own.tracks:
                yield source.path
                if source.deployments:
                    yield source.deployments
        case "expert_ranges" | "expert_corridors" if own and (drawn := getattr(own, kind)):
            yield drawn.path
        case "picks" if own and own.picks:
            yield own.picks
        case "barriers" | "boundaries" | "zones":
            yield from (source.path for source in getattr(config, kind))
        case "protected_areas" if config.release.protected_areas:
            yield config.release.protected_areas.path
        case "states" if config.states:
            yield config.states.path
        case "habitat":
            yield from (path for layer in config.habitat.layers for path in layer.paths)
        case "catalogues":
            yield from config.publish.catalogues.values()
        case "scenarios" | "before_after":
            yield from (path for one in getattr(config, kind).values() for path in one.paths)
        case _:
            pass
