"""A herd's movements against barriers, as tables: segments, crossings, encounters."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridors.barriers.crossings import OTHER, Steps, count_pairs, meetings
from corridors.barriers.encounters import Encounters, encounters
from corridors.barriers.holding import Beside
from corridors.barriers.movements import Movements
from corridors.barriers.passages import Counts, Landscape, Passages, expected_passages
from corridors.barriers.piece_tree import PieceTree
from corridors.barriers.segments import (
    is_near,
    joined_lines,
    management_segments,
    projected,
    segment_ends,
    straight_pieces,
)
from corridors.barriers.sources import is_areal_pressure, is_standing
from corridors.barriers.validity import Validity, exposure, middle_us, validity_of
from corridors.foundation import tables
from corridors.foundation.arrays import Flags, Floats, Geometries, Indices, Labels
from corridors.foundation.artefacts import Progress, silent
from corridors.foundation.clock import microseconds

# An animal met a segment, in this month, when a step crosses it or a bridge more likely than not
# passes it.
_LIKELY = 0.5


@dataclass(frozen=True)
class Rules:
    """How barriers are cut and met.

    Parameters
    ----------
    reach_m
        Barriers farther from every fix and corridor are left out, m.
    segment_length_m, min_cut_m
        See :func:`~corridors.barriers.segments.management_segments`.
    joint_m, joint_turn_deg
        See :func:`~corridors.barriers.segments.joined_lines`.
    flux_floor
        Smaller fluxes are left out.
    encounter_distance_m, return_frac
        See :func:`~corridors.barriers.encounters.encounters`.
    """

    reach_m: float
    segment_length_m: float
    min_cut_m: float
    joint_m: float
    joint_turn_deg: float
    flux_floor: float
    encounter_distance_m: float
    return_frac: float


@dataclass(frozen=True)
class Crossed:
    """What the herd's movements met.

    Parameters
    ----------
    segments, observed, crossings, encounters
        SEGMENTS, OBSERVED, CROSSINGS, ENCOUNTERS.
    counts
        Count -> number, those of IntersectFacts that are of barriers.
    passages
        Of passages: expected, of visits, approaches, below the floor.
    """

    segments: gpd.GeoDataFrame
    observed: gpd.GeoDataFrame
    crossings: pd.DataFrame
    encounters: pd.DataFrame
    counts: dict[str, int]
    passages: dict[str, float]


def crossed(
    moves: Movements,
    barriers: gpd.GeoDataFrame,
    rules: Rules,
    *,
    hold: Callable[[Geometries], Beside],
    progress: Progress = silent,
) -> Crossed:
    """Return management segments, observed and expected crossings, encounters.

    Parameters
    ----------
    moves
        Of the herd.
    barriers
        BARRIERS; areal pressures among them are left out.
    rules
        What was chosen.
    hold
        Given the lines that stand, planar, returns how they change the passages of bridges.
    progress
        Called with a short message and the share done.
    """
    barriers = barriers[~is_areal_pressure(barriers)].reset_index(drop=True)
    planar = projected(np.asarray(barriers.geometry.to_numpy(), dtype=object), moves.crs)
    near = is_near(planar, moves.anchors, rules.reach_m)
    lines = shapely.boundary(planar[near])
    areal = shapely.get_dimensions(planar[near]) == 2
    lines = np.where(areal, lines, planar[near])
    times = middle_us(moves.steps)
    pairs, crossing = _raw_pairs(moves, lines, validity_of(barriers[near]), times)

    segments = management_segments(
        barriers[near].reset_index(drop=True),
        moves.corridor,
        crs=moves.crs,
        segment_length_m=rules.segment_length_m,
        min_cut_m=rules.min_cut_m,
    )
    geometry = projected(np.asarray(segments.geometry.to_numpy(), dtype=object), moves.crs)
    kept = is_near(geometry, moves.anchors, rules.reach_m)
    segments, geometry = segments[kept].reset_index(drop=True), geometry[kept]
    validity = validity_of(segments)
    line, sign = joined_lines(
        segment_ends(geometry),
        segments.groupby(["kind", "source"], sort=True).ngroup().to_numpy().astype(np.int64),
        tolerance_m=rules.joint_m,
        max_turn_deg=rules.joint_turn_deg,
    )
    landscape = Landscape.of(
        geometry,
        segments["tolerance_m"].to_numpy(float),
        line,
        sign,
        is_standing(segments),
    )
    odds = hold(lines[is_standing(barriers[near])])
    passed = _passed(moves, landscape, odds, segments["segment"], validity, times, rules, progress)
    years, span = exposure(moves.steps, validity)
    segments["has_data"] = passed.reached
    observed = _observed(moves, segments, geometry, validity)
    per_span = np.array([float(row.sum()) for _, row in years.iterrows()])
    total = pd.Series(per_span[span], index=segments["segment"])
    own = years.take(span).set_axis(segments["segment"])
    return Crossed(
        segments=tables.typed(segments, tables.SEGMENTS),
        observed=tables.typed(observed.drop(columns="step"), tables.OBSERVED),
        crossings=tables.typed(_crossings(moves, observed, passed, total), tables.CROSSINGS),
        encounters=tables.typed(_encounters(passed.met, own, validity.is_dated), tables.ENCOUNTERS),
        counts={
            "n_barriers": len(barriers),
            "n_barriers_near": int(near.sum()),
            "n_areal_barriers_as_outline": int(areal.sum()),
            "raw_step_barrier_pairs": pairs,
            "raw_steps_crossing": crossing,
            "n_segments": len(segments),
            "n_segments_dated": int(validity.is_dated.sum()),
            "observed_crossings": len(observed),
            "n_visits": passed.n_visits,
        },
        passages={
            "expected_passages": float(passed.expected["net"].sum()),
            "passages_of_visits": float(passed.met["passages"].sum()),
            "approaches": float(passed.met["approaches"].sum()),
            "passages_below_floor": passed.below_floor,
        },
    )


def _raw_pairs(
    moves: Movements, lines: Geometries, standing: Validity, times: Indices
) -> tuple[int, int]:
    """Return how many pairs of a step and a barrier meet, and how many steps meet any."""
    tree = PieceTree.of(straight_pieces(lines))
    pairs = crossing = 0
    for rows, steps, _ in moves.by_animal():
        one, two = count_pairs(steps.ends, tree, _counting(standing, times[rows]))
        pairs, crossing = pairs + one, crossing + two
    return pairs, crossing


def _counting(validity: Validity, times: Indices) -> Counts:
    """Return what says whether a barrier counts at the time of a step."""
    return lambda step, row: validity.holds(times[step], row)


@dataclass(frozen=True)
class _Passed:
    """What became of all bridges, added up over each animal.

    Parameters
    ----------
    reached
        Whether any step came within reach of the segment, shape (n_segments,).
    expected
        ``segment, season, net``: expected passages.
    likely
        ``segment, season, animal, month`` of bridges that more likely than not pass.
    met
        ENCOUNTERS without the years.
    n_visits
        Visits to joined lines.
    below_floor
        Passages that were left out.
    """

    reached: Flags
    expected: pd.DataFrame
    likely: pd.DataFrame
    met: pd.DataFrame
    n_visits: int
    below_floor: float


def _passed(
    moves: Movements,
    landscape: Landscape,
    odds: Beside,
    names: pd.Series[str],
    validity: Validity,
    times: Indices,
    rules: Rules,
    progress: Progress,
) -> _Passed:
    """Pass every animal's bridges through the landscape, one animal at a time."""
    reached = np.zeros(len(names), dtype=bool)
    tables_of: dict[str, list[pd.DataFrame]] = {"expected": [], "likely": [], "met": []}
    n_visits, below = 0, []
    for rows, steps, bridges in moves.by_animal():
        passages = expected_passages(
            bridges,
            landscape,
            flux_floor=rules.flux_floor,
            encounter_distance_m=rules.encounter_distance_m,
            counts=_counting(validity, times[rows]),
            odds=odds,
        )
        visits = encounters(
            steps,
            passages,
            landscape.line,
            return_frac=rules.return_frac,
        )
        reached[passages.segment] = True
        n_visits += visits.n_visits
        below.append(passages.truncated)
        label = names.to_numpy(dtype=object)
        for key, frame in _of_animal(steps, label, passages, visits).items():
            tables_of[key].append(frame)
        progress("barrier crossings", 0.9 * rows.stop / max(1, len(moves.steps)))
    joined = {key: pd.concat(frames, ignore_index=True) for key, frames in tables_of.items()}
    return _Passed(reached, **joined, n_visits=n_visits, below_floor=math.fsum(below))


