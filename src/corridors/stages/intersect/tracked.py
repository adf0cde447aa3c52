"""The movements of a herd from what other stages leave, one animal at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from corridors.barriers.crossings import Steps, steps_of, window_of
from corridors.barriers.flux import Bridges
from corridors.barriers.movements import Movements, Places, anchors_of
from corridors.config.model import Occurrence
from corridors.foundation import tables
from corridors.foundation.arrays import Floats, Indices, Microseconds, Values
from corridors.foundation.arrow import positions, times_us, values
from corridors.foundation.artefacts import FixTable, Layer
from corridors.foundation.clock import microseconds
from corridors.foundation.track import usable_rows
from corridors.movement.step_variances import (
    Running,
    location_errors_m,
    step_variances,
    track_straying,
    track_variances,
)
from corridors.movement.straying import Straying
from corridors.stages.intersect.stage import Moved, Settings

_ALL = "all"
_COLUMNS = ["time_utc", "dop", "x_m", "y_m", "burst", "geometry"]


@dataclass(frozen=True)
class Origin:
    """Where the variances of bridges are from, and the law of straying of each animal."""

    variances: dict[str, int]
    laws: dict[str, Straying]


def movements_of(inputs: Moved, settings: Settings) -> tuple[Movements, Origin]:
    """Return the herd's movements, read one animal at a time, and what its bridges are made of."""
    max_lag_h = settings.intersect.max_lag_h
    whole: dict[str, float] = {}
    found: list[tuple[str, Floats]] = []
    times: list[Microseconds] = []
    for name, fixes, place in _by_animal(inputs.fixes):
        whole |= track_variances(
            fixes,
            _errors_m(fixes, settings.occurrence),
            form=settings.occurrence.variance_form,
            max_lag_h=max_lag_h,
        )
        found.append((name, place))
        times.append(microseconds(fixes["time_utc"]))
    rows: Iterable[Floats] = np.hstack([place for _, place in found])
    lon, lat, x_m, y_m = rows
    places = Places(
        lon,
        lat,
        x_m,
        y_m,
        tuple(name for name, _ in found),
        tuple(np.cumsum([0, *(place.shape[1] for _, place in found)]).tolist()),
        np.concatenate(times),
    )
    del found
    windows, estimates = inputs.migrations.read(), inputs.estimates.read()
    counts: Counter[str] = Counter()
    frames: list[pd.DataFrame] = []
    bridges: list[Bridges] = []
    laws: dict[str, Straying] = {}
    for name, fixes, _ in _by_animal(inputs.fixes):
        own = windows[windows["animal"] == name]
        steps = steps_of(fixes, own, max_lag_h=max_lag_h)
        made, sources, law = _bridges(
            steps,
            fixes,
            own,
            estimates,
            inputs.variances.rows("migration", sorted(own["migration"])),
            whole,
            settings,
        )
        if law is not None:
            laws[name] = law
        counts.update(sources)
        frames.append(steps.frame)
        bridges.append(made)
    walked = Steps(pd.concat(frames, ignore_index=True))
    del frames
    columns = zip(*(made.columns for made in bridges), strict=True)
    corridor = corridor_of(inputs.corridors, inputs.modelled)
    crs = inputs.clean.crs
    moves = Movements(
        settings.herd,
        crs,
        places,
        walked,
        Bridges(*(np.concatenate(column) for column in columns)),
        corridor,
        anchors_of(pd.DataFrame({"x_m": places.x_m, "y_m": places.y_m}), corridor, crs),
        walked.tracking_years(),
    )
    return moves, Origin(dict(counts), laws)


def corridor_of(corridors: Layer, modelled: Layer) -> gpd.GeoDataFrame:
    """Return the corridor classes of all seasons: tracked, else an expert's, else modelled."""
    drawn = corridors.read()
    for evidence in ("tracked", "expert"):
        found = drawn[(drawn["evidence"] == evidence) & (drawn["season"] == _ALL)]
        if len(found):
            return found.reset_index(drop=True)
    return modelled.read()


