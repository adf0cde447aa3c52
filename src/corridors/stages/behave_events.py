"""Events in stage `behave`: what the animals did at barriers, and an index per barrier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from corridors.barriers.behaviour import modal_lag_h
from corridors.barriers.behaviour_table import (
    Met,
    Rules,
    event_rows,
    events_of_kind,
    fixes_of,
    index_rows,
    steps_across,
    touch_rows,
)
from corridors.barriers.sources import is_standing
from corridors.formats.parquet import read_json, read_layer, read_table, write_table
from corridors.foundation import tables
from corridors.foundation.vocabulary import BEHAVIOURS
from corridors.stages.context import StageContext

if TYPE_CHECKING:
    from corridors.config.model import Behave


def tell_events(context: StageContext, notes: dict[str, Any]) -> None:
    """Write events, the segments they touch, and the index per barrier and segment."""
    settings = context.settings.behave
    met, rules = _read(context, settings), _rules(settings)
    windows = read_table(context.read("segment", "migrations.parquet"))
    events, touches = [], []
    kinds = sorted(set(met.segments["kind"]))
    seen = {kind: np.zeros(len(met.tracks), dtype=np.bool_) for kind in kinds}
    for n, kind in enumerate(kinds):
        for one, touched in events_of_kind(met, kind, rules):
            seen[kind][fixes_of(one)] = True
            events.append(event_rows(context.herd, met, windows, kind, one))
            touches.append(touch_rows(met, events[-1], touched))
        context.progress("behaviour at barriers", (n + 1) / len(kinds))
    behaviour = _joined(events, tables.BEHAVIOUR)
    touched = _joined(touches, tables.BEHAVIOUR_SEGMENTS)
    index = index_rows(
        context.herd,
        met,
        behaviour,
        touched,
        min_encounters=settings.min_encounters,
        draws=settings.draws,
        seed=settings.seed,
    )
    write_table(behaviour, context.out / "behaviour.parquet", tables.BEHAVIOUR)
    write_table(touched, context.out / "behaviour_segments.parquet", tables.BEHAVIOUR_SEGMENTS)
    write_table(index, context.out / "behaviour_index.parquet", tables.BEHAVIOUR_INDEX)
    notes |= _facts(met, behaviour, index, settings)
    observed = read_table(
        context.read("intersect", "observed.parquet"), ["segment", "kind", "animal", "time_utc"]
    )
    notes["steps_across"], notes["steps_across_without_event"] = steps_across(met, observed, seen)


def _read(context: StageContext, settings: Behave) -> Met:
    crs = str(read_json(context.read("clean", "clean.json"))["crs"])
    segments = read_layer(context.read("intersect", "segments.parquet"))
    segments = segments[is_standing(segments) & segments["kind"].isin(settings.kinds)]
    return Met.of(read_layer(context.read("clean", "fixes.parquet")), segments, crs)


def _rules(settings: Behave) -> Rules:
    return Rules(
        form=settings.form,
        buffer_m=settings.buffer_m,
        bounce_h=settings.bounce_h,
        trapped_h=settings.trapped_h,
        window_h=settings.window_h,
        own_sd=settings.own_sd,
        max_crossings=settings.max_crossings,
        gap_h=settings.gap_h,
    )


def _joined(parts: list[Any], schema: Any) -> Any:
    """Return the parts as one table; without rows, with the types of the contract."""
    parts = [part for part in parts if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else tables.empty(schema)


def _facts(
    met: Met, behaviour: gpd.GeoDataFrame, index: gpd.GeoDataFrame, settings: Behave
) -> dict[str, Any]:
    """Return what ``behave.json`` says of the events."""
    interval = modal_lag_h(met.tracks)
    counts = behaviour.groupby(["kind", "behaviour"], sort=True).size()
    barriers = index[index["segment"] == ""]
    return {
        "n_animals": len(met.animals),
        "n_segments": len(met.segments),
        "n_events": len(behaviour),
        "events": {
            kind: {name: int(counts.get((kind, name), 0)) for name in BEHAVIOURS}
            for kind in sorted(set(behaviour["kind"]))
        },
        "unknown": {
            str(reason): int(n)
            for reason, n in behaviour.loc[behaviour["reason"] != "", "reason"]
            .value_counts()
            .sort_index()
            .items()
        },
        "interval_h": {
            name: float(hours) if np.isfinite(hours) else None
            for name, hours in zip(met.animals, interval, strict=True)
        },
        "n_barriers_met": len(barriers),
        "n_barriers_judged": int((barriers["judgement"] == "known").sum()),
        "min_encounters": settings.min_encounters,
        "draws": settings.draws,
        "seed": settings.seed,
    }
