"""Priors of barrier classes: by class, by species, and moved by the herd's own steps."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from corridors.foundation.vocabulary import BARRIER_KINDS
from corridors.threats.priors import packaged, prior_table, with_estimates


def prior(kind: str, name: str, species: str = "", **overrides: float) -> tuple[float, str, str]:
    found = prior_table(pd.Series([kind]), pd.Series([name]), overrides=overrides, species=species)
    return tuple(found.iloc[0][["permeability", "key", "basis"]])


def test_every_row_is_labelled_has_a_basis_and_a_share_and_every_kind_a_default() -> None:
    table = packaged()
    assert (table["label"] == "prior").all()
    assert table["permeability"].between(0, 1).all()
    assert table["basis"].str.len().gt(10).all()
    assert not table.duplicated(["kind", "class", "species"]).any()
    assert set(table["kind"]) == set(BARRIER_KINDS)
    default = table[(table["class"] == "") & (table["species"] == "")]
    assert set(default["kind"]) == set(BARRIER_KINDS)


def test_what_is_called_published_or_counted_cites_where() -> None:
    table = packaged()
    cited = table[~table["basis"].str.startswith(("proposed", "by definition"))]
    assert len(cited) >= 6
    assert cited["basis"].str.startswith(("published:", "from counts:")).all()
    assert cited["basis"].str.contains(r"doi 10\.|rosap\.ntl\.bts\.gov").all()
    # A number of one species says nothing of another.
    assert (cited["species"] != "").all()


@pytest.mark.parametrize(
    ("kind", "name", "species", "value", "key"),
    [
        ("road", "motorway", "", 0.1, "road/motorway"),
        ("road", "motorway", "Ovis ammon", 0.1, "road/motorway"),
        ("road", "motorway", "Cervus canadensis nelsoni", 0.09, "road/motorway/Cervus"),
        ("road", "motorway", "Cervus elaphus", 0.09, "road/motorway/Cervus"),
        ("road", "primary", "Cervus", 0.43, "road/primary/Cervus"),
        ("road", "road_fenced", "Antilocapra americana", 0.006,
         "road/road_fenced/Antilocapra americana"),
        ("road", "road_with_crossings", "Odocoileus hemionus", 0.92,
         "road/road_with_crossings/Odocoileus hemionus"),
        ("road", "road_with_crossings", "Odocoileus virginianus", 0.7, "road/road_with_crossings"),
        ("rail", "railway_fenced", "Procapra gutturosa", 0.02,
         "rail/railway_fenced/Procapra gutturosa"),
        ("fence", "border_fence", "Equus hemionus", 0.04, "fence/border_fence/Equus hemionus"),
        ("border", "border_fence", "Equus hemionus", 0.04, "border/border_fence/Equus hemionus"),
        ("fence", "woven", "Equus hemionus", 0.5, "fence/"),
        ("moat", "", "", 0.5, "other/"),
    ],
)  # fmt: skip
def test_class_goes_before_species_and_species_before_genus_before_any(
    kind: str, name: str, species: str, value: float, key: str
) -> None:
    assert prior(kind, name, species)[:2] == (value, key)


def test_a_value_of_the_study_goes_before_all() -> None:
    value, key, basis = prior("road", "motorway", "Cervus elaphus", motorway=0.3)
    assert (value, key, basis) == (0.3, "road/motorway", "stated in the configuration")


def test_rows_keep_the_index_and_order_they_came_with() -> None:
    kinds = pd.Series(["fence", "road", "fence"], index=[7, 3, 5])
    classes = pd.Series(["", "primary", "border_fence"], index=[7, 3, 5])
    found = prior_table(kinds, classes, overrides={})
    assert found.index.tolist() == [7, 3, 5]
    assert found["permeability"].tolist() == [0.5, 0.4, 0.02]


def estimates(**changes: object) -> pd.DataFrame:
    row = {
        "kind": "fence", "class": "", "covariate": "class", "source": "estimated",
        "permeability": 0.9, "expected": 16.0, "spread": 1.0,
    }  # fmt: skip
    return pd.DataFrame([{**row, **changes}])


def moved(found: pd.DataFrame, kind: str = "fence", name: str = "") -> tuple[float, str]:
    kinds, classes = pd.Series([kind]), pd.Series([name])
    before = prior_table(kinds, classes, overrides={})
    row = with_estimates(before, kinds, classes, found, prior_trials=4.0).iloc[0]
    return float(row["permeability"]), str(row["label"])


def test_an_estimate_weighs_as_many_encounters_as_crossings_were_expected() -> None:
    assert moved(estimates()) == (pytest.approx((4 * 0.5 + 16 * 0.9) / 20), "estimated")


def test_animals_that_differ_take_weight_from_the_estimate() -> None:
    assert moved(estimates(spread=4.0))[0] == pytest.approx((4 * 0.5 + 4 * 0.9) / 8)
    assert moved(estimates(spread=0.3)) == moved(estimates(spread=np.nan)) == moved(estimates())


def test_a_limit_pulls_to_its_side_as_so_many_failed_or_passed_tries() -> None:
    closed = estimates(source="upper_limit", permeability=np.nan, spread=np.nan)
    assert moved(closed) == (pytest.approx(4 * 0.5 / 20), "estimated")
    free = estimates(source="lower_limit", permeability=np.nan, spread=np.nan)
    assert moved(free) == (pytest.approx((4 * 0.5 + 16) / 20), "estimated")


@pytest.mark.parametrize(
    "changes",
    [
        {"source": "prior"},
        {"source": "none", "permeability": np.nan},
        {"covariate": "kind", "class": "all"},
        {"covariate": "season", "class": "all"},
        {"class": "border_fence"},
        {"kind": "road"},
    ],
)
def test_nothing_else_moves_the_prior(changes: dict[str, object]) -> None:
    assert moved(estimates(**changes)) == (0.5, "prior")


def test_without_rows_the_priors_stay() -> None:
    assert moved(estimates().iloc[:0]) == (0.5, "prior")
