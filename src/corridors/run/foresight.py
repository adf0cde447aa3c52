"""What stages after `ingest` will refuse, as far as the input files alone tell it, for `check`.

Of a herd that nobody has tracked all of it: its grid is that of the ranges that experts drew.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from corridors.formats.picks import Span, read_picks
from corridors.foundation.artefacts import RawFiles, silent
from corridors.foundation.errors import ConfigError
from corridors.foundation.faults import Faults
from corridors.run.track_survey import TrackSurvey
from corridors.stages import registry

if TYPE_CHECKING:
    import geopandas as gpd

    from corridors.config.load import Study

_EVER = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)


def foresee(
    study: Study, herd: str, tracks: Sequence[TrackSurvey], ranges: gpd.GeoDataFrame, faults: Faults
) -> None:
    """Add what later stages would refuse of a herd whose own files are right.

    Parameters
    ----------
    study, herd
        Whose.
    tracks
        What its tracks hold.
    ranges
        RANGES that experts drew.
    faults
        Take what is found.
    """
    # Each of these stages loads half of the science: only where there is something to foresee.
    is_tracked = bool(study.config.herds[herd].tracks)
    try:
        if study.config.working.crs != "auto":
            from corridors.stages.clean.cleaning import check_working_crs

            check_working_crs(study.config.working.crs)
    except ConfigError as error:
        faults.add(ConfigError, *error.faults)
        return
    if tracks:
        faults.collect(partial(_picks, study, herd, tracks))
    if not is_tracked and len(ranges) and study.config.habitat.layers:
        faults.collect(partial(_ground, study, herd, ranges))


def _raw(study: Study, stage: str, herd: str) -> RawFiles:
    names = registry.inputs_of(registry.get(stage), study.config, herd)
    return RawFiles({name: study.raw_path(name) for name in names})


def _picks(study: Study, herd: str, tracks: Sequence[TrackSurvey]) -> None:
    """Refuse picks that fit no fix at all; which fixes are usable is known later."""
    settings = registry.get("segment").settings(study.config, herd)
    if not settings.picks:
        return
    from corridors.stages.segment.picked import migration_seasons

    years = {
        year
        for one in tracks
        if one.first_utc and one.last_utc
        for year in range(int(one.first_utc[:4]) - 1, int(one.last_utc[:4]) + 1)
    }
    first = min((one.first_utc for one in tracks if one.first_utc), default=None)
    last = max((one.last_utc for one in tracks if one.last_utc), default=None)
    if first is None or last is None:
        return
    span = Span(datetime.fromisoformat(first), datetime.fromisoformat(last), *_EVER)
    known = {animal: dict.fromkeys(years, span) for one in tracks for animal in one.animals}
    raw = _raw(study, "segment", herd)
    read_picks(
        raw.of(settings.picks),
        settings.picks,
        known,
        migrations=migration_seasons(settings.segment),
    )


def _ground(study: Study, herd: str, ranges: gpd.GeoDataFrame) -> None:
    """Read the habitat layers as `connect` does for a herd without tracks."""
    from corridors.habitat.ranges import ranges_of
    from corridors.habitat.used_fixes import UsedFixes
    from corridors.stages.clean.cleaning import herd_crs
    from corridors.stages.connect.connection import grid_of
    from corridors.stages.connect.resistance import ground_of

    habitat = study.config.habitat
    nowhere = np.empty(0)
    crs = herd_crs(study.config.working.crs, nowhere, nowhere, ranges, has_tracks=False)
    extent = list(ranges_of(ranges, crs).shapes.values())
    if not extent:
        return
    grid = grid_of(habitat, extent, crs)
    used = None
    if habitat.resistance_from != "table":
        used = UsedFixes(np.empty(0), np.empty(0), np.empty(0, dtype=np.int64), [])
    ground_of(_raw(study, "connect", herd), habitat, grid, used, silent)
