"""Bad inputs through the real command line: exact message, exit code, nothing left behind.

Every case is a configuration, the files it needs from ``files/`` and the exact text that the user
reads, in ``expected/<case>.txt``.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from shapely import LineString, Point

from corridors.cli import main
from corridors.foundation.errors import (
    ConfigError,
    InputError,
    MethodError,
    MissingInputError,
    OutputError,
)

HERE = Path(__file__).parent
INPUT, MISSING, CONFIG = InputError.exit_code, MissingInputError.exit_code, ConfigError.exit_code


@dataclass(frozen=True)
class Case:
    """One bad input: its configuration and how the command that meets it ends."""

    name: str
    exit_code: int
    config: str
    command: str = "ingest"


def herd(*tracks: str, more: str = "") -> str:
    """Return a configuration of one herd with the given track sources (YAML flow mappings)."""
    listed = "".join(f"\n      - {{{track}}}" for track in tracks)
    return f"herds:\n  bek:\n    species: Ovis ammon\n    tracks:{listed}\n{more}"


def movebank(file: str, *rest: str) -> str:
    """Return a Movebank source in UTC."""
    return ", ".join((f"path: {file}", "format: movebank", "time_zone: UTC", *rest))


def table(file: str, *rest: str, columns: str = "animal: id, time: when, lon: x, lat: y") -> str:
    """Return a CSV source."""
    return ", ".join((f"path: {file}", "format: csv", f"columns: {{{columns}}}", *rest))


GOOD = movebank("good.csv")


def barrier(path: str, rest: str = "kind: fence") -> str:
    """Return a configuration with good tracks and one layer of barriers."""
    return herd(GOOD, more=f"barriers:\n  - {{name: lines, path: {path}, {rest}}}\n")


def track_case(file: str, *rest: str) -> Case:
    """Return a case named after its Movebank file."""
    return Case(Path(file).stem, INPUT, herd(movebank(file, *rest)))


EXPERT = """herds:
  bek:
    species: Ovis ammon
    expert_ranges: {path: range_season.geojson, season_column: season, author: A, date: 2020-01-01,
      confidence: low}
