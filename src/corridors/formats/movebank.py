"""Movebank CSV: the minimal table and the full export.

Attribute names follow the Movebank attribute dictionary; colons, hyphens, underscores, dots and
blanks between their words are the same here, as the web download, the REST interface and R
packages write them differently.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corridors.formats.delimited import TextTable, missing_columns, open_table
from corridors.formats.fix_quality import marks
from corridors.formats.plain_parquet import ParquetTable
from corridors.formats.stamps import check_zone
from corridors.formats.track_columns import TrackMapping, Tracks, TrackScan
from corridors.formats.track_reader import TrackReader, words
from corridors.foundation.arrays import Flags, Indices
from corridors.foundation.errors import Fault, InputError

_NEEDED = ("timestamp", "location-long", "location-lat")
_ANIMAL = "individual-local-identifier"
_TAG = "tag-local-identifier"
_TAXON = "individual-taxon-canonical-name"
_DOP = ("gps-dop", "gps-hdop", "gps-pdop")
_FIX_TYPE = ("gps-fix-type-raw", "gps-fix-type")
_SENSOR = "sensor-type"
_SENSOR_ID = "sensor-type-id"
_OUTLIER = (
    "manually-marked-outlier",
    "algorithm-marked-outlier",
    "import-marked-outlier",
)
_VISIBLE = "visible"
_GPS = ("gps", "653")
# A row of a collar that no animal carries.
TAG_PREFIX = "tag:"
# Column with the name of each row; no header of Movebank's is called so.
_NAMED = "animal of the row"
_KNOWN = (*_NEEDED, _ANIMAL, _TAG, _TAXON, *_DOP, *_FIX_TYPE, _SENSOR, _SENSOR_ID, *_OUTLIER)


def plain(name: str) -> str:
    """Return an attribute's name in one spelling.

    Examples
    --------
    >>> plain("gps:fix-type-raw"), plain("location_long"), plain("location.lat")
    ('gps-fix-type-raw', 'location-long', 'location-lat')
    """
    return re.sub(r"[:_. -]+", "-", name.strip().casefold())


def read_movebank(
    path: Path,
    name: str,
    *,
    time_zone: str | None,
    encoding: str | None = None,
    header_row: int | None = None,
) -> Tracks:
    """Read all GPS rows of a Movebank export; see :func:`scan_movebank`."""
    return scan_movebank(
        path, name, time_zone=time_zone, encoding=encoding, header_row=header_row
    ).tracks()


def scan_movebank(
    path: Path,
    name: str,
    *,
    time_zone: str | None,
    encoding: str | None = None,
    header_row: int | None = None,
    animal_prefix: str = "",
    midnight: bool | None = None,
) -> TrackScan:
    """Return the GPS rows of a Movebank export, part by part.

    Rows of other sensors are counted, not read. A row without an individual but with a tag is the
    tag's: it becomes animal ``tag:<tag>``, marked undeployed. A row is a vendor's outlier if any
    outlier column says true or ``visible`` says false.

    Parameters
    ----------
    path, name
        The file, and how messages call it.
    time_zone
        Zone of stamps without an offset; Movebank itself exports UTC.
    encoding, header_row
        As :func:`corridors.formats.delimited.open_table`.
    animal_prefix
        Put before every name.
    midnight
        Whether a date alone is midnight; None: if the file's other stamps tell.

    Raises
    ------
    MissingInputError
        No such file.
    InputError
        Everything found wrong with the header; what is wrong with rows when they are read.
    """
    table = open_table(
        path,
        name,
        _header_words(),
        encoding=encoding,
        header_row=header_row,
        enough=len(_NEEDED),
    )
    spelled: dict[str, str] = {}
    for column in table.names:
        spelled.setdefault(plain(column), column)
    needed = [*_NEEDED] + ([] if _TAG in spelled else [_ANIMAL])
    row = table.header.row if isinstance(table, TextTable) else 1
    faults = check_zone(time_zone, name)
    faults += missing_columns(name, [spelled.get(word, word) for word in needed], table.names, row)
    present = [spelled[word] for word in (*_KNOWN, _VISIBLE) if word in spelled]
    doubled = [column for column in present if table.names.count(column) > 1]
    faults += missing_columns(name, [c for c in doubled if c not in needed], table.names, row)
    if faults:
        raise InputError(faults)
    mapping = TrackMapping(
        animal=_NAMED,
        time=spelled["timestamp"],
        lon=spelled["location-long"],
        lat=spelled["location-lat"],
        dop=_first(spelled, _DOP),
        fix_type=_first(spelled, _FIX_TYPE),
        species=spelled.get(_TAXON),
        tag=spelled.get(_TAG),
        animal_prefix=animal_prefix,
        time_zone=time_zone,
        midnight=midnight,
        is_by_format=True,
    )
    rows = _Rows(TrackReader(name, mapping), spelled)
    notes: dict[str, Any] = {"rows": 0, **table.notes}

    def parts() -> Iterator[pa.RecordBatch]:
        yield from rows.read(table, present)
        notes["rows"] = rows.n_rows
        notes.update(rows.reader.finish())
        if rows.other_sensors:
            notes["rows_of_other_sensors"] = dict(sorted(rows.other_sensors.items()))

    return TrackScan(parts(), notes)


def _header_words() -> set[str]:
    """Return the needed names as this file spells them, to recognise its delimiter."""
    found: set[str] = set()
    for word in (*_NEEDED, _ANIMAL):
        for mark in "-_.:":
            found.add(word.replace("-", mark))
    return found


def _first(spelled: dict[str, str], words: Sequence[str]) -> str | None:
    return next((spelled[word] for word in words if word in spelled), None)


class _Rows:
    """The GPS rows of one file, with a name each."""

    def __init__(self, reader: TrackReader, spelled: dict[str, str]) -> None:
        self.reader = reader
        self.spelled = spelled
        self.n_rows = 0
        self.n_gps = 0
        self.other_sensors: dict[str, int] = {}
        self._sensor = spelled.get(_SENSOR) or spelled.get(_SENSOR_ID)

    def read(
        self, table: TextTable | ParquetTable, present: Sequence[str]
    ) -> Iterator[pa.RecordBatch]:
        """Yield fixes of the parts of a table."""
        for batch in table.batches(present, numbers=self.reader.mapping.numbers()):
            self.n_rows += len(batch)
            gps = self._gps(batch)
            self.n_gps += len(gps)
            if len(gps):
                yield self._part(gps)
        if not self.n_gps and not self.reader.faults:
            raise InputError(
                Fault(
                    "no GPS rows in the file",
                    self.reader.name,
                    column=self._sensor,
                    expected="gps",
                    got=", ".join(sorted(self.other_sensors)[:6]),
                    cure="export the GPS sensor",
                )
            )

    def _gps(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        if self._sensor is None:
            return batch
        sensor = words(batch.column(self._sensor))
        if sensor.null_count:
            rows = batch.column("source_row").to_numpy()
            self.reader.faults.add(
                "row without a sensor type",
                sensor.is_null().to_numpy(zero_copy_only=False),
                rows,
                [""] * len(rows),
                column=self._sensor,
                expected="gps, or the name of another sensor",
                cure="fill in the sensor type, or remove the column if all rows are GPS fixes",
            )
        names = sensor.dictionary.to_pylist()
        is_gps = np.array([word.casefold() in _GPS for word in names] + [False])
        if is_gps[:-1].all() and not sensor.null_count:
            return batch
        codes = pc.fill_null(sensor.indices, -1).to_numpy(zero_copy_only=False)
        for i, word in enumerate(names):
            if not is_gps[i]:
                count = self.other_sensors.get(word, 0) + int((codes == i).sum())
                self.other_sensors[word] = count
        return batch.filter(pa.array(is_gps[codes]))

    def _part(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        rows = batch.column("source_row").to_numpy()
        animal, undeployed = self._individuals(batch, rows)
        outlier = self._outliers(batch, rows)
        fixes = self.reader.part(batch.append_column(_NAMED, animal))
        place = fixes.schema.get_field_index
        fixes = fixes.set_column(place("vendor_outlier"), "vendor_outlier", pa.array(outlier))
        return fixes.set_column(place("undeployed"), "undeployed", pa.array(undeployed))

    def _individuals(self, batch: pa.RecordBatch, rows: Indices) -> tuple[pa.Array, Flags]:
        n = len(rows)
        nothing = pa.nulls(n, pa.string())
        animal: pa.Array = nothing
        if _ANIMAL in self.spelled:
            animal = words(batch.column(self.spelled[_ANIMAL]))
            if not animal.null_count:
                return animal, np.zeros(n, dtype=bool)
            animal = animal.cast(pa.string())
        tag = nothing
        if _TAG in self.spelled:
            tag = words(batch.column(self.spelled[_TAG])).cast(pa.string())
        nameless = animal.is_null().to_numpy(zero_copy_only=False)
        tagged = tag.is_valid().to_numpy(zero_copy_only=False)
        lost = nameless & ~tagged
        self.reader.faults.add(
            "row without an individual and without a tag",
            lost,
            rows,
            [""] * n,
            column=self.spelled.get(_ANIMAL, _ANIMAL),
            expected="the individual's name, or the tag's",
            cure="fill in the name, or remove the rows",
        )
        of_tag = pc.binary_join_element_wise(TAG_PREFIX, tag, "")
        # A name of its own for rows that are reported, so that they are not reported twice.
        return pc.fill_null(pc.coalesce(animal, of_tag), "?"), nameless & tagged

    def _outliers(self, batch: pa.RecordBatch, rows: Indices) -> Flags:
        outlier = np.zeros(len(rows), dtype=bool)
        faults = self.reader.faults
        for word in _OUTLIER:
            if word in self.spelled:
                column = self.spelled[word]
                outlier |= marks(batch.column(column), rows, column, faults)[0]
        if _VISIBLE in self.spelled:
            column = self.spelled[_VISIBLE]
            shown, said = marks(batch.column(column), rows, column, faults)
            outlier |= ~shown & said
        return outlier
