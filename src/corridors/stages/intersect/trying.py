"""What the herd tried at barriers, by the configured rules."""

from __future__ import annotations

from math import inf

import geopandas as gpd
import pandas as pd

from corridors.barriers.companions import Together
from corridors.barriers.copies import Shift
from corridors.barriers.movements import Movements
from corridors.barriers.trial_tables import Joints, Rules, Tried, tried
from corridors.barriers.trials import Rule
from corridors.config.trials import Trials
from corridors.foundation import tables


def trials_of(
    moves: Movements, windows: pd.DataFrame, segments: gpd.GeoDataFrame, chosen: Trials
) -> Tried:
    """Return TRIALS, SEASONS_TRACKED and UNITS; empty where nobody was tracked."""
    if not len(moves.steps):
        return Tried(
            tables.empty(tables.TRIALS),
            tables.empty(tables.SEASONS_TRACKED),
            tables.empty(tables.UNITS),
            0.0,
        )
    return tried(moves, windows, segments, rules_of(chosen))


def joints_of(chosen: Trials) -> Joints:
    """Return which segments are one line, as configured."""
    return Joints(tolerance_m=chosen.joint_m, max_turn_deg=chosen.joint_turn_deg)


def rules_of(chosen: Trials) -> Rules:
    """Return what trials are, as configured."""
    copies, units = chosen.copies, chosen.units
    pairs = zip(chosen.migration_days, chosen.range_days, strict=True)
    return Rules(
        distance_m=chosen.distance_m,
        end_m=chosen.end_m,
        rules=[Rule(inf if days is None else days, rest) for days, rest in pairs],
        reach_quantile=chosen.reach_quantile,
        joints=joints_of(chosen),
        shift=Shift(
            distance_m=(copies.least_m, copies.most_m),
            turn_deg=copies.turn_deg,
            n_copies=copies.n_copies,
            n_candidates=copies.n_candidates,
            keep_off_m=copies.keep_off_m,
            max_on_frac=copies.max_on_frac,
        ),
        together=Together(
            distance_m=units.distance_m,
            time_h=units.time_h,
            min_common=units.min_common,
            min_together_frac=units.min_together_frac,
        ),
    )
