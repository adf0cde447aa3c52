"""Pictures of animal-years show what was seen, the fitted models and the windows."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from corridors.atlas.displacement_picture import DisplacementPicture
from corridors.atlas.words.animal_years import YearLimits
from corridors.config.segmentation import Segment
from corridors.foundation.artefacts import FixTable
from corridors.movement.animal_years import Year, YearTrack, classed_years
from corridors.movement.biological_year import bio_years, time_at
from corridors.movement.displacement import MODELS
from corridors.movement.migrations import Origin
from corridors.movement.names import picture_name
from corridors.movement.year_tables import fit_table
from corridors.stages.publish import displacement
from corridors.stages.publish.displacement import DrawnYear, drawn_years, years_to_draw
from corridors.stages.segment.tracked import rules_of

START = "02-01"
N_ORIGIN = 20
ROUND = [(0, 0), (80, 0), (92, 60), (250, 60), (262, 0), (365, 0)]
# First and last day of the tracks: a whole year, one that begins on the way, too few days.
TRACKS = {"a": (0.3, 365.0), "late": (86.1, 365.0), "short": (10.0, 20.0)}


def track(animal: str) -> YearTrack:
    first, last = TRACKS[animal]
    day = np.arange(first, last, 0.25)
    km = np.interp(day, *np.transpose(ROUND)) + np.random.default_rng(1).normal(0, 0.4, day.size)
    begin = np.datetime64("2007-02-01", "us")
    time = begin + (day * 86_400e6).astype("timedelta64[us]")
    unknown = np.full(day.size, np.nan)
    x_m, y_m, time_us = 600.0 * km, -800.0 * km, time.astype(np.int64)
    return YearTrack(x_m, y_m, time_us, unknown, animal, False, bio_years(time, START))


LIMITS = YearLimits(min_fixes=60, min_days=60.0, min_model_days=8, max_interval_days=5.0)


def lives() -> list[Year]:
    rules = rules_of(Segment(), None)
    return [year for animal in TRACKS for year in classed_years(track(animal), START, rules)]


def fixes(years: list[Year]) -> FixTable:
    """Return the fixes, and one of each animal that is not usable, far away."""
    parts = []
    for own in (year.track for year in years):
        order = np.append(0, np.arange(len(own)))
        burst = np.append(-1, np.zeros(len(own), int))
        parts.append(
            pd.DataFrame(
                {
                    "animal": own.animal,
                    "time_utc": pd.Series(own.time_utc[order]).dt.tz_localize("UTC"),
                    "burst": burst.astype("int32"),
                    "x_m": own.x_m[order] + 1e6 * (burst < 0),
                    "y_m": own.y_m[order],
                }
            )
        )
    frame = pd.concat(parts, ignore_index=True)
    return FixTable.of(gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(frame["x_m"], 0.0)))


def table_of(years: list[Year]) -> pd.DataFrame:
    first, last = (
        pd.Series([year.track.time_utc[end] for year in years]).dt.tz_localize("UTC")
        for end in (0, -1)
    )
    return pd.DataFrame(
        {
            "animal": [year.track.animal for year in years],
            "bio_year": [year.bio_year for year in years],
            "class": [year.result.label for year in years],
            "reason": [year.result.reason for year in years],
            "windows": "picked",
            "n_fixes": [year.result.seen.n_fixes for year in years],
            "n_days": [year.result.seen.n_days for year in years],
            "best_model": [year.result.best for year in years],
            "on_bound": ["" for _ in years],
            "anchor": [year.result.anchor for year in years],
            "first_d": [year.result.first_d for year in years],
            "first_utc": first,
            "last_utc": last,
        }
        | {
            f"weight_{model}": [year.result.weights.get(model, np.nan) for year in years]
            for model in MODELS
        }
    )


def windows() -> pd.DataFrame:
    rows = [
        ("a", "spring", "migration", "2007-04-20", "2007-05-06"),
        ("a", "winter", "range", "2008-02-02", "2008-04-01"),
        ("late", "autumn", "migration", "2007-10-06", "2007-10-22"),
    ]
    frame = pd.DataFrame(rows, columns=["animal", "season", "part", "start_utc", "end_utc"])
    days = {name: pd.to_datetime(frame[name], utc=True) for name in ("start_utc", "end_utc")}
    return frame.assign(bio_year=2007, **days)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[DisplacementPicture]:
    """Pictures that were to be drawn, instead of their pixels."""
    asked: list[DisplacementPicture] = []
    monkeypatch.setattr(displacement, "draw", lambda one: asked.append(one) or one.title.encode())
    return asked


def pictures(years: list[Year]) -> Iterator[DrawnYear]:
    own = table_of(years)
    return drawn_years(
        own,
        fixes(years),
        windows(),
        fit_table(years, "h"),
        origin=Origin(N_ORIGIN, 20.0),
        limits=LIMITS,
    )


def test_models_are_drawn_as_they_were_fitted_the_chosen_one_first(
    drawn: list[DisplacementPicture],
) -> None:
    years = lives()
    assert [year.result.anchor for year in years] == ["first", "last", "first"]
    found = list(pictures(years))
    assert [one.file for one in found] == [picture_name(animal, 2007) for animal in TRACKS]
    for year, one in zip(years[:2], drawn, strict=False):
        result, first_d = year.result, year.result.first_d
        best = sorted(result.fits, key=lambda model: -result.weights[model])
        best.remove(result.label)
        assert list(one.models) == [result.label, *best[:2]]
        assert one.chosen == result.label
        days = first_d + np.arange(one.model_time_utc.size)
        for name, values in one.models.items():
            np.testing.assert_array_equal(values, result.fits[name].predict(days - first_d))
        assert one.model_time_utc.tolist() == [
            time_at(float(day), year.start).item() for day in days
        ]
        assert abs(one.model_time_utc[-1] - one.time_utc[-1]) < np.timedelta64(1, "D")


def test_a_picture_has_the_usable_fixes_of_its_year_and_their_displacement(
    drawn: list[DisplacementPicture],
) -> None:
    years = lives()
    list(pictures(years))
    for year, one in zip(years, drawn, strict=True):
        np.testing.assert_array_equal(one.time_utc, year.track.time_utc)
        np.testing.assert_array_equal(one.x_km, year.track.x_m / 1000)
        nearest = slice(-N_ORIGIN, None) if year.result.anchor == "last" else slice(N_ORIGIN)
        assert one.displacement_km[nearest].max() < 3
        assert one.displacement_km.max() > (0 if one.title.startswith("short") else 50)
    assert drawn[2].models == {}


def test_windows_are_shaded_in_the_year_that_they_touch_and_not_told_as_a_reason(
    drawn: list[DisplacementPicture],
) -> None:
    years = lives()
    list(pictures(years))
    assert [[shade.season for shade in one.shades] for one in drawn] == [["spring"], ["autumn"], []]
    assert drawn[0].shades[0].start_utc == np.datetime64("2007-04-20")
    a, late, short = drawn
    label = years[0].result.label.replace("_", " ")
    assert a.subtitle.startswith(f"{label}: {label} fits best (AIC weight ")
    assert late.subtitle.endswith(" days into the biological year")
    assert short.subtitle == "unclassified: 40 fixes, 60 needed; fixes on 10 days, 60 needed"


def test_only_what_is_asked_for_is_drawn_and_only_when(drawn: list[DisplacementPicture]) -> None:
    years = lives()
    asked = pictures(years)
    assert drawn == []
    assert next(asked).png == b"a, biological year 2007"
    assert len(drawn) == 1
    own = table_of(years)
    names = {which: years_to_draw(own, windows(), which)["animal"].tolist() for which in ASKED}
    assert names == ASKED


def test_a_year_that_nothing_can_classify_is_drawn_where_a_person_has_picked_its_windows() -> None:
    own = table_of(lives())
    assert own.set_index("animal")["class"]["short"] == "unclassified"
    picked = pd.concat([windows(), windows()[:1].assign(animal="short")])
    assert years_to_draw(own, picked, "all")["animal"].tolist() == ["a", "late", "short"]


ASKED = {"all": ["a", "late"], "migrating": ["a", "late"], "none": []}
