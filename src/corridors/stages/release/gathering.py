"""What all herds give to each layer of the atlas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from corridors.atlas.gium import LAYERS, WEB_MAP_CRS
from corridors.atlas.words import release as words
from corridors.atlas.words.record import NOT_STATED, evidence_words, status_words
from corridors.atlas.words.threats import place_name
from corridors.config.record import Record
from corridors.config.sources import Herd
from corridors.foundation.artefacts import Progress
from corridors.foundation.crs import GEOGRAPHIC
from corridors.foundation.errors import ConfigError
from corridors.foundation.faults import Faults
from corridors.stages.release.countries import Countries
from corridors.stages.release.features import Feature, Told, moved, parts_of
from corridors.stages.release.herd_arrows import HerdArrows, herd_arrows, rotation_deg
from corridors.stages.release.met_places import MetPlace, met_places
from corridors.stages.release.protected import areas_at, read_areas
from corridors.stages.release.shared_ground import TRACKED, Ground, SharedGround
from corridors.stages.release.stage import Inputs, OneHerd, Results, Settings

_CLASS_OF_WHOLE_RANGE = "low"


@dataclass
class _Gathered:
    """Features by layer, and what is told; ``herd`` is the one that is being gathered."""

    herd: str
    title: str
    countries: Countries
    features: dict[str, list[Feature]]
    told: list[Told] = field(default_factory=list)

    def add(self, layer: str, kind: str, geometry: BaseGeometry, **values: str | float) -> None:
        """Add a feature, cut by country."""
        for part, country in self.countries.divided(geometry, kind):
            self._keep(layer, part, country, values)

    def add_whole(self, layer: str, geometry: BaseGeometry, **values: str | float) -> None:
        """Add a feature that is never cut."""
        self._keep(layer, geometry, self.countries.names(geometry), values)

    def _keep(
        self, layer: str, part: BaseGeometry, country: str, values: dict[str, str | float]
    ) -> None:
        named = {"herd": self.title, "country": country, **values}
        self.features[layer].append(Feature(self.herd, part, named))

    def tell(self, check: str, value: str, details: str = "") -> None:
        """Add a row about the herd to the QA table."""
        self.told.append(Told(f"herd {self.herd}", check, "info", value, details))


def gathered(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Return what the herds give to a release."""
    features: dict[str, list[Feature]] = {layer.key: [] for layer in LAYERS}
    told: list[Told] = []
    source = settings.release.protected_areas
    areas = None if source is None else read_areas(inputs.raw, source)
    faults = Faults()
    for done, (name, one) in enumerate(inputs.herds.items()):
        progress(f"gather {name}", done / len(inputs.herds))
        try:
            told += _of_herd(name, one, settings, areas, features)
        except ConfigError as error:
            faults.add(ConfigError, *error.faults)
    faults.raise_any()
    return Results(features, told)


def _of_herd(
    name: str,
    one: OneHerd,
    settings: Settings,
    areas: gpd.GeoDataFrame | None,
    features: dict[str, list[Feature]],
) -> list[Told]:
    herd, release = settings.herds[name], settings.release
    record = herd.record or Record()
    shared = SharedGround(
        one.population.read(),
        one.delineate.crs,
        one.delineate.cell_m,
        min_animals=release.min_animals,
        delineate=settings.delineate,
    )
    countries = Countries(
        name, one.states.read(), record.countries, is_cut=release.across_boundaries == "cut"
    )
    into = _Gathered(name, record.title or name, countries, features)
    _tell_record(into, herd, record)
    drawn = one.corridors.read()
    ranges_layer = one.ranges.read()
    ranges = shared.within(ranges_layer, ranges_layer["n_animals"].tolist())
    corridors = shared.corridors(drawn)
    # What is modelled between ranges of too few animals would show where these are.
    if not corridors and not is_tracked(drawn, ranges_layer):
        modelled = one.modelled.read()
        corridors = [Ground(row, shared.planar(row["geometry"])) for _, row in modelled.iterrows()]
    stopovers = one.stopovers.read()
    rests = shared.within(stopovers[stopovers["season"] == "all"])
    _add_polygons(into, shared, corridors, ranges, rests)
    made = herd_arrows(shared, settings.seasons[name], ranges, corridors, drawn, release)
    _add_arrows(into, shared, made)
    threats = one.threats.read()
    places = list(met_places(threats, one.threat_segments.read(), min_animals=release.min_animals))
    _add_places(into, places)
    released = [shared.geographic(ground.shape) for ground in (*corridors, *ranges)]
    if areas is not None:
        _add_areas(into, areas_at(areas, released))
    n_left = len(threats) - len(places)
    lacks = [*_lacking(corridors, ranges, rests, made), *_lacking_places(places, areas, n_left)]
    into.tell("not in the release", "; ".join(lacks) or "nothing")
    return into.told


