"""Configuration of what comes in: tracks, expert ranges, barriers, boundaries."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from corridors.config.record import Record
from corridors.config.section import Fraction, NotNegative, Positive, Section
from corridors.config.segmentation import Segment

BarrierKind = Literal[
    "road", "rail", "fence", "border", "canal", "river", "pipeline", "powerline",
    "settlement", "cropland", "energy", "other",
]  # fmt: skip
BarrierStatus = Literal["existing", "planned", "removed"]
Completeness = Literal["complete", "partial", "unknown"]
BoundaryType = Literal["river", "land", "lake", "fenced", "disputed", "unknown"]


def _says_the_year(text: str) -> str:
    if text not in ("epoch_s", "epoch_ms", "excel") and "%Y" not in text and "%y" not in text:
        raise ValueError("a form of days needs %Y, or is epoch_s, epoch_ms or excel")
    return text


DateFormat = Annotated[str, AfterValidator(_says_the_year)]


class TrackColumns(Section):
    """Which column of a CSV or vector file holds what."""

    animal: str | None = Field(
        None, description="name of the animal; not needed where the source's animal says it"
    )
    time: str | tuple[str, ...] = Field(
        description="time stamp; or [date, time of day], columns that are joined by a blank"
    )
    time_format: str | tuple[str, ...] | None = Field(
        None,
        description="strptime format, excel, unix_s, unix_ms or iso, or several, the first that"
        " fits a row; null: ISO 8601",
    )
    lon: str | None = Field(None, description="longitude or x; not needed for a vector file")
    lat: str | None = Field(None, description="latitude or y; not needed for a vector file")
    dop: str | None = Field(None, description="dilution of precision")
    fix_type: str | None = Field(None, description="2D/3D column")
    species: str | None = Field(None, description="species column")
    outlier: str | None = Field(None, description="true where the vendor marks an outlier")
    tag: str | None = Field(None, description="the collar, where animal names the animal")
    utm_zone: str | None = Field(
        None,
        description="UTM zone of each row, as 12T or 32612; crs then says the hemisphere only",
    )

    @model_validator(mode="after")
    def _forms_say_when(self) -> TrackColumns:
        # Only reading the configuration needs these: no stage depends on them.
        from corridors.foundation.time_forms import exchanged, fault_of

        stated = self.time_format
        forms = (stated,) if isinstance(stated, str) else stated or ()
        for form in forms:
            fault = fault_of(form)
            if fault is not None:
                named = self.time if isinstance(self.time, str) else self.time[0]
                raise ValueError("time_format " + fault.replace("DATE", named))
        pair = exchanged(forms)
        if pair is not None:
            raise ValueError(
                f"time_format: '{pair[0]}' and '{pair[1]}' exchange day and month, and 3 April "
                "follows both; state the one that is right, or make two sources"
            )
        if not isinstance(self.time, str) and not self.time:
            raise ValueError("time names no column")
        return self


class TrackSource(Section):
    """One file of GPS fixes."""

    path: str = Field(
        description="file, relative to this config; ${NAME} is an environment variable"
    )
    format: Literal["movebank", "csv", "gpx", "kml", "vector", "geoparquet"] = Field(
        description="csv: any table: text, .xlsx, Parquet; text may be in a .zip or .gz"
    )
    layer: str | None = Field(None, description="layer of a vector file, sheet of a workbook")
    encoding: str | None = Field(
        None, description="of text, e.g. cp1252, cp1251; null: only where the bytes leave no doubt"
    )
    header_row: int | None = Field(
        None, ge=1, description="line with the names of columns; null: the one that has them"
    )
    time_zone: str | None = Field(
        None,
        description="IANA zone or offset of the time stamps, e.g. UTC, '+05:00'; needed unless they"
        " carry an offset",
    )
    midnight: Literal["date_alone"] | None = Field(
        None,
        description="date_alone: a date without time of day is midnight; null: only where the"
        " file's other stamps leave no doubt",
    )
    add_1024_weeks_before: date | None = Field(
        None,
        description="fixes before this day get 1,024 weeks more: their collar's GPS week number"
        " rolled over",
    )
    crs: str | None = Field(
        None, description="CRS of lon/lat of a csv, null: EPSG:4326; else only if the file has none"
    )
    unit: Literal["m", "km"] | None = Field(
        None, description="km: projected coordinates of a csv are in kilometres"
    )
    decimal: Literal[".", ","] = Field(".", description="decimal mark (csv only)")
    animal: str | None = Field(
        None, description="the one animal in the file, where no column or track name says it"
    )
    animal_prefix: str = Field(
        "", description="put before every name, where two sources use one name for two animals"
    )
    columns: TrackColumns | None = Field(None, description="needed for csv, vector and geoparquet")
    animals: tuple[str, ...] | None = Field(None, description="read only these animals")
    species: str | None = Field(
        None,
        description="read only this taxon, as the file spells it; null: all must be the herd's",
    )
    deployments: str | None = Field(
        None,
        description="CSV with columns animal,start,end: fixes outside are flagged; with collar too,"
        " also names of collars are read, as the animals that wore them",
    )
    deployments_by: Literal["animal", "collar"] | None = Field(
        None, description="what a name in the file is, where deployments have it as both"
    )

    @model_validator(mode="after")
    def _columns_are_named(self) -> TrackSource:
        if self.format in ("csv", "vector", "geoparquet"):
            if self.columns is None:
                raise ValueError(f"format {self.format} needs columns")
            if self.format == "csv" and not (self.columns.lon and self.columns.lat):
                raise ValueError("format csv needs columns.lon and columns.lat")
            if self.columns.animal is None and self.animal is None:
                raise ValueError("columns.animal or animal must say which animal it is")
        return self


class LayerSource(Section):
    """One layer of a vector file, and what the file does not say or says wrongly."""

    path: str = Field(description="file, relative to this config")
    layer: str | None = Field(None, description="needed where the file has several")
    format: Literal["vector", "vrt"] = Field(
        "vector", description="vrt: an OGR VRT of your own; it may refer to files beside it only"
    )
    crs: str | None = Field(
        None, description="where the file states none, or one that its coordinates cannot be of"
    )
    crs_overrules: bool = Field(False, description="true: crs counts although the file has another")
    encoding: str | None = Field(
        None, description="of the attributes, e.g. windows-1251; null: UTF-8, or as the file says"
    )

    @property
    def reading(self) -> dict[str, Any]:
        """How the file is read, as arguments of the reader."""
        return {
            "layer": self.layer,
            "crs": self.crs,
            "crs_overrules": self.crs_overrules,
            "encoding": self.encoding,
            "is_vrt": self.format == "vrt",
        }


class RangeSource(LayerSource):
    """Expert seasonal ranges (polygons) of a herd."""

    season_column: str = Field(description="column that says winter or summer, or see season_map")
    season_map: dict[str, Literal["winter", "summer"]] | None = Field(
        None,
        description="value of season_column: the range it means, e.g. dry: winter for a herd whose"
        " season_names are wet and dry; winter is the range that season_names.out leaves",
    )
    author: str
    date: date
    confidence: Literal["low", "medium", "high"]


class CorridorSource(LayerSource):
    """Expert migration corridors (polygons or lines) of a herd."""

    buffer_m: Positive | None = Field(
        None, description="half width of a corridor drawn as a line, m; needed where there are any"
    )
    season_column: str | None = Field(
        None, description="column that says which of seasons, or all; null: all migrations"
    )
    seasons: tuple[str, ...] = Field(
        ("spring", "autumn"), description="names of the herd's migrations, as in season_names"
    )
    class_column: str | None = Field(
        None, description="column that says low, medium or high use; null: low"
    )
    author: str
    date: date
    confidence: Literal["low", "medium", "high"]


class Herd(Section):
    """One herd: the partition of the pipeline."""

    species: str = Field(description="scientific name")
    tracks: tuple[TrackSource, ...] = ()
    picks: str | None = Field(
        None,
        description="CSV of migration windows edited by a person; overrides the automatic ones",
    )
    segment: Segment | None = Field(
        None,
        description="keys of segment that differ for this herd; the others are as in the study's",
    )
    expert_ranges: RangeSource | None = None
    expert_corridors: CorridorSource | None = None
    population_size: Positive | None = Field(None, description="animals in the herd, if known")
    population_source: str | None = Field(None, description="where population_size comes from")
    simulated: bool = Field(False, description="label every output as simulated")
    record: Record | None = Field(
        None, description="the population in the inventory; enough for a herd without any data"
    )

    @model_validator(mode="after")
    def _something_is_known(self) -> Herd:
        if not (self.tracks or self.expert_ranges or self.expert_corridors or self.record):
            raise ValueError("a herd needs tracks, expert_ranges, expert_corridors or record")
        if self.population_size is not None and not self.population_source:
            raise ValueError("population_size needs population_source")
        return self


class OsmRule(Section):
    """One rule that turns tagged OpenStreetMap ways into barriers; the first that fits counts."""

    tags: dict[str, tuple[str, ...]] = Field(description="key: values (one of); ['*'] is any value")
    kind: BarrierKind | None = Field(description="null leaves out what fits, e.g. tunnels")
    class_: str = Field("", alias="class")
    status: BarrierStatus = "existing"


# Keys of a vector layer's own columns and values.
_NOT_OF_OSM = (
    "preset",
    "layer",
    "kind",
    "kind_column",
    "kind_map",
    "class_",
    "class_column",
    "class_map",
    "name_column",
    "id_column",
    "status_column",
    "status_map",
    "permeability_column",
    "crs",
    "crs_overrules",
    "encoding",
    "valid_from_column",
    "valid_to_column",
)


class BarrierSource(LayerSource):
    """One file of roads, fences, railways and the like."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", description="short name, goes into ids")
    format: Literal["vector", "osm", "vrt"] = Field(  # type: ignore[assignment]
        "vector",
        description="osm: OpenStreetMap, by rules; vrt: an OGR VRT that refers to files beside it",
    )
    preset: Literal["grip4", "natural-earth-roads", "natural-earth-railroads"] | None = Field(
        None,
        description="columns and values of a known layer; what is stated here besides wins."
        " Needs tolerance_m: these maps are generalised",
    )
    kind: BarrierKind | None = Field(
        None, description="kind of everything in the file, or of values that kind_map lacks"
    )
    kind_column: str | None = None
    kind_map: dict[str, BarrierKind | None] | None = Field(
        None, description="value of kind_column: kind; null leaves these features out"
    )
    class_: str = Field("", alias="class", description="class of everything in the file")
    class_column: str | None = None
    class_map: dict[str, str] | None = None
    name_column: str | None = None
    id_column: str | None = None
    status: BarrierStatus = Field(
        "existing", description="of everything in the file; format osm: existing leaves it to rules"
    )
    status_column: str | None = None
    status_map: dict[str, BarrierStatus] | None = Field(
        None, description="value of status_column: status"
    )
    permeability: Fraction | None = Field(
        None, description="stated share that passes; null: unknown"
    )
    permeability_column: str | None = None
    tolerance_m: NotNegative = Field(10.0, description="positional tolerance of the lines")
    completeness: Completeness = Field(
        "unknown",
        description="complete: every barrier of these kinds near the herd is in the file;"
        " partial: some are missing, and an absent line is not an absent barrier",
    )
    completeness_note: str = Field("", description="how that is known")
    valid_from: date | None = Field(None, description="first day on which it stands; null: ever")
    valid_to: date | None = Field(None, description="last day on which it stands; null: ever")
    valid_from_column: str | None = Field(None, description="column with it, in date_formats")
    valid_to_column: str | None = None
    date_formats: tuple[DateFormat, ...] = Field(
        ("%Y-%m-%d",),
        min_length=1,
        description="forms of the days in the columns, the first that fits each value: strptime,"
        " epoch_s, epoch_ms or excel; of '%Y' or '%Y-%m' valid_from is the first day, valid_to the"
        " last",
    )
    margin_km: NotNegative = Field(
        50.0, description="features farther from the herd's bounding box are not read, km"
    )
    rules: tuple[OsmRule, ...] = Field(
        (), description="for format osm; none: the packaged rules, for all kinds"
    )

    @model_validator(mode="after")
    def _kind_is_known(self) -> BarrierSource:
        told_by_tags = [name for name in _NOT_OF_OSM if getattr(self, name)]
        if self.format == "osm" and told_by_tags:
            names = ", ".join(name.rstrip("_") for name in told_by_tags)
            raise ValueError(f"format osm reads tags, by rules: {names} would say nothing")
        named = self.kind is not None or self.kind_column is not None or self.preset is not None
        if self.format != "osm" and not named:
            raise ValueError("a vector file needs kind, kind_column with kind_map, or preset")
        if self.preset is not None and "tolerance_m" not in self.model_fields_set:
            raise ValueError(f"preset {self.preset} needs tolerance_m, m: the map is generalised")
        return self


