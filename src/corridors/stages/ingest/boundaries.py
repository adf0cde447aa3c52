"""State boundaries in `ingest`: named by pair of states, and which source of a pair counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from corridors.barriers.sources import digests
from corridors.formats import natural_earth
from corridors.formats.repair import repair
from corridors.formats.vector import LINES, read_layer
from corridors.foundation import tables
from corridors.foundation.artefacts import RawFiles
from corridors.foundation.crs import GEOGRAPHIC
from corridors.foundation.errors import Fault, InputError
from corridors.foundation.faults import nearest
from corridors.foundation.vocabulary import BOUNDARY_TYPES
from corridors.stages.ingest.layers import NATURAL_EARTH

if TYPE_CHECKING:
    from corridors.config.sources import BoundarySource
    from corridors.formats.geoparquet import Bounds


def read_boundaries(
    raw: RawFiles, source: BoundarySource, near: list[Bounds]
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Return the BOUNDARIES rows of one source, never clipped: their length is reported.

    Parameters
    ----------
    raw, source
        The raw files, and which of them.
    near
        Boxes (west, south, east, north) around the herd, degrees: of the bundled boundaries of
        the world those that reach one are read, or the pair of states that is named.

    Raises
    ------
    CorridorsError
        All faults of this source.
    """
    notes: dict[str, Any] = {}
    if source.path == NATURAL_EARTH:
        frame = _bundled(source, near)
    else:
        columns = [
            source.pair_column,
            source.left_column,
            source.right_column,
            source.type_column,
            source.source_column,
        ]
        layer = read_layer(
            raw.of(source.path),
            source.path,
            columns=[column for column in columns if column],
            kinds=LINES,
            **source.reading,
        )
        features, repairs = repair(layer.frame, LINES)
        notes = {**layer.notes, **repairs}
        frame = _named(features, source)
    if source.path != NATURAL_EARTH and source.left_state and source.right_state:
        frame = _of_pair(frame, source)
    published = source.published_km
    if published is not None and len(frame) != 1:
        raise InputError(_published_for_many(source, len(frame)))
    states = frame["left_state"] + "-" + frame["right_state"]
    return gpd.GeoDataFrame(
        {
            "boundary": states + ":" + pd.Series(digests(frame.geometry, states), frame.index),
            "left_state": frame["left_state"],
            "right_state": frame["right_state"],
            "type": frame["type"],
            "source": frame["source"].mask(frame["source"] == "", source.source),
            "label": source.label or frame["label"],
            "published_km": np.nan if published is None else float(published),
            "published_source": source.published_source,
            "role": "used",
        },
        geometry=frame.geometry.array,
        crs=GEOGRAPHIC,
    ), {"boundaries": len(frame), **notes}


def _bundled(source: BoundarySource, near: list[Bounds]) -> gpd.GeoDataFrame:
    if not (source.left_state and source.right_state):
        return natural_earth.boundaries(near)
    frame = natural_earth.boundaries([], (source.left_state, source.right_state))
    if frame.empty:
        raise InputError(_no_such_pair(source, natural_earth.pairs()))
    return frame


def _of_pair(frame: gpd.GeoDataFrame, source: BoundarySource) -> gpd.GeoDataFrame:
    pairs = list(zip(frame["left_state"], frame["right_state"], strict=True))
    wanted = {source.left_state, source.right_state}
    chosen = np.array([set(pair) == wanted for pair in pairs], dtype=bool)
    if not chosen.any():
        raise InputError(_no_such_pair(source, pairs))
    return frame[chosen].reset_index(drop=True)


def _no_such_pair(source: BoundarySource, pairs: list[tuple[str, str]]) -> Fault:
    """Return what to say; of many pairs those of a state that is named, or nearly."""
    states = sorted({state for pair in pairs for state in pair})
    named = [source.left_state or "", source.right_state or ""]
    meant = {nearest(name, states) or name for name in named}
    alike = [pair for pair in pairs if meant & set(pair)]
    shown = sorted({"-".join(sorted(pair)) for pair in alike or pairs})
    return Fault(
        "no boundary between these states",
        source.path,
        expected=f"{source.left_state} and {source.right_state}",
        got=", ".join(shown[:12]) or None,
        cure="spell the states as the file does",
    )


def _published_for_many(source: BoundarySource, n: int) -> Fault:
    cure = "name left_state and right_state, or leave published_km out"
    if source.left_state and source.right_state:
        cure = "leave published_km out"  # the lines of these two states are of several kinds
    return Fault(
        "published_km is for one boundary",
        source.path,
        expected="one boundary",
        got=str(n),
        cure=cure,
    )


