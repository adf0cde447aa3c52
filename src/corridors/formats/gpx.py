"""GPX: track points, one animal per track; or waypoints with time, where there is no track."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from corridors.formats.elements import ElementReader
from corridors.formats.row_faults import row_faults
from corridors.formats.track_columns import TrackMapping, Tracks, TrackScan
from corridors.formats.tracks import scan_frame
from corridors.foundation.errors import Fault, InputError

_TEXT_OF_POINT = ("time", "hdop", "pdop", "fix")


class _Points(ElementReader):
    """Collects track points while the parser walks through the file."""

    def __init__(self) -> None:
        super().__init__("gpx")
        self.points: list[dict[str, Any]] = []
        self.point: dict[str, Any] | None = None
        self.track_name = ""
        self.track_start = 0
        self.waypoints: list[dict[str, Any]] = []
        self.n_route_points = 0

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "trk":
            self.track_name, self.track_start = "", len(self.points)
        elif tag in ("trkpt", "wpt"):
            self.point = {
                "line": self.parser.CurrentLineNumber,
                "lat": attributes.get("lat", ""),
                "lon": attributes.get("lon", ""),
            }
        elif tag == "rtept":
            self.n_route_points += 1

    def finish(self, tag: str, parent: str, text: str) -> None:
        if parent in ("trkpt", "wpt") and self.point is not None and tag in _TEXT_OF_POINT:
            self.point[tag] = text
        elif parent == "wpt" and self.point is not None and tag == "name":
            self.point["track"] = text
        elif parent == "trk" and tag == "name":
            self.track_name = text
        elif tag == "trkpt" and self.point is not None:
            self.points.append(self.point)
            self.point = None
        elif tag == "wpt" and self.point is not None:
            self.waypoints.append(self.point)
            self.point = None
        elif tag == "trk":
            # The name may follow the points in files that disregard the schema's order.
            for point in self.points[self.track_start :]:
                point["track"] = self.track_name


def read_gpx(path: Path, name: str, *, animal_name: str | None) -> Tracks:
    """Read all points of a GPX file; see :func:`scan_gpx`."""
    return scan_gpx(path, name, animal_name=animal_name).tracks()


def scan_gpx(
    path: Path, name: str, *, animal_name: str | None, animal_prefix: str = ""
) -> TrackScan:
    """Return the track points of a GPX file; times are UTC by the standard.

    The animal is the track's name, or ``animal_name`` for every track. ``source_row`` is the line
    of the point. Beside tracks, waypoints and routes are counted only; where there is no track,
    waypoints with a time are the fixes and their name is the animal's.

    Parameters
    ----------
    path, name
        The file, and how messages call it.
    animal_name
        The one animal of the file; None: tracks carry the names.
    animal_prefix
        Put before every name.

    Raises
    ------
    MissingInputError
        No such file.
    InputError
        Not GPX, no points, points without time, tracks without a name, waypoints with a name each.
    """
    reader = _Points()
    reader.read(path, name, what="GPX", cure="export it again as GPX 1.1")
    is_track = bool(reader.points)
    points = reader.points or reader.waypoints
    what = "track point" if is_track else "waypoint"
    if not points:
        raise InputError(
            Fault(
                "no track points in the file",
                name,
                expected="trkpt elements, or wpt elements with a time",
                got=f"{reader.n_route_points} route points" if reader.n_route_points else "none",
                cure="a route has no times: export the track",
            )
        )
    frame = _frame(points)
    faults = _faults(frame, name, what)
    if animal_name is None:
        faults += _name_faults(frame, name, is_track=is_track)
    if faults:
        raise InputError(faults)
    mapping = TrackMapping(
        animal=None if animal_name is not None else "track",
        animal_name=animal_name,
        animal_prefix=animal_prefix,
        time="time",
        lon="lon",
        lat="lat",
        dop="dop",
        fix_type="fix",
        time_zone="UTC",
    )
    scan = scan_frame(frame, name, mapping)
    if not is_track:
        scan.notes["waypoints_read"] = len(points)
    elif reader.waypoints or reader.n_route_points:
        scan.notes["waypoints_not_read"] = len(reader.waypoints) + reader.n_route_points
    return scan


def _frame(points: list[dict[str, Any]]) -> pd.DataFrame:
    raw = pd.DataFrame(points)
    frame = pd.DataFrame({"source_row": raw["line"].astype("int64")})
    for column in ("track", "lat", "lon", *_TEXT_OF_POINT):
        values = raw[column] if column in raw else pd.Series("", index=raw.index)
        frame[column] = values.fillna("").astype("str")
    frame["dop"] = frame["hdop"].mask(frame["hdop"] == "", frame["pdop"])
    return frame


def _faults(frame: pd.DataFrame, name: str, what: str) -> list[Fault]:
    unplaced = (frame["lat"] == "") | (frame["lon"] == "")
    untimed = frame["time"] == ""
    faults = row_faults(
        f"{what} without lat or lon",
        name,
        frame.loc[unplaced, "source_row"].to_list(),
        (frame["lat"] + ", " + frame["lon"])[unplaced].head(5).to_list(),
        expected="attributes lat and lon",
        cure="export it again",
    )
    return faults + row_faults(
        f"{what} without time",
        name,
        frame.loc[untimed, "source_row"].to_list(),
        ["no time element"] * min(5, int(untimed.sum())),
        expected="a time element",
        cure="export the track with its times",
    )


def _name_faults(frame: pd.DataFrame, name: str, *, is_track: bool) -> list[Fault]:
    nameless = frame["track"] == ""
    if nameless.any():
        return [
            Fault(
                "track without a name" if is_track else "waypoint without a name",
                name,
                int(frame.loc[nameless, "source_row"].iloc[0]),
                expected="the animal's name in the track's name element",
                cure="name the tracks, or set animal of this source",
            )
        ]
    n_names = frame["track"].nunique()
    if is_track or 2 * n_names <= len(frame) or len(frame) == 1:
        return []
    return [
        Fault(
            "waypoints with a name each, which is no animal's",
            name,
            expected="the animal's name in the name element of its waypoints",
            got=f"{n_names} names of {len(frame)} waypoints",
            cure="set animal of this source to the one animal of the file",
        )
    ]
