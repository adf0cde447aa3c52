"""State files that carry their own digest."""

from __future__ import annotations

import json
import random

import pytest

from corridors.run import sealed
from worlds.damage import mutated

CONTENT = {
    "format": 2,
    "files": {"/a/ä b.csv": {"stamp": [1, 2, 3, 4], "sha256": "ff"}, "\udcff": {}},
    "made": {"x": {"state": "s", "value": [1.5, None, True]}},
}


def test_what_was_sealed_is_read_again() -> None:
    assert sealed.opened(sealed.seal(CONTENT)) == CONTENT


def test_a_state_file_is_json_for_people() -> None:
    content = json.loads(sealed.seal({"format": 2, "place": "Алай"}))
    assert content.pop("sha256")
    assert content == {"format": 2, "place": "Алай"}
    assert "Алай" in sealed.seal({"format": 2, "place": "Алай"}).decode()


@pytest.mark.parametrize("seed", range(10))
def test_of_ten_thousand_damaged_state_files_none_is_taken_for_a_good_one(seed: int) -> None:
    data, chance = sealed.seal(CONTENT), random.Random(seed)
    for _ in range(1000):
        other = mutated(data, chance)
        assert (sealed.opened(other) is None) == (other != data)
