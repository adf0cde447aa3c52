"""compare-profiles on a small herd: both chains, the steps between them, the page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import points

from corridors.config.model import Config
from corridors.formats.csv_table import write_csv
from corridors.formats.parquet import read_json, read_table, write_json, write_table
from corridors.foundation import tables
from corridors.foundation.errors import MethodError
from corridors.stages import compare_profiles, delineate, surface
from corridors.stages.context import StageContext, settings_of
from corridors.stages.table import COMPARISON, sections_of

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


def write_herd(folder: Path, names: tuple[str, ...]) -> dict[str, Mapping[str, Path]]:
    """Write what ingest, clean and segment would leave."""
    for stage in ("ingest", "clean", "segment"):
        (folder / stage).mkdir(parents=True)
    frames = [track(name, seed) for seed, name in enumerate(names, 1)]
    frame = (
        pd.concat(sorted(frames, key=lambda one: one["animal"].iloc[0]), ignore_index=True)
        if frames
        else tables.empty(tables.CLEAN_FIXES).drop(columns="geometry")
    )
    layer = gpd.GeoDataFrame(frame, geometry=points(np.zeros((len(frame), 2))), crs="EPSG:4326")
    write_table(layer, folder / "clean" / "fixes.parquet", tables.CLEAN_FIXES)
    write_json({"crs": "EPSG:32643", "cell_m": 100.0}, folder / "clean" / "clean.json")
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
    write_table(windows, folder / "segment" / "migrations.parquet", tables.MIGRATIONS)
    write_table(
        tables.empty(tables.ANIMAL_YEARS),
        folder / "segment" / "animal_years.parquet",
        tables.ANIMAL_YEARS,
    )
    for name, schema in (("ranges", tables.RANGES), ("corridors", tables.CORRIDORS)):
        write_table(tables.empty(schema), folder / "ingest" / f"{name}_expert.parquet", schema)
    return {stage: {"h": folder / stage} for stage in ("ingest", "clean", "segment")}


def context(folder: Path, upstream: dict[str, Mapping[str, Path]], **occurrence: Any) -> Any:
    source = {"path": "t.csv", "format": "movebank", "time_zone": "UTC"}
    config = Config.model_validate(
        {
            "herds": {"h": {"species": "Ovis ammon", "tracks": [source]}},
            "occurrence": occurrence,
        }
    )
    out = folder / "out"
    out.mkdir()
    sections = sections_of(COMPARISON, config, "h")
    return StageContext("h", settings_of(sections), {}, upstream, out)


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results on four animals with method bbmm."""
    folder = tmp_path_factory.mktemp("compared")
    own = context(folder, write_herd(folder, NAMES), method="bbmm")
    compare_profiles.run(own)
    return folder


def test_it_leaves_what_the_stage_table_lists_and_nothing_else(compared: Path) -> None:
    left = sorted(path.name for path in (compared / "out").iterdir())
    assert left == sorted(COMPARISON.writes)


def test_steps_lead_from_usgs_to_corrected_one_at_a_time(compared: Path) -> None:
    steps = pd.read_csv(compared / "out" / "steps.csv").set_index("step")
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


def test_the_last_step_is_what_the_corrected_profile_computes(
    compared: Path, tmp_path: Path
) -> None:
    upstream = {stage: {"h": compared / stage} for stage in ("ingest", "clean", "segment")}
    own = context(tmp_path, upstream, method="bbmm")
    surface.run(own)
    # Ranges go the same way as in the comparison: not at all.
    estimates = read_table(own.out / "estimates.parquet")
    steps = pd.read_csv(compared / "out" / "steps.csv").set_index("step")
    moves = estimates[estimates["part"] == "migration"]
    assert steps["s2_median_m2_min"]["herd"] == pytest.approx(moves["s2_m2_min"].median())
    after = StageContext(
        "h", own.settings, {}, {**upstream, "surface": {"h": own.out}}, tmp_path / "delineate"
    )
    after.out.mkdir()
    delineate.run(after)
    cells = read_table(after.out / "population.parquet")
    low = ((cells["season"] == "all") & (cells["n_animals"] >= 1)).sum()
    assert steps["low_km2"]["herd"] == pytest.approx(low * 0.01)


def test_profile_usgs_labels_what_it_leaves(compared: Path, tmp_path: Path) -> None:
    upstream = {stage: {"h": compared / stage} for stage in ("ingest", "clean", "segment")}
    own = context(tmp_path, upstream, method="auto")
    settings = vars(own.settings)
    usgs = settings["profile"].model_copy(update={"name": "usgs"})
    own = StageContext("h", settings_of({**settings, "profile": usgs}), {}, upstream, own.out)
    surface.run(own)
    assert read_json(own.out / "surface.json")["profile"] == "usgs"
    estimates = read_table(own.out / "estimates.parquet")
    assert estimates["reason"].str.startswith("profile usgs, for comparison only").all()
    assert (estimates["method"] == "bbmm").all()
    after = StageContext(
        "h", own.settings, {}, {**upstream, "surface": {"h": own.out}}, tmp_path / "delineate"
    )
    after.out.mkdir()
    delineate.run(after)
    facts = read_json(after.out / "delineate.json")
    assert facts["profile"] == "usgs"
    assert "for comparison only" in facts["notes"][0]


def test_migrations_name_their_animals_safely(compared: Path) -> None:
    migrations = pd.read_csv(compared / "out" / "migrations.csv")
    assert set(migrations["animal"]) == {"'" + HOSTILE, "b/..", "c", "d"}
    assert (migrations["s2_usgs_m2_min"] > migrations["s2_share_m2_min"]).mean() > 0.5
    assert migrations["moved_frac"].between(0, 1).all()
    page = (compared / "out" / "profiles.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert page.count("data:image/png;base64,") == 1


def test_another_method_gets_a_row_of_its_own(tmp_path: Path) -> None:
    own = context(tmp_path, write_herd(tmp_path, NAMES[1:]), method="fmv", fmv_m2_min={
        "Ovis ammon": 700.0})  # fmt: skip
    compare_profiles.run(own)
    steps = pd.read_csv(own.out / "steps.csv").set_index("step")
    assert list(steps.index)[-1] == "herd"
    assert (steps["s2_median_m2_min"] == 700.0).all()
    line = context(tmp_path / "line", write_herd(tmp_path / "line", NAMES[1:]), method="line")
    compare_profiles.run(line)
    steps = pd.read_csv(line.out / "steps.csv").set_index("step")
    assert list(steps.index)[-2:] == ["herd", "corrected"]
    assert steps["jaccard_with_corrected"]["corrected"] == 1


def test_a_herd_without_migrations_is_refused_in_words(tmp_path: Path) -> None:
    own = context(tmp_path, write_herd(tmp_path, ()), method="bbmm")
    with pytest.raises(MethodError, match="the profiles of h cannot be compared"):
        compare_profiles.run(own)


def test_two_runs_leave_the_same_bytes(compared: Path, tmp_path: Path) -> None:
    upstream = {stage: {"h": compared / stage} for stage in ("ingest", "clean", "segment")}
    own = context(tmp_path, upstream, method="bbmm")
    compare_profiles.run(own)
    for name in COMPARISON.writes:
        assert (own.out / name).read_bytes() == (compared / "out" / name).read_bytes(), name


def test_a_csv_holds_no_formula_and_leaves_unknown_numbers_empty(tmp_path: Path) -> None:
    frame = pd.DataFrame({"name": ["=1+1", "plain"], "value": [np.nan, 0.1]})
    write_csv(frame, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text() == "name,value\n'=1+1,\nplain,0.1\n"