def border_fences(boundaries: gpd.GeoDataFrame, tolerance_m: float) -> gpd.GeoDataFrame:
    """Return BARRIERS rows of the boundaries that count and are fenced.

    A boundary is jurisdiction; the fence on it is what stops an animal.
    """
    fenced = boundaries[(boundaries["type"] == "fenced") & (boundaries["role"] == "used")]
    never = pd.Series(pd.NaT, index=fenced.index, dtype=tables.UTC)
    return gpd.GeoDataFrame(
        {
            "barrier": "border-fence:" + fenced["boundary"],
            "name": "Border fence " + fenced["left_state"] + "–" + fenced["right_state"],
            "kind": "border",
            "class": "border_fence",
            "status": "existing",
            "permeability": np.nan,
            "permeability_source": "unknown",
            "source": fenced["source"],
            "tolerance_m": tolerance_m,
            "valid_from": never,
            "valid_to": never,
        },
        geometry=fenced.geometry.array,
        crs=GEOGRAPHIC,
    )


def with_roles(parts: list[gpd.GeoDataFrame], is_bundled: list[bool]) -> list[gpd.GeoDataFrame]:
    """Return the parts with ``role`` set: one source counts for a pair of states.

    Parameters
    ----------
    parts
        BOUNDARIES rows of each source, in the order of the configuration.
    is_bundled
        Which sources are the bundled extract: a file of the user's own wins over it, and the file
        named first over a later one. The others are ``compared``: only their lengths are reported.

    Notes
    -----
    A pair is two names in either order, as spelled; `state_names` makes two sources agree.
    """
    order = sorted(range(len(parts)), key=lambda k: (is_bundled[k], k))
    taken: set[frozenset[str]] = set()
    out = list(parts)
    for k in order:
        pairs = [
            frozenset(pair)
            for pair in zip(parts[k]["left_state"], parts[k]["right_state"], strict=True)
        ]
        out[k] = parts[k].assign(role=["compared" if pair in taken else "used" for pair in pairs])
        taken.update(pairs)
    return out


def _named(features: gpd.GeoDataFrame, source: BoundarySource) -> gpd.GeoDataFrame:
    """Return lines with left_state, right_state, type, source and label."""
    faults: list[Fault] = []
    n = len(features)
    blank = pd.Series("", index=features.index, dtype="str")

    def words(column: str | None, default: str) -> pd.Series:
        if column is None:
            return blank + default
        text: pd.Series = features[column].astype("str").str.strip()
        return text.mask(features[column].isna(), "")

    if source.pair_column:
        parts = words(source.pair_column, "").str.split("-", n=1, expand=True)
        parts = parts.reindex(columns=[0, 1]).astype("str").fillna("")
        left, right = parts[0].str.strip(), parts[1].str.strip()
    else:
        left = words(source.left_column, source.left_state or "")
        right = words(source.right_column, source.right_state or "")
    stateless = (left == "") | (right == "")
    if stateless.any() or not n:
        faults.append(
            Fault(
                "boundary without two states" if n else "the layer has no features",
                source.path,
                int(features.loc[stateless, "source_row"].iloc[0]) if n else None,
                source.pair_column or source.left_column,
                expected="LEFT-RIGHT" if source.pair_column else "the names of both states",
                cure="fill in the states",
            )
        )
    names = source.state_names
    left, right = left.replace(names), right.replace(names)
    kind = words(source.type_column, "unknown")
    kind = kind.replace(dict(source.type_map)).str.casefold()
    kind = kind.mask(kind == "", "unknown")
    odd = ~kind.isin(BOUNDARY_TYPES)
    if odd.any():
        faults.append(
            Fault(
                "unknown type of boundary",
                source.path,
                int(features.loc[odd, "source_row"].iloc[0]),
                source.type_column,
                expected=", ".join(BOUNDARY_TYPES),
                got=", ".join(sorted(set(kind[odd]))[:12]),
                cure="add the values to type_map, correct the column, or leave type_column out",
            )
        )
    if faults:
        raise InputError(faults)
    return gpd.GeoDataFrame(
        {
            "left_state": left.astype("str"),
            "right_state": right.astype("str"),
            "type": kind.astype("str"),
            "source": words(source.source_column, source.source).astype("str"),
            "label": blank,
        },
        geometry=features.geometry.array,
        crs=GEOGRAPHIC,
    )
