"""What `check` finds in files that no early stage reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridors.atlas.words.catalogues import TEMPLATE, bundled
from corridors.foundation.errors import InputError, MissingInputError
from worlds.cures.rasters import DRAWN, RANGES
from worlds.cures.studies import Study


def study(**files: bytes) -> Study:
    """Return a study that publishes in a language of its own."""
    return Study(
        {"r.geojson": RANGES, **{f"{name}.po": content for name, content in files.items()}},
        more={"publish": {"languages": ["kk"], "catalogues": {"kk": "kk.po"}}},
        own={"expert_ranges": DRAWN},
        is_checked=True,
    )


def test_a_catalogue_that_is_not_complete_is_found_before_a_run(tmp_path: Path) -> None:
    study(kk=bundled("ru.po"))(tmp_path)
    with pytest.raises(InputError, match=r"(?s)a message is not translated.*kk\.po"):
        study(kk=bundled(TEMPLATE))(tmp_path)


def test_a_catalogue_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match=r"kk\.po"):
        study()(tmp_path)
