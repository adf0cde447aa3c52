"""A stage as a function of folders: its inputs from files, its results into files."""

from __future__ import annotations

import importlib
import shutil
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, ForwardRef

from corridors.formats.stored import (
    StoredFixes,
    StoredLayer,
    StoredRaster,
    StoredTable,
    read_facts,
    save,
    spools_in,
)
from corridors.foundation.artefacts import (
    FixTable,
    Layer,
    Linked,
    Progress,
    Raster,
    RawFiles,
    Table,
)
from corridors.foundation.errors import InternalError
from corridors.foundation.spool import waiting_in
from corridors.stages.registry import Declared, Stage, declared, one_herd

# Text of a reference -> herd -> file.
Places = Mapping[str, Mapping[str, Path]]

_STORED: Mapping[Any, Callable[[Path], object]] = {
    Table: StoredTable,
    Layer: StoredLayer,
    FixTable: StoredFixes,
    Raster: StoredRaster,
    Linked: lambda path: Linked(path.name),
}
_SPOOLS = ".spools"


def inputs_from(model: type, places: Places, raw: Mapping[str, Path], herd: str) -> Any:
    """Return the inputs of a stage for one herd.

    Parameters
    ----------
    model
        Class of the inputs.
    places
        Files of what it reads.
    raw
        Configured path -> absolute path.
    herd
        Whose; "" for a stage of the whole study, whose inputs map herds to theirs.
    """

    def value(one: Declared) -> object:
        if one.kind is RawFiles:
            return RawFiles(raw)
        below = one_herd(one.kind)
        if below is not None:
            return {name: inputs_from(below, places, raw, name) for name in _herds(below, places)}
        if is_dataclass(one.kind):
            return inputs_from(one.kind, places, raw, herd)  # type: ignore[arg-type]
        return _opened(one, places[one.notes[0]][herd])

    return model(**{one.name: value(one) for one in declared(model)})


def _herds(below: type, places: Places) -> list[str]:
    """Return the herds that have everything, in the order given."""
    files = [places[one.notes[0]] for one in declared(below)]
    return [name for name in files[0] if all(name in each for each in files)]


def _opened(one: Declared, path: Path) -> object:
    stored = _STORED.get(one.kind)
    if stored is not None:
        return stored(path)
    return read_facts(path, facts_class(one.kind, one.notes[0]))


def facts_class(kind: Any, reference: str) -> Any:
    """Return the class of facts, named by a forward reference so that declaring it costs nothing.

    It stands in ``foundation/facts/<stage>.py``, the stage that writes it.
    """
    if not isinstance(kind, ForwardRef):
        return kind
    stage = reference.rpartition("/")[2].partition(".")[0]
    module = importlib.import_module(f"corridors.foundation.facts.{stage}")
    return getattr(module, kind.__forward_arg__)


def perform(
    stage: Stage,
    settings: object,
    places: Places,
    raw: Mapping[str, Path],
    herd: str,
    staged: Path,
    names: Mapping[str, str],
    progress: Progress,
) -> None:
    """Run a stage and leave its results in ``staged``.

    Parameters
    ----------
    stage, settings, places, raw, herd
        What runs, on what.
    staged
        An empty folder.
    names
        What stands for ``{...}`` in names of artefacts.
    progress
        Called with a short message and the share done.
    """
    inputs = inputs_from(stage.code.Inputs, places, raw, herd)
    spools = staged / _SPOOLS
    with waiting_in(spools_in(spools)):
        results = stage.code.run(inputs, settings, progress)
    expected = stage.code.Results
    if type(results) is not expected:
        raise InternalError(f"stage {stage.name} returned no {expected.__qualname__}")
    for one in fields(results):
        written = stage.results[one.name]
        path = staged / written.file.format(**names)
        save(getattr(results, one.name), path, written.contract)
    # Rows of stages that this one performed, whose results are none of its own.
    shutil.rmtree(spools, ignore_errors=True)
