"""What the herd makes of it: corridors, ranges, network, and how far the sample carries."""

from __future__ import annotations

import pandera.pandas as pa

from corridors.foundation.tables.columns import (
    AT_LEAST_0,
    FRACTION,
    boolean,
    contract,
    geometry,
    integer,
    layer_contract,
    number,
    text,
)
from corridors.foundation.vocabulary import (
    CORRIDOR_CLASSES,
    EVIDENCE,
)

# Sparse herd surfaces: mean over animals and how many animals' footprints cover the cell.
POPULATION = contract(
    "POPULATION",
    {
        "season": text(),  # spring, autumn, "all" migrations; winter, summer ranges
        "row": integer(dtype="int32"),  # of the cell in the lattice of the herd
        "col": integer(dtype="int32"),  # of the cell
        "mass": number(FRACTION),
        "n_animals": integer(AT_LEAST_0, "int32"),
    },
    unique=["season", "row", "col"],
)

# Corridor classes by season; low holds medium, medium holds high.
CORRIDORS = layer_contract(
    "CORRIDORS",
    {
        "herd": text(),
        "season": text(),  # spring, autumn or "all"
        "corridor_class": text(CORRIDOR_CLASSES),
        "n_animals": integer(AT_LEAST_0),  # animals needed for this class
        "n_tracked": integer(AT_LEAST_0),  # animals in the sample
        "share": number(FRACTION, nullable=True),  # n_animals / n_tracked; NaN: not tracked
        "area_km2": number(AT_LEAST_0),
        "evidence": text(EVIDENCE),
        "source": text(),  # author, date and confidence of an expert's corridor, or ""
        "geometry": geometry("Polygon", "MultiPolygon"),
    },
    unique=["season", "corridor_class", "evidence"],
)

# Where migrations stay on the way.
STOPOVERS = layer_contract(
    "STOPOVERS",
    {
        "stopover": text(),
        "herd": text(),
        "season": text(),
        "area_km2": number(AT_LEAST_0),
        "mass": number(FRACTION),
        "geometry": geometry("Polygon", "MultiPolygon"),
    },
    unique=["stopover"],
)

# Where the use of a route is narrower than before and behind; a line across, as wide as the use.
BOTTLENECKS = layer_contract(
    "BOTTLENECKS",
    {
        "bottleneck": text(),
        "rank": integer(pa.Check.ge(1)),  # the narrowest first
        "herd": text(),
        "route": integer(pa.Check.ge(1)),  # about which most others lie first
        "route_km": number(AT_LEAST_0),  # where along its route
        "length_km": number(AT_LEAST_0),  # of the route where it is a bottleneck
        "width_m": number(pa.Check.gt(0)),
        "width_low_m": number(pa.Check.gt(0)),  # 95 % interval
        "width_high_m": number(pa.Check.gt(0)),
        "width_ratio": number(FRACTION),  # over the route before or behind, the narrower of both
        "unit_share": number(FRACTION),  # of the herd's units with a migration
        "n_units": integer(pa.Check.ge(1)),
        "n_animals": integer(pa.Check.ge(1)),
        "n_migrations": integer(pa.Check.ge(1)),
        "geometry": geometry("LineString"),
    },
    unique=["bottleneck"],
)

# Seasonal ranges, an outline per isopleth.
RANGES = layer_contract(
    "RANGES",
    {
        "herd": text(),
        "season": text(),
        "isopleth": number(FRACTION, nullable=True),  # NaN for an expert's range
        "n_animals": integer(AT_LEAST_0),
        "area_km2": number(AT_LEAST_0),
        "evidence": text(EVIDENCE),
        "source": text(),  # author, date and confidence of an expert's range, or ""
        "geometry": geometry("Polygon", "MultiPolygon"),
    },
)

