"""A STAC catalogue of folders: relative links, and items that an earlier release wrote."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pystac

from corridors.formats.stac import CatalogueAsset, CatalogueItem, write_catalogue


def item(key: str, licence: str = "CC-BY-4.0") -> CatalogueItem:
    asset = CatalogueAsset("README.txt", "README", "text/plain")
    bounds = (70.0, 36.0, 71.5, 37.0)
    return CatalogueItem(key, f"Herd {key}", "words", bounds, date(2026, 6, 10), licence, [asset])


def test_items_lie_in_their_folders_and_every_link_is_relative(tmp_path: Path) -> None:
    write_catalogue(tmp_path, "atlas-public", "Atlas", "words", [item("a"), item("b")])
    found = json.loads((tmp_path / "a" / "a.json").read_text("utf-8"))
    assert found["bbox"] == [70.0, 36.0, 71.5, 37.0]
    assert found["properties"]["datetime"] == "2026-06-10T00:00:00Z"
    assert found["assets"]["README.txt"]["href"] == "./README.txt"
    assert str(tmp_path) not in (tmp_path / "catalog.json").read_text("utf-8")
    catalogue = pystac.Catalog.from_file(str(tmp_path / "catalog.json"))
    assert [one.id for one in catalogue.get_items()] == ["a", "b"]


def test_a_licence_in_words_is_other_and_none_is_left_out(tmp_path: Path) -> None:
    items = [item("a", "ask the holder"), item("b", ""), item("c")]
    write_catalogue(tmp_path, "atlas", "Atlas", "words", items)
    told = [
        json.loads((tmp_path / key / f"{key}.json").read_text("utf-8"))["properties"].get("license")
        for key in "abc"
    ]
    assert told == ["other", None, "CC-BY-4.0"]


def test_an_item_of_an_earlier_release_keeps_its_bytes_under_another_catalogue(
    tmp_path: Path,
) -> None:
    earlier, later = tmp_path / "earlier", tmp_path / "later"
    write_catalogue(earlier, "atlas", "Atlas", "words", [item("a")])
    shutil.copytree(earlier / "a", later / "a")
    write_catalogue(later, "atlas", "Atlas", "words", [later / "a" / "a.json", item("b")])
    assert (later / "a" / "a.json").read_bytes() == (earlier / "a" / "a.json").read_bytes()
    catalogue = pystac.Catalog.from_file(str(later / "catalog.json"))
    assert [one.id for one in catalogue.get_items()] == ["a", "b"]
