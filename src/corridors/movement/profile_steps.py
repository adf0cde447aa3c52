"""The way from profile `usgs` to profile `corrected`, one difference at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Literal

import numpy as np

from corridors.foundation.errors import MethodError
from corridors.foundation.grid import Surface, weighted_sum
from corridors.foundation.parallel import in_order
from corridors.foundation.track import Track
from corridors.movement.estimates import Method
from corridors.movement.isopleths import isopleth_mask
from corridors.movement.migration_mapper import centre_surface, trimmed
from corridors.movement.migration_mapper_herd import Peer, PeerHerd, PeerPopulation
from corridors.movement.occurrence import bridge_surface
from corridors.movement.population import Herd, Population, Use, animal, class_rules, window
from corridors.movement.shapes import Drawing
from corridors.movement.variance import Form, motion_variance

# The time sum whose error is counted as none has this many times as many steps.
_FINER = 5


@dataclass(frozen=True)
class Step:
    """One difference between the profiles; a row of the comparison.

    Parameters
    ----------
    key
        Short name.
    defect
        Number in ``docs/profiles.md``, or "".
    form
        Form of the motion variance.
    space
        ``usgs``: density at cell centres, ends counted twice, own grid; ``time``: even time
        sum; ``grid``: and a grid that holds everything; ``cells``: integrated over cells.
    is_peer
        The herd is put together as Migration Mapper does.
    """

    key: str
    defect: str
    form: Form
    space: Literal["usgs", "time", "grid", "cells"]
    is_peer: bool


USGS = Step("usgs", "", "bbmm3", "usgs", True)
STEPS = (
    Step("share", "1", "horne", "usgs", True),
    Step("error", "6", "corrected", "usgs", True),
    Step("time", "3", "corrected", "time", True),
    Step("grid", "4", "corrected", "grid", True),
    Step("cells", "2", "corrected", "cells", True),
    Step("herd", "5", "corrected", "cells", False),
)
# The last row: the study's own method, or the last step where that is the study's method.
CORRECTED = replace(STEPS[-1], key="corrected", defect="")


@dataclass(frozen=True)
class Window:
    """One migration: what it is called, and its usable fixes."""

    migration: str
    animal: str
    season: str
    year: int
    track: Track


@dataclass
class Outcome:
    """What a step makes of the migrations.

    Parameters
    ----------
    step
        Which one.
    s2_m2_min, area95_km2
        Migration -> motion variance and area of the 95 % isopleth; failed ones are left out.
    population
        The herd of all migrations, None without a surface.
    """

    step: Step
    s2_m2_min: dict[str, float] = field(default_factory=dict)
    area95_km2: dict[str, float] = field(default_factory=dict)
    population: Population | None = None


def outcomes(
    windows: Sequence[Window], method: Method, peer: Peer, *, footprint_isopleth: float
) -> Iterator[Outcome]:
    """Yield what every step between the two profiles makes of the migrations, in order."""
    for step in STEPS:
        yield outcome(step, windows, method, peer, footprint_isopleth=footprint_isopleth)


def outcome(
    step: Step,
    windows: Sequence[Window],
    method: Method,
    peer: Peer,
    *,
    footprint_isopleth: float,
) -> Outcome:
    """Return what one step makes of the migrations; memory holds one animal's surfaces.

    Parameters
    ----------
    step
        Which one.
    windows
        The migrations, in any order.
    method, peer
        How this study and Migration Mapper make surfaces; a method other than ``fmv`` counts as
        ``bbmm``.
    footprint_isopleth
        Isopleth of an animal's footprint, 0...1.
    """
    out = Outcome(step)
    peers = PeerHerd(
        peer.merge_order, kept_frac=peer.merged_frac, footprint_isopleth=footprint_isopleth
    )
    herd = Herd()
    ordered = sorted(windows, key=lambda one: (one.animal, one.migration))
    for name, some in groupby(ordered, key=lambda one: one.animal):
        own = list(some)
        years: dict[int, list[Surface]] = {}
        seasons: dict[str, list[Use]] = {}
        made = in_order(lambda one: _surface(step, one.track, method, peer), own)
        for one, (s2, surface) in zip(own, made, strict=True):
            if surface is None:
                continue
            out.s2_m2_min[one.migration] = s2
            out.area95_km2[one.migration] = isopleth_km2(surface, 0.95)
            if step.is_peer:
                years.setdefault(one.year, []).append(surface)
            else:
                use = window(surface, footprint_isopleth=footprint_isopleth)
                seasons.setdefault(one.season, []).append(use)
        if years:
            peers.add(name, years)
        if seasons:
            herd.add(animal(seasons))
    out.population = (peers if step.is_peer else herd).population()
    return out


def isopleth_km2(surface: Surface, isopleth: float) -> float:
    """Return the area of the smallest set of cells that holds a share of the mass, km2."""
    return float(isopleth_mask(surface, isopleth).sum() * surface.cell_m**2 / 1e6)


def _surface(step: Step, track: Track, method: Method, peer: Peer) -> tuple[float, Surface | None]:
    """Return motion variance and surface of one migration; (NaN, None) where there is none."""
    if step.form != "corrected":
        # The error of a fix is from its DOP only where errors are done right.
        track = track.with_error(method.location_error_m)
    try:
        s2 = _variance(step, track, method)
        return s2, _density(step, track, s2, method, peer)
    except MethodError:
        return np.nan, None


def _variance(step: Step, track: Track, method: Method) -> float:
    if method.name == "fmv" and method.s2_fixed_m2_min is not None:
        return method.s2_fixed_m2_min
    return motion_variance(
        track.x_m,
        track.y_m,
        track.time_min,
        track.error_m,
        max_lag_min=60.0 * method.given_max_lag_h,
        form=step.form,
    ).s2_m2_min


def _density(step: Step, track: Track, s2: float, method: Method, peer: Peer) -> Surface:
    if step.space == "cells":
        surface = bridge_surface(
            track.x_m,
            track.y_m,
            track.time_min,
            track.error_m,
            s2,
            crs=method.crs,
            cell_m=method.cell_m,
            max_lag_min=60.0 * method.given_max_lag_h,
            time_tolerance=method.time_tolerance,
            memory_mb=method.memory_mb,
        )
    else:
        is_even = step.space != "usgs"
        surface = centre_surface(
            track.x_m,
            track.y_m,
            track.time_min,
            track.error_m,
            s2,
            crs=method.crs,
            cell_m=method.cell_m,
            max_lag_min=60.0 * method.given_max_lag_h,
            time_step_min=peer.time_step_min / (_FINER if is_even else 1),
            time_rule="even" if is_even else "both_ends",
            margin_frac=np.inf if step.space == "grid" else peer.grid_margin_frac,
            memory_mb=method.memory_mb,
        )
    return trimmed(surface, peer.kept_frac, with_crossing=True) if step.is_peer else surface


def class_areas_km2(population: Population, drawing: Drawing) -> dict[str, float]:
    """Return the area in cells, km2, used by at least 1 and 2 animals and of each class."""
    cell_km2 = population.surface.cell_m**2 / 1e6
    rules = class_rules(
        population.n_tracked,
        medium_share=drawing.medium_share,
        high_share=drawing.high_share,
    )
    needed = {rule.corridor_class: rule.n_needed for rule in rules} | {"at_least_2": 2}
    return {
        name: population.cells(n).size * cell_km2 if n else np.nan for name, n in needed.items()
    }


def everybodys_km2(population: Population) -> float:
    """Return the area that more than 99 % of the animals cover: in no class of profile usgs."""
    lost = 0
    if isinstance(population, PeerPopulation):
        covered = int((population.n_animals >= 1).sum())
        lost = covered - population.cells(1).size
    return lost * population.surface.cell_m**2 / 1e6


def stopover_km2(population: Population, drawing: Drawing) -> float:
    """Return the area of the stopovers in cells, km2."""
    cells = population.top_cells(
        drawing.stopover_area_frac, trim_isopleth=drawing.footprint_isopleth
    )
    return cells.size * population.surface.cell_m**2 / 1e6


def jaccard(a: Population, b: Population, n_needed: int = 1) -> float:
    """Return the shared part of the cells that ``n_needed`` animals use, 0...1."""
    one, other = a.cells(n_needed), b.cells(n_needed)
    both = np.intersect1d(one, other, assume_unique=True).size
    return both / max(1, one.size + other.size - both)


def total_variation(a: Surface, b: Surface) -> float:
    """Return half the summed absolute difference of two surfaces, 0 (equal) to 1 (apart)."""
    a, b = (Surface("", 1.0, s.row, s.col, s.mass / s.mass.sum()) for s in (a, b))
    return float(np.abs(weighted_sum([(a, 1.0), (b, -1.0)]).mass).sum() / 2)
