"""Stage `circuit`: current between the ranges, and what opening each barrier segment would give."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import geopandas as gpd
import numpy as np

from corridors.formats.parquet import read_json, read_layer, read_table, write_json, write_table
from corridors.formats.raster import read_band, write_cog
from corridors.foundation import tables
from corridors.foundation.arrays import Flags, Floats, Indices
from corridors.foundation.crs import to_working
from corridors.foundation.errors import Fault, MethodError
from corridors.foundation.grid import Grid
from corridors.habitat.circuit_grid import burn, coarsened, conductances, currents
from corridors.habitat.circuits import Circuit, NoConvergenceError, solve
from corridors.habitat.gains import gains, opened
from corridors.habitat.layers import cells_in
from corridors.habitat.ranges import ALL, ENDS, MAX_EDGE_DEG, ranges_of
from corridors.habitat.terminals import Terminals, terminals
from corridors.habitat.validation import compare, high_cells
from corridors.stages.circuit_barriers import Expected, Obstacles, obstacles
from corridors.stages.context import StageContext

# Tolerance of the networks that are only compared with: resistances are right to its square.
_ROUGH = 1e-5
_WHAT = {
    "effective_resistance": "mean over the links of the herd, weighted by the size of the range "
    "part; a square of ground with resistance 1 has about 0.41",
    "barriers_frac": "share of it that the barriers make",
    "imbalance": "largest net current of a cell, share of the current of the link",
    "share": "of the tracked use during migration outside the ranges, the share inside",
    "even_ground_share": "the same where all known ground is alike and there is no barrier",
    "p": "share of the random places of the use, and its own, with at least as much inside",
}


@dataclass(frozen=True)
class _Solved:
    """A network and its links that have a way."""

    circuit: Circuit
    ends: Terminals
    links: tuple[int, ...]
    resistances: Floats
    weights: Floats

    def potentials(self) -> Floats:
        """Return the potentials of each link, 1 at one end and 0 at the other."""
        return np.stack([self.circuit.potential(*self.ends.links[k]) for k in self.links])

    def mean(self, values: Floats) -> Floats:
        """Return the weighted mean over links, the first axis."""
        return np.tensordot(self.weights, values, axes=1)

    def current(self, potentials: Floats) -> Floats:
        """Return the current through each cell for 1 between the ends, NaN in ranges and voids."""
        each = [
            currents(self.circuit.conductance, field) * resistance
            for field, resistance in zip(potentials, self.resistances, strict=True)
        ]
        unknown = np.isnan(self.circuit.potentials[0]) | (self.ends.node >= 0)
        return np.where(unknown, np.nan, self.mean(np.stack(each)))


def run(context: StageContext) -> None:
    """Read resistance, ranges and segments; write current, gains and ``circuit.json``."""
    settings = context.settings.circuit
    crs = read_json(context.read("clean", "clean.json"))["crs"]
    resistance, grid = read_band(context.read("connect", "resistance.tif"), crs)
    ranges = ranges_of(read_layer(context.read("delineate", "ranges.parquet")), crs)
    facts: dict[str, Any] = {
        "herd": context.herd,
        "ranges_used": ranges.used,
        "habitat_cell_m": grid.cell_m,
        "what": _WHAT,
    }
    resistance, grid = coarsened(resistance, grid, max_cells=settings.max_cells)
    facts |= {"cell_m": grid.cell_m, "tolerance": settings.tolerance}
    known = np.isfinite(resistance)
    missing = [season for season in ENDS if season not in ranges.shapes]
    if missing:
        _write_nothing(context, grid, facts, f"there is no {' and no '.join(missing)} range")
        return
    first, second = (cells_in(ranges.shapes[season], grid) for season in ENDS)
    ends = terminals(first, second, known, max_parts=settings.max_parts)
    if not ends.links:
        reason = (
            "the ranges share cells of the habitat grid: nothing lies between them"
            if ends.n_shared
            else "a range has no cell with known resistance"
        )
        _write_nothing(context, grid, facts, reason)
        return
    found = obstacles(
        read_layer(context.read("intersect", "segments.parquet")),
        read_layer(context.read("ingest", "barriers.parquet")),
        _expected(context),
        grid,
    )
    added = _added(found.passing, grid, settings)
    ground = conductances(resistance)
    context.progress("current through habitat and barriers", 0.1)
    solved = _solve(burn(ground, found.cuts, added), ends, settings.tolerance)
    if not solved.links:
        reason = "no path of cells with known resistance joins the ranges"
        _write_nothing(context, grid, facts, reason)
        return
    potentials = solved.potentials()
    current = solved.current(potentials)
    context.progress("current without barriers", 0.4)
    bare = _solve(ground, ends, _ROUGH, near=solved)
    facts |= _resistances(solved, bare)
    context.progress("gain of each segment", 0.6)
    table = _gains(context, solved, potentials, found, added)
    facts |= {
        "n_segments": len(table),
        "n_segments_on_grid": int((table["n_edges"] > 0).sum()) if len(table) else 0,
        "n_barriers_beyond_segments": found.n_rest,
    }
    context.progress("compare with tracks", 0.8)
    facts["validation"] = _validation(context, current, resistance, bare, grid)
    _write(context, grid, current, table, facts)


def _expected(context: StageContext) -> Expected:
    priors, prior_encounters = context.settings.barrier_priors
    estimates = read_table(context.read("behave", "permeability.parquet"))
    return Expected(
        context.settings.species, priors, prior_encounters, estimates if len(estimates) else None
    )


def _added(passing: Floats, grid: Grid, settings: Any) -> Floats:
    """Return what each line adds to an edge: independent of the cell size, per metre of barrier."""
    share = np.maximum(passing, settings.least_permeability)
    out: Floats = (1.0 / share - 1.0) * settings.barrier_ground_m / grid.cell_m
    return out


def _solve(
    conductance: Floats, ends: Terminals, tolerance: float, near: _Solved | None = None
) -> _Solved:
    try:
        circuit = solve(
            conductance,
            ends.node,
            tolerance=tolerance,
            near=None if near is None else near.circuit,
        )
    except NoConvergenceError as error:
        raise MethodError(_not_solved(str(error))) from None
    resistances = np.array([circuit.resistance(*link) for link in ends.links])
    links = np.flatnonzero(np.isfinite(resistances))
    weights = ends.weights[links]
    return _Solved(
        circuit, ends, tuple(links.tolist()), resistances[links], weights / weights.sum()
    )


def _not_solved(reason: str) -> Fault:
    return Fault(
        "the current between the ranges cannot be computed so exactly",
        got=reason,
        cure="raise circuit.tolerance (up to 1e-8) or circuit.least_permeability",
    )


def _resistances(solved: _Solved, bare: _Solved) -> dict[str, Any]:
    """Return effective resistances with and without barriers, whole and link by link."""
    whole, open_ground = (float(one.mean(one.resistances)) for one in (solved, bare))
    links = []
    for k, resistance, other, weight in zip(
        solved.links, solved.resistances, bare.resistances, solved.weights, strict=True
    ):
        own, others = solved.ends.links[k]
        at_cells, between = solved.circuit.imbalance(solved.ends.node, own, others)
        links.append(
            {
                "from_part": own,
                "to_parts": list(others),
                "weight": float(weight),
                "effective_resistance": float(resistance),
                "without_barriers": float(other),
                "imbalance": max(at_cells, between),
            }
        )
    return {
        "effective_resistance": whole,
        "effective_resistance_without_barriers": open_ground,
        # The network without barriers is solved less exactly: a little below 0 is none.
        "barriers_frac": max(0.0, 1.0 - open_ground / whole),
        "links": links,
        "n_links_without_way": len(solved.ends.links) - len(solved.links),
        "n_parts_shared": solved.ends.n_shared,
        "n_cells": solved.circuit.n_cells,
        "n_cells_cut_off": solved.circuit.n_cut_off,
        "iterations": list(solved.circuit.iterations),
    }


def _gains(
    context: StageContext, solved: _Solved, potentials: Floats, found: Obstacles, added: Floats
) -> gpd.GeoDataFrame:
    segments = found.segments
    if segments.empty:
        return tables.empty(tables.GAINS)
    n = len(segments)
    cuts = found.cuts.of(np.arange(added.size) < n)
    more = opened(solved.circuit.conductance, found.cuts, added)[found.cuts.line < n]
    each = gains(
        solved.circuit.conductance,
        solved.ends.node >= 0,
        potentials,
        solved.resistances,
        cuts,
        more,
        n_lines=n,
        margin_cells=context.settings.circuit.margin_cells,
    )
    gain = solved.mean(each.finite)
    out = segments[["segment", "barrier", "name", "kind", "class", "geometry"]].copy()
    out["herd"] = context.herd
    out["permeability"] = segments["used"]
    out["permeability_source"] = segments["used_source"]
    out["n_edges"] = np.bincount(cuts.line, minlength=n).astype(np.int64)
    out["gain"] = gain
    out["gain_share"] = gain / float(solved.mean(solved.resistances))
    out["gain_linear"] = solved.mean(each.linear)
    order = np.argsort(-gain, kind="stable")  # of equals the first by name
    out = out.iloc[order].reset_index(drop=True)
    out["rank"] = np.arange(1, n + 1, dtype=np.int64)
    return out


def _validation(
    context: StageContext, current: Floats, resistance: Floats, bare: _Solved, grid: Grid
) -> dict[str, Any]:
    """Return the share of the tracked use in the cells with most current, and by chance."""
    settings = context.settings.circuit
    use = _use(context, grid)
    outside = np.isfinite(current)
    if not (use * outside).any():
        return {"reason": "no animal was tracked on migration outside the ranges"}
    # The same ranges on ground that is alike everywhere; without habitat layers it is already.
    known = np.isfinite(resistance)
    even = bare
    if np.ptp(resistance[known]) > 0:
        alike = conductances(np.where(known, 1.0, np.nan))
        even = _solve(alike, bare.ends, _ROUGH, near=bare)
    areas = {
        "high_current": high_cells(current, settings.high_current_frac),
        "modelled_corridor": _modelled(context, grid),
        "even_ground": high_cells(even.current(even.potentials()), settings.high_current_frac),
    }
    compared = dict(
        zip(
            areas,
            compare(
                use, tuple(areas.values()), outside, n_shifts=settings.shifts, seed=settings.seed
            ),
            strict=True,
        )
    )
    out = {name: asdict(compared[name]) for name in ("high_current", "modelled_corridor")}
    for name, own in out.items():
        own["area_frac"] = float(areas[name][outside].mean())
    out["high_current"]["even_ground_share"] = compared["even_ground"].share
    if not areas["modelled_corridor"].any():
        del out["modelled_corridor"]
    return out


def _use(context: StageContext, grid: Grid) -> Floats:
    """Return the herd's mean surface of all migrations on the cells of the network."""
    surface = read_table(context.read("delineate", "population.parquet"))
    surface = surface[surface["season"] == ALL]
    cell_m = float(read_json(context.read("delineate", "delineate.json"))["cell_m"])
    row, col = (
        np.floor((surface[axis].to_numpy(float) + 0.5) * cell_m / grid.cell_m).astype(np.int32)
        for axis in ("row", "col")
    )
    iy, ix = grid.array_index(row, col)
    inside = (iy >= 0) & (iy < grid.n_rows) & (ix >= 0) & (ix < grid.n_cols)
    cell: Indices = (iy * grid.n_cols + ix)[inside]
    mass = surface["mass"].to_numpy(float)[inside]
    n_cells = grid.n_rows * grid.n_cols
    use = np.bincount(cell, weights=mass, minlength=n_cells).reshape(grid.shape)
    return use.astype(np.float64, copy=False)


def _modelled(context: StageContext, grid: Grid) -> Flags:
    layer = read_layer(context.read("connect", "modelled.parquet"))
    inside = np.zeros(grid.shape, dtype=np.bool_)
    for geometry in layer.geometry:
        inside |= cells_in(to_working(geometry, grid.crs, max_edge_deg=MAX_EDGE_DEG), grid)
    return inside


def _write_nothing(context: StageContext, grid: Grid, facts: dict[str, Any], reason: str) -> None:
    facts["no_circuit"] = reason
    _write(context, grid, np.full(grid.shape, np.nan), tables.empty(tables.GAINS), facts)


def _write(
    context: StageContext,
    grid: Grid,
    current: Floats,
    table: gpd.GeoDataFrame,
    facts: dict[str, Any],
) -> None:
    tags = {"UNIT": "share of the current between the ranges", "TITLE": "Current"}
    write_cog(context.out / "current.tif", current.astype(np.float32), grid, tags)
    write_table(table, context.out / "gains.parquet", tables.GAINS)
    write_json(facts, context.out / "circuit.json")
