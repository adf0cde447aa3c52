"""What a scenario does to barrier segments, and how the ranking differs from that of today."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridors.foundation import tables
from corridors.foundation.arrays import Flags, Floats, Indices
from corridors.foundation.crs import GEOGRAPHIC
from corridors.foundation.facts import Unit
from corridors.threats.gain_draws import GainDraws, sums
from corridors.threats.grades import UNKNOWN
from corridors.threats.parts import place_name

_SAME = 1e-9
_INTERVAL = (0.05, 0.95)
_KEYS = ("threat", "threat_before", "change", "nameless")
_CLASSES = ("outside", "low", "medium", "high")


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


def as_met(segments: gpd.GeoDataFrame, study: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return SEGMENTS of a scenario as they are in the study, where it has them.

    What animals did tells of barriers as they stood, not as a scenario alters them.
    """
    own = study.set_index("segment").reindex(segments["segment"])
    known = own["status"].notna().to_numpy(bool)
    columns = ("status", "permeability", "permeability_source")
    values = {
        name: segments[name].where(~known, own[name].set_axis(segments.index)) for name in columns
    }
    return segments.assign(**values).astype(
        {"status": str, "permeability": "float64", "permeability_source": str}
    )


def permeability_of(
    segments: pd.DataFrame, parts: pd.DataFrame, priors: pd.DataFrame
) -> pd.Series[float]:
    """Return the best-known permeability of each segment, by segment.

    That of its place in THREAT_SEGMENTS; of segments that are in none what is stated, else the
    prior of the class (``priors`` aligned with ``segments``). Of a removed one it is 1.
    """
    name = segments["segment"].to_numpy(dtype=object)
    mean = parts.set_index("segment")["kappa"].reindex(name).to_numpy(float)
    stated = segments["permeability"].to_numpy(float)
    prior = priors["permeability"].to_numpy(float)
    value = np.where(np.isfinite(mean), mean, np.where(np.isfinite(stated), stated, prior))
    value = np.where(segments["status"].to_numpy() == "removed", 1.0, value)
    return pd.Series(value, index=pd.Index(name, name="segment"), dtype=float)


@dataclass(frozen=True)
class Side:
    """The study as it is, or as a scenario has it.

    Parameters
    ----------
    threats, parts
        THREATS and THREAT_SEGMENTS.
    draws
        PLACE_DRAWS.
    permeability
        From :func:`permeability_of`.
    """

    threats: pd.DataFrame
    parts: pd.DataFrame
    draws: pd.DataFrame
    permeability: pd.Series[float]

    def of(self, segments: pd.Series[str]) -> pd.DataFrame:
        """Return segments with what is known of their places, aligned; NaN where nothing is."""
        whole = self.threats.set_index("threat")[["free_per_year", "rank"]]
        own = self.parts.set_index("segment").reindex(segments)
        own = own[["threat", "share", "missing_per_year", "grade"]].join(whole, on="threat")
        return own.assign(
            free=own["share"] * own["free_per_year"], kappa=self.permeability.reindex(segments)
        )

    def missing(self, segments: pd.Series[str], group: Indices, n_groups: int) -> Floats:
        """Return draws of what is missing in groups of segments, shape (n_draws, n_groups)."""
        own = self.parts[self.parts["segment"].isin(segments)]
        gains = GainDraws.of(own, self.draws).missing
        at = pd.Index(segments).get_indexer(pd.Index(own["segment"]))
        return sums(gains, group[at], n_groups)


