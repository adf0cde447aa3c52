"""The stage on a small world: one animal, one fence, one boundary; and a herd without tracks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString, MultiLineString, box

from corridors.formats.stored import save
from corridors.foundation.artefacts import FixTable, Layer, Table, silent
from corridors.foundation.crs import to_geographic
from corridors.stages import registry
from corridors.stages.intersect import stage
from worlds.crossing import CRS, HERD, fixes, world
from worlds.stages import settings


def run(inputs: stage.Inputs) -> stage.Results:
    """Run the stage as it is configured by default."""
    results: stage.Results = stage.run(inputs, settings("intersect", HERD), silent)
    return results


@pytest.fixture(scope="module")
def tracked() -> stage.Results:
    return run(world(tracked=True))


def test_a_far_barrier_is_left_out_and_hostile_names_pass_through(tracked: stage.Results) -> None:
    segments = tracked.segments.read()
    assert set(segments["barrier"]) == {"fence:=1+1"}
    assert set(segments["name"]) == {"<b>fence</b>"}
    inside = segments[segments["corridor_class"] == "low"]
    assert inside["length_m"].sum() == pytest.approx(2600, rel=1e-3)


def test_the_animal_crosses_once_and_the_other_never(tracked: stage.Results) -> None:
    observed = tracked.observed.read()
    assert observed["animal"].tolist() == ["a/../b"]
    # Step 7 -> 8 runs from y = 0 at 04:00 to y = 1000 at 08:00 and is met at y = 550.
    error = observed["time_utc"].iloc[0] - pd.Timestamp("2022-04-02 06:12", tz="UTC")
    assert abs(error.total_seconds()) < 10
    met = tracked.trials.read()
    met = met[(met["copy"] == -1) & (met["rule"] == 0)]
    assert met.groupby("animal")["passed"].sum().to_dict().get("a/../b") == 1
    facts = tracked.facts
    assert facts.raw_step_barrier_pairs == facts.raw_steps_crossing == 1
    assert set(facts.tracking_years) == {"a/../b", "b"}


def test_crossings_are_per_animal_and_year_of_tracking(tracked: stage.Results) -> None:
    years = sum(tracked.facts.tracking_years.values())
    crossings = tracked.crossings.read()
    assert crossings["expected_per_year"].sum() * years == pytest.approx(1, abs=0.01)
    assert crossings["observed"].sum() == 1


def test_the_boundary_is_reported_and_is_no_barrier(tracked: stage.Results) -> None:
    (row,) = tracked.border_report.read().to_dict("records")
    assert row["length_km"] == pytest.approx(10, rel=1e-3)
    assert row["difference_percent"] == pytest.approx(-50, abs=0.1)
    assert row["corridor_km"] == pytest.approx(2.6, rel=1e-3)
    assert (row["compared_source"], row["type"]) == ("another", "river")
    assert row["compared_difference_percent"] == pytest.approx(-20, abs=0.1)
    stretches = tracked.border_stretches.read()
    assert stretches["length_m"].sum() == pytest.approx(10_000, rel=1e-3)
    assert stretches["observed"].sum() == 1
    used = stretches[stretches["observed"] == 1]
    assert used["corridor_class"].tolist() == ["low"]
    assert stretches["expected_per_year"].sum() == pytest.approx(row["expected_per_year"])
    assert (row["observed"], row["n_animals"], row["months"]) == (1, 1, "4")
    crossed = tracked.border_crossings.read()
    assert crossed[["animal", "from_state", "to_state"]].to_numpy().tolist() == [
        ["a/../b", "South", "North"]
    ]
    shares = tracked.national_shares.read().set_index("state")
    assert shares["corridor_share"].sum() == pytest.approx(1, abs=1e-6)
    assert shares["n_animals"].to_dict() == {"North": 1, "South": 2}
    facts = tracked.facts
    assert facts.states_that_must_act_together == ["North", "South"]


def test_the_same_input_gives_the_same_bytes(tracked: stage.Results, tmp_path: Path) -> None:
    out = run(world(tracked=True))
    for name, written in registry.get("intersect").results.items():
        one, two = tmp_path / f"one-{written.file}", tmp_path / f"two-{written.file}"
        save(getattr(tracked, name), one, written.contract)
        save(getattr(out, name), two, written.contract)
        assert one.read_bytes() == two.read_bytes(), name


def test_a_herd_without_tracks_has_segments_without_data() -> None:
    out = run(world(tracked=False))
    segments = out.segments.read()
    assert len(segments) > 0
    assert not segments["has_data"].any()
    for name in ("crossings", "trials", "seasons", "units"):
        assert len(getattr(out, name).read()) == 0
    report = out.border_report.read()
    shares = out.national_shares.read()
    assert len(report) == 1
    assert len(shares) > 0
    # Nobody was tracked: that is not "no passage" and "no use".
    assert report["expected_per_year"].isna().all()
    assert shares["mass_share"].isna().all()
    assert out.facts.tracking_years == {}


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
    status: str,
    valid_from: str | None,
    valid_to: str | None,
    crossed: int,
    hours: dict[str, int],
) -> None:
    out = run(world(tracked=True, status=status, valid_from=valid_from, valid_to=valid_to))
    assert len(out.observed.read()) == crossed
    assert out.facts.raw_steps_crossing == crossed
    met = out.trials.read()
    met = met[(met["copy"] == -1) & (met["rule"] == 0)]
    assert met["passed"].sum() == crossed
    # Of two time spans, always and while it counts, the second one.
    tracked = out.seasons.read().sort_values("seasons")
    own = tracked.drop_duplicates(["animal", "season"]).groupby("animal")["seasons"].sum()
    own = own[own > 0] * 365.25 * 24
    assert own.to_dict() == pytest.approx(hours)
    crossings = out.crossings.read()
    years = sum(hours.values()) / (365.25 * 24)
    assert crossings["expected_per_year"].sum() * years == pytest.approx(crossed, abs=0.01)
    segments = out.segments.read()
    assert not segments["has_data"].any() or crossed or hours["a/../b"] > 8
    assert (segments["valid_to"].isna() == (valid_to is None)).all()


def test_a_crossing_just_after_the_first_midnight_is_observed_and_nothing_expected() -> None:
    # The last step begins at 21:54, has its middle at 23:54 and meets the fence at 00:06.
    inputs = world(tracked=True, valid_from="2022-04-02")
    track = inputs.fixes.read().iloc[:9].copy()
    track["time_utc"] += pd.Timestamp("2022-04-01 21:54", tz="UTC") - track["time_utc"].iloc[7]
    out = run(replace(inputs, fixes=FixTable.of(track)))
    crossings = out.crossings.read()
    assert crossings[["observed", "expected_per_year"]].to_numpy().tolist() == [[1, 0.0]]
    assert not out.segments.read()["has_data"].any()


def test_a_date_that_holds_for_all_tracking_changes_nothing(tracked: stage.Results) -> None:
    out = run(world(tracked=True, valid_from="2000-01-01"))
    pd.testing.assert_frame_equal(out.trials.read(), tracked.trials.read())
    seasons = out.seasons.read()
    assert seasons.groupby(["animal", "season"])["seasons"].agg(np.ptp).max() == 0


def test_an_area_presses_by_its_ground_and_is_no_line() -> None:
    inputs = world(tracked=True)
    barriers = inputs.barriers.read()
    square, ring = box(-50, -1050, 150, -900), box(-900, 500, -400, 1000)
    barriers = barriers.assign(kind=["settlement", "fence"]).set_geometry(
        gpd.GeoSeries([to_geographic(g, CRS) for g in (square, ring)], crs="EPSG:4326")
    )
    # Half of the use on the cell (0...100, -1000...-900), half on its eastern neighbour.
    cells = pd.DataFrame({"season": "all", "row": -10, "col": [0, 1], "mass": 0.5, "n_animals": 1})
    cells = cells.astype({"row": "int32", "col": "int32", "n_animals": "int32"})
    out = run(replace(inputs, barriers=Layer.of(barriers), population=Table.of(cells)))
    (area,) = out.areas.read().to_dict("records")
    assert area["polygon"] == "fence:=1+1"
    assert area["mass_share"] == pytest.approx(0.75, abs=1e-4)
    assert np.isnan(area["winter_share"])
    assert area["n_animals"] == 1  # a/../b at (0, -1000); b never came so far
    segments = out.segments.read()
    assert set(segments["barrier"]) == {"far:2"}  # of a fence drawn as a ring the outline counts


def test_only_what_stands_holds_the_animals() -> None:
    rng = np.random.default_rng(7)
    walk = np.column_stack([rng.uniform(1600, 3600, 400), 550 + rng.uniform(-900, 900, 400)])
    expected = {}
    for status in ("existing", "planned"):
        animal = fixes({"a": [(float(x), float(y)) for x, y in walk]})
        out = run(replace(world(tracked=True, status=status), fixes=FixTable.of(animal)))
        expected[status] = out.facts.held.n_missed + out.facts.held.n_hit
    assert expected["existing"] > 1
    assert expected["planned"] == 0


@pytest.mark.parametrize("turned", [False, True])
def test_parts_of_a_boundary_may_be_drawn_in_opposite_directions(turned: bool) -> None:
    inputs = world(tracked=True)
    boundaries = inputs.boundaries.read()
    west = LineString([(-5000, -1550), (600, -1550)])
    east = LineString([(600, -1550), (5000, -1550)])
    parts = MultiLineString([west, east.reverse() if turned else east])
    boundaries.loc[0, "geometry"] = to_geographic(parts, CRS)
    out = run(replace(inputs, boundaries=Layer.of(boundaries)))
    (row,) = out.border_report.read().to_dict("records")
    years = sum(out.facts.tracking_years.values())
    # The animal passes between the fixes 300 m and 600 m to the east: mostly one part, partly both.
    assert row["expected_per_year"] * years == pytest.approx(1, abs=0.01)
