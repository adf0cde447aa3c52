"""The herd of each part of the year and season, from the surfaces of its animals one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from corridors.foundation.grid import Surface
from corridors.movement.migration_mapper_herd import Peer, PeerHerd
from corridors.movement.population import Herd, Population, Use, animal, window

ALL = "all"  # every migration, whatever its season
_MIGRATION = "migration"

Key = tuple[str, str]


@dataclass(frozen=True)
class WindowSurface:
    """The surface of one window: its migration's id, part (``migration range``) and season."""

    migration: str
    part: str
    season: str
    surface: Surface

    @property
    def keys(self) -> tuple[Key, ...]:
        """Parts and seasons that the window counts for; a migration counts for all of them, too."""
        own = (self.part, self.season)
        return (own, (_MIGRATION, ALL)) if self.part == _MIGRATION else (own,)


def populations(
    animals: Iterable[Sequence[WindowSurface]], *, footprint_isopleth: float
) -> dict[Key, Population]:
    """Return the herd of each part and season, and of all migrations, sorted.

    Parameters
    ----------
    animals
        The windows of each animal; memory holds one animal's.
    footprint_isopleth
        See :func:`~corridors.movement.population.window`.
    """
    herds: dict[Key, Herd] = {}
    for windows in animals:
        uses: dict[Key, list[Use]] = {}
        for one in windows:
            use = window(one.surface, footprint_isopleth=footprint_isopleth)
            uses.setdefault((one.part, one.season), []).append(use)
        for (part, season), some in uses.items():
            herds.setdefault((part, season), Herd()).add(animal({season: some}))
        migrations = {season: some for (part, season), some in uses.items() if part == _MIGRATION}
        if migrations:
            herds.setdefault((_MIGRATION, ALL), Herd()).add(animal(migrations))
    found = ((key, herd.population()) for key, herd in sorted(herds.items()))
    return {key: population for key, population in found if population is not None}


def peer_populations(
    animals: Iterable[tuple[str, Sequence[WindowSurface]]],
    bio_year: Mapping[str, int],
    peer: Peer,
    *,
    footprint_isopleth: float,
) -> dict[Key, Population]:
    """Return the same as Migration Mapper puts it together.

    Parameters
    ----------
    animals
        Name and windows of each animal; memory holds one animal's.
    bio_year
        Biological year of each migration.
    peer
        How it merges surfaces.
    footprint_isopleth
        Isopleth of a migration's footprint, 0...1.
    """
    herds: dict[Key, PeerHerd] = {}
    for name, windows in animals:
        uses: dict[Key, dict[int, list[Surface]]] = {}
        for one in windows:
            for key in one.keys:
                years = uses.setdefault(key, {})
                years.setdefault(int(bio_year[one.migration]), []).append(one.surface)
        for key, years in uses.items():
            if key not in herds:
                herds[key] = PeerHerd(
                    peer.merge_order,
                    kept_frac=peer.merged_frac,
                    footprint_isopleth=footprint_isopleth,
                )
            herds[key].add(name, years)
    found = ((key, herd.population()) for key, herd in sorted(herds.items()))
    return {key: population for key, population in found if population is not None}
