"""All herds of a study together: threats ranked among comparable ones, and the index page."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Protocol

import geopandas as gpd
import pandas as pd

from corridors.atlas.report_record import StatedRecord
from corridors.atlas.styles import HARM
from corridors.atlas.words.record import status_words
from corridors.atlas.words.threats import place_name

PER_ANIMAL = "per animal"
WHOLE_HERD = "whole herd"
N_LISTED = 20


class Labels(Protocol):
    """What the configuration says of a herd."""

    @property
    def species(self) -> str:
        """Scientific name."""

    @property
    def simulated(self) -> bool:
        """Whether its data are made up."""

    @property
    def record(self) -> StatedRecord | None:
        """What the inventory says of it."""


def joint_threats(
    by_herd: Mapping[str, gpd.GeoDataFrame], *, whole_herds: Collection[str]
) -> gpd.GeoDataFrame:
    """Return the threats of all herds with ``comparable`` and ``atlas_rank``.

    Passages per animal and year say how a barrier treats one animal; passages of a herd of N
    count animals. A herd of 5,000 would always stand above a herd of unknown size, so the two are
    ranked apart and never mixed.

    Parameters
    ----------
    by_herd
        Herd -> THREATS in words, EPSG:4326.
    whole_herds
        Herds whose passages are told of the whole herd, not per animal.

    Returns
    -------
    GeoDataFrame
        Sorted by ``comparable`` and ``atlas_rank``. Ranks are dense, 1...n within ``comparable``;
        what is equal is ordered by herd and rank within the herd. A place that has no rank in its
        herd, since nobody met it, has none here (NaN) and comes last.
    """
    frames = [frame for _, frame in sorted(by_herd.items()) if len(frame)]
    if not frames:
        first = next(iter(by_herd.values()))
        return first.assign(comparable=pd.Series(dtype=str), atlas_rank=pd.Series(dtype="float64"))
    joint = pd.concat(frames, ignore_index=True)
    joint["comparable"] = joint["herd"].isin(whole_herds).map({True: WHOLE_HERD, False: PER_ANIMAL})
    joint = joint.sort_values(
        ["comparable", "missing_per_year", "herd", "rank"],
        ascending=[True, False, True, True],
        kind="stable",
        ignore_index=True,
    )
    is_ranked = joint["rank"].notna()
    joint["atlas_rank"] = (joint[is_ranked].groupby("comparable").cumcount() + 1).astype(float)
    return joint


def herd_rows(
    herds: Mapping[str, Labels],
    corridors: pd.DataFrame,
    modelled: pd.DataFrame,
    threats: pd.DataFrame,
    done: set[str],
) -> list[dict[str, Any]]:
    """Return one row per configured herd for the index page, in the order of the configuration.

    Parameters
    ----------
    herds
        Name -> what is said of it.
    corridors, modelled, threats
        Rows of the herds that are done.
    done
        Their names.
    """
    rows = []
    for name, herd in herds.items():
        row: dict[str, Any] = {
            "herd": name,
            "species": herd.species,
            "simulated": herd.simulated,
            **_stated(herd.record),
            "is_done": name in done,
            "evidence": "",
            "corridor_km2": float("nan"),
            "n_tracked": 0,
            "n_threats": 0,
            "n_act": 0,
            "n_look": 0,
            "worst": "",
        }
        for frame in (modelled, corridors):
            here = frame[(frame["herd"] == name) & (frame["corridor_class"] == "low")]
            here = here[here["season"] == "all"] if (here["season"] == "all").any() else here
            if len(here):
                row["evidence"] = str(here["evidence"].iloc[0])
                row["corridor_km2"] = float(here["area_km2"].iloc[0])
                row["n_tracked"] = int(here["n_tracked"].iloc[0])
        own = threats[threats["herd"] == name]
        grades = own["grade"].value_counts()
        row["n_threats"] = len(own)
        row["n_act"], row["n_look"] = int(grades.get("act", 0)), int(grades.get("look_on_site", 0))
        first = own[(own["rank"] == 1) & own["grade"].isin(HARM)]
        if len(first):
            row["worst"] = place_name(first.iloc[0])
        rows.append(row)
    return rows


def _stated(record: StatedRecord | None) -> dict[str, str]:
    """Return the name for people and the status, empty where nobody stated any."""
    if record is None:
        return {"title": "", "status": ""}
    is_stated = record.status is not None
    status = status_words(record.status, record.status_since) if is_stated else ""
    return {"title": record.title or "", "status": status}


def threat_lists(threats: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the first places with harm of each group of comparable ones."""
    lists = []
    for group, rows in threats.groupby("comparable", sort=True):
        first = rows[rows["grade"].isin(HARM)].head(N_LISTED)
        if len(first):
            plain = pd.DataFrame(first.drop(columns="geometry"))
            listed = [{**row, "label": place_name(row)} for row in plain.to_dict("records")]
            n = int(rows["grade"].isin(HARM).sum())
            lists.append({"unit": group, "n": n, "n_met": len(rows), "rows": listed})
    return lists
