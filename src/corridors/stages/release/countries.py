"""The countries of features: cut at boundaries, or named together."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
from shapely import STRtree, difference, intersection, prepare
from shapely.geometry.base import BaseGeometry

from corridors.foundation.errors import ConfigError, Fault
from corridors.stages.release.features import parts_of

# Length or width of what rounding leaves along a boundary; about a metre, degrees.
_CRUMB_DEG = 1e-5


class Countries:
    """Where the countries are that a herd's features lie in.

    Parameters
    ----------
    herd
        Key in the configuration, for messages.
    states
        STATES: where two of them overlap, both are named.
    stated
        What the herd's record says, for what lies in none of them.
    is_cut
        Whether features are cut at boundaries.
    """

    def __init__(
        self, herd: str, states: gpd.GeoDataFrame, stated: Sequence[str], *, is_cut: bool
    ) -> None:
        self._herd, self._stated, self._is_cut = herd, tuple(stated), is_cut
        self._names = states["state"].astype(str).tolist()
        self._shapes = list(states.geometry)
        for shape in self._shapes:
            prepare(shape)
        self._tree = STRtree(self._shapes)

    def divided(self, geometry: BaseGeometry, kind: str) -> list[tuple[BaseGeometry, str]]:
        """Return the parts of a line or polygon, each with its country or countries.

        Raises
        ------
        ConfigError
            Nothing says in which country it lies.
        """
        pieces: list[tuple[BaseGeometry, tuple[str, ...]]] = [
            (part, ()) for part in parts_of(geometry, kind)
        ]
        if not self._is_cut:
            return [(part, self.names(part)) for part, _ in pieces]
        for number in sorted(self._tree.query(geometry, predicate="intersects").tolist()):
            shape, name = self._shapes[number], self._names[number]
            pieces = [
                piece
                for part, names in pieces
                for piece in (
                    *((one, (*names, name)) for one in _cut(part, shape, kind)),
                    *((one, names) for one in _left(part, shape, kind)),
                )
            ]
        return [
            (part, self._joined(names, part))
            for part, names in pieces
            if len(pieces) == 1 or not _is_crumb(part, kind)
        ]

    def names(self, geometry: BaseGeometry) -> str:
        """Return the country or countries of a feature that is not cut.

        Raises
        ------
        ConfigError
            Nothing says in which country it lies.
        """
        found = sorted(self._tree.query(geometry, predicate="intersects").tolist())
        return self._joined(tuple(self._names[number] for number in found), geometry)

    def _joined(self, names: Sequence[str], place: BaseGeometry) -> str:
        known = names or self._stated
        if not known:
            at = place.representative_point()
            raise ConfigError(
                Fault(
                    f"the country of something of {self._herd} is not known",
                    column=f"herds.{self._herd}.record.countries",
                    expected="a polygon of `states` around it, or record.countries",
                    got=f"nothing at {at.x:.3f}, {at.y:.3f} (longitude, latitude)",
                    cure="name the countries in the herd's record, or add `states`",
                )
            )
        return ", ".join(dict.fromkeys(known))


def _cut(part: BaseGeometry, shape: BaseGeometry, kind: str) -> list[BaseGeometry]:
    return parts_of(intersection(part, shape), kind)


def _left(part: BaseGeometry, shape: BaseGeometry, kind: str) -> list[BaseGeometry]:
    return parts_of(difference(part, shape), kind)


def _is_crumb(part: BaseGeometry, kind: str) -> bool:
    """Return whether a piece is shorter, or on average narrower, than counts."""
    size = part.length if kind == "line" else 2.0 * part.area / part.length
    return bool(size < _CRUMB_DEG)
