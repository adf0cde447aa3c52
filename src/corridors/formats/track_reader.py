"""Columns of one file turned into fixes, part by part."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corridors.formats.fix_quality import fix_types, marks
from corridors.formats.numbers import EMPTY, numbers, without_point
from corridors.formats.positions import Plausibility, known_crs, to_geographic, wrapped
from corridors.formats.row_faults import RowFaults
from corridors.formats.stamps import StampReader, check_zone
from corridors.formats.track_columns import SCHEMA, TrackMapping
from corridors.formats.utm_zones import from_zones, other_zones, zone_codes
from corridors.foundation.arrays import Flags, Floats, Indices
from corridors.foundation.arrow import coded
from corridors.foundation.crs import GEOGRAPHIC
from corridors.foundation.errors import Fault, InputError

# A zero byte, or rows: a line break and a separator.
_NO_NAME = re.compile(r"\x00|\n.*[,;\t|]|[,;\t|].*\n", re.DOTALL)


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
    letters
        Columns that the mapping does not name, and which may hold the hemispheres of longitude or
        latitude: a number without a sign beside W or S is read as a negative one.

    Raises
    ------
    InputError
        No columns for the position, an unknown CRS or zone.
    """

    def __init__(
        self,
        name: str,
        mapping: TrackMapping,
        zones: str | None = None,
        letters: Sequence[str] = (),
    ) -> None:
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
        self._letters = letters
        self._other_zones: set[str] = set()
        self._n = {"half": 0, "wrapped": 0, "turned": 0}
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
        if self._n["turned"]:
            notes["signs_by_letters_of_hemispheres"] = self._n["turned"]
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
        self._only_text(animal, rows, mapping.animal)
        if not mapping.animal_prefix:
            return animal
        named = [mapping.animal_prefix + name for name in animal.dictionary.to_pylist()]
        return pa.DictionaryArray.from_arrays(animal.indices, pa.array(named, pa.string()))

    def _only_text(self, animal: pa.DictionaryArray, rows: Indices, column: str) -> None:
        """Refuse names with rows in them, that a quotation mark which is not closed takes in."""
        names = animal.dictionary.to_pylist()
        odd = np.array([_NO_NAME.search(name) is not None for name in names] or [False])
        if odd.any():
            self.faults.add(
                "a name that holds rows, or what is no text",
                odd[animal.indices.to_numpy()],
                rows,
                animal.to_pylist(),
                column=column,
                expected="the animal's name",
                cure="look for a quotation mark that is not closed, or correct the name",
            )

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
        for letters in self._letters:
            x, y = self._signed(columns.column(letters), x, y)
        lon, lat = to_geographic(x, y, self.crs)
        turned = wrapped(lon, lat)
        if turned.any():
            self._n["wrapped"] += int(turned.sum())
            lon = np.where(turned, lon - 360, lon)
        return lon, lat

    def _signed(self, letters: pa.Array, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return the positions with the signs that letters of hemispheres give them."""
        sides = words(letters)
        names = [word.upper() for word in sides.dictionary.to_pylist()]
        if not set(names) <= {"E", "W"} and not set(names) <= {"N", "S"}:
            return x, y
        is_negative = np.array([name in "WS" for name in names] + [False])
        codes = pc.fill_null(sides.indices, -1).to_numpy(zero_copy_only=False)
        is_x = set(names) <= {"E", "W"}
        turned = is_negative[codes] & ((x if is_x else y) > 0)
        self._n["turned"] += int(turned.sum())
        return (np.where(turned, -x, x), y) if is_x else (x, np.where(turned, -y, y))

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

    A whole number that a program wrote with a point is the same name without it.

    Examples
    --------
    >>> words(pa.array(["Bek ", "NA", "Bek"])).to_pylist()
    ['Bek', None, 'Bek']
    >>> words(pa.array(["7001.0", "7001"])).to_pylist()
    ['7001', '7001']
    """
    if pa.types.is_floating(column.type):
        values = column.to_numpy(zero_copy_only=False)
        whole = np.isfinite(values) & (values == np.floor(values)) & (np.abs(values) < 2**53)
        text = [
            None if np.isnan(v) else str(int(v)) if w else repr(float(v))
            for v, w in zip(values, whole, strict=True)
        ]
        column = pa.array(text, pa.string())
    column = coded(column)
    given = column.dictionary.to_pylist()
    told = [None if w is None else without_point(str(w).strip()) for w in given]
    told = [None if w in EMPTY else w for w in told]
    distinct = list(dict.fromkeys(w for w in told if w is not None))
    place = {w: i for i, w in enumerate(distinct)}
    if given == distinct:
        indices = column.indices.cast(pa.int32())
        return pa.DictionaryArray.from_arrays(
            indices, column.dictionary.cast(pa.string()), safe=False
        )
    moved = pa.array([None if w is None else place[w] for w in told], pa.int32())
    return pa.DictionaryArray.from_arrays(
        moved.take(column.indices.cast(pa.int32())), pa.array(distinct, pa.string())
    )
