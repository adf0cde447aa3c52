"""Pieces near steps: the same pairs as GEOS finds, on random and on degenerate worlds."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import STRtree

from corridors.barriers import piece_tree
from corridors.barriers.piece_tree import PieceTree
from corridors.barriers.segments import Pieces


def tree_of(ends: np.ndarray) -> PieceTree:
    return PieceTree.of(Pieces(ends, np.arange(len(ends))))


def world(kind: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return steps and pieces, none of the pieces without length."""
    rng = np.random.default_rng([11, seed])
    if kind == "random":
        steps, ends = rng.normal(0, 10, (300, 4)), rng.normal(0, 10, (400, 4))
    else:
        # Few places: ends touch, pieces lie in line, coincide or turn round.
        steps, ends = rng.integers(0, 9, (300, 4)) * 1.0, rng.integers(0, 9, (400, 4)) * 1.0
        if kind == "uneven":  # no longer exact in binary
            steps, ends = steps * 0.1 + 412_345.6, ends * 0.1 + 412_345.6
    moved = (ends[:, :2] != ends[:, 2:]).any(axis=1)
    return steps, np.vstack([ends[moved], ends[moved][:20]])


def lines(ends: np.ndarray) -> np.ndarray:
    return shapely.linestrings(ends.reshape(-1, 2, 2))


@pytest.mark.parametrize("kind", ["random", "lattice", "uneven"])
@pytest.mark.parametrize("seed", range(3))
def test_the_pairs_that_meet_are_those_of_geos(kind: str, seed: int) -> None:
    steps, ends = world(kind, seed)
    i, j = STRtree(lines(ends)).query(lines(steps), predicate="intersects")
    order = np.lexsort((j, i))
    step, piece = tree_of(ends).meet(steps)
    assert np.array_equal(step, i[order])
    assert np.array_equal(piece, j[order])


@pytest.mark.parametrize("kind", ["random", "uneven"])
def test_the_pairs_within_reach_and_their_distances_are_those_of_geos(kind: str) -> None:
    steps, ends = world(kind, 5)
    steps = steps[(steps[:, :2] != steps[:, 2:]).any(axis=1)]
    reach = np.random.default_rng(2).uniform(0.01, 3, len(steps))
    i, j = STRtree(lines(ends)).query(lines(steps), predicate="dwithin", distance=reach)
    order = np.lexsort((j, i))
    parts = list(tree_of(ends).near(steps, reach, slice(0, len(steps))))
    step, piece, distance = (np.concatenate(column) for column in zip(*parts, strict=True))
    assert np.array_equal(step, i[order])
    assert np.array_equal(piece, j[order])
    expected = shapely.distance(lines(steps[step]), lines(ends[piece]))
    assert distance == pytest.approx(expected, abs=1e-9)


def test_a_step_with_more_pieces_than_there_is_room_for_loses_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    steps, ends = world("random", 1)
    tree = tree_of(ends)
    whole = tree.meet(steps)
    monkeypatch.setattr(piece_tree, "_ROOM", 3)
    assert np.array_equal(whole, tree.meet(steps))


def test_without_pieces_or_steps_nothing_is_met() -> None:
    steps, ends = world("random", 1)
    assert tree_of(np.zeros((0, 4))).meet(steps)[0].size == 0
    assert tree_of(ends).meet(np.zeros((0, 4)))[0].size == 0
