"""What earlier runs did, from their logs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from corridors.run.log import FOLDER

_COUNTED = ("done", "current", "failed", "skipped", "note")


@dataclass(frozen=True)
class Past:
    """One run, as its log tells it.

    Parameters
    ----------
    log
        The file.
    began_utc
        ISO time of its first event.
    seconds
        From its first to its last event.
    scenario
        Its name, "" for a run of the study.
    ended
        ``ended`` with an exit code, ``stopped`` by a signal, or ``broken off``: nothing was
        written after the last event, because it still goes on, was killed, or the log is damaged.
    exit_code
        None where it did not end.
    counts
        Number of events: done, current, failed, skipped, note.
    failures
        Stage and herd of each failure, with the first line of its message.
    """

    log: Path
    began_utc: str
    seconds: float
    scenario: str
    ended: str
    exit_code: int | None
    counts: Mapping[str, int]
    failures: tuple[tuple[str, str, str], ...]


def history(processed: Path, *, last: int) -> list[Past]:
    """Return the last runs of a study, the latest last.

    Parameters
    ----------
    processed
        Folder of the results.
    last
        How many.
    """
    logs = sorted((processed / FOLDER).glob("*.jsonl"))
    told = (_past(path, list(_events(path))) for path in logs[-last:])
    return [past for past in told if past is not None]


def _events(path: Path) -> Iterator[dict[str, Any]]:
    """Yield what can be read: a run may have been killed within a line."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    for line in text.splitlines():
        try:
            event = json.loads(line)
            datetime.fromisoformat(event["time"])
        except (ValueError, TypeError, KeyError, RecursionError):
            continue
        yield event


def _past(path: Path, events: list[dict[str, Any]]) -> Past | None:
    if not events:
        return None
    first, latest = (datetime.fromisoformat(events[at]["time"]) for at in (0, -1))
    kinds = Counter(str(event.get("event")) for event in events)
    end = next((event for event in events if event.get("event") == "end"), None)
    code = end.get("exit_code") if end else None
    return Past(
        log=path,
        began_utc=first.isoformat(timespec="seconds"),
        seconds=(latest - first).total_seconds(),
        scenario=next(
            (str(event.get("name")) for event in events if event.get("event") == "scenario"), ""
        ),
        ended="ended" if end else "stopped" if kinds["stopped"] else "broken off",
        exit_code=code if isinstance(code, int) else None,
        counts={kind: kinds[kind] for kind in _COUNTED},
        failures=tuple(
            (
                str(event.get("stage")),
                str(event.get("partition")),
                str(event.get("error") or "").partition("\n")[0],
            )
            for event in events
            if event.get("event") == "failed"
        ),
    )
