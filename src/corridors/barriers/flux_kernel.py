"""The integral of the flux of one bridge through one straight piece, compiled.

With z = d/sqrt v the current through the piece is -W dz/da phi(z): the speed at which the line
sweeps over the standardised distribution, times the share W of it that lies beside the piece. So
the flux is F = -int W dPhi(z), whatever the clock in which it is taken.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from corridors.foundation.normal import normal_cdf, normal_density

# Gauss-Kronrod 7-15 on [-1, 1]: the nodes >= 0 with both weights; Gauss weight 0 where the node
# belongs to the Kronrod rule alone.
_HALF_RULE = np.array(
    [
        [0.991455371120812639206854697526329, 0.022935322010529224963732008058970, 0.0],
        [
            0.949107912342758524526189684047851,
            0.063092092629978553290700663189204,
            0.129484966168869693270611432679082,
        ],
        [0.864864423359769072789712788640926, 0.104790010322250183839876322541518, 0.0],
        [
            0.741531185599394439863864773280788,
            0.140653259715525918745189590510238,
            0.279705391489276667901467771423780,
        ],
        [0.586087235467691130294144838258730, 0.169004726639267902826583426598550, 0.0],
        [
            0.405845151377397166906606412076961,
            0.190350578064785409913256402421014,
            0.381830050505118944950369775488975,
        ],
        [0.207784955007898467600689403773245, 0.204432940075298892414161999234649, 0.0],
        [
            0.0,
            0.209482141084727828012999174891714 / 2,  # it is met on both sides
            0.417959183673469387755102040816327 / 2,
        ],
    ]
)
_NODE = _HALF_RULE[:, 0].copy()
_KRONROD = _HALF_RULE[:, 1].copy()
_GAUSS = _HALF_RULE[:, 2].copy()
_N = 8

# The table of the normal distribution reaches this far, standard deviations.
_FAR = 8.9
# A panel is at most this wide: in its clock, and in standard deviations of z and of the ends of
# the piece. 6 leave an error of 1e-10 before any panel is halved, 2.5 one of 1e-13.
_WIDE_CLOCK = 2.0
_WIDE_SD, _FINE, _FINE_SD = 6.0, 1e-9, 2.5
_DEPTH = 60
# The Kronrod answer is much nearer to the truth than to the Gauss answer: with d their distance
# relative to the integral of the absolute value, its error is taken as d sqrt(_SHARPNESS d).
_SHARPNESS = 30.0
_TINY = 1e-18


@njit(cache=True, nogil=True, inline="always", error_model="numpy")
def _clip(value: float) -> float:
    return min(max(value, -_FAR), _FAR)


@njit(cache=True, nogil=True, error_model="numpy")
def _within(p: float, q: float, limit: float, low: float, high: float) -> tuple[float, float]:
    """Return the part of [low, high] where p X + q / X <= limit; X > 0 and limit > 0."""
    if p <= 0.0 and q <= 0.0:
        return low, high
    square = limit * limit - 4.0 * p * q
    if square <= 0.0:
        return 1.0, 0.0
    root = limit + math.sqrt(square)
    if q > 0.0:
        low = max(low, 2.0 * q / root)
    if p > 0.0:
        high = min(high, root / (2.0 * p))
    return low, high


@njit(cache=True, nogil=True, error_model="numpy")
def _swing(p: float, q: float, low: float, high: float) -> tuple[float, float, float]:
    """Return p X + q / X at both ends of [low, high] and at its turn between, else at the end."""
    first, last = p * low + q / low, p * high + q / high
    turn = last
    if p * q > 0.0:
        at = math.sqrt(q / p)
        if low < at < high:
            turn = 2.0 * math.sqrt(p * q)
            if p < 0.0:
                turn = -turn
    return first, turn, last


@njit(cache=True, nogil=True, inline="always", error_model="numpy")
def _current(w0: float, w1: float, z: float, slope: float) -> float:
    """Return the share between w0 and w1 times the change of Phi(z)."""
    share = normal_cdf(_clip(w1)) - normal_cdf(_clip(w0))
    value: float = share * normal_density(_clip(z)) * slope
    return value


@njit(cache=True, nogil=True, error_model="numpy")
def _rules(values: Any, half: float) -> tuple[float, float]:
    """Return Kronrod's integral and its error, from the values right and left of the middle."""
    kronrod = gauss = size = 0.0
    for k in range(_N):
        right, left = values[k], values[_N + k]
        kronrod += _KRONROD[k] * (right + left)
        gauss += _GAUSS[k] * (right + left)
        size += _KRONROD[k] * (abs(right) + abs(left))
    distance = abs(kronrod - gauss) * half
    if distance == 0.0:
        return kronrod * half, 0.0
    return kronrod * half, distance * min(1.0, math.sqrt(_SHARPNESS * distance / (size * half)))


