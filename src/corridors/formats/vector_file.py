"""One layer of a vector file as GDAL has it, opened only if its format is known."""

from __future__ import annotations

import mmap
import re
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS
from pyproj.exceptions import CRSError

from corridors.formats import vrt
from corridors.formats.archives import unpack_layer
from corridors.formats.encodings import Encoding, codec
from corridors.formats.encodings.attributes import encoding_of_dbf
from corridors.formats.encodings.documents import utf8_copy
from corridors.formats.geopackage_file import require_geopackage
from corridors.formats.geoparquet import Bounds, is_geoparquet
from corridors.formats.signatures import DRIVERS, READABLE, VectorKind, head_of, vector_kind
from corridors.formats.wkb import readable_parts
from corridors.foundation.errors import Fault, InputError, MissingInputError
from corridors.foundation.facts import Remark
from corridors.foundation.faults import IN_FILES_FRAC, nearest

# Drivers with a spatial index, and the id of their first feature; others are read whole.
_FIRST_ID = {"GPKG": 1, "ESRI Shapefile": 0, "FlatGeobuf": 0}
_SHORT = 40
# GML may name the server that gave it; GDAL would fetch its schema there.
_FETCH_SCHEMA = (
    "GML_DOWNLOAD_SCHEMA" if pyogrio.__gdal_version__ >= (3, 12) else "GML_DOWNLOAD_WFS_SCHEMA"
)
_CRS_MEMBER = re.compile(rb'"crs"\s*:\s*\{[^{}]*\{([^{}]*)\}')
_CRS_NAME = re.compile(rb'"name"\s*:\s*"([^"]*)"')
_LINK = re.compile(rb'"(?:href|url)"\s*:|"https?://(?!www\.opengis\.net/)', re.IGNORECASE)


