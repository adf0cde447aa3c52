"""The herd's areas and places by the zones of the user."""

from __future__ import annotations

import pandas as pd

from corridors.barriers.zones import ZoneLayer, zone_shares, zoned_areas
from corridors.foundation.artefacts import Table
from corridors.stages.act.stage import Inputs, Settings


def by_zone(inputs: Inputs, settings: Settings) -> Table:
    """Return ZONE_SHARES: of every configured layer; empty without any."""
    layers = [
        ZoneLayer(source.name, source.title or source.name, source.protected)
        for source in settings.zones
    ]
    areas = zoned_areas(
        (inputs.corridors.read(), inputs.modelled.read()),
        inputs.stopovers.read(),
        inputs.ranges.read(),
    )
    found = zone_shares(
        settings.herd,
        layers,
        inputs.zones.read(),
        areas,
        pd.DataFrame(inputs.threats.read()),
        inputs.segments.read(),
        inputs.ranking.unit,
    )
    return Table.of(found)
