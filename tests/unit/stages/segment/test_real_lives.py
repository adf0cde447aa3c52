"""Lives that are no textbook migration, on simulated animals whose truth is known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from corridors.config.model import Config, Segment
from corridors.foundation import tables
from corridors.foundation.artefacts import FixTable, RawFiles, silent
from corridors.foundation.crs import GEOGRAPHIC, transformer
from corridors.foundation.errors import InputError
from corridors.foundation.facts.clean import CleanFacts
from corridors.stages import registry
from corridors.stages.segment import stage

Points = list[tuple[float, float]]
Run = Callable[..., Path]
MIGRATES: Points = [(80, 0), (92, 60), (250, 60), (262, 0)]


def crs(lat: float) -> str:
    return f"+proj=laea +lat_0={lat} +lon_0=35 +datum=WGS84 +units=m +no_defs +type=crs"


def walk(animal: str, start: str, points: Points, *, days: int = 365, step_h: float = 6.0) -> Any:
    """A walk through (day, km) on one bearing, in a home range (SD 1 km, memory of days)."""
    rng = np.random.default_rng([ord(letter) for letter in animal])
    day = np.arange(0, days, step_h / 24)
    km = np.interp(day, *np.array([(0, 0), *points, (days, points[-1][1])]).T)
    keep = np.exp(-step_h / 24 / 4)
    noise = np.zeros((2, day.size))
    for i in range(1, day.size):
        noise[:, i] = keep * noise[:, i - 1] + rng.normal(0, np.sqrt(1 - keep**2), 2)
    return fixes(animal, start, day, 0.6 * km + noise[0], 0.8 * km + noise[1])


def fixes(animal: str, start: str, day: Any, x_km: Any, y_km: Any) -> pd.DataFrame:
    time = pd.Timestamp(start, tz="UTC") + pd.to_timedelta(day, "D")
    return pd.DataFrame(
        {"animal": animal, "time_utc": time, "x_m": 1000 * x_km, "y_m": 1000 * y_km}
    )


def gazelle(animal: str, seed: int) -> pd.DataFrame:
    """A Mongolian gazelle's year: stays of weeks, then up to 90 km in any direction."""
    rng = np.random.default_rng(seed)
    days, places = [0.0], [np.zeros(2)]
    while days[-1] < 365:
        bearing, far = rng.uniform(0, 2 * np.pi), rng.uniform(30, 90)
        goal = places[-1] + far * np.array([np.cos(bearing), np.sin(bearing)])
        days += [days[-1] + rng.uniform(5, 25)]
        days += [days[-1] + rng.uniform(2, 6)]
        places += [places[-1], goal]
    day = np.arange(0, 365, 0.25)
    x, y = (np.interp(day, days, axis) for axis in np.array(places).T)
    return fixes(animal, "2010-02-01", day, x + rng.normal(0, 1, day.size), y)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def _run(
        *tracks: pd.DataFrame, lat: float = 45.0, picks: str = "", species: str = "", **keys: Any
    ) -> stage.Results:
        frame = pd.concat(sorted(tracks, key=lambda t: t["animal"].iloc[0]), ignore_index=True)
        lon_deg, lat_deg = transformer(crs(lat), GEOGRAPHIC).transform(
            frame["x_m"].to_numpy(), frame["y_m"].to_numpy()
        )
        n = len(frame)
        table = gpd.GeoDataFrame(
            {
                "herd": "herd", "animal": frame["animal"],
                "time_utc": frame["time_utc"].astype("datetime64[us, UTC]"),
                "dop": np.nan, "fix_type": "", "species": "", "source": "x.csv",
                "source_row": np.arange(n, dtype="int64") + 2, "flags": np.zeros(n, "uint16"),
                "x_m": frame["x_m"], "y_m": frame["y_m"], "burst": np.zeros(n, "int32"),
            },
            geometry=gpd.points_from_xy(lon_deg, lat_deg),
            crs="EPSG:4326",
        )  # fmt: skip
        raw = {}
        if picks:
            (tmp_path / "picks.csv").write_text(picks)
            raw["picks.csv"] = tmp_path / "picks.csv"
        inputs = stage.Inputs(
            FixTable.of(tables.check(table, tables.CLEAN_FIXES)),
            CleanFacts.model_construct(crs=crs(lat)),
            RawFiles(raw),
        )
        chosen = Segment.model_validate(keys)
        own = stage.Settings("herd", chosen, "picks.csv" if picks else None, species or None)
        results: stage.Results = stage.run(inputs, own, silent)
        return results

    return _run


