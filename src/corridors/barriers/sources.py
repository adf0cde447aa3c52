"""From a layer's own attributes to the table of barriers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridors.barriers.codes import counted, looked_up
from corridors.barriers.days import ISO, UTC_DAY, advice, days_of
from corridors.foundation.arrays import Flags, Floats, Labels, Words
from corridors.foundation.errors import Fault, InputError
from corridors.foundation.vocabulary import BARRIER_KINDS, BARRIER_STATUS

_ROWS_SHOWN = 5
AREAL_KINDS = ("settlement", "cropland", "energy")


@dataclass(frozen=True)
class BarrierMapping:
    """How one source's attributes become barriers.

    Parameters
    ----------
    name
        Short name of the source; ids begin with it.
    file
        How messages call the file.
    kind, kind_column, kind_map
        Kind of every feature; or of those whose value ``kind_map`` does not name. A value mapped to
        None is left out.
    class_, class_column, class_map
        The same for the class; a value that ``class_map`` lacks keeps ``class_``.
    name_column, id_column
        Where the feature's name and id are.
    status, status_column, status_map
        Status of every feature, or the column that says it, and what its values mean.
    permeability, permeability_column
        Stated share that passes, 0...1; None or empty: unknown.
    tolerance_m
        Positional tolerance, m.
    valid_from, valid_to, valid_from_column, valid_to_column
        First and last day of every feature, or the columns that say them; empty: that of the file.
    date_formats
        Forms of the days in the columns, as in :func:`corridors.barriers.days.days_of`.
    """

    name: str
    file: str
    kind: str | None = None
    kind_column: str | None = None
    kind_map: Mapping[str, str | None] | None = None
    class_: str = ""
    class_column: str | None = None
    class_map: Mapping[str, str] | None = None
    name_column: str | None = None
    id_column: str | None = None
    status: str = "existing"
    status_column: str | None = None
    status_map: Mapping[str, str] | None = None
    permeability: float | None = None
    permeability_column: str | None = None
    tolerance_m: float = 0.0
    valid_from: date | None = None
    valid_to: date | None = None
    valid_from_column: str | None = None
    valid_to_column: str | None = None
    date_formats: Sequence[str] = (ISO,)

    def columns(self) -> list[str]:
        """Return the attributes that are needed."""
        named = (
            self.kind_column,
            self.class_column,
            self.name_column,
            self.id_column,
            self.status_column,
            self.permeability_column,
            self.valid_from_column,
            self.valid_to_column,
        )
        return [column for column in named if column]


def barriers_of(
    features: gpd.GeoDataFrame, mapping: BarrierMapping
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Map features to barriers.

    Parameters
    ----------
    features
        Valid lines or polygons in EPSG:4326 with the mapping's columns and ``source_row``.
    mapping
        Meaning of the columns.

    Returns
    -------
    barriers, notes
        Columns of the BARRIERS contract sorted by ``barrier``, and counts: ``by_kind``,
        ``left_out`` by a null in ``kind_map``, ``duplicates`` (same id and same geometry),
        ``classes_not_in_map``.

    Raises
    ------
    InputError
        Kinds, states or permeabilities that cannot be, all at once.

    Notes
    -----
    The id is ``<source>:<id>``; without an id column, or where an id repeats on another geometry,
    a digest of kind, class and coordinates takes its place or is added to it.
    """
    faults: list[Fault] = []
    kind = _kinds(features, mapping, faults)
    status = _status(features, mapping, faults)
    permeability = _permeability(features, mapping, faults)
    first = _days(features, mapping, faults, is_last=False)
    last = _days(features, mapping, faults, is_last=True)
    _in_order(features, mapping, first, last, faults)
    if faults:
        raise InputError(faults)
    chosen = (kind != "").to_numpy()
    features = features[chosen].reset_index(drop=True)
    kind, status = kind[chosen].reset_index(drop=True), status[chosen].reset_index(drop=True)
    first, last = first[chosen].reset_index(drop=True), last[chosen].reset_index(drop=True)
    permeability = permeability[chosen]
    class_, unmapped = _classes(features, mapping)
    digest = digests(features.geometry, kind + "\n" + class_)
    frame = gpd.GeoDataFrame(
        {
            "barrier": pd.Series(_ids(features, mapping, digest), dtype="str"),
            "name": _unquoted(_words(features, mapping.name_column, "")),
            "kind": kind.astype("str"),
            "class": class_,
            "status": status,
            "permeability": permeability,
            "permeability_source": np.where(np.isfinite(permeability), "stated", "unknown"),
            "source": mapping.name,
            "tolerance_m": float(mapping.tolerance_m),
            "valid_from": first,
            "valid_to": last,
        },
        geometry=features.geometry.array,
        crs=features.crs,
    )
    notes: dict[str, Any] = {}
    if unmapped:
        notes["classes_not_in_map"] = unmapped
    if not chosen.all():
        notes["left_out_by_kind"] = int((~chosen).sum())
    frame, n_duplicates = _distinct(frame, digest)
    if n_duplicates:
        notes["duplicates"] = n_duplicates
    notes["by_kind"] = {
        str(k): int(v) for k, v in frame["kind"].value_counts().sort_index().items()
    }
    return frame.sort_values("barrier", kind="stable").reset_index(drop=True), notes


