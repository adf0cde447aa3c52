"""The describe stage on a herd that fits on squared paper."""

from __future__ import annotations

from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from corridors.config.model import Delineate, Describe, Profile
from corridors.formats.parquet import read_json, read_table, write_json, write_table
from corridors.foundation import tables
from corridors.foundation.crs import transformer
from corridors.stages import delineate, describe
from corridors.stages.context import StageContext

CRS = "+proj=laea +lat_0=42.1 +lon_0=-109.8 +datum=WGS84 +units=m +no_defs +type=crs"
CELL_M = 100.0
SCHEMAS = {
    "migrations": tables.MIGRATIONS,
    "fixes": tables.CLEAN_FIXES,
    "surfaces": tables.SURFACES,
    "estimates": tables.ESTIMATES,
    "ranges_expert": tables.RANGES,
    "corridors_expert": tables.CORRIDORS,
}
FILLED = {"float64": np.nan, "int64": 0, "bool": False}
# Columns that each animal uses in row 7 in spring; the last one also comes back in a second year.
COLUMNS = {"a/1": range(4), "b <i>": range(2, 6), "c'--": range(2, 8), "d": range(6, 10)}
SECOND_YEAR = range(8, 12)


def filled(schema, **values):
    row = {name: FILLED.get(str(c.dtype), "") for name, c in schema.columns.items()}
    return row | values


def surface(migration, cols):
    return pd.DataFrame(
        {
            "migration": migration,
            "row": np.full(len(cols), 7, dtype=np.int32),
            "col": np.array(cols, dtype=np.int32),
            "mass": 1.0 / len(cols),
        }
    )


def track(animal, cols, start):
    """One fix every three hours in the middle of each cell."""
    x = (np.array(cols) + 0.5) * CELL_M
    y = np.full(x.size, 7.5 * CELL_M)
    lon, lat = transformer(CRS, "EPSG:4326").transform(x, y)
    times = pd.Timestamp(start, tz="UTC") + pd.to_timedelta(3 * np.arange(x.size), unit="h")
    rows = [
        filled(tables.CLEAN_FIXES, herd="h", animal=animal, source_row=i + 2, flags=0, burst=0)
        for i in range(x.size)
    ]
    frame = pd.DataFrame(rows).assign(time_utc=times.astype(tables.UTC), x_m=x, y_m=y)
    frame = frame.astype({"flags": "uint16", "burst": "int32"})
    return gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(lon, lat), crs="EPSG:4326")


def world(tracked=True):
    windows, fixes, surfaces, estimates = [], [], [], []
    plan = [(name, 2020, cols) for name, cols in COLUMNS.items()] + [("d", 2021, SECOND_YEAR)]
    for number, (name, year, cols) in enumerate(plan if tracked else []):
        own = track(name, cols, f"{year}-05-0{1 + number}")
        about = {"migration": f"m{number}", "animal": name, "season": "spring", "part": "migration"}
        windows.append(
            filled(
                tables.MIGRATIONS,
                herd="h",
                bio_year=year,
                start_utc=own["time_utc"].min(),
                end_utc=own["time_utc"].max(),
                method="auto",
                **about,
                **{"class": "migrant"},
            )
        )
        fixes.append(own)
        surfaces.append(surface(f"m{number}", cols))
        estimates.append(filled(tables.ESTIMATES, **about, method="bbmm", mass=1.0))
    return {
        ("segment", "migrations"): pd.DataFrame(windows),
        ("clean", "fixes"): pd.concat(fixes) if fixes else pd.DataFrame(),
        ("surface", "surfaces"): pd.concat(surfaces) if fixes else pd.DataFrame(),
        ("surface", "estimates"): pd.DataFrame(estimates),
        ("ingest", "ranges_expert"): pd.DataFrame(),
        ("ingest", "corridors_expert"): pd.DataFrame(),
    }


def run(folder, frames, profile="corrected"):
    upstream = {}
    for stage in ("ingest", "clean", "segment", "surface", "delineate"):
        (folder / stage).mkdir(parents=True, exist_ok=True)
        upstream[stage] = {"h": folder / stage}
    for (stage, name), frame in frames.items():
        schema = SCHEMAS[name]
        rows = frame if len(frame) else tables.empty(schema)
        write_table(rows, folder / stage / f"{name}.parquet", schema)
    animals = len(COLUMNS) if len(frames["clean", "fixes"]) else 0
    write_json({"crs": CRS, "cell_m": CELL_M, "n_animals": animals}, folder / "clean/clean.json")
    write_json({"crs": CRS, "cell_m": CELL_M}, folder / "surface/surface.json")
    settings = SimpleNamespace(
        delineate=Delineate(footprint_isopleth=1.0, min_area_m2=0.0),
        describe=Describe(orders=50),
        profile=Profile(name=profile),
    )
    delineate.run(StageContext("h", settings, {}, upstream, folder / "delineate"))
    out = folder / "describe"
    out.mkdir()
    describe.run(StageContext("h", settings, {}, upstream, out))
    return out


