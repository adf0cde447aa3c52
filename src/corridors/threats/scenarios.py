"""What a scenario does to barrier segments, and how the ranking differs from that of today."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from corridors.foundation.arrays import Flags, Floats, Words
from corridors.threats.rank import seeds_of
from corridors.threats.score import Evidence, blocked

_STATUS_NOTHING = "absent"
# Width of the 90 % interval of a normal law in standard deviations.
_WIDTH_90 = 3.289707
_SAME = 1e-12


def altered(rows: gpd.GeoDataFrame, alterations: pd.DataFrame, *, key: str) -> gpd.GeoDataFrame:
    """Return SEGMENTS or AREAS as the scenario has them.

    Parameters
    ----------
    rows
        With ``status permeability`` and, if segments, ``permeability_source``.
    alterations
        ALTERATIONS.
    key
        Column of ``rows`` that alterations name in ``segment``.

    Notes
    -----
    What a scenario assumes is marked ``assumed``: what animals did there before says nothing of
    it, so that the ranking does not mix it with their encounters.

    Examples
    --------
    >>> rows = gpd.GeoDataFrame({"segment": ["a", "b", "c"], "status": "existing",
    ...     "permeability": np.nan, "permeability_source": "unknown"}, geometry=[None] * 3)
    >>> alterations = pd.DataFrame({"segment": ["a", "b"], "change": ["removed", "changed"],
    ...     "permeability": [np.nan, 0.8]})
    >>> out = altered(rows, alterations, key="segment")
    >>> out["status"].tolist(), out["permeability"].tolist()
    (['removed', 'existing', 'existing'], [nan, 0.8, nan])
    >>> out["permeability_source"].tolist()
    ['unknown', 'assumed', 'unknown']
    """
    own = alterations.set_index("segment").reindex(rows[key])
    is_removed = (own["change"] == "removed").to_numpy()
    assumed = own["permeability"].to_numpy(float)
    is_assumed = np.isfinite(assumed)
    out = rows.assign(
        status=rows["status"].mask(is_removed, "removed").astype(str),
        permeability=np.where(is_assumed, assumed, rows["permeability"].to_numpy(float)),
    )
    if "permeability_source" in out:
        source = out["permeability_source"].mask(is_assumed, "assumed")
        out["permeability_source"] = source.astype(str)
    return out


def with_opening(
    permeability: Floats, open_share: Floats, *, permeability_open: float | Floats
) -> Floats:
    """Return the permeability over the year of barriers that stand open for a part of it.

    Parameters
    ----------
    permeability
        Share that passes while closed, 0...1.
    open_share
        Share of the encounters in the open time, 0...1; NaN: unknown.
    permeability_open
        Share that passes while open, 0...1.

    Notes
    -----
    ``(1 - f) pi + f pi_open``: passages that are blocked are linear in the permeability, so the
    mean weighted by encounters blocks as many as both times do together.

    Examples
    --------
    >>> with_opening(np.array([0.2]), np.array([0.25]), permeability_open=1.0).tolist()
    [0.4]
    """
    return np.asarray((1.0 - open_share) * permeability + open_share * permeability_open)


def permeability_of(
    segments: pd.DataFrame, threats: pd.DataFrame, priors: pd.DataFrame
) -> pd.Series[float]:
    """Return the best-known permeability of each segment, by segment.

    The posterior mean of the ranking; of segments that are not ranked what is stated, else the
    prior of the class (``priors`` aligned with ``segments``). Of a removed one it is 1.
    """
    name = segments["segment"].to_numpy(dtype=object)
    mean = threats.set_index("segment")["permeability_mean"].reindex(name).to_numpy(float)
    stated = segments["permeability"].to_numpy(float)
    prior = priors["permeability"].to_numpy(float)
    value = np.where(np.isfinite(mean), mean, np.where(np.isfinite(stated), stated, prior))
    value = np.where(segments["status"].to_numpy() == "removed", 1.0, value)
    return pd.Series(value, index=pd.Index(name, name="segment"), dtype=float)


def difference(
    segments: gpd.GeoDataFrame,
    threats_before: pd.DataFrame,
    threats_after: pd.DataFrame,
    alterations: pd.DataFrame,
    *,
    added: Flags,
    permeability_before: pd.Series[float],
    permeability_after: pd.Series[float],
    unit: str,
    watched_ranks: int,
) -> gpd.GeoDataFrame:
    """Return the segments that a scenario touches, and others whose numbers differ.

    Parameters
    ----------
    segments
        SEGMENTS of the scenario; removed ones are among them.
    threats_before, threats_after
        THREATS of today and of the scenario.
    alterations
        ALTERATIONS.
    added
        Which segments are new, shape (n_segments,).
    permeability_before, permeability_after
        From :func:`permeability_of`; where no line stands 1.
    unit
        Of whom passages are counted.
    watched_ranks
        Of segments that block as many as before, those are among the rows that had or get a rank
        up to this and change it.

    Returns
    -------
    GeoDataFrame
        Columns of DIFFERENCE without the intervals and ``in_words``, largest change first. NaN:
        nobody was tracked there, so nothing is known, which is not "no change".
    """
    name = segments["segment"].to_numpy(dtype=object)
    before = threats_before.set_index("segment").reindex(name)
    after = threats_after.set_index("segment").reindex(name)
    change = alterations.set_index("segment").reindex(name)
    is_planned = segments["status"].to_numpy() == "planned"
    met = np.where(is_planned, after["passages_per_year"], after["encounters_per_year"])
    blocked_before = np.where(added, 0.0, before["blocked_per_year"].to_numpy(float))
    blocked_before = np.where(after["blocked_per_year"].isna(), np.nan, blocked_before)
    frame = segments[
        ["segment", "barrier", "name", "kind", "class", "status", "corridor_class", "from_km",
         "to_km", "length_m", "geometry"]
    ].assign(
        change=np.where(added, "added", change["change"].fillna("")),
        encounters_per_year=met,
        open_share=change["open_share"].to_numpy(float),
        permeability_before=np.where(added, 1.0, permeability_before.reindex(name)),
        permeability_after=permeability_after.reindex(name).to_numpy(float),
        blocked_before=blocked_before,
        blocked_after=after["blocked_per_year"].to_numpy(float),
        rank_before=before["rank"].to_numpy(float),
        rank_after=after["rank"].to_numpy(float),
        unit=unit,
    )  # fmt: skip
    frame["blocked_change"] = frame["blocked_after"] - frame["blocked_before"]
    moved = frame["blocked_change"].abs() > _SAME
    # One new line moves every rank after its own: only those among the first say anything.
    first = frame[["rank_before", "rank_after"]].min(axis=1) <= watched_ranks
    is_other_rank = first & frame["rank_before"].ne(frame["rank_after"])
    frame = frame[(frame["change"] != "") | moved | is_other_rank]
    size = frame["blocked_change"].abs().fillna(-1.0)
    order = np.lexsort((frame["segment"], frame["change"] == "", -size))
    return gpd.GeoDataFrame(frame.iloc[order].reset_index(drop=True))


@dataclass(frozen=True)
class Side:
    """Segments as they are, or as a scenario has them; arrays of shape (n_segments,).

    Parameters
    ----------
    status
        existing, planned, removed; or absent, where no line stands.
    permeability, p05, p95
        Mean and 90 % interval.
    """

    status: Words
    permeability: Floats
    p05: Floats
    p95: Floats

    @classmethod
    def of(cls, threats: pd.DataFrame, segments: tuple[str, ...]) -> Side:
        """Return the side of the ranking ``threats``; segments that it lacks are absent."""
        own = threats.set_index("segment").reindex(list(segments))
        return cls(
            own["status"].fillna(_STATUS_NOTHING).to_numpy(str),
            *(
                own[f"permeability_{name}"].fillna(1.0).to_numpy(float)
                for name in ("mean", "p05", "p95")
            ),
        )


@dataclass(frozen=True)
class Opened:
    """What of the segments stands open, arrays of shape (n_segments,).

    Parameters
    ----------
    share
        Share of the encounters while open; NaN: the segment is not opened.
    permeability
        What passes while open; NaN likewise.
    weight
        How sure that is, in encounters.
    """

    share: Floats
    permeability: Floats
    weight: float


def change_draws(
    met: Evidence,
    before: Side,
    after: Side,
    opened: Opened,
    *,
    draws: int,
    seed: int,
    herd: str,
) -> Floats:
    """Return draws of the change of blocked passages per animal and year, (draws, n_segments).

    Parameters
    ----------
    met
        Encounters of the segments that change; at least one animal.
    before, after, opened
        Both sides and what is opened, in the order of ``met.segments``.
    draws
        Number of draws.
    seed, herd
        The same draw resamples the same animals as in the ranking.

    Notes
    -----
    Whole animals are resampled, the same on both sides of a draw. Permeabilities are drawn
    independently from Beta laws with the means and the widths of the 90 % intervals that the
    rankings state; of a segment that is opened for a time the rest of the year keeps the draw of
    today. Segments that do not change cancel, so the sum over the others is the change of the
    herd's total.
    """
    animal_seed, permeability_seed, _ = seeds_of(seed, herd)
    n_animals = len(met.animals)
    weights = (
        np.random.default_rng(animal_seed)
        .multinomial(n_animals, np.full(n_animals, 1.0 / n_animals), size=draws)
        .astype(float)
    )
    passed, turned = (part.sum(axis=1) for part in met.counts(weights))
    years = met.years(weights)
    rng = np.random.default_rng(permeability_seed)
    shares = [_permeability_draws(rng, side, draws) for side in (before, after)]
    is_opened = np.isfinite(opened.share)
    free = _beta_draws(rng, np.where(is_opened, opened.permeability, 1.0), opened.weight, draws)
    mixed = with_opening(shares[0], np.where(is_opened, opened.share, 0.0), permeability_open=free)
    shares[1] = np.where(is_opened, mixed, shares[1])
    lost = []
    for side, share in zip((before, after), shares, strict=True):
        count = blocked(passed, turned, share, status=side.status)
        count = np.where(side.status == _STATUS_NOTHING, 0.0, count)
        lost.append(np.divide(count, years, out=np.zeros_like(count), where=years > 0))
    return np.asarray(lost[1] - lost[0])


def _permeability_draws(rng: np.random.Generator, side: Side, draws: int) -> Floats:
    mean = np.clip(side.permeability, 0.0, 1.0)
    variance = ((side.p95 - side.p05) / _WIDTH_90) ** 2
    spread = mean * (1.0 - mean)
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = np.where(variance > 0, np.maximum(spread / variance - 1.0, 0.1), np.inf)
    return _beta_draws(rng, mean, weight, draws)


def _beta_draws(
    rng: np.random.Generator, mean: Floats, weight: float | Floats, draws: int
) -> Floats:
    """Draw from Beta laws of a mean and a weight in encounters; 0, 1 and infinite are certain."""
    weight = np.broadcast_to(np.asarray(weight, dtype=float), mean.shape)
    is_certain = (mean <= 0) | (mean >= 1) | np.isinf(weight)
    known = np.where(is_certain, 1.0, weight)
    a = np.where(is_certain, 1.0, mean * known)
    b = np.where(is_certain, 1.0, (1.0 - mean) * known)
    return np.asarray(np.where(is_certain, mean, rng.beta(a, b, size=(draws, len(mean)))))