def is_areal_pressure(barriers: gpd.GeoDataFrame) -> Flags:
    """Return which BARRIERS press by the ground they take: polygons of settlement and the like.

    Polygons of other kinds, as a pasture fence drawn as its ring, are barriers by their outline.
    """
    areal = shapely.get_dimensions(np.asarray(barriers.geometry.to_numpy(), dtype=object)) == 2
    return np.asarray(areal & barriers["kind"].isin(AREAL_KINDS).to_numpy())


def is_jurisdiction(rows: pd.DataFrame) -> Flags:
    """Return which BARRIERS or SEGMENTS are unfenced boundaries, shape (n,): nothing stands there.

    Examples
    --------
    >>> rows = pd.DataFrame({"kind": ["road", "border", "border"],
    ...     "class": ["", "", "border_fence"]})
    >>> is_jurisdiction(rows).tolist()
    [False, True, False]
    """
    return np.asarray((rows["kind"] == "border") & (rows["class"] != "border_fence"), np.bool_)


def is_standing(rows: pd.DataFrame) -> Flags:
    """Return which BARRIERS or SEGMENTS animals meet on the ground, shape (n,).

    What is planned or gone turns nobody back, and an unfenced boundary is jurisdiction.

    Examples
    --------
    >>> rows = pd.DataFrame({"kind": ["road", "road", "border", "border"],
    ...     "class": ["", "", "", "border_fence"],
    ...     "status": ["existing", "planned", "existing", "existing"]})
    >>> is_standing(rows).tolist()
    [True, False, False, True]
    """
    return np.asarray(~is_jurisdiction(rows) & (rows["status"] == "existing"), np.bool_)


def digests(geometry: gpd.GeoSeries, label: pd.Series) -> Words:
    """Return 12 hexadecimal digits for each feature, from label and coordinates to 1e-7 degree."""
    wkb = shapely.to_wkb(shapely.transform(geometry.to_numpy(), lambda c: np.round(c, 7) + 0.0))
    return np.array(
        [
            hashlib.blake2b(item + text.encode(), digest_size=6).hexdigest()
            for item, text in zip(wkb, label, strict=True)
        ],
        dtype="U12",
    )


def _unquoted(names: pd.Series) -> pd.Series:
    """Return names without the quotation marks that an export left round them.

    A name that a short field cut off has only the first of them.

    Examples
    --------
    >>> _unquoted(pd.Series(['"Storvegen"', '"Ytre Ram', 'Road "A"', "Via"])).tolist()
    ['Storvegen', 'Ytre Ram', 'Road "A"', 'Via']
    """
    bare = names.str.replace(r'^"([^"]*)"?$', r"\1", regex=True).str.strip()
    return bare.astype("str")


