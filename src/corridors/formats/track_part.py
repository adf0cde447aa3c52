"""Some rows of a file of tracks: their columns as arrays, and other rows made of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corridors.formats.positions import impossible
from corridors.foundation.arrays import Flags, Floats, Indices, Indices32, Microseconds
from corridors.foundation.arrow import codes_of, is_one


@dataclass(frozen=True)
class TrackPart:
    """Rows of one file with :data:`corridors.formats.tracks.SCHEMA`; columns have shape (n,).

    Parameters
    ----------
    rows
        As a reader of the file makes them.
    """

    rows: pa.RecordBatch

    def __len__(self) -> int:
        return int(self.rows.num_rows)

    @property
    def animals(self) -> list[str]:
        """Names that :attr:`animal` points to; an animal may have no row here."""
        names: list[str] = self.rows.column("animal").dictionary.to_pylist()
        return names

    @property
    def animal(self) -> Indices32:
        """Place of each row's animal in :attr:`animals`."""
        return codes_of(self.rows.column("animal"))

    @property
    def lon(self) -> Floats:
        """Degrees, NaN where none is given."""
        return np.asarray(self.rows.column("lon").to_numpy(zero_copy_only=False))

    @property
    def lat(self) -> Floats:
        """Degrees, NaN where none is given."""
        return np.asarray(self.rows.column("lat").to_numpy(zero_copy_only=False))

    @property
    def dop(self) -> Floats:
        """Dilution of precision, NaN where none is given."""
        return np.asarray(self.rows.column("dop").to_numpy(zero_copy_only=False))

    @property
    def source_row(self) -> Indices:
        """Row in the file, 1-based."""
        return np.asarray(self.rows.column("source_row").to_numpy())

    @property
    def has_time(self) -> Flags:
        """Whether a row has a time."""
        times = self.rows.column("time_utc")
        if not times.null_count:
            return np.ones(len(self), dtype=bool)
        return np.asarray(times.is_valid().to_numpy(zero_copy_only=False))

    @property
    def time_us(self) -> Microseconds:
        """Microseconds since 1970 UTC, of rows that all have a time."""
        times = self.rows.column("time_utc").cast(pa.int64())
        return np.asarray(times.to_numpy(zero_copy_only=False))

    @property
    def timed_us(self) -> Microseconds:
        """Microseconds since 1970 UTC, of the rows that have a time."""
        times = self.rows.column("time_utc").drop_null().cast(pa.int64())
        return np.asarray(times.to_numpy())

    @property
    def is_outlier(self) -> Flags:
        """Whether the vendor calls a row an outlier."""
        return _flags(self.rows.column("vendor_outlier"))

    @property
    def is_undeployed(self) -> Flags:
        """Whether no animal wore the collar."""
        return _flags(self.rows.column("undeployed"))

    @cached_property
    def n_placed(self) -> int:
        """How many rows have a position."""
        return int(np.count_nonzero(np.isfinite(self.lon) & np.isfinite(self.lat)))

    @cached_property
    def is_usable(self) -> Flags:
        """Whether a row has a time and a possible position, and is deployed and no outlier."""
        lon, lat = self.lon, self.lat
        good: Flags = np.isfinite(lon) & np.isfinite(lat) & self.has_time
        good &= ~(impossible(lon, lat) | self.is_outlier | self.is_undeployed)
        return good

    @property
    def tags(self) -> list[str | None]:
        """The tag of each row."""
        words: list[str | None] = self.rows.column("tag").cast(pa.string()).to_pylist()
        return words

    def coded_tags(self) -> tuple[Indices32, list[str]]:
        """Return the place of each row's tag in a list of tags, "" where it has none; the list."""
        return self._coded("tag")

    def counts(self) -> Counter[str]:
        """Return how many rows each animal has that has any."""
        return _counted(self.animal, self.animals)

    def taxa(self) -> Counter[str]:
        """Return how many rows each taxon has, "" of those that state none."""
        return _counted(*self._coded("species"))

    def where(self, chosen: Flags) -> TrackPart:
        """Return the chosen rows."""
        return TrackPart(self.rows.filter(pa.array(chosen)))

    def of_animals(self, names: Sequence[str] | set[str]) -> TrackPart:
        """Return the rows of the named animals."""
        wanted = np.array([name in names for name in self.animals] or [False])
        return self.where(wanted[self.animal])

    def of_taxon(self, taxon: str) -> TrackPart:
        """Return the rows of a taxon."""
        taxa = self.rows.column("species").cast(pa.string())
        return TrackPart(self.rows.filter(pc.fill_null(pc.equal(taxa, taxon), fill_value=False)))

    def with_times(self, time_us: Microseconds) -> TrackPart:
        """Return the rows with other times, microseconds since 1970 UTC."""
        return self._with("time_utc", pa.array(time_us))

    def with_animals(self, animal: Indices32, names: Sequence[str]) -> TrackPart:
        """Return the rows with other animals, as places in a list of names."""
        named = pa.array(list(names), pa.string())
        return self._with("animal", pa.DictionaryArray.from_arrays(pa.array(animal), named))

    def with_undeployed(self, is_undeployed: Flags) -> TrackPart:
        """Return the rows with another word on whether the collar was worn."""
        return self._with("undeployed", pa.array(is_undeployed))

    def _coded(self, column: str) -> tuple[Indices32, list[str]]:
        """Return places in a list of different texts, the last of which is "": no value."""
        coded = self.rows.column(column)
        names: list[str] = coded.dictionary.to_pylist()
        return codes_of(coded), [*names, ""]

    def _with(self, column: str, values: pa.Array) -> TrackPart:
        field = self.rows.schema.field(column)
        place = self.rows.schema.get_field_index(column)
        return TrackPart(self.rows.set_column(place, field, values.cast(field.type)))


def _counted(codes: Indices32, names: Sequence[str]) -> Counter[str]:
    if is_one(codes):
        return Counter({names[codes[0]]: len(codes)})
    counts = np.bincount(codes, minlength=len(names)).tolist()
    return Counter({name: n for name, n in zip(names, counts, strict=True) if n})


def _flags(column: pa.BooleanArray) -> Flags:
    """Return a column as an array; mostly nothing is true."""
    if not column.true_count:
        return np.zeros(len(column), dtype=bool)
    return np.asarray(column.to_numpy(zero_copy_only=False))
