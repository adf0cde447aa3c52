"""Stage `circuit` on a small world with a fence, two ranges and a few tracks."""

from __future__ import annotations

from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely.affinity
from shapely.geometry import LineString, Polygon, box

from corridors.config.circuit import Circuit
from corridors.formats.parquet import read_json, read_layer, write_json, write_table
from corridors.formats.raster import write_cog
from corridors.foundation import tables
from corridors.foundation.crs import to_geographic
from corridors.foundation.errors import MethodError
from corridors.foundation.grid import Grid
from corridors.stages import circuit
from corridors.stages.context import StageContext
from corridors.stages.table import BY_NAME

CRS = "+proj=laea +lat_0=42.1 +lon_0=-109.8 +datum=WGS84 +units=m +no_defs +type=crs"
CELL_M = 100.0
GRID = Grid(CRS, CELL_M, row_min=20, col_min=-5, n_rows=30, n_cols=60)
# Winter in the west, summer in the east, off-centre.
WINTER, SUMMER = box(10, 3010, 490, 3490), box(4510, 3010, 4990, 3490)
WEST_FENCE = [(2510.0, y) for y in (1950.0, 2700.0, 3300.0, 4000.0, 5050.0)]


def ranges(**shapes: Polygon):
    rows = [
        {
            "herd": "h", "season": season, "isopleth": np.nan, "n_animals": 0, "area_km2": 0.25,
            "evidence": "expert", "source": "", "geometry": to_geographic(shape, CRS),
        }
        for season, shape in shapes.items()
    ]  # fmt: skip
    return gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4326") if rows else None


def segment(name: str, points, **changes):
    """Return a row of SEGMENTS; changes may also state permeability, status, kind and class."""
    line = to_geographic(LineString(points), CRS)
    return {
        "segment": name, "barrier": "fences:1", "name": "Fence", "kind": "fence", "class": "",
        "status": "existing", "permeability": np.nan, "permeability_source": "unknown",
        "tolerance_m": 10.0, "source": "s", "valid_from": pd.NaT, "valid_to": pd.NaT,
        "from_km": 0.0, "to_km": 1.0, "length_m": 1000.0, "corridor_class": "outside",
        "has_data": False, "geometry": line,
    } | changes  # fmt: skip


def fence(**changes):
    return [
        segment(f"fences:1@{k}", WEST_FENCE[k : k + 2], **changes)
        for k in range(len(WEST_FENCE) - 1)
    ]


def barrier_of(rows):
    """Return BARRIERS with one line for the rows."""
    points = [point for row in rows for point in row["geometry"].coords]
    own = {key: value for key, value in rows[0].items() if key in tables.BARRIERS.columns}
    own["geometry"] = LineString(points)
    return [own]


def frame(rows, schema):
    if not rows:
        return tables.empty(schema)
    out = gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4326")
    for name, column in schema.columns.items():
        if str(column.dtype).startswith("datetime"):
            out[name] = pd.to_datetime(out[name], utc=True).astype(tables.UTC)
    return out


def run(
    tmp_path, own_ranges, *, segments=(), barriers=None, resistance=None, use=None,
    estimates=(), priors=None, **settings
):  # fmt: skip
    for stage in ("ingest", "clean", "delineate", "connect", "intersect", "behave", "circuit"):
        (tmp_path / stage).mkdir(parents=True, exist_ok=True)
    write_json({"crs": CRS}, tmp_path / "clean/clean.json")
    write_json({"cell_m": 50.0}, tmp_path / "delineate/delineate.json")
    write_table(
        tables.empty(tables.RANGES) if own_ranges is None else own_ranges,
        tmp_path / "delineate/ranges.parquet",
        tables.RANGES,
    )
    population = tables.empty(tables.POPULATION) if use is None else use
    write_table(population, tmp_path / "delineate/population.parquet", tables.POPULATION)
    write_table(
        tables.empty(tables.CORRIDORS), tmp_path / "connect/modelled.parquet", tables.CORRIDORS
    )
    ground = np.ones(GRID.shape) if resistance is None else resistance
    write_cog(tmp_path / "connect/resistance.tif", ground.astype(np.float32), GRID)
    rows = list(segments)
    if barriers is None:
        barriers = barrier_of(rows) if rows else []
    write_table(
        frame(rows, tables.SEGMENTS), tmp_path / "intersect/segments.parquet", tables.SEGMENTS
    )
    write_table(
        frame(barriers, tables.BARRIERS), tmp_path / "ingest/barriers.parquet", tables.BARRIERS
    )
    write_table(
        pd.DataFrame(list(estimates)) if estimates else tables.empty(tables.PERMEABILITY),
        tmp_path / "behave/permeability.parquet",
        tables.PERMEABILITY,
    )
    context = StageContext(
        "h",
        SimpleNamespace(
            circuit=Circuit(**({"barrier_ground_m": CELL_M} | settings)),
            barrier_priors=(priors or {}, 4.0),
            species="Odocoileus hemionus",
        ),
        {},
        {stage: {"h": tmp_path / stage} for stage in BY_NAME["circuit"].reads},
        tmp_path / "circuit",
    )
    circuit.run(context)
    out = tmp_path / "circuit"
    return read_json(out / "circuit.json"), read_layer(out / "gains.parquet"), out


