"""Find the least-cost corridor between the ranges and the herd's network."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from corridors.formats.habitat_raster import read_onto_grid
from corridors.formats.parquet import read_json, read_layer, write_json, write_table
from corridors.formats.raster import write_cog
from corridors.foundation import tables
from corridors.foundation.crs import (
    GEOGRAPHIC,
    geodesic_area_km2,
    geodesic_length_m,
    to_geographic,
    to_working,
)
from corridors.foundation.errors import (
    CorridorsError,
    Fault,
    InputError,
    MethodError,
    MissingInputError,
)
from corridors.foundation.grid import Grid, pack
from corridors.habitat.connectivity import NoWayError, RangeLinks, link_ranges
from corridors.habitat.layers import (
    cell_numbers,
    cells_in,
    codes_without_resistance,
    habitat_grid,
)
from corridors.habitat.network import graph_of, links, paint
from corridors.habitat.resistance import class_resistance, combine, continuous_resistance
from corridors.movement.outlines import merge, outline
from corridors.stages.context import StageContext

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

ENDS = ("winter", "summer")
ALL = "all"
# Straight edges in longitude and latitude bend in the working CRS; 0.02 degree keeps that below
# a metre.
MAX_EDGE_DEG = 0.02


@dataclass
class _Ranges:
    """The seasonal ranges that the corridor joins, in the working CRS."""

    shapes: dict[str, BaseGeometry] = field(default_factory=dict)
    used: dict[str, str] = field(default_factory=dict)
    widest: list[BaseGeometry] = field(default_factory=list)  # everything known of the ranges


def run(context: StageContext) -> None:
    """Read ranges, corridors and habitat rasters; write resistance, corridor and network."""
    crs = read_json(context.read("clean", "clean.json"))["crs"]
    ranges = _ranges(read_layer(context.read("delineate", "ranges.parquet")), crs)
    tracked = _tracked(read_layer(context.read("delineate", "corridors.parquet")), crs)
    stopovers = read_layer(context.read("delineate", "stopovers.parquet"))
    facts: dict[str, Any] = {"crs": crs, "ranges_used": ranges.used, "notes": []}

    extent = [*ranges.shapes.values(), *([tracked] if tracked is not None else [])]
    if extent:
        grid = _grid(context, extent, crs)
    else:
        # One empty cell: the rasters are there, and say that nothing is known.
        grid = Grid(crs, context.settings.habitat.cell_m, 0, 0, 1, 1)
    resistance = _resistance(context, grid, facts) if extent else np.full(grid.shape, np.nan)
    context.progress("find the least-cost corridor", 0.4)
    found, corridor = _corridor(context, grid, resistance, ranges, facts)
    modelled = _modelled(context, grid, corridor, facts)
    if found is not None and tracked is not None:
        _validate(grid, corridor, tracked, facts)
    context.progress("link ranges and stopovers", 0.7)
    graph, network = _network(
        context, grid, resistance, ranges, stopovers, tracked, corridor, facts
    )

    tags = {"UNIT": "cost of one metre relative to the easiest ground", "TITLE": "Resistance"}
    write_cog(context.out / "resistance.tif", resistance.astype(np.float32), grid, tags)
    detour = np.full(grid.shape, np.nan) if found is None else found.detour
    tags = {"UNIT": "share above the least cost", "TITLE": "Detour through the cell"}
    write_cog(context.out / "cost.tif", detour.astype(np.float32), grid, tags)
    write_table(modelled, context.out / "modelled.parquet", tables.CORRIDORS)
    write_table(network, context.out / "network.parquet", tables.NETWORK)
    # Line ends of the machine would change the bytes.
    (context.out / "network.graphml").write_text(
        "\n".join(nx.generate_graphml(graph)) + "\n", encoding="utf-8", newline="\n"
    )
    write_json(facts, context.out / "connect.json")


def _ranges(layer: gpd.GeoDataFrame, crs: str) -> _Ranges:
    """Return for each season the tracked core (smallest isopleth), else the experts' range."""
    out = _Ranges()
    for season in ENDS:
        own = layer[layer["season"] == season]
        tracked = own[(own["evidence"] == "tracked") & own["isopleth"].notna()]
        if len(tracked):
            isopleth = tracked["isopleth"].min()
            own = tracked[tracked["isopleth"] == isopleth]
            out.used[season] = f"tracked, {isopleth:.0%} isopleth"
        else:
            own = own[own["evidence"] == "expert"]
            out.used[season] = "expert" if len(own) else "none"
        if len(own):
            out.shapes[season] = _joined(own, crs)
            out.widest.append(_joined(layer[layer["season"] == season], crs))
    return out


