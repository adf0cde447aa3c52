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

from corridors.formats.fix_quality import fix_types
from corridors.formats.positions import impossible
from corridors.formats.track_part import TrackPart
from corridors.foundation import tables
from corridors.foundation.arrays import Bits, Floats, Indices, Values
from corridors.foundation.arrow import (
    codes_of,
    is_one,
    numbers_of,
    plain_table,
    points,
    texts_of,
    utc_times,
)
from corridors.foundation.artefacts import FixTable
from corridors.foundation.spool import fix_frame, spool_fixes
from corridors.foundation.vocabulary import FLAG_BIT
from corridors.stages.ingest.held_columns import Gathering, HeldColumns, ascends, edges, mapped

_LEAST_RUN = 256  # rows: to handle one costs as much as to sort so many
_ROWS_AT_ONCE = 1 << 17  # a row group of the file: what is made of them stays in a cache
_PLACES = 1 << 16  # that tell where a herd is; of ten million a copy takes longer than the reading
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
        return mapped(codes_of(column), np.array(own or [0], dtype=np.int32))

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
            counts = _with(counts, fix_type)
            own.add(
                {
                    "animal": self._words["animal"].codes(rows.column("animal")),
                    "time_us": part.time_us,
                    "source": np.broadcast_to(number, len(part)),
                    "source_row": part.source_row,
                    "lon": lon,
                    "lat": lat,
                    "dop": part.dop,
                    "fix_type": fix_type if not n_before else fix_type + np.int32(n_before),
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
        self._starts: list[int] = []
        before = -1
        for end, piece in zip(held.ends, held.pieces, strict=True):
            animal = piece["animal"]
            inside = edges(animal).tolist()
            starts = inside if animal[0] == before else [0, *inside]
            self._starts += [end - len(animal) + start for start in starts]
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
        for start in range(0, len(self), _ROWS_AT_ONCE):
            end = min(start + _ROWS_AT_ONCE, len(self))
            spool.add(self._rows(start, end, list(tables.FIXES.columns), is_coded=True))
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
        """Return longitude and latitude, degrees, of fixes without a flag, shape (n, 2).

        Of a large herd each of so many, and the outermost of all.
        """
        every = -(-len(self) // _PLACES)
        found, outermost = [np.empty((0, 2))], [np.empty((0, 2))]
        for piece in self._held.pieces:
            good = piece["flags"] == 0
            lon, lat = piece["lon"], piece["lat"]
            if not good.all():
                lon, lat = lon[good], lat[good]
            found.append(np.column_stack([lon[::every], lat[::every]]))
            if every > 1:
                outermost.append(_outermost(lon, lat))
        return np.concatenate([*found, _outermost(*np.concatenate(outermost).T)])

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
            species = held.of("species", start, end)
            taxa = [int(species[0])] if is_one(species) else np.unique(species).tolist()
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

    def _rows(
        self, start: int, end: int, columns: Sequence[str], *, is_coded: bool = False
    ) -> pa.Table:
        """Return some rows; ``is_coded`` leaves each different text once."""
        return plain_table(
            {name: self._column(name, start, end) for name in columns}, is_coded=is_coded
        )

    def _column(self, name: str, start: int, end: int) -> pa.Array:
        held = self._held
        if name == "geometry":
            return points(held.of("lon", start, end), held.of("lat", start, end))
        if name == "time_utc":
            return utc_times(held.of("time_us", start, end))
        if name == "herd":
            return texts_of(np.broadcast_to(np.int32(0), end - start), [self._herd])
        if name in self._words:
            return texts_of(held.of(name, start, end), self._words[name])
        return numbers_of(held.of(name, start, end))


def _outermost(lon: Floats, lat: Floats) -> Floats:
    """Return the places farthest in each direction, also if degrees count east of Greenwich."""
    if not len(lon):
        return np.empty((0, 2))
    rows = [lon.argmin(), lon.argmax(), lat.argmin(), lat.argmax()]
    if lon[rows[0]] < 0 <= lon[rows[1]]:
        eastward = lon % 360.0
        rows += [eastward.argmin(), eastward.argmax()]
    return np.column_stack([lon[rows], lat[rows]])


def _flags(part: TrackPart, lon: Floats, lat: Floats) -> Bits:
    if part.is_usable.all():
        return np.broadcast_to(np.uint16(0), len(part))
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


def _with(counts: Indices, codes: Values) -> Indices:
    """Return counts with those of some more numbers, which may be new."""
    own = np.append(np.zeros(codes[0], int), len(codes)) if is_one(codes) else np.bincount(codes)
    longer = np.zeros(max(len(counts), len(own)), dtype=np.int64)
    longer[: len(counts)] += counts
    longer[: len(own)] += own
    return longer


def _ranked(pieces: Iterable[dict[str, Values]], name: str, words: list[str]) -> list[str]:
    """Let the numbers of a column be ordered as their texts are, and return the texts."""
    order = sorted(range(len(words)), key=words.__getitem__)
    if order != list(range(len(words))):
        rank = np.empty(len(words), dtype=np.min_scalar_type(len(words)))
        rank[order] = np.arange(len(words))
        for piece in pieces:
            piece[name] = mapped(piece[name], rank)
    return [words[place] for place in order]


def _is_ordered(held: HeldColumns) -> bool:
    """Return whether rows are in the order of FIXES, in each piece and from one to the next."""
    firsts = [[piece[name][0] for name in _KEYS] for piece in held.pieces]
    lasts = [[piece[name][-1] for name in _KEYS] for piece in held.pieces]
    return all(last <= first for last, first in zip(lasts, firsts[1:], strict=False)) and all(
        ascends([piece[name] for name in _KEYS]) for piece in held.pieces
    )


def _in_runs(held: HeldColumns) -> HeldColumns | None:
    """Return the rows in the order of FIXES if each animal's follow one another as they are."""
    n_runs = sum(len(edges(piece["animal"])) + 1 for piece in held.pieces)
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