def _bridges(
    steps: Steps,
    fixes: pd.DataFrame,
    windows: pd.DataFrame,
    estimates: pd.DataFrame,
    variances: pd.DataFrame,
    whole: Mapping[str, float],
    settings: Settings,
) -> tuple[Bridges, dict[str, int], Straying | None]:
    """Return one animal's bridges, one per step, where their variance is from, and its law."""
    occurrence, intersect = settings.occurrence, settings.intersect
    error_m = _errors_m(fixes, occurrence)
    window = window_of(steps.frame["animal"], steps.frame["start_utc"], windows)
    s2_m2_min, counts = step_variances(
        steps.frame,
        np.array([*windows["migration"], None], dtype=object)[window],
        fixes,
        error_m,
        estimates=estimates,
        variances=variances,
        whole=whole,
        running=(
            Running(occurrence.variance_form, occurrence.window_fixes, occurrence.margin_fixes)
            if occurrence.method in ("auto", "dbbmm")
            else None
        ),
        max_lag_h=intersect.max_lag_h,
    )
    ends: Iterable[Floats] = steps.ends.T.copy()
    x0_m, y0_m, x1_m, y1_m = ends
    bridges = Bridges(
        x0_m=x0_m,
        y0_m=y0_m,
        x1_m=x1_m,
        y1_m=y1_m,
        duration_min=steps.duration_min,
        s2_m2_min=s2_m2_min,
        error0_m=np.asarray(error_m.loc[steps.frame["fix0"]], np.float64),
        error1_m=np.asarray(error_m.loc[steps.frame["fix1"]], np.float64),
    )
    if intersect.bridge != "sideways":
        return bridges, counts, None
    law = track_straying(
        fixes, error_m, max_lag_h=intersect.max_lag_h, min_triplets=intersect.min_triplets
    )
    if law is None:
        return bridges, counts, None
    s2_m2_min = law.variance(bridges.way_m, bridges.duration_min)
    return bridges.straying(s2_m2_min, tails=law.tails), {"sideways": len(bridges)}, law


def _errors_m(fixes: pd.DataFrame, occurrence: Occurrence) -> pd.Series[float]:
    return location_errors_m(
        fixes,
        error_m=occurrence.location_error_m,
        error_per_dop_m=occurrence.error_per_dop_m,
    )


def _by_animal(table: FixTable) -> Iterator[tuple[str, pd.DataFrame, Floats]]:
    """Yield each animal with its usable fixes, and their lon, lat, x and y, shape (4, n).

    The labels are the rows of the file. Without any animal there is one that has no fixes, for
    the types of the columns.
    """
    first = 0
    for name, rows_of in table.animals(_COLUMNS):
        x, y, dop, burst = (values(rows_of, key) for key in ("x_m", "y_m", "dop", "burst"))
        time_us = times_us(rows_of["time_utc"])
        rows = usable_rows(burst, time_us)
        place = np.stack([*positions(rows_of["geometry"]), x, y])[:, rows]
        yield name, _fixes(name, first + rows, time_us[rows], place, dop[rows], burst[rows]), place
        first += len(rows_of)
    if not first:
        none = np.zeros(0, dtype=np.int64)
        yield "", _fixes("", none, none, np.zeros((4, 0)), np.zeros(0), none), np.zeros((4, 0))


def _fixes(
    name: str,
    label: Indices,
    time_us: Microseconds,
    place: Floats,
    dop: Floats,
    burst: Values,
) -> pd.DataFrame:
    """Return an animal's fixes as steps and bridges are made of them."""
    return pd.DataFrame(
        {
            "animal": pd.Series(name, index=label, dtype="str"),
            "time_utc": pd.Series(pd.to_datetime(time_us, unit="us", utc=True), index=label),
            "x_m": place[2],
            "y_m": place[3],
            "dop": dop,
            "burst": burst,
        },
        index=label,
    ).astype({"time_utc": tables.UTC})
