"""The verbs beyond their examples: what they pass on, and what they refuse."""

from __future__ import annotations

import pytest

import corridors
from corridors.foundation.errors import ConfigError
from corridors.foundation.facts import Unit
from corridors.notebook import example


def test_the_herd_and_its_species_are_those_of_the_fixes() -> None:
    motorway = corridors.barrier_layer(example.fence(), kind="road", class_="motorway")
    seen = {}
    for species in ("", "Cervus canadensis"):
        cleaned = corridors.clean(corridors.fixes(example.frame(), herd="elk", species=species))
        crossed = corridors.crossings(
            motorway, cleaned, example.segmented(), example.surfaces(), example.drawn()
        )
        facts = corridors.rank(cleaned, example.drawn(), crossed).facts
        assert facts.herd == "elk"
        (prior,) = facts.priors.values()
        seen[species] = prior.permeability
    # As packaged: of any ungulate, and of deer of the genus: 0.09 crossings per approach, of which
    # 0.68 are free to pass.
    assert seen == pytest.approx({"": 0.13, "Cervus canadensis": 0.09 / 0.68})


def test_a_herd_of_a_known_size_multiplies_the_passages() -> None:
    given = (example.cleaned(), example.drawn(), example.crossed())
    one = corridors.rank(*given).threats.read()
    many = corridors.rank(*given, population_size=50.0, population_source="count of 2023")
    assert many.facts.unit == Unit.of(50.0, "count of 2023")
    for name in ("trials_per_year", "free_per_year", "missing_per_year"):
        found = many.threats.read()[name].to_numpy()
        assert found == pytest.approx(50 * one[name].to_numpy())
    with pytest.raises(ConfigError, match="population_source"):
        corridors.rank(*given, population_size=50.0)


def test_a_key_that_does_not_exist_is_told_with_its_section() -> None:
    with pytest.raises(ConfigError) as caught:
        corridors.segment(example.cleaned(), segment={"min_fixs": 5, "n_starts": 0})
    assert [(fault.column, fault.cure) for fault in caught.value.faults] == [
        ("segment.n_starts", None),
        ("segment.min_fixs", "did you mean min_fixes?"),
    ]


def test_lists_serve_where_the_configuration_has_lists() -> None:
    found = corridors.corridor(
        example.segmented(), example.surfaces(), delineate={"range_isopleths": [0.9]}
    )
    assert set(found.ranges.read()["isopleth"]) == {0.9}
