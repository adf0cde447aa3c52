"""What is released of each herd: its layers, and what the metadata say of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import union_all
from shapely.geometry.base import BaseGeometry

from corridors.atlas.words.threats import place_name
from corridors.config.record import Record
from corridors.config.sources import Herd
from corridors.foundation import tables
from corridors.foundation.artefacts import Progress, Raster
from corridors.foundation.crs import GEOGRAPHIC, geodesic_area_km2
from corridors.foundation.errors import ConfigError, Fault
from corridors.foundation.faults import Faults
from corridors.stages.download.class_raster import class_raster
from corridors.stages.download.stage import Asked, Inputs, OneHerd, Results, Settings
from corridors.stages.download.tiers import Tier, tier_of
from corridors.stages.release.features import parts_of
from corridors.stages.release.gathering import is_tracked
from corridors.stages.release.met_places import met_places
from corridors.stages.release.shared_ground import ALL, TRACKED, Ground, SharedGround

CONTRACTS: Mapping[str, tables.LayerSchema] = {
    "corridors": tables.RELEASED_CORRIDORS,
    "stopovers": tables.RELEASED_STOPOVERS,
    "ranges": tables.RELEASED_RANGES,
    "barriers": tables.RELEASED_BARRIERS,
}
# Layer -> its column with the number of tracked animals.
_SAMPLE_COLUMN = {"corridors": "n_tracked", "ranges": "n_animals"}


@dataclass(frozen=True)
class HerdProducts:
    """What is released of a herd.

    Parameters
    ----------
    herd, species, title, simulated
        Whose.
    record
        What the inventory says of it.
    tier
        What was done.
    crs
        Working CRS, in which the cells of the tier public lie.
    layers
        Name -> rows of the contract in ``CONTRACTS``; those with rows only.
    raster
        Classes of the corridor; None without one.
    n_animals
        Tracked animals behind the layers, which no file tells unless the tier does.
    """

    herd: str
    species: str
    title: str
    simulated: bool
    record: Record
    tier: Tier
    crs: str
    layers: Mapping[str, gpd.GeoDataFrame]
    raster: Raster | None
    n_animals: int

    @property
    def bounds_deg(self) -> tuple[float, float, float, float]:
        """West, south, east and north of all layers."""
        bounds = np.array([frame.total_bounds for frame in self.layers.values()])
        west, south = bounds[:, :2].min(axis=0)
        east, north = bounds[:, 2:].max(axis=0)
        return float(west), float(south), float(east), float(north)


def products(inputs: Inputs, settings: Settings, asked: Asked, progress: Progress) -> Results:
    """Return what is released of the herds that have any layer."""
    found, faults = [], Faults()
    for done, (name, one) in enumerate(inputs.herds.items()):
        progress(f"make {name}", done / len(inputs.herds))
        try:
            _refuse_new(name, one, settings, asked)
        except ConfigError as error:
            faults.add(ConfigError, *error.faults)
            continue
        made = _of_herd(name, settings.herds[name], one, settings, asked)
        if made.layers:
            found.append(made)
    faults.raise_any()
    return Results(found)


def _refuse_new(name: str, one: OneHerd, settings: Settings, asked: Asked) -> None:
    if asked.tier != "public":
        return
    ends = one.migrations.read(["end_utc"])["end_utc"]
    months = settings.release.public.delay_months
    if ends.empty:
        return
    free = (ends.max() + pd.DateOffset(months=months)).date()
    if asked.day < free:
        raise ConfigError(
            Fault(
                f"the data of {name} are too new for the tier public",
                column="release.public.delay_months",
                expected=f"a release {months} months after the newest use of its data",
                got=asked.day.isoformat(),
                cure=f"release it from {free.isoformat()} on, or to partners",
            )
        )


def _of_herd(name: str, herd: Herd, one: OneHerd, settings: Settings, asked: Asked) -> HerdProducts:
    tier = tier_of(asked.tier, herd.species, settings.release)
    record = herd.record or Record()
    shared = SharedGround(
        one.population.read(),
        one.delineate.crs,
        one.delineate.cell_m,
        min_animals=tier.min_animals,
        delineate=settings.delineate,
    )
    drawn, ranges = one.corridors.read(), one.ranges.read()
    corridors = shared.corridors(drawn)
    # What is modelled between ranges of too few animals would show where these are.
    if not corridors and not is_tracked(drawn, ranges):
        modelled = one.modelled.read()
        corridors = [Ground(row, shared.planar(row["geometry"])) for _, row in modelled.iterrows()]
    stopovers = one.stopovers.read()
    if tier.grid_m is not None:
        # Few animals make a place to rest; cells of such places come and go with one of them.
        stopovers = stopovers.head(0)
    grounds = {
        "corridors": corridors,
        "stopovers": shared.within(stopovers[stopovers["season"] == ALL]),
        "ranges": shared.within(ranges, ranges["n_animals"].tolist()),
    }
    classes = [
        (str(one.row["corridor_class"]), tier.shown(one.shape)) for one in grounds["corridors"]
    ]
    layers = {
        layer: _layer(layer, list(_areas(layer, name, own, shared, tier)))
        for layer, own in grounds.items()
    }
    barriers = _layer("barriers", list(_barriers(name, one, shared, tier)))
    return HerdProducts(
        name,
        herd.species,
        record.title or name,
        herd.simulated,
        record,
        tier,
        shared.crs,
        {key: frame for key, frame in {**layers, "barriers": barriers}.items() if len(frame)},
        class_raster(classes, shared.crs, tier.grid_m or shared.cell_m) if classes else None,
        max((_n_tracked(layer, row) for layer, own in grounds.items() for row in own), default=0),
    )


def _n_tracked(layer: str, ground: Ground) -> int:
    """Return the tracked animals behind a polygon; 0 where nobody was tracked."""
    column = _SAMPLE_COLUMN.get(layer)
    if column is None or ground.row["evidence"] != TRACKED:
        return 0
    return int(str(ground.row[column]))


def _areas(
    layer: str, herd: str, grounds: Sequence[Ground], shared: SharedGround, tier: Tier
) -> Iterator[dict[str, object]]:
    """Yield a row for each part of each polygon that is released.

    In cells, polygons that say the same become one: how many there are would tell of each.
    """
    alike: dict[object, tuple[dict[str, object], list[BaseGeometry]]] = {}
    for number, ground in enumerate(grounds):
        values = _values(layer, herd, dict(ground.row), tier)
        key = number if tier.grid_m is None else str(values)
        alike.setdefault(key, (values, []))[1].append(tier.shown(ground.shape))
    for values, shapes in alike.values():
        for part in _parts(shared, union_all(shapes), "polygon"):
            yield {**values, "area_km2": geodesic_area_km2(part), "geometry": part}


def _values(layer: str, herd: str, row: Mapping[str, object], tier: Tier) -> dict[str, object]:
    """Return what is told of a polygon."""
    values: dict[str, object] = {"herd": herd, "season": row["season"]}
    if layer == "stopovers":
        return values
    own = "corridor_class" if layer == "corridors" else "isopleth"
    sample = int(str(row[_SAMPLE_COLUMN[layer]])) if row["evidence"] == TRACKED else 0
    return {
        **values,
        own: row[own],
        "sample": tier.sample(sample),
        "evidence": row["evidence"],
        "source": row["source"],
    }


def _barriers(
    herd: str, one: OneHerd, shared: SharedGround, tier: Tier
) -> Iterator[dict[str, object]]:
    places = list(
        met_places(one.threats.read(), one.threat_segments.read(), min_animals=tier.min_animals)
    )
    if tier.grid_m is None:
        for place in places:
            row: Mapping[str, object] = dict(place.row)
            values = {"kind": row["kind"], "grade": row["grade"], "name": place_name(row)}
            for line in place.lines:
                yield {"herd": herd, **values, "rank": float(str(row["rank"])), "geometry": line}
        return
    # A name, and a place in the ranking, would give away where in the cell it is.
    kinds: dict[tuple[str, str], list[BaseGeometry]] = {}
    for place in places:
        cells = [tier.shown(shared.planar(line)) for line in place.lines]
        kinds.setdefault((place.row["grade"], place.row["kind"]), []).extend(cells)
    for (grade, kind), cells in kinds.items():
        for part in _parts(shared, union_all(cells), "polygon"):
            yield {
                "herd": herd, "kind": kind, "grade": grade, "name": "", "rank": float("nan"),
                "geometry": part,
            }  # fmt: skip


def _parts(shared: SharedGround, shape: BaseGeometry, kind: str) -> list[BaseGeometry]:
    return parts_of(shared.geographic(shape), kind)


def _layer(name: str, rows: list[dict[str, object]]) -> gpd.GeoDataFrame:
    schema = CONTRACTS[name]
    if not rows:
        return tables.empty(schema)
    return tables.check(gpd.GeoDataFrame(rows, geometry="geometry", crs=GEOGRAPHIC), schema)
