"""The describe stage on a herd that fits on squared paper."""

from __future__ import annotations

from dataclasses import fields

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from corridors.formats.stored import save
from corridors.foundation import tables
from corridors.foundation.artefacts import FixTable, Layer, Table, silent
from corridors.foundation.crs import transformer
from corridors.foundation.facts.segment import SegmentFacts
from corridors.foundation.facts.surface import SurfaceFacts
from corridors.stages.delineate import stage as delineate
from corridors.stages.describe import stage as describe
from worlds.stages import lattice, settings

CRS = "+proj=laea +lat_0=42.1 +lon_0=-109.8 +datum=WGS84 +units=m +no_defs +type=crs"
CELL_M = 100.0
SCHEMAS = {
    "migrations": tables.MIGRATIONS,
    "fixes": tables.CLEAN_FIXES,
    "surfaces": tables.SURFACES,
    "estimates": tables.ESTIMATES,
}
TABLES = ("migration_facts", "sufficiency", "skill", "fidelity")
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
        estimates.append(
            filled(
                tables.ESTIMATES,
                **about,
                method="bbmm",
                reason="configured",
                max_lag_h=8.0,
                mass=1.0,
            )
        )
    frames = {
        "migrations": pd.DataFrame(windows),
        "fixes": pd.concat(fixes) if fixes else pd.DataFrame(),
        "surfaces": pd.concat(surfaces) if surfaces else pd.DataFrame(),
        "estimates": pd.DataFrame(estimates),
    }
    return {
        name: tables.check(frame, SCHEMAS[name]) if len(frame) else tables.empty(SCHEMAS[name])
        for name, frame in frames.items()
    }


def run(frames, profile="corrected"):
    migrations, surfaces, estimates = (
        Table.of(frames[name]) for name in ("migrations", "surfaces", "estimates")
    )
    facts = SurfaceFacts(
        crs=CRS, cell_m=CELL_M, method="auto", profile=profile, n_surfaces=0, n_without_surface=0
    )
    given = {
        "delineate": {"footprint_isopleth": 1.0, "min_area_m2": 0.0},
        "describe": {"orders": 50},
        "profile": {"name": profile},
        "intersect": {"trials": {"units": {"min_common": 3, "distance_m": 250.0, "time_h": 1.0}}},
    }
    drawn = delineate.run(
        delineate.Inputs(
            ranges_expert=Layer.of(tables.empty(tables.RANGES)),
            corridors_expert=Layer.of(tables.empty(tables.CORRIDORS)),
            migrations=migrations,
            surfaces=surfaces,
            estimates=estimates,
            surface=facts,
        ),
        settings("delineate", **given),
        silent,
    )
    out = describe.run(
        describe.Inputs(
            fixes=FixTable.of(frames["fixes"]),
            clean=lattice(CRS, CELL_M, n_animals=len(COLUMNS) if len(frames["fixes"]) else 0),
            migrations=migrations,
            segment=SegmentFacts.model_construct(seasons={}),
            surfaces=surfaces,
            estimates=estimates,
            surface=facts,
            corridors=drawn.corridors,
            stopovers=drawn.stopovers,
            ranges=drawn.ranges,
            population=drawn.population,
        ),
        settings("describe", **given),
        silent,
    )
    for name in TABLES:
        tables.check(getattr(out, name).read(), tables.CONTRACTS[name.upper()])
    return out


@pytest.fixture
def out():
    return run(world())


def test_the_rarefaction_curve_of_four_animals_is_exact(out):
    curve = out.sufficiency.read().query("season == 'all'")
    assert set(curve["corridor_class"]) == {"low"}
    # Footprints of 4, 4, 6 and 6 columns; 2-3 shared by three, 4-5 by two, 6-7 by two.
    assert curve["area_km2"].tolist() == pytest.approx([0.05, 0.0833333, 0.105, 0.12], rel=1e-6)
    # Columns 0, 1 and 8 to 11 are one animal's only: six of twelve over four animals.
    assert curve["slope_frac"].iloc[-1] == pytest.approx(6 / 4 / 12)
    last = curve.iloc[-1]
    assert last["area_p05_km2"] == last["area_km2"] == last["area_p95_km2"]
    facts = out.facts.sufficiency["all"]
    assert (facts.flag, facts.n_sufficient) == ("insufficient", None)
    slope_frac = pytest.approx(6 / 4 / 12)
    assert out.facts.notes[0].code == "sample_too_small"
    assert out.facts.notes[0].values == {"n_animals": 4, "n_units": 4, "slope_frac": slope_frac}


