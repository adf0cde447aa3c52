"""Parts of places that a scenario alters, each told from the draws of its place."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from corridors.foundation.arrays import Floats, Indices, Labels
from corridors.threats.missing import Draws
from corridors.threats.opening import with_opening

_COLUMNS = ["change", "permeability", "open_share", "permeability_open"]


def number_of(segments: Sequence[str]) -> int:
    """Return a number of a set of segments, the same on every machine, 0...2^63 - 1."""
    digest = hashlib.sha256("\n".join(sorted(segments)).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def place_name(herd: str, segments: Sequence[str]) -> str:
    """Return the name of the place that is made of segments.

    Examples
    --------
    >>> place_name("herd", ["fence:2", "fence:1"]) == place_name("herd", ["fence:1", "fence:2"])
    True
    """
    digits = f"{number_of(segments):016x}"[:6]
    return f"{herd}/{min(segments)}-{digits}"


@dataclass(frozen=True)
class Parts:
    """Places, or the parts that they fall into where a scenario alters some segments only.

    Parameters
    ----------
    of_segment
        Part of each segment, shape (n_segments,).
    place
        Place of each part, shape (n_parts,).
    changes
        ALTERATIONS of each part: ``change`` ("" where nothing is altered) ``permeability
        open_share permeability_open``.
    """

    of_segment: Indices
    place: Indices
    changes: pd.DataFrame

    @classmethod
    def of(cls, place: Indices, segments: pd.Series[str], alterations: pd.DataFrame) -> Parts:
        """Return the parts of places.

        Parameters
        ----------
        place
            Place of each segment.
        segments
            Their names.
        alterations
            ALTERATIONS; without rows each place is one part.
        """
        own = alterations.set_index("segment").reindex(segments)[_COLUMNS].reset_index(drop=True)
        own["change"] = own["change"].astype(object).fillna("")
        keys = own.assign(place=place)
        by_part = keys.groupby(["place", *_COLUMNS], sort=True, dropna=False)
        part = np.asarray(by_part.ngroup(), dtype=np.int64)
        first = np.unique(part, return_index=True)[1]
        return cls(part, place[first], own.iloc[first].reset_index(drop=True))

    def shares(self, share: pd.Series[float]) -> Floats:
        """Return the share of each part in its place, from those of the segments."""
        return np.asarray(
            np.bincount(self.of_segment, weights=share.fillna(0.0), minlength=len(self.place))
        )

    def draws(self, found: Draws, share: Floats) -> Draws:
        """Return the draws of parts, as they are altered.

        Parameters
        ----------
        found
            Of the places.
        share
            From :meth:`shares`.

        Notes
        -----
        A part has its share of the free passages, and the permeability of its place; what a
        scenario assumes stands in its place: 1 where it is removed, the stated one where it is
        changed, and of an opening the mean over the year of both times.
        """
        part = share.astype(np.float32)
        kappa = found.kappa[:, self.place].copy()
        changes = self.changes
        kappa[:, (changes["change"] == "removed").to_numpy()] = 1.0
        for row in np.flatnonzero(changes["permeability"].notna()):
            kappa[:, row] = changes["permeability"].iloc[row]
        for row in np.flatnonzero(changes["open_share"].notna()):
            kappa[:, row] = with_opening(
                found.kappa[:, self.place[row]],
                changes["open_share"].to_numpy(float)[row],
                permeability_open=changes["permeability_open"].to_numpy(float)[row],
            )
        return replace(
            found,
            free=found.free[:, self.place] * part,
            free_all=found.free_all[:, self.place] * part,
            kappa=kappa,
            placebo_p=found.placebo_p[self.place],
            copied_trials=found.copied_trials[self.place],
        )

    def names(self, herd: str, segments: pd.Series[str]) -> Labels:
        """Return the name of each part."""
        held = segments.reset_index(drop=True).groupby(self.of_segment).agg(tuple)
        return np.array([place_name(herd, own) for own in held], dtype=object)
