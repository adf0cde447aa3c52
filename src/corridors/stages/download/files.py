"""The files of a release: a folder per herd, and what is said of all of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from corridors.atlas.released_contracts import contract_of
from corridors.atlas.released_layers import package
from corridors.atlas.words import download as words
from corridors.formats.parquet import write_json, write_with_boxes
from corridors.formats.stac import CatalogueAsset, CatalogueItem, write_catalogue
from corridors.formats.stored import save
from corridors.stages.download.description import Description, described
from corridors.stages.download.herd_products import CONTRACTS, HerdProducts
from corridors.stages.download.shapefiles import shapefile_set
from corridors.stages.download.stage import Asked, Settings

METADATA, README = "metadata.xml", "README.txt"
CONTRACTS_FILE, CHANGES = "contracts.json", "CHANGES.txt"
_PARQUET = "application/vnd.apache.parquet"
_COG = "image/tiff; application=geotiff; profile=cloud-optimized"


def write_release(
    herds: Sequence[HerdProducts],
    settings: Settings,
    asked: Asked,
    folder: Path,
    kept: Mapping[str, Path],
) -> None:
    """Write a release into a new folder: herds, their catalogue and the contracts of tables.

    Parameters
    ----------
    herds, settings, asked
        What is released.
    folder
        Not there yet.
    kept
        Herd -> its folder of an earlier release, which is taken over byte by byte.
    """
    folder.mkdir(parents=True)
    items: list[CatalogueItem | Path] = []
    for one in herds:
        if one.herd in kept:
            shutil.copytree(kept[one.herd], folder / one.herd)
            items.append(folder / one.herd / f"{one.herd}.json")
            continue
        told = described(one, settings, asked)
        _write_herd(one, told, asked, folder / one.herd)
        assets = list(_assets(one))
        items.append(
            CatalogueItem(
                one.herd,
                told.title,
                told.abstract,
                one.bounds_deg,
                asked.day,
                one.record.licence or "",
                assets,
            )
        )
    about = words.release_words(asked.tier, asked.day.isoformat())
    title = settings.study.title or settings.study.name
    write_catalogue(folder, f"{settings.study.name}-{asked.tier}", title, about, items)
    contracts = {name: contract_of(schema) for name, schema in CONTRACTS.items()}
    write_json(contracts, folder / CONTRACTS_FILE)


def _write_herd(one: HerdProducts, told: Description, asked: Asked, folder: Path) -> None:
    """Write the layers of a herd in three formats, and what is said of them, into a new folder."""
    folder.mkdir()
    texts = {METADATA: told.metadata_xml, README: told.readme}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    package(one.layers, told.labels).write(folder / f"{one.herd}.gpkg")
    archive = shapefile_set(one.herd, one.layers, texts, asked.day)
    (folder / f"{one.herd}_shapefiles.zip").write_bytes(archive)
    for name, frame in one.layers.items():
        write_with_boxes(frame, folder / f"{one.herd}_{name}.parquet", CONTRACTS[name])
    if one.raster is not None:
        save(one.raster, folder / f"{one.herd}_corridor.tif", "")


def _assets(one: HerdProducts) -> Iterator[CatalogueAsset]:
    yield CatalogueAsset(README, "README", "text/plain")
    yield CatalogueAsset(METADATA, "ISO 19139", "application/xml")
    yield CatalogueAsset(f"{one.herd}.gpkg", "GeoPackage", "application/geopackage+sqlite3")
    yield CatalogueAsset(f"{one.herd}_shapefiles.zip", "Shapefiles", "application/zip")
    for name in one.layers:
        yield CatalogueAsset(f"{one.herd}_{name}.parquet", words.LAYERS[name], _PARQUET)
    if one.raster is not None:
        yield CatalogueAsset(f"{one.herd}_corridor.tif", words.CLASS_RASTER, _COG)
