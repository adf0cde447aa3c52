"""A herd before and after a day, on herds small enough to count by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from corridors.threats.before_after import animal_sums, compare

ANIMALS = ("ann", "bob", "cat", "dan")


def visits(**by_animal: tuple[float, float, float, float]) -> pd.DataFrame:
    """Passages and approaches before, passages and approaches after."""
    rows = []
    for animal, (passed, turned, later_passed, later_turned) in by_animal.items():
        rows.append((animal, "before", passed, turned))
        rows.append((animal, "after", later_passed, later_turned))
    return pd.DataFrame(rows, columns=["animal", "period", "passages", "approaches"])


def years(before: float = 1.0, after: float = 1.0) -> pd.DataFrame:
    rows = [(animal, "before", before) for animal in ANIMALS]
    rows += [(animal, "after", after) for animal in ANIMALS]
    return pd.DataFrame(rows, columns=["animal", "period", "years"])


NO_MIGRATIONS = pd.DataFrame(
    {"animal": [], "period": [], "length_km": [], "straight_km": []}
).astype({"animal": str, "period": str, "length_km": float, "straight_km": float})
HERD = visits(ann=(4, 0, 1, 3), bob=(2, 0, 0, 2), cat=(3, 1, 0, 1), dan=(0, 0, 0, 0))


def measures(sums: pd.DataFrame, min_animals: int = 3) -> pd.DataFrame:
    return compare(sums, min_animals=min_animals, draws=400, seed=3).set_index("measure")


def test_passages_are_counted_per_year_of_all_animals_also_of_those_that_never_came() -> None:
    found = measures(animal_sums(HERD, years(after=0.5), NO_MIGRATIONS, min_days=30.0))
    assert found.loc["passages", "before"] == pytest.approx(9 / 4)
    assert found.loc["passages", "after"] == pytest.approx(1 / 2)
    assert found.loc["passages", ["n_before", "n_after", "n_paired"]].tolist() == [4, 4, 4]
    paired = np.mean([2 - 4, 0 - 2, 0 - 3, 0 - 0])
    assert found.loc["passages", "paired_difference"] == pytest.approx(paired)
    low, high = found.loc["passages", ["paired_p05", "paired_p95"]]
    assert low <= paired <= high


def test_cut_off_are_those_that_came_and_never_passed() -> None:
    found = measures(animal_sums(HERD, years(), NO_MIGRATIONS, min_days=30.0))
    assert found.loc["cut_off", "before"] == 0.0
    assert found.loc["cut_off", "after"] == pytest.approx(2 / 3)
    assert found.loc["cut_off", "n_after"] == 3
    share = found.loc["pass_share"]
    assert share["before"] == pytest.approx(9 / 10)
    assert share["after"] == pytest.approx(1 / 7)


def test_an_animal_tracked_too_shortly_in_a_period_is_left_out_of_it() -> None:
    tracked = years()
    tracked.loc[(tracked["animal"] == "ann") & (tracked["period"] == "after"), "years"] = 0.01
    found = measures(animal_sums(HERD, tracked, NO_MIGRATIONS, min_days=30.0))
    assert found.loc["passages", "n_after"] == 3
    assert found.loc["passages", "after"] == 0.0
    assert found.loc["passages", "n_paired"] == 3


def test_too_few_animals_are_unknown_with_the_reason_and_not_zero() -> None:
    found = measures(animal_sums(HERD, years(), NO_MIGRATIONS, min_days=30.0), min_animals=5)
    row = found.loc["passages"]
    assert row[["before", "after", "difference", "paired_difference"]].isna().all()
    assert row["reason"] == "few_before;few_after;few_paired"
    lengths = measures(animal_sums(HERD, years(), NO_MIGRATIONS, min_days=30.0))
    assert np.isnan(lengths.loc["migration_length", "before"])
    assert lengths.loc["migration_length", "reason"] == "few_before;few_after;few_paired"


def test_animals_of_one_period_only_cannot_be_paired() -> None:
    tracked = years().iloc[[0, 1, 2, 7]]  # ann, bob, cat before; dan after
    found = measures(animal_sums(HERD, tracked, NO_MIGRATIONS, min_days=30.0), min_animals=1)
    row = found.loc["passages"]
    assert row[["n_before", "n_after", "n_paired"]].tolist() == [3, 1, 0]
    assert row["difference"] == pytest.approx(0 - 3)
    assert np.isnan(row["paired_difference"])


def test_migrations_count_with_their_length_and_detour() -> None:
    moves = pd.DataFrame(
        {
            "animal": ["ann", "ann", "bob", "cat", "ann", "bob", "cat"],
            "period": ["before"] * 4 + ["after"] * 3,
            "length_km": [50.0, 60.0, 55.0, np.nan, 100.0, 100.0, 100.0],
            "straight_km": [50.0, 50.0, 50.0, 50.0, 50.0, 0.0, 50.0],
        }
    )
    found = measures(animal_sums(HERD, years(), moves, min_days=30.0), min_animals=2)
    assert found.loc["migration_length", "before"] == pytest.approx(55.0)
    assert found.loc["migration_length", "n_before"] == 2
    assert found.loc["migration_detour", "before"] == pytest.approx(1.1)
    assert found.loc["migration_detour", "after"] == pytest.approx(2.0)  # bob went nowhere
    assert found.loc["migration_detour", "n_after"] == 2


def test_nine_of_ten_intervals_hold_the_truth(rng: np.random.Generator) -> None:
    n_herds, names = 60, [f"animal {n:03d}" for n in range(30)]
    tracked = pd.DataFrame(
        [(name, period, 1.0) for name in names for period in ("before", "after")],
        columns=["animal", "period", "years"],
    )
    held = {"difference": 0, "paired": 0}
    for _ in range(n_herds):
        # Animals differ, and each passes a third as often afterwards.
        own = rng.gamma(3.0, 1.0, len(names))
        met = tracked.assign(
            passages=rng.poisson(np.repeat(own, 2) * np.tile([1.0, 1 / 3], len(names))),
            approaches=0.0,
        )
        sums = animal_sums(met.drop(columns="years"), tracked, NO_MIGRATIONS, min_days=1.0)
        row = compare(sums, min_animals=3, draws=200, seed=3).set_index("measure").loc["passages"]
        held["difference"] += row["difference_p05"] <= -2.0 <= row["difference_p95"]
        held["paired"] += row["paired_p05"] <= -2.0 <= row["paired_p95"]
    assert all(0.78 <= n / n_herds <= 0.98 for n in held.values()), held
