"""A study begun from files: what they are, and what a person has to state."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridors.config.document import TO_STATE
from corridors.config.load import load
from corridors.formats.track_columns import TrackScan
from corridors.run.first_config import first_config
from corridors.run.first_look import look
from corridors.stages.ingest.track_files import scan
from worlds.collars import COLLARS, LAT, LON, TIMES

STATED = {"species": "Ovis ammon", "time_zone": "UTC", "time_format": '"%m/%d/%Y %H:%M"'}


def begun(folder: Path, path: Path) -> tuple[str, list[str]]:
    """Return the configuration of a study of one file, and what is to be stated."""
    return first_config(folder / "elk", look([path]))


def stated(text: str) -> str:
    """Return a configuration after a person has filled in what it leaves open."""
    lines = []
    for line in text.splitlines():
        key = line.split(":")[0].strip()
        is_open = f"# {TO_STATE}" in line
        lines.append(f"{line.split(':')[0]}: {STATED[key]}" if is_open else line)
    return "\n".join(lines)


def read(folder: Path, text: str) -> TrackScan:
    """Return the fixes of the one source of a configuration."""
    (folder / "elk").mkdir()
    (folder / "elk" / "config.yaml").write_text(stated(text), encoding="utf-8")
    study = load(folder / "elk" / "config.yaml")
    (source,) = study.config.herds["elk"].tracks
    return scan(study.raw_path(source.path), source)


@pytest.mark.parametrize("name", COLLARS)
def test_a_collar_file_is_known_and_read_right(tmp_path: Path, name: str) -> None:
    collar = COLLARS[name]
    path = tmp_path / collar.name
    path.write_text(collar.content, encoding=collar.encoding)
    text, to_state = begun(tmp_path, path)
    assert f"# {collar.vendor or 'a table'}, by " in text
    keys = {word.split(" of ")[0] for word in to_state}
    assert keys - {"species"} == set(collar.to_state)
    assert ("species" in keys) == ("Ovis ammon" not in collar.content)
    assert len(text.splitlines()) < 40
    frame = read(tmp_path, text).tracks().frame
    assert frame["lon"].tolist() == list(LON)
    assert frame["lat"].tolist() == list(LAT)
    assert set(frame["animal"]) <= {"7001", "tracks"}
    if "exchanged" not in name:
        assert frame["time_utc"].dt.strftime("%Y-%m-%dT%H:%M").tolist() == list(TIMES)


def test_what_is_no_input_is_said_with_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "notes.pdf"
    path.write_bytes(b"%PDF-1.4 nothing of use")
    text, to_state = begun(tmp_path, path)
    assert "# Not used: ../notes.pdf" in text
    assert to_state == ["species", "tracks"]
