"""Stage connect with a resistance estimated from tracks, on a simulated herd."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from rasterio import Affine
from shapely.geometry import LineString, Point, box

from corridors.atlas.words.habitat import tables_instead
from corridors.atlas.words.remarks import remarks_in_words
from corridors.demo.selection import COVER, COVER_SELECTION, ELEVATION, walk, world
from corridors.formats.stored import save
from corridors.foundation import tables
from corridors.foundation.artefacts import FixTable, Layer, RawFiles, Table, silent
from corridors.foundation.crs import to_geographic, transformer
from corridors.foundation.errors import MethodError
from corridors.foundation.facts import Remark
from corridors.foundation.facts.clean import CleanFacts
from corridors.stages import registry
from corridors.stages.connect import stage
from worlds.stages import settings

CRS = "+proj=laea +lat_0=42.1 +lon_0=-109.8 +datum=WGS84 +units=m +no_defs +type=crs"
N, CELL_M, HOURS = 60, 200.0, 12
ANIMALS = 8
HOSTILE = "../<b>ewe</b>;drop"
LAYERS = (
    {"name": "cover", "path": "cover.tif", "kind": "class", "reference": "steppe",
     "classes": {name: [code] for code, name in COVER.items()},
     "resistance": {1: 1, 2: 2, 3: 3, 4: 4}},
    {"name": "elevation", "path": "elevation.tif", "kind": "continuous", "slope": 0.0},
)  # fmt: skip


@dataclass(frozen=True)
class Made:
    """A folder with layers, and the fixes of a herd whose selection is known."""

    folder: Path
    fixes: gpd.GeoDataFrame


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return layers and tracks of a herd whose selection is known."""
    folder = tmp_path_factory.mktemp("herd")
    rng = np.random.default_rng(15)
    ground = world(rng, n=N)
    cells = walk(
        rng, ground, n_animals=ANIMALS, n_fixes=150, steps_per_fix=6, step_cells=2.0, spread=0.0
    )
    for name, values in (("cover", ground.cover), ("elevation", ground.elevation_m)):
        with rasterio.open(
            folder / f"{name}.tif", "w", driver="GTiff", height=N, width=N, count=1,
            dtype=values.dtype, crs=CRS, transform=Affine(CELL_M, 0, 0, 0, -CELL_M, N * CELL_M),
        ) as dataset:  # fmt: skip
            dataset.write(values, 1)
    return Made(folder, fixes(cells, rng))


def names():
    return [HOSTILE, *(f"ewe {number}" for number in range(1, ANIMALS))]


def fixes(cells, rng):
    """Return two fixes per position: the second, an hour later, must be thinned away."""
    frames = []
    start = pd.Timestamp("2020-03-01", tz="UTC")
    for name, own in zip(names(), cells, strict=True):
        row, col = np.divmod(np.repeat(own, 2), N)
        hours = np.repeat(np.arange(own.size) * HOURS, 2) + np.tile([0, 1], own.size)
        x = (col + rng.random(col.size)) * CELL_M
        y = (N - 1 - row + rng.random(row.size)) * CELL_M
        frames.append(pd.DataFrame({"animal": name, "time_utc": start + pd.to_timedelta(hours, "h"),
                                    "x_m": x, "y_m": y}))  # fmt: skip
    frame = pd.concat(frames).sort_values(["animal", "time_utc"], kind="stable")
    lon, lat = transformer(CRS, "EPSG:4326").transform(frame["x_m"], frame["y_m"])
    frame = frame.assign(
        herd="h", dop=np.nan, fix_type="3d", species="Ovis ammon", source="made up",
        source_row=1, flags=np.uint16(0), burst=np.int32(0),
    )  # fmt: skip
    frame["time_utc"] = frame["time_utc"].astype("datetime64[us, UTC]")
    frame["flags"] = frame["flags"].astype("uint16")
    frame["burst"] = frame["burst"].astype("int32")
    return gpd.GeoDataFrame(
        frame.reset_index(drop=True), geometry=gpd.points_from_xy(lon, lat), crs="EPSG:4326"
    )


