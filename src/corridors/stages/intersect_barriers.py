"""Barriers in stage `intersect`: segments, crossings and encounters."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridors.barriers.crossings import OTHER, Steps, count_pairs, meetings
from corridors.barriers.encounters import Encounters, encounters
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
from corridors.formats.parquet import read_layer
from corridors.foundation import tables
from corridors.foundation.arrays import Flags, Floats, Geometries, Indices, Labels
from corridors.foundation.clock import microseconds
from corridors.stages.context import StageContext
from corridors.stages.intersect_herd import Herd, met, write
from corridors.stages.intersect_holding import held_bridges

# An animal met a segment, in this month, when a step crosses it or a bridge more likely than not
# passes it.
_LIKELY = 0.5


def cross_barriers(context: StageContext, herd: Herd, notes: dict[str, Any]) -> None:
    """Write management segments, observed and expected crossings, encounters."""
    settings = context.settings.intersect
    barriers = read_layer(context.read("ingest", "barriers.parquet"))
    barriers = barriers[~is_areal_pressure(barriers)].reset_index(drop=True)
    reach = settings.reach_km * 1000
    planar = projected(np.asarray(barriers.geometry.to_numpy(), dtype=object), herd.crs)
    near = is_near(planar, herd.anchors, reach)
    notes["n_barriers"], notes["n_barriers_near"] = len(barriers), int(near.sum())
    lines = shapely.boundary(planar[near])
    areal = shapely.get_dimensions(planar[near]) == 2
    lines = np.where(areal, lines, planar[near])
    notes["n_areal_barriers_as_outline"] = int(areal.sum())
    times = middle_us(herd.steps)
    pairs, crossing = _raw_pairs(herd, lines, validity_of(barriers[near]), times)
    notes["raw_step_barrier_pairs"], notes["raw_steps_crossing"] = pairs, crossing

    segments = management_segments(
        barriers[near].reset_index(drop=True),
        herd.corridor,
        crs=herd.crs,
        segment_length_m=settings.segment_length_m,
        min_cut_m=settings.min_cut_m,
    )
    geometry = projected(np.asarray(segments.geometry.to_numpy(), dtype=object), herd.crs)
    kept = is_near(geometry, herd.anchors, reach)
    segments, geometry = segments[kept].reset_index(drop=True), geometry[kept]
    validity = validity_of(segments)
    line, sign = joined_lines(
        segment_ends(geometry),
        segments.groupby(["kind", "source"], sort=True).ngroup().to_numpy(np.int64),
        tolerance_m=settings.joint_m,
        max_turn_deg=settings.joint_turn_deg,
    )
    landscape = Landscape.of(geometry, segments["tolerance_m"].to_numpy(float), line, sign)
    standing = lines[is_standing(barriers[near])]
    herd = replace(herd, bridges=held_bridges(herd, standing, settings, notes))
    passed = _passed(context, herd, landscape, segments["segment"], validity, times)
    years, span = exposure(herd.steps, validity)
    segments["has_data"] = passed.reached
    write(segments, context, "segments.parquet", tables.SEGMENTS)
    observed = _observed(herd, segments, geometry, validity)
    write(observed.drop(columns="step"), context, "observed.parquet", tables.OBSERVED)
    per_span = np.array([float(row.sum()) for _, row in years.iterrows()])
    total = pd.Series(per_span[span], index=segments["segment"])
    crossings = _crossings(herd, observed, passed, total)
    write(crossings, context, "crossings.parquet", tables.CROSSINGS)
    own = years.take(span).set_axis(segments["segment"])
    met_by = _encounters(passed.met, own, validity.is_dated)
    write(met_by, context, "encounters.parquet", tables.ENCOUNTERS)
    notes |= {
        "n_segments": len(segments),
        "n_segments_without_data": int((~passed.reached).sum()),
        "n_segments_dated": int(validity.is_dated.sum()),
        "observed_crossings": len(observed),
        "expected_passages": float(passed.expected["net"].sum()),
        "n_visits": passed.n_visits,
        "passages_of_visits": float(passed.met["passages"].sum()),
        "approaches": float(passed.met["approaches"].sum()),
        "flux_floor": settings.flux_floor,
        "passages_below_floor": passed.below_floor,
        "what": {
            "raw_step_barrier_pairs": "pairs of a step and a barrier feature that meet",
            "raw_steps_crossing": "steps that meet any barrier feature",
            "has_data": "a tracked animal's step came within reach while the segment counted",
            "expected": "net passages between the fixes (intersect.bridge), netted per joined line",
            "held": "share of the herd's passages that keep to the straight step at barriers",
            "passages_of_visits": "net passages, netted over each visit to a joined line; ranked",
            "approaches": "visits to a joined line that end on the side where they began; ranked",
            "n_segments_dated": "segments with valid_from or valid_to; only steps, and years of "
            "tracking, from the time in which they count are taken",
        },
    }


def _raw_pairs(
    herd: Herd, lines: Geometries, standing: Validity, times: Indices
) -> tuple[int, int]:
    """Return how many pairs of a step and a barrier meet, and how many steps meet any."""
    tree = PieceTree.of(straight_pieces(lines))
    pairs = crossing = 0
    for rows, steps, _ in herd.by_animal():
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
    context: StageContext,
    herd: Herd,
    landscape: Landscape,
    names: pd.Series[str],
    validity: Validity,
    times: Indices,
) -> _Passed:
    """Pass every animal's bridges through the landscape, one animal at a time."""
    settings = context.settings.intersect
    reached = np.zeros(len(names), dtype=bool)
    tables_of: dict[str, list[pd.DataFrame]] = {"expected": [], "likely": [], "met": []}
    n_visits, below = 0, []
    for rows, steps, bridges in herd.by_animal():
        passages = expected_passages(
            bridges,
            landscape,
            flux_floor=settings.flux_floor,
            encounter_distance_m=settings.encounter_distance_m,
            counts=_counting(validity, times[rows]),
        )
        visits = encounters(
            steps,
            passages,
            landscape.line,
            encounter_h=settings.encounter_h,
            return_frac=settings.return_frac,
        )
        reached[passages.segment] = True
        n_visits += visits.n_visits
        below.append(passages.truncated)
        label = names.to_numpy(dtype=object)
        for key, frame in _of_animal(steps, label, passages, visits).items():
            tables_of[key].append(frame)
        context.progress("barrier crossings", 0.9 * rows.stop / max(1, len(herd.steps)))
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
    herd: Herd, segments: gpd.GeoDataFrame, geometry: Geometries, validity: Validity
) -> gpd.GeoDataFrame:
    tree = PieceTree.of(straight_pieces(geometry))
    parts = [
        (rows.start + found.step, found.line, found.share, found.x_m, found.y_m)
        for rows, found in (
            (rows, meetings(steps.ends, tree)) for rows, steps, _ in herd.by_animal()
        )
    ]
    step, line, share, x_m, y_m = (np.concatenate(column) for column in zip(*parts, strict=True))
    frame = segments[["segment", "barrier", "kind"]].take(line)
    out = met(herd, frame, step, share, x_m, y_m)
    time_us = microseconds(out["time_utc"])
    return out[validity.holds(time_us, line)].reset_index(drop=True)


def _crossings(
    herd: Herd, observed: gpd.GeoDataFrame, passed: _Passed, years: pd.Series[float]
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
            "herd": herd.name,
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
