"""Which column of a table of fixes holds what, by the names that vendors and people give them."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

# Names without capitals, blanks and marks; the first that is there counts.
_LON = ("longitude", "lon", "long", "lng", "locationlong", "gpslongitude", "xlongitude", "x",
        "easting", "utmx", "utmeasting", "xcoord", "longitudedeg", "loclong", "xwgs84")  # fmt: skip
_LAT = ("latitude", "lat", "locationlat", "gpslatitude", "ylatitude", "y", "northing", "utmy",
        "utmnorthing", "ycoord", "latitudedeg", "loclat", "ywgs84")  # fmt: skip
_TIME = ("timestamp", "datetime", "acquisitiontime", "time", "fixtime", "gpstime", "utcdatetime",
         "datetimeutc", "timestamputc", "timeutc", "t", "when", "eventtime", "studylocaltimestamp",
         "date")  # fmt: skip
_DATES = ("date", "utcdate", "gmtdate", "dategmt", "dateutc", "localdate", "day", "fixdate")
_CLOCKS = ("time", "utctime", "gmttime", "timegmt", "timeutc", "localtime", "hour", "clock")
_ANIMAL = ("animal", "animalid", "animalname", "individual", "individualid", "id", "name", "ind",
           "individuallocalidentifier", "subject", "collarid", "collar", "deviceid", "tag",
           "tagid")  # fmt: skip
_DOP = ("dop", "hdop", "pdop", "gpsdop", "gpshdop")
_FIX = ("fixtype", "fixstatus", "gpsfixtype", "2d3d", "fix", "status")
_MOVEBANK = ("timestamp", "location-long", "location-lat")


@dataclass(frozen=True)
class Layout:
    """What the columns of a table mean, spelled as in the file.

    Parameters
    ----------
    vendor
        Who writes such tables, "" where only the names of columns tell.
    why
        What it was known by.
    columns
        Role as in ``columns`` of a source -> column, or columns of ``time``.
    zone
        Zone that the vendor's column names, "" where none is.
    """

    vendor: str
    why: str
    columns: Mapping[str, str | tuple[str, ...]]
    zone: str


def bare(name: str) -> str:
    """Return the letters and digits of a column's name, small.

    Examples
    --------
    >>> bare("UTC_Date"), bare("Longitude [°]"), bare("2D/3D")
    ('utcdate', 'longitude', '2d3d')
    """
    return re.sub(r"[^a-z0-9]+", "", name.casefold())


def layout_of(names: Sequence[str]) -> Layout | None:
    """Return what columns of these names mean, None if they are no table of fixes.

    A vendor's layout counts if its time and position are there and one more of its columns; of
    several the one with most columns. Then common names.

    Examples
    --------
    >>> found = layout_of(["CollarID", "UTC_Date", "UTC_Time", "Latitude [°]", "Longitude [°]"])
    >>> found.vendor, found.columns["time"], found.zone
    ('Vectronic', ('UTC_Date', 'UTC_Time'), 'UTC')
    >>> layout_of(["id", "kind", "length"]) is None
    True
    """
    spelled: dict[str, str] = {}
    for name in names:
        spelled.setdefault(bare(name), name)
    if all(bare(word) in spelled for word in _MOVEBANK):
        return Layout("Movebank", "columns timestamp, location-long, location-lat", {}, "UTC")
    best: tuple[int, Layout] | None = None
    for row in _vendors():
        found = _fit(row, spelled)
        if found is not None and (best is None or len(found.columns) > best[0]):
            best = len(found.columns), found
    return best[1] if best is not None else _by_names(spelled)


@lru_cache(maxsize=1)
def _vendors() -> tuple[dict[str, str], ...]:
    text = files("corridors.formats").joinpath("bundled", "track_vendors.csv")
    return tuple(csv.DictReader(text.read_text(encoding="utf-8").splitlines()))


def _fit(row: Mapping[str, str], spelled: Mapping[str, str]) -> Layout | None:
    columns: dict[str, str | tuple[str, ...]] = {}
    for role in ("animal", "time", "lon", "lat", "dop", "fix_type"):
        for option in filter(None, row[role].split("|")):
            parts = option.split("+")
            if all(part in spelled for part in parts):
                own = tuple(spelled[part] for part in parts)
                columns[role] = own[0] if len(own) == 1 else own
                break
    needed = {"time", "lon", "lat"} | ({"animal"} if row["animal"] else {"fix_type"})
    # What many tables have tells no vendor.
    marks = {"fix_type", "dop"} if len(row["fix_type"]) > 0 else set()
    if not needed <= columns.keys() or (marks and not marks & columns.keys()):
        return None
    return Layout(row["vendor"], row["tells"], columns, row["zone"])


def _by_names(spelled: Mapping[str, str]) -> Layout | None:
    def first(options: Sequence[str]) -> str | None:
        return next((spelled[option] for option in options if option in spelled), None)

    lon, lat = first(_LON), first(_LAT)
    date, clock, whole = first(_DATES), first(_CLOCKS), first(_TIME)
    time: str | tuple[str, ...] | None = whole
    if date is not None and clock is not None and date != clock:
        time = (date, clock)
    if lon is None or lat is None or time is None:
        return None
    columns: dict[str, str | tuple[str, ...]] = {"time": time, "lon": lon, "lat": lat}
    for role, options in (("animal", _ANIMAL), ("dop", _DOP), ("fix_type", _FIX)):
        found = first(options)
        if found is not None and found not in (time, lon, lat):
            columns[role] = found
    texts = (time,) if isinstance(time, str) else time
    zone = "UTC" if any(word in bare(part) for part in texts for word in ("utc", "gmt")) else ""
    return Layout("", "the names of its columns", columns, zone)
