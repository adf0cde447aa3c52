"""The evidence of a herd's places, bound to what other stages leave."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from corridors.barriers.crossings import OTHER
from corridors.barriers.line_order import positions_along
from corridors.barriers.segments import projected, segment_ends
from corridors.barriers.sources import is_jurisdiction
from corridors.barriers.trial_tables import Joints, span_times
from corridors.barriers.validity import validity_of
from corridors.foundation import tables
from corridors.foundation.arrays import Indices
from corridors.foundation.artefacts import Progress, Table
from corridors.foundation.facts import Unit
from corridors.foundation.facts.rank import Prior
from corridors.foundation.facts.weigh import WeighFacts
from corridors.stages.weigh.stage import Inputs, Results, Settings
from corridors.threats.limits import limits
from corridors.threats.missing import EXISTING, REMOVED, Draws
from corridors.threats.parts import Parts, number_of
from corridors.threats.place_table import (
    STATUS,
    Evidence,
    draw_table,
    kappa_sources,
    place_table,
    segment_table,
)
from corridors.threats.places import drawn, judged, places_of, shares, tallied
from corridors.threats.priors import known_of_places, prior_table, with_estimates
from corridors.threats.seasons import Seasons


@dataclass(frozen=True)
class Stretches:
    """The barriers of a herd as places.

    Parameters
    ----------
    rows
        SEGMENTS that may stop an animal, sorted by name.
    place
        Place of each.
    known
        Of each place: ``status kappa is_stated source span number``.
    """

    rows: gpd.GeoDataFrame
    place: Indices
    known: pd.DataFrame


def weighed(
    inputs: Inputs,
    settings: Settings,
    progress: Progress,
    *,
    segments: gpd.GeoDataFrame,
    alterations: pd.DataFrame,
) -> Results:
    """Return what stage `weigh` leaves.

    Parameters
    ----------
    inputs, settings, progress
        Of the stage.
    segments
        SEGMENTS as they were when animals met them.
    alterations
        ALTERATIONS that a scenario makes of them; without rows they are as they were.
    """
    units, seasons_tracked = inputs.units.read(), inputs.seasons.read()
    rows = segments[~is_jurisdiction(segments)]
    rows = rows.sort_values("segment", kind="stable", ignore_index=True)
    facts = _facts(settings, units, seasons_tracked)
    if not len(units) or not rows["has_data"].any():
        return Results(
            places=Table.of(tables.empty(tables.PLACES)),
            segments=Table.of(tables.empty(tables.PLACE_SEGMENTS)),
            draws=Table.of(tables.empty(tables.PLACE_DRAWS)),
            facts=facts,
        )
    seasons = Seasons.of(seasons_tracked, units)
    stretches = _stretches(inputs, settings, rows, seasons)
    attempts = seasons.attempts(inputs.trials.read(), rows["segment"])
    progress("drawing", 0.2)
    found = drawn(
        attempts,
        seasons.tracked,
        stretches.place,
        stretches.known,
        prior_strength=settings.rank.spread_trials,
        draws=settings.rank.draws,
        seed=settings.rank.seed,
        name=settings.herd,
    )
    progress("places", 0.8)
    return _results(inputs, settings, facts, stretches, seasons, attempts, found, alterations)


def _facts(settings: Settings, units: pd.DataFrame, seasons: pd.DataFrame) -> WeighFacts:
    """Return what is known before anything is weighed."""
    always = seasons[seasons["from_utc"].isna() & seasons["to_utc"].isna()]
    tracked = always[always["season"] != OTHER].groupby("season")["seasons"].sum()
    return WeighFacts(
        herd=settings.herd,
        n_animals=len(units),
        n_units=int(units["unit"].nunique()),
        seasons_tracked={str(name): round(float(n), 4) for name, n in tracked.items()},
        unit=Unit.of(settings.population_size, settings.population_source),
        draws=settings.rank.draws,
        seed=settings.rank.seed,
    )


def _stretches(
    inputs: Inputs, settings: Settings, rows: gpd.GeoDataFrame, seasons: Seasons
) -> Stretches:
    """Return the places: stretches of joined lines that count at the same times."""
    chosen, rank = settings.trials, settings.rank
    joints = Joints(tolerance_m=chosen.joint_m, max_turn_deg=chosen.joint_turn_deg)
    geometry = projected(np.asarray(rows.geometry.to_numpy(), dtype=object), inputs.clean.crs)
    line, sign = joints.lines(rows, geometry)
    position = positions_along(segment_ends(geometry), line, sign, tolerance_m=chosen.joint_m)
    span = seasons.span_of(span_times(validity_of(rows)))
    line = np.unique(line * len(seasons.spans) + span, return_inverse=True)[1]
    place = places_of(
        line.astype(np.int64),
        position,
        rows["length_m"].to_numpy(float),
        place_length_m=rank.place_length_km * 1000,
    )
    known = known_of_places(
        rows,
        place,
        inputs.permeability.read(),
        overrides=rank.priors,
        species=settings.species or "",
        prior_trials=rank.prior_trials,
    )
    first = np.unique(place, return_index=True)[1]
    status = pd.Index(STATUS).get_indexer(pd.Index(rows["status"]))
    known = known.assign(
        status=status[first],
        span=span[first],
        number=[number_of(names) for names in rows["segment"].groupby(place).agg(tuple)],
    )
    return Stretches(rows, place, known)


def _results(
    inputs: Inputs,
    settings: Settings,
    facts: WeighFacts,
    stretches: Stretches,
    seasons: Seasons,
    attempts: pd.DataFrame,
    found: Draws,
    alterations: pd.DataFrame,
) -> Results:
    rows, known = stretches.rows, stretches.known
    tracked, span = seasons.tracked, known["span"].to_numpy(np.int64)
    share = shares(attempts, tracked, stretches.place, span)
    parts = Parts.of(stretches.place, rows["segment"], alterations)
    told, part_of = _evidence(
        inputs, settings, stretches, seasons, attempts, parts, parts.draws(
            found, parts.shares(share["share"])
        )
    )  # fmt: skip
    n_herd = 1.0 if settings.population_size is None else float(settings.population_size)
    table = place_table(
        told,
        judged(told.tally, told.found, told.status, seed=settings.rank.seed),
        herd=settings.herd,
        seasons=seasons.names,
        other=OTHER,
        n_herd=n_herd,
        unit=facts.unit,
    )
    has_data = rows["has_data"].to_numpy(bool)
    held = segment_table(
        rows["segment"][has_data],
        part_of[has_data],
        share[has_data],
        table,
        told.names,
        n_herd=n_herd,
    )
    stands = told.status == STATUS.index("existing")
    together = n_herd * told.found.missing[:, stands].sum(axis=1, dtype=float)
    return Results(
        places=Table.of(tables.typed(table, tables.PLACES)),
        segments=Table.of(tables.typed(held, tables.PLACE_SEGMENTS)),
        draws=Table.of(tables.typed(draw_table(told, n_herd=n_herd), tables.PLACE_DRAWS)),
        facts=facts.model_copy(
            update={
                "priors": _priors(inputs, settings, rows[has_data]),
                "n_stated_permeability": int((table["kappa_source"] == "stated").sum()),
                "harmless_weight": float(found.harmless_weight.mean()),
                "missing_together": float(together.mean()),
                "missing_together_p05": float(np.quantile(together, 0.05)),
                "missing_together_p95": float(np.quantile(together, 0.95)),
            }
        ),
    )


def _evidence(
    inputs: Inputs,
    settings: Settings,
    stretches: Stretches,
    seasons: Seasons,
    attempts: pd.DataFrame,
    parts: Parts,
    found: Draws,
) -> tuple[Evidence, Indices]:
    """Return what is known of the parts, and the part of each segment."""
    rows, tracked = stretches.rows, seasons.tracked
    known = stretches.known.iloc[parts.place].reset_index(drop=True)
    span = known["span"].to_numpy(np.int64)
    tally = tallied(attempts, tracked, parts.of_segment, span)
    change = parts.changes["change"]
    status = np.where(change == "removed", REMOVED, known["status"]).astype(np.int64)
    assumed = found.kappa[0].astype(float)
    is_assumed = (change != "").to_numpy()
    stood = tracked.exposure.sum(axis=(1, 2))
    return Evidence(
        names=parts.names(settings.herd, rows["segment"]),
        tally=tally,
        found=found,
        status=status,
        kappa=np.where(is_assumed, assumed, np.where(status == REMOVED, 1.0, known["kappa"])),
        kappa_source=kappa_sources(
            tally, status, known, is_assumed, strength=settings.rank.spread_trials
        ),
        limits=limits(
            tally,
            copied_trials=np.where(status == EXISTING, found.copied_trials, np.inf),
            interval_h=inputs.crossed.interval_h,
            stood_frac=stood[span] / stood[seasons.always],
        ),
        n_tracked=(tracked.exposure.sum(axis=2) > 0).sum(axis=1)[span].astype(np.int64),
        has_data=np.bincount(
            parts.of_segment, weights=rows["has_data"], minlength=len(known)
        ) > 0,
    ), parts.of_segment  # fmt: skip


def _priors(inputs: Inputs, settings: Settings, rows: gpd.GeoDataFrame) -> dict[str, Prior]:
    """Return the priors of segments whose permeability is not stated, by kind and class."""
    rank = settings.rank
    table = prior_table(
        rows["kind"], rows["class"], overrides=rank.priors, species=settings.species or ""
    )
    table = with_estimates(
        table,
        rows["kind"],
        rows["class"],
        inputs.permeability.read(),
        prior_trials=rank.prior_trials,
    )
    used = table[rows["permeability"].isna()].drop_duplicates("key").sort_values("key")
    return {
        str(row["key"]): Prior(
            permeability=float(row["permeability"]),
            label=str(row["label"]),
            basis=str(row["basis"]),
        )
        for row in used.to_dict("records")
    }