@njit(cache=True, nogil=True, error_model="numpy")
def _bow_panel(u: float, half: float, bow: Any, values: Any) -> tuple[float, float]:
    """Return the integral over u - half...u + half and its error.

    The rule is symmetric: cosh and sinh of the distance from the middle serve two nodes. They
    are written out, for a loop that calls nothing runs on several nodes at once.
    """
    zp, zq, cp, cq, lp = bow
    up = math.exp(u)
    down = 1.0 / up
    z0, z1 = zp * up + zq * down, zp * up - zq * down
    c0, c1 = cp * up + cq * down, cp * up - cq * down
    l0, l1 = lp * (up + down), lp * (up - down)
    for k in range(_N):
        x = half * _NODE[k]
        s = x * x
        cosh = 1 + s / 182 * (1 + s / 240)
        cosh = 1 + s / 56 * (1 + s / 90 * (1 + s / 132 * cosh))
        cosh = 1 + s / 2 * (1 + s / 12 * (1 + s / 30 * cosh))
        sinh = 1 + s / 156 * (1 + s / 210 * (1 + s / 272))
        sinh = 1 + s / 42 * (1 + s / 72 * (1 + s / 110 * sinh))
        sinh = x * (1 + s / 6 * (1 + s / 20 * sinh))
        a, b, c, d = z0 * cosh, z1 * sinh, c0 * cosh, c1 * sinh
        e, f = l0 * cosh, l1 * sinh
        slope, change = z1 * cosh, z0 * sinh
        values[k] = _current(c + d, c + d + e + f, a + b, slope + change)
        values[_N + k] = _current(c - d, c - d + e - f, a - b, slope - change)
    return _rules(values, half)


@njit(cache=True, nogil=True, error_model="numpy")
def _bow_flux(
    place: Any,
    v0: float,
    q1: float,
    curve: float,
    v1: float,
    cut: float,
    accuracy: float,
    work: Any,
) -> float:
    """Return the flux of a bridge whose variance v0 + q1 a - curve a^2 bows upward.

    ``v1`` is the variance at a = 1. Time is a = m + r tanh u, so sqrt v = s / cosh u: then z and
    the ends of the piece in standard deviations are all of the form p e^u + q e^-u, without a root
    or a division, and with X = e^u the time within ``cut`` standard deviations of the piece is the
    solution of quadratic equations.
    """
    d0, d1, c0, c1, length = place
    m = 0.5 * q1 / curve
    r = math.sqrt(m * m + v0 / curve)
    bend = math.sqrt(curve)
    s = bend * r
    # X at a = 0 and 1 from cosh u = s / sqrt v, in the form that does not cancel.
    low = math.sqrt(v0) / (bend * (r + m)) if m > 0.0 else bend * (r - m) / math.sqrt(v0)
    high = bend * (r + 1 - m) / math.sqrt(v1) if m < 1.0 else math.sqrt(v1) / (bend * (r - 1 + m))
    low, high = max(low, _TINY), min(high, 1.0 / _TINY)
    middle, change = (d0 + d1 * m) / s, d1 * r / s
    zp, zq = 0.5 * (middle + change), 0.5 * (middle - change)
    middle, change = (c0 + c1 * m) / s, c1 * r / s
    cp, cq = 0.5 * (middle + change), 0.5 * (middle - change)
    lp = 0.5 * length / s
    low, high = _within(zp, zq, cut, low, high)
    low, high = _within(-zp, -zq, cut, low, high)
    low, high = _within(cp, cq, cut, low, high)
    low, high = _within(-cp - lp, -cq - lp, cut, low, high)
    if not low < high:
        return 0.0
    first, turn, last = _swing(zp, zq, low, high)
    at = normal_cdf(_clip(turn))
    if abs(normal_cdf(_clip(first)) - at) + abs(normal_cdf(_clip(last)) - at) < 0.1 * accuracy:
        return 0.0
    way = abs(first - turn) + abs(last - turn)
    for end in (0.0, lp):
        first, turn, last = _swing(cp + end, cq + end, low, high)
        way = max(way, min(abs(first - turn) + abs(last - turn), 4 * cut))
    begin = math.log(low)
    span = math.log(high) - begin
    wide = _WIDE_SD if accuracy >= _FINE else _FINE_SD
    n = int(max(span / _WIDE_CLOCK, way / wide)) + 1
    bow = (zp, zq, cp, cq, lp)
    total = 0.0
    for k in range(n):
        work[0, 0], work[0, 1] = begin + k * (span / n), begin + (k + 1) * (span / n)
        top = 1
        while top > 0:
            top -= 1
            left, right = work[top, 0], work[top, 1]
            half = 0.5 * (right - left)
            value, error = _bow_panel(0.5 * (left + right), half, bow, work[_DEPTH + 2])
            if error <= accuracy * (right - left) / span or top + 2 > _DEPTH or half < 1e-9:
                total -= value
            else:
                top = _halve(work, top, left, left + half, right)
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def _halve(work: Any, top: int, left: float, middle: float, right: float) -> int:
    """Put both halves of a panel on the stack and return its height."""
    work[top, 0], work[top, 1] = middle, right
    work[top + 1, 0], work[top + 1, 1] = left, middle
    return top + 2


