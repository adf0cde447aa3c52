"""Geodesic lengths of one boundary from two sources."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest

from corridors.foundation.crs import geodesic_length_m


@pytest.mark.reference
def test_the_openstreetmap_line_of_afghanistan_tajikistan_is_1363_km(reference: Path) -> None:
    lines = gpd.read_file(reference / "borders" / "border_pairs_osm_ODbL.gpkg").set_index("pair")
    assert geodesic_length_m(lines.geometry["AFG-TJK"]) / 1000 == pytest.approx(1363, abs=3)
