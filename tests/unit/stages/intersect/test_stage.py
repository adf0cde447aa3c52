"""The stage on a small world: one animal, one fence, one boundary; and a herd without tracks."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString, MultiLineString, box

from corridors.config.model import Config
from corridors.formats.parquet import read_json, read_layer, read_table, write_json, write_table
from corridors.foundation import tables
from corridors.foundation.crs import to_geographic
from corridors.stages.context import StageContext, settings_of
from corridors.stages.intersect import run
from corridors.stages.table import get, sections_of

CRS = "+proj=laea +lat_0=38.0 +lon_0=72.0 +datum=WGS84 +units=m +no_defs +type=crs"
HERD = "h"


def layer(columns: dict[str, object], *planar: object) -> gpd.GeoDataFrame:
    geometry = [to_geographic(g, CRS) for g in planar]
    return gpd.GeoDataFrame(columns, geometry=geometry, crs="EPSG:4326")


def fixes(animals: dict[str, list[tuple[float, float]]]) -> gpd.GeoDataFrame:
    parts = []
    for animal, path in animals.items():
        n = len(path)
        times = pd.date_range("2022-04-01", periods=n, freq="4h", tz="UTC").as_unit("us")
        points = [to_geographic(LineString([p, (p[0] + 1, p[1])]), CRS).coords[0] for p in path]
        parts.append(
            gpd.GeoDataFrame(
                {
                    "herd": HERD,
                    "animal": animal,
                    "time_utc": times,
                    "dop": np.nan,
                    "fix_type": "3d",
                    "species": "Ovis ammon",
                    "source": "t.csv",
                    "source_row": np.arange(2, n + 2),
                    "flags": np.zeros(n, "uint16"),
                    "x_m": [float(p[0]) for p in path],
                    "y_m": [float(p[1]) for p in path],
                    "burst": np.zeros(n, "int32"),
                },
                geometry=gpd.points_from_xy(*np.array(points).T),
                crs="EPSG:4326",
            )
        )
    return pd.concat(parts, ignore_index=True)


def days(day: str | None) -> pd.Series:
    return pd.Series([pd.Timestamp(day, tz="UTC") if day else pd.NaT] * 2, dtype=tables.UTC)


def world(
    folder: Path,
    *,
    tracked: bool,
    status: str = "existing",
    valid_from: str | None = None,
    valid_to: str | None = None,
) -> StageContext:
    path = [(300.0 * (i % 3), -7000.0 + 1000.0 * i) for i in range(15)]
    found: dict[str, dict[str, object]] = {
        "ingest/barriers": {
            "schema": tables.BARRIERS,
            "frame": layer(
                {
                    "barrier": ["fence:=1+1", "far:2"],
                    "name": ["<b>fence</b>", ""],
                    "kind": "fence",
                    "class": "",
                    "status": status,
                    "permeability": np.nan,
                    "permeability_source": "unknown",
                    "source": "test",
                    "tolerance_m": 10.0,
                    "valid_from": days(valid_from),
                    "valid_to": days(valid_to),
                },
                LineString([(-2000, 550), (2600, 550)]),
                LineString([(400_000, 0), (401_000, 0)]),
            ),
        },
        "ingest/boundaries": {
            "schema": tables.BOUNDARIES,
            "frame": layer(
                {
                    "boundary": ["north-south", "rough"],
                    "left_state": "North",
                    "right_state": "South",
                    "type": "river",
                    "source": ["test", "another"],
                    "label": "generalised",
                    "published_km": 20.0,
                    "published_source": "a book",
                    "role": ["used", "compared"],
                },
                LineString([(-5000, -1550), (5000, -1550)]),
                LineString([(-5000, -1550), (3000, -1550)]),
            ),
        },
        "ingest/states": {
            "schema": tables.STATES,
            "frame": layer(
                {"state": ["North", "South"], "source": "test", "label": ""},
                box(-9e3, -1550, 9e3, 2e4),
                box(-9e3, -2e4, 9e3, -1550),
            ),
        },
        "delineate/corridors": {"schema": tables.CORRIDORS},
        "delineate/population": {"schema": tables.POPULATION},
        "connect/modelled": {"schema": tables.CORRIDORS},
        "segment/migrations": {"schema": tables.MIGRATIONS},
        "surface/estimates": {"schema": tables.ESTIMATES},
        "surface/variances": {"schema": tables.VARIANCES},
        "clean/fixes": {"schema": tables.CLEAN_FIXES},
    }
    corridor = {
        "herd": HERD,
        "season": ["all"],
        "corridor_class": "low",
        "n_animals": 1,
        "n_tracked": 1,
        "share": 1.0,
        "area_km2": 30.0,
        "evidence": "tracked" if tracked else "modelled",
        "source": "",
    }
    place = "delineate/corridors" if tracked else "connect/modelled"
    found[place]["frame"] = layer(corridor, box(-1000, -7000, 1600, 7000))
    if tracked:
        found["clean/fixes"]["frame"] = fixes({"a/../b": path, "b": path[:5]})
    for name, item in found.items():
        target = folder / f"{name}.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        frame = item.get("frame", tables.empty(item["schema"]))
        write_table(frame, target, item["schema"])
    write_json({"crs": CRS, "cell_m": 100.0}, folder / "clean" / "clean.json")
    out = folder / "out"
    out.mkdir()
    stage = get("intersect")
    return StageContext(
        herd=HERD,
        settings=settings_of(sections_of(stage, Config(), HERD)),
        raw={},
        upstream={name: {HERD: folder / name} for name in stage.reads},
        out=out,
    )


@pytest.fixture(scope="module")
def tracked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    context = world(tmp_path_factory.mktemp("tracked"), tracked=True)
    run(context)
    return context.out


def test_every_artefact_is_written(tracked: Path) -> None:
    assert {path.name for path in tracked.iterdir()} == set(get("intersect").writes)


def test_a_far_barrier_is_left_out_and_hostile_names_pass_through(tracked: Path) -> None:
    segments = read_layer(tracked / "segments.parquet")
    assert set(segments["barrier"]) == {"fence:=1+1"}
    assert set(segments["name"]) == {"<b>fence</b>"}
    inside = segments[segments["corridor_class"] == "low"]
    assert inside["length_m"].sum() == pytest.approx(2600, rel=1e-3)


def test_the_animal_crosses_once_and_the_other_never(tracked: Path) -> None:
    observed = read_layer(tracked / "observed.parquet")
    assert observed["animal"].tolist() == ["a/../b"]
    # Step 7 -> 8 runs from y = 0 at 04:00 to y = 1000 at 08:00 and is met at y = 550.
    error = observed["time_utc"].iloc[0] - pd.Timestamp("2022-04-02 06:12", tz="UTC")
    assert abs(error.total_seconds()) < 10
    met = read_table(tracked / "encounters.parquet")
    total = met.groupby("animal")[["passages", "approaches"]].sum()
    assert total.loc["a/../b", "passages"] == pytest.approx(1, abs=0.01)
    facts = read_json(tracked / "intersect.json")
    assert facts["raw_step_barrier_pairs"] == facts["raw_steps_crossing"] == 1
    assert set(facts["tracking_years"]) == {"a/../b", "b"}


def test_crossings_are_per_animal_and_year_of_tracking(tracked: Path) -> None:
    years = sum(read_json(tracked / "intersect.json")["tracking_years"].values())
    crossings = read_table(tracked / "crossings.parquet")
    assert crossings["expected_per_year"].sum() * years == pytest.approx(1, abs=0.01)
    assert crossings["observed"].sum() == 1


def test_the_boundary_is_reported_and_is_no_barrier(tracked: Path) -> None:
    (row,) = read_layer(tracked / "border_report.parquet").to_dict("records")
    assert row["length_km"] == pytest.approx(10, rel=1e-3)
    assert row["difference_percent"] == pytest.approx(-50, abs=0.1)
    assert row["corridor_km"] == pytest.approx(2.6, rel=1e-3)
    assert (row["compared_source"], row["type"]) == ("another", "river")
    assert row["compared_difference_percent"] == pytest.approx(-20, abs=0.1)
    stretches = read_layer(tracked / "border_stretches.parquet")
    assert stretches["length_m"].sum() == pytest.approx(10_000, rel=1e-3)
    assert stretches["observed"].sum() == 1
    used = stretches[stretches["observed"] == 1]
    assert used["corridor_class"].tolist() == ["low"]
    assert stretches["expected_per_year"].sum() == pytest.approx(row["expected_per_year"])
    assert (row["observed"], row["n_animals"], row["months"]) == (1, 1, "4")
    crossed = read_layer(tracked / "border_crossings.parquet")
    assert crossed[["animal", "from_state", "to_state"]].to_numpy().tolist() == [
        ["a/../b", "South", "North"]
    ]
    shares = read_table(tracked / "national_shares.parquet").set_index("state")
    assert shares["corridor_share"].sum() == pytest.approx(1, abs=1e-6)
    assert shares["n_animals"].to_dict() == {"North": 1, "South": 2}
    facts = read_json(tracked / "intersect.json")
    assert facts["states_that_must_act_together"] == ["North", "South"]


def test_the_same_input_gives_the_same_bytes(tracked: Path, tmp_path: Path) -> None:
    context = world(tmp_path, tracked=True)
    run(context)
    for path in sorted(tracked.iterdir()):
        assert path.read_bytes() == (context.out / path.name).read_bytes(), path.name


def test_a_herd_without_tracks_has_segments_without_data(tmp_path: Path) -> None:
    context = world(tmp_path, tracked=False)
    run(context)
    segments = read_layer(context.out / "segments.parquet")
    assert len(segments) > 0
    assert not segments["has_data"].any()
    for name in ("crossings", "encounters"):
        assert len(read_table(context.out / f"{name}.parquet")) == 0
    report = read_layer(context.out / "border_report.parquet")
    shares = read_table(context.out / "national_shares.parquet")
    assert len(report) == 1
    assert len(shares) > 0
    # Nobody was tracked: that is not "no passage" and "no use".
    assert report["expected_per_year"].isna().all()
    assert shares["mass_share"].isna().all()
    assert read_json(context.out / "intersect.json")["tracking_years"] == {}


# Animal a is tracked for 56 h from 1 April 00:00 and crosses at 06:12 on the 2nd, b for 16 h.
@pytest.mark.parametrize(
    ("status", "valid_from", "valid_to", "crossed", "hours"),
    [
        ("existing", "2022-04-02", None, 1, {"a/../b": 32}),
        ("existing", None, "2022-04-02", 1, {"a/../b": 48, "b": 16}),
        ("existing", "2022-04-02", "2022-04-02", 1, {"a/../b": 24}),
        ("existing", None, "2022-04-01", 0, {"a/../b": 24, "b": 16}),
        ("existing", "2022-04-03", None, 0, {"a/../b": 8}),
        ("planned", "2022-04-03", None, 1, {"a/../b": 48, "b": 16}),
        ("planned", "2022-04-02", None, 0, {"a/../b": 24, "b": 16}),
        ("removed", "2000-01-01", "2022-04-01", 1, {"a/../b": 32}),
        ("removed", "2000-01-01", "2022-04-02", 0, {"a/../b": 8}),
    ],
)
def test_a_barrier_counts_only_in_its_time(
    tmp_path: Path,
    status: str,
    valid_from: str | None,
    valid_to: str | None,
    crossed: int,
    hours: dict[str, int],
) -> None:
    context = world(tmp_path, tracked=True, status=status, valid_from=valid_from, valid_to=valid_to)
    run(context)
    out = context.out
    assert len(read_layer(out / "observed.parquet")) == crossed
    assert read_json(out / "intersect.json")["raw_steps_crossing"] == crossed
    met = read_table(out / "encounters.parquet")
    assert met["passages"].sum() == pytest.approx(crossed, abs=0.01)
    per_animal = met.groupby("animal")["tracking_years"].agg(["min", "max"]) * 365.25 * 24
    assert per_animal["min"].to_dict() == pytest.approx(hours)
    assert per_animal["max"].to_dict() == pytest.approx(hours)
    crossings = read_table(out / "crossings.parquet")
    years = sum(hours.values()) / (365.25 * 24)
    assert crossings["expected_per_year"].sum() * years == pytest.approx(crossed, abs=0.01)
    segments = read_layer(out / "segments.parquet")
    assert not segments["has_data"].any() or crossed or hours["a/../b"] > 8
    assert (segments["valid_to"].isna() == (valid_to is None)).all()


def test_a_crossing_just_after_the_first_midnight_is_observed_and_nothing_expected(
    tmp_path: Path,
) -> None:
    # The last step begins at 21:54, has its middle at 23:54 and meets the fence at 00:06.
    context = world(tmp_path, tracked=True, valid_from="2022-04-02")
    path = tmp_path / "clean" / "fixes.parquet"
    track = read_layer(path).iloc[:9].copy()
    track["time_utc"] += pd.Timestamp("2022-04-01 21:54", tz="UTC") - track["time_utc"].iloc[7]
    write_table(track, path, tables.CLEAN_FIXES)
    run(context)
    crossings = read_table(context.out / "crossings.parquet")
    assert crossings[["observed", "expected_per_year"]].to_numpy().tolist() == [[1, 0.0]]
    assert not read_layer(context.out / "segments.parquet")["has_data"].any()


def test_a_date_that_holds_for_all_tracking_changes_nothing(tracked: Path, tmp_path: Path) -> None:
    context = world(tmp_path, tracked=True, valid_from="2000-01-01")
    run(context)
    key = ["segment", "animal", "season"]
    undated = read_table(tracked / "encounters.parquet")
    dated = read_table(context.out / "encounters.parquet")
    dated = dated[dated["passages"] + dated["approaches"] > 0].reset_index(drop=True)
    pd.testing.assert_frame_equal(dated, undated)
    assert undated.duplicated(key).sum() == 0


def test_an_area_presses_by_its_ground_and_is_no_line(tmp_path: Path) -> None:
    context = world(tmp_path, tracked=True)
    path = context.read("ingest", "barriers.parquet")
    barriers = read_layer(path)
    square, ring = box(-50, -1050, 150, -900), box(-900, 500, -400, 1000)
    barriers = barriers.assign(kind=["settlement", "fence"]).set_geometry(
        gpd.GeoSeries([to_geographic(g, CRS) for g in (square, ring)], crs="EPSG:4326")
    )
    write_table(barriers, path, tables.BARRIERS)
    # Half of the use on the cell (0...100, -1000...-900), half on its eastern neighbour.
    cells = pd.DataFrame({"season": "all", "row": -10, "col": [0, 1], "mass": 0.5, "n_animals": 1})
    cells = cells.astype({"row": "int32", "col": "int32", "n_animals": "int32"})
    write_table(cells, context.read("delineate", "population.parquet"), tables.POPULATION)
    run(context)
    (area,) = read_layer(context.out / "areas.parquet").to_dict("records")
    assert area["polygon"] == "fence:=1+1"
    assert area["mass_share"] == pytest.approx(0.75, abs=1e-4)
    assert np.isnan(area["winter_share"])
    assert area["n_animals"] == 1  # a/../b at (0, -1000); b never came so far
    segments = read_layer(context.out / "segments.parquet")
    assert set(segments["barrier"]) == {"far:2"}  # of a fence drawn as a ring the outline counts


def test_only_what_stands_holds_the_animals(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    walk = np.column_stack([rng.uniform(1600, 3600, 400), 550 + rng.uniform(-900, 900, 400)])
    expected = {}
    for status in ("existing", "planned"):
        context = world(tmp_path / status, tracked=True, status=status)
        animal = fixes({"a": [(float(x), float(y)) for x, y in walk]})
        write_table(animal, tmp_path / status / "clean/fixes.parquet", tables.CLEAN_FIXES)
        run(context)
        expected[status] = read_json(context.out / "intersect.json")["held"]["expected"]
    assert expected["existing"] > 1
    assert expected["planned"] == 0


@pytest.mark.parametrize("turned", [False, True])
def test_parts_of_a_boundary_may_be_drawn_in_opposite_directions(
    tmp_path: Path, turned: bool
) -> None:
    context = world(tmp_path, tracked=True)
    path = tmp_path / "ingest" / "boundaries.parquet"
    boundaries = read_layer(path)
    west = LineString([(-5000, -1550), (600, -1550)])
    east = LineString([(600, -1550), (5000, -1550)])
    parts = MultiLineString([west, east.reverse() if turned else east])
    boundaries.loc[0, "geometry"] = to_geographic(parts, CRS)
    write_table(boundaries, path, tables.BOUNDARIES)
    run(context)
    (row,) = read_layer(context.out / "border_report.parquet").to_dict("records")
    years = sum(read_json(context.out / "intersect.json")["tracking_years"].values())
    # The animal passes between the fixes 300 m and 600 m to the east: mostly one part, partly both.
    assert row["expected_per_year"] * years == pytest.approx(1, abs=0.01)