# Nodes (ranges, stopovers) and edges (corridors) of the herd's network as one map layer.
_NETWORK = {
    "element": text(),
    "herd": text(),
    "part": text(("node", "edge")),
    "kind": text(),  # winter, summer, stopover | corridor
    "from_node": text(),  # "" for a node
    "to_node": text(),
    "cost": number(AT_LEAST_0, nullable=True),  # of travel, m of ground with resistance 1
    "length_km": number(AT_LEAST_0, nullable=True),
    "is_cut": boolean(),  # an edge whose loss separates the ranges
    # Share of the least-cost ways between winter and summer ranges; NaN: no way joins any.
    "betweenness": number(FRACTION, nullable=True),
    # Rise of the mean cost between the ranges if the edge went; NaN: endless (is_cut), a node.
    "detour_frac": number(AT_LEAST_0, nullable=True),
    # Share of the tracked migrations along the edge, each animal alike; NaN: none known, a node.
    "flux": number(FRACTION, nullable=True),
    "n_migrations": integer(AT_LEAST_0),
    "n_animals": integer(AT_LEAST_0),
}
_NODES_AND_EDGES = geometry("Point", "LineString", "MultiLineString")

# The herd's network.
NETWORK = layer_contract("NETWORK", {**_NETWORK, "geometry": _NODES_AND_EDGES}, unique=["element"])

# Which animals migrated along which edge.
NETWORK_USE = contract(
    "NETWORK_USE",
    {"element": text(), "animal": text(), "n_migrations": integer(pa.Check.ge(1))},
    unique=["element", "animal"],
)

# The network with what stands in the way along each edge.
NETWORK_BARRIERS = layer_contract(
    "NETWORK_BARRIERS",
    {
        **_NETWORK,
        "n_segments": integer(AT_LEAST_0),  # standing barrier segments in the corridor, along it
        # Passages through these if they were open, and those that are missing, as in THREATS; NaN:
        # nobody was tracked there.
        "free_per_year": number(AT_LEAST_0, nullable=True),
        "missing_per_year": number(AT_LEAST_0, nullable=True),
        "missing_share": number(FRACTION, nullable=True),  # of the free ones; NaN: there are none
        "n_candidates": integer(AT_LEAST_0),  # of the segments, those in CANDIDATES
        "geometry": _NODES_AND_EDGES,
    },
    unique=["element"],
)

# Corridor area of 1, 2 ... all animals of the sample, over their orders.
SUFFICIENCY = contract(
    "SUFFICIENCY",
    {
        "herd": text(),
        "season": text(),  # spring, autumn or "all"
        "corridor_class": text(CORRIDOR_CLASSES),
        "n_units": integer(pa.Check.ge(1)),  # animals that travel together are one
        "n_animals": number(pa.Check.ge(1)),  # of so many units, mean over all orders
        "n_needed": integer(pa.Check.ge(1)),  # of so many animals, that must use a cell
        "area_km2": number(AT_LEAST_0),  # mean over all orders
        "area_p05_km2": number(AT_LEAST_0),
        "area_p95_km2": number(AT_LEAST_0),
        "slope_frac": number(nullable=True),  # share that the last unit adds; NaN: the first
    },
    unique=["season", "corridor_class", "n_units"],
)

# Each animal against the corridor of the others.
SKILL = contract(
    "SKILL",
    {
        "herd": text(),
        "animal": text(),
        "corridor_class": text(CORRIDOR_CLASSES),
        "n_others": integer(pa.Check.ge(1)),
        "n_needed": integer(pa.Check.ge(1)),
        "area_km2": number(AT_LEAST_0),  # corridor of the others
        "n_fixes": integer(AT_LEAST_0),
        "fixes_inside": number(FRACTION, nullable=True),
        "mass_inside": number(FRACTION, nullable=True),
    },
    unique=["animal", "corridor_class"],
)

# The same animal and season in two years.
FIDELITY = contract(
    "FIDELITY",
    {
        "herd": text(),
        "animal": text(),
        "season": text(),
        "bio_year": integer(),
        "other_year": integer(),
        "bhattacharyya": number(FRACTION),
        "intersection": number(FRACTION),
    },
    unique=["animal", "season", "bio_year", "other_year"],
)
