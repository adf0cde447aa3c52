"""Run one stage of one partition in whatever process it is given to."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Mapping
from contextvars import copy_context
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from corridors.foundation import parallel
from corridors.foundation.errors import (
    CorridorsError,
    Fault,
    InternalError,
    OutputError,
    ResourceError,
)
from corridors.run import manifest
from corridors.run.manifest import Artefact
from corridors.stages.registry import Stage

# Less free space than this after an unexpected error: the disk was full.
_LEAST_FREE_BYTES = 1 << 20


@dataclass(frozen=True)
class Job:
    """Everything that a process needs to run one stage of one partition.

    Parameters
    ----------
    stage, partition
        Which one.
    module
        Dotted name of the module of the stage.
    herd
        Name of the herd, "" for a stage of the whole study.
    settings
        What the stage sees of the configuration.
    raw
        Configured path -> absolute path.
    places
        Text of a reference -> herd -> file of a committed result.
    staged
        Folder to make and fill.
    names
        What stands for ``{...}`` in names of artefacts.
    writes
        Artefacts that must be in it afterwards.
    """

    stage: str
    module: str
    partition: str
    herd: str
    settings: object
    raw: Mapping[str, Path]
    places: Mapping[str, Mapping[str, Path]]
    staged: Path
    names: Mapping[str, str]
    writes: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What came of a job: the files of the staged result, or the error with its traceback."""

    artefacts: Mapping[str, Artefact]
    staged: Path
    error: CorridorsError | None = None
    traceback: str = ""
    unexpected: bool = False
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0


def perform(job: Job, progress: Callable[[str, float], None] | None = None) -> Outcome:
    """Run a job and return its outcome; no exception of a stage leaves this function."""
    started = time.monotonic()
    said: list[str] = []

    def note(message: Warning | str, category: type[Warning], *place: Any, **_: Any) -> None:
        said.append(f"{category.__name__}: {message} ({':'.join(map(str, place[:2]))})")

    artefacts: Mapping[str, Artefact] = {}
    error: CorridorsError | None = None
    trace = ""
    unexpected = False
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        warnings.showwarning = note
        try:
            artefacts = _run(job, progress or _report)
        except CorridorsError as raised:
            error, trace = raised, traceback.format_exc()
        except MemoryError:
            error, trace = _out_of_memory(job), traceback.format_exc()
        except Exception as raised:  # noqa: BLE001 - a defect of one herd must not stop the others
            trace = traceback.format_exc()
            error = _output_error(job, raised)
            unexpected = error is None
            error = error or InternalError(
                Fault(
                    f"{job.stage} of {job.partition} failed in a way that nobody foresaw",
                    got=f"{type(raised).__name__}: {raised}",
                )
            )
    seconds = time.monotonic() - started
    return Outcome(artefacts, job.staged, error, trace, unexpected, tuple(said), seconds)


def _run(job: Job, progress: Callable[[str, float], None]) -> dict[str, Artefact]:
    with manifest.writing(job.staged):
        job.staged.mkdir(parents=True)
    # Here and not above: it loads the libraries of geography, which `plan` and `status` do without.
    from corridors.run import binding

    binding.perform(
        Stage(job.stage, job.module),
        job.settings,
        job.places,
        job.raw,
        job.herd,
        job.staged,
        job.names,
        progress,
    )
    with manifest.writing(job.staged):
        return manifest.seal(job.staged, job.writes, job.stage)


def _out_of_memory(job: Job) -> ResourceError:
    return ResourceError(
        Fault(
            f"{job.stage} of {job.partition} needs more memory than there is",
            cure="use fewer --workers, a larger working.cell_m, or a smaller working.memory_mb",
        )
    )


def _output_error(job: Job, raised: Exception) -> OutputError | None:
    """Return the error to report when it was the disk and not the code; libraries hide this."""
    staged = str(job.staged)
    full = False
    with contextlib.suppress(OSError):
        full = shutil.disk_usage(job.staged.parent).free < _LEAST_FREE_BYTES
    chain: BaseException | None = raised
    cause: OSError | None = None
    while chain is not None and cause is None:
        if isinstance(chain, OSError) and (
            manifest.cannot_write(chain) or str(chain.filename or "").startswith(staged)
        ):
            cause = chain
        chain = chain.__cause__ or chain.__context__
    if cause is not None and not isinstance(cause, FileNotFoundError):
        try:
            with manifest.writing(job.staged):
                raise cause
        except OutputError as error:
            return error
    if full:
        return OutputError(
            Fault(
                "the result cannot be written",
                file=staged,
                got="the disk is full",
                cure="free space or set study.data_processed to a folder on another disk",
            )
        )
    return None


# --- only in worker processes -------------------------------------------------------------------

_queue: Any = None
_SHORTEST_REPORT_S = 0.1


def start(queue: Any, threads: int, parent: int) -> None:
    """Prepare a worker process: quiet on Ctrl-C, gone when its parent is gone."""
    import signal

    global _queue  # noqa: PLW0603 - one queue per process, set once by the pool
    _queue = queue
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    parallel.limit(threads)
    threading.Thread(target=_follow, args=(parent,), daemon=True).start()


def _follow(parent: int) -> None:
    """End this process soon after its parent died, so that no orphan works on.

    The parent says who it is: it may be dead before this process first looks.
    """
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(1)


def perform_in_worker(job: Job) -> Outcome:
    """Run a job and send its progress to the parent process."""
    last = 0.0

    def progress(message: str, fraction: float) -> None:
        nonlocal last
        now = time.monotonic()
        if _queue is not None and (now - last > _SHORTEST_REPORT_S or fraction >= 1):
            last = now
            _queue.put((job.stage, job.partition, message, fraction))

    return perform(job, progress)


def perform_on_cluster(job: Job) -> Outcome:
    """Run a job in a thread of a Dask worker, which runs others beside it.

    Dask tries it again elsewhere when it lost the worker, which may work on: each try has a folder
    of its own.
    """
    own = replace(job, staged=job.staged / secrets.token_hex(6))
    return copy_context().run(_perform_alone, own)


def _perform_alone(job: Job) -> Outcome:
    parallel.limit(1)
    return perform(job)


def _report(message: str, fraction: float) -> None:
    """Ignore progress where nobody listens."""
