"""The tracks part of `ingest`: sources of a herd to one table of fixes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from corridors.formats.track_part import TrackPart
from corridors.foundation.artefacts import RawFiles
from corridors.foundation.errors import InputError
from corridors.foundation.faults import Faults
from corridors.stages.ingest.census import Census, compared, usable
from corridors.stages.ingest.herd_fixes import HerdFixes, SortedFixes
from corridors.stages.ingest.track_files import SourceFixes

if TYPE_CHECKING:
    from corridors.config.sources import Herd, TrackSource
    from corridors.foundation.artefacts import Progress


def read_tracks(
    raw: RawFiles, name: str, herd: Herd, faults: Faults, progress: Progress
) -> tuple[SortedFixes, list[dict[str, Any]]]:
    """Return the fixes of all sources, and what to tell about each source that could be read.

    Parameters
    ----------
    raw
        Of the stage.
    name, herd
        The herd and its configuration.
    faults
        Take what is wrong with the files, and why tracks contradict themselves or each other.
    progress
        Hears what is read, as the first half of the stage.
    """
    fixes, census, told = HerdFixes(name, herd.species), Census(), []
    for i, source in enumerate(herd.tracks):
        progress(f"reading {source.path}", 0.5 * i / len(herd.tracks))
        notes = faults.collect(partial(_read, raw, herd, source, fixes, census))
        if notes is not None:
            told.append({"source": source.path, "format": source.format, **notes})
    found = fixes.sorted()
    doubtful = census.doubtful()
    faults.add(
        InputError,
        *(compared(found.usable_of(doubtful)) if doubtful else ()),
        *census.faults(),
    )
    return found, told


def _read(
    raw: RawFiles, herd: Herd, source: TrackSource, fixes: HerdFixes, census: Census
) -> dict[str, Any]:
    """Add the fixes of one source, and return what to tell about them."""
    deployments = raw.of(source.deployments) if source.deployments else None
    read = SourceFixes(source, raw.of(source.path), deployments, herd.species)
    own = Census()

    def seen() -> Iterator[TrackPart]:
        for part in read:
            own.see(usable(part), source.path)
            yield part

    fixes.take(source.path, seen())
    census.join(own)
    return read.notes
