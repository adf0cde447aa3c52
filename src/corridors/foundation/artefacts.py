"""What flows between stages: tables, layers, fixes, rasters and files, read when asked for.

A stage declares them as fields of its ``Inputs`` and ``Results`` and knows no path. Here are the
kinds and their form in memory, which is all that a test or a notebook needs; `formats.stored` has
the form on disk. A kind says how rows come back; which columns they have is the contract's, named
where the artefact is declared::

    corridors: Annotated[Layer, "CORRIDORS"]            in Results: corridors.parquet
    corridors: Annotated[Layer, "delineate.corridors"]  in Inputs: that one

This module is imported before anything runs and imports nothing heavy.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from corridors.foundation.errors import InternalError

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd
    import pyarrow as pa
    from pydantic import BaseModel

    from corridors.foundation.arrays import Floats, Floats32
    from corridors.foundation.grid import Grid, RasterFacts, Surface

# Called with a short message and the share done, 0...1.
Progress = Callable[[str, float], None]


def silent(message: str, fraction: float) -> None:
    """Ignore progress."""


class Table(ABC):
    """Rows without geometry."""

    @abstractmethod
    def read(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return all rows, of the named columns or of all."""

    @abstractmethod
    def rows(self, column: str, values: Sequence[str]) -> pd.DataFrame:
        """Return the rows whose ``column`` is one of ``values``; memory holds only these."""

    @staticmethod
    def of(frame: pd.DataFrame) -> Table:
        """Return rows in memory as an artefact."""
        return _HeldTable(frame)


class Layer(ABC):
    """Rows with geometry, EPSG:4326."""

    @abstractmethod
    def read(self, columns: Sequence[str] | None = None) -> gpd.GeoDataFrame:
        """Return all rows, of the named columns or of all."""

    @staticmethod
    def of(frame: gpd.GeoDataFrame) -> Layer:
        """Return rows in memory as an artefact."""
        return _HeldLayer(frame)


class FixTable(ABC):
    """Fixes of a herd, sorted by animal and time; memory holds one animal at a time."""

    @abstractmethod
    def animals(self, columns: Sequence[str]) -> Iterator[tuple[str, pa.Table]]:
        """Yield each animal's name and rows; points are well-known binary."""

    @abstractmethod
    def read(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return all fixes at once, with geometry only where that is asked for."""

    @staticmethod
    def of(frame: gpd.GeoDataFrame) -> FixTable:
        """Return fixes in memory as an artefact."""
        return _HeldFixes(frame)


class Raster(ABC):
    """One band of float32 on a grid, NaN where nothing is known."""

    @abstractmethod
    def read(self, crs: str) -> tuple[Floats, Grid]:
        """Return the values (ny, nx), NaN for nodata, and the grid; ``crs`` is the working CRS."""

    @abstractmethod
    def about(self) -> RasterFacts:
        """Return where it is and the values above 0 that it holds."""

    @staticmethod
    def of(values: Floats32, grid: Grid, tags: Mapping[str, str] | None = None) -> Raster:
        """Return an array (ny, nx) in memory as an artefact; ``tags`` become its metadata."""
        return HeldRaster(values, grid, tags or {})

    @staticmethod
    def of_surface(surface: Surface, tags: Mapping[str, str] | None = None) -> Raster:
        """Return a sparse surface in memory as an artefact; cells without mass become NaN."""
        return HeldSurface(surface, tags or {})


@dataclass(frozen=True)
class Document:
    """A text file: a page, a table for people, a graph."""

    text: str


@dataclass(frozen=True)
class Pictures:
    """A folder of small files: (path below it, content), made while they are written."""

    files: Iterable[tuple[str, bytes]]


class Linked(NamedTuple):
    """A file of an earlier stage that is pointed to and not opened; it is there.

    Parameters
    ----------
    file
        Its name in the folder of its herd.
    """

    file: str


@dataclass(frozen=True)
class RawFiles:
    """The input files of a stage as configured; it can reach no other.

    Parameters
    ----------
    paths
        Configured path -> absolute path.
    """

    paths: Mapping[str, Path] = field(default_factory=dict)

    def of(self, configured: str) -> Path:
        """Return where a configured file is, for a reader of `formats`.

        Raises
        ------
        InternalError
            The stage did not declare it.
        """
        try:
            return self.paths[configured]
        except KeyError:
            raise InternalError(f"stage opened an input it did not declare: {configured}") from None


Model = TypeVar("Model", bound="BaseModel")


# --- in memory ------------------------------------------------------------------------------------


class _HeldTable(Table):
    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame

    def read(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        frame = self._frame if columns is None else self._frame[list(columns)]
        return frame.reset_index(drop=True)

    def rows(self, column: str, values: Sequence[str]) -> pd.DataFrame:
        return self._frame[self._frame[column].isin(values)].reset_index(drop=True)


class _HeldLayer(Layer):
    def __init__(self, frame: gpd.GeoDataFrame) -> None:
        self._frame = frame

    def read(self, columns: Sequence[str] | None = None) -> gpd.GeoDataFrame:
        frame = self._frame if columns is None else self._frame[list(columns)]
        return frame.reset_index(drop=True)


class _HeldFixes(FixTable):
    def __init__(self, frame: gpd.GeoDataFrame) -> None:
        self._frame = frame.reset_index(drop=True)

    def animals(self, columns: Sequence[str]) -> Iterator[tuple[str, pa.Table]]:
        import pandas as pd
        import pyarrow as pa

        for animal, rows in self._frame.groupby("animal", sort=False):
            points = pd.Series(rows.geometry.to_wkb(), name="geometry")
            frame = pd.DataFrame(rows.drop(columns="geometry")).join(points)
            yield str(animal), pa.Table.from_pandas(frame[list(columns)], preserve_index=False)

    def read(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        frame: pd.DataFrame = self._frame if columns is None else self._frame[list(columns)]
        return frame.copy()


@dataclass(frozen=True)
class HeldRaster(Raster):
    """An array in memory.

    Parameters
    ----------
    values, grid
        Shape (ny, nx), NaN where nothing is known.
    tags
        Metadata, name -> value, without time stamps.
    """

    values: Floats32
    grid: Grid
    tags: Mapping[str, str]

    def read(self, crs: str) -> tuple[Floats, Grid]:
        """Return values and grid."""
        return self.values.astype("float64"), replace(self.grid, crs=crs)

    def about(self) -> RasterFacts:
        """Return where it is and its values above 0."""
        return _about(self.values, self.grid)


@dataclass(frozen=True)
class HeldSurface(Raster):
    """A sparse surface in memory; see :class:`HeldRaster`."""

    surface: Surface
    tags: Mapping[str, str]

    def read(self, crs: str) -> tuple[Floats, Grid]:
        """Return the surface as an array on its bounding box."""
        import numpy as np

        grid = replace(self.surface.grid, crs=crs)
        values = np.full((grid.n_rows, grid.n_cols), np.nan)
        values[grid.array_index(self.surface.row, self.surface.col)] = self.surface.mass
        return values, grid

    def about(self) -> RasterFacts:
        """Return where it is and its mass above 0."""
        return _about(self.surface.mass.astype("float32"), self.surface.grid)


def _about(values: Floats32, grid: Grid) -> RasterFacts:
    import numpy as np

    from corridors.foundation.crs import named_crs
    from corridors.foundation.grid import RasterFacts

    return RasterFacts(named_crs(grid.crs), grid.bounds, values[np.isfinite(values) & (values > 0)])
