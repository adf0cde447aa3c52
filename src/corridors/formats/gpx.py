"""GPX tracks: points with time, one animal per track."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.parsers import expat

import pandas as pd

from corridors.formats.delimited import require_file, row_faults
from corridors.formats.tracks import TrackMapping, Tracks, interpret
from corridors.foundation.errors import Fault, InputError

_TEXT_OF_POINT = ("time", "hdop", "pdop", "fix")


class _Reader:
    """Collects track points while the parser walks through the file."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.EntityDeclHandler = self.entity
        self.points: list[dict[str, Any]] = []
        self.path: list[str] = []
        self.text: list[str] = []
        self.point: dict[str, Any] | None = None
        self.track_name = ""
        self.track_start = 0
        self.waypoints = 0
        self.root = ""

    def entity(self, *_: Any) -> None:
        # Entities that expand each other can fill the memory; GPX never needs them.
        raise ValueError("XML entities are not allowed")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rsplit(":", 1)[-1]
        self.root = self.root or tag
        self.path.append(tag)
        self.text = []
        if tag == "trk":
            self.track_name, self.track_start = "", len(self.points)
        elif tag == "trkpt":
            self.point = {
                "line": self.parser.CurrentLineNumber,
                "lat": attributes.get("lat", ""),
                "lon": attributes.get("lon", ""),
            }
        elif tag in ("wpt", "rtept"):
            self.waypoints += 1

    def characters(self, data: str) -> None:
        self.text.append(data)

    def end(self, tag: str) -> None:
        tag = tag.rsplit(":", 1)[-1]
        parent = self.path[-2] if len(self.path) > 1 else ""
        text = "".join(self.text).strip()
        if parent == "trkpt" and self.point is not None and tag in _TEXT_OF_POINT:
            self.point[tag] = text
        elif parent == "trk" and tag == "name":
            self.track_name = text
        elif tag == "trkpt" and self.point is not None:
            self.points.append(self.point)
            self.point = None
        elif tag == "trk":
            # The name may follow the points in files that disregard the schema's order.
            for point in self.points[self.track_start :]:
                point["track"] = self.track_name
        self.path.pop()
        self.text = []


def read_gpx(path: Path, name: str, *, animal_name: str | None) -> Tracks:
    """Read the track points of a GPX file; times are UTC by the standard.

    The animal is the track's name, or ``animal_name`` for every track. ``source_row`` is the line
    of the point. Waypoints and routes are counted only.

    Parameters
    ----------
    path, name
        The file, and how messages call it.
    animal_name
        The one animal of the file; None: tracks carry the names.

    Raises
    ------
    MissingInputError
        No such file.
    InputError
        Not GPX, no track points, points without time, tracks without a name.
    """
    require_file(path, name, "track file")
    reader = _Reader()
    try:
        with path.open("rb") as stream:
            reader.parser.ParseFile(stream)
    except (expat.ExpatError, ValueError) as error:
        raise InputError(
            Fault(
                "the file cannot be read as XML",
                name,
                getattr(error, "lineno", None),
                expected="a GPX document",
                got=str(error),
                cure="export it again as GPX 1.1",
            )
        ) from None
    if reader.root != "gpx":
        raise InputError(Fault("not a GPX document", name, expected="gpx", got=reader.root))
    if not reader.points:
        got = f"{reader.waypoints} waypoints or route points" if reader.waypoints else "none"
        raise InputError(
            Fault(
                "no track points in the file",
                name,
                expected="trkpt elements",
                got=got,
                cure="export the track, not waypoints",
            )
        )
    raw = pd.DataFrame(reader.points)
    frame = pd.DataFrame({"source_row": raw["line"].astype("int64")})
    for column in ("track", "lat", "lon", *_TEXT_OF_POINT):
        values = raw[column] if column in raw else pd.Series("", index=raw.index)
        frame[column] = values.fillna("").astype("str")
    frame["dop"] = frame["hdop"].mask(frame["hdop"] == "", frame["pdop"])
    nameless = frame["track"] == ""
    unplaced = (frame["lat"] == "") | (frame["lon"] == "")
    untimed = frame["time"] == ""
    faults = row_faults(
        "track point without lat or lon",
        name,
        frame.loc[unplaced, "source_row"].to_list(),
        (frame["lat"] + ", " + frame["lon"])[unplaced].head(5).to_list(),
        expected="attributes lat and lon",
        cure="export it again",
    )
    faults += row_faults(
        "track point without time",
        name,
        frame.loc[untimed, "source_row"].to_list(),
        ["no time element"] * min(5, int(untimed.sum())),
        expected="a time element",
        cure="export the track with its times",
    )
    if animal_name is None and nameless.any():
        faults.append(
            Fault(
                "track without a name",
                name,
                int(frame.loc[nameless, "source_row"].iloc[0]),
                expected="the animal's name in the track's name element",
                cure="name the tracks, or set animal of this source",
            )
        )
    if faults:
        raise InputError(faults)
    mapping = TrackMapping(
        animal=None if animal_name is not None else "track",
        animal_name=animal_name,
        time="time",
        lon="lon",
        lat="lat",
        dop="dop",
        fix_type="fix",
        time_zone="UTC",
    )
    tracks = interpret(frame, name, mapping)
    if reader.waypoints:
        tracks.notes["waypoints_not_read"] = reader.waypoints
    return tracks
