"""Aliases of numpy arrays: one name for each dtype and meaning, for annotations; and of tables.

The shape stands in the docstring of whoever takes or returns one. Names that share a dtype differ
in what their values are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

# float64: quantities in the unit that the name of the variable ends in; NaN is unknown.
Floats = npt.NDArray[np.float64]
# float32: surfaces and rasters as they are written to files.
Floats32 = npt.NDArray[np.float32]
# Floating point numbers of any width.
Reals = npt.NDArray[np.floating]
# int64: positions in other arrays (-1: none), keys of cells, numbers of groups, counts.
Indices = npt.NDArray[np.int64]
# int32: rows and columns of the lattice, numbers of nodes or pieces, where memory counts.
Indices32 = npt.NDArray[np.int32]
# Signed integers of any width.
Integers = npt.NDArray[np.signedinteger[Any]]
# int64: microseconds since 1970 UTC.
Microseconds = npt.NDArray[np.int64]
# datetime64: UTC without saying so.
Times = npt.NDArray[np.datetime64]
# bool: true where something holds.
Flags = npt.NDArray[np.bool_]
# uint16: a set per element, one bit each, as the flags of fixes.
Bits = npt.NDArray[np.uint16]
# uint8: classes of cells, or 1 where a shape was burned.
Bytes = npt.NDArray[np.uint8]
# int8: which of a few cases.
Codes = npt.NDArray[np.int8]
# object: shapely geometries, planar unless said otherwise.
Geometries = npt.NDArray[np.object_]
# object: str, or None where there is none, as names of animals, states and levels.
Labels = npt.NDArray[np.object_]
# str of fixed width: words of a vocabulary.
Words = npt.NDArray[np.str_]
# A column of whatever dtype.
Values = npt.NDArray[Any]
# A table that is given back as what it was: with geometry, or without.
Frame = TypeVar("Frame", bound="pd.DataFrame")
