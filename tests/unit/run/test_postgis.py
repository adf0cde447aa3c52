"""What a folder says of itself before it goes into a database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from corridors.formats.checksums import write_checksums
from corridors.foundation.errors import InputError
from corridors.run.postgis import publish_release

pytest.importorskip("psycopg")
RELEASE = {"study": "s", "tier": "public", "day": "2026-06-10", "herds": ["h"]}


@pytest.mark.parametrize(
    "wrong",
    [{"tier": "x"}, {"herds": ["../h"]}, {"herds": [".."]}, {"herds": None}, {"day": "June"}],
)
def test_what_no_release_says_is_refused_before_the_database(
    tmp_path: Path, wrong: dict[str, object]
) -> None:
    (tmp_path / "settings.json").write_text(json.dumps({"release": {**RELEASE, **wrong}}))
    write_checksums(tmp_path)
    with pytest.raises(InputError, match="holds no release"):
        publish_release(tmp_path, "postgresql://nobody@127.0.0.1:1/none")


def test_a_layer_that_is_no_layer_is_refused(tmp_path: Path) -> None:
    (tmp_path / "h").mkdir()
    (tmp_path / "h" / "h_ranges.parquet").write_bytes(b"PAR1")
    (tmp_path / "settings.json").write_text(json.dumps({"release": RELEASE}))
    write_checksums(tmp_path)
    with pytest.raises(InputError, match="holds no release"):
        publish_release(tmp_path, "postgresql://nobody@127.0.0.1:1/none")
