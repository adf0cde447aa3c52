"""The delineate stage on a herd that fits on squared paper."""

from __future__ import annotations

from dataclasses import fields

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from shapely.geometry import box

from corridors.formats.stored import save
from corridors.foundation import tables
from corridors.foundation.artefacts import Layer, Table, silent
from corridors.foundation.facts import Remark
from corridors.foundation.facts.surface import SurfaceFacts
from corridors.stages.delineate import stage
from worlds.stages import settings

CRS = "+proj=laea +lat_0=42.1 +lon_0=-109.8 +datum=WGS84 +units=m +no_defs +type=crs"
CELL_M = 100.0


_EMPTY = {"float64": np.nan, "int64": 0}


def estimate(migration, animal, season, part="migration", error=""):
    row = {name: _EMPTY.get(str(c.dtype), "") for name, c in tables.ESTIMATES.columns.items()}
    return row | {
        "migration": migration, "animal": animal, "season": season, "part": part,
        "method": "bbmm", "max_lag_h": 8.0, "mass": np.nan if error else 1.0, "error": error,
    }  # fmt: skip


def strip(migration, row, cols):
    """A surface that is even on some cells of one row, two cells high."""
    cells = [(r, c) for r in (row, row + 1) for c in cols]
    return pd.DataFrame(
        {
            "migration": migration,
            "row": np.array([r for r, _ in cells], dtype=np.int32),
            "col": np.array([c for _, c in cells], dtype=np.int32),
            "mass": 1.0 / len(cells),
        }
    )


def expert():
    return gpd.GeoDataFrame(
        {
            "herd": ["h"], "season": ["winter"], "isopleth": [np.nan], "n_animals": [0],
            "area_km2": [100.0], "evidence": ["expert"], "source": ["A. Name; 2020; high"],
        },
        geometry=[box(-110.0, 42.0, -109.9, 42.1)], crs="EPSG:4326",
    )  # fmt: skip


def run(estimates, surfaces, ranges=None, drawn=None):
    lattice = SurfaceFacts(
        crs=CRS, cell_m=CELL_M, method="auto", profile="corrected",
        n_surfaces=len(surfaces), n_without_surface=0,
    )  # fmt: skip
    inputs = stage.Inputs(
        ranges_expert=Layer.of(tables.empty(tables.RANGES) if ranges is None else ranges),
        corridors_expert=Layer.of(tables.empty(tables.CORRIDORS) if drawn is None else drawn),
        migrations=Table.of(tables.empty(tables.MIGRATIONS)),
        surfaces=Table.of(pd.concat(surfaces) if surfaces else tables.empty(tables.SURFACES)),
        estimates=Table.of(
            pd.DataFrame(estimates) if estimates else tables.empty(tables.ESTIMATES)
        ),
        surface=lattice,
    )
    out = stage.run(inputs, settings("delineate"), silent)
    for name in ("corridors", "stopovers", "ranges", "population"):
        tables.check(getattr(out, name).read(), tables.CONTRACTS[name.upper()])
    return out


@pytest.fixture
def herd():
    """Eleven animals along row 7: animal k uses columns -3...k in spring; three have autumns."""
    estimates, surfaces = [], []
    names = [f"a/{k:02d} <b>'--" for k in range(11)]
    for k, name in enumerate(names):
        estimates.append(estimate(f"spring{k}", name, "spring"))
        surfaces.append(strip(f"spring{k}", 7, range(-3, k + 10)))
        if k < 3:
            estimates.append(estimate(f"autumn{k}", name, "autumn"))
            surfaces.append(strip(f"autumn{k}", 40, range(-3, 10)))
        estimates.append(estimate(f"winter{k}", name, "winter", "range"))
        surfaces.append(strip(f"winter{k}", 7, range(-3, 12)))
    estimates.append(estimate("bad", names[0], "autumn", error="few_fixes"))
    return estimates, [
        s
        for _, s in sorted(
            zip([s["migration"].iloc[0] for s in surfaces], surfaces, strict=True),
            key=lambda pair: pair[0],
        )
    ]


def test_classes_count_animals_and_say_why_one_is_missing(herd):
    out = run(*herd)
    corridors = out.corridors.read()
    rows = {(r.season, r.corridor_class): r for r in corridors.itertuples()}
    assert sorted(rows) == [
        ("all", "high"), ("all", "low"), ("autumn", "low"), ("spring", "high"), ("spring", "low"),
    ]  # fmt: skip
    high = rows["spring", "high"]
    assert (high.n_animals, high.n_tracked) == (3, 11)
    assert high.share == pytest.approx(3 / 11)
    # Three animals reach columns -3...17: 21 columns of 2 rows; all eleven reach -3...9.
    assert high.area_km2 == pytest.approx(42 * 0.01, rel=0.02)
    assert rows["spring", "low"].area_km2 == pytest.approx(46 * 0.01, rel=0.02)
    assert rows["spring", "low"].geometry.covers(high.geometry)
    assert rows["all", "low"].area_km2 == pytest.approx((46 + 26) * 0.01, rel=0.02)
    assert out.facts.n_animals == {"all": 11, "autumn": 3, "spring": 11, "winter": 11}
    assert out.facts.seasons["spring"].missing_classes == {
        "medium": Remark.of("class_of_too_few", share=0.1, n_tracked=11, n_animals=1.1)
    }
    assert out.facts.n_windows_without_surface == 1


