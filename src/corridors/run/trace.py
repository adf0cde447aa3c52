"""Where the figures of a fact sheet are from: file, rows and column."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.foundation.errors import Fault, InputError, MissingInputError
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
    """

    row: dict[str, Any]
    path: Path
    value: Any
    text: str
    evidence: pd.DataFrame | None


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
    if path.suffix == ".json":
        value = traced(source, json.loads(path.read_text("utf-8")))
        return Traced(row, path, value, written(value, row["form"]), None)
    read = gpd.read_parquet if source.column == "geometry" else pd.read_parquet
    columns = [*dict.fromkeys([*source.rows, *filter(None, [source.each]), source.column])]
    table = read(path, columns=columns)
    value = traced(source, table)
    return Traced(row, path, value, written(value, row["form"]), rows_of(source, table))
