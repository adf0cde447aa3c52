"""Where jobs run: in this process, in worker processes, or on a Dask cluster."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, Protocol

from corridors.foundation import parallel
from corridors.foundation.errors import ConfigError, Fault, MissingInputError
from corridors.run.worker import Job, Outcome, perform, perform_in_worker, perform_on_cluster, start

Progress = Callable[[str, str, str, float], None]

_HANG_UP_S = 2.0
# Threads inside BLAS change the order of sums, and with it the last bit of results.
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class Engine(Protocol):
    """Runs jobs, several at once or one after the other.

    ``workers`` jobs run at once, each with ``threads`` threads; together at most the cores.
    """

    workers: int
    threads: int

    def submit(self, job: Job) -> Future[Outcome]:
        """Start a job, now or when there is room."""

    def close(self) -> None:
        """Wait for nothing; release what was taken."""

    def stop(self) -> None:
        """Give up running jobs at once."""

    def lost(self) -> str:
        """Return why nothing will come of running jobs any more; "": something may."""


class Serial:
    """Runs each job in this process when it is submitted."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.workers, self.threads = 1, parallel.n_threads()

    def submit(self, job: Job) -> Future[Outcome]:
        """Run the job before returning."""

        def report(message: str, fraction: float) -> None:
            self.progress(job.stage, job.partition, message, fraction)

        future: Future[Outcome] = Future()
        future.set_result(perform(job, report))
        return future

    def close(self) -> None:
        """Nothing to release."""

    def stop(self) -> None:
        """Nothing is running."""

    def lost(self) -> str:
        """Return "": nothing is running."""
        return ""


class Processes:
    """Runs jobs in fresh worker processes of this machine."""

    def __init__(self, workers: int, progress: Progress) -> None:
        from concurrent.futures import ProcessPoolExecutor

        from corridors.run.spawned import Spawned

        self.spawned = Spawned()
        self.queue: Any = self.spawned.Queue()
        self.workers, self.threads = parallel.divided(workers)
        self.pool = ProcessPoolExecutor(
            self.workers,
            mp_context=self.spawned,
            initializer=start,
            initargs=(self.queue, self.threads, os.getpid()),
        )
        self.progress = progress
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()

    def _listen(self) -> None:
        while (item := self.queue.get()) is not None:
            self.progress(*item)

    def submit(self, job: Job) -> Future[Outcome]:
        """Queue the job."""
        return self.pool.submit(perform_in_worker, job)

    def close(self) -> None:
        """End the workers, which are idle."""
        self.pool.shutdown(wait=True, cancel_futures=True)
        self._hang_up()

    def stop(self) -> None:
        """Kill the workers; what they staged is never committed."""
        self.pool.shutdown(wait=False, cancel_futures=True)
        self.spawned.kill()
        self._hang_up()

    def lost(self) -> str:
        """Return "": a worker that dies breaks the pool, which says so."""
        return ""

    def _hang_up(self) -> None:
        """End the listener: one that still waits when the interpreter ends would print a trace."""
        self.queue.put(None)
        self.listener.join(timeout=_HANG_UP_S)
        # A killed worker may have taken the queue's lock with it; what is left unsent is progress.
        self.queue.cancel_join_thread()


class Cluster:
    """Runs jobs on a Dask cluster whose workers see the same folders under the same paths.

    A queue of batch jobs may take its time to give workers: ``patience_s`` is how long none may be
    there while jobs wait.
    """

    patience_s = float(os.environ.get("CORRIDORS_CLUSTER_PATIENCE_S", "900"))

    def __init__(self, address: str) -> None:
        try:
            import distributed
        except ImportError:
            raise MissingInputError(
                Fault(
                    "the Dask client is not installed",
                    expected="the extra `cluster`",
                    got=f"--scheduler {address}",
                    cure='pip install "corridors[cluster]"',
                )
            ) from None
        try:
            connect: Any = distributed.Client
            timeout_s = min(10.0, self.patience_s)
            self.client = connect(address, timeout=timeout_s, set_as_default=False)
        except (OSError, ValueError) as error:
            raise MissingInputError(
                Fault(
                    "the Dask scheduler does not answer",
                    expected=f"a scheduler at {address}",
                    got=str(error) or type(error).__name__,
                    cure="start it, or use --scheduler processes",
                )
            ) from None
        self.address = address
        self.deserted_s: float | None = None
        # What it has to say of lost connections comes as a traceback.
        for name in ("distributed", "distributed.client"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        # Dask says how many jobs a worker takes at once; that many cores are its own.
        self.workers, self.threads = sum(self.client.nthreads().values()), 1
        self.pool: Executor = self.client.get_executor(pure=False, retries=0)

    def submit(self, job: Job) -> Future[Outcome]:
        """Send the job to the cluster."""
        return self.pool.submit(perform_on_cluster, job)

    def close(self) -> None:
        """Leave the cluster."""
        self.client.close()

    def stop(self) -> None:
        """Cancel what runs and leave the cluster."""
        with contextlib.suppress(Exception):  # it may be what is broken
            self.client.cancel(list(self.client.futures), force=True)
        self.pool.shutdown(wait=False)
        self.client.close()

    def lost(self) -> str:
        """Return why nothing will come: no scheduler, or no worker for a long time."""
        if self.client.status not in ("running", "connecting"):
            return f"the scheduler at {self.address} does not answer any more"
        try:
            n_workers = len(self.client.nthreads())
        except Exception as error:  # noqa: BLE001 - it may be what is broken
            return f"the scheduler at {self.address} does not answer: {type(error).__name__}"
        if n_workers:
            self.deserted_s = None
            return ""
        now = time.monotonic()
        self.deserted_s = now if self.deserted_s is None else self.deserted_s
        if now - self.deserted_s < self.patience_s:
            return ""
        return f"no worker at {self.address} for {self.patience_s:.0f} s"


def check_scheduler(scheduler: str) -> None:
    """Refuse a scheduler that does not exist.

    Raises
    ------
    ConfigError
        Neither ``serial``, ``processes`` nor the address of a Dask scheduler.
    """
    if scheduler not in {"serial", "processes"} and "://" not in scheduler:
        raise ConfigError(
            Fault(
                "unknown scheduler",
                expected="serial, processes or an address such as tcp://host:8786",
                got=scheduler,
            )
        )


def make(scheduler: str, workers: int, progress: Progress, *, is_apart: bool = False) -> Engine:
    """Return the engine for ``scheduler``; one worker needs no second process.

    With ``is_apart`` it has one all the same: a job that may kill its process must not end ours.
    """
    check_scheduler(scheduler)
    for name in _ONE_THREAD:
        os.environ.setdefault(name, "1")
    if "://" in scheduler:
        return Cluster(scheduler)
    workers, _ = parallel.divided(workers)
    if scheduler == "serial" or (workers == 1 and not is_apart):
        return Serial(progress)
    return Processes(workers, progress)
