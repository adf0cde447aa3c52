"""Prior permeability of barrier classes: the packaged table and the study's own values."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from io import StringIO
from typing import Final

import numpy as np
import pandas as pd

from corridors.foundation.arrays import Indices

# Share of approaches that pass where nothing stands: 0.64-0.75 of migrating deer at moved fences.
# By it a published share of crossings per approach becomes relative to free movement.
FREE_FRAC: Final = 0.68
# Free passages that the proposal of a class weighs against animals that were counted.
CLASS_PASSAGES: Final = 4.0

LABELS: Final = ("published", "truncated", "counts", "proposed", "definition")
MEASURES: Final = ("relative", "per_approach", "at_structure", "animals")


@lru_cache(maxsize=1)
def _packaged() -> pd.DataFrame:
    text = files("corridors.threats").joinpath("priors.csv").read_text(encoding="utf-8")
    table = pd.read_csv(StringIO(text), keep_default_na=False, na_values={"of": [""]})
    table = table.astype({"value": "float64", "of": "float64"})
    own, kinds, classes = (table[name].astype(str) for name in ("measure", "kind", "class"))
    value, of = (table[name].to_numpy(np.float64) for name in ("value", "of"))
    of_any = np.flatnonzero((table["species"] == "").to_numpy(bool))
    of_class = {(kinds[k], classes[k]): float(value[k]) for k in of_any}
    found = [
        relative(own[k], float(value[k]), float(of[k]), of_class=of_class[kinds[k], classes[k]])
        for k in range(len(table))
    ]
    table["permeability"] = [value for value, _ in found]
    table["basis"] += [how for _, how in found]
    return table


def relative(measure: str, value: float, of: float, *, of_class: float) -> tuple[float, str]:
    """Return a permeability relative to free movement, and how it came from what was reported.

    Parameters
    ----------
    measure
        What ``value`` is: ``relative``, already in this unit; ``per_approach``, crossings per
        approach; ``at_structure``, share of the animals that came to a crossing structure;
        ``animals``, of ``of`` animals so many that ever crossed.
    value, of
        As reported.
    of_class
        Permeability of the class, for animals.

    Notes
    -----
    Free animals pass in a share r of their approaches too, so a share p per approach is p / r, at
    most 1. An animal that came to a structure meant to cross, and is not divided.

    An animal is no encounter: who never crossed in a year may have come once or a hundred times.
    Each is taken as the least that it can be, one approach, which is r free passages. They are
    added to those of the class: (k m + crossed) / (k + n r), with k :data:`CLASS_PASSAGES`, m the
    class's permeability. So animals of which none crossed always lower it.

    Examples
    --------
    >>> value, how = relative("per_approach", 0.34, float("nan"), of_class=0.1)
    >>> round(value, 3), how
    (0.5, '; over 0.68, the share of free approaches that pass')
    >>> round(relative("animals", 0, 12, of_class=0.02)[0], 4)
    0.0066
    """
    match measure:
        case "per_approach":
            how = f"; over {FREE_FRAC:g}, the share of free approaches that pass"
            return min(1.0, value / FREE_FRAC), how
        case "animals":
            mean = (CLASS_PASSAGES * of_class + value) / (CLASS_PASSAGES + of * FREE_FRAC)
            return mean, (
                f"; each animal as one approach, of which {FREE_FRAC:g} pass where nothing stands,"
                f" added to {CLASS_PASSAGES:g} free passages at the {of_class:g} of the class"
            )
        case _:
            return value, ""


def packaged() -> pd.DataFrame:
    """Return the packaged priors: ``kind class species measure value of label basis permeability``.

    ``permeability`` is that relative to free movement, the share of the passages of free animals
    that still happens; ``measure value of`` are what was reported, see :func:`relative`. Class ""
    is the kind's default. ``species`` is a scientific name, a genus, or "" for any. ``label`` says
    what kind of evidence it is: ``published``; ``truncated``, cut off where it was read;
    ``counts`` of animals; ``proposed``; ``definition``. ``basis`` says where a number comes from;
    nearly all are proposals.

    Examples
    --------
    >>> table = packaged().set_index(["kind", "class", "species"])
    >>> float(table.loc[("fence", "fence_livestock", ""), "permeability"])
    0.5
    """
    return _packaged().copy()


def prior_table(
    kinds: pd.Series, classes: pd.Series, *, overrides: Mapping[str, float], species: str = ""
) -> pd.DataFrame:
    """Return the prior of each barrier segment, aligned with ``kinds``.

    Parameters
    ----------
    kinds, classes
        Kind and class of each segment; class "" is unknown.
    overrides
        Class -> mean permeability relative to free movement, instead of the packaged one.
    species
        Scientific name of the herd's species; "": any.

    Returns
    -------
    DataFrame
        ``permeability`` (0...1, relative to free movement), ``key`` (kind/class of the row of the
        table that was used, and its species), ``basis`` and ``evidence`` (the row's label, or
        ``stated``). A class that the table does not know falls back to its kind, and a kind to
        ``other``; a species to its genus, and a genus to any; ``key`` shows it. The class goes
        before the species.

    Examples
    --------
    >>> kinds, classes = pd.Series(["road", "road"]), pd.Series(["primary", "causeway"])
    >>> prior_table(kinds, classes, overrides={})[["permeability", "key"]].values.tolist()
    [[0.6, 'road/primary'], [0.5, 'road/']]
    >>> elk = prior_table(kinds, classes, overrides={}, species="Cervus canadensis")
    >>> elk[["key", "evidence"]].values.tolist()
    [['road/primary/Cervus', 'truncated'], ['road/', 'proposed']]
    """
    table = packaged()
    keys = list(zip(table["kind"], table["class"], table["species"], strict=True))
    mean: dict[tuple[str, str, str], float] = dict(zip(keys, table["permeability"], strict=True))
    told = zip(table["basis"], table["label"], strict=True)
    basis: dict[tuple[str, str, str], tuple[str, str]] = dict(zip(keys, told, strict=True))
    taxa = [species, species.split(" ")[0], ""] if species else [""]
    pairs = list(zip(kinds.astype(str), classes.astype(str), strict=True))
    used = {pair: _row_of(pair, taxa, mean) for pair in dict.fromkeys(pairs)}
    found = []
    for kind, own in pairs:
        row = used[(kind, own)]
        if own in overrides:
            stated = (f"{kind}/{own}", "stated in the configuration", "stated")
            found.append((float(overrides[own]), *stated))
        else:
            found.append((mean[row], "/".join(row[:2] if not row[2] else row), *basis[row]))
    columns = ["permeability", "key", "basis", "evidence"]
    return pd.DataFrame(found, columns=columns, index=kinds.index).astype(
        {"permeability": "float64", "key": str, "basis": str, "evidence": str}
    )


def _row_of(
    pair: tuple[str, str], taxa: list[str], known: Mapping[tuple[str, str, str], float]
) -> tuple[str, str, str]:
    """Return the row of the table for a kind and class: by class first, then by species."""
    for kind, own in (pair, (pair[0], ""), ("other", "")):
        for taxon in taxa:
            if (kind, own, taxon) in known:
                return kind, own, taxon
    return "other", "", ""


def with_estimates(
    priors: pd.DataFrame,
    kinds: pd.Series,
    classes: pd.Series,
    estimates: pd.DataFrame,
    *,
    prior_trials: float,
) -> pd.DataFrame:
    """Return the priors, moved by what the herd's own steps say of each class of barrier.

    Parameters
    ----------
    priors
        From :func:`prior_table`.
    kinds, classes
        Kind and class of each row of ``priors``.
    estimates
        PERMEABILITY of the herd: rows with covariate ``class`` are used.
    prior_trials
        Weight of a prior, trials.

    Returns
    -------
    DataFrame
        ``priors`` with a column ``label``: ``prior``, or ``estimated`` where the herd's steps
        changed ``permeability``; ``key`` and ``basis`` say so too.

    Notes
    -----
    With kappa the share pi of the crossings of free animals still happens, E of which were to be
    expected: the new mean is (k m + w pi) / (k + w), with k ``prior_trials``, m the mean of
    the prior and w = E / max(1, spread), the tries that count when those of one animal are not
    independent. Where not one crossed, pi is 0 here although kappa has only a limit: E tries
    failed. The weight that the mean then has in the ranking stays k, not k + w: segments of a class
    differ, and the steps at a segment count again as its own encounters.

    Examples
    --------
    >>> kinds, classes = pd.Series(["fence", "road"]), pd.Series(["", "primary"])
    >>> priors = prior_table(kinds, classes, overrides={})
    >>> found = pd.DataFrame({"kind": ["fence"], "class": [""], "covariate": ["class"],
    ...     "source": ["estimated"], "permeability": [0.2], "expected": [36.0], "spread": [1.0]})
    >>> moved = with_estimates(priors, kinds, classes, found, prior_trials=4.0)
    >>> moved[["permeability", "label"]].round(3).values.tolist()
    [[0.23, 'estimated'], [0.6, 'prior']]
    """
    out = priors.assign(label="prior")
    own = estimates[
        (estimates["covariate"] == "class")
        & estimates["source"].isin(["estimated", "upper_limit", "lower_limit"])
    ].set_index(["kind", "class"])
    wanted = pd.MultiIndex.from_arrays([kinds.astype(str), classes.astype(str)])
    row = own.index.get_indexer(wanted)
    hit = row >= 0
    if not hit.any():
        return out
    took = own.iloc[row[hit]]
    limit = np.where(took["source"] == "upper_limit", 0.0, 1.0)
    share = took["permeability"].to_numpy(float)
    share = np.where(took["source"] == "estimated", share, limit)
    spread = took["spread"].fillna(1.0).to_numpy(float)
    weight = took["expected"].to_numpy(float) / np.maximum(1.0, spread)
    before = priors.loc[hit, "permeability"].to_numpy(float)
    mean = (prior_trials * before + weight * share) / (prior_trials + weight)
    out.loc[hit, "permeability"] = mean
    out.loc[hit, "label"] = "estimated"
    out.loc[hit, "key"] = [f"{kind}/{name}/estimated" for kind, name in took.index]
    out.loc[hit, "basis"] = [
        f"kappa of the herd's own steps, share {pi:.2f} weighing {w:.0f} trials, and the prior"
        f" {m:g} of the class weighing {prior_trials:g} ({text})"
        for pi, w, m, text in zip(share, weight, before, priors.loc[hit, "basis"], strict=True)
    ]
    return out


def best_known(
    rows: pd.DataFrame,
    estimates: pd.DataFrame,
    *,
    overrides: Mapping[str, float],
    species: str,
    prior_trials: float,
) -> pd.DataFrame:
    """Return the permeability that counts of each barrier: stated, else expected of its class.

    Parameters
    ----------
    rows
        ``kind class permeability``, NaN where none is stated.
    estimates, overrides, species, prior_trials
        See :func:`prior_table` and :func:`with_estimates`.

    Returns
    -------
    DataFrame
        ``used`` (0...1) and ``used_source`` (stated, estimated or prior), aligned with ``rows``.
    """
    kinds, classes = rows["kind"], rows["class"]
    prior = with_estimates(
        prior_table(kinds, classes, overrides=overrides, species=species),
        kinds,
        classes,
        estimates,
        prior_trials=prior_trials,
    )
    stated = rows["permeability"].astype("float64")
    return pd.DataFrame(
        {
            "used": stated.fillna(prior["permeability"]),
            "used_source": prior["label"].astype(object).mask(stated.notna(), "stated"),
        }
    )


def of_places(rows: pd.DataFrame, known: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Return the permeability of barriers, that of the place where one is known.

    Parameters
    ----------
    rows
        SEGMENTS.
    known
        From :func:`best_known`, aligned with ``rows``.
    places
        PLACE_SEGMENTS.

    Returns
    -------
    DataFrame
        ``used`` and ``used_source``, aligned with ``rows``.
    """
    own = places.set_index("segment").reindex(rows["segment"]).set_axis(rows.index)
    is_told = own["kappa"].notna()
    return pd.DataFrame(
        {
            "used": own["kappa"].where(is_told, known["used"]).astype("float64"),
            "used_source": own["kappa_source"].where(is_told, known["used_source"]).astype(object),
        }
    )


