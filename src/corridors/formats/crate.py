"""RO-Crate 1.1: what is in a release, what it was made from and with what."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from corridors.formats.parquet import write_json

NAME = "ro-crate-metadata.json"
_SPECIFICATION = "https://w3id.org/ro/crate/1.1"
_FORMATS = {
    ".gpkg": "application/geopackage+sqlite3",
    ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet",
    ".tif": "image/tiff; application=geotiff; profile=cloud-optimized",
    ".txt": "text/plain",
    ".xml": "application/xml",
    ".zip": "application/zip",
}


@dataclass(frozen=True)
class CrateInput:
    """A file that went in and is not part of the crate: what it is called, and its SHA-256."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Crate:
    """What is said of a release as a whole.

    Parameters
    ----------
    name, description, licence
        In words.
    day
        Of the release.
    program, version, code_sha256
        What made it, and the digest of its code.
    inputs
        What went in.
    """

    name: str
    description: str
    licence: str
    day: date
    program: str
    version: str
    code_sha256: str
    inputs: Sequence[CrateInput]


def write_crate(folder: Path, crate: Crate) -> None:
    """Write the metadata of a crate into its folder, of all files that lie in it."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    files = [_file(path, path.relative_to(folder).as_posix()) for path in paths]
    inputs = [
        {
            "@id": f"#input-{number}",
            "@type": "CreativeWork",
            "name": one.name,
            "sha256": one.sha256,
        }
        for number, one in enumerate(crate.inputs, start=1)
    ]
    graph: list[Mapping[str, Any]] = [
        {
            "@id": NAME,
            "@type": "CreativeWork",
            "conformsTo": {"@id": _SPECIFICATION},
            "about": {"@id": "./"},
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "name": crate.name,
            "description": crate.description,
            "datePublished": crate.day.isoformat(),
            "license": {"@id": "#licence"},
            "hasPart": _ids(files),
            "mentions": {"@id": "#run"},
        },
        {"@id": "#licence", "@type": "CreativeWork", "name": crate.licence},
        {
            "@id": "#run",
            "@type": "CreateAction",
            "name": f"{crate.program} release download",
            "instrument": {"@id": "#program"},
            "object": _ids(inputs),
            "result": {"@id": "./"},
        },
        {
            "@id": "#program",
            "@type": "SoftwareApplication",
            "name": crate.program,
            "version": crate.version,
            "sha256": crate.code_sha256,
        },
        *files,
        *inputs,
    ]
    write_json({"@context": f"{_SPECIFICATION}/context", "@graph": graph}, folder / NAME)


def _ids(entities: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    return [{"@id": one["@id"]} for one in entities]


def _file(path: Path, name: str) -> dict[str, Any]:
    data = path.read_bytes()
    return {
        "@id": name,
        "@type": "File",
        "name": path.name,
        "encodingFormat": _FORMATS[path.suffix],
        "contentSize": str(len(data)),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