def band(path):
    with rasterio.open(path) as dataset:
        return dataset.read(1)


def test_a_fence_adds_resistance_and_its_middle_gains_most(tmp_path):
    facts, table, out = run(
        tmp_path, ranges(winter=WINTER, summer=SUMMER), segments=fence(permeability=0.02)
    )
    assert facts["effective_resistance"] > facts["effective_resistance_without_barriers"] > 0
    assert 0 < facts["barriers_frac"] < 1
    assert table["rank"].tolist() == [1, 2, 3, 4]
    # Segment 1 lies straight between the ranges.
    assert table["segment"][0] in ("fences:1@1", "fences:1@2")
    assert table["gain"].is_monotonic_decreasing
    assert table["gain_share"].to_numpy() == pytest.approx(
        table["gain"].to_numpy() / facts["effective_resistance"]
    )
    assert (table["gain"] <= table["gain_linear"]).all()
    assert (table["permeability_source"] == "stated").all()
    assert facts["links"][0]["imbalance"] < 1e-8
    current = band(out / "current.tif")
    assert current.shape == GRID.shape
    # Both ranges are unknown; all cells of a column between them carry the whole current.
    assert np.isnan(current[15:20, 5:10]).all()
    assert np.nansum(current[:, 20]) >= 1.0


def test_opening_all_segments_gains_more_than_any_one_of_them(tmp_path):
    facts, table, _ = run(
        tmp_path, ranges(winter=WINTER, summer=SUMMER), segments=fence(permeability=0.1)
    )
    whole = facts["effective_resistance"] - facts["effective_resistance_without_barriers"]
    assert whole > table["gain"].max() > 0


def test_a_closed_fence_across_everything_still_has_finite_gains(tmp_path):
    facts, table, _ = run(
        tmp_path, ranges(winter=WINTER, summer=SUMMER), segments=fence(permeability=0.0)
    )
    assert np.isfinite(facts["effective_resistance"])
    assert facts["barriers_frac"] > 0.9
    assert (table["gain"] > 0).all()


def test_removed_and_planned_barriers_and_plain_borders_are_not_burned_in(tmp_path):
    rows = [
        *fence(status="removed")[:1],
        *fence(status="planned")[1:2],
        *fence(kind="border", **{"class": "border_unfenced"})[2:3],
    ]
    facts, table, _ = run(tmp_path, ranges(winter=WINTER, summer=SUMMER), segments=rows)
    assert table.empty
    assert facts["barriers_frac"] == 0.0


def test_permeability_is_stated_else_estimated_else_the_prior(tmp_path):
    rows = [
        segment("a", WEST_FENCE[:2], permeability=0.3),
        segment("b", WEST_FENCE[1:3], **{"class": "fence_livestock"}),
        segment("c", WEST_FENCE[2:4], **{"class": "wall_ditch"}),
        segment("d", WEST_FENCE[3:5], **{"class": "own"}),
    ]
    estimate = estimated("fence", "fence_livestock", permeability=0.8, expected=36.0)
    _, table, _ = run(
        tmp_path, ranges(winter=WINTER, summer=SUMMER), segments=rows, estimates=[estimate],
        priors={"own": 0.07},
    )  # fmt: skip
    found = table.set_index("segment")
    assert found["permeability_source"].to_dict() == {
        "a": "stated", "b": "estimated", "c": "prior", "d": "prior",
    }  # fmt: skip
    # The prior 0.5 weighs 4 encounters, the animals' own steps 36.
    assert found["permeability"].to_dict() == pytest.approx(
        {"a": 0.3, "b": (4 * 0.5 + 36 * 0.8) / 40, "c": 0.05, "d": 0.07}
    )


def estimated(kind: str, own: str, *, permeability: float, expected: float) -> dict:
    """Return a row of PERMEABILITY."""
    row = {}
    for name, column in tables.PERMEABILITY.columns.items():
        dtype = str(column.dtype)
        row[name] = 1.0 if "float" in dtype else 1 if "int" in dtype else ""
    return row | {
        "kind": kind, "class": own, "covariate": "class", "source": "estimated",
        "interval": "profile",
        "permeability": permeability, "expected": expected, "spread": 1.0,
        "permeability_low": 0.1, "permeability_high": 0.9,
    }  # fmt: skip


def test_the_rest_of_a_barrier_beyond_its_segments_hinders_too(tmp_path):
    rows = fence(permeability=0.01)
    facts, _, _ = run(tmp_path, ranges(winter=WINTER, summer=SUMMER), segments=rows)
    partly, table, _ = run(
        tmp_path, ranges(winter=WINTER, summer=SUMMER), segments=rows[:2], barriers=barrier_of(rows)
    )
    assert facts["n_barriers_beyond_segments"] == 0
    assert partly["n_barriers_beyond_segments"] == 1
    assert partly["effective_resistance"] == pytest.approx(facts["effective_resistance"], rel=1e-9)
    assert len(table) == 2


