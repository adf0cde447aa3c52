"""What looks so wrong in a herd's tracks that nothing can be computed from them.

Fixes are looked at in two steps, so that `check` need not hold them: a :class:`Census` of each part
names the animals that may be wrong, and only their fixes are compared.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pandas as pd

from corridors.formats.track_part import TrackPart
from corridors.foundation.arrays import Floats
from corridors.foundation.arrow import is_one
from corridors.foundation.errors import Fault
from corridors.movement.suspicions import (
    ROLLOVER_S,
    Contradiction,
    contradictions,
    lost_signs,
    rollover,
    unit_vectors,
)

# GPS collars were first put on ungulates in 1994.
_FIRST_COLLARS_S = 757_382_400.0
_DAY_S = 86_400.0
_SLACK_S = 366 * _DAY_S
_APART_KM, _BRACKET_H, _SHARE, _MIN_FIXES = 1.0, 26.0, 0.2, 5
_FAR_KM, _NEAR_KM = 1500.0, 200.0
_MIN_ANIMALS = 3
_PLACES = 16  # fixes of an animal and part from which its place is taken


@dataclass
class _Life:
    """What is kept of the fixes of one animal, source and tag."""

    n: int = 0
    first_s: float = np.inf
    last_s: float = -np.inf
    place: Floats | None = None


class Census:
    """Counts of a herd's fixes by animal, source and tag, part by part."""

    def __init__(self) -> None:
        self.lives: dict[tuple[str, str, str], _Life] = {}

    def see(self, seen: TrackPart, source: str) -> None:
        """Take the :func:`usable` fixes of a part."""
        if not len(seen):
            return
        tag, labels = seen.coded_tags()
        names, animal = seen.animals, seen.animal
        time_us, lon, lat = seen.time_us, seen.lon, seen.lat
        if is_one(tag) and is_one(animal):
            codes, starts = animal[:1].astype(np.int64) * len(labels) + tag[:1], np.zeros(1, int)
        else:
            codes = animal.astype(np.int64) * len(labels) + tag
            if (codes[1:] < codes[:-1]).any():
                order = np.argsort(codes, kind="stable")
                codes, time_us, lon, lat = codes[order], time_us[order], lon[order], lat[order]
            starts = np.append(0, np.flatnonzero(np.diff(codes)) + 1)
            codes = codes[starts]
        counts = np.diff(np.append(starts, len(seen)))
        firsts = np.minimum.reduceat(time_us, starts) / 1e6
        lasts = np.maximum.reduceat(time_us, starts) / 1e6
        # A few fixes of each tell where an animal lives.
        some = np.minimum(
            starts[:, None] + np.arange(_PLACES) * (counts[:, None] // _PLACES), len(seen) - 1
        )
        rows = some.ravel()
        places = unit_vectors(lon[rows], lat[rows]).reshape(len(starts), _PLACES, 3)
        sums = places.mean(axis=1) * counts[:, None]
        for i, code in enumerate(codes.tolist()):
            key = (names[code // len(labels)], source, labels[code % len(labels)])
            life = self.lives.setdefault(key, _Life())
            life.n += int(counts[i])
            life.first_s = min(life.first_s, float(firsts[i]))
            life.last_s = max(life.last_s, float(lasts[i]))
            life.place = sums[i] if life.place is None else life.place + sums[i]

    def join(self, other: Census) -> None:
        """Take what another has counted."""
        for key, own in other.lives.items():
            life = self.lives.setdefault(key, _Life())
            life.n += own.n
            life.first_s = min(life.first_s, own.first_s)
            life.last_s = max(life.last_s, own.last_s)
            if own.place is not None:
                life.place = own.place if life.place is None else life.place + own.place

    def doubtful(self) -> set[str]:
        """Return the animals whose fixes have to be compared."""
        found: set[str] = set()
        spans: dict[str, list[_Life]] = {}
        for (animal, _, _), life in self.lives.items():
            spans.setdefault(animal, []).append(life)
        for animal, lives in spans.items():
            first = min(life.first_s for life in lives)
            last = max(life.last_s for life in lives)
            ordered = sorted(lives, key=lambda life: life.first_s)
            overlap = any(a.last_s > b.first_s for a, b in pairwise(ordered))
            if overlap or last - first > 0.5 * ROLLOVER_S:
                found.add(animal)
        return found

    def faults(self) -> list[Fault]:
        """Return what the counts alone show: impossible dates, animals far off, names alike."""
        return [*self._dates(), *self._early(), *self._places(), *self._alike()]

    def _dates(self) -> list[Fault]:
        now = datetime.now(UTC).timestamp() + _DAY_S
        faults = []
        for (animal, source, _), life in sorted(self.lives.items()):
            if life.last_s > now:
                what, when = "fixes in the future", life.last_s
                cure = (
                    "correct the dates (a two-digit year? day and month?), or the time_format of "
                    "this source"
                )
            elif life.first_s < _FIRST_COLLARS_S:
                what, when = "fixes from before there were GPS collars", life.first_s
                cure = (
                    "correct the dates; where they are 1,024 weeks early, set "
                    f"add_1024_weeks_before: {_day(_FIRST_COLLARS_S)} of this source"
                )
            else:
                continue
            faults.append(
                Fault(
                    what,
                    source,
                    expected=f"{_day(_FIRST_COLLARS_S)} to today",
                    got=f"{animal}: {_day(when)}",
                    cure=cure,
                )
            )
        return faults

    def _early(self) -> list[Fault]:
        """Return animals all of whose fixes are 1,024 weeks before the others'."""
        firsts: dict[str, float] = {}
        source_of: dict[str, str] = {}
        for (animal, source, _), life in self.lives.items():
            firsts[animal] = min(firsts.get(animal, np.inf), life.first_s)
            source_of.setdefault(animal, source)
        if len(firsts) < _MIN_ANIMALS:
            return []
        middle = float(np.median(list(firsts.values())))
        return [
            _rolled(source_of[animal], animal, first, first, middle)
            for animal, first in sorted(firsts.items())
            if abs(first + ROLLOVER_S - middle) < 5 * _SLACK_S and self._ends(animal) < middle
        ]

    def _ends(self, animal: str) -> float:
        return max(life.last_s for (name, _, _), life in self.lives.items() if name == animal)

    def _alike(self) -> list[Fault]:
        """Return names that differ in capitals only, one from when on the other ends."""
        spans: dict[str, dict[str, list[tuple[float, float, str]]]] = {}
        for (animal, source, _), life in self.lives.items():
            own = spans.setdefault(animal.strip().casefold(), {})
            own.setdefault(animal, []).append((life.first_s, life.last_s, source))
        faults = []
        for own in spans.values():
            whole = sorted((min(s)[0], max(end for _, end, _ in s), n) for n, s in own.items())
            for (_, end, name), (start, _, other) in pairwise(whole):
                if end < start:
                    faults.append(
                        Fault(
                            "two names that differ in capitals only, one after the other",
                            min(own[other])[2],
                            expected="one spelling of the name of an animal",
                            got=f"{name} to {_day(end)}, {other} from {_day(start)}",
                            cure="write one name in the file; or say which is which animal: "
                            "deployments of this source, a CSV with the columns "
                            "collar,animal,start,end and these names as collars",
                        )
                    )
        return faults

    def _places(self) -> list[Fault]:
        sums: dict[str, Floats] = {}
        source_of: dict[str, str] = {}
        for (animal, source, _), life in self.lives.items():
            if life.place is not None:
                sums[animal] = sums.get(animal, np.zeros(3)) + life.place
                source_of.setdefault(animal, source)
        if len(sums) < _MIN_ANIMALS:
            return []
        names = sorted(sums)
        x, y, z = np.array([sums[name] for name in names]).T
        lon, lat = np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(z, np.hypot(x, y)))
        apart, signs = lost_signs(lon, lat, far_km=_FAR_KM, near_km=_NEAR_KM)
        return [
            Fault(
                "an animal far from its herd",
                source_of[name],
                expected=f"all animals of a herd within {_FAR_KM:.0f} km",
                got=f"{name} around {lon[i]:.2f}, {lat[i]:.2f}, {apart[i]:.0f} km away",
                cure=_sign_cure(signs[i]),
            )
            for i, name in enumerate(names)
            if apart[i] > _FAR_KM or signs[i] is not None
        ]


def usable(part: TrackPart) -> TrackPart:
    """Return the fixes with a time and a possible position, deployed, and no outliers."""
    return part if part.is_usable.all() else part.where(part.is_usable)


def seen_of(part: TrackPart, source: str, animals: Collection[str]) -> pd.DataFrame:
    """Return the :func:`usable` fixes of some animals, as :func:`compared` wants them."""
    seen = usable(part).of_animals(set(animals))
    names = np.array(seen.animals, dtype=object)
    return pd.DataFrame(
        {
            "animal": names[seen.animal].tolist(),
            "tag": [tag or "" for tag in seen.tags],
            "source": source,
            "time_s": seen.time_us / 1e6,
            "lon": seen.lon,
            "lat": seen.lat,
        }
    )


def compared(fixes: pd.DataFrame) -> list[Fault]:
    """Return what the fixes of doubtful animals show.

    Parameters
    ----------
    fixes
        Of the animals that :meth:`Census.doubtful` names: ``animal``, ``tag`` ("" without one),
        ``source``, ``time_s`` since 1970, ``lon``, ``lat`` (degrees), in any order.
    """
    faults: list[Fault] = []
    # In one order, however they were read.
    fixes = fixes.sort_values(["time_s", "source", "tag", "lon", "lat"], ignore_index=True)
    for animal, own in fixes.groupby("animal", sort=True):
        faults += _of_one(str(animal), own)
    return faults


def _of_one(animal: str, own: pd.DataFrame) -> list[Fault]:
    rolled = rollover(own["time_s"].to_numpy(), slack_s=_SLACK_S)
    if rolled is not None:
        source = str(own["source"].iloc[int(own["time_s"].argmin())])
        return [_rolled(source, animal, rolled.start_s, rolled.end_s, rolled.rest_start_s)]
    faults = [
        Fault(
            "one name in two files at the same time, in two places",
            f"{pair.first}, {pair.second}",
            expected=f"one animal {animal}",
            got=_told(pair),
            cure="if they are two animals, set animal_prefix of one of the sources; if one, "
            "read it from one of them (animals says which animals a source is read for)",
        )
        for pair in _pairs(own, "source")
    ]
    if faults:
        return faults
    return [
        Fault(
            "two tags of one animal at the same time, in two places",
            str(name),
            expected=f"{animal} under one tag at a time",
            got=f"tags {pair.first} and {pair.second}, {_told(pair)}",
            cure="say when the animal wore which: deployments of this source, a CSV with "
            "the columns collar,animal,start,end",
        )
        for name, fixes in own.groupby("source", sort=True)
        for pair in _pairs(fixes, "tag")
    ]


def _pairs(fixes: pd.DataFrame, label: str) -> Sequence[Contradiction]:
    if fixes[label].nunique() < 2:
        return []
    return contradictions(
        fixes[label].to_numpy(dtype=object),
        fixes["time_s"].to_numpy(),
        fixes["lon"].to_numpy(),
        fixes["lat"].to_numpy(),
        apart_km=_APART_KM,
        bracket_h=_BRACKET_H,
        share=_SHARE,
        min_fixes=_MIN_FIXES,
    )


def _told(pair: Contradiction) -> str:
    return (
        f"{pair.n_fixes} fixes from {_day(pair.start_s)} to {_day(pair.end_s)}, "
        f"{pair.apart_km:.1f} km apart (median)"
    )


def _rolled(source: str, animal: str, start_s: float, end_s: float, rest_s: float) -> Fault:
    return Fault(
        "dates 1,024 weeks too early: a collar's GPS week number has rolled over",
        source,
        expected=f"fixes of {animal} after {_day(end_s + 1)}",
        got=f"fixes of {animal} from {_day(start_s)} on, and of the herd from {_day(rest_s)} on",
        cure=f"set add_1024_weeks_before: {_day(rest_s)} of this source",
    )


def _sign_cure(sign: str | None) -> str:
    if sign is None:
        return "read it as a herd of its own, or correct the file (a wrong CRS or UTM zone?)"
    if sign == "exchanged":
        return "its longitude and latitude are exchanged: correct the file"
    return f"the sign of its {sign} seems lost: correct the file, or leave it out with animals"


def _day(time_s: float) -> str:
    return f"{datetime.fromtimestamp(time_s, UTC):%Y-%m-%d}"
