"""Configuration of stage `circuit`."""

from __future__ import annotations

from pydantic import Field

from corridors.config.section import Fraction, Positive, Section


class Circuit(Section):
    """Current between the ranges, with barriers, and what opening each of them would give."""

    max_cells: int = Field(
        1_000_000,
        ge=100,
        description="larger habitat grids are coarsened to this (about 500 bytes per cell)",
    )
    max_parts: int = Field(
        3, ge=1, description="parts of a range that the current joins; smaller ones are ground"
    )
    tolerance: Positive = Field(
        1e-10, le=1e-8, description="currents add up but for this share of what leaves a range part"
    )
    least_permeability: Fraction = Field(
        0.001, gt=0, description="a closed barrier lets through this much, so that gains are finite"
    )
    barrier_ground_m: Positive = Field(
        250.0,
        description="a barrier of permeability p adds (1/p - 1) times the resistance of this much"
        " of the ground it crosses, m",
    )
    margin_cells: int = Field(
        12, ge=2, le=64, description="gain of a segment: cells around it that answer to its opening"
    )
    solved_anew: int = Field(
        50,
        ge=0,
        description="gain of a segment: of so many, the first, the whole network is solved again",
    )
    high_current_frac: Fraction = Field(
        0.1, gt=0, lt=1, description="validation: the cells with most current, share of the grid"
    )
    shifts: int = Field(
        199, ge=99, le=9999, description="validation: random places of the tracked migrations"
    )
    seed: int = Field(20240101, ge=0, description="seed of the shifts")