@njit(cache=True, nogil=True, error_model="numpy")
def _largest_variance(v0: float, q1: float, q2: float, low: float, high: float) -> float:
    v: float = max(v0 + low * (q1 + low * q2), v0 + high * (q1 + high * q2))
    if q2 < 0.0 and low < -0.5 * q1 / q2 < high:
        v = max(v, v0 - 0.25 * q1 * q1 / q2)
    return v


@njit(cache=True, nogil=True, error_model="numpy")
def _between(
    start: float, slope: float, floor: float, ceiling: float, low: float, high: float
) -> tuple[float, float]:
    """Return the part of [low, high] where floor <= start + slope a <= ceiling."""
    if slope == 0.0:
        if start < floor or start > ceiling:
            return 1.0, 0.0
        return low, high
    one, two = (floor - start) / slope, (ceiling - start) / slope
    return max(low, min(one, two)), min(high, max(one, two))


@njit(cache=True, nogil=True, error_model="numpy")
def _flat_panel(t: float, half: float, flat: Any, values: Any) -> tuple[float, float]:
    """Return the integral over t - half...t + half and its error."""
    (d0, d1, c0, c1, length), v0, q1, q2 = flat
    cosine, sine = math.cos(0.5 * t), math.sin(0.5 * t)
    # dz/da = (n0 + n1 a) / v^1.5: the terms in a^2 cancel.
    n0, n1 = d1 * v0 - 0.5 * d0 * q1, 0.5 * d1 * q1 - d0 * q2
    for k in range(_N):
        x = 0.5 * half * _NODE[k]
        s = -x * x
        cos = 1 + s / 182 * (1 + s / 240)
        cos = 1 + s / 56 * (1 + s / 90 * (1 + s / 132 * cos))
        cos = 1 + s / 2 * (1 + s / 12 * (1 + s / 30 * cos))
        sin = 1 + s / 156 * (1 + s / 210 * (1 + s / 272))
        sin = 1 + s / 42 * (1 + s / 72 * (1 + s / 110 * sin))
        sin = x * (1 + s / 6 * (1 + s / 20 * sin))
        root, other = sine * cos + cosine * sin, cosine * cos - sine * sin
        a = root * root
        inverse = 1.0 / math.sqrt(v0 + a * (q1 + a * q2))
        z, c = (d0 + d1 * a) * inverse, c0 + c1 * a
        slope = (n0 + n1 * a) * inverse * inverse * inverse * root * other
        slope = slope if abs(z) < _FAR else 0.0
        values[k] = _current(c * inverse, (c + length) * inverse, z, slope)
        root, other = sine * cos - cosine * sin, cosine * cos + sine * sin
        a = root * root
        inverse = 1.0 / math.sqrt(v0 + a * (q1 + a * q2))
        z, c = (d0 + d1 * a) * inverse, c0 + c1 * a
        slope = (n0 + n1 * a) * inverse * inverse * inverse * root * other
        slope = slope if abs(z) < _FAR else 0.0
        values[_N + k] = _current(c * inverse, (c + length) * inverse, z, slope)
    return _rules(values, half)


@njit(cache=True, nogil=True, error_model="numpy")
def _flat_way(left: float, right: float, flat: Any, cut: float) -> float:
    """Return how far z or an end of the piece moves where none of them turns back, SD."""
    (d0, d1, c0, c1, length), v0, q1, q2 = flat
    a, b = math.sin(0.5 * left) ** 2, math.sin(0.5 * right) ** 2
    first = 1.0 / math.sqrt(max(v0 + a * (q1 + a * q2), 1e-300))
    last = 1.0 / math.sqrt(max(v0 + b * (q1 + b * q2), 1e-300))
    way = 0.0
    for start, slope in ((d0, d1), (c0, c1), (c0 + length, c1)):
        one = min(max((start + slope * a) * first, -cut), cut)
        two = min(max((start + slope * b) * last, -cut), cut)
        way = max(way, abs(one - two))
    return way


