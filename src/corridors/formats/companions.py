"""Files that GDAL reads together with another one, by the rules of its driver."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

# Suffix -> what takes its place in the name of a companion, or with + is put behind the name.
# Such a file is never looked at as a raster; the others are, unless they are a folder.
_BY_RULE: Mapping[str, tuple[str, ...]] = {
    # A spatial index decides which features are found within a box.
    ".shp": (".dbf", ".shx", ".prj", ".cpg", ".qix", ".sbn", ".sbx"),
    ".gpkg": ("+-wal", "+-journal", "+.aux.xml"),
    ".sqlite": ("+-wal", "+-journal"),
    ".tab": (".dat", ".map", ".id", ".ind"),
    ".mif": (".mid",),
    ".gml": (".xsd",),  # not the .gfs: GDAL writes one whenever it reads
    ".csv": (".csvt", ".prj"),
    ".vrt": ("+.aux.xml", "+.ovr", "+.msk"),
    ".ovf": (),
} | dict.fromkeys(
    (".txt", ".tsv", ".gpx", ".geojson", ".json", ".geojsonl", ".fgb", ".kml", ".kmz", ".osm",
     ".pbf", ".bz2", ".gz", ".zip", ".parquet", ".geoparquet"),
    (),
)  # fmt: skip
# What any raster may have beside it, whether or not this release of GDAL reads it now.
_OF_RASTER = (".wld", ".prj", ".aux", ".rrd", "+.aux.xml", "+.ovr", "+.msk", "+w")
# Where a name may go on differently from that of its companion.
_MARK = re.compile(r"[._-]|$")


class Folder:
    """The names in one folder, listed once.

    Parameters
    ----------
    names
        All that lies in it.

    Examples
    --------
    >>> folder = Folder(["roads.shp", "roads.DBF", "roads.txt", "cover.tif", "cover.tfw"])
    >>> folder.by_rule(Path("roads.shp")), folder.by_rule(Path("cover.tif"))
    (['roads.DBF'], ['cover.tfw'])
    >>> folder.named_alike(Path("roads.shp"))
    ['roads.DBF', 'roads.txt']
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.by_folded: dict[str, str] = {}
        self.by_start: dict[str, list[str]] = {}
        for name in sorted(names):
            folded = name.casefold()
            self.by_folded[folded] = name
            for mark in _MARK.finditer(folded):
                self.by_start.setdefault(folded[: mark.start()], []).append(name)

    def by_rule(self, path: Path) -> list[str]:
        """Return the names of companions of a file that are there, by its suffix alone."""
        suffix = path.suffix.casefold()
        ends = _BY_RULE.get(suffix)
        if ends is None:
            # World files: the first and the last letter of the suffix and a w.
            ends = (*_OF_RASTER, f"{suffix[:2]}{suffix[-1:]}w")
        names = (path.name + end[1:] if end[0] == "+" else path.stem + end for end in ends)
        found = (self.by_folded.get(name.casefold()) for name in names)
        return [name for name in found if name is not None and name != path.name]

    def named_alike(self, path: Path) -> list[str]:
        """Return the other names that begin as that of ``path`` without its suffix.

        A driver looks for companions among them: what it finds can change only when they do.
        """
        return [name for name in self.by_start.get(path.stem.casefold(), ()) if name != path.name]


def is_by_rule(path: Path) -> bool:
    """Return whether the suffix alone says what belongs to a file."""
    return path.suffix.casefold() in _BY_RULE


def listed_by_gdal(path: Path) -> list[str] | None:
    """Return the files that GDAL reads as one raster, without the raster itself.

    Returns
    -------
    list of str or None
        Paths relative to the folder of ``path``; None: no raster that is read.
    """
    from rasterio.errors import RasterioError

    from corridors.formats.drivers import open_raster

    try:
        with open_raster(path) as dataset:
            files = [os.path.relpath(file, path.parent) for file in dataset.files]
    except RasterioError:
        return None
    return sorted(file for file in files if file != path.name)
