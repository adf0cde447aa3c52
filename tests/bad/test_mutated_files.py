"""Some of the damaged files of the benchmark: `check` gives the verdict of `ingest`."""

from __future__ import annotations

from pathlib import Path

from benchmarks.mutated_files import verdicts


def test_check_and_ingest_agree_on_damaged_files_and_neither_falls_over(tmp_path: Path) -> None:
    found = list(verdicts(76, tmp_path))
    assert [one for one in found if one.is_wrong] == []
    assert len({one.kind for one in found}) == 19
    # Were all refused, or none, nothing would be shown.
    assert 10 < sum(bool(one.check) for one in found) < 70
