"""What a GPS row of a file is, whatever the format, and which columns of the file say it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from corridors.formats.fix_quality import fix_types

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

    def numbers(self) -> list[str]:
        """Return which columns hold numbers and nothing else."""
        numbers = [self.lon, self.lat, self.dop] if self.decimal == "." else []
        once = Counter(self.columns())
        return [name for name in numbers if name and once[name] == 1]


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