def _joined(layer: gpd.GeoDataFrame, crs: str) -> BaseGeometry:
    return to_working(shapely.union_all(layer.geometry.to_numpy()), crs, max_edge_deg=MAX_EDGE_DEG)


def _tracked(layer: gpd.GeoDataFrame, crs: str) -> BaseGeometry | None:
    """Return the tracked corridor of all seasons in the working CRS, if there is one."""
    own = layer[(layer["season"] == ALL) & (layer["corridor_class"] == "low")]
    own = own[own["evidence"] == "tracked"]
    if not len(own):
        return None
    return to_working(own.geometry.iloc[0], crs, max_edge_deg=MAX_EDGE_DEG)


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


def _resistance(context: StageContext, grid: Grid, facts: dict[str, Any]) -> Array:
    """Return the product of the layers' resistances; all layers' faults are reported at once."""
    settings = context.settings.habitat
    layers: list[Array] = []
    facts["layers"] = {}
    faults: dict[type[CorridorsError], list[Fault]] = {}
    for done, layer in enumerate(settings.layers):
        context.progress(f"read {layer.name}", 0.4 * done / len(settings.layers))
        try:
            raster = read_onto_grid(
                context.raw_path(layer.path),
                grid,
                band=layer.band,
                kind=layer.kind,
                nodata=layer.nodata,
                min_coverage_frac=settings.min_coverage_frac,
                label=layer.path,
            )
        except (InputError, MissingInputError) as error:
            faults.setdefault(type(error), []).extend(error.faults)
            continue
        facts["layers"][layer.name] = raster.facts
        if layer.kind == "class":
            unnamed = codes_without_resistance(raster.values, layer.resistance)
            if unnamed:
                faults.setdefault(InputError, []).append(_unnamed(layer, unnamed))
            layers.append(class_resistance(raster.values, layer.resistance))
        else:
            layers.append(continuous_resistance(raster.values, slope=layer.slope, zero=layer.zero))
    for kind in (MissingInputError, InputError):
        if kind in faults:
            raise kind([fault for some in faults.values() for fault in some])
    if not layers:
        facts["notes"].append("no habitat layers: resistance is the same everywhere")
        return np.full(grid.shape, settings.default_resistance)
    resistance = combine(layers)
    facts["coverage_frac"] = float(np.isfinite(resistance).mean())
    return resistance


def _unnamed(layer: Any, unnamed: dict[float, int]) -> Fault:
    found = ", ".join(f"{code:g} ({n} cells)" for code, n in sorted(unnamed.items()))
    return Fault(
        "class codes have no resistance",
        file=layer.path,
        expected="one of " + ", ".join(str(code) for code in sorted(layer.resistance)),
        got=found,
        cure=f"add them to resistance of layer {layer.name}, or to nodata",
    )


def _corridor(
    context: StageContext,
    grid: Grid,
    resistance: Array,
    ranges: _Ranges,
    facts: dict[str, Any],
) -> tuple[RangeLinks | None, Mask]:
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
    path = to_geographic(_line(grid, found.path), grid.crs)
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
    context: StageContext, grid: Grid, corridor: Mask, facts: dict[str, Any]
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


def _validate(grid: Grid, corridor: Mask, tracked: BaseGeometry, facts: dict[str, Any]) -> None:
    """State how much of the tracked corridor the modelled one holds, and how much by chance."""
    cells = cells_in(tracked, grid)
    facts["validation"] = {
        "tracked_area_inside_frac": float(corridor[cells].mean()),
        "grid_area_inside_frac": float(corridor.mean()),
    }