def facts(out: stage.Results) -> dict[str, Any]:
    return out.facts.model_dump()


def classes(out: stage.Results) -> dict[tuple[str, int], str]:
    years = out.animal_years.read()
    return dict(
        zip(zip(years["animal"], years["bio_year"], strict=True), years["class"], strict=True)
    )


def test_an_animal_that_skips_a_year_and_one_that_never_migrates(run: Run) -> None:
    points = [*MIGRATES, *[(730 + day, km) for day, km in MIGRATES]]
    out = run(
        walk("skips", "2010-02-01", points, days=1095),
        walk("stays", "2010-02-01", [(1, 0)], days=1095),
    )
    found = classes(out)
    assert [found["skips", year] for year in (2010, 2011, 2012)] == [
        "migrant",
        "resident",
        "migrant",
    ]
    assert {found["stays", year] for year in (2010, 2011, 2012)} == {"resident"}
    partial = facts(out)["partial_migration"]
    assert partial["n_animals_skipping_years"] == 1
    assert partial["n_animals_never_migrating"] == 1
    assert partial["share_of_animals_migrating"] == 0.5
    assert partial["share_of_animal_years_migrating"] == pytest.approx(2 / 6)


def test_the_window_holds_both_stopovers_and_the_legs_are_told(run: Run) -> None:
    way = [(60, 0), (64, 25), (82, 25), (86, 50), (100, 50), (105, 90), (250, 90), (262, 0)]
    out = run(walk("deer", "2010-02-01", way))
    migrations = out.migrations.read().set_index("season")
    begin = pd.Timestamp("2010-02-01", tz="UTC")
    start = (migrations.loc["spring", "start_utc"] - begin) / pd.Timedelta(days=1)
    end = (migrations.loc["spring", "end_utc"] - begin) / pd.Timedelta(days=1)
    assert start == pytest.approx(60, abs=2.5)
    assert end == pytest.approx(105, abs=2.5)
    legs = out.legs.read()
    own = legs[legs["migration"] == migrations.loc["spring", "migration"]]
    assert own["leg"].tolist() == [1, 2, 3], own.to_string()
    np.testing.assert_allclose(own["stop_days"], [18, 14, 0], atol=4)
    # Within the ranges and the stops some kilometres of each leg are not counted.
    assert (own["net_km"] / [25, 25, 40]).between(0.6, 1).all(), own.to_string()
    assert facts(out)["seasons"]["spring"]["median_legs"] == 3


def test_a_tropical_year_has_the_names_and_the_start_that_a_person_gives(run: Run) -> None:
    # Out with the rains in November, back in May; the year starts in the dry-season stay.
    points = [(130, 0), (140, 80), (290, 80), (302, 0)]
    names = {"out": "wet", "back": "dry"}
    out = run(
        walk("gnu", "2010-07-01", points, days=365),
        lat=-2.0, bio_year_start="07-01", season_names=names,
        picks="animal,bio_year,season,part,start_utc,end_utc\n"
        "gnu,2010,wet,migration,2010-11-08,2010-11-20\n",
    )  # fmt: skip
    assert classes(out)["gnu", 2010] == "migrant"
    assert out.migrations.read()["season"].tolist() == ["wet"]
    assert set(facts(out)["seasons"]) == {"wet", "dry", "winter", "summer"}


def test_a_tropical_year_is_cut_into_wet_and_dry_migrations(run: Run) -> None:
    points = [(130, 0), (140, 80), (290, 80), (302, 0)]
    names = {"out": "wet", "back": "dry"}
    out = run(
        walk("gnu", "2010-07-01", points), lat=-2.0, bio_year_start="auto", season_names=names
    )
    migrations = out.migrations.read()
    moves = migrations[migrations["part"] == "migration"]
    assert moves["season"].tolist() == ["wet", "dry"]
    assert [time.month for time in moves["start_utc"]] == [11, 4]


