"""Events of stage `behave` on a small world: fences with dates, a road, a border, hostile names."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
from shapely import LineString, MultiLineString

from corridors.barriers import behaviour_table
from corridors.foundation import tables
from corridors.foundation.artefacts import FixTable, Layer, Table, silent
from corridors.foundation.crs import to_geographic
from corridors.foundation.errors import MethodError
from corridors.foundation.facts.clean import CleanFacts
from corridors.stages.behave import events as stage_events
from corridors.stages.behave.stage import Inputs
from worlds.stages import settings

CRS = "+proj=laea +lat_0=38.0 +lon_0=72.0 +datum=WGS84 +units=m +no_defs +type=crs"
HERD, HOSTILE = "h", "<b>ram</b>/../'; DROP TABLE--"
START = pd.Timestamp("2022-04-01", tz="UTC")
ANIMALS = {
    # Bounces off the fence at x = 0, later crosses it and the road at x = 1000.
    HOSTILE: [-500, -50, -500, -600, -500, -20, 500, 960, 1500, 2000],
    "ewe": [-500, -60, -500, -600, -700, -700, -700, -700, -700, -700],
}


def geographic(*lines: LineString) -> list[Any]:
    return [to_geographic(line, CRS) for line in lines]


def day(text: str | None) -> pd.Timestamp:
    return pd.Timestamp(text, tz="UTC") if text else pd.NaT


def segments(rows: list[tuple[str, str, str, str, float, str | None]]) -> gpd.GeoDataFrame:
    """Segments along x = ``at``: barrier, kind, class, status, at, valid_from."""
    frame = pd.DataFrame(rows, columns=["barrier", "kind", "class", "status", "at", "valid_from"])
    cut = pd.concat([frame.assign(part="a"), frame.assign(part="b")], ignore_index=True)
    south = cut["part"] == "a"
    lines = [
        LineString([(x, -3000), (x, 10)]) if low else LineString([(x, 10), (x, 3000)])
        for x, low in zip(cut["at"], south, strict=True)
    ]
    return gpd.GeoDataFrame(
        {
            "segment": cut["barrier"] + ":" + cut["part"],
            "barrier": cut["barrier"],
            "name": "<i>" + cut["barrier"],
            "kind": cut["kind"],
            "class": cut["class"],
            "status": cut["status"],
            "permeability": np.nan,
            "permeability_source": "unknown",
            "tolerance_m": 10.0,
            "source": "test",
            "valid_from": pd.Series(map(day, cut["valid_from"]), dtype=tables.UTC),
            "valid_to": pd.Series([pd.NaT] * len(cut), dtype=tables.UTC),
            "from_km": np.where(south, 0.0, 3.0),
            "to_km": np.where(south, 3.0, 6.0),
            "length_m": 3000.0,
            "corridor_class": "low",
            "has_data": True,
        },
        geometry=geographic(*lines),
        crs="EPSG:4326",
    )


def fixes() -> gpd.GeoDataFrame:
    parts = []
    for animal, path in ANIMALS.items():
        x, n = np.array(path, float), len(path)
        point = [line.coords[0] for line in geographic(*(LineString([(a, 0), (a, 1)]) for a in x))]
        parts.append(
            gpd.GeoDataFrame(
                {
                    "herd": HERD,
                    "animal": animal,
                    "time_utc": (START + pd.to_timedelta(np.arange(n) * 2, "h")).as_unit("us"),
                    "dop": np.nan,
                    "fix_type": "3d",
                    "species": "Ovis ammon",
                    "source": "t.csv",
                    "source_row": np.arange(2, n + 2),
                    "flags": np.zeros(n, "uint16"),
                    "x_m": x,
                    "y_m": np.zeros(n),
                    "burst": np.zeros(n, "int32"),
                },
                geometry=gpd.points_from_xy(*np.array(point).T),
                crs="EPSG:4326",
            )
        )
    return pd.concat(parts, ignore_index=True)


def windows() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "migration": ["m"],
            "herd": HERD,
            "animal": HOSTILE,
            "bio_year": 2022,
            "season": "spring",
            "part": "migration",
            "start_utc": pd.Series([START + pd.Timedelta(hours=9)], dtype=tables.UTC),
            "end_utc": pd.Series([START + pd.Timedelta(hours=99)], dtype=tables.UTC),
            "class": "migrant",
            "method": "auto",
            "is_open": False,
        }
    )


def observed() -> gpd.GeoDataFrame:
    """The hostile ram's step from 960 to 1500, over the road."""
    return gpd.GeoDataFrame(
        {
            "segment": ["road:a"],
            "barrier": "road",
            "kind": "road",
            "animal": HOSTILE,
            "time_utc": pd.Series([START + pd.Timedelta(hours=14.1)], dtype=tables.UTC),
            "month": 4,
            "season": "spring",
        },
        geometry=gpd.points_from_xy([72.01], [38.0]),
        crs="EPSG:4326",
    )


