"""Priors of barrier classes: by class, by species, and moved by the herd's own steps."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from corridors.foundation.vocabulary import BARRIER_KINDS
from corridors.threats.priors import (
    FREE_FRAC,
    LABELS,
    MEASURES,
    packaged,
    prior_table,
    relative,
    with_estimates,
)


def prior(kind: str, name: str, species: str = "", **overrides: float) -> tuple[float, str, str]:
    found = prior_table(pd.Series([kind]), pd.Series([name]), overrides=overrides, species=species)
    return tuple(found.iloc[0][["permeability", "key", "basis"]])


def row(kind: str, name: str, species: str = "") -> pd.Series:
    table = packaged().set_index(["kind", "class", "species"])
    return table.loc[(kind, name, species)]


def test_every_row_is_labelled_has_a_basis_and_a_share_and_every_kind_a_default() -> None:
    table = packaged()
    assert set(table["label"]) == set(LABELS)
    assert set(table["measure"]) == set(MEASURES)
    assert table["permeability"].between(0, 1).all()
    assert table["basis"].str.len().gt(10).all()
    assert not table.duplicated(["kind", "class", "species"]).any()
    assert set(table["kind"]) == set(BARRIER_KINDS)
    default = table[(table["class"] == "") & (table["species"] == "")]
    assert set(default["kind"]) == set(BARRIER_KINDS)


def test_what_is_called_published_or_counted_cites_where() -> None:
    table = packaged()
    cited = table[table["label"].isin(["published", "truncated", "counts"])]
    assert len(cited) >= 6
    assert cited["basis"].str.contains(r"doi 10\.|rosap\.ntl\.bts\.gov").all()
    # A number of one species says nothing of another.
    assert (cited["species"] != "").all()
    # And the words of the basis say the same as the label.
    starts = {
        "published": "published:",
        "truncated": "truncated at its source, not published:",
        "counts": "from counts:",
        "proposed": "proposed, not published",
        "definition": "by definition:",
    }
    for label, text in zip(table["label"], table["basis"], strict=True):
        assert text.startswith(starts[label])


def test_a_figure_cut_off_in_its_source_is_not_called_published() -> None:
    elk = row("road", "primary", "Cervus")
    assert elk["label"] == "truncated"
    assert "0.43" in elk["basis"]


def test_crossings_per_approach_are_divided_by_what_free_animals_do() -> None:
    table = packaged()
    raw = table[table["measure"] == "per_approach"]
    assert len(raw) == 3
    np.testing.assert_allclose(raw["permeability"], raw["value"] / FREE_FRAC)
    assert raw["basis"].str.endswith("over 0.68, the share of free approaches that pass").all()
    # Who passes as often as free animals do is not held up, however often that is.
    assert relative("per_approach", 0.8, np.nan, of_class=0.5)[0] == 1.0
    # Nobody who came to an underpass walked past it by chance.
    assert relative("at_structure", 0.92, np.nan, of_class=0.7) == (0.92, "")


@pytest.mark.parametrize(
    ("kind", "name", "species", "n"),
    [
        ("fence", "border_fence", "Equus hemionus", 12),
        ("border", "border_fence", "Equus hemionus", 12),
        ("rail", "railway_fenced", "Procapra gutturosa", 24),
    ],
)
def test_animals_of_which_none_crossed_lower_the_permeability(
    kind: str, name: str, species: str, n: int
) -> None:
    counted, proposed = row(kind, name, species), row(kind, name)
    assert counted["permeability"] < proposed["permeability"]
    assert counted["of"] == n
    assert counted["permeability"] == pytest.approx(4 * 0.02 / (4 + n * FREE_FRAC))


def test_animals_are_one_approach_each_and_more_of_them_say_more() -> None:
    none = [relative("animals", 0, n, of_class=0.5)[0] for n in (0, 1, 10, 1000)]
    assert none == sorted(none, reverse=True)
    assert none[0] == 0.5
    assert none[-1] < 0.01
    # As many as free animals would: no barrier.
    assert relative("animals", 680, 1000, of_class=0.5)[0] == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize(
    ("kind", "name", "species", "value", "key"),
    [
        ("road", "motorway", "", 0.13, "road/motorway"),
        ("road", "motorway", "Ovis ammon", 0.13, "road/motorway"),
        ("road", "motorway", "Cervus canadensis nelsoni", 0.09 / 0.68, "road/motorway/Cervus"),
        ("road", "motorway", "Cervus elaphus", 0.09 / 0.68, "road/motorway/Cervus"),
        ("road", "primary", "Cervus", 0.43 / 0.68, "road/primary/Cervus"),
        ("road", "road_fenced", "Antilocapra americana", 0.006 / 0.68,
         "road/road_fenced/Antilocapra americana"),
        ("road", "road_with_crossings", "Odocoileus hemionus", 0.92,
         "road/road_with_crossings/Odocoileus hemionus"),
        ("road", "road_with_crossings", "Odocoileus virginianus", 0.7, "road/road_with_crossings"),
        ("rail", "railway_fenced", "Procapra gutturosa", 0.08 / 20.32,
         "rail/railway_fenced/Procapra gutturosa"),
        ("fence", "border_fence", "Equus hemionus", 0.08 / 12.16,
         "fence/border_fence/Equus hemionus"),
        ("border", "border_fence", "Equus hemionus", 0.08 / 12.16,
         "border/border_fence/Equus hemionus"),
        ("fence", "woven", "Equus hemionus", 0.5, "fence/"),
        ("moat", "", "", 0.5, "other/"),
    ],
)  # fmt: skip
def test_class_goes_before_species_and_species_before_genus_before_any(
    kind: str, name: str, species: str, value: float, key: str
) -> None:
    assert prior(kind, name, species)[:2] == (pytest.approx(value), key)


def test_a_value_of_the_study_goes_before_all() -> None:
    value, key, basis = prior("road", "motorway", "Cervus elaphus", motorway=0.3)
    assert (value, key, basis) == (0.3, "road/motorway", "stated in the configuration")


def test_rows_keep_the_index_and_order_they_came_with() -> None:
    kinds = pd.Series(["fence", "road", "fence"], index=[7, 3, 5])
    classes = pd.Series(["", "primary", "border_fence"], index=[7, 3, 5])
    found = prior_table(kinds, classes, overrides={})
    assert found.index.tolist() == [7, 3, 5]
    assert found["permeability"].tolist() == [0.5, 0.6, 0.02]


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