@pytest.mark.parametrize("begin", ["2010-07-01", "2010-09-20", "2010-12-20", "2011-02-10"])
@pytest.mark.parametrize(
    ("start", "home_day"),
    [
        ("auto", "auto"),
        ("07-01", "auto"),
        ("auto", "08-15"),
        ("07-01", "08-15"),
        ("01-10", "08-15"),
        ("12-20", "08-15"),
    ],
)
def test_named_seasons_mean_the_same_wherever_the_year_and_the_tracks_begin(
    run: Run, begin: str, start: str, home_day: str
) -> None:
    # In the wet range from 8 to 20 November on, in the dry one from 15 to 27 April on.
    day = (pd.Timestamp("2010-07-01") - pd.Timestamp(begin)).days
    turns = [(130 + 365 * year, 140 + 365 * year) for year in range(-1, 3)]
    backs = [(288 + 365 * year, 300 + 365 * year) for year in range(-1, 3)]
    points = [
        (day + at, km)
        for (out_0, out_1), (back_0, back_1) in zip(turns, backs, strict=True)
        for at, km in ((out_0, 0), (out_1, 80), (back_0, 80), (back_1, 0))
    ]
    out = run(
        walk("gnu", begin, points, days=720),
        lat=-2.0, bio_year_start=start,
        season_names={"out": "wet", "back": "dry", "home_day": home_day},
    )  # fmt: skip
    migrations = out.migrations.read()
    moves = migrations[migrations["part"] == "migration"]
    assert len(moves) >= 2
    named = {
        (season, time.month)
        for season, time in zip(moves["season"], moves["start_utc"], strict=True)
    }
    assert named <= {("wet", 11), ("dry", 4)}, moves.to_string()


def test_a_calendar_season_is_refused_in_picks_where_a_person_named_others(run: Run) -> None:
    with pytest.raises(InputError, match="unknown season"):
        run(
            walk("gnu", "2010-07-01", [(130, 0), (140, 80)]),
            bio_year_start="07-01", season_names={"out": "wet", "back": "dry"},
            picks="animal,bio_year,season,part,start_utc,end_utc\n"
            "gnu,2010,spring,migration,2010-11-08,2010-11-20\n",
        )  # fmt: skip


def test_gazelles_without_a_home_are_nomads_or_at_least_no_residents(run: Run) -> None:
    found = list(classes(run(*(gazelle(f"g{i}", i) for i in range(12)))).values())
    assert found.count("nomad") >= 8, found
    assert found.count("resident") == 0


def test_monthly_positions_are_refused_with_the_reason(run: Run) -> None:
    out = run(walk("vhf", "2010-02-01", MIGRATES, step_h=30.4 * 24))
    years = out.animal_years.read()
    assert years["class"].tolist() == ["unclassified"]
    assert "long_interval" in years["reason"].iloc[0].split(";")
    assert years["fix_interval_d"].iloc[0] == pytest.approx(30.4)
    assert len(out.legs.read()) == 0


def test_auto_starts_the_year_where_one_year_tracks_stay_whole(run: Run) -> None:
    out = run(*(walk(f"d{i}", "2010-02-01", MIGRATES) for i in range(3)), bio_year_start="auto")
    assert facts(out)["animal_years"]["migrant"] == 3
    start = facts(out)["bio_year_start"]
    assert start <= "04-10" or start >= "11-01", start


def test_fits_say_whether_they_converged_and_what_lies_on_a_bound(run: Run) -> None:
    slow = [(20, 0), (170, 60), (250, 60), (262, 0)]
    years = (
        run(walk("a", "2010-02-01", MIGRATES), walk("slow", "2010-02-01", slow))
        .animal_years.read()
        .set_index("animal")
    )
    assert years["convergence"].between(0.2, 1).all()
    assert years.loc["a", "on_bound"] == ""
    assert "phi_d" in years.loc["slow", "on_bound"].split(";")
    assert (years["n_effective"] < 200).all()