def _words(features: gpd.GeoDataFrame, column: str | None, default: str) -> pd.Series:
    """Return a column as text, "" for nothing; whole numbers without a decimal point."""
    if column is None:
        return pd.Series(default, index=features.index, dtype="str")
    values = features[column]
    if pd.api.types.is_float_dtype(values):
        whole = values.notna() & (values == np.floor(values)) & (values.abs() < 2**53)
        text = values.astype("str").mask(
            whole, values.where(whole, 0).astype("int64").astype("str")
        )
    else:
        text = values.astype("str")
    words: pd.Series = text.mask(values.isna().to_numpy(), "").astype("str").str.strip()
    return words


def _kinds(features: gpd.GeoDataFrame, mapping: BarrierMapping, faults: list[Fault]) -> pd.Series:
    if mapping.kind_column is None:
        return pd.Series(mapping.kind or "", index=features.index, dtype="str")
    words = _words(features, mapping.kind_column, "")
    known: Mapping[str, str | None] = mapping.kind_map or {kind: kind for kind in BARRIER_KINDS}
    mapped = looked_up(words, {word: kind or "" for word, kind in known.items()})
    unknown = mapped.isna()
    if mapping.kind is not None:
        return mapped.mask(unknown, mapping.kind).astype("str")
    if unknown.any():
        counts = words[unknown].value_counts().sort_index()
        shown = ", ".join(f"'{word}' ({n})" for word, n in counts.head(12).items())
        faults.append(
            Fault(
                "values without a barrier kind",
                mapping.file,
                int(features.loc[unknown, "source_row"].iloc[0]),
                mapping.kind_column,
                expected="a value in kind_map" if mapping.kind_map else ", ".join(BARRIER_KINDS),
                got=shown + (" ..." if len(counts) > 12 else ""),
                cure="add them to kind_map (null leaves them out), or set kind for the rest",
            )
        )
    return mapped.mask(unknown, "").astype("str")


def _classes(
    features: gpd.GeoDataFrame, mapping: BarrierMapping
) -> tuple[pd.Series, dict[str, int]]:
    """Return the class of each feature, and the values that ``class_map`` lacks."""
    words = _words(features, mapping.class_column, mapping.class_)
    if mapping.class_column is None:
        return words, {}
    unmapped: dict[str, int] = {}
    if mapping.class_map is not None:
        found = looked_up(words, mapping.class_map)
        unmapped = counted(words[found.isna() & (words != "")])
        words = found.fillna(mapping.class_)
    return words.mask(words == "", mapping.class_).astype("str"), unmapped


def _status(features: gpd.GeoDataFrame, mapping: BarrierMapping, faults: list[Fault]) -> pd.Series:
    words = _words(features, mapping.status_column, mapping.status)
    if mapping.status_map is not None:
        words = looked_up(words, mapping.status_map).fillna(words)
    words = words.mask(words == "", mapping.status).str.casefold().astype("str")
    _report(
        faults,
        ~words.isin(BARRIER_STATUS).to_numpy(),
        words,
        features,
        mapping,
        what="unknown status",
        column=mapping.status_column,
        expected=", ".join(BARRIER_STATUS),
        cure="add the values to status_map, or leave status_column out and set status",
    )
    return words


def _permeability(
    features: gpd.GeoDataFrame, mapping: BarrierMapping, faults: list[Fault]
) -> Floats:
    stated = np.nan if mapping.permeability is None else float(mapping.permeability)
    if mapping.permeability_column is None:
        return np.full(len(features), stated)
    column = features[mapping.permeability_column]
    text = _words(features, mapping.permeability_column, "")
    values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float)
    with np.errstate(invalid="ignore"):
        outside = np.isfinite(values) & ((values < 0) | (values > 1))
    wrong = outside | (~np.isfinite(values) & (text != "").to_numpy())
    _report(
        faults,
        wrong,
        text,
        features,
        mapping,
        what="permeability outside 0 to 1",
        column=mapping.permeability_column,
        expected="the share that passes, 0 to 1, or nothing where unknown",
        cure="correct the column; percentages must be divided by 100",
    )
    return np.where(np.isfinite(values), values, stated)


