import numpy as np
import pandas as pd
import pytest

from corridors.threats.free_movement import Cells, free_law
from corridors.threats.missing import (
    EXISTING,
    N_ENDS,
    PLANNED,
    REMOVED,
    Counts,
    Herd,
    _returns,
    _weight,
    draw,
)
from corridors.threats.places import Tracked, drawn, judged, places_of, shares, tallied

N_UNITS = 12
COLUMNS = [
    "rule", "copy", "segment", "animal", "state", "at_end", "trials", "passed", "sure", "away"
]  # fmt: skip


def cells(rows):
    """Return cells of (place, copy, unit, trials, passed)."""
    place, copy, unit, n, passed = (np.array(column) for column in zip(*rows, strict=True))
    passed = passed.astype(float)
    return Cells(place, copy, unit, n.astype(float), passed, passed, 0.0 * passed)


def none():
    empty = np.zeros(0, np.int64)
    return Cells(empty, empty, empty, *(np.zeros(0),) * 4)


def herd(status=(EXISTING,), **how):
    n = len(status)
    values = {
        "exposure": np.full((1, N_UNITS, 1), 2.0),
        "span": np.zeros(n, np.int64),
        "name": np.arange(n),
        "n_animals": np.ones(N_UNITS),
        "is_migration": np.array([True]),
        "status": np.array(status),
        "kappa_mean": np.full(n, 0.5),
        "kappa_strength": np.ones(n),
        "may_be_harmless": np.ones(n, bool),
    }
    return Herd(**{**values, **how})


def counts(passed, free=0.9):
    """Return the trials of places: each unit tried twice; ``passed`` says how many of two pass."""
    met = cells([(p, 0, u, 2, k) for p, k in enumerate(passed) for u in range(N_UNITS)])
    rows = [
        (p, c, u, 2, 2 if (7 * u + 5 * c + p) % 20 < 20 * free else 0)
        for p in range(len(passed)) for c in range(6) for u in range(N_UNITS)
    ]  # fmt: skip
    return [Counts(met, [cells(rows), *(none() for _ in range(5))])]


def found(passed, status=None, free=0.9, **how):
    status = [EXISTING] * len(passed) if status is None else status
    return draw(counts(passed, free), herd(status, **how), draws=2000, seed=1, name="h")


def test_a_closed_line_misses_what_free_animals_would_pass():
    out = found([0, 2, 2])
    assert out.missing[:, 0].mean() == pytest.approx(0.9, abs=0.1)
    assert np.quantile(out.kappa[:, 0], 0.95) < 0.2


def test_a_line_that_passes_like_its_copies_misses_nothing():
    out = found([0, 2, 2])
    assert out.missing[:, 1].mean() < 0.02
    assert (out.missing[:, 1] == 0).mean() > 0.8


def test_turning_round_is_no_harm_where_free_animals_turn_round_as_often():
    out = found([1, 1], free=0.5)
    assert out.missing.mean() < 0.1
    assert out.placebo_p.min() > 0.2


def test_the_placebo_test_is_small_only_for_the_closed_line():
    out = found([0, 2])
    assert out.placebo_p[0] < 1e-3
    assert out.placebo_p[1] > 0.5


def test_draws_are_the_same_each_time_and_differ_between_herds():
    one, two = found([0, 1]), found([0, 1])
    other = draw(counts([0, 1]), herd([EXISTING] * 2), draws=2000, seed=1, name="other")
    assert (one.missing == two.missing).all()
    assert (one.missing != other.missing).any()


def test_a_removed_line_misses_nothing_and_a_planned_one_by_its_class():
    out = found([2, 2, 2], [EXISTING, REMOVED, PLANNED], kappa_mean=np.full(3, 0.25))
    assert out.missing[:, 1].max() == 0.0
    assert out.missing[:, 2].mean() == pytest.approx(0.75, abs=0.12)


def test_draws_of_a_place_depend_on_its_name_and_not_on_others_that_are_only_planned():
    alone = found([0, 1], name=np.array([7, 9]))
    met = counts([0, 1, 2])[0].met  # the planned one has no copies
    of_three = herd([EXISTING, EXISTING, PLANNED], name=np.array([7, 9, 3]))
    more = draw([Counts(met, counts([0, 1])[0].free)], of_three, draws=2000, seed=1, name="h")
    assert (more.free[:, :2] == alone.free).all()
    assert (more.kappa[:, :2] == alone.kappa).all()


