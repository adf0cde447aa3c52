"""What earlier runs did, from their logs."""

from __future__ import annotations

import json
from pathlib import Path

from corridors.cli import operations
from corridors.run.history import history


def _log(processed: Path, name: str, *events: dict[str, object]) -> Path:
    path = processed / ".log" / f"{name}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        json.dumps({"time": f"2026-01-0{number + 1}T00:00:00+00:00", **event})
        for number, event in enumerate(events)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_run_is_told_with_its_time_counts_and_failures(tmp_path: Path) -> None:
    _log(
        tmp_path,
        "a",
        {"event": "run"},
        {"event": "done", "stage": "clean"},
        {"event": "failed", "stage": "rank", "partition": "x", "error": "no room\n  cure: y"},
        {"event": "end", "exit_code": 3},
    )
    (past,) = history(tmp_path, last=5)
    assert past.began_utc == "2026-01-01T00:00:00+00:00"
    assert past.seconds == 3 * 86_400
    assert (past.ended, past.exit_code) == ("ended", 3)
    assert past.counts == {"done": 1, "current": 0, "failed": 1, "skipped": 0, "note": 0}
    assert past.failures == (("rank", "x", "no room"),)
    assert operations.history([past], as_json=False).splitlines() == [
        "2026-01-01T00:00:00+00:00  259200.0 s  exit 3      run: 1 done, 1 failed",
        "  rank of x: no room",
    ]
    assert json.loads(operations.history([past], as_json=True))[0]["exit_code"] == 3


def test_only_the_last_runs_are_told_and_a_scenario_has_its_name(tmp_path: Path) -> None:
    for name in "abc":
        _log(tmp_path, name, {"event": "run"}, {"event": "end", "exit_code": 0})
    _log(tmp_path, "d", {"event": "scenario", "name": "railway"}, {"event": "stopped"})
    told = history(tmp_path, last=2)
    assert [past.log.stem for past in told] == ["c", "d"]
    assert (told[1].scenario, told[1].ended, told[1].exit_code) == ("railway", "stopped", None)
    assert "scenario railway" in operations.history(told, as_json=False)


def test_a_run_that_was_killed_within_a_line_is_broken_off(tmp_path: Path) -> None:
    path = _log(tmp_path, "a", {"event": "run"}, {"event": "done"})
    with path.open("ab") as file:
        file.write(b'{"time": "2026-01-09T00:00:00+00:00", "event": "do\xff')
    (past,) = history(tmp_path, last=5)
    assert (past.ended, past.exit_code, past.counts["done"]) == ("broken off", None, 1)


def test_logs_that_cannot_be_read_are_no_runs(tmp_path: Path) -> None:
    assert history(tmp_path, last=5) == []
    (tmp_path / ".log").mkdir()
    for name, text in {"a": "", "b": "[1]\nnull\n", "c": '{"time": 5}', "d": "[" * 100_000}.items():
        (tmp_path / ".log" / f"{name}.jsonl").write_text(text)
    (tmp_path / ".log" / "e.jsonl").mkdir()
    assert history(tmp_path, last=9) == []
    assert operations.history([], as_json=False) == "no run has left a log"
