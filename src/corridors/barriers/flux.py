"""Net probability flux of Brownian bridges through straight pieces of a barrier, exactly.

The number of times a Brownian path meets a line is 0 or infinite, so counting simulated paths says
nothing. What is finite is the net transport of probability through the line: METHODS section 6.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from scipy.special import gammaincinv, ndtri

from corridors.barriers.flux_kernel import pair_fluxes
from corridors.foundation.arrays import Floats, Indices

# Share of the accuracy that may be lost in the tails that are left out, and its least value.
_TAIL_SHARE, _LEAST = 1 / 40, 1e-15
# A bridge with tails is this many bridges of equal weight.
_N_SCALES = 7
# A bridge of an animal that strays less than its location error explains is this wide, m2.
_LEAST_M2 = 1.0


def _zeros() -> Floats:
    return np.zeros(0)


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
    tail
        Inverse degrees of freedom, >= 0: the bridge is a mixture of bridges whose variance is
        ``s2`` over a gamma variable of mean 1, so that positions have the law of Student's t;
        0 (where left out): one variance.
    """

    x0_m: Floats
    y0_m: Floats
    x1_m: Floats
    y1_m: Floats
    duration_min: Floats
    s2_m2_min: Floats
    error0_m: Floats
    error1_m: Floats
    tail: Floats = field(default_factory=_zeros)

    def __post_init__(self) -> None:
        if not self.tail.size:
            object.__setattr__(self, "tail", np.zeros(self.x0_m.shape))
        if len({column.shape for column in self.columns}) != 1 or self.x0_m.ndim != 1:
            raise ValueError("columns of Bridges must be one-dimensional and of equal length")
        if not all(np.isfinite(column).all() for column in self.columns):
            raise ValueError("Bridges must be finite")
        if (self.duration_min <= 0).any():
            raise ValueError("duration_min must be > 0")
        if min((c.min(initial=0.0) for c in self.columns[5:]), default=0.0) < 0:
            raise ValueError("variance, location errors and tail must be >= 0")

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
            self.tail,
        )

    def __len__(self) -> int:
        return int(self.x0_m.size)

    @property
    def way_m(self) -> Floats:
        """Straight distance between the fixes, m, shape (n,)."""
        return np.asarray(np.hypot(self.x1_m - self.x0_m, self.y1_m - self.y0_m))

    def straying(self, s2_m2_min: Floats, *, tails: float) -> Bridges:
        """Return bridges between the same fixes with the variances of a law of straying.

        ``tails`` are the degrees of freedom of its Student's t.
        """
        return replace(
            self,
            s2_m2_min=np.maximum(s2_m2_min, _LEAST_M2 / self.duration_min),
            tail=np.full(len(self), 1.0 / tails),
        )

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
    widest = replace(bridges, s2_m2_min=bridges.s2_m2_min * _scales(bridges.tail)[-1])
    return np.asarray(k * np.hypot(widest.sd_max_m(), tolerance_m))


def _scales(tail: Floats) -> Floats:
    """Return the variances that a bridge with tails is made of, in units of its own, rising.

    Shape (7, n): the middles of seven equal parts of the law of ``1 / gamma``; 1 without tails.
    """
    known, which = np.unique(tail, return_inverse=True)
    middle = (np.arange(_N_SCALES)[::-1, None] + 0.5) / _N_SCALES
    half = 0.5 / np.where(known > 0, known, 1.0)
    scales = np.where(known > 0, half / gammaincinv(half, middle), 1.0)
    return np.asarray(scales[:, which])


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

    and the flux is its integral over a in 0...1. With w = d/sqrt v this is -W dPhi(w)/da, W the
    last bracket, so all of it lies where w and the ends of the piece are within some standard
    deviations; that stretch of time is taken by adaptive Gauss-Kronrod in a clock in which w is
    smooth however narrow the bridge is at its ends.

    A barrier known to within a tolerance is shifted as a whole by N2(0, tolerance^2 I). Since
    p u = p mu' - (v'/2) grad p is linear in p, the mean of f over the shift is f with
    v + tolerance^2 in place of v and v' as it was: exact, and the flux still adds up over pieces.

    The flux of a bridge with tails is the mean of the fluxes of the bridges that it is a mixture
    of: the current of a mixture is the sum of the currents. So it obeys the same laws.

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
    columns = [np.ascontiguousarray(c, dtype=np.float64) for c in bridges.columns[:8]]
    ends = np.ascontiguousarray(ends_m, dtype=np.float64)

    def flux(s2_m2_min: Floats, pairs: Indices | slice) -> Floats:
        own = (*columns[:5], np.ascontiguousarray(s2_m2_min), *columns[6:])
        b, p = bridge[pairs], piece[pairs]
        return np.asarray(pair_fluxes(own, ends, tolerance_m, b, p, accuracy, cut_sd(accuracy)))

    mixed = np.flatnonzero((bridges.tail > 0)[bridge])
    out = flux(columns[5], slice(None)) if mixed.size < bridge.size else np.zeros(bridge.size)
    if mixed.size:
        scaled = columns[5] * _scales(bridges.tail)
        out[mixed] = sum(flux(s2, mixed) for s2 in scaled) / _N_SCALES
    return out


def cut_sd(accuracy: float) -> float:
    """Return how many standard deviations away probability need not be looked at."""
    return float(-ndtri(max(accuracy, _LEAST) * _TAIL_SHARE))