def test_a_place_counts_the_seasons_of_its_own_time():
    exposure = np.stack([np.full((N_UNITS, 1), 2.0), np.full((N_UNITS, 1), 1.0)])
    one, two = (
        found([0], exposure=exposure, span=np.array([span])).missing.mean() for span in (0, 1)
    )
    assert two == pytest.approx(2 * one, rel=0.02)


def test_five_companions_say_as_much_as_one():
    alone = found([0])
    group = [Counts(cells([(0, 0, u, 10, 0) for u in range(N_UNITS)]), counts([0])[0].free)]
    five = draw(
        group, herd(exposure=np.full((1, N_UNITS, 1), 10.0), n_animals=np.full(N_UNITS, 5.0)),
        draws=2000, seed=1, name="h",
    )  # fmt: skip
    widths = [np.ptp(np.quantile(d.missing[:, 0], [0.05, 0.95])) for d in (alone, five)]
    assert widths[1] == pytest.approx(widths[0], rel=0.1)
    assert five.missing.mean() == pytest.approx(alone.missing.mean(), rel=0.05)


def test_companions_at_copies_are_as_alike_as_one_animal_is_to_itself():
    # One animal's seasons are as unlike as two coins; five companions' are five times the same.
    coins = (2, 2, 1, 1, 1, 0, 2, 1)
    copied = cells(
        [(0, c, u, 2, coins[(3 * u + 5 * c) % 8]) for c in range(6) for u in range(N_UNITS)]
    )
    five = Cells(copied.place, copied.copy, copied.unit, 5 * copied.n, 5 * copied.passed,
                 5 * copied.sure, copied.away)  # fmt: skip
    rows = [(0, 0, u, 2, u % 2) for u in range(N_UNITS)]
    alone = draw(
        [Counts(cells(rows), [copied, *(none() for _ in range(5))])], herd(),
        draws=500, seed=1, name="h",
    )  # fmt: skip
    group = draw(
        [Counts(cells([(p, c, u, 5 * n, 5 * k) for p, c, u, n, k in rows]),
                [five, *(none() for _ in range(5))])],
        herd(exposure=np.full((1, N_UNITS, 1), 10.0), n_animals=np.full(N_UNITS, 5.0)),
        draws=500, seed=1, name="h",
    )  # fmt: skip
    assert group.kappa.mean() == pytest.approx(alone.kappa.mean(), abs=1e-6)
    assert group.copied_trials.tolist() == (5 * alone.copied_trials).tolist()


def kept_away(passed, share=0.25, **how):
    """Return the draws of a place where units keep away for ``share`` of a season per trial."""
    base = counts([passed])[0]
    met = base.met
    away = Cells(met.place, met.copy, met.unit, met.n, met.passed, met.sure, met.n * share)
    return draw([Counts(away, base.free)], herd(**how), draws=2000, seed=1, name="h")


def test_a_season_kept_away_from_a_closed_line_misses_a_passage():
    # Two trials and half a season away, of two seasons, instead of two trials.
    more = kept_away(0)
    assert more.missing.mean() == pytest.approx(found([0]).missing.mean() * 2.5 / 2, rel=0.05)


def test_a_season_kept_away_from_a_line_that_passes_is_not_its_doing():
    assert kept_away(2).missing.mean() == pytest.approx(found([2]).missing.mean(), abs=0.01)


def test_nobody_kept_away_from_a_line_that_is_not_there():
    how = {"status": (PLANNED,), "kappa_mean": np.full(1, 0.25)}
    plain = found([2], [PLANNED], kappa_mean=np.full(1, 0.25))
    assert kept_away(2, **how).missing.tolist() == plain.missing.tolist()


