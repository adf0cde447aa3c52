"""Waiting for layers that another program is saving, as `--wait` asks for."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from corridors.foundation.errors import BusyError, CorridorsError
from corridors.stages import registry

if TYPE_CHECKING:
    from corridors.config.load import Study


def wait_until_free(
    study: Study, stages: Sequence[str], herds: Sequence[str], *, wait_s: float
) -> None:
    """Return when no GeoPackage that these stages read is locked; at once if ``wait_s`` is 0.

    A file that cannot be read for another reason is left to the stage that reads it.

    Raises
    ------
    BusyError
        Still locked after ``wait_s``, s.
    """
    if not wait_s:
        return
    until = time.monotonic() + wait_s
    names = {
        name
        for stage in registry.stages()
        if stage.name in stages
        for herd in herds
        for name in registry.inputs_of(stage, study.config, herd)
        if name.lower().endswith(".gpkg")
    }
    if not names:
        return
    from corridors.formats.geopackage_file import require_geopackage

    for name in sorted(names):
        while True:
            try:
                require_geopackage(study.raw_path(name), name)
            except BusyError:
                if time.monotonic() >= until:
                    raise
                continue
            except CorridorsError:
                pass
            break
