"""Stage `circuit` on a small world with a fence, two ranges and a few tracks."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely.affinity
from shapely.geometry import LineString, Polygon, box

from corridors.formats.stored import save
from corridors.foundation import tables
from corridors.foundation.artefacts import Layer, Raster, Table, silent
from corridors.foundation.crs import to_geographic
from corridors.foundation.errors import MethodError
from corridors.foundation.facts import Remark
from corridors.foundation.facts.clean import CleanFacts
from corridors.foundation.grid import Grid
from corridors.stages import registry
from corridors.stages.circuit import stage
from corridors.stages.scenario.circuit import stage as planned
from worlds.stages import settings

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
    if not rows:
        return tables.empty(tables.RANGES)
    return gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4326")


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


def inputs(
    own_ranges, *, segments=(), barriers=None, resistance=None, use=None, estimates=(), places=None
):
    rows = list(segments)
    if barriers is None:
        barriers = barrier_of(rows) if rows else []
    ground = np.ones(GRID.shape) if resistance is None else resistance
    return stage.Inputs(
        barriers=Layer.of(frame(barriers, tables.BARRIERS)),
        clean=CleanFacts(
            crs=CRS,
            cell_m=50.0,
            cell_reason=Remark.of("cell_configured"),
            n_fixes=0,
            n_usable=0,
            n_animals=0,
            flags={},
        ),
        ranges=Layer.of(own_ranges),
        population=Table.of(tables.empty(tables.POPULATION) if use is None else use),
        resistance=Raster.of(ground.astype(np.float32), GRID),
        modelled=Layer.of(tables.empty(tables.CORRIDORS)),
        segments=Layer.of(frame(rows, tables.SEGMENTS)),
        permeability=Table.of(
            pd.DataFrame(list(estimates)) if estimates else tables.empty(tables.PERMEABILITY)
        ),
        places=Table.of(tables.empty(tables.PLACE_SEGMENTS) if places is None else places),
    )


def granted(priors=None, **circuit):
    sections = {
        "circuit": {"barrier_ground_m": CELL_M} | circuit,
        "rank": {"priors": priors or {}, "prior_trials": 4.0},
    }
    return replace(settings("circuit", **sections), species="Odocoileus hemionus")


def run(
    own_ranges, *, segments=(), barriers=None, resistance=None, use=None, estimates=(),
    places=None, priors=None, **circuit
):  # fmt: skip
    """Return the facts, the gains and the current of the stage."""
    given = inputs(
        own_ranges, segments=segments, barriers=barriers, resistance=resistance, use=use,
        estimates=estimates, places=places,
    )  # fmt: skip
    out = stage.run(given, granted(priors, **circuit), silent)
    return out.facts, out.gains.read(), out.current.read(CRS)[0]


def test_a_fence_adds_resistance_and_its_middle_gains_most():
    facts, table, current = run(
        ranges(winter=WINTER, summer=SUMMER), segments=fence(permeability=0.02)
    )
    assert facts.effective_resistance > facts.effective_resistance_without_barriers > 0
    assert 0 < facts.barriers_frac < 1
    assert table["rank"].tolist() == [1, 2, 3, 4]
    # Segment 1 lies straight between the ranges.
    assert table["segment"][0] in ("fences:1@1", "fences:1@2")
    assert table["gain"].is_monotonic_decreasing
    assert table["gain_share"].to_numpy() == pytest.approx(
        table["gain"].to_numpy() / facts.effective_resistance
    )
    assert (table["gain"] <= table["gain_linear"]).all()
    assert (table["permeability_source"] == "stated").all()
    assert facts.links[0].imbalance < 1e-8
    assert current.shape == GRID.shape
    # Both ranges are unknown; all cells of a column between them carry the whole current.
    assert np.isnan(current[15:20, 5:10]).all()
    assert np.nansum(current[:, 20]) >= 1.0


def test_opening_all_segments_gains_more_than_any_one_of_them():
    facts, table, _ = run(ranges(winter=WINTER, summer=SUMMER), segments=fence(permeability=0.1))
    whole = facts.effective_resistance - facts.effective_resistance_without_barriers
    assert whole > table["gain"].max() > 0


def test_a_closed_fence_across_everything_still_has_finite_gains():
    facts, table, _ = run(ranges(winter=WINTER, summer=SUMMER), segments=fence(permeability=0.0))
    assert np.isfinite(facts.effective_resistance)
    assert facts.barriers_frac > 0.9
    assert (table["gain"] > 0).all()


def test_removed_and_planned_barriers_and_plain_borders_are_not_burned_in():
    rows = [
        *fence(status="removed")[:1],
        *fence(status="planned")[1:2],
        *fence(kind="border", **{"class": "border_unfenced"})[2:3],
    ]
    facts, table, _ = run(ranges(winter=WINTER, summer=SUMMER), segments=rows)
    assert table.empty
    assert facts.barriers_frac == 0.0


def test_permeability_is_stated_else_estimated_else_the_prior():
    rows = [
        segment("a", WEST_FENCE[:2], permeability=0.3),
        segment("b", WEST_FENCE[1:3], **{"class": "fence_livestock"}),
        segment("c", WEST_FENCE[2:4], **{"class": "wall_ditch"}),
        segment("d", WEST_FENCE[3:5], **{"class": "own"}),
    ]
    estimate = estimated("fence", "fence_livestock", permeability=0.8, expected=36.0)
    _, table, _ = run(
        ranges(winter=WINTER, summer=SUMMER),
        segments=rows,
        estimates=[estimate],
        priors={"own": 0.07},
    )
    found = table.set_index("segment")
    assert found["permeability_source"].to_dict() == {
        "a": "stated", "b": "estimated", "c": "prior", "d": "prior",
    }  # fmt: skip
    # The prior 0.5 weighs 4 encounters, the animals' own steps 36.
    assert found["permeability"].to_dict() == pytest.approx(
        {"a": 0.3, "b": (4 * 0.5 + 36 * 0.8) / 40, "c": 0.05, "d": 0.07}
    )


def test_a_place_says_what_its_segments_let_through():
    rows = fence()
    told = pd.DataFrame(
        {"segment": [row["segment"] for row in rows], "kappa": 0.07, "kappa_source": "observed"}
    )
    _, found, _ = run(ranges(winter=WINTER, summer=SUMMER), segments=rows, places=told)
    assert set(found["permeability"]) == {0.07}
    assert set(found["permeability_source"]) == {"observed"}


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


def test_the_rest_of_a_barrier_beyond_its_segments_hinders_too():
    rows = fence(permeability=0.01)
    facts, _, _ = run(ranges(winter=WINTER, summer=SUMMER), segments=rows)
    partly, table, _ = run(
        ranges(winter=WINTER, summer=SUMMER), segments=rows[:2], barriers=barrier_of(rows)
    )
    assert facts.n_barriers_beyond_segments == 0
    assert partly.n_barriers_beyond_segments == 1
    assert partly.effective_resistance == pytest.approx(facts.effective_resistance, rel=1e-9)
    assert len(table) == 2


def test_a_coarser_grid_keeps_what_a_barrier_adds():
    one, _, _ = run(ranges(winter=WINTER, summer=SUMMER), segments=fence(permeability=0.02))
    other, _, current = run(
        ranges(winter=WINTER, summer=SUMMER), segments=fence(permeability=0.02), max_cells=500
    )
    assert other.cell_m == 200.0
    assert current.size <= 500
    assert other.barriers_frac == pytest.approx(one.barriers_frac, rel=0.1)


def test_use_that_follows_the_current_is_told_from_chance():
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
        ranges(winter=WINTER, summer=SUMMER), resistance=ground, use=use, high_current_frac=0.1
    )
    found = facts.validation.high_current
    assert found.share > 0.9
    assert found.share > found.random_p95
    assert found.p <= 0.01
    assert found.n_shifts == 199
    assert found.even_ground_share < found.share
    assert facts.validation.modelled_corridor is None


@pytest.mark.parametrize(
    ("shapes", "reason"),
    [
        ({}, "no_ranges"),
        ({"winter": WINTER}, "no_summer_range"),
        ({"winter": WINTER, "summer": WINTER}, "shared_cells"),
        ({"winter": WINTER, "summer": box(90_000, 0, 91_000, 900)}, "range_unknown"),
    ],
)
def test_without_two_ranges_the_results_are_empty_and_say_why(shapes, reason):
    facts, table, current = run(ranges(**shapes), segments=fence())
    assert facts.no_circuit == reason
    assert table.empty
    assert np.isnan(current).all()


def test_ranges_that_no_known_ground_joins_have_no_circuit():
    ground = np.ones(GRID.shape)
    ground[:, 30] = np.nan
    facts, table, _ = run(ranges(winter=WINTER, summer=SUMMER), resistance=ground)
    assert facts.no_circuit == "no_path"
    assert table.empty


def test_a_part_beyond_unknown_ground_leaves_the_others_their_resistance():
    ground = np.ones(GRID.shape)
    ground[1:4] = np.nan
    x_min, _, _, y_max = GRID.bounds
    island = box(x_min, y_max - CELL_M, x_min + 8 * CELL_M, y_max)
    near = shapely.affinity.translate(WINTER, 0.0, -8 * CELL_M)
    two, apart = (
        run(
            ranges(winter=shapely.union_all(parts), summer=SUMMER),
            resistance=ground,
            segments=fence(),
        )
        for name, parts in (("two", [WINTER, near]), ("apart", [WINTER, near, island]))
    )
    assert apart[0].n_links_without_way == 1
    resistances = ([link.effective_resistance for link in one[0].links] for one in (apart, two))
    assert next(resistances) == pytest.approx(next(resistances), rel=1e-8)
    assert apart[1]["gain_linear"].max() == pytest.approx(two[1]["gain_linear"].max(), rel=0.2)


def test_currents_that_do_not_add_up_are_an_error_with_a_cure():
    with pytest.raises(MethodError) as caught:
        run(ranges(winter=WINTER, summer=SUMMER), tolerance=1e-30)
    (fault,) = caught.value.faults
    assert "raise circuit.tolerance" in fault.cure
    assert "2000 steps" in fault.got


def test_two_runs_leave_the_same_bytes(tmp_path):
    given = inputs(ranges(winter=WINTER, summer=SUMMER), segments=fence())
    one, two = (stage.run(given, granted(), silent) for _ in range(2))
    for name, written in registry.get("circuit").results.items():
        first, second = (tmp_path / f"{each}-{written.file}" for each in ("one", "two"))
        save(getattr(one, name), first, written.contract)
        save(getattr(two, name), second, written.contract)
        assert first.read_bytes() == second.read_bytes(), name


def test_in_a_scenario_what_it_plans_stands_and_what_the_study_plans_does_not():
    rows = fence(status="planned", permeability=0.02)
    given = inputs(ranges(winter=WINTER, summer=SUMMER), segments=rows)
    today = stage.run(given, granted(), silent)
    assert today.facts.barriers_frac == 0.0
    nothing = Layer.of(tables.empty(tables.BARRIERS))
    added = planned.run(planned.Inputs(given, today=nothing), granted(), silent)
    same = [row | {"status": "existing"} for row in rows]
    expected = run(ranges(winter=WINTER, summer=SUMMER), segments=same)[0]
    assert added.facts == expected
    assert added.facts.barriers_frac > 0.0
    known = planned.run(planned.Inputs(given, today=given.barriers), granted(), silent)
    assert known.facts == today.facts
