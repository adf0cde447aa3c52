"""Movebank CSV: the minimal table and the full export.

Attribute names follow the Movebank attribute dictionary; colons, hyphens, underscores, dots and
blanks between their words are the same here, as the web download, the REST interface and R
packages write them differently.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from corridors.formats.delimited import (
    EMPTY,
    missing_columns,
    read_columns,
    read_header,
    row_faults,
)
from corridors.formats.tracks import TrackMapping, Tracks, check_zone, interpret, marks
from corridors.foundation.arrays import Flags
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
_KNOWN = (*_NEEDED, _ANIMAL, _TAG, _TAXON, *_DOP, *_FIX_TYPE, _SENSOR, _SENSOR_ID, *_OUTLIER)


def plain(name: str) -> str:
    """Return an attribute's name in one spelling.

    Examples
    --------
    >>> plain("gps:fix-type-raw"), plain("location_long"), plain("location.lat")
    ('gps-fix-type-raw', 'location-long', 'location-lat')
    """
    return re.sub(r"[:_. -]+", "-", name.strip().casefold())


def read_movebank(path: Path, name: str, *, time_zone: str | None) -> Tracks:
    """Read the GPS rows of a Movebank export.

    Rows of other sensors are counted, not read. A row without an individual but with a tag is the
    tag's: it becomes animal ``tag:<tag>``, marked undeployed. A row is a vendor's outlier if any
    outlier column says true or ``visible`` says false.

    Parameters
    ----------
    path, name
        The file, and how messages call it.
    time_zone
        IANA zone of stamps without an offset; Movebank itself exports UTC.

    Raises
    ------
    MissingInputError
        No such file.
    InputError
        Everything found wrong with the file.
    """
    header = read_header(path, name, _header_words())
    spelled: dict[str, str] = {}
    for column in header.names:
        spelled.setdefault(plain(column), column)
    needed = [*_NEEDED] + ([] if _TAG in spelled else [_ANIMAL])
    faults = check_zone(time_zone, name)
    faults += missing_columns(name, [spelled.get(word, word) for word in needed], header.names)
    present = [spelled[word] for word in (*_KNOWN, _VISIBLE) if word in spelled]
    doubled = [column for column in present if header.names.count(column) > 1]
    faults += missing_columns(name, [c for c in doubled if c not in needed], header.names)
    if faults:
        raise InputError(faults)
    frame = read_columns(path, name, header, present)
    n_rows = len(frame)
    frame, other_sensors = _gps_rows(frame, name, spelled)
    mapping = TrackMapping(
        animal="animal",
        time=spelled["timestamp"],
        lon=spelled["location-long"],
        lat=spelled["location-lat"],
        dop=_first(spelled, _DOP),
        fix_type=_first(spelled, _FIX_TYPE),
        species=spelled.get(_TAXON),
        time_zone=time_zone,
    )
    row_problems: list[Fault] = []
    frame, undeployed = _individuals(frame, name, spelled, row_problems)
    outlier = _outliers(frame, name, spelled, row_problems)
    try:
        tracks = interpret(frame, name, mapping, header)
    except InputError as error:
        raise InputError([*row_problems, *error.faults]) from None
    if row_problems:
        raise InputError(row_problems)
    notes = {"rows": n_rows, **tracks.notes}
    if other_sensors:
        notes["rows_of_other_sensors"] = other_sensors
    return replace(
        tracks,
        frame=tracks.frame.assign(vendor_outlier=outlier, undeployed=undeployed),
        notes=notes,
    )


def _header_words() -> set[str]:
    """Return the needed names as this file spells them, to recognise its delimiter."""
    found: set[str] = set()
    for word in (*_NEEDED, _ANIMAL):
        for mark in "-_.:":
            found.add(word.replace("-", mark))
    return found


def _first(spelled: dict[str, str], words: Sequence[str]) -> str | None:
    return next((spelled[word] for word in words if word in spelled), None)


def _gps_rows(
    frame: pd.DataFrame, name: str, spelled: dict[str, str]
) -> tuple[pd.DataFrame, dict[str, int]]:
    column = spelled.get(_SENSOR) or spelled.get(_SENSOR_ID)
    if column is None:
        return frame, {}
    sensor = frame[column].str.casefold()
    unsaid = sensor.isin([word.casefold() for word in EMPTY])
    if unsaid.any():
        raise InputError(
            row_faults(
                "row without a sensor type",
                name,
                frame.loc[unsaid, "source_row"].to_list(),
                [repr(value) for value in frame.loc[unsaid, column].head(5)],
                column=column,
                expected="gps, or the name of another sensor",
                cure="fill in the sensor type, or remove the column if all rows are GPS fixes",
            )
        )
    is_gps = sensor.isin(_GPS)
    if not is_gps.any():
        raise InputError(
            Fault(
                "no GPS rows in the file",
                name,
                column=column,
                expected="gps",
                got=", ".join(sorted(set(frame[column]))[:6]),
                cure="export the GPS sensor",
            )
        )
    counts = frame.loc[~is_gps, column].value_counts().sort_index()
    return frame[is_gps].reset_index(drop=True), {str(k): int(v) for k, v in counts.items()}


def _individuals(
    frame: pd.DataFrame, name: str, spelled: dict[str, str], faults: list[Fault]
) -> tuple[pd.DataFrame, Flags]:
    nothing = pd.Series("", index=frame.index, dtype="str")
    animal = frame[spelled[_ANIMAL]] if _ANIMAL in spelled else nothing
    tag = frame[spelled[_TAG]] if _TAG in spelled else nothing
    nameless = animal.isin(EMPTY)
    undeployed = nameless & ~tag.isin(EMPTY)
    lost = nameless & ~undeployed
    faults += row_faults(
        "row without an individual and without a tag",
        name,
        frame.loc[lost, "source_row"].to_list(),
        [repr(value) for value in animal[lost].head(5)],
        column=spelled.get(_ANIMAL, _ANIMAL),
        expected="the individual's name, or the tag's",
        cure="fill in the name, or remove the rows",
    )
    # A name of its own for rows that are reported, so that they are not reported twice.
    named = animal.mask(undeployed, TAG_PREFIX + tag).mask(lost, "?")
    return frame.assign(animal=named.astype("str")), undeployed.to_numpy()


def _outliers(
    frame: pd.DataFrame, name: str, spelled: dict[str, str], faults: list[Fault]
) -> Flags:
    outlier = np.zeros(len(frame), dtype=bool)
    rows = frame["source_row"]
    for word in _OUTLIER:
        if word in spelled:
            outlier |= marks(frame[spelled[word]], rows, name, spelled[word], faults)
    if _VISIBLE in spelled:
        column = frame[spelled[_VISIBLE]]
        shown = marks(column, rows, name, spelled[_VISIBLE], faults)
        outlier |= ~shown & ~column.isin(EMPTY).to_numpy()
    return outlier
