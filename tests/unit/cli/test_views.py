"""What the terminal says of a run and of a plan."""

from __future__ import annotations

import pytest

from corridors.cli import views
from corridors.run.plan import Row
from corridors.run.report import Event


def test_what_follows_a_failure_is_told_in_one_line_per_herd(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with views.Screen() as screen:
        for herd in ("a", "b"):
            for stage in ("clean", "segment", "surface"):
                screen.hear(Event("skipped", stage, herd, message="ingest failed"))
    assert capsys.readouterr().err.splitlines() == [
        "clean of a and what follows it skipped: ingest failed",
        "clean of b and what follows it skipped: ingest failed",
    ]


def test_a_plan_of_three_hundred_herds_has_a_line_per_stage_and_reason() -> None:
    rows = [
        Row(stage, f"herd-{number}", "stale", ("code changed: a.py", "code changed: b.py"))
        for number in range(300)
        for stage in ("clean", "segment")
    ]
    odd = Row("clean", "odd", "blocked", ("no file",))
    assert views.plan([*rows, odd], as_json=False).splitlines() == [
        "clean      300 herds (herd-0, ...)  stale: code changed: a.py",
        "                                    code changed: b.py",
        "segment    300 herds (herd-0, ...)  stale: code changed: a.py",
        "                                    code changed: b.py",
        "clean      odd  blocked: no file",
        "600 stale, 1 blocked",
    ]
    few = views.plan([Row("clean", name, "stale", ("forced",)) for name in "ab"], as_json=False)
    assert few.splitlines()[:2] == ["clean      a  stale: forced", "clean      b  stale: forced"]
