"""Coordinates whose UTM zone stands in a column."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from corridors.formats.utm_zones import from_zones, other_zones, zone_codes


def codes(words: list[str | None], crs: str | None = None) -> list[int]:
    found, faults = zone_codes(pa.array(words), crs, "file.csv", "zone")
    assert faults == []
    return found.tolist()


def test_a_band_tells_the_hemisphere_and_an_empty_cell_has_no_zone() -> None:
    assert codes(["12T", " 33 v", None, "", "19F", "32612", "UTM zone 7 U"]) == [
        32612, 32633, 0, 0, 32719, 32612, 32607,
    ]  # fmt: skip


def test_s_may_be_south_or_a_band_so_the_crs_must_say() -> None:
    assert codes(["12", "13S", "14N"], "EPSG:32612") == [32612, 32613, 32614]
    assert codes(["12", "13S"], "EPSG:32712") == [32712, 32713]


@pytest.mark.parametrize(
    ("word", "crs", "told"),
    [
        ("61T", None, "not a UTM zone"),
        ("12I", None, "not a UTM zone"),
        ("north", None, "not a UTM zone"),
        ("12", None, "the hemisphere of a UTM zone is not known"),
        ("12N", "EPSG:32712", "the zone is in the north, its crs in the south"),
    ],
)
def test_what_leaves_doubt_is_told(word: str, crs: str | None, told: str) -> None:
    found, faults = zone_codes(pa.array([word, "12T"]), crs, "file.csv", "zone")
    assert found[0] == 0
    assert [(fault.what, fault.got) for fault in faults] == [(told, word)]


def test_points_of_two_zones_and_hemispheres_come_out_where_they_are() -> None:
    # On its central meridian a zone has easting 500 km; the equator has northing 0 or 10,000 km.
    x = np.array([500_000.0, 500_000.0, 500_000.0, np.nan])
    y = np.array([0.0, 10_000_000.0, 0.0, 0.0])
    lon, lat = from_zones(x, y, np.array([32631, 32732, 0, 32631]))
    np.testing.assert_allclose(lon, [3.0, 9.0, np.nan, np.nan], atol=1e-9)
    np.testing.assert_allclose(lat, [0.0, 0.0, np.nan, np.nan], atol=1e-9)


def test_other_zones_are_those_that_the_crs_is_not() -> None:
    assert other_zones(pa.array(["12T", "13T", "12"]), "EPSG:32612") == {"13T"}
    assert other_zones(pa.array(["12T", "ridge"]), "EPSG:32612") == set()
    assert other_zones(pa.array(["13T"]), "EPSG:4326") == set()
