"""Fence sections, footprints and borders: what to do where."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from corridors.threats.actions import fence_sections, footprints, stretches_to_agree
from corridors.threats.gain_draws import GainDraws, summed


def fence(barrier: str, *missing: float, km: float = 1.0, line: int = 0) -> pd.DataFrame:
    n = len(missing)
    at = np.arange(n) * km
    return pd.DataFrame(
        {
            "segment": [f"{barrier}@{k}" for k in range(n)],
            "threat": [f"place of {barrier}"] * n,
            "barrier": barrier,
            "name": barrier.upper(),
            "class": "",
            "from_km": at,
            "to_km": at + km,
            "length_m": 1000 * km,
            "kappa": 0.5,
            "missing": list(missing),
            "n_animals": range(1, n + 1),
            "n_units": range(1, n + 1),
            "corridor_class": ["low", "high", "outside", "medium", "low"][:n],
            "line": line,
            "position": np.arange(n),
        }
    )


def gains(parts: pd.DataFrame, *, kappa: float = 0.5) -> GainDraws:
    """Return two draws with what is missing as mean: all of it once more, or none."""
    free = parts["missing"].to_numpy(float) / (1.0 - kappa)
    twice = np.stack([0.0 * free, 2.0 * free])
    return GainDraws(twice, (1.0 - kappa) * twice)


def sections(*fences: pd.DataFrame, kappa: float = 0.5) -> pd.DataFrame:
    parts = pd.concat(fences, ignore_index=True)
    return fence_sections(
        parts, gains(parts, kappa=kappa), section_frac=0.5, min_section_m=500.0, modified=0.75
    )


def test_neighbours_that_are_worth_it_make_one_section() -> None:
    first, second, third = sections(fence("a", 8.0, 6.0, 0.0, 1.0, 5.0)).to_dict("records")
    assert (first["from_km"], first["to_km"], first["n_segments"]) == (0.0, 2.0, 2)
    assert first["removed_gain"] == 14.0
    assert first["gain_per_km"] == 7.0
    # Both segments have their gain in the same draw: 0 or 28 of the sum.
    assert (first["removed_gain_p05"], first["removed_gain_p95"]) == pytest.approx((1.4, 26.6))
    # From permeability 0.5 to 0.75 half of what is missing passes.
    assert first["modified_gain"] == 7.0
    assert (first["corridor_class"], first["n_animals"], first["n_units"]) == ("high", 2, 2)
    # The weak neighbour of the other section stays out of it, and is a section of its own.
    assert (second["from_km"], second["to_km"]) == (4.0, 5.0)
    assert (third["from_km"], third["to_km"]) == (3.0, 4.0)


def test_every_segment_where_something_is_missing_is_in_one_section_and_no_other() -> None:
    rng = np.random.default_rng(3)
    missing = [rng.gamma(0.4, 2.0, 5) * (rng.random(5) < 0.7) for _ in range(40)]
    fences = [fence(f"f{k}", *own, line=k) for k, own in enumerate(missing)]
    found = sections(*fences)
    named = [name for names in found["segments"] for name in names]
    every = pd.concat(fences)
    assert sorted(named) == sorted(every.loc[every["missing"] > 0, "segment"])
    assert found["removed_gain"].sum() == pytest.approx(every["missing"].sum())
    assert (found["to_km"] - found["from_km"]).to_numpy() == pytest.approx(found["length_m"] / 1000)


def test_a_section_goes_on_from_feature_to_feature_and_stops_at_a_gap_and_the_end_of_a_line() -> (
    None
):
    whole = pd.concat([fence("a", 5.0, 5.0), fence("b", 5.0)], ignore_index=True)
    whole["position"] = [0, 1, 2]
    (row,) = sections(whole).to_dict("records")
    assert (row["barrier"], row["length_m"]) == ("a", 3000.0)
    assert row["threats"] == "place of a;place of b"
    apart = fence("a", 5.0, 5.0).assign(position=[0, 2])
    assert len(sections(apart)) == 2
    assert len(sections(fence("a", 5.0), fence("b", 5.0, line=1))) == 2


def test_a_crumb_does_not_come_first_for_being_short() -> None:
    found = sections(fence("crumb", 1.0, km=0.02), fence("real", 4.0, line=1))
    assert found["barrier"].tolist() == ["real", "crumb"]
    assert found["gain_per_km"].tolist() == [4.0, 2.0]


def test_where_nothing_is_missing_no_section_is_needed() -> None:
    assert len(sections(fence("a", 0.0, 0.0))) == 0
    assert len(sections(fence("a"))) == 0


def test_a_fence_that_is_already_open_gains_nothing_by_modifying_it() -> None:
    (row,) = sections(fence("a", 2.0), kappa=0.9).to_dict("records")
    assert row["modified_gain"] == 0.0
    assert row["removed_gain"] == pytest.approx(2.0)


def test_a_segment_has_its_share_of_the_draws_of_its_place() -> None:
    parts = pd.DataFrame({"threat": ["p", "p", "q"], "share": [0.25, 0.75, np.nan]})
    draws = pd.DataFrame(
        {
            "place": ["p", "p"],
            "draw": [0, 1],
            "free_per_year": [4.0, 8.0],
            "missing_per_year": [2.0, 0.0],
        }
    )
    found = GainDraws.of(parts, draws)
    assert found.missing.tolist() == [[0.5, 1.5, 0.0], [0.0, 0.0, 0.0]]
    assert found.raised(0.75).tolist() == [[0.25, 0.75, 0.0], [0.0, 0.0, 0.0]]
    assert summed(found.missing, np.array([0, 0, -1]), 1)[0].tolist() == [1.0]


def test_footprints_come_in_order_of_what_is_spared_per_area_and_unknown_ones_not_at_all() -> None:
    exposed = pd.DataFrame({"polygon": list("abcd"), "score": [0.2, 0.1, np.nan, 0.0]})
    found = footprints(exposed, np.array([10.0, 1.0, 1.0, 1.0]))
    assert found["polygon"].tolist() == ["b", "a"]
    assert found["avoided_per_km2"].tolist() == pytest.approx([0.1, 0.02])


def test_a_stretch_matters_by_what_crosses_and_what_is_missing_there() -> None:
    stretches = pd.DataFrame(
        {
            "stretch": list("abcd"),
            "corridor_class": ["outside", "low", "outside", "outside"],
            "expected_per_year": [2.0, np.nan, 1.0, 0.0],
            "missing_nearby_per_year": [0.0, 0.0, 4.0, 0.0],
        }
    )
    found = stretches_to_agree(stretches)
    # b: nobody was tracked, but the corridor lies on it. d: nothing at all.
    assert found["stretch"].tolist() == ["c", "a", "b"]
    assert found["expected_per_year"].isna().tolist() == [False, False, True]
