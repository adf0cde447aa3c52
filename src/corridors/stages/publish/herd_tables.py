"""What stage `publish` reads: tables, recorded facts, and the rows of each layer."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from corridors.atlas import facts
from corridors.atlas.products import rounded_stretches
from corridors.atlas.recorded import Recorded
from corridors.atlas.words.boundaries import boundary_words
from corridors.foundation.artefacts import Layer, Table
from corridors.stages.publish.stage import Inputs


def read_tables(inputs: Inputs) -> dict[str, pd.DataFrame]:
    """Return name -> rows."""
    read_whole: dict[str, Table | Layer] = {
        "migrations": inputs.migrations,
        "animal_years": inputs.animal_years,
        "estimates": inputs.estimates,
        "corridors": inputs.corridors,
        "stopovers": inputs.stopovers,
        "migration_facts": inputs.migration_facts,
        "legs": inputs.legs,
        "sufficiency": inputs.sufficiency,
        "skill": inputs.skill,
        "fidelity": inputs.fidelity,
        "bottlenecks": inputs.bottlenecks,
        "ranges": inputs.ranges,
        "modelled": inputs.modelled,
        "network": inputs.network,
        "segments": inputs.segments,
        "crossings": inputs.crossings,
        "observed": inputs.observed,
        "border_report": inputs.border_report,
        "border_crossings": inputs.border_crossings,
        "national_shares": inputs.national_shares,
        "border_stretches": inputs.border_stretches,
        "behaviour": inputs.behaviour,
        "behaviour_segments": inputs.behaviour_segments,
        "behaviour_index": inputs.behaviour_index,
        "permeability": inputs.permeability,
        "selection": inputs.selection,
        "drivers": inputs.drivers,
        "gains": inputs.gains,
        "candidates": inputs.candidates,
        "range_edges": inputs.range_edges,
        "threats": inputs.threats,
        "threat_segments": inputs.threat_segments,
        "exposure": inputs.exposure,
        "fence_sections": inputs.fence_sections,
        "crossing_sites": inputs.crossing_sites,
        "footprints": inputs.footprints,
        "border_agreements": inputs.border_agreements,
        "zone_shares": inputs.zone_shares,
    }
    found: dict[str, pd.DataFrame] = {name: one.read() for name, one in read_whole.items()}
    return {"fixes": inputs.fixes.read(["animal", "time_utc", "burst"]), **found}


def recorded(inputs: Inputs) -> Recorded:
    """Return the facts that the report tells of."""
    return Recorded(
        clean=inputs.clean,
        delineate=inputs.delineate,
        describe=inputs.describe,
        connect=inputs.connect,
        selection=inputs.selection_facts,
        circuit=inputs.circuit,
        rank=inputs.rank,
        act=inputs.act,
    )


def map_layers(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return layer name -> rows, in the order in which they are drawn and read."""
    network, corridors = tables["network"], tables["corridors"]
    index, edges = tables["behaviour_index"], tables["range_edges"]
    return {
        "crossing_sites": tables["crossing_sites"],
        "fence_sections": rounded_stretches(tables["fence_sections"]),
        "footprints": tables["footprints"],
        "border_agreements": rounded_stretches(tables["border_agreements"]),
        "candidates": rounded_stretches(tables["candidates"]),
        "range_edges": rounded_stretches(edges),
        "gains": tables["gains"],
        "behaviour_index": index[index["segment"] != ""],
        "behaviour": tables["behaviour"],
        "border_stretches": rounded_stretches(tables["border_stretches"]),
        "permeability": tables["permeability"],
        "selection": tables["selection"],
        "drivers": tables["drivers"],
        "threats": rounded_stretches(tables["threats"]).sort_values("rank", kind="stable"),
        "threat_segments": rounded_stretches(tables["threat_segments"]),
        "exposure": tables["exposure"],
        "segments": rounded_stretches(tables["segments"]),
        "boundary": _with_words(tables["border_report"]),
        "border_crossings": tables["border_crossings"],
        "crossings": tables["observed"],
        "network_nodes": network[network["part"] == "node"],
        "network_edges": network[network["part"] == "edge"],
        "bottlenecks": tables["bottlenecks"],
        "stopovers": tables["stopovers"],
        "corridors": corridors[corridors["evidence"] == "tracked"],
        "expert_corridor": corridors[corridors["evidence"] == "expert"],
        "modelled_corridor": tables["modelled"],
        "ranges": tables["ranges"],
        "sufficiency": tables["sufficiency"],
        "migration_facts": tables["migration_facts"].sort_values(
            ["animal", "start_utc"], kind="stable"
        ),
        "legs": tables["legs"].sort_values(["migration", "leg"], kind="stable"),
        "skill": tables["skill"],
        "fidelity": tables["fidelity"],
        "crossings_by_season": tables["crossings"],
        "national_shares": tables["national_shares"],
        "zone_shares": tables["zone_shares"],
    }


def _with_words(borders: pd.DataFrame) -> pd.DataFrame:
    """Add to each boundary what its length is worth."""
    return borders.assign(
        length_words=[boundary_words(row) for row in facts.records(borders)]
    ).astype({"length_words": str})
