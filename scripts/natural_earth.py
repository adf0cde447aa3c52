"""Make the bundled extract of Natural Earth: boundary lines by state pair, and state polygons.

Usage::

    npm pack world-atlas@2.0.2
    python scripts/natural_earth.py world-atlas-2.0.2.tgz

The npm package carries Natural Earth 4.1.0, 1:10m, as TopoJSON: every stretch of boundary is one
arc that the polygons on its two sides share, so a boundary line is the set of arcs that two states
have in common. Nothing is simplified, moved or scaled; coordinates keep the package's own
quantisation (0.0036 by 0.0017 degrees). The same tarball gives the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

PACKAGE, VERSION, MEMBER = "world-atlas", "2.0.2", "package/countries-10m.json"
TARBALL_SHA256 = "032e7765f2ce00edaeafec23ff22bc3b77e42987c257da944cc585b452c05b97"
MEMBER_SHA256 = "3bc6f1d367a9bcec479841bae0e76092f512838411d0cef124e92eec4db45f79"
# The demo's two states and those around them; id is the ISO 3166-1 numeric code.
STATES = {
    "004": "Afghanistan",
    "156": "China",
    "417": "Kyrgyzstan",
    "586": "Pakistan",
    "762": "Tajikistan",
    "795": "Turkmenistan",
    "860": "Uzbekistan",
}
SOURCE = "Natural Earth 4.1.0, 1:10m, through world-atlas 2.0.2"
LABEL = "generalised"
DECIMALS = 6
FOLDER = Path(__file__).resolve().parent.parent / "src" / "corridors" / "formats" / "bundled"

Coordinates = npt.NDArray[np.float64]
Ring = list[int]  # arc numbers; ~i is arc i backwards


class Topology:
    """A quantised TopoJSON topology, decoded as far as polygons need it."""

    def __init__(self, content: dict[str, Any]) -> None:
        self._arcs = content["arcs"]
        self._scale = np.asarray(content["transform"]["scale"], float)
        self._translate = np.asarray(content["transform"]["translate"], float)

    def arc(self, index: int) -> Coordinates:
        """Return lon, lat of an arc, shape (n, 2), reversed where ``index`` is negative."""
        # Positions are integer steps from the one before; summing integers keeps them exact.
        steps = np.asarray(self._arcs[index if index >= 0 else ~index], dtype=np.int64)
        points = np.cumsum(steps[:, :2], axis=0) * self._scale + self._translate
        points = np.round(points, DECIMALS)
        return points if index >= 0 else points[::-1]

    def line(self, indices: Ring) -> Coordinates:
        """Return the arcs one after another; the point where two meet is kept once."""
        parts = [self.arc(index) for index in indices]
        return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])


def polygons(geometry: dict[str, Any]) -> list[list[Ring]]:
    """Return the rings of each polygon of a TopoJSON geometry."""
    arcs = geometry["arcs"]
    return arcs if geometry["type"] == "MultiPolygon" else [arcs]


def signed_area(ring: Coordinates) -> float:
    """Return the area of a closed ring in square degrees, > 0 if anticlockwise."""
    x, y = (ring - ring[0]).T
    return float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]) / 2)


def left_arcs(topology: Topology, geometry: dict[str, Any]) -> Iterator[int]:
    """Yield the arcs of a state, each in the direction that has the state on its left."""
    for polygon in polygons(geometry):
        for number, ring in enumerate(polygon):
            anticlockwise = signed_area(topology.line(ring)) > 0
            # An exterior runs anticlockwise, a hole clockwise, when the state is on the left.
            keep = anticlockwise == (number == 0)
            yield from (ring if keep else [~index for index in reversed(ring)])


def chains(topology: Topology, arcs: list[int]) -> list[Coordinates]:
    """Return the arcs joined where one ends at the start of the next, in order of first arc."""
    lines = [topology.arc(index) for index in arcs]
    joined = True
    while joined:
        joined = False
        for i, j in itertools.permutations(range(len(lines)), 2):
            if (lines[i][-1] == lines[j][0]).all() and not (lines[i][0] == lines[i][-1]).all():
                lines[i] = np.concatenate([lines[i], lines[j][1:]])
                del lines[j]
                joined = True
                break
    return lines


def boundary_features(topology: Topology, states: dict[str, Any]) -> list[dict[str, Any]]:
    """Return one line feature per pair of neighbouring states, the first of them on its left."""
    arcs = {name: list(left_arcs(topology, states[name])) for name in states}
    features = []
    for left, right in itertools.combinations(sorted(states), 2):
        other = {~index for index in arcs[right]}
        shared = [index for index in arcs[left] if index in other]
        if not shared:
            continue
        features.append(
            feature(
                {
                    "left_state": left,
                    "right_state": right,
                    "type": "unknown",
                    "source": SOURCE,
                    "label": LABEL,
                },
                "MultiLineString",
                [line.tolist() for line in chains(topology, shared)],
            )
        )
    return features


def state_features(topology: Topology, states: dict[str, Any]) -> list[dict[str, Any]]:
    """Return one polygon feature per state, exteriors anticlockwise."""
    features = []
    for name in sorted(states):
        parts = []
        for polygon in polygons(states[name]):
            rings = [topology.line(ring) for ring in polygon]
            parts.append(
                [
                    (ring if (signed_area(ring) > 0) == (i == 0) else ring[::-1]).tolist()
                    for i, ring in enumerate(rings)
                ]
            )
        features.append(
            feature({"state": name, "source": SOURCE, "label": LABEL}, "MultiPolygon", parts)
        )
    return features


def feature(properties: dict[str, Any], kind: str, coordinates: list[Any]) -> dict[str, Any]:
    """Return a GeoJSON feature."""
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def write(path: Path, features: list[dict[str, Any]]) -> None:
    """Write a GeoJSON collection, one feature per line, with its provenance in front."""
    provenance = {
        "data": "Natural Earth 4.1.0, 1:10m, admin 0 countries",
        "data_licence": "public domain",
        "package": PACKAGE,
        "package_version": VERSION,
        "package_file": MEMBER.removeprefix("package/"),
        "package_file_sha256": MEMBER_SHA256,
        "tarball_sha256": TARBALL_SHA256,
        "label": LABEL,
        "made_by": "scripts/natural_earth.py",
    }
    lines = ",\n".join(json.dumps(item, separators=(",", ":")) for item in features)
    text = (
        '{"type":"FeatureCollection",\n"provenance":'
        + json.dumps(provenance, indent=1)
        + ',\n"features":[\n'
        + lines
        + "\n]}\n"
    )
    path.write_text(text, encoding="utf-8", newline="\n")


def countries(tarball: Path) -> dict[str, Any]:
    """Return the package's 1:10m countries after checking both checksums."""
    content = tarball.read_bytes()
    check(str(tarball), content, TARBALL_SHA256)
    with tarfile.open(tarball) as archive:
        member = archive.extractfile(MEMBER)
        if member is None:
            sys.exit(f"{tarball}: {MEMBER} is not a file")
        content = member.read()
    check(MEMBER, content, MEMBER_SHA256)
    loaded: dict[str, Any] = json.loads(content)
    return loaded


def check(name: str, content: bytes, expected: str) -> None:
    """Stop unless the SHA-256 of ``content`` is the one expected."""
    got = hashlib.sha256(content).hexdigest()
    if got != expected:
        sys.exit(f"{name}: expected sha256 {expected}, got {got}")


def main() -> None:
    """Read the tarball named on the command line and write both files."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("tarball", type=Path, help="world-atlas-2.0.2.tgz from npm pack")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder of the two files")
    arguments = parser.parse_args()
    content = countries(arguments.tarball)
    topology = Topology(content)
    found = {item.get("id"): item for item in content["objects"]["countries"]["geometries"]}
    states = {name: found[code] for code, name in STATES.items()}
    write(arguments.out / "natural_earth_boundaries.geojson", boundary_features(topology, states))
    write(arguments.out / "natural_earth_states.geojson", state_features(topology, states))


if __name__ == "__main__":
    main()
