"""Facts of stage `connect`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from corridors.foundation.facts import Facts, Remark
from corridors.foundation.vocabulary import NoWay


class LayerFacts(Facts):
    """How a habitat layer came onto the herd's grid; what does not go with its kind is unset.

    Parameters
    ----------
    resampling
        How values came onto the grid: GDAL's name of it, or ``distance``.
    overlap_frac, coverage_frac
        Share of the grid inside the raster's frame, and with data.
    crs, shape, nodata, nodata_policy
        Of the raster: its CRS, rows and columns, value without data and what is made of it.
    suspected_nodata
        Least value, and the product in which it marks missing data, where the file says nothing.
    codes_not_on_the_grid
        Class codes that the configuration names and no cell has.
    derived, slope_cell_m
        What was taken of an elevation, and the cell edge that it was taken on, m.
    statistic, n_dates, first_date, last_date
        Of a series: what of its dates counts, how many there are, and the ends, ISO 8601.
    n_features, unit, max_distance_m, within_frac
        Of a distance: features near the grid, unit, the largest value, and the share of the grid
        that is nearer.
    """

    resampling: str
    overlap_frac: float
    coverage_frac: float
    crs: str = ""
    shape: list[int] = Field(default_factory=list)
    nodata: float | None = None
    nodata_policy: Literal["all_data", "nodata_is_unknown", ""] = ""
    suspected_nodata: str = ""
    codes_not_on_the_grid: list[int] = Field(default_factory=list)
    derived: str = ""
    slope_cell_m: float | None = None
    statistic: str = ""
    n_dates: int | None = None
    first_date: str = ""
    last_date: str = ""
    n_features: int | None = None
    unit: str = ""
    max_distance_m: float | None = None
    within_frac: float | None = None


class RangeUsed(Facts):
    """Which range of a season counts: ``tracked`` with the share of the use inside, or ``expert``.

    ``none``: there is neither. ``isopleth`` is null unless it is tracked, else 0...1.
    """

    evidence: Literal["tracked", "expert", "none"]
    isopleth: float | None = None


class LinksFacts(Facts):
    """The least-cost ways between the parts of the two ranges.

    Parameters
    ----------
    n, n_shared, n_unreached
        Parts with a way, parts that share cells with the other range, parts without a way.
    longest_cost_m
        Cost of the dearest of these ways, m of the easiest ground.
    """

    n: int
    n_shared: int
    n_unreached: int
    longest_cost_m: float


class CorridorValidation(Facts):
    """Shares of the tracked corridor and of the grid that lie in the modelled one, 0...1."""

    tracked_area_inside_frac: float
    grid_area_inside_frac: float


class NetworkFacts(Facts):
    """How redundant the herd's network is.

    Parameters
    ----------
    n_nodes, n_edges, n_parts
        Ranges and stopovers, links between them, connected parts.
    n_cut_edges
        Links whose loss parts a winter from a summer range.
    n_nodes_hidden_by_others
        Ranges and stopovers all of whose cells belong to smaller ones.
    n_pairs_of_ranges_joined, mean_cost_m
        Pairs of a winter and a summer range with a way, and the mean cost of these ways, m of the
        easiest ground; null without any.
    ways_that_share_no_link, ways_that_share_no_link_and_no_stopover
        Between the ranges.
    """

    n_nodes: int
    n_edges: int
    n_parts: int
    n_cut_edges: int
    n_nodes_hidden_by_others: int
    n_pairs_of_ranges_joined: int
    mean_cost_m: float | None
    ways_that_share_no_link: int
    ways_that_share_no_link_and_no_stopover: int


class GreenUpFacts(Facts):
    """How migrations follow the green-up.

    Parameters
    ----------
    layer
        Name of the layer that says when the land turns green.
    n_migrations, n_with_green_up
        Migrations that were compared, and those any of whose cells has a green-up.
    median_abs_days_from_peak, median_abs_days_if_stayed
        Median over migrations of the mean days between a fix and the green-up of its cell, and of
        the cell of the first fix; null without any.
    """

    layer: str
    n_migrations: int
    n_with_green_up: int
    median_abs_days_from_peak: float | None
    median_abs_days_if_stayed: float | None


class ConnectFacts(Facts):
    """What the connection of the herd's ranges rests on.

    Parameters
    ----------
    crs
        Working CRS.
    ranges_used
        Season -> which range of it counts.
    notes
        What a reader must know.
    remarks
        What among it a person should do something about; unset without any.
    network
        How redundant the network is.
    layers
        Habitat layer -> how it was read; unset, as the three below, where the herd has no place.
    resistance_from
        ``table`` or ``tracks``; unset without layers.
    coverage_frac
        Share of the grid with known resistance; unset without layers.
    selection_refused
        Why resistance is that of the tables although tracks were to tell; unset where they do.
    green_up
        How migrations follow it; unset without such a layer or without fixes.
    no_corridor
        Why there is none; else the six below are set, the last only where there were tracks.
    links
        The ways between the parts of the ranges.
    least_cost_m, path_km, straight_km
        Cost of the least-cost path, m of the easiest ground; its geodesic length; the geodesic
        distance of the ranges.
    corridor_area_km2
        Geodesic area of the modelled corridor.
    validation
        How much of the tracked corridor the modelled one holds.
    """

    crs: str
    ranges_used: dict[str, RangeUsed]
    notes: list[Remark]
    network: NetworkFacts
    remarks: list[Remark] = Field(default_factory=list)
    layers: dict[str, LayerFacts] = Field(default_factory=dict)
    resistance_from: Literal["table", "tracks"] = "table"
    coverage_frac: float | None = None
    selection_refused: Remark | None = None
    green_up: GreenUpFacts | None = None
    no_corridor: NoWay | Literal[""] = ""
    links: LinksFacts | None = None
    least_cost_m: float | None = None
    path_km: float | None = None
    straight_km: float | None = None
    corridor_area_km2: float | None = None
    validation: CorridorValidation | None = None


class FoldFacts(Facts):
    """Animals that were left out together, their fixes, and how well the others foretell them."""

    animals: list[str]
    n_fixes: int
    boyce: float | None


class ResponseFacts(Facts):
    """Log of the relative use along a layer of numbers, and the ends of its 95 % interval."""

    x: list[float]
    log_use: list[float]
    low: list[float]
    high: list[float]


class SelectionFacts(Facts):
    """The selection model, or why there is none.

    Parameters
    ----------
    is_fitted
        Whether there is one; else only ``refused`` is set.
    refused
        Why there is none although there was to be one.
    used, thin_h, available_km, power, max_resistance, best_quantile
        As configured.
    n_animals, n_fixes, n_available
        Animals and thinned fixes that entered, and available cells.
    animals_left_out
        Animals with too few fixes.
    boyce_folds, boyce_mean, boyce_min, boyce_fitted
        Continuous Boyce index of each group left out, their mean and minimum, and of the fixes that
        the model was fitted on; null: unknown.
    extrapolated_frac
        Share of the known cells with a number beyond those of the available ground.
    response
        Layer of numbers -> relative use along it.
    what, notes
        What each estimate means, and what a reader must know.
    """

    is_fitted: bool
    refused: Remark | None = None
    used: str = ""
    thin_h: float | None = None
    n_animals: int = 0
    n_fixes: int = 0
    animals_left_out: list[str] = Field(default_factory=list)
    n_available: int = 0
    available_km: float | None = None
    boyce_folds: list[FoldFacts] = Field(default_factory=list)
    boyce_mean: float | None = None
    boyce_min: float | None = None
    boyce_fitted: float | None = None
    power: float | None = None
    max_resistance: float | None = None
    best_quantile: float | None = None
    extrapolated_frac: float | None = None
    response: dict[str, ResponseFacts] = Field(default_factory=dict)
    what: list[Remark] = Field(default_factory=list)
    notes: list[Remark] = Field(default_factory=list)
