"""Engines: how many jobs at once, each with how many threads."""

from __future__ import annotations

import multiprocessing
import signal
import time

import pytest

from corridors.foundation import parallel
from corridors.run import engines


def ignore(*_: object) -> None:
    """Take progress that nobody looks at."""


def test_a_worker_process_takes_its_share_of_the_cores() -> None:
    engine = engines.Processes(2, ignore)
    try:
        threads = engine.pool.submit(parallel.n_threads).result(timeout=60)
    finally:
        engine.close()
    assert threads == engine.threads
    assert engine.workers * threads <= parallel.cores()


@pytest.mark.parametrize("n_cores", [1, 3])
def test_no_more_workers_are_started_than_there_are_cores(
    n_cores: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parallel, "cores", lambda: n_cores)
    engine = engines.make("processes", 8, ignore, is_apart=True)
    try:
        assert isinstance(engine, engines.Processes)
        assert (engine.workers, engine.threads) == (n_cores, 1)
    finally:
        engine.close()


def test_stopping_kills_the_workers_and_no_process_of_others() -> None:
    other = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(60,))
    other.start()
    engine = engines.Processes(1, ignore)
    try:
        busy = engine.pool.submit(time.sleep, 60)
        while not busy.running():
            time.sleep(0.01)
        engine.stop()
        (worker,) = engine.spawned.started
        # The pool waits for its workers too: who comes second learns the code a moment later.
        given_up = time.monotonic() + 10
        while worker.exitcode is None and time.monotonic() < given_up:
            time.sleep(0.01)
        assert worker.exitcode == -signal.SIGKILL
        assert other.is_alive()
    finally:
        other.kill()
        other.join()


def test_one_worker_is_this_process_with_all_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "cores", lambda: 5)
    for engine in (engines.make("processes", 1, ignore), engines.make("serial", 4, ignore)):
        assert isinstance(engine, engines.Serial)
        assert (engine.workers, engine.threads) == (1, 5)
