"""Segments and areas as a scenario alters them."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from corridors.foundation.artefacts import Layer
from corridors.foundation.errors import InternalError
from corridors.stages.intersect.stage import Results
from corridors.threats.scenarios import altered


def marked(found: Results, alterations: pd.DataFrame) -> Results:
    """Return results of `intersect` with ALTERATIONS marked.

    Raises
    ------
    InternalError
        A segment that the scenario alters is not there.
    """
    if not len(alterations):
        return found
    segments, areas = found.segments.read(), found.areas.read()
    lost = sorted(set(alterations["segment"]) - {*segments["segment"], *areas["polygon"]})
    if lost:
        raise InternalError([f"segment {name} is cut otherwise in the scenario" for name in lost])
    return replace(
        found,
        segments=Layer.of(altered(segments, alterations, key="segment")),
        areas=Layer.of(altered(areas, alterations, key="polygon")),
    )