def test_a_herds_own_keys_replace_the_studys_for_that_herd_only() -> None:
    source = {"path": "t.csv", "format": "movebank", "time_zone": "UTC"}
    herd = {"species": "Connochaetes taurinus", "tracks": [source]}
    own = {"bio_year_start": "07-01", "season_names": {"out": "wet", "back": "dry"}}
    study = Config.model_validate(
        {
            "herds": {"gnu": {**herd, "segment": own}, "deer": herd},
            "segment": {"min_distance_km": 25.0},
        }
    )
    gnu, deer = (registry.get("segment").settings(study, name).segment for name in ("gnu", "deer"))
    assert deer == study.segment
    assert gnu == study.segment.model_copy(
        update={"bio_year_start": "07-01", "season_names": gnu.season_names}
    )
    assert gnu.min_distance_km == 25.0
    ingest = [registry.get("ingest").settings(study, name).herd for name in ("gnu", "deer")]
    assert ingest[0] == ingest[1]


RAINS: Points = [
    (40, 0), (47, 60), (120, 60), (127, 0), (210, 0), (217, -50), (295, -50), (302, 0),
]  # fmt: skip


def of_part(out: stage.Results, part: str) -> pd.DataFrame:
    found = out.migrations.read()
    return found[found["part"] == part]


def days_of(rows: pd.DataFrame, begin: str) -> list[tuple[str, float, float]]:
    sides = (
        (rows[side] - pd.Timestamp(begin, tz="UTC")) / pd.Timedelta(days=1)
        for side in ("start_utc", "end_utc")
    )
    return list(zip(rows["season"], *sides, strict=True))


def test_two_cycles_in_a_year_are_four_migrations_with_stays_between(run: Run) -> None:
    out = run(walk("kob", "2010-02-01", RAINS))
    assert classes(out) == {("kob", 2010): "migrant"}
    assert out.animal_years.read()["reason"].tolist() == ["stays"]
    moves = days_of(of_part(out, "migration"), "2010-02-01")
    assert [season for season, _, _ in moves] == ["spring", "autumn", "spring", "autumn"]
    np.testing.assert_allclose([start for _, start, _ in moves], [40, 120, 210, 295], atol=2.5)
    np.testing.assert_allclose([end for _, _, end in moves], [47, 127, 217, 302], atol=2.5)
    stays = days_of(of_part(out, "range"), "2010-02-01")
    assert [season for season, _, _ in stays] == ["winter", "summer", "winter", "summer", "winter"]
    assert of_part(out, "range")["is_open"].tolist() == [True, False, False, False, True]
    # Dates of one winter and one summer would be nobody's.
    assert facts(out)["range_dates"] == {}
    assert out.migrations.read()["migration"].is_unique


def test_picks_hold_several_migrations_of_a_season_and_give_them_back(run: Run) -> None:
    written = run(walk("kob", "2010-02-01", RAINS))
    text = written.picks.text
    assert text.count("spring,migration") == 2
    again = run(walk("kob", "2010-02-01", RAINS), picks=text)
    picked = of_part(again, "migration")
    assert picked["method"].tolist() == ["pick"] * 4
    columns = ["season", "start_utc", "end_utc"]
    pd.testing.assert_frame_equal(
        picked[columns].reset_index(drop=True),
        of_part(written, "migration")[columns].reset_index(drop=True),
    )


def test_a_stay_of_twenty_days_is_a_migration_and_one_of_ten_is_not(run: Run) -> None:
    short = run(walk("caribou", "2010-02-01", [(150, 0), (156, 70), (176, 70), (182, 0)]))
    assert classes(short)["caribou", 2010] == "migrant"
    np.testing.assert_allclose(
        [row[1:] for row in days_of(of_part(short, "migration"), "2010-02-01")],
        [(150, 156), (176, 182)],
        atol=2.5,
    )
    away = run(walk("caribou", "2010-02-01", [(150, 0), (156, 70), (166, 70), (172, 0)]))
    assert classes(away)["caribou", 2010] == "resident"
    assert len(away.migrations.read()) == 0


