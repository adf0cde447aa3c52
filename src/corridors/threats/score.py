"""Blocked passages per year: encounters of a herd with barrier segments, and their permeability."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse, special

from corridors.foundation.arrays import Flags, Floats, Indices, Labels, Words


@dataclass(frozen=True)
class Evidence:
    """Encounters as matrices, in an order that does not depend on the order of the rows.

    Parameters
    ----------
    segments, animals, seasons
        Sorted identifiers.
    passages, approaches
        Counts, shape (n_seasons * n_segments, n_animals), season-major: row
        ``season * n_segments + segment``. Raw numbers, not per year.
    tracking_years
        Years of tracking of each animal, >= 0, one row per time span, shape (n_spans, n_animals).
        Row 0 is the whole tracking; others that of segments that counted only for a time.
    span
        Row of ``tracking_years`` of each segment, shape (n_segments,).
    """

    segments: tuple[str, ...]
    animals: tuple[str, ...]
    seasons: tuple[str, ...]
    passages: sparse.csr_array
    approaches: sparse.csr_array
    tracking_years: Floats
    span: Indices

    @property
    def shape(self) -> tuple[int, int]:
        """Number of seasons and of segments."""
        return len(self.seasons), len(self.segments)

    def counts(self, weights: Floats) -> tuple[Floats, Floats]:
        """Return passages and approaches, each (n_draws, n_seasons, n_segments).

        ``weights`` says how often each animal counts, shape (n_draws, n_animals).
        """
        shape = (len(weights), *self.shape)
        passed = np.asarray(self.passages @ weights.T).T.reshape(shape)
        turned = np.asarray(self.approaches @ weights.T).T.reshape(shape)
        return passed, turned

    def years(self, weights: Floats) -> Floats:
        """Return years of tracking while each segment counted, shape (n_draws, n_segments)."""
        per_span = [(weights * own).sum(axis=1) for own in self.tracking_years]
        return np.column_stack(per_span)[:, self.span]

    @property
    def n_tracked(self) -> Indices:
        """Number of animals tracked while each segment counted, shape (n_segments,)."""
        tracked: Indices = (self.tracking_years > 0).sum(axis=1)
        return tracked[self.span]


def evidence(
    encounters: pd.DataFrame,
    segments: Sequence[str],
    *,
    tracking_years: Mapping[str, float],
    dated: Collection[str] = (),
) -> Evidence:
    """Collect ENCOUNTERS of the given segments.

    Parameters
    ----------
    encounters
        Table ENCOUNTERS: ``segment animal season passages approaches tracking_years``.
    segments
        Segments to score; rows of other segments are left out.
    tracking_years
        Years of tracking of every animal of the herd, also of those that met nothing: they count
        in the denominator.
    dated
        Segments that counted only for a time: the years of their animals are those in
        ``encounters``, 0 for an animal that has no row there.

    Raises
    ------
    ValueError
        An animal of ``encounters`` has no tracking years, or not more than 0.
    """
    ids = tuple(sorted(segments))
    animals = tuple(sorted(tracking_years))
    years = np.array([tracking_years[animal] for animal in animals], dtype=float)
    unknown = sorted(set(encounters["animal"]) - set(animals))
    if unknown or not bool((years > 0).all()):
        raise ValueError(f"every animal needs tracking years above 0; missing: {unknown}")
    kept = encounters[encounters["segment"].isin(ids)]
    seasons = tuple(sorted(kept["season"].unique()))
    kept = kept.sort_values(["season", "segment", "animal"], kind="stable")
    season = pd.Index(seasons).get_indexer(pd.Index(kept["season"]))
    row = season * len(ids) + pd.Index(ids).get_indexer(pd.Index(kept["segment"]))
    column = pd.Index(animals).get_indexer(pd.Index(kept["animal"]))
    shape = (len(seasons) * len(ids), len(animals))

    def matrix(name: str) -> sparse.csr_array:
        return sparse.csr_array((kept[name].to_numpy(float), (row, column)), shape=shape)

    spans, span = _spans(kept, ids, animals, years, dated)
    return Evidence(ids, animals, seasons, matrix("passages"), matrix("approaches"), spans, span)


def _spans(
    encounters: pd.DataFrame,
    segments: tuple[str, ...],
    animals: tuple[str, ...],
    years: Floats,
    dated: Collection[str],
) -> tuple[Floats, Indices]:
    """Return years of tracking (n_spans, n_animals), all of it first, and each segment's row."""
    span = np.zeros(len(segments), dtype=np.int64)
    names = sorted(set(dated).intersection(segments))
    if not names:
        return years[None, :], span
    rows = encounters[encounters["segment"].isin(names)]
    own = np.zeros((len(names), len(animals)))
    at = pd.Index(names).get_indexer(pd.Index(rows["segment"]))
    column = pd.Index(animals).get_indexer(pd.Index(rows["animal"]))
    own[at, column] = rows["tracking_years"].to_numpy(float)
    distinct, row = np.unique(own, axis=0, return_inverse=True)
    span[pd.Index(segments).get_indexer(pd.Index(names))] = 1 + np.ravel(row)
    return np.vstack([years[None, :], distinct]), span


