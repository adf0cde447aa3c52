"""Permeability in stage `behave`: classes, covariates, limits, priors, what is left out."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
import shapely
from benchmarks.simulated_crossings import TILE_M, Walk, lines_around, tracks
from pyproj import Transformer

from corridors.atlas.words.behaviour import permeability_words
from corridors.foundation import tables
from corridors.foundation.artefacts import FixTable, Layer, Table, silent
from corridors.foundation.facts.behave import PermeabilityFacts
from corridors.foundation.facts.clean import CleanFacts
from corridors.stages.behave.permeability import permeability
from corridors.stages.behave.stage import Inputs
from worlds.stages import settings

CRS = "+proj=laea +lat_0=42 +lon_0=-109 +datum=WGS84 +units=m +no_defs +type=crs"
HERD, HOSTILE = "h", "<b>ram</b>/../'; DROP TABLE--"
START = pd.Timestamp("2022-04-01", tz="UTC")
TO_DEGREES = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)


def geographic(line: Any) -> Any:
    return shapely.transform(line, lambda p: np.column_stack(TO_DEGREES.transform(*p.T)))


def fixes(x: np.ndarray, y: np.ndarray, names: list[str], lag_h: float = 2.0) -> gpd.GeoDataFrame:
    n, m = x.shape
    hours = np.tile(np.arange(m) * lag_h, n)
    lon, lat = TO_DEGREES.transform(x.ravel(), y.ravel())
    frame = pd.DataFrame(
        {
            "herd": HERD,
            "animal": np.repeat(names, m),
            "time_utc": (START + pd.to_timedelta(hours, "h")).as_unit("us"),
            "dop": np.nan,
            "fix_type": "3d",
            "species": "Antilocapra americana",
            "source": "t.csv",
            "source_row": np.arange(2, n * m + 2),
            "flags": np.zeros(n * m, "uint16"),
            "x_m": x.ravel(),
            "y_m": y.ravel(),
            "burst": np.repeat(np.arange(n), m).astype("int32"),
        }
    )
    frame = frame.sort_values(["animal", "time_utc"], kind="stable", ignore_index=True)
    lon, lat = TO_DEGREES.transform(frame["x_m"], frame["y_m"])
    return gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(lon, lat), crs="EPSG:4326")


def segments(lines: np.ndarray, **columns: Any) -> gpd.GeoDataFrame:
    n = len(lines)
    frame = {
        "segment": [f"s{i:04d}" for i in range(n)],
        "barrier": "b",
        "name": "",
        "kind": "fence",
        "class": "",
        "status": "existing",
        "permeability": np.nan,
        "permeability_source": "unknown",
        "tolerance_m": 10.0,
        "source": "test",
        "valid_from": pd.Series([pd.NaT] * n, dtype=tables.UTC),
        "valid_to": pd.Series([pd.NaT] * n, dtype=tables.UTC),
        "from_km": 0.0,
        "to_km": 3.0,
        "length_m": 3000.0,
        "corridor_class": "low",
        "has_data": True,
        **columns,
    }
    return gpd.GeoDataFrame(
        pd.DataFrame(frame), geometry=[geographic(line) for line in lines], crs="EPSG:4326"
    )


def told(
    layer: gpd.GeoDataFrame, points: gpd.GeoDataFrame | None, **chosen: Any
) -> tuple[pd.DataFrame, PermeabilityFacts]:
    """Return the stage's PERMEABILITY and how it was found."""

    def rows_of(frame: pd.DataFrame | None, schema: pa.DataFrameSchema) -> Any:
        return tables.empty(schema) if frame is None or not len(frame) else frame

    inputs = Inputs(
        fixes=FixTable.of(rows_of(points, tables.CLEAN_FIXES)),
        clean=CleanFacts.model_construct(crs=CRS),
        migrations=Table.of(tables.empty(tables.MIGRATIONS)),
        segments=Layer.of(rows_of(layer, tables.SEGMENTS)),
        observed=Layer.of(tables.empty(tables.OBSERVED)),
        units=Table.of(tables.empty(tables.UNITS)),
    )
    own = settings(
        "behave",
        HERD,
        herds={
            HERD: {
                "species": "Antilocapra americana",
                "tracks": [{"path": "t.csv", "format": "movebank", "time_zone": "UTC"}],
            }
        },
        behave={"permeability": chosen},
        rank={"priors": {"woven": 0.15}},
    )
    table, how = permeability(inputs, own, silent)
    return tables.check(table, tables.PERMEABILITY), how


def herd(kappa: float, n: int = 6, steps: int = 250) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    shape = (n, steps)
    rng = np.random.default_rng([20240101, round(100 * kappa)])
    x, y = tracks(rng, np.full(shape, kappa), np.ones(shape), Walk())
    return x, y, lines_around(x, y)


NAMES = [HOSTILE, "ewe/1", "ewe 2", "=1+1", "d", "e"]


@pytest.fixture(scope="module")
def half() -> tuple[pd.DataFrame, PermeabilityFacts]:
    x, y, lines = herd(0.5)
    place = shapely.get_coordinates(shapely.centroid(lines))
    name = np.where(np.floor(place[:, 0] / TILE_M) % 2 == 0, "woven", "fence_livestock")
    layer = segments(lines, **{"class": name})
    return told(layer, fixes(x, y, NAMES))


