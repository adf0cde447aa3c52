"""Threads: in order, not far ahead, and never more than there are cores."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextvars import copy_context

import pytest

from corridors.foundation import parallel
from corridors.foundation.parallel import divided, in_order, limit, n_threads

WaysOfCores = Callable[[int], None]


@pytest.fixture
def with_cores(monkeypatch: pytest.MonkeyPatch) -> WaysOfCores:
    def have(n: int) -> None:
        monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(n)), raising=False)

    monkeypatch.setenv("NUMBA_NUM_THREADS", "1")
    return have


def limited(threads: int, work: Callable[[], object]) -> object:
    """Return the work of a context of its own, where so many threads are the limit."""

    def held() -> object:
        limit(threads)
        return work()

    return copy_context().run(held)


@pytest.mark.parametrize("n", [1, 2, 3, 8])
def test_parts_come_in_their_order_for_any_number_of_threads(
    n: int, with_cores: WaysOfCores
) -> None:
    with_cores(n)
    assert list(in_order(lambda part: part * part, range(50))) == [k * k for k in range(50)]
    assert list(in_order(abs, [])) == []


@pytest.mark.parametrize("n", [1, 4])
def test_an_error_reaches_the_caller_at_its_place(n: int, with_cores: WaysOfCores) -> None:
    with_cores(n)
    done = []
    with pytest.raises(ZeroDivisionError):
        done += [done.append(found) for found in in_order(lambda k: 6 // (20 - k), range(50))]
    assert len(done) == 20


@pytest.mark.parametrize("n", [1, 3])
def test_parts_are_taken_no_further_ahead_than_there_are_threads(
    n: int, with_cores: WaysOfCores
) -> None:
    with_cores(n)
    taken = 0

    def parts() -> Iterator[int]:
        nonlocal taken
        for k in range(40):
            taken = k + 1
            yield k

    for asked, _ in enumerate(in_order(abs, parts()), start=1):
        assert taken <= asked + n


@pytest.mark.parametrize(("n", "expected"), [(1, 1), (4, 4)])
def test_as_many_threads_work_at_once_as_there_are_cores(
    n: int, expected: int, with_cores: WaysOfCores
) -> None:
    with_cores(n)
    together = threading.Barrier(expected)

    def meet(_: int) -> bool:
        # Times out where fewer work at once.
        together.wait(timeout=10)
        return True

    assert all(in_order(meet, range(2 * expected)))


def test_a_limit_holds_for_what_is_begun_under_it_alone(with_cores: WaysOfCores) -> None:
    with_cores(6)
    assert limited(2, n_threads) == 2
    assert limited(9, n_threads) == 6
    assert limited(2, lambda: os.environ["NUMBA_NUM_THREADS"]) == "2"
    assert n_threads() == 6
    names = limited(1, lambda: set(in_order(lambda _: threading.current_thread().name, range(9))))
    assert names == {threading.current_thread().name}


def test_work_in_a_pool_does_not_open_another_pool(with_cores: WaysOfCores) -> None:
    with_cores(3)
    assert list(in_order(lambda _: n_threads(), range(4))) == [1] * 4


def test_a_single_part_may_be_shared_out_by_who_works_on_it(with_cores: WaysOfCores) -> None:
    with_cores(3)
    assert list(in_order(lambda _: n_threads(), [0])) == [3]


@pytest.mark.parametrize("n", range(1, 10))
def test_workers_times_threads_never_exceed_the_cores(n: int, with_cores: WaysOfCores) -> None:
    with_cores(n)
    assert parallel.cores() == n
    for wanted in range(2 * n + 2):
        workers, threads = divided(wanted)
        assert 1 <= workers <= max(1, wanted)
        assert threads >= 1
        assert workers * threads <= n
        # No core is left that could be a thread of every worker.
        assert workers * (threads + 1) > n