def known_of_places(
    rows: pd.DataFrame,
    place: Indices,
    estimates: pd.DataFrame,
    *,
    overrides: Mapping[str, float],
    species: str,
    prior_trials: float,
) -> pd.DataFrame:
    """Return the permeability of each place before any trial there.

    Parameters
    ----------
    rows
        SEGMENTS.
    place
        Place of each segment.
    estimates, overrides, species, prior_trials
        See :func:`best_known`.

    Returns
    -------
    DataFrame
        One row per place: ``kappa`` (mean by length), ``is_stated`` (of most of its length),
        ``source`` (stated, estimated or prior, of most of its length).
    """
    best = best_known(
        rows, estimates, overrides=overrides, species=species, prior_trials=prior_trials
    )
    frame = pd.DataFrame(
        {
            "place": place,
            "source": best["used_source"].to_numpy(dtype=object),
            "length_m": rows["length_m"].to_numpy(float),
            "weighed": best["used"].to_numpy(float) * rows["length_m"].to_numpy(float),
        }
    )
    by_source = frame.groupby(["place", "source"], sort=True)[["length_m", "weighed"]].sum()
    own = by_source.sort_values("length_m", kind="stable").groupby("place").tail(1).reset_index()
    own = own.sort_values("place", ignore_index=True)
    kappa = own["weighed"] / own["length_m"].where(own["length_m"] > 0)
    first = best["used"].groupby(place).first()
    return pd.DataFrame(
        {
            "kappa": kappa.fillna(first).clip(0.0, 1.0),
            "is_stated": own["source"] == "stated",
            "source": own["source"],
        }
    )
