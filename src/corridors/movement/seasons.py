"""Names of the two migrations of a year: spring and autumn, or what a person calls them."""

from __future__ import annotations

from collections.abc import Sequence

# Middle of the seasons as day of the year, 21 April and 21 October; swapped south of the equator.
_SPRING_DAY, _AUTUMN_DAY = 111.0, 294.0


def season_names(
    middle_day_of_year: Sequence[float], *, is_south: bool, chosen: tuple[str, str] | None = None
) -> list[str]:
    """Return the name of each move of one year, in order of time.

    Parameters
    ----------
    middle_day_of_year
        Middle of each window as day of the calendar year, 0...366; at most two.
    is_south
        Whether the animal lives south of the equator, where the seasons are swapped.
    chosen
        Names of the way out and the way back; None: ``spring`` and ``autumn`` by date.

    Notes
    -----
    A single move has the name of the nearer of 21 April and 21 October. Two moves, out and back,
    have different names: the assignment with the smaller sum of distances.

    Examples
    --------
    >>> season_names([120.0, 290.0], is_south=False)
    ['spring', 'autumn']
    >>> season_names([120.0, 160.0], is_south=False), season_names([120.0], is_south=True)
    (['spring', 'autumn'], ['autumn'])
    """
    if chosen is not None:
        return list(chosen[: len(middle_day_of_year)])
    names = ("autumn", "spring") if is_south else ("spring", "autumn")
    cost = [
        [_apart(day, centre) for centre in (_SPRING_DAY, _AUTUMN_DAY)] for day in middle_day_of_year
    ]
    if len(cost) == 2:
        first = 0 if cost[0][0] + cost[1][1] <= cost[0][1] + cost[1][0] else 1
        return [names[first], names[1 - first]]
    return [names[0 if near <= far else 1] for near, far in cost]


def _apart(day: float, other: float) -> float:
    gap = abs(day - other) % 365.25
    return min(gap, 365.25 - gap)
