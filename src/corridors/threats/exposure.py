"""Areal pressures ranked: the share of the use that lies on each, times how bad that is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from corridors.foundation.arrays import Frame
from corridors.threats.priors import prior_table

SEASONS: Final = {
    "mass_share": "migration",
    "winter_share": "winter",
    "summer_share": "summer",
}


def exposure(areas: Frame, *, priors: Mapping[str, float]) -> Frame:
    """Return the areas that hold any of the herd's use, ranked, highest score first.

    Parameters
    ----------
    areas
        AREAS: ``kind class status permeability`` and the shares of the use, NaN: unknown.
    priors
        Class -> mean permeability, instead of the packaged one.

    Returns
    -------
    pandas.DataFrame
        ``severity, severity_source, season, score, rank`` beside the columns of ``areas`` but
        ``permeability``.

    Notes
    -----
    Severity is 1 - permeability, stated or the prior of the class. The score is the largest of the
    shares times severity (METHODS 7): a share of the use, not comparable with blocked passages.
    Of a removed area it is 0; where no share is known it is unknown, NaN, and the area comes
    last. ``season`` is that of the largest share, "" where no share is known
    to be above 0 and the area is listed for the animals on it alone.

    Examples
    --------
    >>> import pandas as pd
    >>> areas = pd.DataFrame({"polygon": ["a", "b"], "kind": "cropland", "class": "",
    ...     "status": "existing", "permeability": [np.nan, 0.0], "mass_share": [0.5, 0.25],
    ...     "winter_share": [np.nan, 0.75], "summer_share": np.nan, "n_animals": 3})
    >>> found = exposure(areas, priors={}).round(6)
    >>> found[["polygon", "season", "severity", "score", "rank"]].values.tolist()
    [['b', 'winter', 1.0, 0.75, 1], ['a', 'migration', 0.3, 0.15, 2]]
    >>> exposure(areas.assign(mass_share=np.nan, winter_share=0.0), priors={})["season"].tolist()
    ['', '']
    >>> float(exposure(areas.head(1).assign(mass_share=np.nan), priors={})["score"].iloc[0])
    nan
    """
    is_known = areas[list(SEASONS)].notna().any(axis=1).to_numpy()
    shares = areas[list(SEASONS)].fillna(0.0).to_numpy(float)
    met = (shares > 0).any(axis=1) | (areas["n_animals"] > 0).to_numpy()
    areas, shares, is_known = areas[met], shares[met], is_known[met]
    prior = prior_table(areas["kind"], areas["class"], overrides=priors)["permeability"]
    is_stated = areas["permeability"].notna()
    severity = 1.0 - areas["permeability"].where(is_stated, prior)
    largest = shares.max(axis=1, initial=0.0)
    season = np.array(list(SEASONS.values()), dtype=object)[shares.argmax(axis=1)]
    out = areas.drop(columns="permeability").assign(
        severity=severity,
        severity_source=np.where(is_stated, "stated", "prior"),
        season=np.where(largest > 0, season, ""),
        score=np.where(
            areas["status"] == "removed", 0.0, np.where(is_known, largest * severity, np.nan)
        ),
    )
    out = out.sort_values(["score", "polygon"], ascending=[False, True], kind="stable")
    return out.assign(rank=np.arange(1, len(out) + 1)).reset_index(drop=True)