def _of_animal(
    steps: Steps, names: Labels, passages: Passages, visits: Encounters
) -> dict[str, pd.DataFrame]:
    """Return one animal's part of the tables of :class:`_Passed`."""
    key = ["segment", "season"]

    def rows(step: Indices, segment: Indices, **columns: Floats) -> pd.DataFrame:
        own = steps.frame.take(step)
        return pd.DataFrame(
            {
                "segment": names[segment],
                "season": own["season"].to_numpy(dtype=object),
                "animal": own["animal"].to_numpy(dtype=object),
                "month": own["start_utc"].dt.month.to_numpy(np.int64),
                **columns,
            }
        )

    through = np.flatnonzero(passages.net > 0)
    net = rows(passages.bridge[through], passages.segment[through], net=passages.net[through])
    met = rows(visits.step, visits.segment, passages=visits.passages, approaches=visits.approaches)
    by = ["segment", "animal", "season"]
    return {
        "expected": net.groupby(key, sort=True)["net"].sum().reset_index(),
        "likely": net.loc[net["net"] >= _LIKELY, [*key, "animal", "month"]].drop_duplicates(),
        "met": met.groupby(by, sort=True)[["passages", "approaches"]].sum().reset_index(),
    }


def _observed(
    moves: Movements, segments: gpd.GeoDataFrame, geometry: Geometries, validity: Validity
) -> gpd.GeoDataFrame:
    tree = PieceTree.of(straight_pieces(geometry))
    parts = [
        (rows.start + found.step, found.line, found.share, found.x_m, found.y_m)
        for rows, found in (
            (rows, meetings(steps.ends, tree)) for rows, steps, _ in moves.by_animal()
        )
    ]
    step, line, share, x_m, y_m = (np.concatenate(column) for column in zip(*parts, strict=True))
    frame = segments[["segment", "barrier", "kind"]].take(line)
    out = moves.met(frame, step, share, x_m, y_m)
    time_us = microseconds(out["time_utc"])
    return out[validity.holds(time_us, line)].reset_index(drop=True)


