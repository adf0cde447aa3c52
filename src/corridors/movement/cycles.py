"""Migrations of a life by its stays: an animal leaves a home and comes back to it.

Source: METHODS section 3. Two cycles a year, stays of a few weeks and stays over the border of the
biological year are none of the five models.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from corridors.movement.stays import Stay, without_stops

# Places one after the other that an animal may visit between two stays at home. Whoever visits
# more has no home.
_MOST_AWAY = 2
# Of its days in places an animal is at home for this share or more: two others are no longer home.
_HOME_FRAC = 1.0 / 3.0


@dataclass(frozen=True)
class Way:
    """A migration between two stays.

    Parameters
    ----------
    before, after
        The stays; their days count from the start of the biological year.
    """

    before: Stay
    after: Stay

    @property
    def middle_d(self) -> float:
        """Half-way between the last day of the one and the first of the other."""
        return (self.before.last_d + self.after.first_d) / 2

    @property
    def length_km(self) -> float:
        """From place to place, km."""
        return self.before.km_to(self.after)


@dataclass(frozen=True)
class Places:
    """The places of a year.

    Parameters
    ----------
    ways
        Its migrations, in order of time; of an animal without a home, none.
    n_places
        Places in which it stayed, stops among them.
    has_home
        Whether it came back to one of them as somebody does who lives there.
    """

    ways: tuple[Way, ...]
    n_places: int
    has_home: bool


def places(
    found: Sequence[Stay],
    *,
    year_d: float,
    apart_km: float,
    max_stop_days: float,
    max_stay_spread_frac: float,
) -> Places:
    """Return the places of a year, and the migrations between them if one of them is a home.

    Parameters
    ----------
    found
        Stays of the life, in order of time, days from the start of the year.
    year_d
        Length of the year; the stays before and after it are looked at, too.
    apart_km
        Places nearer to each other are one.
    max_stop_days
        A longer stay is no stop of a migration, wherever it lies.
    max_stay_spread_frac
        A stay whose days lie farther from its middle, as a share of the way to the next, is none.

    Notes
    -----
    Home is a place that the animal comes back to and where it is for a third of its days in places
    or more. Between two stays at home, before the first and after the last of them, it visits no
    more than two others, and no more in all than there are such times. Of several such places
    home is the one with the fewest ways, then the longest stays. Who has none is a nomad, and no
    way of it is a migration. Short stays on the way between two others are stops of a migration.
    """
    near = _around(found, year_d)
    n_places = len(_distinct(near, apart_km))
    homes = [
        (ways, home)
        for home in _come_back_to(near, apart_km)
        if _days(home) >= _HOME_FRAC * _days(near)
        and (ways := _from(home, near, apart_km, max_stop_days)) is not None
    ]
    if not homes:
        return Places((), n_places, has_home=False)
    ways, _ = min(homes, key=lambda one: (len(one[0]), -_days(one[1])))
    wide = any(
        max(way.before.spread_km, way.after.spread_km) > max_stay_spread_frac * way.length_km
        for way in ways
    )
    inside = () if wide else tuple(way for way in ways if 0.0 <= way.middle_d < year_d)
    return Places(inside, n_places, has_home=True)


def _from(
    home: list[Stay], near: Sequence[Stay], apart_km: float, max_stop_days: float
) -> list[Way] | None:
    """Return the ways from and to a home; None where the stays are not those of one."""
    kept = without_stops(near, home, max_stop_days=max_stop_days)
    times = [(at_home, list(group)) for at_home, group in groupby(kept, lambda stay: stay in home)]
    times_away = [group for at_home, group in times if not at_home]
    n_homecomings = len(times) - len(times_away)
    most = max((len(_distinct(one, apart_km)) for one in times_away), default=0)
    away = _distinct([stay for one in times_away for stay in one], apart_km)
    if most > _MOST_AWAY or len(away) > n_homecomings + 1:
        return None
    return [
        Way(before, after)
        for before, after in pairwise(kept)
        if (before in home) != (after in home)
    ]


def _around(found: Sequence[Stay], year_d: float) -> list[Stay]:
    """Return the stays that a year has days of, with the one before and the one after."""
    inside = [at for at, stay in enumerate(found) if stay.last_d >= 0.0 and stay.first_d < year_d]
    return list(found[max(inside[0] - 1, 0) : inside[-1] + 2]) if inside else []


def _come_back_to(found: Sequence[Stay], apart_km: float) -> list[list[Stay]]:
    """Return the stays in each place with more than one."""
    at_each = (
        [other for other in found if stay.km_to(other) < apart_km]
        for stay in _distinct(found, apart_km)
    )
    return [visits for visits in at_each if len(visits) > 1]


def _distinct(found: Sequence[Stay], apart_km: float) -> list[Stay]:
    """Return the stays in a place where none before was."""
    return [
        stay
        for at, stay in enumerate(found)
        if all(stay.km_to(other) >= apart_km for other in found[:at])
    ]


def _days(found: Sequence[Stay]) -> float:
    return sum(stay.last_d - stay.first_d for stay in found)