@dataclass(frozen=True)
class VectorFile:
    """A layer that can be read.

    Parameters
    ----------
    path, layer
        The file that GDAL opens, and the layer in it.
    name
        How messages call the file.
    info
        What GDAL says of the layer.
    encoding
        Passed on to GDAL; None: UTF-8.
    crs
        CRS that the file states, or None.
    remark
        What a person should know, or None.
    """

    path: Path
    layer: str
    name: str
    info: dict[str, Any]
    encoding: str | None
    crs: str | None
    remark: Remark | None

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of the attributes."""
        return tuple(map(str, self.info["fields"]))

    @property
    def is_indexed(self) -> bool:
        """Whether only a box of the layer can be read."""
        return self.info["driver"] in _FIRST_ID

    @property
    def extent(self) -> Bounds:
        """Least and greatest x and y in the file; NaN where it does not say."""
        box = self.info.get("total_bounds")
        west, south, east, north = (np.nan,) * 4 if box is None else box
        return float(west), float(south), float(east), float(north)

    def read(self, columns: Sequence[str], box: Bounds | None) -> tuple[gpd.GeoDataFrame, int]:
        """Return features indexed by their row, and how many have too few vertices.

        Parameters
        ----------
        columns
            Attributes to read, as far as the layer has them; its key is one.
        box
            In the file's own coordinates; only for indexed files.
        """
        fields = set(self.fields)
        chosen = [column for column in dict.fromkeys(columns) if column in fields]
        with _in_words(self.path, self.name), warnings.catch_warnings():
            # A text that GDAL calls JSON and that is none stays text.
            warnings.filterwarnings("ignore", "Could not parse column")
            frame = pyogrio.read_dataframe(
                self.path,
                layer=self.layer,
                columns=chosen,
                bbox=box,
                fid_as_index=True,
                on_invalid="ignore",
                encoding=self.encoding,
            )
        for column, kind in zip(self.fields, self.info["dtypes"], strict=True):
            if kind == "datetime64[D]" and column in frame:
                # As a time it would be midnight, which nobody has said.
                frame[column] = frame[column].dt.strftime("%Y-%m-%d")
        frame, n_single = self._with_broken(frame)
        for column in dict.fromkeys(columns):
            if column not in fields and self._is_key(column, frame):
                frame[column] = frame.index.to_numpy()
        if box is not None:
            frame.index = frame.index + 1 - _FIRST_ID[self.info["driver"]]
        else:
            frame.index = pd.Index(frame["_place"].to_numpy())
        return frame.drop(columns="_place"), n_single

    def _is_key(self, column: str, frame: gpd.GeoDataFrame) -> bool:
        """Return whether a column that is no attribute is the key of the table."""
        key = str(self.info.get("fid_column") or "")
        if key and column.casefold() == key.casefold():
            return True
        if self.info["driver"] == "OpenFileGDB":
            return column.casefold() in ("objectid", "fid")
        # GeoJSON has ids of its own, or numbers from 0 that GDAL made up.
        stored = self.info["driver"] == "GeoJSON" and column.casefold() in ("id", "fid")
        return stored and not np.array_equal(frame.index, np.arange(len(frame)))

    def _with_broken(self, frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, int]:
        """Return features with what can be read of the geometries that GEOS refuses."""
        frame["_place"] = np.arange(1, len(frame) + 1)
        missing = np.asarray(frame.geometry.isna())
        if not missing.any():
            return frame, 0
        with _in_words(self.path, self.name):
            _, fids, wkb, _ = pyogrio.raw.read(
                self.path, layer=self.layer, columns=[], return_fids=True,
                fids=frame.index[missing].to_numpy(), encoding=self.encoding,
            )  # fmt: skip
        geometry = np.asarray(frame.geometry.array, dtype=object).copy()
        place = {fid: i for i, fid in enumerate(frame.index)}
        broken = np.zeros(len(frame), bool)
        for fid, content in zip(fids, wkb, strict=True):
            if content is not None:
                at = place[fid]
                geometry[at], n_lost = readable_parts(bytes(content))
                broken[at] = n_lost > 0 and geometry[at] is None
        frame = frame.set_geometry(gpd.GeoSeries(geometry, index=frame.index, crs=frame.crs))
        return frame[~broken], int(broken.sum())


@contextmanager
def opened(
    path: Path, name: str, *, layer: str | None, encoding: str | None, is_vrt: bool
) -> Iterator[VectorFile]:
    """Open a layer.

    Parameters
    ----------
    path, name
        The file, and how messages call it.
    layer
        Layer; None when the file has one.
    encoding
        Of the attributes; None: as the file says.
    is_vrt
        The configuration says that the file is an OGR VRT.

    Raises
    ------
    MissingInputError
        No such layer.
    BusyError
        Another program holds the file.
    InputError
        Everything else that keeps it from being read.
    """
    if encoding is not None:
        codec(encoding, name)
    pyogrio.set_gdal_config_options({_FETCH_SCHEMA: "NO"})
    with tempfile.TemporaryDirectory(prefix="corridors-") as beside:
        file, kind = path, vector_kind(path, name, may_refer=is_vrt)
        if kind == "zip":
            file, layer = unpack_layer(path, name, layer, Path(beside))
            kind = vector_kind(file, name)
            if kind == "zip":
                raise InputError(Fault("a zip archive in a zip archive", name, cure="unpack it"))
        used = Encoding("")
        if kind == "shapefile":
            _require_companions(file, name)
            used = encoding_of_dbf(file, name, encoding)
        elif kind in ("geojson", "kml", "gpx", "gml"):
            text = Path(beside) / "text"
            text.mkdir()
            file, used = utf8_copy(file, name, encoding, text)
        elif kind == "gpkg":
            require_geopackage(file, name)
        elif kind == "vrt":
            vrt.require_confined(file, name)
        passed = used.name if kind == "shapefile" else encoding if kind in _OF_GDAL else None
        with _in_words(file, name):
            layers = [str(row[0]) for row in pyogrio.list_layers(file)]
            chosen = _layer(layers, layer, name)
            info = pyogrio.read_info(file, layer=chosen, encoding=passed)
            if info["driver"] in _FIRST_ID and info["total_bounds"] is None:
                info = pyogrio.read_info(
                    file, layer=chosen, encoding=passed, force_total_bounds=True
                )
        if info["driver"] not in DRIVERS[kind]:
            raise InputError(
                Fault(
                    "the file is not what it seems",
                    name,
                    expected=READABLE,
                    cure="open it in QGIS and export it as GeoPackage",
                )
            )
        own = info["crs"]
        if kind == "geojson" and info["driver"] == "GeoJSON":
            own = _crs_of_geojson(file, name, own)
        _require_shapes(info, chosen, name)
        yield VectorFile(file, chosen, name, info, passed, own, used.remark)


def stated_crs(path: Path, name: str, layer: str | None, encoding: str | None) -> str:
    """Return the CRS that a file states, for people: its code, or its name; "" for tiles."""
    if is_geoparquet(path):
        return ""
    is_vrt = path.is_file() and vrt.kind_of_head(head_of(path)) == "vector"
    with opened(path, name, layer=layer, encoding=encoding, is_vrt=is_vrt) as file:
        if file.crs is None:
            return "no CRS"
        return file.crs if len(file.crs) < _SHORT else CRS.from_user_input(file.crs).name


# Formats whose words GDAL decodes as it is told.
_OF_GDAL: tuple[VectorKind, ...] = ("gpkg", "flatgeobuf", "gdb", "vrt")


@contextmanager
def _in_words(path: Path, name: str) -> Iterator[None]:
    """Turn what GDAL, GEOS or a decoder raise into an InputError."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise InputError(
            Fault(
                "the attributes are not UTF-8",
                name,
                expected="UTF-8, or encoding in the configuration",
                got=f"byte 0x{error.object[error.start]:02X}",
                cure="set encoding of this source, e.g. encoding: windows-1252",
            )
        ) from None
    except UnboundLocalError:
        # pyogrio, of a CRS whose letters are not UTF-8.
        raise InputError(
            Fault(
                "the CRS of the layer is no text",
                name,
                cure="of a shapefile take the .prj away, and set crs of this source",
            )
        ) from None
    except (DataSourceError, DataLayerError, RuntimeError, shapely.errors.GEOSException) as error:
        raise InputError(
            Fault(
                "the file cannot be read as a vector layer",
                name,
                expected=READABLE,
                got=_first_sentence(error, path),
                cure="open it in QGIS and export it as GeoPackage",
            )
        ) from None


