"""The diary of a run: one JSON line per event, with times and tracebacks."""

from __future__ import annotations

import contextlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path

FOLDER = ".log"
_KEPT = 200


class Log:
    """A file of JSON lines below ``data/processed/.log``; times belong here, not in artefacts.

    Parameters
    ----------
    processed
        Folder of the results.
    """

    def __init__(self, processed: Path) -> None:
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        self.path = processed / FOLDER / f"{stamp}-{os.getpid()}.jsonl"

    def write(self, event: str, **content: object) -> None:
        """Add one event; a log that cannot be written never stops a run."""
        entry = {"time": datetime.now(UTC).isoformat(), "event": event, **content}
        with contextlib.suppress(OSError):
            if not self.path.parent.is_dir():
                self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(entry, ensure_ascii=False, default=str) + "\n")

    def tidy(self) -> None:
        """Remove all but the latest logs."""
        with contextlib.suppress(OSError):
            for path in sorted(self.path.parent.glob("*.jsonl"))[:-_KEPT]:
                path.unlink(missing_ok=True)
