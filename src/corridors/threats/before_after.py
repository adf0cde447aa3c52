"""A herd before and after a day: measures with intervals over animals, unknown where few."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from corridors.foundation.arrays import Floats
from corridors.foundation.vocabulary import BeforeAfterMeasure

BEFORE, AFTER = "before", "after"
# Less than this of a passage or an approach is no visit to the line.
_CAME = 0.5

# Measure -> (numerator, denominator): every value is a ratio of sums over animals.
MEASURES: Mapping[BeforeAfterMeasure, tuple[str, str]] = {
    "passages": ("passages", "years"),
    "not_passed": ("approaches", "years"),
    "pass_share": ("passages", "encounters"),
    "cut_off": ("never_passed", "came"),
    "migration_length": ("length_km", "migrations"),
    "migration_detour": ("detour", "with_detour"),
}


def animal_sums(
    visits: pd.DataFrame, years: pd.DataFrame, migrations: pd.DataFrame, *, min_days: float
) -> pd.DataFrame:
    """Return what each animal adds to each measure in each period.

    Parameters
    ----------
    visits
        ``animal period passages approaches``, any number of rows per animal.
    years
        ``animal period years``: time tracked, one row each.
    migrations
        ``animal period length_km straight_km``, NaN: unknown.
    min_days
        An animal tracked for less in a period adds nothing to what is counted per time, d.

    Returns
    -------
    DataFrame
        Index (animal, period); the columns that :data:`MEASURES` name.
    """
    key = ["animal", "period"]
    tracked = years[years["years"] * 365.25 >= min_days].set_index(key)["years"]
    met = visits.groupby(key)[["passages", "approaches"]].sum().reindex(tracked.index, fill_value=0)
    came = (met["passages"] + met["approaches"]) >= _CAME
    moves = migrations.assign(
        detour=migrations["length_km"] / migrations["straight_km"].where(lambda km: km > 0)
    )
    known = moves.assign(
        migrations=moves["length_km"].notna().astype(float),
        with_detour=moves["detour"].notna().astype(float),
    )
    sums = known.groupby(key)[["length_km", "migrations", "detour", "with_detour"]].sum()
    out = pd.DataFrame(
        {
            "passages": met["passages"],
            "approaches": met["approaches"],
            "encounters": met["passages"] + met["approaches"],
            "years": tracked,
            "came": came.astype(float),
            "never_passed": (came & (met["passages"] < _CAME)).astype(float),
        }
    )
    return out.join(sums, how="outer").fillna(0.0).sort_index()


def compare(sums: pd.DataFrame, *, min_animals: int, draws: int, seed: int) -> pd.DataFrame:
    """Return each measure before and after, its difference and the paired difference.

    Parameters
    ----------
    sums
        From :func:`animal_sums`.
    min_animals
        Fewer animals in a period, or in both for the paired difference: unknown.
    draws, seed
        Of the bootstrap over animals.

    Returns
    -------
    DataFrame
        Columns of BEFORE_AFTER but ``herd``; 90 % intervals.

    Notes
    -----
    Whole animals are resampled with both of their periods, because fixes of one animal are not
    independent. The difference of all animals mixes what changed with who was tracked when; the
    paired difference is the mean over the animals tracked in both periods of their own difference,
    and does not. Neither says what caused it: weather and numbers change, too.

    Examples
    --------
    >>> index = pd.MultiIndex.from_product([["a", "b", "c"], ["after", "before"]],
    ...                                    names=["animal", "period"])
    >>> columns = sorted({name for pair in MEASURES.values() for name in pair})
    >>> sums = pd.DataFrame(1.0, index=index, columns=columns)
    >>> sums.loc[(slice(None), "before"), "passages"] = [2.0, 3.0, 4.0]
    >>> found = compare(sums, min_animals=3, draws=100, seed=1).set_index("measure")
    >>> found.loc["passages", ["before", "after", "difference", "paired_difference"]].tolist()
    [3.0, 1.0, -2.0, -2.0]
    >>> int(found.loc["passages", "n_paired"])
    3
    """
    animals = sums.index.get_level_values("animal").unique().sort_values()
    wide = {
        period: sums.reindex(pd.MultiIndex.from_product([animals, [period]])).fillna(0.0)
        for period in (BEFORE, AFTER)
    }
    n = max(1, len(animals))
    weights = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=draws)
    weights = weights[:, : len(animals)]
    rows = []
    for measure, (top, bottom) in MEASURES.items():
        part = {
            period: (frame[top].to_numpy(float), frame[bottom].to_numpy(float))
            for period, frame in wide.items()
        }
        rows.append({"measure": measure, **_row(part, weights.astype(np.float64), min_animals)})
    return pd.DataFrame(rows).astype({"measure": str, "reason": str})


def _row(
    part: Mapping[str, tuple[Floats, Floats]], weights: Floats, min_animals: int
) -> dict[str, object]:
    row: dict[str, object] = {}
    reasons = []
    drawn: dict[str, Floats] = {}
    value: dict[str, float] = {}
    for period, (top, bottom) in part.items():
        count = int((bottom > 0).sum())
        row[f"n_{period}"] = count
        if count < min_animals:
            reasons.append(f"few_{period}")
            value[period], drawn[period] = np.nan, np.full(len(weights), np.nan)
        else:
            value[period] = float(top.sum() / bottom.sum())
            drawn[period] = _ratio(weights @ top, weights @ bottom)
        row[period] = value[period]
        row[f"{period}_p05"], row[f"{period}_p95"] = _interval(drawn[period])
    row["difference"] = value[AFTER] - value[BEFORE]
    row["difference_p05"], row["difference_p95"] = _interval(drawn[AFTER] - drawn[BEFORE])
    both = (part[BEFORE][1] > 0) & (part[AFTER][1] > 0)
    row["n_paired"] = int(both.sum())
    if both.sum() < min_animals:
        reasons.append("few_paired")
        row |= dict.fromkeys(("paired_difference", "paired_p05", "paired_p95"), np.nan)
    else:
        own = {period: top[both] / bottom[both] for period, (top, bottom) in part.items()}
        change = own[AFTER] - own[BEFORE]
        kept = weights[:, both]
        row["paired_difference"] = float(change.mean())
        row["paired_p05"], row["paired_p95"] = _interval(_ratio(kept @ change, kept.sum(axis=1)))
    row["reason"] = ";".join(reasons)
    return row


def _ratio(top: Floats, bottom: Floats) -> Floats:
    out = np.full(len(top), np.nan)
    np.divide(top, bottom, out=out, where=bottom > 0)
    return out


def _interval(drawn: Floats) -> tuple[float, float]:
    """Return the 5 % and 95 % quantile; unknown where a tenth of the draws say nothing."""
    known = drawn[np.isfinite(drawn)]
    if len(known) < 0.9 * len(drawn):
        return float("nan"), float("nan")
    low, high = np.quantile(known, [0.05, 0.95])
    return float(low), float(high)