def test_the_population_surface_is_the_mean_of_animals_and_balanced_by_season(tmp_path, herd):
    out = run(*herd)
    cells = out.population.read()
    assert cells.groupby("season")["mass"].sum().round(12).to_dict() == dict.fromkeys(
        ["all", "autumn", "spring", "winter"], 1.0
    )
    everything = cells[cells["season"] == "all"]
    # Three of eleven animals spend half of their weight in autumn.
    assert everything.loc[everything["row"] >= 40, "mass"].sum() == pytest.approx(3 / 11 / 2)
    assert everything.loc[everything["row"] < 40, "n_animals"].max() == 11
    save(out.population_raster, tmp_path / "population.tif", "")
    with rasterio.open(tmp_path / "population.tif") as raster:
        array = raster.read(1)
        assert np.isnan(raster.nodata)
        assert raster.bounds == (-300.0, 700.0, 2000.0, 4200.0)
    assert np.nansum(array) == pytest.approx(1.0, rel=1e-6)
    assert np.isfinite(array).sum() == len(everything)
    assert array[0, 0] == pytest.approx(3 / 11 / 2 / 26)


def test_stopovers_are_the_top_tenth_of_the_area_and_ranges_are_isopleths(herd):
    out = run(*herd)
    stopovers = out.stopovers.read()
    spring = stopovers[stopovers["season"] == "spring"]
    assert spring["area_km2"].sum() == pytest.approx(0.05, rel=0.02)
    ranges = out.ranges.read().set_index("isopleth")
    assert ranges["season"].unique().tolist() == ["winter"]
    assert ranges.loc[0.5, "area_km2"] == pytest.approx(0.15, rel=0.02)
    assert ranges.loc[0.95, "geometry"].covers(ranges.loc[0.5, "geometry"])
    assert ranges["n_animals"].tolist() == [11, 11]


def test_the_order_of_rows_changes_no_byte(tmp_path, herd):
    estimates, surfaces = herd
    found = run(estimates, surfaces), run(estimates[::-1], surfaces[::-1])
    for one in fields(stage.Results):
        for number, results in enumerate(found):
            save(getattr(results, one.name), tmp_path / str(number), one.name.upper())
        first, second = ((tmp_path / name).read_bytes() for name in "01")
        assert first == second, one.name


def test_a_herd_with_expert_ranges_only_passes_them_on():
    out = run([], [], expert())
    assert len(out.corridors.read()) == 0
    assert len(out.stopovers.read()) == 0
    assert len(out.population.read()) == 0
    ranges = out.ranges.read()
    assert ranges["evidence"].tolist() == ["expert"]
    assert ranges["source"].tolist() == ["A. Name; 2020; high"]
    array, _ = out.population_raster.read(CRS)
    assert np.isnan(array).all()


def test_expert_ranges_stand_beside_tracked_ones(herd):
    ranges = run(*herd, expert()).ranges.read()
    assert sorted(ranges["evidence"]) == ["expert", "tracked", "tracked"]


def drawn():
    return gpd.GeoDataFrame(
        {
            "herd": ["h"], "season": ["all"], "corridor_class": ["low"], "n_animals": [0],
            "n_tracked": [0], "share": [np.nan], "area_km2": [100.0], "evidence": ["expert"],
            "source": ["A. Name; 2020; high"],
        },
        geometry=[box(-110.0, 42.0, -109.9, 42.1)], crs="EPSG:4326",
    )  # fmt: skip


def test_corridors_of_experts_stand_beside_tracked_ones_and_change_none(herd):
    both = run(*herd, drawn=drawn()).corridors.read()
    tracked = run(*herd).corridors.read()
    expert = both[both["evidence"] == "expert"]
    assert expert["source"].tolist() == ["A. Name; 2020; high"]
    assert expert["share"].isna().all()
    own = both[both["evidence"] == "tracked"].reset_index(drop=True)
    assert own.equals(tracked)
    assert (own["source"] == "").all()


def test_a_herd_that_only_an_expert_knows_has_the_experts_corridor():
    out = run([], [], expert(), drawn())
    assert out.corridors.read()["evidence"].tolist() == ["expert"]
    assert out.facts.n_expert_corridors == 1


def test_classes_have_the_area_of_their_cells_are_nested_and_valid(herd):
    out = run(*herd)
    corridors = out.corridors.read()
    cells = out.population.read()
    assert corridors.geometry.is_valid.all()
    for season, rows in corridors.groupby("season"):
        here = cells[cells["season"] == season]
        by_class = rows.set_index("corridor_class")
        for row in rows.itertuples():
            raster_km2 = (here["n_animals"] >= row.n_animals).sum() * CELL_M**2 / 1e6
            assert row.area_km2 == pytest.approx(raster_km2, rel=0.01)
        if "high" in by_class.index:
            low, high = by_class.loc["low"].geometry, by_class.loc["high"].geometry
            assert high.difference(low).area == pytest.approx(0, abs=1e-15)
