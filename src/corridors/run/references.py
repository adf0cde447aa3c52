"""All files that an input consists of: itself, its companions, and what a VRT refers to."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.formats import vrt
from corridors.formats.companions import Folder, is_by_rule, listed_by_gdal
from corridors.foundation.errors import Fault, InputError, MissingInputError
from corridors.foundation.faults import Faults

if TYPE_CHECKING:
    from corridors.run.digests import Digests

# Where sources stand that are named by an absolute path: folders of the machine stay out.
_ELSEWHERE = "elsewhere"
_OF_VRT = frozenset({".vrt", ".ovf"})
_PAM = ".aux.xml"
# A VRT may lead through links of folders to ever longer paths.
_DEEPEST = 32


def files_of(path: Path, memory: Digests) -> dict[str, Path]:
    """Return name -> path of all files that make up an input.

    Names count from the folder of ``path``, and go on from one VRT to the next as they are
    written there. Of a source with an absolute path only its own name is kept.

    Parameters
    ----------
    path
        File or folder.
    memory
        Of earlier looks at the same files.

    Raises
    ------
    OSError
        Not there or unreadable, or neither a file nor a folder: a pipe or a device may never end.
    MissingInputError
        A source of a VRT is missing.
    InputError
        It refers to something that is no file of this machine, or to itself; a VRT cannot be
        understood.
    """
    search = _Search(memory)
    search.add(path, path.name, ())
    search.faults.raise_any()
    return search.files


class _Search:
    """Walks from an input to all that it refers to; faults are collected."""

    def __init__(self, memory: Digests) -> None:
        self.memory = memory
        self.files: dict[str, Path] = {}
        self.names: dict[Path, str] = {}
        # Many inputs in one folder: it is listed once within one look.
        self.folders = {} if memory.listed is None else memory.listed
        self.faults = Faults()
        self.is_refused = False

    def add(
        self, path: Path, name: str, trail: tuple[Path, ...], *, is_raster: bool = False
    ) -> None:
        """Add a file or folder, the VRTs that lead to it being ``trail``."""
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                if file.is_file() and not file.name.endswith(".lock"):
                    self._take(file, f"{name}/{file.relative_to(path).as_posix()}")
            self._beside(path, name, [path.name + _PAM])
            return
        if not path.is_file():
            path.stat()  # says why it cannot be reached, if it cannot
            raise OSError(errno.EINVAL, "neither a file nor a folder", str(path))
        if not self._take(path, name):
            return
        kind = self.memory.recall(path, "kind", vrt.kind_of)
        if kind is None:
            self._plain(path, name, trail, is_raster=is_raster)
        elif kind == "service":
            self._refuse(_service(path))
        elif path.suffix.casefold() not in _OF_VRT:
            self._refuse(_disguised(path))
        else:
            self._beside(path, name, self._folder(path).by_rule(path))
            self._sources(path, name, trail)

    # --- files with data of their own -------------------------------------------------------------

    def _plain(self, path: Path, name: str, trail: tuple[Path, ...], *, is_raster: bool) -> None:
        folder = self._folder(path)
        self._beside(path, name, folder.by_rule(path))
        if self.is_refused or (is_by_rule(path) and not is_raster):
            return  # GDAL would follow what is refused
        # GDAL is asked only when the file, or one that is named like it, is new or has changed.
        alike = [path.with_name(each) for each in folder.named_alike(path)]
        states = [[each.name, *self.memory.state(each)] for each in alike if each.is_file()]
        listed = self.memory.recall(path, "raster", listed_by_gdal, given=states)
        if listed is None and is_raster:
            self._refuse(
                Fault(
                    "a source of a VRT cannot be read as a raster",
                    file=str(trail[-1]),
                    expected="a raster file, e.g. GeoTIFF",
                    got=name,
                    cure="convert it, e.g. gdal_translate IN OUT.tif, and make the VRT again",
                )
            )
        self._beside(path, name, listed or [])

    # --- sources of a VRT -------------------------------------------------------------------------

    def _sources(self, path: Path, name: str, trail: tuple[Path, ...]) -> None:
        try:
            named = self._named(path)
        except ValueError as error:
            self._refuse(
                Fault(
                    "the VRT cannot be understood",
                    file=str(path),
                    got=str(error),
                    cure="make it again, e.g. with gdalbuildvrt or QGIS",
                )
            )
            return
        for each in named:
            written = vrt.path_of(each.text)
            if written is None:
                self._refuse(_not_local(path, each))
                continue
            if not each.is_relative and not Path(written).is_absolute():
                self._refuse(
                    Fault(
                        "a source of a VRT counts from the folder in which a command is started",
                        file=str(path),
                        expected='a path with relativeToVRT="1", or an absolute one',
                        got=each.text,
                        cure='write relativeToVRT="1" into its element',
                    )
                )
                continue
            self._source(path, name, (*trail, path), written, is_raster=each.is_raster)

    def _source(
        self, path: Path, name: str, trail: tuple[Path, ...], written: str, *, is_raster: bool
    ) -> None:
        # GDAL counts from the place of the VRT itself, not of a link to it.
        folder = Path(os.path.realpath(path)).parent if path.is_symlink() else path.parent
        source = Path(os.path.normpath(folder / written))
        if source in trail or len(trail) > _DEEPEST:
            ring = [each.name for each in (*trail, source)][-4:]
            self._refuse(
                Fault(
                    "a VRT refers to itself",
                    file=str(path),
                    got=" -> ".join(ring),
                    cure="make it again from files that hold data",
                )
            )
            return
        if not source.exists():
            self.faults.add(
                MissingInputError,
                Fault(
                    "a source of a VRT is missing",
                    file=str(path),
                    expected=written,
                    cure="put it there, or make the VRT again from what there is",
                ),
            )
            return
        if Path(written).is_absolute():
            named = f"{_ELSEWHERE}/{source.name}"
        else:
            named = _joined(name, written)
        self.add(source, named, trail, is_raster=is_raster)

    def _named(self, path: Path) -> list[vrt.Reference]:
        def ask(text: Path) -> list[list[Any]]:
            return [list(each) for each in vrt.references(text.read_bytes())]

        return [vrt.Reference(*each) for each in self.memory.recall(path, "references", ask)]

    # --- what was found ---------------------------------------------------------------------------

    def _refuse(self, fault: Fault) -> None:
        self.faults.add(InputError, fault)
        self.is_refused = True

    def _take(self, path: Path, name: str) -> bool:
        """Keep a file once; another one of the same name gets a number."""
        if path in self.names:
            return False
        free, number = name, 1
        while free in self.files:
            number += 1
            free = f"{name} ({number})"
        self.names[path] = free
        self.files[free] = path
        return True

    def _beside(self, path: Path, name: str, companions: list[str]) -> None:
        for each in companions:
            file = Path(os.path.normpath(path.parent / each))
            if not (file.is_file() and file.stat().st_size):
                continue
            if not self._take(file, _joined(name, each)):
                continue
            if self.memory.recall(file, "kind", vrt.kind_of) is not None:
                self._refuse(_disguised(file))
            elif file.name.casefold().endswith(_PAM):
                self._check_pam(file)

    def _check_pam(self, path: Path) -> None:
        """Refuse an ``.aux.xml`` that names something beyond this machine."""
        try:
            named = self._named(path)
        except ValueError:
            return  # GDAL does not read it either
        for each in named:
            if vrt.path_of(each.text) is None:
                self._refuse(_not_local(path, each))

    def _folder(self, path: Path) -> Folder:
        if path.parent not in self.folders:
            self.folders[path.parent] = Folder(each.name for each in path.parent.iterdir())
        return self.folders[path.parent]


def _joined(name: str, beside: str) -> str:
    """Return the name of what lies at ``beside``, counted from the place of ``name``."""
    return Path(os.path.normpath(Path(name).parent / beside)).as_posix()


def _service(path: Path) -> Fault:
    return Fault(
        "the file describes where data are instead of holding them",
        file=str(path),
        expected="a file with data of its own",
        got="the description of a service or of other data sets",
        cure="save what it shows as GeoTIFF (gdal_translate) or GeoPackage (ogr2ogr)",
    )


def _disguised(path: Path) -> Fault:
    return Fault(
        "the file is not what its name says",
        file=str(path),
        expected="a file with data of its own",
        got="a VRT: a text that makes GDAL read other files",
        cure="save the data themselves as GeoPackage or GeoTIFF; if a VRT is meant, let its name "
        "end in .vrt",
    )


def _not_local(path: Path, reference: vrt.Reference) -> Fault:
    return Fault(
        "the file refers to something that is no file of this machine",
        file=str(path),
        expected="sources that are files; nothing is fetched from a network or a database",
        got=vrt.shown(reference.text),
        cure="save the source as a file (gdal_translate for rasters, ogr2ogr for features) and "
        "name that file instead",
    )
