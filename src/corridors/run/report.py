"""What a run is asked to do, and what it reports while it goes and at its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from corridors.foundation.errors import OK, PARTLY_DONE, CorridorsError
from corridors.run.log import Log


@dataclass(frozen=True)
class Event:
    """Something that happened during a run.

    Parameters
    ----------
    kind
        ``started``, ``progress``, ``done``, ``current`` (nothing to do), ``failed``, ``skipped``
        (an earlier stage of it failed) or ``note``.
    stage, partition
        What it is about.
    message
        Progress or note in words.
    fraction
        Share done, 0...1.
    seconds
        Time that the stage took.
    reasons
        Why it ran.
    error
        Why it failed.
    """

    kind: Literal["started", "progress", "done", "current", "failed", "skipped", "note"]
    stage: str
    partition: str
    message: str = ""
    fraction: float = 0.0
    seconds: float = 0.0
    reasons: tuple[str, ...] = ()
    error: CorridorsError | None = None


Listener = Callable[[Event], None]


@dataclass(frozen=True)
class Options:
    """How to run.

    Parameters
    ----------
    scheduler
        ``serial``, ``processes`` or the address of a Dask scheduler.
    workers
        Processes at most; 0: as many as CPUs.
    wait_s
        How long to wait for another run, s.
    is_forced
        Run what is up to date too.
    """

    scheduler: str = "processes"
    workers: int = 0
    wait_s: float = 0.0
    is_forced: bool = False


@dataclass
class Report:
    """What a run did, in the order in which it happened."""

    events: list[Event] = field(default_factory=list)
    log: Path | None = None

    def of(self, kind: str) -> list[Event]:
        """Return the events of one kind."""
        return [event for event in self.events if event.kind == kind]

    @property
    def exit_code(self) -> int:
        """0; 3 when some partitions are done and some failed; the first error's when all failed."""
        failed = self.of("failed")
        if not failed:
            return OK
        bad = {event.partition for event in (*failed, *self.of("skipped"))}
        good = {event.partition for event in (*self.of("done"), *self.of("current"))} - bad
        error = failed[0].error
        return PARTLY_DONE if good or error is None else error.exit_code


def tell(event: Event, report: Report, log: Log, listener: Listener, **details: object) -> None:
    """Add an event to the report and, with details, to the log, and let the listener hear it."""
    report.events.append(event)
    log.write(
        event.kind,
        stage=event.stage,
        partition=event.partition,
        message=event.message,
        reasons=event.reasons,
        seconds=round(event.seconds, 3),
        error=str(event.error) if event.error else None,
        **details,
    )
    listener(event)
