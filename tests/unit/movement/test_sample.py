"""What a sample of animals says of its herd, where the shared cells can be counted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from corridors.movement.sample import Sample, drawn_populations
from worlds.surfaces import CRS, even

# Each animal uses these columns of row 7, evenly.
COLUMNS = {"a": range(4), "b": range(2, 6), "c": range(2, 8)}


def sample(units: pd.DataFrame | None = None) -> Sample:
    used = np.concatenate([np.array(cols) for cols in COLUMNS.values()])
    col, n_animals = np.unique(used, return_counts=True)
    one = pd.DataFrame(
        {"season": "all", "row": 7, "col": col, "mass": 1 / col.size, "n_animals": n_animals}
    )
    cells = pd.concat([one, one.assign(season="spring")])
    estimates = pd.DataFrame({"animal": list(COLUMNS), "season": "spring"})
    fixes = pd.DataFrame({"animal": ["a", "a", "b"], "x_m": [50.0, 350.0, 250.0], "y_m": 750.0})
    made = Sample(
        "h",
        drawn_populations(cells, estimates, CRS, 100.0),
        fixes,
        cell_m=100.0,
        medium_share=0.1,
        high_share=0.2,
        footprint_isopleth=1.0,
        units=pd.DataFrame({"animal": [], "unit": []}) if units is None else units,
    )
    for name, cols in COLUMNS.items():
        made.add(name, [("spring", 2023, even(cols, row=7, cell_m=100.0))])
    return made


def test_skill_is_the_share_of_an_animal_that_the_others_corridor_holds() -> None:
    rows = {row["animal"]: row for row in sample().skill if row["corridor_class"] == "low"}
    # Of a's four columns the others use two; so do its fixes: one of two.
    assert rows["a"]["mass_inside"] == pytest.approx(0.5)
    assert (rows["a"]["fixes_inside"], rows["a"]["n_fixes"]) == (0.5, 2)
    assert rows["b"]["mass_inside"] == pytest.approx(1.0)
    assert rows["c"]["area_km2"] == pytest.approx(6 * 0.01)
    assert np.isnan(rows["c"]["fixes_inside"])


def test_the_curve_of_a_season_ends_at_the_whole_corridor() -> None:
    rows = sample().sufficiency(n_orders=50, seed=1)
    low = [row for row in rows if (row["season"], row["corridor_class"]) == ("spring", "low")]
    assert [row["n_units"] for row in low] == [row["n_animals"] for row in low] == [1, 2, 3]
    # On average one animal uses 14/3 columns; all together use eight.
    assert low[0]["area_km2"] == pytest.approx(14 / 3 * 0.01)
    assert low[2]["area_km2"] == low[2]["area_p05_km2"] == low[2]["area_p95_km2"]
    assert low[2]["area_km2"] == pytest.approx(0.08)


def test_animals_that_travel_together_come_into_a_sample_at_once() -> None:
    together = pd.DataFrame({"animal": ["a", "b", "c"], "unit": [1, 2, 2]})
    rows = sample(together).sufficiency(n_orders=50, seed=1)
    low = [row for row in rows if (row["season"], row["corridor_class"]) == ("spring", "low")]
    assert [(row["n_units"], row["n_animals"]) for row in low] == [(1, 1.5), (2, 3.0)]
    # a uses four columns, b and c together six, all of them eight.
    assert [row["area_km2"] for row in low] == pytest.approx([0.05, 0.08])
    assert low[1]["slope_frac"] == pytest.approx(3 / 8)
    assert (low[0]["area_p05_km2"], low[0]["area_p95_km2"]) == pytest.approx((0.04, 0.06))


def test_the_years_of_an_animal_are_compared_within_a_season() -> None:
    made = sample()
    made.add("d", [("spring", year, even(range(4), row=7, cell_m=100.0)) for year in (2023, 2024)])
    (row,) = made.fidelity
    assert (row["animal"], row["bio_year"], row["other_year"]) == ("d", 2023, 2024)
    assert row["bhattacharyya"] == pytest.approx(1.0)


def test_without_a_drawn_herd_only_the_years_are_compared() -> None:
    fixes = pd.DataFrame({"animal": [], "x_m": [], "y_m": []}, dtype=float)
    made = Sample(
        "h",
        {},
        fixes,
        cell_m=100.0,
        medium_share=0.1,
        high_share=0.2,
        footprint_isopleth=1.0,
        units=pd.DataFrame({"animal": [], "unit": []}),
    )
    made.add("a", [("spring", year, even(range(4), row=7, cell_m=100.0)) for year in (2023, 2024)])
    assert len(made.fidelity) == 1
    assert made.skill == made.sufficiency(n_orders=50, seed=1) == []
