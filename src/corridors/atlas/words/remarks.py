"""What stages have to tell a reader, in sentences made of their codes and numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from corridors.foundation.facts import Remark

# Code -> sentence; the names in braces are those of ``vocabulary.REMARKS``.
SENTENCES: Final[Mapping[str, str]] = {
    "cell_configured": "working.cell_m of the configuration",
    "cell_without_positions": "auto: no positions, the smallest cell",
    "cell_fits": "auto: {n_cols} x {n_rows} cells of {cell_m:g} m need {need_mb:.0f} MB of "
    "{memory_mb:g} MB",
    "cell_too_large": "auto: the largest cell, though it needs {need_mb:.0f} MB of "
    "{memory_mb:g} MB",
    "peer_profile": "profile usgs: computed as Migration Mapper v3 does, with its known defects; "
    "for comparison only, not for decisions",
    "no_tracked_corridor": "no migration has a surface: no tracked corridor and no stopover",
    "no_tracked_range": "no seasonal range has a surface: ranges are the experts' only",
    "windows_without_surface": "{n} windows have no surface; estimates.parquet says why",
    "expert_ranges": "{n} expert ranges are passed on with evidence 'expert'",
    "expert_corridors": "corridors drawn by an expert stand beside the tracked ones: evidence "
    "'expert'",
    "class_of_too_few": "{share:.0%} of {n_tracked} animals is {n_animals:g}, not more than 2",
    "class_without_patch": "no patch of at least {min_area_m2:g} m2 is used by {n_animals} animals",
    "sample_of_one": "insufficient sample of {n_animals} animals: one animal says nothing about "
    "others",
    "sample_too_small": "insufficient sample of {n_animals} animals: the last animal added "
    "{slope_frac:.1%} to the corridor's area",
    "no_second_year": "no animal has the same season's surface in two years: fidelity is unknown",
    "layer_without_nodata": "layer {layer} states no value for missing data: every value counts",
    "layer_suspected_nodata": "layer {layer} counts {mark} as data, which looks like missing data: "
    "set nodata of this layer, or extremes_are_data: true",
    "layer_far_away": "layer {layer} has no feature near the grid: all of it is "
    "{max_distance_m:g} m away",
    "no_layers": "no habitat layers: resistance is the same everywhere",
    "tables_instead": "resistance is that of the tables: {refused}",
    "no_fixes_at_green_up": "green-up: no fixes on migrations of season {season}",
    "class_use": "{term} ({layer}) is used {use:.2g} ({low:.2g} to {high:.2g}) times as much as "
    "{reference}",
    "number_use": "{layer}: {step:.3g}{unit} more means {use:.2g} ({low:.2g} to {high:.2g}) times "
    "the use",
    "use_greatest_within": "{layer}: use is greatest at {turn:.3g}{unit}",
    "use_least_within": "{layer}: use is least at {turn:.3g}{unit}",
    "use_greatest_at_end": "{layer}: use is greatest at its {end} end, and changes unevenly",
    "classes_of_too_few": "too few animals used these classes, they have the largest resistance: "
    "{n_animals}",
    "correlated_terms": "{first} and {second} have a correlation of {correlation:.2f}: read their "
    "coefficients together",
    "extrapolated": "{percent:.2g} % of the grid has values beyond those of the available ground; "
    "they count as the nearest of these",
    "unknown_where_untracked": "{n} of the segments that the scenario touches lie where nobody was "
    "tracked: what would change there is unknown, which is not nothing.",
    "no_better_than_today": "At {n} altered places more passages would be missing than today: the "
    "tracks show that animals pass there as if nothing stood, and the scenario assumes less.",
    "ways_lost": "In the scenario {n} parts of the ranges lose every way to the other.",
}
# Code of a unit -> what stands behind a number.
_UNITS: Final[Mapping[str, str]] = {"deg": "°", "m": " m", "": ""}


def remark_words(remark: Remark) -> str:
    """Return a remark as a sentence.

    Examples
    --------
    >>> remark_words(Remark.of("number_use", layer="slope", step=4.25, unit="deg", use=0.5,
    ...                        low=0.31, high=0.8))
    'slope: 4.25° more means 0.5 (0.31 to 0.8) times the use'
    >>> remark_words(Remark.of("classes_of_too_few", n_animals={"bog": 2, "lake": 0}))
    'too few animals used these classes, they have the largest resistance: bog (2), lake (0)'
    """
    return SENTENCES[remark.code].format(
        **{name: _shown(name, value) for name, value in remark.values.items()}
    )


def remarks_in_words(remarks: Iterable[Remark]) -> list[str]:
    """Return each remark as a sentence, in order."""
    return [remark_words(remark) for remark in remarks]


def _shown(name: str, value: float | str | Mapping[str, int]) -> int | float | str:
    if name == "unit":
        return _UNITS[str(value)]
    if isinstance(value, Mapping):
        return ", ".join(f"{key} ({n})" for key, n in value.items())
    return value
