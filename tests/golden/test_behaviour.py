"""Barrier behaviour of the Wyoming pronghorn, event by event as BaBA told it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer

from corridors.barriers.behaviour import behaviours
from corridors.barriers.behaviour_peer import peer_behaviours, peer_touches
from corridors.barriers.straightness import Tracks

pytestmark = pytest.mark.reference

# BaBA was run in UTM, on positions in whole metres, with the clock of Wyoming.
CRS, CLOCK = "EPSG:32612", "America/Denver"
RULES = {
    "buffer_m": 110.0,
    "bounce_h": 4.0,
    "trapped_h": 36.0,
    "window_h": 168.0,
    "own_sd": 1.0,
    "gap_h": 0.0,
}
WORDS = {
    "Quick_Cross": "quick_cross",
    "Bounce": "bounce",
    "Average_Movement": "average_movement",
    "Back_n_forth": "back_and_forth",
    "Trace": "trace",
    "unknown": "unknown",
}
USUAL = {"quick_cross": 233, "bounce": 203, "average_movement": 37}
PRONGHORN = {
    4: {**USUAL, "back_and_forth": 15, "trace": 10},
    0: {**USUAL, "back_and_forth": 6, "trace": 7, "unknown": 12},
}


def herd(reference: Path, name: str) -> tuple[pd.DataFrame, Tracks]:
    raw = pd.read_csv(reference / "wyoming_fences" / f"{name}.csv")
    x, y = Transformer.from_crs("EPSG:4326", CRS, always_xy=True).transform(
        raw["location-long"].to_numpy(), raw["location-lat"].to_numpy()
    )
    time = pd.to_datetime(raw["timestamp"], utc=True).dt.as_unit("us")
    fixes = pd.DataFrame(
        {"animal": raw["individual-local-identifier"], "time": time, "x": x, "y": y}
    ).sort_values(["animal", "time"], ignore_index=True)
    tracks = Tracks(
        pd.factorize(fixes["animal"], sort=True)[0].astype(np.int64),
        fixes["time"].to_numpy("datetime64[us]").astype(np.int64),
        fixes["x"].round().to_numpy(float),
        fixes["y"].round().to_numpy(float),
    )
    return fixes, tracks


def fences(reference: Path) -> np.ndarray:
    layer = gpd.read_file(reference / "wyoming_fences" / "fences.gpkg")
    assert layer.crs == CRS
    return layer.geometry.to_numpy()


@pytest.mark.parametrize("max_crossings", [4, 0])
def test_every_event_of_the_pronghorn_is_as_baba_tells_it(
    reference: Path, max_crossings: int
) -> None:
    fixes, tracks = herd(reference, "pronghorn")
    told = pd.read_csv(
        reference
        / "goldens"
        / "barrier_behaviour"
        / f"baba_ref_pronghorn_d110_mc{max_crossings}.csv"
    )
    found, burst = peer_behaviours(
        tracks, fences(reference), interval_h=2.0, max_crossings=max_crossings, **RULES
    )
    assert Counter(found.behaviour.tolist()) == PRONGHORN[max_crossings]
    assert len(found) == len(told)
    animal = fixes["animal"].to_numpy()[found.first]
    np.testing.assert_array_equal(animal, told["AnimalID"])
    label = [f"{who}_{number:.15g}" for who, number in zip(animal, burst, strict=True)]
    np.testing.assert_array_equal(label, told["burstID"])
    local = fixes["time"].dt.tz_convert(CLOCK).dt.tz_localize(None).to_numpy()
    for rows, column in ((found.first, "start_time"), (found.last, "end_time")):
        np.testing.assert_array_equal(local[rows], pd.to_datetime(told[column]).to_numpy())
    np.testing.assert_array_equal(tracks.x_m[found.first], told["easting"])
    np.testing.assert_array_equal(tracks.y_m[found.first], told["northing"])
    np.testing.assert_array_equal(found.duration_h, told["duration"])
    np.testing.assert_array_equal(found.n_crossings, told["cross"])
    np.testing.assert_array_equal(found.behaviour, told["eventTYPE"].map(WORDS))
    for ours, column in (
        (found.straightness, "str_i"),
        (found.own.mean, "str_mean"),
        (found.own.sd, "str_sd"),
    ):
        np.testing.assert_allclose(ours, told[column], rtol=1e-11, atol=1e-11)


# Pairs of event and fence: near the first fix only, as BaRanking counts them, and all touched.
@pytest.mark.parametrize(
    ("name", "crossings", "pairs", "fences_met"),
    [("pronghorn", 0, (547, 656), (77, 86)), ("mule_deer", 2, (219, 272), (27, 50))],
)
def test_ours_differs_in_the_fences_that_events_count_on_and_in_shared_vertices(
    reference: Path,
    name: str,
    crossings: int,
    pairs: tuple[int, int],
    fences_met: tuple[int, int],
) -> None:
    _, tracks = herd(reference, name)
    lines = fences(reference)
    peer, _ = peer_behaviours(tracks, lines, interval_h=2.0, max_crossings=4, **RULES)
    ours, touches = behaviours(tracks, lines, max_crossings=4, **RULES)
    np.testing.assert_array_equal(ours.first, peer.first)
    np.testing.assert_array_equal(ours.last, peer.last)
    np.testing.assert_array_equal(ours.behaviour, peer.behaviour)
    assert (ours.n_crossings < peer.n_crossings).sum() == crossings
    assert (ours.n_crossings > peer.n_crossings).sum() == 0
    first = peer_touches(tracks, lines, peer, buffer_m=110.0)
    assert (first.event.size, touches.event.size) == pairs
    assert (np.unique(first.line).size, np.unique(touches.line).size) == fences_met
    ours_too = set(zip(touches.event.tolist(), touches.line.tolist(), strict=True))
    assert set(zip(first.event.tolist(), first.line.tolist(), strict=True)) <= ours_too


def test_what_baba_tells_beside_a_missing_fix_is_often_wrong_and_ours_is_unknown(
    reference: Path,
) -> None:
    wrong_beside_gap, wrong_else = [], []
    lines = fences(reference)
    for name in ("pronghorn", "mule_deer"):
        _, tracks = herd(reference, name)
        truth = np.full(len(tracks), "no event", dtype="U20")
        whole, _ = behaviours(tracks, lines, max_crossings=4, **RULES)
        for first, last, word in zip(whole.first, whole.last, whole.behaviour, strict=True):
            truth[first : last + 1] = word
        for seed in range(3):
            kept = np.flatnonzero(np.random.default_rng(seed).random(len(tracks)) > 0.1)
            thin = Tracks(*(getattr(tracks, n)[kept] for n in ("animal", "time_us", "x_m", "y_m")))
            peer, _ = peer_behaviours(thin, lines, interval_h=2.0, max_crossings=4, **RULES)
            ours, _ = behaviours(thin, lines, max_crossings=4, **RULES)
            np.testing.assert_array_equal(ours.first, peer.first)
            differs = ours.behaviour != peer.behaviour
            assert set(ours.reason[differs]) == {"end"}
            is_wrong = peer.behaviour != truth[kept[peer.first]]
            wrong_beside_gap.append(is_wrong[differs])
            wrong_else.append(is_wrong[~differs])
    assert np.concatenate(wrong_beside_gap).mean() > 0.3
    assert np.concatenate(wrong_else).mean() < 0.1
