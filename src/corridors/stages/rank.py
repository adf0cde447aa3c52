"""Stage `rank`: barrier segments ranked by blocked passages per year."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np

from corridors.barriers import sources
from corridors.barriers.validity import validity_of
from corridors.formats.parquet import read_json, read_layer, read_table, write_json, write_table
from corridors.foundation import tables
from corridors.stages.context import StageContext
from corridors.stages.rank_edges import write_edges
from corridors.stages.rank_network import write_network
from corridors.threats.candidates import candidates, gains_of
from corridors.threats.exposure import exposure
from corridors.threats.priors import prior_table, with_estimates
from corridors.threats.reasons import standing_out
from corridors.threats.score import evidence
from corridors.threats.threat_table import UNSAID, Rules, threat_table

_UNSAID = (UNSAID, "")  # completeness, and how it is known
_NOTES = """\
Segments where nobody was tracked are counted as n_no_data and not ranked: it is not 'no crossing'.
State boundaries without a fence are jurisdiction and are not ranked.
Passages come from bridges that do not know the barrier, netted over each visit: a closed one \
still gets a few that never happened, so its permeability is overestimated.
Intervals: whole animals are resampled; how many animals come by, how often, and what passes are \
drawn for each segment from its own encounters and from the herd's other segments.
A segment that one animal met, or none, may so rank wherever the others make it plausible.
stability: firm, the last place of the rank's interval is at most twice the first; likely, five \
times; and neither spans more than half of the places; else open.
p_top10 counts the draws in which a segment is among the first ten and blocks at least \
least_blocked_frac of what the worst one blocks.
source_completeness: where a source of barriers is partial or unknown, no line in the data does \
not mean no barrier on the ground, and a barrier that the data lack is not ranked.
The position of a barrier within its tolerance is averaged in the passages.
range_edges.parquet lists standing barriers with nearly all of the use on one side. Where the \
habitat is alike on both, they may be complete barriers that nobody even approaches. Where no \
habitat layer is configured nothing can be said.
candidates.parquet ranks standing barriers that nobody could have met (nobody tracked there, range \
edges) by the fall of effective resistance between the ranges if they were open; unknown gains last.
Removed barriers score 0: what was gained needs tracks from before and after.
Areas (settlement, cropland, energy) are not ranked with the lines: exposure.parquet lists them.
Class priors are proposals, not published values: see the basis of each. Where the herd's own \
steps say how permeable a class is (permeability.parquet), they move its prior: label estimated."""


