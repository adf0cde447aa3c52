"""STAC catalogues: an item per folder, its files as assets, with relative links only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

import pystac
from shapely.geometry import box, mapping


@dataclass(frozen=True)
class CatalogueAsset:
    """A file of an item: its name in the item's folder, title and media type."""

    name: str
    title: str
    media_type: str


@dataclass(frozen=True)
class CatalogueItem:
    """What lies in one folder of a catalogue.

    Parameters
    ----------
    key
        Name of the folder.
    title, description
        What people read.
    bounds_deg
        West, south, east, north in EPSG:4326.
    day
        Day of the release: of the data themselves no time is told.
    licence
        SPDX identifier or words; "" where nobody stated one.
    assets
        Its files.
    """

    key: str
    title: str
    description: str
    bounds_deg: tuple[float, float, float, float]
    day: date
    licence: str
    assets: Sequence[CatalogueAsset]


def write_catalogue(
    folder: Path, key: str, title: str, description: str, items: Sequence[CatalogueItem | Path]
) -> None:
    """Write ``catalog.json`` into a folder, and an item into each folder below it.

    A path is that of an item which is there already.
    """
    catalogue = pystac.Catalog(id=key, title=title, description=description)
    for one in items:
        if isinstance(one, Path):
            there = pystac.Item.from_file(str(one))
            there.clear_links()
            catalogue.add_item(there)
            continue
        item = pystac.Item(
            id=one.key,
            geometry=mapping(box(*one.bounds_deg)),
            bbox=list(one.bounds_deg),
            datetime=datetime.combine(one.day, time(), UTC),
            properties={
                "title": one.title, "description": one.description, **_licence(one.licence),
            },
            assets={
                asset.name: pystac.Asset(
                    f"./{asset.name}", title=asset.title, media_type=asset.media_type,
                    roles=_roles(asset),
                )
                for asset in one.assets
            },
        )  # fmt: skip
        catalogue.add_item(item)
    catalogue.normalize_and_save(str(folder), pystac.CatalogType.SELF_CONTAINED)


def _licence(stated: str) -> dict[str, str]:
    """Return the licence as STAC takes it, which knows identifiers only."""
    if not stated:
        return {}
    return {"license": stated if re.fullmatch(r"[\w.+-]+", stated) else "other"}


def _roles(asset: CatalogueAsset) -> list[str]:
    return ["metadata" if asset.media_type in _TEXTS else "data"]


_TEXTS = ("application/xml", "text/plain")
