"""compare-profiles on a small herd: both chains, the steps between them, the page."""

from __future__ import annotations

import io
from dataclasses import fields
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import points

from corridors.config.model import Config
from corridors.foundation import tables
from corridors.foundation.artefacts import Document, FixTable, Layer, Table, silent
from corridors.foundation.errors import MethodError
from corridors.foundation.facts import Remark
from corridors.stages import registry
from corridors.stages.delineate import stage as delineate
from corridors.stages.profiles import stage
from corridors.stages.surface import stage as surface
from worlds.stages import lattice

START = pd.Timestamp("2024-04-01", tz="UTC")
HOSTILE = "=cmd|'<script>alert(1)</script>"
NAMES = (HOSTILE, "b/..", "c", "d")


def track(animal: str, seed: int, n: int = 120) -> pd.DataFrame:
    """An animal on its way north past one ford, every 2 h with some fixes missing."""
    rng = np.random.default_rng(seed)
    hour = np.flatnonzero(rng.uniform(size=n) > 0.3) * 2.0
    y = hour * 100.0 + rng.normal(0, 40, hour.size)
    # Everybody stays a day at the ford at 12 km.
    y = np.where(y > 12_000, np.maximum(12_000 + rng.normal(0, 40, hour.size), y - 2400), y)
    x = np.abs(y - 12_000) * 0.3 * np.sin(seed) + rng.normal(0, 40, hour.size)
    frame = pd.DataFrame(
        {
            "herd": "h",
            "animal": animal,
            "time_utc": START + pd.to_timedelta(hour, unit="h"),
            "dop": 2.0,
            "fix_type": "",
            "species": "Ovis ammon",
            "source": "t.csv",
            "source_row": np.arange(2, hour.size + 2),
            "flags": np.zeros(hour.size, dtype="uint16"),
            "x_m": x,
            "y_m": y,
            "burst": np.zeros(hour.size, dtype="int32"),
        }
    )
    frame["time_utc"] = frame["time_utc"].astype(tables.UTC)
    return frame


def given(names: tuple[str, ...]) -> stage.Inputs:
    """Return what clean and segment would leave."""
    frames = [track(name, seed) for seed, name in enumerate(names, 1)]
    frame = (
        pd.concat(sorted(frames, key=lambda one: one["animal"].iloc[0]), ignore_index=True)
        if frames
        else tables.empty(tables.CLEAN_FIXES).drop(columns="geometry")
    )
    layer = gpd.GeoDataFrame(frame, geometry=points(np.zeros((len(frame), 2))), crs="EPSG:4326")
    rows = [
        {
            "migration": f"m{k}",
            "herd": "h",
            "animal": name,
            "bio_year": 2024,
            "season": "spring" if part == "migration" else "summer",
            "part": part,
            "start_utc": START,
            "end_utc": START + pd.Timedelta(days=60),
            "class": "migrant",
            "method": "auto",
            "is_open": False,
        }
        for k, (name, part) in enumerate(
            [(name, "migration") for name in names] + [(name, "range") for name in names[:1]]
        )
    ]
    windows = pd.DataFrame(rows) if rows else tables.empty(tables.MIGRATIONS)
    for column in ("start_utc", "end_utc"):
        windows[column] = windows[column].astype(tables.UTC)
    return stage.Inputs(
        surface.Inputs(FixTable.of(layer), lattice(crs="EPSG:32643"), Table.of(windows))
    )


def config(**occurrence: Any) -> Config:
    source = {"path": "t.csv", "format": "movebank", "time_zone": "UTC"}
    return Config.model_validate(
        {
            "herds": {"h": {"species": "Ovis ammon", "tracks": [source]}},
            "occurrence": occurrence,
        }
    )


def compare(names: tuple[str, ...], **occurrence: Any) -> stage.Results:
    settings = registry.comparison().settings(config(**occurrence), "h")
    return stage.run(given(names), settings, silent)


def rows_of(document: Document) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(document.text))


def steps_of(results: stage.Results) -> pd.DataFrame:
    return rows_of(results.steps).set_index("step")


