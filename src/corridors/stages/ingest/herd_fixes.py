"""The fixes of a herd, of all its sources: held as plain columns, sorted once, and rows on demand.

What is held is some 50 bytes a fix; texts and points are made for the rows that are asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from corridors.formats.fix_quality import fix_types
from corridors.formats.positions import impossible
from corridors.formats.track_part import TrackPart
from corridors.foundation import tables
from corridors.foundation.arrays import Bits, Floats, Indices, Values
from corridors.foundation.arrow import points
from corridors.foundation.artefacts import FixTable
from corridors.foundation.spool import fix_frame, spool_fixes
from corridors.foundation.vocabulary import FLAG_BIT
from corridors.stages.ingest.held_columns import PIECE, Gathering, HeldColumns, ascends

_LEAST_RUN = 256  # rows: to handle one costs as much as to sort so many
_KEYS = ("animal", "time_us", "source", "source_row")


@dataclass
class _Words:
    """Different texts, each with a number."""

    place: dict[str, int] = field(default_factory=dict)

    def number(self, word: str) -> int:
        """Return the number of a text."""
        return self.place.setdefault(word, len(self.place))

    def codes(self, column: pa.DictionaryArray) -> Values:
        """Return the number of each row's text, "" where it has none."""
        given = [word or "" for word in column.dictionary.to_pylist()]
        own = [self.number(word) for word in given]
        if column.null_count:
            own.append(self.number(""))
        codes = pc.fill_null(column.indices, len(given)).to_numpy(zero_copy_only=False)
        return np.asarray(np.array(own or [0], dtype=np.int32)[codes])

    @property
    def list(self) -> list[str]:
        """The texts by number."""
        return list(self.place)


class HerdFixes:
    """Takes the fixes of a herd source by source.

    Parameters
    ----------
    herd, species
        Names; the species of rows that state none.
    """

    def __init__(self, herd: str, species: str) -> None:
        self._herd = herd
        self._species = species
        self._pieces: list[dict[str, Values]] = []
        self._words = {name: _Words() for name in ("animal", "species", "tag", "source")}
        self._fix_types: list[str] = []

    def take(self, source: str, parts: Iterable[TrackPart]) -> None:
        """Add the fixes of a source; nothing of it if reading fails.

        Parameters
        ----------
        source
            How messages call it.
        parts
            In the order of the file; when all are read, every fix is known to have a time.
        """
        own = Gathering()
        vendor, counts = _Words(), np.zeros(0, dtype=np.int64)
        number = np.int32(self._words["source"].number(source))
        n_before = len(self._fix_types)
        for part in parts:
            if not len(part):
                continue
            lon, lat, rows = part.lon, part.lat, part.rows
            fix_type = vendor.codes(rows.column("fix_type"))
            counts = np.bincount(fix_type, minlength=len(counts)) + _longer(counts, fix_type)
            own.add(
                {
                    "animal": self._words["animal"].codes(rows.column("animal")),
                    "time_us": part.time_us,
                    "source": np.broadcast_to(number, len(part)),
                    "source_row": part.source_row,
                    "lon": lon,
                    "lat": lat,
                    "dop": part.dop,
                    "fix_type": fix_type + np.int32(n_before),
                    "species": self._words["species"].codes(rows.column("species")),
                    "tag": self._words["tag"].codes(rows.column("tag")),
                    "flags": _flags(part, lon, lat),
                }
            )
        self._pieces += own.pieces()
        # What a vendor's words mean, only all of them together tell.
        said = {word: n for word, n in zip(vendor.list, counts.tolist(), strict=False) if n}
        meanings, _, _ = fix_types(said)
        self._fix_types += [meanings.get(word, "") for word in vendor.list]

    def sorted(self) -> SortedFixes:
        """Return all fixes by animal, time, source and row, and keep none."""
        words = {name: own.list for name, own in self._words.items()}
        for name in ("animal", "source"):
            words[name] = _ranked(self._pieces, name, words[name])
        held = HeldColumns(self._pieces)
        self._pieces = []
        if not _is_ordered(held):
            runs = _in_runs(held)
            held = held.ordered(_order(held)) if runs is None else runs
        words["species"] = [name or self._species for name in words["species"]]
        return SortedFixes(self._herd, held, {**words, "fix_type": self._fix_types})


