"""Time zones as people write them, and the names that mean one thing only.

A zone is an IANA name, or an offset such as ``+05:30``. Abbreviations are never taken at their
word: most of them mean several zones, and some say nothing about summer time.
"""

from __future__ import annotations

import difflib
import re
from datetime import datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

# +05:30, and no other spelling, so that a sign is never read the other way round.
_FIXED = re.compile(r"([+-])(0\d|1[0-4]):([0-5]\d)")
_SPOKEN = re.compile(r"(?:UTC|GMT|Z|UT)?\s*([+-])\s*(\d{1,2})(?::?([0-5]\d))?", re.IGNORECASE)
# IANA has these names, but people write them for the clock on the wall as well as for one that
# never changes.
_TWO_FACED = ("CET", "EET", "MET", "WET", "EST", "MST", "HST")
# Abbreviation: what it can mean, as (offset from UTC in minutes, a place whose clock that is).
_ABBREVIATIONS: dict[str, tuple[tuple[int, str], ...]] = {
    "ACST": ((570, "Australia/Darwin"),),
    "AEST": ((600, "Australia/Brisbane"),),
    "AKDT": ((-480, "America/Anchorage"),),
    "AKST": ((-540, "America/Anchorage"),),
    "ALMT": ((300, "Asia/Almaty"),),
    "AMT": ((-240, "America/Manaus"), (240, "Asia/Yerevan")),
    "ART": ((-180, "America/Argentina/Buenos_Aires"),),
    "AST": ((-240, "America/Halifax"), (180, "Asia/Riyadh")),
    "AWST": ((480, "Australia/Perth"),),
    "BRT": ((-180, "America/Sao_Paulo"),),
    "BST": ((60, "Europe/London"), (360, "Asia/Dhaka")),
    "CAT": ((120, "Africa/Harare"),),
    "CDT": ((-300, "America/Chicago"), (-240, "America/Havana")),
    "CEST": ((120, "Europe/Berlin"),),
    "CET": ((60, "Europe/Berlin"),),
    "CST": ((-360, "America/Chicago"), (480, "Asia/Shanghai"), (-300, "America/Havana")),
    "EAT": ((180, "Africa/Nairobi"),),
    "EDT": ((-240, "America/New_York"),),
    "EEST": ((180, "Europe/Helsinki"),),
    "EET": ((120, "Europe/Helsinki"),),
    "EST": ((-300, "America/New_York"), (600, "Australia/Sydney")),
    "GST": ((240, "Asia/Dubai"), (-120, "Atlantic/South_Georgia")),
    "HST": ((-600, "Pacific/Honolulu"),),
    "ICT": ((420, "Asia/Bangkok"),),
    "IST": ((330, "Asia/Kolkata"), (120, "Asia/Jerusalem"), (60, "Europe/Dublin")),
    "JST": ((540, "Asia/Tokyo"),),
    "KST": ((540, "Asia/Seoul"),),
    "MDT": ((-360, "America/Denver"),),
    "MET": ((60, "Europe/Berlin"),),
    "MSK": ((180, "Europe/Moscow"),),
    "MST": ((-420, "America/Denver"),),
    "NPT": ((345, "Asia/Kathmandu"),),
    "NST": ((-210, "America/St_Johns"),),
    "NZDT": ((780, "Pacific/Auckland"),),
    "NZST": ((720, "Pacific/Auckland"),),
    "PDT": ((-420, "America/Los_Angeles"),),
    "PKT": ((300, "Asia/Karachi"),),
    "PST": ((-480, "America/Los_Angeles"), (480, "Asia/Manila")),
    "SAST": ((120, "Africa/Johannesburg"),),
    "TJT": ((300, "Asia/Dushanbe"),),
    "ULAT": ((480, "Asia/Ulaanbaatar"),),
    "UZT": ((300, "Asia/Tashkent"),),
    "WAT": ((60, "Africa/Lagos"),),
    "WEST": ((60, "Europe/Lisbon"),),
    "WET": ((0, "Europe/Lisbon"),),
}
# What Windows calls zones, without "Standard Time" or "Daylight Time".
_WINDOWS = {
    "alaskan": "AKST", "aus eastern": "AEST", "central": "CST", "central europe": "CET",
    "central european": "CET", "e. africa": "EAT", "e. europe": "EET", "eastern": "EST",
    "fle": "EET", "gtb": "EET", "hawaiian": "HST", "india": "IST", "mountain": "MST",
    "pacific": "PST", "romance": "CET", "russian": "MSK", "south africa": "SAST",
    "w. central africa": "WAT", "w. europe": "CET", "west asia": "UZT",
}  # fmt: skip
_WINDOWS_NAME = re.compile(r"(.+?)(?: standard| daylight| summer)? time")


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones())