"""
RANGES = EXPERT.replace("range_season", "ranges")


def drawn(path: str, *rest: str) -> str:
    """Return a configuration with good tracks and corridors drawn by an expert."""
    keys = ", ".join((f"path: {path}", "author: A, date: 2020-01-01, confidence: low", *rest))
    return herd(GOOD, more=f"    expert_corridors: {{{keys}}}\n")


def habitat(layer: str, *more: str) -> str:
    """Return a configuration with good expert ranges and one habitat layer."""
    keys = "".join(f"  {key}\n" for key in more)
    return f"{RANGES}habitat:\n{keys}  layers:\n    - {{{layer}}}\n"


def raster_case(name: str, layer: str, *more: str) -> Case:
    """Return a case of one habitat layer that `connect` refuses."""
    return Case(name, INPUT, habitat(f"name: x, {layer}", *more), command="connect")


COVER = "kind: class, resistance: {1: 1, 2: 10, 7: 3}"
NUMBERS = "kind: continuous, slope: 1"


CASES = (
    # The file as a whole.
    track_case("empty.csv"),
    track_case("header_only.csv"),
    track_case("binary.csv"),
    track_case("latin1.csv"),
    track_case("open_quote.csv"),
    track_case("truncated_row.csv"),
    Case("missing_tracks", MISSING, herd(movebank("goood.csv"))),
    Case("folder_for_a_file", INPUT, herd(movebank("a_folder"))),
    # Columns.
    track_case("wrong_columns.csv"),
    track_case("doubled_column.csv"),
    Case(
        "wrong_mapping",
        INPUT,
        herd(table("negative_dop.csv", columns="animal: ID, time: wen, lon: x, lat: y")),
    ),
    # Times.
    track_case("unreadable_time.csv"),
    track_case("clock_never_set.csv"),
    Case("no_time_zone", INPUT, herd("path: good.csv, format: movebank")),
    Case(
        "unknown_time_zone",
        INPUT,
        herd("path: good.csv, format: movebank, time_zone: Asia/Dushambe"),
    ),
    Case("clock_change", INPUT, herd(table("clock_change.csv", "time_zone: Europe/Oslo"))),
    Case(
        "wrong_time_format",
        INPUT,
        herd(
            table(
                "clock_change.csv",
                "time_zone: UTC",
                columns="animal: id, time: when, lon: x, lat: y, time_format: '%d.%m.%Y %H:%M'",
            )
        ),
    ),
    # Animals, taxa, sensors.
    track_case("no_animal.csv"),
    track_case("two_taxa.csv"),
    track_case("no_gps_rows.csv"),
    track_case("no_sensor.csv"),
    Case("unknown_animal", INPUT, herd(movebank("good.csv", "animals: [Beck]"))),
    Case("unknown_taxon", INPUT, herd(movebank("good.csv", "species: Ovis vignei"))),
    Case(
        "turned_deployment",
        INPUT,
        herd(movebank("good.csv", "deployments: turned_deployment.csv")),
    ),
    Case(
        "animal_without_deployment",
        INPUT,
        herd(movebank("good.csv", "deployments: other_deployment.csv")),
    ),
    # Positions and numbers.
    track_case("not_a_number.csv"),
    track_case("swapped.csv"),
    track_case("projected.csv"),
    Case("decimal_comma", INPUT, herd(table("decimal_comma.csv", "time_zone: UTC"))),
    Case(
        "negative_dop",
        INPUT,
        herd(
            table(
                "negative_dop.csv",
                columns="animal: id, time: when, lon: x, lat: y, dop: dop, outlier: bad",
            )
        ),
    ),
    Case("unknown_crs", INPUT, herd(table("negative_dop.csv", "crs: EPSG:99999"))),
    # GPX and points of vector files.
    Case("gpx_without_time", INPUT, herd("path: no_time.gpx, format: gpx")),
    Case("gpx_without_name", INPUT, herd("path: no_name.gpx, format: gpx")),
    Case("gpx_of_waypoints", INPUT, herd("path: waypoints.gpx, format: gpx")),
    Case("gpx_cut_off", INPUT, herd("path: cut_off.gpx, format: gpx")),
    Case("gpx_with_entities", INPUT, herd("path: entities.gpx, format: gpx")),
    Case(
        "points_date_only",
        INPUT,
        herd(
            "path: points.shp, format: vector, time_zone: UTC, columns: {animal: name, time: day}"
        ),
    ),
    Case(
        "not_geoparquet",
        INPUT,
        herd(
            "path: page.parquet, format: geoparquet, time_zone: UTC, "
            "columns: {animal: name, time: day}"
        ),
    ),
    # Barriers, borders, expert ranges.
    Case(
        "permeability_outside",
        INPUT,
        barrier("permeability.geojson", "kind: fence, permeability_column: pass"),
    ),
    Case(
        "unknown_kinds",
        INPUT,
        barrier("unknown_kinds.geojson", "kind_column: what, status_column: state"),
    ),
    Case("barrier_points", INPUT, barrier("points.geojson")),
    Case("no_barriers", INPUT, barrier("no_features.geojson")),
    Case("no_crs", INPUT, barrier("no_crs.shp")),
    Case("two_crs", INPUT, barrier("permeability.geojson", "kind: fence, crs: EPSG:32642")),
    Case("not_a_geopackage", INPUT, barrier("page.gpkg")),
    Case("layer_missing", MISSING, barrier("two_layers.gpkg", "kind: fence, layer: fense")),
    Case("layer_not_named", INPUT, barrier("two_layers.gpkg")),
    Case("no_such_attribute", INPUT, barrier("permeability.geojson", "kind_column: waht")),
    Case(
        "not_openstreetmap",
        INPUT,
        barrier("page.osm.pbf", "format: osm, rules: [{tags: {highway: [primary]}, kind: road}]"),
    ),
    Case(
        "border_without_states",
        INPUT,
        herd(
            GOOD,
            more="boundaries:\n  - {path: border.geojson, pair_column: pair, type_column: kind}\n",
        ),
    ),
    Case("range_season", INPUT, EXPERT),
    # Corridors drawn by an expert.
    Case(
        "expert_corridor_words",
        INPUT,
        drawn("corridors.geojson", "season_column: when, class_column: use"),
    ),
    Case("expert_corridor_points", INPUT, drawn("points.geojson")),
    Case("expert_corridor_empty", INPUT, drawn("no_features.geojson")),
    Case("expert_corridor_column", INPUT, drawn("corridors.geojson", "class_column: usage")),
    Case("missing_expert_corridor", MISSING, drawn("coridors.geojson")),
    Case("expert_corridor_width", CONFIG, drawn("corridors.geojson", "buffer_m: -5")),
    # Several sources: all faults at once.
    Case(
        "several_sources",
        INPUT,
        herd(
            movebank("header_only.csv"),
            movebank("no_animal.csv"),
            more="barriers:\n  - {name: lines, path: points.geojson, kind: fence}\n",
        ),
    ),
    Case("missing_barriers", MISSING, barrier("nowhere.gpkg")),
    # Picks and habitat rasters, at the doors of the stages that open them.
    Case("picks", INPUT, herd(GOOD, more="    picks: picks.csv\n"), command="segment"),
    Case("missing_picks", MISSING, herd(GOOD, more="    picks: pikcs.csv\n"), command="segment"),
    Case(
        "raster_is_text",
        INPUT,
        habitat("name: cover, path: page.tif, kind: class, resistance: {1: 1, 2: 10, 7: 3}"),
        command="connect",
    ),
    Case(
        "raster_without_crs",
        INPUT,
        habitat("name: cover, path: landcover.asc, kind: class, resistance: {1: 1, 2: 10, 7: 3}"),
        command="connect",
    ),
    Case(
        "raster_classes",
        INPUT,
        habitat("name: cover, path: landcover.tif, kind: class, resistance: {1: 1, 2: 10}"),
        command="connect",
    ),
    Case(
        "raster_elsewhere",
        INPUT,
        habitat("name: cover, path: elsewhere.tif, kind: class, resistance: {1: 1}"),
        command="connect",
    ),
    Case(
        "raster_band",
        INPUT,
        habitat("name: cover, path: landcover.tif, band: 2, kind: class, resistance: {1: 1}"),
        command="connect",
    ),
    raster_case("raster_two_bands", f"path: two_bands.tif, {NUMBERS}"),
    raster_case("raster_nodata_outside", f"path: landcover.tif, nodata: -9999, {COVER}"),
    raster_case("raster_overflow", f"path: overflow.tif, {NUMBERS}"),
    raster_case("raster_all_nodata", f"path: all_nodata.tif, {COVER}"),
    raster_case("raster_all_nan", f"path: all_nan.tif, {NUMBERS}"),
    raster_case("raster_gigantic", f"path: gigantic.vrt, format: vrt, {NUMBERS}"),
    raster_case("raster_cut_off", f"path: cut_off.tif, {NUMBERS}"),
    raster_case("raster_covers_little", f"path: west_only.tif, {COVER}"),
    raster_case("raster_scaled_classes", f"path: scaled.tif, {COVER}"),
    raster_case("raster_without_cell_size", f"path: flat_transform.tif, {NUMBERS}"),
    raster_case(
        "raster_bands_without_dates", f"path: two_bands.tif, date_format: '%Y%j', {NUMBERS}"
    ),
    raster_case("raster_dates_of_bands", f"path: two_bands.tif, dates: [2020-05-01], {NUMBERS}"),
    raster_case(
        "raster_same_dates", f"path: two_bands.tif, dates: [2020-05-01, 2020-05-01], {NUMBERS}"
    ),
    raster_case(
        "raster_no_month",
        f"path: two_bands.tif, dates: [2020-05-01, 2020-05-09], months: [6], {NUMBERS}",
    ),
    raster_case(
        "raster_classes_of_selection",
        "path: landcover.tif, kind: class, classes: {steppe: [1], rock: [2]}",
        "resistance_from: tracks",
    ),
    Case(
        "distance_missing",
        MISSING,
        habitat("name: roads, path: rodas.gpkg, kind: distance, slope: 1"),
        command="connect",
    ),
    Case(
        "selection_without_tracks",
        MethodError.exit_code,
        habitat("name: x, path: landcover.tif, kind: class", "resistance_from: tracks"),
        command="connect",
    ),
    # The configuration itself.
    Case("habitat_keys", CONFIG, habitat("name: x, path: a.tif, kind: class, slope: 1")),
    Case("unknown_key", CONFIG, herd("path: good.csv, format: movebank, tim_zone: UTC")),
    Case("csv_without_columns", CONFIG, herd("path: good.csv, format: csv")),
    Case("wrong_type", CONFIG, herd(GOOD, more="clean:\n  dop_max: high\n  burst_gap_h: -1\n")),
    Case("control_character_in_path", CONFIG, herd('path: "go\\0od.csv", format: movebank')),
    Case("not_yaml", CONFIG, "herds: [\n"),
    Case(
        "geographic_working_crs",
        CONFIG,
        herd(GOOD, more="working:\n  crs: EPSG:4326\n"),
        command="clean",
    ),
    Case(
        "unknown_working_crs",
        CONFIG,
        herd(GOOD, more="working:\n  crs: UTM 42\n"),
        command="clean",
    ),
    Case(
        "working_crs_in_feet",
        CONFIG,
        herd(GOOD, more="working:\n  crs: EPSG:2225\n"),
        command="clean",
    ),
)


@pytest.fixture(scope="module")
def bad_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with every bad file, the binary ones made here."""
    folder = tmp_path_factory.mktemp("bad") / "files"
    shutil.copytree(HERE / "files", folder)
    (folder / "a_folder").mkdir()
    (folder / "page.parquet").write_bytes(b"PAR1 is how it begins, but the rest is missing PAR1")
    line = gpd.GeoDataFrame({"id": [1]}, geometry=[LineString([(71, 37), (71, 38)])])
    line.set_crs(4326).to_file(folder / "no_crs.shp")
    (folder / "no_crs.prj").unlink()
    for layer in ("fences", "walls"):
        line.set_crs(4326).to_file(folder / "two_layers.gpkg", layer=layer)
    points = gpd.GeoDataFrame(
        {"name": ["Bek"], "day": ["2020-01-01"]}, geometry=[Point(71, 37)], crs=4326
    )
    points["day"] = points["day"].astype("datetime64[ms]").dt.date
    points.to_file(folder / "points.shp")
    _rasters(folder)
    return folder


