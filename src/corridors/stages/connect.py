"""Find the least-cost corridor between the ranges and the herd's network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from corridors.formats.parquet import read_json, read_layer, write_json, write_table
from corridors.formats.raster import write_cog
from corridors.foundation import tables
from corridors.foundation.arrays import Flags, Floats
from corridors.foundation.crs import (
    GEOGRAPHIC,
    geodesic_area_km2,
    geodesic_length_m,
    to_geographic,
)
from corridors.foundation.errors import Fault, MethodError
from corridors.foundation.grid import Grid, pack
from corridors.habitat.connectivity import NoWayError, RangeLinks, link_ranges
from corridors.habitat.layers import cells_in, habitat_grid
from corridors.movement.outlines import merge, outline
from corridors.stages.connect_drivers import drivers
from corridors.stages.connect_network import line_of, network_of
from corridors.stages.connect_ranges import ALL, ENDS, Ranges, ranges_of, tracked_corridor
from corridors.stages.connect_resistance import resistance_of
from corridors.stages.connect_selection import used_fixes
from corridors.stages.connect_selection_facts import write_selection
from corridors.stages.context import StageContext


def run(context: StageContext) -> None:
    """Read ranges, corridors and habitat rasters; write resistance, corridor and network."""
    crs = read_json(context.read("clean", "clean.json"))["crs"]
    ranges = ranges_of(read_layer(context.read("delineate", "ranges.parquet")), crs)
    tracked = tracked_corridor(read_layer(context.read("delineate", "corridors.parquet")), crs)
    stopovers = read_layer(context.read("delineate", "stopovers.parquet"))
    facts: dict[str, Any] = {"crs": crs, "ranges_used": ranges.used, "notes": []}

    used = used_fixes(context)
    extent = [*ranges.shapes.values(), *([tracked] if tracked is not None else [])]
    if used is not None and used.x_m.size:
        extent.append(used.hull)
    if extent:
        grid = _grid(context, extent, crs)
    else:
        # One empty cell: the rasters are there, and say that nothing is known.
        grid = Grid(crs, context.settings.habitat.cell_m, 0, 0, 1, 1)
    resistance, selection = np.full(grid.shape, np.nan), None
    if extent:
        resistance, selection = resistance_of(context, grid, used, facts)
    write_selection(context, selection, facts)
    write_table(drivers(context, grid, facts), context.out / "drivers.parquet", tables.DRIVERS)
    context.progress("find the least-cost corridor", 0.4)
    found, corridor = _corridor(context, grid, resistance, ranges, facts)
    modelled = _modelled(context, grid, corridor, facts)
    if found is not None and tracked is not None:
        _validate(grid, corridor, tracked, facts)
    context.progress("link ranges and stopovers", 0.7)
    network, users = network_of(
        context, grid, resistance, ranges, stopovers, tracked, corridor, facts
    )

    tags = {"UNIT": "cost of one metre relative to the easiest ground", "TITLE": "Resistance"}
    write_cog(context.out / "resistance.tif", resistance.astype(np.float32), grid, tags)
    detour = np.full(grid.shape, np.nan) if found is None else found.detour
    tags = {"UNIT": "share above the least cost", "TITLE": "Detour through the cell"}
    write_cog(context.out / "cost.tif", detour.astype(np.float32), grid, tags)
    write_table(modelled, context.out / "modelled.parquet", tables.CORRIDORS)
    write_table(network, context.out / "network.parquet", tables.NETWORK)
    write_table(users, context.out / "network_use.parquet", tables.NETWORK_USE)
    write_json(facts, context.out / "connect.json")


def _grid(context: StageContext, extent: Sequence[BaseGeometry], crs: str) -> Grid:
    settings = context.settings.habitat
    grid = habitat_grid(extent, crs, cell_m=settings.cell_m, margin_m=1000.0 * settings.margin_km)
    n_cells = grid.n_rows * grid.n_cols
    if n_cells > settings.max_cells:
        needed = settings.cell_m * (n_cells / settings.max_cells) ** 0.5
        raise MethodError(
            Fault(
                "the habitat grid is too large",
                expected=f"at most {settings.max_cells} cells (habitat.max_cells)",
                got=f"{grid.n_rows} x {grid.n_cols} cells of {settings.cell_m:g} m",
                cure=f"set habitat.cell_m to {np.ceil(needed / 50) * 50:g} or more, or lower "
                "habitat.margin_km",
            )
        )
    return grid


def _corridor(
    context: StageContext,
    grid: Grid,
    resistance: Floats,
    ranges: Ranges,
    facts: dict[str, Any],
) -> tuple[RangeLinks | None, Flags]:
    nothing = np.zeros(grid.shape, dtype=np.bool_)
    missing = [season for season in ENDS if season not in ranges.shapes]
    if missing:
        facts["no_corridor"] = f"there is no {' and no '.join(missing)} range"
        return None, nothing
    winter, summer = (cells_in(ranges.shapes[season], grid) for season in ENDS)
    try:
        found = link_ranges(resistance, winter, summer, cell_m=grid.cell_m, names=ENDS)
    except NoWayError as error:
        facts["no_corridor"] = str(error)
        return None, nothing
    path = to_geographic(line_of(grid, found.path), grid.crs)
    facts["links"] = {
        "n": found.least.size,
        "n_shared": found.n_shared,
        "n_unreached": found.n_unreached,
        "longest_cost_m": float(found.least[-1]),
    }
    facts["least_cost_m"] = float(found.least[0])
    facts["path_km"] = geodesic_length_m(path) / 1000.0
    straight = shapely.shortest_line(ranges.shapes["winter"], ranges.shapes["summer"])
    facts["straight_km"] = geodesic_length_m(to_geographic(straight, grid.crs)) / 1000.0
    return found, found.corridor(context.settings.habitat.corridor_width_share)


def _modelled(
    context: StageContext, grid: Grid, corridor: Flags, facts: dict[str, Any]
) -> gpd.GeoDataFrame:
    settings = context.settings.delineate
    iy, ix = np.nonzero(corridor)
    (patches,) = outline(
        [np.sort(pack(*grid.lattice_index(iy, ix)))],
        cell_m=grid.cell_m,
        min_area_m2=settings.min_area_m2,
        max_area_change_frac=settings.max_area_change_frac,
    )
    if not patches:
        return tables.empty(tables.CORRIDORS)
    geometry = to_geographic(merge(patches), grid.crs)
    area = geodesic_area_km2(geometry)
    facts["corridor_area_km2"] = area
    # One class: the width of a least-cost corridor says nothing about how many animals use it.
    row = {
        "herd": context.herd,
        "season": ALL,
        "corridor_class": "low",
        "n_animals": 0,
        "n_tracked": 0,
        "share": np.nan,
        "area_km2": area,
        "evidence": "modelled",
        "source": "",
        "geometry": geometry,
    }
    return gpd.GeoDataFrame([row], geometry="geometry", crs=GEOGRAPHIC)


def _validate(grid: Grid, corridor: Flags, tracked: BaseGeometry, facts: dict[str, Any]) -> None:
    """State how much of the tracked corridor the modelled one holds, and how much by chance."""
    cells = cells_in(tracked, grid)
    facts["validation"] = {
        "tracked_area_inside_frac": float(corridor[cells].mean()),
        "grid_area_inside_frac": float(corridor.mean()),
    }
