"""GeoJSON to which features are added: the text that is there stays as it is, letter by letter."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from json import JSONDecodeError, JSONDecoder
from pathlib import Path
from typing import Any

from pyproj import CRS
from pyproj.exceptions import CRSError

from corridors.foundation.crs import GEOGRAPHIC
from corridors.foundation.errors import Fault, InputError

_BLANK = " \t\r\n"
_EMPTY = '{"type": "FeatureCollection", "features": [\n]}\n'


@dataclass(frozen=True)
class PointCollection:
    """A collection of points as it lies in its file.

    Parameters
    ----------
    text
        The file.
    features
        Text of each feature, as in the file.
    end
        Where in the text the last feature ends, or where the first would stand.
    crs
        CRS of the coordinates; EPSG:4326 where the file names none.
    """

    text: str
    features: tuple[str, ...]
    end: int
    crs: CRS

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The properties of each feature."""
        return [json.loads(one).get("properties") or {} for one in self.features]

    @property
    def geometries(self) -> list[dict[str, Any]]:
        """The geometry of each feature as JSON; empty where there is none."""
        return [json.loads(one).get("geometry") or {} for one in self.features]

    def with_points(
        self, places: Sequence[tuple[float, float]], rows: Sequence[Mapping[str, object]]
    ) -> PointCollection:
        """Return the collection with points behind its own, in its CRS; NaN has no form here."""
        new = [
            json.dumps(
                {
                    "type": "Feature",
                    "properties": dict(row),
                    "geometry": {"type": "Point", "coordinates": [x, y]},
                },
                ensure_ascii=False,
                allow_nan=False,
            )
            for (x, y), row in zip(places, rows, strict=True)
        ]
        if not new:
            return self
        added = (",\n" if self.features else "\n") + ",\n".join(new)
        return replace(
            self,
            text=self.text[: self.end] + added + self.text[self.end :],
            features=(*self.features, *new),
            end=self.end + len(added),
        )


def new_collection() -> PointCollection:
    """Return an empty collection in EPSG:4326."""
    return _parsed(_EMPTY, "")


def read_collection(path: Path) -> PointCollection:
    """Return the features of a GeoJSON file.

    Raises
    ------
    InputError
        No feature collection, or its CRS is not known.
    """
    try:
        # As it is, also its line ends.
        text = path.read_bytes().decode("utf-8-sig")
        return _parsed(text, str(path))
    except (UnicodeDecodeError, JSONDecodeError, RecursionError, AttributeError) as error:
        raise _no_collection(str(path), str(error)) from None


def _parsed(text: str, name: str) -> PointCollection:
    """Return a collection with the place of each feature in its text."""
    decoder = JSONDecoder()
    whole = json.loads(text)
    if not isinstance(whole, dict) or not isinstance(whole.get("features"), list):
        raise _no_collection(name, "no list of features")
    at = _after(text, 0, "{")
    features: list[str] = []
    end = -1
    while text[at] != "}":
        key, at = decoder.raw_decode(text, at)
        at = _after(text, at, ":")
        if key == "features":
            features, end, at = _features(text, at, decoder)
        else:
            _, at = decoder.raw_decode(text, at)
        at = _skip(text, at)
        if text[at] == ",":
            at = _after(text, at, ",")
    return PointCollection(text, tuple(features), end, _crs(whole, name))


def _features(text: str, at: int, decoder: JSONDecoder) -> tuple[list[str], int, int]:
    """Return the texts of the features, where the last ends, and where the list ends."""
    found: list[str] = []
    end = at + 1
    at = _after(text, at, "[")
    while text[at] != "]":
        _, end = decoder.raw_decode(text, at)
        found.append(text[at:end])
        at = _skip(text, end)
        if text[at] == ",":
            at = _after(text, at, ",")
    return found, end, at + 1


def _skip(text: str, at: int) -> int:
    while text[at] in _BLANK:
        at += 1
    return at


def _after(text: str, at: int, mark: str) -> int:
    return _skip(text, text.index(mark, at) + 1)


def _crs(whole: Mapping[str, Any], name: str) -> CRS:
    stated = whole.get("crs")
    word = GEOGRAPHIC if stated is None else (stated.get("properties") or {}).get("name", "")
    try:
        return CRS.from_user_input(word)
    except CRSError:
        raise InputError(
            Fault("the CRS of the layer is not known", name, column="crs", got=str(word))
        ) from None


def _no_collection(name: str, got: str) -> InputError:
    return InputError(
        Fault("no GeoJSON of features", name, expected="a FeatureCollection", got=got)
    )
