"""GPS fixes from text, vector files and GPX, as one frame whatever the format.

Every reader returns :class:`Tracks`; nothing that is a GPS row of the file is left out, and every
fault found is reported with its row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from corridors.formats.delimited import (
    EMPTY,
    Header,
    missing_columns,
    read_columns,
    read_header,
    row_faults,
)
from corridors.formats.positions import implausible_positions, to_geographic
from corridors.foundation.arrays import Flags, Floats, Labels
from corridors.foundation.clock import Stamps, is_zone, parse_utc, zones
from corridors.foundation.crs import GEOGRAPHIC
from corridors.foundation.errors import Fault, InputError
from corridors.foundation.faults import IN_FILES_FRAC, nearest

# One row per GPS row of a file. lon/lat are as given (degrees WGS84), NaN where there are none.
COLUMNS = (
    "animal",
    "time_utc",
    "lon",
    "lat",
    "dop",
    "fix_type",
    "species",
    "vendor_outlier",
    "undeployed",
    "source_row",
)
_TRUE = ("true", "t", "1", "yes", "y")
_FALSE = ("false", "f", "0", "no", "n", "")
_COMMA = r"[+-]?\d+,\d+"


@dataclass(frozen=True)
class TrackMapping:
    """Which column holds what, and how to read it.

    Parameters
    ----------
    animal, time, lon, lat, dop, fix_type, species, outlier
        Column names; None where the file has none.
    animal_name
        Name of the one animal in the file, where no column says it.
    time_format
        ``strptime`` format; None for ISO 8601.
    time_zone
        IANA zone of stamps without an offset; None when they must carry one.
    crs
        CRS of the coordinates.
    decimal
        Decimal mark of numbers, ``.`` or ``,``.
    """

    animal: str | None
    time: str
    lon: str | None = None
    lat: str | None = None
    dop: str | None = None
    fix_type: str | None = None
    species: str | None = None
    outlier: str | None = None
    animal_name: str | None = None
    time_format: str | None = None
    time_zone: str | None = None
    crs: str = GEOGRAPHIC
    decimal: str = "."

    def columns(self) -> list[str]:
        """Return the columns that are named."""
        named = (
            self.animal,
            self.time,
            self.lon,
            self.lat,
            self.dop,
            self.fix_type,
            self.species,
            self.outlier,
        )
        return [name for name in named if name is not None]


@dataclass(frozen=True)
class Tracks:
    """Rows of one file as :data:`COLUMNS`, and what is worth knowing about them."""

    frame: pd.DataFrame
    notes: dict[str, Any] = field(default_factory=dict)


def read_csv(path: Path, name: str, mapping: TrackMapping) -> Tracks:
    """Read fixes from delimited text by a mapping.

    Parameters
    ----------
    path, name
        The file, and how messages call it.
    mapping
        Its columns.

    Raises
    ------
    MissingInputError
        No such file.
    InputError
        Everything found wrong with the file.
    """
    zone_faults = check_zone(mapping.time_zone, name)
    header = read_header(path, name, mapping.columns())
    faults = zone_faults + missing_columns(name, mapping.columns(), header.names)
    if faults:
        raise InputError(faults)
    frame = read_columns(path, name, header, mapping.columns())
    return interpret(frame, name, mapping, header)


def check_zone(time_zone: str | None, name: str) -> list[Fault]:
    """Return a fault if ``time_zone`` is given and not an IANA zone."""
    if time_zone is None or is_zone(time_zone):
        return []
    near = nearest(time_zone, zones(), least_alike_frac=IN_FILES_FRAC)
    return [
        Fault(
            "unknown time zone",
            name,
            expected="an IANA name such as UTC, Asia/Dushanbe or Etc/GMT-5",
            got=time_zone,
            cure=f"did you mean {near}?" if near else "correct time_zone of this source",
        )
    ]


def interpret(
    frame: pd.DataFrame, name: str, mapping: TrackMapping, header: Header | None = None
) -> Tracks:
    """Turn columns of text into fixes.

    Parameters
    ----------
    frame
        Text columns named by ``mapping``, and ``source_row``.
    name
        How messages call the file.
    mapping
        Meaning of the columns; ``lon`` and ``lat`` are needed.
    header
        Header of the text file, for messages.

    Raises
    ------
    InputError
        All faults of all rows.
    """
    if mapping.lon is None or mapping.lat is None:
        raise InputError(
            Fault(
                "no columns for the position",
                name,
                expected="columns.lon and columns.lat",
                cure="name them in columns of this source",
            )
        )
    faults: list[Fault] = []
    rows = frame["source_row"]
    utc = times(frame[mapping.time], rows, name, mapping, faults)
    animal = _animals(frame, rows, name, mapping, faults)
    x = numbers(frame[mapping.lon], rows, name, mapping.lon, mapping.decimal, faults)
    y = numbers(frame[mapping.lat], rows, name, mapping.lat, mapping.decimal, faults)
    dop, fix_type, outlier, notes = quality(frame, rows, name, mapping, faults)
    half = np.isfinite(x) != np.isfinite(y)
    x, y = np.where(half, np.nan, x), np.where(half, np.nan, y)
    lon, lat = to_geographic(x, y, mapping.crs, name, faults)
    faults += implausible_positions(lon, lat, name, mapping.crs, mapping.lon, mapping.lat)
    if faults:
        raise InputError(faults)
    if half.any():
        notes["rows_with_half_a_position"] = int(half.sum())
    if header is not None and header.delimiter != ",":
        notes["delimiter"] = header.delimiter
    species = (
        frame[mapping.species].mask(frame[mapping.species].isin(EMPTY), "")
        if mapping.species
        else pd.Series("", index=frame.index)
    )
    return Tracks(
        pd.DataFrame(
            {
                "animal": animal.array,
                "time_utc": utc.array,
                "lon": lon,
                "lat": lat,
                "dop": dop,
                "fix_type": fix_type,
                "species": species.array,
                "vendor_outlier": outlier,
                "undeployed": np.zeros(len(frame), dtype=bool),
                "source_row": rows.to_numpy(),
            }
        ).astype({"animal": "str", "species": "str"}),
        notes,
    )


def times(
    text: pd.Series, rows: pd.Series, name: str, mapping: TrackMapping, faults: list[Fault]
) -> pd.Series:
    """Return UTC times of ``text``; what cannot be read is added to ``faults``."""
    stamps = parse_utc(text, time_zone=mapping.time_zone, time_format=mapping.time_format)
    faults += stamp_faults(stamps, text, rows, name, mapping)
    return stamps.utc


def stamp_faults(
    stamps: Stamps, text: pd.Series, rows: pd.Series, name: str, mapping: TrackMapping
) -> list[Fault]:
    """Return the faults of time stamps."""
    faults: list[Fault] = []
    if stamps.zoneless.any():
        first = int(np.flatnonzero(stamps.zoneless)[0])
        faults.append(
            Fault(
                "time stamps without a time zone",
                name,
                int(rows.iloc[first]),
                mapping.time,
                expected="an offset such as Z or +05:00, or time_zone in the configuration",
                got=str(text.iloc[first]),
                cure="set time_zone of this source to the clock of the file, e.g. UTC",
            )
        )
    kinds = (
        (
            stamps.unreadable,
            "time cannot be read",
            mapping.time_format or "YYYY-MM-DD hh:mm[:ss], ISO 8601",
            "correct the rows, or set columns.time_format of this source",
        ),
        (
            stamps.clock_change,
            "local time is ambiguous or does not exist",
            f"one instant in {mapping.time_zone}",
            "the clock changes there: export in UTC and set time_zone: UTC",
        ),
        (
            stamps.implausible,
            "time is impossible for a GPS fix",
            "1980 to 2099",
            "correct or remove the rows",
        ),
    )
    for mask, what, expected, cure in kinds:
        faults += row_faults(
            what,
            name,
            rows[mask].to_list(),
            [repr(value) for value in text[mask].head(5)],
            column=mapping.time,
            expected=expected,
            cure=cure,
        )
    return faults


def _animals(
    frame: pd.DataFrame, rows: pd.Series, name: str, mapping: TrackMapping, faults: list[Fault]
) -> pd.Series:
    if mapping.animal is None:
        return pd.Series(str(mapping.animal_name), index=frame.index, dtype="str")
    animal = frame[mapping.animal]
    nameless = animal.isin(EMPTY)
    faults += row_faults(
        "row without an animal",
        name,
        rows[nameless].to_list(),
        [repr(value) for value in animal[nameless].head(5)],
        column=mapping.animal,
        expected="the animal's name",
        cure="fill in the name, or remove the rows",
    )
    return animal


def numbers(
    text: pd.Series,
    rows: pd.Series,
    name: str,
    column: str,
    decimal: str,
    faults: list[Fault],
) -> Floats:
    """Return numbers of ``text``, NaN where it is empty; the rest is added to ``faults``."""
    plain = text.mask(text.isin(EMPTY), "")
    given = plain != ""
    dotted = plain.str.replace(",", ".", regex=False) if decimal == "," else plain
    values = pd.to_numeric(dotted.where(given), errors="coerce").to_numpy(dtype=float)
    wrong = given.to_numpy() & ~np.isfinite(values)
    if wrong.any():
        comma = bool(plain[wrong].str.fullmatch(_COMMA).all())
        faults += row_faults(
            "not a number",
            name,
            rows[wrong].to_list(),
            [repr(value) for value in plain[wrong].head(5)],
            column=column,
            expected="a number with a decimal point",
            cure="these are decimal commas: set decimal: ',' of this source"
            if comma
            else "correct the rows; leave the cell empty where there is no value",
        )
    return np.where(np.isfinite(values), values, np.nan)


def quality(
    frame: pd.DataFrame, rows: pd.Series, name: str, mapping: TrackMapping, faults: list[Fault]
) -> tuple[Floats, Labels, Flags, dict[str, Any]]:
    """Return DOP (NaN: not stated), fix type, vendor's outlier mark, and notes."""
    notes: dict[str, Any] = {}
    dop = np.full(len(frame), np.nan)
    if mapping.dop:
        dop = numbers(frame[mapping.dop], rows, name, mapping.dop, mapping.decimal, faults)
        negative = dop < 0
        faults += row_faults(
            "negative dilution of precision",
            name,
            rows[negative].to_list(),
            dop[negative].tolist(),
            column=mapping.dop,
            expected="a number >= 0, or nothing",
            cure="leave the cell empty where it is unknown",
        )
        notes["dop_column"] = mapping.dop
    fix_type = np.full(len(frame), "", dtype=object)
    if mapping.fix_type:
        fix_type, unknown = fix_types(frame[mapping.fix_type])
        if unknown:
            notes["fix_types_not_understood"] = unknown
    outlier = np.zeros(len(frame), dtype=bool)
    if mapping.outlier:
        outlier = marks(frame[mapping.outlier], rows, name, mapping.outlier, faults)
    return dop, fix_type, outlier, notes


