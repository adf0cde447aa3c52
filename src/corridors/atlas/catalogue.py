"""All herds of a study together: threats ranked among comparable ones, and the index page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd

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


def comparable(unit: pd.Series) -> pd.Series:
    """Return which scores may be ordered together.

    Passages per animal and year say how a barrier treats one animal; passages of a herd of N
    count animals. A herd of 5,000 would always stand above a herd of unknown size, so the two are
    ranked apart and never mixed.

    Examples
    --------
    >>> comparable(pd.Series(["per animal", "herd of 800 (census)"])).tolist()
    ['per animal', 'whole herd']
    """
    return unit.map(lambda text: PER_ANIMAL if text == PER_ANIMAL else WHOLE_HERD)


def joint_threats(by_herd: Mapping[str, gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Return the threats of all herds with ``comparable`` and ``atlas_rank``.

    Parameters
    ----------
    by_herd
        Herd -> THREATS, EPSG:4326.

    Returns
    -------
    GeoDataFrame
        Sorted by ``comparable`` and ``atlas_rank``. Ranks are dense, 1...n within ``comparable``;
        equal scores are ordered by herd and rank within the herd.
    """
    frames = [frame for _, frame in sorted(by_herd.items()) if len(frame)]
    if not frames:
        first = next(iter(by_herd.values()))
        return first.assign(comparable=pd.Series(dtype=str), atlas_rank=pd.Series(dtype="int64"))
    joint = pd.concat(frames, ignore_index=True)
    joint["comparable"] = comparable(joint["unit"])
    joint = joint.sort_values(
        ["comparable", "score", "herd", "rank"],
        ascending=[True, False, True, True],
        kind="stable",
        ignore_index=True,
    )
    joint["atlas_rank"] = (joint.groupby("comparable").cumcount() + 1).astype(np.int64)
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
            "is_done": name in done,
            "evidence": "",
            "corridor_km2": float("nan"),
            "n_tracked": 0,
            "n_threats": int((threats["herd"] == name).sum()),
            "worst": "",
        }
        for frame in (modelled, corridors):
            here = frame[(frame["herd"] == name) & (frame["corridor_class"] == "low")]
            here = here[here["season"] == "all"] if (here["season"] == "all").any() else here
            if len(here):
                row["evidence"] = str(here["evidence"].iloc[0])
                row["corridor_km2"] = float(here["area_km2"].iloc[0])
                row["n_tracked"] = int(here["n_tracked"].iloc[0])
        first = threats[(threats["herd"] == name) & (threats["rank"] == 1) & (threats["score"] > 0)]
        if len(first):
            row["worst"] = str(first["name"].iloc[0]) or str(first["segment"].iloc[0])
        rows.append(row)
    return rows


def threat_lists(threats: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the first threats of each group of comparable scores."""
    lists = []
    for group, rows in threats.groupby("comparable", sort=True):
        first = rows[rows["score"] > 0].head(N_LISTED)
        if len(first):
            plain = pd.DataFrame(first.drop(columns="geometry"))
            lists.append({"unit": group, "n": len(rows), "rows": plain.to_dict("records")})
    return lists
