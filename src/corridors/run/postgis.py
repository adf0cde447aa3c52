"""`corridors release postgis`: a release that is as it was written, into a database."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from corridors.foundation.errors import Fault, InputError, MissingInputError

if TYPE_CHECKING:
    from corridors.formats.postgis import DatabaseRelease


def publish_release(folder: Path, address: str) -> list[str]:
    """Write a release into PostGIS and return its views.

    Parameters
    ----------
    folder
        What `corridors release download` wrote.
    address
        ``postgresql://user@host:port/database``, without a password.

    Raises
    ------
    MissingInputError
        No release, or the extra ``postgis`` is not installed.
    InputError
        It is not as it was released, or none.
    ConfigError, OutputError
        Whatever is wrong with the address or the database.
    """
    try:
        import psycopg  # noqa: F401 - the extra, asked for before anything is read
    except ImportError:
        raise MissingInputError(
            Fault(
                "a database needs the extra postgis",
                expected="the library psycopg",
                cure="pip install 'corridors[postgis]'",
            )
        ) from None
    from corridors.formats import checksums
    from corridors.formats.postgis import publish

    checksums.verified(folder)
    try:
        release = _release(folder)
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(
            Fault(
                "the folder holds no release",
                str(folder),
                expected="a folder that `corridors release download` made",
                cure="name that folder",
            )
        ) from None
    return publish(address, release)


def _release(folder: Path) -> DatabaseRelease:
    """Return a release as it stands in its folder; what it says of itself is not trusted."""
    from corridors.formats import checksums
    from corridors.formats.parquet import read_json
    from corridors.formats.postgis import DatabaseRelease
    from corridors.stages.download.database import database_layers
    from corridors.stages.download.stage import TierName

    told = read_json(folder / "settings.json")["release"]
    if told["tier"] not in get_args(TierName):
        raise ValueError(told["tier"])
    own = {path.name for path in folder.iterdir() if path.is_dir() and not path.is_symlink()}
    if not own.issuperset(told["herds"]):  # it would be a file elsewhere
        raise ValueError(told["herds"])
    return DatabaseRelease(
        study=told["study"],
        tier=told["tier"],
        day=date.fromisoformat(told["day"]),
        checksum=hashlib.sha256((folder / checksums.NAME).read_bytes()).hexdigest(),
        layers=database_layers(folder, told["herds"]),
    )
