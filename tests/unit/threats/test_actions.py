"""Fence sections, footprints and borders: what to do where."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from corridors.threats.actions import fence_sections, footprints, gain_frac, stretches_to_agree


def fence(
    barrier: str, *blocked: float, km: float = 1.0, permeability: float = 0.5
) -> pd.DataFrame:
    n = len(blocked)
    at = np.arange(n) * km
    return pd.DataFrame(
        {
            "segment": [f"{barrier}@{k}" for k in range(n)],
            "barrier": barrier,
            "name": barrier.upper(),
            "class": "",
            "from_km": at,
            "to_km": at + km,
            "length_m": 1000 * km,
            "permeability_mean": permeability,
            "blocked_per_year": blocked,
            "blocked_p05": [0.5 * b for b in blocked],
            "blocked_p95": [2.0 * b for b in blocked],
            "n_animals": range(1, n + 1),
            "corridor_class": ["low", "high", "outside", "medium", "low"][:n],
        }
    )


def sections(*fences: pd.DataFrame, **changed: float) -> pd.DataFrame:
    chosen = {"section_frac": 0.5, "min_section_m": 500.0, "modified": 0.75} | changed
    return fence_sections(pd.concat(fences, ignore_index=True), **chosen)


def test_neighbours_that_are_worth_it_make_one_section() -> None:
    first, second, third = sections(fence("a", 8.0, 6.0, 0.0, 1.0, 5.0)).to_dict("records")
    assert (first["from_km"], first["to_km"], first["n_segments"]) == (0.0, 2.0, 2)
    assert first["removed_gain"] == 14.0
    assert first["gain_per_km"] == 7.0
    assert (first["removed_gain_p05"], first["removed_gain_p95"]) == (7.0, 28.0)
    # From permeability 0.5 to 0.75 half of what was blocked passes.
    assert first["modified_gain"] == 7.0
    assert (first["corridor_class"], first["n_animals"]) == ("high", 2)
    # The weak neighbour of the other section stays out of it, and is a section of its own.
    assert (second["from_km"], second["to_km"]) == (4.0, 5.0)
    assert (third["from_km"], third["to_km"]) == (3.0, 4.0)


def test_every_segment_that_blocks_is_in_one_section_and_no_other() -> None:
    rng = np.random.default_rng(3)
    blocked = [rng.gamma(0.4, 2.0, 5) * (rng.random(5) < 0.7) for _ in range(40)]
    fences = [fence(f"f{k}", *own) for k, own in enumerate(blocked)]
    found = sections(*fences)
    named = [name for names in found["segments"] for name in names]
    every = pd.concat(fences)
    assert sorted(named) == sorted(every.loc[every["blocked_per_year"] > 0, "segment"])
    assert found["removed_gain"].sum() == pytest.approx(every["blocked_per_year"].sum())
    assert (found["to_km"] - found["from_km"]).to_numpy() == pytest.approx(found["length_m"] / 1000)


def test_a_section_is_not_joined_over_a_gap_or_between_fences() -> None:
    apart = fence("a", 5.0, 5.0)
    apart.loc[1, ["from_km", "to_km"]] = [3.0, 4.0]
    assert len(sections(apart)) == 2
    assert len(sections(fence("a", 5.0), fence("b", 5.0))) == 2


def test_a_crumb_does_not_come_first_for_being_short() -> None:
    found = sections(fence("crumb", 1.0, km=0.02), fence("real", 4.0))
    assert found["barrier"].tolist() == ["real", "crumb"]
    assert found["gain_per_km"].tolist() == [4.0, 2.0]


def test_nothing_blocked_needs_no_section() -> None:
    assert len(sections(fence("a", 0.0, 0.0))) == 0
    assert len(sections(fence("a"))) == 0


def test_a_fence_that_is_already_open_gains_nothing_by_modifying_it() -> None:
    (row,) = sections(fence("a", 2.0, permeability=0.9)).to_dict("records")
    assert row["modified_gain"] == 0.0
    assert row["removed_gain"] == 2.0
    assert gain_frac(np.array([1.0]), permeability_after=1.0).tolist() == [0.0]


def test_footprints_come_in_order_of_what_is_spared_per_area_and_unknown_ones_not_at_all() -> None:
    exposed = pd.DataFrame({"polygon": list("abcd"), "score": [0.2, 0.1, np.nan, 0.0]})
    found = footprints(exposed, np.array([10.0, 1.0, 1.0, 1.0]))
    assert found["polygon"].tolist() == ["b", "a"]
    assert found["avoided_per_km2"].tolist() == pytest.approx([0.1, 0.02])


def test_a_stretch_matters_by_what_crosses_and_what_is_blocked_there() -> None:
    stretches = pd.DataFrame(
        {
            "stretch": list("abcd"),
            "corridor_class": ["outside", "low", "outside", "outside"],
            "expected_per_year": [2.0, np.nan, 1.0, 0.0],
        }
    )
    found = stretches_to_agree(stretches, np.array([0.0, 0.0, 4.0, 0.0]), np.array([0, 0, 2, 0]))
    # b: nobody was tracked, but the corridor lies on it. d: nothing at all.
    assert found["stretch"].tolist() == ["c", "a", "b"]
    assert found["expected_per_year"].isna().tolist() == [False, False, True]
