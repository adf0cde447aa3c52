"""GPS fixes from text, vector files and GPX, as one table whatever the format.

Every reader yields parts of a file as they are read (:class:`TrackScan`), so that looking at a file
needs no memory for all of it; :meth:`TrackScan.tracks` holds them together. Nothing that is a GPS
row of the file is left out, and every fault found is reported with its row. What is known only at
the end (faults among it) is known when all parts are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from corridors.formats.delimited import TextTable, missing_columns, open_table
from corridors.formats.numbers import EMPTY
from corridors.formats.plain_parquet import ParquetTable
from corridors.formats.stamps import check_zone
from corridors.formats.track_columns import TrackMapping, Tracks, TrackScan
from corridors.formats.track_reader import TrackReader
from corridors.foundation.crs import GEOGRAPHIC
from corridors.foundation.errors import InputError

# Names of columns with letters of hemispheres: E/W, N/S, lat_ns, Longitude direction.
_LETTERS = re.compile(
    r"(^|[^a-z])(e/?w|n/?s)([^a-z]|$)|hemi|(lat|lon)[a-z]*[ _.-]?(dir|direction|ns|ew|letter)$"
)


def scan_table(
    table: TextTable | ParquetTable,
    mapping: TrackMapping,
    zones: str | None = None,
    letters: Sequence[str] = (),
) -> TrackScan:
    """Return the fixes of a table by a mapping, part by part; see :class:`TrackReader`."""
    reader = TrackReader(table.name, mapping, zones, letters)
    notes = dict(table.notes)
    wanted = [*mapping.columns(), *([zones] if zones else []), *letters]

    def parts() -> Iterator[pa.RecordBatch]:
        for batch in table.batches(wanted, numbers=mapping.numbers()):
            yield reader.part(batch)
        notes.update(reader.finish())

    return TrackScan(parts(), notes)


def scan_csv(
    path: Path,
    name: str,
    mapping: TrackMapping,
    *,
    encoding: str | None = None,
    header_row: int | None = None,
    sheet: str | None = None,
) -> TrackScan:
    """Return the fixes of delimited text (also packed), a workbook or a Parquet table.

    Parameters
    ----------
    path, name
        The file, and how messages call it.
    mapping
        Its columns.
    encoding, header_row, sheet
        As :func:`corridors.formats.delimited.open_table`.

    Raises
    ------
    MissingInputError
        No such file.
    InputError
        Everything found wrong with the header; what is wrong with rows when they are read.
    """
    zone_faults = check_zone(mapping.time_zone, name)
    table = open_table(
        path, name, mapping.columns(), encoding=encoding, header_row=header_row, sheet=sheet
    )
    row = table.header.row if isinstance(table, TextTable) else 1
    faults = zone_faults + missing_columns(name, mapping.columns(), table.names, row)
    if faults:
        raise InputError(faults)
    zones = None
    if mapping.crs and not mapping.utm_zone:
        named = [c for c in table.names if "zone" in c.casefold() and "time" not in c.casefold()]
        zones = next((c for c in named if table.names.count(c) == 1), None)
        zones = None if zones in mapping.columns() else zones
    letters = [
        c
        for c in table.names
        if _LETTERS.search(c.casefold()) and table.names.count(c) == 1
        if c not in mapping.columns() and (mapping.crs or GEOGRAPHIC) == GEOGRAPHIC
    ]
    return scan_table(table, mapping, zones, letters)


def read_csv(
    path: Path,
    name: str,
    mapping: TrackMapping,
    *,
    encoding: str | None = None,
    header_row: int | None = None,
    sheet: str | None = None,
) -> Tracks:
    """Read all fixes of a table; see :func:`scan_csv`."""
    return scan_csv(
        path, name, mapping, encoding=encoding, header_row=header_row, sheet=sheet
    ).tracks()


def scan_frame(frame: pd.DataFrame, name: str, mapping: TrackMapping) -> TrackScan:
    """Return the fixes of columns of text, and ``source_row``, that are in memory.

    Raises
    ------
    InputError
        All faults of all rows.
    """
    reader = TrackReader(name, mapping)
    arrays = {
        column: pa.array(frame[column].to_numpy(dtype=object), pa.string())
        for column in dict.fromkeys(mapping.columns())
    }
    arrays = {k: pc.if_else(pc.is_in(v, pa.array(EMPTY)), None, v) for k, v in arrays.items()}
    arrays["source_row"] = pa.array(frame["source_row"].to_numpy(), pa.int64())
    part = reader.part(pa.RecordBatch.from_pydict(arrays))
    return TrackScan(iter([part]), reader.finish())


def with_notes(scan: TrackScan, notes: dict[str, Any]) -> TrackScan:
    """Return a scan whose notes have some more in front."""
    return replace(scan, notes={**notes, **scan.notes})
