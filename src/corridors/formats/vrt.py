"""Virtual data sets of GDAL and OGR: texts that name the files in which the data are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from corridors.foundation.errors import Fault, InputError

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

Kind = Literal["raster", "vector", "service"]

# GDAL looks for the name of the root in the beginning of a text, up to its first zero byte.
_HEAD_BYTES = 65_536
_ZIP = b"PK\x03\x04"
_ROOTS: tuple[tuple[bytes, Kind], ...] = (
    (b"<ogrvrtdatasource", "vector"),
    (b"<vrtdataset", "raster"),
    (b"<gdal_wm", "service"),
    (b"<wms_", "service"),
    (b"<wmt_ms_", "service"),
    (b"<wcs_gdal", "service"),
    (b"<tilemapservice", "service"),
    (b"<mrf_meta", "service"),
    (b"<gdaltileindexdataset", "service"),
    (b"<ogrwfs", "service"),
    (b"<ogrcsw", "service"),
    (b"<wfs_capabilities", "service"),
    (b"<wfs:wfs_capabilities", "service"),
    (b"<wmts:capabilities", "service"),
    (b"gdal_streamed_alg", "service"),
)
_ELEMENTS = frozenset({"sourcefilename", "sourcedataset", "srcdatasource", "dempath"})
_KEYS = frozenset({"x_dataset", "y_dataset", "rpc_dem", "overview_file"})
# Free text about the data; may quote any address.
_FREE_TEXT = frozenset({"mdi", "description"})
_ADDRESS = re.compile(r"/vsi|[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_PREFIX = re.compile(r"[a-z][a-z0-9+._-]+:|/vsi|<", re.IGNORECASE)
_SUBDATASET = re.compile(
    r'(?:netcdf|hdf5|gpkg):"?(?P<file>[^":]+)"?:.+|gtiff_dir:(?:off:)?\d+:(?P<page>[^:]+)',
    re.IGNORECASE,
)
# A data source inside SQL: a quoted path that a table's name follows.
_IN_SQL = re.compile(r"""(["'])([^"']*[./\\:][^"']*)\1\s*\.""")
# What GDAL would carry out, not read.
_RUNS = frozenset({"srcsql", "pixelfunctionlanguage", "pixelfunctioncode"})
_CREDENTIALS = re.compile(r"//[^/@]*@")


class Reference(NamedTuple):
    """What a text names as its source.

    Parameters
    ----------
    text
        As written.
    is_relative
        It counts from the folder of the text.
    is_raster
        GDAL opens it as a raster; else it holds features, or bytes without a header.
    """

    text: str
    is_relative: bool
    is_raster: bool


def kind_of(path: Path) -> Kind | None:
    """Return as what GDAL would follow a file to other data, None: it holds its own."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head.startswith(_ZIP):
        return kind_of_head(head)
    # GDAL opens what is inside an archive as if it stood there itself.
    return "service" if any(map(kind_of_head, _heads_in_archive(path))) else None


def kind_of_head(head: bytes) -> Kind | None:
    """Return as what GDAL would follow a file that begins so, None: it holds its own data.

    Examples
    --------
    >>> kind_of_head(b'<VRTDataset rasterXSize="2">'), kind_of_head(b"id,lon,lat")
    ('raster', None)
    """
    text = head.partition(b"\0")[0].lower()
    return next((kind for root, kind in _ROOTS if root in text), None)


def _heads_in_archive(path: Path) -> list[bytes]:
    # Takes as long as all else here; archives are rare.
    import zipfile

    from corridors.formats.archives import DAMAGE

    # RuntimeError: it needs a password. A member that is damaged hides none of the others.
    heads = []
    with suppress(*DAMAGE), zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            with suppress(*DAMAGE), archive.open(name) as member:
                heads.append(member.read(_HEAD_BYTES))
    return heads


def references(content: bytes) -> list[Reference]:
    """Return what a VRT, or the ``.aux.xml`` of a raster, refers to, each once.

    Names of elements and attributes count in any case, as for GDAL.

    Raises
    ------
    ValueError
        Not well-formed XML, or entities in it, which may expand without end.

    Examples
    --------
    >>> references(b'<V><SourceFilename relativeToVRT="1">a.tif</SourceFilename></V>')
    [Reference(text='a.tif', is_relative=True, is_raster=True)]
    """
    root = _root(content)
    raw = {
        id(below)
        for band in root.iter()
        if band.get("subClass") == "VRTRawRasterBand"
        for below in band.iter()
    }
    found = (each for element in root.iter() for each in _of(element, id(element) not in raw))
    return list(dict.fromkeys(found))


