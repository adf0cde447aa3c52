"""A study begun from files: what they are, and what a person has to state."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridors.config.document import TO_STATE
from corridors.config.load import load
from corridors.formats.deployments import read_deployments
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


REFERENCE = "tag-id,animal-id,animal-taxon,deploy-on-date,deploy-off-date\n"


def test_reference_data_beside_tracks_say_who_wore_a_collar_when(tmp_path: Path) -> None:
    collar = COLLARS["movebank"]
    tracks, worn = tmp_path / collar.name, tmp_path / "study-reference-data.csv"
    tracks.write_text(collar.content, encoding=collar.encoding)
    worn.write_text(REFERENCE + f"9,7001,Ovis ammon,{TIMES[1]}:00,\n", encoding="utf-8")
    text, _ = first_config(tmp_path / "elk", look([tracks, worn]))
    assert "Not used" not in text
    read(tmp_path, text)
    study = load(tmp_path / "elk" / "config.yaml")
    (source,) = study.config.herds["elk"].tracks
    found = read_deployments(study.raw_path(str(source.deployments)), "worn", time_zone="UTC")
    assert found["animal"].tolist() == ["7001"]
    assert found["start"].dt.strftime("%Y-%m-%dT%H:%M").tolist() == [TIMES[1]]


def test_of_two_tables_of_deployments_none_is_chosen(tmp_path: Path) -> None:
    collar = COLLARS["movebank"]
    files = [tmp_path / name for name in (collar.name, "first.csv", "second.csv")]
    files[0].write_text(collar.content, encoding=collar.encoding)
    for path in files[1:]:
        path.write_text(REFERENCE, encoding="utf-8")
    text, _ = first_config(tmp_path / "elk", look(files))
    assert "deployments:" not in text
    assert text.count("# Not used: ") == 2


@pytest.mark.parametrize("header", ["animal,season,start,end", "animal,start,end"])
def test_dates_of_migrations_are_not_taken_for_deployments(tmp_path: Path, header: str) -> None:
    collar = COLLARS["movebank"]
    tracks, dates = tmp_path / collar.name, tmp_path / "spring.csv"
    tracks.write_text(collar.content, encoding=collar.encoding)
    dates.write_text(f"{header}\n", encoding="utf-8")
    text, _ = first_config(tmp_path / "elk", look([tracks, dates]))
    assert "deployments:" not in text
    assert "# Not used: ../spring.csv\n#   if it says who wore a collar when, name it" in text


def test_deployments_without_tracks_are_not_lost(tmp_path: Path) -> None:
    worn = tmp_path / "study-reference-data.csv"
    worn.write_text(REFERENCE, encoding="utf-8")
    text, _ = first_config(tmp_path / "elk", look([worn]))
    assert "# Not used: ../study-reference-data.csv" in text
