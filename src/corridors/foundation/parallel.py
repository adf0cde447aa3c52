"""Threads and processes of one run: together never more than there are cores."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import ContextVar
from itertools import chain, islice
from typing import TypeVar

Part = TypeVar("Part")
Result = TypeVar("Result")

# Threads that the work may take; None: one for each core.
_limit: ContextVar[int | None] = ContextVar("_limit", default=None)


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def divided(wanted: int) -> tuple[int, int]:
    """Return how many of the wanted worker processes there may be, and the threads of each.

    Their product is at most :func:`cores`.
    """
    workers = max(1, min(wanted, cores()))
    return workers, cores() // workers


def limit(threads: int) -> None:
    """Let work that is begun from here on take so many threads at most.

    In a worker process this is its share of the cores. Numba gets it through its environment
    variable, which counts if this comes before its first import.
    """
    _limit.set(threads)
    os.environ["NUMBA_NUM_THREADS"] = str(threads)


def n_threads() -> int:
    """Return how many threads work may take here."""
    return min(_limit.get() or cores(), cores())


def in_order(work: Callable[[Part], Result], parts: Iterable[Part]) -> Iterator[Result]:
    """Yield the work of each part in order, on :func:`n_threads` threads.

    Parts are taken, and results wait, no more than there are threads ahead of what is asked for:
    memory does not grow with the number of parts. The work must release the interpreter to gain.
    A single part is worked on by who asks for it, which may share it out.

    Examples
    --------
    >>> list(in_order(abs, [-3, 1, -2]))
    [3, 1, 2]
    """
    threads, taken = n_threads(), iter(parts)
    first = tuple(islice(taken, 2))
    parts = chain(first, taken)
    if threads == 1 or len(first) < 2:
        yield from map(work, parts)
        return
    waiting: deque[Future[Result]] = deque()
    # Work that is shared out is not shared out once more.
    with ThreadPoolExecutor(threads, initializer=_limit.set, initargs=(1,)) as pool:
        try:
            for part in parts:
                waiting.append(pool.submit(work, part))
                if len(waiting) > threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for job in waiting:
                job.cancel()