def require_confined(path: Path, name: str) -> None:
    """Refuse a VRT that reads anything but files in its own folder or below.

    Parameters
    ----------
    path, name
        The VRT, and how messages call it. What a VRT among its sources refers to counts as well.

    Raises
    ------
    InputError
        Not XML; a source that is on a server, elsewhere or missing; no source; SQL or code that
        would be run.
    """
    # GDAL counts from the place of the VRT itself, not of a link to it.
    folder = path.resolve().parent
    faults = list(_unconfined(path.resolve(), folder, name, ()))
    if faults:
        raise InputError(dict.fromkeys(faults))


def _unconfined(path: Path, folder: Path, name: str, trail: tuple[Path, ...]) -> Iterator[Fault]:
    try:
        content = path.read_bytes()
        named = references(content)
        ran = dict.fromkeys(e.tag for e in _root(content).iter() if e.tag.casefold() in _RUNS)
    except ValueError:
        yield Fault("the VRT cannot be read as XML", name, cure="make it anew")
        return
    for tag in ran:
        yield Fault(
            "a VRT may not run SQL or code",
            name,
            got=f"<{tag}>",
            cure="write what it makes into a GeoPackage or GeoTIFF, and name that",
        )
    if not named:
        yield Fault("the VRT refers to no file", name, cure="make it anew")
    for each in named:
        written = path_of(each.text)
        file = None if written is None else path.parent / written
        reason = _unfit(file, folder, each, (*trail, path))
        if reason:
            yield Fault(
                "a VRT refers to what it may not",
                name,
                expected='files in its own folder or below, with relativeToVRT="1"',
                got=f"{shown(each.text)}: {reason}",
                cure="move the files beside the VRT, or make it anew there with gdalbuildvrt",
            )
        elif file is not None and file.is_file() and kind_of(file) is not None:
            yield from _unconfined(file.resolve(), folder, name, (*trail, path))


def _unfit(file: Path | None, folder: Path, each: Reference, trail: tuple[Path, ...]) -> str:
    if file is None:
        return "no file of this machine"
    if not each.is_relative and not Path(each.text).is_absolute():
        return "relative to the folder that the program is started in"
    place = file.resolve()
    if not place.is_relative_to(folder):
        return "outside its folder"
    if not place.exists():
        return "no such file"
    if place in trail:
        return "it refers to itself"
    return "it describes a service" if place.is_file() and kind_of(place) == "service" else ""


def _root(content: bytes) -> ET.Element:
    from xml.etree import ElementTree as ET  # only a VRT needs it

    if b"<!entity" in content.lower():
        raise ValueError("XML entities are not allowed")
    try:
        return ET.fromstring(content)  # noqa: S314 - without entities there is nothing to expand
    except ET.ParseError as error:
        raise ValueError(f"not well-formed XML: {error}") from None


def _of(element: ET.Element, is_raster: bool) -> Iterator[Reference]:
    tag, text = element.tag.casefold(), (element.text or "").strip()
    given = {key.casefold(): value.strip() for key, value in element.attrib.items()}
    is_relative = given.get("relativetovrt") == "1"
    key = given.get("key", given.get("name", "")).casefold()
    is_named = tag in _ELEMENTS or key in _KEYS or "dataset_filename" in key
    if text and (is_named or (tag not in _FREE_TEXT and _ADDRESS.match(text))):
        yield Reference(text, is_relative, is_raster and tag != "srcdatasource")
    if tag == "srcsql":
        for quoted in _IN_SQL.finditer(text):
            yield Reference(quoted[2], is_relative=False, is_raster=False)
    for name, value in given.items():
        if name in _ELEMENTS or (not name.startswith("{") and _ADDRESS.match(value)):
            yield Reference(value, is_relative, is_raster)


def path_of(text: str) -> str | None:
    """Return the path in a reference, None: it is no file of this machine.

    The part of a netCDF, HDF5, GeoPackage or TIFF file is a file too; addresses, connections to
    databases, GDAL's virtual file systems and data sets written out within the text are not.

    Examples
    --------
    >>> path_of("tiles/a.tif"), path_of('NETCDF:"a.nc":ndvi'), path_of("GTIFF_DIR:2:a.tif")
    ('tiles/a.tif', 'a.nc', 'a.tif')
    >>> [path_of(text) for text in ("https://host/a.tif", "/vsicurl/x", "PG:dbname=x", "<VRT/>")]
    [None, None, None, None]
    """
    if part := _SUBDATASET.fullmatch(text):
        text = part["file"] or part["page"]
    return None if _PREFIX.match(text) else text


def shown(text: str) -> str:
    """Return a reference as a message may show it: no user, password or query.

    Examples
    --------
    >>> shown("/vsicurl/https://me:secret@host/a.tif?token=1")
    '/vsicurl/https://host/a.tif'
    """
    return _CREDENTIALS.sub("//", text).partition("?")[0][:160]
