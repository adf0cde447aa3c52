"""Facts of stage `clean`."""

from __future__ import annotations

from corridors.foundation.facts import Facts, Remark


class CleanFacts(Facts):
    """Where the herd is worked on, and what became of its fixes.

    Parameters
    ----------
    crs
        Working CRS, WKT.
    cell_m
        Edge of a cell of the herd's grid, m.
    cell_reason
        Why that edge.
    n_fixes, n_usable
        Fixes, and those without any flag.
    n_animals
        Animals with a usable fix.
    flags
        Animal -> flag -> fixes that have it.
    """

    crs: str
    cell_m: float
    cell_reason: Remark
    n_fixes: int
    n_usable: int
    n_animals: int
    flags: dict[str, dict[str, int]]
