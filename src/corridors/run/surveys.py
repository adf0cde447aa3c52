"""What `check` reads of the input files: by the readers of the stages, so that both agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.atlas.words.surveys import coverage_words, unnamed_codes_words
from corridors.foundation.arrays import Floats
from corridors.foundation.artefacts import RawFiles, silent
from corridors.foundation.crs import GEOGRAPHIC, transformer
from corridors.foundation.errors import InputError
from corridors.foundation.faults import Faults
from corridors.run.foresight import foresee
from corridors.run.herd_survey import HerdSurvey, sample_of, survey_herd
from corridors.run.track_survey import TrackSurvey, survey_tracks
from corridors.stages import registry
from corridors.stages.ingest.reading import LayerTables, every_layer

if TYPE_CHECKING:
    import geopandas as gpd

    from corridors.config.habitat import HabitatLayer
    from corridors.config.load import Study
    from corridors.config.sources import LayerSource
    from corridors.stages.ingest.stage import Settings

Bounds = tuple[float, float, float, float]
_PER_SIDE = 21  # of the lattice of places at which a raster's coverage is looked up


@dataclass(frozen=True)
class LayerSurvey:
    """What one layer holds.

    Parameters
    ----------
    source
        As configured.
    herd
        For which it was read; "" where that does not matter.
    n_features
        In the file, or near the herd where only these are read; None: bundled data.
    crs
        That the file states, "" where that is not known.
    n_near
        Barriers near the herd; None where the layer is no barrier.
    kinds, classes
        Barriers of each kind, and of each ``kind/class``.
    without_prior
        The classes among them whose permeability no prior knows.
    remarks
        Sentences that a person should read.
    """

    source: str
    herd: str = ""
    n_features: int | None = None
    crs: str = ""
    n_near: int | None = None
    kinds: Mapping[str, int] = field(default_factory=dict)
    classes: Mapping[str, int] = field(default_factory=dict)
    without_prior: Sequence[str] = ()
    remarks: Sequence[str] = ()


@dataclass(frozen=True)
class RasterSurvey:
    """What one habitat raster holds.

    Parameters
    ----------
    source
        As configured.
    n_bands, n_columns, n_rows
        Its size.
    crs
        Code, or name where it has none.
    nodata
        Value of missing data; None where none is stated.
    coverage_frac
        Herd -> share of the box around it with data, 0...1.
    remarks
        What `connect` refuses if it is so on the herd's grid, which only the run knows.
    """

    source: str
    n_bands: int
    n_columns: int
    n_rows: int
    crs: str
    nodata: float | None
    coverage_frac: Mapping[str, float]
    remarks: Sequence[str] = ()


@dataclass(frozen=True)
class Surveys:
    """What all input files hold."""

    tracks: list[TrackSurvey] = field(default_factory=list)
    herds: list[HerdSurvey] = field(default_factory=list)
    layers: list[LayerSurvey] = field(default_factory=list)
    rasters: list[RasterSurvey] = field(default_factory=list)


def survey(study: Study, herds: Sequence[str], faults: Faults) -> Surveys:
    """Return what the input files hold.

    Everything that `ingest` reads is read as it does it; of habitat layers everything is looked
    at that needs no ranges of a herd.

    Parameters
    ----------
    study, herds
        Whose files.
    faults
        Take what `ingest` would refuse, or `connect` of a habitat layer, or `publish` of a
        catalogue of messages.
    """
    found = Surveys()
    boxes: dict[str, Bounds] = {}
    for herd in herds:
        box = _of_herd(study, herd, faults, found)
        if box is not None:
            boxes[herd] = box
    for layer in study.config.habitat.layers:
        for path in layer.paths[: len(layer.paths) - len(layer.tiles)]:
            if layer.kind == "distance":
                near = faults.collect(partial(_distance, study, layer, path, boxes))
                found.layers.extend(near or ())
            else:
                own = faults.collect(partial(_raster, study, layer, path, boxes))
                found.rasters.extend([own] if own is not None else ())
    for code, configured in study.config.publish.catalogues.items():
        faults.collect(partial(_catalogue, study, code, configured))
    # A layer that several herds read alike is told once.
    found.layers[:] = [one for i, one in enumerate(found.layers) if one not in found.layers[:i]]
    return found


def _catalogue(study: Study, code: str, configured: str) -> None:
    """Refuse a catalogue of messages that `publish` would refuse after all other stages."""
    from corridors.atlas.words.catalogues import language

    path = study.raw_path(configured)
    if path.is_file():  # else it is told that it is not there
        language(code, {code: (configured, path.read_bytes())})


def _of_herd(study: Study, herd: str, faults: Faults, found: Surveys) -> Bounds | None:
    """Add what a herd's own sources and barriers hold; return the box around it, degrees."""
    stage = registry.get("ingest")
    settings: Settings = stage.settings(study.config, herd)
    raw = RawFiles(
        {name: study.raw_path(name) for name in registry.inputs_of(stage, study.config, herd)}
    )
    own = Faults()
    sample = sample_of(study, herd)
    tracks = survey_tracks(raw, herd, settings.herd, sample, own)
    found.tracks.extend(tracks)
    corners = [
        corner
        for one in tracks
        if one.bounds_deg is not None
        for corner in (one.bounds_deg[:2], one.bounds_deg[2:])
    ]
    told: dict[str, Any] = {"tracks": [], "barriers": [], "boundaries": []}
    places = np.array(corners, dtype="float64").reshape(-1, 2)
    tables = every_layer(raw, settings, places, own, told, silent)
    if not own:
        foresee(study, herd, tracks, tables.ranges, own)
    if tracks and not own:
        animals = Counter[str]()
        for one in tracks:
            animals.update(one.animals)
        held = own.collect(partial(survey_herd, study, herd, sample, animals))
        found.herds.extend([held] if held is not None else ())
    faults.take(own)
    if not own:
        found.layers.extend(_layers(study, settings, told, tables))
    drawn = [*tables.ranges.geometry, *tables.corridors.geometry]
    boxes = [shape.bounds for shape in drawn] + [one.bounds_deg for one in tracks if one.bounds_deg]
    if not boxes:
        return None
    west, south, east, north = np.array(boxes).T
    return float(west.min()), float(south.min()), float(east.max()), float(north.max())


