"""What looks wrong in a herd, in words: what was found, what was done, which key decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from corridors.atlas.words.animal_years import YearLimits, class_words
from corridors.atlas.words.numbers import counted, number
from corridors.foundation.facts.clean import Suspicion

if TYPE_CHECKING:
    import pandas as pd

_SHOWN: Final = 5
_KEY_OF_FLAG: Final = {
    "poor_fix": "clean.dop_max, clean.allow_2d",
    "spike": "clean.spike_speed_m_s, clean.spike_median_m",
    "too_fast": "clean.max_speed_m_s",
    "unreachable": "clean.max_speed_m_s, clean.sprint_m",
    "no_position": "",
    "impossible_coordinate": "",
    "duplicate_time": "",
    "vendor_outlier": "",
}
_KEY: Final = {
    "parted": "clean.max_speed_m_s, clean.sprint_m",
    "unreachable": "clean.max_speed_m_s, clean.sprint_m",
    "still": "clean.mortality_h, occurrence.location_error_m",
    "far": "",
    "repeated": "clean.repeat_s",
    "unclassified": "segment.min_fixes, segment.min_days, segment.max_interval_days",
}
_DONE: Final = {
    "parted": "The tracks are parted there: no migration and no crossing is made of such a step.",
    "unreachable": "These fixes are not used.",
    "still": "Nothing of these collars is used from then on.",
    "far": "Nothing was done: correct the files, or make them a herd of their own.",
    "lost_fixes": "These fixes are not used; see whether the limit fits the collars.",
    "repeated": "One fix of each such group is used.",
}


@dataclass(frozen=True)
class Row:
    """One thing that looks wrong.

    Parameters
    ----------
    kind
        What ``clean.stop_on`` calls it; ``unclassified`` stops no run.
    what
        What was found, a sentence.
    animals
        In which animals, with what tells them apart.
    done
        What was done about it, a sentence.
    key
        Keys of the configuration that decide it; "" without any.
    """

    kind: str
    what: str
    animals: tuple[str, ...]
    done: str
    key: str


def suspicion_rows(found: Sequence[Suspicion]) -> list[Row]:
    """Return what looks wrong, a row for each kind and flag.

    Examples
    --------
    >>> [row] = suspicion_rows([Suspicion(kind="repeated", animal="a", n_fixes=9, n_all=10)])
    >>> row.what, row.animals
    ('Several fixes within seconds: 9 fixes of 1 animal.', ('a: 9 of 10 fixes',))
    """
    return [
        Row(
            kind,
            _what(kind, flag, own),
            tuple(_of_animal(one) for one in own),
            _DONE[kind],
            _KEY.get(kind, _KEY_OF_FLAG.get(flag or "", "")),
        )
        for (kind, flag), own in _grouped(found)
    ]


def suspicion_lines(found: Sequence[Suspicion]) -> list[str]:
    """Return what looks wrong, a line for each row, as a terminal shows it."""
    return [
        f"looks wrong: {row.what} {row.done} ({_some(row.animals)}"
        f"{'; ' + row.key if row.key else ''})"
        for row in suspicion_rows(found)
    ]


def _grouped(
    found: Sequence[Suspicion],
) -> Iterator[tuple[tuple[str, str | None], list[Suspicion]]]:
    order = list(_DONE)
    groups: dict[tuple[str, str | None], list[Suspicion]] = {}
    for one in sorted(found, key=lambda one: (order.index(one.kind), one.flag or "", one.animal)):
        groups.setdefault((one.kind, one.flag), []).append(one)
    yield from groups.items()


def _what(kind: str, flag: str | None, own: Sequence[Suspicion]) -> str:
    animals = counted(len({one.animal for one in own}), "animal")
    fixes = counted(sum(one.n_fixes for one in own), "fix", "fixes")
    match kind:
        case "parted":
            return f"Steps that no animal can make, without a way back: in {animals}."
        case "unreachable":
            return f"Fixes that no animal can have come to: {fixes} of {animals}."
        case "still":
            return f"Collars that lie still until the end: {fixes} of {animals}."
        case "far":
            return f"Far from the herd: {animals}."
        case "lost_fixes":
            return f"Many fixes are lost to the flag {flag}: {fixes} of {animals}."
        case _:
            return f"Several fixes within seconds: {fixes} of {animals}."


def _of_animal(one: Suspicion) -> str:
    match one.kind:
        case "parted":
            length = f"{number(one.distance_km or 0)} km in {number(one.hours or 0)} h"
            return f"{one.animal}: {length} after {_moment(one)}"
        case "still":
            return f"{one.animal}: since {_moment(one)}, {one.n_fixes} of {one.n_all} fixes"
        case "far":
            return f"{one.animal}: {number(one.distance_km or 0)} km away"
        case _:
            return f"{one.animal}: {one.n_fixes} of {one.n_all} fixes"


def _moment(one: Suspicion) -> str:
    return (one.start_utc or "").replace("T", " ")[:16]


def _some(words: Sequence[str]) -> str:
    more = len(words) - _SHOWN
    return ", ".join(words[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def unclassified_line(n_without: int, n_animals: int) -> str:
    """Return that nothing can classify some animals, in a line; "" where none is such.

    Examples
    --------
    >>> unclassified_line(0, 4)
    ''
    """
    if not n_without:
        return ""
    return (
        f"no year can be classified of {n_without} of {n_animals} animals: too few fixes or days, "
        f"or too long between fixes ({_KEY['unclassified']}); animal_years.parquet has the reasons"
    )


def unclassified_row(years: pd.DataFrame, limits: YearLimits) -> Row | None:
    """Return the row on animals of which no year can be classified; None without any.

    Parameters
    ----------
    years
        ANIMAL_YEARS of the herd.
    limits
        What a year needs to have a class.
    """
    is_unknown = years["class"] == "unclassified"
    lost = is_unknown.groupby(years["animal"]).all()
    names = [str(name) for name in lost.index[lost]]
    if not names:
        return None
    own = years[years["animal"].isin(names)].sort_values("n_fixes", kind="stable")
    longest = own.drop_duplicates("animal", keep="last")
    rows = {str(year["animal"]): year for year in longest.to_dict("records")}
    why = {
        name: class_words({str(key): value for key, value in rows[name].items()}, limits)
        for name in names
    }
    what = f"No year can be classified: {counted(len(names), 'animal')} of {len(lost)}."
    done = "They have no migrations, and no pictures."
    if is_unknown.all():
        what = f"Nothing can be classified: {counted(len(names), 'animal')}, "
        what += f"{counted(len(years), 'animal-year')}."
        done = "So there is no migration, and no corridor and no threat can be made of these data."
    told = tuple(f"{name}: {why[name]}" for name in names)
    return Row("unclassified", what, told, done, _KEY["unclassified"])
