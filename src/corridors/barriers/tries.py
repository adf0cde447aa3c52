"""Tries: the steps near barriers whose outcome says how permeable these are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.special import ndtr
from shapely import STRtree

from corridors.barriers.crossings import Steps
from corridors.barriers.rays import LineIndex, first_hits, line_index
from corridors.barriers.segments import Pieces, straight_pieces
from corridors.barriers.validity import Validity, middle_us
from corridors.foundation.arrays import Flags, Floats, Geometries, Indices, Microseconds

# Beyond so many location errors a fix is on the side where it lies.
_SURE_SD = 8.0
_ROUNDS = 100


@dataclass(frozen=True)
class Near:
    """Which steps count as tries.

    Parameters
    ----------
    buffer_m
        Steps that start this near to a line that stands are those whose outcome counts, m ...
    reach_frac
        ... and those from where this share of the steps of their duration would not reach it.
    neighbourhood_m
        Steps that start this near to a line say how animals move there, m.
    max_lag_h
        Longer steps say nothing about a crossing, h.
    lag_tolerance_frac
        Durations that differ by at most this share are one.
    dead_zone_sd
        Steps that start or end within so many location errors of a line are left out.
    """

    buffer_m: float
    reach_frac: float
    neighbourhood_m: float
    max_lag_h: float
    lag_tolerance_frac: float
    dead_zone_sd: float


@dataclass(frozen=True)
class Tries:
    """Steps in the neighbourhood of barriers, in the order of the herd's steps.

    Parameters
    ----------
    step
        Row of the step, shape (n,).
    x_m, y_m, time_us
        Where it starts, and its middle in time.
    heading_rad, turn_rad
        Direction of the step before, and by how much this one turned from it, -pi...pi.
    length_m, scale
        Length of the step, and how much longer steps of its duration are than those of ``lag_h``.
    lag
        Its duration, the most frequent one first; durations that are alike are one.
    line
        The line nearest to the start if that lies within the buffer, else -1.
    crossed
        Whether the step meets any of the lines.
    dead_m
        A step from here that ends this near to a line is left out, m.
    mistaken
        How likely a crossing is seen for one side alone, as a share of what would cross if the
        line were not there: location error has put an end on the other side. 0 where none is seen.
    lag_h, growth
        The most frequent duration; lengths grow with duration to this power.
    n_met
        Steps of any kind that meet a line.
    n_near_line, n_no_heading, n_long
        Steps within the buffer that are left out: they start or end too near to a line; the step
        before is missing or has no direction; they are too long.
    """

    step: Indices
    x_m: Floats
    y_m: Floats
    time_us: Microseconds
    heading_rad: Floats
    turn_rad: Floats
    length_m: Floats
    scale: Floats
    lag: Indices
    line: Indices
    crossed: Flags
    dead_m: Floats
    mistaken: Floats
    lag_h: float
    growth: float
    n_met: int
    n_near_line: int
    n_no_heading: int
    n_long: int


def lags_of(lag_min: Floats, *, tolerance_frac: float) -> tuple[Indices, float]:
    """Return the number of each duration, shape (n,), and the most frequent one, h.

    Durations within ``tolerance_frac`` of the most frequent one, to the minute (of equals the
    shortest), are number 0; of the others those round the then most frequent one 1, and so on. NaN
    without steps.

    Examples
    --------
    >>> lags_of(np.array([120.0, 124.0, 60.0, 120.0]), tolerance_frac=0.1)
    (array([0, 0, 1, 0]), 2.0)
    """
    minutes, row, count = np.unique(np.rint(lag_min), return_inverse=True, return_counts=True)
    number = np.full(minutes.size, -1, dtype=np.int64)
    for at in np.lexsort((minutes, -count)):
        if number[at] < 0:
            alike = np.abs(minutes - minutes[at]) <= tolerance_frac * minutes[at]
            number[alike & (number < 0)] = number.max() + 1
    usual = float(minutes[count.argmax()] / 60) if minutes.size else float("nan")
    return number[row], usual


def growth_of(length_m: Floats, lag_h: Floats) -> float:
    """Return the power to which mean lengths grow with duration, 0...1; 0 with one duration.

    Notes
    -----
    The power of greatest quasi-likelihood of mean lengths a lag^b (Poisson's, which needs no
    logarithm of a length of 0); 1/2 is Brownian, 1 a straight way.

    Examples
    --------
    >>> round(growth_of(np.array([100.0, 0.0, 400.0, 0.0]), np.array([1.0, 1.0, 4.0, 4.0])), 3)
    1.0
    >>> round(growth_of(np.array([100.0, 200.0]), np.array([1.0, 4.0])), 3)
    0.5
    """
    if not length_m.size or not length_m.sum():
        return 0.0
    x = np.log(lag_h)
    x = x - x.mean()
    if float(np.abs(x).max()) < 1e-3:
        return 0.0
    power = 0.0
    for _ in range(_ROUNDS):
        weight = np.exp(power * x)
        # The level of greatest likelihood for this power is in closed form.
        mean = weight * length_m.sum() / weight.sum()
        middle = (mean * x).sum() / mean.sum()
        slope = (x * (length_m - mean)).sum()
        step = slope / max((mean * (x - middle) ** 2).sum(), 1e-300)
        power += float(np.clip(step, -0.5, 0.5))
        if abs(step) < 1e-9:
            break
    return float(np.clip(power, 0.0, 1.0))


def tries(
    steps: Steps,
    lines: Geometries,
    validity: Validity,
    rules: Near,
    *,
    error0_m: Floats,
    error1_m: Floats,
) -> tuple[Tries, LineIndex]:
    """Return the steps that start in the neighbourhood of a line, and the lines' index.

    Parameters
    ----------
    steps
        The herd's steps.
    lines
        Lines in the working CRS.
    validity
        When each line stands.
    rules
        Which steps count.
    error0_m, error1_m
        Location error of the start and end of each step, SD per axis, m, shape (n_steps,).

    Notes
    -----
    Within two location errors of a line nobody knows on which side an animal was; such steps are
    left out, whatever they did, and so are null steps that would end there. What is left may still
    be mistaken: a fix d from the line, with error e, is on the other side with a chance of about
    Phi(-d / e). ``mistaken`` is the sum for both ends.
    """
    pieces = straight_pieces(lines)
    index = line_index(pieces.ends, validity.from_us[pieces.owner], validity.to_us[pieces.owner])
    times, ends = middle_us(steps), steps.ends
    moved = ends[:, 2:] - ends[:, :2]
    length = np.hypot(moved[:, 0], moved[:, 1])
    duration_h = steps.duration_min / 60
    fits = duration_h <= rules.max_lag_h
    lag, lag_h = np.full(len(steps), -1, dtype=np.int64), float("nan")
    lag[fits], lag_h = lags_of(steps.duration_min[fits], tolerance_frac=rules.lag_tolerance_frac)
    growth = growth_of(length[fits], duration_h[fits])
    scale = (duration_h / lag_h) ** growth if fits.any() else np.ones(len(steps))
    reach = np.quantile((length / scale)[fits], rules.reach_frac) if fits.any() else 0.0
    buffer = np.maximum(rules.buffer_m, reach * scale)
    wide = np.maximum(rules.neighbourhood_m, buffer)
    gap0, line = _nearest(ends[:, :2], times, pieces, validity, wide)
    around = gap0 <= wide
    line = np.where(gap0 <= buffer, line, -1)
    gap1, _ = _nearest(ends[:, 2:], times, pieces, validity, _SURE_SD * error1_m)
    sure = (gap0 >= rules.dead_zone_sd * error0_m) & (gap1 >= rules.dead_zone_sd * error1_m)
    follows = steps.frame["next"].to_numpy(bool)
    has_heading = np.zeros(len(steps), dtype=bool)
    has_heading[1:] = follows[:-1] & fits[:-1] & (length[:-1] > 0)
    near = line >= 0
    step = np.flatnonzero(around & fits & has_heading & sure)
    heading = np.arctan2(moved[step - 1, 1], moved[step - 1, 0])
    direction = np.arctan2(moved[:, 1], moved[:, 0])
    turn = np.angle(np.exp(1j * (direction[step] - heading)))
    way = first_hits(index, ends[:, 0], ends[:, 1], times, direction[:, None], length[:, None])
    crossed = np.isfinite(way[:, 0])
    wrong = _wrong_side(gap0, error0_m) + _wrong_side(gap1, error1_m)
    return Tries(
        step=step,
        x_m=ends[step, 0],
        y_m=ends[step, 1],
        time_us=times[step],
        heading_rad=heading,
        turn_rad=np.where(length[step] > 0, turn, 0.0),
        length_m=length[step],
        scale=scale[step],
        lag=lag[step],
        line=line[step],
        crossed=crossed[step],
        dead_m=rules.dead_zone_sd * error1_m[step],
        mistaken=np.where(crossed, wrong, 0.0)[step],
        lag_h=lag_h,
        growth=growth,
        n_met=int(crossed.sum()),
        n_near_line=int((near & fits & has_heading & ~sure).sum()),
        n_no_heading=int((near & fits & ~has_heading).sum()),
        n_long=int((near & ~fits).sum()),
    ), index


def _wrong_side(gap_m: Floats, error_m: Floats) -> Floats:
    """Return the chance that a fix is on the other side of a line ``gap_m`` away."""
    sd = np.divide(gap_m, error_m, out=np.full(gap_m.shape, np.inf), where=error_m > 0)
    return np.asarray(ndtr(-sd))


def _nearest(
    points: Floats, times: Indices, pieces: Pieces, validity: Validity, reach_m: Floats
) -> tuple[Floats, Indices]:
    """Return how far the nearest line that stands is, inf beyond reach, and which; else -1."""
    gap, line = np.full(len(points), np.inf), np.full(len(points), -1, dtype=np.int64)
    if not len(points) or not pieces.owner.size:
        return gap, line
    place = np.asarray(shapely.points(points), dtype=object)
    tree = STRtree(pieces.lines)
    most = float(reach_m.max())
    pairs, away = tree.query_nearest(place, max_distance=max(most, 1e-9), return_distance=True)
    row, owner = pairs[0], pieces.owner[pairs[1]]
    standing = validity.holds(times[row], owner)
    # Where the nearest does not stand a farther one may.
    again = np.unique(row[~standing])
    far, piece = tree.query(place[again], predicate="dwithin", distance=reach_m[again])
    far = again[far]
    stands = validity.holds(times[far], pieces.owner[piece])
    far, piece = far[stands], piece[stands]
    row, owner = np.append(row[standing], far), np.append(owner[standing], pieces.owner[piece])
    away = np.append(away[standing], shapely.distance(place[far], tree.geometries[piece]))
    order = np.lexsort((owner, away, row))[::-1]  # the nearest is written last
    gap[row[order]], line[row[order]] = away[order], owner[order]
    return gap, line