def _layers(
    study: Study, settings: Settings, told: Mapping[str, Any], tables: LayerTables
) -> Iterator[LayerSurvey]:
    known = _classes_with_a_prior()
    read = {notes["name"]: notes for notes in told["barriers"]}
    for source in settings.barriers:
        if source.name not in read:
            continue  # the herd has no place around which barriers are read
        notes = read[source.name]
        near = tables.barriers[tables.barriers["source"] == source.name]
        yield _layer(study, source, notes, settings.name, near, known)
    for boundary, notes in zip(settings.boundaries, told["boundaries"], strict=True):
        yield _layer(study, boundary, notes)
    zones = {notes["name"]: notes for notes in told.get("zones", ())}
    for layer in settings.zones:
        if layer.name in zones:
            yield _layer(study, layer, zones[layer.name])
    own = settings.herd
    for one, part in (
        (settings.states, "states"),
        (own.expert_ranges, "expert_ranges"),
        (own.expert_corridors, "expert_corridors"),
    ):
        if one is not None:
            yield _layer(study, one, told[part])


def _layer(
    study: Study,
    source: LayerSource,
    notes: Mapping[str, Any],
    herd: str = "",
    barriers: gpd.GeoDataFrame | None = None,
    known: frozenset[tuple[str, str]] = frozenset(),
) -> LayerSurvey:
    crs = ""
    if str(source.format) != "osm" and source.path != "natural-earth":
        from corridors.formats.vector_file import stated_crs

        crs = stated_crs(study.raw_path(source.path), source.path, source.layer, source.encoding)
    classes: dict[tuple[str, str], int] = {}
    if barriers is not None:
        classes = {
            (str(kind), str(name)): len(rows)
            for (kind, name), rows in barriers.groupby(["kind", "class"], sort=True)
            if name
        }
    return LayerSurvey(
        source=source.path,
        herd=herd,
        n_features=notes.get("features"),
        crs=crs,
        n_near=None if barriers is None else len(barriers),
        kinds=dict(notes.get("by_kind", {})),
        classes={"/".join(pair): n for pair, n in classes.items()},
        without_prior=["/".join(pair) for pair in classes if pair not in known],
        remarks=_in_words(notes),
    )


def _in_words(notes: Mapping[str, Any]) -> list[str]:
    from corridors.atlas.words.remarks import remarks_in_words

    return remarks_in_words(notes.get("remarks", ()))


def _classes_with_a_prior() -> frozenset[tuple[str, str]]:
    from corridors.threats.priors import packaged

    priors = packaged()
    return frozenset(zip(priors["kind"], priors["class"], strict=True))


