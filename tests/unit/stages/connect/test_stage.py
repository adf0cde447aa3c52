"""The connect stage on small worlds, and every raster that it refuses."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from rasterio import Affine
from shapely.geometry import Point, box

from corridors.config.model import Habitat
from corridors.formats.stored import save
from corridors.foundation import tables
from corridors.foundation.artefacts import FixTable, Layer, RawFiles, Table, silent
from corridors.foundation.crs import geodesic_area_km2, to_geographic
from corridors.foundation.errors import InputError, MethodError, MissingInputError
from corridors.foundation.facts import Remark
from corridors.foundation.facts.clean import CleanFacts
from corridors.foundation.facts.connect import RangeUsed
from corridors.stages import registry
from corridors.stages.connect import stage
from worlds.rows import example_rows
from worlds.stages import settings

CRS = "+proj=laea +lat_0=42.1 +lon_0=-109.8 +datum=WGS84 +units=m +no_defs +type=crs"
CELL_M = 100.0
# Winter in the west and summer in the east, 3 km apart, off-centre.
WINTER = box(1010, 3010, 1490, 3490)
SUMMER = box(4510, 3010, 4990, 3490)


def rangeset(evidence="expert", **shapes):
    rows = [
        {
            "herd": "h", "season": season, "isopleth": np.nan if evidence == "expert" else 0.5,
            "n_animals": 0, "area_km2": 0.25, "evidence": evidence, "source": "",
            "geometry": to_geographic(shape.segmentize(CELL_M), CRS),
        }
        for season, shape in shapes.items()
    ]  # fmt: skip
    if not rows:
        return tables.empty(tables.RANGES)
    return gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4326")


def corridor(shape):
    geometry = to_geographic(shape.segmentize(CELL_M), CRS)
    row = {
        "herd": "h", "season": "all", "corridor_class": "low", "n_animals": 1, "n_tracked": 3,
        "share": 1 / 3, "area_km2": geodesic_area_km2(geometry), "evidence": "tracked",
        "source": "", "geometry": geometry,
    }  # fmt: skip
    return gpd.GeoDataFrame([row], geometry="geometry", crs="EPSG:4326")


def stopover(name, shape):
    return {
        "stopover": name, "herd": "h", "season": "all", "area_km2": 1.0, "mass": 0.1,
        "geometry": to_geographic(shape, CRS),
    }  # fmt: skip


def run(
    ranges, *, folder=Path(), layers=(), tracked=None, stopovers=(), fixes=None, windows=None,
    **habitat
):  # fmt: skip
    """Run the stage on made-up results of other stages and the layers in a folder."""
    habitat = {"cell_m": CELL_M, "margin_km": 1.0, "layers": layers} | habitat
    if stopovers:
        stopovers = gpd.GeoDataFrame(list(stopovers), geometry="geometry", crs="EPSG:4326")
    else:
        stopovers = tables.empty(tables.STOPOVERS)
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
        fixes=FixTable.of(tables.empty(tables.CLEAN_FIXES) if fixes is None else fixes),
        migrations=Table.of(tables.empty(tables.MIGRATIONS) if windows is None else windows),
        corridors=Layer.of(
            tables.empty(tables.CORRIDORS) if tracked is None else corridor(tracked)
        ),
        stopovers=Layer.of(stopovers),
        ranges=Layer.of(ranges),
        raw=RawFiles({layer["path"]: folder / layer["path"] for layer in layers}),
    )
    return stage.run(inputs, settings("connect", habitat=habitat), silent)


def raster(path, array, transform=None, crs=CRS, nodata=None, **options):
    """Write a raster that by default covers the habitat grid of WINTER and SUMMER exactly."""
    array = np.asarray(array)
    transform = transform or Affine(CELL_M, 0, 0, 0, -CELL_M, 4500)
    with rasterio.open(
        path, "w", driver="GTiff", height=array.shape[0], width=array.shape[1], count=1,
        dtype=array.dtype, crs=crs, transform=transform, nodata=nodata, **options,
    ) as dataset:  # fmt: skip
        dataset.write(array, 1)


SHAPE = (25, 60)  # y 2000...4500, x 0...6000
CLASSES = {"name": "cover", "path": "cover.tif", "kind": "class", "resistance": {1: 1, 2: 50}}


def test_without_layers_the_corridor_is_straight():
    out = run(rangeset(winter=WINTER, summer=SUMMER))
    facts = out.facts
    assert facts.notes == [Remark.of("no_layers")]
    # From the centre of the last winter cell to that of the first summer cell: 31 steps.
    assert facts.least_cost_m == pytest.approx(3100.0)
    assert facts.path_km == pytest.approx(3.1, rel=1e-4)
    assert facts.straight_km == pytest.approx(3.02, rel=1e-4)
    (modelled,) = out.modelled.read().itertuples()
    assert (modelled.evidence, modelled.season, modelled.corridor_class) == (
        "modelled", "all", "low",
    )  # fmt: skip
    assert np.isnan(modelled.share)
    assert modelled.area_km2 == pytest.approx(facts.corridor_area_km2)
    detour, grid = out.cost.read(CRS)
    assert grid.bounds == (0.0, 2000.0, 6000.0, 4500.0)
    # A row of the straight way, then one that costs two half diagonals more each way.
    assert detour[12, 15:45] == pytest.approx(np.zeros(30), abs=1e-6)
    assert np.nanmin(detour) == pytest.approx(0.0, abs=1e-6)


def test_the_corridor_goes_through_the_open_door_of_a_wall(tmp_path):
    cover = np.ones(SHAPE, dtype=np.uint8)
    cover[:, 30] = 2
    cover[20, 30] = 1  # the only door, south of the straight line
    raster(tmp_path / "cover.tif", cover)
    out = run(rangeset(winter=WINTER, summer=SUMMER), folder=tmp_path, layers=[CLASSES])
    modelled = out.modelled.read().to_crs(CRS).geometry[0]
    assert modelled.intersects(box(3000, 2400, 3100, 2500))
    assert not modelled.intersects(box(3010, 2610, 3090, 4490))
    facts = out.facts
    assert facts.layers["cover"].coverage_frac == 1.0
    # Rows 20 - 14 = 6 down and up again on diagonals: 31 columns, 12 of them diagonal.
    assert facts.least_cost_m == pytest.approx(100 * (19 + 12 * 2**0.5))
    resistance, _ = out.resistance.read(CRS)
    assert resistance[:, 30].tolist() == [50.0] * 20 + [1.0] + [50.0] * 4


def test_a_tracked_core_goes_before_the_experts_range():
    ranges = rangeset(winter=WINTER, summer=SUMMER)
    core = rangeset("tracked", winter=box(1000, 2500, 1200, 2600))
    ranges = gpd.GeoDataFrame(
        [*core.to_dict("records"), *ranges.to_dict("records")], geometry="geometry", crs="EPSG:4326"
    )
    facts = run(ranges).facts
    assert facts.ranges_used == {
        "winter": RangeUsed(evidence="tracked", isopleth=0.5),
        "summer": RangeUsed(evidence="expert"),
    }


@pytest.mark.parametrize(
    ("ranges", "reason"),
    [
        ({}, "no_ranges"),
        ({"winter": WINTER}, "no_summer_range"),
        ({"winter": WINTER, "summer": WINTER}, "shared_cells"),
    ],
)
def test_without_two_ranges_tables_are_empty_and_say_why(ranges, reason):
    out = run(rangeset(**ranges))
    assert len(out.modelled.read()) == 0
    assert out.facts.no_corridor == reason
    for raster in (out.resistance, out.cost):
        assert raster.read(CRS)[0].size > 0
    assert out.network.read().columns.tolist() == list(tables.NETWORK.columns)
    assert out.network_use.read().empty


def test_a_wall_of_unknown_ground_is_no_way(tmp_path):
    cover = np.ones(SHAPE, dtype=np.uint8)
    cover[:, 30] = 255
    raster(tmp_path / "cover.tif", cover, nodata=255)
    out = run(rangeset(winter=WINTER, summer=SUMMER), folder=tmp_path, layers=[CLASSES])
    facts = out.facts
    assert facts.no_corridor == "no_path"
    assert facts.coverage_frac == pytest.approx(59 / 60)


def test_the_network_links_ranges_and_stopovers_along_the_corridor():
    stops = [
        stopover("h-all-on-the-way", box(2500, 3000, 2700, 3500)),
        stopover("h-all-far-away", box(100, 2100, 300, 2300)),
    ]
    out = run(rangeset(winter=WINTER, summer=SUMMER), stopovers=stops,
              tracked=box(1400, 3000, 4600, 3500))  # fmt: skip
    network = out.network.read()
    assert network["part"].value_counts().to_dict() == {"node": 4, "edge": 2}
    edges = network[network["part"] == "edge"]
    assert edges["is_cut"].all()
    assert sorted(edges["cost"].round()) == [1100.0, 1900.0]
    assert sorted(edges["length_km"].round(2)) == [1.1, 1.9]
    assert set(edges["from_node"]) | set(edges["to_node"]) <= set(network["element"])
    facts = out.facts
    assert facts.network.n_parts == 2
    assert facts.validation.tracked_area_inside_frac > 0.9
    assert edges["betweenness"].tolist() == [1.0, 1.0]
    assert edges["detour_frac"].isna().all()
    assert edges["flux"].isna().all()
    assert facts.network.ways_that_share_no_link == 1


def track(animal, x, day):
    """Return fixes of an animal along the corridor, one each hour, and its window."""
    times = pd.date_range(f"2020-05-{day:02d}", periods=len(x), freq="h", tz="UTC")
    times = times.astype("datetime64[us, UTC]")
    points = [to_geographic(Point(each, 3250), CRS) for each in x]
    fixes = example_rows(tables.CLEAN_FIXES, "h", points[0], animal).iloc[[0] * len(x)]
    fixes = fixes.reset_index(drop=True).assign(
        time_utc=times, x_m=np.asarray(x, float), y_m=3250.0, burst=0, geometry=points
    )
    window = example_rows(tables.MIGRATIONS, "h", points[0], animal).iloc[[0]]
    fixes = fixes.assign(flags=0).astype({"burst": "int32", "flags": "uint16"})
    return fixes, window.assign(
        migration=f"{animal}{day}", part="migration", start_utc=times[0], end_utc=times[-1]
    )


def test_links_tell_the_share_of_the_tracked_migrations():
    tracks = [
        track("a", [1300, 2000, 2600, 3500, 4700], 1),
        track("a", [1300, 2000, 2600, 2000, 1300], 10),  # turned back at the stopover
        track("b", [2600, 4700], 1),
    ]
    out = run(rangeset(winter=WINTER, summer=SUMMER), tracked=box(1400, 3000, 4600, 3500),
              stopovers=[stopover("h-all-on-the-way", box(2500, 3000, 2700, 3500))],
              fixes=gpd.GeoDataFrame(pd.concat([one for one, _ in tracks], ignore_index=True),
                                     crs="EPSG:4326"),
              windows=pd.concat([one for _, one in tracks], ignore_index=True))  # fmt: skip
    network = out.network.read()
    edges = network[network["part"] == "edge"].set_index("cost").sort_index()
    # West of the stopover one of a's two migrations; east of it the same and b's only one.
    assert edges["flux"].tolist() == [0.25, 0.75]
    assert edges["n_animals"].tolist() == [1, 2]
    use = out.network_use.read()
    assert sorted(use["animal"]) == ["a", "a", "b"]


def test_a_second_run_writes_the_same_bytes(tmp_path):
    cover = np.random.default_rng(7).integers(1, 3, SHAPE).astype(np.uint8)
    raster(tmp_path / "cover.tif", cover)
    ranges = rangeset(winter=WINTER, summer=SUMMER)
    one, two = (run(ranges, folder=tmp_path, layers=[CLASSES]) for _ in range(2))
    for name, written in registry.get("connect").results.items():
        first, second = (tmp_path / f"{each}-{written.file}" for each in ("one", "two"))
        save(getattr(one, name), first, written.contract)
        save(getattr(two, name), second, written.contract)
        assert first.read_bytes() == second.read_bytes(), name


def test_a_grid_that_is_too_large_says_which_cell_fits():
    with pytest.raises(MethodError) as caught:
        run(rangeset(winter=WINTER, summer=SUMMER), max_cells=600)
    assert str(caught.value) == (
        "the habitat grid is too large\n"
        "  expected: at most 600 cells (habitat.max_cells)\n"
        "  got: 25 x 60 cells of 100 m\n"
        "  cure: set habitat.cell_m to 200 or more, or lower habitat.margin_km"
    )


# Rasters that are read, and how.


def values_of(tmp_path, kind="continuous", nodata=None, band=1):
    layer = {"name": "x", "path": "x.tif", "kind": kind, "nodata": nodata, "band": band}
    layer |= {"slope": 1.0} if kind == "continuous" else {"resistance": {1: 1, 2: 2, 3: 3}}
    out = run(rangeset(winter=WINTER, summer=SUMMER), folder=tmp_path, layers=[layer])
    return out.resistance.read(CRS)[0], out.facts.layers["x"]


def test_finer_classes_give_the_majority_and_finer_values_their_mean(tmp_path):
    fine = np.ones((50, 120), dtype=np.uint8)
    fine[0, 0] = fine[0, 1] = fine[1, 0] = 3  # three of the four cells of the north-west one
    fine[48, 118] = 2  # one of the four of the south-east one
    transform = Affine(50, 0, 0, 0, -50, 4500)
    raster(tmp_path / "x.tif", fine, transform)
    classes, facts = values_of(tmp_path, "class")
    assert (classes[0, 0], classes[-1, -1], classes[5, 5]) == (3.0, 1.0, 1.0)
    assert facts.resampling == "mode"
    raster(tmp_path / "x.tif", fine.astype(np.float32), transform)
    means, facts = values_of(tmp_path)
    # Resistance is 1 + value.
    assert (means[0, 0], means[-1, -1]) == (3.5, 2.25)
    assert facts.resampling == "average"


def test_coarser_classes_are_never_mixed(tmp_path):
    coarse = np.where(np.arange(12)[None, :] < 6, 1, 3).repeat(5, axis=0).astype(np.int16)
    raster(tmp_path / "x.tif", coarse, Affine(500, 0, 0, 0, -500, 4500))
    classes, facts = values_of(tmp_path, "class")
    assert facts.resampling == "nearest"
    assert classes[:, :30].max() == 1.0
    assert classes[:, 30:].min() == 3.0


@pytest.mark.parametrize(("stated", "override"), [(-9999.0, None), (None, -9999.0)])
def test_nodata_of_the_file_or_the_configuration_is_unknown(tmp_path, stated, override):
    values = np.full(SHAPE, 4.0, dtype=np.float32)
    values[3, 7] = -9999.0
    raster(tmp_path / "x.tif", values, nodata=stated)
    out, facts = values_of(tmp_path, nodata=override)
    assert np.argwhere(np.isnan(out)).tolist() == [[3, 7]]
    assert facts.nodata == -9999.0


def test_nan_is_unknown_also_without_a_stated_nodata(tmp_path):
    values = np.full(SHAPE, 4.0, dtype=np.float32)
    values[3, 7] = np.nan
    raster(tmp_path / "x.tif", values)
    out, _ = values_of(tmp_path)
    assert np.argwhere(np.isnan(out)).tolist() == [[3, 7]]


def test_zero_counts_as_data_and_outside_the_raster_is_unknown(tmp_path):
    raster(tmp_path / "x.tif", np.zeros((25, 40), dtype=np.uint8))
    out, facts = values_of(tmp_path)
    assert (out[:, :39] == 1.0).all()
    assert np.isnan(out[:, 41:]).all()
    assert facts.nodata_policy == "all_data"
    assert facts.coverage_frac == pytest.approx(40 / 60, abs=0.02)


def test_scale_and_offset_of_a_band_are_applied(tmp_path):
    raster(tmp_path / "x.tif", np.full(SHAPE, 30, dtype=np.int16))
    with rasterio.open(tmp_path / "x.tif", "r+") as dataset:
        dataset.scales, dataset.offsets = (0.1,), (2.0,)
    assert values_of(tmp_path)[0] == pytest.approx(np.full(SHAPE, 6.0))


def test_a_rotated_raster_lands_where_it_belongs(tmp_path):
    # Three degrees about (3000, 3200); the value is the column of the habitat grid.
    cos, sin = np.cos(0.05), np.sin(0.05)
    a, b, d, e = 20 * cos, 20 * sin, 20 * sin, -20 * cos
    transform = Affine(a, b, 3000 - 250 * (a + b), d, e, 3200 - 250 * (d + e))
    rows, cols = np.mgrid[:500, :500] + 0.5
    x = transform.a * cols.ravel() + transform.b * rows.ravel() + transform.c
    raster(tmp_path / "x.tif", (x / CELL_M).reshape(500, 500).astype(np.float32), transform)
    out, _ = values_of(tmp_path)
    assert out - 1.0 == pytest.approx(np.tile(np.arange(60) + 0.5, (25, 1)), abs=0.1)


# Rasters that are refused, each with its message.


def refused(tmp_path, error=InputError, **layer):
    layer = CLASSES | layer
    with pytest.raises(error) as caught:
        run(rangeset(winter=WINTER, summer=SUMMER), folder=tmp_path, layers=[layer])
    return str(caught.value)


def test_a_raster_without_crs_is_refused(tmp_path):
    raster(tmp_path / "cover.tif", np.ones(SHAPE, np.uint8), crs=None)
    assert refused(tmp_path) == (
        "the raster states no CRS\n"
        "  where: file cover.tif\n"
        "  expected: a CRS in the file\n"
        "  got: none\n"
        "  cure: set crs of this layer in habitat.layers, e.g. crs: EPSG:4326"
    )


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_a_raster_without_georeference_is_refused_together_with_other_faults(tmp_path):
    raster(tmp_path / "cover.tif", np.ones(SHAPE, np.uint8), transform=Affine.identity(), crs=None)
    assert refused(tmp_path, band=3).split("\n")[::5] == [
        "the raster states no CRS",
        "the raster is not georeferenced",
        "the raster has no such band",
    ]


def test_a_missing_band_is_refused(tmp_path):
    raster(tmp_path / "cover.tif", np.ones(SHAPE, np.uint8))
    assert refused(tmp_path, band=2) == (
        "the raster has no such band\n"
        "  where: file cover.tif\n"
        "  expected: band 1 to 1\n"
        "  got: band 2\n"
        "  cure: change band in habitat.layers"
    )


def test_a_missing_file_is_refused(tmp_path):
    assert refused(tmp_path, MissingInputError) == (
        "a habitat raster is not there\n  where: file cover.tif\n  cure: check habitat.layers: path"
    )


def test_a_file_that_is_no_raster_is_refused(tmp_path):
    (tmp_path / "cover.tif").write_text("not a raster")
    message = refused(tmp_path)
    assert message.startswith("the file cannot be read as a raster\n  where: file cover.tif\n")
    assert str(tmp_path) not in message


def test_a_truncated_raster_is_refused(tmp_path):
    raster(tmp_path / "cover.tif", np.ones(SHAPE, np.uint8))
    content = (tmp_path / "cover.tif").read_bytes()
    (tmp_path / "cover.tif").write_bytes(content[:700])
    assert refused(tmp_path).startswith("the file cannot be read as a raster")


def test_a_raster_elsewhere_is_refused_with_both_places(tmp_path):
    raster(tmp_path / "cover.tif", np.ones((10, 10), np.uint8), crs="EPSG:4326",
           transform=Affine(0.1, 0, 70.0, 0, -0.1, 38.0))  # fmt: skip
    assert refused(tmp_path) == (
        "the raster does not overlap the herd's habitat grid\n"
        "  where: file cover.tif\n"
        "  expected: data around longitude -109.80 to -109.73, latitude 42.12 to 42.14\n"
        "  got: longitude 70.00 to 71.00, latitude 37.00 to 38.00\n"
        "  cure: use a raster of the herd's area, and check its CRS"
    )


def test_a_raster_that_covers_too_little_is_refused(tmp_path):
    raster(tmp_path / "cover.tif", np.ones((25, 15), np.uint8))
    assert refused(tmp_path) == (
        "the raster has data on too little of the herd's habitat grid\n"
        "  where: file cover.tif\n"
        "  expected: at least 50% of the grid\n"
        "  got: 25.0%\n"
        "  cure: use a raster of the whole area, or lower habitat.min_coverage_frac"
    )


def test_class_codes_without_resistance_are_listed_at_once_for_all_layers(tmp_path):
    cover = np.ones(SHAPE, np.uint8)
    cover[0, :3], cover[5, 5] = 9, 4
    raster(tmp_path / "cover.tif", cover)
    raster(tmp_path / "other.tif", np.full(SHAPE, 8, np.int16))
    other = {"name": "other", "path": "other.tif", "kind": "class", "resistance": {1: 2}}
    with pytest.raises(InputError) as caught:
        run(rangeset(winter=WINTER, summer=SUMMER), folder=tmp_path, layers=[CLASSES, other])
    first, second = caught.value.faults
    assert str(first) == (
        "class codes have no resistance\n"
        "  where: file cover.tif\n"
        "  expected: one of 1, 2\n"
        "  got: 4 (1 cells), 9 (3 cells)\n"
        "  cure: add them to resistance of layer cover, or to nodata"
    )
    assert second.got == "8 (1500 cells)"


def test_classes_that_are_no_whole_numbers_are_refused(tmp_path):
    values = np.ones(SHAPE, np.float32)
    values[0, 0] = 1.5
    raster(tmp_path / "cover.tif", values)
    assert refused(tmp_path).startswith("class codes must be whole numbers")


def test_complex_numbers_are_refused(tmp_path):
    raster(tmp_path / "cover.tif", np.ones(SHAPE, np.complex64))
    assert refused(tmp_path).startswith("the band holds complex numbers")


def test_a_mask_instead_of_nodata_is_refused(tmp_path):
    raster(tmp_path / "cover.tif", np.ones(SHAPE, np.uint8))
    with (
        rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True),
        rasterio.open(tmp_path / "cover.tif", "r+") as dataset,
    ):
        dataset.write_mask(np.ones(SHAPE, bool))
    assert refused(tmp_path).startswith("the raster marks missing data by a mask or alpha band")


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        ({"kind": "class"}, "needs resistance"),
        ({"kind": "continuous"}, "needs slope"),
        ({"kind": "class", "resistance": {1: 0.5}}, "greater than or equal to 1"),
    ],
)
def test_a_layer_without_its_resistance_is_refused_in_the_configuration(layer, message):
    with pytest.raises(ValueError, match=message):
        Habitat(layers=[{"name": "x", "path": "x.tif"} | layer])
