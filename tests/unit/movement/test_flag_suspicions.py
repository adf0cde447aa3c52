"""What flags make look wrong."""

from __future__ import annotations

import numpy as np

from corridors.foundation.vocabulary import FLAG_BIT
from corridors.movement.flag_suspicions import far_animals, of_flags, of_parts


def test_a_fifth_is_not_yet_too_much_and_what_was_not_worn_does_not_count() -> None:
    flags, time_s = np.zeros(100, np.uint16), np.arange(100) * 3600.0
    flags[:16] |= FLAG_BIT["poor_fix"]
    flags[80:] |= FLAG_BIT["outside_deployment"]
    assert of_flags("a", flags, time_s, lost_frac=0.2) == []
    flags[16] |= FLAG_BIT["poor_fix"]
    [one] = of_flags("a", flags, time_s, lost_frac=0.2)
    assert (one.kind, one.flag, one.n_fixes, one.n_all) == ("lost_fixes", "poor_fix", 17, 80)


def test_a_dead_animal_is_told_once_with_the_time_since_when() -> None:
    flags, time_s = np.zeros(100, np.uint16), np.arange(100) * 3600.0
    flags[40:] |= FLAG_BIT["mortality"]
    [one] = of_flags("a", flags, time_s, lost_frac=0.2)
    assert (one.kind, one.n_fixes, one.start_utc) == ("still", 60, "1970-01-02T16:00:00+00:00")


def test_of_several_impossible_steps_the_longest_is_told() -> None:
    x = np.array([0.0, 60e3, 60e3, 0.0, 0.0])
    jump = np.array([False, True, False, True, False])
    [one] = of_parts("a", x, np.zeros(5), np.arange(5) * 3600.0, jump, n_all=7)
    assert (one.n_fixes, one.n_all, one.distance_km, one.hours) == (2, 7, 60.0, 1.0)
    assert of_parts("a", x, np.zeros(5), np.arange(5.0), jump & False, n_all=7) == []


def test_a_herd_that_is_spread_widely_has_no_animal_far_from_it() -> None:
    wide = np.column_stack([np.arange(6) * 200e3, np.zeros(6)])
    assert far_animals(list("abcdef"), wide) == []
    lost = np.vstack([np.zeros((4, 2)), [[np.nan, np.nan]], [[480e3, 0.0]]])
    assert [one.animal for one in far_animals(list("abcdef"), lost)] == ["f"]
