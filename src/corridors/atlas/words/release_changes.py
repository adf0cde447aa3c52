"""What changed from one release for download to the next, per herd and layer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd


@dataclass(frozen=True)
class LayerChange:
    """A layer of a herd in two releases: features and their area, km2.

    Parameters
    ----------
    layer
        Its name.
    n_before, n_now
        Features; 0 where there is no such layer.
    km2_before, km2_now
        Area of all features together; 0 for lines.
    is_same
        Whether every feature is as it was.
    """

    layer: str
    n_before: int
    n_now: int
    km2_before: float
    km2_now: float
    is_same: bool

    @classmethod
    def of(
        cls, layer: str, before: gpd.GeoDataFrame | None, now: gpd.GeoDataFrame | None
    ) -> LayerChange:
        """Return how two layers differ; None: there is none."""
        return cls(
            layer,
            0 if before is None else len(before),
            0 if now is None else len(now),
            _km2(before),
            _km2(now),
            _rows(before) == _rows(now),
        )


def _km2(frame: gpd.GeoDataFrame | None) -> float:
    return float(frame["area_km2"].sum()) if frame is not None and "area_km2" in frame else 0.0


def _rows(frame: gpd.GeoDataFrame | None) -> list[tuple[str, ...]]:
    if frame is None:
        return []
    plain = frame.drop(columns=["geometry", "bbox"], errors="ignore").astype(str)
    plain["geometry"] = frame.geometry.to_wkb(hex=True)
    return sorted(plain[sorted(plain.columns)].itertuples(index=False, name=None))


def changes_words(
    day: str,
    changed: Mapping[str, Sequence[LayerChange] | None],
    earlier: Collection[str],
    gone: Sequence[str],
) -> str:
    """Return the page of changes.

    Parameters
    ----------
    day
        Of the earlier release.
    changed
        Herd -> its layers; None: it is as the earlier release shows it.
    earlier
        Herds of the earlier release.
    gone
        Herds that only the earlier release has.

    Examples
    --------
    >>> one = LayerChange("corridors", 3, 2, 1200.0, 900.0, is_same=False)
    >>> print(changes_words("2026-06-10", {"old": None, "new": [one]}, {"old", "new"}, []))
    Changes since the release of 2026-06-10
    <BLANKLINE>
    old
      as it was: too few animals came or went to show a change without showing them
    <BLANKLINE>
    new
      corridors: 3 features of 1,200 km2 before, now 2 features of 900 km2
    <BLANKLINE>
    """
    parts = [f"Changes since the release of {day}\n"]
    for herd, layers in changed.items():
        lines = [herd if herd in earlier or layers is None else f"{herd} (new)"]
        if layers is None:
            lines.append(
                "  as it was: too few animals came or went to show a change without showing them"
            )
        else:
            lines += [f"  {_layer_words(one)}" for one in layers]
        parts.append("\n".join(lines) + "\n")
    if gone:
        parts.append(f"No longer released: {', '.join(gone)}\n")
    return "\n".join(parts)


def _layer_words(one: LayerChange) -> str:
    if one.is_same:
        return f"{one.layer}: as before"
    before = _extent(one.n_before, one.km2_before)
    return f"{one.layer}: {before} before, now {_extent(one.n_now, one.km2_now)}"


def _extent(n: int, km2: float) -> str:
    """Return so many features in words, with their area where they have one."""
    if n == 0:
        return "none"
    features = f"{n:,} feature" if n == 1 else f"{n:,} features"
    return f"{features} of {km2:,.0f} km2" if km2 else features
