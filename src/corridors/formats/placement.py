"""Where the coordinates of a layer are: its CRS, whether they can be of it, and whole turns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely.affinity import translate

from corridors.formats.geoparquet import Bounds
from corridors.foundation.arrays import Floats, Geometries
from corridors.foundation.crs import GEOGRAPHIC, transformer
from corridors.foundation.errors import Fault, InputError
from corridors.foundation.facts import Remark

_SLACK_DEG = 1e-6


@dataclass(frozen=True)
class Place:
    """The CRS that counts, and what to say of it: None where it is no news."""

    crs: str
    remark: Remark | None = None


def place(
    own: str | None,
    stated: str | None,
    extent: Bounds,
    name: str,
    *,
    overrules: bool = False,
    near: Bounds | None = None,
) -> Place:
    """Return the CRS of a layer.

    The file's own counts. What the configuration states takes its place where the file has none,
    where the coordinates cannot be of the file's own and can be of the stated one, or where the
    configuration says that it overrules.

    Parameters
    ----------
    own, stated
        CRS of the file and of the configuration; None: none.
    extent
        Least and greatest x and y as the file has them; NaN where it has none.
    name
        How messages call the file.
    overrules
        ``crs_overrules`` of the configuration.
    near
        (west, south, east, north) of the herd, degrees: for a better advice.

    Raises
    ------
    InputError
        No CRS, an unknown one, two different ones, or coordinates that cannot be of it.
    """
    given = None if stated is None else _parsed(stated, name)
    parsed = None if own is None else CRS.from_user_input(own)
    if parsed is not None and (parsed.type_name or "").startswith("Engineering"):
        parsed, own = None, None
    if parsed is None:
        if given is None or stated is None:
            raise InputError(
                Fault(
                    "the layer states no CRS",
                    name,
                    expected="a CRS in the file, or crs in the configuration",
                    cure="set crs of this source, e.g. EPSG:4326",
                )
            )
        _must_fit(given, extent, name, near)
        return Place(stated)
    if given is None or stated is None or parsed.equals(given, ignore_axis_order=True):
        _must_fit(parsed, extent, name, near)
        return Place(str(own))
    if overrules or (_misfit(parsed, extent) and not _misfit(given, extent)):
        _must_fit(given, extent, name, near)
        code = "crs_overrules" if overrules else "crs_cannot_be"
        return Place(stated, Remark.of(code, stated=stated, own=parsed.name))
    if _misfit(parsed, extent):
        _must_fit(given, extent, name, near)
    shown = own if own is not None and len(own) < 40 else parsed.name
    raise InputError(
        Fault(
            "two different CRS",
            name,
            expected=f"the file's own: {shown}",
            got=f"crs: {stated}",
            cure="remove crs of this source; or set crs_overrules: true if the file's own is wrong",
        )
    )


def whole_turns(geometry: Geometries) -> tuple[Geometries, int]:
    """Return geometries in degrees within -180 and 180, and how many had to be moved or cut.

    Longitudes beyond 180 are moved by a whole turn. An edge of more than half a turn goes the
    short way round. What crosses 180 degrees is cut there.

    Examples
    --------
    >>> line = shapely.LineString([(179.5, 66), (180.5, 66)])
    >>> whole_turns(np.array([line]))
    (array([<MULTILINESTRING ((179.5 66, 180 66), (-180 66, -179.5 66))>],
          dtype=object), 1)
    """
    bounds = shapely.bounds(geometry)
    with np.errstate(invalid="ignore"):
        beyond = (bounds[:, 0] < -180 - _SLACK_DEG) | (bounds[:, 2] > 180 + _SLACK_DEG)
        wide = (bounds[:, 2] - bounds[:, 0] > 180) & (np.abs(bounds[:, [1, 3]]) < 90).all(axis=1)
    for i in np.flatnonzero(wide & ~beyond):
        beyond[i] = _jumps(geometry[i])
    if not beyond.any():
        return geometry, 0
    out = geometry.copy()
    for i in np.flatnonzero(beyond):
        out[i] = _turned(geometry[i])
    return out, int(beyond.sum())


def _parsed(crs: str, name: str) -> CRS:
    try:
        return CRS.from_user_input(crs)
    except CRSError:
        raise InputError(
            Fault(
                "unknown CRS",
                name,
                expected="an authority code such as EPSG:32642",
                got=crs,
                cure="correct crs of this source",
            )
        ) from None


def _misfit(crs: CRS, extent: Bounds) -> str:
    """Return why coordinates cannot be of a CRS, "" if they can."""
    x_min, y_min, x_max, y_max = extent
    if not np.isfinite(extent).all():
        return "" if np.isnan(extent).all() else "coordinates that are no numbers"
    degrees = max(abs(x_min), abs(x_max)) <= 360 + _SLACK_DEG
    degrees &= max(abs(y_min), abs(y_max)) <= 90 + _SLACK_DEG
    if crs.is_geographic and not degrees:
        exchanged = max(abs(y_min), abs(y_max)) <= 180 and max(abs(x_min), abs(x_max)) <= 90
        return "latitude before longitude" if exchanged else "coordinates that are no degrees"
    if crs.is_projected and degrees and max(abs(x_min), abs(x_max)) <= 180 + _SLACK_DEG:
        return "coordinates that are degrees"
    return ""


def _must_fit(crs: CRS, extent: Bounds, name: str, near: Bounds | None) -> None:
    misfit = _misfit(crs, extent)
    if not misfit:
        return
    x_min, y_min, x_max, y_max = extent
    cures = {
        "coordinates that are no numbers": "export the layer again, or correct the feature",
        "latitude before longitude": "exchange the axes (QGIS: Swap X and Y coordinates)",
        "coordinates that are degrees": "set crs of this source, e.g. EPSG:4326",
        "coordinates that are no degrees": "set crs of this source to the projected CRS that they "
        f"are in, e.g. {_likely(extent, near)}",
    }
    raise InputError(
        Fault(
            f"the layer has {misfit}",
            name,
            expected="longitudes from -180 to 180 and latitudes from -90 to 90"
            if crs.is_geographic
            else f"coordinates of {crs.name}",
            got=f"x from {x_min:g} to {x_max:g}, y from {y_min:g} to {y_max:g}; "
            f"CRS of the layer: {crs.name}",
            cure=cures[misfit],
        )
    )


def zone_at(extent: Bounds, near: Bounds | None) -> str | None:
    """Return the UTM zone in which the middle of an extent lies in a box (degrees), if any does."""
    x, y = (extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2
    if near is not None and near[2] - near[0] < 180:
        west, south, east, north = near
        for zone in range(int((west + 180) // 6) + 1, int((east + 180) // 6) + 2):
            crs = f"EPSG:{32600 + zone if south + north >= 0 else 32700 + zone}"
            if not 1 <= zone <= 60:
                continue
            lon, lat = transformer(crs, GEOGRAPHIC).transform(x, y)
            if west <= lon <= east and south <= lat <= north:
                return crs
    return None


def _likely(extent: Bounds, near: Bounds | None) -> str:
    """Return the UTM zone in which an extent lies at the herd, or some example."""
    zone = zone_at(extent, near)
    return "EPSG:32642" if zone is None else f"{zone}, in which they lie at the herd"


def _jumps(geometry: Any) -> bool:
    """Return whether a geometry has an edge of more than half a turn, but not a whole one."""
    for line in _lines(geometry):
        step = np.abs(np.diff(shapely.get_coordinates(line)[:, 0]))
        if ((step > 180) & (step < 360 - _SLACK_DEG)).any():
            return True
    return False


def _lines(geometry: Any) -> list[Any]:
    parts = shapely.get_parts([geometry])
    if shapely.get_dimensions(geometry) == 2:
        return [ring for part in parts for ring in (part.exterior, *part.interiors)]
    return [part for part in parts if shapely.get_dimensions(part) == 1]


def _turned(geometry: Any) -> Any:
    dimension = int(shapely.get_dimensions(geometry))
    if dimension == 0:
        return shapely.transform(
            geometry, lambda c: np.stack([(c[:, 0] + 180) % 360 - 180, c[:, 1]], axis=1)
        )
    found = []
    for part in shapely.get_parts([geometry]):
        straight = _unrolled(part)
        for edge in (-900.0, -540.0, -180.0, 180.0, 540.0):
            cut = shapely.intersection(straight, shapely.box(edge, -90.0, edge + 360.0, 90.0))
            found += [
                translate(piece, -edge - 180.0)
                for piece in shapely.get_parts(shapely.get_parts([cut]))
                if not piece.is_empty and shapely.get_dimensions(piece) == dimension
            ]
    if len(found) == 1:
        return found[0]
    return shapely.MultiPolygon(found) if dimension == 2 else shapely.MultiLineString(found)


def _unrolled(part: Any) -> Any:
    """Return a line or polygon whose longitudes go on beyond 180 instead of jumping."""

    def unroll(coordinates: Floats) -> Floats:
        out: Floats = coordinates.copy()
        out[:, 0] = np.unwrap(coordinates[:, 0], period=360.0)
        return out

    if part.geom_type != "Polygon":
        return shapely.transform(part, unroll)
    shell = unroll(shapely.get_coordinates(part.exterior))
    holes = []
    for ring in part.interiors:
        hole = unroll(shapely.get_coordinates(ring))
        # A hole lies within its shell, on the same turn.
        hole[:, 0] += 360.0 * np.round((shell[:, 0].mean() - hole[:, 0].mean()) / 360.0)
        holes.append(hole)
    return shapely.make_valid(shapely.Polygon(shell, holes))
