"""What a reader of the report must know of the ranking and of the actions."""

from __future__ import annotations

from corridors.foundation.facts.rank import RankFacts

_OF_RANKING = """\
Segments where nobody was tracked are counted as n_no_data and not ranked: it is not 'no crossing'.
State boundaries without a fence are jurisdiction and are not ranked.
Passages come from bridges that do not know the barrier, netted over each visit: a closed one \
still gets a few that never happened, so its permeability is overestimated.
Intervals: whole animals are resampled; how many animals come by, how often, and what passes are \
drawn for each segment from its own encounters and from the herd's other segments.
A segment that one animal met, or none, may so rank wherever the others make it plausible.
stability: firm, the last place of the rank's interval is at most twice the first; likely, five \
times; and neither spans more than half of the places; else open.
p_top10 counts the draws in which a segment is among the first ten and blocks at least \
least_blocked_frac of what the worst one blocks.
source_completeness: where a source of barriers is partial or unknown, no line in the data does \
not mean no barrier on the ground, and a barrier that the data lack is not ranked.
The position of a barrier within its tolerance is averaged in the passages.
range_edges.parquet lists standing barriers with nearly all of the use on one side. Where the \
habitat is alike on both, they may be complete barriers that nobody even approaches. Where no \
habitat layer is configured nothing can be said.
candidates.parquet ranks standing barriers that nobody could have met (nobody tracked there, range \
edges) by the fall of effective resistance between the ranges if they were open; unknown gains last.
Removed barriers score 0: what was gained needs tracks from before and after.
Areas (settlement, cropland, energy) are not ranked with the lines: exposure.parquet lists them.
Class priors are proposals, not published values: see the basis of each. Where the herd's own \
steps say how permeable a class is (permeability.parquet), they move its prior: label estimated."""
_OF_ACTIONS = """\
Gains are blocked passages per year that would no longer be blocked, in the unit of the ranking.
The permeability of a modified fence and of a structure are assumptions of the configuration.
Bounds of a gain add up the segments' 5 % and 95 % bounds, as if all were low, or high, together.
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
