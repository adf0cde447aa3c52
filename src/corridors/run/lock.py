"""One run at a time per partition."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from corridors.foundation.errors import BusyError, Fault
from corridors.run.manifest import writing

if TYPE_CHECKING:
    from corridors.config.load import Study

FOLDER = ".lock"


@contextmanager
def held(study: Study, partitions: Iterable[str], wait_s: float) -> Iterator[None]:
    """Hold the lock of every partition; the system releases them when the process ends.

    Parameters
    ----------
    study
        Where the results are.
    partitions
        Herds, and the name of the whole study; taken in sorted order, so two runs cannot wait
        for each other.
    wait_s
        How long to wait for all of them together, s.

    Raises
    ------
    BusyError
        Another run still holds one of them.
    """
    import filelock

    folder = study.processed / FOLDER
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + wait_s
    with ExitStack() as stack:
        for partition in sorted(set(partitions)):
            lock = filelock.FileLock(folder / f"{partition}.lock")
            with writing(folder):
                try:
                    lock.acquire(timeout=max(0.0, until - time.monotonic()), poll_interval=0.1)
                except filelock.Timeout:  # an OSError, but not one of the disk
                    raise BusyError(
                        Fault(
                            f"another run is working on {partition}",
                            file=str(folder / f"{partition}.lock"),
                            cure="wait for it, or give --wait SECONDS",
                        )
                    ) from None
            stack.callback(lock.release)
        yield
