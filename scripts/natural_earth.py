"""Make the bundled copy of Natural Earth 1:10m: boundary lines, states and places of the world.

Usage::

    python scripts/natural_earth.py FOLDER

The folder holds three GeoParquet files of Natural Earth's cultural vectors, each checked by its
SHA-256. Coordinates are rounded to 2^-13 degree, so that they compress; a vertex moves by 9.6 m at
most, and nothing is simplified or scaled. Of a boundary the side of each state is taken from the
polygons, whose edges are the same vertices. The same files and the same pyarrow give the same
bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import itertools
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from shapely.geometry.base import BaseGeometry

SHA256 = {
    "ne10_boundary_lines_land.parquet": (
        "dc986a489b4ea803279e5cd7f3ed8f196891db3c84cb9f78d4a2479d97524e55"
    ),
    "ne10_admin0_countries_v5.parquet": (
        "62e198c4760b8fcc1e25937abc3e9926b77e2a952667adb0a53f9ff2c2d3c22f"
    ),
    "ne10_populated_places.parquet": (
        "a2ceb73e36fa92b6c9e383b2428dbac0dd83b95486487e76efb48dbab5ec888e"
    ),
}
STEPS_PER_DEG = 2**13
SOURCE = "Natural Earth 1:10m"
# How Natural Earth types a line that not everybody takes for the boundary.
DISPUTED = {
    "Disputed (please verify)": "disputed",
    "Indefinite (please verify)": "indefinite",
    "Line of control (please verify)": "line of control",
    "Indeterminant frontier": "indeterminant frontier",
}
OTHER = {"International boundary (verify)": "", "Lease limit": "lease limit"}
OVERLAY = "Overlay limit"  # zones inside of states, no boundary between two
# Codes of places whose state has another code, or none, in the file of states.
CODES = {"SJM": "NOR", "SSD": "SDS", "TKL": "NZL"}
WORLD = (-180.0, -90.0, 180.0, 90.0)
FOLDER = Path(__file__).resolve().parent.parent / "src" / "corridors" / "formats" / "bundled"

Edge = tuple[tuple[int, int], tuple[int, int]]


def edges(line: BaseGeometry) -> Iterator[Edge]:
    """Yield the pieces of a rounded line from vertex to vertex, in its direction."""
    for part in shapely.get_parts([line]):
        vertices = (shapely.get_coordinates(part) * STEPS_PER_DEG).astype(np.int64).tolist()
        points = [(x, y) for x, y in vertices]
        yield from itertools.pairwise(points)


def sides(states: gpd.GeoDataFrame) -> dict[Edge, str]:
    """Return each directed edge of a polygon with the code of the state on its left."""
    found = {}
    for code, shape in zip(states["ADM0_A3"], states.geometry, strict=True):
        # Exteriors anticlockwise, holes clockwise: the state is on the left of both.
        for part in shapely.get_parts(shapely.orient_polygons([shape])):
            for ring in shapely.get_rings(part):
                for edge in edges(ring):
                    found[edge] = code
    return found


def placed(line: BaseGeometry, left: str, right: str, side: dict[Edge, str]) -> tuple[str, str]:
    """Return the codes left and right of a line.

    The polygons know the side; where they tell another pair than the line does, the line's own
    pair stays, unless it names one state twice.
    """
    km: dict[tuple[str, str], float] = defaultdict(float)
    for a, b in edges(line):
        pair = side.get((a, b), ""), side.get((b, a), "")
        if all(pair) and pair[0] != pair[1]:
            km[pair] += float(np.hypot(b[0] - a[0], b[1] - a[1]))
    if left == right:
        return max(km, key=km.__getitem__) if km else (left, right)
    return (right, left) if km[right, left] > km[left, right] else (left, right)


def boundaries(lines: gpd.GeoDataFrame, states: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return one row per pair of states and type of line, the first state by name on the left."""
    names = dict(zip(states["ADM0_A3"], states["ADMIN"], strict=True))
    side = sides(states.set_geometry(rounded(states.geometry)))
    parts: dict[tuple[str, str, str], list[BaseGeometry]] = defaultdict(list)
    columns = ["adm0_a3_l", "adm0_a3_r", "featurecla"]
    for shape, given in zip(rounded(lines.geometry), lines[columns].to_numpy(str), strict=True):
        left, right, kind = map(str, given)
        if kind == OVERLAY:
            continue
        left, right = placed(shape, left, right, side)
        if left == right:
            continue
        if names[left] > names[right]:
            left, right, shape = right, left, shapely.reverse(shape)
        own = shapely.get_parts([shape])
        parts[names[left], names[right], kind].extend(own[shapely.length(own) > 0])
    rows = [
        {
            "left_state": left,
            "right_state": right,
            "type": "disputed" if kind in DISPUTED else "unknown",
            "label": ", ".join(filter(None, ["generalised", {**DISPUTED, **OTHER}[kind]])),
            "geometry": shapely.line_merge(shapely.multilinestrings(own), directed=True),
        }
        for (left, right, kind), own in sorted(parts.items())
        if own
    ]
    return gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4326")


