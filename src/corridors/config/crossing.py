"""Crossings of barriers and borders, and what animals do at barriers."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from corridors.config.section import Fraction, NotNegative, Positive, Section
from corridors.config.sources import BarrierKind
from corridors.config.trials import Trials


class Intersect(Section):
    """Barriers, borders and the crossings of the herd."""

    segment_length_m: Positive = Field(1000.0, description="longest management segment, m")
    min_cut_m: Positive = Field(
        1.0, description="a corridor edge this near to another cut makes no cut of its own, m"
    )
    joint_m: Positive = Field(
        1.0, description="barriers of one kind continue each other where ends are this near, m ..."
    )
    joint_turn_deg: float = Field(
        60.0, gt=0, lt=180, description="... unless they turn more sharply, degrees"
    )
    max_lag_h: Positive = Field(26.0, description="longer steps say nothing about a crossing, h")
    bridge: Literal["sideways", "brownian"] = Field(
        "sideways",
        description="passages between fixes: sideways, an animal's straying to the side of its way,"
        " longer on longer ways and heavy-tailed; brownian, the motion variance of its surfaces",
    )
    min_triplets: int = Field(
        30, ge=10, description="sideways: with fewer left-out fixes an animal's bridge is brownian"
    )
    law_sd: Positive = Field(
        0.4,
        description="sideways: how far passages are off the law is told from the herd's own fixes"
        " where barriers are moved away; the SD of the logarithm of their odds before any is seen",
    )
    held_sd: Positive = Field(
        0.1,
        description="sideways: how barriers change these odds is told from the herd's own fixes at"
        " them; the SD of the logarithm before any is seen",
    )
    held_triplets: int = Field(
        5000,
        ge=100,
        description="sideways: how barriers change passages is told from so many fixes of an animal"
        " at most, and from as many where the barriers are moved away",
    )
    encounter_distance_m: Positive = Field(
        110.0, description="openings, before and after: an approach comes this near, m"
    )
    reach_km: Positive = Field(
        10.0, description="barriers farther from every corridor are not read, km"
    )
    return_frac: Fraction = Field(
        0.99,
        gt=0,
        description="openings, before and after: an animal came back over a barrier where this much"
        " of it is certain",
    )
    flux_floor: Positive = Field(1e-6, le=0.1, description="smaller fluxes are left out")
    border_stretch_km: Positive = Field(
        10.0, description="longest stretch of a state boundary in the transboundary tables, km"
    )
    contested_km2: Positive = Field(
        1.0, description="states that overlap by less do not contest the land, km2"
    )
    trials: Trials = Trials()


class Permeability(Section):
    """Null steps and the permeability estimated with them (kappa)."""

    law: Literal["corrected", "crossing_steps"] = Field(
        "corrected",
        description="null steps: corrected, pairs of turn and length of the steps around, each"
        " weighted by how easily it is seen beside a barrier; crossing_steps, lengths of the steps"
        " that crossed, only to compare with other programs",
    )
    buffer_m: Positive = Field(
        1000.0,
        description="steps that start this near to a barrier count, m ...",
    )
    reach_frac: Fraction = Field(
        0.99,
        gt=0,
        description="... and those from where this share of the herd's steps of the same duration"
        " would not reach it",
    )
    neighbourhood_m: Positive = Field(
        2000.0, description="steps this near to a barrier say how animals move there, m"
    )
    headings: int = Field(
        60, ge=8, le=3600, description="headings of null steps; their lengths are not sampled"
    )
    dead_zone_sd: NotNegative = Field(
        2.0,
        description="steps that start or end within so many location errors"
        " (occurrence.location_error_m) of a barrier are left out",
    )
    max_lag_h: Positive = Field(26.0, description="longer steps say nothing about a crossing, h")
    lag_tolerance_frac: Fraction = Field(
        0.1, description="steps whose durations differ by at most this share move alike"
    )
    min_steps: int = Field(
        200,
        ge=20,
        description="null steps of a duration, season or time of day from so many steps at least;"
        " with fewer from steps of all durations, scaled",
    )
    min_expected: Positive = Field(
        5.0, description="estimate where so many crossings would be expected without the barrier"
    )


class Behave(Section):
    """What animals do at barriers."""

    kinds: tuple[BarrierKind, ...] = Field(
        ("fence", "road", "rail", "canal", "border"),
        description="kinds of barriers at which behaviour is told, each kind by itself; of borders"
        " only border fences",
    )
    form: Literal["corrected", "baba"] = Field(
        "corrected",
        description="baba: events as the program BaBA tells them, defects included, only to"
        " compare; dates of barriers do not count then",
    )
    buffer_m: Positive = Field(110.0, description="at the barrier: fixes this near, m")
    bounce_h: Positive = Field(
        4.0, description="events up to this long are a quick cross or a bounce, h"
    )
    trapped_h: Positive = Field(36.0, description="longer events are trapped, h")
    window_h: Positive = Field(
        168.0, description="the animal's own straightness is taken from this long around, h"
    )
    own_sd: Positive = Field(
        1.0,
        description="back and forth, or trace: this many SD below, or above, the animal's own mean",
    )
    max_crossings: int = Field(
        4, ge=0, description="back and forth, or trace, with more crossings: unknown"
    )
    gap_h: NotNegative = Field(
        0.0, description="absences from the buffer up to this long do not end an event, h"
    )
    min_encounters: int = Field(
        5, ge=1, description="index of a barrier with fewer encounters: unknown"
    )
    draws: int = Field(500, ge=50, le=100_000, description="bootstrap draws of animals")
    seed: int = Field(20240101, ge=0, description="seed of the bootstrap")
    permeability: Permeability = Permeability()
