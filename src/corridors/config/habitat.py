"""Configuration of habitat layers, the resistance made of them, and the least-cost corridor."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from corridors.config.section import Fraction, NotNegative, Positive, Section

Resistance = Annotated[float, Field(ge=1)]
Month = Annotated[int, Field(ge=1, le=12)]


class HabitatLayer(Section):
    """One raster of land cover or of a continuous variable, or the distance to features."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    path: str | None = Field(
        None, description="raster; for kind distance a vector file; not with files"
    )
    kind: Literal["class", "continuous", "distance"] = Field(
        description="distance: metres to the nearest feature of a vector file"
    )
    band: int | None = Field(
        None, ge=1, description="needed where the raster has several and is no series"
    )
    date_format: str | None = Field(
        None, description="a series (NDVI, snow): strptime format of the band names, e.g. '%Y%j'"
    )
    dates: tuple[date, ...] | None = Field(
        None, description="a series whose bands have no such names: their dates, in order"
    )
    files: dict[date, str] | None = Field(
        None, description="a series of one raster per date (date: raster), instead of path"
    )
    months: tuple[Month, ...] = Field(
        tuple(range(1, 13)), description="series: months that count", min_length=1
    )
    statistic: Literal["mean", "min", "max", "sd"] = Field(
        "mean", description="series: what of the values of these months"
    )
    derive: Literal["slope_deg", "northness", "eastness"] | None = Field(
        None, description="kind continuous: the raster holds elevation, m; take this of it"
    )
    nodata: float | None = Field(
        None, description="value that means no data, where the file states none"
    )
    extremes_are_data: bool = Field(
        False, description="true: the largest number of the data type is a value, not missing data"
    )
    layer: str | None = Field(None, description="kind distance: layer of the vector file")
    crs: str | None = Field(
        None, description="where the file states none, or one that its coordinates cannot be of"
    )
    crs_overrules: bool = Field(False, description="true: crs counts although the file has another")
    encoding: str | None = Field(None, description="kind distance: of the attributes")
    format: Literal["raster", "vector", "vrt"] | None = Field(
        None, description="vrt: a VRT of your own, which may refer to files beside it only"
    )
    variable: str | None = Field(None, description="of a netCDF or HDF file with several")
    tiles: tuple[str, ...] = Field(
        (), description="more rasters of this layer beside that of path, in the same form"
    )
    max_distance_m: Positive = Field(
        10_000.0, description="kind distance: farther features count as this far, m"
    )
    resistance: dict[int, Resistance] = Field(
        default_factory=dict, description="class value: resistance >= 1 (kind class)"
    )
    slope: float | None = Field(
        None, description="not kind class: resistance = 1 + slope*(x-zero), at least 1"
    )
    zero: float = Field(0.0, description="not kind class: value with resistance 1")
    classes: dict[str, tuple[int, ...]] = Field(
        default_factory=dict,
        description="class name: class values, for the selection model; none: each value is one",
    )
    reference: str | None = Field(
        None, description="class that the others are compared with; null: the commonest"
    )
    quadratic: bool = Field(
        False, description="selection model: use may be greatest at a middle value"
    )

    @model_validator(mode="after")
    def _keys_fit_the_kind(self) -> HabitatLayer:
        if (self.path is None) != (self.files is not None):
            raise ValueError("a layer needs path, or files of a series")
        given = [self.date_format is not None, self.dates is not None, self.files is not None]
        if sum(given) > 1:
            raise ValueError("a series has one of date_format, dates and files")
        if any(given) and (self.kind != "continuous" or self.derive is not None):
            raise ValueError("a series goes with kind continuous and without derive")
        if self.band is not None and (self.is_series and self.files is None):
            raise ValueError("a series of bands takes all of them: leave band out")
        if self.derive is not None and self.kind != "continuous":
            raise ValueError("derive goes with kind continuous")
        values = [value for own in self.classes.values() for value in own]
        if len(set(values)) < len(values):
            raise ValueError("classes: a class value stands in two classes")
        if self.kind != "class" and (self.classes or self.reference or self.resistance):
            raise ValueError("resistance, classes and reference go with kind class")
        if self.kind == "class" and (self.slope is not None or self.quadratic):
            raise ValueError("slope and quadratic do not go with kind class")
        if self.reference is not None and self.reference not in self.classes:
            raise ValueError("reference must be one of classes")
        return self

    @property
    def has_table(self) -> bool:
        """Whether the resistance of every value is stated."""
        return bool(self.resistance) if self.kind == "class" else self.slope is not None

    @property
    def paths(self) -> tuple[str, ...]:
        """The files of the layer as configured."""
        if self.files is not None:
            return tuple(self.files[day] for day in sorted(self.files))
        return (self.path, *self.tiles) if self.path is not None else ()

    @property
    def is_series(self) -> bool:
        """Whether the layer has dates."""
        return any(given is not None for given in (self.date_format, self.dates, self.files))