def _rasters(folder: Path) -> None:
    cells = np.array([[1, 1, 2], [1, 7, 2], [1, 1, 2]], dtype=np.uint8)
    numbers = cells.astype(np.int16)
    lowest = np.where(cells == 7, -32768, numbers).astype(np.int16)
    _raster(folder / "landcover.tif", cells)
    _raster(folder / "elsewhere.tif", cells, west=-10.0)
    _raster(folder / "two_bands.tif", np.stack([numbers, numbers]))
    _raster(folder / "overflow.tif", lowest)
    _raster(folder / "all_nodata.tif", np.zeros_like(cells), nodata=0)
    _raster(folder / "all_nan.tif", np.full(cells.shape, np.nan, dtype=np.float32))
    _raster(folder / "west_only.tif", cells, west=68.9, cell=0.7)
    _raster(folder / "scaled.tif", cells)
    with rasterio.open(folder / "scaled.tif", "r+") as dataset:
        dataset.scales = (0.1,)
    _raster(folder / "flat_transform.tif", numbers, cell=0.0)
    noise = np.random.default_rng(5).integers(0, 30_000, (600, 600)).astype(np.int16)
    _raster(folder / "cut_off.tif", noise, cell=0.005)
    content = (folder / "cut_off.tif").read_bytes()
    (folder / "cut_off.tif").write_bytes(content[: len(content) // 20])
    # A file of a few hundred bytes that claims a million cells each way.
    (folder / "gigantic.vrt").write_text(
        '<VRTDataset rasterXSize="1000000" rasterYSize="1000000"><SRS>EPSG:4326</SRS>'
        "<GeoTransform>70, 3e-06, 0, 38.5, 0, -3e-06</GeoTransform>"
        '<VRTRasterBand dataType="Float32" band="1"><SimpleSource><SourceFilename '
        'relativeToVRT="1">landcover.tif</SourceFilename><SourceBand>1</SourceBand>'
        '<SrcRect xOff="0" yOff="0" xSize="3" ySize="3"/>'
        '<DstRect xOff="0" yOff="0" xSize="1000000" ySize="1000000"/>'
        "</SimpleSource></VRTRasterBand></VRTDataset>",
        encoding="utf-8",
    )


def _raster(
    path: Path,
    cells: np.ndarray,
    *,
    west: float = 70.0,
    cell: float = 1.0,
    nodata: float | None = None,
) -> None:
    bands = cells if cells.ndim == 3 else cells[None]
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=bands.shape[2],
        height=bands.shape[1],
        count=len(bands),
        dtype=bands.dtype,
        crs="EPSG:4326",
        transform=rasterio.Affine(cell, 0.0, west, 0.0, -cell, 38.5),
        nodata=nodata,
    ) as raster:
        raster.write(bands)


@pytest.fixture
def study(bad_files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty study with the bad files as working directory."""
    shutil.copytree(bad_files, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def upstream(bad_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the results of all stages before `connect` for the good expert ranges."""
    folder = tmp_path_factory.mktemp("bad") / "upstream"
    folder.mkdir()
    shutil.copy(bad_files / "ranges.geojson", folder)
    (folder / "config.yaml").write_text(RANGES, encoding="utf-8")
    arguments = ["delineate", "--with-upstream", "--scheduler", "serial"]
    assert main([*arguments, "--config", str(folder / "config.yaml")]) == 0
    return folder / "data"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_bad_input_is_refused_in_words(
    case: Case, study: Path, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    if case.command == "connect":
        shutil.copytree(request.getfixturevalue("upstream"), study / "data")
        capsys.readouterr()
    (study / "config.yaml").write_text(case.config, encoding="utf-8")
    arguments = [case.command, "--config", "config.yaml", "--scheduler", "serial"]
    if case.command != "ingest":
        arguments.append("--with-upstream")
    code = main(arguments)
    seen = capsys.readouterr()
    expected = (HERE / "expected" / f"{case.name}.txt").read_text(encoding="utf-8")
    # Which folder the study is in is the only thing that may differ.
    assert seen.err.replace(str(study), "<study>") == expected
    assert code == case.exit_code
    assert "Traceback" not in seen.out + seen.err
    processed = study / "data" / "processed"
    assert not (processed / case.command / "bek").exists()
    staging = processed / ".staging"
    assert not staging.exists() or not list(staging.iterdir())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_check_gives_the_verdict_and_the_cures_of_the_stage(
    case: Case, study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (study / "config.yaml").write_text(case.config, encoding="utf-8")
    code = main(["check", "--config", "config.yaml"])
    told = capsys.readouterr().err
    assert "Traceback" not in told
    assert code == case.exit_code
    expected = (HERE / "expected" / f"{case.name}.txt").read_text(encoding="utf-8")
    cures = [line.strip() for line in expected.splitlines() if line.strip().startswith("cure:")]
    assert all(cure in told for cure in cures if "path in the configuration" not in cure)


def test_check_says_what_only_the_grid_of_a_tracked_herd_decides(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    layers = (
        "    - {name: cover, path: landcover.tif, kind: class, resistance: {1: 1, 2: 10}}\n"
        "    - {name: west, path: west_only.tif, kind: class, resistance: {1: 1, 2: 10, 7: 1}}\n"
    )
    config = herd(GOOD, more=f"habitat:\n  layers:\n{layers}")
    (study / "config.yaml").write_text(config, encoding="utf-8")
    assert main(["check", "--config", "config.yaml"]) == 0
    told = capsys.readouterr().out
    assert "codes near bek without resistance: 7; add them to resistance of layer cover" in told
    assert "data at 0% of the box around bek: refused below 50% of its grid" in told


def test_the_demo_does_not_write_into_a_file(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", "--into", "good.csv"]) == OutputError.exit_code
    assert "got: a file is in the place of a folder" in capsys.readouterr().err


def test_every_expected_message_and_every_bad_file_belongs_to_a_case() -> None:
    names = {case.name for case in CASES}
    assert names == {path.stem for path in (HERE / "expected").iterdir()}
    configs = "\n".join(case.config for case in CASES)
    unused = [path.name for path in (HERE / "files").iterdir() if path.name not in configs]
    assert unused == []