def test_units_come_again_as_often_as_where_they_passed():
    # Spring and autumn; at place 0 all pass in spring, half of them come in autumn too.
    rows = [(0, 0, u, 1, 1) for u in range(N_UNITS)]
    rows += [(0, N_ENDS, u, 1, 1) for u in range(N_UNITS // 2)]
    two = herd(exposure=np.ones((1, N_UNITS, 2)), is_migration=np.array([True, True]))
    # Each of the six that came twice says 1 twice, each of the others 0; and one more 1.
    assert _returns(cells(rows), two) == pytest.approx((12 + 1) / (12 + 6 + 1))


def test_a_weight_of_no_harm_is_the_start_where_places_say_nothing():
    assert _weight(np.ones(5), np.ones(5), 9) == pytest.approx(1 / 1.05, abs=0.01)


def test_places_that_do_harm_outweigh_the_start_and_few_units_say_less():
    does, nothing = np.array([1.0] * 10), np.array([1e-6] * 10)
    # Beta(1, 0.05) with so many places that do harm; with two units the root of 2 x 10 of them.
    assert _weight(does, nothing, 20) == pytest.approx(1 / 11.05, abs=0.01)
    assert _weight(does, nothing, 2) == pytest.approx(1 / (1.05 + 20**0.5), abs=0.01)


def test_a_learned_permeability_above_an_eighth_says_nothing_in_ranges():
    met = cells([(0, 0, u, 8, 3) for u in range(N_UNITS)])
    free = cells([(0, c, u, 8, 6) for c in range(6) for u in range(N_UNITS)])
    ranges = [Counts(met, [none(), none(), none(), free, none(), none()])]
    still = herd(is_migration=np.array([False]))
    out = draw(ranges, still, draws=500, seed=1, name="h")
    assert np.quantile(out.kappa, 0.05) > 0.25
    assert out.missing_all.max() == 0.0
    stated = herd(
        is_migration=np.array([False]), may_be_harmless=np.zeros(1, bool),
        kappa_mean=np.full(1, 0.5), kappa_strength=np.full(1, 200.0),
    )  # fmt: skip
    assert draw(ranges, stated, draws=500, seed=1, name="h").missing_all.mean() > 0.5


def at_ends(n, passed, sure):
    """Return cells of trials near an end, of (place, copy, unit), alike for each unit."""
    place, copy, unit = (np.array(v) for v in zip(*n, strict=True))
    one = np.ones(len(place))
    return Cells(place, copy, unit, 4 * one, passed * one, sure * one, 0 * one)


def test_a_short_line_that_is_seldom_passed_in_any_way_does_harm():
    free = at_ends([(0, c, u) for c in range(6) for u in range(N_UNITS)], 3.0, 0.4)
    own = [(0, 1, u) for u in range(N_UNITS)]
    few, usual = (
        draw(
            [Counts(at_ends(own, passed, 0.2), [none(), free, *(none() for _ in range(4))])],
            herd(), draws=500, seed=1, name="h",
        )
        for passed in (0.5, 3.0)
    )  # fmt: skip
    # As many surely passed; that the others did not tells the two apart.
    assert few.kappa.mean() < usual.kappa.mean() - 0.2
    assert few.placebo_p[0] < 0.001
    assert usual.placebo_p[0] > 0.2


def test_animals_held_up_near_an_end_pass_surely_where_free_ones_do_not():
    # Two thirds as many pass as freely do, and more surely: the line is not open for that.
    free = at_ends([(0, c, u) for c in range(6) for u in range(N_UNITS)], 3.6, 1.2)
    own = at_ends([(0, 1, u) for u in range(N_UNITS)], 2.4, 1.6)
    out = draw(
        [Counts(own, [none(), free, *(none() for _ in range(4))])], herd(),
        draws=500, seed=1, name="h",
    )  # fmt: skip
    low, high = np.quantile(out.kappa, [0.05, 0.95])
    assert low < 0.6 < high < 0.9


@pytest.mark.parametrize(("moves", "is_told"), [(True, True), (False, False)])
def test_half_of_the_passages_of_copies_is_harm_on_the_way_and_usual_in_a_range(moves, is_told):
    met = cells([(0, 0, u, 4, 2) for u in range(N_UNITS)])
    free = cells([(0, c, u, 4, 4 - (u + c) % 2) for c in range(6) for u in range(N_UNITS)])
    kinds = [none()] * 6
    kinds[0 if moves else N_ENDS] = free
    how = {"is_migration": np.array([moves])}
    out = draw([Counts(met, kinds)], herd(**how), draws=500, seed=1, name="h")
    assert ((out.kappa < 1).mean() > 0.9) == is_told


def test_rows_are_added_up_alike_whether_their_keys_lie_close_or_far():
    place, unit = np.array([3, 0, 3, 1]), np.array([1, 0, 1, 1])
    values = (np.array([1.0, 2.0, 4.0, 8.0]),) * 4
    close, far = (Cells.of(place, 0 * place, unit * by, values) for by in (1, 10**6))
    assert close.place.tolist() == far.place.tolist() == [0, 1, 3]
    assert (close.unit * 10**6).tolist() == far.unit.tolist() == [0, 10**6, 10**6]
    assert close.n.tolist() == far.n.tolist() == [2.0, 8.0, 5.0]


def test_without_copies_nothing_is_known_of_free_movement():
    law = free_law(none(), 2)
    assert law.mean.tolist() == [0.5, 0.5]
    assert law.strength.tolist() == [2.0, 2.0]


def test_free_movement_of_a_place_leans_on_its_own_copies():
    rows = [(p, c, u, 2, 2 * (p == 0)) for p in (0, 1) for c in range(6) for u in range(10)]
    law = free_law(cells(rows), 3)
    assert law.mean[0] > 0.85
    assert law.mean[1] < 0.15
    assert law.mean[2] == pytest.approx(0.5, abs=0.01)
    assert law.strength[2] < law.strength[0]


def attempts(passed):
    real = [(0, -1, s, u, 0, 0, 2, k, k, 0) for s, k in enumerate(passed) for u in range(N_UNITS)]
    free = [
        (0, c, s, u, 0, 0, 2, 2 if (u + c) % 10 else 0, 2 if (u + c) % 10 else 0, 0)
        for s in range(len(passed)) for c in range(6) for u in range(N_UNITS)
    ]  # fmt: skip
    return pd.DataFrame(real + free, columns=COLUMNS)


def ranked(passed, n_places=None):
    n = len(passed) if n_places is None else n_places
    tracked = Tracked(np.full((1, N_UNITS, 1), 2.0), np.arange(N_UNITS), np.array([True]))
    known = pd.DataFrame(
        {
            "status": np.full(n, EXISTING), "kappa": 0.5, "is_stated": False, "span": 0,
            "number": np.arange(n),
        }
    )  # fmt: skip
    tried, place, span = attempts(passed), np.arange(n), np.zeros(n, np.int64)
    draws = drawn(
        tried, tracked, place, known, prior_strength=1.0, draws=1000, seed=1, name="h"
    )  # fmt: skip
    tally = tallied(tried, tracked, place, span)
    table = judged(tally, draws, np.full(n, EXISTING), seed=1)
    return table, shares(tried, tracked, place, span), draws


def test_the_published_figures_are_those_of_the_draws():
    table, _, draws = ranked([0, 1, 2])
    own = draws.missing[:, table["place"]]
    assert table["missing_per_year"].to_numpy() == pytest.approx(own.mean(axis=0))
    assert table["missing_p05"].to_numpy() == pytest.approx(np.quantile(own, 0.05, axis=0))
    assert table["missing_p95"].to_numpy() == pytest.approx(np.quantile(own, 0.95, axis=0))
    assert table["p_harm"].tolist() == (own > 0.05).mean(axis=0).tolist()


def test_the_closed_line_is_first_and_may_be_acted_on_the_free_one_is_harmless():
    table, segments, _ = ranked([2, 0, 1, 2])
    assert table["place"].tolist()[:2] == [1, 2]
    assert table["rank"].tolist() == [1, 2, 3, 4]
    assert table["grade"].tolist()[0] == "act"
    assert set(table["grade"].tolist()[2:]) == {"nothing_seen"}
    assert segments["share"].tolist() == [1.0] * 4
    assert segments["passages_per_year"].tolist() == [1.0, 0.0, 0.5, 1.0]


def test_a_place_that_nobody_met_has_no_rank():
    table, _, _ = ranked([0, 2], n_places=3)
    assert sorted(table["place"]) == [0, 1]


def test_places_of_one_line_are_about_equally_long():
    place = places_of(
        np.zeros(10, np.int64), np.arange(10), np.full(10, 1000.0), place_length_m=4000.0
    )
    assert np.bincount(place).tolist() == [3, 4, 3]
