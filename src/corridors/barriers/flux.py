"""Net probability flux of Brownian bridges through straight pieces of a barrier, exactly.

The number of times a Brownian path meets a line is 0 or infinite, so counting simulated paths says
nothing. What is finite is the net transport of probability through the line: METHODS section 6.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy.special import ndtri

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

# Gauss-Kronrod 7-15 on [-1, 1]: the nodes >= 0 with both weights; Gauss weight 0 where the node
# belongs to the Kronrod rule alone.
_RULE = np.array(
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
            0.209482141084727828012999174891714,
            0.417959183673469387755102040816327,
        ],
    ]
)
# The integrand is cut where its exponential is this share of the accuracy asked for, and below
# 1e-16 in any case.
_CUT_SHARE = 1e-4
_DEPTH = 60
_SQRT2 = math.sqrt(2.0)
_PHI0 = 1.0 / math.sqrt(2.0 * math.pi)


@dataclass(frozen=True)
class Bridges:
    """Brownian bridges between consecutive fixes, as columns of equal shape (n,).

    Parameters
    ----------
    x0_m, y0_m, x1_m, y1_m
        Fixes at start and end in the working CRS, m.
    duration_min
        Lag between them, minutes, > 0.
    s2_m2_min
        Brownian motion variance per axis, m2/min, >= 0.
    error0_m, error1_m
        Location error of the two fixes, SD per axis, m, >= 0.
    """

    x0_m: Floats
    y0_m: Floats
    x1_m: Floats
    y1_m: Floats
    duration_min: Floats
    s2_m2_min: Floats
    error0_m: Floats
    error1_m: Floats

    def __post_init__(self) -> None:
        if len({column.shape for column in self.columns}) != 1 or self.x0_m.ndim != 1:
            raise ValueError("columns of Bridges must be one-dimensional and of equal length")
        if not all(np.isfinite(column).all() for column in self.columns):
            raise ValueError("Bridges must be finite")
        if (self.duration_min <= 0).any():
            raise ValueError("duration_min must be > 0")
        if min((c.min(initial=0.0) for c in self.columns[5:]), default=0.0) < 0:
            raise ValueError("variance and location errors must be >= 0")

    @property
    def columns(self) -> tuple[Floats, ...]:
        """The columns in the order of the fields."""
        return (
            self.x0_m,
            self.y0_m,
            self.x1_m,
            self.y1_m,
            self.duration_min,
            self.s2_m2_min,
            self.error0_m,
            self.error1_m,
        )

    def __len__(self) -> int:
        return int(self.x0_m.size)

    def sd_max_m(self) -> Floats:
        """Return the largest standard deviation per axis along each bridge, m, shape (n,)."""
        spread = self.duration_min * self.s2_m2_min
        first, last = self.error0_m**2, self.error1_m**2
        # v(a) = first + q1 a + q2 a2 has its largest value at an end or, if it opens downward, at
        # the vertex.
        q1, q2 = spread - 2 * first, first + last - spread
        with np.errstate(divide="ignore", invalid="ignore"):
            vertex = np.where(q2 < 0, -q1 / (2 * q2), 0.0)
        vertex = np.clip(vertex, 0.0, 1.0)
        middle = first + q1 * vertex + q2 * vertex**2
        return np.asarray(np.sqrt(np.maximum(np.maximum(first, last), middle)))


def reach_m(bridges: Bridges, tolerance_m: float, *, flux_floor: float) -> Floats:
    """Return how far from its straight step a bridge can have a flux above ``flux_floor``, m.

    Parameters
    ----------
    bridges
        Shape (n,).
    tolerance_m
        Largest positional tolerance of the barriers, m.
    flux_floor
        Smaller fluxes need not be found, 0...0.5.

    Notes
    -----
    The net flux through a straight line is the change of the probability mass beyond it, and a
    line farther than k standard deviations from the step never has more than 1 - Phi(k) beyond
    it; k is the normal quantile of ``1 - flux_floor`` (4.75 for 1e-6).
    """
    k = float(-ndtri(flux_floor))
    return np.asarray(k * np.hypot(bridges.sd_max_m(), tolerance_m))


def pair_flux(
    bridges: Bridges,
    ends_m: Floats,
    tolerance_m: Floats,
    bridge: Indices,
    piece: Indices,
    *,
    accuracy: float,
) -> Floats:
    """Return the signed net flux of each pair of a bridge and a straight piece.

    Parameters
    ----------
    bridges
        The bridges.
    ends_m
        Straight pieces ``x_a, y_a, x_b, y_b`` in the working CRS, m, shape (p, 4).
    tolerance_m
        Positional tolerance of each piece: SD per axis of a shift of the whole barrier, m,
        shape (p,), >= 0.
    bridge, piece
        Indices of the pairs, shape (k,).
    accuracy
        Absolute error aimed at per pair; down to 1e-12 the true error is of that order.

    Returns
    -------
    ndarray
        Shape (k,). Positive: probability moves to the left of the direction A to B. 0 for a piece
        of no length.

    Raises
    ------
    ValueError
        A pair whose bridge has no variance at all: no motion variance, no location error and no
        positional tolerance.

    Notes
    -----
    With a the share of time elapsed, mu(a) = X0 + a (X1 - X0), v(a) = L a (1-a) s2 +
    (1-a)^2 e0^2 + a^2 e1^2, the density p = N2(mu, v I) is carried by the current velocity
    u = mu' + (z - mu) v'/(2v). For a piece from A in unit direction e with unit normal n (e turned
    by +90 degrees) and length l, d = (A - mu).n and c = (A - mu).e, the integral of p u.n over the
    piece is

        f(a) = [mu'.n + d v'/(2v)] phi(d/sqrt v)/sqrt v [Phi((c+l)/sqrt v) - Phi(c/sqrt v)]

    and the flux is its integral over a in 0...1, taken by adaptive Gauss-Kronrod in t after
    a = (1 - cos t)/2, which removes the singularity at fixes without location error. The part of
    time in which the mean is so far from the piece that the normal density is below 1e-4 of the
    accuracy is left out.

    A barrier known to within a tolerance is shifted as a whole by N2(0, tolerance^2 I). Since
    p u = p mu' - (v'/2) grad p is linear in p, the mean of f over the shift is f with
    v + tolerance^2 in place of v and v' as it was: exact, and the flux still adds up over pieces.

    Examples
    --------
    A line that divides the two fixes is passed once; on average a bridge between fixes on one side
    does not pass.

    >>> import numpy as np
    >>> column = lambda value: np.array([value])
    >>> bridges = Bridges(*map(column, (0.0, 0.0, 1000.0, 0.0, 120.0, 800.0, 0.0, 0.0)))
    >>> line = np.array([[500.0, 1e5, 500.0, -1e5], [1500.0, 1e5, 1500.0, -1e5]])
    >>> zero = np.zeros(2, dtype=np.int64)
    >>> pair_flux(bridges, line, np.zeros(2), zero, np.arange(2), accuracy=1e-12).round(9) + 0.0
    array([1., 0.])
    """
    bridge = np.ascontiguousarray(bridge, dtype=np.int64)
    piece = np.ascontiguousarray(piece, dtype=np.int64)
    tolerance_m = np.ascontiguousarray(tolerance_m, dtype=np.float64)
    still = (
        (bridges.s2_m2_min[bridge] == 0)
        & (np.minimum(bridges.error0_m, bridges.error1_m)[bridge] == 0)
        & (tolerance_m[piece] == 0)
    )
    if still.any():
        raise ValueError(f"{int(still.sum())} pairs have neither variance, error nor tolerance")
    columns = tuple(np.ascontiguousarray(c, dtype=np.float64) for c in bridges.columns)
    ends = np.ascontiguousarray(ends_m, dtype=np.float64)
    out: Floats = _pair_flux(columns, ends, tolerance_m, bridge, piece, accuracy, _RULE)
    return out


@njit(cache=True, nogil=True, error_model="numpy")
def _density(t: float, geometry: Any) -> float:
    """Return f(a) da/dt at a = sin^2(t/2)."""
    d0, slope_d, c0, slope_c, length, spread, first, last, shift, cut = geometry
    half = math.sin(0.5 * t)
    other = math.cos(0.5 * t)
    a, b = half * half, other * other
    v = spread * a * b + b * b * first + a * a * last + shift
    d = d0 + slope_d * a
    exponent = 0.5 * d * d / v
    if not exponent < cut:
        return 0.0
    change = spread * (b - a) - 2.0 * b * first + 2.0 * a * last
    sd = math.sqrt(v)
    c = c0 + slope_c * a
    across = math.erf((c + length) / (sd * _SQRT2)) - math.erf(c / (sd * _SQRT2))
    speed = 0.5 * d * change / v - slope_d
    value: float = speed * _PHI0 * math.exp(-exponent) / sd * 0.5 * across * half * other
    return value


@njit(cache=True, nogil=True, error_model="numpy")
def _largest_variance(low: float, high: float, geometry: Any) -> float:
    spread, first, last, shift = geometry[5], geometry[6], geometry[7], geometry[8]
    q1, q2 = spread - 2.0 * first, first + last - spread
    v: float = max(first + low * (q1 + low * q2), first + high * (q1 + high * q2))
    if q2 < 0.0:
        vertex = -0.5 * q1 / q2
        if low < vertex < high:
            v = max(v, first + vertex * (q1 + vertex * q2))
    v += shift
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
def _angle(a: float) -> float:
    """Return t of a share a of time, a = (1 - cos t)/2."""
    return math.acos(1.0 - 2.0 * min(1.0, max(0.0, a)))


@njit(cache=True, nogil=True, error_model="numpy")
def _panels(geometry: Any, low: float, high: float, work: Any) -> int:
    """Write the first panels of t to ``work`` and return their number."""
    d0, slope_d, c0, slope_c, length = geometry[:5]
    # Split where the mean passes the line and where it passes the middle of the piece, so that a
    # peak lies at an end, where the nodes are densest; and next to a fix that is near the line or
    # exact, where the bridge spreads from a point within a short time.
    one = -d0 / slope_d if slope_d != 0.0 else low
    two = -(c0 + 0.5 * length) / slope_c if slope_c != 0.0 else low
    begin, finish = _angle(low), _angle(high)
    edges = work[_DEPTH + 2 :, 0]
    edges[0], edges[1] = _angle(one), _angle(two)
    edges[2], edges[3] = begin, begin
    if geometry[5] > 0.0:
        spread_sd = math.sqrt(geometry[5])
        edges[2] = 6.0 * max(math.sqrt(geometry[6] + geometry[8]), abs(d0)) / spread_sd
        late = 6.0 * max(math.sqrt(geometry[7] + geometry[8]), abs(d0 + slope_d)) / spread_sd
        edges[3] = math.pi - late
    edges[4] = finish
    for k in range(1, 4):
        for m in range(k, 0, -1):
            if edges[m] < edges[m - 1]:
                edges[m], edges[m - 1] = edges[m - 1], edges[m]
    n = 0
    previous = begin
    for k in range(5):
        t = min(max(edges[k], begin), finish)
        if t > previous:
            work[n, 0], work[n, 1] = previous, t
            n += 1
            previous = t
    return n


@njit(cache=True, nogil=True, error_model="numpy")
def _integral(geometry: Any, accuracy: float, rule: Any, work: Any) -> float:
    d0, slope_d, c0, slope_c, length = geometry[:5]
    cut_sd = math.sqrt(2.0 * geometry[9])
    low, high = 0.0, 1.0
    # Thrice: a smaller stretch of time has a smaller variance, hence an even smaller stretch.
    for _ in range(3):
        reach = cut_sd * math.sqrt(_largest_variance(low, high, geometry))
        low, high = _between(d0, slope_d, -reach, reach, low, high)
        if low >= high:
            return 0.0
        low, high = _between(c0, slope_c, -length - reach, reach, low, high)
        if low >= high:
            return 0.0
    n = _panels(geometry, low, high, work)
    if n == 0:
        return 0.0
    span = work[n - 1, 1] - work[0, 0]
    total = 0.0
    while n > 0:
        n -= 1
        left, right = work[n, 0], work[n, 1]
        middle, half = 0.5 * (left + right), 0.5 * (right - left)
        kronrod = gauss = size = 0.0
        for k in range(8):
            step = half * rule[k, 0]
            value = _density(middle - step, geometry)
            size += rule[k, 1] * abs(value)
            if k < 7:
                other = _density(middle + step, geometry)
                size += rule[k, 1] * abs(other)
                value += other
            kronrod += rule[k, 1] * value
            gauss += rule[k, 2] * value
        kronrod, gauss = kronrod * half, gauss * half
        # The difference is the error of the Gauss rule; Kronrod's is far smaller (as QUADPACK).
        difference = 200.0 * abs(kronrod - gauss)
        error = difference * math.sqrt(difference / max(size * half, 1e-300))
        if error <= accuracy * (right - left) / span or n + 2 > _DEPTH or half < 1e-9:
            total += kronrod
        else:
            work[n, 0], work[n, 1] = left, middle
            work[n + 1, 0], work[n + 1, 1] = middle, right
            n += 2
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def _pair_flux(
    columns: Any, ends: Any, tolerance: Any, bridge: Any, piece: Any, accuracy: float, rule: Any
) -> Any:
    x0, y0, x1, y1, duration, s2, error0, error1 = columns
    out = np.zeros(bridge.size)
    work = np.empty((_DEPTH + 7, 2))
    cut = -math.log(max(1e-16, _CUT_SHARE * min(1.0, accuracy)))
    for k in range(bridge.size):
        i, j = bridge[k], piece[k]
        east, north = ends[j, 2] - ends[j, 0], ends[j, 3] - ends[j, 1]
        length = math.hypot(east, north)
        if length == 0.0:
            continue
        east, north = east / length, north / length
        dx, dy = x1[i] - x0[i], y1[i] - y0[i]
        ax, ay = ends[j, 0] - x0[i], ends[j, 1] - y0[i]
        geometry = (
            ay * east - ax * north,
            dx * north - dy * east,
            ax * east + ay * north,
            -(dx * east + dy * north),
            length,
            duration[i] * s2[i],
            error0[i] ** 2,
            error1[i] ** 2,
            tolerance[j] ** 2,
            cut,
        )
        out[k] = _integral(geometry, accuracy, rule, work)
    return out
