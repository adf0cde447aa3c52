"""What a tier leaves out, how coarse it shows the rest, and of which species coarser."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from shapely.geometry import LineString, box

from corridors.config.release import PublicTier, Release
from corridors.stages.download.tiers import Tier, generalised, tier_of


def test_ground_becomes_the_cells_of_a_lattice_that_does_not_depend_on_it() -> None:
    shape = box(-250.0, 1010.0, -90.0, 1090.0)
    cells = generalised(shape, 100.0)
    assert cells.equals(box(-300.0, 1000.0, 0.0, 1100.0))
    moved = generalised(box(-249.0, 1011.0, -91.0, 1089.0), 100.0)
    assert moved.equals(cells)


def test_what_only_meets_the_edge_of_a_cell_is_not_in_it() -> None:
    assert generalised(box(100.0, 100.0, 200.0, 200.0), 100.0).equals(box(100, 100, 200, 200))
    along = generalised(LineString([(100.0, 150.0), (200.0, 150.0)]), 100.0)
    assert along.equals(box(100, 100, 200, 200))


def test_holes_smaller_than_a_cell_are_not_told() -> None:
    ring = box(0.0, 0.0, 300.0, 300.0).difference(box(120.0, 120.0, 180.0, 180.0))
    assert generalised(ring, 100.0).equals(box(0, 0, 300, 300))


def test_each_tier_shows_less_than_the_one_before() -> None:
    release = Release(min_animals=3)
    internal, partner, public = (
        tier_of(name, "Cervus elaphus", release) for name in ("internal", "partner", "public")
    )
    assert (internal.min_animals, internal.grid_m) == (1, None)
    assert (partner.min_animals, partner.grid_m) == (3, None)
    assert (public.min_animals, public.grid_m) == (3, 5000.0)


@pytest.mark.parametrize(
    ("species", "grid_m"),
    [
        ("Ovis ammon", 20_000.0),
        ("ovis ammon polii", 20_000.0),
        ("Moschus leucogaster", 20_000.0),
        ("Ovis", 5_000.0),
        ("Ovis canadensis", 5_000.0),
        ("Moschuss", 5_000.0),
    ],
)
def test_poached_species_with_their_subspecies_are_coarser(species: str, grid_m: float) -> None:
    assert tier_of("public", species, Release()).grid_m == grid_m


def test_an_empty_name_of_a_species_is_that_of_none() -> None:
    public = PublicTier(poached_species=("", " "))
    assert tier_of("public", "Ovis ammon", Release(public=public)).grid_m == 5_000.0


def test_a_grid_of_poached_species_that_is_finer_is_refused() -> None:
    with pytest.raises(ValidationError, match="poached_grid_km must not be below grid_km"):
        PublicTier(grid_km=30.0)


@pytest.mark.parametrize(
    ("n_animals", "told"),
    [(0, ""), (2, "2-4"), (4, "2-4"), (5, "5-9"), (49, "20-49"), (50, "50+"), (900, "50+")],
)
def test_the_public_tier_tells_a_span_of_the_sample(n_animals: int, told: str) -> None:
    assert Tier("public", 2, 5000.0).sample(n_animals) == told
    assert Tier("partner", 2).sample(n_animals) == ("" if n_animals == 0 else str(n_animals))
