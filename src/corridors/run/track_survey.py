"""What the tracks of a herd hold, for `check`: read as `ingest` reads them, kept by none.

Memory does not grow with the files, but for animals whose fixes have to be compared; some millions
of fixes are held to be flagged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from corridors.formats.track_part import TrackPart
from corridors.foundation.arrays import Indices
from corridors.foundation.artefacts import RawFiles
from corridors.foundation.errors import InputError
from corridors.foundation.faults import Faults
from corridors.stages.ingest.census import Census, compared, seen_of, usable
from corridors.stages.ingest.herd_fixes import HerdFixes
from corridors.stages.ingest.track_files import SourceFixes

if TYPE_CHECKING:
    from corridors.config.sources import Herd, TrackSource

# Steps from which the median interval of a file is taken.
_STEPS = 200_000


@dataclass
class TrackSurvey:
    """What one file of tracks holds.

    Parameters
    ----------
    herd, source
        Names.
    animals
        Fixes of each animal.
    first_utc, last_utc
        First and last time, ISO 8601.
    median_interval_h
        Median time between fixes of an animal that follow one another in the file, h.
    bounds_deg
        West, south, east, north of the fixes that nothing flags yet; None without any.
    no_position_frac
        Share of fixes without a position.
    notes
        What reading told.
    """

    herd: str
    source: str
    animals: dict[str, int] = field(default_factory=dict)
    first_utc: str | None = None
    last_utc: str | None = None
    median_interval_h: float | None = None
    bounds_deg: tuple[float, float, float, float] | None = None
    no_position_frac: float = 0.0
    notes: dict[str, Any] = field(default_factory=dict)


class Sample:
    """The first fixes of a herd's files, which are held to be flagged.

    Parameters
    ----------
    name, herd
        The herd and its configuration.
    most
        Fixes that are held, some thousands more at most.
    """

    def __init__(self, name: str, herd: Herd, most: float) -> None:
        self.fixes = HerdFixes(name, herd.species)
        self._left = most

    def of(self, part: TrackPart) -> TrackPart:
        """Return those rows of a part that are held: all or none."""
        if self._left <= 0:
            return TrackPart(part.rows.slice(0, 0))
        self._left -= len(part)
        return part


def survey_tracks(
    raw: RawFiles, name: str, herd: Herd, sample: Sample, faults: Faults
) -> list[TrackSurvey]:
    """Return what each file of a herd's tracks holds.

    Parameters
    ----------
    raw
        Of stage `ingest`.
    name, herd
        The herd and its configuration.
    sample
        Takes fixes.
    faults
        Take why `ingest` would refuse the files.
    """
    found: list[TrackSurvey] = []
    census = Census()
    read: list[TrackSource] = []
    for source in herd.tracks:
        own = faults.collect(partial(_survey, raw, name, herd, source, census, sample))
        if own is not None:
            found.append(own)
            read.append(source)

    doubtful = census.doubtful()
    if doubtful:
        again = [
            seen_of(part, source.path, doubtful)
            for source in read
            for part in _fixes(raw, herd, source)
        ]
        faults.add(InputError, *compared(pd.concat(again, ignore_index=True)))
    faults.add(InputError, *census.faults())
    return found


def _fixes(raw: RawFiles, herd: Herd, source: TrackSource) -> SourceFixes:
    deployments = raw.of(source.deployments) if source.deployments else None
    return SourceFixes(source, raw.of(source.path), deployments, herd.species)


def _survey(
    raw: RawFiles, name: str, herd: Herd, source: TrackSource, census: Census, sample: Sample
) -> TrackSurvey:
    found = TrackSurvey(name, source.path)
    own = _Counts()
    fixes = _fixes(raw, herd, source)

    def held() -> Iterator[TrackPart]:
        for part in fixes:
            seen = usable(part)
            own.see(part, seen)
            census.see(seen, source.path)
            yield sample.of(part)

    sample.fixes.take(source.path, held())
    own.tell(found)
    found.notes = fixes.notes
    return found


class _Counts:
    """Counts of one file, part by part."""

    def __init__(self) -> None:
        self.animals: dict[str, int] = {}
        self.n_placed = 0
        self.first_us, self.last_us = np.iinfo(np.int64).max, np.iinfo(np.int64).min
        self.low, self.high = np.full(2, np.inf), np.full(2, -np.inf)
        self.steps: list[Indices] = []
        self.n_steps = 0

    def see(self, part: TrackPart, used: TrackPart) -> None:
        """Take a part, and those of its fixes that nothing flags yet."""
        if not len(part):
            return
        codes = part.animal
        for animal, n in part.counts().items():
            self.animals[animal] = self.animals.get(animal, 0) + n
        micros = part.timed_us
        if len(micros):
            self.first_us = min(self.first_us, int(np.min(micros)))
            self.last_us = max(self.last_us, int(np.max(micros)))
        self.n_placed += len(part) if used is part else part.n_placed
        if len(used):
            lon, lat = used.lon, used.lat
            self.low = np.minimum(self.low, (lon.min(), lat.min()))
            self.high = np.maximum(self.high, (lon.max(), lat.max()))
        if self.n_steps < _STEPS and len(micros) == len(codes):
            step = np.abs(np.diff(micros))[np.diff(codes) == 0]
            step = step[step > 0]
            self.n_steps += len(step)
            self.steps.append(step)

    def tell(self, found: TrackSurvey) -> None:
        """Fill in what was counted."""
        n = sum(self.animals.values())
        found.animals = dict(sorted(self.animals.items()))
        if n:
            found.first_utc, found.last_utc = (
                str(np.datetime64(us, "us").astype("datetime64[s]")) + "Z"
                for us in (self.first_us, self.last_us)
            )
            found.no_position_frac = 1 - self.n_placed / n
        if self.n_steps:
            found.median_interval_h = float(np.median(np.concatenate(self.steps))) / 3.6e9
        if np.isfinite(self.low).all():
            (west, south), (east, north) = self.low.tolist(), self.high.tolist()
            found.bounds_deg = west, south, east, north
