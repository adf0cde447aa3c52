"""The ranked threats of a herd: the best-known numbers of each segment beside what draws say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np

from corridors.foundation.arrays import Flags, Floats, Indices
from corridors.threats.rank import bootstrap, ranks, stability
from corridors.threats.score import Evidence, blocked, posterior, source_of, summary

UNSAID = "unknown"  # completeness of a source that nothing is said of


@dataclass(frozen=True)
class Rules:
    """How evidence becomes a rank.

    Parameters
    ----------
    prior_encounters
        Strength of the permeability prior, encounters.
    min_encounters
        An animal with fewer expected encounters has not met a segment.
    weight_jitter, least_blocked_frac, draws, seed
        See :func:`~corridors.threats.rank.bootstrap`.
    """

    prior_encounters: float
    min_encounters: float
    weight_jitter: float
    least_blocked_frac: float
    draws: int
    seed: int


def threat_table(
    ranked: gpd.GeoDataFrame,
    met: Evidence,
    rules: Rules,
    *,
    prior_mean: Floats,
    is_stated: Flags,
    is_estimated: Flags,
    completeness: Mapping[str, str],
    season_weight: Floats,
    n_herd: float,
    unit: str,
    herd: str,
) -> gpd.GeoDataFrame:
    """Return THREATS without what opening a segment would gain, in order of rank.

    Parameters
    ----------
    ranked
        SEGMENTS to rank, at least one.
    met
        What is known of their encounters, in the same order.
    rules
        What was chosen.
    prior_mean, is_stated, is_estimated
        Permeability of each segment before the encounters count, 0...1; whether the data state
        it; whether it is the class's own, estimated from steps. Shape (n,).
    completeness
        Source of barriers -> how complete it is.
    season_weight
        Of each season in ``met``.
    n_herd, unit
        Animals that passages per animal stand for, and how that is called.
    herd
        Its name.
    """
    status = ranked["status"].to_numpy(str)
    # Of what a scenario assumes, encounters with the barrier as it was say nothing.
    is_assumed = (ranked["permeability_source"] == "assumed").to_numpy() & (status == "existing")
    status = np.where(is_assumed, "assumed", status)
    prior_encounters = rules.prior_encounters
    passed, turned = (part[0] for part in met.counts(np.ones((1, len(met.animals)))))
    is_met = status == "existing"
    n_passed, n_turned = passed.sum(axis=0) * is_met, turned.sum(axis=0) * is_met
    a, b = posterior(n_passed, n_turned, prior_mean=prior_mean, prior_encounters=prior_encounters)
    mean, low, high = summary(a, b)
    per_year = n_herd / met.years(np.ones((1, len(met.animals))))[0]
    lost = blocked(passed, turned, mean, status=status) * per_year
    source = source_of(n_passed + n_turned, is_stated=is_stated, prior_encounters=prior_encounters)
    source[(source == "prior") & is_estimated] = "estimated"
    score = (lost * season_weight[:, None]).sum(axis=0)
    spread = bootstrap(
        met,
        prior_mean=prior_mean,
        prior_encounters=prior_encounters,
        is_class_prior=~is_stated,
        status=status,
        season_weight=season_weight,
        weight_jitter=rules.weight_jitter,
        least_blocked_frac=rules.least_blocked_frac,
        draws=rules.draws,
        seed=rules.seed,
        herd=herd,
    ).holding(blocked_per_year=lost.sum(axis=0) / n_herd, rank=ranks(score))
    frame = ranked[
        ["segment", "name", "kind", "class", "status", "corridor_class", "from_km", "to_km",
         "length_m", "source", "geometry"]
    ].copy()  # fmt: skip
    frame["herd"] = herd
    frame["threat"] = [f"{herd}:{segment}" for segment in frame["segment"]]
    frame["passages_per_year"] = passed.sum(axis=0) * per_year
    frame["approaches_per_year"] = turned.sum(axis=0) * per_year
    frame["encounters_per_year"] = frame["passages_per_year"] + frame["approaches_per_year"]
    frame["n_animals"] = _animals(met, rules.min_encounters)
    frame["permeability_mean"] = mean
    frame["permeability_p05"] = low
    frame["permeability_p95"] = high
    frame["permeability_source"] = source
    frame["blocked_per_year"] = lost.sum(axis=0)
    frame["blocked_p05"] = spread.blocked_p05 * n_herd
    frame["blocked_p95"] = spread.blocked_p95 * n_herd
    frame["unit"] = unit
    frame["score"] = score
    frame["rank"] = ranks(score)
    frame["rank_p05"] = spread.rank_p05
    frame["rank_p95"] = spread.rank_p95
    frame["rank_width"] = (spread.rank_p95 - spread.rank_p05 + 1).astype("int64")
    frame["stability"] = stability(spread.rank_p05, spread.rank_p95)
    frame["p_top10"] = spread.p_top10
    frame["source_completeness"] = [completeness.get(name, UNSAID) for name in frame["source"]]
    worst_season = (
        np.where(lost.max(axis=0) > 0, np.array(met.seasons)[lost.argmax(axis=0)], "")
        if len(met.seasons)
        else np.full(len(frame), "")
    )
    frame["n_tracked"] = met.n_tracked
    frame["worst_season"] = np.where(worst_season == "other", "", worst_season)
    return frame.sort_values("rank", ignore_index=True)


def _animals(met: Evidence, min_encounters: float) -> Indices:
    n_seasons, n_segments = met.shape
    total = met.passages + met.approaches
    by_segment = np.zeros((n_segments, len(met.animals)))
    for season in range(n_seasons):
        by_segment += total[season * n_segments : (season + 1) * n_segments].toarray()
    count: Indices = (by_segment >= min_encounters).sum(axis=1).astype(np.int64)
    return count