def _crossings(
    moves: Movements, observed: gpd.GeoDataFrame, passed: _Passed, years: pd.Series[float]
) -> pd.DataFrame:
    key = ["segment", "season"]
    counted = observed.drop_duplicates(["segment", "step"]).groupby(key).size()
    columns = [*key, "animal", "month"]
    who = pd.concat([passed.likely[columns], observed[columns]])
    expected = passed.expected.groupby(key)["net"].sum()
    animals = who.groupby(key).agg(
        n_animals=("animal", "nunique"),
        months=("month", lambda m: ";".join(map(str, sorted(set(m))))),
    )
    out = pd.DataFrame({"expected": expected, "observed": counted}).join(animals)
    out = out.rename_axis(key).reset_index().sort_values(key, kind="stable")
    return pd.DataFrame(
        {
            "segment": out["segment"].astype(str),
            "herd": moves.herd,
            "season": out["season"].astype(str),
            # A step over midnight may cross in the segment's time and have its middle before it:
            # then no year counts and nothing is expected.
            "expected_per_year": (out["expected"] / out["segment"].map(years)).fillna(0.0),
            "observed": out["observed"].fillna(0).astype("int64"),
            "n_animals": out["n_animals"].fillna(0).astype("int64"),
            "months": out["months"].astype(object).fillna("").astype(str),
        }
    )


def _encounters(out: pd.DataFrame, years: pd.DataFrame, is_dated: Flags) -> pd.DataFrame:
    """Return ENCOUNTERS; ``years`` has a row per segment and a column per animal."""
    key = ["segment", "animal", "season"]
    # Who was tracked while a dated segment counted, but did not meet it, is in its denominator.
    segment, animal = np.nonzero((years.to_numpy(float) > 0) & is_dated[:, None])
    tracked = pd.MultiIndex.from_arrays(
        [years.index.take(segment), years.columns.take(animal)], names=key[:2]
    )
    silent = tracked.difference(pd.MultiIndex.from_frame(out[key[:2]]))
    none = silent.to_frame(index=False).assign(season=OTHER, passages=0.0, approaches=0.0)
    out = pd.concat([out, none], ignore_index=True).sort_values(key, kind="stable")
    row = years.index.get_indexer(pd.Index(out["segment"]))
    column = years.columns.get_indexer(pd.Index(out["animal"]))
    out["tracking_years"] = years.to_numpy(float)[row, column]
    return out.astype(dict.fromkeys(key, str))
