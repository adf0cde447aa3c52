"""`corridors release download`, end to end, judged by other programs' validators and readers."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pystac
import pytest
import shapely
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from lxml import etree
from pyarrow import compute
from rio_cogeo.cogeo import cog_validate
from rocrate.rocrate import ROCrate

from conftest import RELEASE_DAY as DAY
from conftest import TIERS, DemoRun, corridors
from corridors import __version__

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo-run")]

HERDS = ("wakhan-argali", "shughnan-expert")
TRACKED = "wakhan-argali"
OF_ALL = (
    "SHA256SUMS",
    "catalog.json",
    "contracts.json",
    "ro-crate-metadata.json",
    "sbom.cdx.json",
    "settings.json",
)


def layers_of(folder: Path, herd: str) -> dict[str, gpd.GeoDataFrame]:
    """Return layer -> rows, from the GeoParquet files."""
    return {
        path.stem.removeprefix(f"{herd}_"): gpd.read_parquet(path)
        for path in sorted((folder / herd).glob("*.parquet"))
    }


@pytest.mark.parametrize("tier", TIERS)
def test_every_format_holds_the_same_features(released: Path, tier: str) -> None:
    for herd in HERDS:
        folder = released / tier / herd
        layers = layers_of(released / tier, herd)
        package, archive = folder / f"{herd}.gpkg", folder / f"{herd}_shapefiles.zip"
        in_package = {name for name, kind in pyogrio.list_layers(package) if kind is not None}
        assert in_package == set(layers)
        with zipfile.ZipFile(archive) as opened:
            assert opened.testzip() is None
            names = set(opened.namelist())
        assert {"README.txt", "metadata.xml"} < names
        for name, frame in layers.items():
            assert len(frame) > 0
            assert frame.crs == "EPSG:4326"
            assert set(frame.geom_type) <= {"Polygon", "LineString"}
            parts = {f"{herd}_{name}{suffix}" for suffix in (".shp", ".shx", ".dbf", ".prj")}
            assert parts < names
            for other in (
                gpd.read_file(package, layer=name),
                gpd.read_file(f"/vsizip/{archive}/{herd}_{name}.shp"),
            ):
                assert other.crs == "EPSG:4326"
                assert len(other) == len(frame)
                assert shapely.equals(
                    shapely.normalize(shapely.get_parts(other.geometry.to_numpy())),
                    shapely.normalize(frame.geometry.to_numpy()),
                ).all()
                assert other["herd"].tolist() == frame["herd"].tolist()
        readme = (folder / "README.txt").read_text(encoding="utf-8")
        columns = {column for frame in layers.values() for column in frame} - {"geometry", "bbox"}
        assert all(f"- {column}" in readme for column in columns)
        assert f"Tier {tier}" in readme


@pytest.fixture(scope="session")
def iso19139() -> etree.XMLSchema:
    """The schema of ISO 19139 as pycsw carries it."""
    package = importlib.util.find_spec("pycsw")
    assert package is not None
    assert package.origin is not None
    schemas = Path(package.origin).parent / "plugins/profiles/apiso/schemas/ogc/iso/19139"
    path = schemas / "20060504/gmd/gmd.xsd"
    return etree.XMLSchema(etree.parse(str(path), etree.XMLParser(no_network=True)))


@pytest.mark.parametrize("tier", TIERS)
def test_metadata_are_valid_by_the_schema_of_iso_19139(
    released: Path, tier: str, iso19139: etree.XMLSchema
) -> None:
    for herd in HERDS:
        tree = etree.parse(str(released / tier / herd / "metadata.xml"))
        assert iso19139.validate(tree), iso19139.error_log
        root = tree.getroot()
        spaces = {"gmd": root.nsmap["gmd"], "gco": root.nsmap["gco"]}
        bounds = [float(one.text) for one in root.iterfind(".//gco:Decimal", spaces)]
        frames = layers_of(released / tier, herd).values()
        west, south, east, north = shapely.total_bounds(
            [shapely.box(*frame.total_bounds) for frame in frames]
        )
        assert bounds == pytest.approx([west, east, south, north], abs=1e-6)
        # The schema alone would take a broken one, too: it is looked at at all.
        root.remove(root.find("gmd:identificationInfo", spaces))
        assert not iso19139.validate(tree)


@pytest.mark.parametrize("tier", TIERS)
def test_the_catalogue_is_valid_and_its_files_are_there(released: Path, tier: str) -> None:
    catalogue = pystac.Catalog.from_file(str(released / tier / "catalog.json"))
    assert catalogue.validate_all() == len(HERDS)
    items = list(catalogue.get_items())
    assert [item.id for item in items] == list(HERDS)
    for item in items:
        for asset in item.assets.values():
            assert not asset.href.startswith("/")
            assert Path(asset.get_absolute_href()).is_file()
        listed = {path.name for path in (released / tier / item.id).iterdir()}
        assert listed == {*item.assets, f"{item.id}.json"}


@pytest.mark.parametrize("tier", TIERS)
def test_rasters_are_cloud_optimised_and_show_the_polygons(released: Path, tier: str) -> None:
    for herd in HERDS:
        path = released / tier / herd / f"{herd}_corridor.tif"
        is_valid, errors, warnings = cog_validate(path, strict=True)
        assert (is_valid, errors, warnings) == (True, [], [])


@pytest.mark.parametrize("tier", TIERS)
def test_parquet_is_conformant_and_read_by_its_bounding_boxes(released: Path, tier: str) -> None:
    files = sorted((released / tier).glob("*/*.parquet"))
    command = Path(sys.executable).parent / "geoparquet-validator"
    for path in files:
        done = subprocess.run([command, "check", path], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
        assert "covering: 6 pass, 0 fail" in done.stdout
    path = released / tier / TRACKED / f"{TRACKED}_ranges.parquet"
    whole = gpd.read_parquet(path)
    south = whole.total_bounds[1]
    box = compute.field("bbox", "ymin") < south + 1e-9
    found = pq.read_table(path, filters=box)
    assert 0 < len(found) < len(whole)
    assert len(found) == (whole.bounds["miny"] < south + 1e-9).sum()


def test_every_vertex_of_the_public_tier_is_a_corner_of_its_cells(released: Path) -> None:
    """Argali are poached: 20 km. What was drawn by an expert is generalised, too."""
    for herd in HERDS:
        readme = (released / "public" / herd / "README.txt").read_text(encoding="utf-8")
        crs = next(line for line in readme.splitlines() if line.startswith("+proj"))
        for name, layer in layers_of(released / "public", herd).items():
            frame = layer.to_crs(crs)
            xy = shapely.get_coordinates(frame.geometry.to_numpy())
            # Of a straight edge in the plane points are added where it bends on the globe.
            off = np.abs(xy / 20_000.0 - np.round(xy / 20_000.0)) * 20_000.0
            assert off.min(axis=1).max() < 0.01, name
            # Overlapping cells would tell how many polygons there are, and something of each.
            alike = frame.drop(columns=["geometry", "area_km2"], errors="ignore").astype(str)
            for _, own in frame.groupby(list(alike), dropna=False):
                assert own.union_all().area == pytest.approx(own.area.sum(), rel=1e-9)
        barriers = layers_of(released / "public", herd).get("barriers")
        if barriers is not None:
            assert set(barriers["name"]) == {""}
            assert barriers["rank"].isna().all()


def test_partners_are_shown_no_ground_of_one_animal(released: Path, demo_run: DemoRun) -> None:
    facts = json.loads(demo_run.path("delineate", "delineate.json").read_text())
    use = pd.read_parquet(demo_run.path("delineate", "population.parquet"))

    def share(tier: str, n_animals: int) -> float:
        """Return the share of the cells of so many animals that any polygon shows."""
        corridor = layers_of(released / tier, TRACKED)["corridors"].to_crs(facts["crs"])
        cells = use[(use["season"] == "all") & (use["n_animals"] == n_animals)]
        x, y = ((cells[axis] + 0.5) * facts["cell_m"] for axis in ("col", "row"))
        return float(shapely.contains_xy(corridor.union_all(), x, y).mean())

    assert share("internal", 1) > 0.99
    # Holes smaller than delineate.min_area_m2 are filled, and corners of cells are cut.
    assert share("partner", 1) < 0.002
    assert share("partner", 2) > 0.98


def test_no_byte_of_a_release_names_an_animal_or_a_day_of_one(
    released: Path, demo_run: DemoRun
) -> None:
    names = pd.read_parquet(demo_run.path("clean", "fixes.parquet"), columns=["animal"])
    animals = {one.encode() for one in names["animal"].unique()}
    animals |= {one.lower() for one in animals}
    assert len(animals) > 10
    for tier in TIERS:
        for path in sorted((released / tier).rglob("*.*")):
            content = path.read_bytes()
            if path.suffix == ".zip":
                with zipfile.ZipFile(path) as archive:
                    content = b"".join(map(archive.read, archive.namelist()))
            elif path.suffix == ".parquet":
                content = pq.read_table(path).drop_columns("geometry").to_pandas().to_csv().encode()
            found = [one for one in animals if one in content]
            assert found == [], path
            days = set(re.findall(rb"20[0-9]{2}-[01][0-9]-[0-3][0-9]", content))
            # A GeoPackage must tell a day of its last change: it has one that tells nothing.
            # The day on which an expert drew is stated with the drawing.
            assert days <= {DAY.encode(), b"2000-01-01", b"2024-01-01"}, path
            if path.suffix == ".gpkg":
                with closing(sqlite3.connect(path)) as connection:
                    assert connection.execute("PRAGMA freelist_count").fetchone() == (0,)


def test_a_release_is_the_same_at_another_path_and_says_nothing_of_paths(
    released: Path, demo_run: DemoRun, tmp_path: Path
) -> None:
    study = shutil.copytree(demo_run.folder, tmp_path / "another place")
    out = tmp_path / "deep" / "out"
    arguments = ["--out", str(out), "--tier", "partner", "--date", DAY]
    done = corridors(["release", "download", *arguments], study)
    assert done.returncode == 0, done.stderr
    first = released / "partner"
    files = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(out) for path in out.rglob("*") if path.is_file())
    for name in files:
        content = (out / name).read_bytes()
        assert content == (first / name).read_bytes(), name
        assert str(tmp_path).encode() not in content
    again = corridors(["release", "download", *arguments], study)
    assert again.returncode == 73
    assert "there already is something of this name" in again.stderr
    assert [path.name for path in out.parent.iterdir()] == ["out"]


@pytest.mark.parametrize("tier", TIERS)
def test_the_crate_tells_what_is_in_it_and_what_it_was_made_from(
    released: Path, demo_run: DemoRun, tier: str
) -> None:
    folder = released / tier
    crate = ROCrate(folder)
    assert crate.root_dataset["datePublished"] == DAY
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    files -= {"SHA256SUMS", "ro-crate-metadata.json"}
    assert {one.id for one in crate.data_entities} == files
    for one in crate.data_entities:
        assert one["sha256"] == hashlib.sha256((folder / one.id).read_bytes()).hexdigest()
    action = crate.dereference("#run")
    assert action["instrument"]["version"] == __version__
    inputs = {(one["name"], one["sha256"]) for one in action["object"]}
    raw = demo_run.folder / "data" / "raw" / "demo"
    for name, called in (
        ("simulated_tracks.csv", f"data of {TRACKED}"),
        ("simulated_fences.gpkg", "simulated_fences.gpkg"),
    ):
        assert (called, hashlib.sha256((raw / name).read_bytes()).hexdigest()) in inputs
    settings = json.loads((folder / "settings.json").read_text())["settings"]
    assert settings[TRACKED]["delineate"]["delineate"]["medium_share"] == 0.1
    assert "ingest" not in settings[TRACKED]
    contracts = json.loads((folder / "contracts.json").read_text())
    for name, frame in layers_of(folder, TRACKED).items():
        assert [one["name"] for one in contracts[name]["columns"]] == list(frame)


def test_the_bill_of_materials_is_valid_and_names_what_computes(released: Path) -> None:
    text = (released / "public" / "sbom.cdx.json").read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    bill = json.loads(text)
    assert bill["metadata"]["timestamp"].startswith(DAY)
    versions = {one["name"]: one["version"] for one in bill["components"]}
    assert versions["shapely"] == shapely.__version__
    assert "pytest" not in versions


def _changed(folder: Path) -> str:
    path = folder / TRACKED / "README.txt"
    path.write_bytes(path.read_bytes().replace(b"Ovis", b"Ovus", 1))
    return f"a file of the release was changed\n  where: file {TRACKED}/README.txt"


def _missing(folder: Path) -> str:
    (folder / TRACKED / "metadata.xml").unlink()
    return f"a file of the release is missing\n  where: file {TRACKED}/metadata.xml"


def _added(folder: Path) -> str:
    (folder / "fixes.csv").write_text("animal\n")
    return "a file is not part of the release\n  where: file fixes.csv"


def _opened(folder: Path) -> str:
    """A GeoPackage that a program wrote into is another file, too."""
    with closing(sqlite3.connect(folder / TRACKED / f"{TRACKED}.gpkg")) as connection, connection:
        connection.execute("UPDATE gpkg_contents SET description = 'mine'")
    return f"a file of the release was changed\n  where: file {TRACKED}/{TRACKED}.gpkg"


def _unlisted(folder: Path) -> str:
    (folder / "SHA256SUMS").write_text("abc\n")
    return "the list of checksums is damaged"


@pytest.mark.parametrize("damage", [_changed, _missing, _added, _opened, _unlisted])
def test_verify_names_what_is_not_as_it_was_released(
    released: Path, tmp_path: Path, damage: Callable[[Path], str]
) -> None:
    folder = shutil.copytree(released / "public", tmp_path / "public")
    fine = corridors(["release", "verify", str(folder)], tmp_path)
    assert fine.returncode == 0, fine.stderr
    words = damage(folder)
    done = corridors(["release", "verify", str(folder)], tmp_path)
    assert done.returncode == 65
    assert words in done.stderr
    by_others = subprocess.run(
        ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    assert (by_others.returncode == 0) == (damage is _added)


def test_what_may_not_go_out_leaves_nothing(demo_run: DemoRun, tmp_path: Path) -> None:
    study = shutil.copytree(demo_run.folder, tmp_path / "study")
    out = tmp_path / "out"
    asked = ["release", "download", "--out", str(out)]
    early = corridors([*asked, "--date", "2023-09-01"], study)
    assert early.returncode == 78
    assert "the data of wakhan-argali are too new for the tier public" in early.stderr
    config = study / "config.yaml"
    config.write_text(
        config.read_text().replace(
            "    simulated: true", "    record: {embargo_until: 2026-12-31}\n    simulated: true", 1
        )
    )
    named = corridors([*asked, "--date", DAY, "--herd", TRACKED], study)
    assert named.returncode == 78
    assert f"{TRACKED} is under embargo" in named.stderr
    assert not out.exists()
    told = corridors([*asked, "--date", DAY], study)
    assert told.returncode == 0, told.stderr
    assert f"look at: herd {TRACKED}: embargo: left out until 2026-12-31" in told.stdout
    assert {path.name for path in out.iterdir()} == {HERDS[1], *OF_ALL}
    assert json.loads((out / "catalog.json").read_text())["id"] == "wakhan-demo-public"
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".")] == []


# --- a release that follows another ---------------------------------------------------------------


def follow(demo_run: DemoRun, earlier: Path, out: Path, tier: str, day: str = "2026-12-01"):
    arguments = ["--out", str(out), "--tier", tier, "--date", day, "--after", str(earlier)]
    return corridors(["release", "download", *arguments], demo_run.folder)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("tier", ["partner", "public"])
def test_a_herd_with_no_more_animals_stays_byte_by_byte_as_it_was(
    released: Path, demo_run: DemoRun, tmp_path: Path, tier: str
) -> None:
    done = follow(demo_run, released / tier, tmp_path / "next", tier)
    assert done.returncode == 0, done.stderr
    assert f"look at: herd {TRACKED}: as in" in done.stdout
    assert bytes_of(tmp_path / "next" / TRACKED) == bytes_of(released / tier / TRACKED)
    assert corridors(["release", "verify", str(tmp_path / "next")], tmp_path).returncode == 0
    told = (tmp_path / "next" / "CHANGES.txt").read_text("utf-8")
    assert told.startswith(f"Changes since the release of {DAY}\n")
    assert f"{TRACKED}\n  as it was" in told
    # What nobody tracked is drawn anew: there is nobody whom a change could show.
    assert f"{HERDS[1]}\n  corridors: as before" in told
    assert {item.id for item in pystac.Catalog.from_file(
        str(tmp_path / "next" / "catalog.json")).get_items()} == set(HERDS)  # fmt: skip
    # Neither is it told what the data of the herd that stays are now.
    crate = (tmp_path / "next" / "ro-crate-metadata.json").read_text("utf-8")
    assert f"data of {TRACKED}" not in crate


def with_sample(earlier: Path, target: Path, sample: str) -> Path:
    """Copy a release in which the tracked herd had another sample."""
    from corridors.formats.checksums import write_checksums

    shutil.copytree(earlier, target)
    for path in (target / TRACKED).glob("*.parquet"):
        frame = gpd.read_parquet(path)
        if "sample" in frame:
            frame.assign(sample=sample).drop(columns="bbox", errors="ignore").to_parquet(path)
    write_checksums(target)
    return target


@pytest.mark.parametrize(
    ("tier", "sample", "is_renewed"),
    [("partner", "8", False), ("partner", "7", True), ("partner", "17", True),
     ("public", "5-9", False), ("public", "2-4", True)],
)  # fmt: skip
def test_a_herd_is_renewed_when_surely_five_animals_came_or_went(
    released: Path, demo_run: DemoRun, tmp_path: Path, tier: str, sample: str, *, is_renewed: bool
) -> None:
    earlier = with_sample(released / tier, tmp_path / "earlier", sample)
    done = follow(demo_run, earlier, tmp_path / "next", tier)
    assert done.returncode == 0, done.stderr
    assert (f"look at: herd {TRACKED}: as in" not in done.stdout) == is_renewed
    frame = gpd.read_parquet(tmp_path / "next" / TRACKED / f"{TRACKED}_corridors.parquet")
    assert (set(frame["sample"]) == {sample}) != is_renewed


def test_an_earlier_release_must_be_whole_and_of_the_same_tier_and_older(
    released: Path, demo_run: DemoRun, tmp_path: Path
) -> None:
    other = follow(demo_run, released / "partner", tmp_path / "next", "public")
    assert other.returncode == 65
    assert "the earlier release is of another tier" in other.stderr
    newer = follow(demo_run, released / "public", tmp_path / "next", "public", "2026-06-09")
    assert newer.returncode == 65
    assert "the earlier release is newer than this one" in newer.stderr
    damaged = tmp_path / "damaged"
    shutil.copytree(released / "public", damaged)
    (damaged / "contracts.json").write_text("{}")
    assert follow(demo_run, damaged, tmp_path / "next", "public").returncode == 65
    assert not (tmp_path / "next").exists()
