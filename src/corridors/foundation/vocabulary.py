"""Fixed vocabularies that tables, configuration and styles share. Imports nothing heavy."""

from __future__ import annotations

from collections.abc import Mapping

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
PARTS = ("migration", "range")
SEASONS = ("spring", "autumn", "winter", "summer")
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
COMPLETENESS = ("complete", "partial", "unknown")  # of a source of barriers
STABILITY = ("firm", "likely", "open")  # of a rank
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
OCCURRENCE_METHODS = ("auto", "dbbmm", "bbmm", "fmv", "line")
VARIANCE_FORMS = ("corrected", "horne", "bbmm3")