def test_a_coarser_grid_keeps_what_a_barrier_adds(tmp_path):
    one, _, _ = run(
        tmp_path, ranges(winter=WINTER, summer=SUMMER), segments=fence(permeability=0.02)
    )
    other, _, out = run(
        tmp_path, ranges(winter=WINTER, summer=SUMMER), segments=fence(permeability=0.02),
        max_cells=500,
    )  # fmt: skip
    assert other["cell_m"] == 200.0
    assert band(out / "current.tif").size <= 500
    assert other["barriers_frac"] == pytest.approx(one["barriers_frac"], rel=0.1)


def test_use_that_follows_the_current_is_told_from_chance(tmp_path):
    # Tracks along the straight way through the only easy ground.
    ground = np.full(GRID.shape, 40.0)
    ground[15:20] = 1.0
    cells = [(2 * (20 + 29 - iy), 2 * (ix - 5)) for iy in (16, 17, 18) for ix in range(12, 48)]
    use = pd.DataFrame(
        {
            "season": "all",
            "row": np.array([row for row, _ in cells], dtype=np.int32),
            "col": np.array([col for _, col in cells], dtype=np.int32),
            "mass": 1.0 / len(cells),
            "n_animals": np.ones(len(cells), dtype=np.int32),
        }
    )
    facts, _, _ = run(
        tmp_path, ranges(winter=WINTER, summer=SUMMER), resistance=ground, use=use,
        high_current_frac=0.1,
    )  # fmt: skip
    found = facts["validation"]["high_current"]
    assert found["share"] > 0.9
    assert found["share"] > found["random_p95"]
    assert found["p"] <= 0.01
    assert found["n_shifts"] == 199
    assert found["even_ground_share"] < found["share"]
    assert "modelled_corridor" not in facts["validation"]


@pytest.mark.parametrize(
    ("shapes", "reason"),
    [
        ({}, "no winter and no summer range"),
        ({"winter": WINTER}, "there is no summer range"),
        ({"winter": WINTER, "summer": WINTER}, "share cells"),
        ({"winter": WINTER, "summer": box(90_000, 0, 91_000, 900)}, "no cell with known"),
    ],
)
def test_without_two_ranges_the_results_are_empty_and_say_why(tmp_path, shapes, reason):
    facts, table, out = run(tmp_path, ranges(**shapes), segments=fence())
    assert reason in facts["no_circuit"]
    assert table.empty
    assert np.isnan(band(out / "current.tif")).all()


def test_ranges_that_no_known_ground_joins_have_no_circuit(tmp_path):
    ground = np.ones(GRID.shape)
    ground[:, 30] = np.nan
    facts, table, _ = run(tmp_path, ranges(winter=WINTER, summer=SUMMER), resistance=ground)
    assert facts["no_circuit"] == "no path of cells with known resistance joins the ranges"
    assert table.empty


def test_a_part_beyond_unknown_ground_leaves_the_others_their_resistance(tmp_path):
    ground = np.ones(GRID.shape)
    ground[1:4] = np.nan
    x_min, _, _, y_max = GRID.bounds
    island = box(x_min, y_max - CELL_M, x_min + 8 * CELL_M, y_max)
    near = shapely.affinity.translate(WINTER, 0.0, -8 * CELL_M)
    two, apart = (
        run(
            tmp_path / name,
            ranges(winter=shapely.union_all(parts), summer=SUMMER),
            resistance=ground,
            segments=fence(),
        )
        for name, parts in (("two", [WINTER, near]), ("apart", [WINTER, near, island]))
    )
    assert apart[0]["n_links_without_way"] == 1
    resistances = (
        [link["effective_resistance"] for link in one[0]["links"]] for one in (apart, two)
    )
    assert next(resistances) == pytest.approx(next(resistances), rel=1e-8)
    assert apart[1]["gain_linear"].max() == pytest.approx(two[1]["gain_linear"].max(), rel=0.2)


def test_currents_that_do_not_add_up_are_an_error_with_a_cure(tmp_path):
    with pytest.raises(MethodError) as caught:
        run(tmp_path, ranges(winter=WINTER, summer=SUMMER), tolerance=1e-30)
    (fault,) = caught.value.faults
    assert "raise circuit.tolerance" in fault.cure
    assert "2000 steps" in fault.got


def test_two_runs_leave_the_same_bytes(tmp_path):
    kept = []
    for _ in range(2):
        _, _, out = run(tmp_path, ranges(winter=WINTER, summer=SUMMER), segments=fence())
        kept.append(
            [(out / n).read_bytes() for n in ("current.tif", "gains.parquet", "circuit.json")]
        )
    assert kept[0] == kept[1]
