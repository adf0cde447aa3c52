"""Trials of a herd at barriers and at copies of them, as tables that flow to other stages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from pandas.api.typing import NaTType

from corridors.barriers.attempts import States, attempts, exposure
from corridors.barriers.companions import Together, independent_units
from corridors.barriers.copies import Copies, Shift, copies
from corridors.barriers.crossings import Steps, window_of
from corridors.barriers.movements import Movements
from corridors.barriers.segments import joined_lines, projected, segment_ends
from corridors.barriers.sources import is_jurisdiction
from corridors.barriers.trials import Rule
from corridors.barriers.validity import Validity, validity_of
from corridors.barriers.visits import Lines, Ways, free_ends
from corridors.foundation import tables
from corridors.foundation.arrays import Flags, Floats, Geometries, Indices, Words

_EVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Joints:
    """Which segments are one line.

    Parameters
    ----------
    tolerance_m, max_turn_deg
        See :func:`corridors.barriers.segments.joined_lines`.
    """

    tolerance_m: float
    max_turn_deg: float

    def lines(self, segments: pd.DataFrame, geometry: Geometries) -> tuple[Indices, Indices]:
        """Return line and sign of SEGMENTS in the working CRS; only those of like state join."""
        groups = segments.groupby(["kind", "source", "status"], sort=True).ngroup()
        return joined_lines(
            segment_ends(geometry),
            groups.to_numpy().astype(np.int64),
            tolerance_m=self.tolerance_m,
            max_turn_deg=self.max_turn_deg,
        )


@dataclass(frozen=True)
class Rules:
    """What trials are.

    Parameters
    ----------
    distance_m, end_m, rules
        See :func:`corridors.barriers.attempts.attempts`.
    reach_quantile
        See :func:`corridors.barriers.visits.reach_m`.
    joints, shift, together
        Lines, where copies are put, and units.
    """

    distance_m: float
    end_m: float
    rules: Sequence[Rule]
    reach_quantile: float
    joints: Joints
    shift: Shift
    together: Together


@dataclass(frozen=True)
class Tried:
    """What the herd tried.

    Parameters
    ----------
    trials, seasons, units
        TRIALS, SEASONS_TRACKED, UNITS.
    interval_h
        Usual time between fixes, h.
    """

    trials: pd.DataFrame
    seasons: pd.DataFrame
    units: pd.DataFrame
    interval_h: float


def tried(
    moves: Movements, windows: pd.DataFrame, segments: gpd.GeoDataFrame, rules: Rules
) -> Tried:
    """Return what a herd tried at barriers.

    Parameters
    ----------
    moves
        Of the herd.
    windows
        MIGRATIONS.
    segments
        SEGMENTS; boundaries without a fence are left out.
    rules
        What was chosen.

    Notes
    -----
    Only what stands has copies, and these keep off only what stands: what a scenario plans changes
    nothing that is told of other barriers.
    """
    windows = windows.reset_index(drop=True)
    segments = segments[~is_jurisdiction(segments)].reset_index(drop=True)
    states = States.of(windows)
    validity = validity_of(segments)
    whole, stays = exposure(moves.steps, windows, states)
    geometry = projected(np.asarray(segments.geometry.to_numpy(), dtype=object), moves.crs)
    stands = (segments["status"] == "existing").to_numpy(bool)
    real, copied = _lines(moves, segments, geometry, validity, stands, rules)
    frame = moves.steps.frame
    window = window_of(frame["animal"], frame["start_utc"], windows)
    is_migration = (windows["part"] == "migration").to_numpy(bool)
    names = whole.index.to_numpy(dtype=object)
    found = attempts(
        Ways.of(moves.steps, window, is_migration, reach_quantile=rules.reach_quantile),
        states,
        real,
        copied,
        stays,
        tolerance_m=_tolerance_m(segments, real),
        distance_m=rules.distance_m,
        end_m=rules.end_m,
        rules=rules.rules,
    )
    trials = found.assign(
        segment=segments["segment"].to_numpy(dtype=object)[found["segment"]],
        animal=names[found["animal"]],
        season=np.array(states.names, dtype=object)[found["state"]],
    )[list(tables.TRIALS.columns)]
    moving = states.is_migration[states.at(window)]
    lag_min = moves.steps.duration_min
    return Tried(
        tables.typed(trials.astype(_WORDS), tables.TRIALS),
        _seasons(moves.steps, windows, states, whole, validity),
        _units(moves, names, rules.together),
        float(np.median(lag_min[moving] if moving.any() else lag_min)) / 60,
    )


_WORDS = dict.fromkeys(("segment", "animal", "season"), str)


def _lines(
    moves: Movements,
    segments: pd.DataFrame,
    geometry: Geometries,
    validity: Validity,
    stands: Flags,
    rules: Rules,
) -> tuple[Lines, Copies]:
    """Return the barriers as lines, and copies of those that stand."""
    line, sign = rules.joints.lines(segments, geometry)
    near_m = rules.joints.tolerance_m
    tips = free_ends(geometry, line, sign, tolerance_m=near_m)
    own = np.flatnonzero(stands)
    of_line, line_of = np.unique(line[own], return_inverse=True)
    # Nothing that is only planned is tied to an end.
    tips[of_line] = free_ends(
        geometry[own], line_of.astype(np.int64), sign[own], tolerance_m=near_m
    )
    real = Lines.of(geometry, line, sign, tips, validity)
    copied = copies(
        geometry[own],
        line_of.astype(np.int64),
        sign[own],
        tips[of_line],
        Validity(validity.from_us[own], validity.to_us[own]),
        np.column_stack([moves.places.x_m, moves.places.y_m]),
        rules.shift,
    )
    return real, Copies(copied.lines, own[copied.segment], copied.copy)


def _tolerance_m(segments: pd.DataFrame, lines: Lines) -> Floats:
    """Return how far off each joined line may lie: as far as any of its segments, m."""
    out = np.zeros(len(lines.free_ends_m))
    np.maximum.at(out, lines.line, segments["tolerance_m"].to_numpy(float))
    return out


def _seasons(
    steps: Steps,
    windows: pd.DataFrame,
    states: States,
    whole: pd.DataFrame,
    validity: Validity,
) -> pd.DataFrame:
    """Return SEASONS_TRACKED: for all times, and for each span in which a barrier counts."""
    ever = np.array([[-_EVER, _EVER]])
    spans = np.unique(np.vstack([ever, _pairs(validity)]), axis=0)
    parts = []
    for first, last in spans.tolist():
        own = whole
        if (first, last) != (-_EVER, _EVER):
            own = exposure(steps, windows, states, within_us=(first, last))[0]
        told = own.reset_index().melt("animal", var_name="season", value_name="seasons")
        parts.append(told.merge(_times(np.array([[first, last]])), how="cross"))
    out = pd.concat(parts, ignore_index=True)
    moving = dict(zip(states.names, states.is_migration.tolist(), strict=True))
    out["is_migration"] = out["season"].map(moving).astype(bool)
    out = out.astype({"animal": str, "season": str, "seasons": "float64"})
    return tables.typed(out[list(tables.SEASONS_TRACKED.columns)], tables.SEASONS_TRACKED)


def span_times(validity: Validity) -> pd.DataFrame:
    """Return ``from_utc`` and ``to_utc`` of each segment as SEASONS_TRACKED has them."""
    return _times(_pairs(validity))


def _times(pairs: Indices) -> pd.DataFrame:
    return pd.DataFrame(
        {
            name: pd.Series([_time(value) for value in pairs[:, k].tolist()], dtype=tables.UTC)
            for k, name in enumerate(("from_utc", "to_utc"))
        }
    )


def _pairs(validity: Validity) -> Indices:
    return np.column_stack([validity.from_us, validity.to_us]).astype(np.int64)


def _time(value_us: int) -> pd.Timestamp | NaTType:
    if abs(value_us) == _EVER:
        return pd.NaT
    return pd.Timestamp(value_us, unit="us", tz="UTC")


def _units(moves: Movements, names: Words, together: Together) -> pd.DataFrame:
    """Return UNITS of the animals that took a step."""
    places = moves.places
    own = np.isin(places.animal.astype(str), names.astype(str))
    unit = independent_units(
        np.searchsorted(names.astype(str), places.animal[own].astype(str)).astype(np.int64),
        places.time_us[own],
        np.column_stack([places.x_m, places.y_m])[own],
        distance_m=together.distance_m,
        time_h=together.time_h,
        min_common=together.min_common,
        min_together_frac=together.min_together_frac,
    )
    frame = pd.DataFrame({"animal": names, "unit": unit + 1})
    return tables.typed(frame.astype({"animal": str, "unit": "int64"}), tables.UNITS)
