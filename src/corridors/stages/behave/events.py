"""What the animals did at barriers, and an index per barrier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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
from corridors.config.crossing import Behave
from corridors.foundation import tables
from corridors.foundation.artefacts import Progress
from corridors.foundation.vocabulary import BEHAVIOURS
from corridors.stages.behave.stage import Inputs, Settings


@dataclass(frozen=True)
class Events:
    """BEHAVIOUR, BEHAVIOUR_SEGMENTS, BEHAVIOUR_INDEX, and the counts of BehaveFacts."""

    behaviour: gpd.GeoDataFrame
    touched: pd.DataFrame
    index: gpd.GeoDataFrame
    counts: dict[str, Any]


def told(inputs: Inputs, settings: Settings, progress: Progress) -> Events:
    """Return events, the segments they touch, and the index per barrier and segment."""
    behave, herd = settings.behave, settings.herd
    segments = inputs.segments.read()
    segments = segments[is_standing(segments) & segments["kind"].isin(behave.kinds)]
    met = Met.of(gpd.GeoDataFrame(inputs.fixes.read()), segments, inputs.clean.crs)
    rules, windows = _rules(behave), inputs.migrations.read()
    events: list[gpd.GeoDataFrame] = []
    touches: list[pd.DataFrame] = []
    kinds: list[str] = sorted(set(met.segments["kind"]))
    seen = {kind: np.zeros(len(met.tracks), np.bool_) for kind in kinds}
    for n, kind in enumerate(kinds):
        for one, touching in events_of_kind(met, kind, rules):
            seen[kind][fixes_of(one)] = True
            events.append(event_rows(herd, met, windows, kind, one))
            touches.append(touch_rows(met, events[-1], touching))
        progress("behaviour at barriers", (n + 1) / len(kinds))
    behaviour = tables.joined(events, tables.BEHAVIOUR)
    touched = tables.joined(touches, tables.BEHAVIOUR_SEGMENTS)
    index = index_rows(
        herd,
        met,
        behaviour,
        touched,
        inputs.units.read(),
        min_encounters=behave.min_encounters,
        draws=behave.draws,
        seed=behave.seed,
    )
    counts = _counts(met, behaviour, index, behave)
    observed = inputs.observed.read(["segment", "kind", "animal", "time_utc", "geometry"])
    across, without = steps_across(met, observed, seen)
    counts |= {"steps_across": across, "steps_across_without_event": without}
    return Events(behaviour, touched, index, counts)


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


def _counts(
    met: Met, behaviour: gpd.GeoDataFrame, index: gpd.GeoDataFrame, settings: Behave
) -> dict[str, Any]:
    """Return what the facts say of the events."""
    interval = modal_lag_h(met.tracks)
    kinds: list[str] = sorted(set(behaviour["kind"]))
    counts = behaviour.groupby(["kind", "behaviour"], sort=True).size()
    barriers = index[index["segment"] == ""]
    return {
        "n_animals": len(met.animals),
        "n_segments": len(met.segments),
        "n_events": len(behaviour),
        "events": {
            kind: {name: int(counts.get((kind, name), 0)) for name in BEHAVIOURS} for kind in kinds
        },
        "unknown": {
            str(reason): int(n)
            for reason, n in behaviour.loc[behaviour["reason"] != "", "reason"]
            .value_counts()
            .sort_index()
            .items()
        },
        "interval_h": {
            name: hours if np.isfinite(hours) else None
            for name, hours in zip(met.animals, map(float, interval), strict=True)
        },
        "n_barriers_met": len(barriers),
        "n_barriers_judged": int((barriers["judgement"] == "known").sum()),
        "min_encounters": settings.min_encounters,
        "draws": settings.draws,
        "seed": settings.seed,
    }
