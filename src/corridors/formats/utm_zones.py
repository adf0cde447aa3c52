"""Coordinates of several UTM zones, the zone in a column."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corridors.foundation.arrays import Floats, Indices
from corridors.foundation.crs import GEOGRAPHIC, transformer
from corridors.foundation.errors import Fault

_ZONE = re.compile(r"(?:UTM|ZONE|\s)*(\d{1,2}|32[67]\d\d)\s*([A-Z]?)", re.IGNORECASE)
_STATED = re.compile(r"EPSG:32([67])(\d\d)", re.IGNORECASE)
_SOUTH, _NORTH = "CDEFGHJKLM", "NPQRSTUVWX"


def zone_codes(
    column: pa.Array, crs: str | None, name: str, header: str
) -> tuple[Indices, list[Fault]]:
    """Return the EPSG code of each row's zone, 0 where there is none.

    A letter is the band of latitude. Without one, and for S and N, which are written for south and
    north as well, ``crs`` says the hemisphere: any zone of it.

    Parameters
    ----------
    column
        Zones such as ``12T``, ``12`` or ``32612``, shape (n,).
    crs
        ``EPSG:326..`` (north) or ``EPSG:327..`` (south); None: letters must tell.
    name, header
        How messages call the file and the column.
    """
    coded = column.cast(pa.string()).dictionary_encode()
    stated = _STATED.fullmatch(crs.strip()) if crs else None
    faults = []
    codes = [0]
    for word in coded.dictionary.to_pylist():
        code, fault = _code((word or "").strip(), stated[1] if stated else None)
        codes.append(code)
        if fault is not None:
            faults.append(
                Fault(
                    fault[0],
                    name,
                    column=header,
                    expected="a UTM zone such as 12T, or its EPSG code",
                    got=word,
                    cure=fault[1],
                )
            )
    indices = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False)
    return np.array(codes, dtype=np.int64)[indices + 1], faults


def _code(word: str, stated: str | None) -> tuple[int, tuple[str, str] | None]:
    """Return a zone's EPSG code, or what is wrong with the word and the cure."""
    if not word:
        return 0, None
    found = _ZONE.fullmatch(word)
    if found is None:
        return 0, ("not a UTM zone", "correct the rows, or set crs instead of columns.utm_zone")
    if len(found[1]) > 2:
        return int(found[1]), None
    zone, letter = int(found[1]), found[2].upper()
    if not 1 <= zone <= 60 or (letter and letter not in _SOUTH + _NORTH):
        return 0, ("not a UTM zone", "correct the rows, or set crs instead of columns.utm_zone")
    if letter == "N" and stated == "7":
        return 0, ("the zone is in the north, its crs in the south", "correct crs of this source")
    if letter in ("", "N", "S"):
        if stated is None:
            cure = (
                f"set crs to EPSG:326{zone:02} (north) or EPSG:327{zone:02} (south); the zone of "
                "each row is then that of the column"
            )
            return 0, ("the hemisphere of a UTM zone is not known", cure)
        return 32_000 + int(stated) * 100 + zone, None
    half = 600 if letter in _NORTH else 700
    return 32_000 + half + zone, None


def from_zones(x: Floats, y: Floats, codes: Indices) -> tuple[Floats, Floats]:
    """Return longitude and latitude (degrees) of UTM coordinates (m); NaN without a zone."""
    lon, lat = np.full((2, len(x)), np.nan)
    for code in np.unique(codes[codes > 0]):
        here = (codes == code) & np.isfinite(x) & np.isfinite(y)
        lon[here], lat[here] = transformer(f"EPSG:{code}", GEOGRAPHIC).transform(x[here], y[here])
    lost = np.isfinite(x) & (codes > 0) & ~(np.isfinite(lon) & np.isfinite(lat))
    return np.where(lost, 999.0, lon), np.where(lost, 99.0, lat)


def other_zones(column: pa.Array, crs: str) -> set[str]:
    """Return the zones of a column that are not the one of ``crs``; none if it holds no zones.

    Examples
    --------
    >>> sorted(other_zones(pa.array(["12T", "13T", None]), "EPSG:32612"))
    ['13T']
    """
    stated = _STATED.fullmatch(crs.strip())
    if stated is None:
        return set()
    words = {w.strip() for w in pc.unique(column.cast(pa.string())).to_pylist() if w}
    zones = {word: _ZONE.fullmatch(word) for word in words}
    if not all(zones.values()):
        return set()
    return {
        word for word, z in zones.items() if z is not None and int(z[1]) % 100 != int(stated[2])
    }