class Selection(Section):
    """The selection model: what tracked animals use, compared with what they could use."""

    used: Literal["migrations", "all"] = Field(
        "migrations", description="fixes on migration, or all usable fixes"
    )
    thin_h: Positive = Field(12.0, description="at most one fix per animal and this time, h")
    available_km: Positive = Field(
        5.0, description="available: ground within this distance of a used fix, km"
    )
    max_available: int = Field(
        20_000, ge=1000, description="available cells; of more, a random sample of this many"
    )
    available_weight: Positive = Field(
        1000.0, description="weight of the available ground relative to the used fixes"
    )
    min_animals: int = Field(4, ge=2, description="refuse with fewer animals")
    min_fixes: int = Field(10, ge=2, description="an animal with fewer thinned fixes is left out")
    min_class_animals: int = Field(
        3, ge=2, description="a class that fewer animals used is not estimated"
    )
    max_folds: int = Field(
        30, ge=3, description="of more animals, this many groups are left out in turn"
    )
    best_quantile: Fraction = Field(
        0.99, description="best ground: this quantile of the use of available ground"
    )
    power: Positive = Field(
        1.0, description="resistance = (use of the best ground / use)^power, at least 1 ..."
    )
    max_resistance: Resistance = Field(100.0, description="... and at most this")
    seed: int = Field(20240101, ge=0, description="seed of the sample of available cells")


class GreenUp(Section):
    """When the land turns green, and how migrations follow it."""

    layer: str | None = Field(None, description="a layer with dates, e.g. of NDVI; null: none")
    season: str = Field("spring", description="the migrations that are compared with it")
    base_quantile: Fraction = Field(
        0.025, description="winter greenness: this quantile of a cell's year"
    )
    min_dates: int = Field(6, ge=4, description="needed from the year's start to its greenest date")
    min_r2: Fraction = Field(
        0.8, description="a cell whose rise a logistic curve explains less has no green-up"
    )


class Habitat(Section):
    """Habitat layers and connectivity."""

    layers: tuple[HabitatLayer, ...] = ()
    resistance_from: Literal["table", "tracks", "tracks_or_table"] = Field(
        "table",
        description="table: resistance, slope and zero of the layers; tracks: estimated from the"
        " herd's fixes, refused where these are too few; tracks_or_table: then the table",
    )
    selection: Selection = Selection()
    green_up: GreenUp = GreenUp()
    cell_m: Positive = Field(250.0, description="cell of the resistance grid, m")
    margin_km: NotNegative = Field(15.0, description="grid beyond the ranges, km")
    max_cells: int = Field(
        6_000_000, ge=100, description="refuse a larger grid (up to 350 bytes per cell)"
    )
    max_source_cells: Positive = Field(
        2e9, description="refuse a raster with more cells under the grid"
    )
    default_resistance: Resistance = Field(
        1.0, description="resistance where no layer is configured"
    )
    corridor_width_share: Fraction = Field(
        0.05,
        description="corridor: cells whose detour costs at most this share more than the best path",
    )
    min_coverage_frac: Fraction = Field(
        0.5, description="refuse a layer that covers less of the grid"
    )

    @model_validator(mode="after")
    def _layers_have_what_is_needed(self) -> Habitat:
        names = [layer.name for layer in self.layers]
        if len(set(names)) < len(names):
            raise ValueError("habitat: names of layers must be different")
        named = [layer for layer in self.layers if layer.name == self.green_up.layer]
        if self.green_up.layer is not None and not (named and named[0].is_series):
            raise ValueError("habitat.green_up: layer must be the name of a layer with dates")
        if self.resistance_from == "tracks":
            if not self.layers:
                raise ValueError("habitat: resistance_from tracks needs layers")
            return self
        for layer in self.layers:
            if not layer.has_table:
                need = "resistance (class value: resistance)" if layer.kind == "class" else "slope"
                raise ValueError(f"a layer of kind {layer.kind} needs {need}: {layer.name}")
        return self
