"""What to do where: fence sections to open, footprints to shift, borders to agree on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from corridors.foundation.arrays import Floats, Indices

_SAME_KM = 1e-3  # segments this near along their feature continue each other


def gain_frac(permeability: Floats, *, permeability_after: float) -> Floats:
    """Return the share of the blocked passages that are gained at a higher permeability.

    Parameters
    ----------
    permeability
        Mean permeability now, 0...1, any shape.
    permeability_after
        Permeability of the segment once something was done, 0...1.

    Notes
    -----
    E (pi' - pi) / (E (1 - pi)) for E encounters, at least 0; where nothing is blocked, 0.

    Examples
    --------
    >>> gain_frac(np.array([0.0, 0.5, 0.9, 1.0]), permeability_after=0.75)
    array([0.75, 0.5 , 0.  , 0.  ])
    """
    lost = 1.0 - permeability
    more = np.maximum(0.0, permeability_after - permeability)
    return np.divide(more, lost, out=np.zeros_like(lost), where=lost > 0)


def fence_sections(
    threats: pd.DataFrame, *, section_frac: float, min_section_m: float, modified: float
) -> pd.DataFrame:
    """Return the sections of fences whose opening gains most passages per kilometre.

    Parameters
    ----------
    threats
        Existing fence segments: ``segment barrier name class from_km to_km length_m
        permeability_mean blocked_per_year blocked_p05 blocked_p95 n_animals corridor_class``.
    section_frac
        A neighbour joins a section if it gains at least this share of the section's passages per
        kilometre, above 0 up to 1.
    min_section_m
        A shorter section counts as this long in passages per kilometre, m.
    modified
        Permeability of a fence that was modified, 0...1; of one that was removed it is 1.

    Returns
    -------
    DataFrame
        One row per section, most passages per kilometre first: ``barrier name class from_km to_km
        length_m n_segments segments n_animals corridor_class blocked_per_year removed_gain
        removed_gain_p05 removed_gain_p95 modified_gain gain_per_km permeability_mean``; in
        ``segments`` a tuple of names. A segment that blocks nothing is in none.

    Notes
    -----
    On each fence the best segment that is left starts a section, which grows to either side while
    the neighbour is worth it; so a section is one piece of work, not a list of hundred-metre
    pieces. Bounds are sums of the segments' bounds, as if all were lowest, or highest, together.
    """
    rows: list[dict[str, object]] = []
    kept = threats[threats["blocked_per_year"] > 0]
    kept = kept.sort_values(["barrier", "from_km", "segment"], kind="stable")
    for barrier, own in kept.groupby("barrier", sort=True):
        lost = own["blocked_per_year"].to_numpy(float)
        part = gain_frac(own["permeability_mean"].to_numpy(float), permeability_after=modified)
        for low, high in _sections(
            own["from_km"].to_numpy(float),
            own["to_km"].to_numpy(float),
            lost,
            section_frac=section_frac,
            min_km=min_section_m / 1000,
        ):
            here = own.iloc[low:high]
            length_m = float(here["length_m"].sum())
            gain = float(lost[low:high].sum())
            rows.append(
                {
                    "barrier": barrier,
                    "name": here["name"].iloc[0],
                    "class": here["class"].iloc[0],
                    "from_km": float(here["from_km"].min()),
                    "to_km": float(here["to_km"].max()),
                    "length_m": length_m,
                    "n_segments": len(here),
                    "segments": tuple(here["segment"]),
                    "n_animals": int(here["n_animals"].max()),
                    "corridor_class": _highest(here["corridor_class"]),
                    "permeability_mean": float(
                        np.average(here["permeability_mean"], weights=lost[low:high])
                    ),
                    "blocked_per_year": gain,
                    "removed_gain": gain,
                    "removed_gain_p05": float(here["blocked_p05"].sum()),
                    "removed_gain_p95": float(here["blocked_p95"].sum()),
                    "modified_gain": float((lost * part)[low:high].sum()),
                    "gain_per_km": gain / max(length_m, min_section_m) * 1000,
                }
            )
    columns = [
        "barrier", "name", "class", "from_km", "to_km", "length_m", "n_segments", "segments",
        "n_animals", "corridor_class", "permeability_mean", "blocked_per_year", "removed_gain",
        "removed_gain_p05", "removed_gain_p95", "modified_gain", "gain_per_km",
    ]  # fmt: skip
    found = pd.DataFrame(rows, columns=columns)
    return found.sort_values(
        ["gain_per_km", "barrier", "from_km"], ascending=[False, True, True], ignore_index=True
    )


def _sections(
    from_km: Floats, to_km: Floats, gain: Floats, *, section_frac: float, min_km: float
) -> Iterator[tuple[int, int]]:
    """Yield ranges of rows (one fence, in order along it) that make one section each."""
    free = np.ones(gain.size, dtype=bool)
    density = gain / np.maximum(to_km - from_km, 1e-6)
    for seed in np.argsort(-density, kind="stable"):
        if not free[seed]:
            continue
        low, high = int(seed), int(seed) + 1
        total = gain[seed]
        while True:
            per_km = total / max(to_km[high - 1] - from_km[low], min_km)
            left, right = low - 1, high
            sides = [
                row
                for row, is_next in (
                    (left, left >= 0 and from_km[low] - to_km[left] <= _SAME_KM),
                    (
                        right,
                        right < gain.size and from_km[right] - to_km[right - 1] <= _SAME_KM,
                    ),
                )
                if is_next and free[row] and density[row] >= section_frac * per_km
            ]
            if not sides:
                break
            best = max(sides, key=lambda row: (density[row], -row))
            low, high = min(low, best), max(high, best + 1)
            total += gain[best]
        free[low:high] = False
        yield low, high


def _highest(classes: pd.Series) -> str:
    order = ("outside", "low", "medium", "high")
    return max(map(str, classes), key=order.index)


def footprints(exposed: pd.DataFrame, moved_km2: Floats) -> pd.DataFrame:
    """Return energy sites and settlements by the use of the herd that shifting them would spare.

    Parameters
    ----------
    exposed
        EXPOSURE of the kinds that can be shifted.
    moved_km2
        Area of each that would have to go elsewhere, km2, > 0, shape (n,).

    Returns
    -------
    DataFrame
        The rows with a known score above 0, most use per square kilometre first, with
        ``use_avoided_frac`` (share of the herd's use, times severity), ``moved_km2`` and
        ``avoided_per_km2``.
    """
    out = exposed.assign(use_avoided_frac=exposed["score"], moved_km2=moved_km2)
    out = out[out["score"] > 0]
    out["avoided_per_km2"] = out["use_avoided_frac"] / out["moved_km2"]
    return out.sort_values(
        ["avoided_per_km2", "polygon"], ascending=[False, True], ignore_index=True
    )


def stretches_to_agree(
    stretches: pd.DataFrame, blocked_nearby: Floats, n_nearby: Indices
) -> pd.DataFrame:
    """Return the stretches of boundary that states would have to agree on, busiest first.

    Parameters
    ----------
    stretches
        BORDER_STRETCHES of the herd.
    blocked_nearby, n_nearby
        Blocked passages per year at barriers near each stretch, and their number, shape (n,).

    Returns
    -------
    DataFrame
        Stretches in the corridor, crossed or with blocked passages nearby, with the two added;
        in order of what crosses and what is blocked together.
    """
    out = stretches.assign(blocked_nearby_per_year=blocked_nearby, n_threats_nearby=n_nearby)
    at_stake = out["expected_per_year"].fillna(0.0) + out["blocked_nearby_per_year"]
    out = out.assign(at_stake=at_stake)[(at_stake > 0) | (out["corridor_class"] != "outside")]
    out = out.sort_values(["at_stake", "stretch"], ascending=[False, True], ignore_index=True)
    return out.drop(columns="at_stake")
