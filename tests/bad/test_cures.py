"""Every cure that a message names works: refused; do as it says, and it is not.

A cure that is new in the source fails here until a case follows it. Those that only a person can
follow are listed in ``unfollowed_cures.txt`` with the reason; a line that a case makes superfluous
fails too.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from corridors.foundation.errors import CorridorsError
from worlds.cures import (
    catalogues,
    files,
    herds,
    layer_files,
    layers,
    packed,
    rasters,
    released,
    rows,
    settings,
    written,
)
from worlds.cures.stated import says, stated
from worlds.cures.studies import Case

MODULES = (
    files,
    packed,
    rows,
    herds,
    layers,
    layer_files,
    rasters,
    settings,
    written,
    released,
    catalogues,
)
CASES = [case for module in MODULES for case in module.CASES]
UNFOLLOWED = Path(__file__).with_name("unfollowed_cures.txt")


@pytest.mark.parametrize("case", CASES, ids=[case.said or case.cure for case in CASES])
def test_a_cure_that_is_followed_leads_on(case: Case, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if case.hinder is not None:
            case.hinder(patch)
        with pytest.raises(CorridorsError) as refused:
            case.broken(_new(tmp_path / "broken"))
    for cure in (case.cure, f": {case.said}")[: 1 if case.said is None else 2]:
        assert says(cure, str(refused.value)), str(refused.value)
    assert case.mended
    for n, attempt in enumerate(case.mended):
        attempt(_new(tmp_path / f"mended {n}"))


def _new(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_every_cure_in_the_source_is_followed_or_known_not_to_be() -> None:
    followed = {case.cure for case in CASES}
    assert followed <= stated()
    lines = UNFOLLOWED.read_text(encoding="utf-8").splitlines()
    keys, reasons = lines[::2], lines[1::2]
    assert sorted(stated() - followed) == keys
    assert all(reason.startswith("  ") for reason in reasons)
    assert len(keys) == len(reasons)


def test_a_formed_cure_is_known_by_what_is_fixed_of_it() -> None:
    assert says("a.py: set crs of … here", "what\n  got: 1\n  cure: set crs of it here\nmore")
    assert not says("a.py: set crs of … here", "what\n  cure: set crs of it there")
    assert any("…" in key for key in stated())
