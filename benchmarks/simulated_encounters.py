"""Herds whose blocked passages are known, and the ENCOUNTERS that tracking a few animals gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from corridors.foundation.arrays import Flags, Floats, Indices, Words
from corridors.threats.score import Evidence, evidence

KINDS = ("complete", "half", "harmless", "other")
SEASONS = ("autumn", "spring")
_AT_HOME, _AT_HOME_PER_YEAR = 0.02, 30.0  # share of the residents beside a segment; encounters
_HABIT = 8.0  # concentration of the animals' own permeability around that of the segment


@dataclass(frozen=True)
class Setting:
    """How a kind of herd is made.

    Parameters
    ----------
    name
        In words.
    n_animals, n_segments
        Range of the numbers, both ends included.
    prior
        Prior permeability that the ranking is told, of every segment; the true mean is 0.5.
    spread
        Share of each encounter that goes to the two neighbouring segments, as bridges with long
        steps do.
    route_fidelity
        Chance that an animal keeps to one route; else it takes two.
    log_sd
        Standard deviation of the logarithm of the segments' rates.
    own_cv
        Coefficient of variation of an animal's rate at one segment, beyond its activity.
    never
        Share of the segments by which no animal of the herd ever comes.
    residents
        Share of the animals that live beside barriers: each meets about one segment in fifty, but
        that 30 times a year on average.
    """

    name: str
    n_animals: tuple[int, int] = (5, 40)
    n_segments: tuple[int, int] = (20, 120)
    prior: float = 0.5
    spread: float = 0.0
    route_fidelity: float = 0.8
    log_sd: float = 1.0
    own_cv: float = 0.7
    never: float = 0.0
    residents: float = 0.0


SETTINGS = (
    Setting("any herd"),
    Setting("5 to 8 animals", n_animals=(5, 8)),
    Setting("25 to 40 animals", n_animals=(25, 40)),
    Setting("rates alike", log_sd=0.3),
    Setting("animals very different", own_cv=1.5),
    Setting("a fifth never visited", never=0.2),
    Setting("a third are residents", (12, 25), (200, 500), residents=0.33),
    Setting("prior too low", prior=0.2),
    Setting("one route each, few segments", n_segments=(8, 15), route_fidelity=1.0),
    Setting("a tenth of each encounter at the neighbours", spread=0.1),
    Setting("a third of each encounter at the neighbours", spread=0.33),
)


@dataclass(frozen=True)
class TrueHerd:
    """A sample of tracked animals, and what is true of the whole herd.

    Parameters
    ----------
    met
        Encounters of the tracked animals.
    kind
        complete, half, harmless or other, per segment.
    blocked_per_year
        True expected number of encounters a year that do not pass, mean over the animals of the
        herd, tracked or not.
    n_met
        Number of tracked animals that met the segment.
    prior_mean
        Prior permeability of each segment.
    """

    met: Evidence
    kind: Words
    blocked_per_year: Floats
    n_met: Indices
    prior_mean: Floats


def true_herd(rng: np.random.Generator, setting: Setting) -> TrueHerd:
    """Return one simulated herd.

    Notes
    -----
    Animals keep to routes; a segment lies on one route, and only a share of the route's animals
    comes by it. An animal that does meets it at the rate of the segment times its own activity
    times a factor of its own for this segment; gamma in half of the herds, log-normal in the
    others. Encounters are Poisson; each passes with a permeability of the animal's own, Beta
    around that of the segment (0 and 1 are the same for all). The factors have mean 1, so that
    the herd's expected rate is the product of the shares and the segment's rate.
    """
    n = int(rng.integers(setting.n_animals[0], setting.n_animals[1] + 1))
    n_segments = int(rng.integers(setting.n_segments[0], setting.n_segments[1] + 1))
    years = rng.uniform(1.0, 3.0, n)
    n_routes = int(rng.integers(2, 9))
    popularity = rng.dirichlet(np.full(n_routes, 2.0))
    route = np.sort(rng.integers(0, n_routes, n_segments))
    takes = _routes(rng, popularity, n, setting.route_fidelity)
    # The share of all animals on a route: those of two routes are counted on both.
    on_route = popularity + (1.0 - setting.route_fidelity) * _second(popularity)
    local = rng.beta(1.5, 1.5, n_segments) * (rng.random(n_segments) >= setting.never)
    rate = np.exp(rng.normal(np.log(2.0), setting.log_sd, n_segments))
    is_gamma = rng.random() < 0.5
    activity = _factor(rng, is_gamma, 0.5, (n, 1))
    own = _factor(rng, is_gamma, setting.own_cv, (n, n_segments))
    comes = takes[:, route] & (rng.random((n, n_segments)) < local)
    per_year = comes * activity * own * rate
    lives = rng.random((n, 1)) < setting.residents
    home = rng.beta(0.5, 0.5 * (1 - _AT_HOME) / _AT_HOME, n_segments)
    stays = (rng.random((n, n_segments)) < home) * _AT_HOME_PER_YEAR
    per_year = np.where(lives, stays * activity * own, per_year)
    mean_rate = (1.0 - setting.residents) * on_route[route] * local * rate
    mean_rate += setting.residents * home * _AT_HOME_PER_YEAR
    kind = rng.choice(KINDS, n_segments)
    permeability = np.select(
        [kind == "complete", kind == "half", kind == "harmless"],
        [0.0, 0.5, 1.0],
        rng.uniform(0.0, 1.0, n_segments),
    )
    inner = np.clip(permeability, 1e-9, 1.0 - 1e-9)
    habit = rng.beta(_HABIT * inner, _HABIT * (1.0 - inner), (n, n_segments))
    habit = np.where((permeability <= 0) | (permeability >= 1), permeability, habit)
    # In each season half of the year's encounters.
    passages, approaches = (
        rng.poisson(per_year * years[:, None] * share / 2, (2, n, n_segments)).astype(float)
        for share in (habit, 1.0 - habit)
    )
    met = _evidence(_spread(passages, setting.spread), _spread(approaches, setting.spread), years)
    counted = passages.sum(axis=0) + approaches.sum(axis=0)
    return TrueHerd(
        met,
        kind,
        mean_rate * (1.0 - permeability),
        (counted > 0).sum(axis=0).astype(np.int64),
        np.full(n_segments, setting.prior),
    )


def _second(popularity: Floats) -> Floats:
    """Return the chance of each route to be the second one of an animal."""
    others = np.broadcast_to(popularity, (len(popularity),) * 2).copy()
    np.fill_diagonal(others, 0.0)
    others /= others.sum(axis=1, keepdims=True)
    chance: Floats = popularity @ others
    return chance


def _routes(rng: np.random.Generator, popularity: Floats, n: int, fidelity: float) -> Flags:
    """Return which routes each animal takes, shape (n, n_routes)."""
    takes = np.zeros((n, len(popularity)), dtype=bool)
    for row in takes:
        size = 1 if rng.random() < fidelity else 2
        row[rng.choice(len(popularity), size, replace=False, p=popularity)] = True
    return takes


def _factor(
    rng: np.random.Generator, is_gamma: bool, spread: float, shape: tuple[int, int]
) -> Floats:
    """Return factors with mean 1 and coefficient of variation ``spread``."""
    if is_gamma:
        return rng.gamma(1 / spread**2, spread**2, shape)
    sd = np.sqrt(np.log1p(spread**2))
    return rng.lognormal(-(sd**2) / 2, sd, shape)


def _spread(counts: Floats, share: float) -> Floats:
    """Move a share of each segment's counts to its neighbours; the sum stays."""
    if share <= 0:
        return counts
    padded = np.pad(counts, ((0, 0), (0, 0), (1, 1)), mode="edge")
    out: Floats = (1 - share) * counts + share / 2 * (padded[..., :-2] + padded[..., 2:])
    return out


def _evidence(passages: Floats, approaches: Floats, years: Floats) -> Evidence:
    season, animal, segment = np.nonzero((passages > 0) | (approaches > 0))
    n_segments = passages.shape[2]
    names = [f"animal {i:02d}" for i in range(len(years))]
    ids = [f"segment {i:03d}" for i in range(n_segments)]
    rows = pd.DataFrame(
        {
            "segment": np.array(ids, dtype=object)[segment],
            "animal": np.array(names, dtype=object)[animal],
            "season": np.array(SEASONS, dtype=object)[season],
            "passages": passages[season, animal, segment],
            "approaches": approaches[season, animal, segment],
        }
    )
    return evidence(rows, ids, tracking_years=dict(zip(names, years.tolist(), strict=True)))
