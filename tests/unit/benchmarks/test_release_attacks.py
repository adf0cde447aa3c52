"""The attackers find what stands alone, and nothing where nothing does."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks import release_attacks as attacks
from benchmarks.release_attacks import Shown
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

CROWD = box(0, 0, 40_000, 5_000)  # where many animals were
LONE = box(50_000, 2_000, 51_000, 3_000)  # where one was
SITE = np.array([[50_500.0, 2_500.0]])
WAY = box(40_000, 2_400, 50_000, 2_600)  # 200 m wide


def shown(*low: BaseGeometry) -> Shown:
    return Shown({"corridors": [CROWD, *low]}, {"medium": [CROWD], "low": [CROWD, *low]})


def test_the_smallest_feature_is_that_of_one_animal() -> None:
    assert attacks.n_hit(SITE, attacks.small_features(shown(LONE), 1), 500.0) == 1
    assert attacks.n_hit(SITE, attacks.small_features(shown(), 1), 500.0) == 0


def test_the_ground_of_the_lowest_class_alone_is_that_of_one_animal() -> None:
    assert attacks.n_hit(SITE, attacks.inverted_surface(shown(LONE), 40), 100.0) == 1
    assert len(attacks.inverted_surface(shown(), 40)) == 0


def test_a_narrow_way_is_found_and_a_wide_one_is_not() -> None:
    middle = np.array([[45_000.0, 2_500.0]])
    joined = Shown({"corridors": [CROWD, WAY, LONE]}, {})
    assert attacks.n_hit(middle, attacks.thin_places(joined, 5), 500.0) == 1
    assert len(attacks.thin_places(Shown({"corridors": [CROWD]}, {}), 5)) == 0


def test_the_difference_of_two_releases_is_the_animal_between_them() -> None:
    places = attacks.differences(shown(LONE), shown(), 5)
    assert attacks.n_hit(SITE, places, 100.0) == 1
    assert len(attacks.differences(shown(LONE), shown(LONE), 5)) == 0


def test_a_known_track_fits_the_release_that_has_it() -> None:
    known = np.array([[50_200.0, 2_200.0], [20_000.0, 2_000.0]])
    assert attacks.likeness(shown(LONE), known) > attacks.likeness(shown(), known)


def test_animals_are_told_apart_by_their_scores() -> None:
    assert attacks.told_apart([0.9, 0.8], [0.1, 0.8]) == 0.875
    assert attacks.told_apart([0.5, 0.5], [0.5]) == 0.5


def test_random_places_and_lattices_lie_in_the_ground() -> None:
    rng = np.random.default_rng(20240101)
    places = attacks.random_places(LONE, 50, rng)
    assert places.shape == (50, 2)
    assert attacks.n_hit(places, SITE, 708.0) == 50
    assert attacks.spread(box(0, 0, 30, 10), 3).tolist() == [[5, 5], [15, 5], [25, 5]]


@pytest.mark.parametrize("n", [0, 3])
def test_nothing_is_hit_where_there_is_nothing(n: int) -> None:
    assert attacks.n_hit(np.zeros((n, 2)), attacks.NOTHING, 1e9) == 0
