"""A feature of a release, and what is told of a herd."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from shapely import get_parts, get_type_id, transform
from shapely.geometry.base import BaseGeometry

from corridors.foundation.arrays import Floats
from corridors.foundation.crs import transformer

Status = Literal["pass", "info", "warn", "fail"]
# Kinds of geometry: point, line, polygon -> number of shapely's type of one part.
_TYPES = {"point": 0, "line": 1, "polygon": 3}


@dataclass(frozen=True)
class Feature:
    """One feature.

    Parameters
    ----------
    herd
        Key of the herd in the configuration.
    geometry
        Of one part, EPSG:4326.
    values
        Role -> text or number.
    """

    herd: str
    geometry: BaseGeometry
    values: Mapping[str, str | float]


@dataclass(frozen=True)
class Told:
    """One row of the QA table.

    Parameters
    ----------
    section, check, status, value, details
        Its columns.
    """

    section: str
    check: str
    status: Status
    value: str
    details: str = ""


def parts_of(geometry: BaseGeometry, kind: str) -> list[BaseGeometry]:
    """Return the parts of a geometry that are points, lines or polygons, without the others.

    Examples
    --------
    >>> from shapely import from_wkt
    >>> mixed = from_wkt("GEOMETRYCOLLECTION (POINT (1 1), LINESTRING (0 0, 2 0))")
    >>> [part.wkt for part in parts_of(mixed, "line")]
    ['LINESTRING (0 0, 2 0)']
    """
    parts = get_parts(get_parts([geometry])).tolist()
    return [one for one in parts if not one.is_empty and get_type_id(one) == _TYPES[kind]]


def moved(geometry: BaseGeometry, source: str, target: str) -> BaseGeometry:
    """Return a geometry in another CRS, vertex by vertex, x or longitude first."""
    between = transformer(source, target)

    def move(xy: Floats) -> Floats:
        return np.stack(between.transform(xy[:, 0], xy[:, 1]), axis=1)

    return transform(geometry, move)
