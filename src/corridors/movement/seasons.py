"""Names of the two migrations of a year: spring and autumn, or what a person calls them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# Middle of the seasons as day of the year, 21 April and 21 October; swapped south of the equator.
_SPRING_DAY, _AUTUMN_DAY = 111.0, 294.0
_YEAR_D = 365.25


@dataclass(frozen=True)
class ChosenNames:
    """What a person calls the migrations.

    Parameters
    ----------
    out, back
        Names of the way out of the range where the animals are on ``home_day``, and of the way
        back.
    home_day
        Day of the year, 0...366.
    """

    out: str
    back: str
    home_day: float


_TWO = 2
_MIDWINTER = tuple(ChosenNames("spring", "autumn", day) for day in (20.0, 201.0))


def season_names(
    middle_day_of_year: Sequence[float], *, is_south: bool, chosen: ChosenNames | None = None
) -> list[str]:
    """Return the name of each move of one year, in order of time.

    Parameters
    ----------
    middle_day_of_year
        Middle of each window as day of the calendar year, 0...366.
    is_south
        Whether the animal lives south of the equator, where the seasons are swapped.
    chosen
        Names that a person gave; None: ``spring`` and ``autumn`` by date.

    Notes
    -----
    A single move has the name of the nearer of 21 April and 21 October. Two moves, out and back,
    have different names: the assignment with the smaller sum of distances. Chosen names go by
    the home day, wherever the biological year starts: of several moves the first after it is a way
    out, and ways out and back take turns; a single move is out in the half year after it. More
    than two moves go by midwinter likewise, if nobody chose names.

    Examples
    --------
    >>> season_names([120.0, 290.0], is_south=False)
    ['spring', 'autumn']
    >>> season_names([120.0, 160.0], is_south=False), season_names([120.0], is_south=True)
    (['spring', 'autumn'], ['autumn'])
    >>> season_names([115.0, 310.0], is_south=True, chosen=ChosenNames("wet", "dry", 202.0))
    ['dry', 'wet']
    >>> season_names([80.0, 160.0, 250.0, 330.0], is_south=False)
    ['spring', 'autumn', 'spring', 'autumn']
    """
    if chosen is None and len(middle_day_of_year) > _TWO:
        chosen = _MIDWINTER[is_south]
    if chosen is not None:
        since = [(day - chosen.home_day) % _YEAR_D for day in middle_day_of_year]
        if len(since) == 1:
            return [chosen.out if since[0] <= _YEAR_D / 2 else chosen.back]
        first = int(np.argmin(since)) if since else 0
        return [chosen.back if (at - first) % 2 else chosen.out for at in range(len(since))]
    names = ("autumn", "spring") if is_south else ("spring", "autumn")
    cost = [
        [_apart(day, centre) for centre in (_SPRING_DAY, _AUTUMN_DAY)] for day in middle_day_of_year
    ]
    if len(cost) == 2:
        first = 0 if cost[0][0] + cost[1][1] <= cost[0][1] + cost[1][0] else 1
        return [names[first], names[1 - first]]
    return [names[0 if near <= far else 1] for near, far in cost]


def _apart(day: float, other: float) -> float:
    gap = abs(day - other) % _YEAR_D
    return min(gap, _YEAR_D - gap)
