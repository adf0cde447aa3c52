"""The stage `segment` on a small simulated herd: contracts, picks, order, hostile names."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from corridors.config.model import Segment
from corridors.formats.parquet import read_table, write_json, write_table
from corridors.foundation import tables
from corridors.foundation.crs import project
from corridors.foundation.errors import InputError
from corridors.stages import segment
from corridors.stages.context import StageContext, settings_of

CRS = "+proj=laea +lat_0=38.0 +lon_0=72.0 +datum=WGS84 +units=m +no_defs +type=crs"
HOSTILE = "../=SUM(A1)<b>$x$'\"; DROP"
Run = Callable[..., Path]


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


def clean_table(frame: pd.DataFrame, folder: Path) -> Path:
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
    folder.mkdir()
    write_table(fixes, folder / "fixes.parquet", tables.CLEAN_FIXES)
    write_json({"crs": CRS}, folder / "clean.json")
    return folder


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def _run(frame: pd.DataFrame | Path, name: str, picks: Path | None = None, **keys: Any) -> Path:
        folder = frame if isinstance(frame, Path) else clean_table(frame, tmp_path / f"{name}-in")
        out = tmp_path / name
        out.mkdir()
        configured = str(picks) if picks else None
        segment.run(
            StageContext(
                "wakhan",
                settings_of({"segment": Segment(**keys), "picks": configured}),
                {configured: picks} if configured and picks else {},
                {"clean": {"wakhan": folder}},
                out,
            )
        )
        return out

    return _run


def test_the_herd_is_classed_and_cut(run: Run) -> None:
    out = run(herd(), "out")
    years = read_table(out / "animal_years.parquet").set_index(["animal", "bio_year"])
    classes = years["class"].to_dict()
    assert classes["a", 2007] in ("migrant", "mixed_migrant")
    assert classes["a", 2008] in ("migrant", "mixed_migrant")
    assert classes["resident", 2007] == "resident"
    assert classes["short", 2007] == "unclassified"
    assert years.loc[("short", 2007), "reason"] == "fixes on 30 days, 60 needed"
    assert years.loc[("a", 2007), "range_distance_km"] == pytest.approx(56, abs=8)
    migrations = read_table(out / "migrations.parquet")
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
    facts = json.loads((out / "segment.json").read_text())
    assert facts["animals_by_best_year"]["resident"] == 1
    assert facts["n_animals_migrating"] == 2 + (classes["cut", 2007] != "disperser")
    pictures = sorted(path.name for path in (out / "pictures").iterdir())
    assert len(pictures) == len(years)


def test_every_window_lies_in_its_track(run: Run) -> None:
    frame = herd()
    migrations = read_table(run(frame, "out") / "migrations.parquet")
    times = {animal: set(own) for animal, own in frame.groupby("animal")["time_utc"]}
    for row in migrations.itertuples():
        assert row.start_utc in times[row.animal]
        assert row.end_utc in times[row.animal]


def test_outputs_do_not_depend_on_the_order_of_rows_or_on_other_animals(run: Run) -> None:
    frame = herd()
    first = run(frame, "one")
    second = run(frame.sample(frac=1, random_state=1), "two")
    names = sorted(str(path.relative_to(first)) for path in first.rglob("*.*"))
    assert names == sorted(str(path.relative_to(second)) for path in second.rglob("*.*"))
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name
    alone = run(frame[frame["animal"] == "a"], "three")
    years = [
        read_table(folder / "animal_years.parquet").query("animal == 'a'")
        for folder in (first, alone)
    ]
    pd.testing.assert_frame_equal(years[0].reset_index(drop=True), years[1])


def test_a_herd_without_tracks_passes(run: Run) -> None:
    out = run(herd().iloc[:0], "out", bio_year_start="auto")
    assert len(read_table(out / "migrations.parquet")) == 0
    assert len(read_table(out / "animal_years.parquet")) == 0
    assert json.loads((out / "segment.json").read_text())["n_animals"] == 0
    assert list((out / "pictures").iterdir()) == []


def test_its_own_picks_give_the_same_windows_as_picks(run: Run, tmp_path: Path) -> None:
    source = clean_table(herd(), tmp_path / "clean")
    first = run(source, "one")
    second = run(source, "two", picks=first / "picks.csv")
    assert (first / "picks.csv").read_bytes() == (second / "picks.csv").read_bytes()
    one, two = (read_table(folder / "migrations.parquet") for folder in (first, second))
    assert set(one["method"]) == {"auto"}
    assert set(two["method"]) == {"pick"}
    same = [c for c in one if c not in ("method", "is_open")]
    pd.testing.assert_frame_equal(one[same], two[same])


def test_a_pick_replaces_only_its_animal_year(run: Run, tmp_path: Path) -> None:
    source = clean_table(herd(), tmp_path / "clean")
    picks = tmp_path / "picks.csv"
    picks.write_text(
        "animal,bio_year,season,part,start_utc,end_utc\n"
        "a,2007,spring,migration,2007-04-01,2007-04-30\n"
        "cut,2007,,none,,\n"
    )
    migrations = read_table(run(source, "out", picks=picks) / "migrations.parquet")
    own = migrations[(migrations["animal"] == "a") & (migrations["bio_year"] == 2007)]
    assert own[["season", "method"]].to_numpy().tolist() == [["spring", "pick"]]
    assert str(own["end_utc"].iloc[0]) == "2007-05-01 00:00:00+00:00"
    next_year = migrations[(migrations["animal"] == "a") & (migrations["bio_year"] == 2008)]
    assert {"spring", "summer", "autumn", "winter"} == set(next_year["season"])
    assert "cut" not in set(migrations["animal"])


def test_wrong_picks_are_refused_by_the_stage(run: Run, tmp_path: Path) -> None:
    picks = tmp_path / "picks.csv"
    picks.write_text("animal,bio_year,season,part,start_utc,end_utc\nb,2007,x,y,1,2\n")
    with pytest.raises(InputError, match="no such animal"):
        run(herd(), "out", picks=picks)


def test_the_year_start_can_be_chosen_from_the_data(run: Run) -> None:
    out = run(herd(), "out", bio_year_start="auto")
    start = json.loads((out / "segment.json").read_text())["bio_year_start"]
    # Not within a migration: days 80-92 and 250-262 after 1 February.
    assert not "04-15" <= start <= "05-10"
    assert not "10-01" <= start <= "10-25"


@pytest.mark.parametrize(("one_way", "n"), [("incomplete", 0), ("always", 1), ("never", 0)])
def test_a_move_without_return_in_a_whole_year_is_no_migration(
    run: Run, one_way: str, n: int
) -> None:
    frame = track("d", "2007-02-01", 365, [(120, 0), (135, 50), (365, 50)], 7)
    out = run(frame, "out", one_way=one_way)
    assert read_table(out / "animal_years.parquet")["class"].tolist() == ["disperser"]
    migrations = read_table(out / "migrations.parquet")
    assert (migrations["part"] == "migration").sum() == n


def test_a_move_that_the_data_may_have_cut_before_its_return_counts(run: Run) -> None:
    frame = track("d", "2007-02-01", 200, [(120, 0), (135, 50), (200, 50)], 7)
    migrations = read_table(run(frame, "out") / "migrations.parquet")
    assert migrations[["season", "part"]].to_numpy().tolist()[0] == ["spring", "migration"]


def test_a_pick_that_reaches_into_the_next_year_pushes_its_windows_aside(
    run: Run, tmp_path: Path
) -> None:
    source = clean_table(herd(), tmp_path / "clean")
    picks = tmp_path / "picks.csv"
    picks.write_text(
        "animal,bio_year,season,part,start_utc,end_utc\na,2007,winter,range,2007-11-01,2008-04-24\n"
    )
    migrations = read_table(run(source, "out", picks=picks) / "migrations.parquet")
    own = migrations[migrations["animal"] == "a"]
    assert "winter" in set(own.loc[own["method"] == "pick", "season"])
    spring = own[(own["season"] == "spring") & (own["bio_year"] == 2008)]
    assert spring["start_utc"].iloc[0] == pd.Timestamp("2008-04-25", tz="UTC")
    assert (own["end_utc"].shift(1).iloc[1:] <= own["start_utc"].iloc[1:]).all()


def test_pictures_may_be_left_to_migrations_or_out(run: Run, tmp_path: Path) -> None:
    frame = pd.concat(
        [
            track("mover", "2007-02-01", 365, ROUND, 1),
            track("resident", "2007-02-01", 365, [(365, 0)], 3),
        ]
    )
    everything, moved, none = (
        run(frame, name, pictures=name) for name in ("all", "migrating", "none")
    )
    first, second = sorted((everything / "pictures").iterdir())
    assert [path.name for path in (moved / "pictures").iterdir()] == [first.name]
    assert (moved / "pictures" / first.name).read_bytes() == first.read_bytes()
    assert second.name.startswith("resident")
    assert list((none / "pictures").iterdir()) == []
    for name in ("migrations.parquet", "animal_years.parquet", "picks.csv"):
        assert (none / name).read_bytes() == (everything / name).read_bytes()
