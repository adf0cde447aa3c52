"""Files damaged in the ways in which disks and people damage them."""

from __future__ import annotations

import random

_PARTS = (b"{", b"}", b"[1,", b"null", b'"ff"', b"1", b"1e999", b"NaN", b'"\\ud800"', b"-", b"")


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Return ``data`` damaged in one of the ways in which files are."""
    at, to = sorted(chance.choices(range(len(data) + 1), k=2))
    kind = chance.randrange(7)
    if kind == 0:
        return data[:at]
    if kind == 1:
        return data[:at] + data[to:]
    if kind == 2:
        return data[:at] + bytes(chance.randrange(256) for _ in range(to - at)) + data[to:]
    if kind == 3:
        return data[:at] + data[at:to] + data[at:]
    if kind == 4:
        return data.replace(chance.choice(_PARTS), chance.choice(_PARTS), 1)
    if kind == 5:
        return data[:at] + b"[" * 100_000 + data[at:]
    flipped = bytearray(data)
    flipped[min(at, len(data) - 1)] ^= 1 << chance.randrange(8)
    return bytes(flipped)
