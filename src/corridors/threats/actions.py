"""What to do where: fence sections to open, footprints to shift, borders to agree on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from corridors.foundation.arrays import Floats, Indices
from corridors.threats.gain_draws import GainDraws, summed


def fence_sections(
    parts: pd.DataFrame,
    gains: GainDraws,
    *,
    section_frac: float,
    min_section_m: float,
    modified: float,
) -> pd.DataFrame:
    """Return the sections of fences whose opening gains most passages per kilometre.

    Parameters
    ----------
    parts
        Existing fence segments of places with advice: columns of THREAT_SEGMENTS, ``n_units`` of
        the place, and ``line position``: the joined line and the order along it.
    gains
        Their draws.
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
        length_m n_segments segments threats n_animals n_units corridor_class kappa removed_gain
        removed_gain_p05 removed_gain_p95 modified_gain modified_gain_p05 modified_gain_p95
        gain_per_km``; in ``segments`` a tuple of names. A segment where nothing is missing is in
        none.

    Notes
    -----
    On each line the best segment that is left starts a section, which grows to either side while
    the neighbour is worth it; so a section is one piece of work, not a list of hundred-metre
    pieces, and goes on from place to place and from feature to feature. Kilometres are those of the
    feature that most of it lies on. Gains and intervals are of the sums of its segments' draws.
    """
    lost = gains.missing.mean(axis=0) if len(gains.missing) else np.zeros(len(parts))
    kept = np.flatnonzero(lost > 0)
    kept = kept[np.lexsort((parts["position"].to_numpy()[kept], parts["line"].to_numpy()[kept]))]
    section = np.full(len(parts), -1, dtype=np.int64)
    n_sections = 0
    line = parts["line"].to_numpy()[kept]
    for own in np.split(kept, np.flatnonzero(np.diff(line)) + 1) if kept.size else []:
        for low, high in _sections(
            parts["position"].to_numpy(np.int64)[own],
            parts["length_m"].to_numpy(float)[own] / 1000,
            lost[own],
            section_frac=section_frac,
            min_km=min_section_m / 1000,
        ):
            section[own[low:high]] = n_sections
            n_sections += 1
    rows = [
        _section(parts.iloc[kept[section[kept] == k]], lost[kept[section[kept] == k]])
        for k in range(n_sections)
    ]
    found = pd.DataFrame(rows, columns=list(_SECTION))
    removed = summed(gains.missing, section, n_sections)
    changed = summed(gains.raised(modified), section, n_sections)
    for name, values in (("removed_gain", removed), ("modified_gain", changed)):
        for suffix, value in zip(("", "_p05", "_p95"), values, strict=True):
            found[name + suffix] = value
    long_m = found["length_m"].clip(lower=min_section_m)
    found["gain_per_km"] = found["removed_gain"] / long_m * 1000
    return found.sort_values(
        ["gain_per_km", "barrier", "from_km"], ascending=[False, True, True], ignore_index=True
    )


_SECTION = (
    "barrier", "name", "class", "from_km", "to_km", "length_m", "n_segments", "segments",
    "threats", "n_animals", "n_units", "corridor_class", "kappa",
)  # fmt: skip


def _section(own: pd.DataFrame, lost: Floats) -> dict[str, object]:
    """Return what is said of a section, without its gains."""
    length = own.groupby("barrier", sort=True)["length_m"].sum()
    main = own[own["barrier"] == length.idxmax()]
    return {
        "barrier": main["barrier"].iloc[0],
        "name": main["name"].iloc[0],
        "class": main["class"].iloc[0],
        "from_km": float(main["from_km"].min()),
        "to_km": float(main["to_km"].max()),
        "length_m": float(own["length_m"].sum()),
        "n_segments": len(own),
        "segments": tuple(own["segment"]),
        "threats": ";".join(sorted(set(own["threat"]))),
        "n_animals": int(own["n_animals"].max()),
        "n_units": int(own["n_units"].max()),
        "corridor_class": _highest(own["corridor_class"]),
        "kappa": float(np.average(own["kappa"], weights=lost)),
    }


def _sections(
    position: Indices, length_km: Floats, gain: Floats, *, section_frac: float, min_km: float
) -> Iterator[tuple[int, int]]:
    """Yield ranges of rows (one line, in order along it) that make one section each."""
    free = np.ones(gain.size, dtype=bool)
    density = gain / np.maximum(length_km, 1e-6)
    end_km = np.cumsum(length_km)
    for seed in np.argsort(-density, kind="stable"):
        if not free[seed]:
            continue
        low, high = int(seed), int(seed) + 1
        total = gain[seed]
        while True:
            per_km = total / max(end_km[high - 1] - end_km[low] + length_km[low], min_km)
            left, right = low - 1, high
            sides = [
                row
                for row, is_next in (
                    (left, left >= 0 and position[low] - position[left] == 1),
                    (right, right < gain.size and position[right] - position[right - 1] == 1),
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


def stretches_to_agree(stretches: pd.DataFrame) -> pd.DataFrame:
    """Return the stretches of boundary that states would have to agree on, busiest first.

    Parameters
    ----------
    stretches
        BORDER_STRETCHES of the herd with ``missing_nearby_per_year``: passages missing at places
        near each.

    Returns
    -------
    DataFrame
        Stretches in the corridor, crossed or with missing passages nearby, in order of what crosses
        and what is missing together.
    """
    at_stake = stretches["expected_per_year"].fillna(0.0) + stretches["missing_nearby_per_year"]
    out = stretches.assign(at_stake=at_stake)
    out = out[(at_stake > 0) | (out["corridor_class"] != "outside")]
    out = out.sort_values(["at_stake", "stretch"], ascending=[False, True], ignore_index=True)
    return out.drop(columns="at_stake")
