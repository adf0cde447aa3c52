"""Behaviour at barriers as tables: events, the segments they touch, an index of each barrier."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridors.barriers.behaviour import (
    Events,
    Touches,
    behaviours,
    modal_lag_h,
    steps_between,
)
from corridors.barriers.behaviour_index import Index, altered_index
from corridors.barriers.behaviour_peer import peer_behaviours, peer_touches, shared_lag_h
from corridors.barriers.crossings import window_of
from corridors.barriers.proximity import lattice_of
from corridors.barriers.segments import projected
from corridors.barriers.straightness import Tracks
from corridors.barriers.validity import validity_of
from corridors.foundation import tables
from corridors.foundation.arrays import Flags, Geometries, Indices
from corridors.foundation.clock import microseconds
from corridors.foundation.errors import Fault, MethodError
from corridors.foundation.track import usable
from corridors.foundation.units import unit_codes
from corridors.foundation.vocabulary import BEHAVIOURS

# Fixes of whole animals that are held at once.
_AT_ONCE = 1_000_000


@dataclass(frozen=True)
class Rules:
    """What animals do near a barrier when: see :func:`~corridors.barriers.behaviour.behaviours`.

    ``form`` is ``corrected``, or ``baba``: as the program BaBA, to compare with.
    """

    form: Literal["corrected", "baba"]
    buffer_m: float
    bounce_h: float
    trapped_h: float
    window_h: float
    own_sd: float
    max_crossings: int
    gap_h: float


@dataclass(frozen=True)
class Met:
    """The herd's usable fixes as tracks, and the barriers they may meet.

    Parameters
    ----------
    fixes
        CLEAN_FIXES by animal and time, with a plain index.
    animals
        Names, sorted.
    tracks
        The same fixes in the working CRS.
    segments
        SEGMENTS with a plain index.
    crs
        The working CRS.
    """

    fixes: gpd.GeoDataFrame
    animals: list[str]
    tracks: Tracks
    segments: gpd.GeoDataFrame
    crs: str

    @classmethod
    def of(cls, fixes: gpd.GeoDataFrame, segments: gpd.GeoDataFrame, crs: str) -> Met:
        """Return the usable ones of CLEAN_FIXES, and the segments that they may meet."""
        fixes = usable(fixes).sort_values(["animal", "time_utc"], kind="stable")
        fixes = fixes.reset_index(drop=True)
        code, names = pd.factorize(fixes["animal"], sort=True)
        tracks = Tracks(
            code.astype(np.int64),
            microseconds(fixes["time_utc"]),
            fixes["x_m"].to_numpy(float),
            fixes["y_m"].to_numpy(float),
        )
        animals = [str(name) for name in names]
        return cls(fixes, animals, tracks, segments.reset_index(drop=True), crs)


def events_of_kind(met: Met, kind: str, rules: Rules) -> Iterator[tuple[Events, Touches]]:
    """Yield events and touches at the barriers of one kind, some animals at a time.

    Fixes are rows of ``met.fixes`` and lines rows of ``met.segments``.

    Raises
    ------
    MethodError
        The form is BaBA's, and BaBA would stop.
    """
    rows = np.flatnonzero(met.segments["kind"].to_numpy(str) == kind)
    own = met.segments.iloc[rows]
    lines = projected(np.asarray(own.geometry.to_numpy(), dtype=object), met.crs)
    if rules.form == "baba":
        told, touched = _as_baba(met, lines, rules)
        yield told, touched.renamed(rows)
        return
    validity = validity_of(own)
    lattice = lattice_of(lines, distance_m=rules.buffer_m)
    for low, high in _batches(met.tracks.animal):
        part = slice(low, high)
        events, touches = behaviours(
            Tracks(
                met.tracks.animal[part],
                met.tracks.time_us[part],
                met.tracks.x_m[part],
                met.tracks.y_m[part],
            ),
            lines,
            buffer_m=rules.buffer_m,
            bounce_h=rules.bounce_h,
            trapped_h=rules.trapped_h,
            window_h=rules.window_h,
            own_sd=rules.own_sd,
            max_crossings=rules.max_crossings,
            gap_h=rules.gap_h,
            counts=validity.holds,
            lattice=lattice,
        )
        yield events.moved(low), touches.renamed(rows)


def _as_baba(met: Met, lines: Geometries, rules: Rules) -> tuple[Events, Touches]:
    """Return the events of BaBA, and the segments near the first fix of each.

    Raises
    ------
    MethodError
        The animals have different fix intervals, or a longer one than a bounce may last: BaBA
        stops, too.
    """
    interval = shared_lag_h(met.tracks)
    if interval is None or interval > rules.bounce_h:
        lags = zip(met.animals, modal_lag_h(met.tracks), strict=True)
        raise MethodError(
            Fault(
                "BaBA needs one fix interval for all animals, no longer than behave.bounce_h",
                expected=f"one, up to {rules.bounce_h:g} h",
                got="; ".join(f"{name}: {hours:g} h" for name, hours in lags),
                cure="behave.form: corrected",
            )
        )
    events, _ = peer_behaviours(
        met.tracks,
        lines,
        interval_h=interval,
        buffer_m=rules.buffer_m,
        bounce_h=rules.bounce_h,
        trapped_h=rules.trapped_h,
        window_h=rules.window_h,
        own_sd=rules.own_sd,
        max_crossings=rules.max_crossings,
        gap_h=rules.gap_h,
    )
    return events, peer_touches(met.tracks, lines, events, buffer_m=rules.buffer_m)


def _batches(animal: Indices) -> Iterator[tuple[int, int]]:
    """Yield row ranges of whole animals, as many as fit."""
    ends = np.append(np.flatnonzero(np.diff(animal)) + 1, animal.size) if animal.size else animal
    low = high = 0
    for end in map(int, ends):
        if end - low > _AT_ONCE and high > low:
            yield low, high
            low = high
        high = end
    if high > low:
        yield low, high


def fixes_of(events: Events) -> Indices:
    """Return the fixes of the events."""
    return steps_between(events.first, events.last + 1)[1]


def steps_across(met: Met, observed: pd.DataFrame, seen: Mapping[str, Flags]) -> tuple[int, int]:
    """Return how many steps cross a barrier, and how many of these belong to no event.

    ``seen`` tells by kind which fixes do.
    """
    observed = observed[observed["segment"].isin(met.segments["segment"])]
    n = missed = 0
    first = np.searchsorted(met.tracks.animal, np.arange(len(met.animals) + 1))
    number = {name: row for row, name in enumerate(met.animals)}
    for (kind, animal), rows in observed.groupby(["kind", "animal"], sort=True):
        low, high = first[number[str(animal)]], first[number[str(animal)] + 1]
        time = microseconds(rows["time_utc"])
        step = np.searchsorted(met.tracks.time_us[low:high], time, side="right") - 1
        step = np.unique(np.clip(step, 0, high - low - 2)) + low
        n += step.size
        missed += int((~(seen[str(kind)][step] | seen[str(kind)][step + 1])).sum())
    return n, missed


def event_rows(
    herd: str, met: Met, windows: pd.DataFrame, kind: str, events: Events
) -> gpd.GeoDataFrame:
    """Return BEHAVIOUR of one kind of barrier."""
    own = met.fixes.iloc[events.first].reset_index(drop=True)
    start = own["time_utc"]
    end = met.fixes["time_utc"].iloc[events.last].reset_index(drop=True)
    window = window_of(own["animal"], start, windows)
    season = np.append(windows["season"].to_numpy(dtype=object), "other")[window]
    frame = pd.DataFrame(
        {
            "event": _names(herd, kind, own["animal"], start),
            "herd": herd,
            "animal": own["animal"].astype(str),
            "kind": kind,
            "season": season.astype(str),
            "start_utc": start.astype(tables.UTC),
            "end_utc": end.astype(tables.UTC),
            "duration_h": events.duration_h,
            "n_fixes": events.last - events.first + 1,
            "behaviour": events.behaviour.astype(object),
            "reason": events.reason.astype(object),
            "n_crossings": events.n_crossings,
            "straightness": events.straightness,
            "own_mean": events.own.mean,
            "own_sd": events.own.sd,
            "n_windows": events.own.n,
        }
    )
    return gpd.GeoDataFrame(frame, geometry=own.geometry.to_numpy(), crs=met.fixes.crs)


def _names(
    herd: str, kind: str, animal: pd.Series[str], start: pd.Series[pd.Timestamp]
) -> list[str]:
    """Return 16 hexadecimal digits for each event, from what makes it one."""
    time = start.to_numpy("datetime64[us]").astype(str)
    return [
        hashlib.blake2b(f"{herd}\0{kind}\0{who}\0{when}".encode(), digest_size=8).hexdigest()
        for who, when in zip(animal, time, strict=True)
    ]


def touch_rows(met: Met, events: gpd.GeoDataFrame, touches: Touches) -> pd.DataFrame:
    """Return BEHAVIOUR_SEGMENTS of one kind of barrier."""
    segments = met.segments.iloc[touches.line]
    return pd.DataFrame(
        {
            "event": events["event"].to_numpy(dtype=object)[touches.event],
            "segment": segments["segment"].to_numpy(dtype=object),
            "barrier": segments["barrier"].to_numpy(dtype=object),
            "n_fixes": touches.n_fixes,
            "n_crossings": touches.n_crossings,
            "distance_m": touches.distance_m,
        }
    )


def index_rows(
    herd: str,
    met: Met,
    behaviour: gpd.GeoDataFrame,
    touched: pd.DataFrame,
    units: pd.DataFrame,
    *,
    min_encounters: int,
    draws: int,
    seed: int,
) -> gpd.GeoDataFrame:
    """Return BEHAVIOUR_INDEX: barriers first, then their segments.

    Parameters
    ----------
    herd
        Its name.
    met
        Whose ``segments`` were touched.
    behaviour, touched
        BEHAVIOUR and BEHAVIOUR_SEGMENTS.
    units
        UNITS.
    min_encounters, draws, seed
        See :func:`~corridors.barriers.behaviour_index.altered_index`.
    """
    if not len(touched):
        return tables.empty(tables.BEHAVIOUR_INDEX)
    known = behaviour.set_index("event")[["animal", "behaviour"]]
    unit = unit_codes(met.animals, units)
    parts = []
    for level in ("barrier", "segment"):
        pairs = touched[["event", level]].drop_duplicates()
        group, names = pd.factorize(pairs[level], sort=True)
        own = known.loc[pairs["event"]]
        found = altered_index(
            group.astype(np.int64),
            np.searchsorted(np.array(met.animals, dtype=object), own["animal"].to_numpy(object)),
            own["behaviour"].to_numpy(str),
            n_groups=len(names),
            unit=unit,
            min_encounters=min_encounters,
            draws=draws,
            seed=seed,
        )
        rows = met.segments[met.segments[level].isin(names)]
        first = rows.drop_duplicates(level).set_index(level).loc[names].reset_index()
        parts.append(_level(herd, first, found, is_barrier=level == "barrier"))
        lines = rows.groupby(level, sort=True)["geometry"].agg(list).loc[names]
        parts[-1] = parts[-1].set_geometry(
            [own[0] if len(own) == 1 else shapely.MultiLineString(own) for own in lines],
            crs=met.segments.crs,
        )
    return tables.joined(parts, tables.BEHAVIOUR_INDEX)


def _level(
    herd: str, first: gpd.GeoDataFrame, found: Index, *, is_barrier: bool
) -> gpd.GeoDataFrame:
    frame = first[["barrier", "name", "kind", "class"]].assign(
        herd=herd, segment="" if is_barrier else first["segment"]
    )
    for column, name in enumerate(BEHAVIOURS):
        frame[name] = found.counts[:, column]
    for name in ("encounters", "altered", "n_animals", "n_units"):
        frame[name] = getattr(found, name)
    frame["judgement"] = np.where(np.isnan(found.index), "unknown", "known")
    for name in ("altered_share", "index", "index_p05", "index_p95"):
        frame[name] = getattr(found, name)
    return gpd.GeoDataFrame(frame)
