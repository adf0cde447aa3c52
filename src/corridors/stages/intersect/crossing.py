"""The crossings of a herd, bound to what other stages leave."""

from __future__ import annotations

from dataclasses import asdict

import geopandas as gpd

from corridors.barriers.area_tables import areas_used
from corridors.barriers.border_tables import Rules as BorderRules
from corridors.barriers.border_tables import across
from corridors.barriers.crossing_tables import Crossed, Rules, crossed
from corridors.barriers.movements import Movements
from corridors.config.crossing import Intersect
from corridors.foundation.artefacts import Layer, Progress, Table, silent
from corridors.foundation.facts.intersect import Held, IntersectFacts, StrayingLaw
from corridors.stages.intersect.holding import Holder
from corridors.stages.intersect.stage import Inputs, Results, Settings
from corridors.stages.intersect.tracked import movements_of
from corridors.stages.intersect.trying import trials_of

_ALL = "all"


def met(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Return what stage `intersect` leaves."""
    intersect, cell_m = settings.intersect, inputs.clean.cell_m
    moves, origin = movements_of(inputs, settings)
    barriers, population = inputs.barriers.read(), inputs.population.read()
    holder = Holder(moves, intersect)
    found = crossed(moves, barriers, rules_of(intersect), hold=holder, progress=progress)
    progress("trials and copies", 0.9)
    tried = trials_of(moves, inputs.migrations.read(), found.segments, intersect.trials)
    # Whoever tried was there.
    there = set(tried.trials.loc[tried.trials["copy"] < 0, "segment"])
    has_data = found.segments["has_data"] | found.segments["segment"].isin(there)
    segments = found.segments.assign(has_data=has_data)
    reach_m = intersect.reach_km * 1000
    areas = areas_used(moves, barriers, population, reach_m=reach_m, cell_m=cell_m)
    borders = across(
        moves,
        inputs.boundaries.read(),
        inputs.states.read(),
        population[population["season"] == _ALL],
        BorderRules(
            reach_m=reach_m,
            stretch_km=intersect.border_stretch_km,
            contested_km2=intersect.contested_km2,
            joint_m=intersect.joint_m,
            flux_floor=intersect.flux_floor,
        ),
        cell_m=cell_m,
        odds=holder.odds,
        progress=progress,
    )
    facts = IntersectFacts(
        tracking_years={str(name): float(years) for name, years in moves.years.items()},
        n_steps=len(moves.steps),
        flux_floor=intersect.flux_floor,
        max_lag_h=intersect.max_lag_h,
        n_areas_near=len(areas),
        n_units=int(tried.units["unit"].nunique()),
        interval_h=tried.interval_h,
        **found.counts,
        n_segments_without_data=int((~segments["has_data"]).sum()),
        **found.passages,
        held=Held(
            odds_missed=holder.odds.standing.missed,
            odds_hit=holder.odds.standing.hit,
            odds_missed_elsewhere=holder.odds.elsewhere.missed,
            odds_hit_elsewhere=holder.odds.elsewhere.hit,
            n_missed=int((~holder.real.is_hit).sum()),
            n_hit=int(holder.real.is_hit.sum()),
        ),
        straying={name: StrayingLaw(**asdict(law)) for name, law in origin.laws.items()},
        variance_of_bridges=origin.variances,
        **borders.counts,
        states_concerned=borders.concerned,
        states_that_must_act_together=borders.together,
        mass_share_elsewhere=borders.mass_share_elsewhere,
        corridor_share_elsewhere=borders.corridor_share_elsewhere,
    )
    return Results(
        segments=Layer.of(segments),
        crossings=Table.of(found.crossings),
        observed=Layer.of(found.observed),
        trials=Table.of(tried.trials),
        seasons=Table.of(tried.seasons),
        units=Table.of(tried.units),
        areas=Layer.of(areas),
        border_report=Layer.of(borders.report),
        border_stretches=Layer.of(borders.stretches),
        border_crossings=Layer.of(borders.crossings),
        national_shares=Table.of(borders.shares),
        facts=facts,
    )


def rules_of(intersect: Intersect) -> Rules:
    """Return how barriers are cut and met, as configured."""
    return Rules(
        reach_m=intersect.reach_km * 1000,
        segment_length_m=intersect.segment_length_m,
        min_cut_m=intersect.min_cut_m,
        joint_m=intersect.joint_m,
        joint_turn_deg=intersect.joint_turn_deg,
        flux_floor=intersect.flux_floor,
        encounter_distance_m=intersect.encounter_distance_m,
        return_frac=intersect.return_frac,
    )


def crossed_by(moves: Movements, barriers: gpd.GeoDataFrame, intersect: Intersect) -> Crossed:
    """Return what movements make of barriers of one's own, by the rules of the study.

    ``barriers`` are all that continue each other: visits are to joined lines.
    """
    hold = Holder(moves, intersect)
    return crossed(moves, barriers, rules_of(intersect), hold=hold, progress=silent)
