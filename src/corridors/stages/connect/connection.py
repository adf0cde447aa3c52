"""Resistance, corridor and network of a herd, bound to what other stages leave."""

from __future__ import annotations

import math
from collections.abc import Sequence

import geopandas as gpd
import numpy as np
from shapely.geometry.base import BaseGeometry

from corridors.config.habitat import Habitat
from corridors.foundation import tables
from corridors.foundation.arrays import Flags, Floats
from corridors.foundation.artefacts import Layer, Progress, Raster, Table
from corridors.foundation.crs import GEOGRAPHIC, geodesic_area_km2, to_geographic
from corridors.foundation.errors import Fault, MethodError
from corridors.foundation.facts.connect import ConnectFacts, CorridorValidation, LinksFacts
from corridors.foundation.grid import Grid, pack
from corridors.habitat.connectivity import NoWayError
from corridors.habitat.layers import cells_in, habitat_grid
from corridors.habitat.network_table import HerdNetwork, herd_network, herd_ways, way_use
from corridors.habitat.range_corridor import RangeCorridor, range_corridor
from corridors.habitat.ranges import ALL, Ranges, ranges_of, tracked_corridor
from corridors.movement.outlines import merge, outline
from corridors.stages.connect.green_up import drivers
from corridors.stages.connect.resistance import Ground, ground_of
from corridors.stages.connect.selection import migration_windows, usable_fixes, used_fixes
from corridors.stages.connect.selection_facts import facts_of_selection
from corridors.stages.connect.stage import Inputs, Results, Settings

# Resistance is the cost of a metre relative to the easiest ground, a detour the share above the
# least cost.
_RESISTANCE = {"QUANTITY": "resistance", "UNIT": "relative_cost"}
_DETOUR = {"QUANTITY": "detour", "UNIT": "share"}


