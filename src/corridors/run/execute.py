"""Run what is stale, in order, under the locks, and commit each result on its own."""

from __future__ import annotations

import shutil
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from corridors.foundation import parallel
from corridors.run import engines, lock
from corridors.run.fingerprint import Fingerprints
from corridors.run.graph import STAGING, Graph
from corridors.run.layout import StudyLayout
from corridors.run.log import Log
from corridors.run.plan import Node, partitions, survey
from corridors.run.report import Event, Listener, Options, Report
from corridors.run.stopped import Stopped
from corridors.stages import registry
from corridors.stages.registry import WHOLE_STUDY

if TYPE_CHECKING:
    from corridors.config.load import Study


def execute(
    study: Study,
    stages: Sequence[str],
    herds: Sequence[str],
    options: Options,
    listener: Listener,
) -> Report:
    """Bring the results of ``stages`` for ``herds`` up to date.

    A stage runs as soon as the stages it reads are settled, and only if something that it
    depends on differs: when an earlier stage ran and left the same bytes, it is not run.

    Raises
    ------
    BusyError
        Another run holds a lock.
    Stopped
        SIGTERM or SIGINT; nothing is left half done.
    """
    engines.check_scheduler(options.scheduler)
    prints = Fingerprints(study)
    nodes = _nodes(study, stages, herds)
    rows = survey(prints, stages)
    report = Report()
    touched = {partition for _, partition in nodes}
    if WHOLE_STUDY in touched:
        touched.update(study.config.herds)
    left_over = any((study.processed / STAGING / partition).exists() for partition in touched)
    is_due = any(rows[node].state != "current" for node in nodes)
    if not (is_due or left_over or options.is_forced):
        report.events = [Event("current", *node) for node in nodes]
        return report
    with lock.held(study, touched, options.wait_s), signals():
        sweep(study, touched)
        # Before the first run there was no folder to keep them in; large files are not read twice.
        prints.digests.save()
        # Another run may have worked between the survey above and the lock.
        prints = Fingerprints(study)
        rows = survey(prints, stages)
        log = Log(study.processed)
        report.log = log.path
        due = {node[1] for node in nodes if rows[node].state != "current"}
        options = replace(options, workers=_workers(options, due or touched))
        chosen = set(nodes)
        settled = {
            node: row.result
            for node, row in rows.items()
            if node not in chosen and row.state == "current" and row.result is not None
        }
        about = {node: row.reasons for node, row in rows.items()}
        run = Graph(
            prints, StudyLayout(study), nodes, settled, about, options, listener, report, log
        )
        try:
            run.everything()
        finally:
            sweep(study, touched)
            prints.digests.save()
        log.write("end", exit_code=report.exit_code)
        log.tidy()
    return report


def _workers(options: Options, partitions: set[str]) -> int:
    """Return how many workers have something to do.

    What is of the whole study waits for the herds: its worker would only take threads from them.
    """
    n_herds = len(partitions - {WHOLE_STUDY})
    return min(options.workers or parallel.cores(), max(1, n_herds))


def _nodes(study: Study, stages: Sequence[str], herds: Sequence[str]) -> list[Node]:
    return [
        (stage.name, partition)
        for stage in registry.stages()
        if stage.name in stages
        for partition in partitions(stage, study.config)
        if partition in herds or partition == WHOLE_STUDY
    ]


def sweep(study: Study, touched: set[str]) -> None:
    """Remove what runs left in staging; only while holding the locks of these partitions."""
    for partition in touched:
        place = study.processed / STAGING / partition
        if place.is_dir():
            shutil.rmtree(place, ignore_errors=True)
        else:
            with suppress(OSError):  # a file in its place; the run says so if it cannot go
                place.unlink()


@contextmanager
def signals() -> Iterator[None]:
    """Let SIGTERM, SIGINT and SIGHUP end the run in order."""

    def stop(number: int, _frame: FrameType | None) -> NoReturn:
        raise Stopped(number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [signal.SIGTERM, signal.SIGINT]
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)  # under nohup it is ignored, and stays so
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