def difference(
    segments: gpd.GeoDataFrame,
    before: Side,
    after: Side,
    alterations: pd.DataFrame,
    *,
    added: Flags,
    herd: str,
    unit: Unit,
    watched_ranks: int,
) -> tuple[gpd.GeoDataFrame, tuple[float, float]]:
    """Return the places that a scenario touches, and others whose numbers differ.

    Parameters
    ----------
    segments
        SEGMENTS of the scenario that may stop an animal; removed ones are among them.
    before, after
        The study as it is, and as the scenario has it.
    alterations
        ALTERATIONS.
    added
        Which segments are new, shape (n_segments,).
    herd, unit
        Its name, and of whom passages are told.
    watched_ranks
        Of places where as many are missing as before, those are among the rows that had or get a
        rank up to this and change it.

    Returns
    -------
    difference
        DIFFERENCE, largest change first. NaN: nobody met it, so
        nothing is known, which is not "no change". The interval is that of the change in the same
        draws on both sides.
    total
        5 and 95 % quantile of the change of all rows together; NaN where nothing is drawn.
    """
    name = segments["segment"]
    rows = _rows(segments, before.of(name), after.of(name), alterations, added)
    rows = rows[(rows["change"] != "") | (rows["nameless"] == "")].reset_index(drop=True)
    group = rows.groupby(list(_KEYS), sort=True).ngroup()
    total = rows.groupby(group)[list(_SUMS)].sum(min_count=1)
    moved = (total["missing_after"] - total["missing_before"]).abs() > _SAME
    # One new line moves every rank after its own: only those among the first say anything.
    first = rows.groupby(group)[["change", "rank_before", "rank_after"]].first()
    watched = first[["rank_before", "rank_after"]].min(axis=1) <= watched_ranks
    other_rank = watched & first["rank_before"].ne(first["rank_after"])
    told = np.flatnonzero((first["change"] != "") | moved | other_rank)
    rows = rows[np.isin(group, told)].reset_index(drop=True)
    if rows.empty:
        return tables.empty(tables.DIFFERENCE), (np.nan, np.nan)
    group = rows.groupby(list(_KEYS), sort=True).ngroup()
    frame = _groups(rows, group, herd).assign(**unit.columns())
    drawn = _change(after, before, rows["segment"], np.asarray(group, dtype=np.int64), len(frame))
    is_moved = (frame["missing_change"].abs() > _SAME).to_numpy(bool)
    still = np.where(frame["missing_change"].isna(), np.nan, 0.0)
    low, high = np.quantile(drawn, _INTERVAL, axis=0) if len(drawn) else (still, still)
    frame["change_p05"] = np.where(is_moved, low, still)
    frame["change_p95"] = np.where(is_moved, high, still)
    whole = (np.nan, np.nan)
    if len(drawn) and is_moved.any():
        least, most = np.quantile(drawn[:, is_moved].sum(axis=1), _INTERVAL)
        whole = (float(least), float(most))
    size = frame["missing_change"].abs().fillna(-1.0)
    order = np.lexsort((frame["threat"], frame["change"] == "", -size))
    return gpd.GeoDataFrame(frame.iloc[order].reset_index(drop=True), crs=GEOGRAPHIC), whole


def _change(
    after: Side, before: Side, names: pd.Series[str], group: Indices, n_groups: int
) -> Floats:
    """Return draws of the change of groups of segments; without rows where nothing is drawn."""
    now, then = (side.missing(names, group, n_groups) for side in (after, before))
    if not len(now) or not len(then):
        return now - 0.0 if len(now) else 0.0 - then
    return np.asarray(now - then)


def _rows(
    segments: gpd.GeoDataFrame,
    before: pd.DataFrame,
    after: pd.DataFrame,
    alterations: pd.DataFrame,
    added: Flags,
) -> gpd.GeoDataFrame:
    """Return the segments with both sides; places without a name are called by their barrier."""
    change = alterations.set_index("segment").reindex(segments["segment"])
    lost = before["missing_per_year"].to_numpy(float)
    return segments.assign(
        change=np.where(added, "added", change["change"].astype(object).fillna("")),
        open_share=change["open_share"].to_numpy(float),
        threat=after["threat"].astype(object).fillna("").to_numpy(),
        threat_before=before["threat"].astype(object).fillna("").to_numpy(),
        nameless=np.where(after["threat"].isna(), segments["barrier"], ""),
        kappa_before=np.where(added, 1.0, before["kappa"]),
        kappa_after=after["kappa"].to_numpy(float),
        free_per_year=after["free"].to_numpy(float),
        missing_before=np.where(added & after["missing_per_year"].notna().to_numpy(), 0.0, lost),
        missing_after=after["missing_per_year"].to_numpy(float),
        grade_before=before["grade"].astype(object).fillna("").to_numpy(),
        grade_after=after["grade"].astype(object).fillna(UNKNOWN).to_numpy(),
        rank_before=before["rank"].to_numpy(float),
        rank_after=after["rank"].to_numpy(float),
    )


_FIRST = (
    "threat", "threat_before", "change", "grade_before", "grade_after", "rank_before", "rank_after",
    "name", "kind", "class", "status",
)  # fmt: skip
_SUMS = ("free_per_year", "missing_before", "missing_after")
_MEANS = ("open_share", "kappa_before", "kappa_after")


def _groups(rows: gpd.GeoDataFrame, group: pd.Series[int], herd: str) -> gpd.GeoDataFrame:
    """Return one row per group of segments."""
    out = []
    for _, own in rows.groupby(group, sort=True):
        main = own[own["barrier"] == own.groupby("barrier")["length_m"].sum().idxmax()]
        first = own.iloc[0]
        told = {
            **{name: first[name] for name in _FIRST},
            **{name: own[name].sum(min_count=1) for name in _SUMS},
            **{name: own[name].mean() for name in _MEANS},
            "herd": herd,
            "corridor_class": max(own["corridor_class"], key=_CLASSES.index),
            "from_km": float(main["from_km"].min()),
            "to_km": float(main["to_km"].max()),
            "length_m": float(own["length_m"].sum()),
            "n_segments": len(own),
            "segments": ";".join(sorted(own["segment"])),
            "geometry": shapely.line_merge(shapely.union_all(own.geometry.to_numpy())),
        }
        told["threat"] = told["threat"] or place_name(herd, own["segment"].tolist())
        out.append(told)
    frame = gpd.GeoDataFrame(out, geometry="geometry", crs=GEOGRAPHIC)
    return frame.assign(missing_change=frame["missing_after"] - frame["missing_before"])