def test_animals_that_travel_together_count_once_in_the_sample():
    frames = world()
    # b comes a day after a, 200 m ahead of it: now on the same day.
    for name, columns in (("fixes", ["time_utc"]), ("migrations", ["start_utc", "end_utc"])):
        own = frames[name]["animal"] == "b <i>"
        for column in columns:
            frames[name].loc[own, column] -= pd.Timedelta(days=1)
    out = run(frames)
    curve = out.sufficiency.read().query("season == 'all'")
    assert curve["n_units"].tolist() == [1, 2, 3]
    assert curve["n_animals"].tolist() == pytest.approx([4 / 3, 8 / 3, 4])
    # Columns 0-5, 2-7 and 6-11.
    assert curve["area_km2"].tolist() == pytest.approx([0.06, 0.10, 0.12])
    assert curve["slope_frac"].iloc[-1] == pytest.approx(1 / 6)
    facts = out.facts.sufficiency["all"]
    assert (facts.n_animals, facts.n_units) == (4, 3)
    assert out.facts.notes[0].values["n_units"] == 3


def test_an_animal_is_held_against_the_corridor_of_the_others(out):
    skill = out.skill.read().set_index("animal")
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
    fidelity = out.fidelity.read()
    row = fidelity.iloc[0]
    assert len(fidelity) == 1
    assert (row["animal"], row["bio_year"], row["other_year"]) == ("d", 2020, 2021)
    # Two of four even columns in common.
    assert row["bhattacharyya"] == pytest.approx(0.5)
    assert row["intersection"] == pytest.approx(0.5)
    assert out.facts.fidelity["spring"].n_animals == 1


def test_migrations_have_days_and_distances(out):
    found = out.migration_facts.read().set_index("migration")
    assert found["n_fixes"].tolist() == [4, 4, 6, 4, 4]
    assert found.loc["m2", "days"] == pytest.approx(15 / 24)
    assert found.loc["m2", "path_km"] == pytest.approx(0.5, rel=1e-4)
    for name in ("net_km", "resampled_km", "farthest_km"):
        assert found.loc["m2", name] == pytest.approx(found.loc["m2", "path_km"], rel=1e-4)
    assert found.loc["m2", "speed_km_d"] == pytest.approx(0.5 / (15 / 24), rel=1e-4)
    assert out.facts.sample.n_migrations == 5
    assert out.facts.sample.fix_interval_h == 3.0
    assert out.facts.migrations["spring"].median_start == "05-03"
    assert out.facts.migrations["all"].days.max == pytest.approx(15 / 24)


def test_the_order_of_rows_changes_no_byte(tmp_path, out):
    frames = world()
    mixed = {name: frame.iloc[::-1] for name, frame in frames.items()}
    mixed |= {"surfaces": frames["surfaces"]}
    mixed |= {"fixes": frames["fixes"].sample(frac=1.0, random_state=4)}
    again = run(mixed)
    for one in fields(describe.Results):
        for number, results in enumerate((out, again)):
            save(getattr(results, one.name), tmp_path / str(number), one.name.upper())
        first, second = ((tmp_path / name).read_bytes() for name in "01")
        assert first == second, one.name


def test_a_herd_without_tracks_has_empty_tables_and_no_claims():
    out = run(world(tracked=False))
    for name in TABLES:
        assert len(getattr(out, name).read()) == 0
    assert out.facts.sample.n_animals == 0
    assert out.facts.sufficiency == out.facts.skill == out.facts.migrations == {}
    assert out.facts.notes == ()


def test_profile_usgs_makes_no_claim_about_the_sample():
    out = run(world(), profile="usgs")
    assert len(out.sufficiency.read()) == 0
    assert len(out.skill.read()) == 0
    assert len(out.migration_facts.read()) == 5
