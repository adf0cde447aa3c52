"""Where the figures of a fact sheet are from: file, rows and column, inputs and code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.foundation.errors import Fault, InputError, MissingInputError
from corridors.run import manifest
from corridors.run.layout import StudyLayout
from corridors.stages import registry
from corridors.stages.registry import Reference

if TYPE_CHECKING:
    import pandas as pd

    from corridors.config.load import Study

SHEET = "factsheet.json"


@dataclass(frozen=True)
class Traced:
    """A figure, and what stands behind it.

    Parameters
    ----------
    row
        Of the sheet's list of figures.
    path
        The file that it is from, absolute.
    value
        What the file gives, unrounded.
    text
        The same as people read it.
    evidence
        The rows of the table with the columns that matter; None where it is from recorded facts.
    origin
        What the file was made from.
    """

    row: dict[str, Any]
    path: Path
    value: Any
    text: str
    evidence: pd.DataFrame | None
    origin: Origin


@dataclass(frozen=True)
class Origin:
    """What a result was made from, through all stages before it.

    Parameters
    ----------
    stages
        They, in order; the last one left the file.
    inputs
        Configured path -> name of each file that makes it up -> SHA-256.
    code
        Path of each module, and of what lies beside it -> SHA-256.
    libraries
        Distribution -> version.
    """

    stages: tuple[str, ...]
    inputs: Mapping[str, Mapping[str, str]]
    code: Mapping[str, str]
    libraries: Mapping[str, str]

    @property
    def code_sha256(self) -> str:
        """One digest over all modules."""
        return hashlib.sha256(json.dumps(self.code, sort_keys=True).encode()).hexdigest()


def origin(study: Study, herd: str, stage: str) -> Origin:
    """Return what a herd's result of a stage was made from, as the manifests say."""
    layout = StudyLayout(study)
    names, prints = [], []
    for name in registry.with_upstream({stage}):
        found = manifest.read(layout.folder(registry.get(name), herd))
        if found is not None and found.fingerprint:
            names.append(name)
            prints.append(found.fingerprint)
    merged: dict[str, dict[str, Any]] = {"inputs": {}, "code": {}, "libraries": {}}
    for one in prints:
        for key, known in merged.items():
            known.update(one[key])
    inputs, code, libraries = (dict(sorted(known.items())) for known in merged.values())
    return Origin(tuple(names), inputs, code, libraries)


def figures(study: Study, herd: str) -> list[dict[str, Any]]:
    """Return the figures of a herd's fact sheet, each with where it is from.

    Raises
    ------
    MissingInputError
        The herd has no fact sheet yet.
    """
    stage = registry.get("publish")
    path = study.processed / stage.folder / herd / stage.results["sheets"].file / SHEET
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise MissingInputError(
            Fault(
                f"{herd} has no fact sheet",
                file=str(path),
                cure=f"corridors run --herd {herd}",
            )
        ) from None
    rows: list[dict[str, Any]] = json.loads(text)
    return rows


def trace(study: Study, herd: str, number: int) -> Traced:
    """Return a figure of a herd's fact sheet with its rows, read anew.

    Raises
    ------
    InputError
        The sheet has no figure of this number.
    MissingInputError
        The herd has no fact sheet yet.
    """
    rows = figures(study, herd)
    row = next((one for one in rows if one["figure"] == number), None)
    if row is None:
        raise InputError(
            Fault(
                f"the fact sheet of {herd} has no figure {number}",
                expected=f"1 to {len(rows)}",
                got=str(number),
                cure=f"corridors trace {herd} lists them",
            )
        )
    return traced_row(study, herd, row)


def traced_row(study: Study, herd: str, row: dict[str, Any]) -> Traced:
    """Return one of :func:`figures` with its rows, read anew."""
    import geopandas as gpd
    import pandas as pd

    from corridors.atlas.figures import Source, rows_of, traced, written

    source = Source(row["artefact"], row["column"], row["rows"], row["how"], row["each"])
    reference = Reference.parse(source.artefact)
    stage = registry.get(reference.stage)
    path = study.processed / stage.folder / herd / registry.file_of(reference)
    made_from = origin(study, herd, stage.name)
    if path.suffix == ".json":
        value = traced(source, json.loads(path.read_text("utf-8")))
        return Traced(row, path, value, written(value, row["form"]), None, made_from)
    read = gpd.read_parquet if source.column == "geometry" else pd.read_parquet
    columns = [*dict.fromkeys([*source.rows, *filter(None, [source.each]), source.column])]
    table = read(path, columns=columns)
    value = traced(source, table)
    rows = rows_of(source, table)
    return Traced(row, path, value, written(value, row["form"]), rows, made_from)
