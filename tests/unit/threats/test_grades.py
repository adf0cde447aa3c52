import numpy as np
import pytest

from corridors.threats.grades import (
    ACT,
    LOOK,
    NOTHING,
    UNKNOWN,
    expected_fall,
    false_alarms,
    grades,
)

CLEAR = {"p_harm": 0.95, "n_units": 5, "n_trials": 20.0, "placebo_q": 0.01, "kappa": 0.1}


def grade(**how):
    """Return the grade of a place that is clear but for ``how``."""
    values = {name: np.array([value]) for name, value in {**CLEAR, **how}.items()}
    return grades(**values)[0]


def test_clear_evidence_of_harm_may_be_acted_on():
    assert grade() == ACT
    assert grade(p_harm=0.8, n_units=3, placebo_q=0.1) == ACT


@pytest.mark.parametrize("lack", [{"p_harm": 0.79}, {"n_units": 2}, {"placebo_q": 0.11}])
def test_advice_needs_likely_harm_three_units_and_the_placebo(lack):
    assert grade(**lack) == LOOK


def test_trials_enough_that_pass_as_freely_as_elsewhere_show_nothing():
    free = {"p_harm": 0.3, "placebo_q": 0.9, "kappa": 0.9}
    assert grade(**free) == NOTHING
    assert grade(**free, n_trials=4.0) == LOOK
    assert grade(**{**free, "kappa": 0.89}) == LOOK


def test_harm_that_is_unlikely_is_nothing_seen_however_few_the_trials():
    assert grade(p_harm=0.19, n_trials=1.0, placebo_q=1.0, kappa=0.5) == NOTHING


def test_where_nobody_came_nothing_is_known():
    assert grade(n_trials=0.0) == UNKNOWN


def test_among_places_that_do_nothing_the_smallest_p_is_a_false_alarm():
    p = (np.arange(100) + 0.5) / 100
    assert false_alarms(p).min() > 0.4


def test_a_few_clear_places_are_believed_among_many_that_do_nothing():
    p = np.r_[np.full(5, 1e-5), (np.arange(95) + 0.5) / 95]
    q = false_alarms(p)
    assert q[:5].max() < 1e-3
    assert (q[5:] > 0.05).all()


def test_where_most_places_do_harm_few_can_be_false_alarms():
    p = np.r_[np.full(9, 0.04), 0.9]
    # One of ten lies above one half: (1 + 1) / 0.5 do nothing, at most.
    assert false_alarms(p)[0] == pytest.approx(0.04 * 4 / 9)


def test_false_alarms_keep_the_order_of_p_and_take_none_and_one():
    p = np.array([0.3, 0.01, 0.2, 0.9, 0.02])
    assert (np.diff(false_alarms(p)[np.argsort(p)]) >= 0).all()
    assert false_alarms(np.array([])).tolist() == []
    assert false_alarms(np.array([0.03])).tolist() == [0.03]


def test_more_units_narrow_an_interval_and_never_one_without_width():
    fall = expected_fall(np.array([0.4, 0.4, 0.0]), np.array([2, 20, 2]), 5)
    assert fall[0] > fall[1] > 0.0
    assert fall[2] == 0.0
    assert expected_fall(np.array([0.4]), np.array([3]), 0).tolist() == [0.0]