def state_parts(states: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return one row per polygon of a state; polygons that rounding lets touch are mended."""
    shapes = shapely.orient_polygons(rounded(states.geometry).to_numpy())
    mended = [
        shape if shapely.is_valid(shape) else shapely.make_valid(shape, method="structure")
        for shape in shapes
    ]
    frame = gpd.GeoDataFrame(
        {"state": states["ADMIN"].to_numpy()}, geometry=mended, crs="EPSG:4326"
    )
    return along_a_curve(frame.explode(ignore_index=True))


def places(towns: gpd.GeoDataFrame, states: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return one row per place."""
    names = dict(zip(states["ADM0_A3"], states["ADMIN"], strict=True))
    frame = gpd.GeoDataFrame(
        {
            "name": towns["name"].str.replace("\u200e", "").str.strip().to_numpy(),
            "state": towns["adm0_a3"].replace(CODES).map(names).to_numpy(),
            "people": towns["pop_max"].clip(lower=0).astype("int32").to_numpy(),
        },
        geometry=rounded(towns.geometry).to_numpy(),
        crs="EPSG:4326",
    )
    return along_a_curve(frame)


def rounded(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return shapes on the lattice, without vertices that fall on the one before."""
    moved = shapely.transform(
        shapes.to_numpy(), lambda points: np.rint(points * STEPS_PER_DEG) / STEPS_PER_DEG
    )
    return gpd.GeoSeries(shapely.remove_repeated_points(moved), crs=shapes.crs)


def along_a_curve(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return rows that are near each other near each other: a group of rows is a small area."""
    order = np.argsort(frame.hilbert_distance(total_bounds=WORLD), kind="stable")
    return frame.iloc[order].reset_index(drop=True)


def write(path: Path, frame: gpd.GeoDataFrame, *, rows: int, source: str) -> None:
    """Write GeoParquet with a box per row and where it comes from."""
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False, write_covering_bbox=True, schema_version="1.1.0")
    table = pq.read_table(pa.BufferReader(buffer.getvalue()))
    provenance = {
        "data": "Natural Earth, 1:10m cultural vectors",
        "licence": "public domain",
        "source_file": source,
        "source_sha256": SHA256[source],
        "lattice_deg": 1 / STEPS_PER_DEG,
        "made_by": "scripts/natural_earth.py",
    }
    stated = {**(table.schema.metadata or {}), b"provenance": json.dumps(provenance).encode()}
    pq.write_table(
        table.replace_schema_metadata(stated),
        path,
        row_group_size=rows,
        compression="zstd",
        compression_level=19,
    )


def read(folder: Path, name: str) -> gpd.GeoDataFrame:
    """Return a source after checking its bytes."""
    content = (folder / name).read_bytes()
    got = hashlib.sha256(content).hexdigest()
    if got != SHA256[name]:
        sys.exit(f"{folder / name}: expected sha256 {SHA256[name]}, got {got}")
    return gpd.read_parquet(io.BytesIO(content))


def main() -> None:
    """Read the folder named on the command line and write the three files."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder of the three source files")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder of the bundled files")
    arguments = parser.parse_args()
    of_lines, of_states, of_places = SHA256
    lines, states, towns = (read(arguments.folder, name) for name in SHA256)
    out: Path = arguments.out
    for name, frame, rows, source in (
        ("boundaries", boundaries(lines, states), 32, of_lines),
        ("states", state_parts(states), 64, of_states),
        ("places", places(towns, states), 1024, of_places),
    ):
        write(out / f"natural_earth_{name}.parquet", frame, rows=rows, source=source)


if __name__ == "__main__":
    main()
