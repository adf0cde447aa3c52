"""Tracks of a herd by biological year, each year with its class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

import numpy as np

from corridors.foundation.arrays import Indices
from corridors.foundation.track import Track
from corridors.movement.biological_year import (
    apart_d,
    bio_years,
    days_since,
    quiet_starts,
    year_start,
)
from corridors.movement.cycles import Places, places
from corridors.movement.migrations import (
    ROUND_TRIPS,
    Rules,
    YearClass,
    classify,
    least_km,
    told_by_stays,
)
from corridors.movement.stays import Daily, Stay, stays

# Starts of the year that `auto` compares, and animals that it compares them on.
_QUIET_DAYS = 5
_JUDGED_ANIMALS = 40


@dataclass(frozen=True)
class YearTrack(Track):
    """The track of one animal with the biological year of each fix; nobody asks for errors here.

    Parameters
    ----------
    part_starts
        First fixes of later parts of the track (see :mod:`corridors.movement.parts`), ascending.
    """

    animal: str
    is_south: bool
    bio_year: Indices
    part_starts: tuple[int, ...] = ()

    def with_years(self, start: str) -> YearTrack:
        """Return the track with biological years that start at ``start``, MM-DD."""
        return replace(self, bio_year=bio_years(self.time_utc, start))

    def longest_part(self, low: int, high: int) -> tuple[int, int]:
        """Return the rows from ``low`` to ``high`` that lie in one part, that with most of them."""
        edges = [low, *(at for at in self.part_starts if low < at < high), high]
        return max(pairwise(edges), key=lambda pair: (pair[1] - pair[0], -pair[0]))

    def part_of(self, row: int) -> slice:
        """Return the part of the track that a row is in."""
        edges = (0, *self.part_starts, self.time_us.size)
        return next(slice(a, b) for a, b in pairwise(edges) if a <= row < b)


@dataclass(frozen=True)
class Year:
    """One animal's biological year and where it lies in the track."""

    track: YearTrack
    bio_year: int
    start: np.datetime64
    rows: slice
    result: YearClass


def best_start(tracks: Sequence[YearTrack], rules: Rules, *, half_width_d: float) -> str:
    """Return the quiet day, MM-DD, from which most animals, then most years, are seen to migrate.

    Of equal days the one nearest to midwinter counts. Large herds are judged by some animals.

    Parameters
    ----------
    tracks
        Of the herd; their biological years do not count.
    rules
        By which years are classed.
    half_width_d
        Days before and after a date that are compared, d.
    """
    judged = tracks[:: max(1, -(-len(tracks) // _JUDGED_ANIMALS))]
    if not judged:
        return "01-01"
    try:
        days = quiet_starts(
            np.repeat(np.arange(len(judged)), [track.time_utc.size for track in judged]),
            np.concatenate([track.time_utc for track in judged]),
            np.concatenate([track.x_m for track in judged]),
            np.concatenate([track.y_m for track in judged]),
            half_width_d=half_width_d,
            n=_QUIET_DAYS,
        )
    except ValueError:
        # Nobody was tracked for long enough to see a season, so no year can be classified.
        return "01-01"
    south = 2 * sum(track.is_south for track in judged) > len(judged)
    midwinter = "07-21" if south else "01-21"
    scores = []
    for day in days:
        trips = [
            track.animal
            for track in judged
            for year in classed_years(track.with_years(day), day, rules)
            if year.result.label in ROUND_TRIPS and len(year.result.moves) % 2 == 0
        ]
        scores.append((-len(set(trips)), -len(trips), apart_d(day, midwinter), day))
    return min(scores)[3]


@dataclass(frozen=True)
class _Life:
    """Stays of one part of a track, days since ``zero``, and how far apart places are at least."""

    zero: np.datetime64
    stays: list[Stay]
    apart_km: float

    @classmethod
    def of(cls, track: YearTrack, part: slice, zero: np.datetime64, rules: Rules) -> _Life:
        place = days_since(track.time_utc[part], zero), track.x_m[part], track.y_m[part]
        apart_km = least_km(*place, rules)
        found = stays(Daily.of(*place), apart_km=apart_km, min_days=rules.max_excursion_days)
        return cls(zero, found, apart_km)

    def places(self, begin: np.datetime64, end: np.datetime64, rules: Rules) -> Places:
        """Return the places of a year, days since it begins."""
        begin_d, end_d = days_since(np.array([begin, end]), self.zero)
        return places(
            [stay.since(begin_d) for stay in self.stays],
            year_d=float(end_d - begin_d),
            apart_km=self.apart_km,
            max_stop_days=rules.min_stay_days,
            max_stay_spread_frac=rules.max_stay_spread_frac,
        )


def classed_years(track: YearTrack, start: str, rules: Rules) -> Iterator[Year]:
    """Yield each biological year of a track with its class.

    Of a year in which the track is parted, the part with most fixes counts: what lies on both
    sides of a step that no animal can make is not one movement. Stays are those of the whole part,
    so that the year's border cuts none of them.
    """
    zero = year_start(int(track.bio_year[0]), start)
    life_of = cache(lambda first, after: _Life.of(track, slice(first, after), zero, rules))
    for bio_year in np.unique(track.bio_year):
        first, after = np.searchsorted(track.bio_year, [bio_year, bio_year + 1])
        low, high = track.longest_part(int(first), int(after))
        origin = year_start(int(bio_year), start)
        days = days_since(track.time_utc[low:high], origin)
        result = classify(days, track.x_m[low:high], track.y_m[low:high], rules=rules)
        if not result.too_little:
            part = track.part_of(low)
            life = life_of(part.start, part.stop)
            end = year_start(int(bio_year) + 1, start)
            result = told_by_stays(result, life.places(origin, end, rules))
        yield Year(track, int(bio_year), origin, slice(int(low), int(high)), result)
