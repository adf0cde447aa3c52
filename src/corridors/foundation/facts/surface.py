"""Facts of stage `surface`."""

from __future__ import annotations

from corridors.foundation.facts import Facts


class SurfaceFacts(Facts):
    """How a herd's surfaces were made, and how many there are.

    Parameters
    ----------
    crs
        Working CRS, of the cells.
    cell_m
        Edge of a cell, m.
    method
        The method that the configuration asks for.
    profile
        ``corrected`` or ``usgs``.
    n_surfaces, n_without_surface
        Windows with a surface and without.
    """

    crs: str
    cell_m: float
    method: str
    profile: str
    n_surfaces: int
    n_without_surface: int