def _network(
    context: StageContext,
    grid: Grid,
    resistance: Array,
    ranges: _Ranges,
    stopovers: gpd.GeoDataFrame,
    tracked: BaseGeometry | None,
    corridor: Mask,
    facts: dict[str, Any],
) -> tuple[nx.Graph, gpd.GeoDataFrame]:
    """Return the graph of ranges and stopovers and the same as a table."""
    names, kinds, shapes = _nodes(context.herd, ranges, stopovers, grid.crs)
    owner = paint([cell_numbers(shape, grid) for shape in shapes], grid.shape)
    # Ways keep to what was tracked; only an untracked herd's keep to the modelled corridor.
    domain = corridor.copy() if tracked is None else cells_in(tracked, grid, all_touched=True)
    for shape in (*ranges.widest, *shapes):
        domain.flat[cell_numbers(shape, grid, all_touched=True)] = True
    found = links(np.where(domain, resistance, np.nan), owner, cell_m=grid.cell_m)
    hidden = sorted(set(range(len(names))) - set(np.unique(owner).tolist()))

    points = [to_geographic(shape.representative_point(), grid.crs) for shape in shapes]
    nodes: dict[str, dict[str, str | float]] = {
        name: {"kind": kind, "lon": shapely.get_x(point), "lat": shapely.get_y(point)}
        for number, (name, kind, point) in enumerate(zip(names, kinds, points, strict=True))
        if number not in hidden
    }
    lines = {
        (names[link.first], names[link.second]): to_geographic(_line(grid, link.path), grid.crs)
        for link in found
    }
    edges = {
        (names[link.first], names[link.second]): {
            "cost": link.cost,
            "length_km": geodesic_length_m(lines[names[link.first], names[link.second]]) / 1000.0,
        }
        for link in found
    }
    graph = graph_of(nodes, edges)
    rows = [
        _row(context.herd, name, "node", kind, point)
        for number, (name, kind, point) in enumerate(zip(names, kinds, points, strict=True))
        if number not in hidden
    ]
    rows += [
        _row(context.herd, f"{first}~{second}", "edge", "corridor", line)
        | {"from_node": first, "to_node": second}
        | graph.edges[first, second]
        for (first, second), line in lines.items()
    ]
    facts["network"] = {
        "n_nodes": graph.number_of_nodes(),
        "n_edges": graph.number_of_edges(),
        "n_parts": nx.number_connected_components(graph),
        "n_cut_edges": sum(bool(row["is_cut"]) for row in rows),
        "n_nodes_hidden_by_others": len(hidden),
    }
    if not rows:
        return graph, tables.empty(tables.NETWORK)
    return graph, gpd.GeoDataFrame(rows, geometry="geometry", crs=GEOGRAPHIC)


def _nodes(
    herd: str, ranges: _Ranges, stopovers: gpd.GeoDataFrame, crs: str
) -> tuple[list[str], list[str], list[BaseGeometry]]:
    names, kinds, shapes = [], [], []
    for season, geometry in sorted(ranges.shapes.items()):
        for part in shapely.get_parts([geometry]):
            digest = hashlib.sha256(shapely.to_wkb(shapely.normalize(part), byte_order=1))
            names.append(f"{herd}-{season}-{digest.hexdigest()[:10]}")
            kinds.append(season)
            shapes.append(part)
    own = stopovers[stopovers["season"] == ALL].sort_values("stopover", kind="stable")
    for name, geometry in zip(own["stopover"], own.geometry, strict=True):
        names.append(str(name))
        kinds.append("stopover")
        shapes.append(to_working(geometry, crs, max_edge_deg=MAX_EDGE_DEG))
    return names, kinds, shapes


def _row(herd: str, element: str, part: str, kind: str, geometry: BaseGeometry) -> dict[str, Any]:
    return {
        "element": element,
        "herd": herd,
        "part": part,
        "kind": kind,
        "from_node": "",
        "to_node": "",
        "cost": np.nan,
        "length_km": np.nan,
        "is_cut": False,
        "geometry": geometry,
    }


def _line(grid: Grid, path: npt.NDArray[np.int64]) -> LineString:
    x, y = grid.centres()
    return LineString(np.stack([x[path[:, 1]], y[path[:, 0]]], axis=1))