def is_tracked(*layers: gpd.GeoDataFrame) -> bool:
    """Return whether tracks gave anything of CORRIDORS or RANGES."""
    return any(bool((layer["evidence"] == TRACKED).any()) for layer in layers)


def _tell_record(into: _Gathered, herd: Herd, record: Record) -> None:
    into.tell("species", herd.species)
    into.tell("status", status_words(record.status, record.status_since))
    into.tell("evidence", evidence_words(record.evidence))
    for check in ("holder", "licence", "citation"):
        into.tell(check, getattr(record, check) or NOT_STATED)
    if herd.simulated:
        into.told.append(Told(f"herd {into.herd}", "data", "warn", "simulated"))


def _add_polygons(
    into: _Gathered,
    shared: SharedGround,
    corridors: list[Ground],
    ranges: list[Ground],
    rests: list[Ground],
) -> None:
    isopleths = sorted({one.row["isopleth"] for one in ranges if one.row["isopleth"] > 0})
    for one in (*corridors, *ranges, *rests):
        row = one.row
        if "corridor_class" in row:
            kind, place_class = words.CORRIDOR_TYPE, row["corridor_class"]
            migrate_id = f"{into.herd}-corridor-{place_class}"
            n_animals = int(row["n_tracked"])
        elif "isopleth" in row:
            kind, place_class = words.range_type(row["season"]), _range_class(row, isopleths)
            n_animals = int(row["n_animals"])
            migrate_id = f"{into.herd}-{row['season']}-range-{place_class}"
        else:
            kind, place_class, n_animals = words.STOPOVER_TYPE, "high", 0
            migrate_id = str(row["stopover"])
        into.add(
            "polygon_features",
            "polygon",
            shared.geographic(one.shape),
            **{
                "class": place_class,
                "type": kind,
                "source": _source(row, n_animals),
                "migrate_id": migrate_id,
            },
        )


def _range_class(row: pd.Series, isopleths: list[float]) -> str:
    """Return high for the core of a range, low for the whole of it, medium between them."""
    isopleth = float(row["isopleth"])
    if not isopleth > 0 or isopleth == isopleths[-1]:
        return _CLASS_OF_WHOLE_RANGE
    return "high" if isopleth == isopleths[0] else "medium"


def _source(row: pd.Series, n_animals: int) -> str:
    evidence = row.get("evidence", TRACKED)
    if evidence == "expert":
        return words.drawn_words(row["source"])
    if evidence == "modelled":
        return words.MODELLED
    return words.tracked_words(n_animals) if n_animals else words.TRACKED


def _add_arrows(into: _Gathered, shared: SharedGround, made: HerdArrows) -> None:
    labelled = made.drawn[0].season if made.drawn else ""
    for one in made.drawn:
        lines = parts_of(shared.geographic(one.arrow.line), "line")
        for line in lines:
            values = {"season": one.season, "class": one.corridor_class}
            into.add_whole("seasonal_arrows", line, **values)
            if one.season == labelled:
                into.add_whole("line_labels", line, **values, type=words.LABEL_TYPE)
        # Of an arrow that was cut at the antimeridian the last part has the head.
        into.add_whole(
            "point_labels",
            Point(lines[-1].coords[-1]),
            season=one.season,
            type=words.ARROWHEAD_TYPE,
            rotation=rotation_deg(moved(lines[-1], GEOGRAPHIC, WEB_MAP_CRS)),
        )
        if one.arrow.off_ground_frac > 0:
            share = f"{one.arrow.off_ground_frac:.0%} of its length"
            into.told.append(
                Told(f"herd {into.herd}", f"arrow of {one.season} outside", "warn", share)
            )


def _add_places(into: _Gathered, places: list[MetPlace]) -> None:
    for place in places:
        values = {
            "class": place.place_class,
            "source": str(place.row["source"]),
            "locale": place_name(place.row),
            "migrate_id": str(place.row["threat"]),
        }
        for line in place.lines:
            into.add("linear_barriers", "line", line, **values)
        into.add_whole("point_barriers", place.point, **values)


def _add_areas(into: _Gathered, areas: gpd.GeoDataFrame) -> None:
    for _, row in areas.iterrows():
        into.add("protected_areas", "polygon", row["geometry"], type=str(row["type"]))


def _lacking(
    corridors: list[Ground], ranges: list[Ground], rests: list[Ground], made: HerdArrows
) -> Iterator[str]:
    if not corridors:
        yield "no corridor"
    for season in ("winter", "summer"):
        if not any(one.row["season"] == season for one in ranges):
            yield f"no {season} range"
    if not rests:
        yield "no stopover"
    for season, why in made.lacking.items():
        yield f"no arrow of {season} ({why})"


def _lacking_places(
    places: list[MetPlace], areas: gpd.GeoDataFrame | None, n_left: int
) -> Iterator[str]:
    if not places:
        yield "no barrier that tracked migrations meet"
    if n_left:
        yield f"{n_left} places of the ranking that too few animals met"
    if areas is None:
        yield "no layer of protected areas is configured"
