"""How barriers change which way animals go."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from corridors.barriers.holding import (
    FREE,
    UNCHANGED,
    Beside,
    LeftOut,
    Odds,
    left_out,
    odds_beside,
)

WALL = np.array([shapely.LineString([(x, -400.0), (x, 5000.0)]) for x in range(0, 40000, 2500)])


def triplets(n: int, sd: float, seed: int) -> np.ndarray:
    """Return steps of 2 km past the walls' ends, with a fix between that strays by ``sd``."""
    rng = np.random.default_rng(seed)
    start = np.column_stack([rng.uniform(0, 36000, n), rng.uniform(-1500, 300, n)])
    end = np.add(start, (2000.0, 0.0))
    return np.hstack([start, (start + end) / 2 + rng.normal(0, sd, (n, 2)), end])


def told(fixes: np.ndarray, sd: float = 600.0) -> LeftOut:
    n = len(fixes)
    return left_out(fixes, np.full(n, 0.5), np.full(n, sd), 200.0, WALL, max_triplets=10_000)


def few(n: int, share: float, passed: int, *, is_hit: bool = False) -> LeftOut:
    return LeftOut(np.full(n, share), np.arange(n) < passed * 1.0, np.full(n, is_hit))


def test_free_animals_pass_as_often_as_expected() -> None:
    found = told(triplets(4000, 600.0, 1))
    assert len(found.found) > 500
    assert found.found.sum() == pytest.approx(found.expected.sum(), rel=0.05)
    for is_hit in (False, True):
        ln_odds, variance = found.ln_odds(is_hit)
        assert abs(ln_odds) < 3 * np.sqrt(variance) < 0.6


def test_animals_that_keep_to_their_way_pass_where_it_passes_and_nowhere_else() -> None:
    free, straight = told(triplets(4000, 600.0, 3)), told(triplets(4000, 60.0, 4))
    odds = odds_beside(straight, free, law_sd=5.0, held_sd=5.0)
    assert odds.standing.missed < 0.2
    assert odds.standing.hit > 5
    assert np.abs(np.log([odds.elsewhere.missed, odds.elsewhere.hit])).max() < 0.3


def test_a_law_that_is_too_wide_is_seen_where_nothing_stands_and_mended_everywhere() -> None:
    # The law says 600 m, the animals stray by 400, with and without walls.
    seen = told(triplets(4000, 400.0, 7))
    odds = odds_beside(seen, told(triplets(4000, 400.0, 8)), law_sd=0.4, held_sd=0.2)
    for one in (odds.standing, odds.elsewhere):
        assert one.missed < 0.9
        assert one.hit > 1.1
        mended = one.of(seen.expected, seen.is_hit)
        for side in (seen.is_hit, ~seen.is_hit):
            off, left = ((seen.found - given)[side].sum() for given in (seen.expected, mended))
            assert abs(left) < 0.3 * abs(off)


def test_the_odds_of_equal_chances_have_a_closed_form() -> None:
    # Of 100 even chances 20 were taken: odds of 1/4, and a variance of 1 / (100 p q).
    ln_odds, variance = few(100, 0.5, 20).ln_odds(False)
    assert ln_odds == pytest.approx(np.log(0.25))
    assert variance == pytest.approx(1 / 16)
    assert few(100, 0.5, 20).ln_odds(True) == (0.0, np.inf)


def test_the_more_fixes_the_more_they_say_of_barriers() -> None:
    def beside(real: LeftOut, moved: LeftOut) -> Beside:
        return odds_beside(real, moved, law_sd=0.4, held_sd=0.2)

    free = few(10_000, 0.5, 5000) + few(10_000, 0.5, 5000, is_hit=True)
    odds = beside(few(100, 0.5, 20), free)
    known = 0.04 / (0.04 + 1 / 16 + 4e-4)
    assert odds.standing.missed == pytest.approx(0.25**known)
    assert odds.standing.hit == 1.0
    assert odds.elsewhere == FREE
    # What is so where nothing stands as well is no doing of the barriers.
    alike = beside(few(100, 0.5, 20), few(100, 0.5, 20))
    assert alike.standing == alike.elsewhere
    assert alike.elsewhere.missed == pytest.approx(0.25 ** (0.16 / (0.16 + 1 / 16)))
    assert beside(LeftOut.none(), LeftOut.none()) == UNCHANGED
    sizes = [beside(few(n, 0.5, n // 5), free).standing.missed for n in (5, 50, 500, 50_000)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > 0.9
    assert sizes[-1] == pytest.approx(0.25, rel=0.05)


def test_odds_keep_what_is_certain_and_leave_free_animals_alone() -> None:
    share = np.array([0.0, 0.3, 1.0, 1.2])
    hit = np.array([False, True, True, False])
    assert FREE.of(share, hit).tolist() == pytest.approx(share.tolist())
    assert Odds(0.5, 3.0).of(share, hit).tolist() == pytest.approx([0.0, 0.9 / 1.6, 1.0, 1.2])


def test_without_fixes_or_barriers_nothing_is_told() -> None:
    assert not len(told(np.zeros((0, 6))).found)
    fixes = triplets(10, 600.0, 5)
    none = np.zeros(0, dtype=object)
    half, scale = np.full(10, 0.5), np.full(10, 600.0)
    assert not len(left_out(fixes, half, scale, 5.0, none, max_triplets=10).found)


def test_the_same_fixes_tell_the_same() -> None:
    fixes = triplets(300, 600.0, 6)
    one, two = told(fixes), told(fixes)
    assert one.expected.tolist() == two.expected.tolist()
    assert one.found.tolist() == two.found.tolist()