def is_zone(name: str) -> bool:
    """Return whether ``name`` says one time zone: an IANA name, or an offset such as ``+05:30``.

    Examples
    --------
    >>> [is_zone(name) for name in ("Asia/Dushanbe", "Dushanbe", "+05:30", "MST", "UTC")]
    [True, False, True, False, True]
    """
    if name in _TWO_FACED or name in {"localtime", "Factory"}:
        return False
    return name in _names() or _FIXED.fullmatch(name) is not None


def zone_of(name: str) -> tzinfo:
    """Return the zone of a name that :func:`is_zone` accepts."""
    fixed = _FIXED.fullmatch(name)
    if fixed is None:
        return ZoneInfo(name)
    offset = timedelta(hours=int(fixed[2]), minutes=int(fixed[3]))
    return timezone(-offset if fixed[1] == "-" else offset)


def cure_of(name: str) -> str:
    """Return how to write the zone that ``name`` may mean.

    Examples
    --------
    >>> cure_of("UTC+3")
    "write '+03:00', or Etc/GMT-3 (these names turn the sign: Etc/GMT-3 is ahead of UTC)"
    >>> cure_of("Dushambe")
    'did you mean Asia/Dushanbe?'
    """
    plain = name.strip()
    spoken = _SPOKEN.fullmatch(plain)
    if spoken is not None and int(spoken[2]) <= 14:
        minutes = 60 * int(spoken[2]) + int(spoken[3] or 0)
        return "write " + _fixed(-minutes if spoken[1] == "-" else minutes)
    if plain.upper() in ("UTC", "GMT", "ZULU"):
        return "write UTC"
    windows = _WINDOWS_NAME.fullmatch(plain.casefold())
    short = _WINDOWS.get(windows[1], "") if windows else plain.upper()
    meanings = _ABBREVIATIONS.get(short)
    if meanings is not None:
        told = (
            f"{place} where the clock changes with the season there, "
            f"{_etc(minutes)} for {_offset(minutes)} all year"
            if _has_summer(place)
            else f"{place} ({_offset(minutes)}; {_etc(minutes)})"
            for minutes, place in meanings
        )
        several = "it can mean several zones; " if len(meanings) > 1 else ""
        return f"{several}write {'; or '.join(told)}"
    near = _nearest(plain)
    return f"did you mean {near}?" if near else "correct time_zone of this source"


def _has_summer(place: str) -> bool:
    zone = ZoneInfo(place)
    winter, summer = (datetime(2024, month, 15, tzinfo=zone).utcoffset() for month in (1, 7))
    return winter != summer


def _offset(minutes: int) -> str:
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}"


def _etc(minutes: int) -> str:
    if minutes % 60:
        return f"'{_offset(minutes)}'"
    if minutes == 0:
        return "UTC"
    return f"Etc/GMT{'-' if minutes > 0 else '+'}{abs(minutes) // 60}"


def _fixed(minutes: int) -> str:
    if minutes == 0:
        return "UTC"
    if minutes % 60:
        return f"'{_offset(minutes)}'"
    side = "ahead of" if minutes > 0 else "behind"
    return (
        f"'{_offset(minutes)}', or {_etc(minutes)} "
        f"(these names turn the sign: {_etc(minutes)} is {side} UTC)"
    )


def _nearest(name: str) -> str | None:
    """Return the zone whose name, or whose place, is most like ``name``; never for a code."""
    if len(name) < 4 or any(letter.isdigit() for letter in name):
        return None
    folded = {zone.casefold(): zone for zone in sorted(_names()) if "/" in zone}
    if "/" not in name:
        folded = {zone.rsplit("/", 1)[-1]: real for zone, real in folded.items()}
    wanted = name.casefold().replace(" ", "_")
    found = difflib.get_close_matches(wanted, list(folded), n=1, cutoff=0.75)
    return folded[found[0]] if found else None
