"""Parts of places that a scenario alters, each told from the draws of its place."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from corridors.foundation.arrays import Floats, Indices, Labels
from corridors.threats.missing import Draws

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
        # Segments of one opening differ in the visits that fall into it: the part has their mean.
        own["permeability"] = own["permeability"].mask(own["open_share"].notna())
        keys = ["place", "change", "permeability", "permeability_open"]
        by_part = own.assign(place=place).groupby(keys, sort=True, dropna=False)
        part = np.asarray(by_part.ngroup(), dtype=np.int64)
        first = np.unique(part, return_index=True)[1]
        changes = own.iloc[first].reset_index(drop=True)
        changes["open_share"] = own["open_share"].groupby(part).mean()
        return cls(part, place[first], changes)

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
        A part has its share of what is missing, and the permeability of its place. Where it is
        removed nothing is missing; where it is changed, that share of the free passages which the
        scenario does not let pass; an opening does so for the open time, and leaves the rest of the
        year as it was.
        """
        part = share.astype(np.float32)
        free, free_all = (own[:, self.place] * part for own in (found.free, found.free_all))
        lost, lost_all = (own[:, self.place] * part for own in (found.missing, found.missing_all))
        kappa = found.kappa[:, self.place]
        # Of each part the share of the year in which it is as it was, and what passes else.
        kept, passing = self._altered()
        return replace(
            found,
            missing=(kept * lost + (1.0 - kept) * (1.0 - passing) * free).astype(np.float32),
            missing_all=(kept * lost_all + (1.0 - kept) * (1.0 - passing) * free_all).astype(
                np.float32
            ),
            free=free,
            free_all=free_all,
            kappa=(kept * kappa + (1.0 - kept) * passing).astype(np.float32),
            placebo_p=found.placebo_p[self.place],
            copied_trials=found.copied_trials[self.place],
        )

    def _altered(self) -> tuple[Floats, Floats]:
        """Return the share of the year in which each part is as it was, and what passes else."""
        changes = self.changes
        kept = np.where(changes["change"] == "", 1.0, 0.0)
        passing = np.where(changes["change"] == "removed", 1.0, changes["permeability"])
        is_opened = changes["open_share"].notna().to_numpy(bool)
        kept = np.where(is_opened, 1.0 - changes["open_share"], kept)
        passing = np.where(is_opened, changes["permeability_open"], passing)
        # What is altered and of unknown permeability is as it was.
        unknown = np.isnan(passing)
        return np.where(unknown, 1.0, kept), np.where(unknown, 0.0, passing)

    def names(self, herd: str, segments: pd.Series[str]) -> Labels:
        """Return the name of each part."""
        held = segments.reset_index(drop=True).groupby(self.of_segment).agg(tuple)
        return np.array([place_name(herd, own) for own in held], dtype=object)
