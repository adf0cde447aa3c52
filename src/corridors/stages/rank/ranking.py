"""The ranking of a herd's barrier segments, bound to what other stages leave."""

from __future__ import annotations

import geopandas as gpd
import numpy as np

from corridors.barriers import sources
from corridors.barriers.range_edge_table import Rules as EdgeRules
from corridors.barriers.range_edge_table import range_edges
from corridors.barriers.segments import projected
from corridors.barriers.validity import validity_of
from corridors.foundation import tables
from corridors.foundation.arrays import Flags, Geometries
from corridors.foundation.artefacts import Document, Layer, Progress
from corridors.foundation.facts.rank import Completeness, Prior, RankFacts
from corridors.stages.rank.stage import Inputs, Results, Settings
from corridors.threats.candidates import candidates, gains_of
from corridors.threats.exposure import exposure
from corridors.threats.herd_network import graphml, network_with_barriers
from corridors.threats.priors import prior_table, with_estimates
from corridors.threats.score import evidence
from corridors.threats.threat_table import UNSAID, Rules, threat_table

_UNSAID = (UNSAID, "")  # completeness, and how it is known
_STABILITY = ("firm", "likely", "open")
_HABITAT = ("alike", "different", "unknown")


def ranked(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Return what stage `rank` leaves."""
    exposed = exposure(inputs.areas.read(), priors=settings.rank.priors)
    exposed = tables.typed(exposed, tables.EXPOSURE)
    segments = inputs.segments.read()
    # Of every tracked animal, also of those that met no barrier: they count in the denominator.
    years = inputs.crossed.tracking_years
    is_jurisdiction = sources.is_jurisdiction(segments)
    edges = _edges(inputs, settings, segments, is_jurisdiction)
    complete = {name: words[0] for name, words in settings.barrier_completeness.items()}
    gains = inputs.gains.read()
    unmet = candidates(
        settings.herd,
        segments,
        edges,
        gains,
        is_physical=~is_jurisdiction,
        is_tracked=bool(years),
        completeness=complete,
    )
    facts = _facts(inputs, settings, segments, is_jurisdiction, edges, unmet, exposed)
    rows = segments[segments["has_data"] & ~is_jurisdiction]
    rows = rows.sort_values("segment", kind="stable", ignore_index=True)
    threats = tables.empty(tables.THREATS)
    if len(rows) and years:
        progress("weighing encounters", 0.1)
        threats, more = _threats(inputs, settings, rows, complete, facts.unit, progress)
        facts = facts.model_copy(
            update={
                **more,
                "n_ranked": len(rows),
                "priors_unused": sorted(
                    set(settings.rank.priors) - set(rows["class"]) - set(exposed["class"])
                ),
            }
        )
        threats = _with_gains(threats, gains)
    network = network_with_barriers(
        inputs.network.read(),
        segments[~is_jurisdiction],
        threats,
        unmet,
        inputs.network_use.read(),
        inputs.encounters.read(),
        planar=lambda layer: _planar(layer, inputs.clean.crs),
    )
    return Results(
        threats=Layer.of(threats),
        exposure=Layer.of(exposed),
        range_edges=Layer.of(edges),
        candidates=Layer.of(unmet),
        network=Layer.of(network),
        graph=Document(graphml(network)),
        facts=facts,
    )


def _planar(layer: gpd.GeoDataFrame, crs: str) -> Geometries:
    return projected(np.asarray(layer.geometry.to_numpy(), dtype=object), crs)


def _edges(
    inputs: Inputs, settings: Settings, segments: gpd.GeoDataFrame, is_jurisdiction: Flags
) -> gpd.GeoDataFrame:
    """Return RANGE_EDGES: standing segments with nearly all of the use on one side."""
    rank = settings.rank
    resistance, grid = inputs.resistance.read(inputs.clean.crs)
    return range_edges(
        settings.herd,
        segments[(segments["status"] == "existing").to_numpy() & ~is_jurisdiction],
        inputs.population.read(),
        resistance,
        grid,
        EdgeRules(
            depth_m=rank.edge_depth_km * 1000,
            least_width_m=rank.edge_width_km * 1000,
            uneven_frac=rank.edge_uneven_frac,
            least_mass_frac=rank.edge_mass_frac,
            least_animals=rank.edge_animals,
            habitat_ratio=rank.edge_habitat_ratio,
        ),
        cell_m=inputs.clean.cell_m,
    )


def _facts(
    inputs: Inputs,
    settings: Settings,
    segments: gpd.GeoDataFrame,
    is_jurisdiction: Flags,
    edges: gpd.GeoDataFrame,
    unmet: gpd.GeoDataFrame,
    exposed: gpd.GeoDataFrame,
) -> RankFacts:
    """Return what is known before anything is ranked."""
    rank, years = settings.rank, inputs.crossed.tracking_years
    size = settings.population_size
    silent = segments.loc[~segments["has_data"] & ~is_jurisdiction, "segment"]
    said = {
        str(name): settings.barrier_completeness.get(name, _UNSAID)
        for name in sorted(set(segments["source"]))
    }
    return RankFacts(
        herd=settings.herd,
        n_segments=len(segments),
        n_ranked=0,
        n_no_data=len(silent),
        no_data=sorted(silent),
        n_jurisdiction=int(np.count_nonzero(is_jurisdiction)),
        barrier_completeness={
            name: Completeness(completeness=word, note=note) for name, (word, note) in said.items()
        },
        n_areas_exposed=len(exposed),
        n_range_edges=int(edges.loc[edges["is_range_edge"], "segment"].nunique()),
        n_candidates={str(why): int(n) for why, n in unmet["why"].value_counts(sort=False).items()},
        n_uneven={
            word: int(edges.loc[edges["habitat"] == word, "segment"].nunique()) for word in _HABITAT
        },
        n_animals=len(years),
        tracking_years=round(sum(years.values()), 4),
        unit=("per animal" if size is None else f"herd of {size:g} ({settings.population_source})"),
        draws=rank.draws,
        seed=rank.seed,
        prior_encounters=rank.prior_encounters,
        weight_jitter=rank.weight_jitter,
        least_blocked_frac=rank.least_blocked_frac,
        season_weights={},
        priors={},
    )


def _threats(
    inputs: Inputs,
    settings: Settings,
    rows: gpd.GeoDataFrame,
    complete: dict[str, str],
    unit: str,
    progress: Progress,
) -> tuple[gpd.GeoDataFrame, dict[str, object]]:
    """Return THREATS without gains, and the facts that come with it."""
    rank, size = settings.rank, settings.population_size
    # As in stage `intersect`: an end that says nothing for the status (a removed barrier's first
    # day) makes no time span of its own.
    is_dated = validity_of(rows).is_dated
    met = evidence(
        inputs.encounters.read(),
        rows["segment"].tolist(),
        tracking_years=inputs.crossed.tracking_years,
        dated=rows.loc[is_dated, "segment"].tolist(),
    )
    priors = with_estimates(
        prior_table(
            rows["kind"], rows["class"], overrides=rank.priors, species=settings.species or ""
        ),
        rows["kind"],
        rows["class"],
        inputs.permeability.read(),
        prior_encounters=rank.prior_encounters,
    )
    stated = rows["permeability"].to_numpy(float)
    is_stated = np.isfinite(stated)
    season_weight = np.array([rank.season_weights.get(name, 1.0) for name in met.seasons])
    progress("drawing animals", 0.3)
    threats = threat_table(
        rows,
        met,
        Rules(
            prior_encounters=rank.prior_encounters,
            min_encounters=rank.min_encounters,
            weight_jitter=rank.weight_jitter,
            least_blocked_frac=rank.least_blocked_frac,
            draws=rank.draws,
            seed=rank.seed,
        ),
        prior_mean=np.where(is_stated, stated, priors["permeability"].to_numpy(float)),
        is_stated=is_stated,
        is_estimated=(priors["label"] == "estimated").to_numpy(),
        completeness=complete,
        season_weight=season_weight,
        n_herd=1.0 if size is None else float(size),
        unit=unit,
        herd=settings.herd,
    )
    used = priors[~is_stated].drop_duplicates("key").sort_values("key")
    return threats, {
        "stability": {word: int((threats["stability"] == word).sum()) for word in _STABILITY},
        "season_weights": dict(zip(met.seasons, map(float, season_weight), strict=True)),
        "priors": {
            row.key: Prior(permeability=row.permeability, label=row.label, basis=row.basis)
            for row in used.itertuples(index=False)
        },
        "n_stated_permeability": int(np.count_nonzero(is_stated)),
    }


def _with_gains(threats: gpd.GeoDataFrame, gains: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return THREATS with what opening each segment alone would connect."""
    gained = gains_of(gains, threats["segment"])
    threats = threats.copy()
    threats[list(gained.columns)] = gained
    return threats