def windows():
    """Return one migration per animal: the first 50 days of 75."""
    frame = pd.DataFrame({"animal": names()}).assign(
        migration=[f"m{number}" for number in range(ANIMALS)], herd="h", bio_year=2020,
        season="spring", part="migration", method="auto", is_open=False,
        start_utc=pd.Timestamp("2020-03-01", tz="UTC"),
        end_utc=pd.Timestamp("2020-04-20", tz="UTC"),
    )  # fmt: skip
    frame["class"] = "migrant"
    for column in ("start_utc", "end_utc"):
        frame[column] = frame[column].astype("datetime64[us, UTC]")
    return frame


def ranges():
    rows = [
        {
            "herd": "h", "season": season, "isopleth": np.nan, "n_animals": 0, "area_km2": 1.0,
            "evidence": "expert", "source": "", "geometry": to_geographic(shape, CRS),
        }
        for season, shape in (("winter", box(300, 300, 1500, 1500)),
                              ("summer", box(10_000, 9000, 11_500, 11_000)))
    ]  # fmt: skip
    return gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4326")


def run(made, layers=LAYERS, selection=None, resistance_from="tracks", tracks=None, habitat=None):
    used = {"used": "all", "available_km": 20.0} | (selection or {})
    habitat = {
        "cell_m": CELL_M, "margin_km": 0.0, "layers": layers, "resistance_from": resistance_from,
        "selection": used,
    } | (habitat or {})  # fmt: skip
    inputs = stage.Inputs(
        clean=CleanFacts(
            crs=CRS,
            cell_m=50.0,
            cell_reason=Remark.of("cell_configured"),
            n_fixes=0,
            n_usable=0,
            n_animals=0,
            flags={},
        ),
        fixes=FixTable.of(made.fixes if tracks is None else tracks),
        migrations=Table.of(windows()),
        corridors=Layer.of(tables.empty(tables.CORRIDORS)),
        stopovers=Layer.of(tables.empty(tables.STOPOVERS)),
        ranges=Layer.of(ranges()),
        raw=RawFiles({layer["path"]: made.folder / layer["path"] for layer in layers}),
    )
    return stage.run(inputs, settings("connect", habitat=habitat), silent)


@pytest.fixture(scope="module")
def fitted(made):
    return run(made)


def test_the_known_selection_is_inside_the_intervals(fitted):
    table = fitted.selection.read().set_index("term")
    # The truth is per standard deviation of the world, 300 m.
    true = {"elevation": ELEVATION * table.loc["elevation", "sd"] / 300.0} | {
        f"cover:{name}": COVER_SELECTION[code] for code, name in COVER.items() if code != 1
    }
    for term, value in true.items():
        assert table.loc[term, "low"] <= value <= table.loc[term, "high"], term
        assert table.loc[term, "relative_use"] == pytest.approx(
            np.exp(table.loc[term, "coefficient"])
        )
    assert table.loc["cover:steppe", "kind"] == "reference"
    classes = table[table["layer"] == "cover"]
    assert classes["used_frac"].sum() == pytest.approx(1.0)
    assert classes["available_frac"].sum() == pytest.approx(1.0)


def test_thinned_fixes_are_one_per_animal_and_twelve_hours(fitted):
    facts = fitted.selection_facts
    assert facts.n_fixes == ANIMALS * 150
    assert facts.n_animals == len(facts.boyce_folds) == ANIMALS
    assert sorted(fold.animals[0] for fold in facts.boyce_folds) == sorted(names())
    assert facts.boyce_mean > 0.6
    response = facts.response["elevation"]
    assert len(response.x) == 41
    assert response.log_use == sorted(response.log_use)


def test_resistance_is_the_inverse_of_use(fitted, made):
    resistance, _ = fitted.resistance.read(CRS)
    with rasterio.open(made.folder / "cover.tif") as dataset:
        cover = dataset.read(1)
    with rasterio.open(made.folder / "elevation.tif") as dataset:
        elevation = dataset.read(1)
    rows, cols = resistance.shape
    cover, elevation = cover[N - rows :, :cols], elevation[N - rows :, :cols]
    table = fitted.selection.read().set_index("term")["coefficient"]
    mean, sd = fitted.selection.read().set_index("term").loc["elevation", ["mean", "sd"]]
    log_use = (
        table["elevation"] * (elevation - mean) / sd
        + np.array(
            [0.0, 0.0, table["cover:shrub"], table["cover:forest"], table["cover:cropland"]]
        )[cover]
    )
    inner = (resistance > 1.001) & (resistance < 99.9)
    product = np.log(resistance) + log_use
    assert inner.mean() > 0.9
    assert np.ptp(product[inner]) < 1e-4
    assert np.nanmin(resistance) == 1.0


