"""What the flags of a herd's fixes make look wrong; see ``facts.clean.Suspicion``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from corridors.foundation.arrays import Bits, Flags, Floats
from corridors.foundation.facts.clean import Suspicion
from corridors.foundation.vocabulary import FLAG_BIT

# Flags that tell of a track's quality; the others say what a person stated, or are told apart.
_QUALITY = (
    "duplicate_time",
    "no_position",
    "impossible_coordinate",
    "poor_fix",
    "spike",
    "too_fast",
    "unreachable",
    "vendor_outlier",
)
_KINDS = {"unreachable": "unreachable", "mortality": "still", "repeated": "repeated"}
# A share of fewer fixes says nothing.
_MIN_FIXES = 20
# An animal is far from its herd at this distance, if that is so many times the usual one.
_FAR_KM, _TIMES_USUAL, _MIN_ANIMALS = 100.0, 10.0, 4


def of_flags(animal: str, flags: Bits, time_s: Floats, *, lost_frac: float) -> list[Suspicion]:
    """Return what the flags of one animal's fixes make look wrong.

    Parameters
    ----------
    animal
        Its name.
    flags
        Bits of ``vocabulary.FLAGS``, shape (n,).
    time_s
        Times, s since 1970, shape (n,).
    lost_frac
        A flag that takes a larger share of the fixes looks wrong, 0...1.

    Examples
    --------
    >>> flags = np.zeros(40, np.uint16)
    >>> flags[:10] = FLAG_BIT["poor_fix"]
    >>> [(one.flag, one.n_fixes) for one in of_flags("a", flags, np.arange(40.0), lost_frac=0.2)]
    [('poor_fix', 10)]
    """
    worn = (flags & FLAG_BIT["outside_deployment"]) == 0
    n_all = int(np.count_nonzero(worn))
    found = []
    for flag, kind in _KINDS.items():
        rows = np.flatnonzero(flags & FLAG_BIT[flag])
        if rows.size:
            found.append(
                Suspicion(
                    kind=kind,
                    animal=animal,
                    n_fixes=rows.size,
                    n_all=n_all,
                    start_utc=_iso(time_s[rows[0]]),
                )
            )
    for flag in _QUALITY:
        n = int(np.count_nonzero(worn & ((flags & FLAG_BIT[flag]) != 0)))
        if n_all >= _MIN_FIXES and n > lost_frac * n_all:
            found.append(
                Suspicion(kind="lost_fixes", animal=animal, n_fixes=n, n_all=n_all, flag=flag)
            )
    return found


def of_parts(
    animal: str, x_m: Floats, y_m: Floats, time_s: Floats, jump: Flags, *, n_all: int
) -> list[Suspicion]:
    """Return that a track has parts, if it has.

    Parameters
    ----------
    animal
        Its name.
    x_m, y_m, time_s
        Usable fixes, m and s since 1970, shape (n,).
    jump
        Which of them begin a part, of :func:`~corridors.movement.parts.impossible_steps`.
    n_all
        Fixes of the animal.
    """
    at = np.flatnonzero(jump)
    if not at.size:
        return []
    length = np.hypot(x_m[at] - x_m[at - 1], y_m[at] - y_m[at - 1])
    worst = at[int(np.argmax(length))]
    return [
        Suspicion(
            kind="parted",
            animal=animal,
            n_fixes=at.size,
            n_all=n_all,
            start_utc=_iso(time_s[worst - 1]),
            distance_km=float(length.max()) / 1000.0,
            hours=float(time_s[worst] - time_s[worst - 1]) / 3600.0,
        )
    ]


def far_animals(names: Sequence[str], middle_m: Floats) -> list[Suspicion]:
    """Return animals far from their herd, but not so far that it must be a mistake.

    Parameters
    ----------
    names
        Of the animals.
    middle_m
        Median position of each, m, shape (n, 2); NaN where an animal has none.

    Examples
    --------
    >>> middle = np.array([[0.0, 0], [2e3, 0], [0, 3e3], [-1e3, 0], [480e3, 0]])
    >>> [(one.animal, one.distance_km) for one in far_animals(list("abcde"), middle)]
    [('e', 480.0)]
    """
    if np.isfinite(middle_m[:, 0]).sum() < _MIN_ANIMALS:
        return []
    away = np.hypot(*(middle_m - np.nanmedian(middle_m, axis=0)).T) / 1000.0
    usual = float(np.nanmedian(away))
    return [
        Suspicion(
            kind="far", animal=name, n_fixes=0, n_all=0, distance_km=round(float(distance), 1)
        )
        for name, distance in zip(names, away, strict=True)
        if distance > max(_FAR_KM, _TIMES_USUAL * usual)
    ]


def _iso(time_s: float) -> str:
    return datetime.fromtimestamp(float(time_s), UTC).isoformat()
