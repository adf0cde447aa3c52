"""Permeability as a table: kappa per kind and class of barrier, season and time of day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from corridors.barriers.crossings import Steps
from corridors.barriers.kappa_differences import covariate_tests
from corridors.barriers.kappa_likelihood import Seen
from corridors.barriers.null_steps import Law, Table, informative, law_level, null_chances
from corridors.barriers.permeability import Kappa, permeability
from corridors.barriers.segments import projected
from corridors.barriers.tries import Near, Tries, tries
from corridors.barriers.validity import validity_of
from corridors.foundation.arrays import Flags, Floats, Indices, Labels
from corridors.foundation.crs import GEOGRAPHIC, transformer
from corridors.foundation.units import unit_codes

_CONFIDENCE = 0.95  # part of the columns' meaning
_DAY_TIMES = np.array(["night", "morning", "day", "evening"], dtype=object)
_COVARIATES = ("class", "season", "time_of_day")
# Labels by which the null steps of a try must be its own for the try to tell of a covariate: else
# animals that move faster in a season would seem to meet another permeability.
# The first label is the duration of the step.
_NEEDED = {"class": 0, "season": 2, "time_of_day": 3}


@dataclass(frozen=True)
class Rules:
    """How kappa is estimated.

    Parameters
    ----------
    near
        Which steps count.
    law, n_headings, min_steps
        See :func:`~corridors.barriers.null_steps.null_chances`.
    min_expected
        See :func:`~corridors.barriers.permeability.permeability`.
    """

    near: Near
    law: Law
    n_headings: int
    min_steps: int
    min_expected: float


@dataclass(frozen=True)
class Kind:
    """What is known of the tries at the barriers of one kind."""

    tries: Tries
    table: Table
    animal: Indices
    unit: Indices
    levels: dict[str, Labels]  # covariate -> level of each informative try
    own_law: Indices  # of each, by how many labels its null steps are its own


def kind_of(
    steps: Steps,
    segments: gpd.GeoDataFrame,
    crs: str,
    units: pd.DataFrame,
    rules: Rules,
    *,
    error0_m: Floats,
    error1_m: Floats,
) -> Kind:
    """Return what the steps tell of the barriers of one kind.

    ``segments`` are SEGMENTS of that kind that stand, with a plain index; ``crs`` is that of the
    steps, ``units`` are UNITS; ``error0_m`` and ``error1_m`` are the location errors of the ends of
    steps, SD per axis, m.
    """
    lines = projected(np.asarray(segments.geometry.to_numpy(), dtype=object), crs)
    found, index = tries(
        steps, lines, validity_of(segments), rules.near, error0_m=error0_m, error1_m=error1_m
    )
    season = steps.frame["season"].to_numpy(dtype=object)[found.step]
    time_of_day = _time_of_day(found, crs)
    groups = np.column_stack([found.lag.astype(str).astype(object), season, time_of_day])
    null = null_chances(
        found,
        index,
        groups,
        law=rules.law,
        n_headings=rules.n_headings,
        min_steps=rules.min_steps,
    )
    table = informative(found, null)
    code, names = pd.factorize(steps.frame["animal"], sort=True)
    animal = code[found.step[table.row]].astype(np.int64)
    classes = segments["class"].to_numpy(dtype=object)[found.line[table.row]]
    levels = {
        "class": classes,
        "season": season[table.row],
        "time_of_day": time_of_day[table.row],
    }
    own_law = law_level(groups, min_steps=rules.min_steps)[table.row]
    unit = unit_codes([str(name) for name in names], units)[animal]
    return Kind(found, table, animal, unit, levels, own_law)


def _time_of_day(found: Tries, crs: str) -> Labels:
    """Return the quarter of the local mean solar day in which the middle of each try lies."""
    if not len(found.step):
        return np.zeros(0, dtype=object)
    lon, _ = transformer(crs, GEOGRAPHIC).transform(found.x_m, found.y_m)
    hours = found.time_us / 3.6e9 + np.asarray(lon) / 15
    out: Labels = _DAY_TIMES[(((hours + 3) % 24) // 6).astype(np.int64)]
    return out


def rows_of(classes: list[str], found: Kind, rules: Rules) -> pd.DataFrame:
    """Return the rows of one kind of barrier: all, per class, per level of each covariate.

    Columns are those of PERMEABILITY without herd, species, kind and prior.
    """
    everything = np.ones(len(found.table.row), dtype=bool)
    whole = _kappa(found, everything, rules)
    p_values = {name: _p_value(found, name, whole.spread) for name in _COVARIATES}
    rows = [_row(whole, "all", "kind", "", float("nan"))]
    rows[0]["n_across"] = found.tries.n_met
    for covariate in _COVARIATES:
        labels = found.levels[covariate]
        for level in classes if covariate == "class" else sorted(set(labels)):
            part = np.asarray(labels == level, dtype=bool) & (found.own_law >= _NEEDED[covariate])
            one = _kappa(found, part, rules)
            name = level if covariate == "class" else "all"
            row = _row(one, name, covariate, level, p_values[covariate])
            row["n_left_out"] = int((labels == level).sum()) - one.n_steps
            rows.append(row)
    return pd.DataFrame(rows).assign(interval_h=found.tries.lag_h)


def _p_value(found: Kind, covariate: str, spread: float) -> float:
    """Return the test of a covariate, with those that need no finer null steps in the model."""
    needed = _NEEDED[covariate]
    part = found.own_law >= needed
    levels = {name: found.levels[name][part] for name in _COVARIATES if _NEEDED[name] <= needed}
    tests = covariate_tests(
        found.table.hazard[part],
        found.table.crossed[part],
        levels,
        spread=spread,
        seen=_seen(found)[part],
    )
    return next(test.p_value for test in tests if test.covariate == covariate)


def _seen(found: Kind) -> Seen:
    return Seen(found.table.odds, found.table.mistaken)


def _kappa(found: Kind, part: Flags, rules: Rules) -> Kappa:
    return permeability(
        found.table.hazard[part],
        found.table.crossed[part],
        found.animal[part],
        confidence=_CONFIDENCE,
        min_expected=rules.min_expected,
        seen=_seen(found)[part],
        unit=found.unit[part],
    )


def _row(one: Kappa, name: str, covariate: str, level: str, p_value: float) -> dict[str, Any]:
    estimated = one.interval in ("profile", "units")
    return {
        "class": name,
        "covariate": covariate,
        "level": level,
        "n_steps": one.n_steps,
        "n_crossings": one.n_crossings,
        "n_animals": one.n_animals,
        "n_units": one.n_units,
        "expected": one.expected,
        "kappa": one.kappa,
        "kappa_low": one.low,
        "kappa_high": one.high,
        "profile_low": one.profile[0],
        "profile_high": one.profile[1],
        "interval": one.interval,
        "spread": one.spread,
        "p_value": p_value,
        "permeability": one.share,
        "permeability_low": one.share_low,
        "permeability_high": one.share_high,
        "source": "estimated" if estimated else one.interval,
        "n_doubtful": one.n_crossings - one.n_sure,
        "n_across": 0,
        "n_left_out": 0,
    }
