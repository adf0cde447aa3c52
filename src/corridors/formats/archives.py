"""Zip archives of layers: the one layer in them, unpacked beside nothing of the user's."""

from __future__ import annotations

import lzma
import shutil
import struct
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from corridors.foundation.errors import Fault, InputError, MissingInputError
from corridors.foundation.faults import IN_FILES_FRAC, nearest

# What the standard library raises of damaged archives; a wrong offset ends in a seek that fails.
DAMAGE: tuple[type[Exception], ...] = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, RuntimeError,
    ValueError, OverflowError,
)  # fmt: skip
_LAYERS = (".shp", ".gpkg", ".geojson", ".json", ".fgb", ".kml", ".gpx")
_MOST_BYTES = 20_000_000_000  # unpacked; above, the archive is refused


def unpack_layer(path: Path, name: str, layer: str | None, folder: Path) -> tuple[Path, str | None]:
    """Unpack the layer of a zip archive, also from a folder in it, into an empty ``folder``.

    Parameters
    ----------
    path, name
        Archive (``.zip``, ``.kmz``), and how messages call it.
    layer
        Where the archive holds several files: the name of one, with or without its ending, or a
        layer in the only file.
    folder
        Where to.

    Returns
    -------
    file, layer
        What to read; the layer is None where it named the file.

    Raises
    ------
    InputError
        Damaged, encrypted or too large; no layer in it; several and none named.
    MissingInputError
        No such file in it.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
            chosen, rest = _choose(_candidates([info.filename for info in members]), layer, name)
            stem = chosen.removesuffix(PurePosixPath(chosen).suffix)
            inside = chosen + "/"
            taken = [info for info in members if info.filename.startswith((inside, stem + "."))]
            if sum(info.file_size for info in taken) > _MOST_BYTES:
                raise InputError(
                    Fault(
                        "the archive is too large",
                        name,
                        expected="at most 20 GB unpacked",
                        cure="unpack it and name the file",
                    )
                )
            for info in taken:
                _unpack(archive, info, chosen, folder)
    except DAMAGE:
        raise InputError(
            Fault(
                "the archive cannot be unpacked",
                name,
                expected="a whole zip archive without a password",
                cure="unpack it and name the file in it",
            )
        ) from None
    return folder / PurePosixPath(chosen).name, rest


def _candidates(names: Sequence[str]) -> list[str]:
    """Return the layers among the files of an archive, a file geodatabase by its folder."""
    found: dict[str, None] = {}
    for name in names:
        parts = PurePosixPath(name).parts
        if "__MACOSX" in parts:
            continue
        base = next((k for k, part in enumerate(parts) if part.casefold().endswith(".gdb")), None)
        if base is not None and base < len(parts) - 1:
            found["/".join(parts[: base + 1])] = None
        elif PurePosixPath(name).suffix.casefold() in _LAYERS:
            found[name] = None
    return list(found)


def _choose(candidates: Sequence[str], layer: str | None, name: str) -> tuple[str, str | None]:
    listed = ", ".join(candidates[:12])
    if not candidates:
        raise InputError(
            Fault(
                "the archive holds no layer",
                name,
                expected="a shapefile, GeoPackage, GeoJSON, FlatGeobuf, KML or file geodatabase",
                cure="unpack it, and name the file in it that holds the layer",
            )
        )
    if len(candidates) == 1:
        only = PurePosixPath(candidates[0])
        return candidates[0], None if layer in (only.name, only.stem, candidates[0]) else layer
    if layer is None:
        raise InputError(
            Fault(
                "the archive holds several layers",
                name,
                expected="layer in the configuration",
                got=listed,
                cure="set layer of this source to the name of one of them",
            )
        )
    for candidate in candidates:
        one = PurePosixPath(candidate)
        if layer in (candidate, one.name, one.stem):
            return candidate, None
    stems = [PurePosixPath(one).stem for one in candidates]
    near = nearest(layer, stems, least_alike_frac=IN_FILES_FRAC)
    raise MissingInputError(
        Fault(
            "layer not found",
            name,
            expected=layer,
            got=listed,
            cure=f"the nearest layer is '{near}'" if near else "correct layer of this source",
        )
    )


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, chosen: str, folder: Path) -> None:
    # Only the last parts of a member's name count: nothing is written outside the folder.
    below = PurePosixPath(info.filename).relative_to(PurePosixPath(chosen).parent)
    target = folder.joinpath(*[part for part in below.parts if part not in ("..", "/")])
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(info) as packed, target.open("wb") as out:
        shutil.copyfileobj(packed, out)
