"""What reruns, and what does not."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio

from corridors.run import sealed
from corridors.stages import registry

STAGES = [stage.name for stage in registry.stages() if stage.partition == "herd"]
FROM_SURFACE = STAGES[3:]


def _of(herd: str, stages: list[str]) -> list[tuple[str, str]]:
    return [(stage, herd) for stage in stages]


ATLAS = [("atlas", "all-herds")]


def test_a_first_run_runs_every_stage_and_a_second_one_none(world: Any) -> None:
    done = world.run()
    assert sorted(done) == sorted(_of("argali", STAGES) + _of("bison", STAGES) + ATLAS)
    before = world.outputs()
    again = world.call("run")
    assert again.returncode == 0
    assert again.stdout == f"nothing to do: {2 * len(STAGES) + 1} results are up to date\n"
    assert again.stderr == ""
    assert world.outputs() == before


def test_a_changed_input_reruns_that_herd_and_the_atlas_only(world: Any) -> None:
    world.run()
    world.track("bison").write_text("other tracks\n")
    plan = world.plan()
    assert plan["ingest", "bison"] == ("stale", ["input data/raw/bison.csv changed"])
    assert plan["clean", "bison"] == ("waits", ["waits for ingest"])
    assert plan["ingest", "argali"] == ("current", [])
    assert sorted(world.run()) == sorted(_of("bison", STAGES) + ATLAS)


def test_a_touched_input_with_the_same_content_reruns_nothing(world: Any) -> None:
    world.run()
    text = world.track("bison").read_text()
    world.track("bison").unlink()
    world.track("bison").write_text(text)
    assert world.run() == []


def test_a_changed_key_reruns_exactly_the_stages_that_see_it(world: Any) -> None:
    world.run()
    world.write_config(rank={"draws": 99})
    plan = world.plan()
    assert plan["weigh", "argali"] == ("stale", ["rank.draws changed: 500 -> 99"])
    due = {key for key, (state, _) in plan.items() if state != "current"}
    seeing = ["weigh", "circuit", "rank", "act", "publish"]
    late = _of("argali", seeing) + _of("bison", seeing) + ATLAS
    assert due == set(late)
    assert sorted(world.run()) == sorted(late)


def test_a_key_written_with_its_default_changes_nothing(world: Any) -> None:
    world.run()
    world.write_config(rank={"draws": 500}, clean={"dop_max": 10})
    assert world.run() == []


def test_stages_after_one_that_left_the_same_bytes_are_not_run(world: Any) -> None:
    world.run()
    path = world.site / "corridors" / "stages" / "ingest" / "stage.py"
    path.write_text(path.read_text() + "# a better comment\n")
    plan = world.plan()
    assert plan["ingest", "argali"] == ("stale", ["code changed: corridors/stages/ingest/stage.py"])
    assert plan["clean", "argali"] == ("waits", ["waits for ingest"])
    assert sorted(world.run()) == [("ingest", "argali"), ("ingest", "bison")]
    assert all(state == "current" for state, _ in world.plan().values())


def test_changed_science_reruns_the_stages_that_import_it(world: Any) -> None:
    world.run()
    (world.site / "corridors" / "movement" / "speed.py").write_text("LIMIT = '4'\n")
    plan = world.plan()
    reason = "code changed: corridors/movement/speed.py"
    assert plan["surface", "argali"] == ("stale", [reason])
    assert plan["clean", "argali"] == ("current", [])
    due = _of("argali", FROM_SURFACE) + _of("bison", FROM_SURFACE) + ATLAS
    assert sorted(world.run()) == sorted(due)


def test_a_changed_comment_in_the_engine_reruns_nothing(world: Any) -> None:
    world.run()
    path = world.site / "corridors" / "run" / "plan.py"
    path.write_text(path.read_text() + "# another line\n")
    assert world.run() == []


def test_a_removed_output_is_made_again_with_the_same_bytes(world: Any) -> None:
    world.run()
    before = world.outputs()
    (world.processed / "rank" / "bison" / "threats.parquet").unlink()
    assert world.plan()["rank", "bison"] == ("stale", ["output missing: threats.parquet"])
    assert world.run() == [("rank", "bison")]
    assert world.outputs() == before


def test_removed_results_are_made_again_with_the_same_bytes(world: Any) -> None:
    world.run()
    before = world.outputs()
    shutil.rmtree(world.processed)
    world.run()
    assert world.outputs() == before


@pytest.mark.parametrize("clock_s", [None, 0], ids=["now", "clock set back"])
def test_what_a_person_edited_in_a_result_is_kept(world: Any, clock_s: int | None) -> None:
    world.run()
    picks = world.processed / "segment" / "argali" / "picks.csv"
    made = picks.read_text()
    picks.write_text("my own picks, hours of work\n")
    if clock_s is not None:
        os.utime(picks, (clock_s, clock_s))
    done = world.call("run", "--scheduler", "serial")
    assert done.returncode == 0
    assert "picks.csv was edited by hand" in done.stderr
    assert picks.read_text() == made
    kept = world.processed / "edited" / "segment" / "argali" / "picks.csv"
    assert kept.read_text() == "my own picks, hours of work\n"


def test_an_edit_of_the_same_size_is_found_by_check_deep(world: Any) -> None:
    world.run()
    path = world.processed / "rank" / "bison" / "rank.json"
    path.write_text("#" * (path.stat().st_size - 1) + "\n")
    assert world.call("check").returncode == 0
    deep = world.call("check", "--deep")
    assert deep.returncode == 65
    assert "rank of bison: output changed by hand: rank.json" in deep.stderr


def _flip(path: Path) -> bytes:
    """Change one byte and return what was there before."""
    before = path.read_bytes()
    path.write_bytes(bytes([before[0] ^ 1]) + before[1:])
    return before


def test_damage_of_the_same_size_is_made_again_by_the_next_run(world: Any) -> None:
    world.run()
    path = world.processed / "rank" / "bison" / "rank.json"
    before = _flip(path)
    assert world.plan()["rank", "bison"] == ("stale", ["output changed by hand: rank.json"])
    assert world.run() == [("rank", "bison")]
    assert path.read_bytes() == before
    assert world.call("check", "--deep").returncode == 0


def test_damage_that_no_state_of_a_file_shows_is_made_again_after_check_deep(world: Any) -> None:
    """A disk that returns other bytes changes neither size nor times."""
    world.run()
    path = world.processed / "rank" / "bison" / "rank.json"
    os.utime(path, (1_600_000_000, 1_600_000_000))
    world.plan()  # remembers the digest of the good file
    before = _flip(path)
    os.utime(path, (1_600_000_000, 1_600_000_000))
    store = world.processed / ".cache" / "digests.json"
    content = sealed.opened(store.read_bytes())
    assert content is not None
    state = path.stat()
    content["files"][str(path)]["stamp"] = [
        state.st_size,
        state.st_mtime_ns,
        state.st_ctime_ns,
        state.st_ino,
    ]
    store.write_bytes(sealed.seal(content))
    assert world.run() == []
    deep = world.call("check", "--deep")
    assert deep.returncode == 65
    assert "rank of bison: output changed by hand: rank.json" in deep.stderr
    assert "cure: corridors run\n" in deep.stderr
    assert world.run() == [("rank", "bison")]
    assert path.read_bytes() == before
    assert world.call("check", "--deep").returncode == 0


def _tile(path: Path, value: int) -> None:
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=2,
        height=2,
        count=1,
        dtype="uint8",
        crs="EPSG:4326",
        transform=rasterio.Affine(0.1, 0, 10, 0, -0.1, 50),
    ) as dataset:
        dataset.write(np.full((1, 2, 2), value, "uint8"))


def _with_mosaic(world: Any, source: str = "tiles/east.tif") -> Path:
    """Give the world a habitat layer: a VRT of one tile."""
    raw: Path = world.folder / "data" / "raw"
    (raw / "tiles").mkdir()
    _tile(raw / "tiles" / "east.tif", 1)
    (raw / "cover.vrt").write_text(
        '<VRTDataset rasterXSize="2" rasterYSize="2"><VRTRasterBand dataType="Byte" band="1">'
        f'<SimpleSource><SourceFilename relativeToVRT="1">{source}</SourceFilename>'
        "</SimpleSource></VRTRasterBand></VRTDataset>"
    )
    path = "data/raw/cover.vrt"
    layer = {"name": "cover", "path": path, "kind": "continuous", "slope": 1.0}
    world.settings["habitat"] = {"layers": [layer]}
    world.write_config()
    return raw


def test_a_changed_tile_of_a_vrt_and_a_new_aux_xml_are_seen(world: Any) -> None:
    raw = _with_mosaic(world)
    world.run()
    assert world.run() == []
    changes = {
        "tiles/east.tif": lambda: _tile(raw / "tiles" / "east.tif", 2),
        "tiles/east.tif.aux.xml": lambda: (raw / "tiles" / "east.tif.aux.xml").write_text(
            '<PAMDataset><PAMRasterBand band="1"><NoDataValue>2</NoDataValue></PAMRasterBand>'
            "</PAMDataset>"
        ),
    }
    seeing = {name for name in STAGES if "habitat" in registry.get(name).inputs}
    for name, change in changes.items():
        change()
        reason = f"input data/raw/cover.vrt changed ({name})"
        plan = world.plan()
        assert {key for key, (state, _) in plan.items() if state == "stale"} == {
            (stage, herd) for stage in seeing for herd in world.herds
        }
        assert all(plan[stage, "bison"][1] == [reason] for stage in seeing)
        deep = world.call("check", "--deep")
        assert deep.returncode == 65
        assert reason in deep.stderr
        assert ("connect", "bison") in world.run()
        assert world.call("check", "--deep").returncode == 0


@pytest.mark.parametrize(
    ("source", "code", "words"),
    [
        ("/vsicurl/https://tiles.example.org/a.tif", 65, "no file of this machine"),
        ("gone.tif", 66, "a source of a VRT is missing"),
        ("cover.vrt", 65, "a VRT refers to itself"),
    ],
)
def test_a_vrt_that_cannot_be_followed_is_refused_by_check_and_run(
    world: Any, source: str, code: int, words: str
) -> None:
    _with_mosaic(world, source)
    for command in ("check", "run"):
        done = world.call(command)
        assert done.returncode == code, done.stderr
        assert words in done.stderr
        assert "cure:" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_new_herd_runs_alone_and_the_atlas_again(world: Any) -> None:
    world.run()
    world.herds.append("chiru")
    world.track("chiru").write_text("tracks of chiru\n")
    world.write_config()
    assert "herd chiru joined (upstream rank)" not in world.plan()["atlas", "all-herds"][1]
    assert sorted(world.run()) == sorted(_of("chiru", STAGES) + ATLAS)


def test_one_herd_can_be_run_alone_without_the_atlas(world: Any) -> None:
    assert sorted(world.run("--herd", "bison")) == sorted(_of("bison", STAGES))


def test_force_runs_what_is_up_to_date(world: Any) -> None:
    world.run()
    before = world.outputs()
    assert sorted(world.run("--herd", "bison", "--force")) == sorted(_of("bison", STAGES))
    assert world.outputs() == before


def test_no_manifest_names_a_folder_of_this_machine_or_a_time(world: Any) -> None:
    world.run()
    for name, content in world.outputs().items():
        if name.endswith("manifest.json"):
            assert str(world.folder).encode() not in content
            assert str(world.site).encode() not in content
            assert b"20" + b"26-" not in content
