"""Corridors drawn by experts."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from shapely import LineString, MultiLineString, box

from corridors.config.sources import CorridorSource
from corridors.foundation import tables
from corridors.foundation.artefacts import RawFiles
from corridors.foundation.crs import GEOD, geodesic_area_km2
from corridors.foundation.errors import InputError
from corridors.stages.ingest.expert import read_expert_corridors

SOUTH, NORTH = box(71.0, 37.0, 71.2, 37.1), box(71.0, 37.05, 71.2, 37.2)


def read(folder, rows, **keys):
    frame = gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4326")
    frame.to_file(folder / "drawn.gpkg", layer="drawn")
    source = CorridorSource.model_validate(
        {"path": "drawn.gpkg", "author": "N. Name <b>", "date": "2021-03-04", "confidence": "high"}
        | keys
    )
    raw = RawFiles({"drawn.gpkg": folder / "drawn.gpkg"})
    found, notes = read_expert_corridors(raw, source, "h")
    tables.check(found, tables.CORRIDORS)
    return found.set_index(["season", "corridor_class"], drop=False), notes


def test_without_columns_all_polygons_are_one_corridor_of_all_migrations(tmp_path):
    found, notes = read(tmp_path, [{"geometry": SOUTH}, {"geometry": NORTH}])
    assert found.index.tolist() == [("all", "low")]
    row = found.iloc[0]
    assert row["geometry"].equals(SOUTH.union(NORTH))
    assert row["area_km2"] == pytest.approx(geodesic_area_km2(box(71.0, 37.0, 71.2, 37.2)))
    assert row["source"] == "N. Name <b>, 2021-03-04, confidence high"
    assert (row["evidence"], row["n_animals"], row["n_tracked"]) == ("expert", 0, 0)
    assert np.isnan(row["share"])
    assert notes["corridors"] == 2


def test_classes_hold_the_classes_above_them_and_all_holds_every_season(tmp_path):
    rows = [
        {"when": "Spring", "use": "high", "geometry": SOUTH},
        {"when": " autumn ", "use": "LOW", "geometry": NORTH},
    ]
    found, _ = read(tmp_path, rows, season_column="when", class_column="use")
    assert found.index.tolist() == [
        ("spring", "low"), ("spring", "medium"), ("spring", "high"), ("autumn", "low"),
        ("all", "low"), ("all", "medium"), ("all", "high"),
    ]  # fmt: skip
    assert found.loc[("spring", "low"), "geometry"].equals(SOUTH)
    assert found.loc[("all", "high"), "geometry"].equals(SOUTH)
    assert found.loc[("all", "low"), "geometry"].equals(SOUTH.union(NORTH))


def test_a_herd_may_have_other_seasons(tmp_path):
    rows = [{"when": "wet", "geometry": SOUTH}, {"when": "all", "geometry": NORTH}]
    found, _ = read(tmp_path, rows, season_column="when", seasons=["wet", "dry"])
    assert found.index.tolist() == [("wet", "low"), ("all", "low")]


def test_a_line_becomes_a_band_of_the_stated_width_on_both_sides(tmp_path):
    line = LineString([(71.0, 37.0), (71.5, 37.4)])
    found, notes = read(tmp_path, [{"geometry": line}], buffer_m=1500.0)
    length_km = GEOD.geometry_length(line) / 1000
    area = length_km * 3.0 + np.pi * 1.5**2
    assert found["area_km2"].iloc[0] == pytest.approx(area, rel=0.005)
    assert found["geometry"].iloc[0].covers(line)
    assert notes["lines"] == 1


def test_a_line_across_the_antimeridian_stays_narrow(tmp_path):
    line = MultiLineString([[(179.8, 66.0), (180.0, 66.1)], [(-180.0, 66.1), (-179.7, 66.2)]])
    found, _ = read(tmp_path, [{"geometry": line}], buffer_m=1000.0)
    length_km = sum(GEOD.geometry_length(part) for part in line.geoms) / 1000
    assert found["area_km2"].iloc[0] == pytest.approx(length_km * 2 + np.pi, rel=0.01)
    west, _, east, _ = found["geometry"].iloc[0].bounds
    assert (west, east) == (-180.0, 180.0)


def test_polygons_and_lines_may_be_mixed_and_polygons_are_not_widened(tmp_path):
    far = LineString([(72.0, 38.0), (72.1, 38.0)])
    found, notes = read(tmp_path, [{"geometry": SOUTH}, {"geometry": far}], buffer_m=500.0)
    assert found["geometry"].iloc[0].intersection(box(70.9, 36.9, 71.3, 37.2)).equals(SOUTH)
    assert (notes["corridors"], notes["lines"]) == (2, 1)


def test_every_fault_is_told_at_once(tmp_path):
    rows = [{"when": "summer", "geometry": LineString([(71, 37), (72, 37)])}]
    with pytest.raises(InputError) as caught:
        read(tmp_path, rows, season_column="when")
    assert len(caught.value.faults) == 2
