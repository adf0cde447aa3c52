"""Write the hypothetical road of wyoming_scenarios.yaml: `python wyoming_road.py TARGET.gpkg`.

Invented for the example, as straight as a ruler; no such road is planned.
"""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
from shapely import LineString

ROAD = LineString([(-110.42, 42.84), (-110.18, 42.98), (-109.93, 43.13)])


def main(target: Path) -> None:
    """Write one line with an id and a name."""
    frame = gpd.GeoDataFrame(
        {"id": ["1"], "name": ["Hypothetical highway"]}, geometry=[ROAD], crs="EPSG:4326"
    )
    frame.to_file(target, layer="road", driver="GPKG")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
