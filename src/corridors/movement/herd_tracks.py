"""The tracks of a herd's animals, from its fixes one animal at a time."""

from __future__ import annotations

from corridors.foundation.arrow import times_us
from corridors.foundation.artefacts import FixTable
from corridors.foundation.track import Track, location_error_m, usable_rows


def herd_tracks(
    fixes: FixTable, *, error_m: float, error_per_dop_m: float | None
) -> dict[str, Track]:
    """Return the track of each animal; of all columns memory holds one animal's.

    Parameters
    ----------
    fixes
        CLEAN_FIXES.
    error_m, error_per_dop_m
        See :func:`~corridors.foundation.track.location_error_m`.
    """
    found: dict[str, Track] = {}
    for animal, table in fixes.animals(["time_utc", "dop", "burst", "x_m", "y_m"]):
        time_us = times_us(table["time_utc"])
        rows = usable_rows(table["burst"].to_numpy(), time_us)
        x, y, dop = (table[name].to_numpy()[rows] for name in ("x_m", "y_m", "dop"))
        error = location_error_m(dop, error_m=error_m, error_per_dop_m=error_per_dop_m)
        found[animal] = Track(x, y, time_us[rows], error)
    return found
