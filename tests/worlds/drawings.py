"""Grids drawn with letters: one word is a row, from north to south."""

from __future__ import annotations

import numpy as np


def mask(drawing: str) -> np.ndarray:
    """Return where a drawing has ``#``."""
    return np.array([[mark == "#" for mark in row] for row in drawing.split()])


def numbers(drawing: str) -> np.ndarray:
    """Return the digits of a drawing; any other mark is -1."""
    return np.array(
        [[int(mark) if mark.isdigit() else -1 for mark in row] for row in drawing.split()],
        dtype=np.int32,
    )
