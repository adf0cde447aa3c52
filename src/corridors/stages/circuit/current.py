"""The current between a herd's ranges, bound to what other stages leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

import geopandas as gpd
import numpy as np

from corridors.foundation import tables
from corridors.foundation.arrays import Flags, Floats
from corridors.foundation.artefacts import Layer, Progress, Raster
from corridors.foundation.crs import to_working
from corridors.foundation.errors import Fault, MethodError
from corridors.foundation.facts.circuit import CircuitFacts, CircuitValidation, HeldUse
from corridors.foundation.grid import Grid
from corridors.habitat.circuit_grid import added_by, burn, coarsened, conductances
from corridors.habitat.circuits import NoConvergenceError
from corridors.habitat.connectivity import NoWayError
from corridors.habitat.gain_table import gain_table
from corridors.habitat.layers import cells_in
from corridors.habitat.linked_circuit import (
    LinkedCircuit,
    link_facts,
    on_even_ground,
    range_terminals,
    solve_links,
)
from corridors.habitat.ranges import ALL, MAX_EDGE_DEG, Ranges, ranges_of
from corridors.habitat.validation import compare, high_cells, use_of_cells
from corridors.stages.circuit.barriers import obstacles
from corridors.stages.circuit.stage import Inputs, Results, Settings

# Tolerance of the networks that are only compared with: resistances are right to its square.
_ROUGH = 1e-5
_TAGS = {"QUANTITY": "current", "UNIT": "share"}  # of that between the ranges

Known = Mapping[str, object]


def current_between_ranges(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Return what stage `circuit` leaves."""
    resistance, fine = inputs.resistance.read(inputs.clean.crs)
    ranges = ranges_of(inputs.ranges.read(), inputs.clean.crs)
    resistance, grid = coarsened(resistance, fine, max_cells=settings.circuit.max_cells)
    known: Known = {
        "herd": settings.herd,
        "ranges_used": ranges.used,
        "habitat_cell_m": fine.cell_m,
        "cell_m": grid.cell_m,
        "tolerance": settings.circuit.tolerance,
    }
    try:
        current, gains, more = _flow(inputs, settings, ranges, resistance, grid, progress)
    except NoWayError as error:
        current, gains = np.full(grid.shape, np.nan), tables.empty(tables.GAINS)
        more = {"no_circuit": str(error)}
    except NoConvergenceError as error:
        raise MethodError(_not_solved(str(error))) from None
    return Results(
        current=Raster.of(current.astype(np.float32), grid, _TAGS),
        gains=Layer.of(gains),
        facts=CircuitFacts.model_validate({**known, **more}),
    )


def _flow(
    inputs: Inputs,
    settings: Settings,
    ranges: Ranges,
    resistance: Floats,
    grid: Grid,
    progress: Progress,
) -> tuple[Floats, gpd.GeoDataFrame, Known]:
    """Return the current of each cell (ny, nx), GAINS and the facts that come with them."""
    circuit = settings.circuit
    ends = range_terminals(ranges, grid, np.isfinite(resistance), max_parts=circuit.max_parts)
    found = obstacles(inputs, settings, grid)
    added = added_by(
        found.passing,
        least_permeability=circuit.least_permeability,
        ground_m=circuit.barrier_ground_m,
        cell_m=grid.cell_m,
    )
    ground = conductances(resistance)
    progress("current through habitat and barriers", 0.1)
    solved = solve_links(burn(ground, found.cuts, added), ends, tolerance=circuit.tolerance)
    potentials = solved.potentials()
    current = solved.current(potentials)
    progress("current without barriers", 0.4)
    bare = solve_links(ground, ends, tolerance=_ROUGH, near=solved)
    progress("gain of each segment", 0.6)
    gains = gain_table(
        settings.herd,
        found.segments,
        found.cuts,
        added,
        solved,
        potentials,
        ground,
        margin_cells=circuit.margin_cells,
        n_solved_anew=circuit.solved_anew,
    )
    progress("compare with tracks", 0.8)
    return (
        current,
        gains,
        {
            **_resistances(solved, bare),
            "n_segments": len(gains),
            "n_segments_on_grid": int((gains["n_edges"] > 0).sum()),
            "n_barriers_beyond_segments": found.n_rest,
            "validation": _validation(inputs, settings, current, resistance, bare, grid),
        },
    )


def _not_solved(reason: str) -> Fault:
    return Fault(
        "the current between the ranges cannot be computed so exactly",
        got=reason,
        cure="raise circuit.tolerance (up to 1e-8) or circuit.least_permeability",
    )


def _resistances(solved: LinkedCircuit, bare: LinkedCircuit) -> Known:
    """Return effective resistances with and without barriers, whole and link by link."""
    whole, open_ground = solved.resistance(), bare.resistance()
    return {
        "effective_resistance": whole,
        "effective_resistance_without_barriers": open_ground,
        # The network without barriers is solved less exactly: a little below 0 is none.
        "barriers_frac": max(0.0, 1.0 - open_ground / whole),
        "links": link_facts(solved, bare),
        "n_links_without_way": len(solved.ends.links) - len(solved.links),
        "n_parts_shared": solved.ends.n_shared,
        "n_cells": solved.circuit.n_cells,
        "n_cells_cut_off": solved.circuit.n_cut_off,
        "iterations": list(solved.circuit.iterations),
    }


def _validation(
    inputs: Inputs,
    settings: Settings,
    current: Floats,
    resistance: Floats,
    bare: LinkedCircuit,
    grid: Grid,
) -> CircuitValidation:
    """Return the share of the tracked use in the cells with most current, and by chance."""
    circuit = settings.circuit
    surface = inputs.population.read()
    surface = surface[surface["season"] == ALL]
    use = use_of_cells(surface, grid, cell_m=inputs.clean.cell_m)
    outside = np.isfinite(current)
    if not (use * outside).any():
        return CircuitValidation(reason="nobody_outside_ranges")
    even = on_even_ground(bare, resistance, tolerance=_ROUGH)
    high = high_cells(current, circuit.high_current_frac)
    modelled = _modelled(inputs, grid)
    areas = (
        high,
        modelled,
        high_cells(even.current(even.potentials()), circuit.high_current_frac),
    )
    compared = compare(use, areas, outside, n_shifts=circuit.shifts, seed=circuit.seed)
    held = [
        {**asdict(one), "area_frac": float(area[outside].mean())}
        for one, area in zip(compared, areas, strict=True)
    ]
    strong = HeldUse.model_validate({**held[0], "even_ground_share": held[2]["share"]})
    if not modelled.any():
        return CircuitValidation(high_current=strong)
    return CircuitValidation(high_current=strong, modelled_corridor=HeldUse.model_validate(held[1]))


def _modelled(inputs: Inputs, grid: Grid) -> Flags:
    """Return the cells of the modelled corridor."""
    inside = np.zeros(grid.shape, dtype=np.bool_)
    for geometry in inputs.modelled.read().geometry:
        inside |= cells_in(to_working(geometry, grid.crs, max_edge_deg=MAX_EDGE_DEG), grid)
    return inside