def told(
    rows: list[tuple[str, str, str, str, float, str | None]],
    *,
    tracked: bool = True,
    **chosen: Any,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, gpd.GeoDataFrame, dict[str, Any]]:
    """Tell the stage's events; return its three tables and its counts."""

    def rows_of(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> Any:
        is_kept = len(frame) and (tracked or schema is tables.SEGMENTS)
        return tables.check(frame, schema) if is_kept else tables.empty(schema)

    inputs = Inputs(
        fixes=FixTable.of(rows_of(fixes(), tables.CLEAN_FIXES)),
        clean=CleanFacts.model_construct(crs=CRS),
        migrations=Table.of(rows_of(windows(), tables.MIGRATIONS)),
        segments=Layer.of(rows_of(segments(rows), tables.SEGMENTS)),
        observed=Layer.of(rows_of(observed(), tables.OBSERVED)),
        units=Table.of(tables.empty(tables.UNITS)),
    )
    own = settings("behave", HERD, behave={"min_encounters": 1, "draws": 50, **chosen})
    found = stage_events.told(inputs, own, silent)
    for frame, schema in (
        (found.behaviour, tables.BEHAVIOUR),
        (found.touched, tables.BEHAVIOUR_SEGMENTS),
        (found.index, tables.BEHAVIOUR_INDEX),
    ):
        tables.check(frame, schema)
    return found.behaviour, found.touched, found.index, found.counts


FENCE = ("fence:=1+1", "fence", "fence_livestock", "existing", 0.0, None)
ROAD = ("road", "road", "", "existing", 1000.0, None)


def test_events_have_their_animal_time_place_season_and_class() -> None:
    events, touched, _, notes = told([FENCE, ROAD])
    assert events["kind"].tolist() == ["fence", "fence", "fence", "road"]
    assert events["animal"].tolist() == [HOSTILE, HOSTILE, "ewe", HOSTILE]
    assert events["behaviour"].tolist() == ["bounce", "quick_cross", "bounce", "quick_cross"]
    assert events["season"].tolist() == ["other", "spring", "other", "spring"]
    assert events["start_utc"].tolist() == [START + pd.Timedelta(hours=h) for h in (2, 10, 2, 14)]
    assert events["event"].is_unique
    assert events.geometry.x.iloc[3] > 72.0 > events.geometry.x.iloc[0]
    # The fixes lie within the buffer of both segments, at y = 0, and pass below the cut at 10 m.
    by_event = touched.groupby("event", sort=False)["segment"].agg(list).tolist()
    assert by_event == [["fence:=1+1:a", "fence:=1+1:b"]] * 3 + [["road:a", "road:b"]]
    crossed = touched[touched["n_crossings"] > 0]["segment"].tolist()
    assert crossed == ["fence:=1+1:a", "road:a"]
    assert notes["events"]["fence"]["bounce"] == 2
    assert notes["interval_h"] == {HOSTILE: 2.0, "ewe": 2.0}
    assert (notes["steps_across"], notes["steps_across_without_event"]) == (1, 0)


def test_the_index_is_per_barrier_and_per_segment_with_their_lines() -> None:
    _, _, index, notes = told([FENCE, ROAD])
    whole = index[index["segment"] == ""].set_index("barrier")
    assert whole["encounters"].to_dict() == {"fence:=1+1": 3, "road": 1}
    assert whole["altered_share"].round(6).to_dict() == {"fence:=1+1": 0.666667, "road": 0.0}
    assert whole["index"].round(6).to_dict() == {"fence:=1+1": 1.333333, "road": 0.0}
    assert isinstance(whole.geometry["road"], MultiLineString)
    assert len(index) == 2 + 4
    assert (index["index_p05"] <= index["index_p95"]).all()
    assert notes["n_barriers_judged"] == 2


def test_too_few_encounters_leave_the_index_unknown() -> None:
    _, _, index, notes = told([FENCE, ROAD], min_encounters=3)
    whole = index[index["segment"] == ""].set_index("barrier")
    assert whole["judgement"].to_dict() == {"fence:=1+1": "known", "road": "unknown"}
    assert np.isnan(whole.loc["road", ["altered_share", "index", "index_p05"]].astype(float)).all()
    assert whole.loc["road", "quick_cross"] == 1
    assert notes["n_barriers_judged"] == 1


@pytest.mark.parametrize(
    "row",
    [
        ("f", "fence", "", "planned", 0.0, None),
        ("f", "fence", "", "removed", 0.0, None),
        ("f", "border", "border_unfenced", "existing", 0.0, None),
        ("f", "river", "", "existing", 0.0, None),
        ("f", "fence", "", "existing", 0.0, "2023-01-01"),
    ],
)
def test_what_does_not_stand_or_is_no_physical_barrier_of_the_kinds_has_no_events(
    row: tuple[str, str, str, str, float, str | None],
) -> None:
    events, touched, index, notes = told([row])
    assert len(events) == len(touched) == len(index) == notes["n_events"] == 0


def test_a_border_fence_and_kinds_that_are_asked_for_have_events() -> None:
    rows = [
        ("b", "border", "border_fence", "existing", 0.0, None),
        ("w", "river", "", "existing", 0.0, None),
    ]
    events, *_ = told(rows, kinds=["border", "river"])
    assert events["kind"].value_counts().to_dict() == {"border": 3, "river": 3}


def test_a_herd_without_tracks_has_empty_tables() -> None:
    events, touched, index, notes = told([FENCE], tracked=False)
    assert len(events) == len(touched) == len(index) == 0
    assert notes["n_animals"] == notes["steps_across"] == 0
    assert notes["n_segments"] == 2


def test_the_form_of_baba_knows_no_dates_and_counts_events_near_their_first_fix() -> None:
    row = ("f", "fence", "", "existing", 0.0, "2023-01-01")
    events, touched, index, _ = told([row], form="baba")
    assert events["behaviour"].tolist() == ["bounce", "quick_cross", "bounce"]
    assert touched["n_fixes"].tolist() == [1] * 6
    assert touched["distance_m"].round(2).tolist() == [50.0, 50.99, 20.0, 22.36, 60.0, 60.83]
    assert index.loc[index["segment"] == "", "encounters"].tolist() == [3]


def test_the_form_of_baba_is_refused_where_it_would_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ANIMALS, "ewe", ANIMALS["ewe"][:4])
    whole = fixes()
    ewe = whole["animal"] == "ewe"
    whole.loc[ewe, "time_utc"] = START + 2 * (whole.loc[ewe, "time_utc"] - START)
    monkeypatch.setattr(f"{__name__}.fixes", lambda: whole)
    with pytest.raises(MethodError) as caught:
        told([FENCE], form="baba")
    assert "ewe: 4 h" in str(caught.value)
    assert "behave.form: corrected" in str(caught.value)


def test_animals_in_batches_leave_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    *one, counts = told([FENCE, ROAD])
    monkeypatch.setattr(behaviour_table, "_AT_ONCE", 1)
    *two, again = told([FENCE, ROAD])
    assert counts == again
    for first, second in zip(one, two, strict=True):
        pd.testing.assert_frame_equal(first, second, check_exact=True)
