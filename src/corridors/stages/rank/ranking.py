"""The ranking of a herd's places, bound to what other stages leave."""

from __future__ import annotations

from dataclasses import asdict

import geopandas as gpd
import numpy as np

from corridors.barriers import sources
from corridors.barriers.range_edge_table import Rules as EdgeRules
from corridors.barriers.range_edge_table import range_edges
from corridors.barriers.segments import projected
from corridors.foundation import tables
from corridors.foundation.arrays import Flags, Geometries
from corridors.foundation.artefacts import Document, Layer, Progress
from corridors.foundation.facts.rank import Completeness, RankFacts, Settling
from corridors.foundation.vocabulary import GRADES, STABILITY
from corridors.stages.rank.stage import Inputs, Results, Settings
from corridors.threats.candidates import candidates
from corridors.threats.exposure import exposure
from corridors.threats.herd_network import graphml, network_with_barriers
from corridors.threats.settling import settling
from corridors.threats.threat_table import UNSAID, threat_tables

_UNSAID = (UNSAID, "")  # completeness, and how it is known
_HABITAT = ("alike", "different", "unknown")


def ranked(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Return what stage `rank` leaves."""
    exposed = exposure(inputs.areas.read(), priors=settings.rank.priors)
    exposed = tables.typed(exposed, tables.EXPOSURE)
    segments, gains = inputs.segments.read(), inputs.gains.read()
    is_jurisdiction = sources.is_jurisdiction(segments)
    edges = _edges(inputs, settings, segments, is_jurisdiction)
    complete = {name: words[0] for name, words in settings.barrier_completeness.items()}
    unmet = candidates(
        settings.herd,
        segments,
        edges,
        gains,
        is_physical=~is_jurisdiction,
        is_tracked=bool(inputs.crossed.tracking_years),
        completeness=complete,
    )
    progress("places", 0.3)
    held = inputs.place_segments.read()
    threats, parts = threat_tables(
        settings.herd, segments, inputs.places.read(), held, gains, completeness=complete
    )
    facts = _facts(inputs, settings, segments, is_jurisdiction, edges, unmet, exposed, threats)
    progress("network", 0.8)
    network = network_with_barriers(
        inputs.network.read(),
        segments[~is_jurisdiction],
        parts,
        threats,
        unmet,
        inputs.network_use.read(),
        inputs.trials.read(["copy", "rule", "segment", "animal", "trials"]),
        planar=lambda layer: _planar(layer, inputs.clean.crs),
    )
    return Results(
        threats=Layer.of(threats),
        threat_segments=Layer.of(parts),
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
    threats: gpd.GeoDataFrame,
) -> RankFacts:
    weighed, years = inputs.weighed, inputs.crossed.tracking_years
    silent = segments.loc[~segments["has_data"] & ~is_jurisdiction, "segment"]
    said = {
        str(name): settings.barrier_completeness.get(name, _UNSAID)
        for name in sorted(set(segments["source"]))
    }
    has_rank = threats["rank"].notna()
    classes = {*segments.loc[segments["has_data"], "class"], *exposed["class"]}
    return RankFacts(
        herd=settings.herd,
        n_segments=len(segments),
        n_places=len(threats),
        n_ranked=int(has_rank.sum()),
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
        n_units=weighed.n_units,
        tracking_years=round(sum(years.values()), 4),
        seasons_tracked=weighed.seasons_tracked,
        unit=weighed.unit,
        draws=weighed.draws,
        seed=weighed.seed,
        priors=weighed.priors,
        harmless_weight=weighed.harmless_weight,
        missing_together=weighed.missing_together,
        missing_together_p05=weighed.missing_together_p05,
        missing_together_p95=weighed.missing_together_p95,
        grades={word: int((threats["grade"] == word).sum()) for word in GRADES},
        stability={
            word: int((threats.loc[has_rank, "stability"] == word).sum()) for word in STABILITY
        },
        settling=[Settling(**asdict(one)) for one in settling(threats)],
        n_stated_permeability=weighed.n_stated_permeability,
        priors_unused=sorted(set(settings.rank.priors) - classes),
    )
