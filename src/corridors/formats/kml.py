"""KML: placemarks with a time stamp, and tracks of Google's extension."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from corridors.formats.elements import ElementReader
from corridors.formats.row_faults import row_faults
from corridors.formats.track_columns import TrackMapping, TrackScan
from corridors.formats.tracks import scan_frame
from corridors.foundation.errors import Fault, InputError


class _Points(ElementReader):
    """Collects points with time while the parser walks through the file."""

    def __init__(self) -> None:
        super().__init__("kml")
        self.folders: list[str] = []
        self.mark: dict[str, Any] = {}
        self.whens: list[str] = []
        self.coords: list[str] = []
        self.points: list[dict[str, Any]] = []
        self.n_lines = 0

    def begin(self, tag: str, _: dict[str, str]) -> None:
        if tag in ("Folder", "Document"):
            self.folders.append("")
        elif tag == "Placemark":
            self.mark = {"line": self.parser.CurrentLineNumber}
        elif tag == "Track":
            self.whens, self.coords = [], []
        elif tag == "LineString":
            self.n_lines += 1

    def finish(self, tag: str, parent: str, text: str) -> None:
        if tag == "name" and parent == "Placemark":
            self.mark["name"] = text
        elif tag == "name" and parent in ("Folder", "Document") and self.folders:
            self.folders[-1] = text
        elif tag == "when" and parent == "TimeStamp":
            self.mark["when"] = text
        elif tag == "when" and parent == "Track":
            self.whens.append(text)
        elif tag == "coord":
            self.coords.append(",".join(text.split()))
        elif tag == "coordinates" and parent == "Point":
            self.mark["place"] = text
        elif tag == "Track":
            self.mark["track"] = list(zip(self.whens, self.coords, strict=False))
        elif tag == "Placemark":
            self.placed()
        elif tag in ("Folder", "Document"):
            self.folders.pop()

    def placed(self) -> None:
        """Keep the points of a placemark that ends."""
        own = {
            "line": self.mark["line"],
            "name": self.mark.get("name", ""),
            "folder": next((name for name in reversed(self.folders) if name), ""),
        }
        for when, place in self.mark.get("track", ()):
            self.points.append({**own, "when": when, "place": place, "is_track": True})
        if "place" in self.mark:
            when = self.mark.get("when", "")
            self.points.append(
                {**own, "when": when, "place": self.mark["place"], "is_track": False}
            )


def scan_kml(
    path: Path, name: str, *, animal_name: str | None, animal_prefix: str = ""
) -> TrackScan:
    """Return the points with time of a KML or KMZ file; times are UTC unless they say otherwise.

    The animal is the name of the track; of placemarks the name where several have it, else the name
    of the folder around them; or ``animal_name`` for all. ``source_row`` is the line of the
    placemark.

    Raises
    ------
    MissingInputError
        No such file.
    InputError
        Not KML, no points, points without time, nothing that names the animal.
    """
    reader = _Points()
    reader.read(path, name, what="KML", cure="export it again")
    if not reader.points:
        raise InputError(
            Fault(
                "no points with time in the file",
                name,
                expected="placemarks with a TimeStamp, or gx:Track",
                got=f"{reader.n_lines} lines without times" if reader.n_lines else "none",
                cure="export the points with their times, or the table as CSV",
            )
        )
    frame = _frame(pd.DataFrame(reader.points))
    untimed = frame["when"] == ""
    faults = row_faults(
        "placemark without time",
        name,
        frame.loc[untimed, "source_row"].to_list(),
        ["no TimeStamp"] * min(5, int(untimed.sum())),
        expected="a TimeStamp with its when",
        cure="export the points with their times, or the table as CSV",
    )
    if animal_name is None and (frame["animal"] == "").any():
        faults.append(
            Fault(
                "nothing names the animal",
                name,
                int(frame.loc[frame["animal"] == "", "source_row"].iloc[0]),
                expected="the animal's name in the track's or the folder's name element",
                cure="set animal of this source to the one animal of the file",
            )
        )
    if faults:
        raise InputError(faults)
    mapping = TrackMapping(
        animal=None if animal_name is not None else "animal",
        animal_name=animal_name,
        animal_prefix=animal_prefix,
        time="when",
        lon="lon",
        lat="lat",
        time_zone="UTC",
    )
    return scan_frame(frame, name, mapping)


def _frame(points: pd.DataFrame) -> pd.DataFrame:
    place = points["place"].str.split(",", expand=True)
    count = points.groupby("name")["line"].transform("size")
    # A name that one point only has is a label of the point.
    named = points["is_track"] | ((count > 1) & (2 * points["name"].nunique() <= len(points)))
    return pd.DataFrame(
        {
            "source_row": points["line"].astype("int64"),
            "animal": points["name"].where(named, points["folder"]).astype("str"),
            "when": points["when"].astype("str"),
            "lon": place[0].fillna("").astype("str").str.strip(),
            "lat": (place[1] if 1 in place else pd.Series("", index=place.index))
            .fillna("")
            .astype("str")
            .str.strip(),
        }
    )