@pytest.mark.parametrize("start", ["02-01", "auto"])
def test_a_stay_over_the_border_of_the_year_is_whole(run: Run, start: str) -> None:
    # In the far range from 2 December to 3 April, over New Year and 1 February.
    way = [(300, 0), (307, 60), (425, 60), (432, 0), (665, 0), (672, 60), (790, 60), (797, 0)]
    out = run(walk("deer", "2010-02-01", way, days=1000), bio_year_start=start)
    moves = of_part(out, "migration")
    np.testing.assert_allclose(
        [row[1:] for row in days_of(moves, "2010-02-01")],
        [(300, 307), (425, 432), (665, 672), (790, 797)],
        atol=2.5,
    )
    ranges = days_of(of_part(out, "range"), "2010-02-01")
    over = [(a, b) for _, a, b in ranges if a < 330 and b > 400]
    np.testing.assert_allclose(over, [(307, 425)], atol=4)


def test_a_migration_in_a_gap_between_two_stays_has_no_window(run: Run) -> None:
    whole = walk("kob", "2010-02-01", RAINS)
    day = (whole["time_utc"] - whole["time_utc"].iloc[0]) / pd.Timedelta(days=1)
    out = run(whole[(day < 110) | (day > 140)].reset_index(drop=True))
    moves = days_of(of_part(out, "migration"), "2010-02-01")
    np.testing.assert_allclose([start for _, start, _ in moves], [40, 210, 295], atol=2.5)
    assert out.animal_years.read()["lost_seasons"].tolist() == ["autumn"]


def test_few_fixes_at_the_edge_of_the_year_do_not_move_its_origin(run: Run) -> None:
    whole = walk("deer", "2010-02-01", [(45, 0), (55, 60), (250, 60), (262, 0)])
    day = (whole["time_utc"] - whole["time_utc"].iloc[0]) / pd.Timedelta(days=1)
    thin = whole[(day >= 90) | (day % 4 == 0)].reset_index(drop=True)
    years = run(thin).animal_years.read()
    assert years["class"].tolist() == ["migrant"]
    assert years["displacement_km"].iloc[0] == pytest.approx(60, abs=2.5)


def test_argali_migrate_four_kilometres_and_deer_of_the_plains_do_not(run: Run) -> None:
    up = walk("ewe", "2010-02-01", [(90, 0), (93, 4), (250, 4), (253, 0)])
    # A range of a tenth of the kilometre that a walk has.
    still = walk("ewe", "2010-02-01", [(1, 0)])
    for axis, share in (("x_m", 0.6), ("y_m", 0.8)):
        km = np.interp(np.arange(len(up)) * 0.25, [90, 93, 250, 253], [0, 4, 4, 0])
        up[axis] = 1000 * share * km + 0.2 * still[axis]
    argali = run(up, species="Ovis ammon polii")
    assert classes(argali)["ewe", 2010] in ("migrant", "mixed_migrant")
    assert facts(argali)["min_distance_km"] == 3.0
    assert facts(argali)["min_distance_basis"].startswith("unchecked")
    assert classes(run(up, species="Odocoileus hemionus"))["ewe", 2010] == "resident"
    stated = run(up, species="Ovis ammon polii", min_distance_km=6.0)
    assert classes(stated)["ewe", 2010] == "resident"
    assert facts(stated)["min_distance_basis"] == "configured"


def test_where_tracks_begin_and_end_no_stay_does(run: Run) -> None:
    # One year each from 1 February: every winter is cut at one side or the other.
    herd = [walk(f"d{i}", "2010-02-01", [(80 + i, 0), (92 + i, 60), (250 + i, 60), (262 + i, 0)])
            for i in range(4)]  # fmt: skip
    out = run(*herd)
    winter = facts(out)["seasons"]["winter"]
    assert winter["n_open"] == winter["n_windows"] == 8
    # From the end of the last autumn to the start of the first spring.
    assert abs(pd.Timestamp(f"2001-{winter['median_start']}").day_of_year - (265 + 31)) <= 3
    assert abs(pd.Timestamp(f"2001-{winter['median_end']}").day_of_year - (80 + 31)) <= 3


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"segment": {"season_names": {"out": "wet"}}}, "both out and back"),
        ({"segment": {"season_names": {"out": "wet", "back": "wet"}}}, "different"),
        ({"segment": {"season_names": {"out": "winter", "back": "dry"}}}, "taken"),
    ],
)
def test_names_of_seasons_that_cannot_be_are_refused(content: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Config.model_validate(content)
