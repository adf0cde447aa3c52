"""Facts of stage `segment`."""

from __future__ import annotations

from corridors.foundation.facts import Facts


class PartialMigration(Facts):
    """Which share of the classified animals and years migrates; null without any.

    Parameters
    ----------
    n_animals_classified
        Animals with a classified year.
    n_animals_always_migrating, n_animals_skipping_years, n_animals_never_migrating
        Of these.
    share_of_animals_migrating, share_of_animal_years_migrating
        0...1.
    """

    n_animals_classified: int
    n_animals_always_migrating: int
    n_animals_skipping_years: int
    n_animals_never_migrating: int
    share_of_animals_migrating: float | None
    share_of_animal_years_migrating: float | None


class SeasonFacts(Facts):
    """The windows of a season.

    Parameters
    ----------
    n_windows, n_open, n_animals
        Windows, those cut by the edge of the data, and their animals.
    median_start, median_end
        MM-DD; null without any. Of stays in a range those count whose first or last day is not
        that of the track.
    median_days
        Length, days.
    median_legs, median_stop_days, longest_stop_days
        Legs of a migration, days in its stops, and the longest stop; unset without legs.
    """

    n_windows: int
    n_open: int
    n_animals: int
    median_start: str | None
    median_end: str | None
    median_days: float | None
    median_legs: float | None = None
    median_stop_days: float | None = None
    longest_stop_days: float | None = None


class SegmentFacts(Facts):
    """Which animals migrate, and when.

    Parameters
    ----------
    bio_year_start
        MM-DD.
    min_distance_km, min_distance_basis
        A shorter displacement is not called migration, and where that value is from.
    n_animals, n_animal_years, n_animals_migrating
        Animals, animal-years, and animals that migrated in a year.
    animal_years, animals_by_best_year
        Class -> animal-years, animals.
    partial_migration
        Who migrates always, sometimes, never.
    seasons
        Season -> its windows.
    range_dates
        Season -> MM-DD from which and to which the herd is in that range.
    """

    bio_year_start: str
    min_distance_km: float
    min_distance_basis: str
    n_animals: int
    n_animal_years: int
    n_animals_migrating: int
    animal_years: dict[str, int]
    animals_by_best_year: dict[str, int]
    partial_migration: PartialMigration
    seasons: dict[str, SeasonFacts]
    range_dates: dict[str, list[str]]