def _distance(
    study: Study, layer: HabitatLayer, path: str, boxes: Mapping[str, Bounds]
) -> list[LayerSurvey]:
    """Return what a layer of distances holds near each herd.

    Raises
    ------
    MissingInputError, InputError
        What `connect` would refuse.
    """
    from corridors.formats.vector import LINES, POINTS, POLYGONS, degree_bounds, read_layer

    margin_km = layer.max_distance_m / 1000 + study.config.habitat.margin_km
    found = []
    for herd, (west, south, east, north) in boxes.items():
        near = read_layer(
            study.raw_path(path), path, layer=layer.layer, columns=(), crs=layer.crs,
            kinds=(*POINTS, *LINES, *POLYGONS), crs_overrules=layer.crs_overrules,
            encoding=layer.encoding, is_vrt=layer.format == "vrt",
            bounds=degree_bounds(
                np.array([west, east]), np.array([south, north]), margin_km=margin_km
            ),
        )  # fmt: skip
        said = _in_words(near.notes)
        found.append(LayerSurvey(path, herd, n_features=len(near.frame), remarks=said))
    return found


def _raster(
    study: Study, layer: HabitatLayer, path: str, boxes: Mapping[str, Bounds]
) -> RasterSurvey:
    """Return what a raster of a habitat layer holds.

    Raises
    ------
    MissingInputError, InputError
        What is wrong with it wherever the herd is.
    """
    from corridors.formats import raster_faults
    from corridors.formats.habitat_series import chosen_days
    from corridors.formats.raster_file import RasterFile, opened

    file = RasterFile(
        study.raw_path(path),
        variable=layer.variable,
        crs=layer.crs,
        crs_overrules=layer.crs_overrules,
        is_vrt=layer.format == "vrt",
        tiles=tuple(study.raw_path(tile) for tile in layer.tiles),
    )
    kind = "class" if layer.kind == "class" else "continuous"
    band = layer.band or 1
    with opened(file, path) as dataset:
        faults = raster_faults.place_faults(dataset, path)
        if not layer.is_series:
            faults += raster_faults.which_band(dataset, layer.band, path)
        elif layer.files is None and not faults:
            chosen_days(
                dataset, date_format=layer.date_format, dates=layer.dates, months=layer.months,
                label=path,
            )  # fmt: skip
        if not faults:
            faults = raster_faults.band_faults(
                dataset, band, kind=kind, nodata=layer.nodata, label=path
            )
        if faults:
            raise InputError(faults)
        stated = dataset.nodatavals[band - 1]
        values = {herd: _in_box(dataset, band, box) for herd, box in boxes.items()}
        shares = {herd: float(np.mean(~np.isnan(own))) for herd, own in values.items()}
        return RasterSurvey(
            source=path,
            n_bands=dataset.count,
            n_columns=dataset.width,
            n_rows=dataset.height,
            crs=dataset.crs.to_string() if dataset.crs.to_epsg() else "own CRS",
            nodata=layer.nodata if layer.nodata is not None else stated,
            coverage_frac=shares,
            remarks=list(_doubts(study, layer, values, shares)),
        )


def _in_box(dataset: Any, band: int, box: Bounds) -> Floats:
    """Return a band at places in a box (degrees), shape (n,), NaN without data."""
    west, south, east, north = box
    lon, lat = np.meshgrid(np.linspace(west, east, _PER_SIDE), np.linspace(south, north, _PER_SIDE))
    x, y = transformer(GEOGRAPHIC, dataset.crs.to_wkt()).transform(lon.ravel(), lat.ravel())
    to = ~dataset.transform
    x, y = np.asarray(x), np.asarray(y)
    column, row = to.a * x + to.b * y + to.c, to.d * x + to.e * y + to.f
    inside = (column >= 0) & (column < dataset.width) & (row >= 0) & (row < dataset.height)
    found = np.full(inside.size, np.nan)
    places = list(zip(x[inside], y[inside], strict=True))
    for place, value in zip(
        np.flatnonzero(inside), dataset.sample(places, indexes=band, masked=True), strict=True
    ):
        found[place] = np.nan if np.ma.getmaskarray(value)[0] else value[0]
    return found


def _doubts(
    study: Study,
    layer: HabitatLayer,
    values: Mapping[str, Floats],
    shares: Mapping[str, float],
) -> Iterator[str]:
    habitat = study.config.habitat
    for herd, share in shares.items():
        if share < habitat.min_coverage_frac:
            yield coverage_words(herd, share, habitat.min_coverage_frac)
        if layer.kind != "class" or habitat.resistance_from == "tracks":
            continue
        found = np.unique(values[herd][np.isfinite(values[herd])]).tolist()
        unnamed = [code for code in found if code not in layer.resistance]
        if unnamed:
            yield unnamed_codes_words(herd, unnamed, layer.name)