class SortedFixes(FixTable):
    """FIXES of a herd, and what is known of them.

    Parameters
    ----------
    herd
        Name.
    held
        Columns, shape (n,), texts by number.
    words
        The texts.
    """

    def __init__(self, herd: str, held: HeldColumns, words: dict[str, list[str]]) -> None:
        self._herd = herd
        self._held = held
        self._words = words
        self._texts = {name: pa.array(own, pa.large_string()) for name, own in words.items()}
        self._starts: list[int] = []
        before = -1
        for end, piece in zip(held.ends, held.pieces, strict=True):
            animal = piece["animal"].astype(np.int64)
            first = end - len(animal)
            self._starts += (np.flatnonzero(np.diff(animal, prepend=before)) + first).tolist()
            before = int(animal[-1])
        self._ends = [*self._starts[1:], len(held)] if self._starts else []

    def __len__(self) -> int:
        return len(self._held)

    def animals(self, columns: Sequence[str]) -> Iterator[tuple[str, pa.Table]]:
        """Yield each animal's name and rows."""
        for start, end in zip(self._starts, self._ends, strict=True):
            yield self._name(start), self._rows(start, end, columns)

    def read(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return all fixes at once."""
        frame = tables.empty(tables.FIXES)
        if len(self):
            frame = fix_frame(self._rows(0, len(self), list(tables.FIXES.columns)), tables.FIXES)
        return frame if columns is None else frame[list(columns)]

    def spooled(self) -> FixTable:
        """Return the same where results of the running stage wait."""
        spool = spool_fixes("FIXES", self.bounds_deg)
        for start in range(0, len(self), PIECE):
            end = min(start + PIECE, len(self))
            spool.add(self._rows(start, end, list(tables.FIXES.columns)))
        return spool.close()

    @property
    def bounds_deg(self) -> tuple[float, float, float, float] | None:
        """West, south, east and north of all positions, also impossible ones; None: no position."""
        placed = [
            piece for piece in self._held.pieces if np.isfinite(piece["lon"] + piece["lat"]).any()
        ]
        if not placed:
            return None
        low, high = (
            [float(most([of(piece[name]) for piece in placed])) for name in ("lon", "lat")]
            for most, of in ((min, np.nanmin), (max, np.nanmax))
        )
        return low[0], low[1], high[0], high[1]

    def places(self) -> Floats:
        """Return longitude and latitude, degrees, of the fixes without a flag, shape (n, 2)."""
        pieces = self._held.pieces
        ends = np.cumsum([0, *(np.count_nonzero(piece["flags"] == 0) for piece in pieces)])
        found = np.empty((int(ends[-1]), 2))
        for piece, (start, end) in zip(pieces, pairwise(ends.tolist()), strict=True):
            good = piece["flags"] == 0
            found[start:end, 0], found[start:end, 1] = piece["lon"][good], piece["lat"][good]
        return found

    def usable_of(self, animals: Collection[str]) -> pd.DataFrame:
        """Return the fixes without a flag of some animals, as `census.compared` wants them."""
        wanted = np.array([name in animals for name in self._words["animal"]] or [False])
        found = []
        for piece in self._held.pieces:
            rows = np.flatnonzero(wanted[piece["animal"]] & (piece["flags"] == 0))
            texts = {
                name: np.array(self._words[name], dtype=object)[piece[name][rows]]
                for name in ("animal", "tag", "source")
            }
            numbers = {name: piece[name][rows] for name in ("lon", "lat")}
            found.append(pd.DataFrame({**texts, **numbers, "time_s": piece["time_us"][rows] / 1e6}))
        return pd.concat(found, ignore_index=True)

    def summary(self) -> dict[str, Any]:
        """Return counts of fixes, and per animal its taxon, number and first and last time."""
        held = self._held
        animals: dict[str, Any] = {}
        for start, end in zip(self._starts, self._ends, strict=True):
            lost = (held.of("flags", start, end) & FLAG_BIT["no_position"]) != 0
            taxa = np.unique(held.of("species", start, end)).tolist()
            animals[self._name(start)] = {
                "fixes": end - start,
                "no_position": int(np.count_nonzero(lost)),
                "taxa": sorted({self._words["species"][taxon] for taxon in taxa}),
                "first_utc": _utc(held.of("time_us", start, start + 1)[0]),
                "last_utc": _utc(held.of("time_us", end - 1, end)[0]),
            }
        return {
            "fixes": len(self),
            "no_position": sum(one["no_position"] for one in animals.values()),
            "animals": animals,
        }

    def _name(self, row: int) -> str:
        return self._words["animal"][int(self._held.of("animal", row, row + 1)[0])]

    def _rows(self, start: int, end: int, columns: Sequence[str]) -> pa.Table:
        return pa.table({name: self._column(name, start, end) for name in columns})

    def _column(self, name: str, start: int, end: int) -> pa.Array:
        held = self._held
        if name == "geometry":
            return points(held.of("lon", start, end), held.of("lat", start, end))
        if name == "time_utc":
            return pa.array(held.of("time_us", start, end)).cast(pa.timestamp("us", "UTC"))
        if name == "herd":
            return pa.repeat(pa.scalar(self._herd, pa.large_string()), end - start)
        if name in self._texts:
            codes = held.of(name, start, end)
            if len(codes) and codes.min() == codes.max():
                return pa.repeat(self._texts[name][int(codes[0])], len(codes))
            return self._texts[name].take(pa.array(codes))
        # NaN is nothing, as pandas writes it.
        return pa.array(held.of(name, start, end), from_pandas=True)


def _flags(part: TrackPart, lon: Floats, lat: Floats) -> Bits:
    flags = np.zeros(len(part), dtype=np.uint16)
    for name, mask in (
        ("no_position", ~(np.isfinite(lon) & np.isfinite(lat))),
        ("impossible_coordinate", impossible(lon, lat)),
        ("outside_deployment", part.is_undeployed),
        ("vendor_outlier", part.is_outlier),
    ):
        if mask.any():
            flags[mask] |= FLAG_BIT[name]
    return flags


def _longer(counts: Indices, codes: Values) -> Indices:
    """Return counts with a 0 for each number that is new."""
    return np.pad(counts, (0, max(0, int(codes.max()) + 1 - len(counts))))


def _ranked(pieces: Iterable[dict[str, Values]], name: str, words: list[str]) -> list[str]:
    """Let the numbers of a column be ordered as their texts are, and return the texts."""
    order = sorted(range(len(words)), key=words.__getitem__)
    if order != list(range(len(words))):
        rank = np.empty(len(words), dtype=np.min_scalar_type(len(words)))
        rank[order] = np.arange(len(words))
        for piece in pieces:
            piece[name] = rank[piece[name]]
    return [words[place] for place in order]


def _is_ordered(held: HeldColumns) -> bool:
    """Return whether rows are in the order of FIXES; each piece is looked at with the next row."""
    return all(
        ascends([held.of(name, max(0, end - len(piece["flags"]) - 1), end) for name in _KEYS])
        for end, piece in zip(held.ends, held.pieces, strict=True)
    )


def _in_runs(held: HeldColumns) -> HeldColumns | None:
    """Return the rows in the order of FIXES if each animal's follow one another as they are."""
    n_runs = sum(np.count_nonzero(np.diff(piece["animal"])) + 1 for piece in held.pieces)
    if n_runs * _LEAST_RUN > len(held):
        return None
    runs = held.runs("animal").pieces
    moved = HeldColumns(sorted(runs, key=lambda run: (run["animal"][0], run["time_us"][0])))
    return moved if _is_ordered(moved) else None


def _order(held: HeldColumns) -> Indices:
    """Return the rows in the order of FIXES."""
    n = len(held)
    animal, *keys = (held.of(name, 0, n) for name in _KEYS)
    # Numbers of 16 bits are sorted by counting them.
    order = np.argsort(animal, kind="stable")
    ends = np.flatnonzero(np.diff(animal[order])) + 1
    for start, end in pairwise([0, *ends.tolist(), n]):
        own = order[start:end]
        if not ascends([key[own] for key in keys]):
            order[start:end] = own[np.lexsort([key[own] for key in reversed(keys)])]
    return order


def _utc(time_us: np.int64) -> str:
    return pd.Timestamp(int(time_us), unit="us", tz="UTC").isoformat()
