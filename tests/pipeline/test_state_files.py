"""State files never bring the engine down: damaged in any way they mean "not done"."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from worlds.damage import mutated

TIMES = 12
KEPT = "edited"


def _looked_at(world: Any) -> None:
    commands = (["plan"], ["status"], ["why", "rank", "--herd", "argali"])
    assert world.codes(*commands) == [0, 0, 0], commands


def test_a_damaged_manifest_is_made_again_with_the_same_bytes(world: Any) -> None:
    world.run()
    good, chance = world.outputs(), random.Random(5)
    manifests = sorted(world.processed.glob("*/*/manifest.json"))
    for _ in range(TIMES):
        path = chance.choice(manifests)
        path.write_bytes(mutated(path.read_bytes(), chance))
        is_damaged = path.read_bytes() != good[path.relative_to(world.processed).as_posix()]
        _looked_at(world)
        assert bool(world.run()) == is_damaged
        # What no manifest vouches for any more may be a person's: it is kept apart.
        left = {name: data for name, data in world.outputs().items() if name.split("/")[0] != KEPT}
        assert left == good


def test_a_damaged_memory_of_digests_is_only_slow(world: Any) -> None:
    world.run()
    store, chance = world.processed / ".cache" / "digests.json", random.Random(6)
    for _ in range(TIMES):
        store.write_bytes(mutated(store.read_bytes(), chance))
        _looked_at(world)
        assert world.run() == []


@pytest.mark.parametrize("name", ["a.part", "argali"])
def test_what_lies_in_the_staging_folder_is_swept_away(world: Any, name: str) -> None:
    world.run()
    good = world.outputs()
    place = world.processed / ".staging" / name
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(b"\0" * 100)
    _looked_at(world)
    assert sorted(world.run("--force"))
    assert world.outputs() == good


@pytest.mark.parametrize("name", [".cache", ".log", ".cache/digests.json"])
def test_a_folder_or_file_in_the_place_of_state_is_told_or_does_no_harm(
    world: Any, name: str
) -> None:
    world.run()
    good = world.outputs()
    place: Path = world.processed / name
    _swap(place)
    _looked_at(world)
    done = world.call("run", "--force", "--scheduler", "serial")
    assert done.returncode in (0, 73), done.stderr
    if done.returncode == 73:
        assert str(place) in done.stderr
    assert world.outputs() == good


def _swap(place: Path) -> None:
    """Put a file in the place of a folder, a folder in that of a file."""
    if place.is_dir():
        place.rename(place.with_name(place.name + ".was"))
        place.write_text("not a folder")
    else:
        place.unlink()
        place.mkdir()
