"""Facts of stage `circuit`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from corridors.foundation.facts import Facts
from corridors.foundation.facts.connect import RangeUsed
from corridors.foundation.vocabulary import NoWay


class LinkFacts(Facts):
    """A link between a part of one range and all parts of the other.

    Parameters
    ----------
    from_part, to_parts
        Numbers of the parts.
    weight
        Of the link in the herd's mean, sum 1.
    effective_resistance, without_barriers
        Between its ends; a square of ground with resistance 1 has about 0.41.
    imbalance
        Largest net current of a cell, share of the current of the link.
    """

    from_part: int
    to_parts: list[int]
    weight: float
    effective_resistance: float
    without_barriers: float
    imbalance: float


class HeldUse(Facts):
    """How much of the tracked use an area holds.

    Parameters
    ----------
    share
        Of the use on migration outside the ranges, 0...1.
    random_mean, random_p95
        The same of random places of the use: mean and 95 % quantile; null where there are none.
    p
        Share of these places, and its own, with at least as much inside.
    n_shifts
        Random places.
    area_frac
        Share of the ground outside the ranges that the area is.
    even_ground_share
        As ``share``, where all known ground is alike and there is no barrier; unset for an area
        that is not that of the strongest current.
    """

    share: float
    random_mean: float | None
    random_p95: float | None
    p: float
    n_shifts: int
    area_frac: float
    even_ground_share: float | None = None


class CircuitValidation(Facts):
    """Whether tracks lie where the current is strong, or why that is unknown.

    Parameters
    ----------
    reason
        Why it is unknown: nobody was tracked on migration outside the ranges; else unset.
    high_current
        The cells with most current.
    modelled_corridor
        The corridor of stage `connect`; unset without one.
    """

    reason: Literal["nobody_outside_ranges", ""] = ""
    high_current: HeldUse | None = None
    modelled_corridor: HeldUse | None = None


class CircuitFacts(Facts):
    """The current between the herd's ranges.

    Parameters
    ----------
    herd
        Its name.
    ranges_used
        Season -> which range of it counts.
    habitat_cell_m, cell_m
        Cell edge of the habitat grid and of the network, m.
    tolerance
        As configured.
    no_circuit
        Why there is none; else the rest is set.
    effective_resistance, effective_resistance_without_barriers, barriers_frac
        Mean over the links by weight, where a square of ground with resistance 1 has about 0.41;
        the share of it that barriers make.
    links, n_links_without_way
        Links with a way, and the number of the others.
    n_parts_shared
        Parts of a range that share cells with the other.
    n_cells, n_cells_cut_off, iterations
        Cells whose potential was computed, known cells that no path joins with a range, and steps
        of each solution.
    n_segments, n_segments_on_grid, n_barriers_beyond_segments
        Standing segments, those that cut an edge, and barriers that go on beyond their segments.
    validation
        Whether tracks lie where the current is strong.
    """

    herd: str
    ranges_used: dict[str, RangeUsed]
    habitat_cell_m: float
    cell_m: float
    tolerance: float
    no_circuit: NoWay | Literal[""] = ""
    effective_resistance: float | None = None
    effective_resistance_without_barriers: float | None = None
    barriers_frac: float | None = None
    links: list[LinkFacts] = Field(default_factory=list)
    n_links_without_way: int = 0
    n_parts_shared: int = 0
    n_cells: int = 0
    n_cells_cut_off: int = 0
    iterations: list[int] = Field(default_factory=list)
    n_segments: int = 0
    n_segments_on_grid: int = 0
    n_barriers_beyond_segments: int = 0
    validation: CircuitValidation | None = None
