"""The stages as verbs: each takes what earlier ones returned, and keys of the configuration.

A verb is the stage of its name, run in memory. It returns the stage's own ``Results``, whose tables
are read when asked for (``.read()``) and whose facts have attributes. Sections of the configuration
are given as dictionaries with the keys of ``config.yaml``; a key that is left out has its default.
What only a whole study has (boundaries, habitat, a network, gains) is taken as not there.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from corridors.config.crossing import Intersect
from corridors.config.model import Clean, Delineate, Occurrence, Profile, Rank, Working
from corridors.config.segmentation import Segment
from corridors.config.trials import Trials
from corridors.foundation import tables
from corridors.foundation.artefacts import FixTable, Layer, Raster, RawFiles, Table, silent
from corridors.foundation.errors import ConfigError, Fault
from corridors.foundation.grid import Grid
from corridors.notebook.sections import section
from corridors.stages.clean import stage as clean_stage
from corridors.stages.delineate import stage as delineate_stage
from corridors.stages.intersect import stage as intersect_stage
from corridors.stages.rank import stage as rank_stage
from corridors.stages.segment import stage as segment_stage
from corridors.stages.surface import stage as surface_stage
from corridors.stages.weigh import stage as weigh_stage

Keys = Mapping[str, object]


def clean(
    fixes: FixTable,
    *,
    clean: Keys | None = None,
    working: Keys | None = None,
    occurrence: Keys | None = None,
) -> clean_stage.Results:
    """Flag fixes that cannot be used, choose the working CRS and the cell, project the rest.

    Parameters
    ----------
    fixes
        FIXES, see :func:`corridors.fixes`.
    clean, working, occurrence
        Keys of these sections; of the last one only the location error counts.

    Returns
    -------
    corridors.stages.clean.stage.Results
        ``fixes``: CLEAN_FIXES, every fix with its flags, ``x_m`` and ``y_m`` in the working CRS
        (NaN where not usable) and burst; ``facts``: CRS, cell and counts.

    Raises
    ------
    ConfigError
        Keys that do not exist or cannot be; a working CRS that is not projected in metres.
    MethodError
        No usable fix.

    Examples
    --------
    Of the example's 3 times 2190 fixes one gets a dilution of precision of 9; it is used unless
    the limit is 8:

    >>> import corridors
    >>> from corridors.notebook import example
    >>> fixes = corridors.fixes(example.frame().assign(dop=[9.0] + [2.0] * 6569))
    >>> corridors.clean(fixes).facts.n_usable
    6570
    >>> corridors.clean(fixes, clean={"dop_max": 8.0}).facts.flags["ada"]
    {'poor_fix': 1}
    """
    errors = section("occurrence", Occurrence, occurrence)
    return clean_stage.run(
        clean_stage.Inputs(
            fixes=fixes,
            ranges_expert=_no_layer(tables.RANGES),
            corridors_expert=_no_layer(tables.CORRIDORS),
        ),
        clean_stage.Settings(
            clean=section("clean", Clean, clean),
            working=section("working", Working, working),
            error_m=errors.location_error_m,
            error_per_dop_m=errors.error_per_dop_m,
        ),
        silent,
    )


def segment(cleaned: clean_stage.Results, *, segment: Keys | None = None) -> segment_stage.Results:
    """Class every animal's year, and cut migrations and stays in seasonal ranges out of it.

    Parameters
    ----------
    cleaned
        What :func:`clean` returned.
    segment
        Keys of this section.

    Returns
    -------
    corridors.stages.segment.stage.Results
        ``migrations``: MIGRATIONS, a row per window, UTC, stays among them; ``animal_years``:
        ANIMAL_YEARS, the class and why; ``legs``: LEGS; ``displacement_fits``:
        DISPLACEMENT_FITS; ``picks``: the windows as a table to edit; ``facts``.

    Raises
    ------
    ConfigError
        Keys that do not exist or cannot be.

    Examples
    --------
    The example's animals walk 30 km, 0.27 degrees, north from 1 to 11 May; a window holds all but
    the ends of the walk:

    >>> import corridors
    >>> from corridors.notebook import example
    >>> segmented = corridors.segment(example.cleaned())
    >>> segmented.animal_years.read()[["animal", "class", "range_distance_km"]].round()
      animal    class  range_distance_km
    0    ada  migrant               30.0
    1    ben  migrant               30.0
    2   cleo  migrant               30.0
    >>> windows = segmented.migrations.read().query("season == 'spring'")
    >>> windows["start_utc"].dt.strftime("%d %B").tolist()
    ['01 May', '01 May', '01 May']

    Who asks for 40 km has no migrant:

    >>> far = corridors.segment(example.cleaned(), segment={"min_distance_km": 40})
    >>> "migrant" in set(far.animal_years.read()["class"])
    False
    """
    herd = _herd(cleaned)
    return segment_stage.run(
        segment_stage.Inputs(fixes=cleaned.fixes, clean=cleaned.facts, raw=RawFiles()),
        segment_stage.Settings(herd=herd, segment=section("segment", Segment, segment), picks=None),
        silent,
    )


def occurrence(
    cleaned: clean_stage.Results,
    segmented: segment_stage.Results,
    *,
    occurrence: Keys | None = None,
    working: Keys | None = None,
    profile: Keys | None = None,
) -> surface_stage.Results:
    """Compute where each animal probably was during each migration and each stay.

    Parameters
    ----------
    cleaned, segmented
        What :func:`clean` and :func:`segment` returned.
    occurrence, working, profile
        Keys of these sections.

    Returns
    -------
    corridors.stages.surface.stage.Results
        ``surfaces``: SURFACES, the mass of each window in each cell of the herd's grid, at most 1
        together; ``estimates``: ESTIMATES, how each came about, or why there is none;
        ``variances``: VARIANCES, motion variance by fix; ``facts``.

    Raises
    ------
    ConfigError
        Keys that do not exist or cannot be.
    MethodError
        Method ``fmv`` without a value for the species.

    Examples
    --------
    >>> import corridors
    >>> from corridors.notebook import example
    >>> found = corridors.occurrence(
    ...     example.cleaned(), example.segmented(), occurrence={"method": "bbmm"})
    >>> found.facts.n_surfaces  # three animals, two migrations and three stays each
    15
    >>> found.surfaces.read().groupby("migration")["mass"].sum().round(6).unique().tolist()
    [1.0]
    """
    return surface_stage.run(
        surface_stage.Inputs(
            fixes=cleaned.fixes, clean=cleaned.facts, migrations=segmented.migrations
        ),
        surface_stage.Settings(
            occurrence=section("occurrence", Occurrence, occurrence),
            memory_mb=section("working", Working, working).memory_mb,
            profile=section("profile", Profile, profile),
            species=_species(cleaned),
        ),
        silent,
    )


def corridor(
    segmented: segment_stage.Results,
    surfaces: surface_stage.Results,
    *,
    delineate: Keys | None = None,
    profile: Keys | None = None,
) -> delineate_stage.Results:
    """Draw the herd's corridors, stopovers and seasonal ranges from the surfaces.

    Parameters
    ----------
    segmented, surfaces
        What :func:`segment` and :func:`occurrence` returned.
    delineate, profile
        Keys of these sections.

    Returns
    -------
    corridors.stages.delineate.stage.Results
        ``corridors``, ``stopovers``, ``ranges``: polygons, EPSG:4326, areas in km2;
        ``population``: POPULATION, the herd's mean surface by season; ``population_raster``: that
        of all migrations; ``facts``.

    Raises
    ------
    ConfigError
        Keys that do not exist or cannot be.

    Examples
    --------
    The corridor holds the ways of all three animals, 30 km long and 200 m apart at most:

    >>> import corridors
    >>> from corridors.notebook import example
    >>> drawn = corridors.corridor(example.segmented(), example.surfaces())
    >>> whole = drawn.corridors.read().query("season == 'all' and corridor_class == 'low'")
    >>> int(whole["n_tracked"].item()), bool(whole["area_km2"].item() > 30 * 0.2)
    (3, True)
    """
    return delineate_stage.run(
        delineate_stage.Inputs(
            ranges_expert=_no_layer(tables.RANGES),
            corridors_expert=_no_layer(tables.CORRIDORS),
            migrations=segmented.migrations,
            surfaces=surfaces.surfaces,
            estimates=surfaces.estimates,
            surface=surfaces.facts,
        ),
        delineate_stage.Settings(
            delineate=section("delineate", Delineate, delineate),
            profile=section("profile", Profile, profile),
            herd=_first(segmented.animal_years, "herd"),
        ),
        silent,
    )


def crossings(
    barriers: Layer,
    cleaned: clean_stage.Results,
    segmented: segment_stage.Results,
    surfaces: surface_stage.Results,
    drawn: delineate_stage.Results,
    *,
    intersect: Keys | None = None,
    occurrence: Keys | None = None,
) -> intersect_stage.Results:
    """Cross the herd's movements with barriers.

    Parameters
    ----------
    barriers
        BARRIERS, see :func:`corridors.barrier_layer`.
    cleaned, segmented, surfaces, drawn
        What :func:`clean`, :func:`segment`, :func:`occurrence` and :func:`corridor` returned.
    intersect, occurrence
        Keys of these sections.

    Returns
    -------
    corridors.stages.intersect.stage.Results
        ``segments``: SEGMENTS, the barriers cut for management; ``crossings``: CROSSINGS, by
        segment and season, per animal and year; ``observed``: OBSERVED, each step over a barrier;
        ``trials``, ``seasons``, ``units``: TRIALS, SEASONS_TRACKED, UNITS; ``areas``; ``facts``.
        What is of boundaries is empty.

    Raises
    ------
    ConfigError
        Keys that do not exist or cannot be.

    Examples
    --------
    Each animal passes the fence once in spring and once in autumn of its year:

    >>> import corridors
    >>> from corridors.notebook import example
    >>> crossed = corridors.crossings(example.barriers(), example.cleaned(), example.segmented(),
    ...     example.surfaces(), example.drawn())
    >>> len(crossed.observed.read())
    6
    >>> table = crossed.crossings.read()
    >>> table.groupby("season")["expected_per_year"].sum().round(2).to_dict()
    {'autumn': 1.0, 'spring': 1.0}
    """
    return intersect_stage.run(
        intersect_stage.Inputs(
            barriers=barriers,
            boundaries=_no_layer(tables.BOUNDARIES),
            states=_no_layer(tables.STATES),
            fixes=cleaned.fixes,
            clean=cleaned.facts,
            migrations=segmented.migrations,
            estimates=surfaces.estimates,
            variances=surfaces.variances,
            corridors=drawn.corridors,
            population=drawn.population,
            modelled=_no_layer(tables.CORRIDORS),
        ),
        intersect_stage.Settings(
            herd=_herd(cleaned),
            intersect=section("intersect", Intersect, intersect),
            occurrence=section("occurrence", Occurrence, occurrence),
        ),
        silent,
    )


def rank(
    cleaned: clean_stage.Results,
    drawn: delineate_stage.Results,
    crossed: intersect_stage.Results,
    *,
    rank: Keys | None = None,
    population_size: float | None = None,
    population_source: str | None = None,
) -> rank_stage.Results:
    """Rank places of the barriers by missing passages per year, with their evidence.

    Parameters
    ----------
    cleaned, drawn, crossed
        What :func:`clean`, :func:`corridor` and :func:`crossings` returned.
    rank
        Keys of this section.
    population_size, population_source
        Animals in the herd, and where that number is from; None: all is per animal.

    Returns
    -------
    corridors.stages.rank.stage.Results
        ``threats``: THREATS, a row per place that animals could have met, worst first;
        ``threat_segments``: THREAT_SEGMENTS; ``exposure``, ``range_edges``, ``candidates``,
        ``facts``. The network is empty, and what opening a segment would connect is NaN.

    Raises
    ------
    ConfigError
        Keys that do not exist or cannot be; a population size without a source.

    Examples
    --------
    Three animals that travel together, one independent unit, pass the fence in each migration as
    freely as elsewhere:

    >>> import corridors
    >>> from corridors.notebook import example
    >>> ranked = corridors.rank(example.cleaned(), example.drawn(), example.crossed())
    >>> place = ranked.threats.read().iloc[0]
    >>> place["grade"], float(place["trials_per_year"]), float(place["missing_per_year"].round(1))
    ('nothing_seen', 2.0, 0.0)
    >>> int(place["n_animals"]), int(place["n_units"])
    (3, 1)
    """
    if population_size is not None and not population_source:
        raise ConfigError(
            Fault(
                "population_size needs population_source",
                cure='say where the number is from: rank(..., population_source="count of 2023")',
            )
        )
    facts, chosen, herd = cleaned.facts, section("rank", Rank, rank), _herd(cleaned)
    weighed = weigh_stage.run(
        weigh_stage.Inputs(
            clean=facts,
            segments=crossed.segments,
            trials=crossed.trials,
            seasons=crossed.seasons,
            units=crossed.units,
            crossed=crossed.facts,
            permeability=Table.of(tables.empty(tables.PERMEABILITY)),
        ),
        weigh_stage.Settings(
            herd=herd,
            rank=chosen,
            trials=Trials(),
            species=_species(cleaned),
            population_size=population_size,
            population_source=population_source,
        ),
        silent,
    )
    return rank_stage.run(
        rank_stage.Inputs(
            clean=facts,
            population=drawn.population,
            resistance=Raster.of(
                np.full((1, 1), np.nan, np.float32), Grid(facts.crs, facts.cell_m, 0, 0, 1, 1)
            ),
            network=_no_layer(tables.NETWORK),
            network_use=Table.of(tables.empty(tables.NETWORK_USE)),
            segments=crossed.segments,
            trials=crossed.trials,
            areas=crossed.areas,
            crossed=crossed.facts,
            places=weighed.places,
            place_segments=weighed.segments,
            weighed=weighed.facts,
            gains=_no_layer(tables.GAINS),
        ),
        rank_stage.Settings(herd=herd, rank=chosen, barrier_completeness={}),
        silent,
    )


def _herd(cleaned: clean_stage.Results) -> str:
    return _first(cleaned.fixes, "herd")


def _species(cleaned: clean_stage.Results) -> str | None:
    return _first(cleaned.fixes, "species") or None


def _first(table: Table | FixTable, column: str) -> str:
    """Return the value of a column that all rows share, "" without rows."""
    values = table.read([column])[column]
    return str(values.iloc[0]) if len(values) else ""


def _no_layer(contract: tables.LayerSchema) -> Layer:
    return Layer.of(tables.empty(contract))
