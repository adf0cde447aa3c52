"""Stage `surface` on tables made by hand."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from shapely import points

from corridors.atlas.words.surfaces import no_surface_words
from corridors.formats.parquet import TableWriter
from corridors.formats.stored import StoredTable, save, spools_in
from corridors.foundation import parallel, tables
from corridors.foundation.artefacts import FixTable, Table, silent
from corridors.foundation.errors import InternalError, MethodError
from corridors.foundation.spool import waiting_in
from corridors.stages.surface import stage
from worlds.stages import lattice, settings

START = pd.Timestamp("2024-04-01", tz="UTC")
# Names that break paths, spreadsheets, pages and queries, if anything does.
HOSTILE = "../../etc/<b>=1+1'; DROP TABLE--"


def fixes(animal: str, n: int, lag_h: float = 2.0, **changes: Any) -> pd.DataFrame:
    """Return ``n`` usable fixes of a wandering animal, ``lag_h`` apart."""
    rng = np.random.default_rng(n)
    x, y = np.cumsum(rng.normal(0, 400, (2, n)), axis=1)
    frame = pd.DataFrame(
        {
            "herd": "h",
            "animal": animal,
            "time_utc": START + pd.to_timedelta(np.arange(n) * lag_h, unit="h"),
            "dop": 2.0,
            "fix_type": "",
            "species": "Ovis ammon",
            "source": "t.csv",
            "source_row": np.arange(2, n + 2),
            "flags": np.zeros(n, dtype="uint16"),
            "x_m": x,
            "y_m": y,
            "burst": np.zeros(n, dtype="int32"),
        }
    ).assign(**changes)
    frame["time_utc"] = frame["time_utc"].astype(tables.UTC)
    return frame


def window(migration: str, animal: str, days: float = 60) -> dict[str, Any]:
    return {
        "migration": migration,
        "herd": "h",
        "animal": animal,
        "bio_year": 2024,
        "season": "spring",
        "part": "migration",
        "start_utc": START,
        "end_utc": START + pd.Timedelta(days=days),
        "class": "migrant",
        "method": "auto",
        "is_open": False,
    }


def results(
    tracks: list[pd.DataFrame],
    windows: list[dict[str, Any]],
    species: str = "Ovis ammon",
    **occurrence: Any,
) -> stage.Results:
    """Run the stage; what it leaves keeps its contracts."""
    frame = pd.concat(tracks, ignore_index=True) if tracks else tables.empty(tables.CLEAN_FIXES)
    frame = frame.drop(columns="geometry", errors="ignore")
    layer = gpd.GeoDataFrame(frame, geometry=points(np.zeros((len(frame), 2))), crs="EPSG:4326")
    table = pd.DataFrame(windows) if windows else tables.empty(tables.MIGRATIONS)
    for column in ("start_utc", "end_utc"):
        table[column] = table[column].astype(tables.UTC)
    inputs = stage.Inputs(FixTable.of(layer), lattice(crs="EPSG:32643"), Table.of(table))
    herd = {"species": species, "tracks": [{"path": "t", "format": "movebank", "time_zone": "UTC"}]}
    out = stage.run(inputs, settings("surface", herds={"h": herd}, occurrence=occurrence), silent)
    estimates = tables.check(out.estimates.read(), tables.ESTIMATES)
    assert list(estimates["migration"]) == sorted(row["migration"] for row in windows)
    tables.check(out.surfaces.read(), tables.SURFACES)
    tables.check(out.variances.read(), tables.VARIANCES)
    return out


def run(tracks: list[pd.DataFrame], windows: list[dict[str, Any]], **given: Any) -> pd.DataFrame:
    """Run the stage and return its estimates."""
    return results(tracks, windows, **given).estimates.read().set_index("migration")


def told(estimates: pd.DataFrame) -> dict[str, str]:
    """Return why windows have no surface, in words."""
    failed = estimates[estimates["error"] != ""].to_dict("index")
    return {
        str(name): no_surface_words({str(key): value for key, value in row.items()})
        for name, row in failed.items()
    }


def test_each_window_has_its_surface_and_refusals_say_why() -> None:
    rest = fixes("rest", 40, x_m=np.tile([0.0, 1.0], 20), y_m=0.0)
    tracks = [fixes("a", 100), fixes("few", 3), fixes("sparse", 20, lag_h=12), rest]
    windows = [window(name, name) for name in ("a", "few", "sparse", "rest", "nobody")]
    out = results(tracks, windows, method="bbmm")
    estimates = out.estimates.read().set_index("migration")
    assert estimates["error"].to_dict() == {
        "a": "",
        "few": "few_fixes",
        "nobody": "few_fixes",
        "rest": "no_movement",
        "sparse": "long_steps",
    }
    assert told(estimates) == {
        "few": "3 usable fixes; at least 4 are needed",
        "nobody": "0 usable fixes; at least 4 are needed",
        "rest": "no motion variance: its likelihood is greatest at no movement at all; got root"
        " mean square distance 1 m of left-out fixes from the straight line, location error"
        " 20 m; lower occurrence.location_error_m if the collar is better, or use method fmv",
        "sparse": "19 of 19 steps are longer than 8 h; at most 33% may be",
    }
    assert estimates.loc["a", ["reason", "n_behind_s2"]].tolist() == ["configured", 49]
    assert estimates.loc["a", "n_bridges"] == 99
    assert estimates.loc["a", "mass"] == pytest.approx(1, abs=1e-12)
    assert estimates["mass"].isna().sum() == 4
    assert out.surfaces.read()["migration"].unique().tolist() == ["a"]
    assert out.facts.crs == "EPSG:32643"
    assert (out.facts.cell_m, out.facts.n_surfaces, out.facts.n_without_surface) == (100.0, 1, 4)


def test_auto_takes_a_method_for_each_window_and_says_why() -> None:
    broken = fixes("broken", 40)
    broken.loc[20:, "time_utc"] += pd.Timedelta(hours=20)
    tracks = [
        fixes("many", 60),
        broken,
        fixes("sparse", 20, lag_h=12),
        fixes("daily", 20, lag_h=30),
        fixes("few", 3),
    ]
    windows = [window(name, name) for name in ("many", "broken", "sparse", "daily", "few")]
    estimates = run(tracks, windows, species="Odocoileus hemionus")
    assert estimates["method"].drop(["daily", "few"]).to_dict() == {
        "many": "dbbmm",
        "broken": "bbmm",
        "sparse": "fmv",
    }
    assert estimates["reason"].to_dict() == {
        "many": "run_holds_window",
        "broken": "run_too_short",
        "sparse": "long_steps",
        "daily": "long_steps",
        "few": "configured",
    }
    behind = ["n_run_fixes", "n_over_max_lag", "n_behind_s2", "step_median_h"]
    assert estimates.loc[["many", "broken", "sparse"], behind].to_numpy().tolist() == [
        [60, 0, 30, 2],
        [20, 1, 18, 2],
        [1, 19, 0, 12],
    ]
    assert told(estimates) == {
        "daily": "19 of 19 steps are longer than 27 h; at most 33% may be",
        "few": "3 usable fixes; at least 4 are needed",
    }
    many = estimates.loc["many"]
    assert many["s2_p05_m2_min"] <= many["s2_m2_min"] <= many["s2_p95_m2_min"]
    # The first and last 19 of 59 bridges have fewer votes than the 10 of those between.
    assert many["n_edge"] == 38


def test_auto_refuses_long_steps_of_a_species_without_a_value() -> None:
    estimates = run([fixes("a", 20, lag_h=12)], [window("w", "a")])
    assert estimates.loc["w", "error"] == "no_species_value"
    assert told(estimates)["w"] == (
        "19 of 19 steps are longer than 8 h; at most 33% may be; occurrence.fmv_m2_min has no"
        " value for the species"
    )


def test_a_dynamic_window_leaves_the_variance_of_each_bridge() -> None:
    track = fixes("a", 100)
    track.loc[60:, "time_utc"] += pd.Timedelta(hours=20)
    # Too few fixes for a window after another gap.
    track.loc[95:, "time_utc"] += pd.Timedelta(hours=20)
    windows = [window("w", "a"), window("static", "b")]
    out = results([track, fixes("b", 20)], windows)
    estimates = out.estimates.read().set_index("migration")
    variances = out.variances.read()
    assert set(variances["migration"]) == {"w"}
    assert len(variances) == estimates.loc["w", "n_bridges"] == 97
    assert variances["source"].value_counts().to_dict() == {
        "windows": 40 - 19 + 0,
        "edge": 97 - 4 - 21,
        "track": 4,
    }
    starts = track["time_utc"].drop([59, 94, 99])
    assert (variances["start_utc"].to_numpy() == starts.to_numpy()).all()


def test_dbbmm_asked_for_is_refused_where_too_few_fixes_follow_each_other() -> None:
    windows = [window("w", "a"), window("v", "b")]
    estimates = run([fixes("a", 20), fixes("b", 50)], windows, method="dbbmm")
    assert estimates.loc["w", "error"] == "few_in_a_row"
    assert told(estimates)["w"].startswith(
        "no dynamic motion variance: too few fixes in a row; got at most 20;"
    )
    assert estimates.loc["v", "error"] == ""


def test_only_usable_fixes_inside_the_window_count() -> None:
    track = fixes("a", 100)
    track.loc[[10, 11, 12], ["flags", "burst"]] = 32, -1
    track.loc[[10, 11, 12], ["x_m", "y_m"]] = np.nan
    # 2 days of 2 h fixes, both ends included: 25, less the three that are flagged.
    estimates = run([track], [window("w", "a", days=2)])
    assert estimates.loc["w", "n_fixes"] == 22


def test_windows_without_tracks_and_herds_without_windows_give_empty_tables() -> None:
    nothing = results([], [])
    assert nothing.estimates.read().empty
    assert nothing.surfaces.read().empty
    assert run([fixes("a", 100)], []).empty


def test_hostile_names_are_only_names() -> None:
    out = results([fixes(HOSTILE, 50)], [window(HOSTILE, HOSTILE)])
    assert out.estimates.read().set_index("migration").loc[HOSTILE, "error"] == ""
    surfaces = out.surfaces.rows("migration", [HOSTILE])
    assert surfaces["mass"].sum() == pytest.approx(1)


def test_threads_and_the_order_of_windows_do_not_change_a_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["c", "a", "b", "few"]
    tracks = [fixes(name, 3 if name == "few" else 60 + ord(name)) for name in names]
    digests = set()
    for k, (threads, order) in enumerate([(1, names), (3, names), (7, names[::-1])]):
        monkeypatch.setattr(parallel, "n_threads", lambda n=threads: n)
        folder = tmp_path / str(k)
        folder.mkdir()
        with waiting_in(spools_in(folder / "spools")):
            out = results(tracks, [window(name, name) for name in order])
        for one in fields(out):
            save(getattr(out, one.name), folder / one.name, one.name.upper())
        files = sorted(path for path in folder.iterdir() if path.is_file())
        assert len(files) == 4
        digests.add(hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest())
    assert len(digests) == 1


def test_each_window_is_a_row_group_of_its_own(tmp_path: Path) -> None:
    with waiting_in(spools_in(tmp_path)):
        out = results([fixes("a", 60), fixes("b", 70)], [window("a", "a"), window("b", "b")])
    assert isinstance(out.surfaces, StoredTable)
    assert pq.ParquetFile(out.surfaces.path).num_row_groups == 2


def test_fmv_takes_the_species_value_and_refuses_a_species_without() -> None:
    arguments = ([fixes("a", 60)], [window("w", "a")])
    fixed = {"method": "fmv", "fmv_m2_min": {"Ovis ammon": 640.0}}
    estimates = run(*arguments, **fixed)
    assert estimates.loc["w", "s2_m2_min"] == 640
    assert np.isnan(estimates.loc["w", "s2_low_m2_min"])
    with pytest.raises(MethodError, match="'Ovis ammon'") as caught:
        run(*arguments, method="fmv")
    assert "occurrence.fmv_m2_min" in str(caught.value)


def test_line_needs_no_variance() -> None:
    estimates = run([fixes("a", 60)], [window("w", "a")], method="line")
    assert estimates.loc["w", ["s2_m2_min", "s2_low_m2_min", "s2_high_m2_min"]].isna().all()
    assert estimates.loc["w", "mass"] == pytest.approx(1)
    assert estimates.loc["w", "n_behind_s2"] == 0


def test_dop_counts_only_where_the_collar_s_factor_is_configured() -> None:
    track = fixes("a", 80)
    track["dop"] = np.where(np.arange(80) % 3 == 0, np.nan, 12.0)
    arguments = ([track], [window("w", "a")])
    found = {
        factor: run(*arguments, method="bbmm", error_per_dop_m=factor).loc["w"]
        for factor in (None, 5.0, 20 / 12)
    }
    # 20 m for all, by the default or by DOP 12 times 20/12 and 20 m where DOP is not known.
    assert found[None]["s2_m2_min"] == pytest.approx(found[20 / 12]["s2_m2_min"], rel=1e-9)
    assert found[5.0]["s2_m2_min"] < found[None]["s2_m2_min"]
    for one in found.values():
        assert one["s2_low_m2_min"] < one["s2_m2_min"] < one["s2_high_m2_min"]


def test_long_steps_that_are_left_out_are_told() -> None:
    track = fixes("a", 60)
    track.loc[30:, "time_utc"] += pd.Timedelta(hours=12)
    estimates = run([track], [window("w", "a")])
    assert estimates.loc["w", ["n_bridges", "n_long_lags"]].tolist() == [58, 1]
    assert estimates.loc["w", ["n_over_max_lag", "n_run_fixes"]].tolist() == [1, 30]


def test_a_piece_that_breaks_the_contract_is_not_written(tmp_path: Path) -> None:
    bad = pd.DataFrame(
        {
            "migration": ["w", "w"],
            "row": np.zeros(2, "int32"),
            "col": np.array([0, 1], "int32"),
            "mass": [0.5, 1.5],
        }
    )
    with (
        pytest.raises(InternalError, match="SURFACES"),
        TableWriter(tmp_path / "t.parquet", tables.SURFACES) as writer,
    ):
        writer.write(bad)
