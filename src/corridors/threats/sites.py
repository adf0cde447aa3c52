"""Where crossing structures let most passages through: a maximum-coverage integer programme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.spatial import cKDTree

from corridors.foundation.arrays import Flags, Floats, Indices

# Of the objective, which is scaled to 1 in all: below it two choices are the same.
_GAP = 1e-9


@dataclass(frozen=True)
class Choice:
    """The sites chosen, the one that gains most first.

    Parameters
    ----------
    sites
        Indices of the chosen candidates, shape (k,), each the best after those before it.
    gain
        What each adds to those before it, in the units of the demand, shape (k,).
    served
        Position in ``sites`` of the first site that serves each demand, -1: none, shape (n,).
    bound
        No choice within the limits serves more than this.
    is_optimal
        The choice is proved to be best.
    """

    sites: Indices
    gain: Floats
    served: Indices
    bound: float
    is_optimal: bool


def choose_sites(
    sites_m: Floats,
    demand_m: Floats,
    demand: Floats,
    *,
    reach_m: float,
    spacing_m: float,
    n_sites: int,
    cost: Floats | None = None,
    budget: float | None = None,
    node_limit: int,
) -> Choice:
    """Choose at most ``n_sites`` sites that serve most of the demand.

    Parameters
    ----------
    sites_m, demand_m
        Candidate sites and places of demand in the working CRS, m, shapes (m, 2) and (n, 2).
    demand
        Passages to be gained at each place, >= 0, shape (n,).
    reach_m
        A site serves every place at most this far away, m.
    spacing_m
        Two chosen sites are at least this far apart, m.
    n_sites
        Largest number of sites.
    cost, budget
        Cost of each site, > 0, shape (m,), and the largest sum of it; both or none.
    node_limit
        Nodes that the branch and bound may look at; a limit in time would make the answer depend
        on the machine.

    Notes
    -----
    Maximise sum w_i y_i with y_i <= sum of x_j over the sites j within reach of i, sum x_j <= k,
    sum c_j x_j <= budget, x binary (Church and ReVelle 1974). Sites that are too near to each
    other exclude each other in groups: all within half the spacing of one site (the relaxation of
    a group is tighter than that of its pairs), and in pairs where no group holds both. Places that
    the same sites serve are one place. Solved with HiGHS through :func:`scipy.optimize.milp`.

    Examples
    --------
    Three places in a row; the site in the middle serves two of them:

    >>> line = np.array([[0.0, 0.0], [1000.0, 0.0], [2000.0, 0.0]])
    >>> found = choose_sites(line + [400.0, 0.0], line, np.array([3.0, 2.0, 4.0]),
    ...                      reach_m=700.0, spacing_m=100.0, n_sites=1, node_limit=100)
    >>> found.sites.tolist(), found.gain.tolist(), found.is_optimal
    ([1], [6.0], True)
    """
    n = len(demand)
    wanted = np.flatnonzero(demand > 0)
    nothing = Choice(np.zeros(0, np.int64), np.zeros(0), np.full(n, -1), 0.0, True)
    if not (wanted.size and len(sites_m) and n_sites > 0):
        return nothing
    tree = cKDTree(sites_m)
    served_by = _incidence(_within(tree, demand_m[wanted], reach_m), len(sites_m))
    usable = np.flatnonzero(np.asarray(served_by.sum(axis=0)).ravel() > 0)
    if not usable.size:
        return nothing
    served_by = served_by[:, usable]
    cover, weight = _merged(served_by, demand[wanted])
    own_cost = None if cost is None else cost[usable]
    x, bound, is_optimal = _solve(
        cover,
        weight,
        _exclusions(sites_m[usable], spacing_m),
        n_sites=n_sites,
        cost=own_cost,
        budget=budget,
        node_limit=node_limit,
    )
    order, gain = _in_order(cover, weight, np.flatnonzero(x))
    bound = max(bound, float(gain.sum()))  # which the solver knows only to its tolerance
    served = np.full(n, -1)
    for position in range(order.size - 1, -1, -1):
        column = served_by[:, [order[position]]].nonzero()[0]
        served[wanted[column]] = position
    return Choice(usable[order], gain, served, bound, is_optimal)


def _within(tree: cKDTree, points: Floats, distance_m: float) -> list[list[int]]:
    """Return the sites within a distance of each point, ascending."""
    found: Any = tree.query_ball_point(points, distance_m, return_sorted=True)
    return [list(row) for row in found]


def _incidence(lists: Sequence[Sequence[int]], n_columns: int) -> sparse.csr_array:
    """Return the 0/1 matrix whose row i has ones in the columns ``lists[i]``."""
    sizes = np.array([len(row) for row in lists], dtype=np.int64)
    columns = np.array([j for row in lists for j in row], dtype=np.int64)
    start = np.concatenate([[0], np.cumsum(sizes)])
    shape = (len(sizes), n_columns)
    return sparse.csr_array((np.ones(columns.size), columns, start), shape=shape)


def _merged(served_by: sparse.csr_array, demand: Floats) -> tuple[sparse.csr_array, Floats]:
    """Return one row per distinct set of sites, and the demand that it serves in all."""
    start, columns = served_by.indptr, served_by.indices
    keys = [columns[low:high].tobytes() for low, high in pairwise(start.tolist())]
    number: dict[bytes, int] = {}
    group = np.array([number.setdefault(key, len(number)) for key in keys], dtype=np.int64)
    first = np.unique(group, return_index=True)[1]
    weight = np.bincount(group, weights=demand)
    reached = np.diff(start)[first] > 0
    return served_by[first[reached]], np.asarray(weight[reached], np.float64)


def _exclusions(sites_m: Floats, spacing_m: float) -> sparse.csr_array:
    """Return rows of sites of which at most one may be chosen."""
    tree = cKDTree(sites_m)
    pairs = tree.query_pairs(spacing_m, output_type="ndarray").astype(np.int64)
    pairs = pairs[np.linalg.norm(sites_m[pairs[:, 0]] - sites_m[pairs[:, 1]], axis=1) < spacing_m]
    if not len(pairs):
        return sparse.csr_array((0, len(sites_m)))
    # Below half the spacing, so that any two of a group are too near to each other.
    half = np.nextafter(spacing_m / 2, 0)
    groups = {tuple(row) for row in _within(tree, sites_m, half) if len(row) > 1}
    held = _incidence(sorted(groups), len(sites_m))
    together = (held.T @ held).tocsr() if groups else sparse.csr_array((len(sites_m),) * 2)
    loose = np.asarray(together[pairs[:, 0], pairs[:, 1]]).ravel() == 0
    rows = [*sorted(groups), *map(tuple, pairs[loose].tolist())]
    return _incidence(rows, len(sites_m))


def _solve(
    cover: sparse.csr_array,
    weight: Floats,
    exclusions: sparse.csr_array,
    *,
    n_sites: int,
    cost: Floats | None,
    budget: float | None,
    node_limit: int,
) -> tuple[Flags, float, bool]:
    """Return the chosen sites, the bound on what can be served, and whether it is reached."""
    n_places, n = cover.shape
    total = float(weight.sum())
    everywhere = sparse.csr_array(np.ones((1, n)))
    rules = [
        LinearConstraint(
            sparse.hstack([-cover, sparse.eye_array(n_places, format="csr")]), -np.inf, 0.0
        ),
        _limit(everywhere, n_places, float(n_sites)),
        _limit(exclusions, n_places, 1.0),
    ]
    if cost is not None and budget is not None:
        rules.append(_limit(sparse.csr_array(cost[None, :]), n_places, budget))
    found = milp(
        np.concatenate([np.zeros(n), -weight / total]),
        constraints=rules,
        integrality=np.concatenate([np.ones(n), np.zeros(n_places)]),
        bounds=Bounds(0.0, 1.0),
        options={"node_limit": node_limit, "mip_rel_gap": _GAP},
    )
    bound = total if found.mip_dual_bound is None else -float(found.mip_dual_bound) * total
    if found.x is None:  # the node limit came before any choice; choosing nothing is one
        return np.zeros(n, dtype=bool), bound, False
    return found.x[:n] > 0.5, bound, found.status == 0


def _limit(rows: sparse.csr_array, n_places: int, most: float) -> LinearConstraint:
    """Return the rule that each row of a matrix over the sites adds up to at most ``most``."""
    none = sparse.csr_array((rows.shape[0], n_places))
    return LinearConstraint(sparse.hstack([rows, none]), -np.inf, most)


def _in_order(cover: sparse.csr_array, weight: Floats, chosen: Indices) -> tuple[Indices, Floats]:
    """Return the chosen sites, each adding most to those before it, and what it adds."""
    columns = cover[:, chosen].tocsc()
    left = weight.copy()
    order: list[int] = []
    gain: list[float] = []
    rest = list(range(chosen.size))
    while rest:
        adds = columns.T @ left
        best = max(rest, key=lambda j: (adds[j], -j))
        if adds[best] <= 0:
            break  # chosen by the solver, but others serve all of it
        order.append(int(chosen[best]))
        gain.append(float(adds[best]))
        left[columns[:, [best]].nonzero()[0]] = 0.0
        rest.remove(best)
    return np.array(order, dtype=np.int64), np.array(gain, dtype=np.float64)
