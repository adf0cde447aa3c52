"""Expected net passages of Brownian bridges through the segments of barriers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numba import njit

from corridors.barriers.flux import Bridges, pair_flux, reach_m
from corridors.barriers.holding import UNCHANGED, Beside
from corridors.barriers.piece_tree import PieceTree, point_gap
from corridors.barriers.segments import straight_pieces
from corridors.foundation.arrays import Flags, Floats, Geometries, Indices, Values
from corridors.foundation.compiled import to_read

Counts = Callable[[Indices, Indices], Flags]

# A bridge is more likely than not to touch a line when d0 d1 <= ln(2)/2 s2 L.
_TOUCH = math.log(2) / 2
_BLOCK = 8192


@dataclass(frozen=True)
class Landscape:
    """Segments made ready to be crossed by any number of bridges.

    Parameters
    ----------
    tree
        Their straight pieces.
    first
        Where the pieces of each segment start, and their end, shape (n + 1,).
    tolerance_m
        Positional tolerance of each piece: SD per axis of a shift of its barrier, m.
    line, sign
        From :func:`corridors.barriers.segments.joined_lines`.
    holds
        Whether the segment stands, so that it may hold animals, shape (n,).
    """

    tree: PieceTree
    first: Indices
    tolerance_m: Floats
    line: Indices
    sign: Indices
    holds: Flags

    @classmethod
    def of(
        cls,
        segments: Geometries,
        tolerance_m: Floats,
        line: Indices,
        sign: Indices,
        holds: Flags | None = None,
    ) -> Landscape:
        """Return the landscape of these segments, in the working CRS.

        They are thinned to a tenth of their positional tolerance: that moves a line by less than
        it is known and keeps its ends, hence the sum over a line. ``holds`` None: all stand.
        """
        pieces = straight_pieces(np.asarray(shapely.simplify(segments, tolerance_m / 10)))
        first = np.searchsorted(pieces.owner, np.arange(len(segments) + 1))
        stands = np.ones(len(segments), dtype=np.bool_) if holds is None else holds
        return cls(PieceTree.of(pieces), first, tolerance_m[pieces.owner], line, sign, stands)


@dataclass(frozen=True)
class Passages:
    """Expected net passages of bridges through segments.

    Parameters
    ----------
    bridge, segment
        Pairs within reach, sorted by bridge, then segment, shape (k,).
    net
        Net passages of the bridge shared out to the segment, >= 0, shape (k,).
    signed
        The same with the sign of the net along the line: + to its left.
    touches
        True where the bridge, more likely than not, came within the encounter distance.
    distance_m
        Distance of the straight step from the segment, m.
    below_floor
        The net passages through joined lines that were below the floor and left out.
    """

    bridge: Indices
    segment: Indices
    net: Floats
    signed: Floats
    touches: Flags
    distance_m: Floats
    below_floor: Floats

    @property
    def columns(self) -> tuple[Values, ...]:
        """The columns in the order of the fields."""
        return (
            self.bridge,
            self.segment,
            self.net,
            self.signed,
            self.touches,
            self.distance_m,
            self.below_floor,
        )

    @property
    def truncated(self) -> float:
        """Sum of the net passages that were left out; exact, whatever the parts."""
        return math.fsum(self.below_floor)


def joined(parts: Iterable[Passages]) -> Passages:
    """Return passages in parts as one."""
    whole = [part.columns for part in parts]
    if not whole:
        none, nothing = np.zeros(0, np.int64), np.zeros(0)
        return Passages(none, none, nothing, nothing, nothing.astype(bool), nothing, nothing)
    return Passages(*(np.concatenate(column) for column in zip(*whole, strict=True)))


def expected_passages(
    bridges: Bridges,
    landscape: Landscape,
    *,
    flux_floor: float,
    encounter_distance_m: float,
    counts: Counts | None = None,
    odds: Beside = UNCHANGED,
    block: int = _BLOCK,
    progress: Callable[[float], None] | None = None,
) -> Passages:
    """Return the expected net passages of each bridge through each segment.

    Parameters
    ----------
    bridges
        The bridges.
    landscape
        The segments.
    flux_floor
        Smaller net passages of a bridge through a line are left out.
    encounter_distance_m
        A touch is this near to the segment, m.
    counts
        Given bridges and segments of equal shape, which pairs count; None: all. A segment that
        did not stand during a bridge is not there for it, nor for the netting over its line.
    odds
        How the net of a bridge with tails changes beside segments that stand, and beside others.
    block
        Bridges at a time; changes no result.
    progress
        Called with the share done.

    Notes
    -----
    Per bridge and joined line the signed fluxes F (in the line's direction) are summed to the net
    N; an animal that walks along a fence has fluxes in and out that cancel. |N| becomes
    theta |N| / (1 - |N| + theta |N|), theta one of the ``odds``, as the line stands or not, and
    as the straight step misses or hits it. It is shared out over the segments in proportion to
    their fluxes in the direction of N, so the shares of a bridge add up to it. A line ends at sharp
    corners, so the two sides of a pasture that an animal walks straight through are not netted
    against each other.

    A bridge between fixes at distances d0 and d1 on one side of a line touches it with probability
    exp(-2 d0 d1 / (s2 L)) (reflection principle); with the encounter distance taken off both, the
    bridge ``touches`` where that is at least one half. With short lags this is the distance of the
    straight step; with long ones it also finds visits between two fixes.
    """
    return joined(
        passages_in_parts(
            bridges,
            landscape,
            flux_floor=flux_floor,
            encounter_distance_m=encounter_distance_m,
            counts=counts,
            odds=odds,
            block=block,
            progress=progress,
        )
    )


def passages_in_parts(
    bridges: Bridges,
    landscape: Landscape,
    *,
    flux_floor: float,
    encounter_distance_m: float,
    counts: Counts | None = None,
    odds: Beside = UNCHANGED,
    block: int = _BLOCK,
    progress: Callable[[float], None] | None = None,
) -> Iterator[Passages]:
    """Yield what :func:`expected_passages` returns, some bridges after the other.

    Each thread holds the pairs of some bridges; what is yielded is let go, so the memory grows
    neither with the bridges nor with their pairs.
    """

    def work(rows: slice) -> list[Passages]:
        return _passages_of(
            bridges,
            rows,
            landscape,
            flux_floor=flux_floor,
            encounter_distance_m=encounter_distance_m,
            counts=counts,
            odds=odds,
        )

    done = 0
    for parts in landscape.tree.in_blocks(len(bridges), work, block):
        yield from parts
        done += block
        if progress is not None:
            progress(min(1.0, done / len(bridges)))


def _passages_of(
    bridges: Bridges,
    rows: slice,
    landscape: Landscape,
    *,
    flux_floor: float,
    encounter_distance_m: float,
    counts: Counts | None,
    odds: Beside,
) -> list[Passages]:
    own = Bridges(*(np.ascontiguousarray(column[rows]) for column in bridges.columns))
    tolerance = landscape.tolerance_m
    flux_reach = reach_m(own, float(tolerance.max(initial=0.0)), flux_floor=flux_floor)
    spread = own.s2_m2_min * own.duration_min
    touch_reach = encounter_distance_m + np.sqrt(_TOUCH * spread)
    reach = np.maximum(flux_reach, touch_reach)
    ends = np.column_stack([own.x0_m, own.y0_m, own.x1_m, own.y1_m])
    pieces, out = landscape.tree.pieces, []
    lines = landscape.line, landscape.sign, landscape.first
    for b, p, gap in landscape.tree.near(ends, reach, slice(0, len(own))):
        if counts is not None:
            held = counts(rows.start + b, pieces.owner[p])
            b, p, gap = b[held], p[held], gap[held]
        segment = pieces.owner[p]
        flux = pair_flux(own, pieces.ends, tolerance, b, p, accuracy=flux_floor / 100)
        bridge, of_bridge, net, signed, touches, distance, below = _shared(
            (b, segment, flux, gap),
            (*lines, pieces.ends, to_read(landscape.holds)),
            (ends, spread, flux_reach, touch_reach, own.tail > 0),
            (flux_floor, encounter_distance_m, _four(odds)),
        )
        bridge += rows.start
        out.append(Passages(bridge, of_bridge, net, signed, touches, distance, below))
    return out


def _four(odds: Beside) -> tuple[float, float, float, float]:
    return odds.standing.missed, odds.standing.hit, odds.elsewhere.missed, odds.elsewhere.hit


@njit(cache=True, nogil=True)
def _shared(pairs: Any, lines: Any, own: Any, rules: Any) -> Any:
    """Sum fluxes of pieces to segments, net them per bridge and line, share the net out."""
    bridge, owner, flux, gap = pairs
    line, sign, first, ends, holds = lines
    steps, spread, flux_reach, touch_reach, has_tails = own
    floor, encounter, four = rules
    b, s = np.empty(bridge.size, np.int64), np.empty(bridge.size, np.int64)
    along, near, share = np.empty(bridge.size), np.empty(bridge.size), np.empty(bridge.size)
    touches, below = np.empty(bridge.size, np.bool_), np.empty(bridge.size)
    n = n_below = k = 0
    while k < bridge.size:
        i, start = bridge[k], n
        while k < bridge.size and bridge[k] == i:
            if n == start or s[n - 1] != owner[k]:
                b[n], s[n], along[n], near[n] = i, owner[k], 0.0, math.inf
                n += 1
            along[n - 1] += flux[k]
            near[n - 1] = min(near[n - 1], gap[k])
            k += 1
        for m in range(start, n):
            along[m] *= sign[s[m]]
        odds = four if has_tails[i] else (1.0, 1.0, 1.0, 1.0)
        lying = (line[s[start:n]], near[start:n], holds[s[start:n]])
        n_below = _net(along[start:n], share[start:n], lying, floor, odds, below, n_below)
        last, n = n, start
        for m in range(start, last):
            is_near = near[m] <= encounter
            if not is_near and near[m] <= touch_reach[i]:
                gap0 = _distance(steps[i, 0], steps[i, 1], ends, first[s[m]], first[s[m] + 1])
                gap1 = _distance(steps[i, 2], steps[i, 3], ends, first[s[m]], first[s[m] + 1])
                gap0, gap1 = max(0.0, gap0 - encounter), max(0.0, gap1 - encounter)
                is_near = gap0 * gap1 <= _TOUCH * spread[i]
            if share[m] > 0.0 or is_near or near[m] <= flux_reach[i]:
                s[n], share[n], along[n], near[n] = s[m], share[m], along[m], near[m]
                touches[n], b[n] = is_near, i
                n += 1
    return b[:n], s[:n], share[:n], along[:n], touches[:n], near[:n], below[:n_below]


@njit(cache=True, nogil=True)
def _net(
    along: Any, share: Any, lying: Any, floor: float, odds: Any, below: Any, n_below: int
) -> int:
    """Net one bridge's fluxes per line, in place; return how many nets were below the floor.

    ``along`` has the flux of each segment along its line, and gets the share of the net with its
    sign; ``share`` the same without.
    """
    line, near, holds = lying
    missed, hit, missed_elsewhere, hit_elsewhere = odds
    order = np.argsort(line, kind="mergesort")
    low = 0
    while low < order.size:
        high, net, total, gap, is_held = low, 0.0, 0.0, math.inf, True
        while high < order.size and line[order[high]] == line[order[low]]:
            net += along[order[high]]
            gap = min(gap, near[order[high]])
            is_held = is_held and holds[order[high]]
            high += 1
        if abs(net) < floor:
            if net != 0.0:
                below[n_below] = abs(net)
                n_below += 1
            net = 0.0
        size, direction = abs(net), np.sign(net)
        if size < 1.0:
            if gap == 0.0:
                theta = hit if is_held else hit_elsewhere
            else:
                theta = missed if is_held else missed_elsewhere
            size = theta * size / (1.0 - size + theta * size)
        for m in order[low:high]:
            share[m] = max(0.0, along[m] * direction)
            total += share[m]
        for m in order[low:high]:
            share[m] = size * share[m] / total if total > 0.0 else 0.0
            along[m] = share[m] * direction
        low = high
    return n_below


@njit(cache=True, nogil=True)
def _distance(x: float, y: float, ends: Any, first: int, last: int) -> float:
    """Return the distance of a point from the pieces of a segment, m."""
    least = math.inf
    for k in range(first, last):
        least = min(least, point_gap(x, y, ends[k, 0], ends[k, 1], ends[k, 2], ends[k, 3]))
    return math.sqrt(least)
