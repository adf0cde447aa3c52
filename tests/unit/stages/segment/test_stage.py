"""The stage `segment` on a small simulated herd: contracts, picks, order, hostile names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from corridors.config.model import Segment
from corridors.foundation import tables
from corridors.foundation.artefacts import FixTable, RawFiles, silent
from corridors.foundation.crs import project
from corridors.foundation.errors import InputError
from corridors.foundation.facts.clean import CleanFacts
from corridors.stages.segment import stage

CRS = "+proj=laea +lat_0=38.0 +lon_0=72.0 +datum=WGS84 +units=m +no_defs +type=crs"
HOSTILE = "../=SUM(A1)<b>$x$'\"; DROP"


def track(animal: str, start: str, days: int, moves: list[tuple[float, float]], seed: int) -> Any:
    """One animal, 6 h fixes; ``moves`` are (day, km) of a polyline of displacement."""
    rng = np.random.default_rng(seed)
    day = np.arange(0, days, 0.25)
    km = np.interp(day, *np.array([(0, 0), *moves]).T) + rng.normal(0, 0.4, day.size)
    lon = 72 + km / 120 + rng.normal(0, 0.004, day.size)
    lat = 38 + km / 180
    time = pd.Timestamp(start, tz="UTC") + pd.to_timedelta(day, "D")
    return pd.DataFrame({"animal": animal, "time_utc": time, "lon": lon, "lat": lat})


ROUND = [(80, 0), (92, 60), (250, 60), (262, 0), (365, 0)]
TWICE = [*ROUND, *[(365 + day, km) for day, km in ROUND]]


def herd() -> pd.DataFrame:
    parts = [
        track("a", "2007-02-01", 730, TWICE, 1),
        track(HOSTILE, "2007-02-01", 365, ROUND, 2),
        track("resident", "2007-02-01", 365, [(365, 0)], 3),
        track("cut", "2007-02-01", 256, ROUND, 4),
        track("short", "2007-02-01", 30, [(30, 0)], 5),
    ]
    return pd.concat(parts, ignore_index=True)


def clean_table(frame: pd.DataFrame) -> FixTable:
    """Return the fixes as stage `clean` leaves them."""
    frame = frame.sort_values("animal", kind="stable")  # as the stage clean leaves it
    x, y = project(frame["lon"].to_numpy(), frame["lat"].to_numpy(), CRS)
    n = len(frame)
    fixes = gpd.GeoDataFrame(
        {
            "herd": "wakhan", "animal": frame["animal"],
            "time_utc": frame["time_utc"].astype("datetime64[us, UTC]"),
            "dop": np.nan, "fix_type": "", "species": "", "source": "x.csv",
            "source_row": np.arange(n, dtype="int64") + 2, "flags": np.zeros(n, "uint16"),
            "x_m": x, "y_m": y, "burst": np.zeros(n, "int32"),
        },
        geometry=gpd.points_from_xy(frame["lon"], frame["lat"]),
        crs="EPSG:4326",
    )  # fmt: skip
    return FixTable.of(tables.check(fixes, tables.CLEAN_FIXES))


def run(frame: pd.DataFrame | FixTable, picks: Path | None = None, **keys: Any) -> stage.Results:
    """Run the stage on a herd, with picks where there are any."""
    fixes = frame if isinstance(frame, FixTable) else clean_table(frame)
    configured = str(picks) if picks else None
    raw = RawFiles({configured: picks} if configured and picks else {})
    inputs = stage.Inputs(fixes, CleanFacts.model_construct(crs=CRS), raw)
    results: stage.Results = stage.run(
        inputs, stage.Settings("wakhan", Segment(**keys), configured), silent
    )
    for table, schema in (
        (results.migrations, tables.MIGRATIONS),
        (results.legs, tables.LEGS),
        (results.animal_years, tables.ANIMAL_YEARS),
        (results.displacement_fits, tables.DISPLACEMENT_FITS),
    ):
        tables.check(table.read(), schema)
    return results


def test_the_herd_is_classed_and_cut() -> None:
    out = run(herd())
    years = out.animal_years.read().set_index(["animal", "bio_year"])
    classes = years["class"].to_dict()
    assert classes["a", 2007] in ("migrant", "mixed_migrant")
    assert classes["a", 2008] in ("migrant", "mixed_migrant")
    assert classes["resident", 2007] == "resident"
    assert classes["short", 2007] == "unclassified"
    assert years.loc[("short", 2007), ["reason", "n_days"]].tolist() == ["few_days", 30]
    assert years.loc[("a", 2007), "range_distance_km"] == pytest.approx(56, abs=8)
    migrations = out.migrations.read()
    assert set(migrations["animal"]) == {"a", HOSTILE, "cut"}
    own = migrations[(migrations["animal"] == "a") & (migrations["part"] == "migration")]
    assert own["season"].tolist() == ["spring", "autumn"] * 2
    begin = pd.Timestamp("2007-02-01", tz="UTC")
    days = (own["start_utc"] - begin) / pd.Timedelta(days=1)
    np.testing.assert_allclose(days, [80, 250, 445, 615], atol=3)
    last = migrations[(migrations["animal"] == "cut") & (migrations["season"] == "autumn")]
    assert last["is_open"].tolist() == [True]
    # Winter runs over the border of the biological year as one stay.
    winters = migrations[(migrations["animal"] == "a") & (migrations["season"] == "winter")]
    assert winters["bio_year"].tolist() == [2007, 2007, 2008]
    assert winters["is_open"].tolist() == [True, False, True]
    ordered = migrations.sort_values(["animal", "start_utc"])
    later = ordered.groupby("animal")["start_utc"].shift(-1)
    assert (later.isna() | (ordered["end_utc"] < later)).all()
    assert out.facts.animals_by_best_year["resident"] == 1
    assert out.facts.n_animals_migrating == 2 + (classes["cut", 2007] != "disperser")
    fits = out.displacement_fits.read()
    assert set(zip(fits["animal"], fits["bio_year"], strict=True)) == set(
        years.index[years["class"] != "unclassified"]
    )
    assert fits.groupby(["animal", "bio_year"])["weight"].sum().to_numpy() == pytest.approx(1)


def test_every_window_lies_in_its_track() -> None:
    frame = herd()
    migrations = run(frame).migrations.read()
    times = {animal: set(own) for animal, own in frame.groupby("animal")["time_utc"]}
    for row in migrations.itertuples():
        assert row.start_utc in times[row.animal]
        assert row.end_utc in times[row.animal]


def test_outputs_do_not_depend_on_the_order_of_rows_or_on_other_animals() -> None:
    frame = herd()
    first = run(frame)
    second = run(frame.sample(frac=1, random_state=1))
    assert first.picks == second.picks
    assert first.facts == second.facts
    for one, two in (
        (first.migrations, second.migrations),
        (first.legs, second.legs),
        (first.animal_years, second.animal_years),
        (first.displacement_fits, second.displacement_fits),
    ):
        pd.testing.assert_frame_equal(one.read(), two.read(), check_exact=True)
    alone = run(frame[frame["animal"] == "a"])
    years = [folder.animal_years.read().query("animal == 'a'") for folder in (first, alone)]
    pd.testing.assert_frame_equal(years[0].reset_index(drop=True), years[1])


def test_a_herd_without_tracks_passes() -> None:
    out = run(herd().iloc[:0], bio_year_start="auto")
    assert len(out.migrations.read()) == 0
    assert len(out.animal_years.read()) == 0
    assert out.facts.n_animals == 0
    assert len(out.displacement_fits.read()) == 0


def test_its_own_picks_give_the_same_windows_as_picks(tmp_path: Path) -> None:
    source = clean_table(herd())
    first = run(source)
    picks = tmp_path / "picks.csv"
    picks.write_text(first.picks.text, encoding="utf-8", newline="")
    second = run(source, picks=picks)
    assert first.picks == second.picks
    one, two = first.migrations.read(), second.migrations.read()
    assert set(one["method"]) == {"auto"}
    assert set(two["method"]) == {"pick"}
    same = [c for c in one if c not in ("method", "is_open")]
    pd.testing.assert_frame_equal(one[same], two[same])


def test_a_pick_replaces_only_its_animal_year(tmp_path: Path) -> None:
    source = clean_table(herd())
    picks = tmp_path / "picks.csv"
    picks.write_text(
        "animal,bio_year,season,part,start_utc,end_utc\n"
        "a,2007,spring,migration,2007-04-01,2007-04-30\n"
        "cut,2007,,none,,\n"
    )
    migrations = run(source, picks=picks).migrations.read()
    own = migrations[(migrations["animal"] == "a") & (migrations["bio_year"] == 2007)]
    assert own[["season", "method"]].to_numpy().tolist() == [["spring", "pick"]]
    assert str(own["end_utc"].iloc[0]) == "2007-05-01 00:00:00+00:00"
    next_year = migrations[(migrations["animal"] == "a") & (migrations["bio_year"] == 2008)]
    assert {"spring", "summer", "autumn", "winter"} == set(next_year["season"])
    assert "cut" not in set(migrations["animal"])


def test_wrong_picks_are_refused_by_the_stage(tmp_path: Path) -> None:
    picks = tmp_path / "picks.csv"
    picks.write_text("animal,bio_year,season,part,start_utc,end_utc\nb,2007,x,y,1,2\n")
    with pytest.raises(InputError, match="no such animal"):
        run(herd(), picks=picks)


def test_the_year_start_can_be_chosen_from_the_data() -> None:
    out = run(herd(), bio_year_start="auto")
    start = out.facts.bio_year_start
    # Not within a migration: days 80-92 and 250-262 after 1 February.
    assert not "04-15" <= start <= "05-10"
    assert not "10-01" <= start <= "10-25"


@pytest.mark.parametrize(("one_way", "n"), [("incomplete", 0), ("always", 1), ("never", 0)])
def test_a_move_without_return_in_a_whole_year_is_no_migration(one_way: str, n: int) -> None:
    frame = track("d", "2007-02-01", 365, [(120, 0), (135, 50), (365, 50)], 7)
    out = run(frame, one_way=one_way)
    assert out.animal_years.read()["class"].tolist() == ["disperser"]
    migrations = out.migrations.read()
    assert (migrations["part"] == "migration").sum() == n


def test_a_move_that_the_data_may_have_cut_before_its_return_counts() -> None:
    frame = track("d", "2007-02-01", 200, [(120, 0), (135, 50), (200, 50)], 7)
    migrations = run(frame).migrations.read()
    assert migrations[["season", "part"]].to_numpy().tolist()[0] == ["spring", "migration"]


def test_a_pick_that_reaches_into_the_next_year_pushes_its_windows_aside(tmp_path: Path) -> None:
    source = clean_table(herd())
    picks = tmp_path / "picks.csv"
    picks.write_text(
        "animal,bio_year,season,part,start_utc,end_utc\na,2007,winter,range,2007-11-01,2008-04-24\n"
    )
    migrations = run(source, picks=picks).migrations.read()
    own = migrations[migrations["animal"] == "a"]
    assert "winter" in set(own.loc[own["method"] == "pick", "season"])
    spring = own[(own["season"] == "spring") & (own["bio_year"] == 2008)]
    assert spring["start_utc"].iloc[0] == pd.Timestamp("2008-04-25", tz="UTC")
    assert (own["end_utc"].shift(1).iloc[1:] <= own["start_utc"].iloc[1:]).all()
