"""Which range of a season counts, and which corridor was tracked."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import Polygon, box

from corridors.foundation.crs import to_geographic
from corridors.foundation.facts.connect import RangeUsed
from corridors.habitat.ranges import ranges_of, tracked_corridor

CRS = "+proj=laea +lat_0=42.1 +lon_0=-109.8 +datum=WGS84 +units=m +no_defs +type=crs"
SMALL, WIDE, DRAWN = box(200, 0, 400, 100), box(0, 0, 1000, 300), box(-900, -900, -100, -100)


def layer(*rows: tuple[str, str, float, Polygon]) -> gpd.GeoDataFrame:
    """Return RANGES from (season, evidence, isopleth, planar shape)."""
    return gpd.GeoDataFrame(
        {
            "season": [season for season, _, _, _ in rows],
            "evidence": [evidence for _, evidence, _, _ in rows],
            "isopleth": [isopleth for _, _, isopleth, _ in rows],
        },
        geometry=[to_geographic(shape, CRS) for *_, shape in rows],
        crs="EPSG:4326",
    )


def test_the_smallest_isopleth_goes_before_wider_ones_and_what_experts_drew() -> None:
    found = ranges_of(
        layer(
            ("winter", "tracked", 0.95, WIDE),
            ("winter", "tracked", 0.5, SMALL),
            ("winter", "expert", np.nan, DRAWN),
            ("summer", "expert", np.nan, DRAWN),
        ),
        CRS,
    )
    assert found.used == {
        "winter": RangeUsed(evidence="tracked", isopleth=0.5),
        "summer": RangeUsed(evidence="expert"),
    }
    assert found.shapes["winter"].area == pytest.approx(SMALL.area, rel=1e-3)
    assert found.shapes["summer"].area == pytest.approx(DRAWN.area, rel=1e-3)
    # All that is known of winter, and of summer.
    areas = [shape.area for shape in found.widest]
    assert areas == pytest.approx([WIDE.area + DRAWN.area, DRAWN.area], rel=1e-3)
    assert found.lacking is None


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "no_ranges"),
        ([("summer", "expert", np.nan, DRAWN)], "no_winter_range"),
    ],
)
def test_a_season_without_a_range_is_named(
    rows: list[tuple[str, str, float, Polygon]], words: str
) -> None:
    found = ranges_of(layer(*rows), CRS)
    assert found.lacking == words
    assert found.used["winter"].evidence == "none"


def test_only_the_tracked_corridor_of_all_seasons_counts() -> None:
    corridors = layer(*[("all", "tracked", np.nan, WIDE)] * 3, ("all", "expert", np.nan, DRAWN))
    corridors["corridor_class"] = ["medium", "low", "low", "low"]
    corridors.loc[1, "season"] = "spring"
    corridors.loc[2, "geometry"] = to_geographic(SMALL, CRS)
    found = tracked_corridor(corridors, CRS)
    assert found is not None
    assert found.area == pytest.approx(SMALL.area, rel=1e-3)
    assert tracked_corridor(corridors[corridors["evidence"] == "expert"], CRS) is None
