"""Which barriers exist, and which segments are theirs."""

from __future__ import annotations

import geopandas as gpd
import shapely
from shapely.affinity import translate
from shapely.geometry import LineString, box

from corridors.barriers.standing_lines import standing_lines
from corridors.foundation.crs import to_geographic

CRS = "EPSG:32612"
X, Y = 500_000.0, 4_600_000.0


def layer(key: str, **rows: tuple[str, str, str, shapely.Geometry]) -> gpd.GeoDataFrame:
    """Return rows by name from (barrier, kind, status, shape by metres from a corner)."""
    shapes = [translate(shape, X, Y) for *_, shape in rows.values()]
    frame = gpd.GeoDataFrame(
        {
            "barrier": [barrier for barrier, *_ in rows.values()],
            "kind": [kind for _, kind, _, _ in rows.values()],
            "class": "",
            "status": [status for _, _, status, _ in rows.values()],
        },
        geometry=[to_geographic(shape, CRS) for shape in shapes],
        crs="EPSG:4326",
    )
    frame[key] = list(rows)
    return frame


def test_lines_are_those_of_what_exists_in_order_and_segments_know_their_barrier() -> None:
    line = LineString([(0, 0), (900, 0)])
    barriers = layer(
        "barrier",
        lake=("lake", "river", "existing", box(0, 100, 50, 150)),
        fence=("fence", "fence", "existing", line),
        gone=("gone", "fence", "removed", line),
        town=("town", "settlement", "existing", box(0, 0, 90, 90)),
    )
    segments = layer(
        "segment",
        b=("fence", "fence", "existing", LineString([(300, 0), (600, 0)])),
        c=("fence", "fence", "planned", LineString([(600, 0), (900, 0)])),
        a=("elsewhere", "fence", "existing", LineString([(0, 0), (300, 0)])),
    )
    found = standing_lines(segments, barriers, CRS)
    assert found.barriers["barrier"].tolist() == ["fence", "lake"]
    assert found.segments["segment"].tolist() == ["a", "b"]
    assert found.barrier_of.tolist() == [-1, 0]
    # Of an area its outline: a lake of 50 m by 50 m is 200 m of shore.
    assert shapely.length(found.whole).round().tolist() == [900.0, 200.0]
    assert shapely.length(found.parts).round().tolist() == [300.0, 300.0]
