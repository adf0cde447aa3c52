"""What a reader of the report must know of the ranking and of the actions."""

from __future__ import annotations

from corridors.foundation.facts.rank import RankFacts

_OF_RANKING = """\
Segments near which nobody was tracked are counted as n_no_data and are in no place: it is not 'no \
crossing'.
State boundaries without a fence are jurisdiction and are not ranked.
An approach that does not pass is no harm by itself: free animals turn round beside a line that is \
not there. What would have passed is told by copies of the line, moved to where nothing stands.
Coming back to a barrier is no new try, however long the animal waits; when it is one, no single \
rule tells, so the draws choose among rules.
κ is the share of the free passages that happens, from passages that surely went through. With \
fixes hours apart a way round an end may look like a passage, so near ends less is told.
Where fixes are 4 hours apart and a fence is some kilometres long and walked round, harm may be \
two to ten times as large as told; limits says where.
Animals that travel together are one independent unit: units, not animals, are resampled.
Estimate, interval, rank and its interval come from one set of draws: rule, weights of units, what \
free animals do, κ.
grade act: harm (more than 0.05 missing passages per animal and year) has a chance of 0.8 or more, \
three units or more met the place, and it does worse than its copies. Only act carries advice.
stability: firm, the last place of the rank's interval is at most twice the first; likely, five \
times; and neither spans more than half of the places; else open.
source_completeness: where a source of barriers is partial or unknown, no line in the data does \
not mean no barrier on the ground, and a barrier that the data lack is not ranked.
range_edges.parquet lists standing barriers with nearly all of the use on one side. Where the \
habitat is alike on both, they may be complete barriers that nobody even approaches. Where no \
habitat layer is configured nothing can be said.
candidates.parquet ranks standing barriers that nobody could have met (nobody tracked there, range \
edges) by the fall of effective resistance between the ranges if they were open; unknown gains last.
At removed barriers nothing is missing: what was gained needs tracks from before and after.
Areas (settlement, cropland, energy) are not ranked with the lines: exposure.parquet lists them.
Class priors are proposals, not published values: see the basis of each. Where the herd's own \
steps say how permeable a class is (permeability.parquet), they move its prior: label estimated."""
_OF_ACTIONS = """\
Actions are placed at places of grade act alone. Gains are missing passages per year that would \
happen again, in the unit of the ranking; estimate and interval are those of the places' draws.
The permeability of a modified fence and of a structure are assumptions of the configuration.
Sites: no other choice of as many sites with this spacing gains more, where is_optimal says so.
A cost that the configuration does not state is unknown, not nothing.
gain_share of a fence section is the largest of its segments: opening all of it connects at least \
as much. Gains of single segments do not add up."""


def ranking_notes() -> list[str]:
    """Return what a reader must know of the ranking."""
    return _OF_RANKING.splitlines()


def action_notes(ranking: RankFacts) -> list[str]:
    """Return what a reader must know of the actions, and where the herd has none."""
    return [*_OF_ACTIONS.splitlines(), *_unmet(ranking)]


def _unmet(ranking: RankFacts) -> list[str]:
    """Return what is said of barriers that nobody could have met."""
    n = sum(ranking.n_candidates.values())
    if not n:
        return []
    where = (
        f"candidates.parquet of stage rank ranks {n} barrier segments by what opening each one "
        "would connect, and says what to find out first."
    )
    if ranking.n_animals:
        return [f"No action is placed where nobody could have met the barrier: {where}"]
    return [f"No animal was tracked, so no passages are known that actions would gain: {where}"]
