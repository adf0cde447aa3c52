"""What client tests open: the products of a made-up herd."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridors.config.model import Config
from corridors.stages import atlas, publish
from corridors.stages.context import StageContext, settings_of
from corridors.stages.table import get, sections_of
from worlds import results

# Runs in QGIS's own Python, not in ours.
collect_ignore = ["open_in_qgis.py"]


@pytest.fixture(scope="session")
def products(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder ``atlas`` with a tracked herd, one that nobody tracked, and the study's atlas."""
    base = tmp_path_factory.mktemp("products")
    folders = {}
    for herd, tracked in (("made-up", True), ("other", False)):
        folders[herd] = base / "in" / herd
        results.write(folders[herd], herd, tracked=tracked)
        publish.run(results.context(folders[herd], base / "atlas" / herd, herd=herd))
    config = results.config().model_dump(by_alias=True)
    for herd in ("other", "never-done"):
        config["herds"][herd] = config["herds"]["made-up"]
    stage = get("atlas")
    out = base / "atlas" / "all-herds"
    out.mkdir()
    atlas.run(
        StageContext(
            herd="",
            settings=settings_of(sections_of(stage, Config.model_validate(config), "all-herds")),
            raw={},
            upstream={
                name: {herd: folder / name for herd, folder in folders.items()}
                for name in stage.reads
            },
            out=out,
        )
    )
    return base / "atlas"
