"""The command that says where the figures of a fact sheet are from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corridors.cli.options import chosen_herds, config_option, json_option, load_study

if TYPE_CHECKING:
    from corridors.run.trace import Traced

_SHOWN = 12


@click.command()
@click.argument("herd")
@click.argument("figure", type=int, required=False)
@config_option
@json_option
def trace(herd: str, figure: int | None, config: Path | None, as_json: bool) -> None:
    """Say where the figures of HERD's fact sheet are from.

    Without FIGURE all of them are listed with their numbers; with it the file, the rows and the
    column of one are shown, its value is told from them anew, and below stand the inputs and the
    code that the file was made from.
    """
    from corridors.run import trace as traces

    study = load_study(config)
    chosen_herds(study, (herd,))
    if figure is None:
        rows = traces.figures(study, herd)
        click.echo(json.dumps(rows, indent=1, ensure_ascii=False) if as_json else _list(rows))
        return
    found = traces.trace(study, herd, figure)
    click.echo(_json(found) if as_json else _one(found))


def _list(rows: list[dict[str, Any]]) -> str:
    lines, group = [], ""
    for row in rows:
        if row["group"] != group:
            group = row["group"]
            lines.append(group)
        where = f"{row['artefact']} {row['column']}"
        lines.append(f"{row['figure']:>5}  {row['text']:<18}  {row['item']}  [{where}]".rstrip())
    return "\n".join(lines)


def _one(found: Traced) -> str:
    row = found.row
    item = ", ".join(filter(None, (row["group"], row["item"])))
    lines = [
        f"{row['text']}  ({item})",
        f"file    {found.path}",
        f"column  {row['column']}, {row['how']}" + (f" per {row['each']}" if row["each"] else ""),
        f"rows    {_rows(row['rows'])}",
        f"value   {found.value}",
        f"reads   {found.text}" + ("" if found.text == row["text"] else "  DIFFERS"),
    ]
    if found.evidence is not None:
        shown = found.evidence.head(_SHOWN)
        lines += ["", shown.to_string(max_colwidth=40)]
        if len(found.evidence) > _SHOWN:
            lines.append(f"the first {_SHOWN} of {len(found.evidence):,} rows")
    lines += ["", *_origin(found)]
    return "\n".join(lines)


def _origin(found: Traced) -> Iterator[str]:
    origin = found.origin
    yield f"made by {', '.join(origin.stages)}"
    for files in origin.inputs.values():
        for name, digest in files.items():
            yield f"input   {name}  sha256 {digest}"
    yield f"code    {len(origin.code)} files  sha256 {origin.code_sha256}"
    versions = (f"{name} {version}" for name, version in origin.libraries.items())
    yield f"with    {', '.join(versions)}"


def _rows(rows: dict[str, Any]) -> str:
    if not rows:
        return "all"
    told = []
    for column, wanted in rows.items():
        if isinstance(wanted, dict):
            told.append(f"{column} from {wanted['from']} on")
        elif isinstance(wanted, list):
            told.append(f"{column} in {', '.join(map(str, wanted))}")
        else:
            told.append(f"{column} = {wanted}")
    return "; ".join(told)


def _json(found: Traced) -> str:
    origin = found.origin
    content = {
        **found.row,
        "file": str(found.path),
        "value": found.value,
        "reads": found.text,
        "stages": origin.stages,
        "inputs": origin.inputs,
        "code": origin.code,
        "code_sha256": origin.code_sha256,
        "libraries": origin.libraries,
    }
    return json.dumps(content, indent=1, ensure_ascii=False, default=str)