def fix_types(text: pd.Series) -> tuple[Labels, dict[str, int]]:
    """Return ``3d``, ``2d``, ``none`` or "" for vendors' words, and the words not understood.

    Examples
    --------
    >>> kinds, unknown = fix_types(pd.Series(["3D", "val. GPS-2D", "No", "", "QFP"], dtype="str"))
    >>> kinds.tolist(), unknown
    (['3d', '2d', 'none', '', ''], {'QFP': 1})
    """
    folded = text.str.casefold()
    kind = np.select(
        [
            folded.str.contains("3d", regex=False) | (folded == "3"),
            folded.str.contains("2d", regex=False) | (folded == "2"),
            folded.str.fullmatch("no|none|no[ _-]?fix|0|1"),
        ],
        ["3d", "2d", "none"],
        default="",
    ).astype(object)
    unknown = text[(kind == "") & ~text.isin(EMPTY).to_numpy()]
    return kind, {str(k): int(v) for k, v in unknown.value_counts().sort_index().items()}


def marks(text: pd.Series, rows: pd.Series, name: str, column: str, faults: list[Fault]) -> Flags:
    """Return a column of yes/no words as booleans; empty is no."""
    folded = text.mask(text.isin(EMPTY), "").str.casefold()
    wrong = ~folded.isin((*_TRUE, *_FALSE))
    faults += row_faults(
        "neither true nor false",
        name,
        rows[wrong].to_list(),
        [repr(value) for value in text[wrong].head(5)],
        column=column,
        expected="true or false",
        cure="correct the rows, or leave this column out of the mapping",
    )
    return folded.isin(_TRUE).to_numpy()