def test_fixes_on_migration_are_those_of_the_windows(made):
    out = run(made, selection={"used": "migrations"})
    facts = out.selection_facts
    assert facts.n_fixes == ANIMALS * 101  # 50 days with two fixes, and the last moment
    assert facts.used == "migrations"


def test_a_second_run_writes_the_same_bytes(made, fitted, tmp_path):
    again = run(made)
    for name, written in registry.get("connect").results.items():
        one, two = (tmp_path / f"{each}-{written.file}" for each in ("one", "two"))
        save(getattr(fitted, name), one, written.contract)
        save(getattr(again, name), two, written.contract)
        assert one.read_bytes() == two.read_bytes(), name


def test_too_few_animals_are_refused_or_leave_the_table_and_say_so(made):
    few = {"min_animals": 9}
    with pytest.raises(MethodError, match="8 animals with at least 10 thinned fixes"):
        run(made, selection=few)
    out = run(made, selection=few, resistance_from="tracks_or_table")
    facts = out.facts
    assert facts.resistance_from == "table"
    assert facts.selection_refused.code == "too_few_animals"
    (note,) = tables_instead(facts.selection_refused)
    assert note.startswith("resistance is that of the tables: 8 animals with at least 10 thinned")
    assert out.selection_facts.refused == facts.selection_refused
    assert out.selection_facts.is_fitted is False
    assert len(out.selection.read()) == 0
    assert set(np.unique(out.resistance.read(CRS)[0])) <= {1.0, 2.0, 3.0, 4.0}


def test_a_herd_that_nobody_tracked_gets_the_table_only_where_that_is_allowed(made):
    nobody = tables.empty(tables.CLEAN_FIXES)
    with pytest.raises(MethodError, match="the herd has no fixes that are usable"):
        run(made, tracks=nobody)
    out = run(made, tracks=nobody, resistance_from="tracks_or_table")
    assert out.facts.resistance_from == "table"


