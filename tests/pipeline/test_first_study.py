"""From a collar's file to the first report, as a new user does it: at most two edits."""

from __future__ import annotations

import json
import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString

from corridors.cli import main
from corridors.formats.parquet import read_layer
from corridors.foundation.errors import ConfigError

PAGE = Path(__file__).parents[2] / "docs" / "inputs.md"
_ZONE = "EPSG:32612"


def _walk() -> tuple[pd.DatetimeIndex, np.ndarray]:
    """Return times and positions (degrees) of an animal that stays around 110 W 43 N."""
    times = pd.date_range("2018-01-10 01:00", periods=200, freq="4h")
    steps = np.random.default_rng(1).normal(0, 0.003, (200, 2))
    return times, (np.cumsum(steps, axis=0) + np.array([-110.0, 43.0])).round(5)


def _vectronic(path: Path) -> None:
    times, where = _walk()
    pd.DataFrame(
        {
            "CollarID": 7001,
            "UTC_Date": times.strftime("%d.%m.%Y"),
            "UTC_Time": times.strftime("%H:%M:%S"),
            "Latitude [°]": where[:, 1],
            "Longitude [°]": where[:, 0],
            "FixType": "val. GPS-3D",
        }
    ).to_csv(path, index=False, encoding="latin-1")


def _telonics(path: Path) -> None:
    times, where = _walk()
    table = pd.DataFrame(
        {
            "GPS Fix Time": times.strftime("%Y.%m.%d %H:%M:%S"),
            "GPS Fix Attempt": "Succeeded (3D)",
            "GPS Latitude": where[:, 1],
            "GPS Longitude": where[:, 0],
        }
    )
    above = "Telonics Data Report\n\nReport Version,2.0\nCTN,700001A\n\n"
    path.write_text(above + table.to_csv(index=False), encoding="utf-8")


def _lotek(path: Path) -> None:
    times, where = _walk()
    pd.DataFrame(
        {
            "Device ID": 7001,
            "Local Time": times.strftime("%m/%d/%Y %H:%M:%S"),
            "Latitude": where[:, 1],
            "Longitude": where[:, 0],
            "Fix Status": "3D-V Fix",
        }
    ).to_csv(path, index=False)


def _movebank(path: Path) -> None:
    times, where = _walk()
    pd.DataFrame(
        {
            "timestamp": times.strftime("%Y-%m-%d %H:%M:%S.000"),
            "location-long": where[:, 0],
            "location-lat": where[:, 1],
            "sensor-type": "gps",
            "individual-taxon-canonical-name": "Ovis ammon",
            "individual-local-identifier": "7001",
        }
    ).to_csv(path, index=False)


def _layers(folder: Path) -> None:
    """Write roads as a shapefile in cp1251 that does not say so, and fences in UTM that neither."""
    roads = gpd.GeoDataFrame(
        {"NAME": ["Памирский тракт", "Дорога Мургаб"]},
        geometry=[
            LineString([(-110, 43), (-110.2, 43.2)]),
            LineString([(-110, 42.9), (-109.8, 43)]),
        ],
        crs=4326,
    )
    roads.to_file(folder / "roads.shp", encoding="cp1251")
    (folder / "roads.cpg").unlink()
    features = json.loads(roads[["geometry"]].to_crs(_ZONE).to_json(to_wgs84=False))["features"]
    content = {"type": "FeatureCollection", "features": features}
    (folder / "fences.geojson").write_text(json.dumps(content), encoding="utf-8")


SPECIES = ("species:", "species: Ovis ammon")
ZONE = ("time_zone:", "time_zone: America/Denver")
VENDORS = {
    "vectronic": (_vectronic, [SPECIES], "2018-01-10T01:00"),
    "telonics": (_telonics, [SPECIES, ZONE], "2018-01-10T08:00"),
    "lotek": (_lotek, [SPECIES, ZONE], "2018-01-10T08:00"),
    "movebank": (_movebank, [], "2018-01-10T01:00"),
}


@pytest.mark.parametrize("vendor", VENDORS)
def test_init_check_and_ingest_need_at_most_two_edits(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    vendor: str,
) -> None:
    write, edits, first = VENDORS[vendor]
    study = _begun(tmp_path, monkeypatch, write, edits)
    told = capsys.readouterr().out
    assert len(edits) <= 2
    named = ", ".join(key.rstrip(":") for key, _ in edits) or "nothing"
    assert f"| {vendor.title()} | {named} |" in PAGE.read_text(encoding="utf-8")
    assert ("to state in elk/config.yaml" in told) == bool(edits)
    assert main(["check"]) == 0
    assert "2 barriers near elk, road 2" in capsys.readouterr().out
    assert main(["ingest", "--scheduler", "serial"]) == 0
    out = study / "data/processed/ingest/elk"
    fixes = read_layer(out / "fixes.parquet")
    times, where = _walk()
    assert fixes["time_utc"].dt.strftime("%Y-%m-%dT%H:%M").iloc[0] == first
    assert fixes.geometry.x.tolist() == where[:, 0].tolist()
    assert len(fixes) == len(times)
    barriers = read_layer(out / "barriers.parquet")
    assert barriers.groupby("kind").size().to_dict() == {"fence": 2, "road": 2}
    west, south, east, north = barriers.total_bounds
    assert (west, south, east, north) == pytest.approx((-110.2, 42.9, -109.8, 43.2), abs=1e-6)


def test_check_names_at_once_all_that_is_to_be_stated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _begun(tmp_path, monkeypatch, _lotek, [])
    assert main(["check"]) == ConfigError.exit_code
    told = capsys.readouterr().err
    assert re.findall("column (.*)", told) == ["species", "time_zone"]


def test_the_first_report_is_one_edit_and_two_commands_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = _begun(tmp_path, monkeypatch, _vectronic, [SPECIES])
    assert main(["run", "--scheduler", "serial"]) == 0
    report = (study / "data/processed/atlas/elk/report.html").read_text(encoding="utf-8")
    assert "Ovis ammon" in report


def _begun(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    write: object,
    edits: list[tuple[str, str]],
) -> Path:
    """Return a study made by `init` from four files, with edits of its configuration."""
    assert callable(write)
    monkeypatch.chdir(folder)
    write(folder / "tracks.csv")
    _layers(folder)
    assert main(["init", "elk", "tracks.csv", "roads.shp", "fences.geojson"]) == 0
    config = folder / "elk" / "config.yaml"
    lines = config.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 40
    for key, line in edits:
        (at,) = [i for i, old in enumerate(lines) if old.strip().startswith(f"{key} ")]
        lines[at] = lines[at].split(key)[0] + line
    config.write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.chdir(folder / "elk")
    return folder / "elk"
