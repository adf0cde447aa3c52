"""Fixed vocabularies that tables, configuration and styles share. Imports nothing heavy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

# Bit i of FIXES.flags is FLAGS[i]. The order is part of the file format: append only.
FLAGS = (
    "duplicate_time",
    "no_position",
    "impossible_coordinate",
    "outside_deployment",
    "poor_fix",
    "spike",
    "too_fast",
    "mortality",
    "range_start",
    "vendor_outlier",
    "repeated",
    "unreachable",
)
FLAG_BIT: Mapping[str, int] = {name: 1 << i for i, name in enumerate(FLAGS)}

# What looks wrong in a herd without stopping a run, unless clean.stop_on names it.
SUSPICIONS = ("parted", "unreachable", "still", "far", "lost_fixes", "repeated")

MOVEMENT_CLASSES = ("migrant", "mixed_migrant", "disperser", "resident", "nomad", "unclassified")
# Why a year is unclassified.
TooLittle = Literal["few_fixes", "few_days", "long_interval", "few_model_days"]
TOO_LITTLE: tuple[TooLittle, ...] = get_args(TooLittle)
# Why the model that fits a year best does not count: months too far apart for a range; a move, or
# the way back, too short for a migration; a stay too short for a season; data that end before the
# way back; a way back to another place than left; a stay too wide for a range; not clearly better;
# many places without a home.
Objecting = Literal[
    "wandering",
    "short_move",
    "short_way_back",
    "short_stay",
    "no_way_back",
    "other_place",
    "wide_stay",
    "not_clearly_better",
    "no_home",
]
# stays: the places that it came back to show more migrations than any model.
YEAR_REASONS = ("fits_best", "stays", *get_args(Objecting), *TOO_LITTLE)
# What the windows of a year are besides found: picked by a person; none, because a move without
# return is no migration; kept, because the data may miss the return.
WINDOW_REASONS = ("picked", "no_return", "unseen_return")
PARTS = ("migration", "range")
SEASONS = ("spring", "autumn", "winter", "summer")
RANGES = ("winter", "summer")
CORRIDOR_CLASSES = ("low", "medium", "high")
EVIDENCE = ("tracked", "modelled", "expert")
BARRIER_KINDS = (
    "road",
    "rail",
    "fence",
    "border",
    "canal",
    "river",
    "pipeline",
    "powerline",
    "settlement",
    "cropland",
    "energy",
    "other",
)
BOUNDARY_TYPES = ("river", "land", "lake", "fenced", "disputed", "unknown")
BARRIER_STATUS = ("existing", "planned", "removed")
# What an animal did at a barrier.
BEHAVIOURS = (
    "quick_cross",
    "bounce",
    "average_movement",
    "back_and_forth",
    "trace",
    "trapped",
    "unknown",
)
# Why it is unknown: no fix just before or after it; fixes too far apart; no movement; too little
# track around it to compare with; neither as usual nor with few enough crossings.
UnknownBehaviour = Literal["end", "sparse", "still", "alone", "crossed"]
UNKNOWN_BEHAVIOUR: tuple[UnknownBehaviour, ...] = get_args(UnknownBehaviour)
# Why nobody could have met a barrier.
UNMET = ("no_animal_tracked", "nobody_tracked_here", "range_edge")
# Of whom passages a year are told: of one animal, or of the herd, whose size is then stated.
PassagesOf = Literal["per_animal", "whole_herd"]
PASSAGES_OF: tuple[PassagesOf, ...] = get_args(PassagesOf)
COMPLETENESS = ("complete", "partial", "unknown")  # of a source of barriers
STABILITY = ("firm", "likely", "open")  # of a rank
# Rows of a layer of zones: each zone, all of them together, the ground outside.
ZONE_PARTS = ("zone", "all", "outside")
ZONED = ("corridor", "stopovers", "range", "places")  # what lies in them
# Evidence of harm at a place; only ``act`` carries advice to open, remove or build.
GRADES = ("act", "look_on_site", "nothing_seen", "not_known")
# What limits what can be told of a place, in the order in which it is said.
LIMITS = (
    "few_units",  # fewer than three independent units met it
    "few_trials",  # fewer than five trials
    "coarse_fixes",  # fixes so far apart that passages and ways round an end look alike
    "walked_round",  # many of those that came by walked round a free end, or may have
    "few_copies",  # what free animals do there is told by the herd's other places
    "lived_beside",  # animals live beside it: figures of the whole year are weak
    "stood_briefly",  # it stood for less than half of the time tracked
)
# assumed: by a scenario; what animals did before says nothing of it
PERMEABILITY_SOURCES = (
    "observed", "prior", "estimated", "both", "stated", "unknown", "assumed",
)  # fmt: skip
# Of a barrier class: from the herd's own tracks, a limit to one side only, or not from tracks.
KAPPA_SOURCES = ("estimated", "upper_limit", "lower_limit", "prior", "none")
# Why a window has its method: as configured, or refused; by ``auto``, because a run without a long
# step holds a window of the dynamic variance, or is too short for one, or too many steps are long,
# or the method before it found no motion variance; as Migration Mapper does (profile usgs, for
# comparison only).
MethodChoice = Literal[
    "configured", "run_holds_window", "run_too_short", "long_steps", "no_variance", "peer_profile"
]
METHOD_CHOICES: tuple[MethodChoice, ...] = get_args(MethodChoice)
# Why a window has no surface: too few fixes; too many long steps, for the method or for all but one
# that has no value for the species; too few fixes in a row for a window of the dynamic variance, or
# for a left-out fix; no movement beyond the location error; no step that may be bridged; a surface
# too large for the memory; a track too short for the cells (profile usgs).
NoSurface = Literal[
    "few_fixes",
    "long_steps",
    "no_species_value",
    "few_in_a_row",
    "no_three_in_a_row",
    "no_movement",
    "no_short_step",
    "too_large",
    "coarse_cells",
]
NO_SURFACE: tuple[NoSurface, ...] = get_args(NoSurface)
OCCURRENCE_METHODS = ("auto", "dbbmm", "bbmm", "fmv", "line")
VARIANCE_FORMS = ("corrected", "horne", "bbmm3")

# Why no way joins the ranges: a range is not there, or has no cell of known resistance; they share
# cells, so that nothing lies between them; no path of known cells joins them.
NoWay = Literal[
    "no_winter_range",
    "no_summer_range",
    "no_ranges",
    "winter_unknown",
    "summer_unknown",
    "range_unknown",
    "shared_cells",
    "no_path",
]
NO_WAY: tuple[NoWay, ...] = get_args(NoWay)

# What a scenario changes for a herd, and why it is unknown where it is.
DifferenceMeasure = Literal[
    "missing",
    "newly_missing",
    "gained",
    "cut_off",
    "cut_off_high",
    "pieces",
    "way",
    "way_cost",
    "without_way",
    "effective_resistance",
]
DifferenceReason = (
    NoWay
    | Literal["untracked", "no_corridor", "no_high_class", "no_way_in_both", "ranges_overlap", ""]
)
# What is compared before and after a day, and why it is unknown where it is: too few animals.
BeforeAfterMeasure = Literal[
    "passages", "not_passed", "pass_share", "cut_off", "migration_length", "migration_detour"
]
BEFORE_AFTER_MEASURES: tuple[BeforeAfterMeasure, ...] = get_args(BeforeAfterMeasure)
FEW_ANIMALS = ("few_before", "few_after", "few_paired")

# What a stage has to tell a reader: code -> the numbers and names that belong to it. The sentences
# are in `atlas/words/remarks.py`.
REMARKS: Mapping[str, tuple[str, ...]] = {
    # ingest: what readers did with a file
    "crs_overrules": ("stated", "own"),
    "crs_cannot_be": ("stated", "own"),
    "encoding_stated": ("encoding",),
    "encoding_recognised": ("encoding",),
    "encoding_by_driver": ("encoding", "driver"),
    "encoding_by_mark": ("encoding",),
    "too_few_vertices": ("n",),
    "points_left_out": ("n",),
    "beyond_180": ("n",),
    # ingest: what does not fit with the configuration or the herd
    "classes_not_in_map": ("classes",),
    "nothing_near": ("margin_km",),
    "nothing_near_complete": ("margin_km",),
    "states_unknown": ("unknown_frac",),
    "no_boundary_near": ("near_km", "states"),
    # clean: the edge of a cell
    "cell_configured": (),
    "cell_without_positions": (),
    "cell_fits": ("n_cols", "n_rows", "cell_m", "need_mb", "memory_mb"),
    "cell_too_large": ("need_mb", "memory_mb"),
    # delineate
    "peer_profile": (),
    "no_tracked_corridor": (),
    "no_tracked_range": (),
    "windows_without_surface": ("n",),
    "expert_ranges": ("n",),
    "expert_corridors": (),
    "class_of_too_few": ("share", "n_tracked", "n_animals"),
    "class_without_patch": ("min_area_m2", "n_animals"),
    # describe
    "sample_of_one": ("n_animals",),
    "sample_too_small": ("n_animals", "n_units", "slope_frac"),
    "no_second_year": (),
    # connect: layers, and where resistance is from
    "layer_without_nodata": ("layer",),
    "layer_suspected_nodata": ("layer", "mark"),
    "layer_far_away": ("layer", "max_distance_m"),
    "no_layers": (),
    "no_fixes_at_green_up": ("season",),
    # connect: why the tracks cannot tell what is selected, so that the tables count
    "no_fixes_on_migration": (),
    "no_usable_fixes": (),
    "too_few_animals": ("n_animals", "min_fixes", "n_with_any", "min_animals"),
    "too_few_animals_left": ("n_animals", "n_with_any", "min_animals"),
    "no_ground_known": (),
    "layer_is_even": ("layer",),
    "reference_of_too_few": ("term", "layer", "n_animals", "min_animals"),
    "no_class_of_enough": ("layer", "min_animals"),
    "no_two_classes": (),
    "terms_are_even": ("terms",),
    "terms_say_the_same": ("first", "second", "correlation"),
    # connect: the selection model
    "class_use": ("term", "layer", "use", "low", "high", "reference"),
    "number_use": ("layer", "step", "unit", "use", "low", "high"),
    "use_greatest_within": ("layer", "turn", "unit"),
    "use_least_within": ("layer", "turn", "unit"),
    "use_greatest_at_end": ("layer", "end"),
    "classes_of_too_few": ("n_animals",),
    "correlated_terms": ("first", "second", "correlation"),
    "extrapolated": ("percent",),
    # difference
    "unknown_where_untracked": ("n",),
    "ways_lost": ("n",),
    "no_better_than_today": ("n",),
}