@njit(cache=True, nogil=True, error_model="numpy")
def _flat_starts(low: float, high: float, flat: Any, work: Any) -> int:
    """Put the panels of t between the turns of z and of both ends on the stack."""
    (d0, d1, c0, c1, length), v0, q1, q2 = flat
    edges = work[_DEPTH + 2]
    edges[0] = 2.0 * math.asin(math.sqrt(low))
    n = 1
    for start, slope in ((d0, d1), (c0, c1), (c0 + length, c1)):
        # (start + slope a) / sqrt v turns where n0 + n1 a = 0.
        n1 = 0.5 * slope * q1 - start * q2
        at = (0.5 * start * q1 - slope * v0) / n1 if n1 != 0.0 else low
        if low < at < high:
            edges[n] = 2.0 * math.asin(math.sqrt(at))
            n += 1
    edges[n] = 2.0 * math.asin(math.sqrt(high))
    for k in range(1, n):
        for m in range(k, 1, -1):
            if edges[m] < edges[m - 1]:
                edges[m], edges[m - 1] = edges[m - 1], edges[m]
    for k in range(n):
        work[k, 0], work[k, 1] = edges[k], edges[k + 1]
    return n


@njit(cache=True, nogil=True, error_model="numpy")
def _flat_flux(
    place: Any, v0: float, q1: float, q2: float, cut: float, accuracy: float, work: Any
) -> float:
    """Return the flux of any bridge, slower: the clock is a = (1 - cos t)/2.

    It takes the root out of sqrt v at a fix without location error.
    """
    d0, d1, c0, c1, length = place
    low, high = 0.0, 1.0
    # Thrice: a smaller stretch of time has a smaller variance, hence an even smaller stretch.
    for _ in range(3):
        reach = cut * math.sqrt(_largest_variance(v0, q1, q2, low, high))
        low, high = _between(d0, d1, -reach, reach, low, high)
        if low >= high:
            return 0.0
        low, high = _between(c0, c1, -length - reach, reach, low, high)
        if low >= high:
            return 0.0
    wide = _FINE_SD
    flat = (place, v0, q1, q2)
    top = _flat_starts(low, high, flat, work)
    span = work[top - 1, 1] - work[0, 0]
    total = 0.0
    while top > 0:
        top -= 1
        left, right = work[top, 0], work[top, 1]
        half = 0.5 * (right - left)
        is_last = top + 2 > _DEPTH or half < 1e-9
        if not is_last and (half > 0.5 * _WIDE_CLOCK or _flat_way(left, right, flat, cut) > wide):
            top = _halve(work, top, left, left + half, right)
            continue
        value, error = _flat_panel(0.5 * (left + right), half, flat, work[_DEPTH + 2])
        if error <= accuracy * (right - left) / span or is_last:
            total -= value
        else:
            top = _halve(work, top, left, left + half, right)
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def pair_fluxes(
    columns: Any, ends: Any, tolerance: Any, bridge: Any, piece: Any, accuracy: float, cut: float
) -> Any:
    """Return the net flux of each bridge to the left of its piece.

    Parameters
    ----------
    columns
        Those of ``Bridges``.
    ends, tolerance
        Ends of the pieces and their positional tolerance, m.
    bridge, piece
        Pairs.
    accuracy
        Absolute error aimed at.
    cut
        Standard deviations beyond which probability is left out.
    """
    x0, y0, x1, y1, duration, s2, error0, error1 = columns
    out = np.zeros(bridge.size)
    work = np.empty((_DEPTH + 3, 2 * _N))
    for k in range(bridge.size):
        i, j = bridge[k], piece[k]
        east, north = ends[j, 2] - ends[j, 0], ends[j, 3] - ends[j, 1]
        length = math.hypot(east, north)
        if length == 0.0:
            continue
        east, north = east / length, north / length
        dx, dy = x1[i] - x0[i], y1[i] - y0[i]
        ax, ay = ends[j, 0] - x0[i], ends[j, 1] - y0[i]
        place = (
            ay * east - ax * north,
            dx * north - dy * east,
            ax * east + ay * north,
            -(dx * east + dy * north),
            length,
        )
        spread, shift = duration[i] * s2[i], tolerance[j] * tolerance[j]
        first, last = error0[i] * error0[i], error1[i] * error1[i]
        v0, q1, curve = first + shift, spread - 2.0 * first, spread - first - last
        # Less bent, r and m are large and cancel.
        if curve > 1e-3 * (spread + first + last + shift):
            out[k] = _bow_flux(place, v0, q1, curve, last + shift, cut, accuracy, work)
        else:
            out[k] = _flat_flux(place, v0, q1, -curve, cut, accuracy, work)
    return out
