"""What animals tried at barriers, as stage `intersect` leaves it: tables written by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import LineString

from corridors.config.model import Rank
from corridors.config.trials import Trials
from corridors.foundation import tables
from corridors.foundation.artefacts import Layer, Table, silent
from corridors.foundation.facts.clean import CleanFacts
from corridors.foundation.facts.intersect import IntersectFacts
from corridors.stages.weigh import stage

HERD = "test-herd"
# Centred where the first of `segments` begins.
CRS = "+proj=laea +lat_0=37 +lon_0=73 +units=m"
ANIMALS = tuple(f"a{k}" for k in range(8))
N_COPIES = 6
_UNDATED = pd.Series(pd.NaT, range(9), dtype="datetime64[us, UTC]")

Met = Sequence[tuple[str, str, str, int, int]]


def segments(**kinds: tuple[str, str, str]) -> gpd.GeoDataFrame:
    """Return segments by id, each (kind, class, status), far apart."""
    rows = [
        {
            "segment": name, "barrier": name, "name": name, "kind": kind, "class": own,
            "status": status, "permeability": np.nan, "permeability_source": "unknown",
            "tolerance_m": 10.0, "source": "test", "from_km": 0.0, "to_km": 1.0,
            "length_m": 1000.0, "corridor_class": "high", "has_data": True,
            "geometry": LineString([(73.0 + i / 10, 37.0), (73.05 + i / 10, 37.0)]),
        }
        for i, (name, (kind, own, status)) in enumerate(kinds.items())
    ]  # fmt: skip
    frame = gpd.GeoDataFrame(rows, crs="EPSG:4326")
    return frame.assign(valid_from=_UNDATED, valid_to=_UNDATED)


def everybody(segment: str, trials: int, passed: int, season: str = "spring") -> list[Any]:
    """Return (segment, animal, season, trials, passed) of every animal."""
    return [(segment, animal, season, trials, passed) for animal in ANIMALS]


def trials(met: Met, layer: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return TRIALS: what is given, and copies of all that stands, which free animals pass."""
    real = [(0, -1, *row[:3], 0, row[3], row[4], row[4], 0) for row in met]
    copied = [
        (0, copy, segment, animal, season, 0, 2, 2, 2, 0)
        for segment in layer.loc[layer["status"] == "existing", "segment"]
        for copy in range(N_COPIES)
        for season in sorted({row[2] for row in met})
        for animal in ANIMALS
    ]
    frame = pd.DataFrame(real + copied, columns=list(tables.TRIALS.columns))
    texts = dict.fromkeys(("segment", "animal", "season"), str)
    return tables.typed(frame.astype(texts), tables.TRIALS)


def seasons(
    names: Sequence[str] = ANIMALS,
    *,
    each: float = 2.0,
    since: pd.Timestamp | None = None,
) -> pd.DataFrame:
    """Return SEASONS_TRACKED: so many springs, autumns and winters of every animal."""
    rows = [
        {"animal": animal, "season": season, "is_migration": season in ("spring", "autumn")}
        for animal in names
        for season in ("autumn", "other", "spring", "winter")
    ]
    frame = pd.DataFrame(rows).assign(
        from_utc=pd.Series([since] * len(rows), dtype=tables.UTC),
        to_utc=pd.Series(pd.NaT, range(len(rows)), dtype=tables.UTC),
        seasons=each,
    )
    return frame.astype({"animal": str, "season": str})


def units(names: Sequence[str] = ANIMALS, together: int = 1) -> pd.DataFrame:
    """Return UNITS; so many animals, one after the other, are one."""
    frame = pd.DataFrame({"animal": list(names), "unit": np.arange(len(names)) // together + 1})
    return frame.astype({"animal": str, "unit": "int64"})


def inputs(
    layer: gpd.GeoDataFrame,
    met: Met,
    *,
    permeability: pd.DataFrame | None = None,
    tracked: pd.DataFrame | None = None,
    together: int = 1,
) -> stage.Inputs:
    """Return what stage `weigh` reads."""
    is_tracked = bool(layer["has_data"].any())
    own = tables.empty(tables.PERMEABILITY) if permeability is None else permeability
    tried = trials(met, layer) if is_tracked else tables.empty(tables.TRIALS)
    times = seasons() if tracked is None else tracked
    return stage.Inputs(
        clean=CleanFacts.model_construct(crs=CRS, cell_m=250.0),
        segments=Layer.of(tables.check(layer, tables.SEGMENTS)),
        trials=Table.of(tables.check(tried, tables.TRIALS)),
        seasons=Table.of(times if is_tracked else tables.empty(tables.SEASONS_TRACKED)),
        units=Table.of(units(together=together) if is_tracked else tables.empty(tables.UNITS)),
        crossed=IntersectFacts.model_construct(
            tracking_years=dict.fromkeys(ANIMALS, 2.0) if is_tracked else {}, interval_h=1.0
        ),
        permeability=Table.of(tables.check(own, tables.PERMEABILITY)),
    )


def weighed(
    layer: gpd.GeoDataFrame,
    met: Met,
    *,
    size: float | None = None,
    species: str | None = None,
    rank: dict[str, Any] | None = None,
    **more: Any,
) -> stage.Results:
    """Return what stage `weigh` leaves, each table checked."""
    settings = stage.Settings(
        herd=HERD,
        rank=Rank(**(rank or {})),
        trials=Trials(),
        species=species,
        population_size=size,
        population_source="count 2020" if size else None,
    )
    found = stage.run(inputs(layer, met, **more), settings, silent)
    tables.check(found.places.read(), tables.PLACES)
    tables.check(found.segments.read(), tables.PLACE_SEGMENTS)
    tables.check(found.draws.read(), tables.PLACE_DRAWS)
    return found
