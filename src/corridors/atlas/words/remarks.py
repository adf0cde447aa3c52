"""What stages have to tell a reader, in sentences made of their codes and numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from corridors.foundation.facts import Remark

# Code -> sentence; the names in braces are those of ``vocabulary.REMARKS``.
SENTENCES: Final[Mapping[str, str]] = {
    "crs_overrules": "crs {stated} counts, not the file's own {own}",
    "crs_cannot_be": "crs {stated} counts, not the file's own {own}: the coordinates cannot be of "
    "it",
    "encoding_stated": "attributes read as {encoding} (stated in the configuration)",
    "encoding_recognised": "attributes read as {encoding} (recognised: the words are UTF-8)",
    "encoding_by_driver": "attributes read as {encoding} (language driver {driver} of the .dbf)",
    "encoding_by_mark": "attributes read as {encoding} (byte order mark)",
    "too_few_vertices": "{n} features with too few vertices (a line of one) are left out",
    "points_left_out": "{n} points among lines or polygons are left out (a gate in a fence is a "
    "gap)",
    "beyond_180": "{n} features reach beyond 180 degrees: moved within, or cut there",
    "classes_not_in_map": "values that class_map lacks: {classes}; these features have no own "
    "class",
    "nothing_near": "nothing within {margin_km:g} km of the herd: is it the right file and CRS?",
    "nothing_near_complete": "nothing within {margin_km:g} km of the herd: is it the right file "
    "and CRS? completeness: complete would mean that there is no barrier at all",
    "states_unknown": "nothing is known of state boundaries at {unknown_frac:.2%} of the herd's "
    "places, which is not that there are none: they lie in no state of Natural Earth 1:10m, so at "
    "sea or on a coast that it draws coarsely; name a file of boundaries",
    "no_boundary_near": "no land boundary of Natural Earth 1:10m within {near_km:g} km of the "
    "herd; states there: {states}",
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
    "sample_of_one": "insufficient sample of {n_animals} animals: one animal, or animals that "
    "travel together, say nothing about others",
    "sample_too_small": "insufficient sample of {n_animals} animals ({n_units} independent "
    "units): the last unit added {slope_frac:.1%} to the corridor's area",
    "no_second_year": "no animal has the same season's surface in two years: fidelity is unknown",
    "layer_without_nodata": "layer {layer} states no value for missing data: every value counts",
    "layer_suspected_nodata": "layer {layer} counts {mark} as data, which looks like missing data: "
    "set nodata of this layer, or extremes_are_data: true",
    "layer_far_away": "layer {layer} has no feature near the grid: all of it is "
    "{max_distance_m:g} m away",
    "no_layers": "no habitat layers: resistance is the same everywhere",
    "no_fixes_on_migration": "the herd has no fixes on migration",
    "no_usable_fixes": "the herd has no fixes that are usable",
    "too_few_animals": "{n_animals} animals with at least {min_fixes} thinned fixes on ground that "
    "all layers know (of {n_with_any} with any), and {min_animals} are needed",
    "too_few_animals_left": "{n_animals} animals on ground that all layers know (of {n_with_any} "
    "with any), and {min_animals} are needed",
    "no_ground_known": "no available ground is known in all layers",
    "layer_is_even": "layer {layer} is the same on all available ground",
    "reference_of_too_few": "class {term} of layer {layer} cannot be the reference: {n_animals} "
    "animals used it, fewer than {min_animals}",
    "no_class_of_enough": "no class of layer {layer} was used by {min_animals} animals",
    "no_two_classes": "no layer has two classes that enough animals used",
    "terms_are_even": "{terms}: the same on all available ground that enters",
    "terms_say_the_same": "layers say the same: {first} and {second} have a correlation of "
    "{correlation:.4f}",
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
