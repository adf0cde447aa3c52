"""GPS fixes from text, vector files and GPX, as one table whatever the format.

Every reader yields parts of a file as they are read (:class:`TrackScan`), so that looking at a file
needs no memory for all of it; :meth:`TrackScan.tracks` holds them together. Nothing that is a GPS
row of the file is left out, and every fault found is reported with its row. What is known only at
the end (faults among it) is known when all parts are read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from corridors.formats.delimited import TextTable, missing_columns, open_table
from corridors.formats.fix_quality import fix_types, marks
from corridors.formats.numbers import EMPTY, numbers
from corridors.formats.plain_parquet import ParquetTable
from corridors.formats.positions import Plausibility, known_crs, to_geographic, wrapped
from corridors.formats.row_faults import RowFaults
from corridors.formats.stamps import StampReader, check_zone
from corridors.formats.utm_zones import from_zones, other_zones, zone_codes
from corridors.foundation.arrays import Flags, Floats, Indices
from corridors.foundation.crs import GEOGRAPHIC
from corridors.foundation.errors import Fault, InputError

# One row per GPS row of a file. lon/lat are as given (degrees WGS84), NaN where there are none.
SCHEMA = pa.schema(
    {
        "animal": pa.dictionary(pa.int32(), pa.string()),
        "time_utc": pa.timestamp("us", "UTC"),
        "lon": pa.float64(),
        "lat": pa.float64(),
        "dop": pa.float64(),
        "fix_type": pa.dictionary(pa.int32(), pa.string()),
        "species": pa.dictionary(pa.int32(), pa.string()),
        "tag": pa.dictionary(pa.int32(), pa.string()),
        "vendor_outlier": pa.bool_(),
        "undeployed": pa.bool_(),
        "source_row": pa.int64(),
    }
)
COLUMNS = tuple(SCHEMA.names)


@dataclass(frozen=True)
class TrackMapping:
    """Which column holds what, and how to read it.

    Parameters
    ----------
    animal, lon, lat, dop, fix_type, species, outlier, tag, utm_zone
        Column names; None where the file has none.
    time
        Column of the time stamp, or several whose texts are joined by a blank.
    animal_name
        Name of the one animal in the file, where no column says it.
    animal_prefix
        Put before every name.
    time_format
        Form, or several (see :mod:`corridors.foundation.time_forms`); None for ISO 8601.
    time_zone
        Zone of stamps without an offset; None when they must carry one.
    midnight
        Whether a date alone is midnight; None: if the file's other stamps tell.
    crs
        CRS of the coordinates; None: degrees WGS84.
    unit
        ``km`` where projected coordinates are in kilometres.
    decimal
        Decimal mark of numbers, ``.`` or ``,``.
    is_by_format
        Whether the format names the columns, not the user.
    """

    animal: str | None
    time: str | tuple[str, ...]
    lon: str | None = None
    lat: str | None = None
    dop: str | None = None
    fix_type: str | None = None
    species: str | None = None
    outlier: str | None = None
    tag: str | None = None
    utm_zone: str | None = None
    animal_name: str | None = None
    animal_prefix: str = ""
    time_format: str | tuple[str, ...] | None = None
    time_zone: str | None = None
    midnight: bool | None = None
    crs: str | None = None
    unit: str | None = None
    decimal: str = "."
    is_by_format: bool = False

    def times(self) -> tuple[str, ...]:
        """Return the columns of the time stamp."""
        return (self.time,) if isinstance(self.time, str) else self.time

    def columns(self) -> list[str]:
        """Return the columns that are named."""
        named = (
            self.animal,
            *self.times(),
            self.lon,
            self.lat,
            self.dop,
            self.fix_type,
            self.species,
            self.outlier,
            self.tag,
            self.utm_zone,
        )
        return [name for name in named if name is not None]

    def hints(self) -> dict[str, list[str]]:
        """Return which columns hold numbers and which few words, where it is one or the other."""
        numbers = [self.lon, self.lat, self.dop] if self.decimal == "." else []
        words = [self.animal, self.fix_type, self.species, self.tag]
        once = Counter(self.columns())
        return {
            "numbers": [name for name in numbers if name and once[name] == 1],
            "words": [name for name in words if name and once[name] == 1],
        }


@dataclass(frozen=True)
class Tracks:
    """Rows of one file as :data:`COLUMNS`, and what is worth knowing about them."""

    frame: pd.DataFrame
    notes: dict[str, Any] = field(default_factory=dict)


@dataclass
class TrackScan:
    """Parts of a file as they are read, each with :data:`SCHEMA`; once.

    ``fix_type`` has the vendor's words. ``notes`` is complete after the last part.
    """

    parts: Iterator[pa.RecordBatch]
    notes: dict[str, Any]

    def tracks(self) -> Tracks:
        """Return all rows.

        Raises
        ------
        InputError
            All faults of all rows.
        """
        table = pa.Table.from_batches(list(self.parts), SCHEMA)
        return Tracks(as_frame(table), self.notes)


def as_frame(table: pa.Table) -> pd.DataFrame:
    """Return rows of :data:`SCHEMA` as a frame, fix types as ``3d``, ``2d``, ``none`` or ""."""
    words = pc.value_counts(table.column("fix_type").cast(pa.string()).combine_chunks())
    count = {w["values"] or "": w["counts"] for w in words.to_pylist()}
    meanings, _, _ = fix_types(count)
    frame = pd.DataFrame(
        {
            name: pc.fill_null(table.column(name).cast(pa.string()), "").to_pandas().astype("str")
            if pa.types.is_dictionary(kind)
            else table.column(name).to_pandas()
            for name, kind in zip(SCHEMA.names, SCHEMA.types, strict=True)
        }
    )
    frame["fix_type"] = frame["fix_type"].map(meanings).astype(object)
    return frame


class TrackReader:
    """Turns columns of one file into fixes, part by part.

    Parameters
    ----------
    name
        How messages call the file.
    mapping
        Meaning of the columns; ``lon`` and ``lat`` are needed.
    zones
        A column that the mapping does not name, and which may hold UTM zones.

    Raises
    ------
    InputError
        No columns for the position, an unknown CRS or zone.
    """

    def __init__(self, name: str, mapping: TrackMapping, zones: str | None = None) -> None:
        if mapping.lon is None or mapping.lat is None:
            raise InputError(
                Fault(
                    "no columns for the position",
                    name,
                    expected="columns.lon and columns.lat",
                    cure="name them in columns of this source",
                )
            )
        self.name = name
        self.mapping = mapping
        self.faults = RowFaults(name)
        self.lon, self.lat = mapping.lon, mapping.lat
        self.crs = mapping.crs or GEOGRAPHIC
        faults = check_zone(mapping.time_zone, name) + known_crs(self.crs, name)
        if faults:
            raise InputError(faults)
        self.stamps = StampReader(name, mapping, self.faults)
        shown = GEOGRAPHIC if mapping.utm_zone else self.crs
        self.plausible = Plausibility(name, shown, self.lon, self.lat)
        self._zones = zones
        self._other_zones: set[str] = set()
        self._n = {"half": 0, "wrapped": 0, "west": 0}
        self._fix_words: dict[str, int] = {}

    def part(self, columns: pa.RecordBatch) -> pa.RecordBatch:
        """Return the fixes of a part: the mapping's columns and ``source_row``."""
        mapping, faults = self.mapping, self.faults
        rows = columns.column("source_row").to_numpy()
        n = len(rows)
        animal = self._animals(columns, rows)
        time_utc = self.stamps.read(columns, rows, animal)
        x = numbers(columns.column(self.lon), rows, self.lon, mapping.decimal, faults, letters="EW")
        y = numbers(columns.column(self.lat), rows, self.lat, mapping.decimal, faults, letters="NS")
        half = np.isfinite(x) != np.isfinite(y)
        if half.any():
            self._n["half"] += int(half.sum())
            x, y = np.where(half, np.nan, x), np.where(half, np.nan, y)
        lon, lat = self._degrees(columns, x, y)
        fix_type = self._fix_type(columns, n)
        self.plausible.see(x, y, lon, lat, self._placed(fix_type))
        outlier = np.zeros(n, dtype=bool)
        dop = self._dop(columns, rows)
        if mapping.outlier:
            outlier, _ = marks(columns.column(mapping.outlier), rows, mapping.outlier, faults)
        return pa.RecordBatch.from_arrays(
            [
                animal,
                pa.array(time_utc).cast(pa.timestamp("us", "UTC")),
                pa.array(lon),
                pa.array(lat),
                pa.array(dop),
                fix_type,
                self._words(columns, mapping.species, n),
                self._words(columns, mapping.tag, n),
                pa.array(outlier),
                pa.array(np.zeros(n, dtype=bool)),
                pa.array(rows),
            ],
            schema=SCHEMA,
        )

    def finish(self) -> dict[str, Any]:
        """Return what is worth knowing about the whole file.

        Raises
        ------
        InputError
            All faults found.
        """
        notes: dict[str, Any] = {}
        notes.update(self.stamps.finish())
        found = self.faults.list() + self._zone_faults() + self.plausible.faults()
        if found:
            raise InputError(found)
        if self.mapping.dop:
            notes["dop_column"] = self.mapping.dop
        _, unknown, argos = fix_types(self._fix_words)
        if unknown:
            notes["fix_types_not_understood"] = unknown
        if argos:
            notes["argos_location_classes"] = argos
        if self._n["half"]:
            notes["rows_with_half_a_position"] = self._n["half"]
        if self._n["wrapped"]:
            notes["longitudes_beyond_180_wrapped"] = self._n["wrapped"]
        return notes

    def _animals(self, columns: pa.RecordBatch, rows: Indices) -> pa.DictionaryArray:
        mapping, n = self.mapping, len(rows)
        if mapping.animal is None:
            one = pa.array([mapping.animal_prefix + str(mapping.animal_name)])
            return pa.DictionaryArray.from_arrays(pa.array(np.zeros(n, dtype=np.int32)), one)
        animal = words(columns.column(mapping.animal))
        if animal.null_count:
            nameless = animal.is_null().to_numpy(zero_copy_only=False)
            self.faults.add(
                "row without an animal",
                nameless,
                rows,
                [""] * n,
                column=mapping.animal,
                expected="the animal's name",
                cure="fill in the name, or remove the rows",
            )
            animal = words(pc.fill_null(animal.cast(pa.string()), "?"))
        if not mapping.animal_prefix:
            return animal
        named = [mapping.animal_prefix + name for name in animal.dictionary.to_pylist()]
        return pa.DictionaryArray.from_arrays(animal.indices, pa.array(named, pa.string()))

    def _degrees(self, columns: pa.RecordBatch, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        if self.mapping.unit == "km":
            x, y = 1000 * x, 1000 * y
        if self.mapping.utm_zone:
            codes, faults = zone_codes(
                columns.column(self.mapping.utm_zone),
                self.mapping.crs,
                self.name,
                self.mapping.utm_zone,
            )
            for fault in faults:
                self.faults.one(fault)
            return from_zones(x, y, codes)
        if self._zones is not None:
            self._other_zones |= other_zones(columns.column(self._zones), self.crs)
        lon, lat = to_geographic(x, y, self.crs)
        turned = wrapped(lon, lat)
        if turned.any():
            self._n["wrapped"] += int(turned.sum())
            lon = np.where(turned, lon - 360, lon)
        return lon, lat

    def _zone_faults(self) -> list[Fault]:
        if not self._other_zones:
            return []
        zones = ", ".join(sorted(self._other_zones)[:8])
        return [
            Fault(
                "rows of more than one UTM zone",
                self.name,
                column=self._zones,
                expected=f"the zone of {self.crs} in every row",
                got=f"also {zones}",
                cure=f"set columns.utm_zone: {self._zones} of this source; each row is then read "
                "in its own zone",
            )
        ]

    def _fix_type(self, columns: pa.RecordBatch, n: int) -> pa.DictionaryArray:
        found = self._words(columns, self.mapping.fix_type, n)
        if self.mapping.fix_type:
            for one in pc.value_counts(found.cast(pa.string())).to_pylist():
                word = one["values"] or ""
                self._fix_words[word] = self._fix_words.get(word, 0) + one["counts"]
        return found

    def _placed(self, fix_type: pa.DictionaryArray) -> Flags:
        """Return rows for which the collar does not say that it has no fix."""
        if not self.mapping.fix_type:
            return np.ones(len(fix_type), dtype=bool)
        names = [word or "" for word in fix_type.dictionary.to_pylist()]
        meanings, _, _ = fix_types(dict.fromkeys(names, 1))
        is_none = np.array([meanings[name] == "none" for name in names] + [False])
        codes = pc.fill_null(fix_type.indices, -1).to_numpy(zero_copy_only=False)
        return np.asarray(~is_none[codes])

    def _dop(self, columns: pa.RecordBatch, rows: Indices) -> Floats:
        column = self.mapping.dop
        if column is None:
            return np.full(len(rows), np.nan)
        dop = numbers(columns.column(column), rows, column, self.mapping.decimal, self.faults)
        with np.errstate(invalid="ignore"):
            negative = dop < 0
        self.faults.add(
            "negative dilution of precision",
            negative,
            rows,
            dop,
            column=column,
            expected="a number >= 0, or nothing",
            cure="leave the cell empty where it is unknown",
        )
        return dop

    def _words(self, columns: pa.RecordBatch, column: str | None, n: int) -> pa.DictionaryArray:
        if column is None:
            nothing = pa.nulls(n, pa.int32())
            return pa.DictionaryArray.from_arrays(nothing, pa.array([], pa.string()))
        return words(columns.column(column))


def words(column: pa.Array) -> pa.DictionaryArray:
    """Return texts coded, without the blanks around them, null where there is no value.

    Examples
    --------
    >>> words(pa.array(["Bek ", "NA", "Bek"])).to_pylist()
    ['Bek', None, 'Bek']
    """
    if pa.types.is_floating(column.type):
        values = column.to_numpy(zero_copy_only=False)
        whole = np.isfinite(values) & (values == np.floor(values)) & (np.abs(values) < 2**53)
        text = [
            None if np.isnan(v) else str(int(v)) if w else repr(float(v))
            for v, w in zip(values, whole, strict=True)
        ]
        column = pa.array(text, pa.string())
    coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    given = coded.dictionary.to_pylist()
    told = [None if w is None else str(w).strip() for w in given]
    told = [None if w in EMPTY else w for w in told]
    distinct = list(dict.fromkeys(w for w in told if w is not None))
    place = {w: i for i, w in enumerate(distinct)}
    if given == distinct:
        indices = coded.indices.cast(pa.int32())
        return pa.DictionaryArray.from_arrays(indices, coded.dictionary.cast(pa.string()))
    moved = pa.array([None if w is None else place[w] for w in told], pa.int32())
    return pa.DictionaryArray.from_arrays(
        moved.take(coded.indices.cast(pa.int32())), pa.array(distinct, pa.string())
    )


def scan_table(
    table: TextTable | ParquetTable, mapping: TrackMapping, zones: str | None = None
) -> TrackScan:
    """Return the fixes of a table by a mapping, part by part."""
    reader = TrackReader(table.name, mapping, zones)
    notes = dict(table.notes)
    wanted = [*mapping.columns(), *([zones] if zones else [])]

    def parts() -> Iterator[pa.RecordBatch]:
        for batch in table.batches(wanted, **mapping.hints()):
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
    return scan_table(table, mapping, zones)


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
