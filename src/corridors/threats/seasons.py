"""Tables of trials and of seasons tracked, as arrays by code."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from corridors.foundation.arrays import Indices
from corridors.threats.places import Tracked


@dataclass(frozen=True)
class Seasons:
    """SEASONS_TRACKED of a herd.

    Parameters
    ----------
    spans
        ``from_utc to_utc`` of each time span; both empty: all times.
    names
        Seasons, sorted.
    animals
        Names, sorted.
    tracked
        Exposure and units.
    """

    spans: pd.DataFrame
    names: tuple[str, ...]
    animals: tuple[str, ...]
    tracked: Tracked

    @classmethod
    def of(cls, seasons: pd.DataFrame, units: pd.DataFrame) -> Seasons:
        """Return the seasons of SEASONS_TRACKED and UNITS."""
        times = ["from_utc", "to_utc"]
        spans = seasons[times].drop_duplicates(ignore_index=True)
        units = units.sort_values("animal", ignore_index=True)
        names, animals = sorted(seasons["season"].unique()), units["animal"].tolist()
        exposure = np.zeros((len(spans), len(animals), len(names)))
        exposure[
            _codes(seasons[times], spans),
            pd.Index(animals).get_indexer(pd.Index(seasons["animal"])),
            pd.Index(names).get_indexer(pd.Index(seasons["season"])),
        ] = seasons["seasons"]
        moves = seasons.groupby("season")["is_migration"].first().reindex(names)
        tracked = Tracked(exposure, units["unit"].to_numpy(np.int64) - 1, moves.to_numpy(bool))
        return cls(spans, tuple(names), tuple(animals), tracked)

    @property
    def always(self) -> int:
        """Code of the span of all times."""
        return int(np.flatnonzero(self.spans.isna().all(axis=1))[0])

    def span_of(self, times: pd.DataFrame) -> Indices:
        """Return the span of rows of ``from_utc to_utc``."""
        return _codes(times, self.spans)

    def attempts(self, trials: pd.DataFrame, segments: pd.Series[str]) -> pd.DataFrame:
        """Return TRIALS of segments by code, as :func:`corridors.threats.places.drawn` wants them.

        Parameters
        ----------
        trials
            TRIALS.
        segments
            Names; their places are the codes, and rows of others are left out.
        """
        segment = pd.Index(segments).get_indexer(pd.Index(trials["segment"]))
        return trials.assign(
            segment=segment,
            animal=pd.Index(self.animals).get_indexer(pd.Index(trials["animal"])),
            state=pd.Index(self.names).get_indexer(pd.Index(trials["season"])),
        )[segment >= 0].reset_index(drop=True)


def _codes(times: pd.DataFrame, spans: pd.DataFrame) -> Indices:
    """Return the row of ``spans`` that holds the same two times; an empty one equals another."""
    known = pd.MultiIndex.from_frame(_whole(spans))
    return np.asarray(known.get_indexer(pd.MultiIndex.from_frame(_whole(times))), dtype=np.int64)


def _whole(times: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            name: times[name].to_numpy("datetime64[us]").astype(np.int64)
            for name in ("from_utc", "to_utc")
        }
    )
