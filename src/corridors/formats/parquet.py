"""Tables between stages: Parquet and GeoParquet with the same bytes for the same rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from corridors.foundation.tables import check

if TYPE_CHECKING:
    import pandera.pandas as pa


def write_table(frame: pd.DataFrame, path: Path, schema: pa.DataFrameSchema) -> None:
    """Write ``frame`` after checking it against its contract.

    Raises
    ------
    InternalError
        The frame breaks the contract.
    """
    checked = check(frame.reset_index(drop=True), schema)
    if isinstance(checked, gpd.GeoDataFrame):
        checked.to_parquet(path, compression="zstd", index=False)
    else:
        checked.to_parquet(path, compression="zstd", index=False)


def read_table(
    path: Path, columns: list[str] | None = None, where: dict[str, list[str]] | None = None
) -> pd.DataFrame:
    """Return a table written by :func:`write_table` that has no geometry.

    ``where`` = {column: values} reads only those rows; on a table sorted by the column the rest
    is not even decoded.
    """
    filters = [(column, "in", values) for column, values in where.items()] if where else None
    return pd.read_parquet(path, columns=columns, filters=filters)


def read_layer(path: Path, columns: list[str] | None = None) -> gpd.GeoDataFrame:
    """Return a table with geometry (EPSG:4326) written by :func:`write_table`."""
    return gpd.read_parquet(path, columns=columns)


def write_json(content: dict[str, Any], path: Path) -> None:
    """Write ``content`` as sorted, indented JSON; NaN is refused, use None."""
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def read_json(path: Path) -> dict[str, Any]:
    """Return what :func:`write_json` wrote."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
