"""Barriers from OpenStreetMap extracts (.osm.pbf, .osm) by rules on tags."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import osmium
import shapely
from osmium.filter import KeyFilter
from osmium.geom import WKBFactory
from osmium.osm import Area, Way

from corridors.formats.delimited import require_file
from corridors.formats.geoparquet import Bounds
from corridors.formats.openstreetmap_edits import own_id, settled
from corridors.formats.vector import Layer
from corridors.foundation.arrays import Flags, Geometries
from corridors.foundation.crs import GEOGRAPHIC
from corridors.foundation.errors import Fault, InputError

ANY = "*"
_AT_LEAST = ">="
_NUMBER = re.compile(r"\s*(\d+(?:\.\d+)?)\s*m?\s*$")
# Kinds that cover ground: closed ways and multipolygons become polygons. All others are lines.
AREAL_KINDS = ("settlement", "cropland", "energy")
Rule = tuple[Mapping[str, Sequence[str]], Mapping[str, str]]


def match(tags: Mapping[str, str], rules: Sequence[Rule]) -> Mapping[str, str] | None:
    """Return what the first fitting rule says, or None.

    A rule fits when each of its keys is there with one of its values; ``*`` is any value and
    ``>=1.8`` a number of at least that (``2``, ``2.5 m``).

    Examples
    --------
    >>> rules = [({"highway": ["primary"], "tunnel": ["*"]}, {"kind": "other"}),
    ...          ({"highway": ["primary"]}, {"kind": "road"})]
    >>> match({"highway": "primary"}, rules)
    {'kind': 'road'}
    >>> match({"barrier": "fence", "height": "2 m"}, [({"height": [">=1.8"]}, {"class": "high"})])
    {'class': 'high'}
    """
    for wanted, result in rules:
        if all(key in tags and _fits(tags[key], values) for key, values in wanted.items()):
            return result
    return None


def read_ways(path: Path, name: str, rules: Sequence[Rule], bounds: Bounds | None) -> Layer:
    """Read the ways and areas that fit a rule.

    Parameters
    ----------
    path, name
        The extract, and how messages call it.
    rules
        In order, tags and the ``kind``, ``class`` and ``status`` they give. The first that fits
        counts, of lines and of areas by itself.
    bounds
        (west, south, east, north), degrees; features wholly outside are not kept. None: all.

    Returns
    -------
    Layer
        Columns ``id`` (``way/1``, ``relation/2``), ``name`` (name and ref), ``kind``, ``class``,
        ``status``, ``source_row`` (place among the kept features).

    Raises
    ------
    MissingInputError
        No such file.
    InputError
        The file is not an OpenStreetMap extract.
    """
    require_file(path, name, "file")
    keys = sorted({key for wanted, _ in rules for key in wanted})
    # A fenced field is a line by one rule and an area by another.
    linear = [rule for rule in rules if rule[1]["kind"] not in AREAL_KINDS]
    areal = [rule for rule in rules if rule[1]["kind"] in ("", *AREAL_KINDS)]
    factory = WKBFactory()
    kept = _Kept(bounds)
    incomplete = 0
    try:
        with settled(path) as edited:
            processor = osmium.FileProcessor(str(edited.path)).with_locations()
            if any(result["kind"] for _, result in areal):
                processor = processor.with_areas(KeyFilter(*keys))
            for item in processor.with_filter(KeyFilter(*keys)):
                if not isinstance(item, Area | Way):
                    continue
                tags = {tag.k: tag.v for tag in item.tags}
                found = match(tags, areal if isinstance(item, Area) else linear)
                if found is None or not found["kind"]:
                    continue
                try:
                    shape = (
                        factory.create_multipolygon(item)
                        if isinstance(item, Area)
                        else factory.create_linestring(item)
                    )
                except (RuntimeError, osmium.InvalidLocationError):
                    incomplete += 1
                    continue
                kept.add(
                    (_id(item), _name(tags), found["kind"], found["class"], found["status"]), shape
                )
    except (RuntimeError, OSError, ValueError, osmium.InvalidLocationError):
        raise InputError(
            Fault(
                "the file cannot be read as OpenStreetMap data",
                name,
                expected=".osm.pbf, .osm or .osm.bz2",
                cure="download the extract again",
            )
        ) from None
    frame = kept.frame()
    frame = frame.sort_values("id", kind="stable").reset_index(drop=True)
    frame["source_row"] = np.arange(1, len(frame) + 1, dtype="int64")
    notes: dict[str, Any] = {"features": len(frame)}
    if edited.n_deleted:
        notes["deleted_left_out"] = edited.n_deleted
    if edited.n_new:
        notes["not_uploaded"] = edited.n_new
    if incomplete:
        notes["incomplete_left_out"] = incomplete
    return Layer(frame, notes)


class _Kept:
    """Features within the bounds; the others are let go some thousand at a time."""

    _AT_ONCE = 20_000

    def __init__(self, bounds: Bounds | None) -> None:
        self._box = None if bounds is None else shapely.box(*bounds)
        self._waiting: list[tuple[tuple[str, ...], str]] = []
        self._rows: list[tuple[str, ...]] = []
        self._shapes: list[Geometries] = []

    def add(self, row: tuple[str, ...], shape: str) -> None:
        """Take a feature: its attributes, and its shape as hexadecimal WKB."""
        self._waiting.append((row, shape))
        if len(self._waiting) >= self._AT_ONCE:
            self._sift()

    def frame(self) -> gpd.GeoDataFrame:
        """Return what lies within the bounds."""
        self._sift()
        columns = ("id", "name", "kind", "class", "status")
        return gpd.GeoDataFrame(
            {
                column: np.array([row[i] for row in self._rows], dtype=object)
                for i, column in enumerate(columns)
            },
            geometry=np.concatenate([np.zeros(0, dtype=object), *self._shapes]),
            crs=GEOGRAPHIC,
        )

    def _sift(self) -> None:
        shapes = shapely.from_wkb(np.array([shape for _, shape in self._waiting], dtype=object))
        near = np.ones(len(shapes), bool) if self._box is None else self._near(shapes)
        self._shapes.append(shapes[near])
        self._rows += [
            row for (row, _), is_near in zip(self._waiting, near, strict=True) if is_near
        ]
        self._waiting.clear()

    def _near(self, shapes: Geometries) -> Flags:
        return np.asarray(shapely.intersects(shapes, self._box))


def _fits(value: str, values: Sequence[str]) -> bool:
    if ANY in values or value in values:
        return True
    least = [float(word.removeprefix(_AT_LEAST)) for word in values if word.startswith(_AT_LEAST)]
    number = _NUMBER.match(value)
    return bool(least) and number is not None and float(number[1]) >= min(least)


def _id(item: Area | Way) -> str:
    if isinstance(item, Area):
        return f"{'way' if item.from_way() else 'relation'}/{own_id(item.orig_id())}"
    return f"way/{own_id(item.id)}"


def _name(tags: Mapping[str, str]) -> str:
    name, ref = tags.get("name", ""), tags.get("ref", "")
    return f"{name} ({ref})" if name and ref else name or ref
