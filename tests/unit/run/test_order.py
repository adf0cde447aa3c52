"""Nodes start when those before them are over, in the order in which they were named."""

from __future__ import annotations

from graphlib import CycleError

import pytest

from corridors.run.order import Order

INGEST, CLEAN, OTHER = ("ingest", "a"), ("clean", "a"), ("ingest", "b")


def order() -> Order:
    return Order({INGEST: [], OTHER: [], CLEAN: [INGEST, ("elsewhere", "a")]})


def test_the_first_named_goes_first_and_what_waits_goes_later() -> None:
    nodes = order()
    assert [nodes.next(), nodes.next(), nodes.next()] == [INGEST, OTHER, None]
    assert nodes.is_waiting
    nodes.over(INGEST)
    assert nodes.next() == CLEAN
    nodes.over(OTHER)
    assert nodes.is_waiting
    nodes.over(CLEAN)
    assert not nodes.is_waiting


def test_a_node_that_comes_back_is_given_out_again_before_later_ones() -> None:
    nodes = order()
    first = nodes.next()
    assert first == INGEST
    nodes.again(INGEST)
    assert [nodes.next(), nodes.next()] == [INGEST, OTHER]


def test_a_circle_is_refused() -> None:
    with pytest.raises(CycleError):
        Order({INGEST: [CLEAN], CLEAN: [INGEST]})