@pytest.fixture
def out(tmp_path):
    return run(tmp_path, world())


def test_the_rarefaction_curve_of_four_animals_is_exact(out):
    curve = read_table(out / "sufficiency.parquet").query("season == 'all'")
    assert set(curve["corridor_class"]) == {"low"}
    # Footprints of 4, 4, 6 and 6 columns; 2-3 shared by three, 4-5 by two, 6-7 by two.
    assert curve["area_km2"].tolist() == pytest.approx([0.05, 0.0833333, 0.105, 0.12], rel=1e-6)
    # Columns 0, 1 and 8 to 11 are one animal's only: six of twelve over four animals.
    assert curve["slope_frac"].iloc[-1] == pytest.approx(6 / 4 / 12)
    last = curve.iloc[-1]
    assert last["area_p05_km2"] == last["area_km2"] == last["area_p95_km2"]
    facts = read_json(out / "facts.json")["sufficiency"]["all"]
    assert (facts["flag"], facts["n_sufficient"]) == ("insufficient", None)
    assert read_json(out / "facts.json")["notes"][0].startswith("insufficient sample of 4 animals")


def test_an_animal_is_held_against_the_corridor_of_the_others(out):
    skill = read_table(out / "skill.parquet").set_index("animal")
    assert set(skill["corridor_class"]) == {"low"}
    assert skill["n_others"].tolist() == [3] * 4
    # Two of the first's four columns are others' too; all of the second's; d's 6 and 7 of the
    # two years' 6-9 and 8-11, in which 8 and 9 have two windows' fixes and mass.
    inside = {"a/1": 0.5, "b <i>": 1.0, "c'--": 1.0, "d": 2 / 8}
    assert skill["fixes_inside"].to_dict() == pytest.approx(inside)
    assert skill["mass_inside"].to_dict() == pytest.approx(inside)
    assert skill["area_km2"].to_dict() == pytest.approx(
        {"a/1": 0.10, "b <i>": 0.12, "c'--": 0.12, "d": 0.08}
    )


def test_years_of_one_animal_are_compared(out):
    fidelity = read_table(out / "fidelity.parquet")
    row = fidelity.iloc[0]
    assert len(fidelity) == 1
    assert (row["animal"], row["bio_year"], row["other_year"]) == ("d", 2020, 2021)
    # Two of four even columns in common.
    assert row["bhattacharyya"] == pytest.approx(0.5)
    assert row["intersection"] == pytest.approx(0.5)
    assert read_json(out / "facts.json")["fidelity"]["spring"]["n_animals"] == 1


def test_migrations_have_days_and_distances(out):
    found = read_table(out / "migration_facts.parquet").set_index("migration")
    assert found["n_fixes"].tolist() == [4, 4, 6, 4, 4]
    assert found.loc["m2", "days"] == pytest.approx(15 / 24)
    assert found.loc["m2", "path_km"] == pytest.approx(0.5, rel=1e-4)
    for name in ("net_km", "resampled_km", "farthest_km"):
        assert found.loc["m2", name] == pytest.approx(found.loc["m2", "path_km"], rel=1e-4)
    assert found.loc["m2", "speed_km_d"] == pytest.approx(0.5 / (15 / 24), rel=1e-4)
    facts = read_json(out / "facts.json")
    assert facts["sample"]["n_migrations"] == 5
    assert facts["sample"]["fix_interval_h"] == 3.0
    assert facts["migrations"]["spring"]["median_start"] == "05-03"
    assert facts["migrations"]["all"]["days"]["max"] == pytest.approx(15 / 24)


def test_the_order_of_rows_changes_no_byte(tmp_path, out):
    frames = world()
    mixed = {
        key: frame if key[1] in ("surfaces", "fixes") else frame.iloc[::-1]
        for key, frame in frames.items()
    }
    fixes = frames["clean", "fixes"]
    mixed["clean", "fixes"] = fixes.sample(frac=1.0, random_state=4)
    again = run(tmp_path / "again", mixed)
    for path in sorted(out.iterdir()):
        assert path.read_bytes() == (again / path.name).read_bytes(), path.name


def test_a_herd_without_tracks_has_empty_tables_and_no_claims(tmp_path):
    out = run(tmp_path, world(tracked=False))
    for name in ("migration_facts", "sufficiency", "skill", "fidelity"):
        assert len(read_table(out / f"{name}.parquet")) == 0
    facts = read_json(out / "facts.json")
    assert facts["sample"]["n_animals"] == 0
    assert facts["sufficiency"] == facts["skill"] == facts["migrations"] == {}
    assert facts["notes"] == []


def test_profile_usgs_makes_no_claim_about_the_sample(tmp_path):
    out = run(tmp_path, world(), profile="usgs")
    assert len(read_table(out / "sufficiency.parquet")) == 0
    assert len(read_table(out / "skill.parquet")) == 0
    assert len(read_table(out / "migration_facts.parquet")) == 5