class BoundarySource(LayerSource):
    """State boundaries: Natural Earth's, which are bundled, or the user's own lines.

    Where several sources have the same pair of states, the user's own counts, the first of them;
    the others are only compared in length.
    """

    path: str = Field(description="file, or 'natural-earth' for the bundled 1:10m world")
    left_column: str | None = None
    right_column: str | None = None
    pair_column: str | None = Field(
        None, description="column with both states, as in AFG-TJK, instead of two columns"
    )
    left_state: str | None = Field(
        None, description="where the file has no column for it; where it has, read only this pair"
    )
    right_state: str | None = None
    type_column: str | None = Field(
        None, description="column that says river, land, lake, fenced, disputed or unknown"
    )
    type_map: dict[str, BoundaryType] = Field(
        default_factory=dict, description="value of type_column: type, where the file has its own"
    )
    state_names: dict[str, str] = Field(
        default_factory=dict,
        description="name in the file: name to use, so that sources of one boundary agree",
    )
    source: str = Field("", description="what to cite")
    source_column: str | None = Field(None, description="column that says what to cite")
    tolerance_m: NotNegative = Field(
        100.0,
        description="positional tolerance of lines of type fenced, m; these also are barriers,"
        " a border fence",
    )
    label: str = Field("", description="e.g. generalised")
    published_km: Positive | None = Field(None, description="published length, for comparison only")
    published_source: str = ""

    @model_validator(mode="after")
    def _states_are_known(self) -> BoundarySource:
        given = [
            bool(self.pair_column),
            bool(self.left_column and self.right_column),
            bool(self.left_state and self.right_state),
        ]
        if self.path != "natural-earth" and not any(given):
            raise ValueError(
                "a boundary file needs left_column and right_column, pair_column, or "
                "left_state and right_state"
            )
        return self


class StateSource(LayerSource):
    """Polygons of states, for national shares."""

    path: str = Field(description="file, or 'natural-earth' for the bundled 1:10m world")
    name_column: str = "state"
    source: str = Field("", description="what to cite")
    label: str = Field("", description="e.g. generalised")


class ZoneSource(LayerSource):
    """Polygons by which areas and places are told: land owners, districts, protected areas."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", description="short name of the layer")
    title: str = Field("", description="what people read; empty: the name")
    name_column: str = Field(
        description="column with the name of the zone; polygons of one name and class are one zone"
    )
    class_column: str | None = Field(
        None, description="column with its class, e.g. a category of protection"
    )
    protected: bool = Field(
        False, description="true: the zones are protected areas, and the report tells their share"
    )
    margin_km: NotNegative = Field(
        50.0, description="features farther from the herd's bounding box are not read, km"
    )

    @model_validator(mode="after")
    def _is_a_file(self) -> ZoneSource:
        if self.path == "natural-earth":
            raise ValueError("zones are polygons of a file; natural-earth is bundled for states")
        return self
