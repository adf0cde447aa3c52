"""What client tests open: the products of a made-up herd."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from corridors.config.model import Config
from corridors.stages import atlas, publish
from corridors.stages.context import StageContext, settings_of
from corridors.stages.table import get, sections_of

# Runs in QGIS's own Python, not in ours.
collect_ignore = ["open_in_qgis.py"]


def load_made_up(project: Path) -> ModuleType:
    """Return the module with the made-up herd."""
    spec = importlib.util.spec_from_file_location("made_up", project / "tests" / "made_up.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault("made_up", module)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def products(tmp_path_factory: pytest.TempPathFactory, project: Path) -> Path:
    """Folder ``atlas`` with a tracked herd, one that nobody tracked, and the study's atlas."""
    made_up = load_made_up(project)
    base = tmp_path_factory.mktemp("products")
    folders = {}
    for herd, tracked in (("made-up", True), ("other", False)):
        folders[herd] = base / "in" / herd
        made_up.write(folders[herd], herd, tracked=tracked)
        publish.run(made_up.context(folders[herd], base / "atlas" / herd, herd=herd))
    config = made_up.config().model_dump(by_alias=True)
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
