"""What is asked of a GeoPackage before it is read."""

from __future__ import annotations

import sqlite3
import urllib.parse
from contextlib import closing
from pathlib import Path

from corridors.foundation.errors import BusyError, Fault, InputError

PATIENCE_S = 5.0  # a program that saves holds a GeoPackage for a moment


def require_geopackage(path: Path, name: str) -> None:
    """Refuse an SQLite file that is no GeoPackage, or that another program holds.

    Raises
    ------
    BusyError
        Locked for longer than :data:`PATIENCE_S`.
    InputError
        Damaged, or another kind of database.
    """
    place = urllib.parse.quote(str(path))
    try:
        with closing(
            sqlite3.connect(
                f"file:{place}?mode=ro",
                uri=True,
                timeout=PATIENCE_S,
            )
        ) as connection:
            connection.execute("SELECT count(*) FROM gpkg_contents").fetchone()
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise BusyError(
                Fault(
                    "the GeoPackage is locked by another program",
                    name,
                    cure="save and close it there (QGIS, ArcGIS), or run again with --wait SECONDS",
                )
            ) from None
        if "no such table" in str(error):
            raise InputError(
                Fault(
                    "not a GeoPackage but another SQLite database",
                    name,
                    expected="a table gpkg_contents",
                    cure="open it in QGIS and export it as GeoPackage",
                )
            ) from None
        # A write-ahead log in a folder that cannot be written: GDAL may still read it.
    except (sqlite3.DatabaseError, UnicodeDecodeError):  # a message may quote damaged bytes
        raise InputError(
            Fault("the GeoPackage is damaged", name, cure="export or download it again")
        ) from None
