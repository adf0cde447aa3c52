"""How many workers a run asks for."""

from __future__ import annotations

import pytest

from corridors.foundation import parallel
from corridors.run.execute import _workers
from corridors.run.report import Options
from corridors.stages.registry import WHOLE_STUDY


@pytest.mark.parametrize(
    ("wanted", "partitions", "expected"),
    [
        (0, {"argali"}, 1),
        # One herd keeps all cores, though the atlas is to be made after it.
        (0, {"argali", WHOLE_STUDY}, 1),
        (0, {WHOLE_STUDY}, 1),
        (0, {"argali", "bison", WHOLE_STUDY}, 2),
        (0, {"argali", "bison", "chiru", "dzeren", "elk"}, 4),
        (3, {"argali", "bison", "chiru", "dzeren", "elk"}, 3),
    ],
)
def test_there_are_no_more_workers_than_herds_that_are_due(
    wanted: int, partitions: set[str], expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parallel, "cores", lambda: 4)
    assert _workers(Options(workers=wanted), partitions) == expected
