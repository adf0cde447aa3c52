"""What is known of a herd's places, as the tables PLACES, PLACE_SEGMENTS and PLACE_DRAWS."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from corridors.foundation import tables
from corridors.foundation.arrays import Flags, Floats, Indices, Labels
from corridors.foundation.facts import Unit
from corridors.threats.grades import UNKNOWN
from corridors.threats.missing import EXISTING, Draws
from corridors.threats.stability import stability

STATUS = ("existing", "planned", "removed")
_FIGURES = (
    "missing_per_year", "missing_p05", "missing_p95", "free_per_year", "trials_per_year",
    "missing_all_per_year",
)  # fmt: skip
_LITTLE = 0.1  # a prior that weighs less says nothing any more


@dataclass(frozen=True)
class Evidence:
    """What is known of places (or parts of them), arrays of shape (n_places,).

    Parameters
    ----------
    names
        Of the places.
    tally
        From :func:`corridors.threats.places.tallied`.
    found
        Their draws.
    status
        Code of :data:`STATUS`.
    kappa, kappa_source
        Permeability without any trial there, and where it is from.
    limits
        From :func:`corridors.threats.limits.limits`.
    n_tracked
        Animals tracked while each stood.
    has_data
        Whether anybody was tracked near: the others are in no table.
    """

    names: Labels
    tally: pd.DataFrame
    found: Draws
    status: Indices
    kappa: Floats
    kappa_source: Labels
    limits: Labels
    n_tracked: Indices
    has_data: Flags


def place_table(
    told: Evidence,
    judged: pd.DataFrame,
    *,
    herd: str,
    seasons: tuple[str, ...],
    other: str,
    n_herd: float,
    unit: Unit,
) -> pd.DataFrame:
    """Return PLACES, by rank; those that nobody met last.

    Parameters
    ----------
    told
        What is known.
    judged
        From :func:`corridors.threats.places.judged`.
    herd
        Its name.
    seasons, other
        Names of the states, and that of the time outside of all seasons.
    n_herd, unit
        Animals that passages per animal stand for, and of whom passages are told.
    """
    frame = judged.set_index("place").reindex(range(len(told.names))).rename_axis(None)
    is_met = frame["rank_all"].notna().to_numpy(bool)
    frame = frame.assign(
        place=told.names,
        herd=herd,
        status=np.array(STATUS, dtype=object)[told.status],
        grade=frame["grade"].where(is_met, UNKNOWN),
        rank_width=frame["rank_to"] - frame["rank_from"] + 1.0,
        stability="open",
        kappa=frame["kappa"].where(is_met, told.kappa),
        kappa_source=told.kappa_source,
        n_tracked=told.n_tracked,
        limits=told.limits,
        worst_season=_season(told.tally["worst_state"].to_numpy(np.int64), seasons, other),
        **{name: told.tally[name] for name in ("trials_per_year", "n_animals", "n_units")},
        **unit.columns(),
    )
    ranked = frame["rank"].notna()
    frame.loc[ranked, "stability"] = stability(
        frame.loc[ranked, "rank_from"].to_numpy(float), frame.loc[ranked, "rank_to"].to_numpy(float)
    )
    frame[list(_FIGURES)] *= n_herd
    frame = frame[told.has_data].sort_values(["rank", "rank_all", "place"], ignore_index=True)
    words = dict.fromkeys(("place", "herd", "status", "grade", "stability", "kappa_source"), str)
    words |= dict.fromkeys(("limits", "worst_season", "unit", "population_source"), str)
    return frame.astype(words)[list(tables.PLACES.columns)]


def _season(state: Indices, seasons: tuple[str, ...], other: str) -> Labels:
    names = np.array([*("" if name == other else name for name in seasons), ""], dtype=object)
    return np.asarray(names[state])


def kappa_sources(
    tally: pd.DataFrame, status: Indices, known: pd.DataFrame, assumed: Flags, *, strength: float
) -> Labels:
    """Return where the permeability of each place is from.

    Parameters
    ----------
    tally
        From :func:`corridors.threats.places.tallied`.
    status
        Code of :data:`STATUS`.
    known
        ``source`` of what is known without trials (stated, estimated, prior).
    assumed
        Where a scenario says it.
    strength
        Of the prior, trials: ``both`` are trials and a prior that still weighs a tenth.

    Examples
    --------
    >>> tally = pd.DataFrame({"n_trials": [0, 4, 40, 40, 9]})
    >>> known = pd.DataFrame({"source": ["prior", "estimated", "prior", "stated", "prior"]})
    >>> kappa_sources(tally, np.array([0, 0, 0, 0, 1]), known, np.zeros(5, bool),
    ...               strength=1.0).tolist()
    ['prior', 'both', 'observed', 'stated', 'prior']
    """
    n = tally["n_trials"].to_numpy(float)
    source = known["source"].to_numpy(dtype=object)
    own = np.where(strength / (strength + n) < _LITTLE, "observed", "both")
    told = (n > 0) & (status == EXISTING) & (source != "stated")
    return np.where(assumed, "assumed", np.where(told, own, source)).astype(object)


def segment_table(
    segments: pd.Series[str],
    place: Indices,
    shares: pd.DataFrame,
    places: pd.DataFrame,
    names: Labels,
    *,
    n_herd: float,
) -> pd.DataFrame:
    """Return PLACE_SEGMENTS of the segments whose place is in PLACES.

    Parameters
    ----------
    segments, place
        Names, and the place (or part) of each.
    shares
        From :func:`corridors.threats.places.shares`.
    places, names
        PLACES, and the name of each place by code.
    n_herd
        Animals that passages per animal stand for.
    """
    frame = shares.assign(segment=segments.to_numpy(), place=names[place])
    whole = frame["share"].groupby(frame["place"]).transform("sum")
    frame["share"] = (frame["share"] / whole.where(whole > 0)).clip(0.0, 1.0)
    own = places.set_index("place").reindex(frame["place"])
    frame["missing_per_year"] = frame["share"] * own["missing_per_year"].to_numpy(float)
    frame[["kappa", "kappa_source"]] = own[["kappa", "kappa_source"]].to_numpy()
    frame[["trials_per_year", "passages_per_year"]] *= n_herd
    frame = frame[own["kappa"].notna().to_numpy(bool)].sort_values("segment", ignore_index=True)
    words = dict.fromkeys(("segment", "place", "kappa_source"), str)
    return frame.astype({**words, "kappa": "float64"})[list(tables.PLACE_SEGMENTS.columns)]


def draw_table(told: Evidence, *, n_herd: float) -> pd.DataFrame:
    """Return PLACE_DRAWS of the places that were met in a migration."""
    own = np.flatnonzero(told.has_data & (told.tally["n_trials"].to_numpy() > 0))
    n_draws = len(told.found.free)
    return pd.DataFrame(
        {
            "place": np.repeat(told.names[own], n_draws).astype(str),
            "draw": np.tile(np.arange(n_draws, dtype=np.int64), len(own)),
            "free_per_year": told.found.free[:, own].T.ravel().astype(float) * n_herd,
            "missing_per_year": told.found.missing[:, own].T.ravel().astype(float) * n_herd,
        }
    )