def _report(
    faults: list[Fault],
    wrong: Flags,
    values: pd.Series,
    features: gpd.GeoDataFrame,
    mapping: BarrierMapping,
    *,
    what: str,
    column: str | None,
    expected: str,
    cure: str,
) -> None:
    rows = features.loc[wrong, "source_row"].to_list()
    shown: Sequence[Any] = values[wrong].head(_ROWS_SHOWN).to_list()
    for row, value in zip(rows, shown, strict=False):
        faults.append(Fault(what, mapping.file, int(row), column, expected, str(value), cure))
    if len(rows) > _ROWS_SHOWN:
        more = len(rows) - _ROWS_SHOWN
        faults.append(Fault(f"{what}: {more} more rows", mapping.file, column=column))


def _ids(features: gpd.GeoDataFrame, mapping: BarrierMapping, digest: Words) -> Labels:
    words = _words(features, mapping.id_column, "").to_numpy(dtype=object)
    digests = digest.astype(object)
    pairs = pd.DataFrame({"id": words, "digest": digests}).drop_duplicates()
    repeated = np.isin(words.astype(str), pairs.loc[pairs["id"].duplicated(), "id"].astype(str))
    tail = np.where(words == "", digests, np.where(repeated, words + ":" + digests, words))
    return np.array([f"{mapping.name}:{end}" for end in tail], dtype=object)


def _distinct(frame: gpd.GeoDataFrame, digest: Words) -> tuple[gpd.GeoDataFrame, int]:
    """Leave out features that repeat id and geometry of an earlier one."""
    key = frame["barrier"].to_numpy().astype(object) + "\n" + digest.astype(object)
    again = pd.Series(key).duplicated().to_numpy()
    return frame[~again], int(again.sum())


def _days(
    features: gpd.GeoDataFrame, mapping: BarrierMapping, faults: list[Fault], *, is_last: bool
) -> pd.Series:
    """Return a day of each feature, UTC; NaT where nothing is said."""
    column, of_file = (
        (mapping.valid_to_column, mapping.valid_to)
        if is_last
        else (mapping.valid_from_column, mapping.valid_from)
    )
    default = pd.NaT if of_file is None else pd.Timestamp(of_file, tz="UTC")
    if column is None:
        return pd.Series([default] * len(features), index=features.index, dtype=UTC_DAY)
    text = _words(features, column, "")
    days = days_of(text, mapping.date_formats, is_last=is_last)
    wrong = days.isna() & (text != "")
    cure = advice(text[wrong]) or "correct the column, or state its form in date_formats"
    _report(
        faults,
        wrong.to_numpy(),
        text,
        features,
        mapping,
        what="unreadable day",
        column=column,
        expected=_expected_days(mapping.date_formats),
        cure=cure,
    )
    return days if of_file is None else days.fillna(pd.Timestamp(of_file, tz="UTC"))


def _expected_days(forms: Sequence[str]) -> str:
    words = "YYYY-MM-DD" if tuple(forms) == (ISO,) else f"date_formats {', '.join(forms)}"
    return f"{words}, or nothing where unknown"


def _in_order(
    features: gpd.GeoDataFrame,
    mapping: BarrierMapping,
    first: pd.Series,
    last: pd.Series,
    faults: list[Fault],
) -> None:
    """Report features whose first day comes after their last."""
    wrong = (first > last).to_numpy()
    spans = first.dt.strftime("%Y-%m-%d") + " to " + last.dt.strftime("%Y-%m-%d")
    _report(
        faults,
        wrong,
        spans,
        features,
        mapping,
        what="the first day is after the last",
        column=mapping.valid_from_column or mapping.valid_to_column,
        expected="valid_from up to valid_to",
        cure="exchange them",
    )
