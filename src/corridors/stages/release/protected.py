"""Protected areas that the released polygons of a herd meet."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
from shapely import STRtree, union_all
from shapely.geometry.base import BaseGeometry

from corridors.config.release import ProtectedAreas
from corridors.formats.repair import repair
from corridors.formats.vector import POLYGONS, read_layer
from corridors.foundation.artefacts import RawFiles
from corridors.foundation.errors import Fault, InputError


def read_areas(raw: RawFiles, source: ProtectedAreas) -> gpd.GeoDataFrame:
    """Return the polygons of the layer with ``type``, EPSG:4326.

    Raises
    ------
    CorridorsError
        All faults of the layer; an area without a type.
    """
    columns = [name for name in (source.type_column, source.name_column) if name]
    layer = read_layer(
        raw.of(source.path), source.path, columns=columns, kinds=POLYGONS, **source.reading
    )
    features, _ = repair(layer.frame, POLYGONS)
    if source.type_column is None:
        return features.assign(type=source.type)
    words = features[source.type_column].astype("str").str.strip()
    words = words.mask(features[source.type_column].isna(), "")
    if (words == "").any():
        raise InputError(
            Fault(
                "a protected area has no type",
                source.path,
                int(features.loc[words == "", "source_row"].iloc[0]),
                source.type_column,
                expected="a text",
                cure="fill it in, or state one type for all: release.protected_areas.type",
            )
        )
    return features.assign(type=words)


def areas_at(areas: gpd.GeoDataFrame, shapes: Sequence[BaseGeometry]) -> gpd.GeoDataFrame:
    """Return the areas that any of the polygons meets, EPSG:4326, in the order of the file."""
    if not len(shapes) or areas.empty:
        return areas.iloc[:0]
    met = STRtree(areas.geometry.to_numpy()).query(union_all(shapes), predicate="intersects")
    return areas.iloc[sorted(met.tolist())]