def posterior(
    passages: Floats, approaches: Floats, *, prior_mean: Floats, prior_encounters: float
) -> tuple[Floats, Floats]:
    """Return the Beta parameters of the permeability.

    Parameters
    ----------
    passages, approaches
        Numbers of encounters that passed and that did not, any shape that broadcasts.
    prior_mean
        Mean permeability before any encounter, 0...1; 0 and 1 are taken as certain until an
        encounter says otherwise.
    prior_encounters
        Weight of the prior, in encounters.

    Notes
    -----
    Beta(a0 + P, b0 + B) with a0 = k m, b0 = k (1 - m) (METHODS 7).

    Examples
    --------
    >>> posterior(np.array([6.0]), np.array([2.0]),
    ...           prior_mean=np.array([0.5]), prior_encounters=4.0)
    (array([8.]), array([4.]))
    """
    return (
        prior_encounters * prior_mean + passages,
        prior_encounters * (1.0 - prior_mean) + approaches,
    )


def summary(a: Floats, b: Floats) -> tuple[Floats, Floats, Floats]:
    """Return mean, 5 % and 95 % quantile of Beta(a, b); a = 0 is exactly 0, b = 0 exactly 1."""
    certain = (a <= 0) | (b <= 0)
    mean = a / (a + b)
    safe_a, safe_b = np.where(certain, 1.0, a), np.where(certain, 1.0, b)
    low = np.where(certain, mean, special.betaincinv(safe_a, safe_b, 0.05))
    high = np.where(certain, mean, special.betaincinv(safe_a, safe_b, 0.95))
    # A very skewed Beta has its mean outside the interval in floating point only by rounding.
    return mean, np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)


def blocked(passages: Floats, approaches: Floats, permeability: Floats, *, status: Words) -> Floats:
    """Return blocked passages in the units of ``passages``, segments on the last axis.

    Notes
    -----
    existing: (P + B)(1 - pi); planned: P (1 - pi), since nobody has reacted to it yet;
    removed: 0, since the gain since removal needs the tracks before and after (METHODS 7).

    Examples
    --------
    A barrier that stops all of 12 encounters, one that stops 6 of 12, one that is planned:

    >>> blocked(np.array([0.0, 6.0, 12.0]), np.array([12.0, 6.0, 0.0]), np.array([0.0, 0.5, 0.25]),
    ...         status=np.array(["existing", "existing", "planned"]))
    array([12.,  6.,  9.])
    """
    met = np.where(status == "planned", passages, passages + approaches)
    return np.where(status == "removed", 0.0, met * (1.0 - permeability))


def source_of(encounters: Floats, *, is_stated: Flags, prior_encounters: float) -> Labels:
    """Return where each permeability comes from: prior, stated, both or observed.

    ``observed`` means that the prior (or the stated value) weighs less than a tenth.

    Examples
    --------
    >>> list(source_of(np.array([0.0, 3.0, 40.0]), is_stated=np.array([True, False, False]),
    ...                prior_encounters=4.0))
    ['stated', 'both', 'observed']
    """
    weight = prior_encounters / (prior_encounters + encounters)
    before = np.where(is_stated, "stated", "prior")
    source = np.where(encounters <= 0, before, np.where(weight < 0.1, "observed", "both"))
    return source.astype(object)
