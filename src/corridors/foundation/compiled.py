"""What compiled functions are given."""

from __future__ import annotations

import numpy as np

from corridors.foundation.arrays import Values


def to_read(values: Values) -> Values:
    """Return an array for a compiled function that only reads it, always of one type.

    Numba compiles a function anew, for seconds, for arrays that may be written and those that may
    not, and for each order of their elements; which of these a column of a table is depends on how
    the table was made.

    Parameters
    ----------
    values
        Copied only where its elements do not lie in C order; never changed.

    Examples
    --------
    >>> column = np.arange(6.0).reshape(3, 2)[:, 0]
    >>> one = to_read(column)
    >>> one.tolist(), one.flags.c_contiguous, one.flags.writeable, column.flags.writeable
    ([0.0, 2.0, 4.0], True, False, True)
    """
    view = np.ascontiguousarray(values).view()
    view.flags.writeable = False
    return view