def connected(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Return what stage `connect` leaves."""
    crs = inputs.clean.crs
    ranges = ranges_of(inputs.ranges.read(), crs)
    tracked = tracked_corridor(inputs.corridors.read(), crs)
    used = used_fixes(inputs, settings.habitat)
    extent = [*ranges.shapes.values(), *([tracked] if tracked is not None else [])]
    if used is not None and used.x_m.size:
        extent.append(used.hull)
    if extent:
        grid = grid_of(settings.habitat, extent, crs)
        ground = ground_of(inputs.raw, settings.habitat, grid, used, progress)
    else:
        # One empty cell: the rasters are there, and say that nothing is known.
        grid = Grid(crs, settings.habitat.cell_m, 0, 0, 1, 1)
        ground = Ground(np.full(grid.shape, np.nan))
    selection, selection_facts = facts_of_selection(settings, ground)
    surfed = drivers(inputs, settings, grid, progress)
    progress("find the least-cost corridor", 0.4)
    corridor, why_none = _corridor(settings.habitat, grid, ground.resistance, ranges)
    inside = np.zeros(grid.shape, dtype=np.bool_) if corridor is None else corridor.inside
    modelled = _modelled(settings, grid, inside)
    progress("link ranges and stopovers", 0.7)
    network = _network(inputs, settings, grid, ground.resistance, ranges, tracked, inside)
    known = {
        "crs": crs,
        "ranges_used": ranges.used,
        "notes": [*ground.notes, *surfed.notes],
        "remarks": list(ground.remarks) or None,
        "network": network.facts,
        "layers": ground.layers,
        "resistance_from": ground.resistance_from,
        "coverage_frac": ground.coverage_frac,
        "selection_refused": ground.selection_refused,
        "green_up": surfed.facts,
        "no_corridor": why_none,
        "corridor_area_km2": float(modelled["area_km2"].iloc[0]) if len(modelled) else None,
        **_ways(corridor),
        "validation": None if corridor is None else _validation(grid, inside, tracked),
    }
    detour = np.full(grid.shape, np.nan) if corridor is None else corridor.links.detour
    return Results(
        resistance=Raster.of(ground.resistance.astype(np.float32), grid, _RESISTANCE),
        cost=Raster.of(detour.astype(np.float32), grid, _DETOUR),
        modelled=Layer.of(modelled),
        network=Layer.of(network.network),
        network_use=Table.of(network.use),
        selection=Table.of(selection),
        selection_facts=selection_facts,
        drivers=Table.of(surfed.table),
        # What is unknown is left out, not null.
        facts=ConnectFacts.model_validate(
            {name: value for name, value in known.items() if value is not None}
        ),
    )


def grid_of(habitat: Habitat, extent: Sequence[BaseGeometry], crs: str) -> Grid:
    """Return the habitat grid around what a herd uses.

    Raises
    ------
    MethodError
        It has more cells than are allowed.
    """
    grid = habitat_grid(extent, crs, cell_m=habitat.cell_m, margin_m=1000.0 * habitat.margin_km)
    n_cells = grid.n_rows * grid.n_cols
    if n_cells > habitat.max_cells:
        needed = habitat.cell_m * math.sqrt(n_cells / habitat.max_cells)
        raise MethodError(
            Fault(
                "the habitat grid is too large",
                expected=f"at most {habitat.max_cells} cells (habitat.max_cells)",
                got=f"{grid.n_rows} x {grid.n_cols} cells of {habitat.cell_m:g} m",
                cure=f"set habitat.cell_m to {math.ceil(needed / 50) * 50:g} or more, or lower "
                "habitat.margin_km",
            )
        )
    return grid


def _corridor(
    habitat: Habitat, grid: Grid, resistance: Floats, ranges: Ranges
) -> tuple[RangeCorridor | None, str | None]:
    """Return the corridor between the ranges, or why there is none."""
    width_share = habitat.corridor_width_share
    try:
        return range_corridor(grid, resistance, ranges, width_share=width_share), None
    except NoWayError as error:
        return None, str(error)


def _modelled(settings: Settings, grid: Grid, corridor: Flags) -> gpd.GeoDataFrame:
    """Return CORRIDORS: the outline of the corridor, if there is one."""
    iy, ix = np.nonzero(corridor)
    (patches,) = outline(
        [np.sort(pack(*grid.lattice_index(iy, ix)))],
        cell_m=grid.cell_m,
        min_area_m2=settings.delineate.min_area_m2,
        max_area_change_frac=settings.delineate.max_area_change_frac,
    )
    if not patches:
        return tables.empty(tables.CORRIDORS)
    geometry = to_geographic(merge(patches), grid.crs)
    # One class: the width of a least-cost corridor says nothing about how many animals use it.
    row = {
        "herd": settings.herd,
        "season": ALL,
        "corridor_class": "low",
        "n_animals": 0,
        "n_tracked": 0,
        "share": np.nan,
        "area_km2": geodesic_area_km2(geometry),
        "evidence": "modelled",
        "source": "",
        "geometry": geometry,
    }
    return gpd.GeoDataFrame([row], geometry="geometry", crs=GEOGRAPHIC)


def _network(
    inputs: Inputs,
    settings: Settings,
    grid: Grid,
    resistance: Floats,
    ranges: Ranges,
    tracked: BaseGeometry | None,
    modelled: Flags,
) -> HerdNetwork:
    ways = herd_ways(
        settings.herd,
        grid,
        resistance,
        ranges,
        inputs.stopovers.read(),
        tracked=tracked,
        modelled=modelled,
    )
    use = {} if tracked is None else way_use(ways, usable_fixes(inputs), migration_windows(inputs))
    return herd_network(settings.herd, ways, use)


def _ways(corridor: RangeCorridor | None) -> dict[str, float | LinksFacts]:
    """Return the facts of the ways that the corridor is drawn around."""
    if corridor is None:
        return {}
    links = corridor.links
    return {
        "links": LinksFacts(
            n=links.least.size,
            n_shared=links.n_shared,
            n_unreached=links.n_unreached,
            longest_cost_m=float(links.least[-1]),
        ),
        "least_cost_m": float(links.least[0]),
        "path_km": corridor.path_km,
        "straight_km": corridor.straight_km,
    }


def _validation(
    grid: Grid, corridor: Flags, tracked: BaseGeometry | None
) -> CorridorValidation | None:
    """Return how much of the tracked corridor the modelled one holds, and how much by chance."""
    if tracked is None:
        return None
    return CorridorValidation(
        tracked_area_inside_frac=float(np.mean(corridor[cells_in(tracked, grid)])),
        grid_area_inside_frac=float(np.mean(corridor)),
    )
