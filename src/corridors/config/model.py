"""The configuration: typed, closed, frozen, and the only place where a default lives.

Defaults follow METHODS; every unit is part of the key's name. Descriptions become the comments
of ``corridors init`` and of the JSON schema.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from corridors.config.action import Act
from corridors.config.circuit import Circuit
from corridors.config.crossing import Behave, Intersect
from corridors.config.habitat import Habitat
from corridors.config.release import Release
from corridors.config.scenarios import BeforeAfter, Scenario
from corridors.config.section import Fraction, NotNegative, Positive, Section
from corridors.config.segmentation import Segment
from corridors.config.sources import (
    BarrierKind,
    BarrierSource,
    BoundarySource,
    Herd,
    StateSource,
    ZoneSource,
)

# That the program has catalogues of messages for; the messages themselves are English.
LANGUAGES = ("en", "es", "fr", "ru")
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(_[A-Z][A-Za-z]{1,3})?$")]
HerdName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]


class Study(Section):
    """The study as a whole."""

    name: HerdName = Field("my-study", description="short name, goes into file names")
    title: str = Field("My study", description="title on maps and reports")
    data_processed: str = Field("data/processed", description="folder of the results")


_SIDE_BY_SIDE_M: dict[BarrierKind, float] = {"road": 60.0, "rail": 60.0}


class Doubles(Section):
    """Barriers that were drawn twice."""

    side_by_side_m: dict[BarrierKind, NotNegative] = Field(
        default_factory=_SIDE_BY_SIDE_M.copy,
        description="kind: lines of one source, class and name that run side by side this near are"
        " one barrier, as dual carriageways are; other kinds never, m",
    )


class Working(Section):
    """Working CRS and grid."""

    crs: str = Field(
        "auto", description="auto: equal-area around the herd; or any projected CRS in metres"
    )
    cell_m: Literal["auto"] | Positive = Field(
        50.0, description="edge of a cell, m; auto: 50, 100, 250 or 500"
    )
    memory_mb: Positive = Field(
        1500.0, description="memory that auto keeps a herd's surface below, MB"
    )
    reach_m: NotNegative = Field(
        5000.0,
        description="auto: surfaces reach this far beyond the fixes, m; farther where steps are "
        "long",
    )


Suspicion = Literal["parted", "unreachable", "still", "far", "lost_fixes", "repeated"]


class Clean(Section):
    """Flags on fixes; nothing is deleted."""

    max_speed_m_s: Positive = Field(3.0, description="too_fast: speed in and out above this, m/s")
    sprint_m: NotNegative = Field(
        1000.0,
        description="unreachable: farther than max_speed_m_s carries an animal and this, m; where "
        "the track does not come back from there, it is parted",
    )
    spike_speed_m_s: Positive = Field(1.5, description="spike: out-and-back speed above this, m/s")
    spike_turn_cos: float = Field(
        -0.97, ge=-1, le=1, description="spike: cosine of the turning angle below this"
    )
    spike_median_m: Positive = Field(
        100_000.0, description="outlier: this far from the local median, m"
    )
    dop_max: Positive = Field(10.0, description="poor_fix: dilution of precision above this")
    allow_2d: bool = Field(True, description="false: 2-D fixes are poor_fix")
    repeat_s: NotNegative = Field(
        30.0, description="repeated: of fixes within this time one is used, s; 0: all are"
    )
    mortality_h: Positive = Field(
        48.0,
        description="mortality: scatters no more than the location error (occurrence."
        "location_error_m) for more than this until the track, or its part, ends, h",
    )
    burst_gap_h: Positive = Field(49.0, description="a longer gap starts a new burst, h")
    settling_days: NotNegative = Field(0.0, description="range_start: first days after capture, d")
    lost_frac: Fraction = Field(
        0.2, description="looks wrong: an animal loses more than this share of its fixes to a flag"
    )
    stop_on: tuple[Suspicion, ...] = Field(
        (),
        description="what looks wrong and stops the run: parted, unreachable, still, far, "
        "lost_fixes, repeated; contradictions of tags, names, dates or hemispheres always do",
    )


class Occurrence(Section):
    """Occurrence surface of one migration."""

    method: Literal["auto", "dbbmm", "bbmm", "fmv", "line"] = Field(
        "auto",
        description="auto: dbbmm where enough fixes follow each other, bbmm where fewer, fmv where"
        " steps are too long for either and the species has a value",
    )
    window_fixes: int = Field(31, ge=7, le=1001, description="dbbmm: fixes in a window, odd")
    margin_fixes: int = Field(
        11, ge=3, description="dbbmm: a window breaks this many fixes from its ends or more, odd"
    )
    variance_form: Literal["corrected", "horne", "bbmm3"] = Field(
        "corrected", description="corrected; horne and bbmm3 only to compare with other programs"
    )
    location_error_m: Positive = Field(20.0, description="SD per axis of a fix without DOP, m")
    error_per_dop_m: Positive | None = Field(
        None,
        description="SD per axis of a fix is this times its DOP, m: a property of the collar, from"
        " its maker or a test; null: location_error_m for every fix",
    )
    max_lag_h: Positive = Field(8.0, description="longer steps are not bridged, h")
    max_long_lag_frac: Fraction = Field(
        1 / 3, description="refuse when more of the steps are longer"
    )
    min_fixes: int = Field(4, ge=3, description="fewer usable fixes: refused")
    fmv_m2_min: dict[str, Positive] = Field(
        default_factory=lambda: {"Odocoileus hemionus": 800.0, "Cervus canadensis": 1000.0},
        description="fixed motion variance by species, m2/min (method fmv)",
    )
    fmv_max_lag_h: Positive = Field(27.0, description="fmv: longer steps are not bridged, h")
    line_buffer_m: Positive = Field(200.0, description="half width of method line, m")
    time_tolerance: float = Field(
        1e-5, ge=1e-12, le=1e-2, description="total variation left by the time quadrature"
    )

    @model_validator(mode="after")
    def _window_fits(self) -> Occurrence:
        if not self.window_fixes % 2 == self.margin_fixes % 2 == 1:
            raise ValueError("occurrence: window_fixes and margin_fixes must be odd")
        if self.window_fixes < 2 * self.margin_fixes + 1:
            raise ValueError("occurrence: window_fixes must be at least 2 margin_fixes + 1")
        if self.variance_form == "bbmm3" and self.method in ("auto", "dbbmm"):
            raise ValueError("occurrence: variance_form bbmm3 goes with method bbmm")
        return self


class Delineate(Section):
    """From animals to corridors, stopovers and ranges."""

    footprint_isopleth: Fraction = Field(0.99, description="isopleth of an animal's footprint")
    medium_share: Fraction = Field(0.10, description="medium: used by this share of the animals")
    high_share: Fraction = Field(0.20, description="high: used by this share of the animals")
    min_area_m2: NotNegative = Field(20_000.0, description="smaller crumbs and holes go, m2")
    max_area_change_frac: Positive = Field(
        0.01, le=0.01, description="cutting corners changes no class area by more than this share"
    )
    stopover_area_frac: Fraction = Field(0.10, description="stopover: this share of the used area")
    range_isopleths: tuple[Fraction, ...] = Field(
        (0.50, 0.95), description="isopleths of seasonal ranges"
    )


class Describe(Section):
    """Facts of the migrations, and whether the sample of animals is large enough."""

    orders: int = Field(
        500,
        ge=50,
        description="random orders of the independent units behind the rarefaction interval",
    )
    seed: int = Field(
        20240101, ge=0, description="seed of the orders, and of the draws of bottlenecks"
    )
    max_slope_frac: Fraction = Field(
        0.01, description="sufficient: one more unit adds less than this share of the area"
    )
    max_lag_h: Positive = Field(
        26.0,
        description="longer steps say nothing about days in stopovers, or where a migration"
        " passed, h",
    )
    bottleneck_reach_km: Positive = Field(
        5.0, description="passages farther from the line of a route are on another route, km"
    )
    bottleneck_max_ratio: Fraction = Field(
        0.67,
        description="bottleneck: at most so many times as wide as the route before and behind it",
    )
    bottleneck_min_units: int = Field(
        5, ge=3, description="bottleneck: so many independent units pass it"
    )
    bottleneck_min_share: Fraction = Field(
        0.2, description="bottleneck: this share of the herd's units with a migration passes it"
    )
    bottleneck_level: float = Field(
        0.05, gt=0, le=1, description="chance that a route of even width has a bottleneck"
    )
    bottleneck_draws: int = Field(1000, ge=100, le=100_000, description="draws behind that chance")


class Rank(Section):
    """Missing passages at places, their evidence, and range edges."""

    place_length_km: Positive = Field(
        10.0, description="a longer connected barrier is cut into places about equally long, km"
    )
    priors: dict[str, Fraction] = Field(
        default_factory=dict,
        description="class: mean permeability relative to free movement, overrides the packaged"
        " priors",
    )
    prior_trials: Positive = Field(
        4.0,
        description="a prior weighs as many trials against what the herd's own steps say of a"
        " class",
    )
    spread_trials: Positive = Field(
        1.0,
        description="barriers of a class that do something differ from its mean as if that weighed"
        " as many trials",
    )
    draws: int = Field(500, ge=50, le=100_000, description="draws behind estimates and intervals")
    seed: int = Field(20240101, ge=0, description="seed of the draws")
    edge_depth_km: Positive = Field(
        5.0, description="range edge: how far to look on both sides of a barrier, km"
    )
    edge_width_km: Positive = Field(
        1.0, description="range edge: least width of the strip looked at along the barrier, km"
    )
    edge_uneven_frac: Fraction = Field(
        0.95, gt=0.5, description="range edge: this share of the use beside it is on one side"
    )
    edge_mass_frac: Fraction = Field(
        0.001, description="range edge: least share of a season's use beside a segment"
    )
    edge_animals: int = Field(
        2, ge=1, description="range edge: so many animals use one cell beside the barrier"
    )
    edge_habitat_ratio: float = Field(
        1.5, ge=1, description="range edge: mean resistances of both sides this near are alike"
    )


class Profile(Section):
    """Our methods, or those of Migration Mapper v3 (USGS) with their defects."""

    name: Literal["corrected", "usgs"] = Field(
        "corrected",
        description="usgs: surfaces, corridors and stopovers as Migration Mapper v3 makes them,"
        " only to compare; it knows the methods bbmm and fmv, the others count as bbmm",
    )
    time_step_min: Positive = Field(5.0, description="usgs: step of the time sum, min")
    grid_margin_frac: NotNegative = Field(
        0.3, description="usgs: a surface's grid beyond the track, as a share of its extent"
    )
    kept_frac: Fraction = Field(
        0.9999, description="usgs: each surface keeps this share of its mass"
    )
    merged_frac: Fraction = Field(0.99, description="usgs: and each merge of surfaces this")
    merge_order: tuple[Literal["animal", "year"], Literal["animal", "year"]] = Field(
        ("animal", "year"),
        description="usgs: which weighs the same in the herd's surface comes first",
    )

    @model_validator(mode="after")
    def _levels_differ(self) -> Profile:
        if self.merge_order[0] == self.merge_order[1]:
            raise ValueError("profile: merge_order must name animal and year, each once")
        return self


class Publish(Section):
    """What leaves the pipeline."""

    tier: Literal["internal", "partner", "public"] = Field(
        "internal",
        description="internal: shows single animals; partner: does not; public: refused so far",
    )
    author: str = Field("", description="who made this")
    pictures: Literal["all", "migrating", "none"] = Field(
        "all",
        description="displacement pictures, about 0.1 s each: of all animal-years that can be "
        "classified, of those with a migration, or none",
    )
    catalogues: dict[Language, str] = Field(
        default_factory=dict,
        description="language: .po file of all messages in it, for others than the program has",
    )
    languages: tuple[Language, ...] = Field(
        ("en",),
        description="of decision pages, fact sheets and cards, English always: en, es, fr, ru, and "
        "those of catalogues",
    )

    @field_validator("languages")
    @classmethod
    def _each_language_has_messages(
        cls, languages: tuple[str, ...], info: ValidationInfo
    ) -> tuple[str, ...]:
        known = {*LANGUAGES, *info.data.get("catalogues", ())}
        if unknown := [code for code in languages if code not in known]:
            raise ValueError(f"no catalogue of {unknown[0]}; there are {', '.join(sorted(known))}")
        return languages


class Config(Section):
    """A study: what comes in, and how each stage works."""

    study: Study = Study()
    herds: dict[HerdName, Herd] = Field(default_factory=dict)
    barriers: tuple[BarrierSource, ...] = ()
    boundaries: tuple[BoundarySource, ...] = ()
    states: StateSource | None = None
    zones: tuple[ZoneSource, ...] = ()
    doubles: Doubles = Doubles()
    working: Working = Working()
    profile: Profile = Profile()
    clean: Clean = Clean()
    segment: Segment = Segment()
    occurrence: Occurrence = Occurrence()
    delineate: Delineate = Delineate()
    describe: Describe = Describe()
    habitat: Habitat = Habitat()
    intersect: Intersect = Intersect()
    behave: Behave = Behave()
    circuit: Circuit = Circuit()
    rank: Rank = Rank()
    act: Act = Act()
    publish: Publish = Publish()
    release: Release = Release()
    scenarios: dict[HerdName, Scenario] = Field(
        default_factory=dict, description="what would change: `corridors scenario NAME`"
    )
    before_after: dict[HerdName, BeforeAfter] = Field(
        default_factory=dict, description="what did change on a day: `corridors scenario NAME`"
    )

    @model_validator(mode="after")
    def _scenarios_have_names_of_their_own(self) -> Config:
        for name in sorted(set(self.scenarios) & set(self.before_after)):
            raise ValueError(f"before_after: {name} is the name of a scenario, too")
        taken = {source.name for source in self.barriers}
        for name, scenario in self.scenarios.items():
            for source in scenario.add:
                if source.name in taken:
                    raise ValueError(
                        f"scenarios: {name} adds {source.name}, which is the name of one of the"
                        " study's barriers"
                    )
        return self

    @model_validator(mode="after")
    def _shares_are_ordered(self) -> Config:
        if not self.delineate.medium_share < self.delineate.high_share:
            raise ValueError("delineate: medium_share must be below high_share")
        names = [source.name for source in self.barriers]
        if len(set(names)) < len(names):
            raise ValueError("barriers: names must be different")
        zones = [source.name for source in self.zones]
        if len(set(zones)) < len(zones):
            raise ValueError("zones: names must be different")
        return self
