"""Checks before a run: input files are there and can be read; results are as they were made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.formats.signatures import head_of, looks_like, pointer, vector_kind
from corridors.foundation.errors import Fault, InputError, MissingInputError
from corridors.foundation.faults import Faults
from corridors.run import manifest, untouched
from corridors.run.digests import Digests
from corridors.run.fingerprint import Fingerprints, cache_of, changes
from corridors.run.layout import StudyLayout
from corridors.run.overlay import Overlay
from corridors.run.plan import partitions
from corridors.run.references import files_of
from corridors.run.surveys import Surveys, survey
from corridors.stages import registry

if TYPE_CHECKING:
    from corridors.config.load import Study
    from corridors.run.layout import Layout
    from corridors.run.manifest import Manifest
    from corridors.stages.registry import Stage

# Magic bytes by suffix: a download page saved as data is found before anything runs.
_BEGINS_WITH = {
    ".gpkg": b"SQLite format 3\x00",
    ".shp": b"\x00\x00\x27\x0a",
    ".parquet": b"PAR1",
    ".geoparquet": b"PAR1",
}
_NEEDED_BY_SHAPEFILE = (".dbf", ".shx")


@dataclass(frozen=True)
class Checked:
    """How many input files there are, and what they hold."""

    n_files: int
    surveys: Surveys


def check_inputs(study: Study, herds: Sequence[str]) -> Checked:
    """Return what the input files hold after reading each of them as the stages do.

    Raises
    ------
    MissingInputError
        Files, or sources of a VRT, that are not there or cannot be opened.
    InputError
        Files that are not what their name says, that refer to something that is no file of this
        machine, or that a stage would refuse.
    BusyError
        Another program holds a file.
    """
    paths: dict[str, Path] = {}
    scenarios = registry.of_scenario((*registry.SCENARIO, *registry.BEFORE_AFTER))
    for stage in (*registry.stages(), *scenarios):
        for herd in herds:
            for configured in registry.inputs_of(stage, study.config, herd):
                paths[configured] = study.raw_path(configured)
    faults = Faults()
    memory = Digests(cache_of(study))
    for configured, path in paths.items():
        missing = list(_missing(configured, path, study))
        unfit = [] if missing else list(_unfit(path))
        faults.add(MissingInputError, *missing)
        faults.add(InputError, *unfit)
        if not missing and not unfit:
            faults.collect(partial(_follow, configured, path, memory))
    memory.save()
    read = Faults()
    found = survey(study, herds, read)
    # A file that is not there has been told with its whole path.
    is_told = faults.has(MissingInputError)
    faults.take(read, leave_out=MissingInputError if is_told else None)
    faults.raise_any()
    return Checked(len(paths), found)


def check_results(study: Study, herds: Sequence[str]) -> int:
    """Return how many committed results, and the inputs they were made from, are as they were.

    Every file is read, whatever is remembered of it. What is found is remembered, so that the
    next run makes again what was damaged, also where the state of the file does not show it.

    Raises
    ------
    InputError
        Results, or inputs of results, that were changed or damaged since they were made.
    """
    prints = Fingerprints(study, is_fresh=True)
    count = 0
    faults = Faults()
    try:
        with prints.digests.one_look():
            for layout, cure in _layouts(study):
                for stage, partition in _nodes(layout, herds):
                    folder = layout.folder(stage, partition)
                    made = manifest.read(folder)
                    if made is None:
                        continue
                    count += 1
                    words = manifest.damaged(folder, made, prints.digests.of_file)
                    words += _changed_inputs(made, prints.inputs(stage, partition))
                    for text in words:
                        what = f"{stage.name} of {partition}: {text}"
                        faults.add(InputError, Fault(what, file=str(folder), cure=cure))
    finally:
        untouched.forget(prints.digests)
        prints.digests.save()
    faults.raise_any()
    return count


def _layouts(study: Study) -> Iterator[tuple[Layout, str]]:
    """Yield where the results of the study and of its scenarios are, and what makes them again."""
    yield StudyLayout(study), "corridors run"
    for name in (*study.config.scenarios, *study.config.before_after):
        overlay = Overlay(study, name, is_dated=name in study.config.before_after)
        yield overlay, f"corridors scenario {name}"


def _nodes(layout: Layout, herds: Sequence[str]) -> Iterator[tuple[Stage, str]]:
    for stage in layout.stages:
        for partition in partitions(stage, layout.study.config):
            if partition in herds or partition == registry.WHOLE_STUDY:
                yield stage, partition


def _changed_inputs(made: Manifest, now: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Return in words which inputs are not as when a result was made from them."""
    was = made.fingerprint.get("inputs", {})
    both = was.keys() & now.keys()
    return changes(
        {"inputs": {name: was[name] for name in both}},
        {"inputs": {name: now[name] for name in both}},
    )


def _follow(configured: str, path: Path, memory: Digests) -> None:
    """Refuse an input of which something is missing, or that refers to what is no file."""
    try:
        files_of(path, memory)
    except OSError as error:
        raise MissingInputError(
            Fault(
                "an input file cannot be read",
                file=str(error.filename or path),
                expected=f"a part of the file configured as {configured}",
                got=error.strerror,
                cure="put it there, and let it be readable",
            )
        ) from None


def _missing(configured: str, path: Path, study: Study) -> Iterator[Fault]:
    cure = f"put it there, or correct the path in {study.path.name}"
    needed = [path]
    if path.suffix.lower() == ".shp" and path.is_file():
        needed = [path.with_suffix(suffix) for suffix in _NEEDED_BY_SHAPEFILE]
    for file in needed:
        if not file.exists() and not file.with_suffix(file.suffix.upper()).exists():
            yield Fault(
                "an input file is missing",
                file=str(file),
                expected=f"the file configured as {configured}",
                cure=cure,
            )
            continue
        if file.is_file():
            try:
                with file.open("rb") as opened:
                    opened.read(1)
            except OSError as error:
                yield Fault("an input file cannot be read", file=str(file), got=error.strerror)
        elif file.exists() and not file.is_dir():
            words = "neither a file nor a folder"
            yield Fault("an input file cannot be read", file=str(file), got=words, cure=cure)


def _unfit(path: Path) -> Iterator[Fault]:
    if not path.is_file():
        return
    if not path.stat().st_size:
        yield Fault("an input file is empty", file=str(path), got="0 bytes")
        return
    begins = _BEGINS_WITH.get(path.suffix.lower())
    if begins is None:
        return
    head = head_of(path)
    if not head.startswith(begins) and not _is_another_layer(path):
        yield Fault(
            "the file is not what its name says",
            file=str(path),
            expected=f"a file that begins as every {path.suffix} does",
            got=pointer(head) or looks_like(head),
            cure="look at it with a text editor; it may be a saved web page or a broken download",
        )


def _is_another_layer(path: Path) -> bool:
    """Return whether a file under a wrong name can be read all the same."""
    try:
        return path.suffix.lower() in (".gpkg", ".shp") and bool(vector_kind(path, path.name))
    except InputError:
        return False