def _require_shapes(info: Mapping[str, Any], layer: str, name: str) -> None:
    if info["features"] == 0:
        raise InputError(_no_features(name))
    if info["geometry_type"] is None:
        raise InputError(
            Fault(
                "the layer has no geometry",
                name,
                got=f"layer {layer}",
                cure="name another layer, or another file",
            )
        )


def _require_companions(shp: Path, name: str) -> None:
    faults = [
        Fault(
            "a shapefile lacks one of its files",
            name,
            expected=f"{shp.stem}{suffix} beside it",
            cure="copy all files of the shapefile, or export it as GeoPackage",
        )
        for suffix in (".dbf", ".shx")
        if not (shp.with_suffix(suffix).exists() or shp.with_suffix(suffix.upper()).exists())
    ]
    if faults:
        raise MissingInputError(faults)


def _crs_of_geojson(path: Path, name: str, own: str | None) -> str | None:
    """Return the CRS that a GeoJSON states in its member ``crs``, by whichever name."""
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as text:
        found = _CRS_MEMBER.search(text)
        member = b"" if found is None else bytes(found[1])
    if _LINK.search(member):
        raise InputError(
            Fault(
                "the file states its CRS by a link",
                name,
                expected="a name such as EPSG:32642",
                cure="export it again, or take the member crs out and set crs of this source",
            )
        )
    called = _CRS_NAME.search(member)
    if called is None:
        return own
    try:
        stated = CRS.from_user_input(called[1].decode("utf-8", "replace"))
    except CRSError:
        # GDAL takes degrees for a name that it does not know.
        return None
    known = None if own is None else CRS.from_user_input(own)
    if known is not None and known.equals(stated, ignore_axis_order=True):
        return own
    return str(stated.to_string())


def _no_features(name: str) -> Fault:
    return Fault("the layer has no features", name, cure="export it again, or remove the source")


def _first_sentence(error: Exception, path: Path) -> str:
    # GDAL puts the absolute path into its message.
    return str(error).replace(str(path), path.name).split(";")[0].split("\n")[0][:160]


def _layer(layers: Sequence[str], layer: str | None, name: str) -> str:
    if layer is None:
        if len(layers) == 1:
            return layers[0]
        raise InputError(
            Fault(
                "the file has several layers" if layers else "the file has no layers",
                name,
                expected="layer in the configuration",
                got=", ".join(layers) or None,
                cure="set layer of this source",
            )
        )
    if layer not in layers:
        near = nearest(layer, layers, least_alike_frac=IN_FILES_FRAC)
        raise MissingInputError(
            Fault(
                "layer not found",
                name,
                expected=layer,
                got=", ".join(layers),
                cure=f"the nearest layer is '{near}'" if near else "correct layer of this source",
            )
        )
    return layer
