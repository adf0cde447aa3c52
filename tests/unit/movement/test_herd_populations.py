"""From the windows of animals to the herds of each part and season."""

from __future__ import annotations

from corridors.movement.herd_populations import WindowSurface, peer_populations, populations
from corridors.movement.migration_mapper_herd import Peer, PeerPopulation
from worlds.surfaces import surface


def window(migration: str, part: str, season: str, col: int) -> WindowSurface:
    """Return a window with three quarters of its mass in one cell, the rest in the row above."""
    return WindowSurface(migration, part, season, surface({(3, col): 0.75, (4, col): 0.25}))


ANIMALS = [
    ("a", [window("a1", "migration", "spring", 1), window("a2", "migration", "autumn", 2)]),
    ("b", [window("b1", "migration", "spring", 1), window("b2", "range", "winter", 7)]),
]


def test_migrations_make_a_herd_per_season_and_one_of_all() -> None:
    found = populations((own for _, own in ANIMALS), footprint_isopleth=0.99)
    assert {key: one.n_tracked for key, one in found.items()} == {
        ("migration", "all"): 2,
        ("migration", "autumn"): 1,
        ("migration", "spring"): 2,
        ("range", "winter"): 1,
    }
    # One half of animal a's vote went to each season.
    assert found["migration", "all"].surface.mass.tolist() == [0.5625, 0.1875, 0.1875, 0.0625]
    assert found["migration", "all"].n_animals.tolist() == [2, 1, 2, 1]


def test_the_peer_puts_the_same_windows_together_by_year() -> None:
    peer = Peer(
        time_step_min=5.0,
        grid_margin_frac=0.3,
        kept_frac=0.9999,
        merged_frac=1.0,
        merge_order=("animal", "year"),
    )
    years = {"a1": 2023, "a2": 2024, "b1": 2023, "b2": 2023}
    found = peer_populations(ANIMALS, years, peer, footprint_isopleth=0.99)
    ours = populations((own for _, own in ANIMALS), footprint_isopleth=0.99)
    assert list(found) == list(ours)
    assert all(type(one) is PeerPopulation for one in found.values())
    # A footprint of the peer lacks the cell that crosses the isopleth.
    assert found["migration", "all"].n_animals.tolist() == [2, 1, 0, 0]
