"""Known layers: OpenStreetMap rules, GRIP4, Natural Earth."""

from __future__ import annotations

import geopandas as gpd
import pytest
from pydantic import ValidationError
from shapely import LineString

from corridors.barriers.presets import PRESETS, osm_rules, preset
from corridors.barriers.sources import BarrierMapping, barriers_of
from corridors.config.sources import BarrierSource
from corridors.formats.openstreetmap import match
from corridors.foundation.vocabulary import BARRIER_KINDS, BARRIER_STATUS
from corridors.threats.priors import packaged


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"highway": "motorway_link"}, ("road", "motorway", "existing")),
        ({"highway": "primary", "bridge": "yes"}, ("road", "primary", "existing")),
        ({"highway": "primary", "tunnel": "yes"}, None),
        ({"waterway": "canal", "tunnel": "culvert"}, None),
        ({"highway": "construction", "construction": "trunk"}, ("road", "trunk", "planned")),
        ({"highway": "proposed", "proposed": "motorway"}, ("road", "motorway", "planned")),
        ({"highway": "proposed", "proposed": "cycleway"}, None),
        ({"highway": "proposed"}, ("road", "", "planned")),
        ({"highway": "path"}, None),
        ({"railway": "rail"}, ("rail", "railway_unfenced", "existing")),
        ({"railway": "construction"}, ("rail", "", "planned")),
        ({"railway": "abandoned"}, None),
        ({"barrier": "fence"}, ("fence", "fence_livestock", "existing")),
        ({"barrier": "fence", "height": "2.4"}, ("fence", "fence_wildlife_proof", "existing")),
        ({"barrier": "fence", "height": "1.2 m"}, ("fence", "fence_livestock", "existing")),
        ({"barrier": "fence", "fence_type": "chain_link"},
         ("fence", "fence_wildlife_proof", "existing")),
        ({"barrier": "city_wall"}, ("fence", "wall_ditch", "existing")),
        ({"waterway": "drain", "width": "3"}, None),
        ({"waterway": "drain", "width": "6"}, ("canal", "canal", "existing")),
        ({"man_made": "pipeline", "location": "underground"}, None),
        ({"man_made": "pipeline", "location": "overground"},
         ("pipeline", "pipeline_surface", "existing")),
        ({"power": "line"}, ("powerline", "powerline", "existing")),
        ({"landuse": "residential"}, ("settlement", "settlement", "existing")),
        ({"landuse": "forest"}, None),
    ],
)  # fmt: skip
def test_osm_tags_become_kind_class_and_status(
    tags: dict[str, str], expected: tuple[str, str, str] | None
) -> None:
    found = match(tags, osm_rules())
    given = None if found is None or not found["kind"] else tuple(found.values())
    assert given == expected


def test_every_class_of_the_rules_has_a_prior_and_every_kind_is_known() -> None:
    priors = packaged()
    known = set(zip(priors["kind"], priors["class"], strict=True))
    for _, given in osm_rules():
        if given["kind"]:
            assert (given["kind"], given["class"]) in known
            assert given["kind"] in BARRIER_KINDS
            assert given["status"] in BARRIER_STATUS
    for name in PRESETS:
        found = preset(name)
        kinds = {found["kind"]} | set(found.get("kind_map", {}).values()) - {None}
        for class_ in set(found.get("class_map", {}).values()):
            assert any((kind, class_) in known for kind in kinds), (name, class_)


def layer(**columns: list[object]) -> gpd.GeoDataFrame:
    n = len(next(iter(columns.values())))
    lines = [LineString([(10 + i, 50), (10 + i, 51)]) for i in range(n)]
    return gpd.GeoDataFrame(
        {**columns, "source_row": range(1, n + 1)}, geometry=lines, crs="EPSG:4326"
    )


def test_grip4_codes_say_class_and_what_is_being_built() -> None:
    features = layer(GP_RTP=[1, 5, 0], GP_REX=[1, 4, 0])
    mapping = BarrierMapping(name="grip", file="grip.gpkg", tolerance_m=500, **preset("grip4"))
    found = barriers_of(features, mapping)[0].sort_values("class")
    assert found["class"].tolist() == ["", "local_track", "motorway"]
    assert found["status"].tolist() == ["existing", "planned", "existing"]
    assert set(found["kind"]) == {"road"}


def test_natural_earth_ferries_are_no_roads() -> None:
    features = layer(type=["Major Highway", "Ferry Route", "Unknown"])
    mapping = BarrierMapping(name="ne", file="ne.shp", **preset("natural-earth-roads"))
    found, notes = barriers_of(features, mapping)
    assert sorted(found["class"]) == ["", "trunk"]
    assert notes["left_out_by_kind"] == 1


def test_a_preset_needs_the_tolerance_said() -> None:
    with pytest.raises(ValidationError, match="preset grip4 needs tolerance_m"):
        BarrierSource(name="grip", path="grip.gpkg", preset="grip4")
    BarrierSource(name="grip", path="grip.gpkg", preset="grip4", tolerance_m=500)
