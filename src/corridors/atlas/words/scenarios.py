"""What a scenario changes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np

from corridors.atlas.words.columns import with_sentences
from corridors.atlas.words.numbers import number
from corridors.atlas.words.units import units_in_words

# Smaller changes of passages a year are none.
_SAME = 1e-12
# Smaller passages a year are said to be 0 in an interval.
_LEAST_SAID = 0.001


def difference_in_words(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return DIFFERENCE with :func:`change_words` as ``in_words``, and units in words."""
    rows = units_in_words(rows)
    told = [
        change_words(
            change=row["change"],
            missing_before=row["missing_before"],
            missing_after=row["missing_after"],
            interval=(row["change_p05"], row["change_p95"]),
            free_per_year=row["free_per_year"],
            kappa=(row["kappa_before"], row["kappa_after"]),
            open_share=row["open_share"],
            rank=(row["rank_before"], row["rank_after"]),
            unit=row["unit"],
        )
        for row in rows.to_dict("records")
    ]
    return with_sentences(rows, in_words=told)


def change_words(
    *,
    change: str,
    missing_before: float,
    missing_after: float,
    interval: tuple[float, float],
    free_per_year: float,
    kappa: tuple[float, float],
    open_share: float,
    rank: tuple[float, float],
    unit: str,
) -> str:
    """Return what a scenario changes at a place, as a sentence or two.

    ``kappa`` and ``rank`` are before and after; NaN: not ranked. ``interval`` is that of
    the change.

    Examples
    --------
    >>> change_words(change="removed", missing_before=3.0, missing_after=0.0, interval=(-4.2, -1.9),
    ...              free_per_year=5.0, kappa=(0.4, 1.0), open_share=np.nan,
    ...              rank=(2.0, 17.0), unit="per animal")
    'Removed: about 3.0 more passages a year (per animal; 1.9 to 4.2).'
    >>> change_words(change="added", missing_before=0.0, missing_after=np.nan,
    ...              interval=(np.nan, np.nan), free_per_year=np.nan,
    ...              kappa=(1.0, 0.4), open_share=np.nan, rank=(np.nan, np.nan),
    ...              unit="per animal")
    'Planned: nobody met it, so what would change is unknown.'
    """
    begin = {
        "added": "Planned",
        "removed": "Removed",
        "opened": "Opened",
        "changed": "Modified",
        "": "Not touched",
    }[change]
    if change == "opened" and np.isfinite(open_share):
        begin += f" for {open_share:.0%} of the tries".replace("%", " %")
    if change == "changed":
        begin += f" from κ {kappa[0]:.2f} to {kappa[1]:.2f}"
    places = "" if change == "removed" else _places(*rank)
    moved = missing_after - missing_before
    if not np.isfinite(moved):
        return f"{begin}: nobody met it, so what would change is unknown.{places}"
    if abs(moved) <= _SAME:
        if change == "added" and free_per_year <= 0:
            return f"{begin}: animals were tracked here and none would pass this line.{places}"
        return f"{begin}: as many passages as today.{places}"
    low, high = sorted(0.0 if abs(value) < _LEAST_SAID else abs(value) for value in interval)
    between = f"; {number(low)} to {number(high)}" if np.isfinite(low) else ""
    if np.isfinite(low) and interval[0] < 0 < interval[1]:
        between = "; not surely more or fewer"
    if change == "added":
        return (
            f"{begin}: about {number(moved)} of {number(free_per_year)} passages a year"
            f" ({unit}{between}) would be missing.{places}"
        )
    more = "more" if moved < 0 else "fewer"
    return f"{begin}: about {number(abs(moved))} {more} passages a year ({unit}{between}).{places}"


def _places(before: float, after: float) -> str:
    if np.isfinite(before) and np.isfinite(after):
        return f" Rank {before:.0f} today, then {after:.0f}." if before != after else ""
    return f" It would take rank {after:.0f}." if np.isfinite(after) else ""
