"""Deployments of collars: which animal wore a collar from when to when."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa

from corridors.formats.delimited import (
    TextTable,
    missing_columns,
    open_table,
    read_columns,
    row_faults,
)
from corridors.formats.movebank import plain
from corridors.formats.numbers import EMPTY, without_point
from corridors.formats.row_faults import RowFaults
from corridors.formats.stamps import StampReader, check_zone
from corridors.formats.track_columns import TrackMapping
from corridors.formats.track_reader import words
from corridors.foundation.clock import UTC_US
from corridors.foundation.errors import InputError

# Movebank's reference data and other tables call them otherwise.
_NAMES = {
    "animal": ("animal", "animal-id", "individual-local-identifier", "animals-id", "individual"),
    "start": ("start", "deploy-on-date", "start-time", "start-date"),
    "end": ("end", "deploy-off-date", "end-time", "end-date"),
}
_COLLARS = (
    "collar", "collar-id", "collarid", "tag", "tag-id", "tag-local-identifier", "device",
    "device-id", "serial", "serial-number", "gps-sensors-id",
)  # fmt: skip
_PUT_ON = ("deploy-on-date", "deploy-off-date")
_SEASONS = ("season", "migration", "part", "bio-year")


def may_be_deployments(names: Sequence[str]) -> bool:
    """Return whether columns of these names could be read as deployments.

    Examples
    --------
    >>> may_be_deployments(["animal", "start", "end"]), may_be_deployments(["animal", "time"])
    (True, False)
    """
    spelled = {plain(name) for name in names}
    return all(spelled.intersection(words) for words in _NAMES.values())


def are_deployments(names: Sequence[str]) -> bool:
    """Return whether columns of these names can be nothing but deployments.

    An animal, a start and an end may as well be a migration: a collar, or that it was put on, has
    to be named, and no season.

    Examples
    --------
    >>> are_deployments(["tag-id", "animal-id", "deploy-on-date", "deploy-off-date"])
    True
    >>> are_deployments(["animal", "start", "end"])
    False
    >>> are_deployments(["animal", "collar", "season", "start", "end"])
    False
    """
    spelled = {plain(name) for name in names}
    is_worn = bool(spelled.intersection((*_COLLARS, *_PUT_ON)))
    return may_be_deployments(names) and is_worn and not spelled.intersection(_SEASONS)


def read_deployments(path: Path, name: str, *, time_zone: str | None) -> pd.DataFrame:
    """Return deployments as ``animal``, ``collar``, ``start``, ``end`` (UTC, NaT: open).

    ``collar`` is "" where the table has no column of collars.

    Raises
    ------
    MissingInputError
        No such file.
    InputError
        Missing columns, times that cannot be read, an end before its start.
    """
    table = open_table(path, name, [word for words in _NAMES.values() for word in words])
    spelled: dict[str, str] = {}
    for column in table.names:
        spelled.setdefault(plain(column), column)
    found = {
        role: next((spelled[word] for word in words if word in spelled), role)
        for role, words in _NAMES.items()
    }
    collar = next((spelled[word] for word in _COLLARS if word in spelled), None)
    row = table.header.row if isinstance(table, TextTable) else 1
    wanted = [*found.values(), *([collar] if collar else [])]
    faults = check_zone(time_zone, name) + missing_columns(name, wanted, table.names, row)
    if faults:
        raise InputError(faults)
    frame = read_columns(table, wanted)
    rows = frame["source_row"]
    for column in (found["animal"], *([collar] if collar else [])):
        frame[column] = frame[column].map(without_point).astype("str")
    animal = frame[found["animal"]]
    faults += row_faults(
        "row without an animal",
        name,
        rows[animal.isin(EMPTY)].to_list(),
        [repr(value) for value in animal[animal.isin(EMPTY)].head(5)],
        column=found["animal"],
        cure="fill in the name, or remove the rows",
    )
    of_times = RowFaults(name)
    ends: dict[str, pd.Series] = {}
    for role in ("start", "end"):
        text = frame[found[role]]
        given = (~text.isin(EMPTY)).to_numpy()
        mapping = TrackMapping(animal=None, time=found[role], time_zone=time_zone, midnight=False)
        utc = pd.Series(pd.NaT, index=frame.index, dtype=UTC_US)
        utc[given] = _times(text[given], rows[given], name, mapping, of_times)
        ends[role] = utc
    faults += of_times.list()
    turned = (ends["end"] < ends["start"]).to_numpy(dtype=bool)
    faults += row_faults(
        "deployment ends before it starts",
        name,
        rows[turned].to_list(),
        frame.loc[turned, found["end"]].head(5).to_list(),
        column=found["end"],
        cure="exchange the two times, or correct them",
    )
    if faults:
        raise InputError(faults)
    collars = frame[collar] if collar else pd.Series("", index=frame.index, dtype="str")
    return pd.DataFrame({"animal": animal, "collar": collars, **ends})


def _times(
    text: pd.Series, rows: pd.Series, name: str, mapping: TrackMapping, faults: RowFaults
) -> pd.Series:
    columns = pa.RecordBatch.from_pydict(
        {mapping.times()[0]: pa.array(text.to_numpy(dtype=object), pa.string())}
    )
    nobody = words(pa.array([""] * len(text), pa.string()))
    read = StampReader(name, mapping, faults).read(columns, rows.to_numpy(), nobody)
    times: pd.Series = pd.Series(read, index=text.index).dt.tz_localize("UTC")
    return times