def test_a_class_that_hardly_any_animal_used_has_the_largest_resistance(made):
    used = made.fixes
    cell = (N - 1 - used["y_m"] // CELL_M) * N + used["x_m"] // CELL_M
    by_two = cell.groupby(cell).transform(lambda own: used.loc[own.index, "animal"].nunique()) <= 2
    first_two = used["animal"].isin(names()[:2])
    rare = np.setdiff1d(cell[first_two & by_two], cell[~first_two]).astype(int)[:8]
    with rasterio.open(made.folder / "cover.tif") as dataset:
        cover, profile = dataset.read(1), dataset.profile
    cover.flat[rare] = 9
    with rasterio.open(made.folder / "rare.tif", "w", **profile) as dataset:
        dataset.write(cover, 1)
    layer = LAYERS[0] | {"path": "rare.tif", "classes": LAYERS[0]["classes"] | {"rare": [9]}}
    out = run(made, layers=(layer | {"resistance": {}}, LAYERS[1]))
    table = out.selection.read().set_index("term")
    assert not table.loc["cover:rare", "is_estimated"]
    assert np.isnan(table.loc["cover:rare", "coefficient"])
    assert table.loc["cover:rare", "available_frac"] > 0
    (note,) = (note for note in out.selection_facts.notes if note.code == "classes_of_too_few")
    assert list(note.values["n_animals"]) == ["cover:rare"]
    resistance, grid = out.resistance.read(CRS)
    row, col = np.divmod(rare, N)
    at = zip(*grid.array_index(N - 1 - row, col), strict=True)
    inside = [
        (r, c) for r, c in at if 0 <= r < resistance.shape[0] and 0 <= c < resistance.shape[1]
    ]
    assert inside
    assert {float(resistance[place]) for place in inside} == {100.0}


def test_a_response_with_a_square_is_told_by_where_it_turns(made):
    out = run(made, layers=(LAYERS[0], LAYERS[1] | {"quadratic": True}))
    facts = out.selection_facts
    (said,) = (one for one in facts.what if one.values["layer"] == "elevation")
    response = facts.response["elevation"]
    x, log_use = np.array(response.x), np.array(response.log_use)
    inner = [k for k in (int(log_use.argmax()), int(log_use.argmin())) if 0 < k < x.size - 1]
    if inner:
        assert said.values["turn"] == pytest.approx(x[inner[0]], abs=x[1] - x[0])
        assert ("greatest" in said.code) == (inner[0] == log_use.argmax())
    else:
        end = "upper" if log_use[-1] > log_use[0] else "lower"
        assert said == Remark.of("use_greatest_at_end", layer="elevation", end=end)


def test_words_say_metres_where_a_layer_is_a_distance(made):
    gpd.GeoDataFrame(
        geometry=[LineString([(5000, 0), (5000, 12_000)])], crs=CRS
    ).to_file(made.folder / "road.gpkg")  # fmt: skip
    road = {"name": "road", "path": "road.gpkg", "kind": "distance", "max_distance_m": 4000.0}
    out = run(made, layers=(*LAYERS, road))
    said = remarks_in_words(out.selection_facts.what)
    assert [" m more means" in line for line in said if line.startswith("road:")] == [True]
    assert not any(" m more means" in line for line in said if line.startswith("elevation:"))


def test_a_distance_without_features_is_noted(made):
    gpd.GeoDataFrame(geometry=[Point(500_000, 0)], crs=CRS).to_file(made.folder / "far.gpkg")
    far = {"name": "far", "path": "far.gpkg", "kind": "distance", "max_distance_m": 4000.0,
           "slope": 0.0}  # fmt: skip
    out = run(made, layers=(*LAYERS, far), resistance_from="table")
    facts = out.facts
    assert facts.layers["far"].n_features == 0
    assert Remark.of("layer_far_away", layer="far", max_distance_m=4000.0) in facts.notes


def test_migrations_are_compared_with_the_green_up_of_their_cells(made):
    # Green in the west first: half of summer's greenness on day 70 of 2020 in the first column,
    # a third of a day later in each next one.
    days = np.arange(1, 240, 8)
    column = np.tile(np.arange(N), (N, 1))
    bands = [40 + 160 / (1 + np.exp((70 + column / 3 - day) / 7)) for day in days]
    with rasterio.open(
        made.folder / "ndvi.tif", "w", driver="GTiff", height=N, width=N, count=len(days),
        dtype="float32", crs=CRS, transform=Affine(CELL_M, 0, 0, 0, -CELL_M, N * CELL_M),
    ) as dataset:  # fmt: skip
        for number, (day, band) in enumerate(zip(days, bands, strict=True), start=1):
            dataset.write(band.astype(np.float32), number)
            dataset.set_band_description(number, f"2020{day:03d}")
    layer = {"name": "ndvi", "path": "ndvi.tif", "kind": "continuous", "date_format": "%Y%j"}
    out = run(made, layers=(*LAYERS, layer),
              habitat={"green_up": {"layer": "ndvi"}})  # fmt: skip
    table = out.drivers.read().set_index("animal")
    assert sorted(table.index) == sorted(names())
    used = made.fixes
    used = used[used["time_utc"] <= pd.Timestamp("2020-04-20", tz="UTC")]
    day = (used["time_utc"] - pd.Timestamp("2019-12-31", tz="UTC")) / pd.Timedelta(days=1)
    late = day - (70 + (used["x_m"] // CELL_M) / 3)
    expected = late.groupby(used["animal"]).mean()
    assert table["days_from_peak"].to_dict() == pytest.approx(expected.to_dict(), abs=1.0)
    assert (table["n_known"] == table["n_fixes"]).all()
    assert table["speed_km_d"].to_numpy() == pytest.approx(table["net_km"] / 50.0, rel=0.02)
    facts = out.facts.green_up
    assert facts.n_with_green_up == ANIMALS
    assert facts.median_abs_days_from_peak == table["abs_days_from_peak"].median()
