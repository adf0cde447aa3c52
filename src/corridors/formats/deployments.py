"""Deployments of collars: a CSV of animal, start and end."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from corridors.formats.delimited import (
    EMPTY,
    missing_columns,
    read_columns,
    read_header,
    row_faults,
)
from corridors.formats.movebank import plain
from corridors.formats.tracks import TrackMapping, check_zone, times
from corridors.foundation.clock import UTC_US
from corridors.foundation.errors import InputError

# Movebank's reference data call them otherwise.
_NAMES = {
    "animal": ("animal", "animal-id", "individual-local-identifier"),
    "start": ("start", "deploy-on-date"),
    "end": ("end", "deploy-off-date"),
}


def read_deployments(path: Path, name: str, *, time_zone: str | None) -> pd.DataFrame:
    """Return deployments as ``animal``, ``start``, ``end`` (UTC, NaT: open).

    Raises
    ------
    MissingInputError
        No such file.
    InputError
        Missing columns, times that cannot be read, an end before its start.
    """
    header = read_header(path, name, [word for words in _NAMES.values() for word in words])
    spelled = {plain(column): column for column in header.names}
    found = {
        role: next((spelled[word] for word in words if word in spelled), role)
        for role, words in _NAMES.items()
    }
    faults = check_zone(time_zone, name) + missing_columns(name, [*found.values()], header.names)
    if faults:
        raise InputError(faults)
    frame = read_columns(path, name, header, [*found.values()])
    rows = frame["source_row"]
    animal = frame[found["animal"]]
    faults += row_faults(
        "row without an animal",
        name,
        rows[animal.isin(EMPTY)].to_list(),
        [repr(value) for value in animal[animal.isin(EMPTY)].head(5)],
        column=found["animal"],
        cure="fill in the name, or remove the rows",
    )
    ends: dict[str, pd.Series] = {}
    for role in ("start", "end"):
        mapping = TrackMapping(animal=None, time=found[role], time_zone=time_zone)
        text = frame[found[role]]
        given = ~text.isin(EMPTY)
        utc = pd.Series(pd.NaT, index=frame.index, dtype=UTC_US)
        read = times(
            text[given].reset_index(drop=True),
            rows[given].reset_index(drop=True),
            name,
            mapping,
            faults,
        )
        utc[given] = read.array
        ends[role] = utc
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
    return pd.DataFrame({"animal": animal, **ends})
