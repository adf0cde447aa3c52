"""Tables of the researcher's own as the tables that the pipeline begins with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridors.barriers.sources import barriers_of
from corridors.config.model import Doubles
from corridors.config.sources import BarrierSource
from corridors.formats.delimited import missing_columns
from corridors.formats.geopoints import text_of
from corridors.formats.repair import repair
from corridors.formats.row_faults import row_faults
from corridors.formats.stamps import check_zone
from corridors.formats.track_columns import TrackMapping
from corridors.formats.track_part import TrackPart
from corridors.formats.tracks import scan_frame
from corridors.formats.vector import LINES, POLYGONS
from corridors.foundation import tables
from corridors.foundation.artefacts import FixTable, Layer
from corridors.foundation.crs import GEOGRAPHIC
from corridors.foundation.errors import CorridorsError, Fault, InputError
from corridors.foundation.faults import Faults
from corridors.notebook.sections import section
from corridors.stages.ingest.herd_fixes import HerdFixes
from corridors.stages.ingest.layers import mapping_of, without_doubles

# How messages call what is given.
FRAME, LAYER = "the table", "the layer"
_NEEDED = ("animal", "time", "lon", "lat")
# The readers' faults name keys of the configuration; here they are arguments and columns.
_IN_A_NOTEBOOK: Mapping[str, dict[str, Any]] = {
    "time stamps without a time zone": {
        "expected": "an offset such as Z or +05:00, or a stated time_zone",
        "cure": 'state the clock of the times: fixes(..., time_zone="UTC")',
    },
    "time cannot be read": {"cure": "correct the rows, or read them with pandas.to_datetime"},
}


def fixes(
    frame: pd.DataFrame, *, time_zone: str | None = None, herd: str = "herd", species: str = ""
) -> FixTable:
    """Take GPS fixes from a table.

    Parameters
    ----------
    frame
        A row per fix, in any order: ``animal``; ``time``, as pandas or ISO 8601 text has it;
        ``lon`` and ``lat``, degrees WGS84, nothing where the collar found no position; where
        known ``dop``, the dilution of precision, and ``fix_type``, 2D or 3D. Other columns are
        left alone.
    time_zone
        IANA name of the clock that the times are read from, such as UTC or Asia/Dushanbe; not
        needed where each time says its own.
    herd, species
        Names; a species has packaged permeabilities of barriers, and values of method ``fmv``.

    Returns
    -------
    FixTable
        FIXES, sorted by animal and time, UTC, nothing dropped; ``source_row`` counts from 1.

    Raises
    ------
    InputError
        Everything found wrong, each with its row; the first row is row 1.

    Examples
    --------
    >>> import pandas as pd
    >>> import corridors
    >>> frame = pd.DataFrame({"animal": ["ada", "ada"], "lon": [-110.0, -110.01],
    ...     "lat": [42.0, 42.01], "time": ["2023-05-01 06:00", "2023-05-01 10:00"]})
    >>> found = corridors.fixes(frame, time_zone="America/Denver")
    >>> found.read()["time_utc"].dt.hour.tolist()
    [12, 16]

    A time zone is stated and never guessed, and all that is wrong is told at once:

    >>> corridors.fixes(frame.assign(lat=["42.0", "north"]))
    Traceback (most recent call last):
    corridors.foundation.errors.InputError: time stamps without a time zone
      where: file the table, row 1, column time
      expected: an offset such as Z or +05:00, or a stated time_zone
      got: 2023-05-01 06:00
      cure: state the clock of the times: fixes(..., time_zone="UTC")
    not a number
      where: file the table, row 2, column lat
      expected: a number with a decimal point
      got: 'north'
      cure: correct the rows; leave the cell empty where there is no value
    """
    faults = [*check_zone(time_zone, FRAME), *_absent(frame, _NEEDED, FRAME)]
    if frame.empty:
        faults.append(Fault("the table has no rows", FRAME, expected="a row for each fix"))
    if faults:
        raise InputError(faults)
    mapping = TrackMapping(
        animal="animal",
        time="time",
        lon="lon",
        lat="lat",
        time_zone=time_zone,
        dop="dop" if "dop" in frame.columns else None,
        fix_type="fix_type" if "fix_type" in frame.columns else None,
    )
    try:
        read = scan_frame(_as_text(frame, mapping), FRAME, mapping)
    except CorridorsError as error:
        raise type(error)(
            replace(fault, **_IN_A_NOTEBOOK.get(fault.what, {})) for fault in error.faults
        ) from None
    held = HerdFixes(herd, species)
    held.take(FRAME, map(TrackPart, read.parts))
    return held.sorted().spooled()


def _absent(frame: pd.DataFrame, names: Sequence[str], called: str) -> list[Fault]:
    """Return a fault for each column that is not there; a table has no row of names."""
    found = missing_columns(called, names, [str(name) for name in frame.columns])
    return [replace(fault, row=None) for fault in found]


def _as_text(frame: pd.DataFrame, mapping: TrackMapping) -> pd.DataFrame:
    faults = Faults()
    text = {"source_row": pd.Series(np.arange(1, len(frame) + 1))}
    for name in mapping.columns():
        values = frame[name].reset_index(drop=True)
        if name == "time" and not _has_times(values):
            faults.add(
                InputError,
                Fault(
                    "the time column is not a time",
                    FRAME,
                    column=name,
                    expected="text or a date with time of day",
                    got=str(values.dtype),
                    cure="make it one with pandas.to_datetime",
                ),
            )
        text[name] = text_of(values, is_time=name == "time")
    faults.raise_any()
    return pd.DataFrame(text)


def _has_times(values: pd.Series) -> bool:
    if pd.api.types.is_datetime64_any_dtype(values):
        return True
    return all(isinstance(value, str) for value in values.dropna().iloc[:1])


def barrier_layer(
    layer: gpd.GeoDataFrame,
    *,
    name: str = "barriers",
    doubles: Mapping[str, object] | None = None,
    **keys: object,
) -> Layer:
    """Take barriers from a layer: roads, fences, railways and the like.

    Parameters
    ----------
    layer
        Lines or polygons in any CRS that is stated.
    name
        Short name of the source; ids of barriers begin with it.
    doubles
        Keys of this section: how near two lines are one barrier drawn twice.
    **keys
        What the layer's features and columns are, by the keys of a source below ``barriers:`` in
        ``config.yaml``: ``kind="fence"``, ``class_="fence_livestock"``, ``kind_column=``,
        ``kind_map=``, ``permeability=``, ``tolerance_m=`` and so on.

    Returns
    -------
    Layer
        BARRIERS, EPSG:4326, sorted by ``barrier``; geometries mended as in a run.

    Raises
    ------
    ConfigError
        Keys that do not exist or cannot be, and neither ``kind`` nor ``kind_column``.
    InputError
        Everything found wrong with the layer, each with its row; the first row is row 1.

    Examples
    --------
    >>> import corridors
    >>> from corridors.notebook import example
    >>> fences = corridors.barrier_layer(example.fence(), kind="fence", name_column="name")
    >>> fences.read()[["name", "kind", "status"]].values.tolist()
    [['pasture', 'fence', 'existing']]
    """
    if "class_" in keys:
        keys["class"] = keys.pop("class_")
    source = section("barriers", BarrierSource, {"name": name, "path": LAYER, **keys})
    mapping = mapping_of(source)
    faults = [*_absent(layer, mapping.columns(), LAYER), *_geometry_faults(layer)]
    if faults:
        raise InputError(faults)
    plain = gpd.GeoDataFrame(
        layer[mapping.columns()].reset_index(drop=True).assign(source_row=range(1, len(layer) + 1)),
        geometry=shapely.force_2d(layer.geometry.to_numpy()),
        crs=layer.crs,
    )
    features, _ = repair(plain.to_crs(GEOGRAPHIC), (*LINES, *POLYGONS))
    found, _ = barriers_of(features, mapping)
    side_by_side_m = section("doubles", Doubles, doubles).side_by_side_m
    found, _ = without_doubles(
        found, side_by_side_m={str(kind): metres for kind, metres in side_by_side_m.items()}
    )
    return Layer.of(tables.check(found, tables.BARRIERS))


def _geometry_faults(layer: gpd.GeoDataFrame) -> list[Fault]:
    if layer.crs is None:
        return [
            Fault(
                "the layer has no CRS",
                LAYER,
                expected="an authority code such as EPSG:32642",
                cure="state it with layer.set_crs",
            )
        ]
    kinds = (*LINES, *POLYGONS)
    wrong = ~layer.geom_type.isin(kinds).to_numpy()
    return row_faults(
        "not a line or a polygon",
        LAYER,
        (np.flatnonzero(wrong) + 1).tolist(),
        layer.geom_type[wrong].tolist(),
        column=str(layer.geometry.name),
        expected=" or ".join(kinds),
        cure="leave these rows out",
    )
