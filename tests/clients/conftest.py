"""What client tests open: the products of a made-up herd."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridors.foundation.artefacts import silent
from corridors.stages.atlas import stage as atlas
from worlds import results
from worlds.stages import leave, settings

# Runs in QGIS's own Python, not in ours.
collect_ignore = ["open_in_qgis.py"]


@pytest.fixture(scope="session")
def products(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder ``atlas`` with a tracked herd, one that nobody tracked, and the study's atlas."""
    base = tmp_path_factory.mktemp("products")
    herds = {}
    for herd, tracked in (("made-up", True), ("other", False)):
        given = results.inputs(herd, tracked=tracked)
        results.published(base / "atlas" / herd, given, herd=herd)
        herds[herd] = results.one_herd(given)
    config = results.config().model_dump(by_alias=True)
    for herd in ("other", "never-done"):
        config["herds"][herd] = config["herds"]["made-up"]
    joined = atlas.run(atlas.Inputs(herds), settings("atlas", "all-herds", **config), silent)
    leave("atlas", joined, base / "atlas" / "all-herds")
    return base / "atlas"