def drawn(name: str, **occurrence: Any) -> tuple[surface.Results, delineate.Results]:
    """Return what the stages themselves make of the herd in a profile."""
    own = config(**occurrence)
    profile = own.profile.model_copy(update={"name": name})
    own = own.model_copy(update={"profile": profile})
    inputs = given(NAMES).surface
    made = surface.run(inputs, registry.get("surface").settings(own, "h"), silent)
    shapes = delineate.run(
        delineate.Inputs(
            ranges_expert=Layer.of(tables.empty(tables.RANGES)),
            corridors_expert=Layer.of(tables.empty(tables.CORRIDORS)),
            migrations=inputs.migrations,
            surfaces=made.surfaces,
            estimates=made.estimates,
            surface=made.facts,
        ),
        registry.get("delineate").settings(own, "h"),
        silent,
    )
    return made, shapes


@pytest.fixture(scope="module")
def compared() -> stage.Results:
    """Results on four animals with method bbmm."""
    return compare(NAMES, method="bbmm")


def test_the_page_is_the_first_of_what_it_leaves() -> None:
    left = ("profiles.html", "profiles.json", "steps.csv", "migrations.csv")
    assert registry.comparison().writes == left


def test_steps_lead_from_usgs_to_corrected_one_at_a_time(compared: stage.Results) -> None:
    steps = steps_of(compared)
    assert list(steps.index) == ["usgs", "share", "error", "time", "grid", "cells", "herd"]
    assert (steps["n_migrations"] == 4).all()
    variance = steps["s2_median_m2_min"]
    # Fixes are missing, so the wrong weight shows (defect 1); nothing after step 6 touches it.
    assert variance["usgs"] > variance["share"] > variance["error"]
    assert variance["error":].nunique() == 1
    assert steps["moved_from_corrected_frac"]["herd"] == 0
    assert steps["jaccard_with_corrected"]["herd"] == 1
    # Everybody stays at the ford: in no class of usgs (defect 5), in the corridor of corrected.
    assert steps["in_no_class_km2"]["usgs"] > 0
    assert steps["in_no_class_km2"]["herd"] == 0


def test_the_last_step_is_what_the_corrected_profile_computes(compared: stage.Results) -> None:
    made, shapes = drawn("corrected", method="bbmm")
    estimates = made.estimates.read()
    steps = steps_of(compared)
    # Ranges go the same way as in the comparison: not at all.
    moves = estimates[estimates["part"] == "migration"]
    assert steps["s2_median_m2_min"]["herd"] == pytest.approx(moves["s2_m2_min"].median())
    cells = shapes.population.read()
    low = ((cells["season"] == "all") & (cells["n_animals"] >= 1)).sum()
    assert steps["low_km2"]["herd"] == pytest.approx(low * 0.01)


def test_profile_usgs_labels_what_it_leaves() -> None:
    made, shapes = drawn("usgs", method="auto")
    assert made.facts.profile == "usgs"
    estimates = made.estimates.read()
    assert set(estimates["reason"]) == {"peer_profile"}
    assert (estimates["method"] == "bbmm").all()
    assert shapes.facts.profile == "usgs"
    assert shapes.facts.notes[0] == Remark.of("peer_profile")


def test_migrations_name_their_animals_safely(compared: stage.Results) -> None:
    migrations = rows_of(compared.migrations)
    assert set(migrations["animal"]) == {"'" + HOSTILE, "b/..", "c", "d"}
    assert (migrations["s2_usgs_m2_min"] > migrations["s2_share_m2_min"]).mean() > 0.5
    assert migrations["moved_frac"].between(0, 1).all()
    page = compared.page.text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert page.count("data:image/png;base64,") == 1


def test_another_method_gets_a_row_of_its_own() -> None:
    steps = steps_of(compare(NAMES[1:], method="fmv", fmv_m2_min={"Ovis ammon": 700.0}))
    assert list(steps.index)[-1] == "herd"
    assert (steps["s2_median_m2_min"] == 700.0).all()
    steps = steps_of(compare(NAMES[1:], method="line"))
    assert list(steps.index)[-2:] == ["herd", "corrected"]
    assert steps["jaccard_with_corrected"]["corrected"] == 1


def test_a_herd_without_migrations_is_refused_in_words() -> None:
    with pytest.raises(MethodError, match="the profiles of h cannot be compared"):
        compare((), method="bbmm")


def test_two_runs_leave_the_same(compared: stage.Results) -> None:
    again = compare(NAMES, method="bbmm")
    for one in fields(stage.Results):
        assert getattr(again, one.name) == getattr(compared, one.name), one.name