def test_rows_are_for_the_kind_its_classes_and_each_level(half: tuple[pd.DataFrame, Any]) -> None:
    table, notes = half
    assert table["covariate"].drop_duplicates().tolist() == [
        "kind", "class", "season", "time_of_day",
    ]  # fmt: skip
    assert table.loc[table["covariate"] == "class", "level"].tolist() == [
        "fence_livestock",
        "woven",
    ]
    assert (table["class"] == np.where(table["covariate"] == "class", table["level"], "all")).all()
    assert set(table.loc[table["covariate"] == "season", "level"]) == {"other"}
    assert set(table.loc[table["covariate"] == "time_of_day", "level"]) == {
        "night", "morning", "day", "evening",
    }  # fmt: skip
    by = table.groupby("covariate")[["n_steps", "n_crossings"]].sum()
    assert by.nunique().tolist() == [1, 1]  # every covariate splits the same tries
    assert notes.kinds["fence"].interval_h == 2.0
    assert (table["interval_h"] == 2.0).all()
    assert (table["species"] == "Antilocapra americana").all()


def test_the_true_kappa_lies_in_the_interval_of_the_kind_and_its_classes(
    half: tuple[pd.DataFrame, Any],
) -> None:
    table, _ = half
    rows = table[table["covariate"].isin(["kind", "class"])]
    assert (rows["source"] == "estimated").all()
    assert ((rows["kappa_low"] < 0.5) & (rows["kappa_high"] > 0.5)).all()
    assert (rows["permeability_low"] < rows["permeability"]).all()
    assert (rows["permeability"] < rows["permeability_high"]).all()
    # No covariate made a difference.
    assert (table["p_value"].dropna() > 0.01).all()


def test_a_closed_fence_has_a_limit_and_no_estimate() -> None:
    x, y, lines = herd(0.0, n=3)
    table, _ = told(segments(lines), fixes(x, y, NAMES[:3]))
    row = table[table["covariate"] == "class"].iloc[0]
    assert (row["n_crossings"], row["source"], row["interval"]) == (0, "upper_limit", "upper_limit")
    assert np.isnan(row["kappa"])
    assert np.isnan(row["permeability"])
    assert 0 < row["permeability_high"] < 0.1
    assert "no estimate" in permeability_words(row)


def test_a_class_with_too_few_tries_has_its_prior_and_says_so() -> None:
    x, y, _ = herd(0.5, n=2, steps=20)
    far = shapely.LineString([(9e4, -100), (9e4, 100)])
    layer = segments(np.array([far, far], dtype=object), **{"class": ["woven", "border_fence"]})
    table, _ = told(layer, fixes(x, y, NAMES[:2]))
    by = table[table["covariate"] == "class"].set_index("class")
    assert by["source"].tolist() == ["prior", "prior"]
    assert by["permeability"].to_dict() == {"woven": 0.15, "border_fence": 0.02}
    assert by["kappa"].isna().all()
    assert by["prior"].to_dict() == {
        "woven": "fence/woven",
        "border_fence": "fence/border_fence",
    }
    said = permeability_words(by.loc["woven"].to_dict())
    assert said.endswith("too few to estimate; permeability is the prior of fence/woven")
    assert permeability_words(table.iloc[0].to_dict()).endswith("too few to estimate")
    whole = table[table["covariate"] == "kind"].iloc[0]
    assert whole["source"] == "none"
    assert np.isnan(whole["permeability"])


def test_a_herd_without_tracks_has_priors_for_its_barriers() -> None:
    _, _, lines = herd(0.5, n=1, steps=5)
    table, notes = told(segments(lines), None)
    assert table["source"].tolist() == ["none", "prior"]
    assert notes.kinds["fence"].interval_h is None
    assert table["interval_h"].isna().all()


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "planned"},
        {"status": "removed"},
        {"kind": "river"},
        {"kind": "border", "class": "border_unfenced"},
    ],
)
def test_what_does_not_stand_or_is_no_physical_barrier_has_no_row(changes: dict[str, str]) -> None:
    x, y, lines = herd(0.5, n=1, steps=20)
    table, notes = told(segments(lines, **changes), fixes(x, y, NAMES[:1]))
    assert len(table) == 0
    assert notes.kinds == {}


def test_before_a_fence_was_built_no_step_counts() -> None:
    x, y, lines = herd(0.5, n=1, steps=60)
    built = pd.Series([START + pd.Timedelta(days=999)] * len(lines), dtype=tables.UTC)
    table, _ = told(segments(lines, valid_from=built), fixes(x, y, NAMES[:1]))
    assert (table["n_steps"] == 0).all()


def test_names_and_order_of_animals_change_nothing() -> None:
    x, y, lines = herd(0.5, n=3, steps=120)
    one, _ = told(segments(lines), fixes(x, y, NAMES[:3]))
    turned = fixes(x[::-1], y[::-1], ["z", "y", "x"])
    two, _ = told(segments(lines[::-1]), turned)
    pd.testing.assert_frame_equal(one, two, rtol=1e-6)


def test_a_time_of_day_whose_pace_is_not_known_tells_nothing_of_it() -> None:
    x, y, lines = herd(0.5, n=3, steps=120)
    points = fixes(x, y, NAMES[:3])
    known, _ = told(segments(lines), points, min_steps=20)
    few, _ = told(segments(lines), points, min_steps=200)
    by = few.set_index(["covariate", "level"])
    assert (by.loc["time_of_day", "n_steps"] == 0).all()
    assert np.isnan(by.loc[("time_of_day", "day"), "p_value"])
    assert by.loc[("kind", ""), "n_steps"] > 0
    assert by.loc[("season", "other"), "n_steps"] == by.loc[("kind", ""), "n_steps"]
    assert (known.set_index(["covariate", "level"]).loc["time_of_day", "n_steps"] > 0).all()
