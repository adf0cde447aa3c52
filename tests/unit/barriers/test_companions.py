import numpy as np
import pytest

from corridors.barriers.companions import independent_units

HOUR_US = 3_600_000_000
HOW = {"distance_m": 300.0, "time_h": 6.0, "min_common": 10, "min_together_frac": 0.5}


def tracks(*ways):
    """Return the fixes of animals: ``ways`` are hours since the start, and x and y at each."""
    animal = np.concatenate([np.full(len(hour), k) for k, (hour, _) in enumerate(ways)])
    time = np.concatenate([hour for hour, _ in ways]).astype(np.int64) * HOUR_US
    return animal.astype(np.int64), time, np.concatenate([xy for _, xy in ways])


def walk(hours=240, first=0, every=6, x=0.0, y=0.0):
    hour = np.arange(first, first + hours, every)
    return hour, np.column_stack([x + 300.0 * hour, np.full(len(hour), y)])


def units(*ways, **how):
    return independent_units(*tracks(*ways), **{**HOW, **how}).tolist()


def test_companions_are_one_unit_and_strangers_are_not():
    assert units(walk(), walk(y=50.0), walk(y=5e4)) == [0, 0, 1]


def test_animals_on_the_same_way_at_other_times_are_strangers():
    late = walk()[0], walk(x=-9000.0)[1]
    assert units(walk(), late) == [0, 1]


def test_fixes_of_one_span_are_simultaneous_though_an_hour_apart():
    assert units(walk(), walk(first=1, x=-300.0)) == [0, 0]


def test_a_chain_of_companions_is_one_unit():
    assert units(walk(), walk(y=250.0), walk(y=500.0)) == [0, 0, 0]


def test_two_that_are_together_for_less_than_the_share_are_two_units():
    hour, xy = walk()
    apart = xy.copy()
    apart[15:, 1] += 5e4
    assert units((hour, xy), (hour, apart)) == [0, 1]
    assert units((hour, xy), (hour, apart), min_together_frac=0.3) == [0, 0]


def test_too_few_common_spans_say_nothing():
    assert units(walk(hours=54), walk(hours=54)) == [0, 1]
    assert units(walk(hours=60), walk(hours=60)) == [0, 0]


def test_tracked_at_different_times_are_two_units():
    assert units(walk(), walk(first=2400)) == [0, 1]


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_fixes_does_not_matter(seed):
    animal, time, xy = tracks(walk(), walk(y=50.0), walk(y=5e4))
    order = np.random.default_rng(seed).permutation(len(animal))
    assert independent_units(animal[order], time[order], xy[order], **HOW).tolist() == [0, 0, 1]


def test_one_animal_and_none():
    assert units(walk()) == [0]
    nothing = np.zeros(0, np.int64)
    assert independent_units(nothing, nothing, np.zeros((0, 2)), **HOW).tolist() == []
