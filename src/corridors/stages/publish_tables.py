"""What stage `publish` reads: tables, recorded facts, and the rows of each layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from corridors.atlas import facts
from corridors.atlas.products import rounded_stretches
from corridors.formats.parquet import read_json, read_layer, read_table
from corridors.stages.context import StageContext


def read_tables(context: StageContext) -> dict[str, pd.DataFrame]:
    """Return artefact name -> rows."""

    def table(stage: str, name: str, columns: list[str] | None = None) -> pd.DataFrame:
        return read_table(context.read(stage, f"{name}.parquet"), columns)

    def layer(stage: str, name: str) -> gpd.GeoDataFrame:
        return read_layer(context.read(stage, f"{name}.parquet"))

    return {
        "fixes": table("clean", "fixes", ["animal", "time_utc", "burst"]),
        "migrations": table("segment", "migrations"),
        "animal_years": table("segment", "animal_years"),
        "estimates": table("surface", "estimates"),
        "corridors": layer("delineate", "corridors"),
        "stopovers": layer("delineate", "stopovers"),
        "migration_facts": table("describe", "migration_facts"),
        "sufficiency": table("describe", "sufficiency"),
        "skill": table("describe", "skill"),
        "fidelity": table("describe", "fidelity"),
        "ranges": layer("delineate", "ranges"),
        "modelled": layer("connect", "modelled"),
        "network": layer("rank", "network"),
        "segments": layer("intersect", "segments"),
        "crossings": table("intersect", "crossings"),
        "observed": layer("intersect", "observed"),
        "border_report": layer("intersect", "border_report"),
        "border_crossings": layer("intersect", "border_crossings"),
        "national_shares": table("intersect", "national_shares"),
        "border_stretches": layer("intersect", "border_stretches"),
        "behaviour": layer("behave", "behaviour"),
        "behaviour_index": layer("behave", "behaviour_index"),
        "permeability": table("behave", "permeability"),
        "selection": table("connect", "selection"),
        "drivers": table("connect", "drivers"),
        "gains": layer("circuit", "gains"),
        "candidates": layer("rank", "candidates"),
        "range_edges": layer("rank", "range_edges"),
        "threats": layer("rank", "threats"),
        "exposure": layer("rank", "exposure"),
        "fence_sections": layer("act", "fence_sections"),
        "crossing_sites": layer("act", "crossing_sites"),
        "footprints": layer("act", "footprints"),
        "border_agreements": layer("act", "border_agreements"),
    }


def read_recorded(context: StageContext) -> dict[str, dict[str, Any]]:
    """Return stage -> the facts that it wrote as JSON."""
    stages = (
        "ingest", "clean", "segment", "delineate", "connect", "intersect", "behave", "circuit",
        "rank", "act",
    )  # fmt: skip
    return {
        **{stage: read_json(context.read(stage, f"{stage}.json")) for stage in stages},
        "selection": read_json(context.read("connect", "selection.json")),
        "describe": read_json(context.read("describe", "facts.json")),
    }


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
        "exposure": tables["exposure"],
        "segments": rounded_stretches(tables["segments"]),
        "boundary": _with_words(tables["border_report"]),
        "border_crossings": tables["border_crossings"],
        "crossings": tables["observed"],
        "network_nodes": network[network["part"] == "node"],
        "network_edges": network[network["part"] == "edge"],
        "stopovers": tables["stopovers"],
        "corridors": corridors[corridors["evidence"] == "tracked"],
        "expert_corridor": corridors[corridors["evidence"] == "expert"],
        "modelled_corridor": tables["modelled"],
        "ranges": tables["ranges"],
        "sufficiency": tables["sufficiency"],
        "migration_facts": tables["migration_facts"].sort_values(
            ["animal", "start_utc"], kind="stable"
        ),
        "skill": tables["skill"],
        "fidelity": tables["fidelity"],
        "crossings_by_season": tables["crossings"],
        "national_shares": tables["national_shares"],
    }


def _with_words(borders: pd.DataFrame) -> pd.DataFrame:
    """Add to each boundary what its length is worth."""
    return borders.assign(
        length_words=[facts.boundary_words(row) for row in facts.records(borders)]
    ).astype({"length_words": str})