def run(context: StageContext) -> None:
    """Rank the herd's barrier segments and write THREATS and ``rank.json``."""
    settings = context.settings.rank
    exposed = exposure(
        read_layer(context.read("intersect", "areas.parquet")), priors=settings.priors
    )
    write_table(
        exposed if len(exposed) else tables.empty(tables.EXPOSURE),
        context.out / "exposure.parquet",
        tables.EXPOSURE,
    )
    segments = read_layer(context.read("intersect", "segments.parquet"))
    encounters = read_table(context.read("intersect", "encounters.parquet"))
    # Of every tracked animal, also of those that met no barrier: they count in the denominator.
    years: dict[str, float] = read_json(context.read("intersect", "intersect.json"))[
        "tracking_years"
    ]
    is_jurisdiction = sources.is_jurisdiction(segments)
    edges = write_edges(context, segments, is_jurisdiction)
    ranked = segments[segments["has_data"] & ~is_jurisdiction]
    ranked = ranked.sort_values("segment", kind="stable", ignore_index=True)
    completeness = context.settings.barrier_completeness
    complete = {name: words[0] for name, words in completeness.items()}
    gains = read_layer(context.read("circuit", "gains.parquet"))
    unmet = candidates(
        context.herd,
        segments,
        edges,
        gains,
        is_physical=~is_jurisdiction,
        is_tracked=bool(years),
        completeness=complete,
    )
    write_table(unmet, context.out / "candidates.parquet", tables.CANDIDATES)
    size, source = context.settings.population_size, context.settings.population_source
    facts: dict[str, Any] = {
        "herd": context.herd,
        "n_segments": len(segments),
        "n_ranked": 0,
        "n_no_data": int((~segments["has_data"] & ~is_jurisdiction).sum()),
        "no_data": sorted(segments.loc[~segments["has_data"] & ~is_jurisdiction, "segment"]),
        "n_jurisdiction": int(is_jurisdiction.sum()),
        "barrier_completeness": {
            name: dict(zip(("completeness", "note"), completeness.get(name, _UNSAID), strict=True))
            for name in sorted(set(segments["source"]))
        },
        "n_areas_exposed": len(exposed),
        "n_range_edges": int(edges.loc[edges["is_range_edge"], "segment"].nunique()),
        "n_candidates": {
            str(why): int(n) for why, n in unmet["why"].value_counts(sort=False).items()
        },
        "n_uneven": {
            word: int(edges.loc[edges["habitat"] == word, "segment"].nunique())
            for word in ("alike", "different", "unknown")
        },
        "n_animals": len(years),
        "tracking_years": round(sum(years.values()), 4),
        "unit": "per animal" if size is None else f"herd of {size:g} ({source})",
        "draws": settings.draws,
        "seed": settings.seed,
        "prior_encounters": settings.prior_encounters,
        "weight_jitter": settings.weight_jitter,
        "least_blocked_frac": settings.least_blocked_frac,
        "season_weights": {},
        "priors": {},
        "notes": _NOTES.splitlines(),
    }
    if ranked.empty or not years:
        _write(context, segments[~is_jurisdiction], tables.empty(tables.THREATS), unmet, facts)
        return
    context.progress("weighing encounters", 0.1)
    # As in stage `intersect`: an end that says nothing for the status (a removed barrier's first
    # day) makes no time span of its own.
    is_dated = validity_of(ranked).is_dated
    met = evidence(
        encounters,
        ranked["segment"].tolist(),
        tracking_years=years,
        dated=ranked.loc[is_dated, "segment"].tolist(),
    )
    priors = with_estimates(
        prior_table(
            ranked["kind"],
            ranked["class"],
            overrides=settings.priors,
            species=context.settings.species or "",
        ),
        ranked["kind"],
        ranked["class"],
        read_table(context.read("behave", "permeability.parquet")),
        prior_encounters=settings.prior_encounters,
    )
    stated = ranked["permeability"].to_numpy(float)
    is_stated = np.isfinite(stated)
    before = np.where(is_stated, stated, priors["permeability"].to_numpy(float))
    season_weight = np.array([settings.season_weights.get(name, 1.0) for name in met.seasons])
    context.progress("drawing animals", 0.3)
    threats = threat_table(
        ranked,
        met,
        Rules(
            prior_encounters=settings.prior_encounters,
            min_encounters=settings.min_encounters,
            weight_jitter=settings.weight_jitter,
            least_blocked_frac=settings.least_blocked_frac,
            draws=settings.draws,
            seed=settings.seed,
        ),
        prior_mean=before,
        is_stated=is_stated,
        is_estimated=(priors["label"] == "estimated").to_numpy(),
        completeness=complete,
        season_weight=season_weight,
        n_herd=1.0 if size is None else float(size),
        unit=facts["unit"],
        herd=context.herd,
    )
    used = priors[~is_stated].drop_duplicates("key").sort_values("key")
    facts |= {
        "n_ranked": len(ranked),
        "stability": {
            word: int((threats["stability"] == word).sum()) for word in ("firm", "likely", "open")
        },
        "season_weights": dict(zip(met.seasons, map(float, season_weight), strict=True)),
        "priors": {
            row.key: {"permeability": row.permeability, "label": row.label, "basis": row.basis}
            for row in used.itertuples(index=False)
        },
        "n_stated_permeability": int(is_stated.sum()),
        "priors_unused": sorted(
            set(settings.priors) - set(ranked["class"]) - set(exposed["class"])
        ),
    }
    gained = gains_of(gains, threats["segment"])
    threats[list(gained.columns)] = gained
    said = [
        standing_out(gain_share=share, gain_rank=place)
        for share, place in zip(gained["gain_share"], gained["gain_rank"], strict=True)
    ]
    threats["reason"] = [
        f"{one} {more}".rstrip() for one, more in zip(threats["reason"], said, strict=True)
    ]
    _write(context, segments[~is_jurisdiction], threats, unmet, facts)


def _write(
    context: StageContext,
    segments: gpd.GeoDataFrame,
    threats: gpd.GeoDataFrame,
    candidates: gpd.GeoDataFrame,
    facts: dict[str, Any],
) -> None:
    write_network(context, segments, threats, candidates)
    write_table(threats, context.out / "threats.parquet", tables.THREATS)
    write_json(facts, context.out / "rank.json")
