"""Sheets of paper as PDF, set by typst: no system package, fonts included, same bytes each time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from corridors.foundation.errors import visible


def sheet_pdf(
    package: str, template: str, values: Mapping[str, Any], pictures: Mapping[str, bytes]
) -> bytes:
    """Return a document as PDF.

    Parameters
    ----------
    package, template
        Package that holds the folder ``templates``, and a ``.typ`` file in it. What is given to it
        stands in ``values``.
    values
        What the document says: texts, numbers, lists and mappings. They are data, never markup,
        so a name may hold anything.
    pictures
        Name of a file -> PNG that the document shows. It can read nothing else.
    """
    import typst  # 80 MB: only when something is printed

    source = files(package).joinpath("templates", template).read_text("utf-8")
    with TemporaryDirectory() as folder:
        for name, png in pictures.items():
            Path(folder, name).write_bytes(png)
        main = Path(folder, "main.typ")
        main.write_text(source, "utf-8")
        made: object = typst.compile(
            str(main),
            root=folder,
            sys_inputs={"values": json.dumps(_printable(values))},
            ignore_system_fonts=True,  # those that come with it are the same everywhere
        )
    if not isinstance(made, bytes):
        raise TypeError("typst gave no document")
    return made


def _printable(value: Any) -> Any:
    """Return ``value`` with control characters spelled out, which paper cannot show."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, Mapping):
        return {key: _printable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(one) for one in value]
    return value
